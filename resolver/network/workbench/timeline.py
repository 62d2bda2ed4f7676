"""Graphs over time: the years that lists date, and what may be in force in one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from resolver.network.graph import Graph, GraphLink
from resolver.network.periods import first_and_last_day

Span = tuple[int | None, int | None]
"""First and last year of a period; None where it is open or not stated."""


@dataclass(frozen=True, slots=True)
class FadedParts:
    """Parts of a graph that do not belong to a year: places of edges, ids of nodes."""

    edges: frozenset[int] = frozenset()
    nodes: frozenset[str] = frozenset()


def edge_spans(edge: GraphLink) -> tuple[Span, ...]:
    """Return the periods that lists state of an edge, each once."""
    spans = {_span(row.start, row.end) for row in edge.statements}
    return tuple(sorted(spans, key=lambda span: (span[0] or 0, span[1] or 9999)))


def _span(start: str, end: str) -> Span:
    first, last = first_and_last_day(start)[0], first_and_last_day(end)[1]
    return int(first[:4]) if first else None, int(last[:4]) if last else None


def is_in_year(spans: Iterable[Span], year: int) -> bool:
    """Return whether one of some periods may be in force in a year."""
    return any(
        (first is None or first <= year) and (last is None or year <= last) for first, last in spans
    )


def graph_years(graph: Graph) -> tuple[int, int] | None:
    """Return the first and the last year that a statement of a graph dates, or None."""
    years = {
        year
        for edge in graph.edges
        for span in edge_spans(edge)
        for year in span
        if year is not None
    }
    return (min(years), max(years)) if years else None


def find_faded(graph: Graph, year: int) -> FadedParts:
    """Return the edges that are not in force in a year, the nodes that no other edges lead to from
    where the graph begins, and the edges of these.
    """
    near: dict[str, list[str]] = {}
    for edge in graph.edges:
        if is_in_year(edge_spans(edge), year):
            near.setdefault(edge.source, []).append(edge.target)
            near.setdefault(edge.target, []).append(edge.source)
    waiting = [node.id for node in graph.nodes if node.distance == 0]
    reached = set(waiting)
    while waiting:
        fresh = set(near.get(waiting.pop(), ())) - reached
        reached |= fresh
        waiting += fresh
    faded = (
        place
        for place, edge in enumerate(graph.edges)
        # in force, an edge has both ends reached, or none
        if edge.source not in reached or not is_in_year(edge_spans(edge), year)
    )
    return FadedParts(frozenset(faded), frozenset(node.id for node in graph.nodes) - reached)


def cut_to_year(graph: Graph, year: int) -> Graph:
    """Return a graph without what does not belong to a year."""
    faded = find_faded(graph, year)
    return replace(
        graph,
        nodes=tuple(node for node in graph.nodes if node.id not in faded.nodes),
        edges=tuple(edge for place, edge in enumerate(graph.edges) if place not in faded.edges),
    )


def span_text(edge: GraphLink) -> str:
    """Return the periods of an edge for a page: `2004-2009 2014-`; empty years are open."""
    texts = (f"{first or ''}-{last or ''}" for first, last in edge_spans(edge))
    return " ".join(texts)
