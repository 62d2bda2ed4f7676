"""Swiss list of sanctions of SECO as XML (`swiss-sanctions-list`, the whole list of SESAM).

The layout is the XSD that the State Secretariat for Economic Affairs publishes with the download of
SESAM. Targets refer to places and sets of sanctions by their `ssid`; places may follow the targets,
so the file is read twice.

A target that was removed from the list (its newest modification is `de-listed`) is left out; a note
states how many there are. Its entries state an `order` for the parts of names. A part may have
spellings in other scripts, which make further whole names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from resolver.errors import InputError, pluralize
from resolver.lists.formats.layouts import Entry, clean, load_layout, try_date
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.xml_records import Element, read_elements, root_name
from resolver.lists.reader_types import Item, ListUnit, ListVersion, Note, ReaderRow, Reject
from resolver.lists.text.name_words import guess_groups_schema
from resolver.records import Address, Identifier, Relation, RelationType
from resolver.records.properties import BIRTH_DATE, FATHER_NAME, NATIONALITY, PASSPORT
from resolver.records.stated_links import find_relation_type

SOURCE = "ch-seco"
ROOT, TARGET = "swiss-sanctions-list", "target"
_PLACE_PARTS = ("location", "location-variant", "area", "area-variant", "country")
_NAME_TYPES = {"primary-name": "name", "alias": "alias", "formerly-known-as": "previousName"}
_PART_PROPERTIES = {
    "title": "title",
    "given-name": "firstName",
    "further-given-name": "secondName",
    "father-name": FATHER_NAME,
    "family-name": "lastName",
    "suffix": "nameSuffix",
}
_GIVEN_ORDER = (
    "given-name",
    "further-given-name",
    "father-name",
    "grand-father-name",
    "whole-name",
    "other",
    "maiden-name",
    "family-name",
    "suffix",
    "tribal-name",
)
_PASSPORTS = frozenset(("passport", "diplomatic-passport", "service-passport", "travel-document"))
_OBJECTS = {"vessel": "Vessel", "aircraft": "Airplane"}
_OTHER_INFORMATION = (
    (re.compile(r"IMO(?: [Nn]umber)?\s*(?::\s*)?(\d{7})\.?"), "imoNumber"),
    (re.compile(r"Taxpayer [Ii]dentification [Nn]umber\s*:\s*(\S+?)\.?"), "taxNumber"),
    (re.compile(r"Tax [Rr]egistration [Nn]umber\s*:\s*(\S+?)\.?"), "taxNumber"),
    (
        re.compile(r"(?:ОГРН/main |[Ss]tate |Business )?[Rr]egistration [Nn]umber\s*:\s*(\S+?)\.?"),
        "registrationNumber",
    ),
    (re.compile(r"SWIFT(?:/BIC)?(?: code)?\s*:\s*(\S+?)\.?"), "swiftBic"),
)
_OTHER_VALUES = (
    (re.compile(r"Website\s*:\s*(\S+)"), "website"),
    (re.compile(r"E-?mail(?: address)?\s*:\s*([^\s@]{1,100}@[^\s@]{1,250}?)\.?"), "email"),
    (re.compile(r"(?:Tel\.|Telephone|Phone)(?: number)?\s*:\s*([+\d][\d ()/-]+)"), "phone"),
    (re.compile(r"Type of entity\s*:\s*+(.+)"), "legalForm"),
)
_DATED = re.compile(r"Date of registration\s*:\s*+(.+)")
_TABLE = load_layout("ch_seco")


@dataclass(slots=True)
class _Referred:
    """Places and programs by their id, and the content of the newest modification of a target."""

    places: dict[str, dict[str, str]] = field(default_factory=dict)
    programs: dict[str, tuple[str, str]] = field(default_factory=dict)


def detect_seco(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like the list."""
    return root_name(head) == ROOT


