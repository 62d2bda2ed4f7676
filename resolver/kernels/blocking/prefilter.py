"""Prefilter score of two persons: points for common words, birth dates and places."""

from __future__ import annotations

import numpy as np

from resolver.kernels.arrays import (
    AnyBool,
    AnyInt,
    AnyIntArray,
    HashArray,
    IntArray,
    LetterArray,
    LongArray,
)
from resolver.kernels.blocking.prefilter_records import (
    ALIKE,
    BEGINNING,
    CONSONANTS,
    COUNTED,
    DAY,
    FIRST,
    FIRST_YEAR,
    HEAD_BIRTHS,
    HEAD_CERTAIN,
    HEAD_KINDS,
    HEAD_PLACES,
    HEAD_WORDS,
    LAST_YEAR,
    LETTERS,
    MAX_WORDS,
    MONTH,
    PASSED,
    POINTS,
    RARITY,
    SOUND,
    SYLLABIC_PERSON,
    TEXT,
    TOKEN,
    BirthAgreement,
    PrefilterArrays,
    Question,
    TokenColumns,
)
from resolver.kernels.compiler import compiled
from resolver.kernels.intrinsics import same_of_eight
from resolver.records.kinds import Kind

_RARITY, _LENGTH = int(Question.RARITY), int(Question.LENGTH)
_PLACES, _BIRTH = int(Question.PLACES), int(Question.BIRTH)
_FAR, _NO_YEAR = int(BirthAgreement.FAR), int(BirthAgreement.NO_YEAR)
_NEAR_YEAR, _SAME_YEAR = int(BirthAgreement.NEAR_YEAR), int(BirthAgreement.SAME_YEAR)
_NEAR_YEAR_AND_PART = int(BirthAgreement.NEAR_YEAR_AND_PART)
_SAME_DAY_OTHER_YEAR = int(BirthAgreement.SAME_DAY_OTHER_YEAR)
_ONE_PART_DIFFERS = int(BirthAgreement.ONE_PART_DIFFERS)
_RANGES_OVERLAP = int(BirthAgreement.RANGES_OVERLAP)
_SWAPPED_OR_NEW_YEAR = int(BirthAgreement.SWAPPED_OR_NEW_YEAR)
_SAME_DATE = int(BirthAgreement.SAME_DATE)
_PERSON = int(Kind.PERSON)


@compiled(inline="always", allocates=False)
def _folded(value: np.uint64) -> np.uint32:
    """Return a hash in 32 bits, 0 only where it is 0."""
    return (
        max(np.uint32((value >> np.uint64(32)) ^ value), np.uint32(1))
        if value != 0
        else np.uint32(0)
    )


@compiled(allocates=False)
def fill_words(tokens: TokenColumns, words: LetterArray) -> None:
    """Write the columns of `words` (tokens × `WordField`) that are computed from numbers."""
    for token in range(len(words)):
        word, is_long = words[token], tokens.lengths[token] > 1
        word[TEXT] = _folded(tokens.hashes[token]) if is_long else 0
        word[SOUND] = _folded(tokens.sounds[token]) if is_long else 0
        word[CONSONANTS] = _folded(tokens.consonants[token]) if is_long else 0
        word[BEGINNING] = _folded(tokens.beginnings[token]) if tokens.lengths[token] > 2 else 0
        word[LETTERS] = tokens.signature[token] if tokens.lengths[token] > 3 else 0
        word[RARITY] = np.uint32(min(tokens.rarity[token] / np.float32(2), np.float32(4)))


@compiled(inline="always", allocates=False)
def _score_words(
    words: LetterArray,
    start: AnyInt,
    end: AnyInt,
    others: LetterArray,
    other_start: AnyInt,
    other_end: AnyInt,
) -> np.int64:
    """Return the points of the best agreement of each of some words with others."""
    counts, rarest = np.int64(0), np.uint32(0)
    for i in range(np.uint64(start), np.uint64(min(end, start + MAX_WORDS))):
        letters = words[i, LETTERS]
        same = close = np.int64(0)
        for j in range(np.uint64(other_start), np.uint64(other_end)):
            same |= same_of_eight(words, i, others, j)
            # At most two letters differ.
            other_letters = others[j, LETTERS]
            differ = letters ^ other_letters
            differ &= differ - np.uint32(1)
            close |= np.int64((other_letters != 0) & ((differ & (differ - np.uint32(1))) == 0))
        # Missing fields agree with nothing.
        stated = np.int64(words[i, TEXT] != 0) << TEXT | np.int64(words[i, SOUND] != 0) << SOUND
        stated |= (
            np.int64(words[i, CONSONANTS] != 0) << CONSONANTS
            | np.int64(words[i, BEGINNING] != 0) << BEGINNING
        )
        ways = (same & (stated | 1 << FIRST)) | (close & np.int64(letters != 0)) << LETTERS
        counts += COUNTED[np.uint64(ways)]
        rarest = max(rarest, words[i, RARITY] if ways & ALIKE else np.uint32(0))
    total = POINTS[_RARITY, rarest] + POINTS[_LENGTH, min(np.uint64(end - start), np.uint64(2))]
    for question in range(5):
        total += POINTS[question, min(np.uint64(counts >> 12 * question & MAX_WORDS), np.uint64(3))]
    points: np.int64 = total
    return points


@compiled(inline="always", allocates=False)
def _is_near_year(left: AnyInt, right: AnyInt) -> AnyBool:
    """Return whether two years are two apart at most, or differ in one digit."""
    gap: int = abs(int(left) - int(right))
    if gap < 10:
        return gap <= 2 or left // 10 == right // 10
    if gap < 100:
        return gap % 10 == 0 and left // 100 == right // 100
    if gap < 1000:
        return gap % 100 == 0 and left // 1000 == right // 1000
    return gap % 1000 == 0


