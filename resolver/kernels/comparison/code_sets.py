"""Comparison of sets of codes, of identifiers, and of the flagged words of two names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.alignment.records import TokenRecords
from resolver.kernels.arrays import (
    AnyInt,
    AnyIntArray,
    ByteArray,
    FloatArray,
    HashArray,
    IntArray,
    RecordArray,
)
from resolver.kernels.compiler import compiled

SAME_IDENTIFIER = np.float32(1.0)
OTHER_TYPE = np.float32(0.9)
OTHER_COUNTRY = np.float32(0.6)
WEAK_TYPE = np.float32(0.5)
OTHER_NUMBER = np.float32(0.2)
OTHER_NUMBER_SAME_COUNTRY = np.float32(0.1)
"""Similarity of two identifiers; see `resolver.comparison.code_sets.identifier_similarity`."""
_NOT_COMPARABLE = np.float32(-1.0)
_PARTLY_SHARED, _ONE_SIDED = 0.25, 0.5


@compiled(allocates=False)
def fill_overlap(
    left: AnyIntArray, right: AnyIntArray, offsets: IntArray, items: IntArray, out: FloatArray
) -> None:
    """Write the share of the smaller set that two sets have in common; NaN where a set is empty.

    Items ascend within a row.
    """
    for pair in range(len(left)):
        one, end_one = offsets[left[pair]], offsets[left[pair] + 1]
        two, end_two = offsets[right[pair]], offsets[right[pair] + 1]
        if one == end_one or two == end_two:
            out[pair] = np.nan
            continue
        smaller = min(end_one - one, end_two - two)
        common = 0
        while one < end_one and two < end_two:
            if items[one] == items[two]:
                common += 1
                one += 1
                two += 1
            elif items[one] < items[two]:
                one += 1
            else:
                two += 1
        out[pair] = common / smaller


class IdentifierColumns(NamedTuple):
    """Columns of an identifier table; number and country are 0 where unknown."""

    number: HashArray
    type: IntArray
    country: IntArray
    mass_used: ByteArray


@compiled(inline="always", allocates=False)
def _compare_identifiers(
    one: AnyInt, two: AnyInt, table: IdentifierColumns, weak: ByteArray
) -> np.float32:
    """Return the similarity of two identifiers, or -1 where nothing can be compared.

    `weak`: 1 for types that a whole group of companies shares.
    """
    number, kind, country, mass_used = table
    if mass_used[one] or mass_used[two]:
        return _NOT_COMPARABLE
    if number[one] == number[two] and number[one] != 0:
        differs = country[one] != country[two] and country[one] != 0 and country[two] != 0
        if weak[kind[one]] or weak[kind[two]]:
            return WEAK_TYPE
        if kind[one] == kind[two] and not differs:
            return SAME_IDENTIFIER
        return OTHER_COUNTRY if differs else OTHER_TYPE
    if kind[one] != kind[two] or country[one] != country[two]:
        return _NOT_COMPARABLE
    if number[one] == 0 or number[two] == 0:
        return _NOT_COMPARABLE
    return OTHER_NUMBER_SAME_COUNTRY if country[one] != 0 else OTHER_NUMBER


@compiled(allocates=False)
def fill_identifier_similarity(
    left: AnyIntArray,
    right: AnyIntArray,
    offsets: IntArray,
    items: IntArray,
    table: IdentifierColumns,
    weak: ByteArray,
    out: FloatArray,
) -> None:
    """Write the best similarity between any identifiers of each pair; NaN where none compares."""
    for pair in range(len(left)):
        best = _NOT_COMPARABLE
        for one in range(offsets[left[pair]], offsets[left[pair] + 1]):
            for two in range(offsets[right[pair]], offsets[right[pair] + 1]):
                value = _compare_identifiers(items[one], items[two], table, weak)
                if value > best:
                    best = value
        out[pair] = best if best >= 0 else np.nan


@compiled(allocates=False)
def _same_word(first: AnyInt, second: AnyInt, records: RecordArray, symbols: IntArray) -> bool:
    """Return whether two tokens have the same text or share a symbol (lists ascend)."""
    if records[first].hash == records[second].hash:
        return True
    one, two = records[first].symbols, records[second].symbols
    while one < records[first + 1].symbols and two < records[second + 1].symbols:
        if symbols[one] == symbols[two]:
            return True
        if symbols[one] < symbols[two]:
            one += 1
        else:
            two += 1
    return False


@compiled(allocates=False)
def fill_flagged_words(
    left_forms: IntArray,
    right_forms: IntArray,
    offsets: IntArray,
    items: IntArray,
    tokens: TokenRecords,
    flag: int,
    out: FloatArray,
) -> None:
    """Compare the words with a flag in pairs of name forms (-1 none).

    1 they agree, 0.25 in part, 0 they differ, 0.5 only one name has any, NaN no name has any.
    """
    records = tokens.records
    for pair in range(len(left_forms)):
        left, right = left_forms[pair], right_forms[pair]
        if left < 0 or right < 0:
            out[pair] = np.nan
            continue
        count_left, count_right, common = 0, 0, 0
        for two in range(offsets[right], offsets[right + 1]):
            if records[items[two]].flags & flag:
                count_right += 1
        for one in range(offsets[left], offsets[left + 1]):
            if not records[items[one]].flags & flag:
                continue
            count_left += 1
            for two in range(offsets[right], offsets[right + 1]):
                is_flagged = records[items[two]].flags & flag
                if is_flagged and _same_word(items[one], items[two], records, tokens.symbols):
                    common += 1
                    break
        if count_left == 0 and count_right == 0:
            out[pair] = np.nan
        elif count_left == 0 or count_right == 0:
            out[pair] = _ONE_SIDED
        elif common >= min(count_left, count_right):
            out[pair] = 1.0
        else:
            out[pair] = _PARTLY_SHARED if common > 0 else 0.0
