"""Pairs of entries of one list that no other record may join.

A list that declares its entries to be all different still holds some person twice. Such entries
merge where they match by themselves, in spite of what their list says; where only others, a profile
or relations would join them, they wait for a steward: of these pairs too few are true.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resolver.clustering.decided_rows import RowPair
from resolver.clustering.signed_clustering import PairLogOdds, drop_joined_pairs
from resolver.records.batch import IntArray


def find_unmatched_entries(
    sources: IntArray,
    is_deduplicated: npt.NDArray[np.bool_],
    pairs: PairLogOdds,
    merge_threshold: int,
    same: Sequence[RowPair] = (),
) -> IntArray:
    """Return the compared pairs of rows (n × 2) of one deduplicated source that do not match.

    `sources` has the code of the source of each row, `is_deduplicated` a flag for each code. Pairs
    that decisions (`same`) join, directly or through other records, are left out.
    """
    if not is_deduplicated.any():
        return np.zeros((0, 2), dtype=np.int32)
    below = np.flatnonzero(pairs.logodds < merge_threshold)
    source = sources[pairs.left[below]]
    unmatched = below[(source == sources[pairs.right[below]]) & is_deduplicated[source]]
    rows = np.stack([pairs.left[unmatched], pairs.right[unmatched]], axis=1).astype(np.int32)
    return drop_joined_pairs(rows, len(sources), same)
