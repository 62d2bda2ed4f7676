"""The consolidated list of the United Nations Security Council (XML), individuals and entities.

The parts of a person's name come in an order that is given-family for some and family-given for others, so they are
joined to one `name` and not taken for first and last names. References to other entries (`Brother of … (QDi.123)`)
become relations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from resolver.errors import DateError, InputError
from resolver.ingest.formats.un_comments import read_comments
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.io.xml_records import elements
from resolver.ingest.reader_types import (
    Item,
    ListUnit,
    ListVersion,
    ReaderRow,
    RecordAt,
    Reject,
)
from resolver.ingest.text.group_names import group_forms
from resolver.ingest.text.list_dates import canonical, read_dates
from resolver.ingest.text.list_documents import read_document
from resolver.ingest.text.list_name_forms import Forms
from resolver.ingest.text.name_words import group_schema
from resolver.ingest.text.person_names import person_forms
from resolver.ingest.text.record_draft import Draft
from resolver.records import Activity, Address

SOURCE = "un-sc"
ROOT = "CONSOLIDATED_LIST"
TAGS = frozenset(("INDIVIDUAL", "ENTITY"))
NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME", "FIFTH_NAME", "SIXTH_NAME")
_TERROR_LISTS = frozenset(("Al-Qaida", "Taliban"))
_PLAIN = {"REFERENCE_NUMBER": "recordId", "UN_LIST_TYPE": "program"}
_LISTS = {
    "NATIONALITY": "nationality",
    "NATIONALITY2": "nationality",
    "DESIGNATION": "position",
    "TITLE": "title",
}
_FOREIGN_IN_NOTE = re.compile(
    r"(?:in (?:Arabic|Russian|Chinese|Korean)(?: script)?|original script):\s*(.+?)(?:[.;]|$)", re.I
)
# Some dates carry the time zone of whoever entered them.
_ZONE = re.compile(r"(?<=\d{4}-\d\d-\d\d)[+-]\d\d:\d\d$")

Element = Any


def detect(head: bytes, file: SourceFile) -> bool:
    """Whether a file begins like the UN's list."""
    return f"<{ROOT}".encode() in head[:4096]


def read(unit: ListUnit) -> Iterator[Item]:
    """The entries of one list. Raises `InputError` where the file is no UN list or breaks before the first entry."""
    for file in unit.files:
        yield from _read_file(file)


def _read_file(file: SourceFile) -> Iterator[Item]:
    references = _references(file)
    count = 0
    for element in elements(file, ROOT, TAGS):
        if isinstance(element, Reject):
            if not count:
                raise InputError(
                    f"no entry could be read: {element.reason}",
                    where=file.label,
                    mend="fetch the file again",
                )
            yield element
        elif element.tag == ROOT:
            if made := element.get("dateGenerated"):
                yield ListVersion(made)
        else:
            count += 1
            yield from _entry(element, file.label, references)


def _references(file: SourceFile) -> dict[str, str]:
    """Ids by reference number, for what the comments refer to."""
    found: dict[str, str] = {}
    for element in elements(file, ROOT, TAGS):
        if not isinstance(element, Reject) and element.tag != ROOT:
            reference, identity = _text(element, "REFERENCE_NUMBER"), _text(element, "DATAID")
            if reference and identity:
                found[reference] = f"{SOURCE}:{identity}"
    return found


def _text(element: Element, tag: str) -> str:
    return " ".join((element.findtext(tag) or "").split())


def _entry(element: Element, label: str, references: dict[str, str]) -> Iterator[Item]:
    line = int(element.sourceline or 0)
    identity = _text(element, "DATAID")
    if not identity:
        yield Reject(label, line, "an entry without DATAID")
        return
    person = element.tag == "INDIVIDUAL"
    draft = Draft(SOURCE, identity, "Person" if person else "Organization")
    faults: list[str] = []
    name = " ".join(filter(None, (_text(element, part) for part in NAME_PARTS)))
    name = name.replace(",", "") if person else name
    _add_forms(draft, "name", _forms(name, person), "name")
    for child in element:
        _child(draft, child, person, faults)
    read_comments(_text(element, "COMMENTS1"), draft, references)
    if not person:
        names = (name, *(_text(alias, "ALIAS_NAME") for alias in element.findall("ENTITY_ALIAS")))
        draft.schema = next(filter(None, map(group_schema, names)), "Organization")
    if _text(element, "UN_LIST_TYPE") in _TERROR_LISTS:
        draft.activities = (Activity.TERRORISM,)
    yield RecordAt(draft.record(), line)
    for fault in faults:
        yield Reject(label, line, f"record {draft.id}: {fault}")


def _child(draft: Draft, child: Element, person: bool, faults: list[str]) -> None:
    """Add what one part of an entry says."""
    tag = str(child.tag)
    kind = tag.partition("_")[2]
    if tag in _PLAIN:
        draft.say(_PLAIN[tag], child.text or "", tag)
    elif tag in _LISTS:
        for value in child.iter("VALUE"):
            draft.say(_LISTS[tag], value.text or "", tag)
    elif tag == "NAME_ORIGINAL_SCRIPT":
        _add_forms(draft, "alias", _forms(child.text or "", person), tag)
    elif tag == "LISTED_ON":
        _date(draft, "createdAt", child.text or "", faults)
    elif tag == "GENDER" and (child.text or "").strip().lower() in ("male", "female"):
        draft.say("gender", (child.text or "").strip().lower(), tag)
    elif tag in ("SUBMITTED_BY", "SUBMITTED_ON") and (child.text or "").strip():
        draft.note(f"{tag.replace('_', ' ').lower()} {child.text}", tag)
    elif kind == "ALIAS":
        _alias(draft, child, person, faults)
    elif kind == "ADDRESS":
        _address(draft, child)
    elif kind == "DATE_OF_BIRTH":
        _birth(draft, child, faults)
    elif kind == "PLACE_OF_BIRTH":
        _birth_place(draft, child, "")
    elif kind == "DOCUMENT":
        _document(draft, child)


