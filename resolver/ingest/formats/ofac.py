"""The lists of the US Office of Foreign Assets Control: SDN (`sdn`, `alt`, `add`) and consolidated (`cons_prim` …).

Three files without header make one list; which is which is told from the number of columns. The principal file is
streamed (twice: first for the names that `Linked To` refers to), the other two are held as an index by entry number.
`-0-` is null. Names of persons come as `FAMILY, Given` and leave in given-family order; what the remarks hold see
`ofac_remarks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from resolver.errors import InputError
from resolver.ingest.formats.ofac_remarks import (
    is_cut,
    items,
    note,
    read_item,
)
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.text_rows import csv_rows
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    ReaderRow,
    RecordAt,
    Reject,
)
from resolver.ingest.text.list_names import from_family_first, match_key
from resolver.ingest.text.name_words import group_schema
from resolver.ingest.text.record_draft import Draft
from resolver.records import Activity, Address, Identifier, Relation, RelationType, Value

PRINCIPAL, ALTERNATE, ADDRESS = 12, 5, 6
_SHAPE = {PRINCIPAL: "entries", ALTERNATE: "alternate names", ADDRESS: "addresses"}
_NULL = frozenset(("-0-", "-0- ", ""))
_SCHEMA = {"individual": "Person", "vessel": "Vessel", "aircraft": "Airplane"}
_ALIAS = {"aka": "alias", "fka": "previousName", "nka": "alias"}
_LINE = re.compile(
    rb'\d+,"[^\r\n]*|\d+,\d+,(?:"[^\r\n]*|-0- [^\r\n]*)',
)
_TAIL_NUMBER = re.compile(r"[A-Z0-9]{1,3}-?[A-Z0-9]{2,6}")
_COMPANY_LABELS = re.compile(
    r"Company|Matricula|Folio|Commercial Regist|Chamber of Commerce|Certificate of Inc|Trade License"
)
_ACTIVITIES = (
    (re.compile(r"SDGT|FTO|SDT"), Activity.TERRORISM),
    (re.compile(r"SDNTK?|ILLICIT-DRUGS.*"), Activity.DRUGS),
)
_PLACE = re.compile(
    r"(?P<city>[^\d]*?)(?:,\s*(?P<region>[^\d,]+?))?(?:\s+(?P<code>\S*\d\S*(?: \S*\d\S*)*))?"
)


@dataclass(slots=True)
class _Index:
    """What the files beside the principal one say, by entry number, and who bears a name."""

    names: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    addresses: dict[str, list[Address]] = field(default_factory=dict)
    unclaimed: dict[str, tuple[str, int]] = field(default_factory=dict)
    bearers: dict[str, set[str]] = field(default_factory=dict)
    alias_bearers: dict[str, set[str]] = field(default_factory=dict)

    def bearer(self, name: str) -> str:
        """The number of the one entry that bears the name (as its main name, else as an alternate one), or empty."""
        key = match_key(name)
        found = self.bearers.get(key) or self.alias_bearers.get(key) or set()
        return next(iter(found)) if len(found) == 1 else ""


def detect(head: bytes, file: SourceFile) -> bool:
    """Whether a file looks like one of the three: rows that begin with entry numbers, of a known number of columns."""
    lines = [line for line in head.split(b"\n")[:5] if line.strip(b"\r\x1a ")]
    return (
        bool(lines)
        and all(_LINE.match(line) for line in lines)
        and b"-0-" in head
        and _width_of(lines[0]) in _SHAPE
    )


def read(unit: ListUnit) -> Iterator[Item]:
    """The entries of one list. Raises `InputError` where the principal file is missing."""
    principal = [file for file in unit.files if _width(file) == PRINCIPAL]
    if len(principal) != 1:
        raise InputError(
            "the file of entries (sdn.csv, cons_prim.csv) is missing"
            if not principal
            else "two files of entries in one list",
            where=unit.label,
            mend="give the three files of one OFAC list together, or the folder that holds them",
        )
    source = "us-ofac-cons" if "cons" in principal[0].stem.lower() else "us-ofac-sdn"
    index = _Index()
    for file in unit.files:
        if file is not principal[0]:
            yield from _companion(file, index)
    for row in csv_rows(principal[0]):
        if not isinstance(row, Reject) and len(row[1]) == PRINCIPAL:
            index.bearers.setdefault(match_key(row[1][1]), set()).add(row[1][0])
    for item in _cells(principal[0], PRINCIPAL):
        if isinstance(item, Reject):
            yield item
        else:
            yield from _entry(source, principal[0].label, *item, index)
    for number, (label, line) in index.unclaimed.items():
        yield Reject(label, line, f"it belongs to entry {number}, which the list does not hold")


def _width_of(line: bytes) -> int:
    return len(re.findall(rb'(?:"(?:[^"]|"")*"|[^,])+', line))


def _width(file: SourceFile) -> int:
    """The number of columns of a file's first line; 0 for a file without rows."""
    first = file.head().split(b"\n", 1)[0].strip(b"\r\x1a ")
    return _width_of(first) if first else 0


