"""Numbers in names of groups and ships: `II`, `2`, `Second` and `No. 2` are one number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resolver.normalize.folding import letters
from resolver.reference.group_names import NUMERIC, GroupName

# Up to 39: the tables have them up to IX, and X, L, C, D, M on their own are letters.
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_DIGITS = re.compile("[0-9]{1,18}")
_WORDS_TOO = frozenset("vi xi xx xxx".split())
"""Numerals that are words of their own at the beginning of a name (`Xi Trading`)."""
_NUMBER_WORDS = frozenset("no nr nro num number numero".split())
_ONES = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}


def find_numbers(name: GroupName) -> dict[int, str]:
    """Return part of a group's name → its number in digits.

    Parts that belong to a number of another part (`No.` before it, `First` after `Twenty`) get an
    empty text.
    """
    words = [letters(word) for word in name.words]
    numbers = _numbers_in_words(name, words)
    for place, word in enumerate(words):
        if place not in numbers and _counts(words, place) and (value := _value(word)):
            numbers[place] = str(value)
    for place in [place for place, value in numbers.items() if value]:
        if place and words[place - 1] in _NUMBER_WORDS:
            numbers[place - 1] = ""
    return numbers


def _numbers_in_words(name: GroupName, words: Sequence[str]) -> dict[int, str]:
    """Return the numbers of the tables, longest first, as `find_numbers` does."""
    numbers: dict[int, str] = {}
    spans = [span for span in name.spans if span.category == NUMERIC]
    for span in sorted(spans, key=lambda span: -len(span.places)):
        places = span.places
        if any(place in numbers for place in places):
            continue
        if len(places) > 1 or _counts(words, places[0]):
            numbers.update(dict.fromkeys(places, ""))
            numbers[places[-1]] = span.id
    return numbers


def _value(word: str) -> int:
    """Return the value of digits or of a Roman numeral of two letters or more; 0 for others."""
    if _DIGITS.fullmatch(word):
        return int(word)
    return roman_value(word) if len(word) > 1 else 0


def roman_value(word: str) -> int:
    """Return the value of a lower-case Roman numeral, 1 to 39; 0 for any other word."""
    match = _ROMAN.fullmatch(word)
    return 10 * len(match[1]) + _ONES[match[2]] if match else 0


def _counts(words: Sequence[str], place: int) -> bool:
    """Return True if a possible numeral is one at its place.

    I and V are numerals only at the end and after a word (they may be initials); `Xi` is none at
    the beginning of a name.
    """
    word = words[place]
    if word in ("i", "v"):
        return place == len(words) - 1 > 0 and len(words[place - 1]) > 1
    return place > 0 or word not in _WORDS_TOO
