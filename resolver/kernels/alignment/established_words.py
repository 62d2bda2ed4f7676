"""Words that are alike and yet two names of their own, and words that begin with `abd`."""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import AnyInt, LetterArray
from resolver.kernels.compiler import compiled


@compiled(inline="always", allocates=False)
def established_value(value: np.float32, left: LetterArray, right: LetterArray) -> np.float32:
    """Return the similarity of two established words: Maria is no misspelling of Mario."""
    if _has_other_ending(left, right):
        value = min(value, np.float32(0.5))
    elif _has_swapped_letters(left, right):
        value = max(value, np.float32(0.66))
    return value


@compiled(inline="always", allocates=False)
def begins_with_abd(text: LetterArray) -> bool:
    """Return whether a word begins with `abd`."""
    begins: bool = len(text) >= 3 and text[0] == 97 and text[1] == 98 and text[2] == 100
    return begins


@compiled(inline="always", allocates=False)
def _is_vowel(letter: AnyInt) -> bool:
    return letter == 97 or letter == 101 or letter == 105 or letter == 111 or letter == 117


@compiled(inline="always", allocates=False)
def _has_other_ending(first: LetterArray, second: LetterArray) -> bool:
    """Return whether two words differ only in a final vowel (Maria and Mario, Karim, Karima)."""
    short, long = (first, second) if len(first) <= len(second) else (second, first)
    gap = len(long) - len(short)
    if gap > 1 or len(long) == 0 or not _is_vowel(long[-1]):
        return False
    if gap == 0 and not _is_vowel(short[-1]):
        return False
    same = 0
    while same < len(long) - 1 and short[same] == long[same]:
        same += 1
    return same == len(long) - 1


@compiled(inline="always", allocates=False)
def _has_swapped_letters(first: LetterArray, second: LetterArray) -> bool:
    """Return whether two words of three letters or more differ only in two swapped neighbors.

    The first letter must be the same.
    """
    if len(first) != len(second) or len(first) < 3:
        return False
    at = 0
    while at < len(first) and first[at] == second[at]:
        at += 1
    if (
        at == 0
        or at + 1 >= len(first)
        or first[at] != second[at + 1]
        or first[at + 1] != second[at]
    ):
        return False
    rest = at + 2
    while rest < len(first) and first[rest] == second[rest]:
        rest += 1
    return rest == len(first)
