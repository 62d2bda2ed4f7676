"""Desks over small stores of fictitious people, and browsers of their users."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.hub.hub import Hub
from resolver.lists.reader_types import ListInfo
from resolver.records.decisions import Verdict
from resolver.store import UserRole
from tests.api.conftest import RECORDS, UNION
from tests.api.desk import world
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols

PASSWORD = "seven quiet herons"
Client = Any
DeskFactory = Callable[..., "Desk"]
"""Function that makes a desk with some settings over its own copy of a store."""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a small store, to be copied; a decision joins two of its records."""
    path = tmp_path_factory.mktemp("desk") / "hub.db"
    lists = [ListInfo(name, "test", (name,), "", 3, 0, False) for name in ("coast", "river")]
    with quick_symbols("resolver.matching.pipeline"), Hub.open(f"sqlite:///{path}", OPTIONS) as hub:
        hub.add(make_intake(RECORDS, *lists), [make_decision(UNION, Verdict.SAME, 1)])
    return path


class Desk:
    """Desk over a store, with browsers of its users."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.url = url
        self.app = create_app(ServiceSettings(url, **settings))
        self.service: Service = self.app.extensions["resolver"]
        self.store = self.service.hub.store

    def browser(self) -> Client:
        """Return a browser without a session."""
        return self.app.test_client()

    def add(
        self, name: str, role: UserRole = UserRole.STEWARD, password: str | None = PASSWORD
    ) -> None:
        self.store.users.add(name, role, "Coast", password)

    def signed_in(self, name: str, role: UserRole = UserRole.STEWARD) -> Client:
        """Add a user and return a browser in which they have signed in."""
        self.add(name, role)
        browser = self.browser()
        assert sign_in(browser, name).status_code == 303
        return browser


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a store in which many pairs wait, to be copied."""
    folder = tmp_path_factory.mktemp("world")
    world.fill(f"sqlite:///{folder}/hub.db", folder / "index")
    return folder / "hub.db"


@contextmanager
def desks_over(source: Path, folder: Path) -> Iterator[DeskFactory]:
    """Make desks, each over its own copy of a store, and close them at the end."""
    desks: list[Desk] = []

    def make(**settings: Any) -> Desk:
        """Return a desk over a new copy."""
        path = folder / f"{source.parent.name}{len(desks)}.db"
        shutil.copy(source, path)
        desks.append(Desk(f"sqlite:///{path}", **settings))
        return desks[-1]

    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        yield make
        for desk_over_copy in desks:
            desk_over_copy.service.close()


@pytest.fixture
def make_busy_desk(filled: Path, tmp_path: Path) -> Iterator[DeskFactory]:
    """Make desks where many pairs wait."""
    with desks_over(filled, tmp_path) as make:
        yield make


@pytest.fixture
def busy(make_busy_desk: DeskFactory) -> Desk:
    """Return a desk where many pairs wait."""
    return make_busy_desk()


@pytest.fixture
def make_desk(small: Path, tmp_path: Path) -> Iterator[DeskFactory]:
    """Make desks over copies of the small store."""
    with desks_over(small, tmp_path) as make:
        yield make


@pytest.fixture
def desk(make_desk: DeskFactory) -> Desk:
    """Return a desk over a copy of the small store."""
    return make_desk()


def field(response: Any, name: str) -> str:
    """Return the value of a field of a page."""
    match = re.search(rf'name="{name}" value="([^"]*)"', response.text)
    assert match, f"no field {name}"
    return unescape(match[1])


def hidden_fields(response: Any) -> dict[str, str]:
    """Return the hidden fields of a page, the last of each name."""
    return {
        name: unescape(text)
        for name, text in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.text)
    }


def sign_in(
    browser: Client, name: str, password: str = PASSWORD, purpose: str = "a test", **extra: str
) -> Any:
    """Send the sign-in form."""
    page = browser.get("/desk/sign-in")
    form = {
        "name": name,
        "password": password,
        "purpose": purpose,
        "form": field(page, "form"),
        "next": "",
        **extra,
    }
    return browser.post("/desk/sign-in", data=form)


def without_tokens(page: str) -> str:
    """Return a page without comments and values of fields: random tokens may hold anything."""
    return re.sub(r'<!--.*?-->|(data-csrf|value)="[^"]*"', "", page, flags=re.DOTALL)


def csrf(browser: Client) -> str:
    """Return the token of the session's forms."""
    return field(browser.get("/desk/account"), "csrf")
