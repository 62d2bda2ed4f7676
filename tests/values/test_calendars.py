"""Dates of other calendars, which are read only if a text names one."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import DateError
from resolver.values.calendars import calendar_in_text, other_calendar
from resolver.values.dates import parse_date

# First days of historical years: 1 Farvardin, and 1 Muharram in Mecca.
NOWRUZ = {
    1330: "1951-03-22",
    1343: "1964-03-21",
    1358: "1979-03-21",
    1375: "1996-03-20",
    1399: "2020-03-20",
}
NEW_YEAR = {1400: "1979-11-20", 1421: "2000-04-06", 1442: "2020-08-20"}
A_DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(("year", "day"), NOWRUZ.items())
def test_solar_days_are_exact(year: int, day: str) -> None:
    first = datetime.date.fromisoformat(day)
    assert other_calendar(f"1 Farvardin {year}") == (first, first)
    following = other_calendar(f"1.1.{year + 1} SH")
    assert following is not None
    assert other_calendar(f"{year} SH") == (first, following[0] - A_DAY)


@pytest.mark.parametrize(("year", "day"), NEW_YEAR.items())
def test_lunar_days_are_known_to_one_day_more_or_less(year: int, day: str) -> None:
    days = other_calendar(f"1 Muharram {year}")
    assert days is not None
    assert days[0] <= datetime.date.fromisoformat(day) <= days[1] == days[0] + 2 * A_DAY


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("29 Dhu al-Qadah 1381", "1962-05-03/1962-05-05"),
        ("29 Dhu'l-Qa'dah 1381", "1962-05-03/1962-05-05"),
        ("29.11.1381 AH", "1962-05-03/1962-05-05"),
        ("A.H. 1381-11-29", "1962-05-03/1962-05-05"),
        ("24/06/1402 (Hijri Calendar)", "1982-04-18/1982-04-20"),
        ("1381H", "1961-06-14/1962-06-04"),
        ("1381 (lunar)", "1961-06-14/1962-06-04"),
        ("circa 1341 SH", "1962-03-21~/1963-03-20"),
        ("1341 S.H.", "1962-03-21/1963-03-20"),
        ("1341-1342 SH", "1962-03-21/1964-03-20"),
        ("1343 (Iranian Hijri calendar)", "1964-03-21/1965-03-20"),
        ("15 Khordad 1341", "1962-06-05"),
        ("15 خرداد ۱۳۴۱", "1962-06-05"),
        ("1341 Mehr 3", "1962-09-25"),
        ("Mehr 1341", "1962-09-23/1962-10-22"),
        ("23 Hamal 1350", "1971-04-12"),
        ("12 محرم 1400", "1979-12-01/1979-12-03"),
    ],
)
def test_written_dates(written: str, canonical: str) -> None:
    assert str(parse_date(written)) == canonical


@pytest.mark.parametrize(
    "written", ["1341", "1381", "1381-11-29", "29.11.1381", "10 Dec 1948", "Aban 1962", "1962"]
)
def test_plain_years_are_not_converted(written: str) -> None:
    assert other_calendar(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "1982 (Hijri)",
        "31 Esfand 1341",
        "30.13.1381 AH",
        "24 June 1402 AH",
        "Rajab 1341 SH",
        "1 2 3 1381 AH",
    ],
)
def test_unreadable_dates_of_a_calendar_raise_an_error(
    written: str,
) -> None:
    with pytest.raises(DateError):
        parse_date(written)


@pytest.mark.parametrize(
    ("text", "name"), [("1341 (solar)", "solar"), ("Hijri", "lunar"), ("1381", "")]
)
def test_named_calendars(text: str, name: str) -> None:
    assert calendar_in_text(text) == name


@given(st.integers(1300, 1500), st.integers(1, 12), st.integers(1, 29))
def test_every_day_of_a_lunar_year_lies_in_it(year: int, month: int, day: int) -> None:
    whole, lunar_day = other_calendar(f"{year} AH"), other_calendar(f"{day}.{month}.{year} AH")
    assert whole is not None
    assert lunar_day is not None
    assert whole[0] <= lunar_day[0] < lunar_day[1] <= whole[1]
    assert lunar_day[1] - lunar_day[0] == 2 * A_DAY


@given(st.text(max_size=40))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        days = other_calendar(text)
    except DateError:
        return
    assert days is None or days[0] <= days[1]
