"""Consonant skeletons of ASCII words: the values of `normalize.folding.skeleton_code`.

For millions of short texts, without the interpreter; tests hold the kernels against that function.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import AnyInt, ByteArray
from resolver.kernels.compiler import compiled

_H = 104


class SkeletonRules(NamedTuple):
    """Rules that level spellings.

    `replacements`: a row each of length and letters (up to 4) of the old text, length and letters
    (up to 2) of the new one. The first `with_h` rows apply only to words with an h. `folded`: what
    each letter becomes at last, 0 nothing.
    """

    replacements: ByteArray
    with_h: int
    folded: ByteArray


@compiled(inline="always", allocates=False)
def _pair_bit(first: AnyInt, second: AnyInt) -> np.uint64:
    """Return the bit of two neighboring letters among 64, which some others share."""
    return np.uint64(1) << np.uint64((11 * first + second) & 63)


@compiled(inline="always", allocates=False)
def _pair_bits(text: ByteArray, length: AnyInt) -> np.uint64:
    """Return the bits of all neighboring letters of a text."""
    bits = np.uint64(0)
    for at in range(1, length):
        bits |= _pair_bit(text[at - 1], text[at])
    return bits


@compiled(inline="always", allocates=False)
def _find_old(text: ByteArray, start: AnyInt, length: AnyInt, rule: ByteArray) -> np.int64:
    """Return the first place from `start` on of a rule's old text, or the length for none."""
    size = np.int64(rule[0])
    for place in range(start, length - size + 1):
        if text[place] == rule[1] and text[place + size - 1] == rule[size]:
            same = True
            for at in range(1, size - 1):
                same = same and text[place + at] == rule[1 + at]
            if same:
                return np.int64(place)
    return np.int64(length)


@compiled(inline="always", allocates=False)
def _replace(
    text: ByteArray, length: AnyInt, first: np.int64, rule: ByteArray, other: ByteArray
) -> np.int64:
    """Apply a rule to a text in which its old text is at `first`; return the new length."""
    size, new_size = np.int64(rule[0]), np.int64(rule[5])
    read, place = first, first
    while read < length:
        until = _find_old(text, read, length, rule)
        while read < until:
            other[place] = text[read]
            read += 1
            place += 1
        if read < length:
            for at in range(new_size):
                other[place + at] = rule[6 + at]
            read += size
            place += new_size
    for at in range(first, place):
        text[at] = other[at]
    return np.int64(place)


@compiled(inline="always", allocates=False)
def _fold_letters(text: ByteArray, length: AnyInt, folded: ByteArray) -> np.int64:
    """Fold each letter, drop a final h and doubled letters; return the new length."""
    write = np.int64(0)
    for at in range(length):
        letter = folded[text[at]]
        text[write] = letter
        write += letter != 0
    if write > 2 and text[write - 1] == _H:
        write -= 1
    length, write = write, np.int64(0)
    before = np.uint8(0)
    for at in range(length):
        letter = text[at]
        text[write] = letter
        write += letter != before
        before = letter
    return write


@compiled()
def write_skeleton(text: ByteArray, length: int, rules: SkeletonRules, other: ByteArray) -> int:
    """Replace the first `length` bytes of `text` by their skeleton; return its length.

    `text` and `other` (scratch) have room for twice the length.
    """
    begin = rules.with_h
    for at in range(length):
        if text[at] == _H:
            begin = 0
    pairs = _pair_bits(text, length)
    for number in range(begin, len(rules.replacements)):
        rule = rules.replacements[number]
        if rule[0] > 1 and pairs & _pair_bit(rule[1], rule[2]) == 0:
            continue
        first = _find_old(text, 0, length, rule)
        if first < length:
            length = int(_replace(text, length, first, rule, other))
            pairs = _pair_bits(text, length)
    return int(_fold_letters(text, length, rules.folded))
