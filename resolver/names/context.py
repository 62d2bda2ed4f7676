"""`Context`: the pairs of records that comparators compare, with results that several comparators
use.

A comparator receives a `Context` of m pairs and returns m similarities. The context aligns the
names of all pairs once, when the first comparator asks for it, and keeps the result. Each function
before the class computes one of these results: similarities of names, grading by gender, and grades
of dates (`GRADES`), which the model weighs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from resolver.names.kernels.name_records import PAIR_ALIGNMENT, NameArrays
from resolver.names.kernels.name_similarities import (
    NameSimilarities,
    fill_contradicting,
    fill_name_similarities,
    grade_by_gender,
    keep_name_only,
)
from resolver.names.name_index import NameIndex, read_only
from resolver.names.pair_alignment import COLUMNS, align_records, factorize
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import LazyBatch
from resolver.records.prepared.batch import (
    ByteArray,
    DateTable,
    FloatArray,
    PreparedBatch,
    Ragged,
    spread,
)
from resolver.records.prepared.population import NO_FREQUENCIES, FrequencyTables
from resolver.records.prepared.row_selection import BatchRows
from resolver.runtime.threads import lazy_property
from resolver.values.kernels import dates as kernel
from resolver.values.kernels.dates import DateColumns, grade_query_dates, grade_record_dates


def name_similarities(alignments: npt.NDArray[np.void]) -> tuple[NameSimilarities, int]:
    """Return the similarities of alignments (`PAIR_ALIGNMENT`).

    The second value is the number of pairs in which only the family name contradicts.
    """
    shape = (len(NameSimilarities._fields), len(alignments))
    similarities = NameSimilarities(*np.empty(shape, dtype=np.float32))
    return similarities, int(fill_name_similarities(alignments, similarities))


def gender_graded(
    value: FloatArray, sides: FloatArray, gender: ByteArray, left: IntArray, right: IntArray
) -> FloatArray:
    """Return `value`, graded by gender for pairs in which only the family name contradicts.

    Women may change their family name, men seldom do. `sides` is the `Contradiction` of each pair.
    `gender` has a value for each record. `left` and `right` are the records of each pair.
    """
    graded = value.copy()
    grade_by_gender(sides, gender, left, right, graded)
    return graded


def name_only_values(
    value: FloatArray, name_only: npt.NDArray[np.bool_], left: IntArray, right: IntArray
) -> FloatArray:
    """Return the value of each pair if both records have only names; NaN for other pairs."""
    values = np.empty(len(left), dtype=np.float32)
    keep_name_only(value, name_only, left, right, values)
    return values


def keep_equal_names(names: NameArrays, left: int, right: int, alignment: np.void) -> None:
    """Change the alignment of two records to that of their equal names, of which there is one pair
    or more. Of several, the pair of the best quality counts.

    Equal names have the same words, apart from particles, titles and legal forms.
    """
    first, second = (
        names.names[names.records[row]["names"] : names.records[row + 1]["names"]]
        for row in (left, right)
    )
    quality = np.maximum.outer(first["quality"], second["quality"]).astype(np.int64)
    quality[np.not_equal.outer(first["compact"], second["compact"])] = _UNEQUAL
    place = np.unravel_index(np.argmin(quality), quality.shape)
    alignment["left_form"], alignment["right_form"] = (
        first["form"][place[0]],
        second["form"][place[1]],
    )
    alignment["quality"] = quality[place]
    alignment["contradicted"] = alignment["omitted"] = 0
    alignment["weakest"] = alignment["share"] = 1
    if alignment["primary"] >= 0:
        alignment["primary"] = 1
    if alignment["apart"] >= 0:
        alignment["apart"] = 0


_UNEQUAL = 1 << 16
"""More than any quality of a name."""
GRADES = {
    kernel.SAME_DAY: "the same day",
    kernel.SAME_MONTH: "the same month, day not given",
    kernel.DAY_MONTH_SWAPPED: "day and month swapped",
    kernel.BOTH_NEW_YEAR: "the same year, both 1 January",
    kernel.SAME_YEAR: "the same year, one side gives no more",
    kernel.ONE_DIGIT: "one digit differs",
    kernel.RANGES_OVERLAP: "ranges or estimates overlap",
    kernel.OTHER_MONTH: "the same year and day, another month",
    kernel.ONE_NEW_YEAR: "the same year, one side 1 January",
    kernel.SAME_YEAR_AND_MONTH: "the same year and month, another day",
    kernel.OTHER_YEAR: "the same day and month, another year",
    kernel.OTHER_DAY: "the same year, another day and month",
    kernel.ONE_YEAR: "one year apart",
    kernel.TWO_YEARS: "two years apart",
    kernel.FIVE_YEARS: "three to five years apart",
    kernel.TEN_YEARS: "six to ten years apart",
    kernel.FAR_APART: "more than ten years apart",
}
"""Meaning of each similarity of dates, best first."""


def best_date_grades(table: DateTable, side: Ragged, left: IntArray, right: IntArray) -> FloatArray:
    """Return the best grade between any date of the left and any of the right record.

    Records are rows of `side`. The grade is NaN if one of the two records has no date. The order of
    the two records does not matter.
    """
    out = np.empty(len(left), dtype=np.float32)
    columns = DateColumns(table.year, table.last_year, table.month, table.day, table.circa)
    grade_record_dates(left, right, side.offsets, side.items, columns, out)
    return out


def query_date_grades(
    parts: Sequence[BatchRows], side: Callable[[PreparedBatch], Ragged]
) -> FloatArray:
    """Return `best_date_grades` of the only row of the first part compared with each row of all
    parts.

    Results are in the order of the parts. The tables of the parts are not combined, because that
    would take longer than the comparison.
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


