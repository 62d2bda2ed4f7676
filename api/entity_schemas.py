"""JSON schemas of entities, as clients send them and as answers return them.

An entity that is sent has one JSON schema for each FollowTheMoney schema, since each has its own
properties. The schemas of networks (`resolver.network.workbench`) are here, too.

The last functions make entities of the addresses and sanctions of an entity, because yente's
clients look for them there. FollowTheMoney lists nest addresses and sanctions, and answers return
them as they were stated. Other lists state them as values. The id of such a value follows from its
content, so the same address has the same id in every answer.
"""

from __future__ import annotations

import hashlib
from typing import Any

from resolver.api.endpoints import (
    BOOLEAN,
    COUNT,
    NAME,
    NONBLANK,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    STRINGS,
    TEXT,
    Schema,
    array_of,
    closed_object,
    component,
    enum_of,
    map_of,
    reference,
)
from resolver.lists.formats.ftm.ftm_edges import build_address
from resolver.lists.formats.ftm.ftm_entity import (
    MAX_COUNTRY,
    MAX_RELATIONS,
    MAX_ROUTE_COUNTRIES,
    value_properties,
)
from resolver.network.graph import ARTEFACT, ENTITY
from resolver.network.graph import NAME as NETWORK_NAME
from resolver.records import CountryRole, RelationType
from resolver.records.kinds import SCHEMATA
from resolver.records.packing import FIELD_NAMES
from resolver.records.properties import ADDRESS, FULL_NAMES, HANDLING, IDENTIFYING, NAME_PARTS
from resolver.records.visibility import SOURCE_NAME_PATTERN, VISIBILITY_RULES

NATIVE_ID_PATTERN = r"^(?=.*\S)[^\u0000-\u001f\u007f-\u009f\u2028\u2029]{1,200}$"
"""Pattern of record ids within a source, for `re` and for JSON schema."""
NATIVE_ID: Schema = {"type": "string", "pattern": NATIVE_ID_PATTERN}
IGNORED_FIELDS = (
    "caption",
    "referents",
    "target",
    "first_seen",
    "last_seen",
    "last_change",
    "origin",
)
"""Fields of a fetched entity that may stay in it when it is posted as a record."""
_GENERAL_SCHEMATA = ["LegalEntity", "Thing"]

# --- returned

REVISION_FIELDS = {"version": COUNT, "model": STRING}
"""Members that tell from which revision of the store and which model an answer was computed."""
TIME_FIELDS = {
    "first_seen": NULLABLE_STRING,
    "last_seen": NULLABLE_STRING,
    "last_change": NULLABLE_STRING,
}
"""Members that tell when an entity came, was last listed and last changed."""
CONTACTS = array_of(
    component("Contact", closed_object({"agency": STRING, "reference": STRING})),
    description="Agencies that have a hit in a source of which they disclose nothing more, each"
    " with the reference to quote when you ask it (`POST /contacts`).",
)
TOTAL = component("Total", closed_object({"value": COUNT, "relation": {"enum": ["eq", "gte"]}}))
ENTITY_FIELDS = {
    "id": STRING,
    "caption": STRING,
    "schema": STRING,
    "properties": map_of(array_of({"anyOf": [STRING, reference("Entity")]})),
    "datasets": STRINGS,
    "referents": STRINGS,
}
LINK_COLORS = ("yellow", "white", "green", "red")
LINKS = array_of(
    component("EntityLink", closed_object({"entity": STRING, "color": enum_of([*LINK_COLORS])})),
    description="Links to other entities that you may see, with the colors of Regulation (EU)"
    " 2019/817: yellow (waits for a steward), white (the same person, lawfully), green (different"
    " persons), red (one person under unlawfully different identities). White and red links may"
    " lead to the entity itself: between its own records. `GET /links/{a}/{b}` has the details.",
)
STATED_TIMES = {"first_seen": STRING, "last_change": STRING}
"""Members that entities have whose lists state these times."""
ENTITY_SCHEMA = component(
    "Entity", closed_object(ENTITY_FIELDS, {"target": BOOLEAN, **STATED_TIMES})
)
# `other`: the entity that took over or gave up records in a merge or split.
EVENT = component(
    "Event",
    closed_object(
        {"version": COUNT, "at": STRING, "kind": STRING, "entity": STRING, "other": STRING}
    ),
)

