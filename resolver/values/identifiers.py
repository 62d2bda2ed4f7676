"""Document, tax and registration numbers: their normal form, and whether they identify their
holder.

`read_national_number` recognizes national numbers by their check digits, with the modules of
`python-stdnum`. It does not read numbers of registers without check digits. `read_identifier` uses
it for the value of a property, and returns the number, its family and its country
(`IdentifierReading`). `is_mass_used` and `is_likely_invented` find numbers and contacts that
identify nobody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, Protocol, cast

import numpy as np
from stdnum import imo, lei
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from resolver.data import load_rows
from resolver.names.folding import letters
from resolver.records.packing import split_fields
from resolver.records.prepared.batch import IdentifierTable
from resolver.records.prepared.population import FrequencyTables
from resolver.records.prepared.value_flags import CHECKED
from resolver.records.properties import LIST_REFERENCES, PROPERTIES, ValueType
from resolver.runtime.text_cache import cache_short_texts, hash_texts
from resolver.values.normal_values import current_country

_MODULES = {
    country: [module for *_, module in rows]
    for country, rows in groupby(load_rows("national_numbers"), itemgetter(0))
}
"""Country → modules of `stdnum` for numbers with check digits, in the order of trial."""
_PREFIXES = {"EL": "gr", "XI": "gb", "CHE": "ch"} | {
    code.upper(): code
    for code in """
    at be bg cy cz de dk ee es fi fr gb gr hr hu ie it lt lu lv mt nl no pl pt ro se si sk
    """.split()
}
"""Prefix of a number for value added tax → country."""
_PREFIX = re.compile(rf"^({'|'.join(_PREFIXES)})(?=[0-9A-Z]\d)")
_DIGITS_ONLY = {
    "ch": re.compile(r"\D"),
    "no": re.compile(r"\D"),
    "se": re.compile(r"(?<=\d{10})01$"),
}
"""Country → pattern of the signs to remove from a number, such as MVA and MWST at its end."""


_LIBRARY_FAULTS = (LookupError, ValueError, ArithmeticError, TypeError, AttributeError)
"""Unexpected errors of the library for some invalid numbers, besides its `ValidationError`.

An example is a Chinese number with a county that its table does not have."""


class NationalNumber(NamedTuple):
    """National number without the prefixes of its country and its use, and the country code."""

    number: str
    country: str


class _Module(Protocol):
    def validate(self, number: str) -> str: ...


def read_national_number(number: str, country: str) -> NationalNumber | None:
    """Return the normal form of a national number; None if it is no such number.

    `number` consists of letters and digits in upper case. A country prefix of the number counts
    more than the stated `country`, which may be empty. One or two leading zeros may be missing,
    since spreadsheets remove them.
    """
    prefix = _PREFIX.match(number)
    if prefix:
        code = _PREFIXES[prefix[1]]
        valid = _valid(number, code) or _valid(number[prefix.end() :], code)
        if valid:
            return NationalNumber(valid, code)
    ways = (number, f"0{number}", f"00{number}") if number.isdigit() else (number,)
    valid = next(filter(None, (_valid(way, country) for way in ways)), "")
    return NationalNumber(valid, country) if valid else None


def _valid(number: str, country: str) -> str:
    """Return the number in the form of the first module of the country that accepts it; empty if
    none does.
    """
    for name in _MODULES.get(country, ()):
        try:
            normal = _module(country, name).validate(number)
        except (ValidationError, *_LIBRARY_FAULTS):
            continue
        return _company_number(normal, f"{country}.{name}")
    return ""


@cache
def _module(country: str, name: str) -> _Module:
    return cast(_Module, get_cc_module(country, name))


def _company_number(number: str, kind: str) -> str:
    """Return the company's number that is part of the number of an establishment or of a tax
    number.
    """
    if kind == "fr.siret":
        return number[:9]
    if kind == "fr.tva":
        return number[-9:]
    mark = _DIGITS_ONLY.get(kind.partition(".")[0])
    return mark.sub("", number) if mark else number


_FAMILY = {row.name: row.family for row in PROPERTIES if row.type is ValueType.IDENTIFIER}
"""Families of identifiers. Identifiers of one family are compared with each other, because lists
often state a passport as an id number, or a tax number as a registration number."""


_NATIONAL = frozenset((2, 3, 4))
"""Families whose numbers have a national form with check digits."""
_WORLDWIDE = frozenset((7, 8, 9, 10, 11, 14, 15, 17, 18, 19))
"""Families whose numbers are unique in the world, so that the country does not matter."""
_RUSSIAN = frozenset(("innCode", "ogrnCode", "kppCode"))
_CHECKS = {"leiCode": lei.is_valid, "imoNumber": imo.is_valid}
_LABEL = re.compile(
    r"^(?:IMO(?:NO|NUMBER)?|MMSI|LEI|INN|OGRN(?:IP)?|OKPO|KPP|EDRPOU|UNP|TIN|NIPT?|REGON|KRS"
    r"|CNPJ|CPF|CUI[TL]|RU[TC]|NI[TF]|CIF|EIN|VKN|SIRE[NT]|OIB|EIK|PIB|DUNS|USTID(?:NR)?"
    r"|VAT(?:NO|NR|ID)?|TAX(?:NO|ID|NUMBER))(?=[A-Z]{0,3}\d{5})"
)
_WALLET = re.compile(r"^(?:BITCOIN|ETHEREUM)?(?:0X)?(?=[0-9A-Z]{20})")
_REFERENCE_MARK = re.compile(r"[^A-Z0-9.]")
_WITH_KPP = re.compile(r"^\D*(\d{10})\s*/\s*\d{9}$")
"""Russian tax number with the reason code of a branch behind it."""


_READ_AS_DIGITS = str.maketrans("OI", "01")
"""Letters that clerks and scanners take for digits, and the digits.

