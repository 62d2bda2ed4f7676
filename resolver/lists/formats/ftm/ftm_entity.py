"""Check a single FollowTheMoney entity that a program sends, and make a record of it.

Queries and submissions use this. Unlike a bad row of a list, a faulty entity is refused: unknown
schema or property, wrong type, a placeholder as name. A date that cannot be read is left out and
reported, since the entity is correct without it. Relations and countries of routes that the program
sends with a record are checked, too.

The module also has FollowTheMoney's model as lists use it: links between schemata, properties and
labels.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from itertools import repeat
from typing import Self

from resolver.errors import DateError, RecordError
from resolver.lists.io.json_rows import Json, json_objects, json_texts
from resolver.lists.io.source_files import SourceFile
from resolver.lists.text.crimes import topic_activities
from resolver.lists.text.list_dates import read_date, read_date_readings
from resolver.lists.text.record_draft import RecordDraft
from resolver.lists.validation import fault_of_record, value_limit
from resolver.records import (
    Address,
    CountryRole,
    Identifier,
    Kind,
    Record,
    Relation,
    RelationType,
    RouteCountry,
    kind_of_schema,
)
from resolver.records.kinds import SCHEMATA
from resolver.records.properties import (
    ADDRESS,
    DATASETS,
    DATES,
    IDENTIFIER_SET,
    PASSPORT,
    RELATION,
)
from resolver.records.stated_links import find_relation_type
from resolver.records.visibility import is_list_source_name
from resolver.reference.ftm import ENTITY, all_schemata, find_property, find_schema, topic_labels
from resolver.runtime.text_cache import cache_short_texts

DOCUMENTS = {"Passport": PASSPORT, "Identification": "idNumber"}
_MAX_NAMES = 10_000
"""Maximum number of names of schemata and properties in a cache; a list may have any number of
unknown names.
"""
_MAX_MISSPELLED, _MIN_ALIKE = 40, 0.75
"""Maximum number of letters of a misspelled property that are compared, and minimum similarity of a
suggested property.
"""
ANYTHING = "Thing"
"""Schema of queries that may mean a person, a group or an asset."""
_TELLING_SCHEMATA = (
    "Person",
    "Company",
    *(schema for schema in SCHEMATA if kind_of_schema(schema) is Kind.ASSET),
)
"""Schemata whose properties show of which kind a query is."""
DIRECT = ("parent", "owner", "operator", "holder", "issuer")
"""Properties that name another record without an entity in between."""


def entity_source(row: Json, file: SourceFile) -> str:
    """Return the source of an entity: the first of its datasets, or the file's name if it has
    none.
    """
    datasets = json_texts(row.get(DATASETS))
    return _name_source(datasets[0] if datasets else file.stem)


def further_datasets(row: Json) -> list[str]:
    """Return the names of the datasets that have an entity beside its source."""
    names = list(dict.fromkeys(map(_name_source, json_texts(row.get(DATASETS)))))
    return [name for name in names[1:] if is_list_source_name(name)]


@cache_short_texts(_MAX_NAMES)
def _name_source(dataset: str) -> str:
    """Return the source for a dataset."""
    return re.sub(r"[^\w.-]+", "-", dataset)


def entity_properties(entity: Json) -> Json:
    """Return an entity's properties; empty if they are no object."""
    properties = entity.get("properties")
    return properties if isinstance(properties, dict) else {}


def nested_entities(entity: Json) -> Iterator[tuple[str, Json]]:
    """Yield entities that are nested inside another entity instead of referred to, each with its
    property.
    """
    for prop, value in entity_properties(entity).items():
        for inner in json_objects(value):
            yield prop, inner


def is_link_schema(schema: str) -> bool:
    """Return whether entities of the schema only connect or describe other entities."""
    return (
        schema in ("Address", "Position", "Sanction", *DOCUMENTS) or edge_ends(schema) is not None
    )


@cache_short_texts(_MAX_NAMES)
def edge_ends(schema: str) -> tuple[str, str] | None:
    """Return the properties at the two ends of an edge, or None if the schema is no edge."""
    model_schema = find_schema(schema)
    return None if model_schema is None else model_schema.edge


