"""Sums of the weights of matched words per profile.

Profiles lie far apart in memory, so each is touched once for each word that leads to it and once
more to take its sum, and is requested (`ahead`) some steps before it is read.
"""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import (
    AnyBool,
    AnyInt,
    BoolArray,
    ByteArray,
    IntArray,
    LetterArray,
    LongArray,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import ahead
from resolver.kernels.lookup.word_matches import WordMatches

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
