"""Rows of Parquet files in batches of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from resolver.errors import InputError
from resolver.ingest.io.parquet_limits import columns_with_codes, safe_batch_rows
from resolver.ingest.io.sniffing import PARQUET_MAGIC
from resolver.ingest.io.source_files import SourceFile, check_stopped, is_zip
from resolver.ingest.reader_types import Share

_DAMAGE = (pa.ArrowException, OSError, UnicodeDecodeError)
Batches = Iterator[tuple[int, pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """Columns, and a function that streams a share of the rows of some of them: batches with the
    number of their first row, from 1.
    """

    columns: tuple[str, ...]
    batches: Callable[[Sequence[str], Share], Batches]


def open_parquet(file: SourceFile) -> ParquetTable:
    """Open a Parquet file.

    Raises `InputError` where it is damaged, here and as its rows are read.
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
                    # Invalid UTF-8 would fail at any later place.
                    batch.validate(full=True)
                    yield row, batch
                row += len(batch)
        except _DAMAGE as error:
            raise _damage_error(file, error) from None

    return ParquetTable(names, batches)


def _seekable_source(file: SourceFile) -> Any:
    """Return the file, or its bytes if it is packed in another: Parquet is read from its end."""
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
