"""Graph of entities: nodes, edges, and the statements behind them.

It also has periods of relations: whether one was in force on a day, and whether its dates make
sense.

Parts of a graph: its spanning tree, and the nodes that fit a choice together with the nodes that
lead to them.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from resolver.errors import DateError
from resolver.runtime.text_cache import cache_short_texts
from resolver.values.dates import PartialDate, parse_date

ENTITY, ARTEFACT, NAME = "entity", "artefact", "name"
"""Sorts of node: an entity, an artefact that entities share, an end known by name only."""
SHARES = "shares"
"""Type of an edge from an entity to an artefact."""


@dataclass(frozen=True, slots=True, order=True)
class EdgeStatement:
    """Statement of an edge by a record: its source and id, role with class, and dates as written.

    `is_reversed_period`: the end is before the start. `sentence`: the sentence of the list that
    states the relation, if it was read from a text; else empty. `target`: id of the record that the
    relation names, or empty.
    """

    source: str
    record: str
    role: str = ""
    role_class: str = ""
    start: str = ""
    end: str = ""
    is_reversed_period: bool = False
    sentence: str = ""
    target: str = field(default="", compare=False)

    @property
    def period(self) -> str:
        """Period that the record states: `2004 to 2009`, `from 2014`; empty without dates."""
        if self.start and self.end:
            return f"{self.start} to {self.end}"
        return f"from {self.start}" if self.start else f"until {self.end}" if self.end else ""


@dataclass(frozen=True, slots=True)
class GraphLink:
    """Edge from the node `source` to the node `target`, of a type of relation or `SHARES`.

    `words` read from source to target, `reverse` from target to source.
    """

    source: str
    target: str
    type: str
    words: str
    reverse: str
    statements: tuple[EdgeStatement, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Lists that state the edge, each once."""
        return tuple(sorted({row.source for row in self.statements}))

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles that the lists state, each once."""
        return tuple(sorted({row.role for row in self.statements if row.role}))

    @property
    def sentences(self) -> tuple[str, ...]:
        """Sentences of lists that the edge was read from, each once."""
        return tuple(sorted({row.sentence for row in self.statements if row.sentence}))

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods that the lists state, each once."""
        return tuple(sorted({row.period for row in self.statements if row.period}))


