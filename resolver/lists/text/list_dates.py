"""Dates in the prose of lists, one or several in a text, as canonical texts.

- Nothing is guessed: a text that is no date is returned for the notes.
- The file itself shows the order of day and month in its all-digit dates: `8/20/1985` proves that
  the month comes first, `20/8/1985` that the day does. Dates with dots are judged apart. Without
  proof, their day comes first, because countries that write the month first do not use dots.
- It also reads dates of data files: the forms that `parse_date` reads, and some that only machines
  write.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from resolver.errors import DateError, pluralize
from resolver.records import Batch
from resolver.records.properties import BIRTH_DATE
from resolver.runtime.text_cache import cache_short_texts
from resolver.values.calendars import FIRST_YEAR, LAST_YEAR, calendar_in_text, names_other_calendar
from resolver.values.dates import PartialDate, date_readings, is_canonical_day, parse_date

MAX_TEXT = 1_000
"""Maximum number of characters of a text that is read as dates."""
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_SIMPLE_DATE = re.compile(r"(?:(\d{1,2}) )?(?:([A-Z][a-z]{2})[a-z]*\.? )?(\d{4})")
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

_NO_DATE = re.compile(r"n/?[ad]|none|unknown|-+|not available|", re.I)
_LABEL = re.compile(r"(?:^|[\s,;])\(?(?:[a-h]|i{1,3}|iv)\)\s*")
_OR = re.compile(r"(?<!\s)\s++(?:or|/)\s+|[;,]|(?<=\d{4})/(?=\d{1,2}\.)", re.I)
_BRACKETS = re.compile(r"\([^()]*\)")
_ESTIMATE_WORD = (
    r"(?:approximately|approx\.?|circa|around|about|probably|possibly|presumed|estimated"
    r"|middle of the|beginning of the|end of the|c\.|ca\.?)(?![^\W\d_])"
)
_CIRCA = re.compile(rf"\(?\b{_ESTIMATE_WORD}[:\s]*\)?", re.I)
_GREGORIAN = re.compile(r"\(\s*Gregorian(?: calendar)?\s*\)", re.I)
_ALTERNATIVE = re.compile(
    rf"(?:or\s+)?((?:{_ESTIMATE_WORD}:?\s+)?[^a-z]*?\d{{4}})((?:\s+for\s+.*)?)", re.I | re.S
)
_ENGLISH = re.compile(r"([A-Z][a-z]{2,8}) (\d{1,2}), (\d{4})\b")
_DECADES = re.compile(r"(\d{3})0s\s*-\s*(\d{3})0s")
_MONTH_SPAN = re.compile(r"([A-Z][a-z]{2,8})/([A-Z][a-z]{2,8})\s+(\d{4})")
_MONTHS_BETWEEN = re.compile(r"between ([A-Z][a-z]{2,8})\.? and ([A-Z][a-z]{2,8})\.? (\d{4})", re.I)
_BEGUN = re.compile(
    r"^(?:founded|established|incorporated|registered|in|on|born)\s+(?:(?:in|on)\s+)?(?=\d|[A-Z])",
    re.I,
)
_YEAR_CHOICE = re.compile(r"([A-Z].*[.a-z]\s?)(\d{4})/(\d{4})")
_LEADING = re.compile(
    r"((?:\d{1,2}\.){1,2}\d{4}|(?:\d{1,2} )?[A-Z][a-z]{2,8}\.? \d{4}|\d{4})\b[\s.,:]*(.*)", re.S
)


@cache_short_texts(8_192)
def canonical_date(text: str) -> str:
    """Return the canonical text of one date or range. Raises `DateError` if there is no date.

    A range of whole months or years is shortened: 01 Jan 1961 to 31 Dec 1963 becomes 1961 to 1963.
    """
    if match := _DOTTED_DATE.fullmatch(text):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
        if month <= 12:
            return str(PartialDate(year, month, day))
    elif match := _SIMPLE_DATE.fullmatch(text):
        month = _MONTHS.get(match[2], 0) if match[2] else 0
        if bool(match[2]) == bool(month) and (month or not match[1]):
            return str(PartialDate(int(match[3]), month, int(match[1] or 0)))
    date = parse_date(text)
    if date.until and date.day == 1 and _is_month_end(date.until):
        date = _whole_months(date, date.until)
    return str(date)


def _is_month_end(date: PartialDate) -> bool:
    return bool(date.day) and date.day == calendar.monthrange(date.year, date.month)[1]


def _whole_months(first: PartialDate, last: PartialDate) -> PartialDate:
    """Return a range of whole months as months, or as years if it covers whole years."""
    years = first.month == 1 and last.month == 12
    start = PartialDate(first.year, 0 if years else first.month, circa=first.circa)
    end = PartialDate(last.year, 0 if years else last.month)
    return start if replace(start, circa=False) == end else replace(start, until=end)


@cache_short_texts(8_192)
def read_dates(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return all dates of a text and the pieces that are no date, both without repetition.

    Reads enumerations `(a) …, (b) …`, alternatives (`or`, `,`, `;`, ` / `), estimates
    (`approximately`, `presumed` …), an alternative in brackets, `March/April 1965`, `March
    1968/1969`, `1960s-1970s`. A date of another calendar is converted if its calendar is stated,
    and its original text is also among the pieces. A day without a year, or `before 1964`, is no
    date.
    """
    text = " ".join(
        text.replace("\x00", " ")
        .replace("\xa0", " ")
        .replace("–", "-")
        .strip()
        .strip("\"'")
        .split()
    )
    text = _ENGLISH.sub(
        r"\2 \1 \3", text.replace("on or around", "around").replace("On or around", "around")
    )
    if len(text) > MAX_TEXT:
        return (), (text,)
    dates: dict[str, None] = {}
    unread: dict[str, None] = {}
    for piece in _split_alternatives(text):
        piece_dates, piece_rest = _read_alternative(piece)
        dates.update(dict.fromkeys(piece_dates))
        unread.update(dict.fromkeys(piece_rest))
    return tuple(dates), tuple(unread)


