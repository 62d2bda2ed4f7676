"""Similarity of partial dates as grades, which the model weighs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from resolver.comparison.alignment.name_arrays import read_only
from resolver.kernels.comparison import dates as kernel
from resolver.kernels.comparison.dates import (
    DateColumns,
    grade_query_dates,
    grade_record_dates,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import DateTable, FloatArray, PreparedBatch
from resolver.records.prepared.ragged import Ragged
from resolver.records.prepared.row_selection import BatchRows

GRADES = {
    kernel.SAME_DAY: "the same day",
    kernel.SAME_MONTH: "the same month, day not given",
    kernel.DAY_MONTH_SWAPPED: "day and month swapped",
    kernel.BOTH_NEW_YEAR: "the same year, both 1 January",
    kernel.SAME_YEAR: "the same year, one side gives no more",
    kernel.ONE_DIGIT: "one digit differs",
    kernel.RANGES_OVERLAP: "ranges or estimates overlap",
    kernel.ONE_NEW_YEAR: "the same year, one side 1 January",
    kernel.OTHER_YEAR: "the same day and month, another year",
    kernel.OTHER_DAY: "the same year, another day",
    kernel.ONE_YEAR: "one year apart",
    kernel.TWO_YEARS: "two years apart",
    kernel.FIVE_YEARS: "three to five years apart",
    kernel.TEN_YEARS: "six to ten years apart",
    kernel.FAR_APART: "more than ten years apart",
}
"""Meaning of each similarity of dates, best first."""


def best_date_grades(table: DateTable, side: Ragged, left: IntArray, right: IntArray) -> FloatArray:
    """Return the best grade between any date of the left and any of the right record.

    Records are rows of `side`; NaN where one has no date. Grades are the same in either order.
    """
    out = np.empty(len(left), dtype=np.float32)
    columns = DateColumns(table.year, table.last_year, table.month, table.day, table.circa)
    grade_record_dates(left, right, side.offsets, side.items, columns, out)
    return out


def query_date_grades(
    parts: Sequence[BatchRows], side: Callable[[PreparedBatch], Ragged]
) -> FloatArray:
    """Return `best_date_grades` of the only row of the first part and each row of all parts.

    The parts follow one another. Their tables are read in place: to combine them takes longer than
    to compare the dates.
    """
    query = parts[0].prepared
    table, dates = query.dates, side(query)[int(parts[0].rows[0])]
    columns = (table.year, table.last_year, table.month, table.day, table.circa)
    query_dates = np.array([column[dates] for column in columns], dtype=np.int32)
    out = np.empty(sum(len(part.rows) for part in parts), dtype=np.float32)
    filled = 0
    for part in parts:
        ragged, table = side(part.prepared), part.prepared.dates
        part_columns = DateColumns(
            *map(read_only, (table.year, table.last_year)),
            *map(read_only, (table.month, table.day, table.circa)),
        )
        end = filled + len(part.rows)
        grade_query_dates(
            *(query_dates, read_only(ragged.offsets), read_only(ragged.items)),
            *(part_columns, part.rows, out[filled:end]),
        )
        filled = end
    return out