def _cells(file: SourceFile, width: int) -> Iterator[tuple[int, list[str]] | Reject]:
    """(line, cells) of each row, `-0-` as empty text; a reject for a row of another shape."""
    for row in csv_rows(file):
        if isinstance(row, Reject):
            yield row
            continue
        line, cells = row
        cells = ["" if cell in _NULL else cell.strip() for cell in cells]
        if len(cells) != width:
            yield Reject(
                file.label,
                line,
                f"{len(cells)} columns where a file of {_SHAPE[width]} has {width}",
            )
        elif not cells[0].isdigit():
            yield Reject(file.label, line, f"{cells[0][:20]!r} is no entry number")
        else:
            yield line, cells


def _companion(file: SourceFile, index: _Index) -> Iterator[Item]:
    width = _width(file)
    if not width:
        return
    if width not in (ALTERNATE, ADDRESS):
        yield Reject(file.label, 1, "neither alternate names nor addresses of an OFAC list")
        return
    for item in _cells(file, width):
        if isinstance(item, Reject):
            yield item
            continue
        line, cells = item
        index.unclaimed.setdefault(cells[0], (file.label, line))
        if width == ALTERNATE:
            index.names.setdefault(cells[0], []).append((cells[2], cells[3]))
            index.alias_bearers.setdefault(match_key(cells[3]), set()).add(cells[0])
        elif any(cells[2:5]):
            index.addresses.setdefault(cells[0], []).append(_address(*cells[2:5]))


def _address(street: str, place: str, country: str) -> Address:
    match = _PLACE.fullmatch(place)
    if not match:
        return Address(street=street, city=place, country=country, origin="addresses")
    region = match["region"] or ""
    return Address(
        "", street, match["city"].strip(" ,"), region, match["code"] or "", country, "addresses"
    )


def _entry(source: str, label: str, line: int, cells: list[str], index: _Index) -> Iterator[Item]:
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
    schema = _SCHEMA.get(kind.lower()) or "Organization"
    draft = Draft(source, number, schema)
    _name(draft, "name", name)
    for sort, text in alternates:
        _name(draft, _ALIAS.get(sort, "alias"), text)
    programs = [part for part in re.split(r"\]\s*\[|;", program) if part.strip()]
    for part in programs:
        draft.say("program", part, "program")
    draft.activities = tuple(
        act for rx, act in _ACTIVITIES if any(rx.fullmatch(part.strip()) for part in programs)
    )
    if kind and kind.lower() not in _SCHEMA:
        draft.note(f"type: {kind}", "type")
    _titles(draft, title)
    _asset(draft, call_sign, vessel_type, tonnage, gross, flag, owner)
    faults = _remarks(draft, remarks, index)
    for address in index.addresses.pop(number, ()):
        draft.add(address)
    if draft.schema == "Organization":
        draft.schema = _group_schema(draft, [name, *sorted(text for _, text in alternates)])
    yield RecordAt(draft.record(), line)
    for fault in faults:
        yield Reject(label, line, f"record {draft.id}: {fault}")


