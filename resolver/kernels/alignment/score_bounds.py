"""Limits of the result of two names in a matrix, known before they are aligned (`MATRIX_NAME`)."""

from __future__ import annotations

import numpy as np

from resolver.kernels.alignment.records import OMITTED
from resolver.kernels.arrays import AnyBool, AnyInt, RecordArray, RecordRow
from resolver.kernels.compiler import compiled


@compiled(inline="always", allocates=False)
def bit_at(place: AnyInt) -> np.uint64:
    """Return the bit of a place in a set of 64 bits (place n at n % 64)."""
    return np.uint64(1) << np.uint64(place & 63)


@compiled(inline="always", allocates=False)
def may_contain(bits: np.uint64, place: AnyInt) -> AnyBool:
    """Return whether a set of 64 bits may contain a place."""
    is_set: AnyBool = (bits >> np.uint64(place & 63)) & np.uint64(1) != 0
    return is_set


@compiled(inline="always", allocates=False)
def may_match_names(left: RecordRow, right: RecordRow) -> AnyBool:
    """Return whether any words of two names may match, except neighbors of another script."""
    is_possible: AnyBool = left.bits & (right.bits | right.spells) != 0
    return is_possible or may_contain(right.joins, left.place)


@compiled(inline="always", allocates=False)
def may_join(left: RecordRow, right: RecordRow) -> AnyBool:
    """Return whether neighbors of one name may spell, or a word may begin, a word of the other."""
    is_possible: AnyBool = left.bits & (right.spells | right.begins) != 0
    return is_possible or may_contain(right.joins, left.place)


@compiled(inline="always", allocates=False)
def bound_alignment(
    left: RecordRow, right: RecordRow, words: RecordArray
) -> tuple[np.float32, np.float32]:
    """Return upper bounds of the support (nats) and of the matched share of two names.

    For names without joined or cut-off words, and before their quality counts: only words with some
    match value can match, each for its weight at most.
    """
    left_matched, right_matched = np.float32(0.0), np.float32(0.0)
    for place in range(left.first, left.first + left.count):
        if words[place].bits & right.bits != 0:
            left_matched += words[place].weight
    for place in range(right.first, right.first + right.count):
        if words[place].bits & left.bits != 0:
            right_matched += words[place].weight
    rest_left, rest_right = left.total - left_matched, right.total - right_matched
    matched = min(left_matched, right_matched)
    # A rest of one name is omitted, of both contradicted.
    lost = OMITTED * max(rest_left, rest_right) + (np.float32(1.0) - OMITTED) * min(
        rest_left, rest_right
    )
    total = matched + lost
    return matched - lost, matched / total if total > 0 else np.float32(1.0)
