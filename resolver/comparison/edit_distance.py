"""Jaro–Winkler and optimal string alignment over arrays of code points: the values of `rapidfuzz`, to the last bit, for
kernels that compare two words where they meet them. Tests hold both against the library.

Words of up to 64 letters a to z, which nearly all are, are compared with a bit for each letter of the first
(`written_alike`).
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.compiler import compiled

_SHORT, _MARGIN = 64, 1e-4


@compiled(inline="always", allocates=False)
def written_alike(one, two, least, lacking, places):  # type: ignore[no-untyped-def]
    """The mean of both similarities, in single precision; what is below `least` may be given as 0. `lacking`: edits
    that there are at least. `places`: 32 zeros, and zeros again when it is left."""
    plain = (
        0 < len(one) <= _SHORT and 0 < len(two) <= _SHORT and _all_small(one) and _all_small(two)
    )
    if not plain:
        return (
            np.float32(jaro_winkler(one, two)) + np.float32(edits_alike(one, two))
        ) / np.float32(2)
    for place in range(len(one)):
        places[one[place] & 31] |= np.uint64(1) << np.uint64(place)
    winkler = _raised(_jaro_of(one, two, places), one, two)
    longest, value = max(len(one), len(two)), np.float32(0.0)
    if (winkler + 1.0 - lacking / longest) / 2.0 >= least - _MARGIN:
        value = (
            np.float32(winkler) + np.float32(1.0 - _edits_of(len(one), two, places) / longest)
        ) / np.float32(2)
    for place in range(len(one)):
        places[one[place] & 31] = 0
    return value


@compiled(inline="always", allocates=False)
def _all_small(word):  # type: ignore[no-untyped-def]
    """Whether all letters are a to z, which five bits tell apart."""
    small = True
    for place in range(len(word)):
        small &= (word[place] >= 97) & (word[place] <= 122)
    return small


@compiled(inline="always", allocates=False)
def jaro_winkler(one, two):  # type: ignore[no-untyped-def]
    """Jaro–Winkler similarity (Winkler 1990), 0…1: prefixes up to four letters weigh 0.1 each where Jaro is above
    0.7."""
    return _raised(jaro(one, two), one, two)


@compiled(inline="always", allocates=False)
def _raised(value, one, two):  # type: ignore[no-untyped-def]
    if value > 0.7:
        prefix = 0
        while prefix < min(len(one), len(two), 4) and one[prefix] == two[prefix]:
            prefix += 1
        value += prefix * 0.1 * (1.0 - value)
    return value


@compiled(allocates=False)
def jaro(one, two):  # type: ignore[no-untyped-def]
    """Jaro similarity (1989), 0…1."""
    if len(one) == 0 or len(two) == 0:
        return 1.0 if len(one) == len(two) else 0.0
    return _jaro_long(one, two)


@compiled(inline="always", allocates=False)
def _jaro_of(one, two, places):  # type: ignore[no-untyped-def]
    """The same of words whose letters differ in their last five bits; `places`: a bit for each place at which the first
    has a letter."""
    reach = np.int64(max(max(len(one), len(two)) // 2 - 1, 0))
    # a bit for each letter that has found its like
    taken, other = np.uint64(0), np.uint64(0)
    common = 0
    # the places that are near enough, as a window that moves
    window = (np.uint64(1) << np.uint64(reach + 1)) - np.uint64(1)
    for at in range(len(two)):
        open_ = places[two[at] & 31] & window & ~taken
        taken |= open_ & (~open_ + np.uint64(1))
        other |= np.uint64(open_ != 0) << np.uint64(at)
        common += open_ != 0
        window = (window << np.uint64(1)) | np.uint64(at < reach)
    if common == 0:
        return 0.0
    swapped, at = 0, 0
    for place in range(len(one)):
        if (taken >> np.uint64(place)) & np.uint64(1):
            while not (other >> np.uint64(at)) & np.uint64(1):
                at += 1
            swapped += one[place] != two[at]
            at += 1
    return _rated(common, swapped, len(one), len(two))


@compiled()
def _jaro_long(one, two):  # type: ignore[no-untyped-def]
    reach = max(max(len(one), len(two)) // 2 - 1, 0)
    taken, other = np.zeros(len(one), dtype=np.bool_), np.zeros(len(two), dtype=np.bool_)
    common = 0
    for at in range(len(two)):
        for place in range(max(0, at - reach), min(len(one), at + reach + 1)):
            if one[place] == two[at] and not taken[place]:
                taken[place] = other[at] = True
                common += 1
                break
    if common == 0:
        return 0.0
    swapped, at = 0, 0
    for place in range(len(one)):
        if taken[place]:
            while not other[at]:
                at += 1
            swapped += one[place] != two[at]
            at += 1
    return _rated(common, swapped, len(one), len(two))


@compiled(inline="always", allocates=False)
def _rated(common, swapped, length_one, length_two):  # type: ignore[no-untyped-def]
    value = common / length_one
    value += common / length_two
    value += (common - swapped // 2) / common
    return value / 3.0


@compiled(inline="always", allocates=False)
def edits_alike(one, two):  # type: ignore[no-untyped-def]
    """1 less the optimal string alignment distance (edits and swaps of neighbours, none edited twice) by the longer
    length."""
    longest = max(len(one), len(two))
    if longest == 0:
        return 1.0
    return 1.0 - _edits_long(one, two) / longest


@compiled(inline="always", allocates=False)
def _edits_of(length, two, places):  # type: ignore[no-untyped-def]
    """The distance of a word of so many letters, with `places` as in `_jaro_of`, and another: a column of the table of
    distances at once, as steps of one up or down (Hyyrö 2003)."""
    rises, falls, diagonal, before = ~np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    last, edits = np.uint64(length - 1), np.int64(length)
    for at in range(len(two)):
        same = places[two[at] & 31]
        swapped = ((~diagonal & same) << np.uint64(1)) & before
        diagonal = (((same & rises) + rises) ^ rises) | same | falls | swapped
        right, back = falls | ~(diagonal | rises), diagonal & rises
        edits += np.int64((right >> last) & np.uint64(1)) - np.int64((back >> last) & np.uint64(1))
        right, back = (right << np.uint64(1)) | np.uint64(1), back << np.uint64(1)
        rises, falls = back | ~(diagonal | right), right & diagonal
        before = same
    return edits


@compiled()
def _edits_long(one, two):  # type: ignore[no-untyped-def]
    begin, end_one, end_two = 0, len(one), len(two)
    # what both begin and end with costs nothing
    while begin < end_one and begin < end_two and one[begin] == two[begin]:
        begin += 1
    while end_one > begin and end_two > begin and one[end_one - 1] == two[end_two - 1]:
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
        letter = two[begin + down]
        rows[now, 0] = down + 1
        for at in range(width):
            cost = rows[last, at] + (one[begin + at] != letter)
            cost = min(cost, rows[last, at + 1] + 1, rows[now, at] + 1)
            if (
                down > 0
                and at > 0
                and one[begin + at] == two[begin + down - 1]
                and one[begin + at - 1] == letter
            ):
                cost = min(cost, rows[above, at - 1] + 1)
            rows[now, at + 1] = cost
        above, last, now = last, now, above
    return rows[last, width]