def _name(draft: Draft, prop: str, text: str) -> None:
    if draft.schema != "Person":
        draft.say(prop, text, "name")
        if draft.schema == "Airplane" and prop == "name" and _TAIL_NUMBER.fullmatch(text):
            draft.add(
                Identifier("registrationNumber", text, type="Aircraft Tail Number", origin="name")
            )
        return
    name = from_family_first(text)
    draft.say(prop, name.full, "name")
    draft.say("title", name.title, "name")
    if prop == "name":
        draft.say("firstName", name.given, "name")
        draft.say("lastName", name.family, "name")
        draft.say("nameSuffix", name.suffix, "name")


def _titles(draft: Draft, title: str) -> None:
    for part in title.split(";"):
        found = read_item(part.strip(), draft.schema) if part.strip() else None
        for fact in found.facts if found else ():
            if isinstance(fact, Value) and fact.prop == "notes":
                draft.say("position", fact.text, "title")
            else:
                draft.add(replace(fact, origin="title"))


def _asset(
    draft: Draft, call_sign: str, vessel_type: str, tonnage: str, gross: str, flag: str, owner: str
) -> None:
    if call_sign:
        draft.add(Identifier("callSign", call_sign, type="Call Sign", origin="vessel"))
    draft.say("type", vessel_type, "vessel")
    draft.say("deadweightTonnage", tonnage.replace(",", ""), "vessel")
    draft.say("grossRegisteredTonnage", gross.replace(",", ""), "vessel")
    if flag.lower() == "none identified":
        draft.note(f"flag: {flag}", "vessel")
    else:
        draft.say("flag", flag, "vessel")
    if owner:
        draft.say("owner", owner, "vessel")
        draft.add(
            Relation(RelationType.LINKED_TO, target_name=owner, role="owner", origin="vessel")
        )


def _remarks(draft: Draft, remarks: str, index: _Index) -> list[str]:
    """Add what the remarks say; the faults found on the way."""
    faults: list[str] = []
    said = list(items(remarks))
    last = len(said) if is_cut(remarks) else -1
    for place, item in enumerate(said, start=1):
        found = note(item) if place == last else read_item(item, draft.schema)
        if place == last:
            faults.append(f"value not taken: the remarks are cut off after {item[-40:]!r}")
        if found.fault:
            faults.append(found.fault)
        for fact in found.facts:
            if isinstance(fact, Relation):
                fact = _resolved(fact, draft, index)
            elif (
                isinstance(fact, Value)
                and fact.prop in ("weakAlias", "previousName")
                and draft.schema == "Person"
            ):
                fact = replace(fact, text=from_family_first(fact.text).full)
            draft.add(fact)
    return faults


def _resolved(relation: Relation, draft: Draft, index: _Index) -> Relation:
    """A relation to somebody named, with the id of the entry if exactly one bears the name."""
    target = index.bearer(relation.target_name)
    identity = f"{draft.source}:{target}" if target else ""
    return replace(relation, target_id=identity) if identity and identity != draft.id else relation


def _group_schema(draft: Draft, names: list[str]) -> str:
    """`Company` where a name or a number in a commercial register says so, else `Organization`."""
    first = next(filter(None, map(group_schema, names)), "")
    if first == "Company":
        return first
    registered = any(
        item.prop == "leiCode" or _COMPANY_LABELS.search(item.type) for item in draft.identifiers
    )
    return "Company" if registered and group_schema(names[0]) != "Organization" else "Organization"


ROW = ReaderRow(
    name="ofac",
    help="US OFAC lists as published: sdn.csv, alt.csv, add.csv or cons_prim.csv, cons_alt.csv, cons_add.csv",
    detect=detect,
    read=read,
    companions=(("sdn", "alt", "add"), ("cons_prim", "cons_alt", "cons_add")),
    deduplicated=True,
)
