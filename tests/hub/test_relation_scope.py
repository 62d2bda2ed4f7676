"""Increments of stores with relations: they equal one batch, for any order, versions and ends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.engines.local import dedupe
from resolver.hub.hub import Hub
from resolver.records import Identifier, Kind, Record, Relation, RelationType
from tests.engines.local_runs import find_entities
from tests.hub.hubs import OPTIONS, Stores, export_canonical, make_intake, seed_population
from tests.matching.preparing import quick_symbols
from tests.records.network_records import generate_network_records, make_group
from tests.records.samples import record

pytestmark = pytest.mark.slow
NOUNS = ("Anvil", "Ferry", "Union", "Lantern")
_HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module", autouse=True)
def symbols() -> Iterator[None]:
    with quick_symbols("resolver.matching.pipeline"):
        yield


def add_in_parts(hub: Hub, records: list[Record], parts: int) -> None:
    seed_population(hub)
    size = -(-len(records) // parts)
    for start in range(0, len(records), size):
        hub.add(make_intake(records[start : start + size]))


@settings(deadline=None, max_examples=5, suppress_health_check=_HEALTH)
@given(seed=st.integers(0, 10**6), parts=st.sampled_from([2, 6]))
def test_increments_equal_one_batch(stores: Stores, seed: int, parts: int) -> None:
    records = generate_network_records(18, seed)
    with stores.new() as whole, stores.new() as grown:
        add_in_parts(whole, records, 1)
        add_in_parts(grown, records, parts)
        assert export_canonical(grown) == export_canonical(whole)


@settings(deadline=None, max_examples=3, suppress_health_check=_HEALTH)
@given(seed=st.integers(0, 10**6))
def test_versions_and_withdrawals_leave_no_trace(stores: Stores, seed: int) -> None:
    """What was stated once, and no longer is, changes nothing."""
    dice = random.Random(seed)
    records = generate_network_records(15, seed)
    earlier = [
        replace(item, relations=generate_network_records(1, dice.randrange(99))[-1].relations)
        for item in records
        if dice.random() < 0.3
    ]
    lost = [replace(item, id=f"{item.source}:lost{n}") for n, item in enumerate(records[:6])]
    with stores.new() as whole, stores.new() as grown:
        add_in_parts(whole, records, 1)
        add_in_parts(grown, [*earlier, *lost], 3)
        for start in range(0, len(records), 9):
            grown.add(make_intake(records[start : start + 9]))
            grown.withdraw([item.id for item in lost[start // 9 :: 3]])
        entities = [{tuple(sorted(e)) for e in read_entities(hub)} for hub in (grown, whole)]
        assert entities[0] == entities[1]


def read_entities(hub: Hub) -> list[list[str]]:
    with hub.store.view() as view:
        numbers, entities = view.all_members()
        id_of = view.record_ids(numbers.tolist())
    members: dict[int, list[str]] = {}
    for number, entity in zip(numbers.tolist(), entities.tolist(), strict=True):
        members.setdefault(entity, []).append(id_of[number])
    return list(members.values())


def test_a_group_that_arrives_last_joins_its_members(stores: Stores) -> None:
    """Two persons share a group only once its records are one entity."""
    first, second = pair_of_members("quay:p1", "pier:p2")
    groups = [make_group("quay", 0), make_group("pier", 0)]
    with stores.new() as hub:
        seed_population(hub)
        hub.add(make_intake([first, second, groups[0]]))
        assert ["pier:p2", "quay:p1"] not in [sorted(e) for e in read_entities(hub)]
        hub.add(make_intake([groups[1]]))
        assert ["pier:p2", "quay:p1"] in [sorted(e) for e in read_entities(hub)]
        hub.withdraw(["pier:g0"])
        assert ["pier:p2", "quay:p1"] not in [sorted(e) for e in read_entities(hub)]


def test_withdrawn_groups_change_pairs_around_the_entity_of_their_neighbor(stores: Stores) -> None:
    """One record of a man states twenty crews, another two that may be one: twenty fewer say more
    of the two.
    """
    passport = (Identifier("passportNumber", "XK7731829", "nl"),)
    names = [f"{word} {noun}" for word in "Harbour Night Red Salt Grey".split() for noun in NOUNS]
    crews = [record(f"east:{at}", Kind.GROUP, name=name) for at, name in enumerate(names)]
    pair = [
        record("dock:1", Kind.GROUP, name="Blue Quay Crew"),
        record("port:1", Kind.GROUP, name="Blue Quay Clan"),
    ]
    man = record("quay:m", name="Wolfgang Quistorp", birthDate="1961-04-05", identifiers=passport)
    men = [
        replace(
            man,
            id=identity,
            source=identity.partition(":")[0],
            relations=tuple(
                Relation(RelationType.MEMBER_OF, group.id, role="driver", start="2014")
                for group in groups
            ),
        )
        for identity, groups in (("quay:m", crews), ("pier:m", pair))
    ]
    with stores.new() as without, stores.new() as grown:
        for hub, more in ((without, []), (grown, crews)):
            seed_population(hub)
            hub.add(make_intake([*pair, *men, *more]))
        grown.withdraw([crew.id for crew in crews])
        assert export_canonical(grown) == export_canonical(without)


def pair_of_members(*ids: str) -> list[Record]:
    """Return namesakes who drive for the same crew since the same year."""
    return [
        replace(
            record(identity, name="Zbigniew Brzezinski"),
            relations=(
                Relation(
                    RelationType.MEMBER_OF,
                    f"{identity.partition(':')[0]}:g0",
                    role="driver",
                    start="2014",
                ),
            ),
        )
        for identity in ids
    ]


def test_relations_merge_in_these_worlds() -> None:
    """Without evidence of relations the worlds above resolve to more entities."""
    records = generate_network_records(30, 1)
    plain = [replace(item, relations=()) for item in records]
    with_relations = find_entities(dedupe(make_intake(records), OPTIONS))
    assert len(with_relations) < len(find_entities(dedupe(make_intake(plain), OPTIONS)))
