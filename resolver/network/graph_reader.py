"""Graph around entities.

1. `load_facts`: caption, kind, countries, activities, lists and agencies of entities.
2. `read_graph` and `grow_graph`: the graph around entities, breadth first, within limits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.merging.survivorship import choose_caption, merge_names
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
from resolver.network.visible_records import ARTEFACT_KINDS, VisibleRecords
from resolver.records import Kind, RelationType
from resolver.records.packing import unpack_handling
from resolver.records.properties import ACTIVITY, COUNTRIES, FULL_NAMES, HANDLING, NAME_PARTS
from resolver.records.stated_links import RELATION_TYPES
from resolver.records.visibility import STRANGER, Viewer, strictest_handling
from resolver.runtime.text_cache import compute_hash64
from resolver.store.segments import Segment
from resolver.values.normal_values import country_code

_NAMES = (*FULL_NAMES, *NAME_PARTS)
_DESCRIBING = (*_NAMES, *COUNTRIES, ACTIVITY, HANDLING)


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """Facts of an entity from its visible records.

    `countries` are codes, `activities` crimes; `handling` is the strictest handling code.
    """

    id: str
    caption: str
    kind: str
    schema: str
    countries: tuple[str, ...]
    activities: tuple[str, ...]
    sources: tuple[str, ...]
    agencies: tuple[str, ...]
    records: int
    handling: str


def load_facts(rows: VisibleRecords, entities: Sequence[int]) -> dict[int, EntityFacts]:
    """Return the facts of entities, by number; entities without a visible record are missing."""
    owned = rows.of_entities(entities)
    owner_of, ids = owned.by_record(), rows.ids(owned.records)
    source_of, schema_of = rows.sources(owned.records), rows.schemas(owned.records)
    texts: dict[int, dict[str, dict[str, list[str]]]] = {owner: {} for owner in owner_of.values()}
    for number, prop, text in rows.texts(_DESCRIBING, owned.records):
        by_text = texts[owner_of[number]].setdefault(prop, {})
        by_text.setdefault(text, []).append(ids[number])
    members: defaultdict[int, list[int]] = defaultdict(list)
    for number, owner in owner_of.items():
        members[owner].append(number)
    entity_ids = rows.view.entity_ids(sorted(members))
    agencies = {row.name: row.agency or row.name for row in rows.view.sources()}
    return {
        owner: _facts(
            entity_ids[owner],
            texts[owner],
            {ids[number]: source_of[number] for number in numbers},
            [schema_of[number] for number in numbers],
            agencies,
        )
        for owner, numbers in members.items()
    }


def _facts(
    entity_id: str,
    texts: Mapping[str, Mapping[str, Sequence[str]]],
    source_of: Mapping[str, str],
    schemas: Sequence[tuple[str, int]],
    agencies: Mapping[str, str],
) -> EntityFacts:
    names = {
        prop: merge_names(stated, source_of) for prop, stated in texts.items() if prop in _NAMES
    }
    record_ids = sorted(source_of)
    sources = sorted(set(source_of.values()))
    schema, kind = _common_kind(schemas)
    countries = {country_code(text) for prop in COUNTRIES for text in texts.get(prop, ())}
    return EntityFacts(
        entity_id,
        choose_caption(names, record_ids, source_of),
        kind.label,
        schema,
        tuple(sorted(countries - {""})),
        tuple(sorted(texts.get(ACTIVITY, ()))),
        tuple(sources),
        tuple(sorted({agencies.get(name, name) for name in sources})),
        len(record_ids),
        strictest_handling(unpack_handling(text).code for text in texts.get(HANDLING, ())),
    )


def _common_kind(schemas: Sequence[tuple[str, int]]) -> tuple[str, Kind]:
    """Return the most frequent schema, and the kind that all records can have."""
    bits = Kind.LEGAL | Kind.ASSET
    for _, kind in schemas:
        bits &= Kind(kind)
    counts = sorted({name for name, _ in schemas})
    schema = max(counts, key=lambda name: sum(other == name for other, _ in schemas))
    return schema, Kind(bits) if bits else Kind(schemas[0][1])


MAX_HOPS, MAX_NODES, MAX_NEIGHBORS = 4, 1_000, 200
"""Maximum number of edges from the middle, maximum number of nodes of a graph, and maximum number
of neighbors of one node.
"""
RELATION_EDGES = tuple(
    kind.value for kind, meaning in RELATION_TYPES.items() if meaning.inverse is None
)
"""Types of relation in a graph. Of two inverse types, a graph has only one."""
EDGE_TYPES = (*RELATION_EDGES, *ARTEFACT_KINDS)
"""Types of edge in a graph: types of relation, and kinds of shared artefact."""


@dataclass(frozen=True, slots=True)
class GraphQuery:
    """Extent of a graph around an entity.

    - `types`: types of edge (`EDGE_TYPES`); empty for all.
    - `day` (ISO date): only relations that can be in force on this day; empty for all.
    - `revision`: revision of the store; None for the present revision.
    - `with_ties`: also read the edges among the outermost nodes.
    - `expanded`: entities of the graph (by any id) whose neighbors are read as well, in this order.
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
    """Open the records of a hub for one viewer, at the present or an earlier revision."""
    with hub.store.view() as view:
        is_empty = not view.head.plan
    # take only the segments under the lock, so that no check waits until the graph is read
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

    Raises `UnknownIdError` for an id that the viewer may not know, and `InputError` if the number
    of hops is out of range.
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
        """Add the neighbors of some nodes, up to the limit of nodes; return the new nodes."""
        step_edges = self._expander.expand(frontier)
        self._expansion.merge(step_edges)
        fresh = sorted_keys(self._rows, step_edges.neighbors(frontier) - set(self.distances))
        space = max(self._max_nodes - len(self.distances), 0)
        self._is_complete &= len(fresh) <= space
        self.distances.update(dict.fromkeys(fresh[:space], distance))
        return fresh[:space]

    def add_ties(self, frontier: Sequence[Key]) -> None:
        """Add the edges among nodes that have not been expanded. None of them counts as cut."""
        step_edges = self._expander.expand(frontier)
        self._expansion.merge(Expansion(step_edges.edges, step_edges.texts))

    def build(self) -> Graph:
        """Return the graph."""
        is_complete = self._is_complete and not self._expansion.cut
        return build_graph(self._rows, self.distances, self._expansion, is_complete=is_complete)


