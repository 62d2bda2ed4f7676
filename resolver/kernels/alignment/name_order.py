"""Order of two names by their words, so that alignments do not depend on the order of sides."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.alignment.records import LIMIT, NameArrays, TokenRecords
from resolver.kernels.arrays import AnyBool, AnyInt, RecordArray, RecordRow
from resolver.kernels.compiler import compiled


class OrderedPair(NamedTuple):
    """Two names, a and b, in an order that depends on their words alone.

    `is_swapped`: whether a is the right name. Their words begin at `start_…` in `NameArrays.words`
    and at `first_…` in `SimilarityMatrix.words`. `bits_b`: see `MATRIX_NAME`.
    """

    is_swapped: bool
    start_a: AnyInt
    start_b: AnyInt
    first_a: AnyInt
    first_b: AnyInt
    length_a: AnyInt
    length_b: AnyInt
    bits_b: np.uint64


@compiled(allocates=False)
def _long_name_first(
    name: AnyInt, other: AnyInt, names: NameArrays, records: RecordArray
) -> AnyBool:
    """Return whether the first of two long names goes before the other by all its words."""
    record, other_record, words = names.names[name], names.names[other], names.words
    length_one, length_two = record.end - record.start, other_record.end - other_record.start
    for place in range(min(length_one, length_two)):
        left = records[words[record.start + place].token].hash
        right = records[words[other_record.start + place].token].hash
        if left != right:
            is_first: AnyBool = left < right
            return is_first
    is_shorter: AnyBool = length_one < length_two
    return is_shorter


@compiled(inline="always", allocates=False)
def _right_goes_first(
    left: AnyInt,
    right: AnyInt,
    left_name: RecordRow,
    right_name: RecordRow,
    names: NameArrays,
    tokens: TokenRecords,
    words: RecordArray,
) -> AnyBool:
    """Return whether the right name goes before the left one, by their words alone."""
    for place in range(min(left_name.count, right_name.count)):
        first, second = words[left_name.first + place].hash, words[right_name.first + place].hash
        if first != second:
            is_first: AnyBool = second < first
            return is_first
    if left_name.count < LIMIT or right_name.count < LIMIT:
        is_shorter: AnyBool = right_name.count < left_name.count
        return is_shorter
    return _long_name_first(right, left, names, tokens.records)


@compiled(inline="always", allocates=False)
def order_names(
    left: AnyInt,
    right: AnyInt,
    left_name: RecordRow,
    right_name: RecordRow,
    names: NameArrays,
    tokens: TokenRecords,
    words: RecordArray,
) -> OrderedPair:
    """Order two names, so that sides matter neither for ties nor for the last bit of a sum."""
    start_left, start_right = names.names[left].start, names.names[right].start
    if _right_goes_first(left, right, left_name, right_name, names, tokens, words):
        return OrderedPair(
            *(True, start_right, start_left, right_name.first, left_name.first),
            *(right_name.count, left_name.count, left_name.bits),
        )
    return OrderedPair(
        *(False, start_left, start_right, left_name.first, right_name.first),
        *(left_name.count, right_name.count, right_name.bits),
    )
