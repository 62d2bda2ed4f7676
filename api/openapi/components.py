"""The components: what is sent and answered, as JSON schemas."""

from __future__ import annotations

from resolver.api.openapi.schemas import (
    COUNT,
    MAYBE,
    NAME,
    PLAIN,
    PLAINS,
    SAID,
    SHARE,
    TEXT,
    YES,
    Schema,
    by_key,
    many,
    one_of,
    ref,
    thing,
    whole,
)
from resolver.api.routes.records import FIELDS_PASSED_OVER, NATIVE_ID
from resolver.ingest.formats.ftm.ftm_schema import value_properties
from resolver.records.kinds import SCHEMATA
from resolver.records.properties import ADDRESS, FULL_NAMES, IDENTIFIERS, NAME_PARTS
from resolver.records.source_names import SOURCE_NAME
from resolver.records.visibility import RULES

KNOWN_BY = (*FULL_NAMES, *NAME_PARTS, *IDENTIFIERS, "phone", "email", "birthPlace", ADDRESS)
"""Properties of which a query must hold one (or a date that can be read)."""
_ANYBODY = ["LegalEntity", "Thing"]
_STAND = {"version": COUNT, "model": PLAIN}
_TOTAL = ref("Total")
_FOUND = {
    "score": SHARE,
    "match": YES,
    "features": by_key(SHARE),
    "explanations": by_key(ref("Evidence")),
}
_ENTITY = {
    "id": PLAIN,
    "caption": PLAIN,
    "schema": PLAIN,
    "properties": by_key(many({"anyOf": [PLAIN, ref("Entity")]})),
    "datasets": PLAINS,
    "referents": PLAINS,
}
_MATCHES = {
    "status": {"const": 200},
    "results": many(ref("Result")),
    "total": _TOTAL,
    "query": ref("Understood"),
}
_NATIVE: Schema = {"type": "string", "pattern": NATIVE_ID}
_NUMBER: Schema = {"type": "number"}
_FEATURES = by_key(
    thing({"description": PLAIN, "coefficient": _NUMBER, "least": _NUMBER, "url": PLAIN})
)
_SCORING = {
    "name": PLAIN,
    "description": PLAIN,
    "config": {"type": "object"},
    "features": _FEATURES,
}

