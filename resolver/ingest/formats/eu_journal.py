"""Annexes of EU sanctions regulations as CSV, one file a regulation, maybe with only a header.

The cells come from prose and hold several values, enumerations, brackets and other scripts. Regular
forms are parsed (`person_names`, `list_dates`, `list_documents`, `eu_cells`); the rest stays as
notes. Families in capitals (`Given Patronymic FAMILY`) give a person's name parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from resolver.ingest.formats import eu_cells
from resolver.ingest.formats.eu_names import add_aliases, add_main_name, add_previous_names
from resolver.ingest.io.csv_rows import read_header_rows
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    LocatedRecord,
    ReaderRow,
    Reject,
)
from resolver.ingest.text.name_words import guess_group_schema, is_armed_group
from resolver.ingest.text.record_draft import RecordDraft
from resolver.records import Activity, content_id, kind_of_schema

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

_COLUMN_READERS: dict[str, CellReader] = {
    "alias": add_aliases,
    "weakAlias": add_aliases,
    "previousName": add_previous_names,
    "birthDate": eu_cells.add_dates,
    "incorporationDate": eu_cells.add_dates,
    "startDate": eu_cells.add_listing_date,
    "birthPlace": eu_cells.add_birth_places,
    "nationality": eu_cells.add_nationalities,
    "country": eu_cells.add_nationalities,
    "jurisdiction": eu_cells.add_nationalities,
    "flag": eu_cells.add_nationalities,
    "position": eu_cells.add_positions,
    "gender": eu_cells.add_gender,
    "fatherName": eu_cells.add_parents,
    "motherName": eu_cells.add_parents,
    "passportNumber": eu_cells.add_documents,
    "idNumber": eu_cells.add_documents,
    "registrationNumber": eu_cells.add_registrations,
    "taxNumber": eu_cells.add_registrations,
    "innCode": eu_cells.add_registrations,
    "ogrnCode": eu_cells.add_registrations,
    "kppCode": eu_cells.add_registrations,
    "okpoCode": eu_cells.add_registrations,
    "leiCode": eu_cells.add_registrations,
    "imoNumber": eu_cells.add_registrations,
    "mmsi": eu_cells.add_registrations,
    "ticker": eu_cells.add_registrations,
    "swiftBic": eu_cells.add_bank_codes,
    "address": eu_cells.add_addresses,
    "phone": eu_cells.add_phones,
    "email": eu_cells.add_contacts,
    "website": eu_cells.add_contacts,
    "notes": eu_cells.add_remarks,
}
_TERROR_PROGRAMS = frozenset({"EU-TERR", "EU-TAQA-EUAQ"})
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
    if cells.get("programKey") in _TERROR_PROGRAMS:
        draft.activities = (Activity.TERRORISM,)
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
    if cells.get("birthDate") or cells.get("gender") or cells.get("fatherName"):
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
