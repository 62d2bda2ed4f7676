"""Search benchmark, on a service of a few records."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from benchmarks.search import draw_texts, is_stated, measure_search
from resolver.api import ServiceSettings, create_app
from resolver.hub.hub import Hub
from resolver.records import Address, Identifier, Kind
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow
RECORDS = (
    record("a:1", name="Ivan Petrov", lastName="Petrov", phone="+31 20 555 0101"),
    record("a:2", name="Maria Quispe", identifiers=[Identifier("idNumber", "X 482-9164")]),
    record("a:3", Kind.GROUP, name="Vektor Trading", addresses=[Address(city="Lisbon")]),
    record("a:4", Kind.GROUP, name="Lisbon Shipping", addresses=[Address(city="New York")]),
)


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    store = f"sqlite:///{tmp_path_factory.mktemp('search')}/hub.db"
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        with Hub.open(store, OPTIONS) as hub:
            hub.add(make_intake(RECORDS))
        app = create_app(ServiceSettings(store))
        app.extensions["resolver"].warm()
        server = make_server("127.0.0.1", 0, app)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield store, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["resolver"].close()


def test_every_text_is_found(served: tuple[str, str]) -> None:
    store, url = served
    texts = draw_texts(store, 10)
    assert {sort: sorted(some) for sort, some in texts.items()} == {
        "surname": ["Petrov", "Quispe"],
        "number": ["X 482-9164"],
        "phone": ["+31 20 555 0101"],
        "company": ["Lisbon", "Shipping", "Trading", "Vektor"],
        "town": ["Lisbon", "New York"],
    }
    figures = measure_search(url, texts)
    assert {sort: row["top five"] for sort, row in figures.items()} == dict.fromkeys(texts, 1.0)
    assert figures["surname"]["first"] == 1.0
    assert 0 < figures["town"]["p50"] <= figures["town"]["p95"]


def test_a_text_is_stated_by_all_of_its_words() -> None:
    entity = {"properties": {"name": ["Ann New York"], "address": ["New Street, York"]}}
    assert is_stated("town", "New York", entity)
    assert not is_stated("town", "Yorkshire", entity)
    assert is_stated("surname", "York", entity)
    assert not is_stated("phone", "123456", entity)
