"""`/entities/{id}` and `GET /search/{dataset}`: one entity with its relations, search by words.

An entity is found by its id, a retired id or the id of one of its records. Search takes words, an
id or a number, with filters and facets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import numpy as np
from flask import Blueprint, Request, Response, request, url_for

from resolver.api import endpoints, entity_schemas, request_options
from resolver.api.access import (
    NO_CONTACT,
    ContactAnswer,
    find_contacts,
    log_access,
    revision_of,
    viewer,
)
from resolver.api.endpoints import (
    BOOLEAN,
    COUNT,
    FRACTION,
    JSON,
    STRING,
    STRINGS,
    TEXTS,
    Access,
    Disclosure,
    Scope,
    array_of,
    closed_object,
    component,
    content,
    endpoint,
    enum_of,
    errors,
    integer,
    json_response_of,
    map_of,
    query_parameter,
    response,
)
from resolver.api.errors import ApiError
from resolver.api.other_services import (
    SENZING,
    describe_links,
    logged_links,
    query_record,
    to_senzing,
    wants_senzing,
)
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.check import change_feed, entity_reader, result_page
from resolver.check.entity_index import IndexSnapshot
from resolver.check.screener import EntityFilter, FilterContext, build_match_documents
from resolver.check.term_search import FoundEntities, SearchScope
from resolver.lists.formats.ftm.ftm_entity import ANYTHING, is_entity_property, topic_names
from resolver.records.kinds import SCHEMATA
from resolver.review import EntityLink, read_entity_links
from resolver.search import read_typed_text

blueprint = Blueprint("entities", __name__)
_ACCESS = Access(Scope.CHECK, Disclosure.VALUES)
_ENTITY_VIEW = component(
    "Shown",
    closed_object(
        {
            **entity_schemas.ENTITY_FIELDS,
            "target": BOOLEAN,
            "version": COUNT,
            **entity_schemas.TIME_FIELDS,
        },
        {"history": array_of(entity_schemas.EVENT), "links": entity_schemas.LINKS},
    ),
)
_SENZING = component(
    "Senzing",
    closed_object(
        {"DATA_SOURCE": STRING, "RECORD_ID": STRING, "FEATURES": array_of(map_of(STRING))}
    ),
)
_ADJACENT = component(
    "Adjacent",
    closed_object(
        {
            "results": array_of(entity_schemas.ENTITY_SCHEMA),
            "total": entity_schemas.TOTAL,
            "limit": COUNT,
            "offset": COUNT,
        }
    ),
)
_ALL_ADJACENT = component(
    "AllAdjacent",
    closed_object({"entity": entity_schemas.ENTITY_SCHEMA, "adjacent": map_of(_ADJACENT)}),
)
_MOVED = {
    308: json_response_of(
        component("Moved", closed_object({"id": STRING})), "The entity has another id now"
    )
}
_PAGE_PARAMETERS = (
    query_parameter("limit", integer(0, 500)),
    query_parameter("offset", integer(0, 10_000)),
)


def _wants_page(request: Request) -> bool:
    """Return whether a request comes from a browser that wants a page: it names HTML, prefers no
    other type to it, and does not name JSON.

    `best` is not used, because it would choose the type with the most parameters, such as
    `application/signed-exchange;v=b3`.
    """
    accepted = {value: quality for value, quality in request.accept_mimetypes if "*" not in value}
    liking = accepted.get("text/html", 0)
    return liking > 0 and liking >= max(accepted.values()) and JSON not in accepted


@endpoint(
    blueprint,
    "GET",
    "/entities/<path:entity_id>",
    replace(_ACCESS, public_if=_wants_page),
    parameters=[query_parameter("nested", BOOLEAN), query_parameter("history", BOOLEAN)],
    responses={
        200: response("The entity", {**content(_ENTITY_VIEW, JSON), **content(_SENZING, SENZING)}),
        303: response("For a browser (`Accept: text/html`): the page of the entity on the desk"),
        **_MOVED,
        **errors(404, 410),
    },
)
def entity(entity_id: str) -> Response:
    """Return an entity as FollowTheMoney, its relations nested unless `nested=false`.

    `links` has its links to other entities, with their colors. With `history=true` its changes are
    included. Retired ids and ids of records redirect to the entity's own id. `Accept` may ask for
    Senzing's format; a browser is redirected to the desk's page.
    """
    if _wants_page(request):
        # for any id, since the desk knows its user, and who may see what
        page = url_for("desk.entity", entity_id=entity_id)
        return Response(status=303, headers={"Location": page, "Vary": "Accept"})
    nested = endpoints.read_boolean("nested", default=True)
    with_history = endpoints.read_boolean("history", default=False)
    read = _read(entity_id, nested=nested, with_links=True)
    if isinstance(read, Response):
        return read
    view: dict[str, Any] = {**read.entity, "target": True, "version": read.version}
    hub = current_service().hub
    view |= change_feed.read_times(hub, [view], viewer())[view["id"]].to_json()
    view |= describe_links(read.links)
    if with_history:
        events = change_feed.read_history(hub, view["id"], viewer())
        view["history"] = [event.to_json() for event in events]
    if wants_senzing():
        return json_response(to_senzing(view), mimetype=SENZING, headers={"Vary": "Accept"})
    return json_response(view, headers={"X-Data-Version": str(read.version), "Vary": "Accept"})


@endpoint(
    blueprint,
    "GET",
    "/entities/<path:entity_id>/adjacent",
    _ACCESS,
    parameters=_PAGE_PARAMETERS,
    responses={200: json_response_of(_ALL_ADJACENT), **_MOVED, **errors(404, 410)},
)
def adjacent(entity_id: str) -> Response:
    """Return an entity and its related entities, by property.

    `limit` and `offset` count within each property. The id of a record may itself end in
    `/adjacent`; then its entity is returned.
    """
    if _is_record_id(entity_id, "adjacent"):
        return entity(f"{entity_id}/adjacent")
    page = _read_page()
    read = _read(entity_id, nested=True)
    if isinstance(read, Response):
        return read
    flat, related = _split_related(read.entity)
    body = {
        "entity": {**flat, "target": True},
        "adjacent": {prop: page(values) for prop, values in related.items()},
    }
    return json_response(body, headers={"X-Data-Version": str(read.version)})


@endpoint(
    blueprint,
    "GET",
    "/entities/<path:entity_id>/adjacent/<prop>",
    _ACCESS,
    parameters=_PAGE_PARAMETERS,
    responses={200: json_response_of(_ADJACENT), **_MOVED, **errors(404, 410)},
)
def adjacent_by(entity_id: str, prop: str) -> Response:
    """Return the related entities of one property, such as `ownershipOwner`."""
    if _is_record_id(entity_id, f"adjacent/{prop}"):
        return entity(f"{entity_id}/adjacent/{prop}")
    page = _read_page()
    read = _read(entity_id, nested=True)
    if isinstance(read, Response):
        return read
    if not is_entity_property(read.entity["schema"], prop):
        raise ApiError(
            404, f"{read.entity['schema']} has no property {prop[:60]!r} that leads to others"
        )
    _, related = _split_related(read.entity)
    headers = {"X-Data-Version": str(read.version)}
    return json_response(page(related.get(prop, [])), headers=headers)


def _is_record_id(entity_id: str, suffix: str) -> bool:
    """Return whether an address that looks like a subresource is in fact the id of a record."""
    hub = current_service().hub
    if entity_reader.read_entity(hub, entity_id, viewer()) is not None:
        return False
    return entity_reader.read_entity(hub, f"{entity_id}/{suffix}", viewer()) is not None


@dataclass(frozen=True, slots=True)
class _ReadEntity:
    """Entity as FollowTheMoney, and the revision of the store from which it comes. `links`: its
    links to other entities, if they were asked for.
    """

    entity: dict[str, Any]
    version: int
    links: Sequence[EntityLink] = ()


def _read(entity_id: str, *, nested: bool, with_links: bool = False) -> _ReadEntity | Response:
    """Return the entity of an id and log the access, or a redirect to its present id.

    Raises `ApiError`: 404 if there is no such entity, 410 for an entity whose records were
    withdrawn.
    """
    hub = current_service().hub
    read = entity_reader.read_entity(hub, entity_id, viewer(), with_relations=nested)
    if read is None:
        raise ApiError(404, f"there is no entity {entity_id[:80]!r}")
    # a redirect discloses the entity of a record
    revision = revision_of(read.revision)
    is_shown = with_links and read.entity is not None and read.id == entity_id
    links = read_entity_links(hub, read.id, viewer()) if is_shown else ()
    linked = {"links": logged_links({read.id: links})} if links else {}
    log_access("entity", {"id": entity_id}, {"seen": [read.id], **linked}, revision)
    if read.id != entity_id:
        return _redirect(entity_id, read.id)
    if read.entity is None:
        raise ApiError(410, f"all records of the entity {entity_id[:80]!r} were withdrawn")
    shown = entity_schemas.nest_parts(read.entity) if nested else read.entity
    return _ReadEntity(shown, read.revision, links)


def _redirect(entity_id: str, present_id: str) -> Response:
    query_string = request.query_string.decode("ascii", "replace")
    rest = request.path.removeprefix(f"/entities/{entity_id}")
    location = f"{request.script_root}/entities/{quote(present_id)}{rest}"
    location += f"?{query_string}" if query_string else ""
    return json_response({"id": present_id}, 308, headers={"Location": location})


def _split_related(nested: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Return an entity without its nested entities, and these by property."""
    flat, related = {}, {}
    for prop, values in nested["properties"].items():
        entities = [value for value in values if isinstance(value, dict)]
        if entities:
            related[prop] = entities
        else:
            flat[prop] = values
    return {**nested, "properties": flat}, related


