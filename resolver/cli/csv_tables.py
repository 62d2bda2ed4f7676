"""CSV tables: pairs, cases and decisions written by users, and the answers to them.

They are read as UTF-8, with or without a byte order mark, with a header. They are written to a
temporary name and moved. Cells that a spreadsheet would run as formulas are defused when written
and restored when read (`resolver.records.labels`).

Decision files; `resolver.records.decisions` defines their meaning.
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
from typing import TYPE_CHECKING, Literal, TextIO

from resolver.errors import InputError, pluralize

if TYPE_CHECKING:
    from resolver.records.decisions import Decision


MAX_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class CsvRow:
    """Row of a table.

    `line`: 1-based line of its end. `cells`: the cells by column, under the names in the header and
    under the names of required columns.
    """

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class CsvTable:
    """CSV file: columns in their order, and rows."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]

    def place_of(self, row: CsvRow) -> str:
        """Return the place of a row, for messages."""
        return f"{self.path}, line {row.line}"

    def column(self, name: str) -> list[str]:
        """Return the cells of one column, in order."""
        return [row.cells[name] for row in self.rows]


def read_csv_table(path: Path, required: Sequence[str]) -> CsvTable:
    """Read a table with at least the columns `required` (in any case), separated by commas,
    semicolons or tabs.

    Raises `InputError` for a file that is not UTF-8 or not CSV, for missing columns and for rows of
    another length; `OSError` for a file that cannot be opened.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _parse(path, file, required)
    except UnicodeDecodeError as error:
        raise InputError(
            "this is not UTF-8 text", place=str(path), hint="save it as UTF-8"
        ) from error
    except csv.Error as error:
        raise InputError(
            f"this is not a CSV table: {error}", place=str(path), hint="check its quotes"
        ) from error


def _parse(path: Path, file: TextIO, required: Sequence[str]) -> CsvTable:
    from resolver.records.labels import unescape_formula

    csv.field_size_limit(MAX_CELL)
    first = file.readline()
    delimiter = _delimiter(first, required)
    # the file may be a pipe, which can be read only once
    reader = csv.reader(chain([first] if first else [], file), strict=True, delimiter=delimiter)
    header = next(reader, None)
    if header is None:
        raise InputError(
            "the file is empty", place=str(path), hint=f"its first line names {', '.join(required)}"
        )
    columns = tuple(name.strip() for name in header)
    header_names = {
        name: header_name
        for name in required
        if (header_name := _header_name(name, columns)) is not None
    }
    missing = [name for name in required if name not in header_names]
    if missing:
        raise InputError(
            f"no column {', '.join(missing)} (there are: {', '.join(columns)[:200]})",
            place=f"{path}, line 1",
            hint=f"the first line must name {', '.join(required)}",
        )
    repeated = {name for name in columns if columns.count(name) > 1}
    if repeated:
        raise InputError(
            f"column {min(repeated)} appears twice",
            place=f"{path}, line 1",
            hint="rename one of them",
        )
    rows = []
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(columns):
            raise InputError(
                f"{pluralize(len(cells), 'cell')} where the header has {len(columns)}",
                place=f"{path}, line {reader.line_num}",
                hint=f"put cells that hold {_DELIMITERS[delimiter]} in double quotes",
            )
        row_cells = dict(zip(columns, map(unescape_formula, cells), strict=True))
        rows.append(
            CsvRow(
                reader.line_num,
                {
                    **row_cells,
                    **{name: row_cells[header_name] for name, header_name in header_names.items()},
                },
            )
        )
    return CsvTable(path, columns, tuple(rows))


_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def _delimiter(line: str, required: Sequence[str]) -> str:
    """Return the first usual delimiter with which the header has all required columns, or else a
    comma.
    """
    for mark in _DELIMITERS:
        names = [name.strip().strip('"') for name in line.split(mark)]
        if all(_header_name(name, names) is not None for name in required):
            return mark
    return ","


def _header_name(name: str, columns: Sequence[str]) -> str | None:
    """Return a column's name as the header writes it, preferably in the same case, or None."""
    return (
        name
        if name in columns
        else next((column for column in columns if column.casefold() == name), None)
    )


def write_csv_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table; `-` is standard output."""
    with _output(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_defuse(cell) for cell in row] for row in rows)


def _defuse(cell: str) -> str:
    from resolver.records.labels import escape_formula

    # a bare carriage return would end the row
    return escape_formula(cell.replace("\r\n", "\n").replace("\r", "\n"))


def check_writable(path: Path) -> None:
    """Raise `OSError` before long work if a file cannot be written."""
    if str(path) != "-":
        with _output(path, "a", keep=False):
            pass


@contextmanager
def _output(path: Path, mode: Literal["a", "w"] = "w", *, keep: bool = True) -> Iterator[TextIO]:
    if str(path) == "-":
        yield sys.stdout
        return
    if path.is_symlink() or (path.exists() and not path.is_file() and not path.is_dir()):
        # links (such as /dev/stdout), pipes and devices are written directly, never replaced
        with open(path, mode, encoding="utf-8", newline="") as file:
            yield file
        return
    descriptor, name = _create_temporary(path)
    try:
        with os.fdopen(descriptor, mode, encoding="utf-8", newline="") as file:
            yield file
        if keep:
            os.chmod(name, 0o644)
            os.replace(name, path)
    finally:
        if os.path.exists(name):
            os.unlink(name)


def _create_temporary(path: Path) -> tuple[int, str]:
    """Open a new file beside `path`. Raises `OSError` with the name of `path`."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def read_decisions(path: Path | None) -> tuple[Decision, ...]:
    """Return the valid decision for each pair of a decision file; none if there is no file.

    Raises `InputError` for a file that is not a table, `DecisionError` for invalid or contradictory
    rows.
    """
    from resolver.records.decisions import settle_decisions

    return settle_decisions(read_decision_log(path))


def read_decision_log(path: Path | None) -> tuple[Decision, ...]:
    """Return all decisions of a file in its order. Raises the errors of `read_decisions`, except
    for contradictions.
    """
    if path is None:
        return ()
    from resolver.records.decisions import REQUIRED_FIELDS, parse_decision

    table = read_csv_table(path, REQUIRED_FIELDS)
    return tuple(parse_decision(row.cells, table.place_of(row)) for row in table.rows)
