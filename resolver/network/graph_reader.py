"""Graph around entities, and paths between two of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.network.artefacts import ARTEFACT_KINDS
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.graph import (
    ARTEFACT,
    ENTITY,
    NAME,
    SHARES,
    EdgeStatement,
    Graph,
    GraphLink,
    GraphNode,
)
from resolver.network.node_facts import EntityFacts, load_facts
from resolver.network.visible_records import VisibleRecords
from resolver.records import RelationType
from resolver.records.prepared.text_hashes import compute_hash64
from resolver.records.relations.relation_types import RELATION_TYPES
from resolver.records.visibility import STRANGER, Viewer
from resolver.store.segments import Segment

MAX_HOPS, MAX_NODES, MAX_NEIGHBORS = 4, 1_000, 200
"""Edges from the middle, nodes of a graph and neighbors of one node at most."""
RELATION_EDGES = tuple(
    kind.value for kind, meaning in RELATION_TYPES.items() if meaning.inverse is None
)
"""Types of relation that a graph has, in one direction each."""
EDGE_TYPES = (*RELATION_EDGES, *ARTEFACT_KINDS)
"""Types of edge that a graph has: of relations, and kinds of artefact."""


@dataclass(frozen=True, slots=True)
class GraphQuery:
    """Extent of a graph around an entity. `types` (of `EDGE_TYPES`): all if empty. `day` (ISO):
    only relations that may be in force then. `revision`: of the store, the present one if None.
    `with_ties`: also the edges among the outermost nodes. `expanded`: entities (any of their ids)
    of the graph whose neighbors are read too, in turn.
    """

    hops: int = 1
    types: tuple[str, ...] = ()
    day: str = ""
    revision: int | None = None
    max_nodes: int = 300
    max_neighbors: int = MAX_NEIGHBORS
    with_ties: bool = False
    expanded: tuple[str, ...] = ()


@contextmanager
def open_rows(
    hub: Hub, viewer: Viewer = STRANGER, revision: int | None = None
) -> Iterator[VisibleRecords]:
    """Open the records of a hub for one viewer, at the present or an earlier revision; an empty
    store has none.
    """
    with hub.store.view() as view:
        is_empty = not view.head.plan
    # read outside the lock, so that no check waits for it
    segments = () if is_empty else _current_segments(hub)
    with hub.store.view(revision) as view:
        yield VisibleRecords(view, segments, viewer)


def _current_segments(hub: Hub) -> tuple[Segment, ...]:
    with hub.indexed_view() as (_, index):
        return index.segments


def read_graph(
    hub: Hub, entity_id: str, viewer: Viewer = STRANGER, query: GraphQuery | None = None
) -> Graph:
    """Read the graph around an entity (any of its ids), breadth first.

    Raises `UnknownIdError` for an id that the viewer may not know, `InputError` for hops out of
    range.
    """
    query = query or GraphQuery()
    if not 0 <= query.hops <= MAX_HOPS:
        raise InputError(
            f"a graph has 0 to {MAX_HOPS} hops, not {query.hops}", hint="ask for fewer"
        )
    with open_rows(hub, viewer, query.revision) as rows:
        middle = rows.find_entity(entity_id)
        return grow_graph(rows, [middle], query)


def grow_graph(rows: VisibleRecords, middle: Sequence[int], query: GraphQuery) -> Graph:
    """Grow the graph around some entities, breadth first, until it has `max_nodes` nodes.

    Raises `UnknownIdError` for an entity to expand that the viewer may not know.
    """
    growth = _Growth(rows, query, middle)
    frontier: list[Key] = list(middle)
    for hop in range(1, query.hops + 1):
        frontier = growth.step(frontier, hop)
    for entity_id in query.expanded:
        entity = rows.find_entity(entity_id)
        if entity in growth.distances:
            frontier += growth.step([entity], growth.distances[entity] + 1)
    if query.with_ties:
        growth.add_ties(frontier)
    return growth.build()


class _Growth:
    """Graph under construction: nodes with their distances, and the edges read so far."""

    def __init__(self, rows: VisibleRecords, query: GraphQuery, middle: Sequence[int]) -> None:
        self._rows, self._max_nodes = rows, query.max_nodes
        self._expander = Expander(rows, query.types, query.max_neighbors, query.day)
        self._expansion = Expansion()
        self._is_complete = True
        self.distances: dict[Key, int] = dict.fromkeys(middle, 0)

    def step(self, frontier: Sequence[Key], distance: int) -> list[Key]:
        """Add the neighbors of some nodes, as far as there is space; return the new ones."""
        step_edges = self._expander.expand(frontier)
        self._expansion.merge(step_edges)
        fresh = sorted_keys(self._rows, step_edges.neighbors(frontier) - set(self.distances))
        space = max(self._max_nodes - len(self.distances), 0)
        self._is_complete &= len(fresh) <= space
        self.distances.update(dict.fromkeys(fresh[:space], distance))
        return fresh[:space]

    def add_ties(self, frontier: Sequence[Key]) -> None:
        """Add the edges among nodes that have not been expanded; none of these counts as cut."""
        step_edges = self._expander.expand(frontier)
        self._expansion.merge(Expansion(step_edges.edges, step_edges.texts))

    def build(self) -> Graph:
        """Return the graph."""
        is_complete = self._is_complete and not self._expansion.cut
        return build_graph(self._rows, self.distances, self._expansion, is_complete=is_complete)


def sorted_keys(rows: VisibleRecords, keys: Iterable[Key]) -> list[Key]:
    """Return keys in an order that does not depend on what is hidden: entities by id, then
    artefacts, then names.
    """
    nodes = list(keys)
    ids = rows.view.entity_ids([key for key in nodes if isinstance(key, int)])

    def rank(key: Key) -> tuple[int, str]:
        """Return the sort key of a node."""
        if isinstance(key, int):
            return 0, ids[key]
        return (2, str(key[1])) if key[0] == NAME else (1, f"{key[0]} {key[1]:020}")

    return sorted(nodes, key=rank)


def build_graph(
    rows: VisibleRecords, distances: Mapping[Key, int], expansion: Expansion, *, is_complete: bool
) -> Graph:
    """Build a graph of some nodes, with all edges among them that were expansion."""
    facts = load_facts(rows, [key for key in distances if isinstance(key, int)])
    nodes = {
        key: _node(key, distance, facts, expansion)
        for key, distance in distances.items()
        if not isinstance(key, int) or key in facts
    }
    edges = [
        _edge(nodes[source].id, nodes[target].id, kind, statements)
        for (source, target, kind), statements in expansion.edges.items()
        if source in nodes and target in nodes
    ]
    return Graph(
        rows.view.revision,
        tuple(
            sorted(nodes.values(), key=lambda row: (row.distance, row.caption.casefold(), row.id))
        ),
        tuple(sorted(_join_mutual(edges), key=lambda row: (row.source, row.target, row.type))),
        is_complete,
    )


def _node(
    key: Key, distance: int, facts: Mapping[int, EntityFacts], expansion: Expansion
) -> GraphNode:
    is_cut = key in expansion.cut
    if isinstance(key, int):
        row = facts[key]
        return GraphNode(
            row.id,
            ENTITY,
            row.caption,
            row.kind,
            distance,
            is_cut,
            row.schema,
            row.countries,
            row.activities,
            row.sources,
            row.agencies,
            row.records,
        )
    if key[0] == NAME:
        # no white space: in GraphML ids are words
        identity = f"{NAME}:{compute_hash64(str(key[1])):016x}"
        return GraphNode(identity, NAME, str(key[1]), "", distance)
    text = min(expansion.texts.get(key, {""}), key=lambda text: (-len(text), text))
    return GraphNode(f"{key[0]}:{key[1]:016x}", ARTEFACT, text, key[0], distance, is_cut)


def _edge(source: str, target: str, kind: str, statements: Collection[EdgeStatement]) -> GraphLink:
    if kind == SHARES:
        return GraphLink(source, target, kind, "has", "of", tuple(sorted(statements)))
    meaning = RELATION_TYPES[RelationType(kind)]
    if meaning.is_mutual and source > target:
        source, target = target, source
    return GraphLink(
        source, target, kind, meaning.words, meaning.reverse, tuple(sorted(statements))
    )


def _join_mutual(edges: Iterable[GraphLink]) -> list[GraphLink]:
    """Join the edges of one type between the same ends, which mutual ones may state both ways."""
    joined: dict[tuple[str, str, str], GraphLink] = {}
    for edge in edges:
        key = (edge.source, edge.target, edge.type)
        other = joined.get(key)
        statements = edge.statements if other is None else (*other.statements, *edge.statements)
        joined[key] = GraphLink(*key, edge.words, edge.reverse, tuple(sorted(set(statements))))
    return list(joined.values())
