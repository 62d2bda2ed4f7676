"""Matches between the words of two names, one to one, and sums over them.

Order of two names by their words, so that alignments do not depend on the order of sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.names.kernels.name_records import (
    LIMIT,
    NameArrays,
    SimilarityMatrix,
    SimilarityMemo,
    TokenRecords,
)
from resolver.names.kernels.token_similarity import (
    begins_token,
    joined_value,
    may_be_cut,
    token_weight,
)
from resolver.records.prepared.value_flags import Lineage, Role, TokenFlag
from resolver.runtime.arrays import AnyBool, AnyFloat, AnyInt, IntArray, RecordArray, RecordRow
from resolver.runtime.compiler import compiled


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


CUT = np.float32(0.85)
"""Match value of a word that is cut off by a narrow field."""
CUT_DOUBT = np.float32(1 - 0.85)
TIED = np.float32(0.8)
"""Match value below which two established words have nothing in common but letters."""
_INITIAL, _PARTICLE = int(TokenFlag.INITIAL), int(TokenFlag.PARTICLE)
_FOREIGN, _KNOWN = int(TokenFlag.FOREIGN), int(TokenFlag.KNOWN)
_GIVEN, _FAMILY = int(Role.GIVEN), int(Role.FAMILY)
_OWN, _ROLE = int(Lineage.OWN), int(Lineage.OWN) - 1
"""Bit of an own name, which is half that of a forebear's, and the bits of a `Role`."""
_PART = 3
"""Bits of a `Role` that are the same for a stated and a likely role."""


class Tally(NamedTuple):
    """Sums while two names are aligned.

    Nats matched, in doubt, between a given and a family name, of two established words, and of full
    words of either name that an initial matches; the least match value; matches, those of full
    words, and words of either name that are still free.
    """

    matched: np.float32
    doubt: AnyFloat
    weakest: np.float32
    crossed: np.float32
    established: np.float32
    initial_a: np.float32
    initial_b: np.float32
    matches: int
    full_matches: int
    free_a: AnyInt
    free_b: AnyInt


@compiled(inline="always", allocates=False)
def clear_partners(pair: OrderedPair, partners: IntArray) -> None:
    """Mark all words of both names as unmatched."""
    for a in range(pair.length_a):
        partners[0, a] = -1
    for b in range(pair.length_b):
        partners[1, b] = -1


@compiled(inline="always", allocates=False)
def _has_crossed_roles(first: RecordRow, second: RecordRow) -> AnyBool:
    """Return whether sources state one of two words as given and the other as family name."""
    role, other = first.role & _ROLE, second.role & _ROLE
    is_crossed: AnyBool = (role == _GIVEN and other == _FAMILY) or (
        role == _FAMILY and other == _GIVEN
    )
    return is_crossed


@compiled(inline="always", allocates=False)
def _are_father_and_child(first: RecordRow, second: RecordRow) -> AnyBool:
    """Return whether one word is marked as a person's own name and the other as a forebear's."""
    is_kin: AnyBool = (
        ((first.role >> 1) & second.role) | (first.role & (second.role >> 1))
    ) & _OWN != 0
    return is_kin


@compiled(inline="always", allocates=False)
def match_equal(pair: OrderedPair, matrix: SimilarityMatrix) -> tuple[Tally, int]:
    """Match equal words; return the tally, and how many cells of similar words were collected."""
    partners, words = matrix.partners, matrix.words
    matched, crossed = np.float32(0.0), np.float32(0.0)
    matches, full_matches, filled = 0, 0, 0
    for a in range(pair.length_a):
        first = words[pair.first_a + a]
        if first.bits & pair.bits_b == 0:
            continue
        for b in range(pair.length_b):
            second = words[pair.first_b + b]
            if first.bits & second.bits == 0 or _are_father_and_child(first, second):
                continue
            value = matrix.values[first.at + second.at]
            if value == 1 and partners[0, a] < 0 and partners[1, b] < 0:
                partners[0, a], partners[1, b] = b, a
                weight = min(first.weight, second.weight)
                matched += weight
                if _has_crossed_roles(first, second):
                    crossed += weight
                full_matches += ((first.flags | second.flags) & (_INITIAL | _PARTICLE)) == 0
                matches += 1
            elif value > 0:
                cell = matrix.cells[filled]
                cell.value, cell.a, cell.b = value, a, b
                filled += 1
    zero, unit = np.float32(0.0), np.float32(1.0)
    free_a, free_b = np.int64(pair.length_a) - matches, np.int64(pair.length_b) - matches
    return Tally(
        matched,
        0.0,
        unit,
        crossed,
        zero,
        zero,
        zero,
        matches,
        full_matches,
        free_a,
        free_b,
    ), filled


