"""Dates, countries, places, gender and plain texts, each from its text alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.records import Address
from resolver.records.packing import address_text
from resolver.records.prepared.batch import Ragged
from resolver.values.normal_values import (
    country_code,
    current_country,
    date_table,
    drop_coarser_dates,
    gender_bit,
    normalize_email,
    normalize_phone,
    normalize_website,
    place_country,
    place_table,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1962", (1962, 1962, 0, 0, 0)),
        ("1962-05", (1962, 1962, 5, 0, 0)),
        ("1962-05-01", (1962, 1962, 5, 1, 0)),
        ("1962~", (1962, 1962, 0, 0, 1)),
        ("1960/1965", (1960, 1965, 0, 0, 0)),
        ("1960-03-04/1965", (1960, 1965, 3, 4, 0)),
        # A range inside a year is neither of its ends.
        ("1960-03-04/1960-07-01", (1960, 1960, 0, 0, 0)),
        ("1960-03-04/1960-03-20", (1960, 1960, 3, 0, 0)),
        ("1960-03~/1960-07", (1960, 1960, 0, 0, 1)),
        # A day that does not exist still has a year.
        ("1962-02-30", (1962, 1962, 0, 0, 0)),
        ("1962-13-01", (1962, 1962, 1, 13, 0)),
        ("unknown", (0, 0, 0, 0, 0)),
        ("0000-00-00", (0, 0, 0, 0, 0)),
        ("9999-12-31", (0, 0, 0, 0, 0)),
        ("", (0, 0, 0, 0, 0)),
    ],
)
def test_dates(text: str, expected: tuple[int, ...]) -> None:
    table = date_table([text])
    columns = (table.year, table.last_year, table.month, table.day, table.circa)
    assert tuple(int(column[0]) for column in columns) == expected


def coarser_dates_dropped(rows: list[list[str]]) -> list[list[str]]:
    """Return the dates that rows are left with."""
    texts = sorted({text for row in rows for text in row})
    codes = Ragged.of([[texts.index(text) for text in row] for row in rows])
    left = drop_coarser_dates(codes, date_table(texts))
    return [[texts[code] for code in left[row].tolist()] for row in range(len(left))]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["1962", "1962-03-17"], ["1962-03-17"]),
        (["1962-03", "1962-03-17"], ["1962-03-17"]),
        (["1962", "1962-03"], ["1962-03"]),
        (["1962", "1962-03", "1962-05-01"], ["1962-03", "1962-05-01"]),
        # Another year, an estimate and a range say something of their own.
        (["1961", "1962-03-17"], ["1961", "1962-03-17"]),
        (["1962-03-17", "1962~"], ["1962-03-17", "1962~"]),
        (["1960/1965", "1962-03-17"], ["1960/1965", "1962-03-17"]),
        (["1962", "1962-03~"], ["1962", "1962-03~"]),
        (["1962-01-01", "1962-03-17"], ["1962-01-01", "1962-03-17"]),
        (["1962", "unknown"], ["1962", "unknown"]),
        (["1962"], ["1962"]),
        ([], []),
    ],
)
def test_coarser_dates(row: list[str], expected: list[str]) -> None:
    others = ["1962", "1962-03-17"]
    assert coarser_dates_dropped([others, row, ["1962"]]) == [["1962-03-17"], expected, ["1962"]]


def says_more(finer: str, coarser: str) -> bool:
    """Return whether a plain date begins as another does, and goes on."""
    return len(finer) > len(coarser) and finer.startswith(f"{coarser}-")


@given(
    st.lists(
        st.sets(
            st.sampled_from(["1961", "1962", "1962-03", "1962-04", "1962-03-05", "1962-04-05"]),
            max_size=5,
        ).map(sorted),
        max_size=5,
    )
)
def test_coarser_dates_as_by_their_texts(rows: list[list[str]]) -> None:
    expected = [
        [text for text in row if not any(says_more(other, text) for other in row)] for row in rows
    ]
    assert coarser_dates_dropped(rows) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Iran", "ir"),
        ("IR", "ir"),
        ("Germany", "de"),
        ("Deutschland", "de"),
        ("", ""),
        ("Atlantis", ""),
        ("x" * 200, ""),
        ("Myanmar/Burma", "mm"),
        ("Myanmar / Burma", "mm"),
        ("Sudan/South Sudan", ""),
        ("Burma/Nowhere", ""),
        ("Burma/Myanmar/Burma", ""),
    ],
)
def test_countries(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Texas", "us"),
        ("us-tx", "us"),
        ("East Germany", "de"),
        ("Iran", "ir"),
        ("Soviet Union", "suhh"),
        ("Nowhere", ""),
    ],
)
def test_countries_as_they_are_compared(text: str, code: str) -> None:
    assert current_country(text) == code


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("Kabul, Afghanistan", "kabul"),
        ("Afghanistan", ""),
        ("Tehran", "tehran"),
        ("Houston, Texas", "houston texas"),
        ("Abu Dhabi (United Arab Emirates)", "abu dhabi"),
        ("Luxembourg, Luxembourg", ""),
    ],
)
def test_local_words_leave_out_the_country(text: str, local: str) -> None:
    table = place_table([text], {"": 0}, packed=False)
    assert table.normal.tolist() == [local]
    assert " ".join(table.token_texts[code] for code in table.local[0]) == local


@pytest.mark.parametrize(
    ("text", "code"),
    [("Tehran, Iran", "ir"), ("Tehran (Iran)", "ir"), ("Nowhere", ""), ("Iran", "ir"), ("", "")],
)
def test_the_country_a_place_names(text: str, code: str) -> None:
    assert place_country(text, packed=False) == code


@pytest.mark.parametrize(
    "address",
    [
        Address(city="Tehran", country="Iran"),
        Address(full="1 High Street, Tehran, Iran"),
        Address(city="Tehran", country="Khorasan, Iran"),
        Address(city="Tehran", country="formerly Persia (Iran)"),
    ],
)
def test_the_country_of_an_address_is_the_one_that_the_table_holds(address: Address) -> None:
    text = address_text(address)
    assert place_country(text, packed=True) == "ir"
    assert place_table([text], {"": 0, "ir": 1}, packed=True).country.tolist() == [1]


def test_place_tables_hold_the_words_without_those_of_streets() -> None:
    table = place_table(["No. 5, Moskva Street", "Москва"], {"": 0}, packed=False)
    words = [[table.token_texts[code] for code in table.tokens[row]] for row in range(2)]
    assert words == [["5", "moscow"], ["moscow"]]
    assert table.normal.tolist() == ["5 moscow", "moscow"]
    assert table.texts.tolist() == ["No. 5, Moskva Street", "Москва"]


@pytest.mark.parametrize(
    ("text", "bit"),
    [("male", 1), (" M ", 1), ("Female", 2), ("f", 2), ("other", 4), ("unknown", 0), ("", 0)],
)
def test_gender(text: str, bit: int) -> None:
    assert gender_bit(text) == bit


def test_phones_lose_country_codes_and_trunk_zeros() -> None:
    assert normalize_phone("+49 30 123456") == normalize_phone("+4930123456") == "30123456"
    assert normalize_phone("+98 21 8765 4321")[-8:] == normalize_phone("021 8765 4321")[-8:]
    assert normalize_phone("12") == normalize_phone("none") == ""


def test_mail_and_web() -> None:
    assert normalize_email(" MailTo:A@B.org".replace("MailTo:", "mailto:")) == "a@b.org"
    assert normalize_email("none") == ""
    assert (
        normalize_website("https://www.Example.org/a/b")
        == normalize_website("example.org")
        == "example.org"
    )