ValuePairs = Callable[[IntArray, IntArray], FloatArray]
"""Function from codes of two values, pair by pair, to their similarities."""
_MIN_PARALLEL = 20_000
"""Minimum number of pairs for which several threads are faster than one."""


@dataclass(frozen=True)
class Context:
    """m pairs of records of one kind.

    `left` and `right` are rows of `prepared`. `group` is true if the rarity of words is their
    rarity in names of groups. `frequencies` says how common values are. `is_check`: one record of
    each pair is a query; of a group or an asset that has exactly the name of the query, only this
    name is compared.
    """

    prepared: PreparedBatch
    names: NameIndex
    left: IntArray
    right: IntArray
    group: bool
    workers: int = field(default=2)
    frequencies: FrequencyTables = NO_FREQUENCIES
    is_check: bool = False

    @lazy_property
    def alignment(self) -> dict[str, FloatArray]:
        """Columns of the alignments by name (`pair_alignment.COLUMNS`), each of length m."""
        return {name: self.alignments[name] for name in COLUMNS}

    @lazy_property
    def similarities(self) -> tuple[NameSimilarities, int]:
        """Similarities of names, and the number of pairs in which only the family name
        contradicts.
        """
        return name_similarities(self.alignments)

    @lazy_property
    def names_contradict(self) -> npt.NDArray[np.bool_]:
        """True for each pair whose two names contradict each other.

        The two records then belong to two different bearers. Values that both records have then
        belong to a household or an office, or are a mistake.
        """
        contradict = np.zeros(len(self.left), dtype=np.bool_)
        fill_contradicting(self.left, self.right, self.alignments, self.names.arrays, contradict)
        return contradict

    @lazy_property
    def birth_grades(self) -> FloatArray:
        """Best grade between the birth dates of each pair (`GRADES`); NaN if a record has no
        date.
        """
        return self.date_grades(lambda prepared: prepared.births)

    def date_grades(self, side: Callable[[PreparedBatch], Ragged]) -> FloatArray:
        """Return the best grade between dates of each pair; NaN if a record has none."""
        if isinstance(self.prepared, LazyBatch) and self.prepared.is_query:
            # One record of each pair is the query, row 0.
            grades = query_date_grades(self.prepared.parts, side)
            return np.take(grades, self.left + self.right)
        return best_date_grades(self.prepared.dates, side(self.prepared), self.left, self.right)

    @lazy_property
    def best_forms(self) -> tuple[IntArray, IntArray]:
        """Name forms of the best supported pair of names of each pair of records; -1 if a record
        has no name.
        """
        return (
            np.ascontiguousarray(self.alignments["left_form"]),
            np.ascontiguousarray(self.alignments["right_form"]),
        )

    @lazy_property
    def principal_forms(self) -> tuple[IntArray, IntArray]:
        """Forms of the first principal name of both records; -1 if a record has no name.

        In a check, an equal name stands for the principal names: a caller who asks for an alias
        does not ask for a branch.
        """
        principal = self.names.principal[self.left], self.names.principal[self.right]
        if not self._asks_names_of_groups:
            return principal
        is_exact = self.alignments["exact"] == 1
        best = self.best_forms
        return (
            np.where(is_exact, best[0], principal[0]),
            np.where(is_exact, best[1], principal[1]),
        )

    @property
    def _asks_names_of_groups(self) -> bool:
        return self.is_check and self.group

    @lazy_property
    def alignments(self) -> npt.NDArray[np.void]:
        """Alignments of the names of all pairs (`PAIR_ALIGNMENT`)."""
        alignments = np.zeros(len(self.left), dtype=PAIR_ALIGNMENT)
        tokens, names = self.names.tokens, self.names.arrays

        def run(start: int, end: int) -> None:
            part = slice(start, end)
            left, right = self.left[part], self.right[part]
            with self.names.token_index.memo() as memo:
                align_records(tokens, names, memo, left, right, self.group, alignments[part])

        _run_slices(run, len(self.left), self.workers)
        if self._asks_names_of_groups:
            for pair in np.flatnonzero(alignments["exact"] == 1).tolist():
                records = int(self.left[pair]), int(self.right[pair])
                keep_equal_names(self.names.arrays, *records, alignments[pair])
        return alignments

    def best_of(self, side: Ragged, compare: ValuePairs) -> FloatArray:
        """Return the best similarity between any value of the left and any of the right record.

        The similarity is NaN if a record has no value. `compare` receives every distinct pair of
        values once, as codes of the table of `side`, with the lower code first.
        """
        best = np.full(len(self.left), np.nan, dtype=np.float32)
        if not len(side.items):
            return best
        left_counts, right_counts = side.counts[self.left], side.counts[self.right]
        sizes = left_counts.astype(np.int64) * right_counts
        pairs = np.flatnonzero(sizes > 0)
        if not len(pairs):
            return best
        single = int(sizes.max()) == 1
        if single:
            first = side.offsets[:-1]
            left, right = side.items[first[self.left[pairs]]], side.items[first[self.right[pairs]]]
        else:
            left, right = combinations(side, self.left[pairs], self.right[pairs])
        low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right)
        unique, inverse = factorize((low << 32) | high)
        values = compare((unique >> 32).astype(np.int32), (unique & 0xFFFFFFFF).astype(np.int32))
        if single:
            best[pairs] = values[inverse]
            return best
        starts = np.cumsum(sizes[pairs]) - sizes[pairs]
        best[pairs] = np.fmax.reduceat(values[inverse], starts)
        return best


def combinations(side: Ragged, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Return all combinations of a value of the left record with a value of the right one, pair by
    pair.
    """
    left_counts, right_counts = side.counts[left], side.counts[right]
    left_items = side.items[spread(side.offsets[:-1][left], left_counts)]
    # Each left value is combined with all values of the right record.
    times = np.repeat(right_counts, left_counts)
    starts = np.repeat(side.offsets[:-1][right], left_counts)
    return np.repeat(left_items, times), side.items[spread(starts, times)]


def _run_slices(run: Callable[[int, int], None], count: int, workers: int) -> None:
    """Run over slices of 0…count on threads, which works because kernels release the interpreter
    lock.
    """
    if count < _MIN_PARALLEL or workers < 2:
        run(0, count)
        return
    bounds = np.linspace(0, count, workers * 4 + 1).astype(int).tolist()
    with ThreadPoolExecutor(workers) as pool:
        for task in [pool.submit(run, start, end) for start, end in pairwise(bounds)]:
            task.result()