def _split_alternatives(text: str) -> list[str]:
    pieces = _share_calendar(
        [piece for part in _LABEL.split(text) for piece in _split_outside_brackets(part)]
    )
    if len(pieces) > 1 and " or " in text and _CIRCA.match(pieces[0]):
        # An estimate applies to the years after it, but not to a full date.
        return [f"circa {piece}" if re.fullmatch(r"\d{4}", piece) else piece for piece in pieces]
    return pieces


def _share_calendar(pieces: list[str]) -> list[str]:
    """Add a stated calendar to the old years before it, as in `1341 or 1342 (solar)`.

    Such years cannot be Gregorian years of birth.
    """
    calendar_name = next((name for name in map(calendar_in_text, pieces) if name), "")
    if not calendar_name:
        return pieces
    return [f"{piece} ({calendar_name})" if _is_old_year(piece) else piece for piece in pieces]


def _is_old_year(piece: str) -> bool:
    return bool(re.fullmatch(r"\d{4}", piece)) and FIRST_YEAR <= int(piece) <= LAST_YEAR


def _split_outside_brackets(text: str) -> list[str]:
    """Split a text into alternatives; brackets stay with the text before them."""
    brackets = _BRACKETS.findall(text)
    pieces = _OR.split(_BRACKETS.sub("\x00", text))
    inner = iter(brackets)
    parts = [re.sub("\x00", lambda _: next(inner), piece).strip(" .") for piece in pieces]
    return [piece for piece in parts if piece]


def _read_alternative(text: str) -> tuple[list[str], list[str]]:
    """Read one alternative: its dates and the remaining text."""
    if _NO_DATE.fullmatch(text.strip("().")):
        return [], []
    plain = _GREGORIAN.sub("", text).strip()
    if re.match(r"before\b|after\b", plain, re.I):
        return [], [text]
    if names_other_calendar(plain):
        return _read_other_calendar(text)
    dates: list[str] = []
    rest: list[str] = []
    for bracket in _BRACKETS.findall(plain):
        inner = bracket[1:-1].strip()
        if len(bracket) == len(plain):
            plain = inner
        elif match := _ALTERNATIVE.fullmatch(inner):
            dates += _read_single(match[1])[0]
            rest += [inner] if match[2] or not dates else []
            plain = plain.replace(bracket, " ")
        elif not _CIRCA.fullmatch(bracket):
            rest.append(inner)
            plain = plain.replace(bracket, " ")
    single_dates, single_rest = _read_single(plain)
    return single_dates + dates, single_rest + rest


def _read_other_calendar(text: str) -> tuple[list[str], list[str]]:
    """Convert a date of another calendar, and keep its text so that it can be converted again."""
    try:
        return [canonical_date(text)], [text]
    except DateError:
        return [], [text]


