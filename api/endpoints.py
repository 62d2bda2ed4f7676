"""Registry of HTTP endpoints: a route declares its access, parameters, body and responses.

To add an endpoint, write one function with one decorator in a module of `api/routes`:

    @endpoint(
        blueprint,
        "GET",
        "/entities/<path:entity_id>",
        Access(Scope.CHECK, Disclosure.VALUES),
        parameters=[query_parameter("nested", BOOLEAN)],
        responses={200: json_response_of(ENTITY_VIEW), **errors(404, 410)},
    )
    def entity(entity_id: str) -> Response:
        \"\"\"Return an entity as FollowTheMoney. …\"\"\"

Its docstring is its description in `/openapi.json`. Access control (`api/access.py`), caching
headers, the names of the known query parameters, the OpenAPI document and the contract tests
(`tests/api/test_contracts.py`) read the registry, so nothing else has to be edited.

Every route of the application needs a declaration: `create_app` fails on one without. Pages for
people that need no key are declared with `public_page`; a blueprint with access control of its own
is declared with `guards_itself`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from inspect import cleandoc
from typing import Any, TypeVar

from flask import Blueprint, Flask, Request, request

from resolver.api.openapi.objects import OpenApiObject

View = TypeVar("View", bound=Callable[..., Any])


class Scope(StrEnum):
    """Scopes of API keys that endpoints ask for; a key with `admin` passes every check."""

    CHECK = "check"
    SUBMIT = "submit"
    METRICS = "metrics"
    ADMIN = "admin"


class Disclosure(Enum):
    """Kinds of content that an answer may hold; caching, audit and visibility tests follow."""

    VALUES = "values of records, or how entities come and go: audited, never cached"
    FILES = "files of a batch, written for its sender: audited, never cached"
    ACTS = "states of batches, and what was sent or withdrawn: audited, never cached"
    STATE = "ids, counts or properties of the model: not audited, never cached"
    STATIC = "the same for everybody: not audited, may be cached"

    @property
    def is_audited(self) -> bool:
        """Return whether an answer without an audit event is withheld."""
        return self in (Disclosure.VALUES, Disclosure.FILES, Disclosure.ACTS)


@dataclass(frozen=True, slots=True)
class Access:
    """Access policy of an endpoint.

    scope: scope that a key must have; None opens the endpoint to everybody.
    discloses: kind of content of its answers.
    key_in_query: accept the key as `api_key`, for clients that cannot send headers.
    public_if: predicate of the requests that need no key; credentials sent along are checked.
    """

    scope: Scope | None
    discloses: Disclosure
    key_in_query: bool = False
    public_if: Callable[[Request], bool] | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Declaration of one route and method.

    name: Flask's name of the endpoint, `blueprint.function`.
    path: rule in Flask's notation.
    body: contents of the request by media type; empty for none.
    responses: responses by status, without the errors that every endpoint with a scope shares.
    is_documented: whether the OpenAPI document lists it.
    """

    name: str
    method: str
    path: str
    access: Access
    description: str
    parameters: tuple[OpenApiObject, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    responses: Mapping[int, OpenApiObject] = field(default_factory=dict)
    is_documented: bool = True

    @property
    def query_names(self) -> frozenset[str]:
        """Names of the declared query parameters."""
        return frozenset(row["name"] for row in self.parameters if row["in"] == "query")


ENDPOINTS: dict[str, Endpoint] = {}
"""Declared endpoints by their Flask names."""
_SELF_GUARDED: set[str] = set()
"""Names of blueprints with access control and response headers of their own."""


def endpoint(
    blueprint: Blueprint,
    method: str,
    path: str,
    access: Access,
    *,
    responses: Mapping[int, OpenApiObject],
    parameters: Iterable[OpenApiObject] = (),
    body: Mapping[str, Any] | None = None,
) -> Callable[[View], View]:
    """Register a view function as an endpoint of the API."""

    def register(view: View) -> View:
        """Register the decorated function."""
        declaration = Endpoint(
            f"{blueprint.name}.{view.__name__}",
            method,
            path,
            access,
            cleandoc(view.__doc__ or ""),
            tuple(parameters),
            body or {},
            responses,
        )
        return _add(blueprint, declaration, view)

    return register


def public_page(blueprint: Blueprint, path: str) -> Callable[[View], View]:
    """Register a static page for people: open to everybody and absent from the OpenAPI document."""

    def register(view: View) -> View:
        """Register the decorated function."""
        access = Access(None, Disclosure.STATIC)
        name = f"{blueprint.name}.{view.__name__}"
        declaration = Endpoint(name, "GET", path, access, view.__doc__ or "", is_documented=False)
        return _add(blueprint, declaration, view)

    return register


def guards_itself(blueprint: Blueprint) -> None:
    """Declare that a blueprint checks access, logs audit events and sets headers itself."""
    _SELF_GUARDED.add(blueprint.name)


def _add(blueprint: Blueprint, declaration: Endpoint, view: View) -> View:
    ENDPOINTS[declaration.name] = declaration
    blueprint.add_url_rule(declaration.path, view_func=view, methods=[declaration.method])
    return view


def current_endpoint() -> Endpoint | None:
    """Return the declaration of the requested endpoint.

    None: there is no such route, or its blueprint guards itself. Raises `KeyError` for a route
    without a declaration, so that it stays closed.
    """
    if request.endpoint is None or is_self_guarded():
        return None
    return ENDPOINTS[request.endpoint]


def is_self_guarded() -> bool:
    """Return whether the requested route belongs to a blueprint that guards itself."""
    return request.blueprint in _SELF_GUARDED


def check_declarations(app: Flask) -> None:
    """Compare the routes of an application with the registry.

    Raises `RuntimeError` for a route that no declaration covers.
    """
    undeclared = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in ENDPOINTS and rule.endpoint.rpartition(".")[0] not in _SELF_GUARDED
    )
    if undeclared:
        raise RuntimeError(
            f"routes without a declaration: {', '.join(undeclared)}; use `api.endpoints.endpoint`"
        )
