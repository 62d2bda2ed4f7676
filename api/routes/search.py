"""`GET /search/{dataset}`: entities by name, id or number, with filters and facets, as in yente."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from resolver.api import query_parameters
from resolver.api.access import log_access, viewer
from resolver.api.endpoints import Access, Disclosure, Scope, endpoint
from resolver.api.errors import ApiError
from resolver.api.openapi.json_schema import (
    BOOLEAN,
    COUNT,
    FRACTION,
    STRING,
    TEXT,
    TEXTS,
    array_of,
    closed_object,
    component,
    enum_of,
    integer,
    map_of,
)
from resolver.api.openapi.objects import errors, json_response_of, query_parameter
from resolver.api.schemas.entity_schemas import ENTITY_FIELDS, REVISION_FIELDS, TOTAL
from resolver.api.schemas.facets import (
    FACETS,
    count_facet,
    facet_filter,
    read_operator,
)
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.request_options import (
    COMMON_FILTERS,
    read_entity_filter,
    sources_in_scope,
)
from resolver.api.schemas.yente import query_record
from resolver.api.service import current_service
from resolver.ingest.formats.ftm.ftm_schema import is_kind_of, topic_names
from resolver.records import Identifier, kind_of_schema
from resolver.records.kinds import SCHEMATA
from resolver.records.properties import IDENTIFIERS
from resolver.screening import entity_reader
from resolver.screening.screener import (
    FilterContext,
    IndexRevision,
    MatchQuery,
    Screener,
    ScreeningMatch,
)
from resolver.screening.uncompared_values import letters

blueprint = Blueprint("search", __name__)
_Entity = dict[str, Any]
MAX_ENTITIES = 1_000
"""Maximum number of entities that a search looks at."""
_FILTERS = ("countries", "topics", "datasets")
_DEFAULT_FACETS = ("countries", "topics", "datasets")
_SORT_PATTERN = r"^(_?score|caption|schema|id|properties\.[A-Za-z]{1,40})(:(asc|desc))?$"
_PARAMETERS = (
    query_parameter(
        "q",
        {**TEXT, "maxLength": 2_000},
        description="What to search for; words of at most 100 letters where a script parts words.",
    ),
    query_parameter("schema", enum_of([*SCHEMATA, "Thing"])),
    query_parameter("limit", integer(0, 500)),
    query_parameter("offset", integer(0, MAX_ENTITIES)),
    *COMMON_FILTERS,
    query_parameter("countries", TEXTS),
    query_parameter("topics", array_of(enum_of(topic_names()))),
    query_parameter("datasets", TEXTS),
    query_parameter("filter_op", enum_of(["OR", "AND"])),
    query_parameter("facets", array_of(enum_of(FACETS))),
    query_parameter("fuzzy", BOOLEAN),
    query_parameter("simple", BOOLEAN),
    query_parameter("target", BOOLEAN),
    query_parameter("sort", array_of({"type": "string", "pattern": _SORT_PATTERN})),
)
_FACET_VALUE = closed_object({"name": STRING, "label": STRING, "count": COUNT})
_SEARCH_RESPONSE = component(
    "Searched",
    closed_object(
        {
            "results": array_of(
                closed_object({**ENTITY_FIELDS, "target": BOOLEAN, "score": FRACTION})
            ),
            "total": TOTAL,
            "facets": map_of(closed_object({"label": STRING, "values": array_of(_FACET_VALUE)})),
            "limit": COUNT,
            "offset": COUNT,
            **REVISION_FIELDS,
        }
    ),
)
_SORT_KEYS: Mapping[str, Callable[[_Entity], Any]] = {
    "score": lambda entity: entity["score"],
    "_score": lambda entity: entity["score"],
    "caption": lambda entity: str(entity["caption"]).casefold(),
    "schema": lambda entity: entity["schema"],
    "id": lambda entity: entity["id"],
}
"""Sort keys by word; `properties.X` sorts by the smallest value of a property."""


@dataclass(frozen=True, slots=True)
class _SortOrder:
    """Sort key (None for an entity without a value) and direction."""

    key: Callable[[_Entity], Any]
    is_descending: bool

    def apply(self, entities: list[_Entity]) -> None:
        """Sort entities in place; those without a value come last in either direction."""
        keyed = [(self.key(entity), entity) for entity in entities]
        with_value = [row for row in keyed if row[0] is not None]
        with_value.sort(key=lambda row: row[0], reverse=self.is_descending)
        without_value = [entity for key, entity in keyed if key is None]
        entities[:] = [*(entity for _, entity in with_value), *without_value]


@endpoint(
    blueprint,
    "GET",
    "/search/<dataset>",
    Access(Scope.CHECK, Disclosure.VALUES),
    parameters=_PARAMETERS,
    responses={200: json_response_of(_SEARCH_RESPONSE), **errors(400, 404)},
)
def search(dataset: str) -> Response:
    """Return entities whose names are like `q`, best first unless `sort` says otherwise.

    `sort` is `caption:asc`, `properties.X:desc` and so on. An id finds its entity, and a number (of
    a passport, say) its bearer. Without `q` every entity matches. `fuzzy`, `simple` and `target`
    are accepted and change nothing.
    """
    query_parameters.ignore_undeclared()
    query_parameters.require_utf8()
    for name in ("fuzzy", "simple", "target"):
        query_parameters.read_boolean(name, default=False)
    screener = current_service().ready_screener()
    sources = sources_in_scope(dataset, screener.visible_sources(viewer()))
    text, schema = request.args.get("q", "").strip(), _read_schema()
    orders, facets = _read_sort_orders(), _read_facets()
    limit = query_parameters.read_integer("limit", 10, 0, 500)
    offset = query_parameters.read_integer("offset", 0, 0, MAX_ENTITIES)
    if text:
        options = MatchQuery(MAX_ENTITIES, 0.0, sources, read_entity_filter(), viewer())
        entities, is_complete, revision = _search_text(screener, text, schema, options)
        entities = _insert_entity_with_id(entities, text, sources)
    else:
        entities, is_complete, revision = _list_entities(schema, sources)
    query_parameters.read_choices("topics", topic_names())
    filters = {name: query_parameters.read_texts(name) for name in _FILTERS}
    has_facets = facet_filter(filters, read_operator())
    entities = [entity for entity in entities if has_facets(entity)]
    for order in orders:
        order.apply(entities)
    page = entities[offset : offset + limit]
    returned = {"seen": [entity["id"] for entity in page]}
    log_access("search", {"q": text, "schema": schema}, returned, revision)
    return json_response(
        {
            "results": page,
            "total": {"value": len(entities), "relation": "eq" if is_complete else "gte"},
            "facets": {name: count_facet(name, entities) for name in facets},
            "limit": limit,
            "offset": offset,
            "version": revision.revision,
            "model": revision.model,
        }
    )


def _search_text(
    screener: Screener, text: str, schema: str, match_options: MatchQuery
) -> tuple[list[_Entity], bool, IndexRevision]:
    """Return entities that bear the text as a number or name, whether these are all, and the
    revision.
    """
    by_name = query_record({"schema": schema, "properties": {"name": [text]}}, "q").record
    queries = [by_name]
    number = letters(text).upper()
    if any(character.isdigit() for character in number):
        by_number = replace(by_name, values=(), identifiers=(Identifier("idNumber", text),))
        queries.append(by_number)
    answers, revision = screener.check(queries, match_options)
    by_number_matches = [candidate for answer in answers[1:] for candidate in answer.matches]
    bearers = [
        _entity_view(match)
        for match in by_number_matches
        if number in _normalized_identifiers(match.entity)
    ]
    bearer_ids = {entity["id"] for entity in bearers}
    namesakes = [
        _entity_view(match) for match in answers[0].matches if match.entity["id"] not in bearer_ids
    ]
    return [*bearers, *namesakes], all(answer.is_complete for answer in answers), revision


def _normalized_identifiers(entity: Mapping[str, Any]) -> set[str]:
    return {
        letters(text).upper() for prop in IDENTIFIERS for text in entity["properties"].get(prop, ())
    }


def _list_entities(
    schema: str, sources: frozenset[str] | None
) -> tuple[list[_Entity], bool, IndexRevision]:
    """Return the first `MAX_ENTITIES` entities of a schema, for a search without a text.

    Also whether they are all there are, and the revision that they are of.
    """
    hub = current_service().hub
    accept = read_entity_filter()
    version, listed, is_complete = entity_reader.read_first_entities(
        hub, sources, viewer(), limit=MAX_ENTITIES
    )
    context = FilterContext(hub.store, version, viewer())
    entities = [
        {**entity, "target": True, "score": 0.0}
        for entity in listed
        if (schema == "Thing" or is_kind_of(entity["schema"], schema))
        and (accept is None or accept(entity, context))
    ]
    return entities, is_complete, IndexRevision(version, hub.models.stamp["model"])


def _read_schema() -> str:
    schema = request.args.get("schema", "LegalEntity")
    if schema != "Thing" and kind_of_schema(schema) is None:
        raise ApiError(400, f"the schema {schema[:60]!r} is no person, group or asset")
    return schema


def _insert_entity_with_id(
    entities: list[_Entity], entity_id: str, sources: frozenset[str] | None
) -> list[_Entity]:
    """Return the entities with the visible entity of this id first, added if it is absent."""
    read = entity_reader.read_entity(current_service().hub, entity_id, viewer())
    entity = read.entity if read is not None else None
    if entity is None or (sources is not None and sources.isdisjoint(entity["datasets"])):
        return entities
    others = [other for other in entities if other["id"] != entity["id"]]
    return [{**entity, "target": True, "score": 1.0}, *others]


def _entity_view(candidate: ScreeningMatch) -> _Entity:
    return {**candidate.entity, "target": True, "score": candidate.score}


def _read_facets() -> tuple[str, ...]:
    return query_parameters.read_choices("facets", tuple(FACETS)) or _DEFAULT_FACETS


def _read_sort_orders() -> list[_SortOrder]:
    """Return the sort orders, the least important first. Raises `ApiError`."""
    orders = []
    for word in query_parameters.read_texts("sort"):
        name, _, direction = word.partition(":")
        key = _SORT_KEYS.get(name) or (
            _by_property(name.removeprefix("properties.")) if "properties." in name else None
        )
        if key is None or direction not in ("", "asc", "desc"):
            allowed = f"{', '.join(_SORT_KEYS)} or properties.X, with :asc or :desc"
            raise ApiError(422, f"cannot sort by {word[:60]!r}; use {allowed}")
        orders.append(_SortOrder(key, direction == "desc"))
    return orders[::-1]


def _by_property(prop: str) -> Callable[[_Entity], Any]:
    def smallest(entity: _Entity) -> str | None:
        """Return the smallest value of the property, or None."""
        return min(map(str, entity["properties"].get(prop, ())), default=None)

    return smallest
