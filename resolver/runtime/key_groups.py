"""Groups of records that share a key, and their pairs.

Within a group records stand by their refinement, those without any first, so that the partners of a
record are the unrefined ones and a run of its own refinement.

Groups of equal keys, found without sorting them; and keys in order.

Keys are hashes, so their first bits deal them to parts of a few thousand, each of which a table in
the processor's cache holds. Keys that stand alone, most of them in a large batch, end there.

Sets of whole numbers as ascending arrays, and the order of hashes and codes.

NumPy's own functions hash whole numbers since version 2.3, which takes twenty times as long as
sorting where nearly all of a million numbers differ.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.runtime.arrays import AnyInt, BoolArray, ByteArray, HashArray, IntArray, LongArray
from resolver.runtime.compiler import compiled

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


_FEW_KEYS = 48
"""Keys up to which insertion is faster than sorting."""


class _PartTable(NamedTuple):
    """Table of the distinct keys of one part at a time.

    A slot holds a group of the part that it is stamped with. Per group: its key, and its size and
    later the place to write to (-1: it is not written). Per key of the part: its group.
    """

    slots: IntArray
    stamps: IntArray
    keys: HashArray
    targets: LongArray
    group_of: IntArray


@compiled(inline="always", allocates=False)
def _part_of(key: np.uint64, bits: int) -> np.int64:
    """Return the first bits of a key, of which there may be none."""
    return np.int64((key >> np.uint64(1)) >> np.uint64(63 - bits))


@compiled(allocates=False)
def _deal_keys(
    keys: HashArray, bits: int, starts: LongArray, dealt: HashArray, places: IntArray
) -> None:
    """Write keys and their places by part, and where each part begins and the last ends."""
    for place in range(len(keys)):
        starts[_part_of(keys[place], bits) + 1] += 1
    for number in range(1 << bits):
        starts[number + 1] += starts[number]
    # each start moves to the end of its part, which is the start of the next
    for place in range(len(keys)):
        part = _part_of(keys[place], bits)
        dealt[starts[part]], places[starts[part]] = keys[place], place
        starts[part] += 1
    for number in range(1 << bits, 0, -1):
        starts[number] = starts[number - 1]
    starts[0] = 0


@compiled()
def _new_table(largest: AnyInt) -> _PartTable:
    """Return a table for parts of so many keys at most."""
    size = 2
    while size < 2 * largest:
        size *= 2
    return _PartTable(
        np.empty(size, dtype=np.int32),
        np.full(size, -1, dtype=np.int32),
        np.empty(largest, dtype=np.uint64),
        np.empty(largest, dtype=np.int64),
        np.empty(largest, dtype=np.int32),
    )


@compiled(inline="always", allocates=False)
def _count_members(part: int, keys: HashArray, table: _PartTable) -> int:
    """Number the distinct keys of a part, count each, and return how many there are."""
    groups_here, mask = 0, len(table.slots) - 1
    for place in range(len(keys)):
        slot: AnyInt = np.int64(keys[place] & np.uint64(mask))
        while table.stamps[slot] == part and table.keys[table.slots[slot]] != keys[place]:
            slot = (slot + 1) & mask
        if table.stamps[slot] != part:
            table.stamps[slot], table.slots[slot] = part, groups_here
            table.keys[groups_here], table.targets[groups_here] = keys[place], 0
            groups_here += 1
        table.group_of[place] = table.slots[slot]
        table.targets[table.slots[slot]] += 1
    return groups_here


@compiled()
def group_equal_keys(
    keys: HashArray,
    rows: IntArray,
    refine: IntArray,
    bits: int,
    grouped_rows: IntArray,
    grouped_refine: IntArray,
    bounds: LongArray,
    group_keys: HashArray,
) -> int:
    """Write rows and refinements of keys that occur more than once, group by group.

    `bits`: first bits of keys by which they are dealt. Group g is written to
    `bounds[g]:bounds[g + 1]` in the order of the keys, its key to `group_keys[g]`, unless that is
    empty. The last place of `bounds`, which is two longer than there can be groups, is their
    number. Returns the number of distinct keys.
    """
    starts = np.zeros((1 << bits) + 1, dtype=np.int64)
    dealt, places = np.empty(len(keys), dtype=np.uint64), np.empty(len(keys), dtype=np.int32)
    _deal_keys(keys, bits, starts, dealt, places)
    table = _new_table(max(1, np.max(starts[1:] - starts[:-1])))
    filled, groups, distinct = 0, 0, 0
    for part in range(1 << bits):
        begin, end = starts[part], starts[part + 1]
        groups_here = _count_members(part, dealt[begin:end], table)
        distinct += groups_here
        for group in range(groups_here):
            members = table.targets[group]
            table.targets[group] = -1
            if members > 1:
                if len(group_keys) > 0:
                    group_keys[groups] = table.keys[group]
                bounds[groups], table.targets[group] = filled, filled
                filled += members
                groups += 1
        for place in range(begin, end):
            group = table.group_of[place - begin]
            target = table.targets[group]
            if target >= 0:
                grouped_rows[target] = rows[places[place]]
                grouped_refine[target] = refine[places[place]]
                table.targets[group] = target + 1
    bounds[groups], bounds[-1] = filled, groups
    return distinct


@compiled()
def _order_part(keys: HashArray, places: IntArray) -> None:
    """Order the keys of one part, mostly few, with their places; equal ones keep their order."""
    if len(keys) > _FEW_KEYS:
        order = np.argsort(keys, kind="mergesort")
        keys[:], places[:] = keys[order], places[order]
        return
    for number in range(1, len(keys)):
        key, place, target = keys[number], places[number], number
        while target > 0 and keys[target - 1] > key:
            keys[target], places[target] = keys[target - 1], places[target - 1]
            target -= 1
        keys[target], places[target] = key, place


@compiled()
def order_keys(keys: HashArray, bits: int, ordered: HashArray, places: IntArray) -> None:
    """Write keys ascending, and the place of each; equal ones keep their order.

    `bits`: first bits of keys by which they are dealt, so that parts have a few keys each.
    """
    starts = np.zeros((1 << bits) + 1, dtype=np.int64)
    _deal_keys(keys, bits, starts, ordered, places)
    for part in range(1 << bits):
        begin, end = starts[part], starts[part + 1]
        if end - begin > 1:
            _order_part(ordered[begin:end], places[begin:end])


_HASHES_PER_PART = 16
"""Hashes that are put in order at a time, about."""
_ODD = np.uint64(0x9E3779B97F4A7C15)
_Number = TypeVar("_Number", bound=np.integer[Any])


def sort_distinct(numbers: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    """Return the numbers ascending, each once: `np.unique` of one-dimensional arrays."""
    ordered = np.sort(numbers)
    is_first = np.ones(len(ordered), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def unite(left: npt.NDArray[_Number], right: npt.NDArray[Any]) -> npt.NDArray[_Number]:
    """Return the numbers of either array ascending, each once: `np.union1d`."""
    return sort_distinct(np.concatenate([left, right]))


def exclude(left: npt.NDArray[_Number], right: npt.NDArray[Any]) -> npt.NDArray[_Number]:
    """Return the numbers of `left` that are not in `right` ascending, each once: `np.setdiff1d`."""
    numbers = sort_distinct(left)
    return numbers[np.isin(numbers, sort_distinct(right), assume_unique=True, invert=True)]


def order_hashes(
    hashes: npt.NDArray[np.uint64],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Return hashes ascending, and the place of each; equal ones keep their order.

    Takes a quarter of the time of a sort, as long as the first bits differ.
    """
    ordered, places = np.empty_like(hashes), np.empty(len(hashes), dtype=np.int32)
    order_keys(hashes, (len(hashes) // _HASHES_PER_PART).bit_length(), ordered, places)
    return ordered, places


def group_numbers(
    numbers: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return the places of numbers, those of equal ones together and in their order, and where each
    group begins, and the end of the last.

    Takes a quarter of the time of `np.unique`; groups are in no order.
    """
    # an odd factor maps different numbers to different ones, whose first bits differ
    ordered, places = order_hashes(numbers.astype(np.uint64) * _ODD)
    begins = np.ones(len(ordered) + 1, dtype=bool)
    begins[1:-1] = ordered[1:] != ordered[:-1]
    return places, np.flatnonzero(begins)


def order_codes(codes: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int32]:
    """Return the places of codes 0 … `count` - 1 in ascending order; equal ones keep theirs."""
    shift = np.uint64(64 - max(count - 1, 1).bit_length())
    return order_hashes(codes.astype(np.uint64) << shift)[1]
