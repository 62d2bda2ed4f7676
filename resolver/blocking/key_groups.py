"""Groups of records that share a key, and the pairs of groups.

Within a group records are ordered by refinement, with unrefined ones first, so that the partners of
a record are the unrefined ones and the run of its own refinement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import RuleKeys
from resolver.blocking.pair_union import PackedPairs
from resolver.kernels.blocking.equal_keys import group_equal_keys
from resolver.kernels.blocking.key_groups import (
    RULE_BITS,
    GroupedKeys,
    LeftRange,
    RecordSides,
    deal_group_pairs,
    order_groups,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import HashArray
from resolver.records.prepared.ragged import spread

_KEYS_PER_PART = 4_000
"""Keys that are grouped at a time, about."""
_PAIRS_PER_ROW = 20
"""Pairs that are dealt in the time that one row of a group takes."""
PurgeCounts = Callable[[HashArray], npt.NDArray[np.int64]]
"""Gives for keys (ascending) the pairs of those that are purged elsewhere, and 0 for all others."""


@dataclass(frozen=True, slots=True)
class KeyGroups:
    """Groups of records that share a key of rule `number`.

    Group g is `rows[bounds[g]:bounds[g + 1]]` with refinements in `refine`, unrefined records
    first. `distinct` counts all keys, `cut` the pairs of purged keys; `cut_rows` are their records,
    some more than once.
    """

    number: int
    rows: IntArray
    refine: IntArray
    bounds: npt.NDArray[np.int64]
    distinct: int
    cut: int
    cut_rows: IntArray

    @property
    def work(self) -> float:
        """Time that dealing the pairs takes, in rows, if refinements keep none of them apart."""
        sizes = np.diff(self.bounds).astype(np.float64)
        return len(self.rows) + float(sizes @ (sizes - 1)) / 2 / _PAIRS_PER_ROW

    def pairs(
        self,
        records: RecordSides,
        place: npt.NDArray[np.int64],
        dealt: PackedPairs | None = None,
        left_range: LeftRange | None = None,
    ) -> None:
        """Count the pairs of each left record into `place`, or write them into `dealt` from there.

        Dealt pairs are right << 5 | rule. `left_range`: only pairs of these left records.
        """
        deal_group_pairs(
            GroupedKeys(self.rows, self.refine, self.bounds, self.number),
            records,
            left_range or LeftRange(0, len(records.kinds), 0),
            place,
            dealt if dealt is not None else np.zeros(0, dtype=np.int64),
            dealt is None,
        )


def group_keys(
    keys: RuleKeys,
    number: int,
    records: RecordSides,
    cap: int,
    purge_counts: PurgeCounts | None = None,
) -> KeyGroups:
    """Return the groups that the keys of rule `number` make.

    Keys with more than `cap` pairs are purged, and those for which `purge_counts` is not 0.
    """
    grouped, bases, distinct = _group_equal(keys, purge_counts is not None)
    rows, refine, bounds = grouped
    starts, ends = bounds[:-1], bounds[1:]
    within = np.ones(len(starts), dtype=np.bool_)
    if purge_counts is not None and len(starts):
        order = np.argsort(bases)
        within[order] = purge_counts(bases[order]) == 0
    cut = order_groups(rows, refine, starts, ends, records.sides, records.linking, cap, within)
    cut_rows = np.zeros(0, dtype=np.int32)
    if not within.all():
        sizes = ends - starts
        cut_rows = rows[spread(starts[~within], sizes[~within])]
        members = spread(starts[within], sizes[within])
        rows, refine = rows[members], refine[members]
        bounds = np.append(0, np.cumsum(sizes[within]))
    return KeyGroups(number, rows, refine, bounds, distinct, int(cut), cut_rows)


def _group_equal(
    keys: RuleKeys, with_keys: bool
) -> tuple[tuple[IntArray, IntArray, npt.NDArray[np.int64]], HashArray, int]:
    """Return rows, refinements and bounds of the groups of equal keys of two or more records, the
    key of each group (empty unless `with_keys`), and the number of distinct keys.
    """
    count = len(keys.base)
    bits = max(0, (count // _KEYS_PER_PART).bit_length())
    rows, refine = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    bounds = np.empty(count // 2 + 2, dtype=np.int64)
    bases = np.empty(count // 2 if with_keys else 0, dtype=np.uint64)
    distinct = group_equal_keys(
        keys.base, keys.rows, keys.refine, bits, rows, refine, bounds, bases
    )
    groups = int(bounds[-1])
    bounds = bounds[: groups + 1]
    filled = int(bounds[-1])
    return (rows[:filled], refine[:filled], bounds), bases[:groups], int(distinct)


def join_keys(
    keys: RuleKeys,
    kinds: npt.NDArray[np.uint8],
    sides: npt.NDArray[np.uint8],
    linking: bool,
    cap: int,
) -> tuple[PackedPairs, int, int]:
    """Return packed pairs (one per key that joins them), distinct keys, and purged pairs."""
    records = RecordSides(kinds, sides, linking)
    groups = group_keys(keys, 0, records, cap)
    counts = np.zeros(len(kinds), dtype=np.int64)
    groups.pairs(records, counts)
    ends = np.cumsum(counts)
    dealt = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    groups.pairs(records, ends - counts, dealt)
    return (
        np.repeat(np.arange(len(kinds), dtype=np.int64), counts) << 32 | dealt >> RULE_BITS,
        groups.distinct,
        groups.cut,
    )
