"""`GET /search/{dataset}`: entities by words, id or number, with filters and facets."""

from __future__ import annotations

from typing import Any

import numpy as np
from flask import Blueprint, Response, request

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import Access, Disclosure, Scope, endpoint
from resolver.api.errors import ApiError
from resolver.api.openapi.schema import (
    BOOLEAN,
    COUNT,
    FRACTION,
    STRING,
    STRINGS,
    TEXTS,
    array_of,
    closed_object,
    component,
    enum_of,
    errors,
    integer,
    json_response_of,
    map_of,
    query_parameter,
)
from resolver.api.schemas.entity_schemas import ENTITY_FIELDS, REVISION_FIELDS, TIME_FIELDS, TOTAL
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.request_options import (
    COMMON_FILTERS,
    count_facet,
    read_entity_filter,
    read_facets,
    read_filters,
    read_property_filters,
    read_schema,
    select_with_facets,
    sources_in_scope,
)
from resolver.api.service import current_service
from resolver.check import entity_reader
from resolver.check.result_page import (
    FACETS,
    MAX_ENTITIES,
    SORT_KEYS,
    SortOrder,
    parse_sort_order,
    read_page,
)
from resolver.check.screener import EntityFilter, FilterContext, build_match_documents
from resolver.check.term_search import FoundEntities, SearchScope
from resolver.lists.formats.ftm.ftm_entity import topic_names
from resolver.records.kinds import SCHEMATA
from resolver.search.term_index import read_typed_text

blueprint = Blueprint("search", __name__)
_Entity = dict[str, Any]
MAX_TEXT = 2_000
"""Characters of a typed text."""
_SORT_WORDS = "|".join(SORT_KEYS)
_SORT_PATTERN = rf"^({_SORT_WORDS}|properties\.[A-Za-z]{{1,40}})(:(asc|desc))?$"
_PARAMETERS = (
    query_parameter(
        "q",
        {"type": "string", "maxLength": MAX_TEXT},
        description="Words, a number, a telephone, an e-mail address or a place, in any script.",
    ),
    query_parameter("schema", enum_of([*SCHEMATA, "Thing"])),
    query_parameter("limit", integer(0, 500)),
    query_parameter("offset", integer(0, MAX_ENTITIES)),
    *COMMON_FILTERS,
    query_parameter("countries", TEXTS),
    query_parameter("topics", array_of(enum_of(topic_names()))),
    query_parameter("datasets", TEXTS),
    query_parameter(
        "filter",
        TEXTS,
        description="Facet or property and value, as in `genders:female` or"
        " `properties.birthDate:1952-10-07`.",
    ),
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
                closed_object(
                    {**ENTITY_FIELDS, **TIME_FIELDS, "target": BOOLEAN, "score": FRACTION}
                )
            ),
            "total": TOTAL,
            "facets": map_of(closed_object({"label": STRING, "values": array_of(_FACET_VALUE)})),
            "limit": COUNT,
            "offset": COUNT,
            **REVISION_FIELDS,
        },
        {"warnings": STRINGS},
    ),
)


@endpoint(
    blueprint,
    "GET",
    "/search/<dataset>",
    Access(Scope.CHECK, Disclosure.VALUES),
    parameters=_PARAMETERS,
    responses={200: json_response_of(_SEARCH_RESPONSE), **errors(400, 404)},
)
def search(dataset: str) -> Response:
    """Return the entities that state the words of `q`, the best first unless `sort` says otherwise.

    `score` is the relevance of an entity to the text, from 0 to 1, and no probability: it says how
    well names, numbers, addresses, telephones and e-mail addresses answer the words typed. Entities
    of equal relevance are ordered by their number of records, then by id. An id finds its entity.
    Without `q`, or for `*`, every entity matches. `sort` is `caption:asc`, `changed:desc`,
    `properties.X` and so on, and orders the first 1,000. `filter` is a facet or a property with a
    value, as in `genders:female` or `properties.birthDate:1952-10-07`.
    `fuzzy`, `simple` and `target` are accepted and change nothing.
    """
    endpoints.ignore_undeclared()
    endpoints.require_utf8()
    for name in ("fuzzy", "simple", "target"):
        endpoints.read_boolean(name, default=False)
    screener = current_service().ready_screener()
    sources = sources_in_scope(dataset, screener.visible_sources(viewer()))
    text, schema, filters = _read_text(), read_schema(), read_filters()
    orders, facets = _read_sort_orders(), read_facets()
    accept = read_entity_filter(with_topics=False, properties=read_property_filters())
    limit = endpoints.read_integer("limit", 10, 0, 500)
    offset = endpoints.read_integer("offset", 0, 0, MAX_ENTITIES)
    entity_id = entity_reader.find_typed_id(current_service().hub, text, viewer())
    results = screener.search(text, SearchScope(viewer(), sources), entity_id)
    results, is_complete = _select_accepted(select_with_facets(results, schema, filters), accept)
    page = read_page(results, orders, offset, limit, current_service().hub)
    revision = revision_of(results.snapshot.revision)
    returned = {"seen": [entity["id"] for entity in page]}
    log_access("search", {"q": text, "schema": schema}, returned, revision)
    body = {
        "results": page,
        "total": {"value": len(results), "relation": "eq" if is_complete else "gte"},
        "facets": {name: count_facet(name, results) for name in facets},
        "limit": limit,
        "offset": offset,
        "version": revision.revision,
        "model": revision.model,
    }
    warnings = _text_warnings(text)
    return json_response({**body, "warnings": warnings} if warnings else body)


def _read_text() -> str:
    """Return the typed text; empty where every entity is wanted. Raises `ApiError`."""
    text = request.args.get("q", "").strip()
    if len(text) > MAX_TEXT:
        raise ApiError(400, f"q has {len(text):,} characters; a search takes {MAX_TEXT:,} at most")
    return "" if text == "*" else text


def _text_warnings(text: str) -> list[str]:
    """Return why a text finds less than its writer may expect."""
    words = read_typed_text(text).words if text else ("",)
    if not words:
        return [f"{text[:40]!r} has no letters and digits: nothing is found by it"]
    if text and max(map(len, words)) == 1:
        return ["a single letter finds only names that have it as a word: type two or more"]
    return []


def _select_accepted(
    results: FoundEntities, accept: EntityFilter | None
) -> tuple[FoundEntities, bool]:
    """Return the entities that a filter of documents accepts, and whether it has seen all."""
    if accept is None:
        return results, True
    best = results.best(MAX_ENTITIES)
    context = FilterContext.of(current_service().hub.store, results.snapshot, best)
    documents = build_match_documents(best, results.snapshot)
    mask = np.zeros(len(results), dtype=bool)
    for entity, document in zip(best, documents, strict=True):
        mask[entity.place] = accept(document, context)
    return results.select(mask), len(results) <= MAX_ENTITIES


def _read_sort_orders() -> list[SortOrder]:
    """Return the sort orders, the most important first. Raises `ApiError`."""
    try:
        return [parse_sort_order(word) for word in endpoints.read_texts("sort")]
    except ValueError as error:
        raise ApiError(422, str(error)) from None