CHANGE_EVENT = component(
    "ChangeEvent",
    closed_object(
        {
            **dict.fromkeys(("at", "kind", "entity", "other", "name"), STRING),
            "version": COUNT,
            "sources": array_of(STRING),
            "fields": array_of(STRING),
        }
    ),
)

# --- sent

_VALUE = component(
    "Value",
    {
        "anyOf": [
            TEXT,
            NUMBER,
            array_of({"anyOf": [TEXT, NUMBER, {"type": "null"}]}, maxItems=20),
        ]
    },
)
_IDENTIFYING_VALUE = component(
    "Telling", {"anyOf": [NONBLANK, array_of(NONBLANK, minItems=1, maxItems=20)]}
)
_RELATION = component(
    "StatedRelation",
    {
        "type": "object",
        "required": ["type"],
        "properties": {
            "type": enum_of([kind.value for kind in RelationType]),
            **dict.fromkeys(("target", "name", "role", "start", "end"), TEXT),
        },
        "anyOf": [{"required": ["target"]}, {"required": ["name"]}],
        "additionalProperties": False,
    },
)
_ROUTE_COUNTRY = component(
    "RouteCountry",
    closed_object(
        {
            "country": {**NONBLANK, "maxLength": MAX_COUNTRY},
            "role": enum_of([role.value for role in CountryRole]),
        }
    ),
)
_NAME_VALUE = component("Name", {"anyOf": [NAME, array_of(NAME, minItems=1, maxItems=20)]})


def _value_schema(prop: str) -> Schema:
    if prop in (*FULL_NAMES, *NAME_PARTS):
        return _NAME_VALUE
    return _IDENTIFYING_VALUE if prop in IDENTIFYING else _VALUE


def _properties_of(schema: str) -> Schema:
    """Register the properties of a schema; one that identifies the entity is required."""
    properties = value_properties(schema)
    return component(
        f"{schema}Properties",
        {
            "type": "object",
            "properties": {prop: _value_schema(prop) for prop in properties},
            "additionalProperties": False,
            "anyOf": [{"required": [prop]} for prop in IDENTIFYING if prop in properties],
        },
    )


def _example_of(schema: str, properties: Schema) -> Schema:
    """Register an entity of a schema as the example that a query gives."""
    is_general = schema == "LegalEntity"
    return component(
        f"{schema}Example",
        {
            "type": "object",
            "required": ["schema", "properties"],
            "properties": {
                "schema": enum_of(_GENERAL_SCHEMATA if is_general else [schema]),
                "properties": properties,
            },
        },
    )


_HANDLING = component(
    "Handling",
    closed_object(
        {}, dict.fromkeys(FIELD_NAMES[HANDLING], STRING) | {"code": enum_of(VISIBILITY_RULES)}
    ),
)


def _record_of(schema: str, properties: Schema) -> Schema:
    """Register an entity of a schema as a record to store."""
    is_general = schema == "LegalEntity"
    datasets = array_of({"type": "string", "pattern": SOURCE_NAME_PATTERN}, minItems=1, maxItems=20)
    return component(
        f"{schema}Record",
        {
            "type": "object",
            "required": ["id", "datasets", "schema", "properties"],
            "properties": {
                "id": NATIVE_ID,
                "datasets": datasets,
                "schema": enum_of(_GENERAL_SCHEMATA if is_general else [schema]),
                "properties": properties,
                "relations": array_of(_RELATION, maxItems=MAX_RELATIONS),
                "routes": array_of(_ROUTE_COUNTRY, maxItems=MAX_ROUTE_COUNTRIES),
                "handling": {"anyOf": [enum_of(VISIBILITY_RULES), _HANDLING]},
                **{name: {} for name in IGNORED_FIELDS},
            },
            "additionalProperties": False,
        },
    )


