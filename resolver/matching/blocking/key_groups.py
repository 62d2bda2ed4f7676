"""Groups of records that share a key, and the candidate pairs of these groups.

1. `unite_rule_pairs` and `unite_dealt_pairs` bring the pairs of several rules into one sorted list.
   Each pair is listed once, with the rules that join it. Pairs are dealt to their left record by
   counting, so only the pairs of one record are ever sorted.
2. `group_keys` makes `KeyGroups`. Within a group, records are ordered by refinement, and records
   without refinement come first. So the partners of a record are the records without refinement and
   the run of its own refinement.
3. `split_heavy_keys` and `purge_gathered_keys` purge keys on several workers. One machine drops a
   key that would make more than `cap` pairs (`key_join`). On a cluster, records are spread over
   partitions, and a key that is too large in one partition is too large in all. That partition
   sends counts of refinements (`KeyTally`) instead of records, so no worker gathers all records of
   a very common key. The sums of these counts give the size that the key has on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resolver.matching.blocking.keys import RuleKeys
from resolver.matching.kernels.pair_union import (
    DealtPairs,
    count_left,
    deal_pairs,
    gather_pairs,
    unite_pairs,
)
from resolver.matching.kernels.prefilter import PrefilterArrays
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import ByteArray, HashArray, spread
from resolver.runtime.key_groups import (
    RULE_BITS,
    GroupedKeys,
    LeftRange,
    RecordSides,
    deal_group_pairs,
    group_equal_keys,
    order_groups,
)
from resolver.runtime.threads import threads

PackedPairs = npt.NDArray[np.int64]
"""Pairs as left << 32 | right."""


UnitedPairs = tuple[IntArray, IntArray, npt.NDArray[np.uint32], npt.NDArray[np.int64]]
"""Left row, right row and rule bits of sorted pairs, and counts per rule (2 × 32).

