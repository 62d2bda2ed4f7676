"""Delta files of OpenSanctions: applied to the last version, or else the whole file is fetched."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resolver.feeds.deltas import DeltaError, apply_deltas, find_deltas, has_versions, read_index
from resolver.feeds.feeds import add_feed
from resolver.hub.hub import Hub
from resolver.store import JobState, NewFeed, RunOutcome
from tests.feeds.publisher import HERE, Publisher, publish
from tests.feeds.test_feeds import QUICK, Scene
from tests.hub.hubs import OPTIONS

NAMES = "Ana Bo Cy Di Eva Fay Gil Hal Ida Jon Kay Leo".split()
FIRST, SECOND, THIRD = "20261201060000-aaa", "20261201120000-bbb", "20261202060000-ccc"


def entity(number: int, name: str = "") -> dict[str, Any]:
    return {
        "id": f"NK-{number}",
        "schema": "Person",
        "datasets": ["border"],
        "properties": {"name": [name or f"{NAMES[number % 12]} Testssen{number}"]},
    }


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def change(operation: str, number: int, name: str = "") -> dict[str, Any]:
    stated = {"id": f"NK-{number}"} if operation == "DEL" else entity(number, name)
    return {"op": operation, "entity": stated}


def apply(tmp_path: Path, old: bytes, *deltas: bytes) -> list[dict[str, Any]]:
    paths = []
    for number, content in enumerate((old, *deltas)):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_bytes(content)
    new = io.BytesIO()
    count = apply_deltas(paths[0], paths[1:], new)
    rows = [json.loads(line) for line in new.getvalue().splitlines()]
    assert len(rows) == count
    return rows


def test_entities_are_added_changed_and_deleted(tmp_path: Path) -> None:
    old = lines(*map(entity, range(4)))
    first = lines(change("ADD", 7), change("MOD", 1, "Bo Other"), change("DEL", 2))
    second = lines(change("DEL", 7), change("ADD", 2, "Cy Back"), change("ADD", 8))
    rows = apply(tmp_path, old, first, second)
    names = {row["id"]: row["properties"]["name"][0] for row in rows}
    assert names == {
        "NK-0": "Ana Testssen0",
        "NK-1": "Bo Other",
        "NK-2": "Cy Back",
        "NK-3": "Di Testssen3",
        "NK-8": "Ida Testssen8",
    }


@pytest.mark.parametrize(
    ("delta", "reason"),
    [
        (lines(change("ADD", 1)), "is added, but it is already there"),
        (lines(change("MOD", 9)), "changes, but it is not there"),
        (lines(change("DEL", 9)), "changes, but it is not there"),
        (lines(change("DEL", 1), change("MOD", 1)), "contradict each other"),
        (lines(change("MOVE", 1)), "states no change"),
        (b'{"op": "ADD", "entity": {"schema": "Person"}}\n', "has no id"),
        (b'{"op": "ADD"\n', "cannot be read as JSON"),
        (b"[1]\n", "no JSON object"),
    ],
)
def test_deltas_that_do_not_fit_are_refused(tmp_path: Path, delta: bytes, reason: str) -> None:
    with pytest.raises(DeltaError, match=reason):
        apply(tmp_path, lines(*map(entity, range(4))), delta)


def test_both_versions_must_be_in_the_index_of_deltas() -> None:
    index = json.dumps({"versions": {THIRD: "c", FIRST: "a", SECOND: "b"}}).encode()
    assert find_deltas(index, FIRST, THIRD) == ["b", "c"]
    for since, version in (("20261130060000-zzz", THIRD), (FIRST, "20261203060000-ddd")):
        with pytest.raises(DeltaError, match="does not have both versions"):
            find_deltas(index, since, version)


def test_an_index_without_a_version_is_refused() -> None:
    with pytest.raises(DeltaError, match="states no version"):
        read_index(b'{"resources": [{"name": "entities.ftm.json", "url": "/list"}]}')
    assert has_versions("https://example.org/latest/sanctions/index.json", "ftm")
    assert not has_versions("https://example.org/latest/sanctions/index.json", "")
    assert not has_versions("https://example.org/latest/entities.ftm.json", "ftm")


class Dataset:
    """Dataset that a publisher serves in versions."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._versions: dict[str, str] = {}
        self.publish(FIRST, list(map(entity, range(12))))

    def publish(
        self, version: str, rows: list[dict[str, Any]], delta: bytes = b"", **facts: Any
    ) -> None:
        """Serve a version; with `delta`, its whole file is gone."""
        self._versions[version] = f"/{version}.delta.json"
        index = {
            "version": version,
            "delta_url": "/delta.json",
            "entity_count": len(rows),
            "resources": [{"name": "entities.ftm.json", "url": "/entities.ftm.json"}],
        }
        files = self._publisher.files
        files["/latest/index.json"] = json.dumps(index | facts).encode()
        files["/delta.json"] = json.dumps({"versions": self._versions}).encode()
        files["/entities.ftm.json"] = lines(*rows)
        files[f"/{version}.delta.json"] = delta

    def forget(self, version: str) -> None:
        """Leave a version out of the index of deltas."""
        del self._versions[version]

    def fetched(self) -> list[str]:
        """Return the paths that were asked for since the last call."""
        paths = [request["path"] for request in self._publisher.requests]
        self._publisher.requests.clear()
        return paths


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with (
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub,
        publish(content_type="application/json") as publisher,
    ):
        address = publisher.address.replace("/list", "/latest/index.json")
        add_feed(hub.store, NewFeed("border", address, "ftm", 3600), HERE)
        yield Scene(hub, tmp_path / "jobs", publisher, QUICK)