_PROPERTIES = {schema: _properties_of(schema) for schema in SCHEMATA}
QUERY_EXAMPLE = component(
    "Example", {"anyOf": [_example_of(schema, row) for schema, row in _PROPERTIES.items()]}
)
RECORD = component(
    "Record", {"anyOf": [_record_of(schema, row) for schema, row in _PROPERTIES.items()]}
)
SENZING_RECORD = component(
    "SenzingRecord",
    {
        "type": "object",
        "required": ["DATA_SOURCE", "RECORD_ID", "NAME_FULL"],
        "properties": {"DATA_SOURCE": NONBLANK, "RECORD_ID": NATIVE_ID, "NAME_FULL": NAME},
    },
)


NODE = component(
    "GraphNode",
    closed_object(
        {
            "id": STRING,
            "sort": enum_of([ENTITY, ARTEFACT, NETWORK_NAME]),
            "caption": STRING,
            "kind": STRING,
            "distance": COUNT,
            "complete": BOOLEAN,
        },
        {
            "schema": STRING,
            "countries": STRINGS,
            "activities": STRINGS,
            "datasets": STRINGS,
            "agencies": STRINGS,
            "records": COUNT,
        },
    ),
)
_STATEMENT = component(
    "EdgeStatement",
    closed_object(
        {"dataset": STRING, "record": STRING},
        {
            "role": STRING,
            "role_class": STRING,
            "start": STRING,
            "end": STRING,
            "reversed_period": BOOLEAN,
            "sentence": STRING,
        },
    ),
)
EDGE = component(
    "GraphEdge",
    closed_object(
        {
            "source": STRING,
            "target": STRING,
            "type": STRING,
            "words": STRING,
            "statements": array_of(_STATEMENT),
        }
    ),
)
GRAPH_FIELDS = {"nodes": array_of(NODE), "edges": array_of(EDGE), "complete": BOOLEAN}
"""Members of an answer that is a graph."""


_PROGRAMS = ("program", "programId", "programUrl")
"""Properties of an entity that are those of its sanctions."""
_Entity = dict[str, Any]


def nest_parts(entity: _Entity) -> _Entity:
    """Return an entity with its addresses as `addressEntity`, in addition to the values. Programs
    of sanctions become `sanctions`, unless lists state these.
    """
    properties = entity["properties"]
    nested: dict[str, list[Any]] = {}
    stated = [part for part in properties.get("addressEntity", ()) if isinstance(part, dict)]
    lines = {build_address(part).text for part in stated}
    addresses = [
        _part(entity, "addr", "Address", text, {"full": [text]})
        for text in _texts(properties, ADDRESS)
        if text not in lines
    ]
    if stated or addresses:
        nested["addressEntity"] = stated + addresses
    programs = {prop: texts for prop in _PROGRAMS if (texts := _texts(properties, prop))}
    if programs and "sanctions" not in properties:
        name = next(iter(programs.values()))[0]
        nested["sanctions"] = [_part(entity, "sanction", "Sanction", name, programs)]
    return {**entity, "properties": {**properties, **nested}} if nested else entity


def _texts(properties: dict[str, list[Any]], prop: str) -> list[str]:
    return [text for text in properties.get(prop, ()) if isinstance(text, str)]


def _part(
    entity: _Entity, prefix: str, schema: str, caption: str, properties: dict[str, list[str]]
) -> _Entity:
    # a place is the same in all entities, but a sanction belongs to one entity
    content = caption if schema == "Address" else f"{entity['id']} {properties}"
    return {
        "id": f"{prefix}-{hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()}",
        "caption": caption,
        "schema": schema,
        "properties": properties,
        "datasets": entity["datasets"],
        "referents": [],
    }
