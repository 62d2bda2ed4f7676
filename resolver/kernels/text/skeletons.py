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
def _letter_bit(byte: AnyInt) -> np.uint64:
    return np.uint64(1) << np.uint64(byte & 63)


@compiled(inline="always", allocates=False)
def _replace(text: ByteArray, length: int, rule: ByteArray, out: ByteArray) -> tuple[int, bool]:
    """Write the text with one rule applied into `out`; return its length and whether it changed."""
    size, new_size = np.int64(rule[0]), np.int64(rule[5])
    read, place = np.int64(0), np.int64(0)
    has_changed = False
    while read < length:
        same = read + size <= length
        for at in range(size):
            same = same and text[read + at] == rule[1 + at]
        if same:
            for at in range(new_size):
                out[place + at] = rule[6 + at]
            read += size
            place += new_size
            has_changed = True
        else:
            out[place] = text[read]
            read += 1
            place += 1
    return int(place), has_changed


@compiled(inline="always")
def _fold_letters(text: ByteArray, length: int, folded: ByteArray, other: ByteArray) -> int:
    """Fold each letter, drop a final h and doubled letters; return the new length."""
    write = 0
    for at in range(length):
        letter = folded[text[at]]
        if letter:
            text[write] = letter
            write += 1
    if write > 2 and text[write - 1] == _H:
        write -= 1
    length, write = write, 0
    for at in range(length):
        if at == 0 or text[at] != text[at - 1]:
            other[write] = text[at]
            write += 1
    text[:write] = other[:write]
    return write


@compiled()
def write_skeleton(text: ByteArray, length: int, rules: SkeletonRules, other: ByteArray) -> int:
    """Replace the first `length` bytes of `text` by their skeleton; return its length.

    `text` and `other` (scratch) have room for twice the length.
    """
    present = np.uint64(0)
    for at in range(length):
        present |= _letter_bit(text[at])
    begin = 0 if present & _letter_bit(_H) else rules.with_h
    for number in range(begin, len(rules.replacements)):
        rule = rules.replacements[number]
        needed = np.uint64(0)
        for at in range(np.int64(rule[0])):
            needed |= _letter_bit(rule[1 + at])
        if present & needed != needed:
            continue
        length, has_changed = _replace(text, length, rule, other)
        if has_changed:
            for at in range(np.int64(rule[5])):
                present |= _letter_bit(rule[6 + at])
        text[:length] = other[:length]
    return _fold_letters(text, length, rules.folded, other)