@dataclass(frozen=True, slots=True)
class GraphNode:
    """Node of a graph, identified by `id`: the id of an entity, or of an artefact or name in this
    graph.

    `sort` is one of `ENTITY`, `ARTEFACT`, `NAME`; `kind` is person, group, asset or legal, or the
    kind of artefact. `distance` is the number of edges from the start of the graph. `is_cut`: the
    node has more neighbors than were read. All other fields are empty unless the node is an entity.
    `handling` is the strictest handling code of the records that the viewer may see.
    """

    id: str
    sort: str
    caption: str
    kind: str
    distance: int = 0
    is_cut: bool = False
    schema: str = ""
    countries: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    records: int = 0
    handling: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by distance, caption and id; edges by their ends and type; the revision of the store.

    `is_complete`: nothing within the hops was left out.
    """

    revision: int
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphLink, ...]
    is_complete: bool = True


@cache_short_texts(8_192)
def first_and_last_day(text: str) -> tuple[str, str]:
    """Return the first and the last day (ISO) that a written date can mean; empty for an empty
    date.
    """
    try:
        date = parse_date(text)
    except DateError:
        return "", ""
    return _first_day(date), _last_day(date)


def _first_day(date: PartialDate) -> str:
    return f"{date.year:04d}-{date.month or 1:02d}-{date.day or 1:02d}"


def _last_day(date: PartialDate) -> str:
    if date.until is not None:
        return _last_day(replace(date.until, until=None))
    month = date.month or 12
    day = date.day or calendar.monthrange(date.year, month)[1]
    return f"{date.year:04d}-{month:02d}-{day:02d}"


def is_in_force(start: str, end: str, day: str) -> bool:
    """Return whether a period may hold on a day (ISO). An end that is unknown is open."""
    first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
    return (not first or first <= day) and (not last or day <= last)


def is_reversed(start: str, end: str) -> bool:
    """Return whether a period ends before it can have started."""
    first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
    return bool(first and last) and last < first


def years_of(start: str, end: str) -> tuple[int, int] | None:
    """Return the first and last year of a period; the last year is 9999 if the period is open. None
    for a period without a date, or with reversed dates.
    """
    first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
    if not (first or last) or is_reversed(start, end):
        return None
    year = int((first or last)[:4])
    return year, int(last[:4]) if last else 9999


def join_graphs(graph: Graph, other: Graph) -> Graph:
    """Return a graph with the nodes and edges of another graph; a node that is in both stays as it
    is.

    Distances are counted again, since edges of the first graph may lead to nodes of the other one.
    """
    nodes = {node.id: node for node in (*other.nodes, *graph.nodes)}
    edges = {(edge.source, edge.target, edge.type): edge for edge in (*other.edges, *graph.edges)}
    near: dict[str, set[str]] = {}
    for source, target, _ in edges:
        near.setdefault(source, set()).add(target)
        near.setdefault(target, set()).add(source)
    distances = {node.id: 0 for node in graph.nodes if node.distance == 0}
    frontier = set(distances)
    while frontier:
        step = max(distances.values()) + 1
        frontier = {far for node in frontier for far in near.get(node, ())} - set(distances)
        distances.update(dict.fromkeys(frontier, step))
    placed = (
        replace(node, distance=distances.get(node.id, node.distance)) for node in nodes.values()
    )
    return replace(
        graph,
        nodes=tuple(sorted(placed, key=lambda row: (row.distance, row.caption.casefold(), row.id))),
        edges=tuple(edges[key] for key in sorted(edges)),
    )


@dataclass(frozen=True, slots=True)
class GraphChanges:
    """Relations that a graph has and an earlier one of it had not, or the other way round.

    `changed`: relations of both whose lists, roles or dates differ, as they are now. `nodes` has
    the ends of all of them by id. `is_complete`: both graphs were. `revision`: that of the earlier
    graph.
    """

    added: tuple[GraphLink, ...]
    gone: tuple[GraphLink, ...]
    changed: tuple[GraphLink, ...]
    nodes: Mapping[str, GraphNode]
    is_complete: bool = True
    revision: int = 0


class _StatementSets:
    """Statements of the edges of a graph, to find the edges that state the same in another one."""

    def __init__(self, graph: Graph) -> None:
        names = {node.id for node in graph.nodes if node.sort != ENTITY}
        self.edges = [(edge, _statement_keys(edge, names)) for edge in graph.edges]
        self._by_ends = {_ends_key(edge): keys for edge, keys in self.edges}
        self._by_statement = {key: keys for _, keys in self.edges for key in keys}

    def find(self, edge: GraphLink, keys: frozenset[Hashable]) -> frozenset[Hashable]:
        """Return all statements of the edges with the same ends or with one of the statements."""
        found = [self._by_ends.get(_ends_key(edge), frozenset())]
        found += [self._by_statement[key] for key in keys if key in self._by_statement]
        return frozenset().union(*found)


def _ends_key(edge: GraphLink) -> tuple[str, str, str]:
    return edge.source, edge.target, edge.type


def _statement_keys(edge: GraphLink, names: Collection[str]) -> frozenset[Hashable]:
    """Return what an edge states, without the entities that the records of its ends are in."""
    ends = tuple(end for end in (edge.source, edge.target) if end in names)
    return frozenset((edge.type, ends, row) for row in edge.statements)


def compare_graphs(earlier: Graph, graph: Graph) -> GraphChanges:
    """Return what has changed from an earlier graph to a later one of the same extent.

    Edges are compared by what records state, so it is no change that entities were merged or split.
    """
    old, new = _StatementSets(earlier), _StatementSets(graph)
    before = [(edge, keys, old.find(edge, keys)) for edge, keys in new.edges]
    return GraphChanges(
        tuple(edge for edge, _, known in before if not known),
        tuple(edge for edge, keys in old.edges if not new.find(edge, keys)),
        tuple(edge for edge, keys, known in before if known and known != keys),
        {node.id: node for node in (*earlier.nodes, *graph.nodes)},
        earlier.is_complete and graph.is_complete,
        earlier.revision,
    )


def find_parents(graph: Graph) -> dict[str, str]:
    """Return, by id, the neighbor of each node through which the graph reached it; this neighbor is
    one edge nearer to the start. Nodes of distance 0 have none.
    """
    distances = {node.id: node.distance for node in graph.nodes}
    parents: dict[str, str] = {}
    for edge in graph.edges:
        for near, far in ((edge.source, edge.target), (edge.target, edge.source)):
            if distances[near] == distances[far] - 1 and near < parents.get(far, "\U0010ffff"):
                parents[far] = near
    return parents


@dataclass(frozen=True, slots=True)
class GraphChoice:
    """Choice of nodes: entities with a crime, of an agency, or with a class of role; empty for
    any.
    """

    activity: str = ""
    agency: str = ""
    role_class: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether every node fits."""
        return not (self.activity or self.agency or self.role_class)


