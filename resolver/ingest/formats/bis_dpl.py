"""The US Bureau of Industry and Security's denied persons list: tab separated, quoted, a header, no ids.

A row is a name at an address under an order, so a party with two addresses has two rows, and rows that are the same
collapse by their id. The list does not say who is a person: the name's form decides, and where it does not, the
record is a `LegalEntity`, which may be either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from resolver.errors import DateError, InputError
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.text_rows import csv_rows
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    ReaderRow,
    RecordAt,
    Reject,
)
from resolver.ingest.text.group_names import group_forms
from resolver.ingest.text.list_name_forms import Forms
from resolver.ingest.text.list_names import from_family_first, split_suffix
from resolver.ingest.text.name_words import group_schema, looks_like_person
from resolver.ingest.text.person_names import person_forms
from resolver.ingest.text.record_draft import Draft
from resolver.records import Address, Relation, RelationType, content_id, parse_date

SOURCE = "us-bis-dpl"
COLUMNS = (
    "Name",
    "Street_Address",
    "City",
    "State",
    "Country",
    "Postal_Code",
    "Effective_Date",
    "Expiration_Date",
    "Standard_Order",
    "Last_Update",
    "Action",
    "FR_Citation",
)
_US_STATES = re.compile(
    r"A[KLRZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]"
    r"|W[AIVY]"
)
_ALSO = re.compile(r"\s+(?:[ADF]/[BK]/A|A\.K\.A\.|D\.B\.A\.)\s+", re.I)
_HOLDER = re.compile(r"\s*\(([^()]+)\)$")
_NICKNAME = re.compile(r'\s*"([^"]+)"\s*')
_INSIDE = re.compile(r"^(\S+) \(([^()]+)\) (\S.*)$")


def detect(head: bytes, file: SourceFile) -> bool:
    """Whether a file begins with the list's header."""
    first = head.split(b"\n", 1)[0].replace(b'"', b"").strip(b"\xef\xbb\xbf\r ")
    return first.split(b"\t")[:2] == [b"Name", b"Street_Address"]


def read(unit: ListUnit) -> Iterator[Item]:
    """The rows of the list as records. Raises `InputError` where the header is another."""
    for file in unit.files:
        yield from _read_file(file)


def _read_file(file: SourceFile) -> Iterator[Item]:
    header: list[str] | None = None
    for row in csv_rows(file, delimiter="\t"):
        if isinstance(row, Reject):
            yield row
        elif header is None:
            header = [cell.strip() for cell in row[1]]
            if "Name" not in header:
                raise InputError("the first line is not the list's header", where=file.label)
        elif len(row[1]) != len(header):
            yield Reject(
                file.label, row[0], f"{len(row[1])} columns where the header has {len(header)}"
            )
        else:
            yield from _row(
                file.label,
                row[0],
                dict(zip(header, (cell.strip() for cell in row[1]), strict=True)),
            )
    if header is None:
        raise InputError("the file holds no header", where=file.label)


def _row(label: str, line: int, cells: dict[str, str]) -> Iterator[Item]:
    if not cells["Name"]:
        yield Reject(label, line, "a row without a name")
        return
    identity = content_id(SOURCE, "\t".join(cells.get(column, "") for column in COLUMNS))
    draft = Draft(SOURCE, identity.partition(":")[2], _schema(cells["Name"]))
    _names(draft, cells["Name"])
    _address(draft, cells)
    faults = [
        fault
        for prop, column in (
            ("startDate", "Effective_Date"),
            ("endDate", "Expiration_Date"),
            ("modifiedAt", "Last_Update"),
        )
        if (fault := _date(draft, prop, cells.get(column, "")))
    ]
    for column in ("Standard_Order", "Action", "FR_Citation"):
        if cells.get(column):
            draft.note(f"{column.replace('_', ' ')}: {cells[column]}", column)
    for column, cell in cells.items():
        if column not in COLUMNS and cell:
            draft.note(f"{column}: {cell}", column)
    yield RecordAt(draft.record(), line)
    for fault in faults:
        yield Reject(label, line, f"record {draft.id}: {fault}")


def _schema(name: str) -> str:
    name = _ALSO.split(name)[0]
    return group_schema(name) or ("Person" if looks_like_person(name) else "LegalEntity")


def _names(draft: Draft, text: str) -> None:
    first, *others = _ALSO.split(text)
    person = draft.schema == "Person"
    if not person and (holder := _holder(first)):
        first = first[: holder.start()]
        draft.add(
            Relation(
                RelationType.LINKED_TO, target_name=holder[1], role="trade name of", origin="Name"
            )
        )
    if person:
        first, suffix = split_suffix(first)
        first = _person(draft, first, suffix)
    for prop, found in (person_forms(first) if person else group_forms(first)).all_names():
        draft.say(prop, found, "Name")
    for other in others:
        _also(draft, person_forms(other) if person else group_forms(other))


def _holder(name: str) -> re.Match[str] | None:
    """The company in brackets that trades under the name before them; not what an acronym stands for."""
    match = _HOLDER.search(name)
    if (
        not match
        or " " not in match[1]
        or not group_schema(match[1])
        or _spells_out(name[: match.start()], match[1])
    ):
        return None
    return match


def _also(draft: Draft, forms: Forms) -> None:
    for prop, found in forms.all_names():
        draft.say("alias" if prop == "name" else prop, found, "Name")


def _person(draft: Draft, name: str, suffix: str) -> str:
    """A person's name without nicknames in quotes and with a suffix put after it."""
    draft.say("nameSuffix", suffix, "Name")
    if match := _NICKNAME.search(name):
        before, after = name[: match.start()], name[match.end() :]
        draft.say("alias", f"{match[1]} {after.split()[-1]}" if after else match[1], "Name")
        name = f"{before} {after}".strip()
    elif (match := _INSIDE.match(name)) and "A.K.A" not in match[2].upper():
        draft.say("alias", f"{match[2]} {match[3]}", "Name")
        name = f"{match[1]} {match[3]}"
    if name.count(",") == 1:
        name = from_family_first(name).full
    return f"{name} {suffix}".strip()


def _spells_out(acronym: str, text: str) -> bool:
    letters = "".join(word[0] for word in re.findall(r"[A-Za-z]+", text)).upper()
    return letters == acronym.strip().upper()


def _address(draft: Draft, cells: dict[str, str]) -> None:
    street, city, region, code, country = (
        " ".join(cells.get(column, "").split())
        for column in ("Street_Address", "City", "State", "Postal_Code", "Country")
    )
    if not country and _US_STATES.fullmatch(region):
        # the list leaves the country out for most addresses at home
        country = "US"
    if street or city or region or code or country:
        draft.add(Address("", street, city, region, code, country, "Address"))


def _date(draft: Draft, prop: str, text: str) -> str:
    """Add a date; what is wrong with it, or an empty text. All-digit dates have the month first here."""
    if not text:
        return ""
    try:
        draft.say(prop, str(parse_date(text.replace("/", "-"), day_first=False)), prop)
    except DateError as error:
        draft.note(f"{prop}: {text}", prop)
        return f"value not taken: {prop} {text[:40]!r}: {error.what}"
    return ""


ROW = ReaderRow(
    name="bis_dpl",
    help="US BIS denied persons list (dpl.txt, tab separated)",
    detect=detect,
    read=read,
)
