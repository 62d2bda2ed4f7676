"""Senzing's entity specification: JSON lines or an array, with attributes flat or in features.

A flat attribute may begin with a usage (`HOME_ADDR_CITY`, `AKA_NAME_FULL`). Attributes of one usage
and family (NAME, ADDR, PASSPORT …) in one object belong together. The tables of families say which
facts each family adds to a record. Unknown attributes become notes. `HANDLING`, which Senzing does
not have, is the handling code of the record.

A single record in this format, sent by a program, is checked like a FollowTheMoney entity (see
`ftm_entity`).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import orjson

from resolver.errors import DateError, RecordError
from resolver.lists.formats.ftm.ftm_entity import MAX_ENTITY_VALUES, Omission, SubmittedRecord
from resolver.lists.io.json_rows import (
    Json,
    date_or_text,
    json_objects,
    json_text,
    json_texts,
    read_json_rows,
    value_reject_reason,
)
from resolver.lists.io.source_files import SourceFile
from resolver.lists.io.text_lines import json_keys
from resolver.lists.reader_types import (
    Item,
    ListUnit,
    LocatedRecord,
    Note,
    ReaderRow,
    Reject,
)
from resolver.lists.text.crimes import topic_activities
from resolver.lists.text.list_dates import DateEvidence, DateOrder, read_date_readings
from resolver.lists.text.record_draft import NO_HANDLING, RecordDraft, read_handling_field
from resolver.lists.validation import fault_of_record
from resolver.records import (
    Address,
    Handling,
    Identifier,
    Relation,
    RelationType,
    content_id,
)
from resolver.records.properties import PROPERTIES, ValueType
from resolver.runtime.text_cache import cache_short_texts

# Attributes with one property each.
_TEXT_PROPERTIES = {
    row.senzing: row.name
    for row in PROPERTIES
    if row.senzing
    and row.type
    not in (ValueType.NAME_PART, ValueType.ADDRESS, ValueType.DATE, ValueType.IDENTIFIER)
} | {"TOPIC": "topics", "URL": "sourceUrl", "LAST_CHANGE": "modifiedAt"}
_DATE_PROPERTIES = {
    row.senzing: row.name for row in PROPERTIES if row.senzing and row.type is ValueType.DATE
}
_NUMBERS = [row for row in PROPERTIES if row.senzing and row.type is ValueType.IDENTIFIER]
# Property of each family of identifiers; an attribute is the name of the family with one of
# _NUMBER_PARTS.
_NUMBER_PROPERTIES = {row.senzing: row.name for row in _NUMBERS if not row.senzing_type} | {
    "DRIVERS_LICENSE": "idNumber",
    "OTHER_ID": "idNumber",
    "TRUSTED_ID": "idNumber",
    "NPI": "registrationNumber",
    "ACCOUNT": "idNumber",
}
# Types of numbers that are more specific than their family.
_NUMBER_TYPES = {
    "WIKIDATA": "wikidataId",
    **{row.senzing: row.name for row in _NUMBERS if row.senzing in ("PASSPORT", "LEI")},
    **{row.senzing_type: row.name for row in _NUMBERS if row.senzing_type},
    "BIC": "swiftBic",
    "TAX": "taxNumber",
}
# A type such as TAX_REGISTRATION belongs to the word TAX.
_NUMBER_TYPES["REGISTRATION"] = _NUMBER_TYPES.pop("REGISTRATION")
_NUMBER_PARTS = ("NUMBER", "TYPE", "COUNTRY", "STATE", "DOMAIN", "ISSUE_DT", "EXPIRE_DT")
_FAX = "FAX"
_ISSUE_DATE = "_ISSUE_DT"
_NAME_PART_PROPERTIES = {
    row.senzing: row.name for row in PROPERTIES if row.senzing and row.type is ValueType.NAME_PART
}
_NAME_ATTRIBUTES = ("NAME_TYPE", "NAME_FULL", "NAME_ORG", "NAME_PREFIX", *_NAME_PART_PROPERTIES)
_ADDRESS_LINES = tuple(f"ADDR_LINE{number}" for number in range(1, 7))
_ADDRESS_ATTRIBUTES = (
    "ADDR_TYPE",
    "ADDR_FULL",
    "ADDR_CITY",
    "ADDR_STATE",
    "ADDR_POSTAL_CODE",
    "ADDR_COUNTRY",
    *_ADDRESS_LINES,
)
_POINTER_ATTRIBUTES = ("REL_POINTER_DOMAIN", "REL_POINTER_KEY", "REL_POINTER_ROLE")
_ANCHOR_ATTRIBUTES = ("REL_ANCHOR_DOMAIN", "REL_ANCHOR_KEY")
_MEMBER_ATTRIBUTES = (
    "GROUP_ASSOCIATION_TYPE",
    "GROUP_ASSOCIATION_ORG_NAME",
    "EMPLOYER_NAME",
    "EMPLOYER",
)

_FAMILY_OF: dict[str, str] = {
    **{name: name for name in (*_TEXT_PROPERTIES, *_DATE_PROPERTIES)},
    **{f"{family}_{part}": family for family in _NUMBER_PROPERTIES for part in _NUMBER_PARTS},
    **dict.fromkeys(_NAME_ATTRIBUTES, "NAME"),
    **dict.fromkeys(_ADDRESS_ATTRIBUTES, "ADDR"),
    **dict.fromkeys(_POINTER_ATTRIBUTES, "REL_POINTER"),
    **dict.fromkeys(_ANCHOR_ATTRIBUTES, "REL_ANCHOR"),
    **dict.fromkeys(_MEMBER_ATTRIBUTES, "MEMBER"),
    "PHONE_TYPE": "PHONE_NUMBER",
    **dict.fromkeys(("EMAIL_TYPE", "WEBSITE_TYPE"), "TYPE"),
}
_NOTE = "NOTE"
"""Family of attributes that belong to no other family."""
_MAX_KEYS = 10_000
"""Maximum number of keys in a cache; a list may have any number of unknown keys."""
HANDLING_CODE = "HANDLING"
_BOOKKEEPING = frozenset(
    (
        *("DATA_SOURCE", "RECORD_ID", "RECORD_TYPE", "ENTITY_TYPE", "DSRC_ACTION", "LOAD_ID"),
        HANDLING_CODE,
    )
)

_MAX_VALIDITY = datetime.timedelta(days=20 * 366)
"""Longest validity of a document: if an expiry has a year of two digits, it lies at most so far in
the future.
"""
_KIN = frozenset(
    [
        "FAMILY",
        "SPOUSE",
        "PARENT",
        "CHILD",
        "SON",
        "FATHER",
        "MOTHER",
        "BROTHER",
        "SISTER",
        "RELATIVE",
    ]
)
_ROLES: tuple[tuple[RelationType, frozenset[str]], ...] = (
    (RelationType.FAMILY_OF, _KIN),
    (RelationType.OWNER_OF, frozenset(("OWNER", "SHAREHOLDER"))),
    (RelationType.FOUNDER_OF, frozenset(("FOUNDER",))),
    (RelationType.FINANCIER_OF, frozenset(("FINANCIER",))),
    (RelationType.FACILITATOR_OF, frozenset(("FACILITATOR",))),
    (RelationType.DIRECTOR_OF, frozenset(("DIRECTOR",))),
    (RelationType.LEADER_OF, frozenset(("OFFICER", "CHAIR", "LEADER", "PRINCIPAL"))),
    (RelationType.EMPLOYEE_OF, frozenset(("EMPLOYEE",))),
    (RelationType.EMPLOYER_OF, frozenset(("EMPLOYER",))),
    (RelationType.MEMBER_OF, frozenset(("MEMBER",))),
    (RelationType.FACTION_OF, frozenset(("FACTION",))),
    (RelationType.SPLINTER_OF, frozenset(("SPLINTER",))),
    (RelationType.PREDECESSOR_OF, frozenset(("PREDECESSOR",))),
    (RelationType.SUCCESSOR_OF, frozenset(("SUCCESSOR",))),
    (RelationType.ALLY_OF, frozenset(("ALLY",))),
    (RelationType.ASSOCIATE_OF, frozenset(("ASSOCIATE",))),
)


@dataclass(slots=True)
class FeatureGroup:
    """Attributes of one family and usage (prefix such as `HOME`, `AKA`) that belong together."""

    family: str
    usage: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    def get(self, attribute: str) -> str:
        """Return the text of an attribute, or an empty text."""
        return self.attributes.get(attribute, "")


def group_features(feature: Json) -> Iterator[FeatureGroup]:
    """Yield the attributes of one object in groups; unknown attributes have the family `_NOTE`."""
    groups: dict[tuple[str, str], FeatureGroup] = {}
    for key, value in feature.items():
        if key in _BOOKKEEPING:
            continue
        text = json_text(value)
        if not text:
            continue
        attribute = _read_key(key)
        family = attribute.family
        key_of_group = (family, attribute.usage if family != _NOTE else key)
        group = groups.get(key_of_group)
        if group is None:
            group = groups[key_of_group] = FeatureGroup(family, attribute.usage)
        group.attributes[attribute.name] = text
    yield from groups.values()


class _Attribute(NamedTuple):
    """Attribute that a key names, with its family and the usage before it."""

    name: str
    family: str
    usage: str
    is_date: bool


@cache_short_texts(_MAX_KEYS)
def _read_key(key: str) -> _Attribute:
    """Return the longest known attribute at the end of a key; the whole key if there is none."""
    key = key.upper()
    name, usage, start = key, "", 0
    while start >= 0:
        if key[start:] in _FAMILY_OF:
            name, usage = key[start:], key[: max(start - 1, 0)]
            break
        start = key.find("_", start) + 1 or -1
    is_date = name in _DATE_PROPERTIES or name.endswith(_ISSUE_DATE)
    return _Attribute(name, _FAMILY_OF.get(name, _NOTE), usage, is_date)


def guess_schema(features: list[Json]) -> str:
    """Guess the schema of a record without a type from its attributes."""
    names = {_read_key(key).name for feature in features for key in feature}
    if names & {"NAME_FIRST", "NAME_LAST", "DATE_OF_BIRTH", "GENDER", "PASSPORT_NUMBER"}:
        return "Person"
    return "Organization" if "NAME_ORG" in names else "LegalEntity"


def gather_date_evidence(feature: Json, evidence: DateEvidence) -> None:
    """Add the dates of one object to the evidence of the order of day and month."""
    for key, value in feature.items():
        if isinstance(value, str) and _read_key(key).is_date:
            evidence.add(json_text(value))


def add_group(draft: RecordDraft, group: FeatureGroup, order: DateOrder) -> None:
    """Add the facts of a group; a date with two readings is added as two dates.

    Raises `DateError` for a date that cannot be read.
    """
    family = group.family
    if family == "PHONE_NUMBER" and _FAX in (group.get("PHONE_TYPE") or group.usage).upper():
        number = group.get(family)
        draft.add_note(f"fax: {number}" if number else "", family)
    elif family in _TEXT_PROPERTIES:
        draft.add_value(_TEXT_PROPERTIES[family], group.get(family), family)
    elif family in _DATE_PROPERTIES:
        for date in read_date_readings(group.get(family), order):
            draft.add_value(_DATE_PROPERTIES[family], date, family)
    elif family in _NUMBER_PROPERTIES:
        _add_number(draft, group, order)
    elif family in _GROUP_READERS:
        _GROUP_READERS[family](draft, group)


def build_pointer_relation(group: FeatureGroup, record_id: str) -> Relation:
    """Return the relation of a relationship pointer to a record."""
    role = group.get("REL_POINTER_ROLE")
    words = set(role.upper().replace("-", "_").split("_"))
    kind = next((kind for kind, role_words in _ROLES if words & role_words), RelationType.LINKED_TO)
    return Relation(kind, record_id, "", role)


def _add_name(draft: RecordDraft, group: FeatureGroup) -> None:
    usage = (group.get("NAME_TYPE") or group.usage).upper()
    parts = {prop: group.get(attribute) for attribute, prop in _NAME_PART_PROPERTIES.items()}
    full = group.get("NAME_FULL") or group.get("NAME_ORG")
    if usage in ("", "PRIMARY") and not any(
        value.prop in ("name", "lastName") for value in draft.values
    ):
        draft.add_value("name", full, "NAME")
        for prop, text in parts.items():
            draft.add_value(prop, text, "NAME")
        return
    is_former = any(word in usage for word in ("MAIDEN", "FORMER", "PREVIOUS"))
    text = full or " ".join(text for text in parts.values() if text)
    draft.add_value("previousName" if is_former else "alias", text, f"{usage} NAME".strip())


def _add_address(draft: RecordDraft, group: FeatureGroup) -> None:
    street = " ".join(text for line in _ADDRESS_LINES if (text := group.get(line)))
    city, state, postal_code, country = (
        group.get(f"ADDR_{part}") for part in ("CITY", "STATE", "POSTAL_CODE", "COUNTRY")
    )
    origin = group.get("ADDR_TYPE") or group.usage
    draft.add_fact(
        Address(group.get("ADDR_FULL"), street, city, state, postal_code, country, origin)
    )


def _add_number(draft: RecordDraft, group: FeatureGroup, order: DateOrder) -> None:
    family = group.family
    number, kind = (
        group.get(f"{family}_NUMBER"),
        group.get(f"{family}_TYPE") or group.get(f"{family}_DOMAIN"),
    )
    if not number:
        return
    if kind.upper() == "OPEN_SANCTIONS" and draft.id.endswith(f":{number}"):
        # The number repeats the record's own id.
        return
    prop = next(
        (prop for word, prop in _NUMBER_TYPES.items() if word in kind.upper().split("_")),
        _NUMBER_PROPERTIES[family],
    )
    country = group.get(f"{family}_COUNTRY") or group.get(f"{family}_STATE")
    issued = date_or_text(group.get(f"{family}_ISSUE_DT"), order)
    last_expiry = datetime.datetime.now(datetime.UTC).date() + _MAX_VALIDITY
    expires = date_or_text(group.get(f"{family}_EXPIRE_DT"), order, last_expiry)
    draft.add_fact(Identifier(prop, number, country, kind, issued, expires, "", family))


def _add_membership(draft: RecordDraft, group: FeatureGroup) -> None:
    for attribute in ("GROUP_ASSOCIATION_ORG_NAME", "EMPLOYER_NAME", "EMPLOYER"):
        if name := group.get(attribute):
            kind = (
                RelationType.EMPLOYEE_OF
                if attribute.startswith("EMPLOYER")
                else RelationType.MEMBER_OF
            )
            draft.add_fact(Relation(kind, "", name, origin=attribute))


def _add_notes(draft: RecordDraft, group: FeatureGroup) -> None:
    for attribute, text in group.attributes.items():
        draft.add_note(f"{attribute}: {text}", attribute)


_GROUP_READERS: dict[str, Callable[[RecordDraft, FeatureGroup], None]] = {
    "NAME": _add_name,
    "ADDR": _add_address,
    "MEMBER": _add_membership,
    _NOTE: _add_notes,
}


def feature_topics(features: list[Json]) -> list[str]:
    """Return the topics among the features."""
    return [text for feature in features for text in json_texts(feature.get("TOPIC"))]


_RECORD_KEYS = frozenset(("RECORD_ID", "DATA_SOURCE"))
_SCHEMAS = {
    "PERSON": "Person",
    "INDIVIDUAL": "Person",
    "ORGANIZATION": "Organization",
    "ORGANISATION": "Organization",
    "COMPANY": "Company",
    "BUSINESS": "Company",
    "VESSEL": "Vessel",
    "AIRCRAFT": "Airplane",
    "VEHICLE": "Vehicle",
}
Anchors = dict[tuple[str, str], str]
"""Record id by (domain, key) of its relationship anchor, if the key is not the record's own id."""


