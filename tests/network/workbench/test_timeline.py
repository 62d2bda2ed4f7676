"""Graphs over time: years of statements, and what a year leaves of a graph."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resolver.network.graph import ENTITY, EdgeStatement, Graph, GraphLink, GraphNode, is_in_force
from resolver.network.workbench import (
    cut_to_year,
    edge_spans,
    find_faded,
    graph_years,
    is_in_years,
    span_text,
)

DATES = st.sampled_from(["", "2004", "2004-05", "2006-01-02", "2009", "not a date"])


def edge(source: str, target: str, *periods: tuple[str, str]) -> GraphLink:
    statements = tuple(EdgeStatement("s", f"s:{n}", "", "", *row) for n, row in enumerate(periods))
    return GraphLink(source, target, "memberOf", "member of", "has as member", statements)


def graph(*edges: GraphLink) -> Graph:
    """Return a graph that begins at `a`."""
    ids = sorted({end for row in edges for end in (row.source, row.target)})
    nodes = [GraphNode(name, ENTITY, name, "person", int(name != "a")) for name in ids]
    return Graph(1, tuple(nodes), edges)


CHAIN = graph(
    edge("a", "b", ("2004", "2006")),
    edge("b", "c", ("2005", "2009"), ("2012", "")),
    edge("a", "d", ("", "")),
    edge("d", "e", ("2010", "2003")),
)


def test_periods_of_an_edge_are_told() -> None:
    assert [span_text(row) for row in CHAIN.edges] == [
        "2004-2006",
        "2005-2009 2012-",
        "-",
        "2010-2003",
    ]
    assert graph_years(CHAIN) == (2003, 2012)
    assert graph_years(graph(edge("a", "b", ("", "")))) is None


@given(DATES, DATES, st.integers(2003, 2011))
def test_a_year_is_that_of_one_of_its_days(start: str, end: str, year: int) -> None:
    days = [f"{year}-{month:02d}-{day:02d}" for month in range(1, 13) for day in (1, 2, 28, 31)]
    is_any_day = any(is_in_force(start, end, day) for day in days)
    assert is_in_years(edge_spans(edge("a", "b", (start, end))), year, year) == is_any_day


def test_what_is_not_reached_is_faded() -> None:
    faded = find_faded(CHAIN, 2008)
    # the edge from b to c is in force, but nothing leads to b
    assert faded.edges == {0, 1, 3}
    assert faded.nodes == {"b", "c", "e"}
    rest = cut_to_year(CHAIN, 2008)
    assert [node.id for node in rest.nodes] == ["a", "d"]
    assert [(row.source, row.target) for row in rest.edges] == [("a", "d")]
    assert find_faded(CHAIN, 2005).nodes == {"e"}
