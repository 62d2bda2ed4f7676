"""Unique values in the order in which they come, and the number of each: `numpy.unique` without sorting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray

_FIRST_SIZE = 1 << 12
_EMPTY = -1


def numbered(values: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], IntArray]:
    """The unique values (none of them negative), and for each value its place among them."""
    unique = np.empty(len(values), dtype=np.int64)
    numbers = np.empty(len(values), dtype=np.int32)
    return unique[: _number(values, unique, numbers)].copy(), numbers


@compiled()
def _number(values, unique, numbers):  # type: ignore[no-untyped-def]
    """A table of slots that grows while values are put into it (open addressing). Gives how many are unique."""
    keys, places = (
        np.full(_FIRST_SIZE, _EMPTY, dtype=np.int64),
        np.empty(_FIRST_SIZE, dtype=np.int32),
    )
    found = 0
    for position in range(len(values)):
        value = values[position]
        slot = _slot(keys, value)
        if keys[slot] == _EMPTY:
            keys[slot], places[slot] = value, found
            unique[found] = value
            found += 1
            if 2 * found > len(keys):
                keys, places = (
                    np.full(4 * len(keys), _EMPTY, dtype=np.int64),
                    np.empty(4 * len(keys), dtype=np.int32),
                )
                for number in range(found):
                    again = _slot(keys, unique[number])
                    keys[again], places[again] = unique[number], number
                slot = _slot(keys, value)
        numbers[position] = places[slot]
    return found


@compiled(inline="always")
def _slot(keys, value):  # type: ignore[no-untyped-def]
    """The slot of a value, or the one where it belongs."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(value) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
    while keys[slot] != _EMPTY and keys[slot] != value:
        slot = (slot + 1) & mask
    return slot
