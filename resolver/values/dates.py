"""Partial dates: a year, a month or a day, perhaps estimated (circa), or a range of them.

The canonical text of a `PartialDate` is a subset of EDTF (ISO 8601-2): `1962`, `1962-05`,
`1962-05-01`, `1962~` (circa), `1960/1965` (some time between the two).

`written_dates` reads dates whose month is a word in one of some seventy languages. The names of
months are those of the Unicode CLDR (`month_names.txt`). `parse_date` reads all usual written
forms, and dates of other calendars if the text names the calendar. It raises `DateError` for a date
that does not exist. `date_readings` returns all readings of an ambiguous text. Each private
function between them reads one form.
"""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from dateutil import parser as dateutil_parser

from resolver.data import FOLDER
from resolver.errors import DateError
from resolver.values.calendars import other_calendar

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
    """Return the latest year that ends in `short` for which the date is not after `latest`."""
    year = latest.year - latest.year % CENTURY + short
    return year if (year, month, day) <= (latest.year, latest.month, latest.day) else year - CENTURY


def short_date(text: str, latest: datetime.date, *, day_first: bool) -> Parts | None:
    """Return the date of three numbers of at most two digits; None for any other text.

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
    """Return the readings of a date whose month is a word; empty for any other text.

    Reads `24 mai 1985`, `24-May-11`, `May 24, 1985`, `24 de mayo de 1985`, `1985 m. gegužės 24 d.`,
    `mai 1985`, `1985年5月24日`, `ngày 24 tháng 5 năm 1985`. A year of two digits gives a date that
    is not after `latest`. If a name means different months in two languages, there is a reading for
    each: `listopad` is October in Croatian and November in Polish.
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
    """Return the date of a month with one or two numbers beside it; None if these do not make a
    date.
    """
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
    """Return the numbers of the months that a name means; empty for other words."""
    months = _months()
    # In Hebrew, the word for `in` is a letter before the name.
    return months.get(name) or months.get(name.removeprefix("ב")) or ()


@cache
def _months() -> dict[str, tuple[int, ...]]:
    """Return name of a month → numbers of the months that it means."""
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


_ISO = re.compile(r"^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$")
_YEAR_FIRST = re.compile(r"^(\d{4})[./](\d{1,2})(?:[./](\d{1,2}))?$")
_MONTH_YEAR = re.compile(r"^(\d{1,2})[./](\d{4})$")
_CIRCA = re.compile(
    r"^(?:circa|approximately|approx\.?|about|around|ca?\.?|~|vers|environ|env\.|ungefähr|hacia"
    r"|около|примерно|прибл\.|близько|około|ok\.|yaklaşık|sekitar|حوالي|حدود)"
    r"(?:\s*(?=\d)|(?:\s+|(?<=[.~])\s*)(?=[^\W\d_]{3}))",
    re.I,
)
_RANGE = re.compile(
    r"^(?:between\s+)?(.+?)\s*(?:/|\bto\b|\band\b|–|\s-\s|(?<=\d{4})-(?=\d{4}))\s*(.+)$", re.I
)  # 1960/1965
_DECADE = re.compile(r"^(\d{3})0s$")
_DOUBTED = re.compile(r"\s*(?:\(\s*\?\s*\)|\?)$")
_YEARS = re.compile(r"^(\d{2})(\d{2})[-/](\d{2})$")
_PORTION = re.compile(
    r"^(?:in )?(?:the )?(early|beginning of|start of|mid|middle of|late|end of)"
    r"[\s-]+(?:the )?(\d{4}|\d{3}0s)$",
    re.I,
)
# First and last month of a year, first and last year of a decade.
_PORTIONS = {"early": (1, 4, 0, 3), "mid": (5, 8, 4, 6), "late": (9, 12, 7, 9)}
_DASH = re.compile(r"(?<=\d)[\u2012-\u2014](?=\d)")
_UNKNOWN_PARTS = re.compile(
    r"^(?:(?:\?\?|XX|dd|00)[./-](?:(?:\?\?|XX|mm|00)[./-](?=\d{4}$)|(?=\d{1,2}[./-]\d{4}$)))"
    r"|(?<=^\d{4})(?:[./-](?:\?\?|XX|mm|00)){1,2}$|(?<=^\d{4}[./-]\d\d)[./-](?:\?\?|XX|dd|00)$",
    re.I,
)
"""Signs that a date has in place of an unknown day or month: `??/??/1985`, `1985-XX-XX`."""
_FIGURES = re.compile(r"[\d\s./-]+")
_WORDS = re.compile(r"^[\w\s.,'’-]+$")
MIN_YEAR, MAX_YEAR = 1, 2200
MAX_TEXT = 80
"""Maximum number of characters of a date. A longer text is not read."""


