"""Sums of the weights of matched words per profile.

Profiles lie far apart in memory, so each is touched once for each word that leads to it and once
more to take its sum, and is requested (`ahead`) some steps before it is read.

Choice of the profiles with the highest sums, and of others with the query's date of birth.

Smallest of some numbers without sorting the rest, and membership of a few among many.

For one look-up with a few thousand numbers: sorting them takes as long as finding them.

Scores of one query against many records, which rank them.

Records lie far apart in memory: what the score of each reads is requested some records before, so
that waiting for one overlaps with the work on others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.matching.kernels.prefilter import (
    DAY,
    FIRST_YEAR,
    HEAD_BIRTHS,
    HEAD_CERTAIN,
    HEAD_PLACES,
    HEAD_WORDS,
    LAST_YEAR,
    MONTH,
    PrefilterArrays,
    rank_between,
)
from resolver.matching.kernels.word_codes import WordMatches
from resolver.runtime.arrays import (
    AnyBool,
    AnyInt,
    BoolArray,
    ByteArray,
    IntArray,
    LetterArray,
    LongArray,
)
from resolver.runtime.compiler import ahead, compiled

AHEAD = 24
"""Profiles that are requested before they are read."""
_LONG = 32
"""Bearers from which on a list is not walked again to find that all have been counted."""


@compiled()
def _size_limit(
    tokens: LongArray, equal: BoolArray, starts: LongArray, budget: int
) -> tuple[np.int64, AnyBool]:
    """Return the number of bearers from which on words are skipped, and if equal ones are, too.

    The rarest words are counted first. Equal words are skipped only if they alone exceed the
    budget: of a name made of common words nothing else is left.
    """
    sizes = np.empty(len(tokens), dtype=np.int64)
    equal_size = np.int64(0)
    for place in range(len(tokens)):
        sizes[place] = starts[tokens[place] + 1] - starts[tokens[place]]
        equal_size += sizes[place] if equal[place] else 0
    skips_equal = equal_size > budget
    if sizes.sum() > budget:
        total = np.int64(0)
        if not skips_equal:
            sizes, total = sizes[~equal], equal_size
        for size in np.sort(sizes):
            total += size
            if total > budget:
                return size, skips_equal
    return np.int64(2**62), skips_equal


@compiled(inline="always", allocates=False)
def _is_repeated(tokens: LongArray, first: AnyInt, last: AnyInt) -> AnyBool:
    """Return whether a token stands among those from `first` on before its place."""
    place = np.uint64(first)
    while tokens[place] != tokens[last]:
        place += np.uint64(1)
    return place < np.uint64(last)


@compiled(inline="always", allocates=False)
def _add_weight(
    first: AnyInt,
    last: AnyInt,
    weight: np.uint32,
    mark: np.uint32,
    bearers: IntArray,
    sums: LetterArray,
    touched: IntArray,
    count: np.uint64,
) -> np.uint64:
    """Add the weight of a token to its bearers; return the number of touched profiles."""
    for at in range(np.uint64(first), np.uint64(last)):
        ahead(sums, bearers[min(at + np.uint64(AHEAD), np.uint64(last - 1))])
        profile = np.uint32(bearers[at])
        value = sums[profile]
        # The low byte holds the word that was counted last.
        if value & np.uint32(255) == mark:
            continue
        # Without a branch, since it could not be predicted.
        touched[count] = profile
        count += np.uint64(value == 0)
        sums[profile] = (((value >> np.uint32(8)) + weight) << np.uint32(8)) | mark
    return count


@compiled()
def sum_weights_of_profiles(
    matches: WordMatches,
    starts: LongArray,
    bearers: IntArray,
    active: ByteArray,
    budget: int,
    sums: LetterArray,
    touched: IntArray,
    totals: LetterArray,
) -> np.uint64:
    """Write the profiles that bear any matched word into `touched` and their sums into `totals`.

    Only profiles with a bit in `active` (the lowest first: an eighth of the memory) are
    written; their number is returned. `sums` (one per profile) is 0 before and after; the others
    have room for one more than there are profiles. `budget`: bearers that are counted at most.
    """
    tokens, weights, equal, ends = matches
    limit, skips_equal = _size_limit(tokens, equal, starts, budget)
    count = np.uint64(0)
    for word in range(len(ends) - 1):
        mark = np.uint32(word + 1)
        for place in range(ends[word], ends[word + 1]):
            ahead(bearers, starts[tokens[min(place + 4, len(tokens) - 1)]])
            first, last = starts[tokens[place]], starts[tokens[place] + 1]
            if last - first >= limit and (skips_equal or not equal[place]):
                continue
            # An equal word may have been skipped before as one that is only similar.
            if last - first < _LONG or equal[place] or not _is_repeated(tokens, ends[word], place):
                count = _add_weight(
                    first, last, weights[place], mark, bearers, sums, touched, count
                )
    filled = np.uint64(0)
    for place in range(count):
        later = touched[min(place + np.uint64(AHEAD), count - np.uint64(1))]
        ahead(sums, later)
        ahead(active, later >> 3)
        profile = np.uint32(touched[place])
        totals[filled] = sums[profile] >> np.uint32(8)
        sums[profile] = 0
        touched[filled] = profile
        filled += np.uint64(
            active[profile >> np.uint32(3)] >> (profile & np.uint32(7)) & np.uint32(1)
        )
    return filled


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


@compiled(allocates=False)
def take_smallest(numbers: LongArray, most: int, bins: LongArray, out: LongArray) -> int:
    """Write the `most` smallest numbers, and others in a bin with the last of them.

    `bins`: zeros, scratch. Return how many numbers are in `out`.
    """
    least = largest = numbers[0]
    for place in range(len(numbers)):
        least, largest = min(least, numbers[place]), max(largest, numbers[place])
    shift = 0
    while (largest - least) >> shift >= len(bins):
        shift += 1
    for place in range(len(numbers)):
        bins[np.uint64((numbers[place] - least) >> shift)] += 1
    last = total = 0
    while total + bins[last] < most:
        total += bins[last]
        last += 1
    filled = 0
    for place in range(len(numbers)):
        out[filled] = numbers[place]
        filled += (numbers[place] - least) >> shift <= last
    return filled


@compiled(allocates=False)
def mark_members(
    members: LongArray, numbers: LongArray, hash_bits: BoolArray, out: BoolArray
) -> None:
    """Mark in `out` those of `members` (ascending) that are among `numbers`.

    Most numbers are not, as their bit in `hash_bits` (zeros, scratch) tells.
    """
    for place in range(len(members)):
        hash_bits[members[place] % len(hash_bits)] = True
    for number in numbers:
        if hash_bits[number % len(hash_bits)]:
            place = np.searchsorted(members, number)
            if place < len(members) and members[place] == number:
                out[place] = True


_HEADS_AHEAD, _AHEAD = 12, 6
"""Rows before: heads tell what else will be read, so they are requested first."""


@compiled(inline="always", allocates=False)
def _request_row(row: np.uint64, query: PrefilterArrays, records: PrefilterArrays) -> None:
    """Request what the score of a row reads besides its head, as far as the query has the same."""
    heads = records.heads
    first = heads[row, HEAD_WORDS]
    last = heads[row + np.uint64(1), HEAD_WORDS] - 1
    # Two words fill a cache line; few rows have more than seven.
    for word in range(first, first + 6, 2):
        ahead(records.words, min(word, last))
    ahead(records.words, last)
    if len(query.places) > 0:
        ahead(records.places, heads[row, HEAD_PLACES])
    if len(query.certain) > 0:
        ahead(records.certain, heads[row, HEAD_CERTAIN])
    if len(query.births) > 0:
        ahead(records.births, heads[row, HEAD_BIRTHS])


@compiled(allocates=False)
def fill_query_scores(
    query: PrefilterArrays, records: PrefilterArrays, rows: LongArray, out: LongArray
) -> None:
    """Write the score (`rank_between`) of the only record of `query` and each row of `records`."""
    heads = records.heads
    for place in range(len(rows)):
        if place + _HEADS_AHEAD < len(rows):
            ahead(heads, rows[place + _HEADS_AHEAD])
            ahead(heads, rows[place + _HEADS_AHEAD] + 1)
        if place + _AHEAD < len(rows):
            _request_row(np.uint64(rows[place + _AHEAD]), query, records)
        out[place] = rank_between(0, query, rows[place], records)
