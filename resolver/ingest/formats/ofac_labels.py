"""OFAC's labels of documents and numbers, and the property of each.

A label is matched as written, longest first. Other items that look labeled (`Something No. 123
(Country)`) become `idNumber` for a person and `registrationNumber` for everything else, with the
label as the identifier's type.
"""

from __future__ import annotations

import re

from stdnum.ru import inn, ogrn

from resolver.data import load_pairs
from resolver.errors import DateError
from resolver.ingest.text.list_dates import canonical_date
from resolver.ingest.text.name_words import is_country
from resolver.records import Identifier
from resolver.records.prepared.text_cache import cache_short_texts

OTHER = ""
"""Placeholder for `idNumber` of a person or `registrationNumber` of another record."""


def _labels_by_first_word() -> dict[str, list[tuple[str, str]]]:
    labels: dict[str, list[tuple[str, str]]] = {}
    for label, prop in sorted(load_pairs("ofac_labels").items(), key=lambda item: -len(item[0])):
        labels.setdefault(label.split()[0].rstrip(":"), []).append((label, prop))
    return labels


_BY_FIRST_WORD = _labels_by_first_word()
_WALLET = re.compile(r"Digital Currency Address - (\w+) (\w+)")
_GENERIC = re.compile(
    r"((?:[A-Z][\w.'-]*[ ]){0,5}(?:No\.?|Number|#|ID|Code|Card|Permit|License))[: ]+(\S*\d.*)"
)
_NO_IDENTIFIER = re.compile(r"Chinese Commercial Code|Fax|Interpol|Tele|Phone|Branch\b", re.I)
_DATE = r"((?:\d{1,2} )?(?:[A-Z][a-z]{2,8} )?\d{4})"
_TAIL = re.compile(
    r"(?P<number>.+?)(?P<brackets>(?:\s+\([^()]*\))*)"
    rf"(?:,? issued (?P<issued>{_DATE}))?(?:,? expire[sd] (?P<expires>{_DATE}))?"
    r"(?P<rest>(?:,| at| in| to| issued| expired?s?) .*)?"
)
_BRACKET = re.compile(r"\(([^()]*)\)")
_WORDS_AFTER = re.compile(r"([^\s\d]*+\d\S*+) ([A-Z][a-z]+(?: [A-Z][a-z]+)*)")
_LEI = re.compile(r"[A-Z0-9]{18}\d\d")
_REGISTERS = (
    "Registration ID",
    "Registration Number",
    "Public Registration Number",
    "Business Registration Number",
)
_LETTERS_ONLY = frozenset(("callSign", "registrationNumber", "swiftBic", "ticker"))


@cache_short_texts(8_192)
def read_identifier(text: str, is_person: bool, origin: str) -> Identifier | None:
    """Return the identifier in one item of the remarks (without `alt.`), or None."""
    if match := _WALLET.fullmatch(text):
        return Identifier(
            "publicKey", match[2], type=f"Digital Currency Address - {match[1]}", origin=origin
        )
    label, prop, rest = _split_label(text)
    if not label or (
        not re.search(r"\d", rest)
        and (prop not in _LETTERS_ONLY or not re.fullmatch(r"[A-Z -]{2,20}", rest))
    ):
        return None
    if match := re.fullmatch(r"\((\d[\w-]*)\)", rest):
        return Identifier(prop, match[1], type=label, origin=origin) if prop else None
    match = _TAIL.fullmatch(rest.removeprefix("No. "))
    if not match or len(match["number"]) > 60:
        return None
    number, country, note = _parse_number_parts(label, match)
    return Identifier(
        _choose_property(
            prop or ("idNumber" if is_person else "registrationNumber"), number, country, label
        ),
        number,
        country,
        label,
        _date_or_text(match["issued"]),
        _date_or_text(match["expires"]),
        note,
        origin,
    )


def _split_label(text: str) -> tuple[str, str, str]:
    """Return (label, property, remaining text) of an item; the label is empty if there is none."""
    for label, prop in _BY_FIRST_WORD.get(text.split(" ", 1)[0].rstrip(":"), ()):
        if text.startswith(label) and text[len(label) : len(label) + 1] in (" ", ":"):
            return label, prop, text[len(label) :].lstrip(": ")
    match = _GENERIC.fullmatch(text)
    if match and not _NO_IDENTIFIER.match(text):
        return match[1].strip(), OTHER, match[2]
    return "", OTHER, ""


def _parse_number_parts(label: str, match: re.Match[str]) -> tuple[str, str, str]:
    """Return (number, country, note) of the text after a label."""
    number, rest = match["number"].strip(" ,"), (match["rest"] or "").strip(" ,")
    brackets = [
        bracket.partition(".")[0].strip() for bracket in _BRACKET.findall(match["brackets"])
    ]
    notes = brackets[:-1]
    country = brackets[-1] if brackets else ""
    if country and label.startswith(("Matricula", "Folio")) and not is_country(country):
        notes, country = [*notes, country], ""
    if words := _WORDS_AFTER.fullmatch(number):
        number = words[1]
        notes.append(words[2])
    if rest and not country and is_country(rest.split(",")[0]):
        country, _, rest = (part.strip() for part in rest.partition(","))
    elif rest and not country and (ending := re.search(r"(?:(?<!\s)\s++)?\(([^()]+)\)$", rest)):
        rest, country = rest[: ending.start()], ending[1]
    return number, country, "; ".join(part for part in (*notes, rest) if part)


def _date_or_text(text: str | None) -> str:
    try:
        return canonical_date(text) if text else ""
    except DateError:
        return text or ""


def _choose_property(prop: str, number: str, country: str, label: str) -> str:
    """Return the narrower property that a number's form proves: LEI, or Russian INN, OGRN, OKPO."""
    if prop == "registrationNumber" and _LEI.fullmatch(number) and re.search(r"[A-Z]", number):
        return "leiCode"
    if country not in ("", "Russia", "Russian Federation") or not number.isdigit():
        return prop
    if label == "Government Gazette Number" and len(number) in (8, 10):
        return "okpoCode"
    if prop == "taxNumber" and _is_inn(number) and (country or len(number) == 12):
        return "innCode"
    is_register = country or label in _REGISTERS
    if prop == "registrationNumber" and is_register and _is_ogrn(number):
        return "ogrnCode"
    return prop


def _is_inn(number: str) -> bool:
    return len(number) in (10, 12) and inn.is_valid(number)


def _is_ogrn(number: str) -> bool:
    return len(number) in (13, 15) and number[0] in "135" and ogrn.is_valid(number)
