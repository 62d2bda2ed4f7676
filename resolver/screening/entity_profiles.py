"""Profiles: an entity's records united as one record that says all that any of them says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch, Coded, Column
from resolver.records.batch import IntArray

Numbers = npt.NDArray[np.int64]


def profiles(batch: Batch, owner: Numbers, ids: Sequence[str]) -> Batch:
    """The batch of `len(ids)` profiles; record i belongs to profile `owner[i]`, and each has a record. A profile's kind
    is what all its records can be (where they exclude each other, any of theirs); schema and source are those of its
    first record."""
    count = len(ids)
    first = np.full(count, len(batch), dtype=np.int64)
    np.minimum.at(first, owner, np.arange(len(batch)))
    every = np.full(count, 255, dtype=np.uint8)
    np.bitwise_and.at(every, owner, batch.kinds)
    some = np.zeros(count, dtype=np.uint8)
    np.bitwise_or.at(some, owner, batch.kinds)
    columns = {prop: _united(column, owner) for prop, column in batch.columns.items()}
    return Batch(
        pa.array(list(ids), pa.string()),
        np.where(every > 0, every, some),
        Coded(batch.schemas.codes[first], batch.schemas.values),
        Coded(batch.sources.codes[first], batch.sources.values),
        columns,
    )


def _united(column: Column, owner: Numbers) -> Column:
    """Each value once a profile."""
    packed = (owner[column.rows] << 32) | column.codes
    kept, place = np.unique(packed, return_index=True)
    rows: IntArray = (kept >> 32).astype(np.int32)
    return Column(
        rows, column.codes[place], column.values, column.origins[place], column.origin_values
    )