def _read_page() -> Callable[[list[Any]], dict[str, Any]]:
    """Return the function that cuts the requested page out of a list."""
    limit = endpoints.read_integer("limit", 10, 0, 500)
    offset = endpoints.read_integer("offset", 0, 0, 10_000)

    def page(values: list[Any]) -> dict[str, Any]:
        """Return the requested page of a list."""
        return {
            "results": values[offset : offset + limit],
            "total": {"value": len(values), "relation": "eq"},
            "limit": limit,
            "offset": offset,
        }

    return page


search_blueprint = Blueprint("search", __name__)
_Entity = dict[str, Any]
MAX_TEXT = 2_000
"""Maximum number of characters in a typed text."""
_SORT_WORDS = "|".join(result_page.SORT_KEYS)
_SORT_PATTERN = rf"^({_SORT_WORDS}|properties\.[A-Za-z]{{1,40}})(:(asc|desc))?$"
_PARAMETERS = (
    query_parameter(
        "q",
        {"type": "string", "maxLength": MAX_TEXT},
        description="Words, a number, a telephone, an e-mail address or a place, in any script.",
    ),
    query_parameter("schema", enum_of([*SCHEMATA, "Thing"])),
    query_parameter("limit", integer(0, 500)),
    query_parameter("offset", integer(0, result_page.MAX_ENTITIES)),
    *request_options.COMMON_FILTERS,
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
    query_parameter("facets", array_of(enum_of(result_page.FACETS))),
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
                    {
                        **entity_schemas.ENTITY_FIELDS,
                        **entity_schemas.TIME_FIELDS,
                        "target": BOOLEAN,
                        "score": FRACTION,
                    }
                )
            ),
            "total": entity_schemas.TOTAL,
            "facets": map_of(closed_object({"label": STRING, "values": array_of(_FACET_VALUE)})),
            "limit": COUNT,
            "offset": COUNT,
            **entity_schemas.REVISION_FIELDS,
        },
        {"warnings": STRINGS, "contacts": entity_schemas.CONTACTS},
    ),
)


