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
from resolver.records.relations.relation_types import RELATION_TYPES
from resolver.records.visibility import STRANGER, Viewer

MAX_HOPS, MAX_NODES, MAX_NEIGHBORS = 4, 1_000, 200
"""Edges from the middle, nodes of a graph and neighbors of one node at most."""
EDGE_TYPES = (
    *(kind.value for kind, meaning in RELATION_TYPES.items() if meaning.inverse is None),
    *ARTEFACT_KINDS,
)
"""Types of edge that a graph has: of relations (in one direction each), and kinds of artefact."""


@dataclass(frozen=True, slots=True)
class GraphQuery:
    """Extent of a graph around an entity. `types` (of `EDGE_TYPES`): all if empty. `day` (ISO):
    only relations that may be in force then. `revision`: of the store, the present one if None.
    `with_ties`: also the edges among the outermost nodes.
    """

    hops: int = 1
    types: tuple[str, ...] = ()
    day: str = ""
    revision: int | None = None
    max_nodes: int = 300
    max_neighbors: int = MAX_NEIGHBORS
    with_ties: bool = False


@contextmanager
def open_rows(
    hub: Hub, viewer: Viewer = STRANGER, revision: int | None = None
) -> Iterator[VisibleRecords]:
    """Open the records of a hub for one viewer, at the present or an earlier revision."""
    with hub.indexed_view() as (_, index):
        # read outside the lock, so that no check waits for it
        segments = index.segments
    with hub.store.view(revision) as view:
        yield VisibleRecords(view, segments, viewer)


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
    """Grow the graph around some entities, breadth first, until it has `max_nodes` nodes."""
    expander = Expander(rows, query.types, query.max_neighbors, query.day)
    expansion = Expansion()
    distances: dict[Key, int] = dict.fromkeys(middle, 0)
    frontier: list[Key] = list(middle)
    is_complete = True
    for hop in range(1, query.hops + 1):
        step = expander.expand(frontier)
        expansion.merge(step)
        fresh = sorted_keys(rows, step.neighbors(frontier) - set(distances))
        free_places = max(query.max_nodes - len(distances), 0)
        is_complete &= len(fresh) <= free_places
        frontier = fresh[:free_places]
        distances.update(dict.fromkeys(frontier, hop))
        if not frontier:
            break
    is_complete &= not expansion.cut
    if query.with_ties and frontier:
        expansion.merge(replace_cut(expander.expand(frontier)))
    return build_graph(rows, distances, expansion, is_complete=is_complete)


def replace_cut(expansion: Expansion) -> Expansion:
    """Return the edges of an expansion, none of whose nodes is to be marked as cut."""
    return Expansion(expansion.edges, expansion.texts)


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
        return GraphNode(f"{NAME}:{key[1]}", NAME, str(key[1]), "", distance)
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
