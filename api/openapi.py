"""OpenAPI 3.1 document of the service, generated from the registry of endpoints.

The document is meant to be exact: `tests/api/test_openapi.py` runs schemathesis against it. The
routes are `/openapi.json` and `/docs`, a page that describes every operation and sends requests.
The page is Swagger UI, which is shipped compressed (`api/static/swagger-ui`). It loads nothing from
other hosts.
"""

from __future__ import annotations

import gzip
import re
from importlib import resources
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

import resolver
from resolver.api.access import AccessControl
from resolver.api.endpoints import (
    COMPONENTS,
    ENDPOINTS,
    STRING,
    TEXT,
    Access,
    Disclosure,
    Endpoint,
    OpenApiObject,
    Schema,
    endpoint,
    errors,
    json_response_of,
    public_page,
    query_parameter,
)
from resolver.api.server.responses import json_response

_PART = re.compile(r"<(?:(?P<converter>\w+)(?:\((?P<words>[^()]*)\))?:)?(?P<name>\w+)>")
_GUARDED_ERRORS = (401, 403, 422, 429, 503)
"""Errors of every endpoint that asks for a scope."""
_OPERATION_IDS = {
    "batches.submit": "batches_take",
    "batches.list_jobs": "batches_listed",
    "batches.show_job": "batches_one",
}
"""Operation ids that clients rely on and that the names of the functions do not give."""
_PURPOSE = query_parameter(
    "purpose",
    {**TEXT, "maxLength": 500},
    description="Purpose of access, for the audit log (or the header `X-Purpose`).",
)
_API_KEY = query_parameter(
    "api_key", STRING, description="The key, for clients that send no headers."
)
_INFO = {
    "title": "Watchlist resolver",
    "version": resolver.__version__,
    "description": "Entity resolution over the watchlists of many agencies.",
}
_KEY_SCHEME = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "The word ApiKey, a space and the key",
}


def openapi_document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    control: AccessControl = app.extensions["access"]
    needs_key = control.needs_key()
    paths: dict[str, dict[str, Any]] = {}
    for row in sorted(ENDPOINTS.values(), key=lambda row: (row.path, row.name)):
        if row.is_documented:
            path = _PART.sub(lambda part: f"{{{part['name']}}}", row.path)
            paths.setdefault(path, {})[row.method.lower()] = _operation(row, needs_key=needs_key)
    return {
        "openapi": "3.1.0",
        "info": _INFO,
        "paths": paths,
        "components": {"securitySchemes": {"key": _KEY_SCHEME}, "schemas": COMPONENTS},
    }


def _operation(row: Endpoint, *, needs_key: bool) -> dict[str, Any]:
    summary, text = _summary_and_text(row.description)
    access = row.access
    guarded = () if access.scope is None else _GUARDED_ERRORS
    responses = {**row.responses, **errors(*guarded)}
    operation: dict[str, Any] = {
        "operationId": _OPERATION_IDS.get(row.name, row.name.replace(".", "_")),
        "summary": summary,
        "description": text,
        # `match_lines` belongs to `match`
        "tags": [re.split("[._]", row.name)[0]],
        "parameters": [*_path_parameters(row.path), *_parameters(row)],
        "responses": {str(status): response for status, response in responses.items()},
    }
    if row.body:
        operation["requestBody"] = {"required": True, "content": row.body}
    if access.scope is not None:
        is_required = needs_key and access.public_if is None
        operation["security"] = [{"key": []}] if is_required else [{"key": []}, {}]
        operation["description"] = f"{text} Scope of the key: {access.scope}."
    return operation


def _summary_and_text(docstring: str) -> tuple[str, str]:
    """Return the first paragraph of a docstring without its full stop, and the whole text in one
    line.
    """
    summary = " ".join(docstring.split("\n\n")[0].split())
    return summary.rstrip("."), " ".join(docstring.split())


def _path_parameters(path: str) -> list[OpenApiObject]:
    parameters = []
    for part in _PART.finditer(path):
        schema: Schema = {"type": "string", "minLength": 1}
        if part["converter"] == "any":
            schema = {"type": "string", "enum": [word.strip() for word in part["words"].split(",")]}
        parameters.append({"name": part["name"], "in": "path", "required": True, "schema": schema})
    return parameters


def _parameters(row: Endpoint) -> list[OpenApiObject]:
    """Return the declared parameters, and the parameters that the access policy adds."""
    in_query = [parameter for parameter in row.parameters if parameter["in"] == "query"]
    if row.access.key_in_query:
        in_query.append(_API_KEY)
    if row.access.scope is not None:
        in_query.append(_PURPOSE)
    return [*in_query, *(parameter for parameter in row.parameters if parameter["in"] != "query")]


blueprint = Blueprint("openapi", __name__)
pages = Blueprint("pages", __name__)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PARTS = {
    "docs.js": ("docs.js", "text/javascript"),
    "docs.css": ("docs.css", "text/css"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
    "swagger-ui-bundle.js": ("swagger-ui/swagger-ui-bundle.js.gz", "text/javascript"),
    "swagger-ui.css": ("swagger-ui/swagger-ui.css.gz", "text/css"),
}
"""Parts of the page: file, and media type."""


@endpoint(
    blueprint,
    "GET",
    "/openapi.json",
    Access(None, Disclosure.STATIC),
    responses={200: json_response_of({"type": "object"}, "This description")},
)
def openapi() -> Response:
    """Return this description."""
    return json_response(openapi_document(current_app))


@public_page(pages, "/docs")
def docs() -> Response:
    """Show the page that describes the service and sends requests."""
    response = Response(render_template("docs.html"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@public_page(pages, f"/docs/<any({', '.join(map(repr, _PARTS))}):name>")
def part(name: str) -> Response:
    """Return a script, a style sheet or the icon of the page."""
    path, media_type = _PARTS[name]
    content, headers = _read_part(path), {"X-Content-Type-Options": "nosniff"}
    if path.endswith(".gz"):
        headers["Vary"] = "Accept-Encoding"
        if request.accept_encodings["gzip"]:
            headers["Content-Encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
    return Response(content, mimetype=media_type, headers=headers)


@public_page(pages, "/try")
def attempt() -> Redirect:
    """Redirect from the former address of the page."""
    return redirect("docs", 308)


def _read_part(path: str) -> bytes:
    return resources.files("resolver.api").joinpath("static", path).read_bytes()
