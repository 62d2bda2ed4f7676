"""Candidates that lists state to be different from the records they were found for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.clustering import find_stated_rows
from resolver.hub.increments.index_candidates import IndexPairs
from resolver.hub.increments.working_set import WorkingSet
from resolver.hub.index.record_index import RecordIndex
from resolver.kernels.number_sets import exclude, unite
from resolver.records import concat

Numbers = npt.NDArray[np.int64]


def find_stated_candidates(
    index: RecordIndex, queried: WorkingSet, pairs: IndexPairs, merge_threshold: int
) -> Numbers:
    """Return the indexed records of pairs below the merge threshold that are stated to differ.

    Their links would wait for a steward if they were not resolved together with the new records.
    """
    below = np.flatnonzero(pairs.logodds < merge_threshold)
    if not len(below):
        return below
    left_numbers, right_numbers = pairs.left[below], pairs.right[below]
    numbers = unite(left_numbers, right_numbers)
    is_queried = np.isin(queried.numbers, numbers)
    partners = exclude(numbers, queried.numbers)
    batch = concat([queried.batch.take(np.flatnonzero(is_queried)), index.batch(partners)])
    both = WorkingSet.of(batch, np.concatenate([queried.numbers[is_queried], partners]))
    left, right = both.rows_of(left_numbers), both.rows_of(right_numbers)
    stated = find_stated_rows(both.batch, left, right).astype(np.int64)
    is_stated = np.isin(left.astype(np.int64) << 32 | right, stated[:, 0] << 32 | stated[:, 1])
    return pairs.indexed[below[is_stated]]