def _forms(name: str, person: bool) -> Forms:
    return person_forms(name) if person else group_forms(name)


def _add_forms(draft: Draft, prop: str, forms: Forms, origin: str) -> None:
    """Add a name and its variants; what is said of a weak or former name is weak or former too."""
    for found, text in forms.all_names():
        if found == "name":
            draft.say(prop, text, origin)
        elif found == "alias":
            draft.say(prop if prop in ("weakAlias", "previousName") else "alias", text, origin)
        else:
            draft.say(found, text, origin)


def _alias(draft: Draft, child: Element, person: bool, faults: list[str]) -> None:
    name, quality, note = _text(child, "ALIAS_NAME"), _text(child, "QUALITY"), _text(child, "NOTE")
    prop = "previousName" if quality == "f.k.a." else "weakAlias" if quality == "Low" else "alias"
    for part in re.split(r"\s*;\s*(?![^()]*\))|\s+b\)\s+", name):
        _add_forms(draft, prop, _forms(part, person), child.tag)
    if date := _text(child, "DATE_OF_BIRTH"):
        _date(draft, "birthDate", date, faults)
    _birth_place(draft, child, "_OF_BIRTH")
    if note:
        draft.note(f"{name}: {note}", child.tag)
        if match := _FOREIGN_IN_NOTE.search(note):
            _add_forms(draft, prop, _forms(match[1], person), child.tag)


def _address(draft: Draft, child: Element) -> None:
    street, city, region, code, country, note = (
        _text(child, tag)
        for tag in ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
    )
    if street or city or region or code or country:
        draft.add(Address("", street, city, region, code, country, child.tag))
        note = f"address in {city or region or country}: {note}" if note else ""
    draft.note(note, child.tag)


def _date(draft: Draft, prop: str, text: str, faults: list[str]) -> None:
    try:
        draft.say(prop, canonical(_ZONE.sub("", text.strip())), prop)
    except DateError as error:
        draft.note(f"{prop}: {text}", prop)
        faults.append(f"value not taken: {prop} {text[:60]!r}: {error.what}")


def _birth(draft: Draft, child: Element, faults: list[str]) -> None:
    """A date of birth: a day, a year, a range of years, or words in a note; circa where the list says approximately."""
    kind, date, year, note = (_text(child, tag) for tag in ("TYPE_OF_DATE", "DATE", "YEAR", "NOTE"))
    first, last = _text(child, "FROM_YEAR"), _text(child, "TO_YEAR")
    text = date or year or (f"{first} to {last}" if first and last else first or last)
    circa = kind == "APPROXIMATELY" or note.lower().startswith("approximately")
    if text and re.fullmatch(r"[A-Z][a-z]{2,8}\.?", note):
        text, note = f"{note} {text}", ""
    if text:
        _date(draft, "birthDate", f"circa {text}" if circa and " to " not in text else text, faults)
        if note and not note.lower().startswith("approximately"):
            draft.note(f"birthDate {text}: {note}", child.tag)
        return
    found, left = read_dates(note)
    for one in found:
        draft.say("birthDate", one, child.tag)
    if left:
        draft.note(f"birthDate: {note}", child.tag)
        if not found:
            faults.append(f"value not taken: birthDate {note[:60]!r}")


def _birth_place(draft: Draft, child: Element, suffix: str) -> None:
    parts = [
        _text(child, f"{tag}{suffix}") for tag in ("STREET", "CITY", "STATE_PROVINCE", "COUNTRY")
    ]
    draft.say("birthPlace", ", ".join(filter(None, parts)), child.tag)
    draft.say("birthCountry", parts[-1], child.tag)
    if not suffix:
        draft.note(f"birthPlace: {note}" if (note := _text(child, "NOTE")) else "", child.tag)


def _document(draft: Draft, child: Element) -> None:
    """A document. What its number is can stand in four places; the words say of which sort it is."""
    number, kind, sort, note, issued = (
        _text(child, tag)
        for tag in ("NUMBER", "TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2", "NOTE", "DATE_OF_ISSUE")
    )
    country = _text(child, "ISSUING_COUNTRY") or _text(child, "COUNTRY_OF_ISSUE")
    prop = "passportNumber" if re.search(r"pass?e?port|pasaporte", kind, re.I) else "idNumber"
    described = " ".join(filter(None, (sort if re.search(r"\d", sort) else "", number))) or note
    if not re.search(r"\d", described):
        said = "; ".join(filter(None, (kind, sort, number, country, issued, note)))
        draft.note(f"document: {said}" if said else "", child.tag)
        return
    if issued:
        described = f"{described}, issued on {issued}"
    if note and note != described and note not in described:
        described = f"{described} ({note})" if "(" not in note else f"{described}, {note}"
    label = "" if re.search(r"\d", sort) else sort.strip(": ")
    found = read_document(described, prop, child.tag, country, label)
    if found is None:
        draft.note(f"document: {kind}; {described}", child.tag)
        return
    if not found.type:
        found = replace(found, type=kind)
    city = _text(child, "CITY_OF_ISSUE")
    if city:
        found = replace(found, note="; ".join(filter(None, (found.note, f"issued in {city}"))))
    draft.add(found)


ROW = ReaderRow(
    name="un_sc",
    help="UN Security Council consolidated list (XML)",
    detect=detect,
    read=read,
    deduplicated=True,
)
