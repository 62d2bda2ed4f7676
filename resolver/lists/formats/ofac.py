"""Lists of the US Office of Foreign Assets Control: SDN and consolidated.

The files are `sdn`, `alt`, `add`, or `cons_prim`, `cons_alt`, `cons_add`.

Three files without headers make one list; the number of columns distinguishes them. The principal
file is streamed twice (first for the names to which `Linked To` refers). The other two files are
held as an index by entry number. `-0-` is null. Names of persons come as `FAMILY, Given` and are
turned into given-family order. For the remarks see `ofac_remarks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from resolver.errors import InputError, pluralize
from resolver.lists import reader_types
from resolver.lists.formats.ofac_remarks import (
    is_truncated,
    note_remark,
    read_remark,
    split_remarks,
)
from resolver.lists.io.csv_rows import read_csv_rows
from resolver.lists.io.source_files import SourceFile
from resolver.lists.text.crimes import stated_activities
from resolver.lists.text.list_names import match_key, parse_family_first
from resolver.lists.text.name_words import guess_group_schema, guess_groups_schema
from resolver.lists.text.record_draft import RecordDraft
from resolver.records import Address, Identifier, Relation, RelationType, Value

PRINCIPAL, ALTERNATE, ADDRESS = 12, 5, 6
_CONTENTS = {PRINCIPAL: "entries", ALTERNATE: "alternate names", ADDRESS: "addresses"}
_NULL = frozenset(("-0-", "-0- ", ""))
_SCHEMATA = {"individual": "Person", "vessel": "Vessel", "aircraft": "Airplane"}
_ALIAS_PROPERTIES = {"aka": "alias", "fka": "previousName", "nka": "alias"}
_ENTRY_LINE = re.compile(
    rb'\d+,"[^\r\n]*|\d+,\d+,(?:"[^\r\n]*|-0- [^\r\n]*)',
)
_TAIL_NUMBER = re.compile(r"[A-Z0-9]{1,3}-?[A-Z0-9]{2,6}")
_COMPANY_LABELS = re.compile(
    r"Company|Matricula|Folio|Commercial Regist|Chamber of Commerce|Certificate of Inc"
    r"|Trade License"
)
MAX_PLACE = 500
"""Maximum number of characters of a place that is split into city, region and code; a longer place
stays whole.
"""
_CODE = r"[^\s\d]*+\d\S*+"
_PLACE = re.compile(
    rf"(?P<city>[^\d]*?)(?:,\s*(?P<region>[^\d,]+?))?(?:\s+(?P<code>{_CODE}(?: {_CODE})*))?"
)


@dataclass(slots=True)
class _CompanionIndex:
    """Alternate names and addresses by entry number, and the entries that have each name."""

    names: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    addresses: dict[str, list[Address]] = field(default_factory=dict)
    unclaimed: dict[str, tuple[str, int]] = field(default_factory=dict)
    entries_by_name: dict[str, set[str]] = field(default_factory=dict)
    entries_by_alias: dict[str, set[str]] = field(default_factory=dict)

    def find_bearer(self, name: str) -> str:
        """Return the number of the only entry with a name (as main name, else as alternate name),
        or empty.
        """
        key = match_key(name)
        numbers = self.entries_by_name.get(key) or self.entries_by_alias.get(key) or set()
        return next(iter(numbers)) if len(numbers) == 1 else ""


def detect_ofac(head: bytes, file: SourceFile) -> bool:
    """Return whether a file looks like one of the three files.

    Its rows begin with entry numbers and have a known number of columns.
    """
    lines = [line for line in head.split(b"\n")[:5] if line.strip(b"\r\x1a ")]
    return (
        bool(lines)
        and all(_ENTRY_LINE.match(line) for line in lines)
        and b"-0-" in head
        and _count_columns(lines[0]) in _CONTENTS
    )


def read_ofac(unit: reader_types.ListUnit) -> Iterator[reader_types.Item]:
    """Yield the entries of one list. Raises `InputError` if the principal file is missing."""
    principal = [file for file in unit.files if _file_width(file) == PRINCIPAL]
    if len(principal) != 1:
        raise InputError(
            "the file of entries (sdn.csv, cons_prim.csv) is missing"
            if not principal
            else "two files of entries in one list",
            place=unit.label,
            hint="give the three files of one OFAC list together, or the folder that holds them",
        )
    source = "us-ofac-cons" if "cons" in principal[0].stem.lower() else "us-ofac-sdn"
    index = _CompanionIndex()
    for file in unit.files:
        if file is not principal[0]:
            yield from _read_companion(file, index)
    for row in read_csv_rows(principal[0]):
        if not isinstance(row, reader_types.Reject) and len(row[1]) == PRINCIPAL:
            index.entries_by_name.setdefault(match_key(row[1][1]), set()).add(row[1][0])
    for item in _read_cells(principal[0], PRINCIPAL):
        if isinstance(item, reader_types.Reject):
            yield item
        else:
            yield from _read_entry(source, principal[0].label, *item, index)
    for number, (label, line) in index.unclaimed.items():
        yield reader_types.Reject(
            label, line, f"it belongs to entry {number}, which the list does not contain"
        )


def _count_columns(line: bytes) -> int:
    return len(re.findall(rb'(?:"(?:[^"]|"")*"|[^,])+', line))


def _file_width(file: SourceFile) -> int:
    """Return the number of columns of a file's first line; 0 for a file without rows."""
    first = file.head().split(b"\n", 1)[0].strip(b"\r\x1a ")
    return _count_columns(first) if first else 0


