"""Numbers in cells made for something else."""

from __future__ import annotations

import pytest

from resolver.lists.text.repairs import find_passports, find_registers, take_address_numbers
from resolver.records import Identifier, Value


@pytest.mark.parametrize(
    ("text", "address", "numbers"),
    [
        ("Company Number IMO 5434358", "", ["5434358"]),
        ("1 Road, Testville, IMO number: 9074729", "1 Road, Testville", ["9074729"]),
        ("IMO 1234560, Testville", "IMO 1234560, Testville", []),
        ("1 Road, Testville (Tel. +99 15 55 01 / +99 15 55 02)", "1 Road, Testville", None),
        ("1 Road. Telephone: +99 15 55 01", "1 Road.", ["+99 15 55 01"]),
        ("1 Road, Tel: +99 (15) 5501 Website: x.example", None, []),
        ("17 Tamoz, Tel Afar, Mosul", None, []),
        ("Tel Aviv 61000 123456", None, []),
    ],
)
def test_numbers_are_taken_from_addresses(
    text: str, address: str | None, numbers: list[str] | None
) -> None:
    rest, facts = take_address_numbers(text, "address")
    assert rest == (text if address is None else address)
    assert [fact.number if isinstance(fact, Identifier) else fact.text for fact in facts] == (
        ["+99 15 55 01", "+99 15 55 02"] if numbers is None else numbers
    )


def test_numbers_from_addresses_have_their_property() -> None:
    _, facts = take_address_numbers("1 Road, IMO 9074729 (Tel. +99 155501)", "address")
    assert facts == [
        Identifier("imoNumber", "9074729", type="IMO number", origin="address"),
        Value("phone", "+99 155501", "address"),
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Passport No A-123456 has been revoked; single.", ["A-123456"]),
        ("Born in 1970, passport no. OB 0243318", ["OB 0243318"]),
        ("Libyan Passport number: 215215. Single.", ["215215"]),
        ("Has passport number A1234567 and passport number B1234567", ["A1234567", "B1234567"]),
        ("Appears in false Testland passport number S335026", []),
        ("Fraudulent identity card linked to passport number 434021161, confiscated", []),
        ("Forged papers. Passport number 434021161", ["434021161"]),
        ("His wife's passport number is 434021161", []),
        ("wife passport number 434021161", []),
        ("Holder of a Testland passport", []),
        ("passport place of issue: Testville 1990", []),
    ],
)
def test_passports_are_read_from_remarks(text: str, numbers: list[str]) -> None:
    assert [item.number for item in find_passports(text, "notes")] == numbers


def test_a_passport_in_a_remark_keeps_country_and_dates() -> None:
    text = "Afghan passport number OA462456, issued on 31 Jan. 2012, which expires on 1 May 2020."
    assert find_passports(text, "notes") == [
        Identifier(
            "passportNumber",
            "OA462456",
            "Afghan",
            "Afghan passport number",
            "2012-01-31",
            "2020-05-01",
            origin="notes",
        )
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("INN/KPP 5008011331/771701001", [("innCode", "5008011331"), ("kppCode", "771701001")]),
        ("ИНН 5008011331, КПП: 771701001", [("innCode", "5008011331"), ("kppCode", "771701001")]),
        ("OGRN 1027739132563", [("ogrnCode", "1027739132563")]),
        ("INN 5008011332", []),
        ("OGRN 12345678", []),
        ("INN unknown", []),
        (
            "United States Social Security Number 548-91-5411",
            [("socialSecurityNumber", "548-91-5411")],
        ),
        (
            "Employer Identification Number (United States of America): 36-3823186",
            [("taxNumber", "36-3823186")],
        ),
        (
            "Hong Kong company registration number 1177053",
            [("registrationNumber", "1177053")],
        ),
        (
            "National Tax Number: 1774308; National Tax Number: 0980338",
            [("taxNumber", "1774308"), ("taxNumber", "0980338")],
        ),
        ("no national tax number is known", []),
    ],
)
def test_register_numbers_are_read_from_remarks(text: str, numbers: list[tuple[str, str]]) -> None:
    assert [(item.prop, item.number) for item in find_registers(text, "notes")] == numbers


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Pakistan National Tax Number: 1774308", "Pakistan"),
        ("In The Hong Kong company registration number 1177053", "Hong Kong"),
        (
            "Employer Identification Number (United States of America): 36-3823186",
            "United States of America",
        ),
        ("Registered company number: 02142819", ""),
    ],
)
def test_register_numbers_in_words_have_the_country_that_is_named(text: str, country: str) -> None:
    (number,) = find_registers(text, "notes")
    assert number.country == country


def test_hostile_remarks_take_no_time() -> None:
    for text in (
        "passport no " * 1_600,
        "Aa " * 6_000,
        "passport no 1" * 1_500,
        "INN " * 5_000,
        "national tax number (" * 900,
        "Tel. +" + "1 " * 9_000,
        ", " * 9_000 + "IMO",
        "(" * 20_000,
    ):
        assert find_registers(text, "notes") == []
        assert len(find_passports(text, "notes")) <= 1_500
        assert take_address_numbers(text, "address")[1] == []
