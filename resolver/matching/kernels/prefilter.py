"""Prefilter score of two persons: points for common words, birth dates and places.

Layout of the records that the prefilter scores, and the points of its answers.

The score of two persons is a Fellegi–Sunter sum (Fellegi and Sunter 1969) in tenths of a nat over
nine coarse answers, rounded from a logistic fit on public data of persons, and raised where two
words of a name agree, so that no birth date or place outweighs a whole name. The points are
constants of the kernel for speed; a pair takes about a tenth of a microsecond. They choose what is
compared and play no part in match scores.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from resolver.records.kinds import Kind
from resolver.runtime.arrays import (
    AnyBool,
    AnyInt,
    AnyIntArray,
    FloatArray,
    HashArray,
    IntArray,
    LetterArray,
    LongArray,
)
from resolver.runtime.compiler import compiled, same_of_eight


class Question(IntEnum):
    """Rows of the points, each with the answers that it has points for."""

    UNMATCHED = 0
    """Words of the shorter record that agree with none of the other: 0, 1, 2, more."""
    FIRST_LETTER = 1
    """Words that agree only in their first letter: 0, 1, 2, more."""
    BEGINNING = 2
    """Words that agree in beginning, end or all letters but two: 0, 1, 2, more."""
    SOUND = 3
    """Words that agree at least in sound or consonants: 0, 1, 2, more."""
    TEXT = 4
    """Words that agree in all letters: 0, 1, 2, more."""
    RARITY = 5
    """Rarity of the rarest word that agrees at least in sound, in steps of two nats."""
    LENGTH = 6
    """Words of the shorter record: 0, 1, more."""
    PLACES = 7
    """Words of places: missing, none in common, one, more."""
    BIRTH = 8
    """Dates of birth: `BirthAgreement`."""


class BirthAgreement(IntEnum):
    """Agreement of two dates of birth, from worst to best but for `MISSING`."""

    MISSING = 0
    FAR = 1
    NO_YEAR = 2
    NEAR_YEAR = 3
    SAME_YEAR = 4
    NEAR_YEAR_AND_PART = 5
    SAME_DAY_OTHER_YEAR = 6
    ONE_PART_DIFFERS = 7
    RANGES_OVERLAP = 8
    SWAPPED_OR_NEW_YEAR = 9
    SAME_DATE = 10


class Head(IntEnum):
    """Columns of `PrefilterArrays.heads`."""

    WORDS = 0
    PLACES = 1
    CERTAIN = 2
    BIRTHS = 3
    KINDS = 4


class WordField(IntEnum):
    """Columns of `PrefilterArrays.words`; the first eight bits of an agreement, too."""

    TEXT = 0
    SOUND = 1
    CONSONANTS = 2
    BEGINNING = 3
    LETTERS = 4
    FIRST = 5
    RARITY = 6
    TOKEN = 7


class BirthField(IntEnum):
    """Columns of `PrefilterArrays.births`."""

    FIRST_YEAR = 0
    LAST_YEAR = 1
    MONTH = 2
    DAY = 3


class PrefilterArrays(NamedTuple):
    """Records of a batch, laid out so that a pair costs few cache lines.

    `heads` (`Head`, n + 1 rows): where the words, places, certain values and births of a record
    begin, and its kinds. `words` (`WordField`): 32 bits of the hashes of text, sound, consonants
    and beginning (0 none), letters as bits (0 shorter than four), first letter, rarity 0…4, rank of
    the text. `places` and `certain` (identifiers, contacts): hashes, ascending. `births`
    (`BirthField`): first and last year, month, day.
    """

    heads: IntArray
    words: LetterArray
    places: HashArray
    certain: HashArray
    births: IntArray


class TokenColumns(NamedTuple):
    """Columns of a token table that `fill_words` reads."""

    hashes: HashArray
    sounds: HashArray
    consonants: HashArray
    beginnings: HashArray
    lengths: LongArray
    signature: LetterArray
    rarity: FloatArray


_TABLE = """
0 -38 -47 -50
0 -16 -16 -16
0 9 12 12
0 8 48 55
0 12 15 15
0 11 11 21 26
0 -13 -14
0 -18 18 41
0 -49 8 -20 -1 5 6 25 25 26 63
""".strip().splitlines()
"""Points of the answers 0, 1, 2 … to each `Question`, a line each."""
MAX_ANSWERS = 11
POINTS = np.array(
    [[*map(int, row.split()), *(0,) * (MAX_ANSWERS - len(row.split()))] for row in _TABLE],
    dtype=np.int64,
)
PASSED = 1_000
"""Points of a common number, telephone or e-mail address, and of pairs that are not of two persons.
"""
MAX_WORDS = 4095
"""Words of the shorter record that count, as many as twelve bits hold."""
ALIKE = 1 << WordField.TEXT | 1 << WordField.SOUND | 1 << WordField.CONSONANTS
_CLOSE = 1 << WordField.BEGINNING | 1 << WordField.LETTERS
_SAME_TEXT = 1 << 12 * Question.SOUND | 1 << 12 * Question.TEXT
_WAYS = np.arange(64)
COUNTED = np.select(
    [
        _WAYS & 1 << WordField.TEXT != 0,
        _WAYS & ALIKE != 0,
        _WAYS & _CLOSE != 0,
        _WAYS & 1 << WordField.FIRST != 0,
    ],
    [_SAME_TEXT, 1 << 12 * Question.SOUND, 1 << 12 * Question.BEGINNING, 1 << 12],
    default=1,
).astype(np.int64)
"""Count of a word by the ways in which it agrees (a bit each), in 12 bits for each of the first
five questions: its best way counts, and the same text is the same sound, too."""
HEAD_WORDS, HEAD_PLACES, HEAD_CERTAIN = int(Head.WORDS), int(Head.PLACES), int(Head.CERTAIN)
SYLLABIC_PERSON = 8
"""Bit of `Head.KINDS` instead of `Kind.PERSON` for a person with a name in Han, Hangul or katakana,
whose letters say nothing beside Latin ones: such pairs are not scored."""
HEAD_BIRTHS, HEAD_KINDS = int(Head.BIRTHS), int(Head.KINDS)
TEXT, SOUND, CONSONANTS = int(WordField.TEXT), int(WordField.SOUND), int(WordField.CONSONANTS)
BEGINNING, LETTERS, FIRST = int(WordField.BEGINNING), int(WordField.LETTERS), int(WordField.FIRST)
RARITY, TOKEN = int(WordField.RARITY), int(WordField.TOKEN)
FIRST_YEAR, LAST_YEAR = int(BirthField.FIRST_YEAR), int(BirthField.LAST_YEAR)
MONTH, DAY = int(BirthField.MONTH), int(BirthField.DAY)


_UNREAD_NAMES = 20
"""Least points of the names of two persons of whom only one has a name in syllables, when records
are ranked for a query. With more, such records are compared before people who agree in a word.
"""
_NO_POINTS = -(1 << 30)
"""Fewer points than any two names have."""
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
    kinds = batch.heads[np.uint64(first), HEAD_KINDS]
    common = kinds & others.heads[np.uint64(second), HEAD_KINDS]
    if common != _PERSON and common != SYLLABIC_PERSON:
        return PASSED
    return _score_persons(first, batch, second, others, _NO_POINTS)


@compiled(inline="always", allocates=False)
def rank_between(
    first: AnyInt, batch: PrefilterArrays, second: AnyInt, others: PrefilterArrays
) -> int:
    """Return the score by which a row of one batch is ranked among other rows for a row of another.

    It is the prefilter score, except if only one of two persons has a name in Han, Hangul or
    katakana. Their letters cannot rule the pair out, so the prefilter passes it, but most such
    pairs are strangers. So the dates and places of such a pair count here, and its names count as
    those of a pair of which one word sounds alike, or more if their letters agree.
    """
    kinds = batch.heads[np.uint64(first), HEAD_KINDS]
    other_kinds = others.heads[np.uint64(second), HEAD_KINDS]
    if kinds != other_kinds and kinds | other_kinds == _PERSON | SYLLABIC_PERSON:
        return _score_persons(first, batch, second, others, _UNREAD_NAMES)
    return score_between(first, batch, second, others)


@compiled(inline="always", allocates=False)
def _score_persons(
    first: AnyInt,
    batch: PrefilterArrays,
    second: AnyInt,
    others: PrefilterArrays,
    least: int,
) -> int:
    """Return the score of two persons, whose names have at least some points."""
    heads, other_heads = batch.heads, others.heads
    row, other = np.uint64(first), np.uint64(second)
    next_row, next_other = row + np.uint64(1), other + np.uint64(1)
    i, end = heads[row, HEAD_CERTAIN], heads[next_row, HEAD_CERTAIN]
    j, other_end = other_heads[other, HEAD_CERTAIN], other_heads[next_other, HEAD_CERTAIN]
    if _count_common(batch.certain, i, end, others.certain, j, other_end, 1):
        return PASSED
    total = max(_score_names(row, batch, other, others), np.int64(least))
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
