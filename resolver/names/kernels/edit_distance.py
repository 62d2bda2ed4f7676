"""Jaro–Winkler and optimal string alignment over arrays of code points.

The values are those of `rapidfuzz` to the last bit, for kernels that compare two words in place.
Words of up to 64 letters a to z, which nearly all are, are compared with a bit for each letter of
the first word (`mean_similarity`).
"""

from __future__ import annotations

import numpy as np

from resolver.runtime.arrays import AnyInt, HashArray, LetterArray
from resolver.runtime.compiler import compiled

_SHORT = 64
"""Letters of the longest word that fits into a bit set."""
_MARGIN = 1e-4
"""More than the mean loses to rounding."""


@compiled(inline="always", allocates=False)
def mean_similarity(
    first: LetterArray,
    second: LetterArray,
    minimum: np.float32,
    least_edits: AnyInt,
    places: HashArray,
) -> np.float32:
    """Return the mean of both similarities, 0…1; one below `minimum` may be returned as 0.

    `least_edits`: lower bound of the distance. `places`: 32 zeros, and zeros again afterwards.
    """
    is_short = 0 < len(first) <= _SHORT and 0 < len(second) <= _SHORT
    if not (is_short and _all_small(first) and _all_small(second)):
        return (
            np.float32(jaro_winkler(first, second)) + np.float32(osa_similarity(first, second))
        ) / np.float32(2)
    for place in range(len(first)):
        places[first[place] & 31] |= np.uint64(1) << np.uint64(place)
    winkler = _prefix_raised(_jaro_short(first, second, places), first, second)
    longest, value = max(len(first), len(second)), np.float32(0.0)
    if (winkler + 1.0 - least_edits / longest) / 2.0 >= minimum - _MARGIN:
        edits = _osa_distance_short(len(first), second, places)
        value = (np.float32(winkler) + np.float32(1.0 - edits / longest)) / np.float32(2)
    for place in range(len(first)):
        places[first[place] & 31] = 0
    return value


@compiled(inline="always", allocates=False)
def _all_small(word: LetterArray) -> bool:
    """Return whether all letters are a to z, which five bits tell apart."""
    small = True
    for place in range(len(word)):
        small &= (word[place] >= 97) & (word[place] <= 122)
    return small


@compiled(inline="always", allocates=False)
def jaro_winkler(first: LetterArray, second: LetterArray) -> float:
    """Return the Jaro–Winkler similarity (Winkler 1990), 0…1.

    A common prefix up to four letters weighs 0.1 a letter where the Jaro similarity is above 0.7.
    """
    return _prefix_raised(jaro(first, second), first, second)


@compiled(inline="always", allocates=False)
def _prefix_raised(value: float, first: LetterArray, second: LetterArray) -> float:
    """Return a Jaro similarity raised for a common prefix."""
    if value > 0.7:
        prefix = 0
        while prefix < min(len(first), len(second), 4) and first[prefix] == second[prefix]:
            prefix += 1
        value += prefix * 0.1 * (1.0 - value)
    return value


@compiled(allocates=False)
def jaro(first: LetterArray, second: LetterArray) -> float:
    """Return the Jaro similarity (Jaro 1989), 0…1."""
    if len(first) == 0 or len(second) == 0:
        return 1.0 if len(first) == len(second) else 0.0
    return _jaro_long(first, second)


