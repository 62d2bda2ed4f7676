"""Consolidated list of the United Nations Security Council (XML), individuals and entities.

Some entries have the parts of a person's name in given-family order, others in family-given order.
So they are joined to one `name`, and no first and last names are set. References to other entries
(`Brother of … (QDi.123)`) become relations.

Comments: fixed phrases are read into properties, and the whole text is kept. A death is only read
if it is stated as a fact; `reportedly` and `believed` stay in the notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from resolver.errors import DateError, InputError
from resolver.lists import reader_types
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.xml_records import child_texts, read_elements
from resolver.lists.text.crimes import stated_activities
from resolver.lists.text.list_dates import canonical_date, read_dates
from resolver.lists.text.list_documents import read_document
from resolver.lists.text.list_names import NameForms
from resolver.lists.text.name_words import guess_groups_schema
from resolver.lists.text.names import parse_group_name, parse_person_name
from resolver.lists.text.record_draft import RecordDraft
from resolver.lists.text.repairs import find_passports, find_registers, split_enumeration
from resolver.lists.text.stated_relations import find_stated_relations, split_own_names
from resolver.records import Address, Identifier
from resolver.records.properties import (
    BIRTH_DATE,
    FATHER_NAME,
    FULL_NAMES,
    NATIONALITY,
    PASSPORT,
)

ORIGIN = "COMMENTS1"
MAX_READ = 20_000
"""Maximum number of characters of a comment that are read; the whole comment is kept."""
_BOILERPLATE = re.compile(
    r"(?:(?<!\s)\s++)?(?:INTERPOL-UN Security Council Special Notice web link:?\s*\S+|"
    r"Photo(?:graph)?s? (?:is |are )?available for inclusion in "
    r"the INTERPOL-UN Security Council Special Notice\.?)"
)
_WORD = r"[A-Z'’‘][\w'’‘-]*"
_LINK = r"al-[\w'’-]+|bin|bint|bent|ben|ould|el|al|ul|ur|de|del|Na"
_NAME = rf"({_WORD}(?:[ -](?:(?!Provided|Wanted|Photo|Mother|Father){_WORD}|{_LINK}))*)"
_VALUE_PATTERNS = (
    ("gender", re.compile(r"\b(?:Gender|Sex)\s*+(?:[:\[]\s*+)?(male|female)", re.I)),
    (
        "motherName",
        re.compile(rf"(?:[Mm]other[’']?s?[’']? name|[Nn]ame of mother)(?: is| was|:)?\s+{_NAME}"),
    ),
    (
        FATHER_NAME,
        re.compile(
            rf"(?<!Alternative )[Ff]ather[’']?s?[’']? name(?: \([^)]*\))?(?: is| was|:)?\s+{_NAME}"
        ),
    ),
    ("email", re.compile(r"(?<![\w.+-])([\w.+-]+@[\w-]+(?:\.[\w-]+)+)")),
    ("website", re.compile(r"\bWebsites?:?\s*((?:https?://|www\.)[^\s,;()]+)", re.I)),
    (
        "phone",
        re.compile(r"\bTel(?:ephone)?(?: numbers?)?[.:]+\s*(\+?[\d(][\d() -]{6,20}\d)", re.I),
    ),
    ("height", re.compile(r"\b[Hh]eight:? (?:[^.;]{0,25}– )?(\d{3} ?cm)")),
)
_IMO = re.compile(
    r"\b(?:IMO\)?|International Maritime Organization(?: \(IMO\))?)\s*[Nn]umber:?\s*(\d{7})"
    r"|Company Number IMO (\d{7})"
)
_DEATH = re.compile(
    r"(?:^|[.;]\s*)(?:He |She )?(?:was )?(?:Confirmed )?(?:to have )?(?:died|deceased"
    r"|killed)\b[^.;]{0,60}?"
    r"\b(?:on|in|as of)\s+((?:\d{1,2} )?(?:[A-Z][a-z]{2,8}\.? )?\d{4})",
    re.I,
)


def read_comments(text: str, draft: RecordDraft, references: dict[str, str]) -> None:
    """Add the content of the comments. `references` maps reference numbers to record ids."""
    text = _BOILERPLATE.sub(" ", " ".join(text.split())).strip()
    if not text:
        return
    read_facts(text, draft)
    own_names = split_own_names(value.text for value in draft.values if value.prop in FULL_NAMES)
    for relation in find_stated_relations(text, own_names, {}, ORIGIN, references):
        if relation.target_id != draft.id:
            draft.add_fact(relation)
    draft.add_note(text, ORIGIN)


def read_facts(text: str, draft: RecordDraft) -> None:
    """Add gender, parents, contacts, height, IMO number, passports and date of death."""
    text = text[:MAX_READ]
    for prop, pattern in _VALUE_PATTERNS:
        for match in pattern.finditer(text):
            value = match[1].strip(" .,'’") if prop != "gender" else match[1].lower()
            draft.add_value(prop, value, ORIGIN)
    for match in _IMO.finditer(text):
        draft.add_fact(
            Identifier("imoNumber", match[1] or match[2], type="IMO number", origin=ORIGIN)
        )
    if draft.schema == "Person":
        for passport in find_passports(text, ORIGIN):
            draft.add_fact(passport)
    for number in find_registers(text, ORIGIN):
        draft.add_fact(number)
    if death := _DEATH.search(text):
        for date in read_dates(death[1])[0]:
            draft.add_value("deathDate", date, ORIGIN)


SOURCE = "un-sc"
ROOT = "CONSOLIDATED_LIST"
TAGS = frozenset(("INDIVIDUAL", "ENTITY"))
NAME_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME", "FIFTH_NAME", "SIXTH_NAME")
_TEXT_PROPERTIES = {"UN_LIST_TYPE": "program"}
_LIST_PROPERTIES = {
    "NATIONALITY": NATIONALITY,
    "NATIONALITY2": NATIONALITY,
    "DESIGNATION": "position",
    "TITLE": "title",
}
_FOREIGN_IN_NOTE = re.compile(
    r"(?:in (?:Arabic|Russian|Chinese|Korean)(?: script)?|original script):\s*(.+?)(?:[.;]|$)", re.I
)
# Some dates carry the time zone of their entry.
_TIME_ZONE = re.compile(r"(?<=\d{4}-\d\d-\d\d)[+-]\d\d:\d\d$")

Element = Any
_ChildReader = Callable[[RecordDraft, Element, list[str]], None]
"""Function that adds the content of an element to the draft, and its faults to the list."""


def detect_un_sc(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like the UN's list."""
    return f"<{ROOT}".encode() in head[:4096]


