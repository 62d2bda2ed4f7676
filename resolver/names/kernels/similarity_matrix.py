"""Match values of the words of one record against those of all records it is compared with.

Pairs come in the order of their left record. Each word of the right records gets a column of match
values on first use, which is valid until the left record changes. Most words have nothing in
common: a test without branches over all words of the left record (`_mark_candidates`) leaves few.

Sets of words and names of the left record are 64 bits, word or name n at bit n % 64: a missing bit
is certain, a set one must be checked.

Limits of the result of two names in a matrix, known before they are aligned (`MATRIX_NAME`).
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

import numpy as np

from resolver.names.kernels.name_records import (
    LIMIT,
    OMITTED,
    NameArrays,
    RecordSpan,
    SimilarityMatrix,
    SimilarityMemo,
    TokenRecords,
)
from resolver.names.kernels.sound_distance import may_sound_alike, sound_profile
from resolver.names.kernels.token_similarity import FLOOR, count_bits, match_value
from resolver.records.prepared.value_flags import TokenFlag
from resolver.runtime.arrays import (
    AnyBool,
    AnyInt,
    BoolArray,
    ByteArray,
    IntArray,
    LetterArray,
    RecordArray,
    RecordRow,
)
from resolver.runtime.compiler import compiled


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


HASH_TABLE = 1 << 12
"""Size of `SimilarityMatrix.spelled` and `present`; `_HASH_SHIFT` leaves as many first bits."""
_HASH_SHIFT = np.uint64(52)


class LeftField(IntEnum):
    """Rows of `SimilarityMatrix.left_tokens`."""

    HASH = 0
    SKELETON = 1
    PHONETIC = 2
    SIGNATURE = 3
    LETTER_COUNT = 4
    LENGTH = 5
    FLAGS = 6
    SYMBOL_BITS = 7
    FIRST_LETTER = 8


class CandidateFlag(IntFlag):
    """Results of the test of a word of the left record against a word of the right one."""

    MATCHING = 1
    """Match value may be above 0."""
    BEGINNING = 2
    """Either word may begin the other."""


_HASH, _SKELETON, _PHONETIC = int(LeftField.HASH), int(LeftField.SKELETON), int(LeftField.PHONETIC)
_SIGNATURE, _LETTER_COUNT = int(LeftField.SIGNATURE), int(LeftField.LETTER_COUNT)
_LENGTH, _FLAGS = int(LeftField.LENGTH), int(LeftField.FLAGS)
_SYMBOL_BITS, _FIRST_LETTER = int(LeftField.SYMBOL_BITS), int(LeftField.FIRST_LETTER)
_MATCHING, _BEGINNING = int(CandidateFlag.MATCHING), int(CandidateFlag.BEGINNING)
_INITIAL, _FOREIGN = int(TokenFlag.INITIAL), int(TokenFlag.FOREIGN)
_LITERAL = int(TokenFlag.INITIAL | TokenFlag.PARTICLE | TokenFlag.NUMBER)


@compiled(inline="always", allocates=False)
def _table_place(hashed: np.uint64) -> np.int64:
    return np.int64(np.uint64(hashed) >> _HASH_SHIFT)


@compiled(inline="always", allocates=False)
def _may_be_in(table: BoolArray, hashed: np.uint64) -> AnyBool:
    """Return whether a table of first bits may hold a hash; 0 is none."""
    is_set: AnyBool = hashed != 0 and table[_table_place(hashed)]
    return is_set


@compiled(inline="always", allocates=False)
def _set_left_tokens(tokens: IntArray, records: RecordArray, matrix: SimilarityMatrix) -> None:
    """Lay out the tokens of the left record for `_mark_candidates`."""
    left, present = matrix.left_tokens, matrix.present
    present[:] = False
    for place in range(len(tokens)):
        token = tokens[place]
        record = records[token]
        matrix.left_place[token] = place
        left[_HASH, place] = record.hash & 0xFFFFFFFF
        left[_SKELETON, place] = record.skeleton & 0xFFFFFFFF
        left[_PHONETIC, place] = record.phonetic & 0xFFFFFFFF
        left[_SIGNATURE, place] = record.signature
        left[_LETTER_COUNT, place], left[_LENGTH, place] = record.letter_count, record.length
        left[_FLAGS, place], left[_SYMBOL_BITS, place] = record.flags, record.symbol_bits
        left[_FIRST_LETTER, place] = record.first_letter
        present[_table_place(record.hash)] = present[_table_place(record.skeleton)] = True


@compiled(allocates=False)
def set_left_record(
    left: RecordSpan,
    names: NameArrays,
    tokens: TokenRecords,
    group: bool,
    matrix: SimilarityMatrix,
) -> None:
    """Set the left record. `group`: whether weights are those of groups."""
    records, spelled = tokens.records, matrix.spelled
    spelled[:] = False
    _set_left_tokens(left.tokens, records, matrix)
    filled = 0
    for number in range(left.first, left.last):
        start, end = names.names[number].start, names.names[number].end
        bits, total, first = np.uint64(0), np.float32(0.0), filled
        for place in range(start, min(end, start + LIMIT)):
            token = names.words[place].token
            at = matrix.left_place[token]
            record, word = records[token], matrix.words[filled]
            weight = record.rarity_group if group else record.rarity_person
            word.hash, word.token, word.at, word.weight = record.hash, token, at, weight
            word.flags, word.role = record.flags, names.words[place].role
            word.bits = bit_at(at)
            bits |= word.bits
            total += weight
            filled += 1
        for place in range(start, end - 1):
            spelled[_table_place(names.words[place].joined)] = True
            spelled[_table_place(names.words[place].joined_skeleton)] = True
        name = matrix.left_names[number - left.first]
        name.bits, name.total, name.first, name.count = bits, total, first, filled - first
        name.place = number - left.first


@compiled(inline="always", allocates=False)
def _mark_candidates(
    record: RecordRow, count: int, left: LetterArray, candidates: ByteArray
) -> None:
    """Write `CandidateFlag` bits of each of the first `count` words of the left record.

    No branch depends on the words, so that many are tested at once.
    """
    hashed, skeleton = record.hash & 0xFFFFFFFF, record.skeleton & 0xFFFFFFFF
    phonetic, signature = record.phonetic & 0xFFFFFFFF, record.signature
    letter_count, length = np.int64(record.letter_count), np.int64(record.length)
    flags, symbol_bits, letter = np.int64(record.flags), record.symbol_bits, record.first_letter
    for place in range(count):
        either, differ = left[_FLAGS, place] | flags, left[_FLAGS, place] ^ flags
        same_letter = left[_FIRST_LETTER, place] == letter
        size = np.int64(left[_LENGTH, place])
        short, long = min(size, length), max(size, length)
        common = count_bits(left[_SIGNATURE, place] & signature)
        fewer = min(np.int64(left[_LETTER_COUNT, place]), letter_count)
        spelled = (short >= 3) & (2 * short >= long) & (3 * common >= 2 * fewer)
        sounding = (left[_SKELETON, place] == skeleton) | (left[_PHONETIC, place] == phonetic)
        same_symbol = (left[_SYMBOL_BITS, place] & symbol_bits) != 0
        alike = spelled | sounding | same_symbol | ((differ & _FOREIGN) != 0)
        matching = (
            (left[_HASH, place] == hashed)
            | (((either & _INITIAL) != 0) & same_letter)
            | (((either & _LITERAL) == 0) & alike)
        )
        beginning = np.uint8(same_letter & (size != length)) << np.uint8(1)
        candidates[place] = np.uint8(matching) | beginning


@compiled(allocates=False)
def _begins_alike(first: RecordRow, second: RecordRow, letters: LetterArray) -> bool:
    """Return whether one of two tokens is the beginning of the other."""
    for place in range(min(first.length, second.length)):
        if letters[first.letters + place] != letters[second.letters + place]:
            return False
    return True


@compiled(inline="always", allocates=False)
def spells_token(word: RecordRow, record: RecordRow) -> bool:
    """Return whether a word of a name and the next one together spell a token."""
    is_spelled: bool = word.joined == record.hash or (
        word.joined_skeleton != 0 and word.joined_skeleton == record.skeleton
    )
    return is_spelled


@compiled(allocates=False)
def _joining_names(
    first: AnyInt, last: AnyInt, record: RecordRow, names: RecordArray, words: RecordArray
) -> np.uint64:
    """Return the set of names `first` … `last` - 1 in which two neighbors spell a token."""
    joining = np.uint64(0)
    for name in range(first, last):
        for place in range(names[name].start, names[name].end - 1):
            if spells_token(words[place], record):
                joining |= bit_at(name - first)
    return joining


@compiled(allocates=False)
def _spelled_words(word: RecordRow, tokens: IntArray, records: RecordArray) -> np.uint64:
    """Return the set of left words that a word of a right name and the next one spell."""
    spelled = np.uint64(0)
    for place in range(len(tokens)):
        if spells_token(word, records[tokens[place]]):
            spelled |= bit_at(place)
    return spelled


@compiled(inline="always", allocates=False)
def _may_sound_alike(
    left: AnyInt,
    right: AnyInt,
    tokens: TokenRecords,
    costs: IntArray,
    matrix: SimilarityMatrix,
) -> AnyBool:
    """Return whether two candidates may match: sounds of two scripts may be too far apart."""
    first, second = tokens.records[left], tokens.records[right]
    either, differ = first.flags | second.flags, first.flags ^ second.flags
    if (
        not differ & _FOREIGN
        or either & _LITERAL
        or first.symbol_bits & second.symbol_bits
        or first.hash == second.hash
    ):
        return True
    if len(tokens.sounds) == 0:
        return True
    offsets, sounds, profiles = tokens.sound_offsets, tokens.sounds, matrix.sound_profiles
    profile = sound_profile(offsets, sounds, left, costs, profiles)
    other = sound_profile(offsets, sounds, right, costs, profiles)
    return may_sound_alike(profile.sounds, profile.near, profile.weight, other, np.float32(FLOOR))


@compiled(allocates=False)
def fill_column(
    token: AnyInt,
    left: RecordSpan,
    names: NameArrays,
    tokens: TokenRecords,
    memo: SimilarityMemo,
    group: bool,
    matrix: SimilarityMatrix,
    start: int,
    run: int,
) -> None:
    """Fill the column of a token against the left record, with match values from `start` on."""
    record, column, candidates = tokens.records[token], matrix.columns[token], matrix.candidates
    _mark_candidates(record, len(left.tokens), matrix.left_tokens, candidates)
    bits, begins = np.uint64(0), np.uint64(0)
    for place in range(len(left.tokens)):
        other = left.tokens[place]
        value = np.float32(0.0)
        if candidates[place] & _BEGINNING and _begins_alike(
            record, tokens.records[other], tokens.letters
        ):
            begins |= bit_at(place)
        if candidates[place] & _MATCHING and _may_sound_alike(
            other, token, tokens, memo.sounds.costs, matrix
        ):
            value = match_value(other, token, tokens, memo)
            if value > 0:
                bits |= bit_at(place)
        matrix.values[start + place] = value
    joins = np.uint64(0)
    if _may_be_in(matrix.spelled, record.hash) or _may_be_in(matrix.spelled, record.skeleton):
        joins = _joining_names(left.first, left.last, record, names.names, names.words)
    column.bits, column.begins, column.joins, column.hash = bits, begins, joins, record.hash
    column.weight = record.rarity_group if group else record.rarity_person
    column.run, column.start, column.flags = run, start, record.flags


@compiled(inline="always", allocates=False)
def set_right_record(
    right: RecordSpan,
    left_tokens: IntArray,
    names: NameArrays,
    tokens: TokenRecords,
    matrix: SimilarityMatrix,
) -> np.uint64:
    """Set the right record, whose tokens have their columns.

    Return the union of `joins` and `spells` of its names.
    """
    present, words = matrix.present, names.words
    filled, all_joined = len(matrix.words) // 2, np.uint64(0)
    for number in range(right.first, right.last):
        start, end = names.names[number].start, names.names[number].end
        bits, joins, spells, begins = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
        total, first = np.float32(0.0), filled
        for place in range(start, min(end, start + LIMIT)):
            token = words[place].token
            column, word = matrix.columns[token], matrix.words[filled]
            word.hash, word.bits, word.token = column.hash, column.bits, token
            word.at, word.weight = column.start, column.weight
            word.flags, word.role = column.flags, words[place].role
            bits |= column.bits
            joins |= column.joins
            begins |= column.begins
            total += column.weight
            filled += 1
        for place in range(start, end - 1):
            if _may_be_in(present, words[place].joined) or _may_be_in(
                present, words[place].joined_skeleton
            ):
                spells |= _spelled_words(words[place], left_tokens, tokens.records)
        name = matrix.right_names[number - right.first]
        name.bits, name.joins, name.spells, name.begins = bits, joins, spells, begins
        name.total, name.first, name.count = total, first, filled - first
        all_joined |= joins | spells
    return all_joined
