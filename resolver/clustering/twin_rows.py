"""Records of equal normal form that were compared with one of them only.

Any two of them would score what each scores with the one that stands for all, so where that is
enough to merge they are one cluster from the start, unless something keeps them apart.
"""

from __future__ import annotations

import numpy as np

from resolver.clustering.signed_clustering import PairLogOdds, components
from resolver.records.batch import IntArray


def group_twins(
    twins: IntArray | None,
    pairs: PairLogOdds,
    merge_threshold: int,
    count: int,
) -> IntArray | None:
    """Return for each of `count` rows its group of equal records, -1 for none; None: no groups.

    `twins` (n × 2) are a row that stands for others, and each of those.
    """
    if twins is None or not len(twins):
        return None
    keys = pairs.left.astype(np.int64) << 32 | pairs.right
    matching = keys[pairs.logodds >= merge_threshold]
    own = twins.min(axis=1).astype(np.int64) << 32 | twins.max(axis=1)
    joined = np.ascontiguousarray(twins[np.isin(own, matching)].T)
    groups = components(count, joined[0], joined[1], [])
    is_alone = np.ones(count, dtype=bool)
    is_alone[joined] = False
    groups[is_alone] = -1
    return groups