@compiled(inline="always", allocates=False)
def match_joined(
    side: int,
    pair: OrderedPair,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    group: bool,
    matrix: SimilarityMatrix,
    tally: Tally,
) -> Tally:
    """Match neighbors of one name (`side` 0: a) that together spell a word of the other."""
    partners, words = matrix.partners, names.words
    matched, doubt, weakest, crossed, established = tally[:5]
    initial_a, initial_b, matches, full_matches, free_a, free_b = tally[5:]
    own, other = (pair.start_a, pair.start_b) if side == 0 else (pair.start_b, pair.start_a)
    own_first, other_first = (
        (pair.first_a, pair.first_b) if side == 0 else (pair.first_b, pair.first_a)
    )
    for a in range((pair.length_a if side == 0 else pair.length_b) - 1):
        if free_a == 0 or free_b == 0:
            break
        if partners[side, a] >= 0 or partners[side, a + 1] >= 0:
            continue
        for b in range(pair.length_b if side == 0 else pair.length_a):
            if partners[1 - side, b] >= 0:
                continue
            target = words[other + b].token
            value = joined_value(
                own + a, target, own_first + a, other_first + b, names, tokens, memo, matrix
            )
            if value == 0:
                continue
            weight = token_weight(tokens.records[target], group)
            partners[side, a], partners[side, a + 1], partners[1 - side, b] = b, b, a
            matched += weight * value
            doubt += weight * (1 - value)
            weakest = min(weakest, value)
            full_matches += 1
            matches += 1
            free_a -= 2 if side == 0 else 1
            free_b -= 1 if side == 0 else 2
            break
    return Tally(
        matched,
        doubt,
        weakest,
        crossed,
        established,
        initial_a,
        initial_b,
        matches,
        full_matches,
        free_a,
        free_b,
    )


@compiled(inline="always", allocates=False)
def match_cut(
    side: int,
    pair: OrderedPair,
    names: NameArrays,
    tokens: TokenRecords,
    group: bool,
    matrix: SimilarityMatrix,
    tally: Tally,
) -> Tally:
    """Match the last word of a name (`side` 0: a) that is cut off with the word that it begins."""
    partners, words, records = matrix.partners, names.words, tokens.records
    start = pair.start_a if side == 0 else pair.start_b
    length = pair.length_a if side == 0 else pair.length_b
    last = length - 1
    if last < 1 or partners[side, last] >= 0:
        return tally
    if not may_be_cut(start, start + length, names.words, tokens, group):
        return tally
    other = pair.start_b if side == 0 else pair.start_a
    for b in range(pair.length_b if side == 0 else pair.length_a):
        first, second = words[start + last].token, words[other + b].token
        if partners[1 - side, b] < 0 and begins_token(first, second, tokens):
            weight = min(token_weight(records[first], group), token_weight(records[second], group))
            partners[side, last], partners[1 - side, b] = b, last
            return Tally(
                tally.matched + weight * CUT,
                tally.doubt + weight * CUT_DOUBT,
                min(tally.weakest, CUT),
                tally.crossed,
                tally.established,
                tally.initial_a,
                tally.initial_b,
                tally.matches + 1,
                tally.full_matches + 1,
                tally.free_a - 1,
                tally.free_b - 1,
            )
    return tally


