"""The first of many: the least of some numbers without sorting the rest, and who of a few stands among many not yet.

For one look-up, of which a few thousand numbers are all there is: sorting these took as long as finding them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.kernels.compiler import compiled

Numbers = npt.NDArray[np.int64]
_BINS = 1_024


def foremost(numbers: Numbers, most: int) -> Numbers:
    """The `most` least of some numbers, ascending."""
    if len(numbers) <= most:
        return np.sort(numbers)
    out = np.empty(len(numbers), dtype=np.int64)
    found = out[: _low(numbers, most, np.zeros(_BINS, dtype=np.int64), out)]
    found.sort()
    return found[:most]


def not_among(few: Numbers, many: Numbers) -> Numbers:
    """Those of a few numbers (ascending, each once, none below 0) that are not among many."""
    found = np.zeros(len(few), dtype=np.bool_)
    _mark(few, many, np.zeros(_BINS, dtype=np.bool_), found)
    others: Numbers = few[~found]
    return others


@compiled(allocates=False)
def _low(numbers, most, bins, out):  # type: ignore[no-untyped-def]
    """The lowest numbers, `most` of them and as many more as are in a bin with the last: how many are in `out` then."""
    least = largest = numbers[0]
    for place in range(len(numbers)):
        least, largest = min(least, numbers[place]), max(largest, numbers[place])
    shift = 0
    while (largest - least) >> shift >= len(bins):
        shift += 1
    for place in range(len(numbers)):
        bins[np.uint64((numbers[place] - least) >> shift)] += 1
    last = seen = 0
    while seen + bins[last] < most:
        seen += bins[last]
        last += 1
    filled = 0
    for place in range(len(numbers)):
        out[filled] = numbers[place]
        filled += (numbers[place] - least) >> shift <= last
    return filled


@compiled(allocates=False)
def _mark(few, many, may_be, found):  # type: ignore[no-untyped-def]
    """Mark those of a few that are among many. Most of these are not, as one look into `may_be` says."""
    for place in range(len(few)):
        may_be[few[place] % len(may_be)] = True
    for number in many:
        if may_be[number % len(may_be)]:
            place = np.searchsorted(few, number)
            if place < len(few) and few[place] == number:
                found[place] = True
