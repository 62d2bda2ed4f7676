"""Every entry point leaves an audit event, or is listed with the reason why it need not.

Commands: `tests/cli/test_command_log.py`. Endpoints of the API declare what they disclose: an
answer that was not logged is withheld. Forms of the desk are logged by `api/access.py` where their
view does not. Pages are checked here, by what their views call.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from resolver.api.endpoints import ENDPOINTS, Disclosure
from resolver.hub.admin import create_key
from tests.api.conftest import Open

_LOGS = "resolver.api.access.log_access"
NOT_LOGGED_PAGES = {
    "desk.static": "files of the program",
    "desk.root": "a redirect",
    "desk.missing_page": "nothing; a look-up that finds nothing is logged by itself",
    "desk.sign_in": "a form",
    "desk.purpose": "a form",
    "desk.account": "a form of one's own account",
    "desk.home": "counts and states, no record",
    "desk.done": "counts of one's own decisions",
    "desk.users": "names and roles of users, no record",
    "desk.user_sessions": "browsers and addresses of a user, no record",
    "desk.new_security_key": "a form of one's own account",
    "desk.import_worksheets": "one's own upload before it is sent",
    "desk.import_preview": "one's own upload before it is sent",
}
"""Pages that leave no event, and what they show."""
NOT_LOGGED_ENDPOINTS = {
    Disclosure.STATE: "ids, counts or properties of the model",
    Disclosure.STATIC: "the same for everybody",
}


@cache
def _tree(module: ModuleType) -> dict[str, ast.AST]:
    """Return the functions of a module by name."""
    tree = ast.parse(inspect.getsource(module))
    return {
        node.name: node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def _named(node: ast.AST, module: ModuleType) -> Iterator[Any]:
    """Yield what a function names: `name` of its module, or `name` in a module that it imports."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield getattr(module, part.id, None)
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            owner = getattr(module, part.value.id, None)
            if inspect.ismodule(owner):
                yield getattr(owner, part.attr, None)


def logs(view: Callable[..., Any]) -> bool:
    """Return whether a function of the API can reach `log_access` by functions that it names."""
    waiting, done = [inspect.unwrap(view)], set()
    while waiting:
        function = waiting.pop()
        place = f"{function.__module__}.{function.__qualname__}"
        if place == _LOGS:
            return True
        if place in done or not function.__module__.startswith("resolver.api"):
            continue
        done.add(place)
        module = inspect.getmodule(function)
        node = _tree(module).get(function.__name__) if module is not None else None
        if module is not None and node is not None:
            waiting += (inspect.unwrap(x) for x in _named(node, module) if inspect.isfunction(x))
    return False


def test_each_page_logs_or_says_why_not(app: Flask) -> None:
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("desk.") and "GET" in (rule.methods or ())
    }
    silent = {name for name, view in app.view_functions.items() if name in pages and not logs(view)}
    assert silent == set(NOT_LOGGED_PAGES)


def test_each_endpoint_logs_or_discloses_nothing(app: Flask) -> None:
    silent = {
        name
        for name, endpoint in ENDPOINTS.items()
        if name in app.view_functions and not logs(app.view_functions[name])
    }
    assert {ENDPOINTS[name].access.discloses for name in silent} <= set(NOT_LOGGED_ENDPOINTS)


@pytest.mark.parametrize(
    "path", ["/entities/e-absent", "/batches/absent", "/search/absent?q=x", "/check?datasets=none"]
)
def test_a_look_up_that_finds_nothing_is_logged(path: str, open_app: Open, url: str) -> None:
    key = create_key(url, "hub", "Coast", ["admin"])
    client, service = open_app()
    headers = {"Authorization": f"ApiKey {key}", "X-Purpose": "case 17"}
    answer = client.get(path, headers=headers)
    service.audit_log.flush()
    rows = service.hub.store.audit_events.list()
    if answer.status_code == 404:
        (row,) = rows
        assert (row.action, row.actor, row.purpose) == ("look-up", "hub", "case 17")
        assert row.answer == {"status": 404}
        assert "absent" in str(row.query)
    # whoever has no key looks nothing up
    assert client.get(path).status_code == 401
    service.audit_log.flush()
    assert len(service.hub.store.audit_events.list()) == len(rows)