@endpoint(
    search_blueprint,
    "GET",
    "/search/<dataset>",
    Access(Scope.CHECK, Disclosure.VALUES),
    parameters=_PARAMETERS,
    responses={200: json_response_of(_SEARCH_RESPONSE), **errors(400, 404)},
)
def search(dataset: str) -> Response:
    """Return the entities that state the words of `q`, the best first unless `sort` says otherwise.

    `score` is the relevance of an entity to the text, from 0 to 1; it is no probability. It says
    how well names, numbers, addresses, telephones and e-mail addresses match the typed words.
    Entities of equal relevance are ordered by their number of records, then by id. An id finds its
    entity. Without `q`, or for `*`, every entity matches. `sort` is `caption:asc`, `changed:desc`,
    `properties.X` and so on, and orders the first 1,000. `filter` is a facet or a property with a
    value, as in `genders:female` or `properties.birthDate:1952-10-07`. `fuzzy`, `simple` and
    `target` are accepted but have no effect.
    """
    endpoints.ignore_undeclared()
    endpoints.require_utf8()
    for name in ("fuzzy", "simple", "target"):
        endpoints.read_boolean(name, default=False)
    screener = current_service().ready_screener()
    sources = request_options.sources_in_scope(dataset, screener.visible_sources(viewer()))
    text, schema, filters = (
        _read_text(),
        request_options.read_schema(),
        request_options.read_filters(),
    )
    orders, facets = _read_sort_orders(), request_options.read_facets()
    accept = request_options.read_entity_filter(
        with_topics=False, properties=request_options.read_property_filters()
    )
    limit = endpoints.read_integer("limit", 10, 0, 500)
    offset = endpoints.read_integer("offset", 0, 0, result_page.MAX_ENTITIES)
    entity_id = entity_reader.find_typed_id(current_service().hub, text, viewer())
    results = screener.search(text, SearchScope(viewer(), sources), entity_id)
    results, is_complete = _select_accepted(
        request_options.select_with_facets(results, schema, filters), accept
    )
    page = result_page.read_page(results, orders, offset, limit, current_service().hub)
    revision = revision_of(results.snapshot.revision)
    returned = {"seen": [entity["id"] for entity in page]}
    contact = NO_CONTACT if sources is not None else ask_text_contacts(text, results.snapshot)
    log_access("search", {"q": text, "schema": schema}, returned | contact.logged, revision)
    body = {
        "results": page,
        "total": {"value": len(results), "relation": "eq" if is_complete else "gte"},
        "facets": {name: request_options.count_facet(name, results) for name in facets},
        "limit": limit,
        "offset": offset,
        "version": revision.revision,
        "model": revision.model,
        **contact.fields,
    }
    warnings = [*_text_warnings(text), *contact.warnings]
    return json_response({**body, "warnings": warnings} if warnings else body)


