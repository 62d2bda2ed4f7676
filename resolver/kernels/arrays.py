"""Types of arrays in the signatures of kernels.

numba infers all types from the arguments of the first call; annotations are for readers and mypy.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

ByteArray: TypeAlias = npt.NDArray[np.uint8]
ShortArray: TypeAlias = npt.NDArray[np.uint16]
IntArray: TypeAlias = npt.NDArray[np.int32]
LongArray: TypeAlias = npt.NDArray[np.int64]
AnyIntArray: TypeAlias = npt.NDArray[np.integer[Any]]
LetterArray: TypeAlias = npt.NDArray[np.uint32]
HashArray: TypeAlias = npt.NDArray[np.uint64]
FloatArray: TypeAlias = npt.NDArray[np.float32]
DoubleArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
RecordArray: TypeAlias = npt.NDArray[np.void]
"""Structured array; its fields are those of the `numpy.dtype` that the docstring names."""
RecordRow: TypeAlias = Any
"""Row of a structured array, with the fields as attributes that can be set."""
AnyInt: TypeAlias = int | np.int32 | np.int64
AnyFloat: TypeAlias = float | np.float32
AnyBool: TypeAlias = bool | np.bool_
