"""Program that writes the visible sheets of a workbook as CSV; it runs as a separate process.

A few kilobytes of a workbook can stand for more cells than any memory holds, and the library that
reads it allocates them all. The process therefore limits its own memory, time and output before it
opens the file. If it dies, the caller reports it. It imports nothing of this project, because it
starts before it knows the folders of packages.

`workbook_process.py WORKBOOK FOLDER PACKAGES` writes `FOLDER/0.csv` and so on, and prints a JSON
object with `sheets` (name, file, notes) and `hidden` (names), or with `error`.
"""

from __future__ import annotations

import csv
import datetime
import itertools
import json
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

MAX_MEMORY = 2 << 30
MAX_SECONDS = 120
MAX_BYTES = 1 << 30
"""Limits of the process: bytes of memory, seconds of computing, bytes of one CSV file."""
FREE_SECONDS, SECONDS_PER_MB = 10, 5
FREE_BYTES, MAX_RATIO = 64 << 20, 200
"""Lower limits for small workbooks: seconds for every workbook and for each of its megabytes, bytes
of CSV for every workbook or for each of its bytes. Large sheets of numbers take a second per
megabyte.
"""
MAX_TITLE_ROWS = 10
"""Maximum number of rows above the header that may have a title."""
PASSWORD = "the workbook is protected by a password"

Cells = list[str]
Ranges = Iterable[tuple[tuple[int, int], tuple[int, int]]]


def limit_process(size: int) -> None:
    """Limit memory, computing time and output for a workbook of `size` bytes."""
    seconds = FREE_SECONDS + SECONDS_PER_MB * size // 1_000_000
    for kind, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CPU, min(seconds, MAX_SECONDS)),
        (resource.RLIMIT_FSIZE, min(max(FREE_BYTES, MAX_RATIO * size), MAX_BYTES)),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        lowered = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(kind, (lowered, most))


def write_worksheets(path: str, folder: Path) -> dict[str, Any]:
    """Write each visible sheet that is not empty; return the result that is printed."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    sheets: list[dict[str, Any]] = []
    hidden: list[str] = []
    with load_workbook(path) as workbook:
        for metadata in workbook.sheets_metadata:
            if metadata.typ != SheetTypeEnum.WorkSheet:
                continue
            if metadata.visible != SheetVisibleEnum.Visible:
                hidden.append(metadata.name)
                continue
            worksheet = workbook.get_sheet_by_name(metadata.name)
            if worksheet.start is None:
                continue
            file = folder / f"{len(sheets)}.csv"
            notes = write_worksheet(file, read_rows(worksheet), worksheet.merged_cell_ranges or ())
            sheets.append({"name": metadata.name, "file": file.name, "notes": notes})
    return {"sheets": sheets, "hidden": hidden}


def read_rows(worksheet: Any) -> Iterator[Cells]:
    """Yield the rows of a sheet from its first row and column on; a sheet has at least one cell."""
    # The library leaves out empty columns on the left, though not empty rows at the top.
    indent = [""] * worksheet.start[1]
    for row in worksheet.iter_rows():
        yield indent + [cell_text(value) for value in row]


def write_worksheet(file: Path, rows: Iterator[Cells], merged: Ranges) -> list[str]:
    """Write the rows as CSV, with a blank line for each row above the header; return notes.

    The header is quoted, so that it never looks like another format.
    """
    first_rows = list(itertools.islice(rows, MAX_TITLE_ROWS + 1))
    header = find_header(first_rows)
    notes = []
    with file.open("w", encoding="utf-8", newline="") as stream:
        stream.write("\n" * header)
        for row in first_rows[header : header + 1]:
            names = [" ".join(name.split()) for name in row]
            csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(names)
        filler = _MergedCells(merged, header)
        writer = csv.writer(stream, lineterminator="\n")
        for number, row in enumerate(itertools.chain(first_rows[header + 1 :], rows), header + 1):
            writer.writerow(filler.fill(number, row))
    if any(map(any, first_rows[:header])):
        notes.append(f"row {header + 1} is read as the header; the rows above it are a title")
    if filler.count:
        cells = f"{filler.count:,} cell" if filler.count == 1 else f"{filler.count:,} cells"
        notes.append(f"values of merged cells were filled down into {cells}")
    return notes


def find_header(rows: list[Cells]) -> int:
    """Return the number (0-based) of the first row with two cells; the rows above it are titles.

    A table of one column begins with its first row that is not empty.
    """
    widths = [sum(map(bool, row)) for row in rows]
    wide = [number for number, width in enumerate(widths) if width > 1]
    filled = [number for number, width in enumerate(widths) if width]
    return next(iter(wide or filled), 0)


class _MergedCells:
    """Values of cells that are merged over several rows, filled down in their first column."""

    def __init__(self, ranges: Ranges, header: int) -> None:
        self.count = 0
        self._ends: dict[int, list[tuple[int, int]]] = {}
        self._open: dict[int, tuple[int, str]] = {}
        for (top, left), (bottom, _) in ranges:
            if bottom > top > header:
                self._ends.setdefault(top, []).append((left, bottom))

    def fill(self, number: int, row: Cells) -> Cells:
        """Return a row (0-based number) with the values of cells merged from above."""
        for column, (bottom, text) in list(self._open.items()):
            if number > bottom:
                del self._open[column]
            elif column < len(row) and not row[column]:
                row[column] = text
                self.count += 1
        for column, bottom in self._ends.get(number, ()):
            if column < len(row) and row[column]:
                self._open[column] = bottom, row[column]
        return row


def cell_text(value: object) -> str:
    """Return the value of a cell as text: whole numbers without `.0`, dates in ISO form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value).strip()


def main(path: str, folder: str, imports: str) -> None:
    """Write the sheets of a workbook and print the result as JSON.

    `imports`: folders of packages, separated as in a PATH.
    """
    sys.path[:] = imports.split(os.pathsep)
    limit_process(os.path.getsize(path))
    from python_calamine import PasswordError

    result: dict[str, Any]
    try:
        result = write_worksheets(path, Path(folder))
    except PasswordError:
        result = {"error": PASSWORD}
    except MemoryError:
        result = {"error": "the workbook needs too much memory"}
    except Exception as error:  # whatever the library raises for a damaged file
        result = {"error": f"the workbook is damaged: {error}"}
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