@compiled(inline="always", allocates=False)
def _compare_births(births: IntArray, first: AnyInt, others: IntArray, second: AnyInt) -> int:
    """Return the agreement of two dates of birth (`BirthAgreement`)."""
    if births[first, FIRST_YEAR] == 0 or others[second, FIRST_YEAR] == 0:
        return _NO_YEAR
    exact = births[first, DAY] > 0 and others[second, DAY] > 0
    parts = (
        (births[first, MONTH] == others[second, MONTH])
        + (births[first, DAY] == others[second, DAY])
        if exact
        else 0
    )
    new_year = births[first, MONTH] == 1 and births[first, DAY] == 1
    if (
        births[first, FIRST_YEAR] <= others[second, LAST_YEAR]
        and others[second, FIRST_YEAR] <= births[first, LAST_YEAR]
    ):
        if not exact:
            return _RANGES_OVERLAP
        if parts == 2:
            return _SWAPPED_OR_NEW_YEAR if new_year else _SAME_DATE
        if (
            births[first, MONTH] == others[second, DAY]
            and births[first, DAY] == others[second, MONTH]
        ):
            return _SWAPPED_OR_NEW_YEAR
        return _ONE_PART_DIFFERS if parts == 1 else _SAME_YEAR
    near = _is_near_year(births[first, FIRST_YEAR], others[second, FIRST_YEAR])
    if parts == 2 and not new_year:
        return _ONE_PART_DIFFERS if near else _SAME_DAY_OTHER_YEAR
    if parts > 0 and near:
        return _NEAR_YEAR_AND_PART
    return _NEAR_YEAR if near else _FAR


@compiled(inline="always", allocates=False)
def _count_common(
    hashes: HashArray,
    i: AnyInt,
    end: AnyInt,
    others: HashArray,
    j: AnyInt,
    other_end: AnyInt,
    most: int,
) -> int:
    """Return how many hashes two ascending ranges have in common, `most` at most."""
    common = 0
    while i < end and j < other_end and common < most:
        if hashes[i] == others[j]:
            common += 1
            i += 1
            j += 1
        elif hashes[i] < others[j]:
            i += 1
        else:
            j += 1
    return common


@compiled(inline="always", allocates=False)
def _score_names(
    row: np.uint64, batch: PrefilterArrays, other: np.uint64, others: PrefilterArrays
) -> np.int64:
    """Return the points of the words of two records, the same in either order."""
    heads, words = batch.heads, batch.words
    other_heads, other_words = others.heads, others.words
    i, end = heads[row, HEAD_WORDS], heads[row + np.uint64(1), HEAD_WORDS]
    j, other_end = other_heads[other, HEAD_WORDS], other_heads[other + np.uint64(1), HEAD_WORDS]
    # The record with fewer words is scored; of equal numbers, the one whose words come first.
    order = np.int64(end - i) - np.int64(other_end - j)
    at = 0
    while order == 0 and at < end - i:
        order = np.int64(words[i + at, TOKEN]) - np.int64(other_words[j + at, TOKEN])
        at += 1
    if order > 0:
        return _score_words(other_words, j, other_end, words, i, end)
    return _score_words(words, i, end, other_words, j, other_end)


@compiled(inline="always", allocates=False)
def score_between(
    first: AnyInt, batch: PrefilterArrays, second: AnyInt, others: PrefilterArrays
) -> int:
    """Return the prefilter score of a row of one batch and a row of another."""
    heads, other_heads = batch.heads, others.heads
    row, other = np.uint64(first), np.uint64(second)
    next_row, next_other = row + np.uint64(1), other + np.uint64(1)
    common = heads[row, HEAD_KINDS] & other_heads[other, HEAD_KINDS]
    if common != _PERSON and common != SYLLABIC_PERSON:
        return PASSED
    i, end = heads[row, HEAD_CERTAIN], heads[next_row, HEAD_CERTAIN]
    j, other_end = other_heads[other, HEAD_CERTAIN], other_heads[next_other, HEAD_CERTAIN]
    if _count_common(batch.certain, i, end, others.certain, j, other_end, 1):
        return PASSED
    total = _score_names(row, batch, other, others)
    i, end = heads[row, HEAD_PLACES], heads[next_row, HEAD_PLACES]
    j, other_end = other_heads[other, HEAD_PLACES], other_heads[next_other, HEAD_PLACES]
    if i < end and j < other_end:
        common = _count_common(batch.places, i, end, others.places, j, other_end, 2)
        total += POINTS[_PLACES, 1 + common]
    agreement = 0
    for i in range(heads[row, HEAD_BIRTHS], heads[next_row, HEAD_BIRTHS]):
        for j in range(other_heads[other, HEAD_BIRTHS], other_heads[next_other, HEAD_BIRTHS]):
            agreement = max(agreement, _compare_births(batch.births, i, others.births, j))
    score: int = total + POINTS[_BIRTH, agreement]
    return score


@compiled(inline="always", allocates=False)
def score_rows(first: AnyInt, second: AnyInt, batch: PrefilterArrays) -> int:
    """Return the prefilter score of two rows of a batch."""
    return score_between(first, batch, second, batch)


@compiled(allocates=False)
def fill_prefilter_scores(
    left: AnyIntArray, right: AnyIntArray, batch: PrefilterArrays, out: LongArray
) -> None:
    """Write the prefilter score of pairs of rows."""
    for pair in range(len(left)):
        out[pair] = score_rows(left[pair], right[pair], batch)
