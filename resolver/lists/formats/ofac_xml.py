"""Lists of the US Office of Foreign Assets Control as XML: the plain layout and the advanced one.

`SDN.XML` and `CONSOLIDATED.XML` (root `sdnList`) follow OFAC's XSD of the data specification of
2004, as updated in 2023. `SDN_ADVANCED.XML` and `CONS_ADVANCED.XML` (root `Sanctions`) follow the
Advanced Sanctions Data Model of the UN's `Sanctions 1.0` schema, which OFAC describes in
`sdn_advanced_notes.pdf`. Their namespaces changed with the service, so the reader ignores
namespaces.

Labels of numbers and remarks, and ids of records, are those of OFAC's CSV. So if an authority
changes from one layout to another, its records stay the same.

The advanced layout lists parties before their sanctions and relations, so the file is read twice:
first the elements to which parties refer, then the parties, one at a time.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from resolver.errors import InputError
from resolver.lists.formats.layouts import Entry, clean, load_layout, try_date
from resolver.lists.formats.ofac_remarks import (
    read_identifier,
    read_remark,
    split_remarks,
)
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.xml_records import Element, child_texts, read_elements, root_name
from resolver.lists.reader_types import Item, ListUnit, ListVersion, ReaderRow, Reject
from resolver.lists.text.list_names import script_of
from resolver.lists.text.name_words import country_at_end, guess_groups_schema
from resolver.records import Address, Identifier, Relation, RelationType, Value
from resolver.records.properties import BIRTH_DATE, FATHER_NAME, Group, properties_in

SDN_SOURCE, CONS_SOURCE = "us-ofac-sdn", "us-ofac-cons"
SDN_ROOT, ADVANCED_ROOT = "sdnList", "Sanctions"
_SCHEMATA = {"individual": "Person", "vessel": "Vessel", "aircraft": "Airplane"}
_ALIAS_TYPES = {"a.k.a.": "alias", "f.k.a.": "previousName", "n.k.a.": "alias"}
_IMO = re.compile(r"^IMO\s*(?=\d{7})")
_COUNTRY_LISTS = {f"{prop}List": prop for prop in properties_in(Group.NATIONALITIES)}
_WALLET = "Digital Currency Address - "
_NOT_NUMBERS = frozenset(
    (
        "Gender",
        "Website",
        "Email Address",
        "Phone Number",
        "Secondary sanctions risk:",
        "Additional Sanctions Information -",
    )
)


def detect_sdn(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like OFAC's plain XML."""
    return root_name(head) == SDN_ROOT


def detect_advanced(head: bytes, file: SourceFile) -> bool:
    """Return whether a file begins like OFAC's advanced XML."""
    return root_name(head) == ADVANCED_ROOT


def _source_of(file: SourceFile) -> str:
    return CONS_SOURCE if "cons" in file.stem.lower() else SDN_SOURCE


def _add_labeled(
    entry: Entry,
    label: str,
    text: str,
    country: str = "",
    issued: str = "",
    expires: str = "",
    note: str = "",
    *,
    is_document: bool = True,
) -> None:
    """Add a value under one of OFAC's labels: as a number, or as the kind of value that the label
    means.
    """
    origin = label.strip(" :-")
    text = _IMO.sub("", text) if label.startswith("Vessel Registration") else text
    if label.startswith(_WALLET):
        entry.add_fact(Identifier("publicKey", text, type=label, origin=origin))
        return
    described = f"{label.rstrip(' -:')} {text}"
    if label not in _NOT_NUMBERS:
        identifier = read_identifier(
            f"{described} ({country})" if country else described, entry.schema == "Person", origin
        )
        if identifier is None and is_document:
            prop = "idNumber" if entry.schema == "Person" else "registrationNumber"
            identifier = Identifier(prop, text, country, label, origin=origin)
        if identifier is not None:
            notes = "; ".join(filter(None, (identifier.note, note)))
            entry.add_fact(
                replace(
                    identifier,
                    number=text,
                    country=country or identifier.country,
                    type=label,
                    issued=issued or identifier.issued,
                    expires=expires or identifier.expires,
                    note=notes,
                )
            )
            return
    _add_remark(entry, described if ":" not in label else f"{label} {text}", origin)
    entry.add_note(f"{origin}: {note}" if note else "", origin)


