"""Parquet files that are small and unpack to much: bounded, or refused with one clear line."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.errors import InputError
from resolver.lists.io.parquet_rows import (
    MAX_BATCH_BYTES,
    MAX_PREFIXED_ROWS,
    MAX_ROWS,
    safe_batch_rows,
)
from resolver.lists.readers import read_lists


def write(path: Path, columns: dict[str, object], **options: object) -> Path:
    pq.write_table(pa.table(columns), path, compression="zstd", **options)
    return path


def batch_rows(path: Path) -> int:
    reader = pq.ParquetFile(path)
    return safe_batch_rows(
        path, reader.metadata, reader.schema_arrow.names, path.stat().st_size, path.name
    )


def test_a_plain_table_is_read_in_large_batches(tmp_path: Path) -> None:
    names = [f"Ann {row}" for row in range(1_000)]
    assert batch_rows(write(tmp_path / "a.parquet", {"id": names, "name": names})) == MAX_ROWS
    lists = {"id": list(range(1_000)), "alias": [[name] for name in names]}
    assert batch_rows(write(tmp_path / "b.parquet", lists)) == MAX_ROWS


def test_a_long_shared_value_makes_batches_small(tmp_path: Path) -> None:
    shared = pa.DictionaryArray.from_arrays(
        pa.array([0] * 20_000, pa.int32()), pa.array(["A" * 100_000])
    )
    path = write(tmp_path / "a.parquet", {"id": list(range(20_000)), "name": shared})
    assert path.stat().st_size < 200_000
    assert batch_rows(path) == MAX_BATCH_BYTES // 100_000
    lists = pa.array([["A" * 100_000]] * 2_000)
    listing = write(tmp_path / "b.parquet", {"id": list(range(2_000)), "alias": lists})
    assert batch_rows(listing) == MAX_BATCH_BYTES // 100_000


def test_prefix_encoded_values_make_batches_small(tmp_path: Path) -> None:
    options = {"use_dictionary": False, "column_encoding": {"name": "DELTA_BYTE_ARRAY"}}
    path = write(tmp_path / "a.parquet", {"name": ["A" * 1_000] * 9_000}, **options)
    assert batch_rows(path) == MAX_PREFIXED_ROWS


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"name": ["A" * 80_000_000, "Ann Lee"]}, "unpacks to more than 200 times its size"),
        (
            {"name": ["Ann Lee"], "alias": [["x"] * 200_000]},
            "column 'alias.list.element' holds 200,000 values in 1 rows",
        ),
    ],
)
def test_bombs_are_refused(columns: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="write the table as CSV") as caught:
        read_lists([write(tmp_path / "a.parquet", columns)])
    assert message in caught.value.line()
