"""Smallest of some numbers without sorting the rest, and membership of a few among many.

For one look-up with a few thousand numbers: sorting them takes as long as finding them.

Prefilter scores of one query against many records.

Records lie far apart in memory: what the score of each reads is requested some records before, so
that waiting for one overlaps with the work on others.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import BoolArray, LongArray
from resolver.kernels.blocking.prefilter import (
    HEAD_BIRTHS,
    HEAD_CERTAIN,
    HEAD_PLACES,
    HEAD_WORDS,
    PrefilterArrays,
    score_between,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import ahead


@compiled(allocates=False)
def take_smallest(numbers: LongArray, most: int, bins: LongArray, out: LongArray) -> int:
    """Write the `most` smallest numbers, and others in a bin with the last of them.

    `bins`: zeros, scratch. Return how many numbers are in `out`.
    """
    least = largest = numbers[0]
    for place in range(len(numbers)):
        least, largest = min(least, numbers[place]), max(largest, numbers[place])
    shift = 0
    while (largest - least) >> shift >= len(bins):
        shift += 1
    for place in range(len(numbers)):
        bins[np.uint64((numbers[place] - least) >> shift)] += 1
    last = total = 0
    while total + bins[last] < most:
        total += bins[last]
        last += 1
    filled = 0
    for place in range(len(numbers)):
        out[filled] = numbers[place]
        filled += (numbers[place] - least) >> shift <= last
    return filled


@compiled(allocates=False)
def mark_members(
    members: LongArray, numbers: LongArray, hash_bits: BoolArray, out: BoolArray
) -> None:
    """Mark in `out` those of `members` (ascending) that are among `numbers`.

    Most numbers are not, as their bit in `hash_bits` (zeros, scratch) tells.
    """
    for place in range(len(members)):
        hash_bits[members[place] % len(hash_bits)] = True
    for number in numbers:
        if hash_bits[number % len(hash_bits)]:
            place = np.searchsorted(members, number)
            if place < len(members) and members[place] == number:
                out[place] = True


_HEADS_AHEAD, _AHEAD = 12, 6
"""Rows before: heads tell what else will be read, so they are requested first."""


@compiled(inline="always", allocates=False)
def _request_row(row: np.uint64, query: PrefilterArrays, records: PrefilterArrays) -> None:
    """Request what the score of a row reads besides its head, as far as the query has the same."""
    heads = records.heads
    first = heads[row, HEAD_WORDS]
    last = heads[row + np.uint64(1), HEAD_WORDS] - 1
    # Two words fill a cache line; few rows have more than seven.
    for word in range(first, first + 6, 2):
        ahead(records.words, min(word, last))
    ahead(records.words, last)
    if len(query.places) > 0:
        ahead(records.places, heads[row, HEAD_PLACES])
    if len(query.certain) > 0:
        ahead(records.certain, heads[row, HEAD_CERTAIN])
    if len(query.births) > 0:
        ahead(records.births, heads[row, HEAD_BIRTHS])


@compiled(allocates=False)
def fill_query_scores(
    query: PrefilterArrays, records: PrefilterArrays, rows: LongArray, out: LongArray
) -> None:
    """Write the prefilter score of the only record of `query` and each row of `records`."""
    heads = records.heads
    for place in range(len(rows)):
        if place + _HEADS_AHEAD < len(rows):
            ahead(heads, rows[place + _HEADS_AHEAD])
            ahead(heads, rows[place + _HEADS_AHEAD] + 1)
        if place + _AHEAD < len(rows):
            _request_row(np.uint64(rows[place + _AHEAD]), query, records)
        out[place] = score_between(0, query, rows[place], records)
