"""Dates whose month is a word in one of some seventy languages, and years of two digits.

The names of months are those of the Unicode CLDR (`month_names.txt`).
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from resolver.data import FOLDER

CENTURY = 100
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u0655\u0670\u200b-\u200f]")
_LETTERS = str.maketrans("یىکı", "ييكi")
_TOKEN = re.compile(r"\d+|[^\d\s.,/'’()\u060c-]+")
_FILLERS = frozenset(
    """
    of the de del di do da den der le el il st nd rd th er eme ste o a e m d g y r p gada gads ano
    anno yil yili года год г року р години година ж يوم شهر سنه سنة عام dnia ngay
    """.split()
)
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월](?:\s*(\d{1,2})\s*[日일号號])?")
_VIETNAMESE = re.compile(r"(?:ngay )?(?:(\d{1,2}) )?thang (\d{1,2})(?: nam|,)? (\d{4})")
_SHORT = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{2})")

Parts = tuple[int, int, int]
"""Year, month and day; the day is 0 if it is not stated."""


def expand_year(short: int, month: int, day: int, latest: datetime.date) -> int:
    """Return the year of two digits in the last century in which the date is not after `latest`."""
    year = latest.year - latest.year % CENTURY + short
    return year if (year, month, day) <= (latest.year, latest.month, latest.day) else year - CENTURY


def short_date(text: str, latest: datetime.date, *, day_first: bool) -> Parts | None:
    """Return the date of three numbers of at most two digits, or None for another text.

    The year is last, unless the first number can be neither a day nor a month (`76-10-27`).
    """
    match = _SHORT.fullmatch(text)
    if not match:
        return None
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if first > 31:
        year, month, day = first, second, third
    else:
        year = third
        day, month = (first, second) if day_first else (second, first)
        if month > 12 >= day:
            day, month = month, day
    return expand_year(year, month, day, latest), month, day


def written_dates(text: str, latest: datetime.date) -> tuple[Parts, ...]:
    """Return the readings of a date whose month is a word; none for a text that is no such date.

    Reads `24 mai 1985`, `24-May-11`, `May 24, 1985`, `24 de mayo de 1985`, `1985 m. gegužės 24 d.`,
    `mai 1985`, `1985年5月24日`, `ngày 24 tháng 5 năm 1985`. A year of two digits is one not after
    `latest`. A name that means different months in two languages (`listopad`: October in Croatian,
    November in Polish) has a reading for each.
    """
    folded = fold_month(text)
    if match := _EAST_ASIAN.fullmatch(folded):
        return ((int(match[1]), int(match[2]), int(match[3] or 0)),)
    if match := _VIETNAMESE.fullmatch(folded):
        return ((int(match[3]), int(match[2]), int(match[1] or 0)),)
    tokens = [token for token in _TOKEN.findall(folded) if token not in _FILLERS]
    words = [token for token in tokens if not token.isdecimal()]
    numbers = [token for token in tokens if token.isdecimal()]
    if not words or not 1 <= len(numbers) <= 2:
        return ()
    at = tokens.index(words[0])
    if (at > 1 and len(numbers[0]) != 4) or tokens[at : at + len(words)] != words:
        return ()
    readings = (_arrange(numbers, month, latest) for month in _month_numbers(" ".join(words)))
    return tuple(filter(None, readings))


def _arrange(numbers: Sequence[str], month: int, latest: datetime.date) -> Parts | None:
    """Return the date of a month and the one or two numbers beside it."""
    first, last = numbers[0], numbers[-1]
    if len(numbers) == 1:
        return (int(first), month, 0) if len(first) == 4 else None
    if len(first) == 4 and len(last) <= 2:
        return int(first), month, int(last)
    if len(first) <= 2 and len(last) == 4:
        return int(last), month, int(first)
    if len(first) <= 2 and len(last) == 2:
        return expand_year(int(last), month, int(first), latest), month, int(first)
    return None


def fold_month(text: str) -> str:
    """Return a text in small letters without accents, vowel points and invisible characters."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", plain.translate(_LETTERS))


def _month_numbers(name: str) -> tuple[int, ...]:
    """Return the numbers of the months of a name; none for other words."""
    months = _months()
    # Hebrew writes `in` as a letter before the name.
    return months.get(name) or months.get(name.removeprefix("ב")) or ()


@cache
def _months() -> dict[str, tuple[int, ...]]:
    """Return the numbers of each name of a month."""
    numbers: dict[str, set[int]] = {"maerz": {3}}
    for line in (FOLDER / "month_names.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        for number, names in enumerate(line.partition("\t")[2].split(";"), start=1):
            for name in names.split(","):
                words = _TOKEN.findall(fold_month(name))
                key = " ".join(word for word in words if word not in _FILLERS)
                numbers.setdefault(key, set()).add(number)
    numbers.pop("", None)
    return {name: tuple(sorted(several)) for name, several in numbers.items()}