def sorted_keys(rows: VisibleRecords, keys: Iterable[Key]) -> list[Key]:
    """Return keys in a stable order: entities by id, then artefacts, then names.

    Hidden records do not influence the order.
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
    """Return the graph of some nodes (key → distance), with all edges of `expansion` among them."""
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


def node_id(key: Key, entity_ids: Mapping[int, str]) -> str:
    """Return the id of a node in graphs. `entity_ids`: ids of entities by number."""
    if isinstance(key, int):
        return entity_ids[key]
    # the hash of a name has no white space, which ids in GraphML must not have
    return f"{key[0]}:{compute_hash64(str(key[1])) if key[0] == NAME else key[1]:016x}"


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
            row.handling,
        )
    if key[0] == NAME:
        return GraphNode(node_id(key, {}), NAME, str(key[1]), "", distance)
    text = min(expansion.texts.get(key, {""}), key=lambda text: (-len(text), text))
    return GraphNode(node_id(key, {}), ARTEFACT, text, key[0], distance, is_cut)


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
    """Join edges of one type between the same ends; both ends can state a mutual relation."""
    joined: dict[tuple[str, str, str], GraphLink] = {}
    for edge in edges:
        key = (edge.source, edge.target, edge.type)
        other = joined.get(key)
        statements = edge.statements if other is None else (*other.statements, *edge.statements)
        joined[key] = GraphLink(*key, edge.words, edge.reverse, tuple(sorted(set(statements))))
    return list(joined.values())
