"""Groups of records that share a key, and their pairs.

Within a group records stand by their refinement, those without any first, so that the partners of a
record are the unrefined ones and a run of its own refinement.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import (
    AnyInt,
    BoolArray,
    ByteArray,
    IntArray,
    LongArray,
)
from resolver.kernels.compiler import compiled

RULE_BITS = 5
"""Bits of the number of a rule in a dealt pair (right record << 5 | rule)."""
_SMALL_GROUP = 32
"""Records up to which insertion is faster than sorting."""


BOTH_SIDES = 2
"""Side of a record of both sets that are linked: it pairs with all but itself."""


class GroupedKeys(NamedTuple):
    """Records of rule `number`: group g are `rows[bounds[g]:bounds[g + 1]]` with refinements."""

    rows: IntArray
    refine: IntArray
    bounds: LongArray
    number: int


class RecordSides(NamedTuple):
    """Kind bits and side (0, 1 or `BOTH_SIDES`) of all records; linking, pairs within side 0 or
    within side 1 do not count.
    """

    kinds: ByteArray
    sides: ByteArray
    linking: bool


class LeftRange(NamedTuple):
    """Left records `start` … `stop` - 1, whose pairs are dealt; places are lowered by `shift`."""

    start: int
    stop: int
    shift: int


@compiled(inline="always", allocates=False)
def _may_pair(
    first: AnyInt, second: AnyInt, refine_first: AnyInt, refine_second: AnyInt, sides: RecordSides
) -> bool:
    """Return whether two records of a group form a pair."""
    if first == second or (
        refine_first != refine_second and refine_first != 0 and refine_second != 0
    ):
        return False
    if (sides.kinds[first] & sides.kinds[second]) == 0:
        return False
    first_side = sides.sides[first]
    return not sides.linking or first_side != sides.sides[second] or first_side == BOTH_SIDES


@compiled(allocates=False)
def _side_size(
    rows: IntArray, refine: IntArray, start: int, end: int, sides: ByteArray, side: int
) -> int:
    """Return the pairs among the records of one side of a group (-1: of all records).

    Equal refinements pair with each other, unrefined records with all.
    """
    members = 0
    unrefined = 0
    pairs = 0
    run = 0
    last = -1
    for position in range(start, end):
        if side >= 0 and sides[rows[position]] != side:
            continue
        members += 1
        if refine[position] == 0:
            unrefined += 1
            continue
        run = run + 1 if refine[position] == last else 0
        last = refine[position]
        pairs += run
    return pairs + unrefined * (members - unrefined) + unrefined * (unrefined - 1) // 2


@compiled(allocates=False)
def _group_size(
    rows: IntArray, refine: IntArray, start: int, end: int, sides: ByteArray, linking: bool
) -> int:
    """Return the pairs of a sorted group, whatever the kinds; linking, without those of a side."""
    size = _side_size(rows, refine, start, end, sides, -1)
    if linking:
        size -= _side_size(rows, refine, start, end, sides, 0) + _side_size(
            rows, refine, start, end, sides, 1
        )
    return size


@compiled(allocates=False)
def _is_ascending(values: IntArray, start: int, end: int) -> bool:
    place = start + 1
    while place < end and values[place] >= values[place - 1]:
        place += 1
    return place >= end


@compiled(inline="always", allocates=False)
def _insert_in_order(rows: IntArray, refine: IntArray, start: int, end: int) -> None:
    """Order a small group by refinement; equal ones keep their order."""
    for place in range(start + 1, end):
        row, value, target = rows[place], refine[place], place
        while target > start and refine[target - 1] > value:
            rows[target], refine[target] = rows[target - 1], refine[target - 1]
            target -= 1
        rows[target], refine[target] = row, value


@compiled()
def order_groups(
    rows: IntArray,
    refine: IntArray,
    starts: LongArray,
    ends: LongArray,
    sides: ByteArray,
    linking: bool,
    cap: int,
    within: BoolArray,
) -> int:
    """Order each group by refinement, unrefined first, and clear `within` of those above the cap.

    Return the pairs of groups that are not `within`.
    """
    cut = 0
    for group in range(len(starts)):
        start, end = starts[group], ends[group]
        if end - start <= _SMALL_GROUP:
            _insert_in_order(rows, refine, start, end)
        elif not _is_ascending(refine, start, end):
            order = np.argsort(refine[start:end], kind="mergesort")
            rows[start:end] = rows[start:end][order]
            refine[start:end] = refine[start:end][order]
        size = _group_size(rows, refine, start, end, sides, linking)
        within[group] &= size <= cap
        if not within[group]:
            cut += size
    return cut


@compiled(allocates=False)
def deal_group_pairs(
    groups: GroupedKeys,
    sides: RecordSides,
    left: LeftRange,
    place: LongArray,
    dealt: LongArray,
    only_count: bool,
) -> None:
    """Count the pairs of each left record into `place`, or write them into `dealt` from there."""
    rows, refine, bounds = groups.rows, groups.refine, groups.bounds
    for group in range(len(bounds) - 1):
        end = bounds[group + 1]
        for left_place in range(bounds[group], end):
            first, narrow = rows[left_place], refine[left_place]
            for right_place in range(left_place + 1, end):
                if narrow != 0 and refine[right_place] != narrow:
                    break
                second = rows[right_place]
                if _may_pair(first, second, narrow, refine[right_place], sides):
                    low, high = min(first, second), max(first, second)
                    if low < left.start or low >= left.stop:
                        continue
                    if not only_count:
                        pair = (np.int64(high) << RULE_BITS) | groups.number
                        dealt[place[low] - left.shift] = pair
                    place[low] += 1
