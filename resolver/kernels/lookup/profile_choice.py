"""Choice of the profiles with the highest sums, and of others with the query's date of birth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import AnyInt, IntArray, LetterArray, LongArray
from resolver.kernels.blocking.prefilter_records import (
    DAY,
    FIRST_YEAR,
    HEAD_BIRTHS,
    LAST_YEAR,
    MONTH,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import ahead
from resolver.kernels.lookup.profile_sums import AHEAD

_MAX_BIRTHS = 400_000
"""Profiles whose dates of birth are read for one query at most."""
_BINS = 1_024


class ProfileBirths(NamedTuple):
    """Births of profiles: `packed` (year · 512 + month · 32 + day; 0 none, -1 more than that), and
    `heads` and `births` as in `PrefilterArrays`."""

    packed: IntArray
    heads: IntArray
    births: IntArray


@compiled()
def choose_profiles(
    touched: IntArray,
    totals: LetterArray,
    count: AnyInt,
    most: int,
    query_births: IntArray,
    births: ProfileBirths,
) -> tuple[LongArray, LongArray]:
    """Return about `most` of the first `count` profiles, those of the highest sums, and their sums.

    Others with a third of the highest sum at least follow if they were born on a date that agrees
    with one of the query.
    """
    packed, highest = births.packed, np.uint32(0)
    for place in range(np.uint64(count)):
        highest = max(highest, totals[place])
    minimum, step, ties = _sum_limit(totals, np.uint64(count), most, np.int64(highest))
    left = np.int64(_MAX_BIRTHS if len(query_births) and count > most else 0)
    chosen, sums = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    filled = np.uint64(0)
    for place in range(np.uint64(count)):
        if left > 0:
            ahead(packed, touched[min(place + np.uint64(AHEAD), np.uint64(count - 1))])
        value = np.int64(totals[place])
        tie = (value < minimum) & (value >= minimum - step) & (ties > 0)
        ties -= tie
        is_chosen = bool((value >= minimum) | tie)
        if left > 0 and not is_chosen and 3 * value >= highest:
            left -= 1
            is_chosen = _has_query_birth(query_births, np.uint32(touched[place]), births)
        chosen[filled], sums[filled] = touched[place], value
        filled += np.uint64(is_chosen)
    return chosen[:filled], sums[:filled]


@compiled(inline="always")
def _sum_limit(
    totals: LetterArray, count: np.uint64, most: int, highest: np.int64
) -> tuple[np.int64, np.int64, np.int64]:
    """Return the sum from which on all profiles are taken, so that there are about `most`.

    And the width of a step below it, and how many profiles of that step are taken.
    """
    if count <= most:
        return np.int64(0), np.int64(1), np.int64(0)
    step = highest // (_BINS - 1) + 1
    # Sums have 24 bits: the upper part of the product is the exact quotient, ten times faster.
    inverse = np.uint64((np.int64(1) << 40) // step + 1)
    bins = np.zeros(_BINS, dtype=np.int64)
    for place in range(count):
        bins[(np.uint64(totals[place]) * inverse) >> np.uint64(40)] += 1
    total = np.int64(0)
    for place in range(_BINS - 1, -1, -1):
        total += bins[place]
        if total >= most:
            ties = np.int64(bins[place] if total <= 2 * most else most - (total - bins[place]))
            return (place + 1) * step, step, ties
    return np.int64(0), step, np.int64(0)


@compiled(inline="always", allocates=False)
def _has_query_birth(query_births: IntArray, profile: np.uint32, births: ProfileBirths) -> bool:
    """Return whether a profile has a date of birth that agrees with one of the query."""
    packed, heads = births.packed[profile], births.heads
    if packed > 0:
        year, month, day = packed >> 9, (packed >> 5) & 15, packed & 31
        for first in range(len(query_births)):
            if _agrees_with_date(query_births, first, year, month, day):
                return True
    elif packed < 0:
        for first in range(len(query_births)):
            for second in range(
                heads[profile, HEAD_BIRTHS], heads[profile + np.uint32(1), HEAD_BIRTHS]
            ):
                if _births_agree(query_births, first, births.births, second):
                    return True
    return False


@compiled(inline="always", allocates=False)
def _agrees_with_date(
    births: IntArray, first: AnyInt, year: AnyInt, month: AnyInt, day: AnyInt
) -> bool:
    """Return whether a birth may be of a year, or shares day and month with it, in either order."""
    if births[first, FIRST_YEAR] == 0:
        return False
    if births[first, FIRST_YEAR] <= year <= births[first, LAST_YEAR]:
        return True
    own_month, own_day = births[first, MONTH], births[first, DAY]
    if day == 0 or own_day == 0 or (own_month == 1 and own_day == 1):
        return False
    agrees: bool = (own_month == month and own_day == day) or (
        own_month == day and own_day == month
    )
    return agrees


@compiled(inline="always", allocates=False)
def _births_agree(births: IntArray, left: AnyInt, others: IntArray, right: AnyInt) -> bool:
    """Return the same of two births, of which either may be a range of years."""
    first, last = others[right, FIRST_YEAR], others[right, LAST_YEAR]
    if first == 0:
        return False
    own = births[left, FIRST_YEAR]
    if own <= last and first <= births[left, LAST_YEAR] and own > 0:
        return True
    return first == last and _agrees_with_date(
        births, left, first, others[right, MONTH], others[right, DAY]
    )
