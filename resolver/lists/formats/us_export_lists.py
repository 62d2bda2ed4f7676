"""US consolidated screening list, and denied persons list of the Bureau of Industry and Security.

**Consolidated screening list**, CSV and JSON: the lists of three departments in one table. Cells
hold several values, separated by semicolons. `type` is empty if a list does not say whether an
entry is a person; the form of the name then decides. Numbers come as `label, number, country`, in
any order, with the labels of OFAC; addresses end with a country of two letters.

**Denied persons list**: tab separated and quoted, with a header and without ids. A row is a name at
an address under an order, so a party with two addresses has two rows. Rows with the same name and
the same dates are of one party, and each gets the addresses of all of them. Equal rows collapse by
their id. The list does not say which entries are persons: the form of the name decides. If it does
not decide, the record is a `LegalEntity`, which may be a person or a group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from resolver.errors import DateError
from resolver.lists import reader_types
from resolver.lists.formats.ofac_remarks import read_remark, split_remarks
from resolver.lists.io import json_rows
from resolver.lists.io.csv_rows import read_header_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import first_line, head_text, split_cells
from resolver.lists.text.list_dates import read_dates
from resolver.lists.text.list_names import NameForms, parse_family_first, split_suffix
from resolver.lists.text.name_words import guess_group_schema, has_person_form
from resolver.lists.text.names import parse_group_name, parse_person_name
from resolver.lists.text.record_draft import RecordDraft
from resolver.records import Address, Identifier, Relation, RelationType, content_id
from resolver.records.properties import BIRTH_DATE, NATIONALITY
from resolver.values.dates import parse_date

SOURCE = "us-csl"
_COLUMNS = ("source", "entity_number", "type", "programs", "name", "alt_names", "ids")
_SCHEMATA = {
    "individual": "Person",
    "vessel": "Vessel",
    "aircraft": "Airplane",
}
_VALUES = {
    "programs": "program",
    "citizenships": "citizenship",
    "nationalities": NATIONALITY,
    "places_of_birth": "birthPlace",
    "vessel_flag": "flag",
    "vessel_type": "type",
    "vessel_owner": "owner",
    "gross_tonnage": "tonnage",
    "gross_registered_tonnage": "grossRegisteredTonnage",
    "title": "position",
    "source": "publisher",
    "source_list_url": "sourceUrl",
    "source_information_url": "sourceUrl",
}
"""Property of each column whose values are texts."""
_DATES = {"dates_of_birth": BIRTH_DATE, "start_date": "startDate", "end_date": "endDate"}
_NOTES = (
    "entity_number",
    "federal_register_notice",
    "standard_order",
    "license_requirement",
    "license_policy",
)
_SINGLE = ("source_list_url", "source_information_url", "license_requirement", "license_policy")
"""Columns whose cells hold one value, semicolons included."""
_COUNTRY = re.compile(r"[A-Z]{2}")
_BRACKETS = re.compile(r"\(([^()]*)\)\.?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def detect_us_csl(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins with the header of the list."""
    return set(_COLUMNS) <= set(split_cells(first_line(head), ","))


def read_us_csl(unit: reader_types.ListUnit) -> Iterator[reader_types.Item]:
    """Yield the rows of the list as records. Raises `InputError` for another header."""
    file = unit.files[0]
    for row in read_header_rows(file, _COLUMNS):
        if isinstance(row, reader_types.Reject):
            yield row
        else:
            yield from _read_row(file.label, *row)


def _read_row(label: str, line: int, cells: dict[str, str]) -> Iterator[reader_types.Item]:
    if not cells["name"]:
        record_id = f"{SOURCE}:{cells['_id']}" if cells.get("_id") else ""
        yield reader_types.Reject.of_row(label, line, "a row without a name", record_id)
        return
    identity = cells.get("_id") or content_id(SOURCE, "\t".join(cells.values())).partition(":")[2]
    draft = RecordDraft(SOURCE, identity, _guess_schema(cells["type"], cells["name"]))
    _add_name(draft, "name", cells["name"], "name")
    for text in _split(cells, "alt_names"):
        _add_name(draft, "alias", text, "alt_names")
    for column, prop in _VALUES.items():
        for text in _split(cells, column):
            draft.add_value(prop, text, column)
    if call_sign := cells.get("call_sign"):
        draft.add_fact(Identifier("callSign", call_sign, type="Call Sign", origin="call_sign"))
    for text in _split(cells, "addresses"):
        country = text.rpartition(",")[2].strip()
        is_code = _COUNTRY.fullmatch(country) is not None
        draft.add_fact(Address(text, country=country if is_code else "", origin="addresses"))
    faults = [fault for text in _split(cells, "ids") if (fault := _add_number(draft, text))]
    faults += [
        fault
        for text in split_remarks(cells.get("remarks", ""))
        if (fault := _add_remark(draft, text, "remarks"))
    ]
    faults += [
        fault
        for column in _DATES
        for text in _split(cells, column)
        if (fault := _add_dates(draft, column, text))
    ]
    _add_notes(draft, cells)
    yield reader_types.LocatedRecord(draft.build_record(), line)
    for fault in faults:
        yield reader_types.Reject.of_record(label, line, draft.id, fault)