def detect_senzing(head: bytes, file: SourceFile) -> bool:
    """Return whether the first object has Senzing's attributes."""
    keys = json_keys(head)
    has_features = any(
        key.startswith(("NAME", "PRIMARY_NAME", "FEATURES", "RECORD_TYPE")) for key in keys
    )
    return bool(keys & _RECORD_KEYS) and has_features


def read_senzing(unit: ListUnit) -> Iterator[Item]:
    """Yield the records of one file in two passes.

    The first pass finds the targets of pointers, and the order of day and month in dates.
    """
    file = unit.files[0]
    evidence = DateEvidence()
    anchors = _read_anchors(file, evidence)
    for line in evidence.describe():
        yield Note(f"{file.label}: {line}")
    order = evidence.order()
    for item in read_json_rows(file):
        if isinstance(item, Reject):
            yield item
        else:
            yield from read_senzing_object(file, *item, anchors, order)


def senzing_source(row: Json, file: SourceFile) -> str:
    """Return the source: DATA_SOURCE in lower case with hyphens; the file's name if there is no
    DATA_SOURCE.
    """
    return re.sub(
        r"[^\w.-]+", "-", (json_text(row.get("DATA_SOURCE")) or file.stem).lower()
    ).replace("_", "-")


def read_senzing_object(
    file: SourceFile, line: int, row: Json, anchors: Anchors, order: DateOrder
) -> Iterator[Item]:
    """Yield the record of one object, after a reject for each unreadable value."""
    features = list(_iterate_features(row))
    kinds = [text for feature in features for text in json_texts(feature.get("RECORD_TYPE"))]
    schema = _SCHEMAS.get(kinds[0].upper(), "") if kinds else guess_schema(features)
    source, native_id = senzing_source(row, file), json_text(row.get("RECORD_ID"))
    if not schema:
        reason = f"RECORD_TYPE {kinds[0]} describes no person, group or asset"
        yield Reject.of_row(file.label, line, reason, f"{source}:{native_id}" if native_id else "")
        return
    draft = RecordDraft(source, native_id or _build_content_id(source, row), schema)
    try:
        draft.handling = _read_handling(features)
    except RecordError as error:
        yield Reject.of_row(file.label, line, error.line(), draft.id)
        return
    for group in (group for feature in features for group in group_features(feature)):
        if group.family == "REL_POINTER":
            draft.add_fact(build_pointer_relation(group, _find_target(anchors, source, group)))
            continue
        try:
            add_group(draft, group, order)
        except DateError as error:
            yield Reject(
                file.label, line, value_reject_reason(group.family, group.get(group.family), error)
            )
    draft.activities = topic_activities(feature_topics(features))
    yield LocatedRecord(draft.build_record(), line)