@cache_short_texts(_MAX_NAMES)
def link_ends(schema: str) -> tuple[str, ...]:
    """Return the properties of a link entity that name the records which it connects or
    describes.
    """
    if schema == "Occupancy" or schema in DOCUMENTS:
        # the other end of an occupancy is a position
        return ("holder",)
    return ("entity",) if schema == "Sanction" else edge_ends(schema) or ()


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def reverse_property(schema: str, prop: str) -> str:
    """Return the property by which an entity nested in `prop` would refer back, or empty."""
    model_property = find_property(schema, prop)
    return "" if model_property is None else model_property.reverse


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def is_stub(schema: str, prop: str) -> bool:
    """Return whether a property only says which entities refer to this one."""
    model_property = find_property(schema, prop)
    return model_property is not None and model_property.is_stub


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def has_property(schema: str, prop: str) -> bool:
    """Return whether entities of a schema may have a property. A `Thing` or `LegalEntity` may have
    the properties of all schemata that it may turn out to be.
    """
    return any(find_property(kind, prop) is not None for kind in _schemata_within(schema))


def _schemata_within(schema: str) -> tuple[str, ...]:
    """Return the schemata whose properties entities of a schema may have."""
    if schema == "LegalEntity":
        return (schema, "Person", "Company")
    return SCHEMATA if schema == ANYTHING else (schema,)


def schema_of_properties(properties: Collection[str]) -> str:
    """Return the schema of a query that states some properties but no kind: `Thing`, or the part of
    it whose entities may have all of these properties.
    """
    fitting = {
        kind_of_schema(schema): schema
        for schema in reversed(_TELLING_SCHEMATA)
        if all(map(has_property, repeat(schema), properties))
    }
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    is_legal = not fitting and all(map(has_property, repeat("LegalEntity"), properties))
    return "LegalEntity" if is_legal or fitting.keys() == {Kind.PERSON, Kind.GROUP} else ANYTHING


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def suggest_property(schema: str, prop: str) -> str:
    """Return the property of a schema that a misspelled property most likely means, or empty."""
    properties = {name.lower(): name for name in value_properties(schema)}
    folded = prop[:_MAX_MISSPELLED].lower().replace("_", "").replace("-", "").replace(" ", "")
    alike = get_close_matches(folded, properties, n=1, cutoff=_MIN_ALIKE)
    return properties[alike[0]] if alike else ""


@cache_short_texts(_MAX_NAMES)
def value_properties(schema: str) -> tuple[str, ...]:
    """Return the properties of a schema whose values are not other entities, sorted by name."""
    properties = {
        name: model_property
        for kind in _schemata_within(schema)
        for name, model_property in all_schemata()[kind].properties.items()
    }
    values = (name for name, item in properties.items() if item.type != ENTITY)
    return tuple(sorted(values))


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def is_kind_of(schema: str, broader: str) -> bool:
    """Return whether a schema is another schema, or a kind of it."""
    model_schema = find_schema(schema)
    return model_schema is not None and model_schema.is_a(broader)


@cache
def topic_names() -> tuple[str, ...]:
    """Return the topics that entities may have."""
    return tuple(sorted(topic_labels()))


@cache_short_texts(_MAX_NAMES, all_arguments=True)
def is_entity_property(schema: str, prop: str) -> bool:
    """Return whether a property's values are ids of other entities."""
    stated = (find_property(kind, prop) for kind in _schemata_within(schema))
    return any(item is not None and item.type == ENTITY for item in stated)


@dataclass(frozen=True, slots=True)
class SchemaDescription:
    """Schema for display: its label, its broader schemata, and its value properties (name, label).

    Featured properties come first.
    """

    name: str
    label: str
    broader: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]


