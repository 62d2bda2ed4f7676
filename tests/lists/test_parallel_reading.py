"""Lists read in several processes: the same intake, progress and errors as in one."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.errors import InputError
from resolver.lists import list_reading, parallel_reading
from resolver.lists.discovery import PlannedList
from resolver.lists.formats.tabular import table_files
from resolver.lists.formats.tabular.table_reader import has_shares
from resolver.lists.io import text_lines
from resolver.lists.io.source_files import SourceFile
from resolver.lists.list_reading import RawList
from resolver.lists.parallel_reading import ReadingRules
from resolver.lists.reader_types import Intake, ListUnit
from resolver.lists.readers import read_lists
from tests.check_process import run_check
from tests.lists.samples import write_ftm, write_interpol, write_senzing, write_tabular

BROKEN = "id,name\n1,\n"


@dataclass(frozen=True)
class Reading:
    """Intake, the records reported of each list, and the lists that this process has read."""

    intake: Intake
    counts: dict[str, int]
    own: set[str]


def read_in(
    workers: int,
    paths: list[Path],
    *,
    strict: bool = False,
    in_step: bool = False,
    work: Callable[[Semaphore], None] | None = None,
) -> Reading:
    """Read lists. `in_step`: each process waits at its first list until all have one.

    `work`: what this process does meanwhile; it receives what any process releases per list.
    """
    begun = multiprocessing.get_context("fork").Semaphore(0)
    own: set[str] = set()
    read = parallel_reading.read_item
    barrier = multiprocessing.get_context("fork").Barrier(workers if in_step else 1)

    def note_list(item: PlannedList, rules: ReadingRules, **options: Any) -> RawList | InputError:
        """Read a list, and note it in this process."""
        if not own:
            barrier.wait(30)
        begun.release()
        own.add(item.unit.label)
        return read(item, rules, **options)

    parallel_reading.read_item = note_list
    try:
        counts: dict[str, int] = {}
        rules = ReadingRules(workers=workers)
        intake = read_lists(
            paths,
            rules=rules,
            strict=strict,
            progress=counts.__setitem__,
            meanwhile=partial(work, begun) if work else None,
        )
    finally:
        parallel_reading.read_item = read
    return Reading(intake, counts, own)


def check_intake(folder: Path) -> None:
    """Check that two processes read some lists each, and the same as one."""
    parallel_reading.MIN_PARALLEL_BYTES = 1
    paths = [make(folder) for make in (write_tabular, write_senzing, write_interpol, write_ftm)]
    (folder / "broken.csv").write_text(BROKEN, "utf-8")
    whole = read_in(1, [*paths, folder / "broken.csv"])
    split = read_in(2, [*paths, folder / "broken.csv"], in_step=True)
    assert 0 < len(split.own) < len(whole.own) == 5
    assert _nonzero(split.counts) == _nonzero(whole.counts)
    assert list(split.intake.batch.to_records()) == list(whole.intake.batch.to_records())
    assert split.intake.lists == whole.intake.lists
    assert split.intake.rejects == whole.intake.rejects != ()


def _nonzero(counts: dict[str, int]) -> dict[str, int]:
    return {label: count for label, count in counts.items() if count}


def check_error(folder: Path) -> None:
    """Check that the error is that of the first list, whichever process reads it."""
    parallel_reading.MIN_PARALLEL_BYTES = 1
    for number, rows in enumerate((1, 40, 30)):
        (folder / f"{number}.csv").write_text(BROKEN * rows, "utf-8")
    for workers in (1, 2, 3):
        with pytest.raises(InputError) as caught:
            read_in(workers, [folder], strict=True)
        assert caught.value.place.startswith("0.csv")


def write_table(folder: Path, suffix: str) -> Path:
    """Write a table of 60 rows, some of which give rejects, that is read in many chunks."""
    rows = [
        {
            "id": f"r{number}",
            "name": "" if number % 9 == 0 else f"Ann Lee {number}",
            "birth_date": "3/4/1970" if number % 7 else "nonsense",
        }
        for number in range(60)
    ]
    path = folder / f"table.{suffix}"
    if suffix == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif suffix == "csv":
        bad = ["x,1", 'a,"b\nc",1980', 'z,"open,1981']
        lines = [",".join(row.values()) for row in rows]
        path.write_text("\n".join(["id,name,birth_date", *lines[:30], *bad, *lines[30:]]), "utf-8")
    else:
        lines = [json.dumps(row) for row in rows]
        text = "\n".join([*lines[:30], "[1]", "", *lines[30:]])
        path.write_text(text if suffix == "jsonl" else f"[{','.join(lines)}]", "utf-8")
    return path


def check_shares(folder: Path) -> None:
    """Check that several processes read shares of one table, and the same as one process."""
    parallel_reading.MIN_PARALLEL_BYTES = 1
    text_lines.BLOCK_CHARS = 100
    vars(table_files)["safe_batch_rows"] = lambda *_: 7
    for suffix in ("csv", "parquet", "jsonl", "json"):
        path = write_table(folder, suffix)
        assert has_shares(ListUnit((SourceFile(path),))) == (suffix != "json")
        whole = read_in(1, [path])
        for workers in (2, 3):
            split = read_in(workers, [path])
            assert split.counts == whole.counts
            assert split.intake == replace(whole.intake, batch=split.intake.batch)
            assert list(split.intake.batch.to_records()) == list(whole.intake.batch.to_records())
        assert whole.intake.rejects


def check_rejects(folder: Path) -> None:
    """Check that the same of too many rejects are listed, however many processes read."""
    parallel_reading.MIN_PARALLEL_BYTES = 1
    text_lines.BLOCK_CHARS = 100
    for module in (list_reading, parallel_reading):
        vars(module)["MAX_REJECTS"] = 5
    path = write_table(folder, "csv")
    whole, split = read_in(1, [path]), read_in(2, [path])
    assert len(whole.intake.rejects) == 6
    assert split.intake.rejects == whole.intake.rejects


def check_reading_copies(folder: Path) -> None:
    """Check that copies alone read while this process works, unless the lists are too small for a
    copy, or so large that the progress must show.
    """
    parallel_reading.MIN_PARALLEL_BYTES = 1
    paths = [make(folder) for make in (write_tabular, write_senzing)]
    whole = read_in(1, paths)
    size = sum(path.stat().st_size for path in paths)
    for least, most, waits in (
        (size + 1, size, False),
        (size, size - 1, False),
        (size, size, True),
    ):
        parallel_reading.MIN_PARALLEL_BYTES, parallel_reading.MAX_SILENT_BYTES = least, most
        done: list[bool] = []

        def work(begun: Semaphore, *, waits: bool = waits, done: list[bool] = done) -> None:
            """Wait until copies have begun both lists, or note that none is begun."""
            done += [begun.acquire(timeout=30 if waits else 0) for _ in paths]

        split = read_in(2, paths, work=work)
        assert done == [waits, waits]
        assert bool(split.own) != waits
        assert split.counts == whole.counts
        assert split.intake == replace(whole.intake, batch=split.intake.batch)
        assert list(split.intake.batch.to_records()) == list(whole.intake.batch.to_records())


@pytest.mark.parametrize(
    "check", [check_intake, check_error, check_shares, check_rejects, check_reading_copies]
)
def test_in_a_process_without_other_threads(
    check: Callable[[Path], None], tmp_path: Path, root: Path
) -> None:
    run_check(check, root, tmp_path)


def test_the_largest_list_is_read_first(tmp_path: Path) -> None:
    for number, rows in enumerate((3, 50, 10)):
        lines = [f"{row},Ann Lee" for row in range(rows)]
        (tmp_path / f"{number}.csv").write_text("\n".join(["id,name", *lines]), "utf-8")
    assert list(read_in(1, [tmp_path]).counts) == ["1.csv", "2.csv", "0.csv"]
