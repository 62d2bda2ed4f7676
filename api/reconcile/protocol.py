"""JSON schemas of OpenRefine's reconciliation protocol, version 0.2, as this service speaks it.

Manifest of the protocol: the service's capabilities and their addresses.

Types and properties of the protocol: FollowTheMoney's schemata and their properties.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import request

import resolver
from resolver.api.access import key_needed
from resolver.api.openapi.schema import (
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
from resolver.api.routes.match import MAX_QUERIES
from resolver.ingest.formats.ftm.ftm_entity import (
    SchemaDescription,
    describe_schema,
    value_properties,
)

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


TYPES = ("Person", "Organization", "Company", "LegalEntity", "Vessel", "Airplane")
"""Schemata that the protocol offers as types."""


def describe_type(schema: str) -> dict[str, Any]:
    """Return a type as the protocol names it, with the broader types."""
    description = describe_schema(schema)
    type_row = {"id": schema, "name": description.label if description else schema}
    broader = [
        {"id": parent.name, "name": parent.label}
        for parent in map(describe_schema, description.broader if description else ())
        if parent
    ]
    return {**type_row, "broader": broader} if broader else type_row


def list_properties(schema: str) -> list[dict[str, str]]:
    """Return the properties of a type, the most telling first."""
    description = describe_schema(schema)
    if description is None:
        return []
    return [{"id": name, "name": label} for name, label in description.properties]


def suggest_types(prefix: str) -> list[dict[str, str]]:
    """Return the types with a word in their name that begins with a prefix."""
    return [
        {"id": schema.name, "name": schema.label}
        for schema in _described_types()
        if _has_word_with(prefix, schema.name, schema.label)
    ]


def suggest_properties(prefix: str) -> list[dict[str, str]]:
    """Return the properties of any type with a word in their name that begins with a prefix."""
    properties: dict[str, dict[str, str]] = {}
    for schema in _described_types():
        for name, label in schema.properties:
            if name not in properties and _has_word_with(prefix, name, label):
                properties[name] = {
                    "id": name,
                    "name": label,
                    "description": f"of {schema.label}",
                }
    return list(properties.values())


def _described_types() -> list[SchemaDescription]:
    return [schema for schema in map(describe_schema, TYPES) if schema is not None]


def _has_word_with(prefix: str, name: str, label: str) -> bool:
    folded = " ".join(prefix.split()).casefold()
    return any(
        text.startswith(folded) or f" {folded}" in text
        for text in (name.casefold(), label.casefold())
    )


SCHEMA_SPACE = "https://followthemoney.tech/explorer/schemata/"
_PREVIEW_SIZE = {"width": 430, "height": 300}
"""Size of the preview frame in pixels."""


def build_manifest(dataset: str) -> dict[str, Any]:
    """Return the manifest of a dataset.

    A key in the address of the request is passed on in the addresses of the manifest.
    """
    base, path = request.host_url.rstrip("/") + request.script_root, f"/reconcile/{quote(dataset)}"
    key = request.args.get("api_key")
    key_query = urlencode({"api_key": key}) if key else ""
    suffix = f"?{key_query}" if key_query else ""
    preview = f"{base}{path}/preview?id={{{{id}}}}" + (f"&{key_query}" if key_query else "")
    manifest: dict[str, Any] = {
        "versions": ["0.2"],
        "name": f"Watchlist resolver: {dataset}",
        "identifierSpace": f"{base}/entities/",
        "schemaSpace": SCHEMA_SPACE,
        "serviceVersion": resolver.__version__,
        "documentation": f"{base}/docs",
        "batchSize": MAX_QUERIES,
        "defaultTypes": [describe_type(name) for name in TYPES],
        "view": {"url": preview},
        "preview": {"url": preview, **_PREVIEW_SIZE},
        "suggest": {
            kind: {"service_url": base, "service_path": f"{path}/suggest/{kind}{suffix}"}
            for kind in ("entity", "property", "type")
        },
        "extend": {
            "propose_properties": {"service_url": base, "service_path": f"{path}/extend{suffix}"},
            "property_settings": [_LIMIT_SETTING],
        },
    }
    if key_needed():
        manifest["authentication"] = {"type": "apiKey", "name": "api_key", "in": "query"}
    return manifest


_LIMIT_SETTING = {
    "name": "limit",
    "label": "Values at most",
    "type": "number",
    "default": 0,
    "help_text": "How many values of the property to fetch; 0: all.",
}
