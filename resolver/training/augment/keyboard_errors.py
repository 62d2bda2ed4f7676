"""Keyboard errors in plain text and dates, drawn from a random generator."""

from __future__ import annotations

import random

from resolver.errors import DateError
from resolver.records import PartialDate, parse_date
from resolver.records.dates import MAX_YEAR, MIN_YEAR

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def add_word_typos(word: str, rate: float, chance: random.Random) -> str:
    """Return a word with typos: letters wrong, omitted, inserted or swapped with the next.

    Each further typo has probability `rate`. Words of two letters or fewer stay unchanged.
    """
    while len(word) > 2 and chance.random() < rate:
        index, letter = chance.randrange(len(word)), chance.choice(_ALPHABET)
        kind = chance.randrange(4)
        if kind == 0:
            word = word[:index] + letter + word[index + 1 :]
        elif kind == 1:
            word = word[:index] + word[index + 1 :]
        elif kind == 2:
            word = word[:index] + letter + word[index:]
        else:
            index = min(index, len(word) - 2)
            word = word[:index] + word[index + 1] + word[index] + word[index + 2 :]
    return word


def add_date_error(text: str, chance: random.Random) -> str:
    """Return a date with one error, or the text unchanged if it is not a date.

    A date without a day can only become 1 January.
    """
    try:
        date = parse_date(text)
    except DateError:
        return text
    if chance.random() < 0.25:
        return f"{date.year:04d}-01-01"
    if not date.day:
        return text
    if date.day <= 12 and chance.random() < 0.35:
        return str(PartialDate(date.year, date.day, date.month))
    if chance.random() < 0.3:
        return str(PartialDate(date.year, chance.randrange(1, 13), chance.randrange(1, 29)))
    canonical = str(PartialDate(date.year, date.month, date.day))
    index = chance.choice((2, 3, 6, 9))
    return canonical[:index] + chance.choice("0123456789") + canonical[index + 1 :]


def draw_other_date(year: int, chance: random.Random) -> PartialDate:
    """Return an unrelated date four to twenty years away, as forged or of another person."""
    moved = year + chance.choice((-1, 1)) * chance.randrange(4, 21)
    return PartialDate(
        min(max(moved, MIN_YEAR), MAX_YEAR), chance.randrange(1, 13), chance.randrange(1, 29)
    )