def read_seco(unit: ListUnit) -> Iterator[Item]:
    """Yield the targets of the list. Raises `InputError` for a file that is not the list."""
    for file in unit.files:
        referred = _Referred()
        for element in read_elements(file, ROOT, frozenset(("place", "sanctions-program"))):
            if not isinstance(element, Reject) and element.tag != ROOT:
                _collect(referred, element)
        past = total = 0
        for element in read_elements(file, ROOT, frozenset((TARGET,))):
            if isinstance(element, Reject):
                yield element
            elif element.tag == ROOT:
                if date := element.get("date"):
                    yield ListVersion(date)
            else:
                total += 1
                if _is_removed(element):
                    past += 1
                else:
                    yield from _read_target(element, file.label, referred)
        if not total:
            raise InputError("the list has no target", place=file.label)
        if past:
            removed = pluralize(past, "entry", "entries")
            yield Note(f"{file.label}: left out {removed} that SECO has removed from the list")


def _collect(referred: _Referred, element: Element) -> None:
    if element.tag == "place":
        referred.places[element.get("ssid", "")] = _read_place(element)
        return
    keys = {child.get("lang"): clean(child.text) for child in element.iterfind("program-key")}
    names = {child.get("lang"): clean(child.text) for child in element.iterfind("program-name")}
    program = keys.get("eng") or next(iter(keys.values()), "")
    name = names.get("eng") or next(iter(names.values()), "")
    for sanctions_set in element.iterfind("sanctions-set"):
        referred.programs[sanctions_set.get("ssid", "")] = (program, name)


def _read_place(element: Element) -> dict[str, str]:
    parts: dict[str, str] = {}
    for child in element:
        tag = str(child.tag)
        if text := clean(child.text):
            parts.setdefault(tag, text)
        if tag == "country" and child.get("iso-code") and not parts.get(tag):
            parts[tag] = child.get("iso-code")
    return parts


def _is_removed(target: Element) -> bool:
    """Return whether the newest modification of a target removed it from the list."""
    newest = max(
        target.iterfind("modification"),
        key=_modification_date,
        default=None,
    )
    return newest is not None and newest.get("modification-type") == "de-listed"


def _modification_date(modification: Element) -> str:
    return str(modification.get("effective-date") or modification.get("publication-date") or "")


def _read_target(target: Element, label: str, referred: _Referred) -> Iterator[Item]:
    line, identity = int(target.sourceline or 0), target.get("ssid", "")
    subject = next(
        (child for child in target if child.tag in ("individual", "entity", "object")), None
    )
    if subject is None or not identity:
        yield Reject.of_row(label, line, "a target without a subject or ssid", identity)
        return
    schema = "Person" if subject.tag == "individual" else "Organization"
    if subject.tag == "object":
        schema = _OBJECTS.get(subject.get("object-type", ""), "Vessel")
    entry = Entry(SOURCE, identity, schema, label, line)
    entry.add_value("gender", clean(subject.get("sex")).lower(), "sex")
    identities = sorted(
        subject.iterfind("identity"), key=lambda element: element.get("main") != "true"
    )
    for index, element in enumerate(identities):
        _add_identity(entry, element, referred, is_main=index == 0)
    names = [value.text for value in entry.values if value.prop in ("name", "alias")]
    if not names:
        yield Reject.of_row(label, line, "a target without a name", entry.id)
        return
    _add_listing(entry, target, referred)
    for child in subject:
        tag = str(child.tag)
        if tag == "justification":
            entry.add_reason(clean(child.text), tag)
        elif tag == "other-information":
            _add_information(entry, clean(child.text))
        elif tag == "relation":
            _add_relation(entry, child)
        elif tag != "identity" and (text := clean("".join(child.itertext()))):
            entry.add_note(f"{tag}: {text}", tag)
    if schema == "Organization":
        entry.schema = guess_groups_schema(names) or schema
    yield from entry.items()


def _add_listing(entry: Entry, target: Element, referred: _Referred) -> None:
    sets = [target.get("sanctions-set-id", "")]
    sets += [clean(child.text) for child in target.iterfind("sanctions-set-id")]
    for number in dict.fromkeys(filter(None, sets)):
        program, name = referred.programs.get(number, ("", ""))
        if program:
            entry.add_program(program, "program-key")
        if name:
            entry.add_value("legalBasis", name, "program-name")
    for child in target.iterfind("foreign-identifier"):
        entry.add_reference("authorityId", child.text or "", "foreign identifier", str(child.tag))
    dates = [
        date
        for modification in target.iterfind("modification")
        if (date := _modification_date(modification))
    ]
    for child in target:
        if child.tag == "generic-attribute" and (text := clean(child.text)):
            entry.add_note(f"{child.get('name', 'attribute')}: {text}", str(child.tag))
    if dates:
        entry.add_date("listingDate", min(dates), "modification")
        entry.add_date("modifiedAt", max(dates), "modification")


