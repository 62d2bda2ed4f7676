"""Relations that decisions state between groups: edges while in effect, and for those who may see
both groups alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.errors import InputError
from resolver.hub.hub import Hub
from resolver.network.expansion import DECISION_SOURCE
from resolver.network.graph import Graph
from resolver.network.graph_reader import GraphQuery, read_graph
from resolver.network.paths import find_paths
from resolver.records import Handling, Kind, RelationType
from resolver.records.visibility import OPERATOR, STRANGER, Viewer
from resolver.review import (
    DecisionRequest,
    DeskRules,
    Steward,
    StewardVerdict,
    confirm_decision,
    decide_pair,
    list_decisions,
    undo_decision,
)
from resolver.review.earlier_verdicts import PairRelation
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

KIM = Steward("kim", "Coast", frozenset({"admin"}))
LEE = Steward("lee", "River", frozenset({"admin"}))
FACTION = PairRelation(RelationType.FACTION_OF)
ROWS = [
    record("s:a", Kind.GROUP, name="Blue Harbor Crew"),
    record("s:b", Kind.GROUP, name="Red Pier Brotherhood"),
    replace(record("s:c", Kind.GROUP, name="Iron Quay Walrus"), handling=Handling("Coast", "H3")),
    record("s:p", name="Ottavio Quint"),
]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS, index_dir=tmp_path / "index") as hub,
    ):
        hub.add(make_intake(ROWS))
        yield hub


def decide(
    hub: Hub, left: str, right: str, relation: PairRelation | None, steward: Steward = KIM
) -> str:
    """Decide that two groups are different; return the id of the decision."""
    request = DecisionRequest(steward, left, right, StewardVerdict.DIFFERENT, relation=relation)
    return decide_pair(hub, request).ids[0]


def edges(hub: Hub, entity_id: str, viewer: Viewer = OPERATOR) -> list[tuple[str, str, str]]:
    """Return (source, words, target) of the edges around a group, by captions."""
    return _edge_names(read_graph(hub, entity_id, viewer))


def _edge_names(graph: Graph) -> list[tuple[str, str, str]]:
    names = {node.id: node.caption.split()[0] for node in graph.nodes}
    return [(names[row.source], row.words, names[row.target]) for row in graph.edges]


@pytest.mark.parametrize(
    ("relation", "edge"),
    [
        (FACTION, ("Blue", "faction of", "Red")),
        (
            PairRelation(RelationType.MERGED_INTO, is_from_left=False),
            ("Red", "merged into", "Blue"),
        ),
        (PairRelation(RelationType.SUCCESSOR_OF), ("Red", "predecessor of", "Blue")),
    ],
)
def test_a_decision_states_an_edge_until_it_is_undone(
    hub: Hub, relation: PairRelation, edge: tuple[str, str, str]
) -> None:
    before = hub.store.revision
    decision = decide(hub, "s:a", "s:b", relation)
    for entity_id in ("s:a", "s:b"):
        assert edges(hub, entity_id) == [edge]
    (row,) = read_graph(hub, "s:a", OPERATOR).edges
    (statement,) = row.statements
    assert (statement.source, statement.record) == (DECISION_SOURCE, decision)
    assert len(find_paths(hub, "s:a", "s:b", OPERATOR).paths) == 1
    assert read_graph(hub, "s:a", OPERATOR, GraphQuery(revision=before)).edges == ()
    assert read_graph(hub, "s:a", OPERATOR, GraphQuery(types=("familyOf",))).edges == ()
    (view,) = list_decisions(hub, ["s:a"])
    assert relation.words in view.relation
    undo = undo_decision(hub, KIM, decision)
    assert edges(hub, "s:a") == []
    # undoing the undo brings it back
    undo_decision(hub, KIM, undo.ids[0])
    assert edges(hub, "s:a") == [edge]


def test_the_latest_decision_counts(hub: Hub) -> None:
    decide(hub, "s:a", "s:b", FACTION)
    second = decide(hub, "s:b", "s:a", FACTION)
    assert edges(hub, "s:a") == [("Red", "faction of", "Blue")]
    undo_decision(hub, KIM, second)
    assert edges(hub, "s:a") == [("Blue", "faction of", "Red")]
    decide(hub, "s:a", "s:b", None)
    assert edges(hub, "s:a") == []


def test_a_decision_that_needs_two_stewards_waits_for_the_second(hub: Hub) -> None:
    request = DecisionRequest(KIM, "s:a", "s:b", StewardVerdict.DIFFERENT, relation=FACTION)
    waiting = decide_pair(hub, request, DeskRules(record_limit=1))
    assert edges(hub, "s:a") == []
    confirm_decision(hub, LEE, waiting.ids[0])
    assert edges(hub, "s:a") == [("Blue", "faction of", "Red")]


def stranger_graphs(hub: Hub) -> list[Graph]:
    graphs = [read_graph(hub, name, STRANGER, GraphQuery(2)) for name in ("s:a", "s:b", "s:p")]
    return [replace(graph, revision=0) for graph in graphs]


def test_only_who_sees_both_groups_sees_the_relation(hub: Hub) -> None:
    before = stranger_graphs(hub)
    decide(hub, "s:a", "s:c", FACTION)
    decide(hub, "s:c", "s:b", FACTION)
    assert stranger_graphs(hub) == before
    # edges are sorted by ids, and the id of a restricted entity is random
    assert sorted(edges(hub, "s:c")) == [
        ("Blue", "faction of", "Iron"),
        ("Iron", "faction of", "Red"),
    ]
    assert find_paths(hub, "s:a", "s:b", STRANGER).paths == ()


@pytest.mark.parametrize(
    ("right", "verdict"),
    [
        ("s:b", StewardVerdict.SAME),
        ("s:b", StewardVerdict.UNSURE),
        ("s:p", StewardVerdict.DIFFERENT),
    ],
)
def test_only_different_groups_have_a_relation(
    hub: Hub, right: str, verdict: StewardVerdict
) -> None:
    request = DecisionRequest(KIM, "s:a", right, verdict, relation=FACTION)
    with pytest.raises(InputError, match="two groups are different"):
        decide_pair(hub, request)


@pytest.mark.parametrize("text", ["", "left", "left memberOf", "below factionOf"])
def test_other_relations_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        PairRelation.parse(text)