def _add_remark(entry: Entry, item: str, origin: str) -> None:
    remark = read_remark(item, entry.schema)
    for fact in remark.facts:
        entry.add_fact(replace(fact, origin=origin))
        if isinstance(fact, Value) and fact.prop == "notes":
            entry.reasons.append(fact.text)
    if remark.fault:
        entry.faults.append(remark.fault)


def _add_title(entry: Entry, text: str) -> None:
    for part in text.split(";"):
        remark = read_remark(part.strip(), entry.schema) if part.strip() else None
        for fact in remark.facts if remark else ():
            is_plain = isinstance(fact, Value) and fact.prop == "notes"
            text = fact.text if isinstance(fact, Value) else ""
            entry.add_fact(Value("position", text, "title") if is_plain else fact)


def _add_owner(entry: Entry, owner: str) -> None:
    if owner:
        entry.add_value("owner", owner, "vessel")
        entry.add_fact(
            Relation(RelationType.LINKED_TO, target_name=owner, role="owner", origin="vessel")
        )


def _add_flag(entry: Entry, prop: str, text: str) -> None:
    if text.lower() == "none identified":
        entry.add_note(f"flag: {text}", "vessel")
    else:
        entry.add_value(prop, text, "vessel")


def _add_birth_place(entry: Entry, place: str, country: str = "") -> None:
    entry.add_value("birthPlace", place, "place of birth")
    entry.add_value("birthCountry", country or country_at_end(place), "place of birth")


def _finish(entry: Entry, names: list[str]) -> Iterator[Item]:
    if entry.schema == "Organization":
        entry.schema = guess_groups_schema(names) or "Organization"
    yield from entry.items()


# ---- the plain layout ---------------------------------------------------------------------------


def read_sdn(unit: ListUnit) -> Iterator[Item]:
    """Yield the entries of the plain XML. Raises `InputError` for a file that is not the list."""
    for file in unit.files:
        source = _source_of(file)
        for element in read_elements(file, SDN_ROOT, frozenset(("sdnEntry", "Publish_Date"))):
            if isinstance(element, Reject):
                yield element
            elif element.tag == "Publish_Date":
                month, _, rest = clean(element.text).partition("/")
                day, _, year = rest.partition("/")
                yield ListVersion(f"{year}-{month.zfill(2)}-{day.zfill(2)}")
            elif element.tag == "sdnEntry":
                yield from _read_sdn_entry(source, element, file.label)


def _texts(element: Element) -> dict[str, str]:
    """Return the texts of the children of an element by tag."""
    return {
        child.tag: text
        for child in element
        if (content := child.text) and (text := " ".join(content.split()))
    }


_SDN_TABLE = load_layout("ofac_sdn_xml")


def _read_sdn_entry(source: str, element: Element, label: str) -> Iterator[Item]:
    line = int(element.sourceline or 0)
    texts = _texts(element)
    number, last, first = (texts.get(name, "") for name in ("uid", "lastName", "firstName"))
    if not number or not (last or first):
        missing = "a name" if number else "uid"
        yield Reject.of_row(label, line, f"an entry without {missing}", number)
        return
    kind = texts.get("sdnType", "")
    entry = Entry(source, number, _SCHEMATA.get(kind.lower(), "Organization"), label, line)
    names = [f"{first} {last}".strip()]
    entry.add_value("name", names[0], "name")
    if entry.schema == "Person":
        entry.add_value("firstName", first, "firstName")
        entry.add_value("lastName", last, "lastName")
    if kind and kind.lower() not in (*_SCHEMATA, "entity"):
        entry.add_note(f"type: {kind}", "sdnType")
    for child in element:
        tag = str(child.tag)
        if tag == "vesselInfo":
            _add_vessel(entry, _texts(child))
        elif len(child):
            for item in child:
                _add_sdn_item(entry, tag, str(item.tag), item, names)
        elif tag not in _SDN_TABLE and clean(child.text):
            entry.add_note(f"{tag}: {clean(child.text)}", tag)
    _add_title(entry, texts.get("title", ""))
    for item in split_remarks(texts.get("remarks", "")):
        _add_remark(entry, item[1:-1] if re.fullmatch(r"\(.*\)", item) else item, "remarks")
    yield from _finish(entry, names)


