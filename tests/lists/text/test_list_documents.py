"""Documents and register numbers described in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.lists.text.list_documents import read_documents, read_registrations
from resolver.records import Identifier

PASSPORT = "passportNumber"
ID_NUMBER = "idNumber"
DOCUMENTS = [
    ("0801 524291", PASSPORT, [Identifier(PASSPORT, "0801 524291")]),
    (
        "X1234567 (Testan passport); AB 1234567",
        PASSPORT,
        [
            Identifier(PASSPORT, "X1234567", "Testan", "Testan passport"),
            Identifier(PASSPORT, "AB 1234567"),
        ],
    ),
    (
        "7314052448, 7303853921",
        PASSPORT,
        [Identifier(PASSPORT, "7314052448"), Identifier(PASSPORT, "7303853921")],
    ),
    (
        "(a) 101856740 (Kuwaiti passport issued on 12.5.2005, expired on 11.5.2007), "
        "(b) 002955916 (Kuwaiti passport)",
        PASSPORT,
        [
            Identifier(
                PASSPORT, "101856740", "Kuwaiti", "Kuwaiti passport", "2005-05-12", "2007-05-11"
            ),
            Identifier(PASSPORT, "002955916", "Kuwaiti", "Kuwaiti passport"),
        ],
    ),
    (
        "Pakistani passport number FA0157000, issued on 23 July 2009, expires on 22 July 2014, "
        "issued under name A B",
        PASSPORT,
        [
            Identifier(
                PASSPORT,
                "FA0157000",
                "Pakistani",
                "Pakistani passport number",
                "2009-07-23",
                "2014-07-22",
                "issued under name A B",
            )
        ],
    ),
    (
        "C2002000 (Iran); 477845000 (USA)",
        PASSPORT,
        [Identifier(PASSPORT, "C2002000", "Iran"), Identifier(PASSPORT, "477845000", "USA")],
    ),
    (
        "Spain number XDD789000 (Expires on 1 March 2035)",
        PASSPORT,
        [Identifier(PASSPORT, "XDD789000", "Spain", "Spain number", "", "2035-03-01")],
    ),
    (
        "series 3418 No 265000, issued in 2018",
        PASSPORT,
        [Identifier(PASSPORT, "3418 265000", issued="2018")],
    ),
    (
        "0055312000 (National ID)",
        PASSPORT,
        [Identifier(ID_NUMBER, "0055312000", type="National ID")],
    ),
    (
        "Ration card no. 0075000",
        ID_NUMBER,
        [Identifier(ID_NUMBER, "0075000", type="Ration card no")],
    ),
    ("China 653225197110100000", ID_NUMBER, [Identifier(ID_NUMBER, "653225197110100000", "China")]),
    (
        "SSN 156-92-0000 (United States of America)",
        ID_NUMBER,
        [Identifier("socialSecurityNumber", "156-92-0000", "United States of America", "SSN")],
    ),
    ("12/SAKHANA(N)020000", ID_NUMBER, [Identifier(ID_NUMBER, "12/SAKHANA(N)020000")]),
    ("5/SaKaNa (Naing) 017000", ID_NUMBER, [Identifier(ID_NUMBER, "5/SaKaNa (Naing) 017000")]),
    (
        "Italian Fiscal Code: DAOMMD74T11Z000Z",
        ID_NUMBER,
        [Identifier("taxNumber", "DAOMMD74T11Z000Z", "Italian", "Italian Fiscal Code")],
    ),
    ("passport revoked", PASSPORT, []),
    ("N/D", PASSPORT, []),
]


@pytest.mark.parametrize(("text", "prop", "expected"), DOCUMENTS)
def test_documents(text: str, prop: str, expected: list[Identifier]) -> None:
    assert list(read_documents(text, prop, "").identifiers) == expected


def test_a_text_without_a_number_stays_unread() -> None:
    assert read_documents("diplomatic passport of Testland", PASSPORT, "").unread == (
        "diplomatic passport of Testland",
    )


REGISTRATIONS = [
    ("7707083893 (Tax ID/INN)", [("innCode", "7707083893", "", "Tax ID/INN")]),
    (
        "INN: 7707083893 KPP: 770701001 OGRN: 1027700132195",
        [
            ("innCode", "7707083893", "", "INN"),
            ("kppCode", "770701001", "", "KPP"),
            ("ogrnCode", "1027700132195", "", "OGRN"),
        ],
    ),
    ("1027700132195", [("ogrnCode", "1027700132195", "", "")]),
    ("1027700132196", [("registrationNumber", "1027700132196", "", "")]),
    ("CR No 2408000", [("registrationNumber", "2408000", "", "CR No")]),
    (
        "2408000 (CR No.); 50093000 (BRN)",
        [
            ("registrationNumber", "2408000", "", "CR No."),
            ("registrationNumber", "50093000", "", "BRN"),
        ],
    ),
    ("HRB 81573", [("registrationNumber", "HRB 81573", "", "")]),
    ("02150000 (United Kingdom)", [("registrationNumber", "02150000", "United Kingdom", "")]),
    (
        "22209 (United Arab Emirates, License Number)",
        [("registrationNumber", "22209", "United Arab Emirates", "License Number")],
    ),
    ("IMO 9074729", [("imoNumber", "9074729", "", "IMO")]),
    ("1 159 102 022 738", [("ogrnCode", "1159102022738", "", "")]),
    ("SWIFT/BIC TESTLYLT (Libya)", [("swiftBic", "TESTLYLT", "", "SWIFT/BIC")]),
]


@pytest.mark.parametrize(("text", "expected"), REGISTRATIONS)
def test_registrations(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    identifiers = read_registrations(text, "registrationNumber", "").identifiers
    assert [(item.prop, item.number, item.country, item.type) for item in identifiers] == expected


def test_a_tax_number_of_another_country_is_no_inn() -> None:
    (item,) = read_registrations("7707083893 (Ukraine)", "taxNumber", "").identifiers
    assert (item.prop, item.country) == ("taxNumber", "Ukraine")


DOCUMENT_LIKE = st.text(st.sampled_from("AB12 ()/.-,;:№nopasrtexi"), max_size=60)


@given(st.one_of(st.text(max_size=60), DOCUMENT_LIKE))
def test_any_text_is_read_and_every_identifier_has_a_number(text: str) -> None:
    for texts in (read_documents(text, PASSPORT, "x"), read_registrations(text, "taxNumber", "x")):
        assert all(item.number and any(map(str.isalnum, item.number)) for item in texts.identifiers)