@dataclass(frozen=True, slots=True)
class _Convention:
    """How to read ambiguous digits: the order of day and month, and the latest day for years of two
    digits.
    """

    day_first: bool
    latest: datetime.date


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """Date as far as it is known.

    `month` and `day` are 0 if they are unknown; `until` is the end of a range; `circa` marks an
    estimate.
    """

    year: int
    month: int = 0
    day: int = 0
    circa: bool = False
    until: PartialDate | None = None

    def __post_init__(self) -> None:
        if not MIN_YEAR <= self.year <= MAX_YEAR:
            raise DateError(f"the year {self.year} is outside {MIN_YEAR} to {MAX_YEAR}")
        if self.month and not 1 <= self.month <= 12:
            raise DateError(f"there is no month {self.month}")
        if self.day:
            if not self.month:
                raise DateError("the date has a day but no month")
            if self.day > calendar.monthrange(self.year, self.month)[1] or self.day < 1:
                raise DateError(f"there is no {self.year:04d}-{self.month:02d}-{self.day:02d}")

    def __str__(self) -> str:
        text = f"{self.year:04d}"
        if self.month:
            text += f"-{self.month:02d}"
        if self.day:
            text += f"-{self.day:02d}"
        text += "~" if self.circa else ""
        return f"{text}/{self.until}" if self.until else text

    @property
    def last_year(self) -> int:
        """Latest year in which the date can lie."""
        return self.until.year if self.until else self.year


def parse_date(
    text: str, *, day_first: bool = True, latest: datetime.date | None = None
) -> PartialDate:
    """Read a written date. Raises `DateError` if no date can be read.

    The function reads ISO forms, `26.11.1972`, `10 Dec 1948`, `Dec 1948`, `1960 to 1965`, `between
    1960 and 1965`, `1962-65`, `circa 1951`, `1962?`, `1970s`, `late 1962`, `mid-1970s`, canonical
    text, months in many languages (`written_dates`), and dates of the Hijri and solar calendars if
    the text names one (`calendars`). In all-digit dates the day comes first, unless `day_first` is
    False or only the other order gives a date. A year of two digits (`10/27/76`, `24-May-11`) is
    the latest year for which the date is not after `latest`. By default `latest` is today, so that
    no birth lies in the future.
    """
    if is_canonical_day(text):
        return PartialDate(int(text[:4]), int(text[5:7]), int(text[8:]))
    return _parse(text, _Convention(day_first, latest or _today()))


