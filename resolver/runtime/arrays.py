"""Types of arrays in the signatures of kernels.

numba infers all types from the arguments of the first call; annotations are for readers and mypy.

Rows of ragged arrays: their items, distinct values, codes in another table, and texts.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from resolver.runtime.compiler import compiled

ByteArray: TypeAlias = npt.NDArray[np.uint8]
ShortArray: TypeAlias = npt.NDArray[np.uint16]
IntArray: TypeAlias = npt.NDArray[np.int32]
LongArray: TypeAlias = npt.NDArray[np.int64]
AnyIntArray: TypeAlias = npt.NDArray[np.integer[Any]]
LetterArray: TypeAlias = npt.NDArray[np.uint32]
HashArray: TypeAlias = npt.NDArray[np.uint64]
FloatArray: TypeAlias = npt.NDArray[np.float32]
DoubleArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
RecordArray: TypeAlias = npt.NDArray[np.void]
"""Structured array; its fields are those of the `numpy.dtype` that the docstring names."""
RecordRow: TypeAlias = Any
"""Row of a structured array, with the fields as attributes that can be set."""
AnyInt: TypeAlias = int | np.int32 | np.int64
AnyFloat: TypeAlias = float | np.float32
AnyBool: TypeAlias = bool | np.bool_


_FIRST_SIZE = 1 << 12
_EMPTY = -1


@compiled()
def take_items(
    offsets: AnyIntArray, items: AnyIntArray, rows: AnyIntArray
) -> tuple[LongArray, LongArray, IntArray]:
    """Return of some rows the number of items of each, the places of the items, and the items."""
    counts = np.empty(len(rows), dtype=np.int64)
    total = 0
    for place in range(len(rows)):
        counts[place] = offsets[rows[place] + 1] - offsets[rows[place]]
        total += counts[place]
    places, values = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int32)
    filled = 0
    for row in rows:
        for at in range(offsets[row], offsets[row + 1]):
            places[filled], values[filled] = at, items[at]
            filled += 1
    return counts, places, values


@compiled(allocates=False)
def fill_runs(starts: LongArray, counts: LongArray, out: LongArray) -> None:
    """Write start, start + 1, … of every row, `counts` of them, one row after the other."""
    filled = 0
    for row in range(len(starts)):
        for number in range(counts[row]):
            out[filled] = starts[row] + number
            filled += 1


@compiled()
def distinct_items(items: IntArray) -> IntArray:
    """Return the items ascending, each once."""
    ordered = np.sort(items)
    count = 0
    for item in ordered:
        if count == 0 or ordered[count - 1] != item:
            ordered[count] = item
            count += 1
    return ordered[:count]


@compiled()
def recode_items(old: AnyIntArray, new: AnyIntArray, items: AnyIntArray) -> IntArray:
    """Return items with each old code (ascending in `old`) replaced by the new one beside it."""
    out = np.empty(len(items), dtype=np.int32)
    for place in range(len(items)):
        out[place] = new[np.searchsorted(old, items[place])]
    return out


@compiled(inline="always")
def _slot_of(keys: LongArray, value: np.int64) -> np.int64:
    """Return the slot of a value, or the one where it belongs."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(value) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
    while keys[slot] != _EMPTY and keys[slot] != value:
        slot = (slot + 1) & mask
    return slot


@compiled()
def number_values(values: LongArray, unique: LongArray, numbers: IntArray) -> int:
    """Write the distinct values in order of first use, and the number of each value.

    Open addressing in a table that grows. Return how many values are distinct.
    """
    keys = np.full(_FIRST_SIZE, _EMPTY, dtype=np.int64)
    places = np.empty(_FIRST_SIZE, dtype=np.int32)
    count = 0
    for position in range(len(values)):
        value = values[position]
        slot = _slot_of(keys, value)
        if keys[slot] == _EMPTY:
            keys[slot], places[slot] = value, count
            unique[count] = value
            count += 1
            if 2 * count > len(keys):
                size = 4 * len(keys)
                keys = np.full(size, _EMPTY, dtype=np.int64)
                places = np.empty(size, dtype=np.int32)
                for number in range(count):
                    again = _slot_of(keys, unique[number])
                    keys[again], places[again] = unique[number], number
                slot = _slot_of(keys, value)
        numbers[position] = places[slot]
    return count


@compiled()
def join_texts(ends: AnyIntArray, letters: ByteArray, places: npt.NDArray[Any]) -> ByteArray:
    """Return the texts of some places, each followed by a 0 byte.

    Text i is `letters[ends[i]:ends[i + 1]]`.
    """
    total = np.int64(0)
    for place in places:
        total += ends[place + 1] - ends[place] + 1
    out = np.empty(total, dtype=np.uint8)
    at = np.int64(0)
    for place in places:
        for letter in range(ends[place], ends[place + 1]):
            out[at] = letters[letter]
            at += 1
        out[at] = 0
        at += 1
    return out
