"""Similarity of partial dates as grades in 0…1."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.runtime.arrays import AnyIntArray, FloatArray, IntArray, LongArray
from resolver.runtime.compiler import ahead, compiled

SAME_DAY = 1.0
SAME_MONTH = 0.92
DAY_MONTH_SWAPPED = 0.86
BOTH_NEW_YEAR = 0.83
SAME_YEAR = 0.8
ONE_DIGIT = 0.7
RANGES_OVERLAP = 0.6
OTHER_MONTH = 0.58
ONE_NEW_YEAR = 0.5
SAME_YEAR_AND_MONTH = 0.46
OTHER_YEAR = 0.45
OTHER_DAY = 0.4
ONE_YEAR = 0.35
TWO_YEARS = 0.25
FIVE_YEARS = 0.15
TEN_YEARS = 0.08
FAR_APART = 0.0
"""Grades, in the order of what they say for one person, since weights rise with them.

Two persons born in one year mostly differ in the day, and few people share day and month but not
the year. Registers often have one part of a date wrong, and two of three parts seldom agree by
chance: in seven sets of third parties, another month alone says nearly as much for one person as
another digit, and another day alone no less than another year alone. Where a source writes
1 January for want of a day, the others seldom know the day either.
`resolver.names.context.GRADES` describes each.
"""
_NO_GRADE = -1.0
_AHEAD = 6
"""Rows between two steps that request memory."""


class DateColumns(NamedTuple):
    """Columns of a date table; year, month and day are 0 where unknown."""

    year: AnyIntArray
    last_year: AnyIntArray
    month: AnyIntArray
    day: AnyIntArray
    circa: AnyIntArray


class PartialDate(NamedTuple):
    """Date: first and last possible year, month, day (0 unknown), and whether it is an estimate."""

    year: int
    last_year: int
    month: int
    day: int
    circa: int


@compiled(inline="always", allocates=False)
def _date_at(dates: DateColumns, row: int) -> PartialDate:
    return PartialDate(
        dates.year[row], dates.last_year[row], dates.month[row], dates.day[row], dates.circa[row]
    )


@compiled(allocates=False)
def _count_digits(left: PartialDate, right: PartialDate) -> int:
    """Return the number of digits in which two dates differ."""
    count = 0
    for place in (1, 10, 100, 1000):
        if (left.year // place) % 10 != (right.year // place) % 10:
            count += 1
    for place in (1, 10):
        if (left.month // place) % 10 != (right.month // place) % 10:
            count += 1
        if (left.day // place) % 10 != (right.day // place) % 10:
            count += 1
    return count


@compiled(inline="always", allocates=False)
def _is_new_year(date: PartialDate) -> bool:
    """Return whether a date is 1 January, which sources write where only the year is known."""
    return date.month == 1 and date.day == 1


@compiled(allocates=False)
def _grade_same_year(left: PartialDate, right: PartialDate) -> float:
    """Return the grade of two exact dates in one year that may be the same date, or -1."""
    same_month = left.month == right.month
    if same_month and left.day == right.day and left.day > 0:
        return BOTH_NEW_YEAR if _is_new_year(left) else SAME_DAY
    if left.month == 0 or right.month == 0:
        return SAME_YEAR
    if same_month and (left.day == 0 or right.day == 0):
        return SAME_MONTH
    if left.day > 0 and left.month == right.day and left.day == right.month:
        return DAY_MONTH_SWAPPED
    return ONE_NEW_YEAR if _is_new_year(left) or _is_new_year(right) else _NO_GRADE


@compiled(allocates=False)
def _grade_other_day(left: PartialDate, right: PartialDate) -> float:
    """Return the grade of two exact dates that are not the same, or -1 where the gap counts."""
    both_new_year = _is_new_year(left) and _is_new_year(right)
    if left.day > 0 and right.day > 0 and not both_new_year:
        if _count_digits(left, right) == 1:
            return ONE_DIGIT
        if left.year == right.year and left.day == right.day:
            return OTHER_MONTH
        if left.year == right.year:
            return SAME_YEAR_AND_MONTH if left.month == right.month else OTHER_DAY
        if left.month == right.month and left.day == right.day:
            return OTHER_YEAR
    return OTHER_DAY if left.year == right.year else _NO_GRADE


@compiled(allocates=False)
def _grade_gap(gap: int) -> float:
    """Return the grade of dates that are `gap` years apart."""
    if gap <= 1:
        return ONE_YEAR
    if gap <= 2:
        return TWO_YEARS
    if gap <= 5:
        return FIVE_YEARS
    return TEN_YEARS if gap <= 10 else FAR_APART


@compiled(allocates=False)
def grade_dates(left: PartialDate, right: PartialDate) -> float:
    """Return the grade of two dates, the same in either order."""
    is_range = left.year != left.last_year or right.year != right.last_year
    is_estimate = left.circa or right.circa
    is_exact = not (is_range or is_estimate)
    grade = _NO_GRADE
    if is_exact:
        if left.year == right.year:
            grade = _grade_same_year(left, right)
        if grade < 0:
            grade = _grade_other_day(left, right)
    if grade < 0:
        gap = max(left.year, right.year) - min(left.last_year, right.last_year)
        if not is_exact and gap <= (1 if is_estimate else 0):
            grade = RANGES_OVERLAP
        else:
            grade = _grade_gap(gap)
    return grade


@compiled(allocates=False)
def grade_record_dates(
    left: AnyIntArray,
    right: AnyIntArray,
    offsets: IntArray,
    items: IntArray,
    dates: DateColumns,
    out: FloatArray,
) -> None:
    """Write the best grade between any dates of each pair of rows; NaN where a row has none."""
    for pair in range(len(left)):
        best = np.float32(np.nan)
        for first in range(offsets[left[pair]], offsets[left[pair] + 1]):
            date = _date_at(dates, items[first])
            if date.year == 0:
                continue
            for second in range(offsets[right[pair]], offsets[right[pair] + 1]):
                other_date = _date_at(dates, items[second])
                if other_date.year == 0:
                    continue
                grade = np.float32(grade_dates(date, other_date))
                if not best >= grade:
                    best = grade
        out[pair] = best


@compiled(inline="always", allocates=False)
def _request_date(dates: DateColumns, items: IntArray, place: int) -> None:
    """Request the date that an item names, if there is one."""
    if place < len(items):
        row = items[place]
        ahead(dates.year, row)
        ahead(dates.last_year, row)
        ahead(dates.month, row)
        ahead(dates.day, row)
        ahead(dates.circa, row)


@compiled(allocates=False)
def grade_query_dates(
    query: IntArray,
    offsets: IntArray,
    items: IntArray,
    dates: DateColumns,
    rows: LongArray,
    out: FloatArray,
) -> None:
    """Write the best grade between the dates of a query and any date of each row.

    `query`: the fields of `PartialDate` × dates. NaN where either side has no date. Rows lie far
    apart in memory, so what each step reads is requested some rows before.
    """
    last = len(rows) - 1
    for place in range(len(rows)):
        ahead(offsets, rows[min(place + 3 * _AHEAD, last)])
        ahead(items, offsets[rows[min(place + 2 * _AHEAD, last)]])
        _request_date(dates, items, offsets[rows[min(place + _AHEAD, last)]])
        best = np.float32(np.nan)
        for item in range(offsets[rows[place]], offsets[rows[place] + 1]):
            date = _date_at(dates, items[item])
            if date.year == 0:
                continue
            for at in range(query.shape[1]):
                query_date = PartialDate(
                    query[0, at], query[1, at], query[2, at], query[3, at], query[4, at]
                )
                if query_date.year == 0:
                    continue
                grade = np.float32(grade_dates(query_date, date))
                if not best >= grade:
                    best = grade
        out[place] = best