def _read_single(text: str) -> tuple[list[str], list[str]]:
    """Read a text without alternatives: its date, and the words after it."""
    plain = _CIRCA.sub(" ", text)
    is_estimate = plain != text
    plain = _normalize(plain)
    if match := _YEAR_CHOICE.fullmatch(plain):
        first, second = _read_single(match[1] + match[2]), _read_single(match[1] + match[3])
        return first[0] + second[0], first[1] + second[1]
    try:
        return [_mark_estimate(canonical_date(plain), is_estimate)], []
    except DateError:
        match = _LEADING.match(plain)
        if not match:
            return [], [text]
    try:
        date = _mark_estimate(canonical_date(match[1]), is_estimate)
    except DateError:
        return [], [text]
    return [date], [match[2]] if match[2] else []


def _normalize(text: str) -> str:
    text = re.sub(r"(?<=\d)\.\s+(?=\d)|(?<=\d\.\d\d)\s(?=\d{4}$)", ".", text)
    text = re.sub(r"(?<=[a-z])\.(?=\d)", ". ", text)
    text = _DECADES.sub(r"\g<1>0 to \g<2>9", text)
    text = _MONTH_SPAN.sub(r"\1 \3 to \2 \3", _MONTHS_BETWEEN.sub(r"\1/\2 \3", text))
    return " ".join(_BEGUN.sub("", text).strip(" .,").split())


def _mark_estimate(text: str, is_estimate: bool) -> str:
    if not is_estimate or "~" in text:
        return text
    first, slash, last = text.partition("/")
    return f"{first}~{slash}{last}"


_FIGURES = re.compile(r"\s*(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:\s+\d{1,2}:\d\d.{0,20})?")
_SHORT_YEAR = re.compile(r"\s*(?:\d{1,2}([./-])\d{1,2}\1|[^\d]*\d{1,2}[^\d]+)'?\d{2}\s*")
DAY_FIRST, MONTH_FIRST, EITHER = "day first", "month first", "either"
DATE_ORDER_MAX_TEXT = 40
"""Maximum number of characters of a text that may be a date alone."""


@dataclass(frozen=True, slots=True)
class DateOrder:
    """Order of dates with slashes or hyphens, and of dates with dots.

    `True` is day first, `False` is month first. `None` is unknown or both: a date that can be read
    both ways then has two readings.
    """

    slashed: bool | None = None
    dotted: bool | None = True

    def day_first(self, text: str) -> bool | None:
        """Return the order of one date."""
        return self.dotted if "." in text else self.slashed


@dataclass(slots=True)
class DateEvidence:
    """Evidence from the dates of a file, gathered text by text: counts, and an example of each
    kind.
    """

    counts: Counter[tuple[bool, str]] = field(default_factory=Counter)
    examples: dict[tuple[bool, str], str] = field(default_factory=dict)
    short_years: int = 0
    short_example: str = ""

    def add(self, text: str, count: int = 1) -> None:
        """Add a date that occurs `count` times; other texts are no evidence."""
        # Nearly all files begin their dates with the year.
        if len(text) > DATE_ORDER_MAX_TEXT or text[:4].isdecimal():
            return
        if _SHORT_YEAR.fullmatch(text) and _is_date(text):
            self.short_years += count
            self.short_example = self.short_example or text.strip()
        if match := _FIGURES.fullmatch(text):
            first, second = int(match[1]), int(match[3])
            if order := _proven_order(first, second):
                key = (match[2] == ".", order)
                self.counts[key] += count
                self.examples.setdefault(key, text.strip())

    def order(self) -> DateOrder:
        """Return the order that the dates prove."""
        return DateOrder(self._order(False, None), self._order(True, True))

    def _order(self, dotted: bool, default: bool | None) -> bool | None:
        day, month = self.counts[dotted, DAY_FIRST], self.counts[dotted, MONTH_FIRST]
        if day and month:
            return None
        return bool(day) if day or month else default

    def describe(self, remedy: str = "") -> Iterator[str]:
        """Yield a line on each assumption; `remedy` says how to settle dates that can be read both
        ways.
        """
        for dotted in (False, True):
            if line := self._describe_order(dotted, f"; {remedy}" if remedy else ""):
                yield line
        yield from self.describe_years()

    def describe_years(self) -> Iterator[str]:
        """Yield a line on years of two digits, if there are any."""
        if self.short_years:
            yield (
                f"years of two digits ({self.short_years} dates) are of the last century in which "
                f"the date is not in the future: {self.short_example} is "
                f"{parse_date(self.short_example).year}"
            )

    def _describe_order(self, dotted: bool, remedy: str) -> str:
        day, month, either = (
            self.examples.get((dotted, order), "") for order in (DAY_FIRST, MONTH_FIRST, EITHER)
        )
        doubtful = f"dates such as {either} ({self.counts[dotted, EITHER]} of them) are read"
        both_ways = f"; {doubtful} both ways, as two dates{remedy}" if either else ""
        if day and month:
            return f"some dates have the day first ({day}), others the month ({month}){both_ways}"
        if month:
            return f"{doubtful if either else 'dates are read'} month first, as {month} shows"
        if not either or dotted:
            return ""
        if day:
            return f"{doubtful} day first, as {day} shows"
        return f"no date shows if the day or the month comes first{both_ways}"


