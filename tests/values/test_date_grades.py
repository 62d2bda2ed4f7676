"""Grades of two dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.names.context import GRADES, best_date_grades, query_date_grades
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import Ragged
from resolver.records.prepared.row_selection import BatchRows
from resolver.values.normal_values import date_table
from resolver.world.agencies import WrittenDates, draw_written_dates
from resolver.world.name_lexicon import Dice
from resolver.world.persons import DAYS, FIRST_DAY
from tests.matching.preparing import prepared
from tests.records.samples import record

CASES = [
    ("1960-05-04", "1960-05-04", 1.0),
    ("1960-05", "1960-05-04", 0.92),
    ("1960-05", "1960-05", 0.92),
    ("1960-05-04", "1960-04-05", 0.86),
    ("1960-01-01", "1960-01-01", 0.83),
    ("1960-01-01", "1961-01-01", 0.35),
    ("1960", "1960-05-04", 0.8),
    ("1960", "1960", 0.8),
    ("1960-05-04", "1961-05-04", 0.7),
    ("1960-05-04", "1960-05-24", 0.7),
    ("1960-05-04", "1990-05-04", 0.7),
    ("1960-05-04", "1960-11-04", 0.58),
    ("1960-09-04", "1960-10-04", 0.58),
    ("1958/1962", "1960-05-04", 0.6),
    ("1960~", "1961", 0.6),
    ("1960~", "1960-05-04", 0.6),
    ("1960-01-01", "1960-05-14", 0.5),
    ("1960-05-04", "1960-05-23", 0.46),
    ("1960-05-04", "1971-05-04", 0.45),
    ("1960-05-04", "1960-11-23", 0.4),
    ("1960-05", "1960-11-23", 0.4),
    ("1960-05-04", "1961-06-15", 0.35),
    ("1958/1962", "1963", 0.35),
    ("1960-05-04", "1962-11-13", 0.25),
    ("1960~", "1962", 0.25),
    ("1960", "1965", 0.15),
    ("1960", "1970", 0.08),
    ("1960", "1971", 0.0),
    ("1960-01-01", "1971-01-01", 0.0),
]
text = st.builds(
    lambda year, rest, circa: f"{year}{rest}{'~' if circa else ''}",
    st.sampled_from([1960, 1961, 1962, 1966, 1969, 1971, 1990]),
    st.sampled_from(["", "-01", "-01-01", "-05", "-05-04", "-04-05", "-11-23", "-05-14"]),
    st.booleans(),
) | st.sampled_from(["1958/1962", "1955/1985", "1960-05-01/1960-06-01", "never", "9999-12-31"])


def grade(first: str, second: str) -> float:
    texts = sorted({first, second})
    rows = Ragged.of([[texts.index(first)], [texts.index(second)]])
    left, right = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    return float(best_date_grades(date_table(texts), rows, left, right)[0])


@pytest.mark.parametrize(("first", "second", "expected"), CASES)
def test_grades(first: str, second: str, expected: float) -> None:
    assert grade(first, second) == grade(second, first) == np.float32(expected)


def test_every_grade_can_be_reached() -> None:
    assert {expected for *_, expected in CASES} == set(GRADES)
    assert all(meaning for meaning in GRADES.values())


@settings(max_examples=300, deadline=None)
@given(text, text)
def test_any_two_dates_have_a_grade_whichever_comes_first(first: str, second: str) -> None:
    result = grade(first, second)
    if {first, second} & {"never", "9999-12-31"}:
        assert np.isnan(result)
    else:
        assert result == grade(second, first)
        assert result in {np.float32(value) for value in GRADES}


def test_the_better_the_grade_the_likelier_one_person() -> None:
    # weights rise with grades, so a grade out of order would weigh as much as its neighbors
    count, dice = 30_000, Dice("grades")
    born = FIRST_DAY + dice.integers(count, DAYS).astype("timedelta64[D]")
    day_known, year_only = dice.chance(count, 0.93), np.full(count, 0.2)
    first, second = (
        _write(draw_written_dates(dice, born, day_known, year_only, np.ones(count)))
        for _ in range(2)
    )
    texts = sorted({*first, *second})
    place = {text: number for number, text in enumerate(texts)}
    rows, table = Ragged.of([[place[text]] for text in [*first, *second]]), date_table(texts)
    person = np.arange(count, dtype=np.int32)
    same = best_date_grades(table, rows, person, person + count)
    others = np.concatenate(
        [best_date_grades(table, rows, person, (person + n) % count + count) for n in range(1, 6)]
    )
    of_one, of_two = (
        [np.mean(grades == np.float32(value)) for value in sorted(GRADES) if 0.35 <= value <= 0.8]
        for grades in (same, others)
    )
    assert (np.diff(np.log(np.array(of_one) / np.array(of_two))) > 0).all()


def _write(dates: WrittenDates) -> list[str]:
    """Return dates as text: a range, an estimate, a year, a month or a day."""
    columns = (dates.year, dates.month, dates.day, dates.until, dates.circa)
    return [
        f"{year}/{until}"
        if until
        else f"{year}{f'-{month:02d}' if month else ''}{f'-{day:02d}' if day else ''}"
        + ("~" if circa else "")
        for year, month, day, until, circa in zip(*(part.tolist() for part in columns), strict=True)
    ]


@pytest.mark.parametrize("ranged", ["1960-01-01/1960-12-01", "1960-03/1960-07"])
def test_a_range_inside_a_year_is_no_day(ranged: str) -> None:
    assert grade(ranged, "1960-01-01") == grade("1960", "1960-01-01")
    assert grade(ranged, ranged) < 1


@settings(max_examples=100, deadline=None)
@given(st.lists(text, max_size=3, unique=True), st.lists(text, max_size=3, unique=True))
def test_of_several_dates_the_two_that_are_most_alike_count(
    left_dates: list[str], right_dates: list[str]
) -> None:
    texts = sorted({*left_dates, *right_dates})
    rows = Ragged.of(
        [sorted(texts.index(first) for first in side) for side in (left_dates, right_dates)]
    )
    left, right = np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.int32)
    grades = [
        value
        for first in left_dates
        for second in right_dates
        if not np.isnan(value := grade(first, second))
    ]
    np.testing.assert_array_equal(
        best_date_grades(date_table(texts), rows, left, right)[0],
        max(grades) if grades else np.float32(np.nan),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(text, max_size=3), min_size=3, max_size=6), st.data())
def test_read_where_they_lie(dates: list[list[str]], data: st.DataObject) -> None:
    people = [
        record(f"s:{number}", name="Ann Lee", birthDate=texts) for number, texts in enumerate(dates)
    ]
    rows = st.lists(st.integers(0, len(people) - 2), max_size=5).map(
        lambda drawn: np.array(drawn, dtype=np.int64)
    )
    others = prepared(people[1:])
    parts = [
        BatchRows(prepared(people[:1]), np.zeros(1, dtype=np.int64)),
        BatchRows(others, data.draw(rows)),
    ]
    parts.append(BatchRows(others, data.draw(rows)))
    count = sum(len(part.rows) for part in parts)
    whole = assemble(parts, pa.array([f"{place}" for place in range(count)], pa.string()))
    every = np.arange(count, dtype=np.int32)
    expected = best_date_grades(whole.dates, whole.births, np.zeros_like(every), every)
    np.testing.assert_array_equal(query_date_grades(parts, lambda batch: batch.births), expected)
