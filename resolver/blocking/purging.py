"""Purging of blocks on several workers: no worker ever gathers all records of a very common key.

One machine drops a key that would make more than `cap` pairs (`blocking.key_join`). If records are
spread over partitions, a key that is too large in one of them is too large in all: its partition
sends counts of refinements instead of records. Their sums give the size that the key has on one
machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import RuleKeys
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import ByteArray, HashArray

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
        """Return chosen rows, or all of them in another order."""
        return KeyTally(
            self.base[chosen], self.refine[chosen], self.side[chosen], self.times[chosen]
        )


def sum_tally(tally: KeyTally) -> KeyTally:
    """Return a tally with each base, refinement and side once, ascending."""
    each = tally.of(np.lexsort((tally.side, tally.refine, tally.base)))
    starts = np.flatnonzero(_changes(each.base) | _changes(each.refine) | _changes(each.side))
    return KeyTally(
        each.base[starts], each.refine[starts], each.side[starts], _sums(each.times, starts)
    )


def block_sizes(tally: KeyTally, linking: bool) -> tuple[HashArray, Counts]:
    """Return each base once, ascending, and the number of pairs that its keys make.

    Keys of one refinement pair with each other, unrefined ones with all. `linking`: only pairs
    across sides.
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
    """Return the keys of a partition with `cap` pairs at most, and the tally of all others.

    `sides` has the side of each key.
    """
    often = _is_frequent(keys.base, cap)
    tally = _tally_of_keys(keys, sides).of(often)
    base, size = block_sizes(tally, linking)
    heavy = np.zeros(len(keys.base), dtype=bool)
    heavy[often] = np.isin(tally.base, base[size > cap])
    return _select_keys(keys, ~heavy), sum_tally(_tally_of_keys(keys, sides).of(heavy))


def _is_frequent(base: HashArray, cap: int) -> npt.NDArray[np.bool_]:
    """Return a mask of keys that may make more than `cap` pairs; no other key can."""
    if len(base) * (len(base) - 1) // 2 <= cap:
        return np.zeros(len(base), dtype=bool)
    buckets = (base >> np.uint64(44)).astype(np.int64)
    counts = np.bincount(buckets, minlength=1 << 20)
    return (counts * (counts - 1) // 2 > cap)[buckets]


def purge_gathered_keys(
    keys: RuleKeys, sides: ByteArray, linking: bool, heavy: KeyTally
) -> tuple[RuleKeys, int, int]:
    """Return keys of all partitions without heavy ones, and the number of heavy keys and their
    pairs.
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
    """Return a mask of values that differ from the one before."""
    changed = np.ones(len(values), dtype=bool)
    changed[1:] = values[1:] != values[:-1]
    return changed
