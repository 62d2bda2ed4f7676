"""Slips of the hand in plain text and dates, drawn from one source of chance."""

from __future__ import annotations

import random

from resolver.errors import DateError
from resolver.records import PartialDate, parse_date
from resolver.records.dates import MAX_YEAR, MIN_YEAR

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def word_slips(word: str, rate: float, chance: random.Random) -> str:
    """The word with no, one or (rarely) more slips: a letter wrong, left out, put in or swapped with the next."""
    while len(word) > 2 and chance.random() < rate:
        place, letter = chance.randrange(len(word)), chance.choice(_ALPHABET)
        kind = chance.randrange(4)
        if kind == 0:
            word = word[:place] + letter + word[place + 1 :]
        elif kind == 1:
            word = word[:place] + word[place + 1 :]
        elif kind == 2:
            word = word[:place] + letter + word[place:]
        else:
            place = min(place, len(word) - 2)
            word = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return word


def date_slip(text: str, chance: random.Random) -> str:
    """The date with one slip: 1 January, day and month swapped, one digit wrong, another day or month. Unchanged where
    it is no full date."""
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
    place = chance.choice((2, 3, 6, 9))
    return canonical[:place] + chance.choice("0123456789") + canonical[place + 1 :]


def other_date(year: int, chance: random.Random) -> PartialDate:
    """Quite another date, four to twenty years away: one that is forged, or of somebody else."""
    moved = year + chance.choice((-1, 1)) * chance.randrange(4, 21)
    return PartialDate(
        min(max(moved, MIN_YEAR), MAX_YEAR), chance.randrange(1, 13), chance.randrange(1, 29)
    )
