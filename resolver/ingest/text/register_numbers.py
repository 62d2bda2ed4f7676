"""Numbers of companies and ships in registers, as lists write them in a cell.

Examples: `7701058410 (Tax ID/INN)`, `CR No 2408160`, `7726700943 KPP: 772601001`, `1027739132563;
1027739387411`.
"""

from __future__ import annotations

import re

from stdnum.ru import inn, ogrn

from resolver.ingest.text.list_documents import MAX_TEXT, DocumentTexts
from resolver.ingest.text.list_names import split_items
from resolver.ingest.text.name_words import is_country
from resolver.records import Identifier
from resolver.records.prepared.text_cache import cache_short_texts

_REGISTERS = (
    (re.compile(r"\bIMO\b"), "imoNumber"),
    (re.compile(r"OGRN|ОГРН"), "ogrnCode"),
    (re.compile(r"\bKPP\b|КПП"), "kppCode"),
    (re.compile(r"\bOKPO\b|ОКПО"), "okpoCode"),
    (
        re.compile(
            r"\bTIN\b|\bINN\b|ИНН|tax(?:payer)? ?(?:id|identification|reference|number|no)|TRN\b",
            re.I,
        ),
        "taxNumber",
    ),
    (re.compile(r"\bVAT\b|GSTIN", re.I), "vatCode"),
    (re.compile(r"\bLEI\b"), "leiCode"),
)
_CODE_WORD = re.compile(r"(?<=[\s,])(KPP|OKPO|OGRN|INN):?\s+(?=\d)")
_SWIFT = re.compile(r"SWIFT(?:/BIC)?:?\s*([A-Z]{6}[A-Z0-9]{2,5})\b")
_REGISTER_PIECES = re.compile(
    r",\s+(?=\S*\d)|(?<!\s)\s++(?:(?:or|and)\s+(?=\d)|[/–]\s+)|(?<=\d{9})/\s*(?=\d{9})"
)
_REGISTER_ITEM = re.compile(
    r"(?P<before>(?:\D*[\s:])?)(?P<number>[A-Z]{0,8}(?:[-/][A-Z]{1,4}){0,3}[-/]?\d[\w/. -]*?\w)"
    r"(?P<after>\s*\(.*\)?|\s*[,.]?\s*|,?\s+(?:on|issued) .*)"
)
_PREFIX = re.compile(r"[A-Z]{1,3}(?: [A-Z]{1,3})*")


@cache_short_texts(8_192)
def read_registrations(text: str, prop: str, origin: str) -> DocumentTexts:
    """Read the register numbers of a cell; `prop` applies where the words name no property."""
    if len(text) > MAX_TEXT:
        return DocumentTexts((), (text,))
    identifiers: list[Identifier] = []
    unread: list[str] = []
    for item in split_items(_CODE_WORD.sub(r"; \1 ", text.replace("\xa0", " "))):
        if match := _SWIFT.match(item):
            identifiers.append(Identifier("swiftBic", match[1], type="SWIFT/BIC", origin=origin))
            continue
        for piece in _REGISTER_PIECES.split(item):
            piece = piece.strip(" ,.-")
            if match := _REGISTER_ITEM.fullmatch(piece):
                identifiers.append(_build_identifier(match, prop, origin))
            elif piece and piece.upper() not in ("N/D", "N/A"):
                unread.append(piece)
    return DocumentTexts(tuple(identifiers), tuple(unread))


def _build_identifier(match: re.Match[str], prop: str, origin: str) -> Identifier:
    number = match["number"].strip()
    before, after = match["before"].strip(" -:,.()"), match["after"].strip(" ,.")
    if after.startswith("("):
        after = after[1:-1] if after.endswith(")") else after[1:]
    narrowed = next(
        (
            register_property
            for pattern, register_property in _REGISTERS
            if pattern.search(f"{before} {after}")
        ),
        prop,
    )
    if (
        _PREFIX.fullmatch(before)
        and before != "CR"
        and not any(pattern.search(before) for pattern, _ in _REGISTERS)
    ):
        # These letters are a part of the number, as in HRB 81573.
        number, before = f"{before} {number}", ""
    country, _, rest = (part.strip() for part in after.partition(","))
    country, after = (country, rest) if is_country(country) else ("", after)
    note = (
        after
        if after.startswith(("on ", "issued ")) or after == "void" or re.search(r"\d{5}", after)
        else ""
    )
    label = before if re.search(r"\w{2}", before) else "" if note else after
    digits = re.sub(r"\s", "", number)
    number = digits if digits.isdigit() else number
    return Identifier(
        narrow_russian(narrowed, number, country), number, country, label, note=note, origin=origin
    )


def narrow_russian(prop: str, number: str, country: str) -> str:
    """Return INN, KPP or OGRN where form and check digits prove it and the country allows it."""
    if country not in ("", "Russia", "Russian Federation") or not number.isdigit():
        return prop
    if prop in ("taxNumber", "innCode") and len(number) == 9 and number.endswith("01001"):
        return "kppCode"
    if prop == "taxNumber" and len(number) in (10, 12) and inn.is_valid(number):
        return "innCode"
    if (
        prop == "registrationNumber"
        and len(number) in (13, 15)
        and number[0] in "135"
        and ogrn.is_valid(number)
    ):
        return "ogrnCode"
    return prop
