"""Shortest paths: those of a plain search, bounded, and none where nothing connects two."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from resolver.check.entity_reader import suggest_entities
from resolver.check.screener import Screener
from resolver.errors import InputError, UnknownIdError
from resolver.hub.hub import Hub
from resolver.network import paths
from resolver.network.graph import SHARES, join_graphs
from resolver.network.graph_reader import GraphQuery, read_graph
from resolver.network.paths import (
    HUB_NEIGHBORS,
    MAX_PATHS,
    PathQuery,
    connect_ends,
    find_end,
    find_paths,
)
from resolver.records import Handling, Kind, Relation, RelationType
from resolver.records.decisions import Verdict
from resolver.records.visibility import OPERATOR, STRANGER, Viewer, is_visible
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.network.networks import COUNT, make_records, plain_distances, plain_edges, word
from tests.records.samples import record


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER], ids=lambda row: row.name)
def test_paths_are_as_short_as_a_plain_search_says(network_hub: Hub, viewer: Viewer) -> None:
    rows, random = make_records(), Random(3)
    edges = plain_edges(rows, viewer)
    visible = [row.id for row in rows if is_visible(row.handling, viewer)]
    lengths = set()
    for _ in range(60):
        start, goal = random.choices(visible, k=2)
        distances = plain_distances(edges, start, 6)
        result = find_paths(network_hub, start, goal, viewer)
        assert result.is_complete
        assert bool(result.paths) == (goal in distances)
        assert len(result.paths) == len(set(result.paths)) <= MAX_PATHS
        nodes = {node.id for node in result.graph.nodes}
        pairs = {frozenset((edge.source, edge.target)) for edge in result.graph.edges}
        for path in result.paths:
            lengths.add(len(path) - 1)
            assert len(path) - 1 == distances[goal] or (distances[goal], len(path)) == (1, 3)
            assert set(path) <= nodes
            assert all(frozenset(pair) in pairs for pair in pairwise(path))
    assert len(lengths) > 3


@pytest.mark.parametrize("viewer", [OPERATOR, STRANGER], ids=lambda row: row.name)
def test_two_that_are_linked_show_who_else_connects_them(empty_hub: Hub, viewer: Viewer) -> None:
    random = Random(5)
    allies, phone = [Relation(RelationType.ALLY_OF, "s:2")], "+31 20 555 0001"
    rows = [
        record("s:1", Kind.GROUP, name="Iron Quay Front", relations=allies, phone=phone),
        record("s:2", Kind.GROUP, name="Salt Hill Column", phone=phone),
    ]
    for number in range(3, 15):
        groups = random.choice(((), (1,), (2,), (1, 2), (1, 2)))
        member_of = [Relation(RelationType.MEMBER_OF, f"s:{group}") for group in groups]
        name = f"{word(number)} {word(number + 50)}"
        row = record(f"s:{number}", name=name, relations=member_of)
        rows.append(replace(row, handling=Handling("Coast", "H3")) if number % 3 == 0 else row)
    empty_hub.add(make_intake(rows))
    seen = [row for row in rows if is_visible(row.handling, viewer)]
    with empty_hub.store.view() as view:
        ids = {row.id: entity.id for row in seen if (entity := view.entity(row.id))}
    both = {ids[row.id] for row in seen if len(row.relations) == 2}
    for ends in (("s:1", "s:2"), ("s:2", "s:1")):
        direct, *longer = find_paths(empty_hub, *ends, viewer).paths
        assert direct == tuple(ids[end] for end in ends)
        assert {(path[0], path[2]) for path in longer} == {direct}
        assert {path[1] for path in longer if path[1].startswith("phone:")}
        assert {path[1] for path in longer if not path[1].startswith("phone:")} == both
        assert len(longer) == len(both) + 1
        assert find_paths(empty_hub, *ends, viewer, PathQuery(1)).paths == (direct,)


def test_a_direct_link_comes_before_any_number_of_others(
    empty_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [Relation(RelationType.MEMBER_OF, f"s:{number}") for number in (1, 2)]
    allies = [Relation(RelationType.ALLY_OF, "s:2")]
    rows = [
        record("s:1", Kind.GROUP, name="Iron Quay Front", relations=allies),
        record("s:2", Kind.GROUP, name="Salt Hill Column"),
        *(record(f"s:{n}", name=f"{word(n)} {word(n + 50)}", relations=both) for n in range(3, 9)),
    ]
    empty_hub.add(make_intake(rows))
    whole = find_paths(empty_hub, "s:1", "s:2", OPERATOR)
    assert [len(path) for path in whole.paths] == [2, *[3] * 6]
    monkeypatch.setattr(paths, "_MAX_RANKED", 2)
    few = find_paths(empty_hub, "s:1", "s:2", OPERATOR)
    assert [len(path) for path in few.paths] == [2, 3, 3]
    monkeypatch.setattr(paths, "_MAX_END_NEIGHBORS", 4)
    cut = find_paths(empty_hub, "s:1", "s:2", OPERATOR)
    assert (len(cut.paths[0]), cut.is_complete) == (2, False)


def test_no_path_is_longer_than_the_limit(network_hub: Hub) -> None:
    edges = plain_edges(make_records(), OPERATOR)
    distances = plain_distances(edges, "s:1", 6)
    far = next(node for node, length in distances.items() if length == 4 and node[0] == "s")
    assert find_paths(network_hub, "s:1", far, OPERATOR, PathQuery(3)).paths == ()
    assert find_paths(network_hub, "s:1", far, OPERATOR, PathQuery(4)).paths != ()
    for length in (0, 7):
        with pytest.raises(InputError, match="1 to 6 edges"):
            find_paths(network_hub, "s:1", far, OPERATOR, PathQuery(length))


def test_a_search_that_ends_early_says_so(
    network_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    edges = plain_edges(make_records(), OPERATOR)
    distances = plain_distances(edges, "s:1", 6)
    far = next(node for node, length in distances.items() if length == 4 and node[0] == "s")
    monkeypatch.setattr(paths, "MAX_VISITED", 3)
    result = find_paths(network_hub, "s:1", far, OPERATOR)
    assert (result.paths, result.is_complete) == ((), False)


def test_an_answer_without_some_paths_says_so(
    network_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [f"s:{number}" for number in range(1, COUNT)]
    results = ((end, find_paths(network_hub, "s:1", end, OPERATOR)) for end in ids if end != "s:1")
    end, whole = next((end, result) for end, result in results if len(result.paths) > 1)
    monkeypatch.setattr(paths, "MAX_PATHS", 1)
    result = find_paths(network_hub, "s:1", end, OPERATOR)
    assert (result.paths, result.is_complete) == (whole.paths[:1], False)


def test_a_hidden_end_is_unknown(network_hub: Hub) -> None:
    assert not is_visible(make_records()[5].handling, STRANGER)
    for ends in (("s:5", "s:1"), ("s:1", "s:5"), ("s:1", f"s:{COUNT}")):
        with pytest.raises(UnknownIdError):
            find_paths(network_hub, *ends, STRANGER)


def test_the_id_of_an_end_counts_as_it_did_at_that_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with quick_symbols("resolver.matching.pipeline"), Hub.open(url, OPTIONS, create=True) as hub:
        hub.add(make_intake([record("k:1", name="Ann Lee"), record("k:2", name="Bo Lind")]))
        before, screener = hub.store.revision, Screener(hub)
        hub.withdraw(["k:1"])
        end = find_end(hub, screener, "k:1", OPERATOR, before)
        assert end.caption == "Ann Lee"
        with pytest.raises(UnknownIdError):
            find_end(hub, screener, "k:1", OPERATOR)


def test_a_path_follows_the_chosen_edges_only(network_hub: Hub) -> None:
    rows, random = make_records(), Random(11)
    edges = plain_edges(rows, OPERATOR)
    chosen = {"memberOf", "familyOf", "phone"}
    kept = {
        (source, target, kind)
        for source, target, kind in edges
        if (target.partition(":")[0] if kind == SHARES else kind) in chosen
    }
    found = 0
    for _ in range(40):
        start, goal = random.choices([row.id for row in rows], k=2)
        distances = plain_distances(kept, start, 6)
        query = PathQuery(types=tuple(sorted(chosen)))
        result = find_paths(network_hub, start, goal, OPERATOR, query)
        assert bool(result.paths) == (goal in distances)
        found += bool(result.paths) and start != goal
        assert all(len(path) - 1 == distances[goal] for path in result.paths)
    assert found


def test_a_list_that_does_not_count_and_years_cut_paths(network_hub: Hub) -> None:
    ends = next(
        (row.id, relation.target_id)
        for row in make_records()
        for relation in row.relations
        if relation.start == "2010-05" and relation.target_id in {r.id for r in make_records()}
    )
    assert find_paths(network_hub, *ends, OPERATOR, PathQuery(1)).paths
    assert not find_paths(
        network_hub, *ends, OPERATOR, PathQuery(1, without=frozenset({"s"}))
    ).paths
    after = PathQuery(1, years=(2010, 2011))
    assert find_paths(network_hub, *ends, OPERATOR, after).paths
    before = find_paths(network_hub, *ends, OPERATOR, PathQuery(1, years=(1990, 2009)))
    assert all(row.start != "2010-05" for edge in before.graph.edges for row in edge.statements)
    with pytest.raises(InputError, match="before the first"):
        find_paths(network_hub, *ends, OPERATOR, PathQuery(years=(2011, 2010)))


def test_the_path_that_says_most_comes_first(tmp_path: Path) -> None:
    rows = [
        record("s:a", name="Amaro Quell", phone="+31 20 555 0001", email="shop@example.org"),
        record("s:b", name="Bruna Ostrow", phone="+31 20 555 0001", email="shop@example.org"),
    ]
    # a mailbox that many share says less than a telephone of two
    rows += [
        record(f"s:{number}", name=f"{word(number)} {word(number + 9)}", email="shop@example.org")
        for number in range(HUB_NEIGHBORS)
    ]
    url = f"sqlite:///{tmp_path}/hub.db"
    with quick_symbols("resolver.matching.pipeline"), Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(rows))
        result = find_paths(hub, "s:a", "s:b", OPERATOR)
    assert [path[1].partition(":")[0] for path in result.paths] == ["phone", "email"]
    assert result.hubs == {result.paths[1][1]: HUB_NEIGHBORS + 2}


def test_a_person_whom_everybody_knows_is_named_as_a_hub(empty_hub: Hub) -> None:
    known_by_all, by_two = (Relation(RelationType.ASSOCIATE_OF, row) for row in ("s:h", "s:m"))
    rows = [
        record("s:h", name="Hakkani Amaro"),
        record("s:m", name="Jokar Quell"),
        record("s:a", name="Amaro Salgado", relations=[known_by_all, by_two]),
        record("s:b", name="Bruna Ostrow", relations=[known_by_all, by_two]),
    ]
    rows += [
        record(f"s:{n}", name=f"{word(n)} {word(n + 99)}", relations=[known_by_all])
        for n in range(HUB_NEIGHBORS)
    ]
    empty_hub.add(make_intake(rows))
    result = find_paths(empty_hub, "s:a", "s:b", OPERATOR)
    captions = {node.id: node.caption for node in result.graph.nodes}
    assert [captions[path[1]] for path in result.paths] == ["Jokar Quell", "Hakkani Amaro"]
    assert result.hubs == {result.paths[1][1]: HUB_NEIGHBORS + 2}


def test_an_end_is_named_as_people_type_it(network_hub: Hub) -> None:
    screener = Screener(network_hub)
    name = f"{word(7)} {word(98)}"
    for asked in ("s:7", name, name.upper(), f"{word(98)} {word(7)}", word(98)):
        end = find_end(network_hub, screener, asked, STRANGER)
        assert (end.asked, end.caption, end.others) == (asked, name, ())
    hidden = f"{word(5)} {word(96)}"
    assert find_end(network_hub, screener, hidden, OPERATOR).caption == hidden
    for asked in (hidden, "s:5", "", "***"):
        with pytest.raises(UnknownIdError):
            find_end(network_hub, screener, asked, STRANGER)


def test_a_name_that_nobody_has_is_not_taken_for_a_stranger(empty_hub: Hub) -> None:
    rows = [record("s:1", name="Hakkani Amaro"), record("s:2", name="Jokar Quell")]
    empty_hub.add(make_intake(rows))
    screener = Screener(empty_hub)
    # misspelt in both words
    assert find_end(empty_hub, screener, "Haqani Amarro", OPERATOR).caption == "Hakkani Amaro"
    with pytest.raises(UnknownIdError, match="nobody is known by that name"):
        find_end(empty_hub, screener, "Dzhokhar Zqwrty", OPERATOR)


def test_small_words_of_a_typed_name_may_differ(empty_hub: Hub) -> None:
    rows = [
        record("s:1", Kind.GROUP, name="Iron Quay Union of the North – Coast"),
        record("s:2", Kind.GROUP, name="Grey Reef", alias="Union of Iron Quay and the Bay"),
        record("s:3", Kind.GROUP, name="Iron Quay Lodge"),
    ]
    empty_hub.add(make_intake(rows))
    screener = Screener(empty_hub)
    end = find_end(empty_hub, screener, "Union at Iron Quay", OPERATOR)
    assert (end.caption, end.is_unclear) == ("Grey Reef", True)
    # the name that has the words, since the caption has not
    assert end.about == "also known as Union of Iron Quay and the Bay, Organization, s"
    assert [row[1:] for row in end.others] == [(rows[0].caption, "Organization, s")]


def test_a_group_is_meant_before_a_person_of_the_same_name(empty_hub: Hub) -> None:
    rows = [
        record("s:1", name="Iron Quay"),
        record("s:2", Kind.GROUP, name="Iron Quay Front"),
        record("s:3", name="Amaro Quell"),
    ]
    empty_hub.add(make_intake(rows))
    screener = Screener(empty_hub)
    assert find_end(empty_hub, screener, "Iron Quay", OPERATOR).caption == "Iron Quay"
    for asked, caption in (("Iron Quay", "Iron Quay Front"), ("Amaro Quell", "Amaro Quell")):
        end = find_end(empty_hub, screener, asked, OPERATOR, wants_group=True)
        assert (end.caption, end.others) == (caption, ())


def test_a_path_may_begin_at_any_entity_of_exactly_the_name(empty_hub: Hub) -> None:
    to_group = [Relation(RelationType.MEMBER_OF, "s:2")]
    rows = [
        record("s:1", Kind.GROUP, name="Iron Quay Front"),
        record("s:2", Kind.GROUP, name="Iron Quay Front"),
        record("s:3", Kind.GROUP, name="Iron Quay Front North"),
        record("s:4", name="Amaro Quell", relations=to_group),
    ]
    apart = [make_decision(("s:1", "s:2"), Verdict.DIFFERENT, 1)]
    empty_hub.add(make_intake(rows), apart)
    screener = Screener(empty_hub)
    front, quell = (
        find_end(empty_hub, screener, text, OPERATOR) for text in ("iron quay front", "amaro quell")
    )
    with empty_hub.store.view() as view:
        numbers = [view.entity(record_id) for record_id in ("s:1", "s:2", "s:4")]
        one, two, person = (row.id for row in numbers if row)
    assert set(front.same) == {one, two}
    assert front.same[0] == front.id
    assert len(front.others) == 2
    assert connect_ends(empty_hub, front, quell, OPERATOR).paths == ((two, person),)
    assert connect_ends(empty_hub, quell, front, OPERATOR).paths == ((person, two),)
    # an id means one entity
    by_id = find_end(empty_hub, screener, one, OPERATOR)
    assert connect_ends(empty_hub, by_id, quell, OPERATOR).paths == ()
    # the end that was given by its id is no goal of itself
    assert connect_ends(empty_hub, by_id, front, OPERATOR).paths == ()


def test_hidden_records_take_no_place_among_completed_names(
    empty_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.search.MAX_MATCHES", 1)
    hidden = replace(record("s:1", name="Novak Hidden"), handling=Handling("Coast", "H3"))
    empty_hub.add(make_intake([hidden, record("s:2", name="Pavel Novotny")]))
    for viewer, caption in ((STRANGER, "Pavel Novotny"), (OPERATOR, "Novak Hidden")):
        _, found = suggest_entities(empty_hub, "nov", viewer, limit=5)
        assert [row["caption"] for row in found] == [caption]


def test_graphs_are_joined_with_their_distances(network_hub: Hub) -> None:
    near = read_graph(network_hub, "s:1", OPERATOR, GraphQuery(1))
    far = read_graph(network_hub, "s:1", OPERATOR, GraphQuery(3))
    assert join_graphs(near, far).nodes == far.nodes
    assert join_graphs(near, near) == near
