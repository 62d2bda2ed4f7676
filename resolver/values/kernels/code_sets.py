"""Comparison of sets of codes, and of identifiers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.records.prepared.value_flags import CHECKED
from resolver.runtime.arrays import AnyInt, AnyIntArray, ByteArray, FloatArray, HashArray, IntArray
from resolver.runtime.compiler import compiled

SAME_IDENTIFIER = np.float32(1.0)
OTHER_TYPE = np.float32(0.9)
OTHER_COUNTRY = np.float32(0.6)
WEAK_TYPE = np.float32(0.5)
OTHER_NUMBER = np.float32(0.2)
OTHER_NUMBER_SAME_COUNTRY = np.float32(0.1)
OTHER_CHECKED_NUMBER = np.float32(0.0)
LEAST_SAME = np.float32(0.3)
"""Similarities of two identifiers, of `value_comparators.identifier_similarity`.

`LEAST_SAME`: limit of those of equal numbers, the more people use them.
"""
WEAK, PLURAL = 1, 2
"""Bits of types that a group of companies shares, and of which a holder has several at a time."""
_FAMILY = CHECKED - 1
"""Bits of a type without `CHECKED`."""
_NOT_COMPARABLE = np.float32(-1.0)


@compiled(allocates=False)
def fill_overlap(
    left: AnyIntArray, right: AnyIntArray, offsets: IntArray, items: IntArray, out: FloatArray
) -> None:
    """Write the share of the smaller set that two sets have in common; NaN where a set is empty.

    Items ascend within a row.
    """
    for pair in range(len(left)):
        first, end_one = offsets[left[pair]], offsets[left[pair] + 1]
        second, end_two = offsets[right[pair]], offsets[right[pair] + 1]
        if first == end_one or second == end_two:
            out[pair] = np.nan
            continue
        smaller = min(end_one - first, end_two - second)
        common = 0
        while first < end_one and second < end_two:
            if items[first] == items[second]:
                common += 1
                first += 1
                second += 1
            elif items[first] < items[second]:
                first += 1
            else:
                second += 1
        out[pair] = common / smaller


@compiled(allocates=False)
def fill_graded_overlap(
    left: AnyIntArray,
    right: AnyIntArray,
    offsets: IntArray,
    items: IntArray,
    grades: FloatArray,
    out: FloatArray,
) -> None:
    """Write half the overlap of two sets and half the highest grade of what they have in common.

    `grades`: of each item, 0…1. 0 where nothing is common, NaN where a set is empty.
    """
    for pair in range(len(left)):
        first, end_one = offsets[left[pair]], offsets[left[pair] + 1]
        second, end_two = offsets[right[pair]], offsets[right[pair] + 1]
        if first == end_one or second == end_two:
            out[pair] = np.nan
            continue
        smaller = min(end_one - first, end_two - second)
        common, grade = 0, np.float32(0.0)
        while first < end_one and second < end_two:
            if items[first] == items[second]:
                common += 1
                grade = max(grade, grades[items[first]])
                first += 1
                second += 1
            elif items[first] < items[second]:
                first += 1
            else:
                second += 1
        out[pair] = 0.5 * (common / smaller) + 0.5 * grade


class IdentifierColumns(NamedTuple):
    """Columns of an identifier table; number and country are 0 where unknown.

    `shared`: numbers that several names share, ascending, and `grades`: how far each tells its
    bearers from others, 0…1 (1 for all other numbers).
    """

    number: HashArray
    type: IntArray
    country: IntArray
    mass_used: ByteArray
    shared: HashArray
    grades: FloatArray


@compiled(allocates=False)
def _grade_of(number: np.uint64, table: IdentifierColumns) -> np.float32:
    """Return how far a number tells its bearers from others."""
    first, end = 0, len(table.shared)
    while first < end:
        middle = (first + end) // 2
        if table.shared[middle] < number:
            first = middle + 1
        else:
            end = middle
    is_shared = first < len(table.shared) and table.shared[first] == number
    return table.grades[first] if is_shared else np.float32(1.0)


@compiled(inline="always", allocates=False)
def _compare_identifiers(
    first: AnyInt, second: AnyInt, table: IdentifierColumns, habits: ByteArray
) -> np.float32:
    """Return the similarity of two identifiers, or -1 where nothing can be compared.

    `habits`: `WEAK` and `PLURAL` bits of each type.
    """
    number, kind, country, mass_used = table[:4]
    family, other_family = kind[first] & _FAMILY, kind[second] & _FAMILY
    if mass_used[first] or mass_used[second]:
        return _NOT_COMPARABLE
    if number[first] == number[second] and number[first] != 0:
        differs = country[first] != country[second] and country[first] != 0 and country[second] != 0
        best = OTHER_COUNTRY if differs else OTHER_TYPE
        if (habits[family] | habits[other_family]) & WEAK:
            best = WEAK_TYPE
        elif family == other_family and not differs:
            best = SAME_IDENTIFIER
        return np.float32(LEAST_SAME + (best - LEAST_SAME) * _grade_of(number[first], table))
    if family != other_family or country[first] != country[second]:
        return _NOT_COMPARABLE
    if number[first] == 0 or number[second] == 0 or habits[family] & PLURAL:
        return _NOT_COMPARABLE
    if kind[first] & kind[second] & CHECKED:
        return OTHER_CHECKED_NUMBER
    return OTHER_NUMBER_SAME_COUNTRY if country[first] != 0 else OTHER_NUMBER


@compiled(allocates=False)
def fill_identifier_similarity(
    left: AnyIntArray,
    right: AnyIntArray,
    offsets: IntArray,
    items: IntArray,
    table: IdentifierColumns,
    habits: ByteArray,
    out: FloatArray,
) -> None:
    """Write the best similarity between any identifiers of each pair; NaN where none compares."""
    for pair in range(len(left)):
        best = _NOT_COMPARABLE
        for first in range(offsets[left[pair]], offsets[left[pair] + 1]):
            for second in range(offsets[right[pair]], offsets[right[pair] + 1]):
                value = _compare_identifiers(items[first], items[second], table, habits)
                if value > best:
                    best = value
        out[pair] = best if best >= 0 else np.nan
