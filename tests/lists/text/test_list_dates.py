"""Dates in the prose of lists."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import DateError
from resolver.lists.text.list_dates import canonical_date, read_dates
from resolver.values.dates import parse_date

DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 Dec 1948", "1948-12-10"),
        ("Dec 1948", "1948-12"),
        ("1948", "1948"),
        ("26.11.1972", "1972-11-26"),
        ("circa 1951", "1951~"),
        ("1956 to 1958", "1956/1958"),
        ("circa 1979-1982", "1979~/1982"),
        ("01 Jan 1961 to 31 Dec 1963", "1961/1963"),
        ("01 Jan 1961 to 31 Dec 1961", "1961"),
        ("01 Feb 1960 to 29 Feb 1960", "1960-02"),
        ("21 Mar 1950 to 20 Mar 1951", "1950-03-21/1951-03-20"),
        ("Mar 1962 to Feb 1963", "1962-03/1963-02"),
    ],
)
def test_one_date(text: str, expected: str) -> None:
    assert canonical_date(text) == expected


@pytest.mark.parametrize(
    "text", ["31.02.1970", "30 Feb 1970", "yesterday", "", "10 Foo 1970", "1/2"]
)
def test_invalid_dates_raise(text: str) -> None:
    with pytest.raises(DateError):
        canonical_date(text)


@given(DAYS, st.sampled_from(["%d %b %Y", "%d.%m.%Y", "%d %B %Y", "%Y-%m-%d", "%b %Y", "%Y"]))
def test_the_fast_path_reads_what_the_parser_reads(day: datetime.date, form: str) -> None:
    text = day.strftime(form)
    assert canonical_date(text) == str(parse_date(text))


@given(DAYS, DAYS)
def test_a_range_keeps_its_bounds(day: datetime.date, second_day: datetime.date) -> None:
    first, last = sorted((day, second_day))
    date = parse_date(canonical_date(f"{first:%d %b %Y} to {last:%d %b %Y}"))
    assert (date.year, date.last_year) == (first.year, last.year)


@pytest.mark.parametrize(
    ("text", "dates", "rest"),
    [
        ("1960 or 1961", ("1960", "1961"), ()),
        ("10 Jan. 1960 or 1961", ("1960-01-10", "1961"), ()),
        ("1979, 1980 or 1981", ("1979", "1980", "1981"), ()),
        ("(a) 1.1.1968, (b) 23.4.1968", ("1968-01-01", "1968-04-23"), ()),
        ("a) 1964 b) 28.8.1962", ("1964", "1962-08-28"), ()),
        ("(i) 11.4.1963, (ii) 11.4.1960", ("1963-04-11", "1960-04-11"), ()),
        ("10.2.1983 (or 10.3.1983)", ("1983-02-10", "1983-03-10"), ()),
        ("Approximately 1955-1958; 1960", ("1955~/1958", "1960"), ()),
        ("Between 1960 and 1962 (Approximately)", ("1960~/1962",), ()),
        ("between 1.1.1961 and 31.12.1963", ("1961/1963",), ()),
        ("Between Aug. and Sep. 1977", ("1977-08/1977-09",), ()),
        ("1970 circa", ("1970~",), ()),
        ("1980 (presumed)", ("1980~",), ()),
        ("on or around 3.4.1973", ("1973-04-03~",), ()),
        ("Circa 1946 or 1949", ("1946~", "1949~"), ()),
        ("Circa 1957 or 14 March 1942", ("1957~", "1942-03-14"), ()),
        ("March/April 1965", ("1965-03/1965-04",), ()),
        ("March 1968/1969", ("1968-03", "1969-03"), ()),
        ("7.8.1965 / 20.2.1972", ("1965-08-07", "1972-02-20"), ()),
        ("1960s-1970s", ("1960/1979",), ()),
        ("8 Oct.1967", ("1967-10-08",), ()),
        ("10.8. 1960", ("1960-08-10",), ()),
        ("June 30, 2012", ("2012-06-30",), ()),
        ("N/D", (), ()),
        ("before 1964", (), ("before 1964",)),
        (
            "(a) 19.4.1982, (b) 24.6.1402 (Hijri Calendar)",
            ("1982-04-19", "1982-04-18/1982-04-20"),
            ("24.6.1402 (Hijri Calendar)",),
        ),
        (
            "1343 (Iranian Hijri calendar), 1964 or 1965 (Gregorian calendar)",
            ("1964-03-21/1965-03-20", "1964", "1965"),
            ("1343 (Iranian Hijri calendar)",),
        ),
        (
            "1341 or 1342 (solar)",
            ("1962-03-21/1963-03-20", "1963-03-21/1964-03-20"),
            ("1341 (solar)", "1342 (solar)"),
        ),
        ("31.12.1402 (Hijri Calendar)", (), ("31.12.1402 (Hijri Calendar)",)),
        ("late 1962 or mid-1970s", ("1962-09/1962-12", "1974~/1976"), ()),
        ("1962?", ("1962~",), ()),
        ("1999 (privatised 2009)", ("1999",), ("privatised 2009",)),
        ("28 September", (), ("28 September",)),
    ],
)
def test_several_dates(text: str, dates: tuple[str, ...], rest: tuple[str, ...]) -> None:
    assert read_dates(text) == (dates, rest)


@given(st.text(max_size=80))
def test_any_text_is_read_to_canonical_dates(text: str) -> None:
    dates, _ = read_dates(text)
    for date in dates:
        assert str(parse_date(date)) == date
