"""Layout of the records that the prefilter scores, and the points of its answers.

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

from resolver.kernels.arrays import (
    FloatArray,
    HashArray,
    IntArray,
    LetterArray,
    LongArray,
)


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
