"""The addresses of the protocol."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, render_template, request

from resolver.api import query_parameters
from resolver.api.access import consulted, cross_origin, viewer
from resolver.api.errors import ApiError
from resolver.api.reconcile.extend import extended, proposed
from resolver.api.reconcile.kinds import suggested_properties, suggested_types
from resolver.api.reconcile.manifest import manifest
from resolver.api.reconcile.queries import (
    answers,
    describe,
    named,
    understood,
)
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.match_options import scope
from resolver.api.service import service
from resolver.ingest.formats.ftm.ftm_schema import label_of
from resolver.records.kinds import SCHEMATA
from resolver.screening import entity_reader
from resolver.screening.screener import Stand

blueprint = Blueprint("reconcile", __name__)
_KEY = "api_key"
_SUGGESTIONS = 10
_SHOWN = (
    "name", "alias", "birthDate", "birthPlace", "nationality", "country", "jurisdiction", "incorporationDate", "gender",
    "position", "idNumber", "passportNumber", "registrationNumber", "imoNumber", "topics",
)  # fmt: skip
blueprint.after_request(cross_origin)


@blueprint.get("/reconcile/<dataset>")
def reconcile(dataset: str) -> Response:
    """The manifest; with `queries` or `extend` (JSON) their answers."""
    said = _answered(dataset, request.args.get("queries"), request.args.get("extend"))
    return json_response(manifest(dataset) if said is None else said)


@blueprint.post("/reconcile/<dataset>")
def reconcile_form(dataset: str) -> Response:
    """Answers to `queries` or `extend` (JSON), sent as a form."""
    said = _answered(dataset, request.form.get("queries"), request.form.get("extend"))
    if said is None:
        raise ApiError(422, "the form must hold queries or extend: a JSON object")
    return json_response(said)


@blueprint.get("/reconcile/<dataset>/suggest/entity")
def suggest_entity(dataset: str) -> Response:
    """Entities with a name of which a word begins with `prefix`; `cursor` of them are passed over."""
    sources = scope(dataset, service().screen.sources(viewer()))
    prefix, cursor = _prefix()
    hub = service().hub
    version, found = entity_reader.suggested(hub, prefix, viewer(), limit=cursor + 5 * _SUGGESTIONS)
    inside = [one for one in found if sources is None or not sources.isdisjoint(one["datasets"])]
    page = inside[cursor : cursor + _SUGGESTIONS]
    seen = {"seen": [one["id"] for one in page]}
    consulted("suggest", {"prefix": prefix}, seen, Stand(version, hub.models.stamp["model"]))
    result = []
    for entity in page:
        said = named(entity)
        notable = said.pop("type")
        result.append({**said, "notable": notable})
    return json_response({"result": result})


@blueprint.get("/reconcile/<dataset>/suggest/type")
def suggest_type(dataset: str) -> Response:
    """Types that begin with `prefix`."""
    scope(dataset, service().screen.sources(viewer()))
    prefix, cursor = _prefix()
    return json_response({"result": suggested_types(prefix)[cursor : cursor + _SUGGESTIONS]})


@blueprint.get("/reconcile/<dataset>/suggest/property")
def suggest_property(dataset: str) -> Response:
    """Properties that begin with `prefix`."""
    scope(dataset, service().screen.sources(viewer()))
    prefix, cursor = _prefix()
    return json_response({"result": suggested_properties(prefix)[cursor : cursor + _SUGGESTIONS]})


@blueprint.get("/reconcile/<dataset>/extend")
def propose(dataset: str) -> Response:
    """The properties that can be fetched of entities of a `type`, `limit` of them."""
    scope(dataset, service().screen.sources(viewer()))
    schema = query_parameters.one_of("type", SCHEMATA) or "LegalEntity"
    return json_response(proposed(schema, query_parameters.whole("limit", 0, 0, 1000)))


@blueprint.get("/reconcile/<dataset>/preview")
def preview(dataset: str) -> Response:
    """A small page about the entity `id`, to be shown in a frame."""
    sources = scope(dataset, service().screen.sources(viewer()))
    hub = service().hub
    identity = request.args.get("id", "")
    found = entity_reader.entity(hub, identity, viewer()) if identity else None
    form = found.entity if found is not None else None
    if (
        found is None
        or form is None
        or (sources is not None and sources.isdisjoint(form["datasets"]))
    ):
        raise ApiError(404, f"there is no entity {identity[:80]!r}")
    consulted(
        "preview",
        {"id": identity},
        {"seen": [found.id]},
        Stand(found.version, hub.models.stamp["model"]),
    )
    nonce = secrets.token_urlsafe(12)
    rows = [
        (label_of(prop), form["properties"][prop]) for prop in _SHOWN if prop in form["properties"]
    ]
    page = render_template(
        "reconcile/preview.html",
        entity=form,
        about=describe(form),
        rows=rows,
        nonce=nonce,
        version=found.version,
    )
    response = Response(page, mimetype="text/html")
    # it is there to be framed by whoever reconciles, runs nothing and fetches nothing
    response.headers["Content-Security-Policy"] = f"default-src 'none'; style-src 'nonce-{nonce}'"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _answered(dataset: str, queries: str | None, extend: str | None) -> dict[str, Any] | None:
    """The answers to what was asked, or None where nothing was. Raises `ApiError`."""
    scope(dataset, service().screen.sources(viewer()))
    if extend is not None:
        if queries is not None:
            # there is one answer, but nothing that makes no sense is passed over
            understood(queries)
        return extended(extend)
    return None if queries is None else answers(dataset, queries)


def _prefix() -> tuple[str, int]:
    prefix = request.args.get("prefix", "").strip()
    if not prefix:
        raise ApiError(422, "give the beginning of what is sought: prefix=…")
    if len(prefix) > 200 or "\x00" in prefix:
        raise ApiError(422, "prefix must be a text of 200 characters at most, without NUL")
    return prefix, query_parameters.whole("cursor", 0, 0, 10_000)
