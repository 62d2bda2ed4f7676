"""A hash table from pairs of token codes to their similarity, filled once per unique pair and read by the alignment
kernel.

Open addressing over int64 keys (left code × 2³² + right code, left < right); -1 is an empty slot.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

EMPTY = -1


@numba.njit(cache=True, inline="always")
def slot_of(key, mask):  # type: ignore[no-untyped-def]
    """The first slot to look in (Fibonacci hashing)."""
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((mixed >> np.uint64(20)) & np.uint64(mask))


@numba.njit(cache=True)
def insert(keys, values, new_keys, new_values):  # type: ignore[no-untyped-def]
    """Put keys with their values into a table with room for them."""
    mask = len(keys) - 1
    for position in range(len(new_keys)):
        key = new_keys[position]
        slot = slot_of(key, mask)
        while keys[slot] != EMPTY and keys[slot] != key:
            slot = (slot + 1) & mask
        keys[slot] = key
        values[slot] = new_values[position]


@numba.njit(cache=True, inline="always")
def find(keys, values, key, mask):  # type: ignore[no-untyped-def]
    """The value of a key, 0 where the table does not hold it."""
    slot = slot_of(key, mask)
    while keys[slot] != EMPTY:
        if keys[slot] == key:
            return values[slot]
        slot = (slot + 1) & mask
    return np.float32(0.0)


def table_for(count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """An empty table that holds `count` keys at most half full."""
    size = 1 << max(int(2 * count + 16).bit_length(), 6)
    return np.full(size, EMPTY, dtype=np.int64), np.zeros(size, dtype=np.float32)


@numba.njit(cache=True)
def collect(  # type: ignore[no-untyped-def]
    left,
    right,
    offsets,
    items,
    hashes,
    signature,
    lengths,
    skeleton,
    phonetic,
    flags,
    symbol_offsets,
    symbols,
    known_keys,
):
    """The unique pairs of token codes, over all record pairs, that are `plausible` and not known yet."""
    size = 1 << 12
    seen = np.full(size, EMPTY, dtype=np.int64)
    out = np.empty(size, dtype=np.int64)
    count = 0
    known_mask = len(known_keys) - 1
    for pair in range(len(left)):
        for one in range(offsets[left[pair]], offsets[left[pair] + 1]):
            for two in range(offsets[right[pair]], offsets[right[pair] + 1]):
                first, second = items[one], items[two]
                if hashes[first] == hashes[second]:
                    continue
                if not plausible(first, second, signature, lengths, skeleton, phonetic, flags, symbol_offsets, symbols):
                    continue
                key = (np.int64(min(first, second)) << 32) | np.int64(max(first, second))
                slot = slot_of(key, known_mask)
                while known_keys[slot] != EMPTY and known_keys[slot] != key:
                    slot = (slot + 1) & known_mask
                if known_keys[slot] == key:
                    continue
                mask = size - 1
                slot = slot_of(key, mask)
                while seen[slot] != EMPTY and seen[slot] != key:
                    slot = (slot + 1) & mask
                if seen[slot] == key:
                    continue
                seen[slot] = key
                out[count] = key
                count += 1
                if count * 2 > size:
                    size *= 2
                    seen = np.full(size, EMPTY, dtype=np.int64)
                    grown = np.empty(size, dtype=np.int64)
                    grown[:count] = out[:count]
                    out = grown
                    for position in range(count):
                        slot = slot_of(out[position], size - 1)
                        while seen[slot] != EMPTY:
                            slot = (slot + 1) & (size - 1)
                        seen[slot] = out[position]
    return out[:count]


@numba.njit(cache=True)
def plausible(first, second, signature, lengths, skeleton, phonetic, flags, symbol_offsets, symbols):  # type: ignore[no-untyped-def]
    """A cheap test of two tokens: a shared sound, skeleton or symbol, or enough letters in common. Two that fail it
    count as different names."""
    if (flags[first] | flags[second]) & 7:
        # initials are judged by their letter, particles and numbers by equality
        return False
    if (flags[first] ^ flags[second]) & 64:
        # of two scripts: no letter counts for another
        return True
    if skeleton[first] != 0 and skeleton[first] == skeleton[second]:
        return True
    if phonetic[first] == phonetic[second]:
        return True
    if shares_symbol(first, second, symbol_offsets, symbols):
        return True
    short, long = min(lengths[first], lengths[second]), max(lengths[first], lengths[second])
    if short < 3 or 2 * short < long:
        return False
    common = popcount(signature[first] & signature[second])
    return 3 * common >= 2 * min(popcount(signature[first]), popcount(signature[second]))


@numba.njit(cache=True)
def shares_symbol(first, second, offsets, symbols):  # type: ignore[no-untyped-def]
    """Whether two tokens carry a symbol in common (both lists ascend)."""
    one, two = offsets[first], offsets[second]
    while one < offsets[first + 1] and two < offsets[second + 1]:
        if symbols[one] == symbols[two]:
            return True
        if symbols[one] < symbols[two]:
            one += 1
        else:
            two += 1
    return False


@numba.njit(cache=True, inline="always")
def popcount(value):  # type: ignore[no-untyped-def]
    """How many bits of a uint32 are set."""
    count = 0
    while value:
        value &= value - np.uint32(1)
        count += 1
    return count


@numba.njit(cache=True)
def symbols_shared(first, second, offsets, symbols, nickname_bit):  # type: ignore[no-untyped-def]
    """For arrays of tokens: 2 where they share a symbol, 1 where only one that ties a nickname to a name, else 0."""
    answer = np.zeros(len(first), dtype=np.uint8)
    for position in range(len(first)):
        one, two = offsets[first[position]], offsets[second[position]]
        end_one, end_two = offsets[first[position] + 1], offsets[second[position] + 1]
        while one < end_one and two < end_two:
            if symbols[one] == symbols[two]:
                # ids ascend, so those of nicknames come last
                answer[position] = 1 if symbols[one] >= nickname_bit else 2
                break
            if symbols[one] < symbols[two]:
                one += 1
            else:
                two += 1
    return answer