def _split(cells: dict[str, str], column: str) -> list[str]:
    cell = cells.get(column, "")
    texts = [cell] if column in _SINGLE else cell.split(";")
    return [text.strip() for text in texts if text.strip()]


def _guess_schema(kind: str, name: str) -> str:
    if schema := _SCHEMATA.get(kind.lower()):
        return schema
    group = guess_group_schema(name)
    if kind:
        return group or "Organization"
    return group or ("Person" if has_person_form(name) else "LegalEntity")


def _add_name(draft: RecordDraft, prop: str, text: str, origin: str) -> None:
    if draft.schema != "Person":
        draft.add_value(prop, text, origin)
        return
    name = parse_family_first(text)
    draft.add_value(prop, name.full, origin)
    if prop == "name":
        draft.add_value("firstName", name.given_name, origin)
        draft.add_value("lastName", name.family, origin)
        draft.add_value("nameSuffix", name.suffix, origin)
        draft.add_value("title", name.title, origin)


def _add_number(draft: RecordDraft, text: str) -> str:
    """Add an item of `ids` as the same remark in OFAC's list; return its fault."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    countries = [part for part in parts if _COUNTRY.fullmatch(part)]
    days = [part for part in parts if _DAY.fullmatch(part)]
    rest = [part for part in parts if part not in countries and part not in days]
    # The number may come before its label.
    rest.sort(key=lambda part: any(map(str.isdecimal, part)))
    remark = " ".join(rest) + "".join(f" ({country})" for country in countries[:1])
    if days:
        draft.add_note(text, "ids")
    return _add_remark(draft, remark, "ids")


def _add_remark(draft: RecordDraft, text: str, origin: str) -> str:
    if match := _BRACKETS.fullmatch(text):
        text = match[1]
    remark = read_remark(text, draft.schema) if text.strip() else None
    for fact in remark.facts if remark else ():
        draft.add_fact(replace(fact, origin=origin))
    return remark.fault if remark else ""


def _add_dates(draft: RecordDraft, column: str, text: str) -> str:
    dates, unread = read_dates(text)
    for date in dates:
        draft.add_value(_DATES[column], date, column)
    if not unread:
        return ""
    draft.add_note(f"{column.replace('_', ' ')}: {text}", column)
    return f"value not taken: {_DATES[column]} {'; '.join(unread)[:80]!r}"


def _add_notes(draft: RecordDraft, cells: dict[str, str]) -> None:
    """Keep the cells that have no property of their own, including cells of unknown columns."""
    read_columns = {"_id", "type", "name", "alt_names", "addresses", "ids", "remarks", "call_sign"}
    for column, cell in cells.items():
        if cell and (column in _NOTES or column not in {*read_columns, *_VALUES, *_DATES}):
            draft.add_note(f"{column.replace('_', ' ')}: {cell}", column)


_BEGIN = re.compile(r'"results"\s*:\s*\[')


def detect_us_csl_json(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like the list as JSON: an object with `results`."""
    if b'"results"' not in head:
        return False
    text = head_text(head)
    return _BEGIN.search(text) is not None and all(
        f'"{key}"' in text for key in ("source", "name", "alt_names", "programs")
    )


def read_us_csl_json(unit: reader_types.ListUnit) -> Iterator[reader_types.Item]:
    """Yield the results of the list as JSON (`consolidated.json`), as records of the CSV."""
    file = unit.files[0]
    for item in json_rows.read_json_objects(file, _BEGIN):
        if isinstance(item, reader_types.Reject):
            yield item
        else:
            line, row = item
            yield from _read_row(file.label, line, _cells_of(row))


def _cells_of(row: json_rows.Json) -> dict[str, str]:
    """Return an entry of the JSON in the form of cells of the CSV."""
    cells = {"type": "", "name": ""}
    for key, value in row.items():
        column = "_id" if key == "id" else key
        if key == "addresses":
            texts = [_join(part, _ADDRESS_PARTS) for part in json_rows.json_objects(value)]
        elif key == "ids":
            texts = [_join(part, _ID_PARTS) for part in json_rows.json_objects(value)]
        else:
            texts = json_rows.json_texts(value)
        is_list = isinstance(value, list)
        cells[column] = "; ".join(text.replace(";", ",") if is_list else text for text in texts)
    return {column: text for column, text in cells.items() if text or column in ("type", "name")}


