"""Dates of data files: the forms that `parse_date` reads, and some that only machines write."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from resolver.ingest.text.date_order import DateOrder
from resolver.records import Batch, date_readings, parse_date
from resolver.records.dates import is_canonical_day
from resolver.reference.plurals import pluralize

_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_TIMESTAMP = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
_CLOCK_TIME = re.compile(
    r"^(\d{1,2}[./-]\d{1,2}[./-]\d{2,4})\s+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[AP]M)?$", re.I
)

_FIRST_OLD_YEAR = 1280
_LAST_OLD_YEAR = 1450
"""Last of the years in which living people were born, by the Hijri and solar calendars."""


def read_date(text: str, *, day_first: bool = True) -> str:
    """Return the canonical text of a date.

    `19590915`, `1959-09-15 00:00:00` and `9/15/1959 12:00:00 AM` are days too (the time of day is
    ignored). Raises `DateError` where no date can be read or there is no such day.
    """
    if is_canonical_day(text):
        return text
    return str(parse_date(_strip_time(text), day_first=day_first))


def read_date_readings(
    text: str, order: DateOrder | None = None, latest: datetime.date | None = None
) -> tuple[str, ...]:
    """Return the canonical texts of a date: two where it can be read both ways in its order.

    `latest` is the last day of a year of two digits, today by default. Raises the errors of
    `read_date`.
    """
    if is_canonical_day(text):
        return (text,)
    plain = _strip_time(text)
    day_first = (order or DateOrder()).day_first(plain)
    return tuple(map(str, date_readings(plain, day_first=day_first, latest=latest)))


def _strip_time(text: str) -> str:
    """Return a date without the time of day, eight digits as an ISO date."""
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
    column = batch.columns.get("birthDate")
    if column is None:
        return OldBirths(0, "")
    texts = column.values.to_pylist()
    old_codes = [code for code, text in enumerate(texts) if _has_old_year(text)]
    is_old = np.isin(column.codes, old_codes)
    examples = [texts[code] for code in np.unique(column.codes[is_old]).tolist()]
    return OldBirths(len(np.unique(column.rows[is_old])), max(examples, default=""))


def describe_old_births(parts: Iterable[OldBirths]) -> str:
    """Return a warning about the records of a list, given in parts; empty where it has none."""
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