The first row counts the pairs that a rule joins, the second the pairs that only this rule joins.
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
    """Unite dealt pairs, and return them sorted. `dealt` is changed in place.

    The pairs of left record `first` + i are `dealt[ends[i]:ends[i + 1]]`, in any order. Each number
    is right << 5 | rule.
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
    """Cut the rows into ranges with about the same number of pairs each."""
    parts = 8 * workers if workers > 1 else 1
    at = np.searchsorted(ends, np.linspace(0, int(ends[-1]), parts + 1)[1:-1])
    edges = np.unique(np.concatenate(([0], np.minimum(at, count), [count]))).tolist()
    return list(pairwise(edges))


_KEYS_PER_PART = 4_000
"""Approximate number of keys that are grouped at a time."""
_PAIRS_PER_ROW = 20
"""Number of pairs that are dealt in the time that one row of a group takes."""
PurgeCounts = Callable[[HashArray], npt.NDArray[np.int64]]
"""Function from ascending keys to the pairs of keys that are purged elsewhere, and 0 for others."""


@dataclass(frozen=True, slots=True)
class KeyGroups:
    """Groups of records that share a key of rule `number`.

    Group g is `rows[bounds[g]:bounds[g + 1]]`, with refinements in `refine`. Records without
    refinement come first. `distinct` counts all keys, and `cut` the pairs of purged keys.
    `cut_rows` are the records of purged keys; a record may occur several times.
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
        """Estimated time to deal all pairs, in the time of one row. Refinements are ignored."""
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

        Dealt pairs are right << 5 | rule. Only pairs of left records in `left_range` count.
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

    A key is purged if it has more than `cap` pairs, or if `purge_counts` is not 0 for it.
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


Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class KeyTally:
    """Counts of keys by base, refinement and side, as columns.

    `base` is uint64, `refine` int32, `side` uint8 (0 unless linking), `times` int64.
    """

    base: HashArray
    refine: IntArray
    side: ByteArray
    times: Counts

    def of(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> KeyTally:
        """Return some rows, or all rows in another order."""
        return KeyTally(
            self.base[chosen], self.refine[chosen], self.side[chosen], self.times[chosen]
        )


def sum_tally(tally: KeyTally) -> KeyTally:
    """Sum the counts of equal base, refinement and side, and sort by them."""
    each = tally.of(np.lexsort((tally.side, tally.refine, tally.base)))
    starts = np.flatnonzero(_changes(each.base) | _changes(each.refine) | _changes(each.side))
    return KeyTally(
        each.base[starts], each.refine[starts], each.side[starts], _sums(each.times, starts)
    )


def block_sizes(tally: KeyTally, linking: bool) -> tuple[HashArray, Counts]:
    """Return the distinct bases, ascending, and the number of pairs of each.

    Keys of one refinement pair with each other. Keys without refinement pair with all. If
    `linking`, only pairs across sides count.
    """
    base, size = _pair_counts(tally)
    if linking:
        for side in (0, 1):
            within, less = _pair_counts(tally.of(tally.side == side))
            size[np.searchsorted(base, within)] -= less
    return base, size


def _pair_counts(tally: KeyTally) -> tuple[HashArray, Counts]:
    """Return `block_sizes` without regard to sides."""
    order = np.lexsort((tally.refine, tally.base))
    bases, refines, times = tally.base[order], tally.refine[order], tally.times[order]
    each = np.flatnonzero(_changes(bases) | _changes(refines))
    base, refine, times = bases[each], refines[each], _sums(times, each)
    starts = np.flatnonzero(_changes(base))
    members = _sums(times, starts)
    bare = _sums(np.where(refine == 0, times, 0), starts)
    refined = _sums(np.where(refine == 0, 0, times * (times - 1) // 2), starts)
    return base[starts], refined + bare * (members - bare) + bare * (bare - 1) // 2


def split_heavy_keys(
    keys: RuleKeys, sides: ByteArray, linking: bool, cap: int
) -> tuple[RuleKeys, KeyTally]:
    """Return the keys of a partition with at most `cap` pairs, and the tally of all other keys.

    `sides` has the side of each key.
    """
    often = _is_frequent(keys.base, cap)
    tally = _tally_of_keys(keys, sides).of(often)
    base, size = block_sizes(tally, linking)
    heavy = np.zeros(len(keys.base), dtype=bool)
    heavy[often] = np.isin(tally.base, base[size > cap])
    return _select_keys(keys, ~heavy), sum_tally(_tally_of_keys(keys, sides).of(heavy))


def _is_frequent(base: HashArray, cap: int) -> npt.NDArray[np.bool_]:
    """Return a mask of keys that may make more than `cap` pairs. All other keys make fewer."""
    if len(base) * (len(base) - 1) // 2 <= cap:
        return np.zeros(len(base), dtype=bool)
    buckets = (base >> np.uint64(44)).astype(np.int64)
    counts = np.bincount(buckets, minlength=1 << 20)
    return (counts * (counts - 1) // 2 > cap)[buckets]


def purge_gathered_keys(
    keys: RuleKeys, sides: ByteArray, linking: bool, heavy: KeyTally
) -> tuple[RuleKeys, int, int]:
    """Return the keys of all partitions that are not heavy.

    Also return the number of heavy keys, and the number of their pairs.
    """
    if not len(heavy.base):
        return keys, 0, 0
    apart = np.isin(keys.base, heavy.base)
    parts = heavy, _tally_of_keys(keys, sides).of(apart)
    columns = (
        [getattr(part, name) for part in parts] for name in ("base", "refine", "side", "times")
    )
    base, size = block_sizes(KeyTally(*map(np.concatenate, columns)), linking)
    return _select_keys(keys, ~apart), len(base), int(size.sum())


def _tally_of_keys(keys: RuleKeys, sides: ByteArray) -> KeyTally:
    return KeyTally(keys.base, keys.refine, sides, np.ones(len(keys.base), dtype=np.int64))


def _select_keys(keys: RuleKeys, chosen: npt.NDArray[np.bool_]) -> RuleKeys:
    return RuleKeys(keys.rows[chosen], keys.base[chosen], keys.refine[chosen])


def _sums(values: Counts, starts: npt.NDArray[np.int64]) -> Counts:
    return np.add.reduceat(values, starts) if len(starts) else values


def _changes(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return a mask of values that differ from the value before them."""
    changed = np.ones(len(values), dtype=bool)
    changed[1:] = values[1:] != values[:-1]
    return changed
