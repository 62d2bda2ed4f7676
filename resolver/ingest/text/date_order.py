"""Order of day and month in the all-digit dates of a file, by the file's own evidence.

`8/20/1985` proves that the month comes first, `20/8/1985` that the day does. Dates with dots have
an order of their own, and the day first where none is proven: the countries that write the month
first do not use dots.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from resolver.errors import DateError
from resolver.records import parse_date

_FIGURES = re.compile(r"\s*(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:\s+\d{1,2}:\d\d.{0,20})?")
_SHORT_YEAR = re.compile(r"\s*(?:\d{1,2}([./-])\d{1,2}\1|[^\d]*\d{1,2}[^\d]+)'?\d{2}\s*")
DAY_FIRST, MONTH_FIRST, EITHER = "day first", "month first", "either"
MAX_TEXT = 40
"""Characters; a longer text is no date alone."""


@dataclass(frozen=True, slots=True)
class DateOrder:
    """Order of dates with slashes or hyphens, and of dates with dots.

    `True` is day first, `False` month first, `None` unknown or of both kinds: a date that may be
    read both ways then has two readings.
    """

    slashed: bool | None = None
    dotted: bool | None = True

    def day_first(self, text: str) -> bool | None:
        """Return the order of one date."""
        return self.dotted if "." in text else self.slashed


@dataclass(slots=True)
class DateEvidence:
    """Evidence of the dates of a file, gathered text by text: counts, and an example of each."""

    counts: Counter[tuple[bool, str]] = field(default_factory=Counter)
    examples: dict[tuple[bool, str], str] = field(default_factory=dict)
    short_years: int = 0
    short_example: str = ""

    def add(self, text: str, count: int = 1) -> None:
        """Add a date that occurs `count` times; other texts say nothing."""
        # Nearly all files begin their dates with the year.
        if len(text) > MAX_TEXT or text[:4].isdecimal():
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
        """Yield a line on each assumption; `remedy` says how to settle what is read both ways."""
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
    """Return the order that two numbers prove, or an empty text where it does not matter."""
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
