"""Schemas that stand in many places."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
# no NUL bytes anywhere, and where something must be said, more than white space
TEXT: Schema = {"type": "string", "pattern": "^[^\\u0000]*$"}
SAID: Schema = {
    "type": "string",
    "pattern": "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
    "minLength": 1,
}
NAME: Schema = {**SAID, "maxLength": 2_000}
PURPOSE: Schema = {**TEXT, "maxLength": 500}
YES: Schema = {"type": "boolean"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
PLAIN: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": TEXT, "maxItems": 50}
PLAINS: Schema = {"type": "array", "items": PLAIN}


def whole(low: int, high: int) -> Schema:
    """A whole number within bounds."""
    return {"type": "integer", "minimum": low, "maximum": high}


def one_of(words: object) -> Schema:
    """One of some words."""
    return {"type": "string", "enum": sorted(words)}  # type: ignore[call-overload]


def many(items: Schema, **more: Any) -> Schema:
    """A list."""
    return {"type": "array", "items": items, **more}


def by_key(items: Schema) -> Schema:
    """An object with any keys."""
    return {"type": "object", "additionalProperties": items}


def ref(name: str) -> Schema:
    """A component."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object with these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }
