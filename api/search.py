"""`GET /search/{dataset}`: entities by a name, or by an id, with filters and facets, as yente's clients ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from api import params
from api.access import consulted, viewer
from api.answers import json_response
from api.errors import ApiError
from api.facets import FACETS, counted, fits, operator
from api.service import service
from api.wire import record_of
from api.wishes import exclusions, scope
from resolver.engines import reading
from resolver.engines.screening import Found, Wish
from resolver.records import kind_of_schema

blueprint = Blueprint("search", __name__)
MOST = 1_000
"""Entities looked at for one search at most."""
_FILTERS = ("countries", "topics", "datasets")
_DEFAULT_FACETS = ("countries", "topics", "datasets")
_PARAMETERS = (
    "q", "schema", "limit", "offset", "include_dataset", "exclude_dataset", "exclude_schema", "changed_since", "sort",
    "facets", "filter_op", "fuzzy", "simple", "target", *_FILTERS,
)  # fmt: skip
_SORTS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "score": lambda one: one["score"],
    "_score": lambda one: one["score"],
    "caption": lambda one: str(one["caption"]).casefold(),
    "schema": lambda one: one["schema"],
    "id": lambda one: one["id"],
}
"""word -> what results are sorted by; `properties.X` sorts by the smallest value of a property."""


@dataclass(frozen=True, slots=True)
class _Sort:
    """What to sort by, the last first."""

    by: Callable[[dict[str, Any]], Any]
    descending: bool


@blueprint.get("/search/<dataset>")
def search(dataset: str) -> Response:
    """Entities whose names are like `q`, best first unless `sort` says otherwise (`caption:asc`, `properties.X:desc`);
    an id finds its entity. `fuzzy`, `simple` and `target` are accepted and change nothing."""
    params.noted(*_PARAMETERS)
    for name in ("fuzzy", "simple", "target"):
        params.yes(name, default=False)
    screen = service().ready_screen()
    sources = scope(dataset, screen.sources(viewer()))
    text, schema = request.args.get("q", "").strip(), _schema()
    if not text:
        raise ApiError(400, "there is nothing to search: give q=…")
    sorts, facets = _sorts(), _facets()
    limit, offset = params.whole("limit", 10, 0, 500), params.whole("offset", 0, 0, MOST)
    asked = record_of({"schema": schema, "properties": {"name": [text]}}, "q")
    (answer,), stand = screen.check([asked.record], Wish(MOST, 0.0, sources, exclusions(), viewer()))
    entities = _with_direct([_shown(one) for one in answer.found], text, sources)
    wanted = fits({name: params.several(name) for name in _FILTERS}, operator())
    entities = [one for one in entities if wanted(one)]
    for sort in sorts:
        entities.sort(key=sort.by, reverse=sort.descending)
    page = entities[offset : offset + limit]
    consulted("search", {"q": text, "schema": schema}, {"seen": [one["id"] for one in page]}, stand)
    return json_response(
        {
            "results": page,
            "total": {"value": len(entities), "relation": "eq" if answer.complete else "gte"},
            "facets": {name: counted(name, entities) for name in facets},
            "limit": limit,
            "offset": offset,
            "version": stand.version,
            "model": stand.model,
        }
    )


def _schema() -> str:
    schema = request.args.get("schema", "LegalEntity")
    if schema != "Thing" and kind_of_schema(schema) is None:
        raise ApiError(400, f"the schema {schema[:60]!r} is no person, group or asset")
    return schema


def _with_direct(entities: list[dict[str, Any]], text: str, sources: frozenset[str] | None) -> list[dict[str, Any]]:
    """The entities, before them the one whose id was asked for."""
    found = reading.entity(service().hub, text, viewer())
    direct = found.entity if found is not None else None
    if direct is None or (sources is not None and sources.isdisjoint(direct["datasets"])):
        return entities
    return [{**direct, "target": True, "score": 1.0}, *(one for one in entities if one["id"] != direct["id"])]


def _shown(found: Found) -> dict[str, Any]:
    return {**found.entity, "target": True, "score": found.score}


def _facets() -> tuple[str, ...]:
    return params.several_of("facets", tuple(FACETS)) or _DEFAULT_FACETS


def _sorts() -> list[_Sort]:
    """What to sort by, the least important first. Raises `ApiError`."""
    found = []
    for word in params.several("sort"):
        name, _, order = word.partition(":")
        by = _SORTS.get(name) or (_by_property(name.removeprefix("properties.")) if "properties." in name else None)
        if by is None or order not in ("", "asc", "desc"):
            known = f"{', '.join(_SORTS)} or properties.X, with :asc or :desc"
            raise ApiError(422, f"cannot sort by {word[:60]!r}; use {known}")
        found.append(_Sort(by, order == "desc"))
    return found[::-1]


def _by_property(prop: str) -> Callable[[dict[str, Any]], Any]:
    def smallest(entity: dict[str, Any]) -> tuple[bool, str]:
        values = entity["properties"].get(prop, ())
        return not values, min(map(str, values), default="")

    return smallest
