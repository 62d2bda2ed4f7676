"""Load scripts and the recall of checks, on a service of six records."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from benchmarks.checks import draw_persons, make_queries, measure_checks
from benchmarks.posts import make_records, seconds_behind
from benchmarks.recall import measure_recall
from benchmarks.service import (
    alias_queries,
    check_serially,
    figure_rows,
    measure_service,
    mix_queries,
    send_concurrently,
)
from resolver.api import ServiceSettings, create_app
from resolver.hub.hub import Hub
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    store = f"sqlite:///{tmp_path_factory.mktemp('load')}/hub.db"
    names = ["Ivan Petrov", "Maria Quispe", "Pavel Novotny", "Ann Lee", "Boris Lang", "John Smith"]
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        with Hub.open(store, OPTIONS) as hub:
            hub.add(
                make_intake(
                    record(f"a:{number}", name=name, birthDate=f"19{60 + number}")
                    for number, name in enumerate(names)
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


def test_expected_records_are_listed(served: tuple[str, str]) -> None:
    store, url = served
    figures = measure_checks(url, make_queries(draw_persons(store, 6)), None)
    assert (figures["checks"], figures["found"]) == (6, 1.0)
    assert 0 < figures["p50"] <= figures["p95"] <= figures["p99"]


def test_mixed_queries_are_counted(served: tuple[str, str]) -> None:
    store, url = served
    persons = draw_persons(store, 6)
    figures = check_serially(url, mix_queries(persons))
    assert 0 < figures["p50"] <= figures["p95"] <= figures["p99"]
    assert check_serially(url, alias_queries(persons))["found"] == 1.0
    assert len(figure_rows({"single": figures, "workers": 2})) == 6


@pytest.mark.nightly
def test_service_of_several_processes_is_measured(served: tuple[str, str]) -> None:
    store, _ = served
    figures = measure_service(store, workers=2, checks=6, posts=4)
    assert figures["single"]["found"] == 1.0
    assert figures["checks_per_second"] > 0
    assert figures["records_per_second"] > 0
    # all serving processes count, not only the first
    assert figures["memory_mib"] > 100
    assert figures["cores"] > 0
    assert 0 <= figures["settled_seconds"] < 60


def test_records_are_added_concurrently(served: tuple[str, str]) -> None:
    store, url = served
    persons = draw_persons(store, 6)
    assert send_concurrently(url, make_records(persons, 6), 3) > 0
    assert len(draw_persons(store, 50)) > len(persons)


def test_recall_counts_what_brute_force_hits(served: tuple[str, str]) -> None:
    store, _ = served
    with Hub.open(store, create=False) as hub:
        figures = measure_recall(hub, 4, 2)
    assert figures.other_scores == 0
    assert figures.hits["review"] > 0
    assert {figure: figures.share(figure) for figure in figures.hits} == dict.fromkeys(
        figures.hits, 1.0
    )


def test_refused_requests_are_an_error(served: tuple[str, str]) -> None:
    with pytest.raises(RuntimeError, match="refused"):
        send_concurrently(served[1], [("/records", b"{}")], 1)


def test_delay_of_answers() -> None:
    commits = [(1.0, 7), (2.0, 8), (2.5, 9)]
    assert seconds_behind(commits, [(0.5, 6), (1.2, 7), (2.4, 7), (4.0, 9)]) == pytest.approx(0.4)
    # 9 was confirmed without a confirmation of 8
    assert seconds_behind([(1.0, 9)], [(1.5, 7)]) == pytest.approx(0.5)
    assert seconds_behind(commits, []) == 0.0
