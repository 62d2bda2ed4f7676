"""JSON schemas of OpenRefine's reconciliation protocol, version 0.2, as this service speaks it."""

from __future__ import annotations

from resolver.api.openapi.json_schema import (
    BOOLEAN,
    COUNT,
    NAME,
    NONBLANK,
    NUMBER,
    STRING,
    TEXT,
    Schema,
    array_of,
    closed_object,
    component,
    enum_of,
    integer,
    map_of,
)
from resolver.ingest.formats.ftm.ftm_schema import value_properties

_PROPERTY_NAMES = value_properties("LegalEntity")

# --- sent

_RECONCILED_CELL: Schema = {"type": "object", "required": ["id"], "properties": {"id": NONBLANK}}
_CELL: Schema = {"anyOf": [TEXT, NUMBER, BOOLEAN, _RECONCILED_CELL]}
_QUERY_PROPERTY: Schema = {
    "type": "object",
    "required": ["pid", "v"],
    "properties": {
        "pid": enum_of(_PROPERTY_NAMES),
        "v": {"anyOf": [_CELL, array_of(_CELL, maxItems=20)]},
    },
}
_QUERY = component(
    "Query",
    {
        "type": "object",
        "required": ["query"],
        "properties": {
            "query": NAME,
            "type": enum_of(["LegalEntity"]),
            "limit": integer(1, 500),
            "properties": array_of(_QUERY_PROPERTY, maxItems=20),
            "type_strict": enum_of(["any", "should", "all"]),
        },
        "additionalProperties": False,
    },
)
QUERIES = component("Queries", {**map_of(_QUERY), "minProperties": 1, "maxProperties": 100})
_WANTED_PROPERTY: Schema = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": enum_of(_PROPERTY_NAMES)},
}
EXTENSION_QUERY = component(
    "ExtensionQuery",
    {
        "type": "object",
        "required": ["ids", "properties"],
        "properties": {
            "ids": array_of(NONBLANK, maxItems=100),
            "properties": array_of(_WANTED_PROPERTY, maxItems=50),
        },
    },
)


def _json_text(schema: Schema) -> Schema:
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}


FORM: Schema = {
    "type": "object",
    "anyOf": [{"required": ["queries"]}, {"required": ["extend"]}],
    "properties": {
        "queries": _json_text(QUERIES),
        "extend": _json_text(EXTENSION_QUERY),
    },
}

# --- returned

_NAMED = component("Named", closed_object({"id": STRING, "name": STRING}))
_CANDIDATE = closed_object(
    {
        "id": STRING,
        "name": STRING,
        "type": array_of(_NAMED),
        "match": BOOLEAN,
        "score": {"type": "number", "minimum": 0, "maximum": 100},
        "features": array_of(closed_object({"id": STRING, "value": NUMBER})),
    },
    {"description": STRING},
)
CANDIDATES = component(
    "Candidates", map_of(closed_object({"result": array_of(_CANDIDATE)}, {"message": STRING}))
)
EXTENSION = component(
    "Extension",
    closed_object(
        {
            "meta": array_of(_NAMED),
            "rows": map_of(map_of(array_of(closed_object({"str": STRING})))),
        }
    ),
)
MANIFEST = component(
    "Manifest",
    {
        "type": "object",
        "required": [
            "versions",
            "name",
            "identifierSpace",
            "schemaSpace",
            "view",
            "preview",
            "suggest",
            "extend",
        ],
    },
)
_SUGGESTION = closed_object(
    {"id": STRING, "name": STRING},
    {"description": STRING, "notable": array_of(_NAMED), "broader": array_of(_NAMED)},
)
SUGGESTIONS = component("Suggestions", closed_object({"result": array_of(_SUGGESTION)}))
PROPOSAL = component(
    "Proposal",
    closed_object({"type": STRING, "properties": array_of(_NAMED)}, {"limit": COUNT}),
)