@pytest.fixture
def dataset(scene: Scene) -> Dataset:
    """Return the dataset, of which the store has the first version."""
    found = Dataset(scene.publisher)
    assert scene.run().outcome is RunOutcome.NEW
    job = scene.work()
    assert job is not None
    assert job.state is JobState.DONE
    assert found.fetched() == ["/latest/index.json", "/entities.ftm.json"]
    return found


def commit(scene: Scene) -> None:
    job = scene.work()
    assert job is not None
    assert (job.state, job.error) == (JobState.DONE, "")


CHANGED = [entity(0, "Ana Other"), *map(entity, range(1, 11)), entity(20)]
CHANGES = lines(change("MOD", 0, "Ana Other"), change("DEL", 11), change("ADD", 20))


@pytest.mark.slow
def test_a_new_version_is_made_of_the_last_one_and_deltas(scene: Scene, dataset: Dataset) -> None:
    assert scene.run().outcome is RunOutcome.UNCHANGED
    assert dataset.fetched() == ["/latest/index.json"]
    fetched = scene.status().feed.fetched
    dataset.publish(SECOND, [], lines(change("ADD", 20)))
    dataset.publish(THIRD, CHANGED, lines(change("MOD", 0, "Ana Other"), change("DEL", 11)))
    run = scene.run()
    assert "the last version with 2 delta files" in run.line
    assert "/entities.ftm.json" not in dataset.fetched()
    assert scene.status().feed.fetched == fetched, "no full fetch"
    commit(scene)
    expected = sorted(f"border:NK-{number}" for number in (*range(11), 20))
    assert scene.ids() == expected
    assert scene.run().outcome is RunOutcome.UNCHANGED


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["gap", "contradiction", "count", "absent", "foreign host"])
def test_the_whole_file_is_fetched_if_deltas_do_not_lead_there(
    scene: Scene, dataset: Dataset, fault: str
) -> None:
    facts: dict[str, Any] = {}
    delta = CHANGES
    if fault == "gap":
        dataset.forget(FIRST)
    elif fault == "contradiction":
        delta = lines(change("DEL", 77))
    elif fault == "count":
        delta = lines(change("DEL", 11))
    elif fault == "foreign host":
        facts["delta_url"] = "http://deltas.invalid/delta.json"
    dataset.publish(SECOND, CHANGED, delta, **facts)
    if fault == "absent":
        scene.publisher.status = 404
        del scene.publisher.files[f"/{SECOND}.delta.json"]
    run = scene.run()
    assert "delta" not in run.line
    assert dataset.fetched()[-1] == "/entities.ftm.json"
    commit(scene)
    assert scene.ids() == sorted(f"border:NK-{number}" for number in (*range(11), 20))


@pytest.mark.slow
def test_a_list_on_another_host_is_not_fetched(scene: Scene, dataset: Dataset) -> None:
    resources = [{"name": "entities.ftm.json", "url": "http://lists.invalid/entities.ftm.json"}]
    dataset.publish(SECOND, CHANGED, lines(change("DEL", 77)), resources=resources)
    run = scene.run()
    assert run.outcome is RunOutcome.FAILED
    assert "leads to the host lists.invalid, which is not allowed" in run.line
    assert scene.count() == 12
