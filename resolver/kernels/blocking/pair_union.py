"""Pairs of several rules as one sorted list, each pair once, with the rules that found it.

Pairs are dealt to their left record by counting, so that no more than the pairs of one record is
ever sorted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import AnyInt, IntArray, LetterArray, LongArray
from resolver.kernels.blocking.key_groups import RULE_BITS
from resolver.kernels.blocking.key_sets import SHORT
from resolver.kernels.blocking.prefilter import score_rows
from resolver.kernels.blocking.prefilter_records import (
    FIRST_YEAR,
    HEAD_BIRTHS,
    HEAD_PLACES,
    HEAD_WORDS,
    TOKEN,
    PrefilterArrays,
)
from resolver.kernels.compiler import compiled

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
        right = pair >> RULE_BITS
        if heads[right, HEAD_WORDS] < heads[right + 1, HEAD_WORDS]:
            touched += batch.words[heads[right, HEAD_WORDS], TOKEN]
        if heads[right, HEAD_PLACES] < heads[right + 1, HEAD_PLACES]:
            touched += np.int64(batch.places[heads[right, HEAD_PLACES]] & np.uint64(1))
        if heads[right, HEAD_BIRTHS] < heads[right + 1, HEAD_BIRTHS]:
            touched += batch.births[heads[right, HEAD_BIRTHS], FIRST_YEAR]
    return touched


@compiled(inline="always", allocates=False)
def _take_pair(pairs: LongArray, at: AnyInt) -> tuple[AnyInt, np.uint32, AnyInt, AnyInt]:
    """Return the end of a run of equal right records, its rules as bits, their number, the last."""
    right = pairs[at] >> RULE_BITS
    rule_bits = np.uint32(0)
    rules = 0
    last = -1
    while at < len(pairs) and pairs[at] >> RULE_BITS == right:
        number = pairs[at] & ((1 << RULE_BITS) - 1)
        if number != last:
            rule_bits |= np.uint32(1) << np.uint32(number)
            rules += 1
            last = number
        at += 1
    return at, rule_bits, rules, last


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
    touched = np.int64(0)
    for row in range(start, stop):
        low, high = ends[row], ends[row + 1]
        if low == high:
            continue
        pairs = all_pairs[low:high]
        _sort_pairs(pairs)
        if minimum > ALL_PAIRS:
            touched += _touch_records(pairs, batch)
        # Pairs that are kept are written behind those that have been read.
        out = low
        at: AnyInt = 0
        while at < len(pairs):
            right = pairs[at] >> RULE_BITS
            at, rule_bits, rules, last = _take_pair(pairs, at)
            if minimum > ALL_PAIRS and score_rows(first + row, right, batch) < minimum:
                continue
            for number in range(1 << RULE_BITS):
                stats[0, number] += (rule_bits >> np.uint32(number)) & np.uint32(1)
            if rules == 1:
                stats[1, last] += 1
            all_pairs[out] = (right << 32) | np.int64(rule_bits)
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