def read_un_sc(unit: reader_types.ListUnit) -> Iterator[reader_types.Item]:
    """Yield the entries of one list.

    Raises `InputError` if the file is no UN list or is damaged before the first entry.
    """
    for file in unit.files:
        yield from _read_file(file)


def _read_file(file: SourceFile) -> Iterator[reader_types.Item]:
    references = _read_references(file)
    entries = 0
    for element in read_elements(file, ROOT, TAGS):
        if isinstance(element, reader_types.Reject):
            if not entries:
                raise InputError(
                    f"no entry could be read: {element.reason}",
                    place=file.label,
                    hint="fetch the file again",
                )
            yield element
        elif element.tag == ROOT:
            if generated := element.get("dateGenerated"):
                yield reader_types.ListVersion(generated)
        else:
            entries += 1
            yield from _read_entry(element, file.label, references)


def _read_references(file: SourceFile) -> dict[str, str]:
    """Return the record ids by the reference numbers with which comments refer to entries."""
    references: dict[str, str] = {}
    for element in read_elements(file, ROOT, TAGS):
        if not isinstance(element, reader_types.Reject) and element.tag != ROOT:
            texts = child_texts(element)
            reference, identity = texts.get("REFERENCE_NUMBER", ""), texts.get("DATAID", "")
            if reference and identity:
                references[reference] = f"{SOURCE}:{identity}"
    return references


def _read_entry(
    element: Element, label: str, references: dict[str, str]
) -> Iterator[reader_types.Item]:
    line = int(element.sourceline or 0)
    texts = child_texts(element)
    identity = texts.get("DATAID", "")
    if not identity:
        yield reader_types.Reject.of_row(label, line, "an entry without DATAID")
        return
    is_person = element.tag == "INDIVIDUAL"
    draft = RecordDraft(SOURCE, identity, "Person" if is_person else "Organization")
    faults: list[str] = []
    name = " ".join(text for part in NAME_PARTS if (text := texts.get(part)))
    name = name.replace(",", "") if is_person else name
    _add_forms(draft, "name", _parse_name(draft, name), "name")
    for child in element:
        _add_child(draft, child, faults)
    read_comments(texts.get("COMMENTS1", ""), draft, references)
    if not is_person:
        names = (
            name,
            *(
                child_texts(child).get("ALIAS_NAME", "")
                for child in element
                if child.tag == "ENTITY_ALIAS"
            ),
        )
        draft.schema = guess_groups_schema(names) or "Organization"
    reasons = [value.text for value in draft.values if value.prop in ("notes", "position")]
    draft.activities = stated_activities([texts.get("UN_LIST_TYPE", "")], reasons)
    yield reader_types.LocatedRecord(draft.build_record(), line)
    for fault in faults:
        yield reader_types.Reject.of_record(label, line, draft.id, fault)


