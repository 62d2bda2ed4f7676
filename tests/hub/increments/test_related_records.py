"""Records that a list relates as kin, owners or successors: two entities on every way in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resolver.engines.local import link
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.lists.readers import read_lists
from resolver.records import Identifier, Kind, Record, Relation, RelationType
from tests.hub.hubs import OPTIONS, Stores, make_intake, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow

FIRST, SECOND = "a:1", "a:2"
RELATIONS = [
    (RelationType.FAMILY_OF, "son", Kind.PERSON),
    (RelationType.OWNER_OF, "", Kind.GROUP),
    (RelationType.LINKED_TO, "parent", Kind.GROUP),
    (RelationType.MEMBER_OF, "", Kind.GROUP),
    (RelationType.PREDECESSOR_OF, "", Kind.GROUP),
    (RelationType.LINKED_TO, "owner", Kind.ASSET),
]
Pair = tuple[Record, Record]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def twins(kind: Kind) -> Pair:
    """Return two records that merge as long as nothing relates them."""
    facts: dict[Kind, dict[str, Any]] = {
        Kind.PERSON: {
            "name": "Zbigniew Brzezinski",
            "birthDate": "1928-03-28",
            "identifiers": [Identifier("passportNumber", "A1B2C3D4", "pl")],
        },
        Kind.GROUP: {
            "name": "Brzezinski Steelworks Gdynia",
            "incorporationDate": "1928-03-28",
            "identifiers": [Identifier("registrationNumber", "A1B2C3D4", "pl")],
        },
        Kind.ASSET: {
            "name": "Zbigniew Brzezinski",
            "identifiers": [Identifier("imoNumber", "9074729")],
        },
    }
    return record(FIRST, kind, **facts[kind]), record(SECOND, kind, **facts[kind])


def relate(pair: Pair, relation: tuple[RelationType, str], *, is_full: bool) -> Pair:
    target = SECOND if is_full else SECOND.partition(":")[2]
    stated = Relation(relation[0], target, role=relation[1])
    return replace(pair[0], relations=(stated,)), pair[1]


def add_together(hub: Hub, plain: Pair, related: Pair) -> None:
    hub.add(make_intake(related))


def add_one_by_one(hub: Hub, plain: Pair, related: Pair) -> None:
    for added in related:
        hub.add(make_intake([added]))


def add_in_reverse(hub: Hub, plain: Pair, related: Pair) -> None:
    for added in reversed(related):
        hub.add(make_intake([added]))


def relate_later(hub: Hub, plain: Pair, related: Pair) -> None:
    hub.add(make_intake(plain))
    assert are_one(hub)
    hub.add(make_intake(related[:1]))


def add_many(hub: Hub, plain: Pair, related: Pair) -> None:
    """Add the second record once a namesake of another list holds the first."""
    hub.add(make_intake([related[0], replace(plain[0], id="b:1", source="b")]))
    hub.add(make_intake([related[1]]))


def post_one_by_one(hub: Hub, plain: Pair, related: Pair) -> None:
    for posted in related:
        GroupCommit(hub).post(posted)


def post_in_reverse(hub: Hub, plain: Pair, related: Pair) -> None:
    for posted in reversed(related):
        GroupCommit(hub).post(posted)


def post_relation_later(hub: Hub, plain: Pair, related: Pair) -> None:
    for posted in (*plain, related[0]):
        GroupCommit(hub).post(posted)


def post_target_again(hub: Hub, plain: Pair, related: Pair) -> None:
    """Post the record without a relation last, in a new version."""
    for posted in (*related, record_with_note(related[1])):
        GroupCommit(hub).post(posted)


def return_after_withdrawal(hub: Hub, plain: Pair, related: Pair) -> None:
    hub.add(make_intake(related))
    hub.withdraw([SECOND])
    GroupCommit(hub).post(related[1])


def record_with_note(noted: Record) -> Record:
    return replace(noted, values=(*noted.values, *record("x:1", notes="seen again").values))


Way = Callable[[Hub, Pair, Pair], None]
WAYS: Sequence[Way] = (
    add_together,
    add_one_by_one,
    add_in_reverse,
    relate_later,
    add_many,
    post_one_by_one,
    post_in_reverse,
    post_relation_later,
    post_target_again,
    return_after_withdrawal,
)


def are_one(hub: Hub) -> bool:
    with hub.store.view() as view:
        entity = view.entity(FIRST)
    return entity is not None and SECOND in entity.records


CASES = [(way, *RELATIONS[0]) for way in WAYS]
CASES += [(way, *row) for row in RELATIONS[1:] for way in (add_in_reverse, post_relation_later)]


@pytest.mark.parametrize(("way", "relation_type", "role", "kind"), CASES)
def test_related_records_stay_two(
    stores: Stores, way: Way, relation_type: RelationType, role: str, kind: Kind
) -> None:
    plain = twins(kind)
    is_full = way not in (add_one_by_one, post_in_reverse)
    with stores.new() as hub:
        seed_population(hub)
        way(hub, plain, relate(plain, (relation_type, role), is_full=is_full))
        assert not are_one(hub)
        hub.refresh()
        assert not are_one(hub)


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize(
    ("schema", "ends", "role"),
    [
        ("Ownership", ("owner", "asset"), ""),
        ("Family", ("person", "relative"), "father"),
        ("Succession", ("predecessor", "successor"), ""),
        ("Membership", ("member", "organization"), ""),
        ("Directorship", ("director", "organization"), ""),
    ],
)
def test_edges_of_a_later_file_relate_records_of_an_earlier_one(
    stores: Stores,
    tmp_path: Path,
    schema: str,
    ends: tuple[str, str],
    role: str,
    is_turned: bool,
) -> None:
    kind = "Person" if schema == "Family" else "Company"
    number = {"Person": "passportNumber", "Company": "registrationNumber"}[kind]
    facts = {"name": ["Brzezinski Gdynia"], number: ["A1B2C3D4"]}
    first, second = (
        {"id": end, "schema": kind, "datasets": ["a"], "properties": facts}
        for end in ("21" if is_turned else "12")
    )
    edge = {ends[0]: ["1"], ends[1]: ["2"], "role" if role == "" else "relationship": [role]}
    link_entity = {"id": "e", "schema": schema, "datasets": ["a"], "properties": edge}
    with stores.new() as hub:
        seed_population(hub)
        for name, entities in (("one", [first]), ("two", [second, link_entity])):
            path = tmp_path / f"{name}.ftm.json"
            path.write_text("".join(json.dumps(entity) + "\n" for entity in entities), "utf-8")
            intake = read_lists([path])
            assert intake.rejects == ()
            hub.add(intake)
        assert not are_one(hub)


@pytest.mark.parametrize("kind", [Kind.PERSON, Kind.GROUP, Kind.ASSET])
def test_the_same_records_merge_without_a_relation(stores: Stores, kind: Kind) -> None:
    with stores.new() as hub:
        seed_population(hub)
        for posted in twins(kind):
            GroupCommit(hub).post(posted)
        assert are_one(hub)


@pytest.mark.parametrize(("relation_type", "role", "kind"), RELATIONS)
@pytest.mark.parametrize("is_turned", [False, True])
def test_related_records_of_two_sides_are_not_linked(
    relation_type: RelationType, role: str, kind: Kind, is_turned: bool
) -> None:
    plain = twins(kind)
    sides = relate(plain, (relation_type, role), is_full=True)[:: -1 if is_turned else 1]
    left, right = (make_intake([side]) for side in sides)
    labels = link(left, right, OPTIONS).labels
    assert len(set(labels.tolist())) == 2
    left, right = (make_intake([side]) for side in plain)
    assert len(set(link(left, right, OPTIONS).labels.tolist())) == 1
