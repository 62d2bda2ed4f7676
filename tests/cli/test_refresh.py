"""Populations on the command line: refreshes by hand, after a run and by a worker; checks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest

from resolver.cli.app import run
from resolver.hub.hub import Hub
from resolver.hub.job_worker import queue_refresh
from resolver.store import JobState, Store
from tests.cli.conftest import Lists
from tests.hub.hubs import make_intake
from tests.model_folders import make_population_models
from tests.records.samples import record

pytestmark = pytest.mark.slow

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_population_models(tmp_path_factory.mktemp("models") / "model")


@pytest.fixture(autouse=True)
def settings(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all commands use models that know populations."""
    monkeypatch.setenv("RESOLVER_MODEL_DIR", str(model))


@pytest.fixture
def url(lists: Lists, tmp_path: Path) -> str:
    """Return the URL of a store with the first list."""
    url = f"sqlite:///{tmp_path}/hub.db"
    assert run(["dedupe", str(lists.coast), "--store", url]) == 0
    return url


def refreshes(url: str) -> list[int]:
    """Return the revision of the store and that of its last refresh."""
    with Store.open(url) as store, store.view() as view:
        return [view.revision, view.population_revision()]


def write_table(path: Path, rows: Sequence[str]) -> Path:
    path.write_text("\n".join(["id,name,birth_date", *rows]) + "\n", "utf-8")
    return path


def test_a_run_refreshes_a_store_that_has_grown(
    url: str, lists: Lists, tmp_path: Path, capsys: Capture
) -> None:
    capsys.readouterr()
    river = ["dedupe", str(lists.river), "--mapping", str(lists.mapping), "--store", url]
    assert run([*river, "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["refresh_entities_changed"] == 0
    assert run([*river, "--dry-run"]) == 0
    assert refreshes(url) == [1, 1]
    assert run([*river, "--out", str(tmp_path / "out")]) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 2
    assert "grown by half since its last refresh and would be refreshed: " in notes[0]
    assert "grown by half since its last refresh and was refreshed: version 3" in notes[1]
    assert notes[0].rpartition("refreshed: ")[2] == notes[1].rpartition("version 3, ")[2]
    assert refreshes(url) == [3, 3]
    assert (tmp_path / "out" / "report.html").is_file()
    assert run(river) == 0
    assert refreshes(url) == [4, 3]


def test_refresh_by_hand(url: str, capsys: Capture, model: Path) -> None:
    with Hub.open(url, model_dir=model) as hub:
        hub.add(make_intake([record("x:1", name="Amelia Earhart")]))
    capsys.readouterr()
    assert run(["refresh", "--store", url, "--dry-run"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "0 of 5 entities change: 0 split, 0 merge."
    assert shown[1].startswith("  group: 1 records")
    assert "person: 3 records" in shown[2]
    assert "→ 4 records" in shown[2]
    assert refreshes(url) == [2, 1]
    assert run(["refresh", "--store", url]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "The store is at version 3."
    assert refreshes(url) == [3, 3]


def test_rebuild_shows_what_changes(url: str, capsys: Capture) -> None:
    capsys.readouterr()
    assert run(["rebuild", "--store", url, "--dry-run", "--merge-at", "0.9"]) == 0
    assert "0 of 4 entities change" in capsys.readouterr().out
    assert refreshes(url) == [1, 1]
    assert run(["rebuild", "--store", url, "--merge-at", "0.9"]) == 0
    shown = capsys.readouterr().out
    assert "0 of 4 entities change" in shown
    assert "version 2" in shown
    assert refreshes(url) == [2, 2]


def test_large_refresh_has_to_be_accepted(tmp_path: Path, model: Path, capsys: Capture) -> None:
    # 36 pairs that merge because nobody else has their names, as far as the store knows
    words = ("qvarn", "bleth", "drosk", "vimpf", "hulst", "gnarv", "zolm", "tepk", "wrush")
    names = [" ".join(pair) for pair in combinations(words, 2)]
    pairs = [
        record(f"{source}:{number}", name=name, birthDate="1850")
        for number, name in enumerate(names)
        for source in "ab"
    ]
    others = [
        record(f"c:{number}-{name}", name=name, birthDate=f"{1900 + number}")
        for number in range(60)
        for name in names[:30]
    ]
    url = f"sqlite:///{tmp_path}/large.db"
    with Hub.open(url, model_dir=model) as hub:
        hub.add(make_intake(pairs))
        merged = len(hub.changes(0))
        following = hub.add(make_intake(others), dry_run=True, with_refresh=True).refresh
        hub.add(make_intake(others))
        effect = hub.preview_refresh()
    assert following is not None
    assert following.effect == effect
    assert merged == len(names)
    assert effect.is_large, effect.summary
    capsys.readouterr()
    assert run(["refresh", "--store", url]) == 1
    shown = capsys.readouterr()
    assert effect.summary in shown.out
    assert "accept it with `resolver refresh --accept-large`" in shown.err
    assert refreshes(url) == [2, 1]
    assert run(["refresh", "--store", url, "--accept-large"]) == 0
    assert refreshes(url) == [3, 3]


def test_worker_refreshes_a_store_that_has_grown(url: str, model: Path, capsys: Capture) -> None:
    with Hub.open(url, model_dir=model) as hub:
        hub.add(make_intake(record(f"x:{number}", name=f"Ann {number}") for number in range(30)))
        job = queue_refresh(hub)
    assert job is not None
    assert run(["worker", "--store", url, "--once"]) == 0
    assert f"{job.id}: done" in capsys.readouterr().err
    assert refreshes(url) == [3, 3]
    with Store.open(url) as store:
        (done,) = store.jobs.list()
        assert (done.state, done.result) == (JobState.DONE, {"version": 3, "entities_changed": 0})
    capsys.readouterr()
    assert run(["batches", "list", "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["label"] == "refresh"


def test_checks_state_the_share_of_listed_callers(
    url: str, lists: Lists, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = [
        "check",
        "Ivan Sergeyevich Petrov",
        "--birth-date",
        "1962-05-01",
        "--nationality",
        "ru",
        "--json",
    ]
    for place in (["--store", url], ["--list", str(lists.coast)]):
        scores = []
        for listed in ("1 in 2", "0.05", "1 in 100"):
            capsys.readouterr()
            assert run([*query, *place, "--listed", listed]) == 0
            (result,) = json.loads(capsys.readouterr().out)["results"]
            rows = {row["name"]: row for row in result["evidence"]}
            total = sum(row["weight"] for row in result["evidence"])
            assert total == pytest.approx(result["logodds"])
            assert "callers is listed" in rows["partners"]["help"]
            scores.append(result["score"])
        assert scores == sorted(set(scores), reverse=True)
    monkeypatch.setenv("RESOLVER_LISTED", "1 in 100")
    assert run([*query, "--store", url]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["score"] == scores[-1]
    assert run([*query, "--store", url, "--listed", "0"]) == 2
    assert "is not a share: write '1 in 100'" in capsys.readouterr().err


def test_explanations_are_those_of_the_store(url: str, lists: Lists, capsys: Capture) -> None:
    river = ["dedupe", str(lists.river), "--mapping", str(lists.mapping), "--store", url]
    assert run(river) == 0
    with Store.open(url) as store, store.view() as view:
        links = view.all_links()
        ids = view.record_ids([int(links.left[0]), int(links.right[0])])
        logodds = int(links.logodds[0])
    capsys.readouterr()
    left, right = ids.values()
    assert run(["explain", left, right, "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["logodds"] == pytest.approx(logodds / 1000)
