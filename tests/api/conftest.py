"""Small store of invented people behind an application."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.hub.hub import Hub
from resolver.lists.reader_types import ListInfo
from resolver.records import Identifier, Kind
from resolver.records.decisions import Verdict
from tests.api.serving import Served, served
from tests.command_server import CommandServer
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record
from tests.store import postgres
from tests.store.passwords import quick_passwords

Client = Any
"""Flask's test client; its answers are JSON of any form."""
Serve = Callable[..., AbstractContextManager[Served]]
"""Makes a context in which a process serves a store, as `served` does."""
Open = Callable[..., tuple[Client, Any]]
"""Makes an application with some options; returns its client and its service."""
RECORDS = (
    record("coast:1", name="Abdulrahman Tikriti", nationality="iq"),
    record("river:1", name="Abu Omar", birthDate="1971-03-09", topics="crime.traffick"),
    record("coast:2", name="Maria Quispe Huanca", birthDate="1980-11-02"),
    record("river:2", name="Maria Quispe Huanca", birthDate="1980-11-02"),
    record(
        "river:3",
        name="John Smith",
        birthDate="1990-01-01",
        identifiers=[Identifier("passportNumber", "X482916")],
    ),
    record("coast:4", Kind.GROUP, name="Vektor Trading LLC", country="ru"),
)
UNION = ("coast:1", "river:1")


@pytest.fixture(scope="module", autouse=True)
def passwords() -> Iterator[None]:
    """Hash passwords with little work."""
    with quick_passwords():
        yield


@pytest.fixture(scope="module")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Create a store in which a decision ties a name of one list to a birth date of the other."""
    url = f"sqlite:///{tmp_path_factory.mktemp('api')}/hub.db"
    lists = [ListInfo(name, "test", (name,), "", 3, 0, False) for name in ("coast", "river")]
    with quick_symbols("resolver.matching.pipeline"), Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(RECORDS, *lists), [make_decision(UNION, Verdict.SAME, 1)])
    return url


@pytest.fixture(scope="module")
def app(store_url: str) -> Iterator[Flask]:
    """Yield a loaded application over the store."""
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        loaded = create_app(ServiceSettings(store_url))
        service: Service = loaded.extensions["resolver"]
        service.warm()
        yield loaded
        service.close()


@pytest.fixture(scope="session")
def serve_fork(command_server: CommandServer) -> Serve:
    """Return a function that serves a store as `served` does, in a fork of one process."""
    return partial(served, command=command_server.command)


@pytest.fixture
def client(app: Flask) -> Client:
    return app.test_client()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Client]:
    """Yield a client of an application over an empty store."""
    app_over_store = create_app(ServiceSettings(f"sqlite:///{tmp_path}/empty.db"))
    yield app_over_store.test_client()
    app_over_store.extensions["resolver"].close()


@pytest.fixture
def url(store_url: str, tmp_path: Path) -> str:
    """Return the URL of a copy of the store, for keys of its own."""
    shutil.copy(store_url.removeprefix("sqlite:///"), tmp_path / "hub.db")
    return f"sqlite:///{tmp_path}/hub.db"


@pytest.fixture
def open_app(url: str, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Make an application over the copy; what is known of keys is never older than a request."""
    monkeypatch.setattr("resolver.api.access._KEY_SECONDS", 0.0)
    services = []

    def make(**options: Any) -> tuple[Client, Any]:
        app_over_copy = create_app(ServiceSettings(url, **options))
        services.append(app_over_copy.extensions["resolver"])
        services[-1].warm()
        return app_over_copy.test_client(), services[-1]

    yield make
    for service in services:
        service.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty store of each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/hub.db"
        return
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (on Debian: postgresql)")
    with postgres.server(Path("/tmp")) as server:
        yield server
