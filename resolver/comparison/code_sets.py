"""Comparison of sets of codes: countries and identifiers."""

from __future__ import annotations

import numpy as np

from resolver.kernels.comparison.code_sets import (
    PLURAL,
    WEAK,
    IdentifierColumns,
    fill_graded_overlap,
    fill_identifier_similarity,
    fill_overlap,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import (
    PLURAL_FAMILIES,
    WEAK_FAMILIES,
    FloatArray,
    HashArray,
    IdentifierTable,
)
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.value_flags import CHECKED


def overlap(side: Ragged, left: IntArray, right: IntArray) -> FloatArray:
    """Return the share (0…1) of the smaller set that two sets have in common.

    NaN where a set is empty. Items ascend within a row.
    """
    out = np.empty(len(left), dtype=np.float32)
    fill_overlap(left, right, side.offsets, side.items, out)
    return out


def graded_overlap(side: Ragged, grades: FloatArray, left: IntArray, right: IntArray) -> FloatArray:
    """Return half the `overlap` of two sets and half the highest grade of what they share (0…1).

    0 where they share nothing, NaN where a set is empty.
    """
    out = np.empty(len(left), dtype=np.float32)
    fill_graded_overlap(left, right, side.offsets, side.items, grades, out)
    return out


def identifier_similarity(
    side: Ragged,
    table: IdentifierTable,
    shared: tuple[HashArray, FloatArray],
    left: IntArray,
    right: IntArray,
) -> FloatArray:
    """Return the best similarity of the identifiers of two records.

    1 the same number of one type and country; 0.9 under another type; 0.6 from another country; 0.5
    of a type that a whole group of companies shares, each nearer to 0.3 the lower the grade of the
    number is (`shared`: numbers with a grade below 1, ascending, and their grades); 0.1 or 0.2 two
    numbers of one type differ (of a known country, or not), 0 if the check digits of both are
    right; NaN where nothing can be compared. A number that many unrelated records use is not
    compared.
    """
    habits = np.zeros(CHECKED, dtype=np.uint8)
    habits[list(WEAK_FAMILIES)] = WEAK
    habits[list(PLURAL_FAMILIES)] |= PLURAL
    out = np.empty(len(left), dtype=np.float32)
    columns = IdentifierColumns(table.number, table.type, table.country, table.mass_used, *shared)
    fill_identifier_similarity(left, right, side.offsets, side.items, columns, habits, out)
    return out
