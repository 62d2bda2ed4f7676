"""`/openapi.json`: the service described in OpenAPI 3.1, from its own routes.

An operation is a route; what it does is the docstring of its function, its parameters are the row of it in `QUERY`, its
body the row in `BODIES`. A route without a row takes no parameters in the query.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from flask import Blueprint, Flask, Response, current_app
from werkzeug.routing import Rule

import resolver
from api.access import SCOPES
from api.answers import json_response
from api.wire import ALGORITHMS

blueprint = Blueprint("openapi", __name__)
_PART = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<words>[^)]*)\))?:)?(?P<name>\w+)>")
_TEXT: dict[str, Any] = {"type": "string"}
_YES: dict[str, Any] = {"type": "boolean"}
_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}


def _whole(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


_MATCH = {
    "limit": _whole(0, 500),
    "threshold": _SHARE,
    "cutoff": _SHARE,
    "algorithm": {"type": "string", "enum": sorted(ALGORITHMS)},
    "fuzzy": _YES,
    "include_dataset": _TEXTS,
    "exclude_dataset": _TEXTS,
    "exclude_schema": _TEXTS,
    "exclude_entity_ids": _TEXTS,
    "topics": _TEXTS,
    "changed_since": _TEXT,
}
_SUGGEST = {"prefix": {"type": "string", "minLength": 1, "maxLength": 200}, "cursor": _whole(0, 10_000)}
QUERY: dict[str, dict[str, dict[str, Any]]] = {
    "match.match": _MATCH,
    "match.check": {
        "name": _TEXTS, "birthDate": _TEXTS, "nationality": _TEXTS, "dataset": _TEXT, "schema": _TEXT, **_MATCH,
    },
    "entities.entity": {"nested": _YES, "history": _YES},
    "search.search": {
        "q": _TEXT, "schema": _TEXT, "limit": _whole(0, 500), "offset": _whole(0, 500), "include_dataset": _TEXTS,
        "exclude_dataset": _TEXTS, "countries": _TEXTS, "topics": _TEXTS,
    },
    "catalog.changes": {"since": _whole(0, 2**40), "limit": _whole(1, 100_000)},
    "batches.take": {"format": _TEXT, "filename": _TEXT},
    "batches.listed": {"limit": _whole(1, 1000)},
    "reconcile.reconcile": {"queries": _TEXT, "extend": _TEXT},
    "reconcile.suggest_entity": _SUGGEST,
    "reconcile.suggest_type": _SUGGEST,
    "reconcile.suggest_property": _SUGGEST,
    "reconcile.propose": {"type": _TEXT, "limit": _whole(0, 1000)},
    "reconcile.preview": {"id": _TEXT},
}  # fmt: skip
"""endpoint -> its parameters in the query, each with its schema."""
_ENTITY = {
    "type": "object",
    "required": ["schema", "properties"],
    "properties": {
        "schema": {"type": "string", "description": "A FollowTheMoney schema, such as Person"},
        "properties": {"type": "object", "additionalProperties": {"anyOf": [_TEXT, _TEXTS]}},
    },
}
BODIES: dict[str, dict[str, Any]] = {
    "match.match": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["queries"],
                "properties": {"queries": {"type": "object", "maxProperties": 100, "additionalProperties": _ENTITY}},
            }
        }
    },
    "records.post": {
        "application/json": {
            "schema": {
                **_ENTITY,
                "required": ["id", "datasets", "schema", "properties"],
                "properties": {**_ENTITY["properties"], "id": _TEXT, "datasets": _TEXTS},  # type: ignore[dict-item]
            }
        }
    },
    "batches.take": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}, "mapping": _TEXT},
            }
        },
    },
    "reconcile.reconcile_form": {
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"queries": _TEXT}}}
    },
}
"""endpoint -> the forms of its body."""


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """This description."""
    return json_response(described(current_app))


def described(app: Flask) -> dict[str, Any]:
    """The description of an application."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        if rule.endpoint.startswith("desk."):
            # pages for people
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = _PART.sub(lambda part: f"{{{part['name']}}}", rule.rule)
            paths.setdefault(path, {})[method.lower()] = _operation(app, rule)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Watchlist resolver",
            "version": resolver.__version__,
            "description": "Who is the same as whom in the lists of many agencies.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "ApiKey and the key"}
            },
            "schemas": {
                "Error": {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}
            },
        },
    }


def _operation(app: Flask, rule: Rule) -> dict[str, Any]:
    said = inspect.getdoc(app.view_functions[rule.endpoint]) or ""
    said = " ".join(said.split())
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    operation: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": said.split(". ")[0].split(": ")[0].rstrip("."),
        "description": said,
        "tags": [rule.endpoint.partition(".")[0]],
        "parameters": [*_in_path(rule), *_in_query(rule.endpoint)],
        "responses": {
            "default": {"description": "What went wrong, and how to mend it", "content": error},
            "2XX": {"description": "The answer"},
        },
    }
    if rule.endpoint in BODIES:
        operation["requestBody"] = {"required": True, "content": BODIES[rule.endpoint]}
    if SCOPES[rule.endpoint.partition(".")[0]] is not None:
        operation["security"] = [{"key": []}, {}]
    return operation


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    found = []
    for part in _PART.finditer(rule.rule):
        schema = dict(_TEXT)
        if part["kind"] == "any":
            schema["enum"] = [word.strip() for word in part["words"].split(",")]
        found.append({"name": part["name"], "in": "path", "required": True, "schema": schema})
    return found


def _in_query(endpoint: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in QUERY.get(endpoint, {}).items()]