def _add_sdn_item(entry: Entry, group: str, tag: str, item: Element, names: list[str]) -> None:
    """Add an item of one of the lists of an entry."""
    texts = _texts(item)
    if group == "programList":
        entry.add_program(clean(item.text), "program")
    elif group == "akaList":
        name = f"{texts.get('firstName', '')} {texts.get('lastName', '')}".strip()
        prop = _ALIAS_TYPES.get(texts.get("type", ""), "alias")
        is_weak = texts.get("category", "").lower() == "weak" and prop == "alias"
        entry.add_value("weakAlias" if is_weak else prop, name, "aka")
        names.append(name)
    elif group == "idList":
        _add_labeled(
            entry,
            texts.get("idType", "Identification Number"),
            texts.get("idNumber", ""),
            texts.get("idCountry", ""),
            try_date(texts.get("issueDate", "")),
            try_date(texts.get("expirationDate", "")),
        )
    elif group == "addressList":
        lines = (texts.get(name, "") for name in ("address1", "address2", "address3"))
        address = Address(
            "",
            ", ".join(filter(None, lines)),
            texts.get("city", ""),
            texts.get("stateOrProvince", "") or texts.get("region", ""),
            texts.get("postalCode", ""),
            texts.get("country", ""),
            "address",
        )
        if address.text:
            entry.add_fact(address)
    elif group in _COUNTRY_LISTS:
        prop = _COUNTRY_LISTS[group]
        entry.add_value(prop, texts.get("country", ""), prop)
    elif group == "dateOfBirthList":
        entry.add_date(BIRTH_DATE, texts.get("dateOfBirth", ""), "dateOfBirth")
    elif group == "placeOfBirthList":
        _add_birth_place(entry, texts.get("placeOfBirth", ""))
    else:
        for name, text in (texts or {tag: clean(item.text)}).items():
            entry.add_note(f"{name}: {text}" if text else "", group)
        return
    for name in texts:
        if f"{group}/{tag}/{name}" not in _SDN_TABLE:
            entry.add_note(f"{name}: {texts[name]}", group)


def _add_vessel(entry: Entry, texts: dict[str, str]) -> None:
    if call_sign := texts.get("callSign"):
        entry.add_fact(Identifier("callSign", call_sign, type="Call Sign", origin="vessel"))
    entry.add_value("type", texts.get("vesselType", ""), "vessel")
    entry.add_value("deadweightTonnage", texts.get("tonnage", "").replace(",", ""), "vessel")
    gross = texts.get("grossRegisteredTonnage", "").replace(",", "")
    entry.add_value("grossRegisteredTonnage", gross, "vessel")
    _add_flag(entry, "flag", texts.get("vesselFlag", ""))
    _add_owner(entry, texts.get("vesselOwner", ""))
    for name, text in texts.items():
        if f"vesselInfo/{name}" not in _SDN_TABLE:
            entry.add_note(f"{name}: {text}", "vessel")


# ---- the advanced layout ------------------------------------------------------------------------

_PARTY = "DistinctParty"
_SETS = (
    "AliasType AreaCode CalendarType Country DetailReference DetailType FeatureType"
    " IDRegDocDateType IDRegDocType LegalBasis List LocPartType NamePartType PartySubType PartyType"
    " RelationType SanctionsType Script Validity EntryEventType Reliability"
).split()
_REFERRED = frozenset(
    (
        *(f"{name}Values" for name in _SETS),
        "DateOfIssue",
        "Location",
        "IDRegDocument",
        "ProfileRelationship",
        "SanctionsEntry",
    )
)
_RELATIONS: dict[str, tuple[RelationType, str]] = {
    "owned or controlled by": (RelationType.LINKED_TO, "owned by"),
    "family member of": (RelationType.FAMILY_OF, ""),
    "associate of": (RelationType.ASSOCIATE_OF, ""),
    "leader or official of": (RelationType.LEADER_OF, ""),
    "principal executive officer": (RelationType.DIRECTOR_OF, "principal executive officer"),
    "owns, controls, or operates": (RelationType.OWNER_OF, ""),
}
"""Relation of each type that says more than that two are linked; other types become links with the
type as role.
"""
_NAME_ORDER = (
    "First Name",
    "Patronymic",
    "Middle Name",
    "Matronymic",
    "Maiden Name",
    "Last Name",
    "Nickname",
)
_COUNTRY_FEATURES = {
    label: prop
    for prop in properties_in(Group.NATIONALITIES)
    for label in (prop, f"{prop} country")
}
_TEXT_FEATURES = {
    "vessel type": "type",
    "other vessel type": "type",
    "tonnage": "deadweightTonnage",
    "vessel tonnage": "deadweightTonnage",
    "gross registered tonnage": "grossRegisteredTonnage",
    "vessel gross registered tonnage": "grossRegisteredTonnage",
    "email address": "email",
    "website": "website",
    "phone number": "phone",
}
_FLAG_FEATURES = {
    "vessel flag": "flag",
    "other vessel flag": "flag",
    "former vessel flag": "pastFlags",
}
_CALL_SIGNS = ("call sign", "vessel call sign", "other vessel call sign")


