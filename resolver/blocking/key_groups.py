"""Keys to groups of records that share one, and the kernels that walk through the pairs of groups.

Within a group records stand in the order of their refinement, those without any first, so that a record's partners are
the bare ones and a run of its own refinement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import Keys
from resolver.blocking.pair_union import RULE_BITS, Packed
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import HashArray
from resolver.records.prepared.ragged import spread

Excess = Callable[[HashArray], npt.NDArray[np.int64]]
"""Of keys (ascending) that make too many pairs among all that there is, how many; of others 0."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The records that share a key of rule `number` with others: group g are `rows[bounds[g]:bounds[g + 1]]` with their
    refinements, unrefined first. `distinct` keys in all; `cut` pairs of keys that would make more than the cap, which
    are left out."""

    number: int
    rows: IntArray
    refine: IntArray
    bounds: npt.NDArray[np.int64]
    distinct: int
    cut: int

    def pairs(
        self,
        kinds: npt.NDArray[np.uint8],
        sides: npt.NDArray[np.uint8],
        linking: bool,
        place: npt.NDArray[np.int64],
        dealt: Packed | None = None,
        pass_of: tuple[int, int, int] | None = None,
    ) -> None:
        """Count the pairs of each left record into `place`; or put them into `dealt` (right << 5 | rule) from there
        on. `pass_of`: only those whose left record lies from the first number to the second, which is not of them; the
        third is taken from each place."""
        into = dealt if dealt is not None else np.zeros(0, dtype=np.int64)
        only = pass_of or (0, len(kinds), 0)
        _pairs(
            self.rows,
            self.refine,
            self.bounds,
            kinds,
            sides,
            linking,
            self.number,
            place,
            into,
            dealt is None,
            only,
        )


def groups_of(
    keys: Keys,
    number: int,
    sides: npt.NDArray[np.uint8],
    linking: bool,
    cap: int,
    excess: Excess | None = None,
) -> Groups:
    """The groups that keys make. `excess`: of keys that make too many pairs elsewhere, how many; of others 0."""
    order = np.argsort(keys.base)
    base, rows, refine = keys.base[order], keys.rows[order], keys.refine[order]
    starts = np.flatnonzero(np.concatenate(([len(base) > 0], base[1:] != base[:-1])))
    ends = np.append(starts[1:], len(base))
    distinct = len(starts)
    large = (ends - starts) > 1
    starts, ends = starts[large], ends[large]
    within = np.ones(len(starts), dtype=np.bool_)
    if excess is not None and len(starts):
        within = excess(base[starts]) == 0
    cut = _order(rows, refine, starts, ends, sides, linking, cap, within)
    starts, sizes = starts[within], (ends - starts)[within]
    held = spread(starts, sizes)
    return Groups(
        number, rows[held], refine[held], np.append(0, np.cumsum(sizes)), distinct, int(cut)
    )


def join_keys(
    keys: Keys, kinds: npt.NDArray[np.uint8], sides: npt.NDArray[np.uint8], linking: bool, cap: int
) -> tuple[Packed, int, int]:
    """Pairs, those of several keys several times; distinct keys; pairs cut (those of keys that would make more than
    `cap`)."""
    groups = groups_of(keys, 0, sides, linking, cap)
    counts = np.zeros(len(kinds), dtype=np.int64)
    groups.pairs(kinds, sides, linking, counts)
    ends = np.cumsum(counts)
    dealt = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    groups.pairs(kinds, sides, linking, ends - counts, dealt)
    return (
        np.repeat(np.arange(len(kinds), dtype=np.int64), counts) << 32 | dealt >> RULE_BITS,
        groups.distinct,
        groups.cut,
    )


@compiled()
def _meets(first, second, refine_first, refine_second, kinds, sides, linking):  # type: ignore[no-untyped-def]
    if first == second or (
        refine_first != refine_second and refine_first != 0 and refine_second != 0
    ):
        return False
    if (kinds[first] & kinds[second]) == 0:
        return False
    return not linking or sides[first] != sides[second]


@compiled()
def _group_size(rows, refine, start, end, sides, linking):  # type: ignore[no-untyped-def]
    """How many pairs a sorted key group makes, whatever the kinds; linking, those within a side are none."""
    size = _side_size(rows, refine, start, end, sides, -1)
    if linking:
        size -= _side_size(rows, refine, start, end, sides, 0) + _side_size(
            rows, refine, start, end, sides, 1
        )
    return size


@compiled()
def _side_size(rows, refine, start, end, sides, side):  # type: ignore[no-untyped-def]
    """Pairs among the records of one side (-1: of both): equal refinements with each other, unrefined ones with all."""
    members = 0
    bare = 0
    pairs = 0
    run = 0
    last = -1
    for position in range(start, end):
        if side >= 0 and sides[rows[position]] != side:
            continue
        members += 1
        if refine[position] == 0:
            bare += 1
            continue
        run = run + 1 if refine[position] == last else 0
        last = refine[position]
        pairs += run
    return pairs + bare * (members - bare) + bare * (bare - 1) // 2


@compiled()
def _order(rows, refine, starts, ends, sides, linking, cap, within):  # type: ignore[no-untyped-def]
    """Within each key, order by refinement, unrefined first; say which of the keys that are `within` make no more than
    `cap` pairs. Gives the pairs of the others."""
    cut = 0
    for group in range(len(starts)):
        start, end = starts[group], ends[group]
        plain = True
        for position in range(start + 1, end):
            if refine[position] < refine[position - 1]:
                plain = False
                break
        if not plain:
            order = np.argsort(refine[start:end], kind="mergesort")
            rows[start:end] = rows[start:end][order]
            refine[start:end] = refine[start:end][order]
        size = _group_size(rows, refine, start, end, sides, linking)
        within[group] &= size <= cap
        if not within[group]:
            cut += size
    return cut


@compiled()
def _pairs(rows, refine, bounds, kinds, sides, linking, number, place, dealt, only_count, only):  # type: ignore[no-untyped-def]
    start, stop, begin = only
    for group in range(len(bounds) - 1):
        end = bounds[group + 1]
        for one in range(bounds[group], end):
            first, narrow = rows[one], refine[one]
            for two in range(one + 1, end):
                if narrow != 0 and refine[two] != narrow:
                    break
                second = rows[two]
                if _meets(first, second, narrow, refine[two], kinds, sides, linking):
                    low, high = min(first, second), max(first, second)
                    if low < start or low >= stop:
                        continue
                    if not only_count:
                        dealt[place[low] - begin] = (np.int64(high) << RULE_BITS) | number
                    place[low] += 1
