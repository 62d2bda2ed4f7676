"""Keys that too many records share, counted where they arise, so that no worker ever gathers all their records.

One machine passes a key over that would make more pairs than the safety valve allows (`resolver.blocking.key_join`). Where
records lie in several places, a key that is too large in one of them is too large in all: that place sends how often it
met each refinement of the key, instead of the records. The sums give the size the key has on one machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import Keys
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import ByteArray, HashArray

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many keys there are of a base, refinement and side: `base` (uint64), `refine` (int32), `side` (uint8, 0 where
    nothing is linked), `times` (int64), side by side."""

    base: HashArray
    refine: IntArray
    side: ByteArray
    times: Counts

    def of(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Tally:
        """Some of it, or all in another order."""
        return Tally(self.base[chosen], self.refine[chosen], self.side[chosen], self.times[chosen])


def summed(tally: Tally) -> Tally:
    """Each base, refinement and side once, ascending."""
    each = tally.of(np.lexsort((tally.side, tally.refine, tally.base)))
    starts = np.flatnonzero(_changes(each.base) | _changes(each.refine) | _changes(each.side))
    return Tally(
        each.base[starts], each.refine[starts], each.side[starts], _sums(each.times, starts)
    )


def sizes(tally: Tally, linking: bool) -> tuple[HashArray, Counts]:
    """Each base once, ascending, and how many pairs its keys make: those of one refinement with each other, those
    without any with all. `linking`: pairs across two sides only."""
    base, size = _sizes(tally)
    if linking:
        for side in (0, 1):
            within, less = _sizes(tally.of(tally.side == side))
            size[np.searchsorted(base, within)] -= less
    return base, size


def _sizes(tally: Tally) -> tuple[HashArray, Counts]:
    """`sizes` whatever the sides."""
    order = np.lexsort((tally.refine, tally.base))
    bases, refines, times = tally.base[order], tally.refine[order], tally.times[order]
    each = np.flatnonzero(_changes(bases) | _changes(refines))
    base, refine, times = bases[each], refines[each], _sums(times, each)
    starts = np.flatnonzero(_changes(base))
    members = _sums(times, starts)
    bare = _sums(np.where(refine == 0, times, 0), starts)
    refined = _sums(np.where(refine == 0, 0, times * (times - 1) // 2), starts)
    return base[starts], refined + bare * (members - bare) + bare * (bare - 1) // 2


def without_heavy(keys: Keys, sides: ByteArray, linking: bool, cap: int) -> tuple[Keys, Tally]:
    """The keys of one place that may still make pairs, and the tally of those that make more than `cap` here. `sides`:
    of each key."""
    often = _often(keys.base, cap)
    tally = _ones(keys, sides).of(often)
    base, size = sizes(tally, linking)
    heavy = np.zeros(len(keys.base), dtype=bool)
    heavy[often] = np.isin(tally.base, base[size > cap])
    return _kept(keys, ~heavy), summed(_ones(keys, sides).of(heavy))


def _often(base: HashArray, cap: int) -> npt.NDArray[np.bool_]:
    """Which keys may be met often enough to make more than `cap` pairs: no other can, some of these cannot."""
    buckets = (base >> np.uint64(44)).astype(np.int64)
    counts = np.bincount(buckets, minlength=1 << 20)
    return (counts * (counts - 1) // 2 > cap)[buckets]


def gathered(keys: Keys, sides: ByteArray, linking: bool, heavy: Tally) -> tuple[Keys, int, int]:
    """Keys from all places without those that were too many in one of them; how many those are, and the pairs they
    would have made."""
    if not len(heavy.base):
        return keys, 0, 0
    apart = np.isin(keys.base, heavy.base)
    parts = heavy, _ones(keys, sides).of(apart)
    columns = (
        [getattr(part, name) for part in parts] for name in ("base", "refine", "side", "times")
    )
    base, size = sizes(Tally(*map(np.concatenate, columns)), linking)
    return _kept(keys, ~apart), len(base), int(size.sum())


def _ones(keys: Keys, sides: ByteArray) -> Tally:
    return Tally(keys.base, keys.refine, sides, np.ones(len(keys.base), dtype=np.int64))


def _kept(keys: Keys, chosen: npt.NDArray[np.bool_]) -> Keys:
    return Keys(keys.rows[chosen], keys.base[chosen], keys.refine[chosen])


def _sums(values: Counts, starts: npt.NDArray[np.int64]) -> Counts:
    return np.add.reduceat(values, starts) if len(starts) else values


def _changes(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Where a value differs from the one before it."""
    changed = np.ones(len(values), dtype=bool)
    changed[1:] = values[1:] != values[:-1]
    return changed