@dataclass(slots=True)
class _Place:
    """Location: parts by their type, and the country."""

    parts: dict[str, str]
    country: str

    def address(self) -> Address:
        """Return the location as an address."""
        parts = self.parts
        street = ", ".join(
            parts[name] for name in ("ADDRESS1", "ADDRESS2", "ADDRESS3") if name in parts
        )
        return Address(
            parts.get("Unknown", ""),
            street,
            parts.get("CITY", ""),
            parts.get("STATE/PROVINCE", "") or parts.get("REGION", ""),
            parts.get("POSTAL CODE", ""),
            self.country,
            "Location",
        )

    @property
    def text(self) -> str:
        """Return the location on one line."""
        return self.address().text


@dataclass(slots=True)
class _Referred:
    """Elements of the advanced layout to which parties refer, by id."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)
    party_types: dict[str, str] = field(default_factory=dict)
    iso_codes: dict[str, str] = field(default_factory=dict)
    places: dict[str, _Place] = field(default_factory=dict)
    documents: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    relations: dict[str, list[Relation]] = field(default_factory=dict)
    entries: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    version: str = ""

    def name(self, kind: str, number: str | None) -> str:
        """Return the text of a reference value, or an empty text."""
        return self.values.get(kind, {}).get(number or "", "")

    def country(self, number: str | None) -> str:
        """Return the name of a country, or its code if it has no name."""
        return clean(self.name("Country", number)) or self.iso_codes.get(number or "", "")


def read_advanced(unit: ListUnit) -> Iterator[Item]:
    """Yield the parties of the advanced XML. Raises `InputError` if the file has another format."""
    for file in unit.files:
        referred = _Referred()
        for element in read_elements(file, ADVANCED_ROOT, _REFERRED):
            if not isinstance(element, Reject) and element.tag != ADVANCED_ROOT:
                _collect(referred, element)
        if not referred.values:
            raise InputError("the file has no reference values", place=file.label)
        if referred.version:
            yield ListVersion(referred.version)
        names = {name.lower() for name in referred.lists}
        is_sdn = any("sdn" in name and "non-sdn" not in name for name in names)
        source = SDN_SOURCE if is_sdn else CONS_SOURCE if names else _source_of(file)
        for element in read_elements(file, ADVANCED_ROOT, frozenset((_PARTY,))):
            if isinstance(element, Reject):
                yield element
            elif element.tag == _PARTY:
                yield from _read_party(source, element, file.label, referred)


def _collect(referred: _Referred, element: Element) -> None:
    tag = str(element.tag)
    if tag.endswith("Values"):
        for value in element:
            number, kind = value.get("ID", ""), str(value.tag)
            text = clean(value.text) or clean(value.get("Description"))
            if kind == "AreaCode":
                # the value itself is a code of two letters; the description is the country
                text = clean(value.get("Description")) or text
            referred.values.setdefault(kind, {})[number] = text
            if kind == "PartySubType":
                referred.party_types[number] = value.get("PartyTypeID", "")
            if code := clean(value.get("ISO2")):
                referred.iso_codes[number] = code
    elif tag == "DateOfIssue":
        referred.version = _date_of(element)
    elif tag == "Location":
        referred.places[element.get("ID", "")] = _read_place(element, referred)
    elif tag == "IDRegDocument":
        _collect_document(referred, element)
    elif tag == "ProfileRelationship":
        _collect_relation(referred, element)
    else:
        _collect_entry(referred, element)


def _read_place(element: Element, referred: _Referred) -> _Place:
    parts: dict[str, str] = {}
    country = ""
    for child in element:
        if child.tag == "LocationPart":
            kind = referred.name("LocPartType", child.get("LocPartTypeID")) or "Unknown"
            for value in child:
                text = clean(value.findtext("Value"))
                if text and (kind not in parts or value.get("Primary") == "true"):
                    parts[kind] = text
        elif child.tag == "LocationCountry":
            country = referred.country(child.get("CountryID")) or country
        elif child.tag == "LocationAreaCode":
            country = country or referred.name("AreaCode", child.get("AreaCodeID"))
    country = "" if country.lower() == "undetermined" else country
    if not country and (name := parts.get("Unknown")):
        # OFAC writes a country without further parts as an unknown part
        del parts["Unknown"]
        country = name
    return _Place(parts, country)


def _collect_document(referred: _Referred, element: Element) -> None:
    dates = {"issue date": "", "expiration date": ""}
    for date in element.iterfind("DocumentDate"):
        kind = referred.name("IDRegDocDateType", date.get("IDRegDocDateTypeID")).lower()
        period = date.find("DatePeriod")
        if period is not None:
            dates[kind] = _read_period(period)
    notes = [clean(element.findtext("Comment")), clean(element.findtext("IssuingAuthority"))]
    validity = referred.name("Validity", element.get("ValidityID"))
    if validity.lower() in ("fraudulent", "invalid", "expired"):
        notes.append(validity.lower())
    for kind, date in dates.items():
        if kind not in ("issue date", "expiration date") and date:
            notes.append(f"{kind} {date}")
    document = (
        referred.name("IDRegDocType", element.get("IDRegDocTypeID")),
        clean(element.findtext("IDRegistrationNo")),
        referred.country(element.get("IssuedBy-CountryID")),
        dates["issue date"],
        dates["expiration date"],
        "; ".join(filter(None, notes)),
    )
    referred.documents.setdefault(element.get("IdentityID", ""), []).append(document)


def _collect_relation(referred: _Referred, element: Element) -> None:
    name = referred.name("RelationType", element.get("RelationTypeID")).rstrip(". ").lower()
    kind, role = _RELATIONS.get(name, (RelationType.LINKED_TO, name))
    if element.get("Former") == "true":
        role = f"former: {role or name}"
    if comment := clean(element.findtext("Comment")):
        role = f"{role}: {comment}" if role else comment
    relation = Relation(kind, element.get("To-ProfileID", ""), role=role, origin="relation")
    referred.relations.setdefault(element.get("From-ProfileID", ""), []).append(relation)


def _collect_entry(referred: _Referred, element: Element) -> None:
    """Collect the statements of an entry on sanctions, as (kind, text, origin)."""
    facts = referred.entries.setdefault(element.get("ProfileID", ""), [])
    list_name = referred.name("List", element.get("ListID"))
    if list_name:
        referred.lists.add(list_name)
        facts.append(("publisher", list_name, "List"))
    for child in element:
        comment = clean(child.findtext("Comment"))
        if child.tag == "EntryEvent":
            basis = referred.name("LegalBasis", child.get("LegalBasisID"))
            if basis.lower() not in ("", "unknown"):
                facts.append(("legalBasis", basis, "LegalBasis"))
            date = child.find("Date")
            if date is not None and (day := _date_of(date)):
                facts.append(("listingDate", day, "EntryEvent"))
            if comment:
                facts.append(("reason", comment, "EntryEvent"))
        elif child.tag == "SanctionsMeasure":
            kind = referred.name("SanctionsType", child.get("SanctionsTypeID"))
            if kind == "Program" or (comment and not kind):
                facts.append(("program", comment, "SanctionsMeasure"))
            else:
                measure = f"{kind}: {comment}" if comment else kind
                facts.append(("provisions", measure, "SanctionsMeasure"))
        elif text := clean("".join(child.itertext())):
            facts.append(("notes", f"{child.tag}: {text}", "SanctionsEntry"))


def _date_of(element: Element | None) -> str:
    if element is None:
        return ""
    parts = child_texts(element)
    texts = [clean(parts.get(name)).lstrip("0") for name in ("Year", "Month", "Day")]
    if not texts[0]:
        return ""
    known = texts[: texts.index("")] if "" in texts else texts
    return "-".join(text.zfill(4 if index == 0 else 2) for index, text in enumerate(known))


def _read_period(period: Element) -> str:
    """Return a period as a written date: a day, a month or year as a whole, or a range."""
    start, end = period.find("Start"), period.find("End")
    first = _date_of(start.find("From")) if start is not None else ""
    last = ""
    if end is not None:
        last = _date_of(end.find("To")) or _date_of(end.find("From"))
    if not last and start is not None:
        last = _date_of(start.find("To"))
    first, last = first or last, last or first
    is_estimate = any(
        part is not None and part.get("Approximate") == "true" for part in (start, end)
    )
    text = first if first == last else _whole_period(first, last)
    return f"circa {text}" if text and is_estimate else text


def _whole_period(first: str, last: str) -> str:
    if len(first) == 10 and len(last) == 10 and first[:4] == last[:4]:
        if first.endswith("-01-01") and last.endswith("-12-31"):
            return first[:4]
        month_end = calendar.monthrange(int(last[:4]), int(last[5:7]))[1]
        is_month = first[:7] == last[:7] and first.endswith("-01")
        if is_month and int(last[8:]) == month_end:
            return first[:7]
    if first.endswith("-01-01") and last.endswith("-12-31"):
        first, last = first[:4], last[:4]
    return f"{first} to {last}"


def _read_party(source: str, element: Element, label: str, referred: _Referred) -> Iterator[Item]:
    line = int(element.sourceline or 0)
    profile = element.find("Profile")
    number = element.get("FixedRef", "") or (profile.get("ID", "") if profile is not None else "")
    if profile is None or not number:
        missing = "Profile" if number else "FixedRef"
        yield Reject.of_row(label, line, f"a party without {missing}", number)
        return
    sub_type = profile.get("PartySubTypeID", "")
    kind = referred.name("PartySubType", sub_type)
    if kind.lower() in ("", "unknown"):
        kind = referred.name("PartyType", referred.party_types.get(sub_type))
    entry = Entry(source, number, _SCHEMATA.get(kind.lower(), "Organization"), label, line)
    names: list[str] = []
    for identity in profile.iterfind("Identity"):
        _add_identity(entry, identity, referred, names)
        for document in referred.documents.get(identity.get("ID", ""), ()):
            if document[1]:
                _add_labeled(entry, *document)
            elif document[5]:
                entry.add_note(f"{document[0]}: {document[5]}", "IDRegDocument")
    if not names:
        yield Reject.of_row(label, line, "a party without a name", entry.id)
        return
    for feature in profile.iterfind("Feature"):
        _add_feature(entry, feature, referred)
    for what, text, origin in referred.entries.get(profile.get("ID", ""), ()):
        if what == "program":
            entry.add_program(text, origin)
        elif what == "reason":
            entry.add_reason(text, origin)
        else:
            entry.add_value(what, text, origin)
    for relation in referred.relations.get(profile.get("ID", ""), ()):
        if relation.target_id != profile.get("ID"):
            entry.add_fact(replace(relation, target_id=f"{source}:{relation.target_id}"))
    for item in split_remarks(clean(element.findtext("Comment"))):
        _add_remark(entry, item, "Comment")
    for child in profile:
        if child.tag not in ("Identity", "Feature") and (text := clean("".join(child.itertext()))):
            entry.add_note(f"{child.tag}: {text}", "Profile")
    yield from _finish(entry, names)


def _add_identity(entry: Entry, identity: Element, referred: _Referred, names: list[str]) -> None:
    groups = {
        group.get("ID", ""): referred.name("NamePartType", group.get("NamePartTypeID"))
        for group in identity.iterfind("NamePartGroups/MasterNamePartGroup/NamePartGroup")
    }
    for alias in identity.iterfind("Alias"):
        kind = referred.name("AliasType", alias.get("AliasTypeID")).lower()
        is_weak = alias.get("LowQuality") == "true"
        for index, documented in enumerate(alias.iterfind("DocumentedName")):
            parts: dict[str, list[str]] = {}
            for value in documented.iterfind("DocumentedNamePart/NamePartValue"):
                part = groups.get(value.get("NamePartGroupID", ""), "")
                if text := clean(value.text):
                    parts.setdefault(part, []).append(text)
            full = _join_name(parts)
            if not full:
                continue
            is_main = kind == "name" and alias.get("Primary") == "true"
            is_other_script = index > 0 and script_of(full) not in ("", "LATIN")
            prop = (
                "name"
                if is_main and not is_other_script
                else "previousName"
                if kind == "f.k.a." and not is_weak
                else "weakAlias"
                if is_weak
                else "alias"
            )
            entry.add_value(prop, full, "Alias")
            names.append(full)
            if prop == "name" and entry.schema == "Person":
                _add_name_parts(entry, parts)


def _join_name(parts: dict[str, list[str]]) -> str:
    """Return a name in the order of its parts; parts of an unknown type keep the order of the
    file.
    """
    known = [text for kind in _NAME_ORDER for text in parts.get(kind, ())]
    rest = [text for kind, texts in parts.items() if kind not in _NAME_ORDER for text in texts]
    return " ".join((*known, *rest))


_PART_PROPERTIES = {
    "First Name": "firstName",
    "Middle Name": "middleName",
    "Last Name": "lastName",
    "Patronymic": FATHER_NAME,
    "Matronymic": "motherName",
}


def _add_name_parts(entry: Entry, parts: dict[str, list[str]]) -> None:
    for kind, prop in _PART_PROPERTIES.items():
        if kind in parts:
            entry.add_value(prop, " ".join(parts[kind]), kind)


def _add_feature(entry: Entry, feature: Element, referred: _Referred) -> None:
    """Add a feature: its dates, locations and details under the label of its type."""
    label = referred.name("FeatureType", feature.get("FeatureTypeID")).strip()
    key = label.lower().rstrip(" :-")
    for version in feature.iterfind("FeatureVersion"):
        comment = clean(version.findtext("Comment"))
        for child in version:
            if child.tag == "VersionLocation":
                place = referred.places.get(child.get("LocationID", ""))
                if place is not None:
                    _add_place(entry, key, label, place)
            elif child.tag == "DatePeriod":
                _add_period(entry, key, label, child, referred)
            elif child.tag == "VersionDetail":
                text = referred.name("DetailReference", child.get("DetailReferenceID"))
                if text := text or " ".join((child.text or "").split()):
                    _add_detail(entry, key, label, text)
        entry.add_note(f"{label}: {comment}" if comment else "", label)


def _add_place(entry: Entry, key: str, label: str, place: _Place) -> None:
    if key == "location":
        address = place.address()
        if address.text:
            entry.add_fact(address)
    elif key in _COUNTRY_FEATURES:
        entry.add_value(_COUNTRY_FEATURES[key], place.country or place.text, label)
    elif key in _FLAG_FEATURES:
        _add_flag(entry, _FLAG_FEATURES[key], place.country or place.text)
    elif key == "place of birth":
        _add_birth_place(entry, place.text, place.country)
    else:
        _add_labeled(entry, label, place.text, is_document=False)


_DATE_FEATURES = {
    "birthdate": BIRTH_DATE,
    "organization established date": "incorporationDate",
    "aircraft manufacture date": "buildDate",
}


def _add_period(entry: Entry, key: str, label: str, period: Element, referred: _Referred) -> None:
    text = _read_period(period)
    kind = referred.name("CalendarType", period.get("CalendarTypeID"))
    if kind.lower() not in ("", "gregorian", "unknown"):
        text = f"{text} ({kind.lower()})"
    if key in _DATE_FEATURES:
        entry.add_date(_DATE_FEATURES[key], text, label)
    elif text:
        entry.add_note(f"{label.rstrip(' :-')}: {text}", label)


def _add_detail(entry: Entry, key: str, label: str, text: str) -> None:
    if key in _TEXT_FEATURES:
        plain = text.replace(",", "") if key.endswith("tonnage") else text
        entry.add_value(_TEXT_FEATURES[key], plain, label)
    elif key in _COUNTRY_FEATURES:
        entry.add_value(_COUNTRY_FEATURES[key], text, label)
    elif key in _FLAG_FEATURES:
        _add_flag(entry, _FLAG_FEATURES[key], text)
    elif key == "place of birth":
        _add_birth_place(entry, text)
    elif key == "title":
        _add_title(entry, text)
    elif key == "vessel owner":
        _add_owner(entry, text)
    elif key in _CALL_SIGNS:
        entry.add_fact(Identifier("callSign", text, type=label, origin=label))
    else:
        _add_labeled(entry, label, text, is_document=False)


SDN_ROW = ReaderRow(
    name="ofac_sdn_xml",
    help="US OFAC lists as XML (SDN.XML, CONSOLIDATED.XML)",
    detect=detect_sdn,
    read=read_sdn,
    deduplicated=True,
)
ADVANCED_ROW = ReaderRow(
    name="ofac_advanced_xml",
    help="US OFAC lists as advanced XML (SDN_ADVANCED.XML, CONS_ADVANCED.XML)",
    detect=detect_advanced,
    read=read_advanced,
    deduplicated=True,
)