@cache_short_texts(_MAX_NAMES)
def describe_schema(schema: str) -> SchemaDescription | None:
    """Return the description of a schema, or None for an unknown name."""
    model_schema = find_schema(schema)
    if model_schema is None:
        return None
    featured = {name: place for place, name in enumerate(model_schema.featured)}
    values = [
        item
        for item in model_schema.properties.values()
        if item.type != ENTITY and not item.is_hidden
    ]
    ordered = sorted(values, key=lambda item: (featured.get(item.name, len(featured)), item.name))
    broader = tuple(name for name in model_schema.extends if name != "Thing")
    return SchemaDescription(
        model_schema.name,
        model_schema.label,
        broader,
        tuple((item.name, item.label) for item in ordered),
    )


@cache_short_texts(_MAX_NAMES)
def property_label(prop: str) -> str:
    """Return the label of a property; its name if no person, group or asset has the property."""
    schemata = ("Person", "Company", "Vessel", "Airplane")
    return next(
        (
            model_property.label
            for schema in schemata
            if (model_property := find_property(schema, prop)) is not None
        ),
        prop,
    )


MAX_ENTITY_VALUES = 500
"""Maximum number of values of one entity; this is more than any list has for one record."""
MAX_UNKNOWN = 50
"""Maximum number of unknown properties of one entity that are reported."""
_BROAD_SCHEMATA = {ANYTHING: "LegalEntity"}


class Omission(str):
    """Sentence on a value of a submission that is left out, that is not compared, or that
    contradicts another value.

    It begins with the property `prop`, which is empty if the sentence is about the whole record.
    `is_unread`: the value cannot be read.
    """

    prop: str
    is_unread: bool

    def __new__(cls, prop: str, text: str, *, is_unread: bool = False) -> Self:
        """Return the sentence that a property's name and a text form."""
        omission = super().__new__(cls, f"{prop} {text}" if prop else text)
        omission.prop, omission.is_unread = prop, is_unread
        return omission

    def with_label(self, label: str) -> str:
        """Return the sentence with a label in place of the property's name."""
        return label + self.removeprefix(self.prop)


@dataclass(frozen=True, slots=True)
class SubmittedRecord:
    """Record of a submission, and the values left out of it with their reasons."""

    record: Record
    omissions: tuple[Omission, ...]


def read_ftm_entity(
    schema: object,
    properties: object,
    *,
    source: str,
    native_id: str,
    with_relations: bool = False,
    skip_unknown: bool = False,
    of_any_kind: bool = False,
) -> SubmittedRecord:
    """Return the record of one entity.

    `with_relations`: properties that name another record of the source (parent, owner, operator)
    become relations, and topics become crimes, as in a list. Otherwise such properties are ignored,
    like all properties that name entities. `skip_unknown`: properties that the schema lacks are
    left out and reported. `of_any_kind`: `Thing` is a person, group or asset; otherwise it is a
    legal entity. Raises `RecordError` if it is no valid entity, and `TypeError` (one line) for
    values of a wrong type.
    """
    if not isinstance(schema, str):
        raise TypeError("schema must be a text, such as Person")
    if not isinstance(properties, Mapping):
        raise TypeError(
            "properties must be an object: the name of each property with a text or a list of texts"
        )
    is_anything = of_any_kind and schema == ANYTHING
    if not is_anything:
        schema = _BROAD_SCHEMATA.get(schema, schema)
    if not is_anything and kind_of_schema(schema) is None:
        mend = "use Person, Organization, Company, LegalEntity, Vessel, Airplane …"
        raise RecordError(f"the schema {schema[:60]!r} is no person, group or asset", hint=mend)
    draft, count = RecordDraft(source, native_id, schema), 0
    omissions: list[Omission] = []
    unknown: list[str] = []
    for prop, value in properties.items():
        if not has_property(schema, prop):
            if not skip_unknown:
                raise _unknown_property(schema, str(prop))
            unknown.append(str(prop))
            if len(unknown) <= MAX_UNKNOWN:
                line = _unknown_property(schema, str(prop)).line()
                omissions.append(Omission(str(prop)[:60], f"is left out: {line}", is_unread=True))
            continue
        for text in _check_texts(prop, value):
            count += 1
            if count > MAX_ENTITY_VALUES:
                raise RecordError(
                    f"the entity has more than {MAX_ENTITY_VALUES} values", hint="send fewer"
                )
            if len(text) > value_limit(prop):
                length = f"{len(text):,} characters long, more than {value_limit(prop):,}"
                raise RecordError(f"its {prop} is {length}", hint="shorten it")
            try:
                _add_value(draft, prop, text, with_relations=with_relations)
            except DateError as error:
                reason = f"{text[:40]!r} is left out: {error.message}"
                omissions.append(Omission(prop, reason, is_unread=True))
    if with_relations:
        topics = _check_texts("topics", properties.get("topics"))
        draft.activities = topic_activities(topics)
    record = draft.build_record()
    if is_anything:
        record = replace(record, kind=Kind.ANY)
    fault = fault_of_record(record)
    if fault and unknown:
        # the name is most likely in a misspelled property
        raise _unknown_property(schema, unknown[0])
    if fault:
        raise RecordError(fault, hint="give a name, number, date or place")
    return SubmittedRecord(record, tuple(omissions))