@compiled(inline="always", allocates=False)
def _jaro_short(first: LetterArray, second: LetterArray, places: HashArray) -> float:
    """Return the Jaro similarity of words whose letters differ in their last five bits.

    `places`: per letter a bit for each place at which the first word has it.
    """
    reach = np.int64(max(max(len(first), len(second)) // 2 - 1, 0))
    # A bit for each letter of either word that is matched.
    matched_one, matched_two = np.uint64(0), np.uint64(0)
    common = 0
    # The places that are near enough, as a window that moves.
    window = (np.uint64(1) << np.uint64(reach + 1)) - np.uint64(1)
    for at in range(len(second)):
        free = places[second[at] & 31] & window & ~matched_one
        matched_one |= free & (~free + np.uint64(1))
        matched_two |= np.uint64(free != 0) << np.uint64(at)
        common += free != 0
        window = (window << np.uint64(1)) | np.uint64(at < reach)
    if common == 0:
        return 0.0
    swapped, at = 0, 0
    for place in range(len(first)):
        if (matched_one >> np.uint64(place)) & np.uint64(1):
            while not (matched_two >> np.uint64(at)) & np.uint64(1):
                at += 1
            swapped += first[place] != second[at]
            at += 1
    return _jaro_value(common, swapped, len(first), len(second))


@compiled()
def _jaro_long(first: LetterArray, second: LetterArray) -> float:
    """Return the Jaro similarity of words of any letters and length above 0."""
    reach = max(max(len(first), len(second)) // 2 - 1, 0)
    matched_one = np.zeros(len(first), dtype=np.bool_)
    matched_two = np.zeros(len(second), dtype=np.bool_)
    common = 0
    for at in range(len(second)):
        for place in range(max(0, at - reach), min(len(first), at + reach + 1)):
            if first[place] == second[at] and not matched_one[place]:
                matched_one[place] = matched_two[at] = True
                common += 1
                break
    if common == 0:
        return 0.0
    swapped, at = 0, 0
    for place in range(len(first)):
        if matched_one[place]:
            while not matched_two[at]:
                at += 1
            swapped += first[place] != second[at]
            at += 1
    return _jaro_value(common, swapped, len(first), len(second))


@compiled(inline="always", allocates=False)
def _jaro_value(common: int, swapped: int, length_one: int, length_two: int) -> float:
    """Return the Jaro similarity from matched letters and those that stand in another order."""
    value = common / length_one
    value += common / length_two
    value += (common - swapped // 2) / common
    return value / 3.0


@compiled(inline="always", allocates=False)
def osa_similarity(first: LetterArray, second: LetterArray) -> float:
    """Return 1 less the optimal string alignment distance over the longer length.

    Edits and swaps of neighbours count 1; no letter is edited twice.
    """
    longest = max(len(first), len(second))
    if longest == 0:
        return 1.0
    return 1.0 - _osa_distance_long(first, second) / longest


@compiled(inline="always", allocates=False)
def _osa_distance_short(length: int, second: LetterArray, places: HashArray) -> np.int64:
    """Return the distance of a word of so many letters, with `places` as in `_jaro_short`.

    A column of the table of distances at once, as steps of one up or down (Hyyrö 2003).
    """
    rises, falls, diagonal, before = ~np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    last, edits = np.uint64(length - 1), np.int64(length)
    for at in range(len(second)):
        same = places[second[at] & 31]
        swapped = ((~diagonal & same) << np.uint64(1)) & before
        diagonal = (((same & rises) + rises) ^ rises) | same | falls | swapped
        right, back = falls | ~(diagonal | rises), diagonal & rises
        edits += np.int64((right >> last) & np.uint64(1)) - np.int64((back >> last) & np.uint64(1))
        right, back = (right << np.uint64(1)) | np.uint64(1), back << np.uint64(1)
        rises, falls = back | ~(diagonal | right), right & diagonal
        before = same
    return edits


@compiled()
def _osa_distance_long(first: LetterArray, second: LetterArray) -> int:
    """Return the distance of two words of any letters and length."""
    begin, end_one, end_two = 0, len(first), len(second)
    # A common beginning or end costs nothing.
    while begin < end_one and begin < end_two and first[begin] == second[begin]:
        begin += 1
    while end_one > begin and end_two > begin and first[end_one - 1] == second[end_two - 1]:
        end_one -= 1
        end_two -= 1
    width, height = end_one - begin, end_two - begin
    if width == 0 or height == 0:
        return max(width, height)
    rows = np.empty((3, width + 1), dtype=np.int64)
    above, last, now = 0, 1, 2
    for at in range(width + 1):
        rows[last, at] = at
    for down in range(height):
        letter = second[begin + down]
        rows[now, 0] = down + 1
        for at in range(width):
            cost = rows[last, at] + (first[begin + at] != letter)
            cost = min(cost, rows[last, at + 1] + 1, rows[now, at] + 1)
            if (
                down > 0
                and at > 0
                and first[begin + at] == second[begin + down - 1]
                and first[begin + at - 1] == letter
            ):
                cost = min(cost, rows[above, at - 1] + 1)
            rows[now, at + 1] = cost
        above, last, now = last, now, above
    distance: int = rows[last, width]
    return distance
