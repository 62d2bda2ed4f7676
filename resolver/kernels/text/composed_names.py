"""Names that are composed of the parts of names that records state.

Hashes of two neighboring tokens written together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import (
    AnyInt,
    AnyIntArray,
    BoolArray,
    ByteArray,
    HashArray,
    IntArray,
    LongArray,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.text.byte_hashes import hash_bytes
from resolver.kernels.text.skeletons import SkeletonRules, write_skeleton


class PartValues(NamedTuple):
    """Values of the parts of names, property by property in the order of words in a name.

    The values that record i has of property p are `values[starts[p, i]:starts[p, i + 1]]`, and the
    tokens of value v are `tokens[token_starts[v]:token_starts[v + 1]]`. `roles`: that of each
    property's words. `given_names` and `family_names` are the properties (-1: none) of which a name
    has one value; of others it has all.
    """

    starts: IntArray
    values: IntArray
    token_starts: IntArray
    tokens: IntArray
    roles: ByteArray
    given_names: int
    family_names: int


class ComposedNames(NamedTuple):
    """Composed names: the record of each, where its words begin, and words with their roles."""

    rows: IntArray
    offsets: IntArray
    words: IntArray
    roles: ByteArray


@compiled(inline="always", allocates=False)
def _count_choices(parts: PartValues, prop: AnyInt, row: AnyInt, most: AnyInt) -> np.int64:
    """Return from how many values of a property the names of a record choose: one or more."""
    if prop < 0:
        return np.int64(1)
    count = np.int64(parts.starts[prop, row + 1] - parts.starts[prop, row])
    return max(np.int64(1), min(count, np.int64(most)))


@compiled(inline="always", allocates=False)
def _find_values(
    parts: PartValues, prop: AnyInt, row: AnyInt, first: AnyInt, last: AnyInt
) -> tuple[np.int64, np.int64]:
    """Return the range of values of a property in a name with some given and family name."""
    start, stop = np.int64(parts.starts[prop, row]), np.int64(parts.starts[prop, row + 1])
    if start < stop and (prop == parts.given_names or prop == parts.family_names):
        start += first if prop == parts.given_names else last
        stop = start + 1
    return start, stop


@compiled(inline="always", allocates=False)
def _count_words(
    parts: PartValues, row: AnyInt, first: AnyInt, last: AnyInt
) -> tuple[np.int64, np.int64]:
    """Return the number of words of a name, and that of properties they are from."""
    words, filled = np.int64(0), np.int64(0)
    for prop in range(len(parts.roles)):
        before = words
        start, stop = _find_values(parts, prop, row, first, last)
        for place in range(start, stop):
            value = parts.values[place]
            words += parts.token_starts[value + 1] - parts.token_starts[value]
        filled += words > before
    return words, filled


@compiled(allocates=False)
def count_composed(is_composed: BoolArray, parts: PartValues, most: int) -> tuple[int, int]:
    """Return the number of names of some records, and of all their words.

    Each of up to `most` given names is combined with each of as many family names.
    """
    names, words = np.int64(0), np.int64(0)
    for row in range(len(is_composed)):
        if is_composed[row]:
            for first in range(_count_choices(parts, parts.given_names, row, most)):
                for last in range(_count_choices(parts, parts.family_names, row, most)):
                    names += 1
                    words += _count_words(parts, row, first, last)[0]
    return int(names), int(words)


@compiled(allocates=False)
def fill_composed(
    is_composed: BoolArray, parts: PartValues, most: int, names: ComposedNames
) -> None:
    """Write the names that `count_composed` counts.

    The words of a name of one property have the role 0.
    """
    name, filled = 0, np.int64(0)
    names.offsets[0] = 0
    for row in range(len(is_composed)):
        if not is_composed[row]:
            continue
        for first in range(_count_choices(parts, parts.given_names, row, most)):
            for last in range(_count_choices(parts, parts.family_names, row, most)):
                has_several = _count_words(parts, row, first, last)[1] > 1
                for prop in range(len(parts.roles)):
                    role = parts.roles[prop] if has_several else np.uint8(0)
                    start, stop = _find_values(parts, prop, row, first, last)
                    for place in range(start, stop):
                        value = parts.values[place]
                        for at in range(parts.token_starts[value], parts.token_starts[value + 1]):
                            names.words[filled], names.roles[filled] = parts.tokens[at], role
                            filled += 1
                names.rows[name] = row
                name += 1
                names.offsets[name] = filled


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
