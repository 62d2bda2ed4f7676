"""Tables, whatever their file: CSV, Parquet and JSON as chunks of Arrow arrays of text, with the line of each row.

A `Table` knows its columns at once (for JSON: those of the first chunk) and streams its rows in chunks of
bounded size, a `Reject` in place of each row that cannot be read.
"""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resolver.errors import InputError
from resolver.ingest.io.parquet_limits import rows_at_once
from resolver.ingest.io.sniffing import (
    PARQUET_MAGIC,
    first_line,
    head_text,
    header,
)
from resolver.ingest.io.source_files import SourceFile, is_zip
from resolver.ingest.io.text_rows import (
    Json,
    Row,
    csv_rows,
    json_objects,
    json_rows,
)
from resolver.ingest.reader_types import Reject

CHUNK = 16_384
MAX_CHARS = 4_000_000
"""About how many characters a chunk holds at most: rows with giant cells come in smaller chunks."""


@dataclass(frozen=True, slots=True)
class TableChunk:
    """n rows: per column an array of text, or of lists of text; `lines` int32 (for Parquet the number of the row)."""

    arrays: dict[str, pa.Array]
    lines: npt.NDArray[np.int32]


Chunks = Iterator[TableChunk | Reject]
_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)
Held = tuple[int, list[Any]]
"""A row: the line it begins on, and its wanted values."""
Build = Callable[[list[list[Any]], list[int]], Chunks]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and a function that streams the rows of some of them."""

    columns: tuple[str, ...]
    chunks: Callable[[Sequence[str]], Chunks]


def open_table(file: SourceFile, delimiter: str | None = None) -> Table:
    """The table in a file. Raises `InputError` where it is none; `delimiter` parts the cells of a CSV."""
    head = file.head()
    if head.startswith(PARQUET_MAGIC):
        return _parquet(file)
    start = head_text(head).lstrip()[:1]
    if start and start in "{[":
        return _json(file, lines=start == "{")
    return _csv(file, head, delimiter)


def _csv(file: SourceFile, head: bytes, delimiter: str | None) -> Table:
    line = first_line(head)
    if not line:
        raise InputError("the table has no header", where=file.label)
    mark, _ = header(line, delimiter or ("\t" if file.suffix == ".tsv" else ""))
    first = next(csv_rows(file, delimiter=mark), None)
    if first is None or isinstance(first, Reject):
        raise InputError(
            first.reason if first else "the table has no header", where=f"{file.label}, header"
        )
    names = tuple(cell.strip() for cell in first[1])

    def chunks(wanted: Sequence[str]) -> Chunks:
        rows = csv_rows(file, delimiter=mark)
        next(rows)
        places = [names.index(name) for name in wanted]
        return _chunked(
            _picked(file.label, rows, len(names), places), _cells_chunk(wanted), _cells_size
        )

    return Table(names, chunks)


def _picked(
    label: str, rows: Iterator[Row | Reject], width: int, places: list[int]
) -> Iterator[Held | Reject]:
    """The wanted cells of each row; rows of another width than the header's are refused."""
    for item in rows:
        if isinstance(item, Reject):
            yield item
            continue
        line, cells = item
        if len(cells) != width and (len(cells) < width or any(cells[width:])):
            yield Reject(
                label, line, f"the row has {len(cells)} cells where the header has {width}"
            )
        else:
            yield line, [cells[at] for at in places]


def _chunked(
    rows: Iterator[Held | Reject], build: Build, size_of: Callable[[list[Any]], int]
) -> Chunks:
    """Chunks of at most `CHUNK` rows and about `MAX_CHARS` characters, as `size_of` counts those of a row."""
    lines: list[int] = []
    held: list[list[Any]] = []
    size = 0
    for item in rows:
        if isinstance(item, Reject):
            yield item
            continue
        lines.append(item[0])
        held.append(item[1])
        size += size_of(item[1])
        if len(held) >= CHUNK or size >= MAX_CHARS:
            yield from build(held, lines)
            held, lines, size = [], [], 0
    if held:
        yield from build(held, lines)


def _cells_size(cells: list[str]) -> int:
    return sum(map(len, cells))


def _values_size(values: list[Any]) -> int:
    return sum(len(value) for value in values if isinstance(value, str))


def _cells_chunk(wanted: Sequence[str]) -> Build:
    def build(rows: list[list[str]], lines: list[int]) -> Chunks:
        arrays = {
            name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(wanted)
        }
        yield TableChunk(arrays, np.array(lines, dtype=np.int32))

    return build


def _json(file: SourceFile, *, lines: bool) -> Table:
    """JSON lines, or an array of objects. Numbers and truth values become text; objects inside a row are refused."""

    def rows() -> Iterator[tuple[int, Json] | Reject]:
        return json_rows(file) if lines else json_objects(file)

    names: dict[str, None] = {}
    for _, item in zip(range(CHUNK), rows(), strict=False):
        if not isinstance(item, Reject):
            names.update(dict.fromkeys(item[1]))
    if not names:
        raise InputError("no JSON object in it", where=file.label)

    def chunks(wanted: Sequence[str]) -> Chunks:
        picked = (
            item if isinstance(item, Reject) else (item[0], [item[1].get(name) for name in wanted])
            for item in rows()
        )
        return _chunked(picked, _objects_chunk(file.label, wanted), _values_size)

    return Table(tuple(names), chunks)


