"""The description, put together from the routes of an application."""

from __future__ import annotations

import inspect
import re
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

import resolver
from resolver.api.access import SCOPES, Gate
from resolver.api.openapi.bodies import BODIES, HEADERS
from resolver.api.openapi.components import ANSWERED, asked
from resolver.api.openapi.parameters import (
    HELP,
    IN_JSON,
    QUERY,
    REQUIRED,
)
from resolver.api.openapi.responses import responses
from resolver.api.openapi.schemas import PURPOSE, Schema

_PART = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<words>[^)]*)\))?:)?(?P<name>\w+)>")
_PARTLY_OPEN = ("reconcile.reconcile",)
"""The manifest of OpenRefine's protocol is open to all, what else is asked there is not."""
_HIDDEN = ("desk", "pages")
"""Blueprints of pages for people."""


def described(app: Flask) -> dict[str, Any]:
    """The description of an application."""
    gate: Gate = app.extensions["gate"]
    closed = gate.closed()
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        if rule.endpoint.partition(".")[0] in _HIDDEN:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = _PART.sub(lambda part: f"{{{part['name']}}}", rule.rule)
            paths.setdefault(path, {})[method.lower()] = _operation(app, rule, closed=closed)
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
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "ApiKey and the key",
                }
            },
            "schemas": {**ANSWERED, **asked()},
        },
    }


def _operation(app: Flask, rule: Rule, *, closed: bool) -> dict[str, Any]:
    endpoint = rule.endpoint
    said = " ".join((inspect.getdoc(app.view_functions[endpoint]) or "").split())
    scope = SCOPES[endpoint.partition(".")[0]]
    operation: dict[str, Any] = {
        "operationId": endpoint.replace(".", "_"),
        "summary": said.split(". ")[0].split(": ")[0].rstrip("."),
        "description": said,
        "tags": [endpoint.partition(".")[0]],
        "parameters": [
            *_in_path(rule),
            *_in_query(endpoint, guarded=scope is not None),
            *_in_headers(endpoint),
        ],
        "responses": responses(endpoint, guarded=scope is not None),
    }
    if endpoint in BODIES:
        operation["requestBody"] = {"required": True, "content": BODIES[endpoint]}
    if scope is not None:
        operation["security"] = (
            [{"key": []}] if closed and endpoint not in _PARTLY_OPEN else [{"key": []}, {}]
        )
        operation["description"] = f"{said} Scope of the key: {scope}."
    return operation


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    found = []
    for part in _PART.finditer(rule.rule):
        schema: Schema = {"type": "string", "minLength": 1}
        if part["kind"] == "any":
            schema = {"type": "string", "enum": [word.strip() for word in part["words"].split(",")]}
        found.append({"name": part["name"], "in": "path", "required": True, "schema": schema})
    return found


def _in_query(endpoint: str, *, guarded: bool) -> list[dict[str, Any]]:
    found = []
    rows = {**QUERY.get(endpoint, {}), **({"purpose": PURPOSE} if guarded else {})}
    for name, schema in rows.items():
        said: dict[str, Any] = {"name": name, "in": "query"}
        said |= (
            {"content": {"application/json": {"schema": schema}}}
            if name in IN_JSON
            else {"schema": schema}
        )
        if name in REQUIRED.get(endpoint, ()):
            said["required"] = True
        found.append({**said, "description": HELP[name]} if name in HELP else said)
    return found


def _in_headers(endpoint: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "schema": schema}
        for name, schema in HEADERS.get(endpoint, {}).items()
    ]
