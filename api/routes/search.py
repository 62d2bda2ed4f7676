"""`GET /search/{dataset}`: entities by a name, or by an id, with filters and facets, as yente's clients ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from resolver.api import query_parameters
from resolver.api.access import consulted, viewer
from resolver.api.errors import ApiError
from resolver.api.schemas.facets import (
    FACETS,
    counted,
    fits,
    operator,
)
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.match_options import exclusions, scope
from resolver.api.schemas.yente import record_of
from resolver.api.service import service
from resolver.ingest.formats.ftm.ftm_schema import is_a, topics
from resolver.records import Identifier, kind_of_schema
from resolver.records.properties import IDENTIFIERS
from resolver.screening import entity_reader
from resolver.screening.screener import (
    Found,
    Look,
    Screen,
    Stand,
    Wish,
)
from resolver.screening.uncompared_values import letters

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
    """What to sort by (None: an entity does not say), and whether the last comes first."""

    by: Callable[[dict[str, Any]], Any]
    descending: bool

    def put(self, entities: list[dict[str, Any]]) -> None:
        """Put entities into this order; those of which there is nothing to sort by are the last in either."""
        said = {id(one): self.by(one) for one in entities}
        silent = [one for one in entities if said[id(one)] is None]
        entities[:] = [one for one in entities if said[id(one)] is not None]
        entities.sort(key=lambda one: said[id(one)], reverse=self.descending)
        entities += silent


@blueprint.get("/search/<dataset>")
def search(dataset: str) -> Response:
    """Entities whose names are like `q`, best first unless `sort` says otherwise (`caption:asc`, `properties.X:desc`);
    an id finds its entity, and a number (of a passport, say) whoever bears it. Without `q` anybody is meant. `fuzzy`,
    `simple` and `target` are accepted and change nothing."""
    query_parameters.noted(*_PARAMETERS)
    query_parameters.readable()
    for name in ("fuzzy", "simple", "target"):
        query_parameters.yes(name, default=False)
    screen = service().ready_screen()
    sources = scope(dataset, screen.sources(viewer()))
    text, schema = request.args.get("q", "").strip(), _schema()
    sorts, facets = _sorts(), _facets()
    limit, offset = (
        query_parameters.whole("limit", 10, 0, 500),
        query_parameters.whole("offset", 0, 0, MOST),
    )
    if text:
        entities, complete, stand = _found(
            screen, text, schema, Wish(MOST, 0.0, sources, exclusions(), viewer())
        )
        entities = _with_direct(entities, text, sources)
    else:
        entities, complete, stand = _anybody(schema, sources)
    query_parameters.several_of("topics", topics())
    wanted = fits({name: query_parameters.several(name) for name in _FILTERS}, operator())
    entities = [one for one in entities if wanted(one)]
    for sort in sorts:
        sort.put(entities)
    page = entities[offset : offset + limit]
    consulted("search", {"q": text, "schema": schema}, {"seen": [one["id"] for one in page]}, stand)
    return json_response(
        {
            "results": page,
            "total": {"value": len(entities), "relation": "eq" if complete else "gte"},
            "facets": {name: counted(name, entities) for name in facets},
            "limit": limit,
            "offset": offset,
            "version": stand.version,
            "model": stand.model,
        }
    )


def _found(
    screen: Screen, text: str, schema: str, wish: Wish
) -> tuple[list[dict[str, Any]], bool, Stand]:
    """Entities whose names are like a text, and before them those of whom it is a number."""
    asked = [record_of({"schema": schema, "properties": {"name": [text]}}, "q").record]
    number = letters(text).upper()
    if any(sign.isdigit() for sign in number):
        asked += [replace(asked[0], values=(), identifiers=(Identifier("idNumber", text),))]
    answers, stand = screen.check(asked, wish)
    bearers = [
        _shown(one)
        for answer in answers[1:]
        for one in answer.found
        if number in _numbers(one.entity)
    ]
    known = {one["id"] for one in bearers}
    named = [_shown(one) for one in answers[0].found if one.entity["id"] not in known]
    return [*bearers, *named], all(answer.complete for answer in answers), stand


def _numbers(entity: Mapping[str, Any]) -> set[str]:
    return {
        letters(text).upper() for prop in IDENTIFIERS for text in entity["properties"].get(prop, ())
    }


def _anybody(
    schema: str, sources: frozenset[str] | None
) -> tuple[list[dict[str, Any]], bool, Stand]:
    """Entities of a kind, whoever they are, where nothing is asked for: the first `MOST` of them."""
    hub = service().hub
    accept = exclusions()
    version, forms, complete = entity_reader.some(hub, sources, viewer(), limit=MOST)
    look = Look(hub.store, version, viewer())
    there = [one for one in forms if schema == "Thing" or is_a(one["schema"], schema)]
    there = [one for one in there if accept is None or accept(one, look)]
    return (
        [{**one, "target": True, "score": 0.0} for one in there],
        complete,
        Stand(version, hub.models.stamp["model"]),
    )


def _schema() -> str:
    schema = request.args.get("schema", "LegalEntity")
    if schema != "Thing" and kind_of_schema(schema) is None:
        raise ApiError(400, f"the schema {schema[:60]!r} is no person, group or asset")
    return schema


def _with_direct(
    entities: list[dict[str, Any]], text: str, sources: frozenset[str] | None
) -> list[dict[str, Any]]:
    """The entities, before them the one whose id was asked for."""
    found = entity_reader.entity(service().hub, text, viewer())
    direct = found.entity if found is not None else None
    if direct is None or (sources is not None and sources.isdisjoint(direct["datasets"])):
        return entities
    return [
        {**direct, "target": True, "score": 1.0},
        *(one for one in entities if one["id"] != direct["id"]),
    ]


def _shown(found: Found) -> dict[str, Any]:
    return {**found.entity, "target": True, "score": found.score}


def _facets() -> tuple[str, ...]:
    return query_parameters.several_of("facets", tuple(FACETS)) or _DEFAULT_FACETS


def _sorts() -> list[_Sort]:
    """What to sort by, the least important first. Raises `ApiError`."""
    found = []
    for word in query_parameters.several("sort"):
        name, _, order = word.partition(":")
        by = _SORTS.get(name) or (
            _by_property(name.removeprefix("properties.")) if "properties." in name else None
        )
        if by is None or order not in ("", "asc", "desc"):
            known = f"{', '.join(_SORTS)} or properties.X, with :asc or :desc"
            raise ApiError(422, f"cannot sort by {word[:60]!r}; use {known}")
        found.append(_Sort(by, order == "desc"))
    return found[::-1]


def _by_property(prop: str) -> Callable[[dict[str, Any]], Any]:
    def smallest(entity: dict[str, Any]) -> str | None:
        return min(map(str, entity["properties"].get(prop, ())), default=None)

    return smallest