def _read_text() -> str:
    """Return the typed text; empty if every entity is wanted. Raises `ApiError`."""
    text = request.args.get("q", "").strip()
    if len(text) > MAX_TEXT:
        raise ApiError(400, f"q has {len(text):,} characters; a search takes {MAX_TEXT:,} at most")
    return "" if text == "*" else text


def ask_text_contacts(text: str, snapshot: IndexSnapshot) -> ContactAnswer:
    """Return what contact sources say to a typed text, as a name or as a document number."""
    contacts = current_service().screener.contacts
    if not text or not contacts.has_sources or not (sources := contacts.sources_for(viewer())):
        return NO_CONTACT
    prop = "idNumber" if re.search(r"\d", text) and not re.search(r"\s", text) else "name"
    try:
        query = query_record({"schema": ANYTHING, "properties": {prop: [text]}}, "search")
    except ApiError:
        # a search takes texts that cannot be a value of anything
        return NO_CONTACT
    return find_contacts([query.record], sources, snapshot)[0]


def _text_warnings(text: str) -> list[str]:
    """Return why a text finds less than the user may expect."""
    words = read_typed_text(text).words if text else ("",)
    if not words:
        return [f"{text[:40]!r} has no letters and digits: nothing is found by it"]
    if text and max(map(len, words)) == 1:
        return ["a single letter finds only names that have it as a word: type two or more"]
    return []


def _select_accepted(
    results: FoundEntities, accept: EntityFilter | None
) -> tuple[FoundEntities, bool]:
    """Return the entities that a filter of documents accepts, and whether the filter has seen all
    of them.
    """
    if accept is None:
        return results, True
    best = results.best(result_page.MAX_ENTITIES)
    context = FilterContext(current_service().hub.store, results.snapshot, best)
    documents = build_match_documents(best, results.snapshot)
    mask = np.zeros(len(results), dtype=bool)
    for entity, document in zip(best, documents, strict=True):
        mask[entity.place] = accept(document, context)
    return results.select(mask), len(results) <= result_page.MAX_ENTITIES


def _read_sort_orders() -> list[result_page.SortOrder]:
    """Return the sort orders, the most important first. Raises `ApiError`."""
    try:
        return [result_page.parse_sort_order(word) for word in endpoints.read_texts("sort")]
    except ValueError as error:
        raise ApiError(422, str(error)) from None
