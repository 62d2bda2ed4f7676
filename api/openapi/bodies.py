"""What operations are sent: bodies by their type."""

from __future__ import annotations

from typing import Any

from resolver.api.openapi.schemas import Schema, ref
from resolver.api.routes.batches import IDEMPOTENCY_KEY
from resolver.api.schemas.senzing import SENZING

_BYTES: Schema = {"type": "string", "format": "binary", "minLength": 1}
_NOTHING: Schema = {"type": ["object", "null"], "maxProperties": 0}
_QUERIES: Schema = {"type": "object", "minProperties": 1, "maxProperties": 100}


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _text_of(name: str) -> Schema:
    return {"type": "string", "contentMediaType": "application/json", "contentSchema": ref(name)}


BODIES: dict[str, dict[str, Any]] = {
    "match.match": _json(
        {
            "type": "object",
            "required": ["queries"],
            "properties": {
                "queries": {**_QUERIES, "additionalProperties": ref("Example")},
                "weights": _NOTHING,
                "config": _NOTHING,
            },
        }
    ),
    "records.post": {**_json(ref("Record")), SENZING: {"schema": ref("SenzingRecord")}},
    "batches.take": {
        "application/octet-stream": {"schema": _BYTES},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": _BYTES, "mapping": {"type": "string"}},
            }
        },
    },
    "reconcile.reconcile_form": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "anyOf": [{"required": ["queries"]}, {"required": ["extend"]}],
                "properties": {
                    "queries": _text_of("Queries"),
                    "extend": _text_of("ExtensionQuery"),
                },
            }
        }
    },
}
"""endpoint -> the forms of its body."""
HEADERS = {"batches.take": {"Idempotency-Key": {"type": "string", "pattern": IDEMPOTENCY_KEY}}}
"""endpoint -> headers that it heeds."""
