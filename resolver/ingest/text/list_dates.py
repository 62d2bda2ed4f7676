"""Dates in the prose of lists, one or several in a text, as canonical texts.

Nothing is guessed: a text that is no date is returned for the notes.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import replace

from resolver.errors import DateError
from resolver.records import PartialDate, parse_date
from resolver.records.calendars import FIRST_YEAR, LAST_YEAR, calendar_in_text, names_other_calendar
from resolver.records.prepared.text_cache import cache_short_texts

MAX_TEXT = 1_000
"""Characters; a longer text is not read as dates."""
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
    """Return the canonical text of one date or range. Raises `DateError` where there is none.

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
    """Return a range of whole months as months, or as years where it covers whole years."""
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
    """Convert a date of another calendar, and keep its text so that it can be converted anew."""
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