def _add_identity(entry: Entry, identity: Element, referred: _Referred, *, is_main: bool) -> None:
    for child in identity:
        tag = str(child.tag)
        if tag == "name":
            _add_name(entry, child, is_main=is_main)
        elif tag == "day-month-year":
            _add_birth_date(entry, child)
        elif tag == "place-of-birth":
            place = _place_of(child, referred)
            _add_birth_place(entry, place)
        elif tag == NATIONALITY:
            country = child.find("country")
            if country is not None:
                text = clean(country.text) or clean(country.get("iso-code"))
                entry.add_value(NATIONALITY, text, tag)
        elif tag == "address":
            _add_address(entry, _place_of(child, referred))
        elif tag == "identification-document":
            _add_document(entry, child)
        elif text := clean("".join(child.itertext())):
            entry.add_note(f"{tag}: {text}", "identity")


def _place_of(element: Element, referred: _Referred) -> dict[str, str]:
    """Return the parts of the place to which an element refers, and the parts in the element
    itself.
    """
    return referred.places.get(element.get("place-id", ""), {}) | _read_place(element)


def _add_name(entry: Entry, name: Element, *, is_main: bool) -> None:
    prop = _NAME_TYPES.get(name.get("name-type", ""), "alias")
    if name.get("quality") == "low":
        prop = "weakAlias" if prop != "name" else "name"
    if prop == "name" and not is_main:
        prop = "alias"
    parts = sorted(name.iterfind("name-part"), key=_part_rank)
    words = [(part, clean(part.findtext("value"))) for part in parts]
    is_title = {part.get("name-part-type") == "title" for part, _ in words} == {True}
    plain = [
        (part, text) for part, text in words if part.get("name-part-type") != "title" or is_title
    ]
    full = " ".join(text for _, text in plain if text)
    entry.add_value(prop, full, "name")
    for part, text in words:
        part_prop = _PART_PROPERTIES.get(part.get("name-part-type", ""))
        if part_prop and (prop == "name" or part_prop == "title") and entry.schema == "Person":
            entry.add_value(part_prop, text, "name-part")
        if part.get("name-part-type") == "tribal-name":
            entry.add_value("weakAlias", text, "name-part")
    for spelling in _spellings(plain):
        entry.add_value("alias" if prop == "name" else prop, spelling, "spelling-variant")


def _part_rank(part: Element) -> tuple[int, int]:
    """Return the rank of a part of a name in given-family order."""
    kind = part.get("name-part-type", "")
    rank = _GIVEN_ORDER.index(kind) if kind in _GIVEN_ORDER else len(_GIVEN_ORDER)
    order = part.get("order", "")
    return rank, int(order) if order.isdecimal() else 0


def _spellings(parts: list[tuple[Element, str]]) -> Iterator[str]:
    """Yield whole names for the spellings of parts, one for each language and script.

    The n-th spellings of one language and script belong together.
    """
    groups: dict[tuple[str, str, int], dict[int, str]] = {}
    for place, (part, _) in enumerate(parts):
        counts: dict[tuple[str, str], int] = {}
        for spelling in part.iterfind("spelling-variant"):
            culture = (spelling.get("lang", ""), spelling.get("script", ""))
            number = counts[culture] = counts.get(culture, 0) + 1
            if text := clean(spelling.text):
                groups.setdefault((*culture, number), {})[place] = text
    for variants in groups.values():
        words = (variants.get(place) or text for place, (_, text) in enumerate(parts))
        yield " ".join(filter(None, words))