def _objects_chunk(label: str, wanted: Sequence[str]) -> Build:
    """Chunks of objects; those in which a wanted value is no text, number or list of them are refused."""

    def build(rows: list[list[Any]], lines: list[int]) -> Chunks:
        refused: dict[int, str] = {}
        arrays = {
            name: _values([row[at] for row in rows], name, refused)
            for at, name in enumerate(wanted)
        }
        chunk = TableChunk(arrays, np.array(lines, dtype=np.int32))
        if refused:
            yield from (
                Reject(label, lines[row], reason) for row, reason in sorted(refused.items())
            )
            kept = np.setdiff1d(np.arange(len(rows)), list(refused))
            taken = {name: array.take(pa.array(kept)) for name, array in arrays.items()}
            chunk = TableChunk(taken, chunk.lines[kept])
        yield chunk

    return build


def _values(values: list[object], name: str, refused: dict[int, str]) -> pa.Array:
    try:
        array = pa.array(values)
        kind = array.type.value_type if pa.types.is_list(array.type) else array.type
        if not pa.types.is_nested(kind):
            return as_text(array)
    except (pa.ArrowException, OverflowError):
        pass  # values of several types, one by one
    texts: list[list[str] | None] = []
    for row, value in enumerate(values):
        try:
            texts.append(_texts(name, value))
        except ValueError as error:
            texts.append(None)
            refused[row] = str(error)
    return pa.array(texts, pa.list_(pa.string()))


def _texts(name: str, value: object) -> list[str] | None:
    if value is None:
        return None
    return (
        [_text(name, one) for one in value if one is not None]
        if isinstance(value, list)
        else [_text(name, value)]
    )


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    raise ValueError(f"{name} holds an object or a list in a list where text is asked for")


def _parquet(file: SourceFile) -> Table:
    try:
        source = _seekable(file)
        reader = pq.ParquetFile(source)
        schema = reader.schema_arrow
        names = tuple(schema.names)
    except _BROKEN as error:
        raise _unreadable(file, error) from None

    def chunks(wanted: Sequence[str]) -> Chunks:
        for name in wanted:
            _check_type(file, name, schema.field(name).type)
        row = 1
        try:
            packed = file.path.stat().st_size
            rows = rows_at_once(source, reader.metadata, wanted or names, packed, file.label)
            batches = reader.iter_batches(batch_size=rows, columns=list(wanted) or None)
            for batch in batches:
                batch.validate(full=True)  # text that is no UTF-8 would fail anywhere later
                arrays = {name: as_text(batch.column(name)) for name in wanted}
                yield TableChunk(arrays, np.arange(row, row + len(batch), dtype=np.int32))
                row += len(batch)
        except _BROKEN as error:
            raise _unreadable(file, error) from None

    return Table(names, chunks)


def _seekable(file: SourceFile) -> Any:
    """Parquet is read from its end: from the file itself, or from memory where it lies packed in another."""
    if not file.member and not is_zip(file.path):
        with file.path.open("rb") as raw:
            if raw.read(4) == PARQUET_MAGIC:
                return file.path
    with file.open() as stream:
        return pa.BufferReader(stream.read())


def _unreadable(file: SourceFile, error: Exception) -> InputError:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError(
        f"the Parquet file is damaged: {text[:200]}", where=file.label, mend="fetch the file again"
    )


def _check_type(file: SourceFile, name: str, kind: pa.DataType) -> None:
    inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
    if pa.types.is_nested(inner) or pa.types.is_binary(inner) or pa.types.is_large_binary(inner):
        raise InputError(
            f"column {name!r} holds {kind}, not text, numbers or dates", where=file.label
        )


def as_text(array: pa.Array) -> pa.Array:
    """An array of any plain type as text: whole numbers without `.0`, dates as ISO days. Lists stay lists."""
    kind = array.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy()
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), as_text(pc.list_flatten(array)))
    if pa.types.is_dictionary(kind):
        return as_text(array.dictionary_decode())
    if pa.types.is_timestamp(kind):
        return _days(array)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.array(
            [None if value is None else _number(value) for value in array.to_pylist()], pa.string()
        )
    return array if pa.types.is_string(kind) else pc.cast(array, pa.string())


def _number(value: float | decimal.Decimal) -> str | None:
    if value != value:  # NaN is how pandas writes an absent number
        return None
    return str(int(value)) if value == value.__trunc__() else str(value)


def _days(array: pa.Array) -> pa.Array:
    """Timestamps as days; the time of day says nothing about a person."""
    seconds = pc.cast(array, pa.timestamp("s"), safe=False).to_pylist()
    return pa.array([None if value is None else _day(value) for value in seconds], pa.string())


def _day(value: datetime.datetime) -> str:
    return value.date().isoformat()
