"""Dates of data files: the forms that `parse_date` reads, and two forms only machines write."""

from __future__ import annotations

import re

import numpy as np

from resolver.records import Batch, parse_date

_COMPACT_DATE = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_TIMESTAMP = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)

_FIRST_OLD_YEAR = 1280
_LAST_OLD_YEAR = 1450
"""Last of the years in which living people were born, by the Hijri and solar calendars."""


def read_date(text: str, *, day_first: bool = True) -> str:
    """Return the canonical text of a date.

    `19590915` and `1959-09-15 00:00:00` are days too (the time of day is ignored). Raises
    `DateError` where no date can be read or there is no such day.
    """
    plain = text.strip()
    if match := _COMPACT_DATE.match(plain):
        plain = "-".join(match.groups())
    elif match := _TIMESTAMP.match(plain):
        plain = match[1]
    return str(parse_date(plain, day_first=day_first))


def _has_old_year(date: str) -> bool:
    return date[:4].isdecimal() and _FIRST_OLD_YEAR <= int(date[:4]) <= _LAST_OLD_YEAR


def describe_old_births(batch: Batch) -> str:
    """Return a warning about birth years that may belong to another calendar, or an empty text."""
    column = batch.columns.get("birthDate")
    if column is None:
        return ""
    texts = column.values.to_pylist()
    old_codes = [code for code, text in enumerate(texts) if _has_old_year(text)]
    rows = np.unique(column.rows[np.isin(column.codes, old_codes)])
    if not len(rows):
        return ""
    example = texts[old_codes[-1]]
    year = example[:4]
    return (
        f"{len(rows)} records are born in the years {_FIRST_OLD_YEAR} to {_LAST_OLD_YEAR} "
        f"({example}); dates of the Hijri or solar calendar are converted only where they say so "
        f"('{year} AH', '{year} SH')"
    )
