"""Parquet files that are small and unpack to much: bounded, or refused with one clear line."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.errors import InputError
from resolver.ingest.io.parquet_limits import (
    FEW_ROWS,
    MOST_BYTES,
    MOST_ROWS,
    rows_at_once,
)
from resolver.ingest.readers import read_lists


def written(path: Path, columns: dict[str, object], **options: object) -> Path:
    pq.write_table(pa.table(columns), path, compression="zstd", **options)
    return path


def at_once(path: Path) -> int:
    reader = pq.ParquetFile(path)
    return rows_at_once(
        path, reader.metadata, reader.schema_arrow.names, path.stat().st_size, path.name
    )


def test_a_plain_table_is_read_in_large_pieces(tmp_path: Path) -> None:
    names = [f"Ann {row}" for row in range(1_000)]
    assert at_once(written(tmp_path / "a.parquet", {"id": names, "name": names})) == MOST_ROWS
    listed = {"id": list(range(1_000)), "alias": [[one] for one in names]}
    assert at_once(written(tmp_path / "b.parquet", listed)) == MOST_ROWS


def test_a_long_value_that_many_rows_share_makes_pieces_small(tmp_path: Path) -> None:
    shared = pa.DictionaryArray.from_arrays(
        pa.array([0] * 20_000, pa.int32()), pa.array(["A" * 100_000])
    )
    path = written(tmp_path / "a.parquet", {"id": list(range(20_000)), "name": shared})
    assert path.stat().st_size < 200_000
    assert at_once(path) == MOST_BYTES // 100_000
    listed = pa.array([["A" * 100_000]] * 2_000)
    listing = written(tmp_path / "b.parquet", {"id": list(range(2_000)), "alias": listed})
    assert at_once(listing) == MOST_BYTES // 100_000


def test_values_that_repeat_the_one_before_are_taken_a_few_at_a_time(tmp_path: Path) -> None:
    options = {"use_dictionary": False, "column_encoding": {"name": "DELTA_BYTE_ARRAY"}}
    path = written(tmp_path / "a.parquet", {"name": ["A" * 1_000] * 9_000}, **options)
    assert at_once(path) == FEW_ROWS


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"name": ["A" * 80_000_000, "Ann Lee"]}, "unpacks to more than 200 times its size"),
        (
            {"name": ["Ann Lee"], "alias": [["x"] * 200_000]},
            "column 'alias.list.element' holds 200,000 values in 1 rows",
        ),
    ],
)
def test_bombs_are_refused(columns: dict[str, object], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="write the table as CSV") as caught:
        read_lists([written(tmp_path / "a.parquet", columns)])
    assert says in caught.value.line()
