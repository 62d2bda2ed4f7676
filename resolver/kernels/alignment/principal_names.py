"""Words of the principal names of groups that no word of the other record matches."""

from __future__ import annotations

import numpy as np

from resolver.kernels.alignment.records import (
    LIMIT,
    NameArrays,
    RecordSpan,
    SimilarityMatrix,
    TokenRecords,
)
from resolver.kernels.alignment.similarity_matrix import spells_token
from resolver.kernels.arrays import AnyInt, IntArray, RecordArray, RecordRow
from resolver.kernels.compiler import compiled
from resolver.records.prepared.value_flags import NameQuality

_PRIMARY = int(NameQuality.PRIMARY)


@compiled(allocates=False)
def _is_joined_in(
    first: AnyInt, last: AnyInt, words: RecordArray, records: RecordArray, tokens: IntArray
) -> bool:
    """Return whether a word `first` … `last` - 1 and the next one spell a token of a record."""
    for place in range(first, last):
        joined, skeleton = words[place].joined, words[place].joined_skeleton
        for token in tokens:
            if (joined != 0 and joined == records[token].hash) or (
                skeleton != 0 and skeleton == records[token].skeleton
            ):
                return True
    return False


@compiled(allocates=False)
def _is_split_in(
    record: RecordRow, first: AnyInt, last: AnyInt, names: RecordArray, words: RecordArray
) -> bool:
    """Return whether two neighbors in a name `first` … `last` - 1 spell a token."""
    for name in range(first, last):
        for place in range(names[name].start, names[name].end - 1):
            if spells_token(words[place], record):
                return True
    return False


@compiled(inline="always", allocates=False)
def _unmatched_weight(
    name: RecordRow,
    matched: int,
    other: RecordSpan,
    names: NameArrays,
    tokens: TokenRecords,
    joined: bool,
) -> np.float32:
    """Return the nats of a group's name that no word of the other record matches.

    `matched`: bit n where the n-th word is matched. `joined`: whether neighbors of either record
    may spell words of the other.
    """
    words, records = names.words, tokens.records
    weight = np.float32(0.0)
    start, end = name.start, min(name.end, name.start + LIMIT)
    for place in range(start, end):
        record = records[words[place].token]
        if (matched >> (place - start)) & 1:
            continue
        if joined:
            first, last = max(start, place - 1), min(place + 1, end - 1)
            if _is_joined_in(first, last, words, records, other.tokens):
                continue
            if _is_split_in(record, other.first, other.last, names.names, words):
                continue
        weight += record.rarity_group
    return weight


@compiled(inline="always", allocates=False)
def _matched_left(name: RecordRow, right: RecordSpan, matrix: SimilarityMatrix) -> int:
    """Return a bit for each word of a left name that matches a token of the right record."""
    matched = 0
    for place in range(name.count):
        at = matrix.words[name.first + place].at
        for token in right.tokens:
            if matrix.values[at + matrix.columns[token].start] > 0:
                matched |= 1 << place
                break
    return matched


@compiled(inline="always", allocates=False)
def _matched_right(name: RecordRow, matrix: SimilarityMatrix) -> int:
    """Return a bit for each word of a right name that matches a token of the left record."""
    matched = 0
    for place in range(name.count):
        if matrix.words[name.first + place].bits != 0:
            matched |= 1 << place
    return matched


@compiled(inline="always", allocates=False)
def principal_difference(
    left: RecordSpan,
    right: RecordSpan,
    names: NameArrays,
    tokens: TokenRecords,
    matrix: SimilarityMatrix,
    joined: bool,
) -> np.float32:
    """Return the nats of a principal name that no word of the other record matches.

    Of each record the principal name with the fewest counts, and of the records the one with fewer;
    -1 where a record has no principal name.
    """
    least_left, least_right = np.float32(-1.0), np.float32(-1.0)
    for number in range(left.first, left.last):
        name = names.names[number]
        if name.quality == _PRIMARY:
            matched = _matched_left(matrix.left_names[number - left.first], right, matrix)
            weight = _unmatched_weight(name, matched, right, names, tokens, joined)
            least_left = weight if least_left < 0 else min(least_left, weight)
    for number in range(right.first, right.last):
        name = names.names[number]
        if name.quality == _PRIMARY:
            matched = _matched_right(matrix.right_names[number - right.first], matrix)
            weight = _unmatched_weight(name, matched, left, names, tokens, joined)
            least_right = weight if least_right < 0 else min(least_right, weight)
    return min(least_left, least_right)
