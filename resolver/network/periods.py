"""Periods of relations: whether one was in force on a day, and whether its dates make sense."""

from __future__ import annotations

import calendar
from dataclasses import replace

from resolver.errors import DateError
from resolver.records.dates import PartialDate, parse_date
from resolver.records.prepared.text_cache import cache_short_texts


@cache_short_texts(8_192)
def first_and_last_day(text: str) -> tuple[str, str]:
    """Return the first and the last day (ISO) that a date as written can mean; empty for none."""
    try:
        date = parse_date(text)
    except DateError:
        return "", ""
    return _first_day(date), _last_day(date)


def _first_day(date: PartialDate) -> str:
    return f"{date.year:04d}-{date.month or 1:02d}-{date.day or 1:02d}"


def _last_day(date: PartialDate) -> str:
    if date.until is not None:
        return _last_day(replace(date.until, until=None))
    month = date.month or 12
    day = date.day or calendar.monthrange(date.year, month)[1]
    return f"{date.year:04d}-{month:02d}-{day:02d}"


def is_in_force(start: str, end: str, day: str) -> bool:
    """Return whether a period may hold on a day (ISO). An end that is unknown is open."""
    first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
    return (not first or first <= day) and (not last or day <= last)


def is_reversed(start: str, end: str) -> bool:
    """Return whether a period ends before it can have started."""
    first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
    return bool(first and last) and last < first


def years_of(start: str, end: str) -> tuple[int, int] | None:
    """Return the first and last year of a period; the last is 9999 where it is open. None for one
    without a date, or reversed.
    """
    first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
    if not (first or last) or is_reversed(start, end):
        return None
    year = int((first or last)[:4])
    return year, int(last[:4]) if last else 9999
