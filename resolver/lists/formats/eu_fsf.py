"""Consolidated list of financial sanctions of the EU (FSF): XML and CSV, version 1.1.

The XML follows `xmlFullSanctionsList_1_1` (namespace `http://eu.europa.ec/fpi/fsd/export`), the CSV
`csvFullSanctionsList_1_1`, both published by the European Commission at
`https://webgate.ec.europa.eu/fsd/fsf`. The CSV is the flattened XML: one row for each name, date of
birth, address, document or citizenship, so an entry has many rows. Both give the same records.

The list does not mark the main name of an entry. The reader takes the strong name that was entered
first (lowest logical id), in English or without a language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from resolver.errors import InputError
from resolver.lists.formats.layouts import (
    Entry,
    Preamble,
    clean,
    load_layout,
    read_titled_rows,
    try_date,
)
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import first_line, split_cells
from resolver.lists.io.xml_records import Element, read_elements, root_name
from resolver.lists.reader_types import Item, ListUnit, ListVersion, ReaderRow, Reject
from resolver.lists.text.name_words import guess_groups_schema
from resolver.records import Address, Identifier
from resolver.records.properties import BIRTH_DATE, NATIONALITY, PASSPORT

SOURCE = "eu-fsf"
ROOT = "export"
NAMESPACE = b"http://eu.europa.ec/fpi/fsd/export"
ENTITY = "sanctionEntity"
MAX_ATTRIBUTES = 1_000
"""Maximum number of attributes of an element; the list has at most 20. The time that lxml takes to
read them grows with the square of their number.
"""
_COLUMNS = frozenset(("Entity_LogicalId", "NameAlias_WholeName"))
_GROUPS = {
    "Entity_Regulation": "regulation",
    "Entity": ENTITY,
    "NameAlias": "nameAlias",
    "Address": "address",
    "BirthDate": "birthdate",
    "Identification": "identification",
    "Citizenship": "citizenship",
}
"""Element of the XML whose attributes are the columns with a prefix."""
_ATTRIBUTES = {
    "Entity_EU_ReferenceNumber": "euReferenceNumber",
    "BirthDate_BirthDate": "birthdate",
    "BirthDate_Day": "dayOfMonth",
    "BirthDate_Month": "monthOfYear",
    "Identification_TypeCode": "identificationTypeCode",
    "Identification_TypeDescription": "identificationTypeDescription",
    "Entity_Regulation_Type": "regulationType",
}
"""Attribute of the XML for columns that are named in another way."""
_DOCUMENTS = {
    "passport": PASSPORT,
    "regnumber": "registrationNumber",
    "fiscalcode": "taxNumber",
    "ssn": "socialSecurityNumber",
    "swiftbic": "swiftBic",
    "imo": "imoNumber",
}
"""Property of each type of document; documents of other types are identity numbers."""
_FLAGS = ("diplomatic", "knownExpired", "knownFalse", "reportedLost", "revokedByIssuer")
_CONTACTS = {"PHONE": "phone", "FAX": "phone", "EMAIL": "email", "WEB": "website"}
_CONTACT = re.compile(r"(PHONE|FAX|EMAIL|WEB)\s*[\[:]?\s*(.*?)\]?(?=(?:PHONE|FAX|EMAIL|WEB)|$)")
_ITEMS = re.compile(r"(?:^|[ ,;])\([a-h]\) ?| ?; ?")
_LOW = re.compile(r"\blow? quality|\bweak\b", re.I)
_QUALITY = re.compile(
    r"\W*+(?:good|god|high|low?)\s++quality\W*+(?:(?:a\.?k\.?a\.?|alias)\W*+)?", re.I
)
_GENDERS = {"M": "male", "F": "female"}
_TABLE = load_layout("eu_fsf_xml")
_KNOWN = {
    group: frozenset(path.partition("@")[2] for path in _TABLE if path.startswith(f"{group}@"))
    for group in _GROUPS.values()
}
Part = dict[str, str]


@dataclass(slots=True)
class _Parts:
    """Parts of an entry by element: the attributes of each, with `remark` and `contacts`."""

    line: int
    by_group: dict[str, dict[tuple[tuple[str, str], ...], Part]] = field(default_factory=dict)

    def add(self, group: str, part: Part) -> None:
        """Add a part, unless the entry has it already."""
        if part:
            self.by_group.setdefault(group, {}).setdefault(tuple(part.items()), part)

    def get(self, group: str) -> list[Part]:
        """Return the parts of an element."""
        return list(self.by_group.get(group, {}).values())


def detect_eu_xml(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like the XML of the list."""
    return root_name(head) == ROOT and (NAMESPACE in head or b"<sanctionEntity" in head)


