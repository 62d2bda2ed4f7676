"""Annexes of EU sanctions regulations as CSV, one file a regulation; a file may hold the header alone.

The cells come from prose and hold several values, enumerations, brackets and other scripts. What is systematic is
taken apart (`list_variants`, `list_dates`, `list_documents`, `eu_cells`); what is not stays as a note. Families in
capitals (`Given Patronymic FAMILY`) tell a person's name parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from resolver.errors import InputError
from resolver.ingest.formats import eu_cells
from resolver.ingest.formats.eu_names import add_aliases, add_name, add_previous
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.text_rows import csv_rows
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    ReaderRow,
    RecordAt,
    Reject,
)
from resolver.ingest.text.name_words import group_schema
from resolver.ingest.text.record_draft import Draft
from resolver.records import content_id, kind_of_schema

SOURCE = "eu-journal"
_REQUIRED = ("celex", "recordId", "annex", "schema", "name")
MAX_CELL = 10_000
"""Characters; a longer cell is kept without being taken apart."""
_COMPANY_CODES = frozenset(("ogrnCode", "kppCode", "leiCode"))

Cells = dict[str, str]
Reader = Callable[[Draft, str, str], list[str]]
"""Adds what a cell says to the draft; gets the cell and its column's name, gives the faults found."""

_COLUMNS: dict[str, Reader] = {
    "alias": add_aliases,
    "weakAlias": add_aliases,
    "previousName": add_previous,
    "birthDate": eu_cells.dates,
    "incorporationDate": eu_cells.dates,
    "startDate": eu_cells.listed_on,
    "birthPlace": eu_cells.birth_places,
    "nationality": eu_cells.nations,
    "country": eu_cells.nations,
    "jurisdiction": eu_cells.nations,
    "flag": eu_cells.nations,
    "position": eu_cells.positions,
    "gender": eu_cells.gender,
    "fatherName": eu_cells.parents,
    "motherName": eu_cells.parents,
    "passportNumber": eu_cells.documents,
    "idNumber": eu_cells.documents,
    "registrationNumber": eu_cells.registrations,
    "taxNumber": eu_cells.registrations,
    "innCode": eu_cells.registrations,
    "ogrnCode": eu_cells.registrations,
    "kppCode": eu_cells.registrations,
    "okpoCode": eu_cells.registrations,
    "leiCode": eu_cells.registrations,
    "imoNumber": eu_cells.registrations,
    "mmsi": eu_cells.registrations,
    "ticker": eu_cells.registrations,
    "swiftBic": eu_cells.bank_codes,
    "address": eu_cells.addresses,
    "phone": eu_cells.phones,
    "email": eu_cells.contacts,
    "website": eu_cells.contacts,
    "notes": eu_cells.remarks,
}
_PLAIN = {
    "programKey": "program",
    "reason": "summary",
    "appearance": "appearance",
    "ethnicity": "ethnicity",
    "legalForm": "legalForm",
    "sector": "sector",
}


def detect(head: bytes, file: SourceFile) -> bool:
    """Whether a file begins with the header of such an annex."""
    first = head.split(b"\n", 1)[0].replace(b'"', b"").strip(b"\xef\xbb\xbf\r ")
    return first.split(b",")[:2] == [b"celex", b"recordId"]


def read(unit: ListUnit) -> Iterator[Item]:
    """The rows of the annexes as records. Raises `InputError` where the header lacks what ids and names need."""
    for file in unit.files:
        yield from _read_file(file)


def _read_file(file: SourceFile) -> Iterator[Item]:
    header: list[str] | None = None
    for row in csv_rows(file):
        if isinstance(row, Reject):
            yield row
        elif header is None:
            header = [cell.strip() for cell in row[1]]
            if missing := [column for column in _REQUIRED if column not in header]:
                raise InputError(f"the header has no column {missing[0]!r}", where=file.label)
        elif len(row[1]) != len(header):
            yield Reject(
                file.label, row[0], f"{len(row[1])} columns where the header has {len(header)}"
            )
        else:
            yield from _row(
                file.label,
                row[0],
                dict(zip(header, (" ".join(cell.split()) for cell in row[1]), strict=True)),
            )
    if header is None:
        raise InputError("the file holds no header", where=file.label)


def _row(label: str, line: int, cells: Cells) -> Iterator[Item]:
    if not cells["name"]:
        yield Reject(label, line, "a row without a name")
        return
    draft = Draft(SOURCE, _native_id(cells), _schema(cells))
    if kind_of_schema(cells["schema"]) is None:
        draft.note(f"schema: {cells['schema']}", "schema")
    add_name(draft, cells["name"])
    faults: list[str] = []
    for column, cell in cells.items():
        if cell and column not in _REQUIRED:
            faults += _cell(draft, column, cell)
    _settle_schema(draft, cells)
    yield RecordAt(draft.record(), line)
    for fault in faults:
        yield Reject(label, line, f"record {draft.id}: {fault}")


def _native_id(cells: Cells) -> str:
    if cells["recordId"]:
        return f"{cells['celex']}/{cells['annex']}/{cells['recordId']}"
    return content_id(
        SOURCE, "\t".join(f"{column}={cell}" for column, cell in sorted(cells.items()) if cell)
    ).partition(":")[2]


def _cell(draft: Draft, column: str, cell: str) -> list[str]:
    if len(cell) > MAX_CELL and column not in _PLAIN:
        draft.note(f"{column}: {cell}", column)
        return [f"value not taken: {column} is {len(cell)} characters long"]
    if reader := _COLUMNS.get(column):
        return reader(draft, cell, column)
    if column in _PLAIN:
        draft.say(_PLAIN[column], re.sub(r'^"|"$', "", cell), column)
    else:
        draft.note(f"{column}: {cell}", column)
    return []


def _schema(cells: Cells) -> str:
    """The schema the row states, or a guess where FtM knows no such thing to resolve."""
    if kind_of_schema(cells["schema"]) is not None:
        return cells["schema"]
    if cells.get("birthDate") or cells.get("gender") or cells.get("fatherName"):
        return "Person"
    return "Vessel" if cells.get("imoNumber") and cells.get("flag") else "LegalEntity"


def _settle_schema(draft: Draft, cells: Cells) -> None:
    """`LegalEntity` narrowed where the name, the legal form or a register's number says what it is."""
    if draft.schema not in ("LegalEntity", "Organization"):
        return
    guess = group_schema(cells["name"]) or group_schema(cells.get("legalForm", ""))
    if not guess and (
        cells.get("legalForm") or any(item.prop in _COMPANY_CODES for item in draft.identifiers)
    ):
        guess = (
            "Company"
            if any(item.prop in _COMPANY_CODES for item in draft.identifiers)
            else "Organization"
        )
    if guess and not (draft.schema == "Organization" and guess == "Company"):
        draft.schema = guess


ROW = ReaderRow(
    name="eu_journal",
    help="annexes of EU sanctions regulations as CSV, one file a regulation (header celex,recordId,…)",
    detect=detect,
    read=read,
)
