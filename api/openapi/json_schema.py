"""JSON schemas: shared primitives, and the named components of the OpenAPI document.

A module that sends or receives a shape registers it once with `component` and uses the returned
reference in the declaration of its endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "pattern": "^[^\\u0000]*$"}
"""String without NUL bytes."""
NONBLANK: Schema = {
    "type": "string",
    "pattern": "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
    "minLength": 1,
}
"""String without NUL bytes that holds more than white space."""
NAME: Schema = {**NONBLANK, "maxLength": 2_000}
BOOLEAN: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
FRACTION: Schema = {"type": "number", "minimum": 0, "maximum": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
STRING: Schema = {"type": "string"}
NULLABLE_FRACTION: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
NULLABLE_STRING: Schema = {"type": ["string", "null"]}
TEXTS: Schema = {"type": "array", "items": {**TEXT, "maxLength": 2_000}, "maxItems": 50}
STRINGS: Schema = {"type": "array", "items": STRING}
BYTES: Schema = {"type": "string", "format": "binary", "minLength": 1}

COMPONENTS: dict[str, Schema] = {}
"""Named schemas of the OpenAPI document (`#/components/schemas`), filled by `component`."""


def component(name: str, schema: Schema) -> Schema:
    """Register a named schema and return a reference to it. Raises `ValueError` for a used name."""
    if COMPONENTS.setdefault(name, schema) != schema:
        raise ValueError(f"two components are called {name!r}")
    return reference(name)


def reference(name: str) -> Schema:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def integer(low: int, high: int) -> Schema:
    """Return the schema of a whole number from `low` to `high`."""
    return {"type": "integer", "minimum": low, "maximum": high}


def enum_of(words: Iterable[str]) -> Schema:
    """Return the schema of a string that is one of some words."""
    return {"type": "string", "enum": sorted(words)}


def array_of(items: Schema, **limits: Any) -> Schema:
    """Return the schema of a list; `limits` are keywords such as `maxItems`."""
    return {"type": "array", "items": items, **limits}


def map_of(items: Schema) -> Schema:
    """Return the schema of an object with arbitrary keys."""
    return {"type": "object", "additionalProperties": items}


def closed_object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with exactly these members."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }
