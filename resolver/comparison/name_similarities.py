"""Similarities of the comparators of names from the alignments of pairs, all at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.kernels.comparison.name_similarities import (
    NameSimilarities,
    fill_name_similarities,
    grade_by_gender,
    keep_name_only,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import ByteArray, FloatArray


def name_similarities(alignments: npt.NDArray[np.void]) -> tuple[NameSimilarities, int]:
    """Return the similarities of alignments (`PAIR_ALIGNMENT`).

    And the number of pairs in which only the family name contradicts.
    """
    shape = (len(NameSimilarities._fields), len(alignments))
    similarities = NameSimilarities(*np.empty(shape, dtype=np.float32))
    return similarities, int(fill_name_similarities(alignments, similarities))


def gender_graded(
    value: FloatArray, sides: FloatArray, gender: ByteArray, left: IntArray, right: IntArray
) -> FloatArray:
    """Return `value` with pairs in which only the family name contradicts graded by gender.

    Women change their family name, men do not. `sides`: `Contradiction` of each pair; `gender` of
    all records; `left` and `right`: the pairs.
    """
    graded = value.copy()
    grade_by_gender(sides, gender, left, right, graded)
    return graded


def name_only_values(
    value: FloatArray, name_only: npt.NDArray[np.bool_], left: IntArray, right: IntArray
) -> FloatArray:
    """Return the value of pairs of two records that have nothing but names; NaN for others."""
    values = np.empty(len(left), dtype=np.float32)
    keep_name_only(value, name_only, left, right, values)
    return values