ANSWERED: dict[str, Schema] = {
    "Error": thing({"detail": PLAIN}, {"version": {"type": ["integer", "null"]}}),
    "Total": thing({"value": COUNT, "relation": {"enum": ["eq", "gte"]}}),
    "Entity": thing(_ENTITY, {"target": YES}),
    "Evidence": thing(
        {"score": SHARE, "weight": {"type": "number"}, "detail": PLAIN, "query": MAYBE, "candidate": MAYBE}
    ),
    "Result": thing({**_ENTITY, "target": YES, **_FOUND}),
    "Understood": thing({"schema": PLAIN, "properties": by_key(PLAINS)}, {"id": PLAIN}),
    "Matches": thing(_MATCHES, {"warnings": PLAINS}),
    "Checked": thing({**_MATCHES, "limit": COUNT, **_STAND}, {"warnings": PLAINS}),
    "Matched": thing({"responses": by_key(ref("Matches")), "limit": COUNT, "algorithm": PLAIN, **_STAND}),
    "Shown": thing(
        {**_ENTITY, "target": YES, "version": COUNT, "first_seen": MAYBE, "last_change": MAYBE},
        {"history": many(ref("Event"))},
    ),
    "Moved": thing({"id": PLAIN}),
    "Event": thing({"version": COUNT, "at": PLAIN, "kind": PLAIN, "entity": PLAIN, "other": PLAIN}),
    "Adjacent": thing({"results": many(ref("Entity")), "total": _TOTAL, "limit": COUNT, "offset": COUNT}),
    "AllAdjacent": thing({"entity": ref("Entity"), "adjacent": by_key(ref("Adjacent"))}),
    "Searched": thing(
        {
            "results": many(thing({**_ENTITY, "target": YES, "score": SHARE})),
            "total": _TOTAL,
            "facets": by_key(
                thing({"label": PLAIN, "values": many(thing({"name": PLAIN, "label": PLAIN, "count": COUNT}))})
            ),
            "limit": COUNT,
            "offset": COUNT,
            **_STAND,
        }
    ),
    "Dataset": thing(
        {
            "name": PLAIN, "title": PLAIN, "version": PLAIN, "records": COUNT, "updated_at": MAYBE, "children": PLAINS,
            "load": YES, "index_current": YES, "index_version": PLAIN,
        },
        {"publisher": MAYBE},
    ),
    "Catalog": thing(
        {
            "datasets": many(ref("Dataset")), "current": PLAINS, "outdated": PLAINS, "index_stale": YES,
            "version": COUNT,
        }
    ),
    "Algorithms": thing(
        {
            "algorithms": many(thing({**_SCORING, "docs": thing(_SCORING)})), "default": PLAIN, "best": PLAIN,
            "model": PLAIN,
        }
    ),
    "Changes": thing(
        {"version": COUNT, "until": COUNT, "skip": COUNT, "more": YES, "changes": many(ref("Event"))},
    ),
    "Job": thing(
        {
            "id": PLAIN, "state": one_of(["queued", "running", "done", "failed", "cancelled", "held"]), "label": PLAIN,
            "dry_run": YES, "agency": PLAIN, "created": PLAIN, "started": MAYBE, "finished": MAYBE, "stage": PLAIN,
            "done": COUNT, "total": {"type": ["integer", "null"]}, "percent": {"type": ["number", "null"]},
            "attempts": COUNT, "result": {"type": ["object", "null"]}, "error": MAYBE,
        },
        {"stage_seconds_left": COUNT},
    ),
    "Jobs": thing({"batches": many(ref("Job"))}),
    "Posted": thing({"record": PLAIN, "entity": PLAIN, "version": COUNT}, {"warnings": PLAINS}),
    "Withdrawn": thing({"record": PLAIN, "version": COUNT}),
    "Health": thing({"status": PLAIN}, {"version": COUNT}),
    "Senzing": thing({"DATA_SOURCE": PLAIN, "RECORD_ID": PLAIN, "FEATURES": many(by_key(PLAIN))}),
    "Named": thing({"id": PLAIN, "name": PLAIN}),
    "Candidates": by_key(
        thing(
            {
                "result": many(
                    thing(
                        {
                            "id": PLAIN, "name": PLAIN, "type": many(ref("Named")), "match": YES,
                            "score": {"type": "number", "minimum": 0, "maximum": 100},
                            "features": many(thing({"id": PLAIN, "value": {"type": "number"}})),
                        },
                        {"description": PLAIN},
                    )
                )
            }
        )
    ),
    "Extension": thing(
        {"meta": many(ref("Named")), "rows": by_key(by_key(many(thing({"str": PLAIN}))))}
    ),
    "Manifest": {
        "type": "object",
        "required": ["versions", "name", "identifierSpace", "schemaSpace", "view", "preview", "suggest", "extend"],
    },
    "Suggestions": thing(
        {
            "result": many(
                thing(
                    {"id": PLAIN, "name": PLAIN},
                    {"description": PLAIN, "notable": many(ref("Named")), "broader": many(ref("Named"))},
                )
            )
        }
    ),
    "Proposal": thing({"type": PLAIN, "properties": many(ref("Named"))}, {"limit": COUNT}),
}  # fmt: skip
"""What the service answers; nothing stands in it that is not described."""


