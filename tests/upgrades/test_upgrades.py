"""Test that files of an older version are opened, upgraded or restored, with the same answers.

`tests.upgrades.make` describes the artifacts in `data`; they are never made again to make a test
pass. Only commands and HTTP are used, as an operator would use them.
"""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from benchmarks.baseline.processes import CommandError, request, run_resolver, serve_store
from resolver.errors import ModelError, StoreError
from resolver.hub.hub import Hub
from resolver.records.results.resolution import Band, Basis, Outcome
from tests.store import postgres
from tests.upgrades.artifacts import (
    BACKUP,
    DATA,
    DECISIONS,
    FIRST_LISTS,
    LISTS,
    MODEL,
    POSTGRES,
    SERVICE,
    SQLITE,
    batch_facts,
    check_answers,
    export_digests,
    gunzip,
    lists_in,
    load_sql,
    read_expected,
    rows_with,
    status,
    unpack,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked_commands")]


@pytest.fixture(scope="session")
def recorded() -> dict[str, Any]:
    """Return the facts recorded by the version that made the artifacts."""
    return read_expected()


@pytest.fixture(scope="session")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    unpack(LISTS, folder)
    return folder / "lists"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (on Debian: postgresql)")
    with postgres.server(Path("/tmp")) as url:
        yield url


def check_kept(
    url: str, expected: dict[str, Any], folder: Path, settings: dict[str, str] | None = None
) -> None:
    """Check that a store of an earlier model is read, says what to run, and is rebuilt by that."""
    settings = settings or {}
    assert status(url) == expected["status"]
    assert export_digests(url, folder, settings) == expected["exports"]
    with pytest.raises(CommandError, match="resolver rebuild --store"):
        run_resolver("check", "Ivan Petrov", "--store", url, settings=settings)
    preview = run_resolver("rebuild", "--store", url, "--dry-run", settings=settings)
    assert re.search(r"\d+ of 147 entities change", preview)
    assert export_digests(url, folder, settings) == expected["exports"]
    run_resolver("rebuild", "--store", url, settings=settings)
    rebuilt = status(url)
    for name in ("records", "plan", "sources"):
        assert rebuilt[name] == expected["status"][name]
    assert export_digests(url, folder, settings) != expected["exports"]


def check_served(
    url: str, expected: dict[str, Any], queries: list[Any], key: str = "", **settings: str
) -> None:
    """Check that a rebuilt store answers most of the queries that it answered before."""
    with serve_store(url, settings=settings) as service:
        answers = check_answers(service.address, queries, key)
    are_answered = [bool(new) for new, old in zip(answers, expected["answers"], strict=True) if old]
    assert sum(are_answered) > 0.8 * len(are_answered)


def test_sqlite_store_is_upgraded(recorded: dict[str, Any], lists: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{gunzip(SQLITE, tmp_path / 'hub.db')}"
    check_kept(url, recorded["sqlite"], tmp_path)
    check_served(url, recorded["sqlite"], recorded["queries"])
    before = status(url)["records"]
    run_resolver("dedupe", *lists_in(lists)[FIRST_LISTS:], "--store", url)
    assert status(url)["records"] > before


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_store_of_another_model_is_not_upgraded(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Who opens it with the wrong program can go back to the program that wrote it."""
    if backend == "sqlite":
        url = f"sqlite:///{gunzip(SQLITE, tmp_path / 'hub.db')}"
    else:
        script = gzip.decompress((DATA / POSTGRES).read_bytes()).decode()
        url = load_sql(request.getfixturevalue("server"), "kept", script)
    engine = create_engine(url)

    def describe() -> tuple[str, list[str]]:
        with engine.connect() as connection:
            version = connection.execute(text("SELECT version_num FROM alembic_version"))
            return str(version.scalar_one()), sorted(inspect(connection).get_table_names())

    before = describe()
    with pytest.raises(StoreError, match="resolved with another"):
        Hub.open(url)
    with pytest.raises(ModelError):
        Hub.open(url, model_dir=tmp_path / "nowhere", check=False)
    assert describe() == before
    # a rebuild, which resolves it with this model, upgrades it
    Hub.open(url, check=False).close()
    assert describe() != before
    engine.dispose()


def test_links_of_before_say_what_they_rest_on(tmp_path: Path) -> None:
    """A queued match waits for a contradiction, as it did when the band of a link said so."""
    store = gunzip(SQLITE, tmp_path / "hub.db")
    columns = "left, right, outcome, band"

    def read_links(names: str) -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(store)) as connection:
            return connection.execute(f"SELECT {names} FROM links ORDER BY 1, 2").fetchall()

    before = read_links(columns)
    expected = {
        (Outcome.APART, Band.REVIEW): (Band.REVIEW, Basis.DECISION),
        (Outcome.QUEUED, Band.REVIEW): (Band.REVIEW, Basis.SCORE),
        (Outcome.QUEUED, Band.MATCH): (Band.REVIEW, Basis.CONTRADICTION),
        (Outcome.MERGED, Band.REVIEW): (Band.REVIEW, Basis.RECORDS),
        (Outcome.MERGED, Band.MATCH): (Band.MATCH, Basis.RECORDS),
    }
    assert {(outcome, band) for _, _, outcome, band in before} == set(expected)
    status(f"sqlite:///{store}")
    after = read_links(f"{columns}, basis")
    assert after == [
        (left, right, outcome, *expected[Outcome(outcome), Band(band)])
        for left, right, outcome, band in before
    ]


def test_dumped_postgresql_store_is_upgraded(
    recorded: dict[str, Any], server: str, tmp_path: Path
) -> None:
    script = gzip.decompress((DATA / POSTGRES).read_bytes()).decode()
    url = load_sql(server, "dumped", script)
    settings = {"RESOLVER_INDEX_DIR": str(tmp_path / "index")}
    check_kept(url, recorded["postgres"], tmp_path, settings)
    check_served(url, recorded["postgres"], recorded["queries"], **settings)


def test_backup_is_restored(recorded: dict[str, Any], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/restored.db"
    run_resolver("restore", DATA / BACKUP, "--store", url, "--with-accounts")
    check_restored(url, recorded["backup"], recorded["queries"], tmp_path)


def test_backup_is_restored_into_postgresql(
    recorded: dict[str, Any], server: str, tmp_path: Path
) -> None:
    url = load_sql(server, "restored", "")
    run_resolver("restore", DATA / BACKUP, "--store", url, "--with-accounts")
    check_restored(url, recorded["backup"], recorded["queries"], tmp_path)


def check_restored(url: str, expected: dict[str, Any], queries: list[Any], folder: Path) -> None:
    """Check that a restored store has the same contents, key and user, and can be rebuilt."""
    settings = {"RESOLVER_INDEX_DIR": str(folder / "index")}
    (key,) = json.loads(run_resolver("keys", "list", "--json", "--store", url))
    assert (key["name"], key["state"]) == (expected["key"], "good")
    (user,) = json.loads(run_resolver("users", "list", "--json", "--store", url))
    assert user["name"] == expected["user"]
    check_kept(url, expected, folder, settings)
    check_served(url, expected, queries, expected["secret"], **settings)


def test_waiting_batches_run_and_audit_events_are_recovered(
    recorded: dict[str, Any], tmp_path: Path
) -> None:
    expected = recorded["service"]
    unpack(SERVICE, tmp_path)
    store = tmp_path / "hub.db"
    url = f"sqlite:///{store}"
    ids = [request_id for request_id, _, _ in expected["events"]]
    assert rows_with(store, ids) == []
    run_resolver("rebuild", "--store", url)
    run_resolver("worker", "--once", "--store", url)
    with serve_store(url) as service:
        for job, facts in expected["batches"].items():
            assert batch_facts(service.address, job)["state"] == facts["state"]
        deadline = time.monotonic() + 20
        while len(rows_with(store, ids)) < len(ids) and time.monotonic() < deadline:
            time.sleep(0.1)
    recovered = rows_with(store, ids)
    assert len(recovered) == len(ids)
    for request_id, action, query in expected["events"]:
        (row,) = (row for row in recovered if request_id in row)
        assert action in row
        assert query in [
            json.loads(value) for value in row if isinstance(value, str) and value.startswith("{")
        ]
    # each event is recovered once: a second start adds none
    with serve_store(url) as service:
        assert request(f"{service.address}/readyz")[0] == 200
    assert len(rows_with(store, ids)) == len(ids)


def test_model_and_decisions_of_before_are_used(
    recorded: dict[str, Any], lists: Path, tmp_path: Path
) -> None:
    unpack(MODEL, tmp_path)
    model = ("--model", tmp_path / "model")
    runs = {"plain": (), "model": model, "decisions": ("--decisions", DATA / DECISIONS)}
    links = {}
    for name, options in runs.items():
        run_resolver("dedupe", lists, "--out", tmp_path / name, *options)
        links[name] = (tmp_path / name / "links.csv").read_text("utf-8").splitlines()
    assert len({tuple(lines) for lines in links.values()}) == len(runs)
    decided = (DATA / DECISIONS).read_text("utf-8")
    apart = {line for line in links["decisions"] if ",apart," in line}
    assert apart - set(links["plain"]) or "different" not in decided


def test_store_is_served_with_an_older_model(
    recorded: dict[str, Any], lists: Path, tmp_path: Path
) -> None:
    unpack(MODEL, tmp_path)
    url = f"sqlite:///{tmp_path}/hub.db"
    model = ("--model", tmp_path / "model")
    run_resolver("dedupe", *lists_in(lists)[:FIRST_LISTS], "--store", url, *model)
    with serve_store(url, *model) as service:
        answers = check_answers(service.address, recorded["queries"])
    # entities compete for a query now, and records merge by their entities
    are_answered = [
        bool(new) for new, old in zip(answers, recorded["model_answers"], strict=True) if old
    ]
    assert sum(are_answered) > 0.8 * len(are_answered)


def test_damaged_backup_leaves_no_store(tmp_path: Path) -> None:
    truncated = tmp_path / "cut.backup"
    truncated.write_bytes((DATA / BACKUP).read_bytes()[:-200])
    with pytest.raises(CommandError, match="ended with 1"):
        run_resolver("restore", truncated, "--store", f"sqlite:///{tmp_path}/new.db")
    assert {path.name for path in tmp_path.iterdir()} == {"cut.backup"}
