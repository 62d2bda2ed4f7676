"""Selection from many numbers: the smallest ones, and numbers that are not among them.

Used for look-ups over a few thousand numbers, where sorting would take as long as the search.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.kernels.lookup.smallest import mark_members, take_smallest

Numbers = npt.NDArray[np.int64]
_BINS = 1_024


def smallest_numbers(numbers: Numbers, most: int) -> Numbers:
    """Return the `most` smallest numbers, ascending."""
    if len(numbers) <= most:
        return np.sort(numbers)
    out = np.empty(len(numbers), dtype=np.int64)
    smallest = out[: take_smallest(numbers, most, np.zeros(_BINS, dtype=np.int64), out)]
    smallest.sort()
    return smallest[:most]


def exclude_members(few: Numbers, many: Numbers) -> Numbers:
    """Return the numbers of `few` (ascending, distinct, not negative) that are not among `many`."""
    is_member = np.zeros(len(few), dtype=np.bool_)
    mark_members(few, many, np.zeros(_BINS, dtype=np.bool_), is_member)
    others: Numbers = few[~is_member]
    return others