def asked() -> dict[str, Schema]:
    """What is sent: an entity, by schema, since each schema has properties of its own."""
    number = {"type": "number"}
    said = {f"{schema}Properties": _properties(schema) for schema in SCHEMATA}
    kinds = {f"{schema}Example": _example(schema) for schema in SCHEMATA}
    records = {f"{schema}Record": _record(schema) for schema in SCHEMATA}
    return {
        "Value": {
            "anyOf": [TEXT, number, many({"anyOf": [TEXT, number, {"type": "null"}]}, maxItems=20)]
        },
        "Telling": {"anyOf": [SAID, many(SAID, minItems=1, maxItems=20)]},
        "Name": {"anyOf": [NAME, many(NAME, minItems=1, maxItems=20)]},
        **said,
        **kinds,
        **records,
        "Example": {"anyOf": [ref(name) for name in kinds]},
        "Record": {"anyOf": [ref(name) for name in records]},
        "SenzingRecord": {
            "type": "object",
            "required": ["DATA_SOURCE", "RECORD_ID", "NAME_FULL"],
            "properties": {"DATA_SOURCE": SAID, "RECORD_ID": _NATIVE, "NAME_FULL": NAME},
        },
        "Query": _reconciliation(),
        "Queries": {**by_key(ref("Query")), "minProperties": 1, "maxProperties": 100},
        "ExtensionQuery": {
            "type": "object",
            "required": ["ids", "properties"],
            "properties": {
                "ids": many(SAID, maxItems=100),
                "properties": many(
                    {
                        "type": "object",
                        "required": ["id"],
                        "properties": {"id": one_of(value_properties("LegalEntity"))},
                    },
                    maxItems=50,
                ),
            },
        },
    }


def _properties(schema: str) -> Schema:
    """What is said of an entity of a schema: something must tell who is meant."""
    properties = value_properties(schema)
    telling = [prop for prop in KNOWN_BY if prop in properties]
    return {
        "type": "object",
        "properties": {prop: ref(_kind_of(prop)) for prop in properties},
        "additionalProperties": False,
        "anyOf": [{"required": [prop]} for prop in telling],
    }


def _kind_of(prop: str) -> str:
    return (
        "Name" if prop in (*FULL_NAMES, *NAME_PARTS) else "Telling" if prop in KNOWN_BY else "Value"
    )


def _example(schema: str) -> Schema:
    """An entity of a schema, to be looked for."""
    anybody = schema == "LegalEntity"
    return {
        "type": "object",
        "required": ["properties"] if anybody else ["schema", "properties"],
        "properties": {
            "schema": one_of(_ANYBODY if anybody else [schema]),
            "properties": ref(f"{schema}Properties"),
        },
    }


def _record(schema: str) -> Schema:
    """An entity of a schema, to be kept."""
    return {
        "type": "object",
        "required": ["id", "datasets", "schema", "properties"],
        "properties": {
            "id": _NATIVE,
            "datasets": many({"type": "string", "pattern": SOURCE_NAME}, minItems=1, maxItems=20),
            "schema": one_of(_ANYBODY if schema == "LegalEntity" else [schema]),
            "properties": ref(f"{schema}Properties"),
            "handling": one_of(RULES),
            **{name: {} for name in FIELDS_PASSED_OVER},
        },
        "additionalProperties": False,
    }


def _reconciliation() -> Schema:
    reconciled = {"type": "object", "required": ["id"], "properties": {"id": SAID}}
    cell = {"anyOf": [TEXT, {"type": "number"}, YES, reconciled]}
    one = {
        "type": "object",
        "required": ["pid", "v"],
        "properties": {
            "pid": one_of(value_properties("LegalEntity")),
            "v": {"anyOf": [cell, many(cell, maxItems=20)]},
        },
    }
    return {
        "type": "object",
        "required": ["query"],
        "properties": {
            "query": NAME,
            "type": one_of(["LegalEntity"]),
            "limit": whole(1, 500),
            "properties": many(one, maxItems=20),
            "type_strict": one_of(["any", "should", "all"]),
        },
        "additionalProperties": False,
    }
