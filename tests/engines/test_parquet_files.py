"""Parquet files of parts: all of them or none, and those of an earlier run until then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from resolver.engines.local import dedupe
from resolver.engines.parquet_files import (
    PARQUET_FOLDERS,
    PartResults,
    part_path,
    write_folders,
    write_part,
)
from resolver.errors import OutputError
from resolver.world import generate
from tests.engines.local_runs import OPTIONS, build_intake


@pytest.fixture(scope="module")
def results() -> PartResults:
    resolution = dedupe(build_intake(generate(120, seed=5).records), OPTIONS)
    batch = resolution.batch
    return PartResults(batch, resolution.labels, resolution.links, batch.ids)


def writer(results: PartResults, *numbers: int) -> Callable[[Path], list[int]]:
    """Return a function that writes the same results as some parts."""

    def fill(folder: Path) -> list[int]:
        for number in numbers:
            write_part(folder, number, results)
        return list(numbers)

    return fill


def list_files(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


def test_a_later_run_replaces_all_parts(results: PartResults, tmp_path: Path) -> None:
    write_folders(tmp_path, writer(results, 0, 1))
    write_folders(tmp_path, writer(results, 0))
    assert list_files(tmp_path) == sorted(f"{name}/part-00000.parquet" for name in PARQUET_FOLDERS)
    assert {path.name for path in tmp_path.iterdir()} == set(PARQUET_FOLDERS)
    table = pq.read_table(tmp_path / "entities")
    assert sorted(table["record_id"].to_pylist()) == results.batch.ids.to_pylist()


def test_a_part_is_the_same_where_it_is_written_again(results: PartResults, tmp_path: Path) -> None:
    write_folders(tmp_path, writer(results, 3))
    before = {name: (tmp_path / name).read_bytes() for name in list_files(tmp_path)}
    write_folders(tmp_path, writer(results, 3, 3))
    assert before == {name: (tmp_path / name).read_bytes() for name in list_files(tmp_path)}


def test_what_a_lost_worker_began_is_removed(results: PartResults, tmp_path: Path) -> None:
    def fill(folder: Path) -> list[int]:
        (folder / "links" / ".part-begun").write_bytes(b"PAR1")
        return writer(results, 0)(folder)

    write_folders(tmp_path, fill)
    assert all(Path(name).name == "part-00000.parquet" for name in list_files(tmp_path))


def test_a_failure_leaves_the_results_before_it(results: PartResults, tmp_path: Path) -> None:
    write_folders(tmp_path, writer(results, 0))
    before = list_files(tmp_path)

    def lose(folder: Path) -> list[int]:
        writer(results, 0)(folder)
        part_path(folder / "golden", 0).unlink()
        return [0]

    with pytest.raises(OutputError, match="a file that a worker wrote is not here"):
        write_folders(tmp_path, lose)
    assert list_files(tmp_path) == before


def test_a_folder_that_workers_do_not_see_is_named(results: PartResults, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="all workers reach under the same path"):
        write_part(tmp_path / "absent", 0, results)
