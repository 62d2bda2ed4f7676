"""Partial dates: canonical text and back, the written forms, and dates that do not exist."""

from __future__ import annotations

import calendar
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import DateError
from resolver.values import dates as dates_module
from resolver.values.dates import MAX_YEAR, PartialDate, date_readings, is_canonical_day, parse_date


@st.composite
def dates(draw: st.DrawFn) -> PartialDate:
    year = draw(st.integers(1, 2200))
    month = draw(st.integers(0, 12))
    day = draw(st.integers(0, calendar.monthrange(year, month)[1])) if month else 0
    return PartialDate(year, month, day)


@given(dates(), st.booleans())
def test_single_dates_round_trip(date: PartialDate, circa: bool) -> None:
    date = replace(date, circa=circa)
    assert parse_date(str(date)) == date


@given(dates(), dates(), st.booleans())
def test_ranges_round_trip(date: PartialDate, two: PartialDate, circa: bool) -> None:
    low, high = sorted((date, two))
    date = low if low == high else replace(low, until=high, circa=circa)
    assert parse_date(str(date)) == date
    assert date.last_year >= date.year


def read_at_length(text: str) -> tuple[PartialDate, ...] | None:
    """Return the readings of a text as if it were no canonical day; None where there is none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dates_module, "is_canonical_day", lambda _text: False)
        try:
            return date_readings(text)
        except DateError:
            return None


@given(
    st.one_of(
        dates().map(str),
        st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"),
        st.from_regex(r"\A[\dW]{4}-[\dW]{2}-?[\dW]{1,2}\Z"),
    )
)
def test_canonical_days_are_read_as_by_the_long_way(text: str) -> None:
    try:
        readings = date_readings(text)
    except DateError:
        readings = None
    assert readings == read_at_length(text)
    if is_canonical_day(text):
        assert tuple(map(str, readings or ())) == (text,)


def test_only_days_that_exist_are_canonical() -> None:
    assert is_canonical_day("1972-02-29")
    assert is_canonical_day(f"{MAX_YEAR}-12-31")
    others = ("1971-02-29", "1971-2-9", "1971", "1971-00-00", "2020-W01-1", "٢٠٢٠-٠١-٠١", "")
    for text in (*others, f"{MAX_YEAR + 1}-01-01"):
        assert not is_canonical_day(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1962", "1962"),
        ("1962-5", "1962-05"),
        ("1962-05-01", "1962-05-01"),
        ("1962-00-00", "1962"),
        ("1962-05-00", "1962-05"),
        ("1962-31-05", "1962-05-31"),
        ("1962/05/01", "1962-05-01"),
        ("1962.05", "1962-05"),
        ("26.11.1972", "1972-11-26"),
        ("11/26/1972", "1972-11-26"),
        ("3/4/1972", "1972-04-03"),
        ("05.1962", "1962-05"),
        ("10 Dec 1948", "1948-12-10"),
        ("Dec 1948", "1948-12"),
        ("10 Dec 1948 10h EST", "1948-12-10"),
        ("December 10, 1948", "1948-12-10"),
        ("  1962 ;", "1962"),
        ("1962?", "1962~"),
        ("15 Mar 1962 (?)", "1962-03-15~"),
        ("late 1962", "1962-09/1962-12"),
        ("early 1962", "1962-01/1962-04"),
        ("mid-1970s", "1974~/1976"),
        ("Late 1970s to early 1980s", "1977~/1983"),
        ("1962-65", "1962/1965"),
        ("1962/63", "1962/1963"),
        ("1962-11", "1962-11"),
        ("circa 1951", "1951~"),
        ("ca. 1951", "1951~"),
        ("c. 12 Mar 1951", "1951-03-12~"),
        ("approx. Mar 1951", "1951-03~"),
        ("1951~", "1951~"),
        ("1960 to 1965", "1960/1965"),
        ("between 1960 and 1965", "1960/1965"),
        ("1960-1965", "1960/1965"),
        ("1960–1965", "1960/1965"),
        ("1965 to 1960", "1960/1965"),
        ("circa 1960 to circa 1965", "1960~/1965"),
        ("Jan 1960 to Mar 1961", "1960-01/1961-03"),
        ("1960/1960", "1960"),
        ("1970s", "1970/1979"),
        ("1960s to 1970s", "1960/1979"),
        ("1965 to 1970s", "1965/1979"),
    ],
)
def test_written_forms(text: str, canonical: str) -> None:
    assert str(parse_date(text)) == canonical


def test_day_first_can_be_turned_off() -> None:
    assert parse_date("3/4/1972", day_first=False) == PartialDate(1972, 3, 4)
    # Only the other reading exists.
    assert parse_date("26/4/1972", day_first=False) == PartialDate(1972, 4, 26)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "unknown",
        "30.02.1990",
        "1990-02-30",
        "1990-13",
        "13/13/1990",
        "31 June 1990",
        "0000-01-01",
        "9999",
        "9999-01-01",
        "12",
        "3 May",
        "x" * 81,
        "1990-02-30/1991",
        "1960/",
        "/1960",
        "nineteen sixty",
        "1.2.3",
        "\x00",
    ],
)
def test_no_dates(text: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=20))
def test_any_text_gives_a_date_or_an_error(text: str) -> None:
    try:
        date = parse_date(text)
    except DateError:
        return
    assert parse_date(str(date)) == date


@given(st.text(st.sampled_from("0123456789-/.~ circatobend"), max_size=16))
def test_text_like_dates_gives_a_date_or_an_error(text: str) -> None:
    try:
        date = parse_date(text)
    except DateError:
        return
    assert parse_date(str(date)) == date


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (0, 0, 0),
        (2201, 0, 0),
        (1990, 13, 0),
        (1990, -1, 0),
        (1990, 0, 3),
        (1990, 2, 29),
        (1990, 1, -1),
    ],
)
def test_impossible_dates_raise_an_error(year: int, month: int, day: int) -> None:
    with pytest.raises(DateError):
        PartialDate(year, month, day)
