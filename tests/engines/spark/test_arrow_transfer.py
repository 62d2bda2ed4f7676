"""Parcels give back what was packed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from resolver.engines.spark.arrow_transfer import (
    Parcel,
    numbers,
    pack,
    pack_batch,
    parcels,
    to_arrow,
    unpack,
    unpack_batch,
)
from resolver.records import Batch
from resolver.synthetic import generate
from tests.normalize.preparing import same


def test_arrays_of_any_length() -> None:
    body = pack(
        {
            "a": np.array([3, 1], np.int32),
            "b": pa.array(["x", "ش", ""]),
            "c": np.zeros(0, np.uint64),
        }
    )
    found = unpack(body)
    assert {name: values.to_pylist() for name, values in found.items()} == {
        "a": [3, 1],
        "b": ["x", "ش", ""],
        "c": [],
    }
    assert found["c"].type == pa.uint64()


def test_numbers_of_several_messages_and_of_none() -> None:
    bodies = [pack({"a": np.array([1], np.int32)}), pack({"a": np.array([2, 3], np.int32)})]
    assert numbers(bodies, {"a": np.int32})["a"].tolist() == [1, 2, 3]
    assert numbers([], {"a": np.uint8})["a"].dtype == np.uint8


def test_a_batch_comes_back() -> None:
    batch = Batch.from_records(generate(200, seed=3).records).canonical()
    rows = np.arange(7, 7 + len(batch), dtype=np.int32)
    back, numbers_back = unpack_batch(pack_batch(batch, rows))
    assert same(back, batch)
    assert np.array_equal(numbers_back, rows)


def test_rows_come_back() -> None:
    rows = [Parcel(3, "keys", b"\x00\xff"), Parcel(0, "account", b"{}")]
    assert list(parcels(to_arrow(rows))) == rows
