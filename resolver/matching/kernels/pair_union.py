"""Pairs of several rules as one sorted list, each pair once, with the rules that found it.

Pairs are dealt to their left record by counting, so that no more than the pairs of one record is
ever sorted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.matching.kernels.prefilter import (
    FIRST_YEAR,
    HEAD_BIRTHS,
    HEAD_PLACES,
    HEAD_WORDS,
    TOKEN,
    PrefilterArrays,
    score_rows,
)
from resolver.runtime.arrays import AnyInt, IntArray, LetterArray, LongArray
from resolver.runtime.compiler import compiled
from resolver.runtime.key_groups import RULE_BITS
from resolver.runtime.key_sets import SHORT

_ODD = np.uint64(0x9E3779B97F4A7C15)
ALL_PAIRS = -(2**31)
"""Minimum score that every pair reaches; scores are not computed then."""


class DealtPairs(NamedTuple):
    """Pairs dealt to left records `first` + i: `pairs[ends[i]:ends[i + 1]]`, right << 5 | rule.

    While they are united, the pairs that are kept move to the beginning of each record's range, as
    right << 32 | rule bits; `counts` says how many there are.
    """

    first: int
    ends: LongArray
    pairs: LongArray
    counts: LongArray


@compiled(allocates=False)
def count_left(pairs: LongArray, ends: LongArray) -> None:
    """Count packed pairs (left << 32 | right) in the place after their left record."""
    for pair in pairs:
        ends[(pair >> 32) + 1] += 1


@compiled(allocates=False)
def deal_pairs(pairs: LongArray, number: int, place: LongArray, dealt: LongArray) -> None:
    """Write packed pairs of a rule to the next place of their left record."""
    for pair in pairs:
        left = pair >> 32
        dealt[place[left]] = ((pair & 0xFFFFFFFF) << RULE_BITS) | number
        place[left] += 1


class _PairTable(NamedTuple):
    """Pairs of one left record at a time, by their right record: `rights`, and their rules as bits.

    A slot is empty unless it is stamped with the row of the left record.
    """

    rights: LongArray
    rules: LongArray
    stamps: LongArray


@compiled()
def _new_table(ends: LongArray, start: int, stop: int) -> _PairTable:
    """Return a table for the longest list of pairs of some rows, if any is long."""
    longest = np.int64(0)
    for row in range(start, stop):
        longest = max(longest, ends[row + 1] - ends[row])
    size = _slots(longest) if longest > SHORT else 1
    return _PairTable(
        np.empty(size, dtype=np.int64),
        np.empty(size, dtype=np.int64),
        np.full(size, -1, dtype=np.int64),
    )


@compiled(inline="always", allocates=False)
def _slots(count: AnyInt) -> AnyInt:
    """Return a power of two, so that a table with so many slots is half empty."""
    size = 2
    while size < 2 * count:
        size *= 2
    return size


@compiled(inline="always", allocates=False)
def _unite_by_table(pairs: LongArray, row: AnyInt, table: _PairTable) -> int:
    """Unite pairs in place, in no order, as right << 32 | rule bits; return how many are left."""
    mask = _slots(len(pairs)) - 1
    united = 0
    for at in range(len(pairs)):
        right = pairs[at] >> RULE_BITS
        rule = np.int64(1) << (pairs[at] & ((1 << RULE_BITS) - 1))
        slot: AnyInt = np.int64((np.uint64(right) * _ODD) >> np.uint64(32)) & mask
        while table.stamps[slot] == row and table.rights[slot] != right:
            slot = (slot + 1) & mask
        if table.stamps[slot] != row:
            table.stamps[slot], table.rights[slot], table.rules[slot] = row, right, 0
            # behind the pair that is read
            pairs[united] = slot
            united += 1
        table.rules[slot] |= rule
    for at in range(united):
        slot = pairs[at]
        pairs[at] = (table.rights[slot] << 32) | table.rules[slot]
    return united


@compiled(inline="always", allocates=False)
def _unite_sorted(pairs: LongArray) -> int:
    """Unite sorted pairs in place, as right << 32 | rule bits; return how many are left."""
    united = 0
    at = 0
    while at < len(pairs):
        right = pairs[at] >> RULE_BITS
        rules = np.int64(0)
        while at < len(pairs) and pairs[at] >> RULE_BITS == right:
            rules |= np.int64(1) << (pairs[at] & ((1 << RULE_BITS) - 1))
            at += 1
        pairs[united] = (right << 32) | rules
        united += 1
    return united


@compiled()
def _sort_pairs(pairs: LongArray) -> None:
    """Sort the pairs of one record, mostly few, in place."""
    if len(pairs) > SHORT:
        pairs[:] = np.sort(pairs)
        return
    for place in range(1, len(pairs)):
        value = pairs[place]
        at = place
        while at > 0 and pairs[at - 1] > value:
            pairs[at] = pairs[at - 1]
            at -= 1
        pairs[at] = value


@compiled(inline="always", allocates=False)
def _touch_records(pairs: LongArray, batch: PrefilterArrays) -> np.int64:
    """Read a field of everything that the prefilter will read of these records; return a sum.

    Waiting for memory overlaps that way.
    """
    heads = batch.heads
    touched = np.int64(0)
    for pair in pairs:
        right = pair >> 32
        if heads[right, HEAD_WORDS] < heads[right + 1, HEAD_WORDS]:
            touched += batch.words[heads[right, HEAD_WORDS], TOKEN]
        if heads[right, HEAD_PLACES] < heads[right + 1, HEAD_PLACES]:
            touched += np.int64(batch.places[heads[right, HEAD_PLACES]] & np.uint64(1))
        if heads[right, HEAD_BIRTHS] < heads[right + 1, HEAD_BIRTHS]:
            touched += batch.births[heads[right, HEAD_BIRTHS], FIRST_YEAR]
    return touched


@compiled(inline="always", allocates=False)
def _unite(pairs: LongArray, row: AnyInt, table: _PairTable) -> int:
    """Unite the pairs of one record in place, ascending; return how many are left.

    Of many, most are found by several rules, so that far fewer are sorted.
    """
    if len(pairs) <= SHORT:
        _sort_pairs(pairs)
        return _unite_sorted(pairs)
    united = _unite_by_table(pairs, row, table)
    _sort_pairs(pairs[:united])
    return united


@compiled(inline="always", allocates=False)
def _count_rules(rules: np.int64, stats: LongArray) -> None:
    """Count a pair for each of its rules (bits), and for the one that found it alone."""
    for number in range(1 << RULE_BITS):
        stats[0, number] += (rules >> number) & 1
    if rules & (rules - 1) == 0:
        for number in range(1 << RULE_BITS):
            stats[1, number] += (rules >> number) & 1


@compiled()
def unite_pairs(
    start: int,
    stop: int,
    dealt: DealtPairs,
    batch: PrefilterArrays,
    minimum: int,
    stats: LongArray,
) -> np.int64:
    """Sort, unite and prefilter the dealt pairs of rows `start` … `stop` - 1, in place.

    `minimum`: score that a pair needs. `stats` (2 × 32): adds per rule the pairs that it found and
    those that it alone found. The returned sum has no meaning; it keeps the reads ahead from being
    optimized away.
    """
    first, ends, all_pairs, counts = dealt
    table = _new_table(ends, start, stop)
    touched = np.int64(0)
    for row in range(start, stop):
        low, high = ends[row], ends[row + 1]
        if low == high:
            continue
        pairs = all_pairs[low : low + _unite(all_pairs[low:high], row, table)]
        if minimum > ALL_PAIRS:
            touched += _touch_records(pairs, batch)
        # Pairs that are kept are written behind those that have been read.
        out = low
        for pair in pairs:
            if minimum > ALL_PAIRS and score_rows(first + row, pair >> 32, batch) < minimum:
                continue
            _count_rules(pair & 0xFFFFFFFF, stats)
            all_pairs[out] = pair
            out += 1
        counts[row] = out - low
    return touched


@compiled(allocates=False)
def gather_pairs(
    start: int,
    stop: int,
    dealt: DealtPairs,
    total: LongArray,
    left: IntArray,
    right: IntArray,
    rules: LetterArray,
) -> None:
    """Copy the kept pairs of rows `start` … `stop` - 1, those of row i from `total[i]` on."""
    for row in range(start, stop):
        for offset in range(dealt.counts[row]):
            place = total[row] + offset
            left[place] = dealt.first + row
            pair = dealt.pairs[dealt.ends[row] + offset]
            right[place] = pair >> 32
            rules[place] = pair & 0xFFFFFFFF
