"""Hashes of two neighboring tokens written together."""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import AnyIntArray, ByteArray, HashArray, LongArray
from resolver.kernels.compiler import compiled
from resolver.kernels.text.byte_hashes import hash_bytes
from resolver.kernels.text.skeletons import SkeletonRules, write_skeleton

MAX_JOINED = 30
"""Letters of the longest two tokens that are joined."""
_MIN_SKELETON = 3
"""Letters of the shortest skeleton that has a hash."""


@compiled(inline="always", allocates=False)
def _find_pair(table: LongArray, items: AnyIntArray, first: np.int64, second: np.int64) -> np.int64:
    """Return the slot of a pair of tokens in a table of places, or the slot where it belongs."""
    mask = len(table) - 1
    mixed = np.uint64((first << 32) | second) * np.uint64(0x9E3779B97F4A7C15)
    slot = np.int64((mixed >> np.uint64(20)) & np.uint64(mask))
    while table[slot] >= 0 and (items[table[slot]] != first or items[table[slot] + 1] != second):
        slot = (slot + 1) & mask
    return slot


@compiled()
def fill_joined_hashes(
    places: LongArray,
    items: AnyIntArray,
    offsets: AnyIntArray,
    data: ByteArray,
    rules: SkeletonRules,
    joined: HashArray,
    joined_skeleton: HashArray,
) -> None:
    """Write, per place, hashes of token `items[place]` and the next one written together.

    `joined` receives the hash of the text, `joined_skeleton` that of its skeleton (0 if that has
    two letters or fewer); both stay 0 beyond `MAX_JOINED` letters. Token t is the ASCII text
    `data[offsets[t]:offsets[t + 1]]`.
    """
    block = np.empty(16, dtype=np.uint64)
    text, other = np.empty(2 * MAX_JOINED, dtype=np.uint8), np.empty(2 * MAX_JOINED, dtype=np.uint8)
    size = 1024
    while size < 2 * len(places):
        size *= 2
    # The place at which two tokens were joined before.
    table = np.full(size, -1, dtype=np.int64)
    for place in places:
        first, second = np.int64(items[place]), np.int64(items[place + 1])
        slot = _find_pair(table, items, first, second)
        if table[slot] >= 0:
            joined[place] = joined[table[slot]]
            joined_skeleton[place] = joined_skeleton[table[slot]]
            continue
        table[slot] = place
        length = 0
        total = offsets[first + 1] - offsets[first] + offsets[second + 1] - offsets[second]
        if total > MAX_JOINED or total == 0:
            continue
        for token in (first, second):
            for byte in range(offsets[token], offsets[token + 1]):
                text[length] = data[byte]
                length += 1
        joined[place] = hash_bytes(text, length, block)
        length = write_skeleton(text, length, rules, other)
        if length >= _MIN_SKELETON:
            joined_skeleton[place] = hash_bytes(text, length, block)
