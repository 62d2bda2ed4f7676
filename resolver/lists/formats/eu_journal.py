"""Annexes of EU sanctions regulations as CSV, one file a regulation, perhaps with only a header.

The cells come from prose and hold several values, enumerations, brackets and other scripts. Regular
forms are parsed (`names`, `list_dates`, `list_documents`, `eu_cells`), and everything else stays as
notes. A family in capitals (`Given Patronymic FAMILY`) gives the parts of a person's name. The name
columns are read here; `eu_cells` reads the other columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from resolver.lists.formats import eu_cells
from resolver.lists.io.csv_rows import read_header_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.reader_types import Item, ListUnit, LocatedRecord, ReaderRow, Reject
from resolver.lists.text.crimes import stated_activities
from resolver.lists.text.list_dates import read_dates
from resolver.lists.text.list_names import NameForms, is_capitals, script_of, split_items
from resolver.lists.text.name_words import guess_group_schema, is_armed_group
from resolver.lists.text.names import parse_group_name, parse_person_name
from resolver.lists.text.record_draft import RecordDraft
from resolver.lists.text.repairs import restore_word_order, split_alias_list, split_enumeration
from resolver.records import content_id, kind_of_schema
from resolver.records.properties import (
    BIRTH_DATE,
    FATHER_NAME,
    FATHER_NAMES,
    PASSPORT,
    PROPERTIES,
    ValueType,
)

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
    """Add the main name with its variants, and a person's name parts where capitals show them."""
    is_person = draft.schema == "Person"
    first, *others = split_enumeration(cell)
    forms = parse_person_name(first) if is_person else parse_group_name(first)
    _add_forms(draft, forms, "name", "name")
    if is_person:
        for prop, text in split_capitalized_name(forms.name):
            draft.add_value(prop, text, "name")
    for other in others:
        add_aliases(draft, other, "alias")


def add_aliases(draft: RecordDraft, cell: str, prop: str) -> list[str]:
    """Add the alternate names of a cell; return no faults.

    A person's name of one word or in quotes is weak. The text of a name whose words are put into
    order is kept as a note.
    """
    is_person = draft.schema == "Person"
    for item in split_items(cell):
        parts = split_enumeration(item)
        if not is_person:
            parts = [name for part in parts for name in split_alias_list(part)]
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
        for prop, props in (("forenames", ("firstName", *FATHER_NAMES)), ("family", ("lastName",)))
    }
    return restore_word_order(text, **parts) if all(parts.values()) else text


def add_previous_names(draft: RecordDraft, cell: str, column: str) -> list[str]:
    """Add former names (a person's former family name after the given names); return no faults."""
    is_person = draft.schema == "Person"
    given_names = " ".join(
        value.text for value in draft.values if value.prop in ("firstName", *FATHER_NAMES)
    )
    for item in split_items(cell):
        for part in re.split(r"(?<!\s)\s++or\s+", item) if is_person else split_alias_list(item):
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
            draft.add_value(BIRTH_DATE, date, "alias")
        draft.add_value("birthPlace", (match[2] or "").strip(" ,.)"), "alias")


def _is_one_word(name: str) -> bool:
    return " " not in name.strip() and script_of(name) not in _UNSPACED


def split_capitalized_name(name: str) -> list[tuple[str, str]]:
    """Split a name with the family in capitals, first or last, into (property, text), else []."""
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
        return [("firstName", names[0]), (FATHER_NAME, names[1]), *parts]
    return [("firstName", " ".join(names)), *parts]


SOURCE = "eu-journal"
_REQUIRED = ("celex", "recordId", "annex", "schema", "name")
MAX_CELL = 10_000
"""Characters; a longer cell is kept without being parsed."""
_COMPANY_CODES = frozenset(("ogrnCode", "kppCode", "leiCode"))

Cells = dict[str, str]
CellReader = Callable[[RecordDraft, str, str], list[str]]
"""Function that adds a cell's content to the draft, given the cell and its column; returns the
faults.
"""

_READERS: dict[ValueType, CellReader] = {
    ValueType.DATE: eu_cells.add_dates,
    ValueType.PLACE: eu_cells.add_birth_places,
    ValueType.COUNTRY: eu_cells.add_nationalities,
    ValueType.GENDER: eu_cells.add_gender,
    ValueType.NAME_PART: eu_cells.add_parents,
    ValueType.IDENTIFIER: eu_cells.add_registrations,
    ValueType.ADDRESS: eu_cells.add_addresses,
    ValueType.PHONE: eu_cells.add_phones,
    ValueType.EMAIL: eu_cells.add_contacts,
    ValueType.WEBSITE: eu_cells.add_contacts,
}
_COLUMN_READERS: dict[str, CellReader] = {
    **{row.name: _READERS[row.type] for row in PROPERTIES if row.type in _READERS},
    "alias": add_aliases,
    "weakAlias": add_aliases,
    "previousName": add_previous_names,
    "startDate": eu_cells.add_listing_date,
    "position": eu_cells.add_positions,
    PASSPORT: eu_cells.add_documents,
    "idNumber": eu_cells.add_documents,
    "swiftBic": eu_cells.add_bank_codes,
    "notes": eu_cells.add_remarks,
}
"""Readers of columns, which have the names of properties."""
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

    Raises `InputError` where the header lacks a column needed for ids and names.
    """
    for file in unit.files:
        yield from _read_file(file)


def _read_file(file: SourceFile) -> Iterator[Item]:
    for row in read_header_rows(file, _REQUIRED):
        if isinstance(row, Reject):
            yield row
            continue
        line, cells = row
        texts = {column: " ".join(cell.split()) for column, cell in cells.items()}
        yield from _read_row(file.label, line, texts)


def _read_row(label: str, line: int, cells: Cells) -> Iterator[Item]:
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
    reasons = (cells.get(column, "") for column in ("reason", "notes", "position"))
    draft.activities = stated_activities([cells.get("programKey", "")], reasons)
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
    """Return the schema of the row, or a guess where FtM knows no such schema to resolve."""
    if kind_of_schema(cells["schema"]) is not None:
        return cells["schema"]
    if any(map(cells.get, (BIRTH_DATE, "gender", *FATHER_NAMES))):
        return "Person"
    return "Vessel" if cells.get("imoNumber") and cells.get("flag") else "LegalEntity"


def _narrow_schema(draft: RecordDraft, cells: Cells) -> None:
    """Narrow `LegalEntity` where the name, the legal form or a number shows the kind of group."""
    if draft.schema not in ("LegalEntity", "Organization"):
        return
    names = [value.text for value in draft.values if value.prop in ("name", "alias")]
    guessed = guess_group_schema(cells["name"]) or guess_group_schema(cells.get("legalForm", ""))
    guessed = "Organization" if any(map(is_armed_group, names)) else guessed
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