def _unknown_property(schema: str, prop: str) -> RecordError:
    """Return the error for a property that a schema lacks.

    Raise the error without assigning it to a name. A frame that holds an error raised in it is a
    cycle, which keeps the whole request in memory until the next garbage collection.
    """
    suggested = suggest_property(schema, prop)
    return RecordError(
        f"{schema} has no property {prop[:60]!r}",
        hint=f"did you mean {suggested}?" if suggested else "see the FollowTheMoney model",
    )


def _check_texts(prop: str, value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, (int, float)) and not isinstance(item, bool):
            yield str(item)
        elif item is not None:
            raise TypeError(f"{prop} must be a text or a list of texts")


def _add_value(draft: RecordDraft, prop: str, text: str, *, with_relations: bool) -> None:
    """Add one value. Raises `DateError`."""
    text = " ".join(text.split())
    if text and with_relations and prop in DIRECT:
        draft.add_fact(Relation(RelationType.LINKED_TO, f"{draft.source}:{text}", "", prop))
    if not text or is_entity_property(draft.schema, prop):
        return
    if prop in IDENTIFIER_SET:
        draft.add_fact(Identifier(prop, text))
    elif prop in DATES:
        for date in read_date_readings(text):
            draft.add_value(prop, date)
    elif prop == ADDRESS:
        draft.add_fact(Address(full=text))
    else:
        draft.add_value(prop, text)


MAX_RELATIONS = 500
"""Maximum number of relations of one submission."""
_FIELDS = ("type", "target", "name", "role", "start", "end")


def add_relations(submitted: SubmittedRecord, relations: object) -> SubmittedRecord:
    """Add relations to a submission: objects with `type`, with `target` (id of a record, in the
    same source unless it names a source) or `name`, and optionally with `role`, `start` and `end`.

    The target need not exist yet. A date that cannot be read is left out and reported. An end
    before its start is kept and reported. Raises `RecordError` for an unknown type, a relation to
    the record itself or without another end, and too many relations; `TypeError` for values of a
    wrong type.
    """
    if relations is None:
        return submitted
    if not isinstance(relations, list):
        raise TypeError("relations must be a list of objects with type and target or name")
    if len(relations) > MAX_RELATIONS:
        raise RecordError(
            f"the record has more than {MAX_RELATIONS} relations", hint="send the other ends"
        )
    omissions = list(submitted.omissions)
    stated = [_read_relation(item, submitted.record, omissions) for item in relations]
    unique = dict.fromkeys([*submitted.record.relations, *stated])
    return SubmittedRecord(replace(submitted.record, relations=tuple(unique)), tuple(omissions))