def is_canonical_day(text: str) -> bool:
    """Return whether a text is the canonical text of a day. Nearly all dates in data are."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return False
    try:
        return datetime.date.fromisoformat(text).year <= MAX_YEAR
    except ValueError:
        return False


def date_readings(
    text: str, *, day_first: bool | None = None, latest: datetime.date | None = None
) -> tuple[PartialDate, ...]:
    """Return the one or two readings of a written date. Raises `DateError` if there is none.

    There are two if `day_first` is None and the date is like `03/04/1970`, or if the name of the
    month means different months in two languages.
    """
    if is_canonical_day(text):
        return (parse_date(text),)
    orders = (True, False) if day_first is None else (day_first,)
    latest = latest or _today()
    if len(text) <= MAX_TEXT and not _FIGURES.fullmatch(text):
        months = written_dates(" ".join(text.split()), latest)
        if len(months) > 1:
            return tuple(_written(parts, text) for parts in months)
    dates = dict.fromkeys(_parse(text, _Convention(order, latest)) for order in orders)
    return tuple(dates)


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


def _parse(text: str, convention: _Convention) -> PartialDate:
    stripped = _UNKNOWN_PARTS.sub("", _DASH.sub("-", " ".join(text.split()))).strip(" .,;")
    if not stripped or len(stripped) > MAX_TEXT:
        raise DateError(f"no date in {text[:40]!r}")
    if not _FIGURES.fullmatch(stripped) and (date := _qualified(stripped, convention)):
        return date
    single = _single(stripped, convention)
    if single is not None:
        return single
    match = _RANGE.match(stripped)
    if match:
        first = _part(match[1], convention)
        last = _part(match[2], convention)
        if first and last:
            circa = first.circa or last.circa
            # Either side may itself be a range, such as a decade.
            ends = (first, first.until or first, last, last.until or last)
            low, *_, high = sorted(replace(end, circa=False, until=None) for end in ends)
            return replace(low, circa=circa, until=None if low == high else high)
    raise DateError(f"cannot read a date in {text[:40]!r}")


def _qualified(text: str, convention: _Convention) -> PartialDate | None:
    """Return a date that is marked as uncertain or in another calendar; None for other texts."""
    if doubted := _DOUBTED.search(text):
        return replace(_parse(text[: doubted.start()], convention), circa=True)
    estimate = _CIRCA.match(text)
    plain = text[estimate.end() :] if estimate else text
    days = other_calendar(plain, day_first=convention.day_first)
    return _spanning(*days, circa=estimate is not None) if days else None


def _spanning(first: datetime.date, last: datetime.date, *, circa: bool = False) -> PartialDate:
    """Return the date that lies between two days."""
    until = PartialDate(last.year, last.month, last.day)
    return PartialDate(first.year, first.month, first.day, circa, None if first == last else until)


def _part(text: str, convention: _Convention) -> PartialDate | None:
    try:
        return _single(text.strip(), convention)
    except DateError:
        return None


def _single(text: str, convention: _Convention) -> PartialDate | None:
    if text.endswith("~"):
        inner = _single(text[:-1], convention)
        return replace(inner, circa=True) if inner else None
    circa = _CIRCA.match(text)
    if circa:
        inner = _single(text[circa.end() :].strip(), convention)
        return replace(inner, circa=True) if inner else None
    decade = _DECADE.match(text)
    if decade:
        start = int(decade[1]) * 10
        return PartialDate(start, until=PartialDate(start + 9))
    if portion := _PORTION.match(text):
        return _portion(portion[1].lower(), portion[2])
    if (years := _YEARS.match(text)) and int(years[3]) > max(int(years[2]), 12):
        return PartialDate(int(years[1] + years[2]), until=PartialDate(int(years[1] + years[3])))
    return _digits(text, convention) or _words(text, convention.latest)


def _portion(word: str, when: str) -> PartialDate:
    """Return the early, middle or late part of a year or a decade."""
    name = {"beginning of": "early", "start of": "early", "middle of": "mid", "end of": "late"}.get(
        word, word
    )
    month, last_month, year, last_year = _PORTIONS[name]
    if when.endswith("s"):
        start = int(when[:4])
        return PartialDate(start + year, circa=True, until=PartialDate(start + last_year))
    return PartialDate(int(when), month, until=PartialDate(int(when), last_month))


def _digits(text: str, convention: _Convention) -> PartialDate | None:
    if match := _ISO.match(text) or _YEAR_FIRST.match(text):
        year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
        if month > 12 >= day > 0:
            month, day = day, month
        # Some lists write unknown parts as zeros: 1962-00-00, 1962-05-00.
        return PartialDate(year, month, day if month else 0)
    if match := _DAY_FIRST.match(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        day, month = (first, second) if convention.day_first else (second, first)
        if month > 12 >= day:
            day, month = month, day
        return PartialDate(year, month, day)
    if match := _MONTH_YEAR.match(text):
        return PartialDate(int(match[2]), int(match[1]))
    parts = short_date(text, convention.latest, day_first=convention.day_first)
    return PartialDate(*parts) if parts else None


def _written(parts: tuple[int, int, int], text: str) -> PartialDate:
    """Return the date with these parts. Raises `DateError`, naming `text`, if it does not exist."""
    try:
        return PartialDate(*parts)
    except DateError:
        raise DateError(f"there is no date {text!r}") from None


def _words(text: str, latest: datetime.date) -> PartialDate | None:
    """Return a date whose month is a word; None for any other text.

    If `written_dates` cannot read the text, dateutil parses it twice, with defaults that differ in
    every part. A part that agrees in both results comes from the text.
    """
    readings = written_dates(text, latest)
    if len(readings) > 1:
        raise DateError(f"the month in {text[:40]!r} is another one in another language")
    if readings:
        return _written(readings[0], text)
    if (
        not re.search(r"\d{4}", text)
        or not _WORDS.match(text)
        or not re.search(r"[A-Za-z]{3}", text)
    ):
        return None
    try:
        first = dateutil_parser.parse(text, default=datetime.datetime(2001, 1, 1), ignoretz=True)
        second = dateutil_parser.parse(text, default=datetime.datetime(2003, 2, 2), ignoretz=True)
    except (ValueError, OverflowError):
        if re.fullmatch(r"\d{1,2}\s+[A-Za-z]{3,9}\.?\s+\d{4}", text):
            raise DateError(f"there is no date {text!r}") from None
        return None
    if first.year != second.year:
        return None
    month = first.month if first.month == second.month else 0
    return PartialDate(first.year, month, first.day if month and first.day == second.day else 0)
