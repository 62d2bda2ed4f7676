"""The desk over a small store. Nobody in it exists."""

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
from resolver.hub.desk_users import Role
from resolver.hub.hub import Hub
from resolver.ingest.reader_types import ListInfo
from resolver.records.decisions import Verdict
from tests.api.conftest import RECORDS, UNION
from tests.api.desk import world
from tests.hub.hubs import OPTIONS, decided, intake
from tests.normalize.preparing import quick_symbols

PASSWORD = "seven quiet herons"
Client = Any
Opened = Callable[..., "Desk"]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store to copy, in which a decision ties two records."""
    path = tmp_path_factory.mktemp("desk") / "hub.db"
    lists = [ListInfo(name, "test", (name,), "", 3, 0, False) for name in ("coast", "river")]
    with quick_symbols("resolver.pipeline"), Hub.open(f"sqlite:///{path}", OPTIONS) as hub:
        hub.add(intake(RECORDS, *lists), [decided(UNION, Verdict.SAME, 1)])
    return path


class Desk:
    """A desk, and browsers of people who sit at it."""

    def __init__(self, url: str, **said: Any) -> None:
        self.url = url
        self.app = create_app(ServiceSettings(url, **said))
        self.held = self.app.extensions["resolver"]
        self.store = self.held.hub.store

    def browser(self) -> Client:
        return self.app.test_client()

    def add(self, name: str, role: Role = Role.STEWARD, password: str | None = PASSWORD) -> None:
        self.store.users.add(name, role, "Coast", password)

    def signed_in(self, name: str, role: Role = Role.STEWARD) -> Client:
        """A browser of a new user who has signed in."""
        self.add(name, role)
        browser = self.browser()
        assert sign_in(browser, name).status_code == 303
        return browser


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store to copy, in which much waits."""
    folder = tmp_path_factory.mktemp("world")
    world.fill(f"sqlite:///{folder}/hub.db", folder / "index")
    return folder / "hub.db"


@contextmanager
def desks_over(kept: Path, folder: Path) -> Iterator[Opened]:
    """Makes desks, each over a copy of a store of its own; they are closed at the end."""
    held: list[Desk] = []

    def make(**said: Any) -> Desk:
        path = folder / f"{kept.parent.name}{len(held)}.db"
        shutil.copy(kept, path)
        held.append(Desk(f"sqlite:///{path}", **said))
        return held[-1]

    with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
        yield make
        for one in held:
            one.held.close()


@pytest.fixture
def crowded(filled: Path, tmp_path: Path) -> Iterator[Opened]:
    """Make a desk where much waits."""
    with desks_over(filled, tmp_path) as make:
        yield make


@pytest.fixture
def busy(crowded: Opened) -> Desk:
    """A desk where much waits."""
    return crowded()


@pytest.fixture
def opened(small: Path, tmp_path: Path) -> Iterator[Opened]:
    """Make a desk over a copy of the store."""
    with desks_over(small, tmp_path) as make:
        yield make


@pytest.fixture
def desk(opened: Opened) -> Desk:
    return opened()


def field(answer: Any, name: str) -> str:
    """The value of a field of the page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, f"no field {name}"
    return unescape(found[1])


def fields(answer: Any) -> dict[str, str]:
    """The hidden fields of the page, the last of each name."""
    return {
        name: unescape(text)
        for name, text in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    }


def sign_in(
    browser: Client, name: str, password: str = PASSWORD, purpose: str = "a test", **more: str
) -> Any:
    page = browser.get("/desk/sign-in")
    said = {
        "name": name,
        "password": password,
        "purpose": purpose,
        "form": field(page, "form"),
        "next": "",
        **more,
    }
    return browser.post("/desk/sign-in", data=said)


def csrf(browser: Client) -> str:
    return field(browser.get("/desk/account"), "csrf")
