"""The pairs of several rules as one sorted list, each pair once, with the rules that found it.

Pairs are dealt to their left record by counting, so that nothing larger than one record's pairs is ever sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resolver.blocking.keys import SHORT
from resolver.blocking.prefilter import (
    BIRTHS,
    PLACES,
    TOKEN,
    WORDS,
    Seen,
    points,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.threads import threads
from resolver.records.batch import IntArray

Packed = npt.NDArray[np.int64]
"""Pairs as left << 32 | right."""
RULE_BITS = 5
ALL = -(2**31)


Settled = tuple[IntArray, IntArray, npt.NDArray[np.uint32], npt.NDArray[np.int64]]
"""Left, right and rule bits of pairs, sorted; and for each rule how many it found and how many it alone found (2 × 32).
"""


def unite(
    found: Sequence[Packed],
    numbers: Sequence[int],
    count: int,
    seen: Seen,
    least: int,
    workers: int,
) -> Settled:
    """The pairs of several rules (`numbers`) that have at least `least` points (`ALL`: all of them)."""
    ends = np.zeros(count + 1, dtype=np.int64)
    for pairs in found:
        _count(pairs, ends)
    np.cumsum(ends, out=ends)
    dealt, place = np.empty(int(ends[-1]), dtype=np.int64), ends[:-1].copy()
    for pairs, number in zip(found, numbers, strict=True):
        _deal(pairs, number, place, dealt)
    return settle(dealt, ends, seen, least, workers)


def settle(
    dealt: Packed, ends: Packed, seen: Seen, least: int, workers: int, first: int = 0
) -> Settled:
    """The same of pairs that are dealt already: those of left record `first` + i (right << 5 | rule) are
    `dealt[ends[i]:ends[i + 1]]`, in any order; they are worked on in place."""
    count = len(ends) - 1
    kept = np.zeros(count, dtype=np.int64)
    bits = np.empty(len(dealt), dtype=np.uint32)
    cuts = _cuts(ends, count, workers)
    stats = np.zeros((len(cuts), 2, 1 << RULE_BITS), dtype=np.int64)

    def run(part: int) -> None:
        start, stop = cuts[part]
        _settle(start, stop, first, ends, dealt, bits, kept, seen, least, stats[part])

    with threads(workers) as pool:
        list(pool.map(run, range(len(cuts))))
        total = np.concatenate(([0], np.cumsum(kept)))
        left, right = np.empty(total[-1], dtype=np.int32), np.empty(total[-1], dtype=np.int32)
        rules = np.empty(total[-1], dtype=np.uint32)

        def gather(part: int) -> None:
            start, stop = cuts[part]
            _gather(start, stop, first, ends, kept, total, dealt, bits, left, right, rules)

        list(pool.map(gather, range(len(cuts))))
    return left, right, rules, stats.sum(axis=0)


def _cuts(ends: Packed, count: int, workers: int) -> list[tuple[int, int]]:
    """Ranges of rows with about as many pairs each."""
    parts = 8 * workers if workers > 1 else 1
    at = np.searchsorted(ends, np.linspace(0, int(ends[-1]), parts + 1)[1:-1])
    edges = np.unique(np.concatenate(([0], np.minimum(at, count), [count]))).tolist()
    return list(pairwise(edges))


@compiled()
def _count(pairs, ends):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for pair in pairs:
        ends[(pair >> 32) + 1] += 1


@compiled()
def _deal(pairs, number, place, dealt):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for pair in pairs:
        left = pair >> 32
        dealt[place[left]] = ((pair & 0xFFFFFFFF) << RULE_BITS) | number
        place[left] += 1


@compiled()
def _settle(start, stop, first, ends, dealt, bits, kept, seen, least, stats):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Of each row's dealt pairs: sort, unite, glance; what is kept stands at the row's beginning. Gives a number that
    says nothing."""
    touched = np.int64(0)
    for row in range(start, stop):
        low, high = ends[row], ends[row + 1]
        if low == high:
            continue
        mine = dealt[low:high]
        if high - low <= SHORT:
            for place in range(1, high - low):
                value = mine[place]
                at = place
                while at > 0 and mine[at - 1] > value:
                    mine[at] = mine[at - 1]
                    at -= 1
                mine[at] = value
        else:
            mine[:] = np.sort(mine)
        if least > ALL:
            touched += _touched(mine, seen)
        # what is kept is written behind what has been read
        out = low
        at = 0
        while at < len(mine):
            right = mine[at] >> RULE_BITS
            found = np.uint32(0)
            rules = 0
            last = -1
            while at < len(mine) and mine[at] >> RULE_BITS == right:
                number = mine[at] & ((1 << RULE_BITS) - 1)
                if number != last:
                    found |= np.uint32(1) << np.uint32(number)
                    rules += 1
                    last = number
                at += 1
            if least > ALL and points(first + row, right, seen) < least:
                continue
            for number in range(1 << RULE_BITS):
                stats[0, number] += (found >> np.uint32(number)) & np.uint32(1)
            if rules == 1:
                stats[1, last] += 1
            dealt[out] = right
            bits[out] = found
            out += 1
        kept[row] = out - low
    return touched


@compiled(inline="always")
def _touched(mine, seen):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Read a word of all that glancing at these records will read, so that waiting for memory overlaps."""
    heads, words, places, births = seen[0], seen[1], seen[2], seen[4]
    found = np.int64(0)
    for pair in mine:
        right = pair >> RULE_BITS
        if heads[right, WORDS] < heads[right + 1, WORDS]:
            found += words[heads[right, WORDS], TOKEN]
        if heads[right, PLACES] < heads[right + 1, PLACES]:
            found += np.int64(places[heads[right, PLACES]] & np.uint64(1))
        if heads[right, BIRTHS] < heads[right + 1, BIRTHS]:
            found += births[heads[right, BIRTHS], 0]
    return found


@compiled()
def _gather(start, stop, first, ends, kept, total, dealt, bits, left, right, rules):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    for row in range(start, stop):
        for offset in range(kept[row]):
            place = total[row] + offset
            left[place] = first + row
            right[place] = dealt[ends[row] + offset]
            rules[place] = bits[ends[row] + offset]