def _add_birth_date(entry: Entry, element: Element) -> None:
    prop = BIRTH_DATE if entry.schema == "Person" else "incorporationDate"
    parts = [element.get(name, "") for name in ("year", "month", "day")]
    calendar_name = element.get("calendar", "").lower()
    is_estimate = element.get("quality") == "low"
    if calendar_name not in ("", "gregorian"):
        text = "-".join(part.zfill(2) for part in parts if part)
        entry.add_date(prop, f"{text} ({calendar_name})", "day-month-year")
    else:
        entry.add_parts_date(prop, parts, "day-month-year", circa=is_estimate)


def _add_birth_place(entry: Entry, parts: dict[str, str]) -> None:
    names = (parts.get(name, "") for name in ("location", "area", "country"))
    text = ", ".join(filter(None, names))
    if entry.schema == "Person":
        entry.add_value("birthPlace", text, "place-of-birth")
        entry.add_value("birthCountry", parts.get("country", ""), "place-of-birth")
    else:
        entry.add_note(f"place of registration: {text}" if text else "", "place-of-birth")
    _add_variants(entry, parts, "birthPlace")


def _add_variants(entry: Entry, parts: dict[str, str], prop: str) -> None:
    for name in ("location-variant", "area-variant"):
        if text := parts.get(name):
            entry.add_note(f"{prop}: {text}", name)
    entry.add_note(parts.get("remarks", ""), "remarks")


def _add_address(entry: Entry, parts: dict[str, str]) -> None:
    box = parts.get("p-o-box", "")
    street = ", ".join(
        filter(None, (parts.get("address-details", ""), f"P.O. Box {box}" if box else ""))
    )
    address = Address(
        "",
        street,
        parts.get("location", ""),
        parts.get("area", ""),
        parts.get("zip-code", ""),
        parts.get("country", ""),
        "address",
    )
    if address.text:
        entry.add_fact(address)
    if care_of := parts.get("c-o"):
        entry.add_fact(
            Relation(RelationType.LINKED_TO, target_name=care_of, role="care of", origin="c-o")
        )
    _add_variants(entry, parts, "address")


def _add_document(entry: Entry, element: Element) -> None:
    kind = clean(element.get("document-type"))
    number = clean(element.findtext("number"))
    issuer = element.find("issuer")
    country = clean(issuer.text if issuer is not None else "") or clean(
        issuer.get("code") if issuer is not None else ""
    )
    remark = "; ".join(filter(None, (clean(child.text) for child in element.iterfind("remark"))))
    if not number:
        entry.add_note(f"{kind}: {remark}" if remark else "", "identification-document")
        return
    prop = PASSPORT if kind in _PASSPORTS else "idNumber"
    if entry.schema != "Person":
        prop = "registrationNumber"
    entry.add_fact(
        Identifier(
            prop,
            number,
            country,
            kind.replace("-", " "),
            try_date(clean(element.findtext("date-of-issue"))),
            try_date(clean(element.findtext("expiry-date"))),
            remark,
            "identification-document",
        )
    )


def _add_information(entry: Entry, text: str) -> None:
    for pattern, prop in _OTHER_INFORMATION:
        if match := pattern.fullmatch(text):
            entry.add_fact(Identifier(prop, match[1], origin="other-information"))
            return
    for pattern, prop in _OTHER_VALUES:
        if match := pattern.fullmatch(text):
            entry.add_value(prop, match[1], "other-information")
            return
    if match := _DATED.fullmatch(text):
        entry.add_date("incorporationDate", match[1], "other-information")
        return
    entry.add_reason(text, "other-information")


def _add_relation(entry: Entry, element: Element) -> None:
    words = clean(element.get("relation-type")).replace("-", " ")
    kind = find_relation_type(words) or RelationType.LINKED_TO
    role = "" if kind is not RelationType.LINKED_TO else words
    if remark := clean(element.findtext("remark")):
        role = f"{role}: {remark}" if role else remark
    target = element.get("target-id", "")
    if target:
        entry.add_fact(Relation(kind, f"{SOURCE}:{target}", role=role, origin="relation"))


ROW = ReaderRow(
    name="ch_seco",
    help="Swiss list of sanctions of SECO as XML (swiss-sanctions-list)",
    detect=detect_seco,
    read=read_seco,
)
