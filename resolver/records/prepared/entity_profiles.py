"""Entity profiles: the records of an entity merged into one record with all their values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.records import Batch, Coded, Column
from resolver.records.batch import IntArray
from resolver.records.kinds import combine_kinds

Numbers = npt.NDArray[np.int64]


def build_profiles(batch: Batch, owner: Numbers, ids: Sequence[str]) -> Batch:
    """Build the batch of `len(ids)` profiles; record i belongs to profile `owner[i]`. A profile's
    kind is what all its records can be, or any if they exclude each other.
    """
    count = len(ids)
    first = np.full(count, len(batch), dtype=np.int64)
    np.minimum.at(first, owner, np.arange(len(batch)))
    columns = {prop: _unite_column(column, owner) for prop, column in batch.columns.items()}
    return Batch(
        pa.array(list(ids), pa.string()),
        combine_kinds(batch.kinds, owner, count),
        Coded(batch.schemas.codes[first], batch.schemas.values),
        Coded(batch.sources.codes[first], batch.sources.values),
        columns,
    )


def _unite_column(column: Column, owner: Numbers) -> Column:
    """Keep each value once per profile."""
    packed = (owner[column.rows] << 32) | column.codes
    unique_values, place = np.unique(packed, return_index=True)
    rows: IntArray = (unique_values >> 32).astype(np.int32)
    return Column(
        rows, column.codes[place], column.values, column.origins[place], column.origin_values
    )