def _proven_order(first: int, second: int) -> str:
    """Return the order that two numbers prove, or an empty text if it does not matter."""
    if first > 31 or second > 31 or max(first, second) == 0 or (first > 12 and second > 12):
        return ""
    if first > 12:
        return DAY_FIRST
    if second > 12:
        return MONTH_FIRST
    return "" if first == second else EITHER


def _is_date(text: str) -> bool:
    try:
        parse_date(text)
    except DateError:
        return False
    return True


_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_TIMESTAMP = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
_CLOCK_TIME = re.compile(
    r"^(\d{1,2}[./-]\d{1,2}[./-]\d{2,4})\s+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AP]M)?$", re.I
)

_FIRST_OLD_YEAR = 1280
_LAST_OLD_YEAR = 1450
"""Last of the years, by the Hijri and the solar calendar, in which people were born who are still
alive.
"""


def read_date(text: str, *, day_first: bool = True) -> str:
    """Return the canonical text of a date.

    `19590915`, `1959-09-15 00:00:00` and `9/15/1959 12:00:00 AM` are days too (the time of day is
    ignored). Raises `DateError` if no date can be read or if the day does not exist.
    """
    if is_canonical_day(text):
        return text
    return str(parse_date(_strip_time(text), day_first=day_first))


def read_date_readings(
    text: str, order: DateOrder | None = None, latest: datetime.date | None = None
) -> tuple[str, ...]:
    """Return the canonical texts of a date: two if it can be read both ways.

    `latest` is the last possible day of a date with a year of two digits, by default today. Raises
    the errors of `read_date`.
    """
    if is_canonical_day(text):
        return (text,)
    plain = _strip_time(text)
    day_first = (order or DateOrder()).day_first(plain)
    return tuple(map(str, date_readings(plain, day_first=day_first, latest=latest)))


def _strip_time(text: str) -> str:
    """Return a date without the time of day; eight digits become an ISO date."""
    plain = text.strip()
    if match := _COMPACT_DATE.match(plain):
        return "-".join(match.groups())
    match = _TIMESTAMP.match(plain) or _CLOCK_TIME.match(plain)
    return match[1] if match else plain


def _has_old_year(date: str) -> bool:
    return date[:4].isdecimal() and _FIRST_OLD_YEAR <= int(date[:4]) <= _LAST_OLD_YEAR


class OldBirths(NamedTuple):
    """Number of records with a birth year that may belong to another calendar, and the last such
    date (empty: none).
    """

    records: int
    example: str


def find_old_births(batch: Batch) -> OldBirths:
    """Count the records of a batch whose birth years may belong to another calendar."""
    column = batch.columns.get(BIRTH_DATE)
    if column is None:
        return OldBirths(0, "")
    texts = column.values.to_pylist()
    old_codes = [code for code, text in enumerate(texts) if _has_old_year(text)]
    is_old = np.isin(column.codes, old_codes)
    examples = [texts[code] for code in np.unique(column.codes[is_old]).tolist()]
    return OldBirths(len(np.unique(column.rows[is_old])), max(examples, default=""))


def describe_old_births(parts: Iterable[OldBirths]) -> str:
    """Return a warning about the records of a list, given in parts; empty if there are none."""
    parts = list(parts)
    records = sum(part.records for part in parts)
    example = max((part.example for part in parts), default="")
    if not records:
        return ""
    year = example[:4]
    return (
        f"{pluralize(records, 'record is', 'records are')} born in the years "
        f"{_FIRST_OLD_YEAR} to {_LAST_OLD_YEAR} "
        f"({example}); dates of the Hijri or solar calendar are converted only where they say so "
        f"('{year} AH', '{year} SH')"
    )