def _join(part: json_rows.Json, keys: tuple[str, ...]) -> str:
    return ", ".join(filter(None, (json_rows.json_text(part.get(key)) for key in keys)))


_ADDRESS_PARTS = ("address", "city", "state", "postal_code", "country")
_ID_PARTS = ("type", "number", "country", "issue_date", "expiration_date")

ROW = reader_types.ReaderRow(
    name="us_csl",
    help="US consolidated screening list as CSV (consolidated.csv)",
    detect=detect_us_csl,
    read=read_us_csl,
)
JSON_ROW = reader_types.ReaderRow(
    name="us_csl_json",
    help="US consolidated screening list as JSON (consolidated.json)",
    detect=detect_us_csl_json,
    read=read_us_csl_json,
)


Cells = dict[str, str]
Fact = Address | Identifier
Places = dict[int, list[Fact]]
"""Statements of rows about the addresses of their party, by line."""
_MAX_ROWS = 50
BIS_DPL_SOURCE = "us-bis-dpl"
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
    r"A[KLRZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI"
    r"|S[CD]|T[NX]|UT|V[AIT]"
    r"|W[AIVY]"
)
_ALIAS_MARK = re.compile(r"(?<!\s)\s++(?:[ADF]/[BK]/A|A\.K\.A\.|D\.B\.A\.)\s+", re.I)
_HOLDER = re.compile(r"(?:(?<!\s)\s++)?\(([^()]+)\)$")
_INMATE_NUMBER = re.compile(r"[A-Z .#:-]++(\d{5}-\d{3})(?!\d)[, ]*", re.I)
"""Number of a federal prisoner, after words that say so (`INMATE NUMBER: 12345-678, FCI …`)."""
_NICKNAME = re.compile(r'(?:(?<!\s)\s++)?"([^"]+)"\s*')
_INNER_NAME = re.compile(r"^(\S+) \(([^()]+)\) (\S.*)$")


