"""Networks: the relations that a slow reading of all visible records finds, and no hidden ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from resolver.hub.hub import Hub
from resolver.network import workbench
from resolver.network.workbench import RelationNetwork, load_relations
from resolver.records import Handling, Record, Relation, RelationType
from resolver.records.stated_links import RELATION_TYPES, direct_relation
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

COUNT = 60
STEWARD = Viewer("amira", "Coast", frozenset({"review"}))


def make_records() -> list[Record]:
    """Return persons with random relations; every fifth is hidden from strangers."""
    random = Random(7)
    rows = []
    for number in range(COUNT):
        relations = [
            Relation(
                random.choice(list(RelationType)),
                f"s:{random.randrange(COUNT + 4)}",
                role=random.choice(("", "cousin")),
            )
            for _ in range(random.choice((0, 1, 1, 3)))
        ]
        row = record(f"s:{number}", name=f"{word(number)} {word(number + 91)}", relations=relations)
        rows.append(replace(row, handling=Handling("Coast", "H3")) if number % 5 == 0 else row)
    to_name = Relation(
        RelationType.OWNER_OF, target_name="Blue Harbor", start="2004", end="2009-03"
    )
    rows[1] = replace(rows[1], relations=(*rows[1].relations, to_name))
    return rows


def word(number: int) -> str:
    return "".join(Random(number).choices("abdegiklmnoprstuvz", k=8))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Return a store where no two records are one entity."""
    folder = tmp_path_factory.mktemp("network")
    with (
        quick_symbols("resolver.matching.pipeline"),
        Hub.open(f"sqlite:///{folder}/hub.db", OPTIONS, index_dir=folder) as opened,
    ):
        opened.add(make_intake(make_records()))
        yield opened


def expected_ends(rows: list[Record], own: Record, viewer: Viewer) -> set[tuple[str, str]]:
    """Return words and name of the ends of all visible relations of a record, read one by one."""
    visible = {row.id: row for row in rows if is_visible(row.handling, viewer)}
    ends = set()
    for relation in own.relations:
        target = visible.get(relation.target_id)
        if target is not own:
            name = relation.target_name or relation.target_id
            ends.add((words_of(relation, from_target=False), target.caption if target else name))
    for row in visible.values():
        if row is not own:
            ends |= {
                (words_of(relation, from_target=True), row.caption)
                for relation in row.relations
                if relation.target_id == own.id
            }
    return ends


def words_of(relation: Relation, *, from_target: bool) -> str:
    """Return the words of a relation from one of its sides."""
    kind, is_reversed = direct_relation(relation.type.value, relation.role)
    meaning = RELATION_TYPES[kind]
    return meaning.words if is_reversed == from_target else meaning.reverse


def found_ends(relation_network: RelationNetwork) -> set[tuple[str, str]]:
    return {(party.words, party.caption) for party in relation_network.parties}


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER, STEWARD], ids=lambda row: row.name)
def test_relations_are_those_of_the_visible_records(hub: Hub, viewer: Viewer) -> None:
    rows = make_records()
    for own in rows:
        if is_visible(own.handling, viewer):
            relation_network = load_relations(hub, own.id, viewer)
            assert found_ends(relation_network) == expected_ends(rows, own, viewer)
            assert relation_network.related == len(
                {(row.id, row.caption) for row in relation_network.parties}
            )


def test_nodes_are_named_once_and_tied_to_drawn_nodes(hub: Hub) -> None:
    for number in range(COUNT):
        relation_network = load_relations(hub, f"s:{number}", OPERATOR)
        ids = [node.id for node in relation_network.nodes if node.id]
        assert len(ids) == len(set(ids))
        for place, node in enumerate(relation_network.nodes):
            assert node.parent < place
        for left, right, words in relation_network.ties:
            assert words
            assert 0 < left < len(relation_network.nodes)
            assert 0 < right < len(relation_network.nodes)
            assert relation_network.nodes[right].parent != left


def test_dates_roles_and_lists_are_stated(hub: Hub) -> None:
    party = next(p for p in load_relations(hub, "s:1").parties if p.caption == "Blue Harbor")
    assert (party.words, party.id, party.kind) == ("owner of", "", "")
    assert (party.dates, party.sources) == (("2004 to 2009-03",), ("s",))


def test_a_network_is_bounded_whatever_is_hidden(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench, "MAX_NEAREST", 2)
    monkeypatch.setattr(workbench, "MAX_RELATED", 1)
    rows = make_records()
    visible_rows = [row for row in rows if is_visible(row.handling, STRANGER)]
    most = max(visible_rows, key=lambda own: len(expected_ends(rows, own, STRANGER)))
    relation_network = load_relations(hub, most.id)
    assert len([node for node in relation_network.nodes if node.parent == 0]) <= 2
    # one that names it is found although hidden records come first
    namers = [row for row in rows if any(r.target_id == most.id for r in row.relations)]
    visible = [row for row in namers if is_visible(row.handling, STRANGER) and row is not most]
    assert visible[0].caption in {party.caption for party in relation_network.parties}
