"""Network on the page of an entity: all its relations in a list, and the nearest ends to draw.

Graphs as JSON documents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolver.errors import UnknownIdError
from resolver.hub.hub import Hub
from resolver.network.expansion import Expander, Expansion, Key
from resolver.network.graph import ENTITY, EdgeStatement, Graph, GraphLink, GraphNode
from resolver.network.graph_reader import RELATION_EDGES, build_graph, open_rows
from resolver.network.visible_records import VisibleRecords
from resolver.records.visibility import STRANGER, Viewer

MAX_RELATED = 2_000
"""Relations that an entity states, and entities that state one to it, of each at most."""
MAX_NEAREST = 24
"""Entities and names that a network shows around the middle at most."""
_MAX_BEYOND, _MAX_BEYOND_EACH = 20, 3
_MAX_RELATED_OF_NEAREST = 20


@dataclass(frozen=True, slots=True)
class RelatedParty:
    """Other end of one kind of relation of an entity, with what all lists state of it.

    `id` is empty where the viewer knows the other end by name only.
    """

    words: str
    id: str
    caption: str
    kind: str
    roles: tuple[str, ...]
    dates: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """Entity, or mere name (empty `id`), around the one in the middle.

    `parent` is the place in the network of the node that leads to it, -1 for the middle; `words`
    say how the parent relates to it.
    """

    id: str
    caption: str
    kind: str
    parent: int
    words: str


@dataclass(frozen=True, slots=True)
class RelationNetwork:
    """Relations of an entity.

    `parties` are all, by words and caption, and `related` counts different ones. `nodes` are to be
    drawn: the middle, the nearest, those beyond. `ties` are further relations between nodes, as
    two places and words.
    """

    parties: tuple[RelatedParty, ...] = ()
    related: int = 0
    nodes: tuple[NetworkNode, ...] = ()
    ties: tuple[tuple[int, int, str], ...] = ()


def load_relations(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> RelationNetwork:
    """Load the relations of an entity; none for one that was dissolved.

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
    """Build the graph of all edges of an expansion."""
    distances: dict[Key, int] = {key: 1 for edge in expansion.edges for key in edge[:2]}
    distances.update(dict.fromkeys(middle, 0))
    return build_graph(rows, distances, expansion, is_complete=True)


def _ends(edge: GraphLink, own: str) -> tuple[str, str]:
    """Return the other end of an edge of a node, and the words from the node's side."""
    return (edge.target, edge.words) if edge.source == own else (edge.source, edge.reverse)


def _rank(graph: Graph) -> list[GraphNode]:
    """Return the other ends: those that most lists state first, mere names last."""
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
        parties.append(RelatedParty(words, *end, edge.roles, edge.periods, edge.sources))
    return tuple(sorted(parties, key=lambda row: (row.words, row.caption.casefold(), row.id)))


def _identity(node: GraphNode) -> tuple[str, str, str]:
    """Return id (empty for a mere name), caption and kind of a node."""
    return node.id if node.sort == ENTITY else "", node.caption, node.kind


def _draw(
    middle: GraphNode,
    nearest: Sequence[GraphNode],
    edges: Iterable[GraphLink],
    beyond: Graph,
) -> tuple[tuple[NetworkNode, ...], tuple[tuple[int, int, str], ...]]:
    """Place the middle, the nearest and some of those beyond in a network, and tie them."""
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


def _has_space(added: Counter[int], place: int) -> bool:
    return added[place] < _MAX_BEYOND_EACH and added.total() < _MAX_BEYOND


def _rank_beyond(
    graph: Graph, places: Mapping[str, int], nodes: Mapping[str, GraphNode]
) -> list[tuple[GraphLink, str]]:
    """Return the edges of the nearest with the end that is one of them, by caption of the other."""
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
    """Return a node as JSON; only entities have more than a caption and a kind."""
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
    for name in ("role", "role_class", "start", "end"):
        if text := getattr(row, name):
            document[name] = text
    return {**document, "reversed_period": True} if row.is_reversed_period else document