def choose_nodes(graph: Graph, choice: GraphChoice) -> tuple[Graph, frozenset[str]]:
    """Return the part of a graph that a choice keeps: the entities that fit, the start of the
    graph, and the nodes that lead from there to these entities. Also return the ids of the nodes
    that lead.
    """
    if choice.is_empty:
        return graph, frozenset()
    with_role = {
        end
        for edge in graph.edges
        if any(row.role_class == choice.role_class for row in edge.statements)
        for end in (edge.source, edge.target)
    }
    fitting = {node.id for node in graph.nodes if _fits(node, choice, with_role)}
    parents, chosen = find_parents(graph), set(fitting)
    for node in fitting:
        while node in parents:
            node = parents[node]
            chosen.add(node)
    middle = {node.id for node in graph.nodes if node.distance == 0}
    chosen |= middle
    nodes = tuple(node for node in graph.nodes if node.id in chosen)
    edges = tuple(edge for edge in graph.edges if {edge.source, edge.target} <= chosen)
    return replace(graph, nodes=nodes, edges=edges), frozenset(chosen - fitting - middle)


def _fits(node: GraphNode, choice: GraphChoice, with_role: set[str]) -> bool:
    return (
        node.sort == ENTITY
        and (not choice.activity or choice.activity in node.activities)
        and (not choice.agency or choice.agency in node.agencies)
        and (not choice.role_class or node.id in with_role)
    )


@dataclass(frozen=True, slots=True)
class SharedArtefact:
    """Artefact with the entities that share it, and the lists that state it."""

    node: GraphNode
    holders: tuple[GraphNode, ...]
    sources: tuple[str, ...]


def shared_artefacts(graph: Graph) -> tuple[SharedArtefact, ...]:
    """Return the artefacts of a graph; artefacts with most holders come first."""
    nodes = {node.id: node for node in graph.nodes}
    edges: dict[str, list[GraphLink]] = {}
    for edge in graph.edges:
        if nodes[edge.target].sort == ARTEFACT:
            edges.setdefault(edge.target, []).append(edge)
    rows = [
        SharedArtefact(
            nodes[artefact],
            tuple(nodes[edge.source] for edge in links),
            tuple(sorted({source for edge in links for source in edge.sources})),
        )
        for artefact, links in edges.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-len(row.holders), row.node.kind, row.node.caption)))


def count_choices(graph: Graph) -> Mapping[str, Mapping[str, int]]:
    """Count the possible choices: entities per crime and agency, edges per class of role and type,
    the most frequent first.
    """
    roles = ({row.role_class for row in edge.statements} - {""} for edge in graph.edges)
    return {
        "activity": _count(node.activities for node in graph.nodes),
        "agency": _count(node.agencies for node in graph.nodes),
        "role": _count(roles),
        "type": _count((_type_of(edge),) for edge in graph.edges),
    }


def _type_of(edge: GraphLink) -> str:
    """Return the type of an edge for filters; for an edge to an artefact, the kind of the
    artefact.
    """
    return edge.target.partition(":")[0] if edge.type == "shares" else edge.type


def _count(values: Iterable[Iterable[str]]) -> dict[str, int]:
    counts = Counter(value for row in values for value in row)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
