"""Lists read in several processes: the same intake, progress and errors as in one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from resolver.errors import InputError
from resolver.ingest import list_reading
from resolver.ingest.list_reading import ListContents, ReadingRules
from resolver.ingest.reader_types import Intake, ListUnit
from resolver.ingest.readers import read_lists
from tests.ingest.samples import write_ftm, write_interpol, write_senzing, write_tabular

BROKEN = "id,name\n1,\n"


@dataclass(frozen=True)
class Reading:
    """Intake, the records reported of each list, and the lists that this process has read."""

    intake: Intake
    counts: dict[str, int]
    own: set[str]


def read_in(workers: int, paths: list[Path], *, strict: bool = False) -> Reading:
    own: set[str] = set()
    read_unit = list_reading.read_unit

    def note_list(row: Any, unit: ListUnit, **options: Any) -> ListContents:
        """Read a list, and note it in this process."""
        own.add(unit.label)
        return read_unit(row, unit, **options)

    list_reading.read_unit = note_list
    try:
        counts: dict[str, int] = {}
        rules = ReadingRules(workers=workers)
        intake = read_lists(paths, rules=rules, strict=strict, progress=counts.__setitem__)
    finally:
        list_reading.read_unit = read_unit
    return Reading(intake, counts, own)


def check_intake(folder: Path) -> None:
    """Check that two processes read some lists each, and the same as one."""
    list_reading.MIN_PARALLEL_BYTES = 1
    paths = [make(folder) for make in (write_tabular, write_senzing, write_interpol, write_ftm)]
    (folder / "broken.csv").write_text(BROKEN, "utf-8")
    whole = read_in(1, [*paths, folder / "broken.csv"])
    split = read_in(2, [*paths, folder / "broken.csv"])
    assert 0 < len(split.own) < len(whole.own) == 5
    assert _nonzero(split.counts) == _nonzero(whole.counts)
    assert list(split.intake.batch.to_records()) == list(whole.intake.batch.to_records())
    assert split.intake.lists == whole.intake.lists
    assert split.intake.rejects == whole.intake.rejects != ()


def _nonzero(counts: dict[str, int]) -> dict[str, int]:
    return {label: count for label, count in counts.items() if count}


def check_error(folder: Path) -> None:
    """Check that the error is that of the first list, whichever process reads it."""
    list_reading.MIN_PARALLEL_BYTES = 1
    for number, rows in enumerate((1, 40, 30)):
        (folder / f"{number}.csv").write_text(BROKEN * rows, "utf-8")
    for workers in (1, 2, 3):
        with pytest.raises(InputError) as caught:
            read_in(workers, [folder], strict=True)
        assert caught.value.place.startswith("0.csv")


@pytest.mark.parametrize("check", [check_intake, check_error])
def test_in_a_process_without_other_threads(
    check: Callable[[Path], None], tmp_path: Path, root: Path
) -> None:
    """A worker of the test runner may have threads, and then makes no copies."""
    code = (
        "import sys; from pathlib import Path; "
        f"from tests.ingest.test_parallel_reading import {check.__name__} as check; "
        "check(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=root, check=True, timeout=60)


def test_shares_are_about_equal() -> None:
    sizes = [5, 1, 4, 3, 3]
    shares = list_reading._share_out(sizes, 2)
    assert shares == [[0, 4], [1, 2, 3]]
    assert list_reading._share_out([7], 2) == [[0]]
