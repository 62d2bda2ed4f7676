"""Keys that too many records share, counted where they arise, so that no worker ever gathers all their records.

One machine passes a key over that would make more pairs than the safety valve allows (`resolver.block.join`). Where
records lie in several places, a key that is too large in one of them is too large in all: that place sends how often it
met each refinement of the key, instead of the records. The sums give the size the key has on one machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.block.keys import Keys
from resolver.records.batch import IntArray
from resolver.records.prepared import HashArray

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many keys there are of a base and refinement: `base` (uint64), `refine` (int32), `times` (int64), side by
    side."""

    base: HashArray
    refine: IntArray
    times: Counts


def summed(tally: Tally) -> Tally:
    """Each base and refinement once, ascending."""
    order = np.lexsort((tally.refine, tally.base))
    base, refine, times = tally.base[order], tally.refine[order], tally.times[order]
    starts = np.flatnonzero(_changes(base) | _changes(refine))
    return Tally(base[starts], refine[starts], _sums(times, starts))


def sizes(tally: Tally) -> tuple[HashArray, Counts]:
    """Each base once, ascending, and how many pairs its keys make: those of one refinement with each other, those
    without any with all."""
    each = summed(tally)
    starts = np.flatnonzero(_changes(each.base))
    members = _sums(each.times, starts)
    bare = _sums(np.where(each.refine == 0, each.times, 0), starts)
    refined = _sums(np.where(each.refine == 0, 0, each.times * (each.times - 1) // 2), starts)
    return each.base[starts], refined + bare * (members - bare) + bare * (bare - 1) // 2


def without_heavy(keys: Keys, cap: int) -> tuple[Keys, Tally]:
    """The keys of one place that may still make pairs, and the tally of those that make more than `cap` here."""
    base, size = sizes(_ones(keys))
    heavy = np.isin(keys.base, base[size > cap])
    return _kept(keys, ~heavy), summed(_ones(_kept(keys, heavy)))


def gathered(keys: Keys, heavy: Tally) -> tuple[Keys, int, int]:
    """Keys from all places without those that were too many in one of them; how many those are, and the pairs they
    would have made."""
    apart = np.isin(keys.base, heavy.base)
    parts = heavy, _ones(_kept(keys, apart))
    columns = ([getattr(part, name) for part in parts] for name in ("base", "refine", "times"))
    base, size = sizes(Tally(*map(np.concatenate, columns)))
    return _kept(keys, ~apart), len(base), int(size.sum())


def _ones(keys: Keys) -> Tally:
    return Tally(keys.base, keys.refine, np.ones(len(keys.base), dtype=np.int64))


def _kept(keys: Keys, chosen: npt.NDArray[np.bool_]) -> Keys:
    return Keys(keys.rows[chosen], keys.base[chosen], keys.refine[chosen])


def _sums(values: Counts, starts: npt.NDArray[np.int64]) -> Counts:
    return np.add.reduceat(values, starts) if len(starts) else values


def _changes(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Where a value differs from the one before it."""
    changed = np.ones(len(values), dtype=bool)
    changed[1:] = values[1:] != values[:-1]
    return changed
