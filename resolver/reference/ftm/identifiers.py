"""Identifiers with a form that can be checked, by the names that FollowTheMoney has for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from stdnum.exceptions import ValidationError

_IMO = re.compile(r"(IMO[\s:.#-]*)?(?<!\d)(\d{5,7})(?!\d)")
_OGRN = re.compile(r"\b(\d{13}|\d{15})\b")
_NPI = re.compile(r"\b(\d{10}|\d{15})\b")
_UEI = re.compile(r"\b([0-9A-HJ-NP-Z]{12})\b", re.IGNORECASE)
_QID = re.compile(r"Q\d+")
_NO_NPI = ("0000000000", "000000000000000", "808400000000000")
_STANDARD = {
    "figi": "stdnum.figi",
    "iban": "stdnum.iban",
    "inn": "stdnum.ru.inn",
    "isin": "stdnum.isin",
    "lei": "stdnum.lei",
    "ssn": "stdnum.us.ssn",
    "uscc": "stdnum.cn.uscc",
}
"""Modules that check an identifier and write it without spaces and signs."""


def clean_identifier(form: str, text: str) -> str | None:
    """Return an identifier in its usual form, or None if it is none; others as they are."""
    if form in _STANDARD:
        return _clean_standard(import_module(_STANDARD[form]), text)
    clean = _CLEANERS.get(form)
    return text if clean is None else clean(text)


def _clean_standard(module: Any, text: str) -> str | None:
    try:
        return str(module.compact(module.validate(text)))
    except ValidationError:
        return None


def _clean_bic(text: str) -> str | None:
    """Return the bank and place of a BIC, without the branch."""
    bic = import_module("stdnum.bic")
    number = _clean_standard(bic, text)
    shortened = None if number is None else number[:8].upper()
    return shortened if shortened is not None and bic.is_valid(shortened) else None


def _clean_imo(text: str) -> str | None:
    """Return the first number of a ship or shipping company with a right check digit."""
    matches = sorted(
        _IMO.finditer(text), key=lambda match: (-len(match[2]), match[1] is None, match.start())
    )
    numbers = (match[2].zfill(7) for match in matches)
    return next((f"IMO{number}" for number in numbers if _is_imo(number)), None)


def _is_imo(number: str) -> bool:
    digits = [int(digit) for digit in number]
    ship = sum(digit * weight for digit, weight in zip(digits, range(7, 1, -1), strict=False)) % 10
    weighted = zip(digits, (8, 6, 4, 2, 9, 7), strict=False)
    company = (11 - sum(digit * weight for digit, weight in weighted) % 11) % 10
    return any(digits) and digits[6] in (ship, company)


def _clean_ogrn(text: str) -> str | None:
    """Return the first number of a Russian register with a right check digit."""
    match = _OGRN.search(text)
    if match is None or match[1].startswith("0"):
        return None
    number, check = int(match[1][:-1]), int(match[1][-1])
    rest = number % (11 if len(match[1]) == 13 else 13)
    return match[1] if check == (0 if rest == 10 else rest) else None


def _clean_npi(text: str) -> str | None:
    match = _NPI.search(text)
    if match is None or match[1] in _NO_NPI:
        return None
    number = match[1] if len(match[1]) == 15 else f"80840{match[1]}"
    return match[1] if import_module("stdnum.luhn").is_valid(number) else None


def _clean_uei(text: str) -> str | None:
    match = _UEI.search(text)
    return match[1].upper() if match is not None and not match[1].startswith("0") else None


def _clean_wikidata(text: str) -> str | None:
    code = text.rsplit("/", 1)[-1].strip().upper()
    return code if _QID.fullmatch(code) else None


_CLEANERS: dict[str, Callable[[str], str | None]] = {
    "bic": _clean_bic,
    "imo": _clean_imo,
    "npi": _clean_npi,
    "ogrn": _clean_ogrn,
    "uei": _clean_uei,
    "wikidata": _clean_wikidata,
}