def _add_child(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    """Add the content of one element of an entry."""
    tag = str(child.tag)
    if tag in _TEXT_PROPERTIES:
        draft.add_value(_TEXT_PROPERTIES[tag], child.text or "", tag)
    elif tag in _LIST_PROPERTIES:
        for value in child.iter("VALUE"):
            draft.add_value(_LIST_PROPERTIES[tag], value.text or "", tag)
    elif reader := _CHILD_READERS.get(tag) or _PART_READERS.get(tag.partition("_")[2]):
        reader(draft, child, faults)


def _parse_name(draft: RecordDraft, name: str) -> NameForms:
    return parse_person_name(name) if draft.schema == "Person" else parse_group_name(name)


def _add_forms(draft: RecordDraft, prop: str, forms: NameForms, origin: str) -> None:
    """Add a name and its variants; variants of a weak (or former) name are weak (or former) too."""
    for form_prop, text in forms.all_names():
        if form_prop == "name":
            draft.add_value(prop, text, origin)
        elif form_prop == "alias":
            draft.add_value(
                prop if prop in ("weakAlias", "previousName") else "alias", text, origin
            )
        else:
            draft.add_value(form_prop, text, origin)


def _add_original_name(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    _add_forms(draft, "alias", _parse_name(draft, child.text or ""), child.tag)


def _add_reference(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    if number := " ".join((child.text or "").split()):
        draft.add_fact(Identifier("unscId", number, type="UN reference", origin=child.tag))


def _add_listing_date(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    _add_date(draft, "createdAt", child.text or "", faults)


def _add_gender(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    gender = (child.text or "").strip().lower()
    if gender in ("male", "female"):
        draft.add_value("gender", gender, child.tag)


def _add_submission(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    if (child.text or "").strip():
        draft.add_note(f"{child.tag.replace('_', ' ').lower()} {child.text}", child.tag)


_ALIAS_PROPERTIES = {"f.k.a.": "previousName", "Low": "weakAlias"}


def _add_alias(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    texts = child_texts(child)
    name, quality, note = (texts.get(tag, "") for tag in ("ALIAS_NAME", "QUALITY", "NOTE"))
    prop = _ALIAS_PROPERTIES.get(quality, "alias")
    for item in re.split(r"(?:(?<!\s)\s++)?;\s*+(?![^()]{0,300}\))|(?<!\s)\s++b\)\s+", name):
        for part in split_enumeration(item):
            _add_forms(draft, prop, _parse_name(draft, part), child.tag)
    if date := texts.get("DATE_OF_BIRTH", ""):
        _add_date(draft, BIRTH_DATE, date, faults)
    _add_place(draft, texts, child.tag, "_OF_BIRTH")
    if note:
        draft.add_note(f"{name}: {note}", child.tag)
        for passport in find_passports(note, child.tag) if draft.schema == "Person" else ():
            draft.add_fact(passport)
        if match := _FOREIGN_IN_NOTE.search(note):
            _add_forms(draft, prop, _parse_name(draft, match[1]), child.tag)


def _add_address(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    texts = child_texts(child)
    street, city, region, code, country, note = (
        texts.get(tag, "")
        for tag in ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
    )
    if street or city or region or code or country:
        draft.add_fact(Address("", street, city, region, code, country, child.tag))
        note = f"address in {city or region or country}: {note}" if note else ""
    draft.add_note(note, child.tag)


def _add_date(draft: RecordDraft, prop: str, text: str, faults: list[str]) -> None:
    try:
        draft.add_value(prop, canonical_date(_TIME_ZONE.sub("", text.strip())), prop)
    except DateError as error:
        draft.add_note(f"{prop}: {text}", prop)
        faults.append(f"value not taken: {prop} {text[:60]!r}: {error.message}")


def _add_birth_date(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    """Add a date of birth: a day, a year, a range of years, or words in a note.

    Dates that the list marks as approximate become circa dates.
    """
    texts = child_texts(child)
    kind, date, year, note = (
        texts.get(tag, "") for tag in ("TYPE_OF_DATE", "DATE", "YEAR", "NOTE")
    )
    first, last = texts.get("FROM_YEAR", ""), texts.get("TO_YEAR", "")
    text = date or year or (f"{first} to {last}" if first and last else first or last)
    is_estimate = kind == "APPROXIMATELY" or note.lower().startswith("approximately")
    if text and re.fullmatch(r"[A-Z][a-z]{2,8}\.?", note):
        text, note = f"{note} {text}", ""
    if not text:
        _add_noted_birth_date(draft, note, child.tag, faults)
        return
    date_text = f"circa {text}" if is_estimate and " to " not in text else text
    _add_date(draft, BIRTH_DATE, date_text, faults)
    if note and not note.lower().startswith("approximately"):
        draft.add_note(f"{BIRTH_DATE} {text}: {note}", child.tag)


def _add_noted_birth_date(draft: RecordDraft, note: str, origin: str, faults: list[str]) -> None:
    note_dates, rest = read_dates(note)
    for birth_date in note_dates:
        draft.add_value(BIRTH_DATE, birth_date, origin)
    if rest:
        draft.add_note(f"{BIRTH_DATE}: {note}", origin)
        if not note_dates:
            faults.append(f"value not taken: {BIRTH_DATE} {note[:60]!r}")


def _add_birth_place(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    texts = child_texts(child)
    _add_place(draft, texts, child.tag)
    if note := texts.get("NOTE", ""):
        draft.add_note(f"birthPlace: {note}", child.tag)


def _add_place(draft: RecordDraft, texts: dict[str, str], origin: str, suffix: str = "") -> None:
    parts = [
        texts.get(f"{tag}{suffix}", "") for tag in ("STREET", "CITY", "STATE_PROVINCE", "COUNTRY")
    ]
    draft.add_value("birthPlace", ", ".join(filter(None, parts)), origin)
    draft.add_value("birthCountry", parts[-1], origin)


def _add_document(draft: RecordDraft, child: Element, faults: list[str]) -> None:
    """Add a document. Its number can be in four places; the words tell the kind of document."""
    texts = child_texts(child)
    number, kind, subtype, note, issued = (
        texts.get(tag, "")
        for tag in ("NUMBER", "TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2", "NOTE", "DATE_OF_ISSUE")
    )
    country = texts.get("ISSUING_COUNTRY") or texts.get("COUNTRY_OF_ISSUE", "")
    prop = PASSPORT if re.search(r"pass?e?port|pasaporte", kind, re.I) else "idNumber"
    label, numbers = ("", f"{subtype} {number}") if _has_digit(subtype) else (subtype, number)
    text = numbers.strip() or note
    if not _has_digit(text):
        description = "; ".join(filter(None, (kind, subtype, number, country, issued, note)))
        draft.add_note(f"document: {description}" if description else "", child.tag)
        return
    text = _join_document_text(text, issued, note)
    identifier = read_document(text, prop, child.tag, country, label.strip(": "))
    if identifier is None:
        draft.add_note(f"document: {kind}; {text}", child.tag)
        return
    if not identifier.type:
        identifier = replace(identifier, type=kind)
    if city := texts.get("CITY_OF_ISSUE"):
        details = "; ".join(filter(None, (identifier.note, f"issued in {city}")))
        identifier = replace(identifier, note=details)
    draft.add_fact(identifier)


def _has_digit(text: str) -> bool:
    return re.search(r"\d", text) is not None


def _join_document_text(text: str, issued: str, note: str) -> str:
    """Return the words of a document, its date of issue and its note as one description."""
    if issued:
        text = f"{text}, issued on {issued}"
    if not note or note in text:
        return text
    return f"{text} ({note})" if "(" not in note else f"{text}, {note}"


_CHILD_READERS: dict[str, _ChildReader] = {
    "NAME_ORIGINAL_SCRIPT": _add_original_name,
    "LISTED_ON": _add_listing_date,
    "REFERENCE_NUMBER": _add_reference,
    "GENDER": _add_gender,
    "SUBMITTED_BY": _add_submission,
    "SUBMITTED_ON": _add_submission,
}
_PART_READERS: dict[str, _ChildReader] = {
    "ALIAS": _add_alias,
    "ADDRESS": _add_address,
    "DATE_OF_BIRTH": _add_birth_date,
    "PLACE_OF_BIRTH": _add_birth_place,
    "DOCUMENT": _add_document,
}
"""Readers of parts that individuals and entities have, by their tag without the prefix."""


ROW = reader_types.ReaderRow(
    name="un_sc",
    help="UN Security Council consolidated list (XML)",
    detect=detect_un_sc,
    read=read_un_sc,
    deduplicated=True,
)
