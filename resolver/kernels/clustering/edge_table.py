"""Hash table of the edges between clusters (open addressing)."""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import AnyInt, IntArray, LongArray
from resolver.kernels.compiler import compiled

FREE = -1
"""Slot that was never used."""
DELETED = -2
"""Slot whose edge is gone; a search goes on behind it."""


@compiled(allocates=False)
def edge_key(left: AnyInt, right: AnyInt, count: int) -> np.int64:
    """Return one number for two of `count` clusters, the same in either order."""
    return np.int64(min(left, right)) * count + max(left, right)


@compiled(allocates=False)
def find_slot(keys: LongArray, key: np.int64) -> np.int64:
    """Return the slot of a key, or -1 where the table has no such key."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[slot] != FREE:
        if keys[slot] == key:
            return slot
        slot = (slot + 1) & mask
    return np.int64(-1)


@compiled(allocates=False)
def insert_edge(keys: LongArray, edges: IntArray, key: np.int64, edge: np.int64) -> int:
    """Insert a key that is not in the table; return 1 if its slot was never used before, else 0."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[slot] >= 0:
        slot = (slot + 1) & mask
    unused = 1 if keys[slot] == FREE else 0
    keys[slot] = key
    edges[slot] = edge
    return unused
