"""The load scripts and the recall of checks, on a service of six records."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from benchmarks.checks import measure, persons, queries
from benchmarks.posts import behind, new_records
from benchmarks.recall import recall
from benchmarks.service import at_once, mix, one_by_one, rows, with_aliases
from benchmarks.service import measure as measured_serving
from resolver.api import ServiceSettings, create_app
from resolver.hub.hub import Hub
from tests.hub.hubs import OPTIONS, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    store = f"sqlite:///{tmp_path_factory.mktemp('load')}/hub.db"
    names = ["Ivan Petrov", "Maria Quispe", "Pavel Novotny", "Ann Lee", "Boris Lang", "John Smith"]
    with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
        with Hub.open(store, OPTIONS) as hub:
            hub.add(
                intake(
                    record(f"a:{at}", name=name, birthDate=f"19{60 + at}")
                    for at, name in enumerate(names)
                )
            )
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


def test_whom_it_asks_for_is_found(served: tuple[str, str]) -> None:
    store, url = served
    said = measure(url, queries(persons(store, 6)), None)
    assert (said["checks"], said["found"]) == (6, 1.0)
    assert 0 < said["p50"] <= said["p95"] <= said["p99"]


def test_a_mix_is_asked_and_counted(served: tuple[str, str]) -> None:
    store, url = served
    some = persons(store, 6)
    said = one_by_one(url, mix(some))
    assert 0 < said["p50"] <= said["p95"] <= said["p99"]
    assert one_by_one(url, with_aliases(some))["found"] == 1.0
    assert len(rows({"single": said, "workers": 2})) == 6


def test_a_service_of_several_processes_is_measured(served: tuple[str, str]) -> None:
    store, _ = served
    said = measured_serving(store, workers=2, checks=6, posts=4)
    assert said["single"]["found"] == 1.0
    assert said["checks_per_second"] > 0
    assert said["records_per_second"] > 0
    # all that serve are counted, not the first process alone
    assert said["memory_mib"] > 100
    assert said["cores"] > 0
    assert 0 <= said["settled_seconds"] < 60


def test_many_are_added_at_once(served: tuple[str, str]) -> None:
    store, url = served
    some = persons(store, 6)
    assert at_once(url, new_records(some, 6), 3) > 0
    assert len(persons(store, 50)) > len(some)


def test_recall_counts_what_brute_force_hits(served: tuple[str, str]) -> None:
    store, _ = served
    with Hub.open(store, create=False) as hub:
        said = recall(hub, 4, 2)
    assert said.other_scores == 0
    assert said.hits["review"] > 0
    assert {figure: said.share(figure) for figure in said.hits} == dict.fromkeys(said.hits, 1.0)


def test_refused_requests_are_an_error(served: tuple[str, str]) -> None:
    with pytest.raises(RuntimeError, match="refused"):
        at_once(served[1], [("/records", b"{}")], 1)


def test_how_far_answers_are_behind() -> None:
    landed = [(1.0, 7), (2.0, 8), (2.5, 9)]
    assert behind(landed, [(0.5, 6), (1.2, 7), (2.4, 7), (4.0, 9)]) == pytest.approx(0.4)
    # told of 9 without a word of 8
    assert behind([(1.0, 9)], [(1.5, 7)]) == pytest.approx(0.5)
    assert behind(landed, []) == 0.0
