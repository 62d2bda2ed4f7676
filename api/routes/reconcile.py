"""`/reconcile/{dataset}`: OpenRefine's reconciliation protocol, version 0.2, in full.

The endpoints are the manifest, queries, suggestions, previews and data extension. Pages of this
machine may send requests across origins (OpenRefine's page is one). Any page may do so once a key
is needed, since a page without the key gets no data. JSONP, which is optional in the protocol, is
not offered, because it would let any page read answers. A key may be in the address (`api_key=…`),
since OpenRefine cannot send it in another way; the manifest repeats it in its addresses.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, Request, Response, render_template, request

from resolver.api import endpoints
from resolver.api import reconcile_protocol as protocol
from resolver.api.access import cross_origin, key_needed, log_access, revision_of, viewer
from resolver.api.endpoints import (
    NONBLANK,
    STRING,
    Access,
    Disclosure,
    Scope,
    content,
    endpoint,
    enum_of,
    errors,
    integer,
    json_query_parameter,
    json_response_of,
    query_parameter,
    response,
)
from resolver.api.errors import ApiError
from resolver.api.request_options import sources_in_scope
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.check import entity_reader
from resolver.lists.formats.ftm.ftm_entity import property_label
from resolver.records.kinds import SCHEMATA
from resolver.records.properties import SUMMARY

blueprint = Blueprint("reconcile", __name__)
_SUGGESTIONS = 10
_SHOWN = (
    *("name", "alias", *SUMMARY),
    *("jurisdiction", "incorporationDate", "registrationNumber", "imoNumber", "topics"),
)
"""Properties on the preview page, in this order."""
_VALUES = Access(Scope.CHECK, Disclosure.VALUES, key_in_query=True)
_MODEL = Access(Scope.CHECK, Disclosure.STATE, key_in_query=True)
_SUGGEST = (
    query_parameter(
        "prefix", {**STRING, "maxLength": 200}, description="Without it nothing is suggested."
    ),
    query_parameter("cursor", integer(0, 10_000)),
)
blueprint.after_request(cross_origin)


def _is_manifest_request(request: Request) -> bool:
    """Return whether a request is for the manifest, which the protocol wants open to everybody."""
    return request.args.keys().isdisjoint({"queries", "extend"})


@endpoint(
    blueprint,
    "GET",
    "/reconcile/<dataset>",
    replace(_VALUES, public_if=_is_manifest_request),
    parameters=[
        json_query_parameter("queries", protocol.QUERIES),
        json_query_parameter("extend", protocol.EXTENSION_QUERY),
    ],
    responses={
        200: json_response_of(
            {"anyOf": [protocol.MANIFEST, protocol.CANDIDATES, protocol.EXTENSION]},
            "Manifest or answers",
        ),
        **errors(400, 404, 413),
    },
)
def reconcile(dataset: str) -> Response:
    """Return the manifest, or the answers to `queries` or `extend` (JSON)."""
    if _is_manifest_request(request) and key_needed() and not viewer().name:
        # callers without a key must not learn which datasets exist
        return json_response(protocol.build_manifest(dataset[:60]))
    answers = _answer(dataset, request.args.get("queries"), request.args.get("extend"))
    return json_response(protocol.build_manifest(dataset) if answers is None else answers)


@endpoint(
    blueprint,
    "POST",
    "/reconcile/<dataset>",
    _VALUES,
    body=content(protocol.FORM, "application/x-www-form-urlencoded"),
    responses={
        200: json_response_of({"anyOf": [protocol.CANDIDATES, protocol.EXTENSION]}, "Answers"),
        **errors(400, 404, 413),
    },
)
def reconcile_form(dataset: str) -> Response:
    """Return the answers to `queries` or `extend` (JSON), sent as a form."""
    answers = _answer(dataset, request.form.get("queries"), request.form.get("extend"))
    if answers is None:
        raise ApiError(422, "the form must hold queries or extend: a JSON object")
    return json_response(answers)


@endpoint(
    blueprint,
    "GET",
    "/reconcile/<dataset>/suggest/entity",
    _VALUES,
    parameters=_SUGGEST,
    responses={200: json_response_of(protocol.SUGGESTIONS), **errors(404)},
)
def suggest_entity(dataset: str) -> Response:
    """Suggest entities with a word in their name that begins with `prefix`.

    The first `cursor` of them are skipped.
    """
    sources = _sources(dataset)
    prefix, cursor = _read_prefix()
    hub = current_service().hub
    suggested: list[dict[str, Any]] = []
    if prefix:
        limit = cursor + 5 * _SUGGESTIONS
        version, suggested = entity_reader.suggest_entities(hub, prefix, viewer(), limit=limit)
    else:
        version = hub.store.revision
    in_scope = [
        entity
        for entity in suggested
        if sources is None or not sources.isdisjoint(entity["datasets"])
    ]
    page = in_scope[cursor : cursor + _SUGGESTIONS]
    returned = {"seen": [entity["id"] for entity in page]}
    log_access("suggest", {"prefix": prefix}, returned, revision_of(version))
    return json_response({"result": [_suggestion(entity) for entity in page]})


def _suggestion(entity: dict[str, Any]) -> dict[str, Any]:
    identity = protocol.identify(entity)
    notable = identity.pop("type")
    return {**identity, "notable": notable}


@endpoint(
    blueprint,
    "GET",
    "/reconcile/<dataset>/suggest/type",
    _MODEL,
    parameters=_SUGGEST,
    responses={200: json_response_of(protocol.SUGGESTIONS), **errors(404)},
)
def suggest_type(dataset: str) -> Response:
    """Suggest types that begin with `prefix`."""
    _sources(dataset)
    prefix, cursor = _read_prefix()
    suggested = protocol.suggest_types(prefix) if prefix else []
    return json_response({"result": suggested[cursor : cursor + _SUGGESTIONS]})


@endpoint(
    blueprint,
    "GET",
    "/reconcile/<dataset>/suggest/property",
    _MODEL,
    parameters=_SUGGEST,
    responses={200: json_response_of(protocol.SUGGESTIONS), **errors(404)},
)
def suggest_property(dataset: str) -> Response:
    """Suggest properties that begin with `prefix`."""
    _sources(dataset)
    prefix, cursor = _read_prefix()
    suggested = protocol.suggest_properties(prefix) if prefix else []
    return json_response({"result": suggested[cursor : cursor + _SUGGESTIONS]})


@endpoint(
    blueprint,
    "GET",
    "/reconcile/<dataset>/extend",
    _MODEL,
    parameters=[
        query_parameter("type", enum_of(SCHEMATA)),
        query_parameter("limit", integer(0, 1000)),
    ],
    responses={200: json_response_of(protocol.PROPOSAL), **errors(404)},
)
def propose(dataset: str) -> Response:
    """List up to `limit` properties that can be fetched of entities of a `type`."""
    _sources(dataset)
    schema = endpoints.read_choice("type", SCHEMATA) or "LegalEntity"
    limit = endpoints.read_integer("limit", 0, 0, 1000)
    return json_response(protocol.propose_properties(schema, limit))


@endpoint(
    blueprint,
    "GET",
    "/reconcile/<dataset>/preview",
    _VALUES,
    parameters=[query_parameter("id", NONBLANK, is_required=True)],
    responses={200: response("A page", content(STRING, "text/html")), **errors(404)},
)
def preview(dataset: str) -> Response:
    """Show a small page about the entity `id`, for a frame."""
    sources = _sources(dataset)
    hub = current_service().hub
    entity_id = request.args.get("id", "")
    read = entity_reader.read_entity(hub, entity_id, viewer()) if entity_id else None
    entity = read.entity if read is not None else None
    if (
        read is None
        or entity is None
        or (sources is not None and sources.isdisjoint(entity["datasets"]))
    ):
        raise ApiError(404, f"there is no entity {entity_id[:80]!r}")
    revision = revision_of(read.revision)
    log_access("preview", {"id": entity_id}, {"seen": [read.id]}, revision)
    nonce = secrets.token_urlsafe(12)
    properties = entity["properties"]
    page = render_template(
        "reconcile/preview.html",
        entity=entity,
        about=protocol.describe(entity),
        rows=[(property_label(prop), properties[prop]) for prop in _SHOWN if prop in properties],
        nonce=nonce,
        version=read.revision,
    )
    answer = Response(page, mimetype="text/html")
    # any page may frame it, since it runs nothing and loads nothing
    answer.headers["Content-Security-Policy"] = f"default-src 'none'; style-src 'nonce-{nonce}'"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _answer(dataset: str, queries: str | None, extend: str | None) -> dict[str, Any] | None:
    """Return the answers to queries or to an extension; None if neither is given. Raises
    `ApiError`.
    """
    _sources(dataset)
    if extend is not None:
        if queries is not None:
            # the extension is answered, but faults in the queries are reported, too
            protocol.parse_queries(queries)
        return protocol.extend_entities(extend)
    return None if queries is None else protocol.answer_queries(dataset, queries)


def _sources(dataset: str) -> frozenset[str] | None:
    """Return the sources in scope. Raises `ApiError` for a dataset that the viewer cannot see."""
    return sources_in_scope(dataset, current_service().screener.visible_sources(viewer()))


def _read_prefix() -> tuple[str, int]:
    """Return the parameters `prefix` and `cursor`. Raises `ApiError`."""
    prefix = request.args.get("prefix", "").strip()
    if len(prefix) > 200 or "\x00" in prefix:
        raise ApiError(422, "prefix must be a text of 200 characters at most, without NUL")
    return prefix, endpoints.read_integer("cursor", 0, 0, 10_000)