def detect_eu_csv(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins with the header of the CSV."""
    is_near = b"Entity_LogicalId" in head
    return is_near and set(split_cells(first_line(head), ";")) >= _COLUMNS


def read_eu_xml(unit: ListUnit) -> Iterator[Item]:
    """Yield the entries of the XML. Raises `InputError` for a file that is not the list."""
    for file in unit.files:
        for element in read_elements(file, ROOT, frozenset((ENTITY,))):
            if isinstance(element, Reject):
                yield element
            elif element.tag == ENTITY:
                try:
                    parts = _parts_of(element)
                except InputError as error:
                    line = int(element.sourceline or 0)
                    yield Reject.of_row(file.label, line, error.message)
                else:
                    yield from _read_entry(parts, file.label)
            elif date := element.get("generationDate"):
                yield ListVersion(date)


def read_eu_csv(unit: ListUnit) -> Iterator[Item]:
    """Yield the entries of the CSV, each from all of its rows."""
    for file in unit.files:
        entries: dict[str, _Parts] = {}
        version = ""
        for row in read_titled_rows(file, _COLUMNS, delimiter=";"):
            if isinstance(row, Reject):
                yield row
            elif not isinstance(row, Preamble):
                line, cells = row
                identity = cells.get("Entity_LogicalId", "")
                if not identity:
                    yield Reject.of_row(file.label, line, "a row without Entity_LogicalId")
                    continue
                version = version or try_date(cells.get("fileGenerationDate", ""))
                _add_cells(entries.setdefault(identity, _Parts(line)), cells)
        if not entries and not version:
            raise InputError("the file holds no entry of the list", place=file.label)
        if version:
            yield ListVersion(version)
        for parts in entries.values():
            yield from _read_entry(parts, file.label)


def _parts_of(element: Element) -> _Parts:
    parts = _Parts(int(element.sourceline or 0))
    parts.add(ENTITY, _attributes_of(element))
    for child in element:
        part = _attributes_of(child)
        remarks, contacts = [], []
        for inner in child:
            if inner.tag == "remark":
                remarks.append(inner.text or "")
            elif inner.tag == "contactInfo":
                contacts.append(f"{inner.get('key', '')}[{inner.get('value', '')}]")
            elif inner.tag == "publicationUrl":
                part["publicationUrl"] = inner.text or ""
            elif inner.tag != "regulationSummary" and (inner.text or "").strip():
                part[str(inner.tag)] = inner.text
        if remarks:
            part["remark"] = "; ".join(remarks)
        if contacts:
            part["contacts"] = " ".join(contacts)
        if child.tag == "remark":
            part["remark"] = child.text or ""
        elif not part and (child.text or "").strip():
            part[str(child.tag)] = child.text
        parts.add(str(child.tag), part)
    return parts


def _attributes_of(element: Element) -> Part:
    # counted before they are read
    if len(element.attrib) > MAX_ATTRIBUTES:
        raise InputError(f"{element.tag} has more than {MAX_ATTRIBUTES:,} attributes")
    return dict(element.items())


def _add_cells(parts: _Parts, cells: dict[str, str]) -> None:
    """Add the cells of a row to the parts of its entry, under the names of the XML."""
    groups: dict[str, Part] = {}
    for column, text in cells.items():
        found = _place_of_column(column)
        if found is not None:
            groups.setdefault(found[0], {})[found[1]] = text
    for group, part in groups.items():
        if group == ENTITY:
            if remark := part.pop("remark", ""):
                parts.add("remark", {"remark": remark})
            names = [name for name in ("subjectType", "code") if name in part]
            kind: Part = {name: part.pop(name) for name in names}
            parts.add("subjectType", kind)
        parts.add(group, part)


_COLUMN_PLACES: dict[str, tuple[str, str] | None] = {}


def _place_of_column(column: str) -> tuple[str, str] | None:
    """Return the element and attribute of a column, or None for a column that is not read."""
    if column not in _COLUMN_PLACES:
        _COLUMN_PLACES[column] = _find_place(column)
    return _COLUMN_PLACES[column]


def _find_place(column: str) -> tuple[str, str] | None:
    if column == "fileGenerationDate":
        return None
    prefix = next((name for name in _GROUPS if column.startswith(f"{name}_")), "")
    if not prefix:
        return ENTITY, column
    rest = column.removeprefix(f"{prefix}_")
    if column.startswith("Entity_SubjectType"):
        return ENTITY, "code" if rest.endswith("ClassificationCode") else "subjectType"
    if rest.startswith("Regulation_"):
        # the legal act of one value, which the XML states as regulationSummary
        return None
    if rest == "ContactInfo":
        return "address", "contacts"
    name = _ATTRIBUTES.get(column, rest[:1].lower() + rest[1:])
    return _GROUPS[prefix], name


def _read_entry(parts: _Parts, label: str) -> Iterator[Item]:
    entity = {key: value for part in parts.get(ENTITY) for key, value in part.items() if value}
    identity = clean(entity.get("euReferenceNumber")) or clean(entity.get("logicalId"))
    names = [part for part in parts.get("nameAlias") if clean(_whole_name(part))]
    if not identity or not names:
        missing = "a name" if identity else "logicalId"
        yield Reject.of_row(label, parts.line, f"an entry without {missing}", identity)
        return
    kinds = {value for part in parts.get("subjectType") for value in part.values()}
    is_person = bool(kinds & {"person", "P"})
    schema = "Person" if is_person else ""
    if not is_person:
        schema = guess_groups_schema(map(_whole_name, names)) or "Organization"
    entry = Entry(SOURCE, identity, schema, label, parts.line)
    _add_names(entry, names)
    entry.add_reference(
        "authorityId", entity.get("euReferenceNumber", ""), "EU reference", "euReferenceNumber"
    )
    entry.add_reference(
        "unscId", entity.get("unitedNationId", ""), "UN reference", "unitedNationId"
    )
    entry.add_date("startDate", entity.get("designationDate", ""), "designationDate")
    if details := clean(entity.get("designationDetails")):
        entry.add_reason(details, "designationDetails")
    for part in parts.get("remark"):
        entry.add_reason(clean(part["remark"]), "remark")
    for part in parts.get("regulation"):
        _add_regulation(entry, part)
    for part in parts.get("birthdate"):
        _add_birth(entry, part)
    for part in parts.get("citizenship"):
        entry.add_value(NATIONALITY if is_person else "jurisdiction", _country(part), "citizenship")
        entry.add_note(clean(part.get("remark")), "citizenship")
    for part in parts.get("address"):
        _add_address(entry, part)
    for part in parts.get("identification"):
        _add_document(entry, part)
    _add_unknown(entry, parts)
    yield from entry.items()


def _whole_name(part: Part) -> str:
    whole = part.get("wholeName", "")
    return whole or " ".join(
        filter(None, (part.get("firstName"), part.get("middleName"), part.get("lastName")))
    )


def _add_names(entry: Entry, names: Iterable[Part]) -> None:
    ordered = sorted(names, key=_name_rank)
    for index, part in enumerate(ordered):
        remark = clean(part.get("remark"))
        is_weak = part.get("strong", "true").lower() == "false" or bool(_LOW.search(remark))
        prop = "name" if index == 0 else "weakAlias" if is_weak else "alias"
        entry.add_value(prop, _whole_name(part), "nameAlias")
        if index == 0 and entry.schema == "Person":
            entry.add_value("firstName", part.get("firstName", ""), "firstName")
            entry.add_value("middleName", part.get("middleName", ""), "middleName")
            entry.add_value("lastName", part.get("lastName", ""), "lastName")
        if not _QUALITY.fullmatch(remark):
            entry.add_note(remark, "nameAlias")
        entry.add_value("gender", _GENDERS.get(part.get("gender", ""), ""), "gender")
        for text in _ITEMS.split(clean(part.get("title"))):
            entry.add_value("title", clean(text.strip(" ,")), "title")
        for text in _ITEMS.split(clean(part.get("function"))):
            prop = "position" if entry.schema == "Person" else "notes"
            entry.add_value(prop, clean(text.strip(" ,")), "function")


def _name_rank(part: Part) -> tuple[bool, bool, int, str]:
    """Return the rank of a name among the names of its entry; the lowest is the main name."""
    number = part.get("logicalId", "")
    return (
        part.get("strong", "true").lower() == "false",
        part.get("nameLanguage", "").upper() not in ("", "EN"),
        int(number) if number.isdecimal() else 10**12,
        _whole_name(part),
    )


def _country(part: Part) -> str:
    return clean(part.get("countryDescription")) or clean(part.get("countryIso2Code"))


def _add_regulation(entry: Entry, part: Part) -> None:
    if programme := clean(part.get("programme")):
        entry.add_program(programme, "programme")
    entry.add_value("legalBasis", clean(part.get("numberTitle")), "numberTitle")
    entry.add_date("listingDate", part.get("publicationDate", ""), "publicationDate")
    entry.add_date("startDate", part.get("entryIntoForceDate", ""), "entryIntoForceDate")
    entry.add_value("sourceUrl", clean(part.get("publicationUrl")), "publicationUrl")
    entry.add_note(clean(part.get("remark")), "regulation")


def _add_birth(entry: Entry, part: Part) -> None:
    is_person = entry.schema == "Person"
    prop = BIRTH_DATE if is_person else "incorporationDate"
    circa = part.get("circa", "").lower() == "true"
    calendar = part.get("calendarType", "").upper()
    day = clean(part.get("birthdate"))
    first, last = clean(part.get("yearRangeFrom")), clean(part.get("yearRangeTo"))
    if day or part.get("year"):
        if calendar not in ("", "GREGORIAN"):
            day = day or "-".join(
                part.get(name, "").zfill(2)
                for name in ("year", "monthOfYear", "dayOfMonth")
                if part.get(name)
            )
            entry.add_date(prop, f"{day} ({calendar.replace('ISLAMIC', 'hijri').lower()})", prop)
        elif day:
            entry.add_date(prop, f"circa {day}" if circa else day, prop)
        else:
            texts = (part.get(name, "") for name in ("year", "monthOfYear", "dayOfMonth"))
            entry.add_parts_date(prop, texts, prop, circa=circa)
    if first and last:
        entry.add_date(prop, f"{'circa ' if circa else ''}{first} to {last}", prop)
    elif first or last:
        entry.add_note(f"{prop}: {'since' if first else 'until'} {first or last}", prop)
    place = ", ".join(
        filter(None, (clean(part.get(name)) for name in ("place", "city", "region", "zipCode")))
    )
    country = _country(part)
    if is_person:
        entry.add_value("birthPlace", ", ".join(filter(None, (place, country))), "birthdate")
        entry.add_value("birthCountry", country, "birthdate")
    else:
        entry.add_value("jurisdiction", country, "birthdate")
        entry.add_note(f"place of registration: {place}" if place else "", "birthdate")
    entry.add_note(clean(part.get("remark")), "birthdate")


def _add_address(entry: Entry, part: Part) -> None:
    street = ", ".join(
        filter(
            None,
            (
                clean(part.get("street")),
                f"P.O. Box {part['poBox']}" if clean(part.get("poBox")) else "",
                clean(part.get("place")),
            ),
        )
    )
    address = Address(
        "",
        street,
        clean(part.get("city")),
        clean(part.get("region")),
        clean(part.get("zipCode")),
        _country(part),
        "address",
    )
    if address.text:
        entry.add_fact(address)
    if part.get("asAtListingTime", "").lower() == "true":
        entry.add_note(f"address at the time of listing: {address.text}", "address")
    for key, text in _CONTACT.findall(clean(part.get("contacts"))):
        for value in re.split(r" ?; ?|, ", text):
            entry.add_value(_CONTACTS[key], value.strip(" []"), "contactInfo")
    entry.add_note(clean(part.get("remark")), "address")


def _add_document(entry: Entry, part: Part) -> None:
    code = part.get("identificationTypeCode", "").lower()
    prop = _DOCUMENTS.get(code, "idNumber" if entry.schema == "Person" else "registrationNumber")
    if code == "passport" and entry.schema != "Person":
        prop = "registrationNumber"
    notes = [_FLAG_WORDS[flag] for flag in _FLAGS if part.get(flag, "").lower() == "true"]
    for name, words in (
        ("issuedBy", "issued by"),
        ("nameOnDocument", "in the name of"),
        ("validFrom", "valid from"),
        ("region", "region"),
    ):
        if text := clean(part.get(name)):
            notes.append(f"{words} {text}")
    if remark := clean(part.get("remark")):
        notes.append(remark)
    numbers = dict.fromkeys(
        filter(None, (clean(part.get("number")), clean(part.get("latinNumber"))))
    )
    for number in numbers:
        entry.add_fact(
            Identifier(
                prop,
                number,
                _country(part),
                clean(part.get("identificationTypeDescription")) or code,
                try_date(clean(part.get("issuedDate"))),
                try_date(clean(part.get("validTo"))),
                "; ".join(notes),
                "identification",
            )
        )
    if not numbers and notes:
        kind = clean(part.get("identificationTypeDescription")) or code or "document"
        entry.add_note(f"{kind}: {'; '.join(notes)}", "identification")


_FLAG_WORDS = {
    "diplomatic": "diplomatic",
    "knownExpired": "known to be expired",
    "knownFalse": "known to be false",
    "reportedLost": "reported lost",
    "revokedByIssuer": "revoked by its issuer",
}


def _add_unknown(entry: Entry, parts: _Parts) -> None:
    """Keep attributes and elements as notes if the layout does not have them."""
    for group, group_parts in parts.by_group.items():
        known = _KNOWN.get(group)
        for part in group_parts.values():
            for name, text in part.items():
                is_new = known is not None and name not in known
                is_group = known is None and group not in ("remark", "subjectType")
                if (is_new and name not in ("remark", "contacts", "publicationUrl")) or is_group:
                    entry.add_note(f"{name}: {text}" if clean(text) else "", group)


XML_ROW = ReaderRow(
    name="eu_fsf_xml",
    help="EU consolidated financial sanctions, XML 1.1 (xmlFullSanctionsList_1_1)",
    detect=detect_eu_xml,
    read=read_eu_xml,
)
CSV_ROW = ReaderRow(
    name="eu_fsf_csv",
    help="EU consolidated financial sanctions, CSV 1.1 (csvFullSanctionsList_1_1, semicolons)",
    detect=detect_eu_csv,
    read=read_eu_csv,
)
