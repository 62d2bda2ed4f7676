"""Dates as data files write them: what `parse_date` reads, and the two forms only machines write."""

from __future__ import annotations

import re

from resolver.records import parse_date

_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MOMENT = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")


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
