"""How many rows of a Parquet file to unpack at once. A few bytes of it can stand for gigabytes: a value that a million
rows share, a page of zeros, a list of a billion equal items. What the file says of itself and the values of its
dictionaries bound what a row can come to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from resolver.errors import InputError
from resolver.ingest.io.source_files import FREE_BYTES, MAX_RATIO

MOST_ROWS = 65_536
MOST_BYTES = 32_000_000
"""About how many bytes a batch unpacks to at most, but for a single row."""
LISTED = 1_000
"""Values of one column that rows hold on average at most, beyond `FREE_VALUES`."""
FREE_VALUES = 100_000
FEW_ROWS = 2_048
_PREFIXED = "DELTA_BYTE_ARRAY"
"""An encoding in which a value may repeat the one before at no cost: no dictionary bounds it, so few rows are taken."""


def rows_at_once(source: Any, metadata: Any, wanted: Sequence[str], packed: int, label: str) -> int:
    """Rows a batch for some columns of a Parquet file of `packed` bytes. Raises `InputError` for one that unpacks to
    far more than it is."""
    chunks = [
        chunk for chunk in _chunks(metadata) if chunk.path_in_schema.partition(".")[0] in wanted
    ]
    whole = sum(int(chunk.total_uncompressed_size) for chunk in chunks)
    if whole > FREE_BYTES and whole > MAX_RATIO * packed:
        raise _bomb(
            label, f"unpacks to more than {MAX_RATIO} times its size, as a decompression bomb does"
        )
    rows = max(int(metadata.num_rows), 1)
    for chunk in chunks:
        if chunk.num_values > LISTED * rows + FREE_VALUES:
            raise _bomb(
                label,
                f"column {chunk.path_in_schema!r} holds {chunk.num_values:,} values in {rows:,} rows",
            )
    size = sum(int(metadata.row_group(at).total_byte_size) for at in range(metadata.num_row_groups))
    even = MOST_BYTES * rows // max(size, 1)
    few = FEW_ROWS if any(_PREFIXED in chunk.encodings for chunk in chunks) else MOST_ROWS
    return max(1, min(few, even, MOST_BYTES // max(_longest(source, metadata, wanted), 1)))


def _bomb(label: str, what: str) -> InputError:
    return InputError(what, where=label, mend="write the table as CSV if you trust it")


def _chunks(metadata: Any) -> Iterator[Any]:
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for column in range(row_group.num_columns):
            yield row_group.column(column)


def _longest(source: Any, metadata: Any, wanted: Sequence[str]) -> int:
    """The bytes of the longest value that stands in a dictionary: its first row brings a dictionary whole."""
    longest = 0
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        columns = [row_group.column(at) for at in range(row_group.num_columns)]
        paths = [
            one.path_in_schema
            for one in columns
            if one.has_dictionary_page
            and one.physical_type == "BYTE_ARRAY"
            and one.path_in_schema.partition(".")[0] in wanted
            and int(one.total_uncompressed_size) > max(longest, MOST_BYTES // MOST_ROWS)
        ]
        if paths:
            longest = max(longest, _longest_of(source, group, paths))
    return longest


def _longest_of(source: Any, group: int, paths: list[str]) -> int:
    reader = pq.ParquetFile(source, read_dictionary=paths)
    names = [path.partition(".")[0] for path in paths]
    first = next(iter(reader.iter_batches(batch_size=1, row_groups=[group], columns=names)), None)
    return max((_widest(column) for column in first.columns), default=0) if first is not None else 0


def _widest(column: pa.Array) -> int:
    while pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = column.flatten()
    if not pa.types.is_dictionary(column.type) or not len(column.dictionary):
        return 0
    lengths: Callable[[pa.Array], pa.Array] = pc.binary_length
    return int(pc.max(lengths(column.dictionary)).as_py() or 0)
