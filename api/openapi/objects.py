"""OpenAPI objects that endpoints declare: parameters, bodies and responses.

The functions return the JSON objects of the OpenAPI 3.1 specification (section 4.8), so that the
document copies them as they are.
"""

from __future__ import annotations

from typing import Any

from resolver.api.openapi.json_schema import (
    STRING,
    Schema,
    closed_object,
    component,
)

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
