"""National tax, company and personal numbers: their normal form, if their check digits are right.

The forms are those of `python-stdnum`. Numbers of registers without check digits are not read.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, Protocol, cast

from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from resolver.data import load_rows

_MODULES = {
    country: [module for *_, module in rows]
    for country, rows in groupby(load_rows("national_numbers"), itemgetter(0))
}
"""Country: modules of `stdnum` whose numbers have check digits, in the order of trial."""
_PREFIXES = {"EL": "gr", "XI": "gb", "CHE": "ch"} | {
    code.upper(): code
    for code in """
    at be bg cy cz de dk ee es fi fr gb gr hr hu ie it lt lu lv mt nl no pl pt ro se si sk
    """.split()
}
"""Beginning of a number for value added tax: country."""
_PREFIX = re.compile(rf"^({'|'.join(_PREFIXES)})(?=[0-9A-Z]\d)")
_DIGITS_ONLY = {
    "ch": re.compile(r"\D"),
    "no": re.compile(r"\D"),
    "se": re.compile(r"(?<=\d{10})01$"),
}
"""Country: what is left out of a number, such as MVA and MWST behind it."""


_LIBRARY_FAULTS = (LookupError, ValueError, ArithmeticError, TypeError, AttributeError)
"""Errors that modules of the library raise for some numbers, besides their own for an invalid one
(a county that is not in its table of the Chinese ones)."""


class NationalNumber(NamedTuple):
    """Number without the marks of its country and its use, and the code of the country."""

    number: str
    country: str


class _Module(Protocol):
    def validate(self, number: str) -> str: ...


def read_national_number(number: str, country: str) -> NationalNumber | None:
    """Return the normal form of a number (letters and digits in upper case), None if it is none.

    The country that begins the number goes before the stated one, whose code may be empty. A
    leading zero or two may be lost, as in tables.
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
    """Return a number in the form of the first kind of the country that it is; empty if none."""
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
    """Return the number of the company in a valid number of an establishment or for a tax."""
    if kind == "fr.siret":
        return number[:9]
    if kind == "fr.tva":
        return number[-9:]
    mark = _DIGITS_ONLY.get(kind.partition(".")[0])
    return mark.sub("", number) if mark else number
