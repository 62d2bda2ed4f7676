"""Test that files of an older version are opened, upgraded or restored, with the same answers.

`tests.upgrades.make` describes the artifacts in `data`; they are never made again to make a test
pass. Only commands and HTTP are used, as an operator would use them.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.baseline.processes import CommandError, request, run_resolver, serve_store
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
    file_digests,
    gunzip,
    lists_in,
    load_sql,
    read_expected,
    rows_with,
    store_facts,
    unpack,
)

pytestmark = pytest.mark.slow
FACTS = ("status", "exports", "answers")


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


def facts_of(content: dict[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in FACTS}


def test_sqlite_store_is_upgraded(recorded: dict[str, Any], lists: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{gunzip(SQLITE, tmp_path / 'hub.db')}"
    assert store_facts(url, tmp_path, recorded["queries"]) == recorded["sqlite"]
    assert sum(bool(row) for row in recorded["sqlite"]["answers"]) > len(recorded["queries"]) / 2
    run_resolver("dedupe", *lists_in(lists)[FIRST_LISTS:], "--store", url)
    facts, expected = export_digests(url, tmp_path), recorded["increment"]
    assert facts["canonical"] == expected["canonical"]
    assert facts["full"] == expected["full"]


def test_dumped_postgresql_store_is_upgraded(
    recorded: dict[str, Any], lists: Path, server: str, tmp_path: Path
) -> None:
    script = gzip.decompress((DATA / POSTGRES).read_bytes()).decode()
    url = load_sql(server, "dumped", script)
    settings = {"RESOLVER_INDEX_DIR": str(tmp_path / "index")}
    facts = store_facts(url, tmp_path, recorded["queries"], settings=settings)
    assert facts == recorded["postgres"]
    run_resolver("dedupe", *lists_in(lists)[FIRST_LISTS:], "--store", url, settings=settings)
    increment = export_digests(url, tmp_path, settings)
    assert increment["canonical"] == recorded["increment"]["canonical"]


def test_backup_is_restored(recorded: dict[str, Any], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/restored.db"
    run_resolver("restore", DATA / BACKUP, "--store", url)
    check_restored(url, recorded["backup"], recorded["queries"], tmp_path)


def test_backup_is_restored_into_postgresql(
    recorded: dict[str, Any], server: str, tmp_path: Path
) -> None:
    url = load_sql(server, "restored", "")
    run_resolver("restore", DATA / BACKUP, "--store", url)
    check_restored(url, recorded["backup"], recorded["queries"], tmp_path)


def check_restored(url: str, expected: dict[str, Any], queries: list[Any], folder: Path) -> None:
    """Check that a restored store has the same facts, key and user."""
    settings = {"RESOLVER_INDEX_DIR": str(folder / "index")}
    (key,) = json.loads(run_resolver("keys", "list", "--json", "--store", url))
    assert (key["name"], key["state"]) == (expected["key"], "good")
    (user,) = json.loads(run_resolver("users", "list", "--json", "--store", url))
    assert user["name"] == expected["user"]
    facts = store_facts(url, folder, queries, key=expected["secret"], settings=settings)
    assert facts == facts_of(expected)


def test_waiting_batches_run_and_audit_events_are_recovered(
    recorded: dict[str, Any], tmp_path: Path
) -> None:
    expected = recorded["service"]
    unpack(SERVICE, tmp_path)
    store = tmp_path / "hub.db"
    url = f"sqlite:///{store}"
    ids = [request_id for request_id, _, _ in expected["events"]]
    assert rows_with(store, ids) == []
    run_resolver("worker", "--once", "--store", url)
    with serve_store(url) as service:
        for job, facts in expected["batches"].items():
            assert batch_facts(service.address, job) == facts
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
    assert export_digests(url, tmp_path) == expected["exports"]


def test_model_and_decisions_give_the_same_results(
    recorded: dict[str, Any], lists: Path, tmp_path: Path
) -> None:
    unpack(MODEL, tmp_path)
    runs = {
        "plain": (),
        "model": ("--model", tmp_path / "model"),
        "decisions": ("--decisions", DATA / DECISIONS),
    }
    for name, options in runs.items():
        out = tmp_path / name
        run_resolver("dedupe", lists, "--out", out, *options)
        assert file_digests(out, tuple(recorded["runs"][name])) == recorded["runs"][name], name
    assert recorded["runs"]["model"] != recorded["runs"]["plain"]
    assert recorded["runs"]["decisions"] != recorded["runs"]["plain"]


def test_store_is_served_with_an_older_model(
    recorded: dict[str, Any], lists: Path, tmp_path: Path
) -> None:
    unpack(MODEL, tmp_path)
    url = f"sqlite:///{tmp_path}/hub.db"
    model = ("--model", tmp_path / "model")
    run_resolver("dedupe", *lists_in(lists)[:FIRST_LISTS], "--store", url, *model)
    with serve_store(url, *model) as service:
        facts = check_answers(service.address, recorded["queries"])
    assert facts == recorded["model_answers"]
    assert facts != recorded["sqlite"]["answers"]


def test_damaged_backup_leaves_no_store(tmp_path: Path) -> None:
    truncated = tmp_path / "cut.backup"
    truncated.write_bytes((DATA / BACKUP).read_bytes()[:-200])
    with pytest.raises(CommandError, match="ended with 1"):
        run_resolver("restore", truncated, "--store", f"sqlite:///{tmp_path}/new.db")
    assert {path.name for path in tmp_path.iterdir()} == {"cut.backup"}
