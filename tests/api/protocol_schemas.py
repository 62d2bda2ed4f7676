"""JSON schemas of answers in version 0.2 of the Reconciliation Service API.

Written from the report of the W3C Entity Reconciliation Community Group, and stricter than its text
where the service offers more than it demands.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "minLength": 1}
URL: Schema = {"type": "string", "pattern": "^https?://"}
WITH_ID: Schema = {"type": "string", "pattern": r"^https?://.*\{\{id\}\}"}


def thing(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def many(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def by_name(items: Schema) -> Schema:
    return {"type": "object", "additionalProperties": items}


NAMED = thing({"id": TEXT, "name": TEXT})
TYPE = thing({"id": TEXT, "name": TEXT}, {"broader": many(NAMED)})
SERVICE = thing({"service_url": URL, "service_path": {"type": "string", "pattern": "^/"}})
SETTING = thing(
    {"name": TEXT, "label": TEXT, "type": {"enum": ["number"]}},
    {"default": {"type": "number"}, "help_text": TEXT},
)
MANIFEST = thing(
    {
        "versions": many(TEXT, contains={"const": "0.2"}),
        "name": TEXT,
        "identifierSpace": URL,
        "schemaSpace": URL,
        "defaultTypes": many(TYPE, uniqueItems=True),
        "view": thing({"url": WITH_ID}),
        "preview": thing(
            {"url": WITH_ID, "width": {"type": "integer"}, "height": {"type": "integer"}}
        ),
        "suggest": thing({"entity": SERVICE, "property": SERVICE, "type": SERVICE}),
        "extend": thing({"propose_properties": SERVICE, "property_settings": many(SETTING)}),
        "batchSize": {"type": "integer", "minimum": 1},
        "serviceVersion": TEXT,
        "documentation": URL,
    },
    {
        "authentication": thing(
            {"type": {"const": "apiKey"}, "name": TEXT, "in": {"enum": ["header", "query"]}}
        )
    },
)
CANDIDATE = thing(
    {
        "id": TEXT,
        "name": TEXT,
        "type": many(NAMED, minItems=1),
        "score": {"type": "number", "minimum": 0, "maximum": 100},
        "match": {"type": "boolean"},
        "features": many(thing({"id": TEXT, "value": {"type": ["number", "boolean"]}})),
    },
    {"description": TEXT},
)
RESULTS = by_name(thing({"result": many(CANDIDATE)}))
SUGGESTED_ENTITIES = thing(
    {
        "result": many(
            thing({"id": TEXT, "name": TEXT, "notable": many(NAMED)}, {"description": TEXT})
        )
    }
)
SUGGESTED_TYPES = thing({"result": many(TYPE)})
SUGGESTED_PROPERTIES = thing(
    {"result": many(thing({"id": TEXT, "name": TEXT}, {"description": TEXT}))}
)
PROPOSAL = thing(
    {"type": TEXT, "properties": many(NAMED, minItems=1)}, {"limit": {"type": "integer"}}
)
EXTENSION = thing(
    {"meta": many(NAMED), "rows": by_name(by_name(many(thing({"str": {"type": "string"}}))))}
)
