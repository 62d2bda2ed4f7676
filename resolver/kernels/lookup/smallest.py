"""Smallest of some numbers without sorting the rest, and membership of a few among many.

For one look-up with a few thousand numbers: sorting them takes as long as finding them.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import BoolArray, LongArray
from resolver.kernels.compiler import compiled


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
