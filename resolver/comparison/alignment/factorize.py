"""Distinct values in order of first use, and the number of each value, without sorting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.kernels.rows import number_values
from resolver.records.batch import IntArray


def factorize(values: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], IntArray]:
    """Return the distinct values (none may be negative), and for each value its place among them.

    As `pandas.factorize` does.
    """
    unique = np.empty(len(values), dtype=np.int64)
    numbers = np.empty(len(values), dtype=np.int32)
    return unique[: number_values(values, unique, numbers)].copy(), numbers