Two numbers that differ in nothing else are taken for one."""


class IdentifierReading(NamedTuple):
    """Normal form of a number, its family, and the country code of its issuer.

    The family includes `CHECKED` if the check digits are right. The country is empty if it is
    unknown or if numbers of the family do not depend on it.
    """

    number: str
    family: int
    country: str


@cache_short_texts(100_000)
def read_identifier(prop: str, number: str, country: str) -> IdentifierReading:
    """Return the reading of a number and a country as the source writes them."""
    family = _FAMILY[prop]
    normal = _bare_number(prop, number)
    if family in _WORLDWIDE:
        is_checked = prop in _CHECKS and _CHECKS[prop](normal)
        return IdentifierReading(_without_zeros(normal), family | CHECKED * is_checked, "")
    code = current_country(country) or ("ru" if prop in _RUSSIAN else "")
    if prop not in LIST_REFERENCES and not normal.isalpha():
        normal = normal.translate(_READ_AS_DIGITS)
    if family in _NATIONAL:
        national = read_national_number(normal, code)
        if national:
            return IdentifierReading(
                _without_zeros(national.number), family | CHECKED, national.country
            )
    return IdentifierReading(_without_zeros(normal), family, code)


def _bare_number(prop: str, number: str) -> str:
    """Return the letters and digits of a number in upper case, without a label such as `VAT`."""
    if prop in LIST_REFERENCES:
        # Dots stay, since EU.1.23 and EU.12.3 are two entries.
        return _REFERENCE_MARK.sub("", number.upper())
    with_kpp = _WITH_KPP.match(number)
    normal = letters(with_kpp[1] if with_kpp else number).upper()
    return _WALLET.sub("", normal) if prop == "publicKey" else _LABEL.sub("", normal)


def _without_zeros(number: str) -> str:
    return number.lstrip("0") or number


def normalize_number(prop: str, number: str, country: str = "") -> str:
    """Return a number as it is compared: letters and digits, without leading zeros."""
    return read_identifier(prop, number, country).number


def read_packed_identifier(prop: str, packed: str) -> IdentifierReading:
    """Return the reading of an identifier as a batch holds it."""
    number, country, _type = split_fields(packed, 3)
    return read_identifier(prop, number, country)


def identifier_table(
    readings: Sequence[IdentifierReading], countries: Mapping[str, int], tables: FrequencyTables
) -> IdentifierTable:
    """Return identifiers as arrays."""
    numbers = [reading.number for reading in readings]
    return IdentifierTable(
        number=hash_texts(number if len(number) > 2 else "" for number in numbers),
        type=np.array([reading.family for reading in readings], dtype=np.int32),
        country=np.array(
            [countries.get(reading.country, 0) for reading in readings], dtype=np.int32
        ),
        texts=np.array(numbers, dtype=object),
        mass_used=np.array([is_mass_used(number, tables) for number in numbers], dtype=np.uint8),
    )


def is_mass_used(number: str, tables: FrequencyTables) -> bool:
    """Return True if a normalized number does not identify its holder.

    The model's table lists it as used by many, or it looks invented.
    """
    return number in tables.mass_used or is_likely_invented(number)


CONTACTS = ("phone", "email")


def contact_key(prop: str, contact: str) -> str:
    """Return the key of a normalized phone number or e-mail address in the table of mass use."""
    return f"{prop}:{contact}"


def is_mass_used_contact(prop: str, contact: str, tables: FrequencyTables) -> bool:
    """Return whether a normalized phone number or e-mail address identifies nobody (see
    `is_mass_used`).
    """
    return contact_key(prop, contact) in tables.mass_used or (
        prop == "phone" and is_likely_invented(contact)
    )


def is_likely_invented(number: str) -> bool:
    """Return True if a normalized number looks as if somebody invented it to fill a form.

    After at most two letters, such a number has only zeros, or one digit at least six times, or at
    least six digits in sequence: from 0 or 1 up, or from 9 down.
    """
    digits = _SERIES.sub("", number)
    if not digits.isdecimal():
        return False
    if set(digits) == {"0"}:
        return len(digits) > 2
    return len(digits) >= _LEAST_INVENTED and (len(set(digits)) == 1 or digits in _IN_A_ROW)


_LEAST_INVENTED = 6
_SERIES = re.compile(r"^[A-Z]{1,2}(?=\d)")
_UP, _DOWN = "01234567890123456789", "98765432109876543210"
_IN_A_ROW = frozenset(
    series[start : start + length]
    for series, starts in ((_UP, (0, 1)), (_DOWN, (0,)))
    for start in starts
    for length in range(_LEAST_INVENTED, 16)
)
