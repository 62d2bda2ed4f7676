"""Parcels give back what was packed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from resolver.records import Batch
from resolver.spark.job import (
    concat_arrays,
    pack_arrays,
    pack_batch,
    unpack_arrays,
    unpack_batch,
)
from resolver.world import generate
from tests.matching.preparing import same


def test_arrays_of_any_length_are_restored() -> None:
    body = pack_arrays(
        {
            "a": np.array([3, 1], np.int32),
            "b": pa.array(["x", "ش", ""]),
            "c": np.zeros(0, np.uint64),
        }
    )
    arrays = unpack_arrays(body)
    assert {name: values.to_pylist() for name, values in arrays.items()} == {
        "a": [3, 1],
        "b": ["x", "ش", ""],
        "c": [],
    }
    assert arrays["c"].type == pa.uint64()


def test_arrays_of_several_messages_are_concatenated() -> None:
    bodies = [
        pack_arrays({"a": np.array([1], np.int32)}),
        pack_arrays({"a": np.array([2, 3], np.int32)}),
    ]
    assert concat_arrays(bodies, {"a": np.int32})["a"].tolist() == [1, 2, 3]
    assert concat_arrays([], {"a": np.uint8})["a"].dtype == np.uint8


def test_a_batch_is_restored() -> None:
    batch = Batch.from_records(generate(200, seed=3).records).canonical()
    rows = np.arange(7, 7 + len(batch), dtype=np.int32)
    back, numbers_back = unpack_batch(pack_batch(batch, rows))
    assert same(back, batch)
    assert np.array_equal(numbers_back, rows)
