"""Pairs of entries of one list that no other record may join.

A list that declares its entries to be all different still holds some person twice. Such entries
merge where they match by themselves, in spite of what their list says; where only others, a profile
or relations would join them, they wait for a steward: of these pairs too few are true.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from resolver.clustering.decided_rows import RowPair
from resolver.clustering.signed_clustering import PairLogOdds, components
from resolver.records import Batch
from resolver.records.batch import IntArray


def find_unmatched_entries(
    batch: Batch,
    deduplicated_sources: Collection[str],
    pairs: PairLogOdds,
    merge_threshold: int,
    same: Sequence[RowPair] = (),
) -> IntArray:
    """Return the compared pairs of rows (n × 2) of one deduplicated source that do not match.

    Pairs that decisions (`same`) join, directly or through other records, are left out.
    """
    names = batch.sources.values.to_pylist()
    is_deduplicated = np.array([name in deduplicated_sources for name in names], dtype=bool)
    if not is_deduplicated.any():
        return np.zeros((0, 2), dtype=np.int32)
    below = np.flatnonzero(pairs.logodds < merge_threshold)
    codes = batch.sources.codes
    source = codes[pairs.left[below]]
    unmatched = below[(source == codes[pairs.right[below]]) & is_deduplicated[source]]
    rows = np.stack([pairs.left[unmatched], pairs.right[unmatched]], axis=1).astype(np.int32)
    if len(rows) and same:
        nothing = np.zeros(0, dtype=np.int32)
        joined = components(len(batch), nothing, nothing, same)
        rows = rows[joined[rows[:, 0]] != joined[rows[:, 1]]]
    return rows
