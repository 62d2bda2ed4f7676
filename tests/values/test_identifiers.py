"""Document, tax and registration numbers, each from its text alone."""

from __future__ import annotations

import pytest

from resolver.records import Identifier
from resolver.records.packing import identifier_text
from resolver.records.prepared.batch import WEAK_FAMILIES
from resolver.records.prepared.population import FrequencyTables
from resolver.records.prepared.value_flags import CHECKED
from resolver.values.identifiers import (
    IdentifierReading,
    identifier_table,
    is_likely_invented,
    is_mass_used_contact,
    normalize_number,
    read_identifier,
    read_packed_identifier,
)


def _identifier(prop: str, number: str, country: str = "") -> IdentifierReading:
    return read_packed_identifier(prop, identifier_text(Identifier(prop, number, country)))


def test_identifiers_keep_letters_and_digits_without_leading_zeros() -> None:
    readings = [
        _identifier("passportNumber", "A-12.345"),
        _identifier("passportNumber", "a12345"),
        _identifier("idNumber", "00123"),
        _identifier("idNumber", "000"),
        _identifier("imoNumber", "IMO 9074729"),
        _identifier("registrationNumber", "Ж-77"),
        _identifier("passportNumber", "--"),
    ]
    table = identifier_table(readings, {"": 0}, FrequencyTables())
    assert table.texts.tolist() == ["A12345", "A12345", "123", "000", "9074729", "ZH77", ""]
    assert table.number[0] == table.number[1] != 0
    # Empty and very short texts are no numbers.
    assert table.number[6] == 0


def test_identifier_families_and_countries() -> None:
    readings = [
        _identifier("idNumber", "123", "Iran"),
        _identifier("socialSecurityNumber", "123"),
        _identifier("isin", "123"),
    ]
    table = identifier_table(
        readings, {"": 0, "ir": 1}, FrequencyTables(mass_used=frozenset({"123"}))
    )
    assert table.type[0] == table.type[1] != table.type[2]
    assert table.country.tolist() == [1, 0, 0]
    assert table.mass_used.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "number",
    [
        "000",
        "0000000",
        "111111",
        "9999999999",
        "123456",
        "0123456789",
        "1234567890",
        "12345678901",
        "987654321",
        "98765432",
        "A123456",
        "XX1234567",
        "N0000000",
    ],
)
def test_numbers_that_look_invented(number: str) -> None:
    assert is_likely_invented(number)
    assert identifier_table(
        [_identifier("idNumber", number)], {"": 0}, FrequencyTables()
    ).mass_used.tolist() == [1]


@pytest.mark.parametrize(
    "number",
    [
        "",
        "0",
        "00",
        "777",
        "44444",
        "12345",
        "234567",
        "654321",
        "1234568",
        "123123",
        "112233",
        "ABC123456",
        "AAAAAA",
        "1234567A",
        "12345678901234567890123",
        "1023456",
        "৬৭৮",
    ],
)
def test_numbers_that_may_well_be_somebodys(number: str) -> None:
    assert not is_likely_invented(number)


def test_contacts_that_many_use() -> None:
    tables = FrequencyTables(mass_used=frozenset({"phone:301234567", "email:info@x.org"}))
    assert is_mass_used_contact("phone", "301234567", tables)
    assert is_mass_used_contact("phone", "000000000", tables)
    assert is_mass_used_contact("email", "info@x.org", tables)
    assert not is_mass_used_contact("phone", "301234568", tables)
    assert not is_mass_used_contact("email", "ann@x.org", tables)


def test_what_a_bank_or_a_group_of_companies_shares_is_weak() -> None:
    props = ("kppCode", "swiftBic", "ticker", "passportNumber", "leiCode", "taxNumber")
    table = identifier_table(
        [_identifier(prop, "ABC123") for prop in props], {"": 0}, FrequencyTables()
    )
    assert [family in WEAK_FAMILIES for family in table.type.tolist()] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("prop", "number", "normal"),
    [
        ("imoNumber", "IMO No. 9074729", "9074729"),
        ("mmsi", "MMSI: 244 660 000", "244660000"),
        ("innCode", "ИНН 7707083893", "7707083893"),
        ("innCode", "7707083893/770701001", "7707083893"),
        ("taxNumber", "CNPJ 11.222.333/0001-81", "11222333000181"),
        ("leiCode", "LEI 5493 00KDV5YB5P1R8X07", "549300KDV5YB5P1R8X07"),
        (
            "publicKey",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "5" + "2908400098527886E0F7030069857D2E4169EE7",
        ),
        (
            "publicKey",
            "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
            "1BOATSLRHTKNNGKDXEEOBR76B53LETTPYT",
        ),
        # Letters that begin a number are part of it, unless they say what it is.
        ("registrationNumber", "HRB 12345", "HRB12345"),
        ("passportNumber", "N 1234567", "N1234567"),
    ],
)
def test_numbers_lose_the_name_of_their_kind(prop: str, number: str, normal: str) -> None:
    assert normalize_number(prop, number) == normal


def test_worldwide_numbers_have_no_country() -> None:
    assert read_identifier("leiCode", "549300KDV5YB5P1R8X07", "us").country == ""
    assert read_identifier("innCode", "7707083893", "").country == "ru"
    assert read_identifier("innCode", "7707083893", "kz").country == "kz"


@pytest.mark.parametrize(
    ("prop", "number", "country", "is_checked"),
    [
        ("imoNumber", "IMO 9074729", "", True),
        ("imoNumber", "IMO 9074728", "", False),
        ("innCode", "7707083893", "", True),
        ("innCode", "7707083894", "", False),
        ("taxNumber", "136695976", "de", True),
        ("taxNumber", "136695976", "", False),
        # Passports have no check digits.
        ("passportNumber", "136695976", "de", False),
    ],
)
def test_numbers_with_right_check_digits(
    prop: str, number: str, country: str, is_checked: bool
) -> None:
    assert bool(read_identifier(prop, number, country).family & CHECKED) is is_checked
