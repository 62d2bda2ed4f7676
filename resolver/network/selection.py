"""Parts of a graph: the tree that spans it, and nodes that fit a choice with what leads there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from resolver.network.graph import ARTEFACT, ENTITY, Graph, GraphLink, GraphNode


def find_parents(graph: Graph) -> dict[str, str]:
    """Return the neighbor of each node through which the graph came to it, by id: one that is an
    edge nearer to where the graph begins. Nodes of distance 0 have none.
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
    """Choice of nodes: entities with a crime, of an agency, with a class of role; empty for any."""

    activity: str = ""
    agency: str = ""
    role_class: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether every node fits."""
        return not (self.activity or self.agency or self.role_class)


def choose_nodes(graph: Graph, choice: GraphChoice) -> tuple[Graph, frozenset[str]]:
    """Return the part of a graph that a choice leaves: the entities that fit, where the graph
    begins, and the nodes that lead from there to them; also the ids of the latter.
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
    """Return the artefacts of a graph, those of most holders first."""
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
    """Count what a choice can be made by: entities per crime and agency, edges per class of role
    and type, the most frequent first.
    """
    roles = ({row.role_class for row in edge.statements} - {""} for edge in graph.edges)
    return {
        "activity": _count(node.activities for node in graph.nodes),
        "agency": _count(node.agencies for node in graph.nodes),
        "role": _count(roles),
        "type": _count((_type_of(edge),) for edge in graph.edges),
    }


def _type_of(edge: GraphLink) -> str:
    """Return the type of an edge as a filter has it: of one to an artefact the artefact's kind."""
    return edge.target.partition(":")[0] if edge.type == "shares" else edge.type


def _count(values: Iterable[Iterable[str]]) -> dict[str, int]:
    counts = Counter(value for row in values for value in row)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