def _read_handling(features: Sequence[Json]) -> Handling:
    """Return the handling that a record states. Raises `RecordError`."""
    stated = {read_handling_field(feature, HANDLING_CODE) for feature in features} - {NO_HANDLING}
    if len(stated) > 1:
        raise RecordError("it has several handling codes", hint=f"state {HANDLING_CODE} once")
    return stated.pop() if stated else NO_HANDLING


def own_date_order(row: Json) -> DateOrder:
    """Return the order of day and month that the dates of a single object prove."""
    evidence = DateEvidence()
    for feature in _iterate_features(row):
        gather_date_evidence(feature, evidence)
    return evidence.order()


def _iterate_features(row: Json) -> Iterator[Json]:
    """Yield the flat attributes as one object, then every nested object.

    The facts of a handling are one attribute, even if they are an object.
    """
    flat, nested = {}, []
    for key, value in row.items():
        is_nested = isinstance(value, list | dict)
        if is_nested and not key.casefold().startswith(HANDLING_CODE.casefold()):
            nested.append(value)
        else:
            flat[key] = value
    yield flat
    for value in nested:
        yield from json_objects(value)


def _build_content_id(source: str, row: Json) -> str:
    return content_id(source, orjson.dumps(row, option=orjson.OPT_SORT_KEYS).decode()).removeprefix(
        f"{source}:"
    )


