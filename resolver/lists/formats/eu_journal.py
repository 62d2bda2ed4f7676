"""Annexes of EU sanctions regulations as CSV, one file for each regulation; a file may have only a
header.

The cells come from prose and hold several values, enumerations, brackets and other scripts. Regular
forms are parsed (`names`, `list_dates`, `list_documents`), and everything else stays as notes. A
family in capitals (`Given Patronymic FAMILY`) gives the parts of a person's name.

Each function of a column adds the content of a cell to the draft of a record and returns the
faults. White space of cells is normalized: no runs, no line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from resolver.errors import DateError
from resolver.lists.formats.un_sc import read_facts
from resolver.lists.io.csv_rows import read_header_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import Item, ListUnit, LocatedRecord, ReaderRow, Reject
from resolver.lists.text import name_words, repairs
from resolver.lists.text.crimes import stated_activities
from resolver.lists.text.list_dates import canonical_date, read_dates
from resolver.lists.text.list_documents import DocumentTexts, read_documents, read_registrations
from resolver.lists.text.list_names import NameForms, is_capitals, script_of, split_items
from resolver.lists.text.names import parse_group_name, parse_person_name
from resolver.lists.text.record_draft import RecordDraft
from resolver.lists.text.stated_relations import find_stated_relations, split_own_names
from resolver.records import Address, Identifier, content_id, kind_of_schema, properties

_NO_VALUE = re.compile(r"n/?[da]|none|unknown|-|does not exist|", re.I)
_ENUMERATOR = re.compile(r"(?:^|[\s,;])\(?(?:[a-h]|i{1,3}|iv)\)\s*")
_EMBEDDED = re.compile(r"\b(DOB|POB|Nationality|Gender|Date of birth|Place of birth):\s*", re.I)
_EMBEDDED_PROPS = {
    "dob": properties.BIRTH_DATE,
    "date of birth": properties.BIRTH_DATE,
    "pob": "birthPlace",
    "place of birth": "birthPlace",
    "nationality": properties.NATIONALITY,
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
        properties.BIRTH_DATE: add_dates,
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
        if column == properties.BIRTH_DATE and not cell_dates:
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
                draft.add_value("birthCountry", name_words.country_at_end(place), column)
    return []


def _nationality_pieces(part: str) -> list[str]:
    plain = re.sub(r"(?:(?<!\s)\s++)?\([^()]*\)", "", part).strip(" .")
    if name_words.is_country(part):
        return [part.strip(" .")]
    return [plain] if name_words.is_country(plain) else _split_countries(plain)


def add_nationalities(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add nationalities or countries in the list's own words; doubtful words become notes."""
    text, *tails = _DOCUMENT_AFTER.split(cell.strip('"'), maxsplit=1)
    for tail in tails:
        draft.add_note(tail, column)
        _add_document_texts(draft, read_documents(tail, "idNumber", column), column)
    names: list[str] = []
    for part in split_cell_parts(text):
        for piece in _nationality_pieces(part):
            word = _NOT_COUNTRY.sub("", _DOUBT.sub("", piece)).strip(" .,")
            if word and (name_words.is_country(word) or len(word.split()) <= 3):
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
        prop = "title" if name_words.is_title(part) else "position"
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
        if name_words.is_country(text):
            bare_countries.append(text)
            continue
        text, numbers = repairs.take_address_numbers(text, column)
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
    """Return (country, rest) for an address that ends or begins with its country."""
    if country := name_words.country_at_end(text):
        head = text.rstrip().removesuffix(")").rstrip()
        is_last = head.endswith(country)
        return country, head.removesuffix(country).rstrip(" \t\n\xa0,(") if is_last else text
    first, _, rest = text.partition(",")
    return (first.strip(), rest.strip()) if rest and name_words.is_country(first) else ("", text)