@compiled(allocates=False)
def _spelled_alike(left: AnyInt, right: AnyInt, tokens: TokenRecords) -> bool:
    """Return whether two tokens have the same consonants and the same last letter.

    Seif and Saif are spellings of one name, Victor and Victoria are two names.
    """
    first, second = tokens.records[left], tokens.records[right]
    last_one = first.letters + first.length - 1
    last_two = second.letters + second.length - 1
    is_alike: bool = (
        first.skeleton == second.skeleton != 0
        and tokens.letters[last_one] == tokens.letters[last_two]
    )
    return is_alike


@compiled(inline="always", allocates=False)
def _has_free_surname(
    side: int, first: AnyInt, length: AnyInt, matrix: SimilarityMatrix
) -> AnyBool:
    """Return whether a name (`side` 0: a) has a family name that is written out and free."""
    for place in range(length):
        word = matrix.words[first + place]
        is_free = matrix.partners[side, place] < 0 and not word.flags & (_INITIAL | _PARTICLE)
        if is_free and word.role & _PART == _FAMILY:
            return True
    return False


@compiled(inline="always", allocates=False)
def _stands_for_surname(initial: RecordRow, word: RecordRow) -> AnyBool:
    """Return whether one word is an initial that is no family name, and the other a family name
    that is written out."""
    is_other: AnyBool = (
        initial.flags & _INITIAL != 0
        and word.flags & _INITIAL == 0
        and word.role & _PART == _FAMILY
        and initial.role & _PART != _FAMILY
    )
    return is_other


@compiled(inline="always", allocates=False)
def _best_cell(filled: int, pair: OrderedPair, matrix: SimilarityMatrix) -> int:
    """Return the cell of the highest match value of free words, the first of equal ones, or -1.

    An initial does not stand for a family name while its own name has another one: L. of Michael L.
    Scott is not Lewis of Michael Lewis.
    """
    partners, words = matrix.partners, matrix.words
    best, value = -1, np.float32(0.0)
    for place in range(filled):
        cell = matrix.cells[place]
        if cell.value > value and partners[0, cell.a] < 0 and partners[1, cell.b] < 0:
            first, second = words[pair.first_a + cell.a], words[pair.first_b + cell.b]
            is_other: AnyBool = False
            if _stands_for_surname(first, second):
                is_other = _has_free_surname(0, pair.first_a, pair.length_a, matrix)
            elif _stands_for_surname(second, first):
                is_other = _has_free_surname(1, pair.first_b, pair.length_b, matrix)
            if not is_other:
                best, value = place, cell.value
    return best


@compiled(inline="always", allocates=False)
def match_similar(
    filled: int,
    pair: OrderedPair,
    tokens: TokenRecords,
    matrix: SimilarityMatrix,
    tally: Tally,
) -> Tally:
    """Match similar words by falling match value."""
    matched, doubt, weakest, crossed, established = tally[:5]
    initial_a, initial_b, matches, full_matches, free_a, free_b = tally[5:]
    while free_a > 0 and free_b > 0:
        best = _best_cell(filled, pair, matrix)
        if best < 0:
            break
        cell = matrix.cells[best]
        value = cell.value
        matrix.partners[0, cell.a], matrix.partners[1, cell.b] = cell.b, cell.a
        first, second = matrix.words[pair.first_a + cell.a], matrix.words[pair.first_b + cell.b]
        weight = min(first.weight, second.weight)
        matched += weight * value
        any_flags, common_flags = first.flags | second.flags, first.flags & second.flags
        if not any_flags & _INITIAL:
            doubt += weight * (1 - value)
            weakest = min(weakest, value)
            full_matches += 1
            is_established = common_flags & _KNOWN and not any_flags & _FOREIGN and value < TIED
            if is_established and not _spelled_alike(first.token, second.token, tokens):
                established += weight
        elif not first.flags & _INITIAL:
            initial_a += first.weight
        elif not second.flags & _INITIAL:
            initial_b += second.weight
        if _has_crossed_roles(first, second):
            crossed += weight
        matches += 1
        free_a -= 1
        free_b -= 1
    return Tally(
        matched,
        doubt,
        weakest,
        crossed,
        established,
        initial_a,
        initial_b,
        matches,
        full_matches,
        free_a,
        free_b,
    )