def detect_bis_dpl(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins with the list's header."""
    first = head.split(b"\n", 1)[0].replace(b'"', b"").strip(b"\xef\xbb\xbf\r ")
    return first.split(b"\t")[:2] == [b"Name", b"Street_Address"]


def read_bis_dpl(unit: reader_types.ListUnit) -> Iterator[reader_types.Item]:
    """Yield the rows of the list as records. Raises `InputError` for another header."""
    for file in unit.files:
        yield from _read_file(file)


def _read_file(file: SourceFile) -> Iterator[reader_types.Item]:
    rows: list[tuple[int, Cells, Places] | reader_types.Reject] = []
    parties: dict[tuple[str, ...], Places] = {}
    for row in read_header_rows(file, ("Name",), delimiter="\t"):
        if isinstance(row, reader_types.Reject):
            rows.append(row)
            continue
        line, cells = row
        places = parties.setdefault(_identify_party(cells), {})
        places[line] = _read_address(cells)
        rows.append((line, cells, places))
    for item in rows:
        if isinstance(item, reader_types.Reject):
            yield item
        else:
            yield from _read_bis_dpl_row(file.label, *item)


def _identify_party(cells: Cells) -> tuple[str, ...]:
    """Return the letters of the name and the dates of the order, which rows of a party share."""
    name = re.sub(r"\W", "", cells["Name"]).casefold()
    return (name, *(cells.get(column, "") for column in ("Effective_Date", "Expiration_Date")))


def _read_bis_dpl_row(
    label: str, line: int, cells: Cells, places: Places
) -> Iterator[reader_types.Item]:
    """Yield the record of a row. `places` has the addresses in all rows of its party, by line."""
    if not cells["Name"]:
        yield reader_types.Reject.of_row(label, line, "a row without a name")
        return
    identity = content_id(BIS_DPL_SOURCE, "\t".join(cells.get(column, "") for column in COLUMNS))
    draft = RecordDraft(
        BIS_DPL_SOURCE, identity.partition(":")[2], _guess_bis_dpl_schema(cells["Name"])
    )
    _add_names(draft, cells["Name"])
    _add_places(draft, line, places)
    faults = [
        fault
        for prop, column in (
            ("startDate", "Effective_Date"),
            ("endDate", "Expiration_Date"),
            ("modifiedAt", "Last_Update"),
        )
        if (fault := _add_date(draft, prop, cells.get(column, "")))
    ]
    for column in ("Standard_Order", "Action", "FR_Citation"):
        if cells.get(column):
            draft.add_note(f"{column.replace('_', ' ')}: {cells[column]}", column)
    for column, cell in cells.items():
        if column not in COLUMNS and cell:
            draft.add_note(f"{column}: {cell}", column)
    yield reader_types.LocatedRecord(draft.build_record(), line)
    for fault in faults:
        yield reader_types.Reject.of_record(label, line, draft.id, fault)


def _guess_bis_dpl_schema(name: str) -> str:
    name = _ALIAS_MARK.split(name)[0]
    return guess_group_schema(name) or ("Person" if has_person_form(name) else "LegalEntity")


def _add_names(draft: RecordDraft, text: str) -> None:
    first, *others = _ALIAS_MARK.split(text)
    is_person = draft.schema == "Person"
    if not is_person and (holder := _match_holder(first)):
        first = first[: holder.start()]
        draft.add_fact(
            Relation(
                RelationType.LINKED_TO, target_name=holder[1], role="trade name of", origin="Name"
            )
        )
    if is_person:
        first, suffix = split_suffix(first)
        first = _clean_person_name(draft, first, suffix)
    for prop, text_form in (
        parse_person_name(first) if is_person else parse_group_name(first)
    ).all_names():
        draft.add_value(prop, text_form, "Name")
    for other in others:
        _add_aliases(draft, parse_person_name(other) if is_person else parse_group_name(other))


def _match_holder(name: str) -> re.Match[str] | None:
    """Match the company in brackets that trades under the name before it.

    A bracket that only spells out an acronym contains no company.
    """
    match = _HOLDER.search(name)
    if (
        not match
        or " " not in match[1]
        or not guess_group_schema(match[1])
        or _spells_out(name[: match.start()], match[1])
    ):
        return None
    return match


def _add_aliases(draft: RecordDraft, forms: NameForms) -> None:
    for prop, name in forms.all_names():
        draft.add_value("alias" if prop == "name" else prop, name, "Name")


def _clean_person_name(draft: RecordDraft, name: str, suffix: str) -> str:
    """Return a person's name without nicknames in quotes, and with its suffix at the end."""
    draft.add_value("nameSuffix", suffix, "Name")
    if match := _NICKNAME.search(name):
        before, after = name[: match.start()], name[match.end() :]
        draft.add_value("alias", f"{match[1]} {after.split()[-1]}" if after else match[1], "Name")
        name = f"{before} {after}".strip()
    elif (match := _INNER_NAME.match(name)) and "A.K.A" not in match[2].upper():
        draft.add_value("alias", f"{match[2]} {match[3]}", "Name")
        name = f"{match[1]} {match[3]}"
    if name.count(",") == 1:
        name = parse_family_first(name).full
    return f"{name} {suffix}".strip()


def _spells_out(acronym: str, text: str) -> bool:
    letters = "".join(word[0] for word in re.findall(r"[A-Za-z]+", text)).upper()
    return letters == acronym.strip().upper()


def _read_address(cells: Cells) -> list[Fact]:
    """Return the address of a row, and the number of a prisoner that it names."""
    street, city, region, code, country = (
        " ".join(cells.get(column, "").split())
        for column in ("Street_Address", "City", "State", "Postal_Code", "Country")
    )
    facts: list[Fact] = []
    if not country and _US_STATES.fullmatch(region):
        # The list omits the country of most US addresses.
        country = "US"
    if match := _INMATE_NUMBER.match(street):
        street = street[match.end() :]
        facts.append(Identifier("idNumber", match[1], "US", "inmate number", origin="Address"))
    if street or city or region or code or country:
        facts.append(Address("", street, city, region, code, country, "Address"))
    return facts


def _add_places(draft: RecordDraft, line: int, places: Places) -> None:
    """Add the addresses of a party, the address of the row first, and state from which lines the
    others come.

    If a party has more than `_MAX_ROWS` rows, each row has only its own address, because the number
    of all addresses would grow with the square of the rows.
    """
    for fact in places[line]:
        draft.add_fact(fact)
    own = {replace(fact, origin="") for fact in places[line]}
    for other, facts in places.items() if len(places) <= _MAX_ROWS else ():
        for fact in facts:
            if (bare := replace(fact, origin="")) not in own:
                own.add(bare)
                draft.add_fact(replace(fact, origin=f"Address, line {other}"))


def _add_date(draft: RecordDraft, prop: str, text: str) -> str:
    """Add a date; in all-digit dates the month comes first. Return its fault, or an empty text."""
    if not text:
        return ""
    try:
        draft.add_value(prop, str(parse_date(text.replace("/", "-"), day_first=False)), prop)
    except DateError as error:
        draft.add_note(f"{prop}: {text}", prop)
        return f"value not taken: {prop} {text[:40]!r}: {error.message}"
    return ""


BIS_DPL_ROW = reader_types.ReaderRow(
    name="bis_dpl",
    help="US BIS denied persons list (dpl.txt, tab separated)",
    detect=detect_bis_dpl,
    read=read_bis_dpl,
)
