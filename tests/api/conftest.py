"""A small store behind an application. Nobody in it exists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.hub.hub import Hub
from resolver.ingest.reader_types import ListInfo
from resolver.records import Identifier, Kind
from resolver.records.decisions import Verdict
from tests.hub.hubs import OPTIONS, decided, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

Client = Any
"""Flask's test client; its answers are JSON of any form."""
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


@pytest.fixture(scope="module")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store in which a decision ties a name of one list to a birth date of the other."""
    url = f"sqlite:///{tmp_path_factory.mktemp('api')}/hub.db"
    lists = [ListInfo(name, "test", (name,), "", 3, 0, False) for name in ("coast", "river")]
    with quick_symbols("resolver.pipeline"), Hub.open(url, OPTIONS) as hub:
        hub.add(intake(RECORDS, *lists), [decided(UNION, Verdict.SAME, 1)])
    return url


@pytest.fixture(scope="module")
def app(store_url: str) -> Iterator[Flask]:
    """An application over it that has loaded."""
    with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
        made = create_app(ServiceSettings(store_url))
        held: Service = made.extensions["resolver"]
        held.warm()
        yield made
        held.close()


@pytest.fixture
def client(app: Flask) -> Client:
    return app.test_client()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Client]:
    """An application over a store in which nothing has landed."""
    made = create_app(ServiceSettings(f"sqlite:///{tmp_path}/empty.db"))
    yield made.test_client()
    made.extensions["resolver"].close()
