"""JSON schemas: shared primitives, and the named components of the OpenAPI document.

A module that sends or receives a shape registers it once with `component` and uses the returned
reference in the declaration of its endpoint.

OpenAPI objects that endpoints declare: parameters, bodies and responses.

The functions return the JSON objects of the OpenAPI 3.1 specification (section 4.8), so that the
document copies them as they are.
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


OpenApiObject = dict[str, Any]
JSON = "application/json"
ERROR = component(
    "Error", closed_object({"detail": STRING}, {"version": {"type": ["integer", "null"]}})
)
_ERROR_TEXTS = {
    400: "The request makes no sense",
    401: "A key is needed, or this key is not valid",
    403: "The key lacks the scope for this",
    404: "There is no such dataset, entity or batch",
    409: "The present state does not allow this",
    410: "It existed once",
    413: "The request is too large",
    415: "The body must be sent as JSON",
    422: "A value has a wrong type or is out of range, or a parameter is unknown",
    429: "Too many requests with this key",
    503: "The service is temporarily unavailable",
    507: "The disk is full",
}


def query_parameter(
    name: str, schema: Schema, *, is_required: bool = False, description: str = ""
) -> OpenApiObject:
    """Return a parameter of the query string."""
    return _parameter({"name": name, "in": "query", "schema": schema}, is_required, description)


def json_query_parameter(name: str, schema: Schema) -> OpenApiObject:
    """Return a parameter of the query string whose value is JSON."""
    return {"name": name, "in": "query", "content": content(schema)}


def header_parameter(name: str, schema: Schema) -> OpenApiObject:
    """Return a request header."""
    return {"name": name, "in": "header", "schema": schema}


def _parameter(base: OpenApiObject, is_required: bool, description: str) -> OpenApiObject:
    if is_required:
        base["required"] = True
    if description:
        base["description"] = description
    return base


def content(schema: Schema, media_type: str = JSON) -> OpenApiObject:
    """Return the content of a body or response of one media type."""
    return {media_type: {"schema": schema}}


def response(description: str, contents: OpenApiObject | None = None) -> OpenApiObject:
    """Return a response; without contents its body is empty."""
    return {"description": description, **({"content": contents} if contents else {})}


def json_response_of(schema: Schema, description: str = "The answer") -> OpenApiObject:
    """Return a response with a JSON body."""
    return response(description, content(schema))


def errors(*statuses: int) -> dict[int, OpenApiObject]:
    """Return the error responses of some statuses, each with `{"detail": …}` as its body."""
    return {
        status: response(_ERROR_TEXTS[status], content(ERROR)) for status in sorted(set(statuses))
    }
