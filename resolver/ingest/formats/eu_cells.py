"""The columns of the EU's annexes other than names: each function adds what a cell says and gives the faults found.

Cells come with their white space tidied: no runs, no line breaks.
"""

from __future__ import annotations

import re

from resolver.errors import DateError
from resolver.ingest.formats.un_comments import read_facts
from resolver.ingest.text.list_dates import canonical, read_dates
from resolver.ingest.text.list_documents import Documents, read_documents
from resolver.ingest.text.list_names import script_of, split_items
from resolver.ingest.text.name_words import country_at_end, is_country, is_title
from resolver.ingest.text.record_draft import Draft
from resolver.ingest.text.register_numbers import read_registrations
from resolver.records import Address, Identifier

_NOTHING = re.compile(r"n/?[da]|none|unknown|-|does not exist|", re.I)
_ENUMERATOR = re.compile(r"(?:^|[\s,;])\(?(?:[a-h]|i{1,3}|iv)\)\s*")
_EMBEDDED = re.compile(r"\b(DOB|POB|Nationality|Gender|Date of birth|Place of birth):\s*", re.I)
_EMBEDDED_PROPS = {
    "dob": "birthDate",
    "date of birth": "birthDate",
    "pob": "birthPlace",
    "place of birth": "birthPlace",
    "nationality": "nationality",
    "gender": "gender",
}
_DOUBT = re.compile(
    r"\b(?:allegedly|possibly|assumed|presumed|probably|since \d{4}|by birth|citizenship withdrawn)\b|\(presumed\)",
    re.I,
)
_DOCUMENT_AFTER = re.compile(
    r"[.,;]?\s+(?=(?:\w+ )?(?:passport|national identification) (?:no\b|number))", re.I
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(
    r"(?:https?://|www\.)[^\s;,\"]+|(?<![\w@./-])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}(?:/[^\s;,\"]*)?(?![\w@])",
    re.I,
)
_BANK = re.compile(r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b")


def parts_of(cell: str) -> list[str]:
    """The items of a cell, enumerations `(a) … (b) …` cut up too."""
    found = []
    for item in split_items(cell):
        for part in _ENUMERATOR.split(item):
            found += [piece.strip(" ,;") for piece in re.split(r";\s*(?![^()]*\))", part)]
    return [part for part in found if part and not _NOTHING.fullmatch(part.strip("."))]


def embedded(cell: str) -> tuple[str, list[tuple[str, str]]]:
    """A cell without the other columns that slipped into it (`20.8.1963 POB: … Gender: male`), and those."""
    pieces = _EMBEDDED.split(cell)
    labelled = zip(pieces[1::2], pieces[2::2], strict=True)
    found = [(_EMBEDDED_PROPS[label.lower()], text.strip(" ,;.)")) for label, text in labelled]
    return pieces[0].strip(" ,;("), found


def _slipped(draft: Draft, found: list[tuple[str, str]]) -> list[str]:
    readers = {
        "birthDate": dates,
        "birthPlace": birth_places,
        "nationality": nations,
        "gender": gender,
    }
    return [fault for prop, text in found for fault in readers[prop](draft, text, prop)]


def dates(draft: Draft, cell: str, column: str) -> list[str]:
    """Dates in any written form; what is no date is a note, and a fault where it was to be one."""
    cell, slipped = embedded(cell)
    faults = _slipped(draft, slipped)
    found, left = read_dates(cell)
    for date in found:
        draft.say(column, date, column)
    if left:
        draft.note(f"{column}: {cell}", column)
        if column == "birthDate" and not found:
            faults.append(f"value not taken: {column} {'; '.join(left)[:80]!r}")
    return faults


def listed_on(draft: Draft, cell: str, column: str) -> list[str]:
    """The day of the listing."""
    try:
        draft.say("createdAt", canonical(cell), column)
    except DateError as error:
        draft.note(f"{column}: {cell}", column)
        return [f"value not taken: {column} {cell[:60]!r}: {error.what}"]
    return []


def birth_places(draft: Draft, cell: str, column: str) -> list[str]:
    """Places, also joined by `or`, with the country each ends with."""
    for part in parts_of(cell):
        for place in re.split(r"\s+or\s+|^or\s+", re.sub(r"^either\s+", "", part)):
            if place := place.strip(' ,"'):
                draft.say("birthPlace", place, column)
                draft.say("birthCountry", country_at_end(place), column)
    return []


def nations(draft: Draft, cell: str, column: str) -> list[str]:
    """Nationalities or countries in the list's own words; doubt about them is a note."""
    text, *described = _DOCUMENT_AFTER.split(cell.strip('"'), maxsplit=1)
    for tail in described:
        draft.note(tail, column)
        _add(draft, read_documents(tail, "idNumber", column), column)
    said: list[str] = []
    for part in parts_of(text):
        plain = re.sub(r"\s*\([^()]*\)", "", part).strip(" .")
        for piece in (
            [part.strip(" .")]
            if is_country(part)
            else [plain]
            if is_country(plain)
            else _pieces(plain)
        ):
            word = re.sub(
                r"^of (?:the )?|\s+(?:passport|nationality)$", "", _DOUBT.sub("", piece), flags=re.I
            ).strip(" .,")
            if word and (is_country(word) or len(word.split()) <= 3):
                draft.say(column, word, column)
                said.append(word)
    if _DOUBT.search(text) or not said or len(text) > 60:
        draft.note(f"{column}: {text}", column)
    return []


def _pieces(text: str) -> list[str]:
    return [piece for piece in re.split(r"\s*[,;]\s*|\s*/\s*|\s+and(?:/or)?\s+", text) if piece]


def positions(draft: Draft, cell: str, column: str) -> list[str]:
    """Positions, and titles (`Maulavi`) among them."""
    cell, slipped = embedded(cell)
    for part in parts_of(cell):
        prop = "title" if is_title(part) else "position"
        draft.say(prop, part, column)
    return _slipped(draft, slipped)


def gender(draft: Draft, cell: str, column: str) -> list[str]:
    """Male or female; anything else is a note."""
    word = cell.strip(" .").lower()
    if word in ("male", "female"):
        draft.say("gender", word, column)
    elif word:
        draft.note(f"{column}: {cell}", column)
    return []


def parents(draft: Draft, cell: str, column: str) -> list[str]:
    """The name of a parent, also in a second script; remarks in brackets are notes."""
    for remark in re.findall(r"\(([^()]+)\)", cell):
        draft.note(f"{column}: {remark}", column)
    for part in re.split(r"\s+[–-]\s+", re.sub(r"\s*\([^()]*\)", "", cell)):
        draft.say(column, part, column)
    return []


def documents(draft: Draft, cell: str, column: str) -> list[str]:
    """Passports and identity documents described in words."""
    _add(draft, read_documents(cell, column, column), column)
    return []


def registrations(draft: Draft, cell: str, column: str) -> list[str]:
    """Numbers in registers of companies, ships and banks."""
    if _NOTHING.fullmatch(cell):
        draft.note(f"{column}: {cell}", column)
    else:
        _add(draft, read_registrations(cell, column, column), column)
    return []


def bank_codes(draft: Draft, cell: str, column: str) -> list[str]:
    """SWIFT codes; other numbers in the cell are notes."""
    for code in _BANK.findall(cell):
        draft.add(Identifier("swiftBic", code, origin=column))
    if not _BANK.fullmatch(cell):
        draft.note(f"{column}: {cell}", column)
    return []


def _add(draft: Draft, found: Documents, column: str) -> None:
    for item in found.identifiers:
        draft.add(item)
    for piece in found.left:
        draft.note(f"{column}: {piece}", column)


def addresses(draft: Draft, cell: str, column: str) -> list[str]:
    """Addresses; a country alone is one only if no other address is in it."""
    bare: list[str] = []
    known: set[str] = set()
    for part in parts_of(cell):
        text = part.strip(' ."')
        if is_country(text):
            bare.append(text)
            continue
        country, full = _countried(text)
        known.add(country)
        draft.add(Address(full=" ".join(full.split()), country=country, origin=column))
    for country in bare:
        if country not in known:
            draft.add(Address(country=country, origin=column))
    return []


def _countried(text: str) -> tuple[str, str]:
    """(country, rest) of an address that ends with its country, or begins with it."""
    if country := country_at_end(text):
        match = re.search(rf"[\s,(]*{re.escape(country)}\s*\)?\s*$", text)
        return country, text[: match.start()] if match else text
    first, _, rest = text.partition(",")
    return (first.strip(), rest.strip()) if rest and is_country(first) else ("", text)


def phones(draft: Draft, cell: str, column: str) -> list[str]:
    """Telephone numbers; fax numbers and what has fewer than five digits are notes."""
    for part in re.split(r"\s*[;,]\s*|\.?\s+(?=fax)|\s+or\s+", cell.strip('"'), flags=re.I):
        if mail := _MAIL.search(part):
            draft.say("email", mail[0], column)
        elif "fax" in part.lower() or sum(map(str.isdigit, part)) < 5:
            draft.note(f"{column}: {part}" if part else "", column)
        else:
            number = re.sub(r"^(?:tel|phone|mobile)[.: ]*", "", part, flags=re.I)
            draft.say("phone", re.sub(r"^\+\s+", "+", number), column)
    return []


def contacts(draft: Draft, cell: str, column: str) -> list[str]:
    """Mail addresses and web sites, whichever of the two columns they stand in; other words make it a note too."""
    rest = cell
    for prop, pattern in (("email", _MAIL), ("website", _SITE)):
        for match in pattern.finditer(rest):
            draft.say(prop, match[0].rstrip("."), column)
        rest = pattern.sub(" ", rest)
    if re.search(r"\w{3}", re.sub(r"\band\b|mailto:", "", rest)):
        draft.note(f"{column}: {cell}", column)
    return []


def remarks(draft: Draft, cell: str, column: str) -> list[str]:
    """Notes, kept whole, and what they state of parents, death, height and the like."""
    text = cell.strip('"')
    draft.note(text, column)
    if script_of(text) == "LATIN":
        read_facts(text, draft)
    return []
