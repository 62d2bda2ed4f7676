"""`GET /search/{dataset}`: entities by a name, or by an id, with facets."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, Response, request

from api import params
from api.access import consulted
from api.answers import json_response
from api.errors import ApiError
from api.service import service
from api.wire import record_of
from api.wishes import scope
from resolver.engines import reading
from resolver.engines.screening import Found, Wish
from resolver.records import kind_of_schema

blueprint = Blueprint("search", __name__)
_FACETS = {"countries": ("nationality", "country", "citizenship", "jurisdiction"), "topics": ("topics",)}
_PARAMETERS = ("q", "schema", "limit", "offset", "include_dataset", "exclude_dataset", "countries", "topics")


@blueprint.get("/search/<dataset>")
def search(dataset: str) -> Response:
    """Entities whose names are like `q`, best first; an id finds its entity."""
    params.only(*_PARAMETERS)
    screen = service().ready_screen()
    sources = scope(dataset, screen.sources())
    text = request.args.get("q", "").strip()
    if not text:
        raise ApiError(400, "there is nothing to search: give q=…")
    schema = request.args.get("schema") or "LegalEntity"
    if schema != "Thing" and kind_of_schema(schema) is None:
        raise ApiError(400, f"the schema {schema[:60]!r} is no person, group or asset")
    limit, offset = params.whole("limit", 10, 0, 500), params.whole("offset", 0, 0, 500)
    asked = record_of({"schema": schema, "properties": {"name": [text]}}, "q")
    (answer,), stand = screen.check([asked.record], Wish(1_000, 0.0, sources))
    entities = [_shown(one) for one in answer.found]
    direct = reading.entity(service().hub, text)
    if direct is not None and direct.entity is not None:
        entities = [direct.entity, *(one for one in entities if one["id"] != direct.id)]
    entities = [one for one in entities if _wanted(one)]
    page = entities[offset : offset + limit]
    consulted("search", {"q": text, "schema": schema}, {"seen": [one["id"] for one in page]}, stand)
    return json_response(
        {
            "results": page,
            "total": {"value": len(entities), "relation": "eq" if answer.complete else "gte"},
            "facets": _facets(entities),
            "limit": limit,
            "offset": offset,
            "version": stand.version,
            "model": stand.model,
        }
    )


def _shown(found: Found) -> dict[str, Any]:
    return {**found.entity, "target": True, "score": found.score}


def _values(entity: dict[str, Any], facet: str) -> set[str]:
    return {value for prop in _FACETS[facet] for value in entity["properties"].get(prop, ())}


def _wanted(entity: dict[str, Any]) -> bool:
    return all(
        not params.several(facet) or not _values(entity, facet).isdisjoint(params.several(facet)) for facet in _FACETS
    )


def _facets(entities: list[dict[str, Any]]) -> dict[str, Any]:
    """How many of the results have each country, topic and dataset."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*_FACETS, "datasets")}
    for entity in entities:
        for facet in _FACETS:
            counts[facet].update(_values(entity, facet))
        counts["datasets"].update(entity["datasets"])
    return {
        facet: {
            "label": facet.capitalize(),
            "values": [
                {"name": name, "label": name, "count": count}
                for name, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
            ],
        }
        for facet, found in counts.items()
    }
