"""Jaro–Winkler and optimal string alignment over arrays of code points: the values of `rapidfuzz`, to the last bit, for
kernels that compare two words where they meet them. Tests hold both against the library.
"""

from __future__ import annotations

import numpy as np

from resolver.records.compiled import compiled

_SHORT = 64


@compiled()
def jaro_winkler(one, two):  # type: ignore[no-untyped-def]
    """Jaro–Winkler similarity (Winkler 1990), 0…1: prefixes up to four letters weigh 0.1 each where Jaro is above
    0.7."""
    value = _jaro(one, two)
    if value > 0.7:
        prefix = 0
        while prefix < min(len(one), len(two), 4) and one[prefix] == two[prefix]:
            prefix += 1
        value += prefix * 0.1 * (1.0 - value)
    return value


@compiled()
def _jaro(one, two):  # type: ignore[no-untyped-def]
    if len(one) == 0 or len(two) == 0:
        return 1.0 if len(one) == len(two) else 0.0
    if len(one) > _SHORT or len(two) > _SHORT:
        return _jaro_long(one, two)
    reach = max(max(len(one), len(two)) // 2 - 1, 0)
    # a bit for each letter that has found its like
    taken, other = np.uint64(0), np.uint64(0)
    common = 0
    for at in range(len(two)):
        for place in range(max(0, at - reach), min(len(one), at + reach + 1)):
            bit = np.uint64(1) << np.uint64(place)
            if one[place] == two[at] and not taken & bit:
                taken |= bit
                other |= np.uint64(1) << np.uint64(at)
                common += 1
                break
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


@compiled(inline="always")
def _rated(common, swapped, length_one, length_two):  # type: ignore[no-untyped-def]
    value = common / length_one
    value += common / length_two
    value += (common - swapped // 2) / common
    return value / 3.0


@compiled()
def edits_alike(one, two):  # type: ignore[no-untyped-def]
    """1 less the optimal string alignment distance (edits and swaps of neighbours, none edited twice) by the longer
    length."""
    longest = max(len(one), len(two))
    if longest == 0:
        return 1.0
    return 1.0 - _edits(one, two) / longest


@compiled()
def _edits(one, two):  # type: ignore[no-untyped-def]
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
            if down > 0 and at > 0 and one[begin + at] == two[begin + down - 1] and one[begin + at - 1] == letter:
                cost = min(cost, rows[above, at - 1] + 1)
            rows[now, at + 1] = cost
        above, last, now = last, now, above
    return rows[last, width]
