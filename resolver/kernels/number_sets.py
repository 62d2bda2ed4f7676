"""Sets of whole numbers as ascending arrays.

NumPy's own functions hash whole numbers since version 2.3, which takes twenty times as long as
sorting where nearly all of a million numbers differ.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

_Number = TypeVar("_Number", bound=np.integer[Any])


def sort_distinct(numbers: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    """Return the numbers ascending, each once: `np.unique` of one-dimensional arrays."""
    ordered = np.sort(numbers)
    is_first = np.ones(len(ordered), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def unite(left: npt.NDArray[_Number], right: npt.NDArray[Any]) -> npt.NDArray[_Number]:
    """Return the numbers of either array ascending, each once: `np.union1d`."""
    return sort_distinct(np.concatenate([left, right]))


def exclude(left: npt.NDArray[_Number], right: npt.NDArray[Any]) -> npt.NDArray[_Number]:
    """Return the numbers of `left` that are not in `right` ascending, each once: `np.setdiff1d`."""
    numbers = sort_distinct(left)
    return numbers[np.isin(numbers, sort_distinct(right), assume_unique=True, invert=True)]
