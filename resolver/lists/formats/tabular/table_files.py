"""Tables in CSV, Parquet and JSON as chunks of Arrow arrays of text, with the line of each row.

A `TableFile` knows its columns at once (for JSON: the columns of the first chunk). It streams its
rows in chunks of bounded size, with a `Reject` in place of each unreadable row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, compress, groupby
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.errors import InputError, pluralize
from resolver.lists.formats.tabular.cells import convert_to_text, convert_values
from resolver.lists.formats.tabular.column_names import recognize_columns
from resolver.lists.io import csv_rows, text_lines
from resolver.lists.io.json_rows import (
    JsonRow,
    PlainObjects,
    read_json_items,
    read_json_rows,
)
from resolver.lists.io.parquet_rows import open_parquet
from resolver.lists.io.source_files import PARQUET_MAGIC, SourceFile
from resolver.lists.reader_types import Reject, RowCounts, Share

CHUNK = 16_384
MAX_TITLE_ROWS = 10
"""Most rows above the header that may have a title, as in a workbook."""
_LEAST_NAMES = 2
"""Least names of columns that show that a row is the header."""
MAX_COLUMNS = 2_000
"""Maximum number of columns of a table. Each costs time and memory for every chunk, even if it has
few values; lists of agencies have some tens of columns.
"""
MAX_CHARS = 4_000_000
"""Approximate limit of the characters of a chunk: rows with giant cells come in smaller chunks."""


@dataclass(frozen=True, slots=True)
class TableChunk:
    """Rows: for each column an array of texts, or of lists of texts; `lines` is int32.

    For Parquet, `lines` are row numbers.
    """

    arrays: dict[str, pa.Array]
    lines: npt.NDArray[np.int32]


Chunks = Iterator[TableChunk | Reject]
CsvRows = Iterator[csv_rows.Row | Reject]
JsonItems = Iterator[JsonRow | Reject | PlainObjects]
TableRow = tuple[int, list[Any]]
"""A row: the number of the line on which it begins, and the values of the requested columns."""
ChunkBuilder = Callable[[Sequence[Sequence[Any]], list[int]], Chunks]
"""Builds the chunk of rows from the values of each column and their lines."""
_Block = TypeVar("_Block")


@dataclass(frozen=True, slots=True)
class TableFile:
    """Columns, and a function that streams a share of the rows of some of them."""

    columns: tuple[str, ...]
    chunks: Callable[[Sequence[str], Share], Chunks]


def open_table_file(
    file: SourceFile, delimiter: str | None = None, encoding: str | None = None
) -> TableFile:
    """Open the table in a file. `delimiter` separates the cells of a CSV; `encoding` is the codec
    of the text, if it is stated.

    Raises `InputError` if the file is no table, or has more than `MAX_COLUMNS` columns.
    """
    if encoding:
        file = replace(file, encoding=encoding)
    head = file.head()
    if head.startswith(PARQUET_MAGIC):
        table = _open_parquet(file)
    elif text_lines.head_text(head).lstrip().startswith(("{", "[")):
        table = _open_json(file)
    else:
        table = _open_csv(file, head, delimiter)
    if fault := width_fault(table.columns):
        raise InputError(fault, place=file.label, hint="split the table, or drop unused columns")
    return table


def width_fault(columns: Sequence[str]) -> str:
    """Return why a table with these columns is not read, or an empty text."""
    return "" if len(columns) <= MAX_COLUMNS else f"it has more than {MAX_COLUMNS:,} columns"


def head_columns(head: bytes, file: SourceFile) -> list[str]:
    """Return those columns of a table that its first bytes show. It never raises."""
    if head.startswith(PARQUET_MAGIC):
        try:
            return list(_open_parquet(file).columns)
        except InputError:
            return []
    if keys := sorted(text_lines.json_keys(head)):
        return keys
    delimiter = table_delimiter(head, file)
    rows = text_lines.head_rows(head, delimiter, MAX_TITLE_ROWS + 1)
    return choose_header(rows)[1] if rows else []


def choose_header(rows: Sequence[list[str]]) -> tuple[int, list[str]]:
    """Return the number (0-based) of the last row of the header, and the names of the columns.

    Rows above the header are a title, such as the name of an office. A row is a title if a row
    below it names two or more columns and has at least twice as many cells; or, of a table whose
    names nobody knows, if it has one cell only. A header may have two rows: `Document` above `No.`
    and `Type`.
    """
    filled = [sum(map(bool, row)) for row in rows]
    known = (len(recognize_columns(row)) for row in rows)
    named = next((at for at, count in enumerate(known) if count >= _LEAST_NAMES), None)
    if named is None or any(2 * count > filled[named] for count in filled[:named]):
        wide = next((at for at, count in enumerate(filled) if count > 1), 0)
        named = 0 if filled[0] != 1 or recognize_columns(rows[0]) else wide
    if named > 0 and (joined := _join_header(rows[named - 1], rows[named])):
        return named, joined
    if named + 1 < len(rows) and (joined := _join_header(rows[named], rows[named + 1])):
        return named + 1, joined
    return named, rows[named]


def _join_header(upper: list[str], lower: list[str]) -> list[str] | None:
    """Return the names of two rows of a header as one, or None if the lower row has values.

    A name in the upper row is that of a group if the next cells of the row are empty.
    """
    is_header = len(upper) == len(lower) and any(
        below and not above for above, below in zip(upper, lower, strict=True)
    )
    if not is_header or any(letter.isdecimal() for cell in lower for letter in cell):
        return None
    names: list[str] = []
    group = ""
    for above, below in zip(upper, lower, strict=True):
        group = above or (group if below else "")
        names.append(" ".join(filter(None, (group, below))))
    many = max(len(recognize_columns(row)) for row in (upper, lower))
    return names if len(recognize_columns(names)) > many else None


def table_delimiter(head: bytes, file: SourceFile) -> str:
    """Return the delimiter of a table of text."""
    if file.worksheet is not None:
        return ","
    return (
        "\t"
        if file.suffix == ".tsv" and "\t" in text_lines.first_line(head)
        else text_lines.detect_delimiter(head)
    )


def _open_csv(file: SourceFile, head: bytes, delimiter: str | None) -> TableFile:
    if not text_lines.first_line(head):
        raise InputError("the table has no header", place=file.label)
    detected = table_delimiter(head, file)
    separator = detected if file.worksheet is not None else delimiter or detected
    first, _ = _split_off_header(file, separator)
    if first is None or isinstance(first, Reject):
        raise InputError(
            first.reason if first else "the table has no header", place=f"{file.label}, header"
        )
    names = tuple(first[1])

    def chunks(selected: Sequence[str], share: Share) -> Chunks:
        """Stream a share of the rows of some columns."""
        _, items = _split_off_header(file, separator)
        return _csv_chunks(
            file.label, compress(_runs(items, csv_rows.PlainLines), share.marks()), names, selected
        )

    return TableFile(names, chunks)


def _split_off_header(
    file: SourceFile, delimiter: str
) -> tuple[csv_rows.Row | Reject | None, csv_rows.CsvItems]:
    """Return the header of a CSV, with its names stripped, and the rows below it."""
    first, items = csv_rows.split_off_row(csv_rows.read_csv_items(file, delimiter=delimiter))
    if isinstance(first, tuple) and text_lines.stated_delimiter(delimiter.join(first[1])):
        first, items = csv_rows.split_off_row(items)
    if not isinstance(first, tuple):
        return first, items
    first = first[0], [cell.strip() for cell in first[1]]
    if all(first[1]) and len(recognize_columns(first[1])) >= _LEAST_NAMES:
        return first, items
    rows = [first]
    after: csv_rows.Row | Reject | None = None
    while len(rows) <= MAX_TITLE_ROWS:
        after, items = csv_rows.split_off_row(items)
        if not isinstance(after, tuple):
            break
        rows.append(after)
    at, names = choose_header([[cell.strip() for cell in row] for _, row in rows])
    rest: list[csv_rows.Row | Reject] = [*rows[at + 1 :]]
    if isinstance(after, Reject):
        rest.append(after)
    return (rows[at][0], names), chain(rest, items)


def _csv_chunks(
    label: str,
    runs: Iterator[csv_rows.PlainLines | CsvRows],
    names: Sequence[str],
    selected: Sequence[str],
) -> Chunks:
    """Yield the rows of a CSV as chunks of some of its columns `names`."""
    indices = [names.index(name) for name in selected]
    counts = RowCounts()

    def chunks_of(rows: Iterator[csv_rows.Row | Reject]) -> Chunks:
        """Yield chunks of single rows."""
        picked = _pick_cells(label, rows, len(names), indices)
        return _build_chunks(picked, _text_chunk_builder(selected), _count_cell_chars, counts)

    for item in runs:
        if not isinstance(item, csv_rows.PlainLines):
            yield from chunks_of(item)
        elif (arrays := item.arrays(len(names), indices)) is None:
            yield from chunks_of(item.rows())
        else:
            counts.good += item.count
            lines = np.arange(item.number, item.number + item.count, dtype=np.int32)
            yield TableChunk(dict(zip(selected, arrays, strict=True)), lines)
        if counts.is_hopeless:
            return


def _runs(items: Iterator[Any], block: type[_Block]) -> Iterator[_Block | Iterator[Any]]:
    """Yield blocks of rows as they come, and runs of single rows between them."""
    for is_block, run in groupby(items, lambda item: isinstance(item, block)):
        if is_block:
            yield from run
        else:
            yield run


def _pick_cells(
    label: str, rows: Iterator[csv_rows.Row | Reject], width: int, places: list[int]
) -> Iterator[TableRow | Reject]:
    """Yield the requested cells of each row; rows with another number of cells than the header are
    refused.
    """
    for item in rows:
        if isinstance(item, Reject):
            yield item
            continue
        line, cells = item
        if len(cells) != width and (len(cells) < width or any(cells[width:])):
            yield Reject.of_row(
                label,
                line,
                f"the row has {pluralize(len(cells), 'cell')} where the header has {width}",
            )
        else:
            yield line, [cells[at] for at in places]


def _build_chunks(
    rows: Iterator[TableRow | Reject],
    build: ChunkBuilder,
    size_of: Callable[[list[Any]], int],
    counts: RowCounts,
) -> Chunks:
    """Yield chunks of at most `CHUNK` rows and about `MAX_CHARS` characters by `size_of`.

    `counts`: numbers of the rows of the table before these; these rows are added to them. If most
    of very many rows cannot be read, the chunks end, and a reject says so.
    """
    item: TableRow | Reject | None = None
    lines: list[int] = []
    values: list[list[Any]] = []
    size = 0
    for item in rows:
        if isinstance(item, Reject):
            counts.bad += 1
            if counts.is_hopeless:
                break
            yield item
            continue
        counts.good += 1
        lines.append(item[0])
        values.append(item[1])
        size += size_of(item[1])
        if len(values) >= CHUNK or size >= MAX_CHARS:
            yield from build(_columns(values), lines)
            values, lines, size = [], [], 0
    if values:
        yield from build(_columns(values), lines)
    if counts.is_hopeless and isinstance(item, Reject):
        yield item
        yield counts.truncation(item.file, item.line)


def _columns(rows: list[list[Any]]) -> Sequence[Sequence[Any]]:
    return list(zip(*rows, strict=True))


def _count_cell_chars(cells: list[str]) -> int:
    return sum(map(len, cells))


def _count_value_chars(values: list[Any]) -> int:
    return sum(len(value) for value in values if isinstance(value, str))


def _text_chunk_builder(selected: Sequence[str]) -> ChunkBuilder:
    def build(columns: Sequence[Sequence[str]], lines: list[int]) -> Chunks:
        """Build the chunk of some rows."""
        arrays = {
            name: pa.array(cells, pa.string())
            for name, cells in zip(selected, columns, strict=True)
        }
        yield TableChunk(arrays, np.array(lines, dtype=np.int32))

    return build


def _open_json(file: SourceFile) -> TableFile:
    """Open JSON lines, an array of objects, or indented objects.

    Numbers and booleans become text; objects inside a row are refused.
    """
    names: dict[str, None] = {}
    for _, item in zip(range(CHUNK), read_json_rows(file), strict=False):
        if not isinstance(item, Reject):
            names.update(dict.fromkeys(item[1]))
            if len(names) > MAX_COLUMNS:
                break
    if not names:
        raise InputError("no JSON object in it", place=file.label)

    def chunks(selected: Sequence[str], share: Share) -> Chunks:
        """Stream a share of the rows of some columns."""
        return _json_chunks(file.label, read_json_items(file, share), selected)

    return TableFile(tuple(names), chunks)


def _json_chunks(label: str, items: JsonItems, selected: Sequence[str]) -> Chunks:
    """Yield the objects of a JSON file as chunks of some of their fields."""
    build, counts = _value_chunk_builder(label, selected), RowCounts()
    for item in _runs(items, PlainObjects):
        if isinstance(item, PlainObjects):
            counts.good += len(item.objects)
            columns = [[row.get(name) for row in item.objects] for name in selected]
            yield from build(columns, list(range(item.number, item.number + len(item.objects))))
        else:
            picked = (
                row
                if isinstance(row, Reject)
                else (row[0], [row[1].get(name) for name in selected])
                for row in item
            )
            yield from _build_chunks(picked, build, _count_value_chars, counts)
        if counts.is_hopeless:
            return


def _value_chunk_builder(label: str, selected: Sequence[str]) -> ChunkBuilder:
    """Return a builder of chunks that refuses values other than texts, numbers and lists of
    these.
    """

    def build(columns: Sequence[Sequence[Any]], lines: list[int]) -> Chunks:
        """Build the chunk of some rows, after a reject for each refused row."""
        refused: dict[int, str] = {}
        arrays = {
            name: convert_values(values, name, refused)
            for name, values in zip(selected, columns, strict=True)
        }
        chunk = TableChunk(arrays, np.array(lines, dtype=np.int32))
        if refused:
            for row, reason in sorted(refused.items()):
                yield Reject.of_row(label, lines[row], reason)
            rows_left = np.setdiff1d(np.arange(len(lines)), list(refused))
            remaining = {name: array.take(pa.array(rows_left)) for name, array in arrays.items()}
            chunk = TableChunk(remaining, chunk.lines[rows_left])
        yield chunk

    return build


def _open_parquet(file: SourceFile) -> TableFile:
    table = open_parquet(file)

    def chunks(selected: Sequence[str], share: Share) -> Chunks:
        """Stream a share of the rows of some columns."""
        for row, batch in table.batches(selected, share):
            arrays = {name: convert_to_text(batch.column(name)) for name in selected}
            yield TableChunk(arrays, np.arange(row, row + len(batch), dtype=np.int32))

    return TableFile(table.columns, chunks)
