"""Dates as lists write them, one or several in a text, to canonical texts (see `resolver.records.dates`).

Nothing is guessed: what is no date comes back as text for the notes.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from functools import lru_cache

from resolver.errors import DateError
from resolver.records import PartialDate, parse_date
from resolver.records.calendars import FIRST_YEAR, LAST_YEAR, calendar_named, names_other_calendar

MAX_TEXT = 1_000
"""Characters; a longer text is no list of dates."""
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_PLAIN = re.compile(r"(?:(\d{1,2}) )?(?:([A-Z][a-z]{2})[a-z]*\.? )?(\d{4})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")

_NOTHING = re.compile(r"n/?[ad]|none|unknown|-+|not available|", re.I)
_LABEL = re.compile(r"(?:^|[\s,;])\(?(?:[a-h]|i{1,3}|iv)\)\s*")
_OR = re.compile(r"\s+or\s+|\s+/\s+|[;,]|(?<=\d{4})/(?=\d{1,2}\.)", re.I)
_BRACKETS = re.compile(r"\([^()]*\)")
_WORD = (
    r"(?:approximately|approx\.?|circa|around|about|probably|possibly|presumed|estimated"
    r"|middle of the|beginning of the|end of the|c\.|ca\.?)(?![^\W\d_])"
)
_CIRCA = re.compile(rf"\(?\b{_WORD}[:\s]*\)?", re.I)
_GREGORIAN = re.compile(r"\(\s*Gregorian(?: calendar)?\s*\)", re.I)
_ALTERNATIVE = re.compile(
    rf"(?:or\s+)?((?:{_WORD}:?\s+)?[^a-z]*?\d{{4}})((?:\s+for\s+.*)?)", re.I | re.S
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


@lru_cache(maxsize=8_192)
def canonical(text: str) -> str:
    """The canonical text of one written date or range. Raises `DateError` where there is none.

    A range of whole months or years is shortened: 01 Jan 1961 to 31 Dec 1963 says no more than 1961 to 1963.
    """
    if match := _DOTTED.fullmatch(text):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
        if month <= 12:
            return str(PartialDate(year, month, day))
    elif match := _PLAIN.fullmatch(text):
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
    """A range from a month's first day to another's last, said in months, or in years where they are whole."""
    years = first.month == 1 and last.month == 12
    start = PartialDate(first.year, 0 if years else first.month, circa=first.circa)
    end = PartialDate(last.year, 0 if years else last.month)
    return start if replace(start, circa=False) == end else replace(start, until=end)


@lru_cache(maxsize=8_192)
def read_dates(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All dates of a text that may offer several: (canonical texts, pieces that are no date), each without repetition.

    Knows lists `(a) …, (b) …`, alternatives (`or`, `,`, `;`, ` / `), estimates (`approximately`, `presumed` …),
    the alternative in brackets, `March/April 1965`, `March 1968/1969`, `1960s-1970s`. A date of another calendar is
    read where it says so, and stays among the pieces as it was written. A day without a year or `before 1964` is no
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
    for piece in _pieces(text):
        found, left = _piece(piece)
        dates.update(dict.fromkeys(found))
        unread.update(dict.fromkeys(left))
    return tuple(dates), tuple(unread)


def _pieces(text: str) -> list[str]:
    pieces = _sharing_calendar(
        [piece for part in _LABEL.split(text) for piece in _outside_brackets(part)]
    )
    if len(pieces) > 1 and " or " in text and _CIRCA.match(pieces[0]):
        # an estimate holds for the years that follow it, not for a date known to the day
        return [f"circa {piece}" if re.fullmatch(r"\d{4}", piece) else piece for piece in pieces]
    return pieces


def _sharing_calendar(pieces: list[str]) -> list[str]:
    """Alternatives of which one names another calendar: it holds for the years before it that can be no birth of ours,
    as in `1341 or 1342 (solar)`."""
    named = next((name for name in map(calendar_named, pieces) if name), "")
    if not named:
        return pieces
    return [f"{piece} ({named})" if _old_year(piece) else piece for piece in pieces]


def _old_year(piece: str) -> bool:
    return bool(re.fullmatch(r"\d{4}", piece)) and FIRST_YEAR <= int(piece) <= LAST_YEAR


def _outside_brackets(text: str) -> list[str]:
    """The alternatives of a text; what stands in brackets stays with what stands before it."""
    brackets = _BRACKETS.findall(text)
    pieces = _OR.split(_BRACKETS.sub("\x00", text))
    inner = iter(brackets)
    whole = [re.sub("\x00", lambda _: next(inner), piece).strip(" .") for piece in pieces]
    return [piece for piece in whole if piece]


def _piece(text: str) -> tuple[list[str], list[str]]:
    """One alternative: its dates and what is left of it."""
    if _NOTHING.fullmatch(text.strip("().")):
        return [], []
    plain = _GREGORIAN.sub("", text).strip()
    if re.match(r"before\b|after\b", plain, re.I):
        return [], [text]
    if names_other_calendar(plain):
        return _of_other_calendar(text)
    dates: list[str] = []
    left: list[str] = []
    for bracket in _BRACKETS.findall(plain):
        inner = bracket[1:-1].strip()
        if len(bracket) == len(plain):
            plain = inner
        elif match := _ALTERNATIVE.fullmatch(inner):
            dates += _one(match[1])[0]
            left += [inner] if match[2] or not dates else []
            plain = plain.replace(bracket, " ")
        elif not _CIRCA.fullmatch(bracket):
            left.append(inner)
            plain = plain.replace(bracket, " ")
    first, rest = _one(plain)
    return first + dates, rest + left


def _of_other_calendar(text: str) -> tuple[list[str], list[str]]:
    """What was written stays beside the converted date, so that a reader can convert it anew."""
    try:
        return [canonical(text)], [text]
    except DateError:
        return [], [text]


def _one(text: str) -> tuple[list[str], list[str]]:
    """A text without alternatives: its date, and the words after it."""
    plain = _CIRCA.sub(" ", text)
    circa = plain != text
    plain = _tidied(plain)
    if match := _YEAR_CHOICE.fullmatch(plain):
        one, other = _one(match[1] + match[2]), _one(match[1] + match[3])
        return one[0] + other[0], one[1] + other[1]
    try:
        return [_estimated(canonical(plain), circa)], []
    except DateError:
        match = _LEADING.match(plain)
        if not match:
            return [], [text]
    try:
        return [_estimated(canonical(match[1]), circa)], [match[2]] if match[2] else []
    except DateError:
        return [], [text]


def _tidied(text: str) -> str:
    text = re.sub(r"(?<=\d)\.\s+(?=\d)|(?<=\d\.\d\d)\s(?=\d{4}$)", ".", text)
    text = re.sub(r"(?<=[a-z])\.(?=\d)", ". ", text)
    text = _DECADES.sub(r"\g<1>0 to \g<2>9", text)
    text = _MONTH_SPAN.sub(r"\1 \3 to \2 \3", _MONTHS_BETWEEN.sub(r"\1/\2 \3", text))
    return " ".join(_BEGUN.sub("", text).strip(" .,").split())


def _estimated(text: str, circa: bool) -> str:
    if not circa or "~" in text:
        return text
    first, slash, last = text.partition("/")
    return f"{first}~{slash}{last}"