def _read_anchors(file: SourceFile, evidence: DateEvidence) -> Anchors:
    """Return the anchors of a file, and add its dates to the evidence of their order."""
    anchors: Anchors = {}
    for item in read_json_rows(file):
        if isinstance(item, Reject):
            continue
        row, record_id = item[1], json_text(item[1].get("RECORD_ID"))
        for feature in _iterate_features(row):
            gather_date_evidence(feature, evidence)
            key = json_text(feature.get("REL_ANCHOR_KEY"))
            if key and record_id and key != record_id:
                anchors[(json_text(feature.get("REL_ANCHOR_DOMAIN")), key)] = (
                    f"{senzing_source(row, file)}:{record_id}"
                )
    return anchors


def _find_target(anchors: Anchors, source: str, group: FeatureGroup) -> str:
    """Return the record id of a pointer, by its anchor or, if there is none, by the key in the same
    source.
    """
    domain, key = group.get("REL_POINTER_DOMAIN"), group.get("REL_POINTER_KEY")
    return anchors.get((domain, key), f"{source}:{key}")


ROW = ReaderRow(
    name="senzing",
    help="Senzing's entity format, JSON lines or a JSON array with attributes flat or nested",
    detect=detect_senzing,
    read=read_senzing,
)


def read_senzing_record(row: Json) -> SubmittedRecord:
    """Return the record of one object with DATA_SOURCE and RECORD_ID.

    Raises `RecordError` if it is no valid record, and `TypeError` (one line) if DATA_SOURCE or
    RECORD_ID is missing.
    """
    for name in ("DATA_SOURCE", "RECORD_ID"):
        if not json_text(row.get(name)).strip():
            raise TypeError(f"{name} must be a text that is not empty")
    items = list(read_senzing_object(SourceFile(Path("record")), 1, row, {}, own_date_order(row)))
    rejects = [item.reason for item in items if isinstance(item, Reject)]
    records = [item.record for item in items if isinstance(item, LocatedRecord)]
    if not records:
        raise RecordError(
            rejects[0] if rejects else "it describes no record",
            hint="see Senzing's entity specification",
        )
    if (
        len(records[0].values) + len(records[0].identifiers) + len(records[0].addresses)
        > MAX_ENTITY_VALUES
    ):
        raise RecordError(f"the record has more than {MAX_ENTITY_VALUES} values", hint="send fewer")
    # the caller that takes the record decides which handling codes are allowed
    for record in records:
        if fault := fault_of_record(record, accept_restricted=True):
            raise RecordError(fault, hint="give a name, number, date or place")
    return SubmittedRecord(records[0], tuple(Omission("", reason) for reason in rejects))
