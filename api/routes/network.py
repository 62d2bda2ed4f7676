"""`/graph/{id}` and `/paths`: the network around an entity, and the paths between two entities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, request

from resolver.api import endpoints
from resolver.api.access import (
    NO_CONTACT,
    ContactAnswer,
    find_contacts,
    log_access,
    revision_of,
    viewer,
)
from resolver.api.endpoints import Access, Disclosure, Scope, endpoint
from resolver.api.entity_schemas import CONTACTS, GRAPH_FIELDS
from resolver.api.errors import ApiError
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.hub.hub import Hub
from resolver.network import graph_reader
from resolver.network.formats import EXPORTS, encode_network
from resolver.network.graph import ENTITY, Graph, GraphChoice, choose_nodes
from resolver.network.paths import (
    MAX_LENGTH,
    PathQuery,
    connect_ends,
    find_end,
    paths_document,
    years_between,
)
from resolver.network.similar import MAX_SIMILAR, find_similar
from resolver.network.workbench import graph_document
from resolver.notices import read_visible_records
from resolver.records import Activity
from resolver.records.stated_links import ROLE_CLASSES
from resolver.screening import build_subject

blueprint = Blueprint("network", __name__)
_ACCESS = Access(Scope.CHECK, Disclosure.VALUES)
_DAY = {"type": "string", "format": "date"}
AT = endpoints.query_parameter(
    "at",
    _DAY,
    description="The store as it was at the end of this day (UTC), or at a time of day.",
)
_GRAPH = endpoints.component(
    "Graph",
    endpoints.closed_object(
        {**GRAPH_FIELDS, "id": endpoints.STRING, "version": endpoints.COUNT},
        {"warnings": endpoints.STRINGS, "contacts": CONTACTS},
    ),
)
_END = endpoints.component(
    "PathEnd",
    endpoints.closed_object(
        {
            "asked": endpoints.STRING,
            "id": endpoints.STRING,
            "caption": endpoints.STRING,
            "others": endpoints.array_of(
                endpoints.closed_object({"id": endpoints.STRING, "caption": endpoints.STRING})
            ),
        }
    ),
)
_SIMILAR = endpoints.component(
    "Similar",
    endpoints.closed_object(
        {
            "id": endpoints.STRING,
            "caption": endpoints.STRING,
            "total": endpoints.COUNT,
            "results": endpoints.array_of(
                endpoints.closed_object(
                    {
                        "id": endpoints.STRING,
                        "caption": endpoints.STRING,
                        "score": {"type": "number", "minimum": 0, "maximum": 1},
                        "shared": endpoints.STRINGS,
                    }
                )
            ),
            "version": endpoints.COUNT,
        }
    ),
)
_PATHS = endpoints.component(
    "Paths",
    endpoints.closed_object(
        {
            **GRAPH_FIELDS,
            "from": _END,
            "to": _END,
            "paths": endpoints.array_of(endpoints.STRINGS),
            "hubs": endpoints.map_of(endpoints.COUNT),
            "version": endpoints.COUNT,
        }
    ),
)


@endpoint(
    blueprint,
    "GET",
    "/graph/<path:entity_id>",
    _ACCESS,
    parameters=[
        endpoints.query_parameter("hops", endpoints.integer(0, graph_reader.MAX_HOPS)),
        endpoints.query_parameter(
            "types", endpoints.array_of(endpoints.enum_of(graph_reader.EDGE_TYPES))
        ),
        AT,
        endpoints.query_parameter(
            "on", _DAY, description="Only relations that may be in force that day."
        ),
        endpoints.query_parameter("activity", endpoints.enum_of(Activity)),
        endpoints.query_parameter("role", endpoints.enum_of(ROLE_CLASSES)),
        endpoints.query_parameter("agency", endpoints.ANY_TEXT),
        endpoints.query_parameter("limit", endpoints.integer(1, graph_reader.MAX_NODES)),
        endpoints.query_parameter("format", endpoints.enum_of(EXPORTS)),
    ],
    responses={
        200: endpoints.response(
            "The network",
            {
                **endpoints.content(_GRAPH, endpoints.JSON),
                **{
                    kind: {"schema": {"type": "string", "format": "binary"}}
                    for kind in sorted(
                        {row.media_type for row in EXPORTS.values()} - {endpoints.JSON}
                    )
                },
            },
        ),
        **endpoints.errors(404),
    },
)
def graph(entity_id: str) -> Response:
    """Return the network around an entity, `hops` (1 by default) edges wide.

    Nodes are entities, artefacts that entities share (a telephone, document, account, vessel,
    address) and ends of which only the name is known. Edges have a type, a direction and the
    statements of the lists, with role and dates as written. `types` are the types of edges to
    follow, by default all. `activity`, `role` (class) and `agency` keep the entities that fit, and
    the nodes that lead to them. If a node has more neighbors than are shown, or a graph has more
    than `limit` (300) nodes, it is not `complete`.

    With another `format` than `json`, the answer is a file for other programs. It has the handling
    code of each entity and a note on access. `csv` and `neo4j` are ZIP files.
    """
    endpoints.reject_undeclared()
    query, file_format = _read_query(), endpoints.read_choice("format", tuple(EXPORTS))
    whole = graph_reader.read_graph(current_service().hub, entity_id, viewer(), query)
    network, _ = choose_nodes(whole, _read_choice())
    middle = next((node.id for node in network.nodes if node.distance == 0), "")
    contact = _ask_contacts(middle)
    _log("graph", {"id": entity_id, "hops": query.hops}, network, contact=contact)
    if file_format not in ("", "json"):
        return send_network_file(current_service().hub, network, file_format)
    body = {"id": middle, **graph_document(network), "version": network.revision, **contact.fields}
    return json_response(body | ({"warnings": contact.warnings} if contact.warning else {}))


def _ask_contacts(entity_id: str) -> ContactAnswer:
    """Return what contact sources say to the entity in the middle, by the values that the viewer
    sees of it.
    """
    service = current_service()
    contacts = service.screener.contacts
    if not contacts.has_sources or not (sources := contacts.sources_for(viewer())):
        return NO_CONTACT
    with service.hub.store.view() as view:
        records = read_visible_records(view, [entity_id], viewer()).get(entity_id, [])
    if not records:
        return NO_CONTACT
    query = replace(
        build_subject(records[0]).record,
        values=tuple(sorted({replace(v, origin="") for row in records for v in row.values})),
        identifiers=tuple(dict.fromkeys(item for row in records for item in row.identifiers)),
    )
    snapshot = service.ready_screener().snapshot_for(viewer())
    return find_contacts([query], sources, snapshot)[0]


@endpoint(
    blueprint,
    "GET",
    "/paths",
    _ACCESS,
    parameters=[
        endpoints.query_parameter("from", endpoints.NONBLANK, is_required=True),
        endpoints.query_parameter("to", endpoints.NONBLANK, is_required=True),
        endpoints.query_parameter("max", endpoints.integer(1, MAX_LENGTH)),
        endpoints.query_parameter(
            "types", endpoints.array_of(endpoints.enum_of(graph_reader.EDGE_TYPES))
        ),
        endpoints.query_parameter("first_year", endpoints.integer(1, 9999)),
        endpoints.query_parameter("last_year", endpoints.integer(1, 9999)),
        endpoints.query_parameter(
            "without",
            endpoints.STRINGS,
            description="Lists whose statements do not count.",
        ),
        AT,
    ],
    responses={200: endpoints.json_response_of(_PATHS), **endpoints.errors(404)},
)
def paths() -> Response:
    """Return the shortest paths between two entities, at most `max` (6) edges long.

    `from` and `to` are ids or names; the answer says which entity was meant, and which `others`
    have the name. If several entities have exactly the name, a path may begin or end at any of
    them. `paths` lists the ids of the nodes of each path, best first. The paths of two edges follow
    a direct link. Among paths of one length, those over nodes with few neighbors and those that
    many lists state come first. The list is empty if nothing connects the two entities. `nodes` and
    `edges` are those of all paths, and `hubs` are the nodes between the ends with very many
    neighbors. Only some neighbors of such nodes are followed, a search ends after some thousand
    nodes, and at most 20 paths are listed. If one of these limits is reached, the answer is not
    `complete`.
    """
    endpoints.reject_undeclared()
    query = PathQuery(
        endpoints.read_integer("max", MAX_LENGTH, 1, MAX_LENGTH),
        endpoints.read_choices("types", graph_reader.EDGE_TYPES),
        years_between(
            *(endpoints.read_integer(name, 0, 1, 9999) for name in ("first_year", "last_year"))
        ),
        frozenset(endpoints.read_texts("without")),
        read_revision(),
    )
    hub = current_service().hub
    start, goal = (
        find_end(hub, current_service().ready_screener(), _read_end(name), viewer(), query.revision)
        for name in ("from", "to")
    )
    result = connect_ends(hub, start, goal, viewer(), query)
    asked = {"from": start.asked, "to": goal.asked, "max": query.max_length}
    _log("paths", asked, result.graph, (*start.seen, *goal.seen))
    return json_response(paths_document(result, start, goal))


def send_network_file(hub: Hub, network: Graph, file_format: str) -> Response:
    """Return a network as a file of one of `EXPORTS`, as the viewer of the request may see it."""
    export = EXPORTS[file_format]
    headers = {"Content-Disposition": f"attachment; filename=network.{export.suffix}"}
    content = encode_network(hub, network, file_format, viewer())
    return Response(content, mimetype=export.media_type, headers=headers)


@endpoint(
    blueprint,
    "GET",
    "/similar/<path:entity_id>",
    _ACCESS,
    parameters=[endpoints.query_parameter("limit", endpoints.integer(1, MAX_SIMILAR))],
    responses={200: endpoints.json_response_of(_SIMILAR), **endpoints.errors(404)},
)
def similar(entity_id: str) -> Response:
    """Return the entities of the same kind that are most like one, with the traits they share.

    Traits are roles, routes, crimes, countries and groups. A rare one counts more, and at least two
    are shared. Likeness is no evidence that two know each other. `score` goes from 0 to 1, `total`
    counts all that share two traits.
    """
    endpoints.reject_undeclared()
    limit = endpoints.read_integer("limit", 20, 1, MAX_SIMILAR)
    listed = find_similar(current_service().hub, entity_id, viewer(), limit=limit)
    seen = [listed.facts.id, *(row.facts.id for row in listed.similar)]
    log_access("similar", {"id": entity_id}, {"seen": seen}, revision_of(listed.revision))
    results = [
        {
            "id": row.facts.id,
            "caption": row.facts.caption,
            "score": row.score,
            "shared": list(row.shared),
        }
        for row in listed.similar
    ]
    head = {"id": listed.facts.id, "caption": listed.facts.caption, "total": listed.total}
    return json_response({**head, "results": results, "version": listed.revision})


def _read_choice() -> GraphChoice:
    return GraphChoice(
        endpoints.read_choice("activity", tuple(Activity)),
        endpoints.read_text("agency"),
        endpoints.read_choice("role", tuple(ROLE_CLASSES)),
    )


def _read_query() -> graph_reader.GraphQuery:
    return graph_reader.GraphQuery(
        endpoints.read_integer("hops", 1, 0, graph_reader.MAX_HOPS),
        endpoints.read_choices("types", graph_reader.EDGE_TYPES),
        read_day("on"),
        read_revision(),
        endpoints.read_integer("limit", 300, 1, graph_reader.MAX_NODES),
    )


def _log(
    action: str,
    query: dict[str, object],
    network: Graph,
    others: Sequence[str] = (),
    contact: ContactAnswer = NO_CONTACT,
) -> None:
    entity_ids = [node.id for node in network.nodes if node.sort == ENTITY]
    seen = list(dict.fromkeys([*entity_ids, *others]))
    answer = {"seen": seen, **contact.logged}
    log_access(action, query, answer, revision_of(network.revision))


def _read_end(name: str) -> str:
    text = request.args.get(name, "").strip()
    if not text:
        raise ApiError(422, f"{name} must be a name, or the id of an entity or record")
    endpoints.check_length(name, text)
    return text


def read_day(name: str) -> str:
    """Return a day in ISO form, or an empty text. Raises `ApiError`."""
    time = endpoints.read_datetime(name)
    return "" if time is None else f"{time:%Y-%m-%d}"


def read_revision() -> int | None:
    """Return the revision that the store had at the time `at`; None for the present revision.

    Raises `ApiError`.
    """
    time = endpoints.read_datetime("at")
    if time is None:
        return None
    if len(request.args["at"]) <= len("2026-03-01"):
        time = time + timedelta(days=1, microseconds=-1) if time < _LAST_DAY else time
    with current_service().hub.store.view() as view:
        return view.revision_at(f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z")


_LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)
