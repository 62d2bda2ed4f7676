"""CSV tables in and out: the pairs, cases and decisions that a user writes, and the answers to them.

Read as UTF-8 (a byte order mark is no harm) with a header. Written to a temporary name and moved. What a spreadsheet
would run as a formula is defused on the way out and taken back on the way in (`resolver.records.formula_cells`).
"""

from __future__ import annotations

import csv
import errno
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal, TextIO

from resolver.errors import InputError

MAX_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `line` is 1-based and that of its end; `cells` by column, as written, and by the names asked for."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file: its columns in their order, its rows."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def where(self, row: Row) -> str:
        """How messages name a row."""
        return f"{self.path}, line {row.line}"

    def column(self, name: str) -> list[str]:
        """The cells of one column, in order."""
        return [row.cells[name] for row in self.rows]


def read_table(path: Path, required: Sequence[str]) -> Table:
    """Read a table that has at least the columns `required` (in whatever capitals), between commas, semicolons or tabs.

    Raises `InputError` for a file that is no UTF-8 or no CSV, for absent columns and for rows of another length;
    `OSError` for one that cannot be opened.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _parse(path, file, required)
    except UnicodeDecodeError as error:
        raise InputError(
            "this is no UTF-8 text", where=str(path), mend="save it as UTF-8"
        ) from error
    except csv.Error as error:
        raise InputError(
            f"this is no CSV table: {error}", where=str(path), mend="check its quotes"
        ) from error


def _parse(path: Path, file: TextIO, required: Sequence[str]) -> Table:
    from resolver.records.formula_cells import undefused

    csv.field_size_limit(MAX_CELL)
    first = file.readline()
    delimiter = _delimiter(first, required)
    # what is read may be a pipe, of which nothing can be read twice
    reader = csv.reader(chain([first] if first else [], file), strict=True, delimiter=delimiter)
    header = next(reader, None)
    if header is None:
        raise InputError(
            "the file is empty", where=str(path), mend=f"its first line names {', '.join(required)}"
        )
    columns = tuple(name.strip() for name in header)
    known = {
        name: written for name in required if (written := _written_as(name, columns)) is not None
    }
    absent = [name for name in required if name not in known]
    if absent:
        raise InputError(
            f"no column {', '.join(absent)} (there are: {', '.join(columns)[:200]})",
            where=f"{path}, line 1",
            mend=f"the first line must name {', '.join(required)}",
        )
    twice = {name for name in columns if columns.count(name) > 1}
    if twice:
        raise InputError(
            f"column {min(twice)} stands twice", where=f"{path}, line 1", mend="rename one of them"
        )
    rows = []
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(columns):
            raise InputError(
                f"{len(cells)} cells where the header has {len(columns)}",
                where=f"{path}, line {reader.line_num}",
                mend=f"put cells that hold {_DELIMITERS[delimiter]} in double quotes",
            )
        held = dict(zip(columns, map(undefused, cells), strict=True))
        rows.append(
            Row(
                reader.line_num,
                {**held, **{name: held[written] for name, written in known.items()}},
            )
        )
    return Table(path, columns, tuple(rows))


_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def _delimiter(line: str, required: Sequence[str]) -> str:
    """What parts the cells: the first of the usual marks under which the header names all that is required, else a
    comma."""
    for mark in _DELIMITERS:
        names = [name.strip().strip('"') for name in line.split(mark)]
        if all(_written_as(name, names) is not None for name in required):
            return mark
    return ","


def _written_as(name: str, columns: Sequence[str]) -> str | None:
    """How the header writes a column, whatever its capitals; as it stands before all others."""
    return (
        name if name in columns else next((one for one in columns if one.casefold() == name), None)
    )


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table; `-` is standard output."""
    with _output(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_defused(cell) for cell in row] for row in rows)


def _defused(cell: str) -> str:
    from resolver.records.formula_cells import defused

    # a bare carriage return would end the row
    return defused(cell.replace("\r\n", "\n").replace("\r", "\n"))


def check_writable(path: Path) -> None:
    """Raise `OSError` now rather than after long work where a file could not be written."""
    if str(path) != "-":
        with _output(path, "a", keep=False):
            pass


@contextmanager
def _output(path: Path, mode: Literal["a", "w"] = "w", *, keep: bool = True) -> Iterator[TextIO]:
    if str(path) == "-":
        yield sys.stdout
        return
    if path.is_symlink() or (path.exists() and not path.is_file() and not path.is_dir()):
        # a link (/dev/stdout is one), a pipe or a device is written through, never replaced
        with open(path, mode, encoding="utf-8", newline="") as file:
            yield file
        return
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise
    try:
        with os.fdopen(descriptor, mode, encoding="utf-8", newline="") as file:
            yield file
        if keep:
            os.chmod(name, 0o644)
            os.replace(name, path)
    finally:
        if os.path.exists(name):
            os.unlink(name)