def _read_relation(item: object, record: Record, omissions: list[Omission]) -> Relation:
    fields = _read_fields(item)
    kind = find_relation_type(fields["type"])
    if kind is None:
        raise RecordError(
            f"there is no type of relation {fields['type'][:60]!r}",
            hint="use memberOf, leaderOf, familyOf, ownerOf, linkedTo …",
        )
    target = fields["target"]
    target_id = target if not target or ":" in target else f"{record.source}:{target}"
    if not target_id and not fields["name"]:
        raise RecordError("a relation has no other end", hint="give its target or name")
    if target_id == record.id:
        raise RecordError("a relation leads to the record itself", hint="leave it out")
    start, end = (_read_date(name, fields[name], omissions) for name in ("start", "end"))
    if start and end and end < start[: len(end)]:
        other = target or fields["name"]
        omissions.append(Omission("the relation", f"to {other} ends before it starts"))
    return Relation(kind, target_id, fields["name"], fields["role"], start, end)


def _read_fields(item: object) -> dict[str, str]:
    """Return the fields of a relation as texts. Raises `RecordError`, `TypeError`."""
    if not isinstance(item, Mapping):
        raise TypeError("a relation must be an object with type and target or name")
    unknown = sorted(str(name) for name in item if name not in _FIELDS)
    if unknown:
        raise RecordError(
            f"a relation has no field {unknown[0][:60]!r}", hint=f"use {', '.join(_FIELDS)}"
        )
    fields = {name: item.get(name) or "" for name in _FIELDS}
    for name, text in fields.items():
        if not isinstance(text, str):
            raise TypeError(f"{name} of a relation must be a text")
        if len(text) > value_limit(RELATION):
            raise RecordError(f"{name} of a relation is too long", hint="shorten it")
    return {name: " ".join(str(text).split()) for name, text in fields.items()}


def _read_date(name: str, text: str, omissions: list[Omission]) -> str:
    try:
        return read_date(text) if text else ""
    except DateError as error:
        reason = f"{text[:40]!r} of a relation is left out: {error.message}"
        omissions.append(Omission(name, reason, is_unread=True))
        return ""


MAX_ROUTE_COUNTRIES = 200
"""Maximum number of countries of routes of one submission."""
MAX_COUNTRY = 100
"""Maximum number of characters of the name of a country."""
_SUBMITTED_ROUTES_FIELDS = ("country", "role")
_ROLES = ", ".join(CountryRole)


def add_routes(submitted: SubmittedRecord, routes: object) -> SubmittedRecord:
    """Add the countries of routes to a submission: objects with `country` and `role` (source,
    transit or destination).

    Raises `RecordError` for an unknown role, a missing country and too many countries; `TypeError`
    for values of a wrong type.
    """
    if routes is None:
        return submitted
    if not isinstance(routes, list):
        raise TypeError("routes must be a list of objects with country and role")
    if len(routes) > MAX_ROUTE_COUNTRIES:
        raise RecordError(
            f"the record has more than {MAX_ROUTE_COUNTRIES} countries of routes",
            hint="send each country once",
        )
    unique = dict.fromkeys([*submitted.record.routes, *map(_read_country, routes)])
    return replace(submitted, record=replace(submitted.record, routes=tuple(unique)))


def _read_country(item: object) -> RouteCountry:
    if not isinstance(item, Mapping) or not all(
        isinstance(item.get(name), str) for name in _SUBMITTED_ROUTES_FIELDS
    ):
        raise TypeError("a country of a route must be an object with country and role")
    unknown = sorted(str(name) for name in item if name not in _SUBMITTED_ROUTES_FIELDS)
    if unknown:
        raise RecordError(
            f"a country of a route has no field {unknown[0][:60]!r}",
            hint=f"use {', '.join(_SUBMITTED_ROUTES_FIELDS)}",
        )
    country, role = (" ".join(str(item[name]).split()) for name in _SUBMITTED_ROUTES_FIELDS)
    if role not in set(CountryRole):
        raise RecordError(f"a route has no part {role[:60]!r}", hint=f"use {_ROLES}")
    if not country:
        raise RecordError("a part of a route has no country", hint="give its name or code")
    if len(country) > MAX_COUNTRY:
        raise RecordError("the country of a route is too long", hint="shorten it")
    return RouteCountry(country, CountryRole(role))