def _read_cells(
    file: SourceFile, width: int
) -> Iterator[tuple[int, list[str]] | reader_types.Reject]:
    """Yield (line, cells) of each row, `-0-` as empty text; a reject for a row of another shape."""
    for row in read_csv_rows(file):
        if isinstance(row, reader_types.Reject):
            yield row
            continue
        line, cells = row
        cells = ["" if cell in _NULL else cell.strip() for cell in cells]
        if len(cells) != width:
            yield reader_types.Reject.of_row(
                file.label,
                line,
                f"{pluralize(len(cells), 'column')} where a file of {_CONTENTS[width]} has {width}",
            )
        elif not cells[0].isdigit():
            yield reader_types.Reject.of_row(
                file.label, line, f"{cells[0][:20]!r} is no entry number"
            )
        else:
            yield line, cells


def _read_companion(file: SourceFile, index: _CompanionIndex) -> Iterator[reader_types.Item]:
    width = _file_width(file)
    if not width:
        return
    if width not in (ALTERNATE, ADDRESS):
        yield reader_types.Reject(
            file.label, 1, "neither alternate names nor addresses of an OFAC list"
        )
        return
    for item in _read_cells(file, width):
        if isinstance(item, reader_types.Reject):
            # the entry to which it belongs is read without it
            yield replace(item, is_row=False)
            continue
        line, cells = item
        index.unclaimed.setdefault(cells[0], (file.label, line))
        if width == ALTERNATE:
            index.names.setdefault(cells[0], []).append((cells[2], cells[3]))
            index.entries_by_alias.setdefault(match_key(cells[3]), set()).add(cells[0])
        elif any(cells[2:5]):
            index.addresses.setdefault(cells[0], []).append(_parse_address(*cells[2:5]))


def _parse_address(street: str, place: str, country: str) -> Address:
    match = _PLACE.fullmatch(place) if len(place) <= MAX_PLACE else None
    if not match:
        return Address(street=street, city=place, country=country, origin="addresses")
    region = match["region"] or ""
    return Address(
        "", street, match["city"].strip(" ,"), region, match["code"] or "", country, "addresses"
    )


def _read_entry(
    source: str, label: str, line: int, cells: list[str], index: _CompanionIndex
) -> Iterator[reader_types.Item]:
    (
        number,
        name,
        kind,
        program,
        title,
        call_sign,
        vessel_type,
        tonnage,
        gross,
        flag,
        owner,
        remarks,
    ) = cells
    index.unclaimed.pop(number, None)
    alternates = index.names.pop(number, [])
    schema = _SCHEMATA.get(kind.lower()) or "Organization"
    draft = RecordDraft(source, number, schema)
    _add_name(draft, "name", name)
    for alias_type, text in alternates:
        _add_name(draft, _ALIAS_PROPERTIES.get(alias_type, "alias"), text)
    programs = [part for part in re.split(r"\]\s*\[|;", program) if part.strip()]
    for part in programs:
        draft.add_value("program", part, "program")
    if kind and kind.lower() not in _SCHEMATA:
        draft.add_note(f"type: {kind}", "type")
    _add_titles(draft, title)
    _add_vessel(draft, call_sign, vessel_type, tonnage, gross, flag, owner)
    faults = _add_remarks(draft, remarks, index)
    for address in index.addresses.pop(number, ()):
        draft.add_fact(address)
    if draft.schema == "Organization":
        draft.schema = _guess_schema(draft, [name, *sorted(text for _, text in alternates)])
    reasons = [value.text for value in draft.values if value.prop == "notes"]
    draft.activities = stated_activities([part.strip() for part in programs], reasons)
    yield reader_types.LocatedRecord(draft.build_record(), line)
    for fault in faults:
        yield reader_types.Reject.of_record(label, line, draft.id, fault)


