"""Grades of qualifiers, against sets of words."""

from __future__ import annotations

import random

import numpy as np

from resolver.names.kernels.word_sets import PLACE_CODE
from resolver.names.qualifiers import CLASS_BITS
from resolver.names.word_comparators import qualifiers
from resolver.records.prepared.batch import HashArray, Ragged

_CODES = 255


def _words(bits: HashArray) -> set[int]:
    return {code for code in range(_CODES + 1) if int(bits[code >> 6]) >> (code & 63) & 1}


_NO_CODES = {0, -1, PLACE_CODE}
_UNITS, _BODIES, _QUALITIES, _HEADS, _TYPES = map(_words, CLASS_BITS)


def _grade(left: list[int], right: list[int]) -> float:
    """Return the grade of two lists of codes, 0 for a word of its own, -1 for one that is none."""
    first, second = set(left) - _NO_CODES, set(right) - _NO_CODES
    own = [{0, PLACE_CODE} & set(words) for words in (left, right)]
    surplus = first ^ second
    if not first and not second:
        return float("nan")
    if first - second and second - first:
        return 0.0
    if first and second and bool(own[0]) != bool(own[1]):
        nameless = second if own[0] else first
        if nameless & _BODIES:
            return 0.2
    if not surplus:
        if (left[0] in _HEADS) == (right[0] in _HEADS):
            return 1.0
        is_founded = (0 in left) != (0 in right) and PLACE_CODE in own[0] & own[1]
        return 0.2 if is_founded else 0.34
    if first & second & _HEADS:
        return 0.7 if surplus & _UNITS else 0.15 if surplus & _TYPES else 0.5
    if surplus <= _BODIES:
        return 0.6
    if not first or not second:
        return 0.4
    return 0.7 if surplus & _UNITS else 0.3 if surplus & _QUALITIES else 0.5


def test_grades_of_drawn_names_are_those_of_sets_of_words() -> None:
    chance = random.Random(7)
    drawn = (chance.sample(sorted(_words(bits)), 3) for bits in CLASS_BITS)
    vocabulary = [
        -1,
        0,
        0,
        PLACE_CODE,
        PLACE_CODE,
        *(code for codes in drawn for code in codes),
        200,
        201,
    ]
    names = [[chance.choice(vocabulary) for _ in range(chance.randint(1, 4))] for _ in range(300)]
    # a token for each code, the last ones for a place and for a word that does not count
    codes = np.array([*range(_CODES + 1), PLACE_CODE, -1], dtype=np.int32)
    offsets = np.cumsum([0, *map(len, names)], dtype=np.int32)
    tokens = np.array([code % len(codes) for name in names for code in name], dtype=np.int32)
    forms = Ragged(offsets, tokens)
    left, right = (np.array(chance.choices(range(300), k=8_000), dtype=np.int32) for _ in range(2))
    expected = [_grade(names[a], names[b]) for a, b in zip(left, right, strict=True)]
    np.testing.assert_allclose(qualifiers((left, right), forms, codes), expected, rtol=1e-6)
    assert {0.0, 0.15, 0.2, 0.3, 0.4, 0.5, 0.34, 0.6, 0.7, 1.0} <= set(expected)


def test_a_pair_without_a_name_has_no_grade() -> None:
    forms = Ragged(np.array([0, 1], dtype=np.int32), np.array([1], dtype=np.int32))
    missing, form = np.array([-1], dtype=np.int32), np.array([0], dtype=np.int32)
    codes = np.arange(2, dtype=np.int32)
    assert np.isnan(qualifiers((missing, form), forms, codes)).all()
