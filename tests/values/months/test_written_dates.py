"""Dates whose month is a word, and years of two digits."""

from __future__ import annotations

import datetime

import pytest

from resolver.errors import DateError
from resolver.values.dates import PartialDate, date_readings, parse_date, written_dates

LATEST = datetime.date(2026, 6, 15)


@pytest.mark.parametrize(
    "text",
    [
        "24 May 1985",
        "May 24, 1985",
        "24th of May, 1985",
        "24/May/1985",
        "24-MAY-85",
        "24 mai 1985",
        "24. Mai 1985",
        "24 de mayo de 1985",
        "24 maggio 1985",
        "24 de maio de 1985",
        "24 maja 1985",
        "24. května 1985",
        "24 мая 1985 г.",
        "24 травня 1985 року",
        "24 MAYIS 1985",
        "24 Mayıs 1985",
        "24 Μαΐου 1985",
        "24. toukokuuta 1985",
        "1985. május 24.",
        "1985 m. gegužės 24 d.",
        "1985. gada 24. maijs",
        "24 mei 1985",
        "٢٤ مايو ١٩٨٥",
        "24 أيار 1985",
        "24 ماي 1985",
        "24 مه 1985",
        "24 במאי 1985",
        "24 मई 1985",
        "24 พฤษภาคม 1985",
        "ngày 24 tháng 5 năm 1985",
        "1985年5月24日",
        "1985년 5월 24일",
    ],
)
def test_months_of_many_languages_are_read(text: str) -> None:
    assert parse_date(text, latest=LATEST) == PartialDate(1985, 5, 24)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("août 1985", PartialDate(1985, 8)),
        ("AĞUSTOS 1985", PartialDate(1985, 8)),
        ("Maerz 1985", PartialDate(1985, 3)),
        ("kwiecień 1985", PartialDate(1985, 4)),
        ("czerwiec 1985", PartialDate(1985, 6)),
        ("circa czerwiec 1985", PartialDate(1985, 6, circa=True)),
        ("c. mai 1985", PartialDate(1985, 5, circa=True)),
        ("كانون الثاني 1985", PartialDate(1985, 1)),
        ("mars 1985 to avril 1986", PartialDate(1985, 3, until=PartialDate(1986, 4))),
    ],
)
def test_months_without_a_day(text: str, date: PartialDate) -> None:
    assert parse_date(text) == date


@pytest.mark.parametrize(
    "text", ["24 mayonnaise 1985", "mai 24", "mai", "31 février 1985", "24 mai juin 1985", "mai-76"]
)
def test_other_words_are_no_date(text: str) -> None:
    with pytest.raises(DateError):
        parse_date(text)


def test_an_impossible_day_is_named_as_written() -> None:
    with pytest.raises(DateError, match="there is no date '31 février 1970'"):
        parse_date("31 février 1970")


def test_a_name_of_two_months_has_two_readings() -> None:
    assert date_readings("11 listopada 1980") == (
        PartialDate(1980, 10, 11),
        PartialDate(1980, 11, 11),
    )
    with pytest.raises(DateError, match="another language"):
        parse_date("11 listopada 1980")
    assert date_readings("24 maja 1985") == (PartialDate(1985, 5, 24),)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("10/27/76", PartialDate(1976, 10, 27)),
        ("27.10.76", PartialDate(1976, 10, 27)),
        ("76-10-27", PartialDate(1976, 10, 27)),
        ("24-May-11", PartialDate(2011, 5, 24)),
        ("May 24, '11", PartialDate(2011, 5, 24)),
        ("14/6/26", PartialDate(2026, 6, 14)),
        ("15/6/26", PartialDate(2026, 6, 15)),
        ("16/6/26", PartialDate(1926, 6, 16)),
        ("1-Jan-27", PartialDate(1927, 1, 1)),
        ("29/2/00", PartialDate(2000, 2, 29)),
    ],
)
def test_years_of_two_digits_are_never_later_than_the_latest_day(
    text: str, date: PartialDate
) -> None:
    assert parse_date(text, latest=LATEST) == date


def test_births_are_never_in_the_future_by_default() -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    tomorrow = today + datetime.timedelta(days=1)
    assert parse_date(f"{tomorrow:%d/%m/%y}").year == tomorrow.year - 100
    assert parse_date(f"{today:%d/%m/%y}").year == today.year


@pytest.mark.parametrize("text", ["30/2/76", "13/13/76", "1/0/76", "1/2/3/76", "1-2/76", "12/76"])
def test_impossible_short_dates_are_refused(text: str) -> None:
    with pytest.raises(DateError):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "day_first", "dates"),
    [
        ("3/4/1970", None, ["1970-04-03", "1970-03-04"]),
        ("3/4/1970", True, ["1970-04-03"]),
        ("3/4/70", False, ["1970-03-04"]),
        ("13/4/1970", None, ["1970-04-13"]),
        ("4/4/1970", None, ["1970-04-04"]),
        ("1970-04-03", None, ["1970-04-03"]),
        ("circa 3/4/1970", None, ["1970-04-03~", "1970-03-04~"]),
    ],
)
def test_doubtful_figures_have_two_readings(
    text: str, day_first: bool | None, dates: list[str]
) -> None:
    assert [str(date) for date in date_readings(text, day_first=day_first)] == dates


def test_long_and_hostile_texts_are_no_dates() -> None:
    for text in ("1 " * 40, "mai " * 20, "1985" * 20, "年" * 79, "'" * 80, "\u0301" * 80):
        assert written_dates(text, LATEST) == ()
