"""Parts of graphs: trees, choices and shared artefacts."""

from __future__ import annotations

import pytest

from resolver.hub.hub import Hub
from resolver.network.graph import (
    ARTEFACT,
    ENTITY,
    EdgeStatement,
    Graph,
    GraphChoice,
    GraphLink,
    GraphNode,
    choose_nodes,
    count_choices,
    find_parents,
    shared_artefacts,
)
from resolver.network.graph_reader import GraphQuery, read_graph
from resolver.records.visibility import OPERATOR


def node(identity: str, distance: int, *crimes: str, agency: str = "Coast") -> GraphNode:
    return GraphNode(
        identity, ENTITY, identity, "person", distance, activities=crimes, agencies=(agency,)
    )


def edge(source: str, target: str, role_class: str = "", kind: str = "memberOf") -> GraphLink:
    return GraphLink(source, target, kind, "", "", (EdgeStatement("s", "s:1", "", role_class),))


PHONE = GraphNode("phone:1", ARTEFACT, "+31 20", "phone", 1)
GRAPH = Graph(
    1,
    (
        node("a", 0),
        node("b", 1),
        node("c", 1, "drugs"),
        PHONE,
        node("d", 2, "drugs", agency="Port"),
    ),
    (
        edge("a", "b", "transporter"),
        edge("c", "a"),
        edge("b", "d", "financier"),
        edge("a", "phone:1", kind="shares"),
        edge("b", "phone:1", kind="shares"),
    ),
)


@pytest.mark.parametrize(
    ("choice", "chosen", "context"),
    [
        (GraphChoice(), {"a", "b", "c", "d", "phone:1"}, set()),
        (GraphChoice(activity="drugs"), {"a", "b", "c", "d"}, {"b"}),
        (GraphChoice(agency="Port"), {"a", "b", "d"}, {"b"}),
        (GraphChoice(role_class="transporter"), {"a", "b"}, set()),
        (GraphChoice(activity="arms"), {"a"}, set()),
    ],
)
def test_what_fits_is_left_with_what_leads_to_it(
    choice: GraphChoice, chosen: set[str], context: set[str]
) -> None:
    part, context_ids = choose_nodes(GRAPH, choice)
    assert {row.id for row in part.nodes} == chosen
    assert context_ids == context
    assert all({row.source, row.target} <= chosen for row in part.edges)


def test_artefacts_are_listed_with_their_holders() -> None:
    (row,) = shared_artefacts(GRAPH)
    assert (row.node, [holder.id for holder in row.holders], row.sources) == (
        PHONE,
        ["a", "b"],
        ("s",),
    )


def test_choices_are_counted() -> None:
    counts = count_choices(GRAPH)
    assert counts["activity"] == {"drugs": 2}
    assert counts["agency"] == {"Coast": 3, "Port": 1}
    assert counts["role"] == {"financier": 1, "transporter": 1}
    assert counts["type"] == {"memberOf": 3, "phone": 2}


def test_a_tree_spans_the_graph(network_hub: Hub) -> None:
    for number in range(1, 12):
        graph = read_graph(network_hub, f"s:{number}", OPERATOR, GraphQuery(3))
        parents, nodes = find_parents(graph), {row.id: row for row in graph.nodes}
        assert set(parents) == {row.id for row in graph.nodes if row.distance}
        for child, parent in parents.items():
            assert nodes[parent].distance == nodes[child].distance - 1


def test_expanded_nodes_bring_their_neighbors(network_hub: Hub) -> None:
    for record_id in ("s:2", "s:3", "s:6"):
        near = read_graph(network_hub, record_id, OPERATOR, GraphQuery(1))
        ids = tuple(row.id for row in near.nodes if row.sort == ENTITY and row.distance)
        grown = read_graph(network_hub, record_id, OPERATOR, GraphQuery(1, expanded=ids))
        far = read_graph(network_hub, record_id, OPERATOR, GraphQuery(2))
        through = {row.id for row in far.nodes if find_parents(far).get(row.id) in ids}
        assert through
        assert {row.id for row in grown.nodes} == {row.id for row in near.nodes} | through
