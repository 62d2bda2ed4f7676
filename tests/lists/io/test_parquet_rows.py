"""Columns of Parquet files that are read as codes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolver.lists.io import parquet_rows
from resolver.lists.io.parquet_rows import open_parquet
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import WHOLE
from resolver.lists.readers import read_lists
from resolver.records import Record

COUNT = 3_000


def write(folder: Path, names: list[str | None]) -> Path:
    """Write a table of few different texts in groups of rows, each with its own dictionary."""
    path = folder / "x.parquet"
    columns = {
        "id": pa.array([str(number) for number in range(COUNT)]),
        "name": pa.array([names[number % len(names)] for number in range(COUNT)]),
        "birth_date": pa.array([f"19{number % 7}0-02-03" for number in range(COUNT)]),
        "city": pa.array([(" Paris", "Rom ", "", None)[number % 4] for number in range(COUNT)]),
    }
    pq.write_table(pa.table(columns), path, row_group_size=COUNT // 3)
    return path


def column_type(path: Path, name: str) -> pa.DataType:
    _, batch = next(open_parquet(SourceFile(path)).batches([name], WHOLE))
    return batch.column(name).type


def read(path: Path) -> list[Record]:
    return list(read_lists([path]).batch.to_records())


def test_codes_and_texts_give_the_same_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, ["Ann Lee", None, " Bo  Li ", "", "Ann Lee"])
    assert pa.types.is_dictionary(column_type(path, "name"))
    assert pa.types.is_string(column_type(path, "id"))
    coded = read(path)
    monkeypatch.setattr(parquet_rows, "columns_with_codes", lambda *_: [])
    assert pa.types.is_string(column_type(path, "name"))
    assert read(path) == coded
    assert len(coded) > COUNT // 2


def test_batches_of_few_rows_do_not_each_carry_the_dictionary(tmp_path: Path) -> None:
    """One giant value makes batches small."""
    path = write(tmp_path, ["Ann Lee", "A" * 9_000])
    assert pa.types.is_string(column_type(path, "name"))
