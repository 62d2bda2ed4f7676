"""Similarity of partial dates, as grades that the model weighs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.comparison.alignment.name_arrays import fixed
from resolver.kernels.compiler import compiled
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import DateTable, FloatArray, Prepared
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.row_selection import Part

GRADES = {
    1.0: "the same day",
    0.92: "the same month, day not given",
    0.86: "day and month swapped",
    0.83: "the same year, both 1 January",
    0.8: "the same year, one side gives no more",
    0.76: "the same year, one side 1 January",
    0.7: "one digit differs",
    0.6: "ranges or estimates overlap",
    0.5: "the same year, another day",
    0.45: "the same day and month, another year",
    0.35: "one year apart",
    0.25: "two years apart",
    0.15: "three to five years apart",
    0.08: "six to ten years apart",
    0.0: "more than ten years apart",
}
"""What each similarity means."""


@compiled()
def _digits_differing(year_a, month_a, day_a, year_b, month_b, day_b):  # type: ignore[no-untyped-def]
    count = 0
    for place in (1, 10, 100, 1000):
        if (year_a // place) % 10 != (year_b // place) % 10:
            count += 1
    for place in (1, 10):
        if (month_a // place) % 10 != (month_b // place) % 10:
            count += 1
        if (day_a // place) % 10 != (day_b // place) % 10:
            count += 1
    return count


@compiled()
def _grade(year_a, last_a, month_a, day_a, circa_a, year_b, last_b, month_b, day_b, circa_b):  # type: ignore[no-untyped-def]
    ranged = year_a != last_a or year_b != last_b
    exact = not (ranged or circa_a or circa_b)
    if exact and year_a == year_b:
        if month_a == month_b and day_a == day_b and day_a > 0:
            # 1 January is what is written where only the year is known
            return 0.83 if month_a == 1 and day_a == 1 else 1.0
        if month_a == 0 or month_b == 0:
            return 0.8
        if month_a == month_b and (day_a == 0 or day_b == 0):
            return 0.92
        if day_a > 0 and month_a == day_b and day_a == month_b:
            return 0.86
        if (month_a == 1 and day_a == 1) or (month_b == 1 and day_b == 1):
            return 0.76
    default = month_a == 1 and day_a == 1 and month_b == 1 and day_b == 1
    if exact and day_a > 0 and day_b > 0 and not default:
        if _digits_differing(year_a, month_a, day_a, year_b, month_b, day_b) == 1:
            return 0.7
        if year_a == year_b:
            return 0.5
        if month_a == month_b and day_a == day_b:
            return 0.45
    if exact and year_a == year_b:
        return 0.5
    gap = max(year_a, year_b) - min(last_a, last_b)
    if not exact and gap <= (1 if circa_a or circa_b else 0):
        return 0.6
    if gap <= 1:
        return 0.35
    if gap <= 2:
        return 0.25
    if gap <= 5:
        return 0.15
    return 0.08 if gap <= 10 else 0.0


@compiled()
def _best(left, right, offsets, items, year, last, month, day, circa, out):  # type: ignore[no-untyped-def]
    for pair in range(len(left)):
        best = np.float32(np.nan)
        for one in range(offsets[left[pair]], offsets[left[pair] + 1]):
            a = items[one]
            if year[a] == 0:
                continue
            for two in range(offsets[right[pair]], offsets[right[pair] + 1]):
                b = items[two]
                if year[b] == 0:
                    continue
                found = np.float32(
                    _grade(
                        year[a],
                        last[a],
                        month[a],
                        day[a],
                        circa[a],
                        year[b],
                        last[b],
                        month[b],
                        day[b],
                        circa[b],
                    )
                )
                if not best >= found:
                    best = found
        out[pair] = best


def best_dates(table: DateTable, side: Ragged, left: IntArray, right: IntArray) -> FloatArray:
    """The best of GRADES between any date of the left and any of the right record (rows of `side`); NaN where one has
    none. Two dates are as alike whichever goes first."""
    out = np.empty(len(left), dtype=np.float32)
    _best(
        *(left, right, side.offsets, side.items),
        *(table.year, table.last_year, table.month, table.day, table.circa, out),
    )
    return out


@compiled()
def _beside(ours, offsets, items, year, last, month, day, circa, rows, out):  # type: ignore[no-untyped-def]
    for place in range(len(rows)):
        best = np.float32(np.nan)
        for at in range(offsets[rows[place]], offsets[rows[place] + 1]):
            b = items[at]
            if year[b] == 0:
                continue
            for a in range(ours.shape[1]):
                if ours[0, a] == 0:
                    continue
                found = np.float32(
                    _grade(
                        *(ours[0, a], ours[1, a], ours[2, a], ours[3, a], ours[4, a]),
                        *(year[b], last[b], month[b], day[b], circa[b]),
                    )
                )
                if not best >= found:
                    best = found
        out[place] = best


def dates_beside(parts: Sequence[Part], side: Callable[[Prepared], Ragged]) -> FloatArray:
    """`best_dates` of the only row of the first part and each row of all parts, one part after the other, read where
    they lie: to put them together takes longer than to compare them."""
    asked = parts[0].prepared
    table, own = asked.dates, side(asked)[int(parts[0].rows[0])]
    columns = (table.year, table.last_year, table.month, table.day, table.circa)
    ours = np.array([column[own] for column in columns], dtype=np.int32)
    out = np.empty(sum(len(part.rows) for part in parts), dtype=np.float32)
    filled = 0
    for part in parts:
        held, dates = side(part.prepared), part.prepared.dates
        said: tuple[npt.NDArray[Any], ...] = (
            *(held.offsets, held.items),
            *(dates.year, dates.last_year, dates.month, dates.day, dates.circa),
        )
        _beside(ours, *map(fixed, said), part.rows, out[filled : filled + len(part.rows)])
        filled += len(part.rows)
    return out
