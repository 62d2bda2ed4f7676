"""Columns of the EU's annexes other than names.

Each function adds the content of a cell to the draft of a record and returns the faults. White
space of cells is normalized: no runs, no line breaks.
"""

from __future__ import annotations

import re

from resolver.errors import DateError
from resolver.lists.formats.un_sc import read_facts
from resolver.lists.text.list_dates import canonical_date, read_dates
from resolver.lists.text.list_documents import DocumentTexts, read_documents, read_registrations
from resolver.lists.text.list_names import script_of, split_items
from resolver.lists.text.name_words import country_at_end, is_country, is_title
from resolver.lists.text.record_draft import RecordDraft
from resolver.lists.text.repairs import find_registers, read_phones, take_address_numbers
from resolver.records import Address, Identifier
from resolver.records.properties import BIRTH_DATE

_NO_VALUE = re.compile(r"n/?[da]|none|unknown|-|does not exist|", re.I)
_ENUMERATOR = re.compile(r"(?:^|[\s,;])\(?(?:[a-h]|i{1,3}|iv)\)\s*")
_EMBEDDED = re.compile(r"\b(DOB|POB|Nationality|Gender|Date of birth|Place of birth):\s*", re.I)
_EMBEDDED_PROPS = {
    "dob": BIRTH_DATE,
    "date of birth": BIRTH_DATE,
    "pob": "birthPlace",
    "place of birth": "birthPlace",
    "nationality": "nationality",
    "gender": "gender",
}
_DOUBT = re.compile(
    r"\b(?:allegedly|possibly|assumed|presumed|probably|since \d{4}|by birth"
    r"|citizenship withdrawn)\b|\(presumed\)",
    re.I,
)
_DOCUMENT_AFTER = re.compile(
    r"(?:[.,;]|(?<!\s))\s++(?=(?:\w+ )?(?:passport|national identification) (?:no\b|number))", re.I
)
# `(?<!\s)\s++` begins only where white space does, so that long runs of it take linear time.
_NOT_COUNTRY = re.compile(r"^of (?:the )?|(?<!\s)\s++(?:passport|nationality)$", re.I)
_BETWEEN_COUNTRIES = re.compile(r"(?:(?<!\s)\s++)?[,;/]\s*|(?<!\s)\s++and(?:/or)?\s+")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(
    r"(?:https?://|www\.)[^\s;,\"]+"
    r"|(?<![\w@./-])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}(?:/[^\s;,\"]*)?(?![\w@])",
    re.I,
)
_BANK = re.compile(r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b")


def split_cell_parts(cell: str) -> list[str]:
    """Split a cell into items, also at enumerations `(a) … (b) …`."""
    parts = []
    for item in split_items(cell):
        for part in _ENUMERATOR.split(item):
            parts += [piece.strip(" ,;") for piece in re.split(r";\s*+(?![^()]{0,300}\))", part)]
    return [part for part in parts if part and not _NO_VALUE.fullmatch(part.strip("."))]


def split_embedded(cell: str) -> tuple[str, list[tuple[str, str]]]:
    """Split a cell from the other columns within it (`20.8.1963 POB: … Gender: male`)."""
    pieces = _EMBEDDED.split(cell)
    labeled = zip(pieces[1::2], pieces[2::2], strict=True)
    embedded = [(_EMBEDDED_PROPS[label.lower()], text.strip(" ,;.)")) for label, text in labeled]
    return pieces[0].strip(" ,;("), embedded


def _add_embedded(draft: RecordDraft, embedded: list[tuple[str, str]]) -> list[str]:
    readers = {
        BIRTH_DATE: add_dates,
        "birthPlace": add_birth_places,
        "nationality": add_nationalities,
        "gender": add_gender,
    }
    return [fault for prop, text in embedded for fault in readers[prop](draft, text, prop)]


def add_dates(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add dates in any written form. Other text is a note, or a fault if no birth date was read."""
    cell, embedded = split_embedded(cell)
    faults = _add_embedded(draft, embedded)
    cell_dates, rest = read_dates(cell)
    for date in cell_dates:
        draft.add_value(column, date, column)
    if rest:
        draft.add_note(f"{column}: {cell}", column)
        if column == BIRTH_DATE and not cell_dates:
            faults.append(f"value not taken: {column} {'; '.join(rest)[:80]!r}")
    return faults


def add_listing_date(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add the day of the listing."""
    try:
        draft.add_value("createdAt", canonical_date(cell), column)
    except DateError as error:
        draft.add_note(f"{column}: {cell}", column)
        return [f"value not taken: {column} {cell[:60]!r}: {error.message}"]
    return []


def add_birth_places(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add places, also joined by `or`, with the country at the end of each."""
    for part in split_cell_parts(cell):
        for place in re.split(r"(?<!\s)\s++or\s+|^or\s+", re.sub(r"^either\s+", "", part)):
            if place := place.strip(' ,"'):
                draft.add_value("birthPlace", place, column)
                draft.add_value("birthCountry", country_at_end(place), column)
    return []


def _nationality_pieces(part: str) -> list[str]:
    plain = re.sub(r"(?:(?<!\s)\s++)?\([^()]*\)", "", part).strip(" .")
    if is_country(part):
        return [part.strip(" .")]
    return [plain] if is_country(plain) else _split_countries(plain)


def add_nationalities(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add nationalities or countries in the list's own words; doubts about them are notes."""
    text, *tails = _DOCUMENT_AFTER.split(cell.strip('"'), maxsplit=1)
    for tail in tails:
        draft.add_note(tail, column)
        _add_document_texts(draft, read_documents(tail, "idNumber", column), column)
    names: list[str] = []
    for part in split_cell_parts(text):
        for piece in _nationality_pieces(part):
            word = _NOT_COUNTRY.sub("", _DOUBT.sub("", piece)).strip(" .,")
            if word and (is_country(word) or len(word.split()) <= 3):
                draft.add_value(column, word, column)
                names.append(word)
    if _DOUBT.search(text) or not names or len(text) > 60:
        draft.add_note(f"{column}: {text}", column)
    return []


def _split_countries(text: str) -> list[str]:
    return [piece for piece in _BETWEEN_COUNTRIES.split(text) if piece]


def add_positions(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add positions, and the titles (`Maulavi`) among them."""
    cell, embedded = split_embedded(cell)
    for part in split_cell_parts(cell):
        prop = "title" if is_title(part) else "position"
        draft.add_value(prop, part, column)
    return _add_embedded(draft, embedded)


def add_gender(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add male or female; any other text is a note."""
    word = cell.strip(" .").lower()
    if word in ("male", "female"):
        draft.add_value("gender", word, column)
    elif word:
        draft.add_note(f"{column}: {cell}", column)
    return []


def add_parents(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add the name of a parent, also in a second script; remarks in brackets are notes."""
    for remark in re.findall(r"\(([^()]+)\)", cell):
        draft.add_note(f"{column}: {remark}", column)
    for part in re.split(r"(?<!\s)\s++[–-]\s+", re.sub(r"(?:(?<!\s)\s++)?\([^()]*\)", "", cell)):
        draft.add_value(column, part, column)
    return []


def add_documents(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add passports and identity documents described in words."""
    _add_document_texts(draft, read_documents(cell, column, column), column)
    return []


def add_registrations(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add numbers in registers of companies, ships and banks."""
    if _NO_VALUE.fullmatch(cell):
        draft.add_note(f"{column}: {cell}", column)
    else:
        _add_document_texts(draft, read_registrations(cell, column, column), column)
    return []


def add_bank_codes(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add SWIFT codes; other numbers in the cell are notes."""
    for code in _BANK.findall(cell):
        draft.add_fact(Identifier("swiftBic", code, origin=column))
    if not _BANK.fullmatch(cell):
        draft.add_note(f"{column}: {cell}", column)
    return []


def _add_document_texts(draft: RecordDraft, texts: DocumentTexts, column: str) -> None:
    for item in texts.identifiers:
        draft.add_fact(item)
    for piece in texts.unread:
        draft.add_note(f"{column}: {piece}", column)


def add_addresses(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add addresses; a country alone counts only if no other address is in that country."""
    bare_countries: list[str] = []
    countries: set[str] = set()
    for part in split_cell_parts(cell):
        text = part.strip(' ."')
        if is_country(text):
            bare_countries.append(text)
            continue
        text, numbers = take_address_numbers(text, column)
        for number in numbers:
            draft.add_fact(number)
        if text:
            country, full = _split_country(text)
            countries.add(country)
            draft.add_fact(Address(full=" ".join(full.split()), country=country, origin=column))
    for country in bare_countries:
        if country not in countries:
            draft.add_fact(Address(country=country, origin=column))
    return []


def _split_country(text: str) -> tuple[str, str]:
    """Return (country, rest) of an address that ends or begins with its country."""
    if country := country_at_end(text):
        head = text.rstrip().removesuffix(")").rstrip()
        is_last = head.endswith(country)
        return country, head.removesuffix(country).rstrip(" \t\n\xa0,(") if is_last else text
    first, _, rest = text.partition(",")
    return (first.strip(), rest.strip()) if rest and is_country(first) else ("", text)


def add_phones(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add telephone numbers; fax numbers and items with fewer than five digits are notes."""
    for mail in _MAIL.findall(cell):
        draft.add_value("email", mail, column)
    phones, rest = read_phones(_MAIL.sub(" ", cell.strip('"')))
    for phone in phones:
        draft.add_value("phone", phone, column)
    for piece in rest:
        if re.search(r"\d{2}|\w{3}", re.sub(r"e-?mail", "", piece, flags=re.I)):
            draft.add_note(f"{column}: {piece}", column)
    return []


def add_contacts(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add mail addresses and web sites of either column; other words make the cell a note too."""
    rest = cell
    for prop, pattern in (("email", _MAIL), ("website", _SITE)):
        for match in pattern.finditer(rest):
            draft.add_value(prop, match[0].rstrip("."), column)
        rest = pattern.sub(" ", rest)
    if re.search(r"\w{3}", re.sub(r"\band\b|mailto:", "", rest)):
        draft.add_note(f"{column}: {cell}", column)
    return []


def add_remarks(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add notes unchanged, and their statements about parents, death, height and the like."""
    text = cell.strip('"')
    draft.add_note(text, column)
    if draft.schema != "Person":
        for number in find_registers(text, column):
            draft.add_fact(number)
    if script_of(text) == "LATIN":
        read_facts(text, draft)
    return []
