"""Dates as data files write them: what `parse_date` reads, and the two forms only machines write."""

from __future__ import annotations

import re

import numpy as np

from resolver.records import Batch, parse_date

_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MOMENT = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)

_FIRST, _LAST = 1280, 1450
"""Years in which people who live were born, by either of the other calendars."""


def read_date(text: str, *, day_first: bool = True) -> str:
    """The canonical text of a date; `19590915` and `1959-09-15 00:00:00` are days too (the time of day says nothing).

    Raises `DateError` where no date can be read or there is no such day.
    """
    plain = text.strip()
    if match := _COMPACT.match(plain):
        plain = "-".join(match.groups())
    elif match := _MOMENT.match(plain):
        plain = match[1]
    return str(parse_date(plain, day_first=day_first))


def old_births(batch: Batch) -> str:
    """What to say of births in years that may be meant for another calendar's; empty where there are none.

    A list of living people that gives 1341 as a year of birth hardly means ours; but it does not say so, and nothing is
    guessed.
    """
    column = batch.columns.get("birthDate")
    if column is None:
        return ""
    texts = column.values.to_pylist()
    old = [
        code
        for code, text in enumerate(texts)
        if text[:4].isdecimal() and _FIRST <= int(text[:4]) <= _LAST
    ]
    rows = np.unique(column.rows[np.isin(column.codes, old)])
    if not len(rows):
        return ""
    example = texts[old[-1]]
    return (
        f"{len(rows)} records are born in the years {_FIRST} to {_LAST} ({example}); dates of the Hijri or "
        f"solar calendar are converted only where they say so ('{example[:4]} AH', '{example[:4]} SH')"
    )
