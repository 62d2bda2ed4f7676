"""Rows of Parquet files in batches of bounded size.

A few bytes of a Parquet file can stand for gigabytes: a value shared by a million rows, a page of
zeros, a list of a billion equal items. So the program limits the number of rows that it unpacks at
once. The file's metadata and the values of its dictionaries give a bound for the size of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resolver.errors import InputError
from resolver.lists.io.source_files import (
    FREE_BYTES,
    MAX_RATIO,
    PARQUET_MAGIC,
    SourceFile,
    check_stopped,
    is_zip,
)
from resolver.lists.reader_types import Share

MAX_ROWS = 65_536
MAX_BATCH_BYTES = 32_000_000
"""Approximate unpacked size of a batch in bytes; only a batch of a single row may be larger."""
MAX_VALUES_PER_ROW = 1_000
"""Maximum number of values of a column per row, on average, beyond the first `FREE_VALUES`."""
FREE_VALUES = 100_000
MAX_PREFIXED_ROWS = 2_048
_CODE_BYTES = 4
"""Number of bytes per value up to which a column of texts must have codes."""
_MIN_CODED_ROWS = 8_192
_PREFIXED = "DELTA_BYTE_ARRAY"
"""Encoding that repeats values at no cost, without the limit that a dictionary sets, so batches
stay small.
"""


def safe_batch_rows(
    source: Any, metadata: Any, columns: Sequence[str], packed: int, label: str
) -> int:
    """Return the rows per batch for some columns of a Parquet file of `packed` bytes.

    Raises `InputError` for a file that unpacks to far more than its size.
    """
    chunks = [
        chunk for chunk in _chunks(metadata) if chunk.path_in_schema.partition(".")[0] in columns
    ]
    unpacked = sum(int(chunk.total_uncompressed_size) for chunk in chunks)
    if unpacked > FREE_BYTES and unpacked > MAX_RATIO * packed:
        raise _bomb_error(
            label, f"unpacks to more than {MAX_RATIO} times its size, as a decompression bomb does"
        )
    rows = max(int(metadata.num_rows), 1)
    for chunk in chunks:
        if chunk.num_values > MAX_VALUES_PER_ROW * rows + FREE_VALUES:
            column = chunk.path_in_schema
            raise _bomb_error(
                label, f"column {column!r} holds {chunk.num_values:,} values in {rows:,} rows"
            )
    total_size = sum(
        int(metadata.row_group(at).total_byte_size) for at in range(metadata.num_row_groups)
    )
    rows_by_size = MAX_BATCH_BYTES * rows // max(total_size, 1)
    row_limit = (
        MAX_PREFIXED_ROWS if any(_PREFIXED in chunk.encodings for chunk in chunks) else MAX_ROWS
    )
    longest = _longest_dictionary_value(source, metadata, columns)
    return max(1, min(row_limit, rows_by_size, MAX_BATCH_BYTES // max(longest, 1)))


def columns_with_codes(metadata: Any, columns: Sequence[str], rows: int) -> list[str]:
    """Return the columns that a file holds in few bytes per value, as codes of a dictionary; these
    are read as codes.

    Empty for batches of few `rows`, since each batch carries the whole dictionary.
    """
    if rows < _MIN_CODED_ROWS:
        return []
    sizes = dict.fromkeys(columns, (0, 0))
    for chunk in _chunks(metadata):
        if chunk.path_in_schema in sizes:
            values, size = sizes[chunk.path_in_schema]
            sizes[chunk.path_in_schema] = (
                values + int(chunk.num_values),
                size + int(chunk.total_uncompressed_size),
            )
    return [name for name, (values, size) in sizes.items() if size <= _CODE_BYTES * values]


def _bomb_error(label: str, fault: str) -> InputError:
    return InputError(fault, place=label, hint="write the table as CSV if you trust it")


def _chunks(metadata: Any) -> Iterator[Any]:
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for column in range(row_group.num_columns):
            yield row_group.column(column)


def _longest_dictionary_value(source: Any, metadata: Any, columns: Sequence[str]) -> int:
    """Return the bytes of the longest value in a dictionary, all of which the first row loads."""
    longest = 0
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        chunks = [row_group.column(at) for at in range(row_group.num_columns)]
        paths = [
            chunk.path_in_schema
            for chunk in chunks
            if chunk.has_dictionary_page
            and chunk.physical_type == "BYTE_ARRAY"
            and chunk.path_in_schema.partition(".")[0] in columns
            and int(chunk.total_uncompressed_size) > max(longest, MAX_BATCH_BYTES // MAX_ROWS)
        ]
        if paths:
            longest = max(longest, _longest_in_group(source, group, paths))
    return longest


def _longest_in_group(source: Any, group: int, paths: list[str]) -> int:
    reader = pq.ParquetFile(source, read_dictionary=paths)
    names = [path.partition(".")[0] for path in paths]
    first = next(iter(reader.iter_batches(batch_size=1, row_groups=[group], columns=names)), None)
    return (
        max((_longest_in_column(column) for column in first.columns), default=0)
        if first is not None
        else 0
    )


def _longest_in_column(column: pa.Array) -> int:
    while pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = column.flatten()
    if not pa.types.is_dictionary(column.type) or not len(column.dictionary):
        return 0
    lengths: Callable[[pa.Array], pa.Array] = pc.binary_length
    return int(pc.max(lengths(column.dictionary)).as_py() or 0)


_DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError)
Batches = Iterator[tuple[int, pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """Columns, and a function that streams a share of the rows of some columns: batches with the
    number of their first row, from 1.
    """

    columns: tuple[str, ...]
    batches: Callable[[Sequence[str], Share], Batches]


def open_parquet(file: SourceFile) -> ParquetTable:
    """Open a Parquet file.

    Raises `InputError` if it is damaged, either here or while its rows are read.
    """
    try:
        source = _seekable_source(file)
        reader = pq.ParquetFile(source)
        metadata, schema = reader.metadata, reader.schema_arrow
        names = tuple(schema.names)
    except _DAMAGE as error:
        raise _damage_error(file, error) from None

    def batches(selected: Sequence[str], share: Share) -> Batches:
        """Stream a share of the rows of some columns."""
        for name in selected:
            _check_type(file, name, schema.field(name).type)
        row = 1
        try:
            packed = file.path.stat().st_size
            rows = safe_batch_rows(source, metadata, selected or names, packed, file.label)
            texts = [name for name in selected if pa.types.is_string(schema.field(name).type)]
            coded = columns_with_codes(metadata, texts, rows)
            streamed = pq.ParquetFile(source, read_dictionary=coded).iter_batches(
                batch_size=rows, columns=list(selected) or None
            )
            for batch, is_own in zip(streamed, share.marks(), strict=False):
                check_stopped()
                if is_own:
                    # Invalid UTF-8 would otherwise fail at some later place.
                    batch.validate(full=True)
                    yield row, batch
                row += len(batch)
        except _DAMAGE as error:
            raise _damage_error(file, error) from None

    return ParquetTable(names, batches)


def _seekable_source(file: SourceFile) -> Any:
    """Return the file, or its bytes if it is packed in another file: Parquet is read from its
    end.
    """
    if not file.member and not is_zip(file.path):
        with file.path.open("rb") as raw:
            if raw.read(4) == PARQUET_MAGIC:
                return file.path
    with file.open() as stream:
        return pa.BufferReader(stream.read())


def _damage_error(file: SourceFile, error: Exception) -> InputError:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputError(
        f"the Parquet file is damaged: {text[:200]}", place=file.label, hint="fetch the file again"
    )


def _check_type(file: SourceFile, name: str, kind: pa.DataType) -> None:
    inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
    if pa.types.is_nested(inner) or pa.types.is_binary(inner) or pa.types.is_large_binary(inner):
        raise InputError(
            f"column {name!r} holds {kind}, not text, numbers or dates", place=file.label
        )
