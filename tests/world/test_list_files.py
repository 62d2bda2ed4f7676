"""World files: reproducible bytes, reading them back, and bounded memory."""

from __future__ import annotations

import csv
import hashlib
import resource
import time
from pathlib import Path

import pytest

from resolver.errors import OutputError
from resolver.lists.formats.tabular.mapping import load_mapping
from resolver.lists.readers import read_lists
from resolver.records import Record
from resolver.world import World, generate, write_world

pytestmark = pytest.mark.slow


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def lists_in(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix != ".yml" and path.name != "truth.csv"
    ]


def read_back(path: Path) -> list[Record]:
    """Return the records of one list, read with its mapping file."""
    mapping = path.with_name(f"{path.name.split('.')[0]}.mapping.yml")
    intake = read_lists([path], mapping=load_mapping(mapping) if mapping.exists() else None)
    assert intake.rejects == ()
    return list(intake.batch.to_records())


def test_same_arguments_give_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("first", 7), ("same", 7), ("other", 8)):
        write_world(tmp_path / name, 1_000, seed=seed)
    first, same, other = (digests(tmp_path / name) for name in ("first", "same", "other"))
    assert first == same
    lists = [name for name in first if not name.endswith(".yml")]
    assert all(first[name] != other[name] for name in lists)


def test_truth_file_equals_truth_of_records(world: World, world_folder: Path) -> None:
    with (world_folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["record_id", "true_id", "kind"]
    assert {row["record_id"]: row["true_id"] for row in rows} == world.truth
    assert all(world.kinds[row["true_id"]] == row["kind"] for row in rows)


def test_readers_give_ids_of_truth(world: World, world_folder: Path) -> None:
    ids = [record.id for path in lists_in(world_folder) for record in read_back(path)]
    assert len(ids) == len(world.truth)
    assert set(ids) == world.truth.keys()


def test_readers_find_all_values(world: World, world_folder: Path) -> None:
    generated = {record.id: record for record in world.records}
    props = (
        "name",
        "firstName",
        "lastName",
        "birthDate",
        "birthPlace",
        "birthCountry",
        "nationality",
        "gender",
    )
    for path in lists_in(world_folder):
        for record in read_back(path):
            expected = generated[record.id]
            assert [set(record.texts(prop)) for prop in props] == [
                set(expected.texts(prop)) for prop in props
            ], record.id
            numbers = {item.number for item in record.identifiers}
            assert numbers <= {item.number for item in expected.identifiers}


def test_folder_of_lists_can_be_read(world: World, world_folder: Path) -> None:
    intake = read_lists([world_folder])
    assert set(intake.batch.ids.to_pylist()) == world.truth.keys()
    assert {info.format for info in intake.lists} == {"ftm", "senzing", "interpol", "tabular"}


def test_relations_survive_in_ftm_lists(world: World, world_folder: Path) -> None:
    generated = {record.id: record for record in world.records}
    path = next(path for path in lists_in(world_folder) if path.name.endswith(".ftm.json"))
    read_relations = {
        (record.id, relation.type, relation.target_id)
        for record in read_back(path)
        for relation in record.relations
    }
    expected = {
        (identity, relation.type, relation.target_id)
        for identity, record in generated.items()
        if identity.startswith(path.name.removesuffix(".ftm.json"))
        for relation in record.relations
        if relation.target_id
    }
    assert expected
    assert expected <= read_relations


@pytest.mark.parametrize("suffix", [".ftm.json", ".jsonl"])
def test_networks_survive_in_lists_that_carry_them(tmp_path: Path, suffix: str) -> None:
    write_world(tmp_path, 1_500, seed=5, networks=True)
    generated = {record.id: record for record in generate(1_500, seed=5, networks=True).records}
    path = next(path for path in lists_in(tmp_path) if path.name.endswith(suffix))
    records = read_back(path)
    expected = {
        (record.id, relation.type, relation.target_id)
        for record in records
        for relation in generated[record.id].relations
        if relation.target_id
    }
    stated = {
        (record.id, relation.type, relation.target_id)
        for record in records
        for relation in record.relations
    }
    assert len(expected) > 50
    assert expected <= stated
    starts = {relation.start for record in records for relation in record.relations}
    assert (len(starts) > 5) is (suffix == ".ftm.json")


class CountingProgress:
    """`Progress` that counts the records done."""

    def __init__(self) -> None:
        self.done = 0

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        pass

    def advance(self, count: int = 1) -> None:
        self.done += count

    def finish(self) -> None:
        pass


def peak_bytes() -> int:
    """Return the peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_longer_world_extends_shorter_one_in_bounded_memory(tmp_path: Path) -> None:
    progress = CountingProgress()
    write_world(tmp_path / "warm", 10)
    start, before = time.process_time(), peak_bytes()
    write_world(tmp_path / "short", 50_000, agencies=6)
    seconds = time.process_time() - start
    summary = write_world(tmp_path / "long", 52_000, agencies=6, progress=progress)
    # On one core it takes about one second.
    assert seconds < 10
    assert peak_bytes() - before < 700 * 2**20
    assert progress.done == summary.records == sum(summary.files.values()) == 52_000
    assert 0.4 < summary.shared / summary.records < 0.48
    for path in lists_in(tmp_path / "short"):
        if path.suffix != ".parquet":
            longer = (tmp_path / "long" / path.name).read_bytes()
            shorter = path.read_bytes()
            assert len(longer) > len(shorter)
            assert longer.startswith(shorter)


def test_folder_that_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be created"):
        write_world(tmp_path / "file", 10)
