"""Lists read by one copy of the process, while it loads what resolves them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from resolver.cli import arguments
from resolver.cli.arguments import read_list_files, read_while
from resolver.cli.options import ReadingOptions
from resolver.cli.process_start import ProgressBars
from resolver.errors import InputError
from resolver.lists import readers
from resolver.lists.reader_types import Intake
from tests.check_process import run_check

ROWS = "id,name\n" + "".join(f"{number},Ann Lee {number}\n" for number in range(30))


def read_with(path: Path, meanwhile: Callable[[], None], *, strict: bool = False) -> Intake:
    """Read a list on two cores."""
    reading = ReadingOptions(strict=strict)
    with ProgressBars() as bars:
        return read_list_files([path], reading, bars, workers=2, meanwhile=meanwhile)


def check_copy(folder: Path) -> None:
    """Check that a copy reads lists of some size, and others are read here; the same records."""
    path, note = folder / "list.csv", folder.with_name("process")
    path.write_text(ROWS, "utf-8")
    read = readers.read_lists

    def read_and_note(*args: object, **options: object) -> Intake:
        """Note the process that reads."""
        note.write_text(str(os.getpid()), "utf-8")
        return read(*args, **options)  # type: ignore[arg-type]

    vars(readers)["read_lists"] = read_and_note
    size = path.stat().st_size
    records = []
    for sizes, is_copy in ((range(size, size + 1), True), (range(size), False)):
        arguments.BYTES_OF_ONE_COPY = sizes
        for place in (path, folder):
            intake, process = read_while(os.getpid, partial(read_with, place))
            assert process == os.getpid()
            assert (note.read_text("utf-8") != str(process)) == is_copy
            note.unlink()
            records.append(list(intake.batch.to_records()))
    assert len(records[0]) == 30
    assert all(others == records[0] for others in records)


def check_errors(folder: Path) -> None:
    """Check that errors of the copy, and of what is done meanwhile, are raised as they are."""
    path = folder / "list.csv"
    path.write_text(ROWS + "31,\n", "utf-8")
    arguments.BYTES_OF_ONE_COPY = range(1 << 20)
    with pytest.raises(InputError) as caught:
        read_with(path, lambda: None, strict=True)
    assert caught.value.place == "list.csv, line 32"

    def fail() -> None:
        raise InputError("no such option")

    with pytest.raises(InputError, match="no such option"):
        read_with(path, fail)


@pytest.mark.parametrize("check", [check_copy, check_errors])
def test_in_a_process_without_other_threads(
    check: Callable[[Path], None], tmp_path: Path, root: Path
) -> None:
    run_check(check, root, tmp_path)