def add_phones(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add telephone numbers; fax numbers and items with fewer than five digits are notes."""
    for mail in _MAIL.findall(cell):
        draft.add_value("email", mail, column)
    phones, rest = repairs.read_phones(_MAIL.sub(" ", cell.strip('"')))
    for phone in phones:
        draft.add_value("phone", phone, column)
    for piece in rest:
        if re.search(r"\d{2}|\w{3}", re.sub(r"e-?mail", "", piece, flags=re.I)):
            draft.add_note(f"{column}: {piece}", column)
    return []


def add_contacts(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add mail addresses and web sites of both columns; if there are other words, the cell is also
    a note.
    """
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
        for number in repairs.find_registers(text, column):
            draft.add_fact(number)
    if script_of(text) == "LATIN":
        read_facts(text, draft)
    return []


_PATRONYMIC = re.compile(
    r"\w+(?:vich|vych|wicz|vitch|vna|[iy]ch|inichna|vič|віч|вич|вна|їч|ич|ічна)", re.I
)
_BORN = re.compile(
    r"(?:date of birth|DOB|born)(?: on| in)?:?\s*+([^;,()]{0,100}\d{4})"
    r"(?:[;,]?\s*(?:(?:place of birth|POB):?|in)\s+([^()]+))?",
    re.I,
)
# Scripts whose names are written without spaces, so that one word may be a whole name.
_UNSPACED = frozenset(("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "THAI", "MYANMAR"))


def add_main_name(draft: RecordDraft, cell: str) -> None:
    """Add the main name with its variants, and the parts of a person's name if capitals show
    them.
    """
    is_person = draft.schema == "Person"
    first, *others = repairs.split_enumeration(cell)
    forms = parse_person_name(first) if is_person else parse_group_name(first)
    _add_forms(draft, forms, "name", "name")
    if is_person:
        for prop, text in split_capitalized_name(forms.name):
            draft.add_value(prop, text, "name")
    for other in others:
        add_aliases(draft, other, "alias")


def add_aliases(draft: RecordDraft, cell: str, prop: str) -> list[str]:
    """Add the alternate names of a cell; return no faults.

    A person's name of one word or in quotes is weak. If the words of a name are put into order, its
    text is kept as a note.
    """
    is_person = draft.schema == "Person"
    for item in split_items(cell):
        parts = repairs.split_enumeration(item)
        if not is_person:
            parts = [name for part in parts for name in repairs.split_alias_list(part)]
        for written in parts:
            part = _order_words(draft, written) if is_person else written
            if part != written:
                draft.add_note(f"{prop}: {written}", prop)
            forms = parse_person_name(part) if is_person else parse_group_name(part)
            is_weak = is_person and (forms.is_nickname or _is_one_word(forms.name))
            _add_forms(draft, forms, "weakAlias" if is_weak else prop, prop)
    return []


def _order_words(draft: RecordDraft, text: str) -> str:
    """Return a name in the order of the Latin name's parts, if the draft has them."""
    parts = {
        prop: " ".join(value.text for value in draft.values if value.prop in props)
        for prop, props in (
            ("forenames", ("firstName", *properties.FATHER_NAMES)),
            ("family", ("lastName",)),
        )
    }
    return repairs.restore_word_order(text, **parts) if all(parts.values()) else text


def add_previous_names(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add former names (a person's former family name after the given names); return no faults."""
    is_person = draft.schema == "Person"
    given_names = " ".join(
        value.text
        for value in draft.values
        if value.prop in ("firstName", *properties.FATHER_NAMES)
    )
    for item in split_items(cell):
        for part in (
            re.split(r"(?<!\s)\s++or\s+", item) if is_person else repairs.split_alias_list(item)
        ):
            forms = parse_person_name(part) if is_person else parse_group_name(part)
            if (
                is_person
                and given_names
                and _is_one_word(forms.name)
                and script_of(forms.name) == script_of(given_names)
            ):
                draft.add_value("previousName", f"{given_names} {forms.name}", column)
            else:
                _add_forms(draft, forms, "previousName", column)
    return []


def _add_forms(draft: RecordDraft, forms: NameForms, prop: str, origin: str) -> None:
    is_person = draft.schema == "Person"
    for form_prop, text in forms.all_names():
        if form_prop == "name":
            draft.add_value(prop, text, origin)
        elif form_prop == "alias":
            is_weak = is_person and _is_one_word(text)
            draft.add_value(
                "weakAlias" if is_weak or prop == "weakAlias" else "alias", text, origin
            )
        elif form_prop == "notes":
            draft.add_note(f"{forms.name}: {text}", origin)
            _add_birth(draft, text)
        else:
            draft.add_value(form_prop, text, origin)


def _add_birth(draft: RecordDraft, text: str) -> None:
    """Add the birth date and place that a bracket states for one of the names."""
    if match := _BORN.search(text):
        for date in read_dates(match[1])[0]:
            draft.add_value(properties.BIRTH_DATE, date, "alias")
        draft.add_value("birthPlace", (match[2] or "").strip(" ,.)"), "alias")


def _is_one_word(name: str) -> bool:
    return " " not in name.strip() and script_of(name) not in _UNSPACED


def split_capitalized_name(name: str) -> list[tuple[str, str]]:
    """Split a name with the family name in capitals, first or last, into (property, text);
    otherwise return [].
    """
    words = name.split()
    in_capitals = [is_capitals(word) for word in words]
    if len(words) < 2 or all(in_capitals) or not any(in_capitals):
        return []
    # Particles in small letters (al, de, van) belong to the capitals after them.
    first = in_capitals.index(True)
    if all(in_capitals[first:]):
        names, family = words[:first], words[first:]
    elif in_capitals[0] and not any(in_capitals[in_capitals.index(False) :]):
        names, family = words[in_capitals.index(False) :], words[: in_capitals.index(False)]
    else:
        return []
    parts = [("lastName", " ".join(family))]
    if len(names) == 2 and _PATRONYMIC.fullmatch(names[1]):
        return [("firstName", names[0]), (properties.FATHER_NAME, names[1]), *parts]
    return [("firstName", " ".join(names)), *parts]


SOURCE = "eu-journal"
_REQUIRED = ("celex", "recordId", "annex", "schema", "name")
MAX_CELL = 10_000
"""Maximum number of characters of a cell that is parsed; a longer cell is kept as it is."""
_COMPANY_CODES = frozenset(("ogrnCode", "kppCode", "leiCode"))

Cells = dict[str, str]
CellReader = Callable[[RecordDraft, str, str], list[str]]
"""Function that adds a cell's content to the draft, given the cell and its column; returns the
faults.
"""

_READERS: dict[properties.ValueType, CellReader] = {
    properties.ValueType.DATE: add_dates,
    properties.ValueType.PLACE: add_birth_places,
    properties.ValueType.COUNTRY: add_nationalities,
    properties.ValueType.GENDER: add_gender,
    properties.ValueType.NAME_PART: add_parents,
    properties.ValueType.IDENTIFIER: add_registrations,
    properties.ValueType.ADDRESS: add_addresses,
    properties.ValueType.PHONE: add_phones,
    properties.ValueType.EMAIL: add_contacts,
    properties.ValueType.WEBSITE: add_contacts,
}
_COLUMN_READERS: dict[str, CellReader] = {
    **{row.name: _READERS[row.type] for row in properties.PROPERTIES if row.type in _READERS},
    "alias": add_aliases,
    "weakAlias": add_aliases,
    "previousName": add_previous_names,
    "startDate": add_listing_date,
    "position": add_positions,
    properties.PASSPORT: add_documents,
    "idNumber": add_documents,
    "swiftBic": add_bank_codes,
    "notes": add_remarks,
}
"""Readers of columns, which have the names of properties."""
_PROSE = ("reason", "notes", "position")
"""Columns whose sentences state crimes and relations."""
_OWN_NAMES = frozenset(properties.FULL_NAMES)
_TEXT_PROPERTIES = {
    "programKey": "program",
    "reason": "summary",
    "appearance": "appearance",
    "ethnicity": "ethnicity",
    "legalForm": "legalForm",
    "sector": "sector",
}


def detect_eu_journal(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins with the header of such an annex."""
    first = head.split(b"\n", 1)[0].replace(b'"', b"").strip(b"\xef\xbb\xbf\r ")
    return first.split(b",")[:2] == [b"celex", b"recordId"]


def read_eu_journal(unit: ListUnit) -> Iterator[Item]:
    """Yield the rows of the annexes as records.

    Raises `InputError` if the header lacks a column that ids and names need.
    """
    for file in unit.files:
        yield from _read_file(file)


def _read_file(file: SourceFile) -> Iterator[Item]:
    ids = _read_names(file)
    for row in read_header_rows(file, _REQUIRED):
        if isinstance(row, Reject):
            yield row
            continue
        line, cells = row
        texts = {column: " ".join(cell.split()) for column, cell in cells.items()}
        yield from _read_row(file.label, line, texts, ids)


def _read_names(file: SourceFile) -> dict[str, str]:
    """Return the record ids by the casefolded main names of the file, for names that only one entry
    has.

    These are needed because reasons name other entries of the same annex.
    """
    ids: dict[str, str] = {}
    for row in read_header_rows(file, _REQUIRED):
        if isinstance(row, Reject):
            continue
        cells = {column: " ".join(cell.split()) for column, cell in row[1].items()}
        record_id = f"{SOURCE}:{_build_native_id(cells)}"
        for name in split_items(cells["name"]):
            words = name.casefold().split()
            # `QUELL Amaro` is written `Amaro Quell` in reasons
            for plain in {" ".join(words), " ".join(reversed(words) if len(words) == 2 else words)}:
                ids[plain] = record_id if ids.get(plain, record_id) == record_id else ""
    return {name: record_id for name, record_id in ids.items() if record_id}


def _read_row(label: str, line: int, cells: Cells, ids: Mapping[str, str]) -> Iterator[Item]:
    if not cells["name"]:
        yield Reject.of_row(label, line, "a row without a name")
        return
    draft = RecordDraft(SOURCE, _build_native_id(cells), _choose_schema(cells))
    if kind_of_schema(cells["schema"]) is None:
        draft.add_note(f"schema: {cells['schema']}", "schema")
    add_main_name(draft, cells["name"])
    faults: list[str] = []
    for column, cell in cells.items():
        if cell and column not in _REQUIRED:
            faults += _add_cell(draft, column, cell)
    _narrow_schema(draft, cells)
    reasons = [cells.get(column, "") for column in _PROSE]
    draft.activities = stated_activities([cells.get("programKey", "")], reasons)
    own_names = split_own_names(value.text for value in draft.values if value.prop in _OWN_NAMES)
    for column, text in zip(_PROSE, reasons, strict=True):
        for relation in find_stated_relations(text, own_names, ids, column):
            if relation.target_id != draft.id:
                draft.add_fact(relation)
    yield LocatedRecord(draft.build_record(), line)
    for fault in faults:
        yield Reject.of_record(label, line, draft.id, fault)


def _build_native_id(cells: Cells) -> str:
    if cells["recordId"]:
        return f"{cells['celex']}/{cells['annex']}/{cells['recordId']}"
    return content_id(
        SOURCE, "\t".join(f"{column}={cell}" for column, cell in sorted(cells.items()) if cell)
    ).partition(":")[2]


def _add_cell(draft: RecordDraft, column: str, cell: str) -> list[str]:
    if len(cell) > MAX_CELL and column not in _TEXT_PROPERTIES:
        draft.add_note(f"{column}: {cell}", column)
        return [f"value not taken: {column} is {len(cell)} characters long"]
    if reader := _COLUMN_READERS.get(column):
        return reader(draft, cell, column)
    if column in _TEXT_PROPERTIES:
        draft.add_value(_TEXT_PROPERTIES[column], re.sub(r'^"|"$', "", cell), column)
    else:
        draft.add_note(f"{column}: {cell}", column)
    return []


def _choose_schema(cells: Cells) -> str:
    """Return the schema of the row, or a guess if FtM does not know the stated schema."""
    if kind_of_schema(cells["schema"]) is not None:
        return cells["schema"]
    if any(map(cells.get, (properties.BIRTH_DATE, "gender", *properties.FATHER_NAMES))):
        return "Person"
    return "Vessel" if cells.get("imoNumber") and cells.get("flag") else "LegalEntity"


def _narrow_schema(draft: RecordDraft, cells: Cells) -> None:
    """Narrow `LegalEntity` if the name, the legal form or a number shows the kind of group."""
    if draft.schema not in ("LegalEntity", "Organization"):
        return
    names = [value.text for value in draft.values if value.prop in ("name", "alias")]
    guessed = name_words.guess_group_schema(cells["name"]) or name_words.guess_group_schema(
        cells.get("legalForm", "")
    )
    guessed = "Organization" if any(map(name_words.is_armed_group, names)) else guessed
    if not guessed and (
        cells.get("legalForm") or any(item.prop in _COMPANY_CODES for item in draft.identifiers)
    ):
        guessed = (
            "Company"
            if any(item.prop in _COMPANY_CODES for item in draft.identifiers)
            else "Organization"
        )
    if guessed and not (draft.schema == "Organization" and guessed == "Company"):
        draft.schema = guessed


ROW = ReaderRow(
    name="eu_journal",
    help=(
        "annexes of EU sanctions regulations as CSV, one file a regulation "
        "(header celex,recordId,…)"
    ),
    detect=detect_eu_journal,
    read=read_eu_journal,
)
