"""Dates in the forms of data files."""

from __future__ import annotations

import pytest

from resolver.errors import DateError
from resolver.lists.text.list_dates import describe_old_births, find_old_births, read_date
from resolver.records import Batch, Kind, Record, Value


@pytest.mark.parametrize(
    "text",
    [
        "19590915",
        "1959-09-15",
        "1959-09-15T00:00:00Z",
        "1959-09-15 00:00",
        " 1959-09-15 00:00:00.000+02:00 ",
        "15.9.1959",
    ],
)
def test_days_in_all_machine_forms(text: str) -> None:
    assert read_date(text) == "1959-09-15"


@pytest.mark.parametrize(
    "text", ["19593115", "19590231", "195909150", "1959-02-31T00:00:00", "1959-09-15 later", ""]
)
def test_invalid_days_raise(text: str) -> None:
    with pytest.raises(DateError):
        read_date(text)


def test_the_day_comes_first_by_default() -> None:
    assert (read_date("03/04/1970"), read_date("03/04/1970", day_first=False)) == (
        "1970-04-03",
        "1970-03-04",
    )


def test_births_of_another_calendar_are_reported() -> None:
    years = ("1341", "1381-11-29", "1962-05-04", "no date")
    records = [
        Record(f"a:{year}", "a", Kind.PERSON, "Person", (Value("birthDate", year),))
        for year in years
    ]
    warning = describe_old_births([find_old_births(Batch.from_records(records))])
    assert warning.startswith("2 records are born in the years 1280 to 1450 (1381-11-29)")
    assert "'1381 SH'" in warning
    assert not describe_old_births([find_old_births(Batch.from_records(records[2:]))])
    assert not describe_old_births([find_old_births(Batch.from_records([]))])
