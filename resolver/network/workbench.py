"""Functions on networks that pages and the API share.

The module reads in this order:

1. Saved views. A view stores ids and filters, never values: everybody who opens it sees only what
   they may see then. A shared view is shown within the agency of its user, and only to those who
   may know every entity that it names. So its title and note cannot reveal a hidden entity.
2. Graphs over time: the years that lists state, and the edges that can be in force in a year.
3. The network on the page of an entity (`load_relations`): a list of all its relations, and the
   nearest entities to draw.
4. Graphs as JSON documents.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resolver.errors import InputError, UnknownIdError
from resolver.hub.entity_preview import load_visible_links
from resolver.hub.hub import Hub
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.graph import (
    ENTITY,
    EdgeStatement,
    Graph,
    GraphChanges,
    GraphLink,
    GraphNode,
    compare_graphs,
    first_and_last_day,
)
from resolver.network.graph_reader import (
    RELATION_EDGES,
    GraphQuery,
    build_graph,
    grow_graph,
    load_facts,
    open_rows,
)
from resolver.network.visible_records import VisibleRecords
from resolver.records.results.resolution import Basis
from resolver.records.visibility import STRANGER, Viewer, is_visible
from resolver.store.steward_work import NetworkView

MAX_TITLE, MAX_NOTE, MAX_VIEWS = 100, 2_000, 200
"""Maximum number of characters of a title and of a note, and maximum number of views of one user.
"""
NAMING_PARAMETERS = ("expand", "to")
"""Parameters of a view that name entities."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """Saved view as a viewer may see it.

    `entity_id` and `caption` are the present ones of the entity in the middle. `is_own`: the viewer
    saved the view.
    """

    view: NetworkView
    entity_id: str
    caption: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class ViewDraft:
    """View to save: title, note, the entity in the middle, parameters, and whether to share it."""

    title: str
    note: str
    entity: str
    parameters: Mapping[str, Any]
    is_shared: bool


def save_view(hub: Hub, user: str, viewer: Viewer, draft: ViewDraft) -> NetworkView:
    """Save a view of a user.

    Raises `InputError` for a title or note of wrong length, if the user has too many views, or if
    a user without an agency shares a view. Raises `UnknownIdError` for an entity that the viewer
    may not know.
    """
    title, note = draft.title.strip(), draft.note.strip()
    if not title or len(title) > MAX_TITLE or len(note) > MAX_NOTE:
        raise InputError(
            "the title is empty, or title or note is too long",
            hint=f"use 1 to {MAX_TITLE} characters, and up to {MAX_NOTE:,} for the note",
        )
    if draft.is_shared and not viewer.agency:
        raise InputError(
            "a view is shared within an agency, and you belong to none",
            hint="save it for yourself, or ask an admin to give you an agency",
        )
    if hub.store.network_views.count(user) >= MAX_VIEWS:
        raise InputError(f"you have {MAX_VIEWS} saved views", hint="delete some of them first")
    with open_rows(hub, viewer) as rows:
        number = rows.find_entity(draft.entity)
        entity = rows.view.entity_ids([number])[number]
    parameters = dict(draft.parameters)
    return hub.store.network_views.add(
        NetworkView("", user, viewer.agency, title, note, entity, parameters, draft.is_shared, "")
    )


def list_views(hub: Hub, user: str, viewer: Viewer) -> tuple[SavedView, ...]:
    """Return the views of a user, and those shared in the agency that the viewer may know."""
    stored = hub.store.network_views.list(user)
    return _visible(hub, user, viewer, stored) if stored else ()


def open_view(hub: Hub, view_id: str, user: str, viewer: Viewer) -> SavedView:
    """Return a view by id. Raises `UnknownIdError` for a view that the viewer may not know."""
    stored = hub.store.network_views.find(view_id, user)
    visible = _visible(hub, user, viewer, [stored]) if stored else ()
    if not visible:
        raise UnknownIdError(
            f"there is no saved view {view_id[:40]}", hint="see the list of saved views"
        )
    return visible[0]


def delete_view(hub: Hub, view_id: str, user: str, viewer: Viewer) -> SavedView:
    """Delete a view. Users may delete their own views, and an admin may delete all views.

    Raises `UnknownIdError` for a view that the viewer may not know, and `InputError` for a view of
    another user.
    """
    saved = open_view(hub, view_id, user, viewer)
    if not saved.is_own and "admin" not in viewer.scopes:
        raise InputError(
            f"the view was saved by {saved.view.user}", hint="ask them, or an admin, to delete it"
        )
    hub.store.network_views.delete(view_id)
    return saved


def _visible(
    hub: Hub, user: str, viewer: Viewer, stored: Sequence[NetworkView]
) -> tuple[SavedView, ...]:
    """Return the views that the viewer may know.

    A view of another user must be shared in the agency of the viewer, or the viewer must be an
    admin. The viewer must be allowed to know every entity of a view. For a view of their own, the
    entity in the middle is enough.
    """
    stored = [view for view in stored if view.user == user or _is_shared_with(view, viewer)]
    if not stored:
        return ()
    with open_rows(hub, viewer) as rows:
        numbers_by_id: dict[str, int] = {}
        for view in stored:
            for entity_id in _entity_ids(view, user):
                if entity_id not in numbers_by_id:
                    numbers_by_id[entity_id] = _find(rows, entity_id)
        numbers = sorted({numbers_by_id[view.entity] for view in stored} - {0})
        facts = load_facts(rows, numbers)
        return tuple(
            SavedView(
                view,
                facts[numbers_by_id[view.entity]].id,
                facts[numbers_by_id[view.entity]].caption,
                view.user == user,
            )
            for view in stored
            if numbers_by_id[view.entity] in facts
            and all(numbers_by_id[row] for row in _entity_ids(view, user))
        )


def _is_shared_with(view: NetworkView, viewer: Viewer) -> bool:
    """Return whether a view is shared with a viewer. Without an agency, it is shared with nobody,
    even if it was saved as shared.
    """
    is_colleague = view.agency == viewer.agency or "admin" in viewer.scopes
    return view.is_shared and bool(view.agency) and is_colleague


def _entity_ids(view: NetworkView, user: str) -> list[str]:
    """Return the ids in a view that the user must be allowed to know."""
    if view.user == user:
        return [view.entity]
    ids = [view.entity]
    for name in NAMING_PARAMETERS:
        value = view.parameters.get(name, ())
        ids += [value] if isinstance(value, str) else list(value)
    return [entity_id for entity_id in ids if entity_id]


def _find(rows: VisibleRecords, entity_id: str) -> int:
    """Return the number of an entity; 0 if the viewer may not know it."""
    try:
        return rows.find_entity(entity_id)
    except UnknownIdError:
        return 0


def known_parameters(hub: Hub, viewer: Viewer, view: NetworkView) -> dict[str, Any]:
    """Return the parameters of a view without entities that the viewer may no longer know."""
    parameters = dict(view.parameters)
    with open_rows(hub, viewer) as rows:
        if "expand" in parameters:
            parameters["expand"] = [row for row in parameters["expand"] if _find(rows, row)]
        if parameters.get("to") and not _find(rows, parameters["to"]):
            del parameters["to"]
    return parameters


CERTAIN_MERGE = 0.95
"""Probability from which a merge of records is not mentioned where a relation rests on it."""


def find_weak_merges(hub: Hub, graph: Graph, viewer: Viewer) -> dict[str, float]:
    """Return the records of a present graph that only a weak link holds in their entity, by id.

    The value is the probability of their strongest link with another record of the entity that the
    viewer may see. Records that a steward put there are certain.
    """
    ids = [node.id for node in graph.nodes if node.records > 1]
    if not ids:
        return {}
    with open_rows(hub, viewer) as rows:
        numbers = sorted(rows.view.entity_numbers(ids).values())
        owned = rows.of_entities(numbers)
        links = load_visible_links(hub, rows.view, owned.records, viewer)
        owner_of, record_ids = owned.by_record(), rows.ids(owned.records)
    strongest: dict[int, float] = {}
    columns = (links.left, links.right, links.logodds, links.basis)
    for left, right, logodds, basis in zip(*(row.tolist() for row in columns), strict=True):
        if owner_of.get(left, -1) == owner_of.get(right, -2):
            is_decided = basis == Basis.DECISION
            certainty = 1.0 if is_decided else 1 / (1 + math.exp(-logodds / 1000))
            for record in (left, right):
                strongest[record] = max(strongest.get(record, 0.0), certainty)
    return {
        record_ids[record]: round(certainty, 2)
        for record, certainty in strongest.items()
        if certainty < CERTAIN_MERGE
    }


def edge_certainty(edge: GraphLink, weak: Mapping[str, float]) -> float:
    """Return how certain the merges are that an edge rests on; 1 if a statement rests on none.

    `weak`: the result of `find_weak_merges`.
    """
    return max(min(weak.get(row.record, 1.0), weak.get(row.target, 1.0)) for row in edge.statements)


Span = tuple[int | None, int | None]
"""First and last year of a period; None for an end that is open or not stated."""


@dataclass(frozen=True, slots=True)
class FadedParts:
    """Parts of a graph that were not in force in a year: positions of edges, and ids of nodes."""

    edges: frozenset[int] = frozenset()
    nodes: frozenset[str] = frozenset()


def edge_spans(edge: GraphLink) -> tuple[Span, ...]:
    """Return the distinct periods that lists state for an edge."""
    spans = {_span(row.start, row.end) for row in edge.statements}
    return tuple(sorted(spans, key=lambda span: (span[0] or 0, span[1] or 9999)))


def _span(start: str, end: str) -> Span:
    first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
    return int(first[:4]) if first else None, int(last[:4]) if last else None


def is_in_years(spans: Iterable[Span], first: int, last: int) -> bool:
    """Return whether at least one period can include one of the years from `first` to `last`. An
    unknown end of a period counts as open.
    """
    return any(
        (start is None or start <= last) and (end is None or first <= end) for start, end in spans
    )


def graph_years(graph: Graph) -> tuple[int, int] | None:
    """Return the first and the last year in the statements of a graph; None if they have no
    years.
    """
    years = {
        year
        for edge in graph.edges
        for span in edge_spans(edge)
        for year in span
        if year is not None
    }
    return (min(years), max(years)) if years else None


def find_faded(graph: Graph, year: int, last: int = 0) -> FadedParts:
    """Return the parts of a graph that were not in force in a year, or in none of the years up to
    `last`.

    These are the edges that were not in force, the nodes that can be reached from the start only
    through such edges, and all edges of these nodes.
    """
    years = year, last or year
    near: dict[str, list[str]] = {}
    for edge in graph.edges:
        if is_in_years(edge_spans(edge), *years):
            near.setdefault(edge.source, []).append(edge.target)
            near.setdefault(edge.target, []).append(edge.source)
    waiting = [node.id for node in graph.nodes if node.distance == 0]
    reached = set(waiting)
    while waiting:
        fresh = set(near.get(waiting.pop(), ())) - reached
        reached |= fresh
        waiting += fresh
    faded = (
        index
        for index, edge in enumerate(graph.edges)
        # the search reached both ends of an edge in force, or none
        if edge.source not in reached or not is_in_years(edge_spans(edge), *years)
    )
    return FadedParts(frozenset(faded), frozenset(node.id for node in graph.nodes) - reached)


def cut_to_year(graph: Graph, year: int, last: int = 0) -> Graph:
    """Return a graph without the parts that `find_faded` returns."""
    faded = find_faded(graph, year, last)
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id not in faded.nodes),
        edges=tuple(edge for index, edge in enumerate(graph.edges) if index not in faded.edges),
    )


def find_changes(hub: Hub, graph: Graph, viewer: Viewer, query: GraphQuery) -> GraphChanges:
    """Return what has changed in a present graph since the revision of a query of its extent.

    The earlier graph is the one around all entities that had records of the middle at that time. If
    there were none, it is the graph at the revision that brought the first of these records: else
    everything would count as a change.
    """
    with open_rows(hub, viewer) as rows:
        middle = rows.find_entity(graph.nodes[0].id)
        record_ids = sorted(rows.ids(rows.of_entities([middle]).records).values())[:_MAX_TRACED]
    earlier = _grow_earlier(hub, record_ids, viewer, query)
    if not earlier.nodes:
        with hub.store.view() as view:
            versions = (row for record_id in record_ids for row in view.record_versions(record_id))
            first = min(
                row.valid_from for row in versions if is_visible(row.record.handling, viewer)
            )
        earlier = _grow_earlier(hub, record_ids, viewer, replace(query, revision=first))
    return compare_graphs(earlier, graph)


def _grow_earlier(hub: Hub, record_ids: Iterable[str], viewer: Viewer, query: GraphQuery) -> Graph:
    """Return the graph around the entities that had some records; no nodes if there were none."""
    with open_rows(hub, viewer, query.revision) as rows:
        found = {_find(rows, record_id) for record_id in record_ids} - {0}
        if not found:
            return Graph(rows.view.revision, (), ())
        expanded = tuple(entity_id for entity_id in query.expanded if _find(rows, entity_id))
        return grow_graph(rows, sorted(found), replace(query, expanded=expanded))


_MAX_TRACED = 200
"""Maximum number of records of an entity whose earlier entities are looked up, at some milliseconds
each.
"""


def span_text(edge: GraphLink) -> str:
    """Return the periods of an edge for a page, such as `2004-2009 2014-`. No year means open."""
    texts = (f"{first or ''}-{last or ''}" for first, last in edge_spans(edge))
    return " ".join(texts)


MAX_RELATED = 2_000
"""Maximum number of relations that an entity states, and maximum number of entities with a relation
to it, that are read.
"""
MAX_NEAREST = 24
"""Maximum number of entities and names that a network shows around the middle."""
_MAX_BEYOND, _MAX_BEYOND_EACH = 20, 3
"""Maximum number of entities shown in the second circle: in total, and for each entity of the first
circle.
"""
_MAX_RELATED_OF_NEAREST = 20
"""As `MAX_RELATED`, for the entities of the first circle."""


@dataclass(frozen=True, slots=True)
class RelatedParty:
    """Entity or name at the other end of a relation, with roles, dates and sources from all lists.

    `id` is empty if the viewer knows the other end by name only. `sentences`: sentences of lists
    that the relation was read from.
    """

    words: str
    id: str
    caption: str
    kind: str
    roles: tuple[str, ...]
    dates: tuple[str, ...]
    sources: tuple[str, ...]
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """Entity, or name without an entity (empty `id`), in the network of an entity.

    `parent` is the position of the node that leads to it (-1 for the middle), and `words` say how
    the parent is related to it.
    """

    id: str
    caption: str
    kind: str
    parent: int
    words: str


@dataclass(frozen=True, slots=True)
class RelationNetwork:
    """Relations of an entity.

    - `parties`: all relations, sorted by words and caption; `related`: number of distinct ends.
    - `nodes`: nodes to draw: the middle, then the first circle, then the second circle.
    - `ties`: further relations between nodes, as (position, position, words).
    """

    parties: tuple[RelatedParty, ...] = ()
    related: int = 0
    nodes: tuple[NetworkNode, ...] = ()
    ties: tuple[tuple[int, int, str], ...] = ()


def load_relations(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> RelationNetwork:
    """Return the relations of an entity; a dissolved entity has none.

    Raises `UnknownIdError` for an id that the viewer may not know.
    """
    with open_rows(hub, viewer) as rows:
        try:
            middle = rows.find_entity(entity_id)
        except UnknownIdError:
            if rows.is_dissolved(entity_id):
                return RelationNetwork()
            raise
        around = Expander(rows, RELATION_EDGES, MAX_RELATED).expand([middle])
        nearest = _build(rows, [middle], around)
        if not nearest.edges:
            return RelationNetwork()
        ranked = _rank(nearest)
        numbers = rows.view.entity_numbers([node.id for node in ranked[:MAX_NEAREST]])
        beyond = Expander(rows, RELATION_EDGES, _MAX_RELATED_OF_NEAREST).expand(numbers.values())
        graph = _build(rows, [middle, *numbers.values()], beyond)
        nodes, ties = _draw(nearest.nodes[0], ranked[:MAX_NEAREST], nearest.edges, graph)
        return RelationNetwork(_group(nearest), len(ranked), nodes, ties)


def _build(rows: VisibleRecords, middle: Sequence[int], expansion: Expansion) -> Graph:
    """Return the graph of all edges of an expansion."""
    distances: dict[Key, int] = {key: 1 for edge in expansion.edges for key in edge[:2]}
    distances.update(dict.fromkeys(middle, 0))
    return build_graph(rows, distances, expansion, is_complete=True)


def _ends(edge: GraphLink, own: str) -> tuple[str, str]:
    """Return the other end of an edge of node `own`, and the words as seen from `own`."""
    return (edge.target, edge.words) if edge.source == own else (edge.source, edge.reverse)


def _rank(graph: Graph) -> list[GraphNode]:
    """Return the nodes around the middle, entities first, then by descending number of lists."""
    middle, sources = graph.nodes[0].id, dict[str, set[str]]()
    for edge in graph.edges:
        sources.setdefault(_ends(edge, middle)[0], set()).update(edge.sources)
    others = [node for node in graph.nodes if node.id in sources]
    return sorted(
        others, key=lambda n: (n.sort != ENTITY, -len(sources[n.id]), n.caption.casefold(), n.id)
    )


def _group(graph: Graph) -> tuple[RelatedParty, ...]:
    """Return the relations of the middle, by words and caption."""
    nodes, middle = {node.id: node for node in graph.nodes}, graph.nodes[0].id
    parties = []
    for edge in graph.edges:
        other, words = _ends(edge, middle)
        node = nodes[other]
        end = _identity(node)
        parties.append(
            RelatedParty(words, *end, edge.roles, edge.periods, edge.sources, edge.sentences)
        )
    return tuple(sorted(parties, key=lambda row: (row.words, row.caption.casefold(), row.id)))


def _identity(node: GraphNode) -> tuple[str, str, str]:
    """Return id (empty for a name without an entity), caption and kind of a node."""
    return node.id if node.sort == ENTITY else "", node.caption, node.kind


def _draw(
    middle: GraphNode,
    nearest: Sequence[GraphNode],
    edges: Iterable[GraphLink],
    beyond: Graph,
) -> tuple[tuple[NetworkNode, ...], tuple[tuple[int, int, str], ...]]:
    """Return the nodes to draw (middle, first circle, second circle) and the ties among them."""
    words_of: dict[str, str] = {}
    for edge in edges:
        words_of.setdefault(*_ends(edge, middle.id))
    nodes = [NetworkNode("", "", "", -1, "")]
    nodes += [NetworkNode(*_identity(node), 0, words_of[node.id]) for node in nearest]
    places = {node.id: place for place, node in enumerate([middle, *nearest])}
    ties: dict[frozenset[int], tuple[int, int, str]] = {}
    added: Counter[int] = Counter()
    captions = {node.id: node for node in beyond.nodes}
    for edge, own in _rank_beyond(beyond, places, captions):
        other, words = _ends(edge, own)
        place, other_place = places[own], places.get(other)
        if other_place is not None:
            if 0 not in (place, other_place) and nodes[other_place].parent != place:
                ties.setdefault(frozenset((place, other_place)), (place, other_place, words))
        elif captions[other].sort == ENTITY and _has_space(added, place):
            added[place] += 1
            places[other] = len(nodes)
            nodes.append(NetworkNode(*_identity(captions[other]), place, words))
    return tuple(nodes), tuple(ties.values())


def _has_space(added: Counter[int], index: int) -> bool:
    return added[index] < _MAX_BEYOND_EACH and added.total() < _MAX_BEYOND


def _rank_beyond(
    graph: Graph, places: Mapping[str, int], nodes: Mapping[str, GraphNode]
) -> list[tuple[GraphLink, str]]:
    """Return the edges of the first circle, sorted by the caption of the other end.

    Each edge comes with the end that is in the first circle.
    """
    pairs = [
        (edge, own)
        for edge in graph.edges
        for own in dict.fromkeys((edge.source, edge.target))
        if places.get(own, 0) > 0
    ]

    def rank(pair: tuple[GraphLink, str]) -> tuple[str, str, str]:
        """Return the sort key of an edge from one end."""
        other, words = _ends(*pair)
        return nodes[other].caption.casefold(), other, words

    return sorted(pairs, key=rank)


def graph_document(graph: Graph) -> dict[str, Any]:
    """Return a graph as JSON."""
    return {
        "nodes": [node_document(node) for node in graph.nodes],
        "edges": [edge_document(edge) for edge in graph.edges],
        "complete": graph.is_complete,
    }


def node_document(node: GraphNode) -> dict[str, Any]:
    """Return a node as JSON. Entities have further fields, such as schema and countries."""
    document: dict[str, Any] = {
        "id": node.id,
        "sort": node.sort,
        "caption": node.caption,
        "kind": node.kind,
        "distance": node.distance,
        "complete": not node.is_cut,
    }
    if node.sort == ENTITY:
        document |= {
            "schema": node.schema,
            "countries": list(node.countries),
            "activities": list(node.activities),
            "datasets": list(node.sources),
            "agencies": list(node.agencies),
            "records": node.records,
        }
    return document


def edge_document(edge: GraphLink) -> dict[str, Any]:
    """Return an edge with its statements as JSON."""
    return {
        "source": edge.source,
        "target": edge.target,
        "type": edge.type,
        "words": edge.words,
        "statements": [_statement_document(row) for row in edge.statements],
    }


def _statement_document(row: EdgeStatement) -> dict[str, Any]:
    document: dict[str, Any] = {"dataset": row.source, "record": row.record}
    for name in ("role", "role_class", "start", "end", "sentence"):
        if text := getattr(row, name):
            document[name] = text
    return {**document, "reversed_period": True} if row.is_reversed_period else document