def _add_name(draft: RecordDraft, prop: str, text: str) -> None:
    if draft.schema != "Person":
        draft.add_value(prop, text, "name")
        if draft.schema == "Airplane" and prop == "name" and _TAIL_NUMBER.fullmatch(text):
            draft.add_fact(
                Identifier("registrationNumber", text, type="Aircraft Tail Number", origin="name")
            )
        return
    name = parse_family_first(text)
    draft.add_value(prop, name.full, "name")
    draft.add_value("title", name.title, "name")
    if prop == "name":
        draft.add_value("firstName", name.given_name, "name")
        draft.add_value("lastName", name.family, "name")
        draft.add_value("nameSuffix", name.suffix, "name")


def _add_titles(draft: RecordDraft, title: str) -> None:
    for part in title.split(";"):
        remark = read_remark(part.strip(), draft.schema) if part.strip() else None
        for fact in remark.facts if remark else ():
            if isinstance(fact, Value) and fact.prop == "notes":
                draft.add_value("position", fact.text, "title")
            else:
                draft.add_fact(replace(fact, origin="title"))


def _add_vessel(
    draft: RecordDraft, call_sign: str, kind: str, tonnage: str, gross: str, flag: str, owner: str
) -> None:
    if call_sign:
        draft.add_fact(Identifier("callSign", call_sign, type="Call Sign", origin="vessel"))
    draft.add_value("type", kind, "vessel")
    draft.add_value("deadweightTonnage", tonnage.replace(",", ""), "vessel")
    draft.add_value("grossRegisteredTonnage", gross.replace(",", ""), "vessel")
    if flag.lower() == "none identified":
        draft.add_note(f"flag: {flag}", "vessel")
    else:
        draft.add_value("flag", flag, "vessel")
    if owner:
        draft.add_value("owner", owner, "vessel")
        draft.add_fact(
            Relation(RelationType.LINKED_TO, target_name=owner, role="owner", origin="vessel")
        )


def _add_remarks(draft: RecordDraft, remarks: str, index: _CompanionIndex) -> list[str]:
    """Add the contents of the remarks; return the faults in them."""
    faults: list[str] = []
    remark_items = list(split_remarks(remarks))
    cut_position = len(remark_items) if is_truncated(remarks) else -1
    for position, item in enumerate(remark_items, start=1):
        remark = note_remark(item) if position == cut_position else read_remark(item, draft.schema)
        if position == cut_position:
            faults.append(f"value not taken: the remarks are cut off after {item[-40:]!r}")
        if remark.fault:
            faults.append(remark.fault)
        for fact in remark.facts:
            if isinstance(fact, Relation):
                fact = _resolve_relation(fact, draft, index)
            elif isinstance(fact, Value) and _is_family_first(fact, draft):
                fact = replace(fact, text=parse_family_first(fact.text).full)
            draft.add_fact(fact)
    return faults


def _is_family_first(value: Value, draft: RecordDraft) -> bool:
    return draft.schema == "Person" and value.prop in ("weakAlias", "previousName")


def _resolve_relation(relation: Relation, draft: RecordDraft, index: _CompanionIndex) -> Relation:
    """Return a relation with the id of its target, if exactly one entry has the name."""
    target = index.find_bearer(relation.target_name)
    identity = f"{draft.source}:{target}" if target else ""
    return replace(relation, target_id=identity) if identity and identity != draft.id else relation


def _guess_schema(draft: RecordDraft, names: list[str]) -> str:
    """Return `Company` if a name or a number of a company register shows it, or `Organization`."""
    first = guess_groups_schema(names)
    if first == "Company":
        return first
    is_registered = any(
        item.prop == "leiCode" or _COMPANY_LABELS.search(item.type) for item in draft.identifiers
    )
    return (
        "Company"
        if is_registered and guess_group_schema(names[0]) != "Organization"
        else "Organization"
    )


ROW = reader_types.ReaderRow(
    name="ofac",
    help=(
        "US OFAC lists as published: sdn.csv, alt.csv, add.csv "
        "or cons_prim.csv, cons_alt.csv, cons_add.csv"
    ),
    detect=detect_ofac,
    read=read_ofac,
    companions=(("sdn", "alt", "add"), ("cons_prim", "cons_alt", "cons_add")),
    deduplicated=True,
)
