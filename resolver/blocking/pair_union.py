"""Pairs of several rules as one sorted list, each pair once, with the rules that join it.

Pairs are dealt to their left record by counting, so that nothing larger than one record's pairs is
ever sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resolver.kernels.blocking.key_groups import RULE_BITS
from resolver.kernels.blocking.pair_union import (
    DealtPairs,
    count_left,
    deal_pairs,
    gather_pairs,
    unite_pairs,
)
from resolver.kernels.blocking.prefilter_records import PrefilterArrays
from resolver.kernels.threads import threads
from resolver.records.batch import IntArray

PackedPairs = npt.NDArray[np.int64]
"""Pairs as left << 32 | right."""


UnitedPairs = tuple[IntArray, IntArray, npt.NDArray[np.uint32], npt.NDArray[np.int64]]
"""Left, right and rule bits of sorted pairs, and counts per rule (2 × 32).

The counts are pairs that the rule joins, and pairs that only it joins.
"""


def unite_rule_pairs(
    pairs_of_rules: Sequence[PackedPairs],
    numbers: Sequence[int],
    count: int,
    arrays: PrefilterArrays,
    min_score: int,
    workers: int,
) -> UnitedPairs:
    """Return the pairs of rules `numbers` with at least `min_score` (`ALL_PAIRS`: all of them)."""
    ends = np.zeros(count + 1, dtype=np.int64)
    for pairs in pairs_of_rules:
        count_left(pairs, ends)
    np.cumsum(ends, out=ends)
    dealt, place = np.empty(int(ends[-1]), dtype=np.int64), ends[:-1].copy()
    for pairs, number in zip(pairs_of_rules, numbers, strict=True):
        deal_pairs(pairs, number, place, dealt)
    return unite_dealt_pairs(dealt, ends, arrays, min_score, workers)


def unite_dealt_pairs(
    dealt: PackedPairs,
    ends: PackedPairs,
    arrays: PrefilterArrays,
    min_score: int,
    workers: int,
    first: int = 0,
) -> UnitedPairs:
    """Return the united pairs of dealt ones, which are changed in place.

    Those of left record `first` + i (right << 5 | rule) are `dealt[ends[i]:ends[i + 1]]`, in any
    order.
    """
    count = len(ends) - 1
    counts = np.zeros(count, dtype=np.int64)
    lists = DealtPairs(first, ends, dealt, counts)
    cuts = _cuts(ends, count, workers)
    stats = np.zeros((len(cuts), 2, 1 << RULE_BITS), dtype=np.int64)

    def run(part: int) -> None:
        start, stop = cuts[part]
        unite_pairs(start, stop, lists, arrays, min_score, stats[part])

    with threads(workers) as pool:
        list(pool.map(run, range(len(cuts))))
        total = np.concatenate(([0], np.cumsum(counts)))
        left, right = np.empty(total[-1], dtype=np.int32), np.empty(total[-1], dtype=np.int32)
        rules = np.empty(total[-1], dtype=np.uint32)

        def gather(part: int) -> None:
            start, stop = cuts[part]
            gather_pairs(start, stop, lists, total, left, right, rules)

        list(pool.map(gather, range(len(cuts))))
    return left, right, rules, stats.sum(axis=0)


def _cuts(ends: PackedPairs, count: int, workers: int) -> list[tuple[int, int]]:
    """Ranges of rows with about as many pairs each."""
    parts = 8 * workers if workers > 1 else 1
    at = np.searchsorted(ends, np.linspace(0, int(ends[-1]), parts + 1)[1:-1])
    edges = np.unique(np.concatenate(([0], np.minimum(at, count), [count]))).tolist()
    return list(pairwise(edges))
