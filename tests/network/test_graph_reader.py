"""Graphs around entities: what a plain reading of the visible records gives, and its bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.check.entity_reader import read_entity
from resolver.errors import InputError, UnknownIdError
from resolver.hub.hub import Hub
from resolver.network.graph import (
    ARTEFACT,
    ENTITY,
    EdgeStatement,
    Graph,
    GraphLink,
    GraphNode,
    compare_graphs,
)
from resolver.network.graph_reader import GraphQuery, read_graph
from resolver.network.workbench import find_changes
from resolver.records import Handling, Identifier, Kind, Record, Relation, RelationType
from resolver.records.decisions import Verdict
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from resolver.values.normal_values import normalize_phone
from tests.hub.hubs import make_decision, make_intake
from tests.network.networks import (
    COUNT,
    STEWARD,
    Edge,
    make_records,
    plain_distances,
    plain_edges,
)
from tests.records.samples import record


def record_ids(hub: Hub) -> dict[str, str]:
    """Return the record of each entity (all have one)."""
    ids = {}
    with hub.store.view() as view:
        for number in range(COUNT):
            stored = view.entity(f"s:{number}")
            assert stored is not None
            ids[stored.id] = f"s:{number}"
    assert len(ids) == COUNT
    return ids


def plain_ids(graph: Graph, ids: dict[str, str]) -> dict[str, str]:
    """Return the ids that the plain reading has, by those of the nodes."""
    return {
        node.id: ids.get(node.id, f"phone:{normalize_phone(node.caption)}")
        if node.sort in (ENTITY, ARTEFACT)
        else f"name:{node.caption}"
        for node in graph.nodes
    }


def edges_of(graph: Graph, names: dict[str, str], mutual: set[str]) -> set[Edge]:
    edges: set[Edge] = set()
    for edge in graph.edges:
        ends = names[edge.source], names[edge.target]
        edges.add((*(sorted(ends) if edge.type in mutual else ends), edge.type))
    return edges


MUTUAL = {"familyOf", "associateOf", "linkedTo", "allyOf", "rivalOf"}


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER, STEWARD], ids=lambda row: row.name)
def test_a_graph_is_that_of_a_plain_reading(network_hub: Hub, viewer: Viewer) -> None:
    ids, rows = record_ids(network_hub), make_records()
    edges = plain_edges(rows, viewer)
    for row in rows:
        for hops in (1, 3):
            query = GraphQuery(hops, with_ties=True)
            if not is_visible(row.handling, viewer):
                with pytest.raises(UnknownIdError):
                    read_graph(network_hub, row.id, viewer, query)
                continue
            graph = read_graph(network_hub, row.id, viewer, query)
            names = plain_ids(graph, ids)
            distances = {names[node.id]: node.distance for node in graph.nodes}
            assert distances == plain_distances(edges, row.id, hops)
            among = {edge for edge in edges if edge[0] in distances and edge[1] in distances}
            assert edges_of(graph, names, MUTUAL) == among
            assert graph.is_complete


def test_only_some_types_are_followed(network_hub: Hub) -> None:
    full = read_graph(network_hub, "s:1", OPERATOR, GraphQuery(4))
    for types in (("memberOf",), ("phone",), ("memberOf", "familyOf")):
        graph = read_graph(network_hub, "s:1", OPERATOR, GraphQuery(4, types))
        kinds = {edge.type if edge.type != "shares" else "phone" for edge in graph.edges}
        assert kinds <= set(types)
        assert {node.id for node in graph.nodes} <= {node.id for node in full.nodes}


def test_hidden_records_change_nothing(network_hub: Hub, empty_hub: Hub) -> None:
    visible = [row for row in make_records() if is_visible(row.handling, STRANGER)]
    empty_hub.add(make_intake(visible))
    query = GraphQuery(3, max_nodes=20, max_neighbors=3, with_ties=True)
    for row in visible[::5]:
        with_hidden, without = (
            read_graph(hub, row.id, STRANGER, query) for hub in (network_hub, empty_hub)
        )
        assert with_hidden.nodes == without.nodes
        assert with_hidden.edges == without.edges
        assert with_hidden.is_complete == without.is_complete


def test_a_node_of_very_many_neighbors_is_bounded_and_says_so(empty_hub: Hub) -> None:
    group = record("s:g", Kind.GROUP, name="Blue Harbor Crew")
    to_group = (Relation(RelationType.MEMBER_OF, "s:g"),)
    names = ("Ottavio", "Pelageya", "Quirinus", "Radomir", "Sixtus", "Tancredi", "Ulises")
    members = [record(f"s:{n}", name=f"{n} {n}ovic", relations=to_group) for n in names]
    empty_hub.add(make_intake([group, *members]))
    graph = read_graph(empty_hub, "s:g", OPERATOR, GraphQuery(1, max_neighbors=5))
    assert (len(graph.nodes), graph.nodes[0].is_cut, graph.is_complete) == (6, True, False)
    graph = read_graph(empty_hub, "s:g", OPERATOR, GraphQuery(1, max_neighbors=7))
    assert (len(graph.nodes), graph.nodes[0].is_cut, graph.is_complete) == (8, False, True)
    graph = read_graph(empty_hub, "s:g", OPERATOR, GraphQuery(1, max_nodes=4))
    assert (len(graph.nodes), graph.is_complete) == (4, False)


def test_odd_relations_are_shown_as_stated(empty_hub: Hub) -> None:
    rows = [
        record(
            "s:1",
            name="Ottavio Quint",
            relations=[
                Relation(RelationType.MEMBER_OF, "s:absent"),
                Relation(RelationType.ASSOCIATE_OF, "s:1"),
                Relation(RelationType.LEADER_OF, "s:2", start="2010", end="2005"),
            ],
        ),
        # a circle of factions, and two who lead
        record("s:2", Kind.GROUP, name="Red Pier", relations=_faction_of("s:3")),
        record("s:3", Kind.GROUP, name="Iron Quay", relations=_faction_of("s:2")),
        record("t:4", name="Sixtus Vale", relations=[Relation(RelationType.LEADER_OF, "s:2")]),
    ]
    empty_hub.add(make_intake(rows))
    graph = read_graph(empty_hub, "s:1", OPERATOR, GraphQuery(4))
    captions = {node.id: node.caption for node in graph.nodes}
    stated = {(captions[edge.source], edge.type, captions[edge.target]) for edge in graph.edges}
    assert stated == {
        ("Ottavio Quint", "memberOf", "s:absent"),
        ("Ottavio Quint", "leaderOf", "Red Pier"),
        ("Sixtus Vale", "leaderOf", "Red Pier"),
        ("Red Pier", "factionOf", "Iron Quay"),
        ("Iron Quay", "factionOf", "Red Pier"),
    }
    leads = next(edge for edge in graph.edges if edge.periods)
    assert leads.statements[0].is_reversed_period
    assert leads.periods == ("2010 to 2005",)


def _faction_of(target: str) -> list[Relation]:
    return [Relation(RelationType.FACTION_OF, target)]


def test_relations_are_those_of_a_day(empty_hub: Hub) -> None:
    periods = {"s:2": ("2004", "2009"), "s:3": ("2010-06", ""), "s:4": ("", "")}
    relations = [Relation(RelationType.MEMBER_OF, t, "", "", *p) for t, p in periods.items()]
    groups = [record(row, Kind.GROUP, name=f"Order of {word} {row[2:]}") for row, word in _WORDS]
    empty_hub.add(make_intake([record("s:1", name="Ottavio Quint", relations=relations), *groups]))
    for day, targets in (
        ("", {"s:2", "s:3", "s:4"}),
        ("2009-12-31", {"s:2", "s:4"}),
        ("2010-01-01", {"s:4"}),
        ("2026-01-01", {"s:3", "s:4"}),
    ):
        graph = read_graph(empty_hub, "s:1", OPERATOR, GraphQuery(day=day))
        captions = {node.caption for node in graph.nodes[1:]}
        assert captions == {f"Order of {word} {row[2:]}" for row, word in _WORDS if row in targets}


_WORDS = (("s:2", "Thyme"), ("s:3", "Basalt"), ("s:4", "Walrus"))


def test_a_withdrawn_list_is_gone_but_for_the_past(empty_hub: Hub) -> None:
    group = record("s:g", Kind.GROUP, name="Blue Harbor Crew")
    members = _members()
    empty_hub.add(make_intake([group, *members]))
    with empty_hub.store.view() as view:
        before = view.revision
    empty_hub.withdraw([members[0].id, members[2].id])
    now = read_graph(empty_hub, "s:g", OPERATOR)
    assert {node.caption for node in now.nodes} == {"Blue Harbor Crew", "Quirinus Zed"}
    past = read_graph(empty_hub, "s:g", OPERATOR, GraphQuery(revision=before))
    assert len(past.nodes) == 4
    assert past.revision == before


def test_a_restriction_reaches_back(empty_hub: Hub) -> None:
    group, members = record("s:g", Kind.GROUP, name="Blue Harbor Crew"), _members()
    empty_hub.add(make_intake([group, *members]))
    with empty_hub.store.view() as view:
        before = view.revision
    empty_hub.add(make_intake([replace(members[0], handling=Handling("Coast", "H3"))]))
    past = read_graph(empty_hub, "s:g", STRANGER, GraphQuery(revision=before))
    assert {node.caption for node in past.nodes[1:]} == {"Quirinus Zed", "Sixtus Vale"}


def test_captions_are_those_of_the_entity(empty_hub: Hub) -> None:
    rows = [
        record(f"{letter}:1", Kind.GROUP, name=name)
        for letter, name in zip(
            "abcd", ("IRON QUAY FRONT", "Iron Quay Front", "Front Quay", "Front Quay"), strict=True
        )
    ]
    pairs = [(f"{letter}:1", f"{after}:1") for letter, after in ("ab", "bc", "cd")]
    same = [make_decision(pair, Verdict.SAME, n) for n, pair in enumerate(pairs, 1)]
    empty_hub.add(make_intake(rows), same)
    (node,) = read_graph(empty_hub, "a:1", OPERATOR).nodes
    document = read_entity(empty_hub, "a:1", OPERATOR)
    assert document is not None
    assert document.entity is not None
    # two lists state each name; capitals are no other name
    assert node.caption == document.entity["caption"] == "Iron Quay Front"


def test_changes_are_those_of_what_records_state(empty_hub: Hub) -> None:
    group, members = record("s:g", Kind.GROUP, name="Blue Harbor Crew"), _members()
    empty_hub.add(make_intake([group, members[0], members[1]]))
    with empty_hub.store.view() as view:
        before = view.revision
    empty_hub.withdraw([members[1].id])
    empty_hub.add(make_intake([members[2]]))
    # an entity that is expanded now was not known then
    query = GraphQuery(with_ties=True, expanded=(members[2].id,))
    graph = read_graph(empty_hub, "s:g", OPERATOR, query)
    changes = find_changes(empty_hub, graph, OPERATOR, replace(query, revision=before))
    assert [changes.nodes[edge.source].caption for edge in changes.added] == ["Sixtus Vale"]
    assert [changes.nodes[edge.source].caption for edge in changes.gone] == ["Quirinus Zed"]
    assert changes.changed == ()
    # the group was not known yet, so the comparison begins with the revision that brought it
    assert find_changes(empty_hub, graph, OPERATOR, replace(query, revision=0)) == changes
    assert changes.revision == before


def test_a_hidden_version_does_not_begin_a_comparison(empty_hub: Hub) -> None:
    group, members = record("s:g", Kind.GROUP, name="Blue Harbor Crew"), _members()
    hidden = replace(group, handling=Handling("Coast", "H3"))
    empty_hub.add(make_intake([hidden, members[1]]))
    empty_hub.add(make_intake([group, members[2]]))
    with empty_hub.store.view() as view:
        opened = view.revision
    query = GraphQuery(revision=0)
    for viewer, first in ((OPERATOR, 1), (STRANGER, opened)):
        graph = read_graph(empty_hub, "s:g", viewer)
        changes = find_changes(empty_hub, graph, viewer, query)
        assert changes.revision == first
        added = [changes.nodes[edge.source].caption for edge in changes.added]
        assert added == (["Sixtus Vale"] if viewer is OPERATOR else [])


def test_a_merge_is_no_change() -> None:
    rows = [EdgeStatement("a", f"a:{number}", "driver") for number in (1, 2)]
    nodes = [GraphNode(f"e-{number}", ENTITY, "x", "person") for number in (1, 2, 9)]

    def member(source: str, *statements: EdgeStatement) -> GraphLink:
        return GraphLink(source, "e-9", "memberOf", "member of", "has as member", statements)

    earlier = Graph(1, tuple(nodes), (member("e-1", rows[0]), member("e-2", rows[1])))
    merged = Graph(2, (nodes[0], nodes[2]), (member("e-1", *rows),))
    changes = compare_graphs(earlier, merged)
    assert (changes.added, changes.gone, changes.changed) == ((), (), ())
    restated = member("e-1", replace(rows[0], role="boss"), rows[1])
    changes = compare_graphs(earlier, replace(merged, edges=(restated,)))
    assert (changes.added, changes.gone, changes.changed) == ((), (), (restated,))


def _members() -> list[Record]:
    to_group = (Relation(RelationType.MEMBER_OF, "s:g"),)
    names = ("Ottavio Quint", "Quirinus Zed", "Sixtus Vale")
    return [record(f"s:{name[0]}", name=name, relations=to_group) for name in names]


def test_artefacts_are_told_by_their_normal_form(empty_hub: Hub) -> None:
    passport = [Identifier("passportNumber", "X 482-916")]
    rows = [
        record("s:1", name="Ottavio Quint", identifiers=passport, email="Fish@Example.org"),
        record("s:2", name="Pelageya Zed", identifiers=[Identifier("idNumber", "x482916")]),
        record("s:3", Kind.GROUP, name="Iron Quay", email="fish@example.org "),
        record("s:4", Kind.GROUP, name="Red Pier", identifiers=[Identifier("idNumber", "x48291")]),
    ]
    empty_hub.add(make_intake(rows))
    graph = read_graph(empty_hub, "s:1", OPERATOR, GraphQuery(2))
    artefacts = {(node.kind, node.caption) for node in graph.nodes if node.sort == ARTEFACT}
    assert artefacts == {("email", "Fish@Example.org")}
    assert {node.caption for node in graph.nodes if node.sort == ENTITY} == {
        "Ottavio Quint",
        "Iron Quay",
    }


@pytest.mark.parametrize("hops", [-1, 5])
def test_hops_have_bounds(network_hub: Hub, hops: int) -> None:
    with pytest.raises(InputError, match="0 to 4 hops"):
        read_graph(network_hub, "s:1", OPERATOR, GraphQuery(hops))
