"""Households: who is related, what relatives share, and what differs between records of one."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from benchmarks.family_register import (
    REGISTERS,
    Households,
    Kin,
    generate_households,
)
from resolver.errors import UsageError
from resolver.records import Record
from resolver.world.cultures import CULTURE_NAMES


@pytest.fixture(scope="module")
def world() -> Households:
    return generate_households(3_000, seed=3, twins=0.3)


def texts(record: Record, prop: str) -> list[str]:
    return [value.text for value in record.values if value.prop == prop]


def pairs_of(world: Households, kin: Kin) -> list[tuple[Record, Record]]:
    """Return the records of the first list of all relatives of one sort."""
    record_of = {
        world.truth[record.id]: record for record in world.records if record.source == REGISTERS[0]
    }
    return [
        (record_of[pair.first], record_of[pair.second])
        for pair in world.relatives
        if pair.kin == kin
    ]


def test_the_same_arguments_give_the_same_records(world: Households) -> None:
    assert generate_households(3_000, seed=3, twins=0.3) == world
    assert generate_households(3_000, seed=4, twins=0.3).records != world.records
    assert abs(len(world.records) - 3_000) < 150


def test_all_sorts_of_relatives_in_all_cultures(world: Households) -> None:
    counts = Counter(pair.kin for pair in world.relatives)
    assert set(counts) == set(Kin)
    assert {pair.culture for pair in world.relatives} == set(CULTURE_NAMES)
    # One in three twins is of unlike sex.
    twins = counts[Kin.TWINS] + counts[Kin.UNLIKE_TWINS]
    assert twins / 4 < counts[Kin.UNLIKE_TWINS] < twins / 2


def test_a_census_counts_few_twins() -> None:
    counts = Counter(pair.kin for pair in generate_households(3_000, seed=3).relatives)
    assert 0 < counts[Kin.TWINS] + counts[Kin.UNLIKE_TWINS] < counts[Kin.SIBLINGS] / 25


def test_what_relatives_share(world: Households) -> None:
    def agree(first: Record, second: Record, prop: str) -> bool | None:
        sides = texts(first, prop), texts(second, prop)
        return sides[0] == sides[1] if all(sides) else None

    for kin in (Kin.TWINS, Kin.UNLIKE_TWINS):
        for first, second in pairs_of(world, kin):
            assert agree(first, second, "birthDate") is not False
            assert agree(first, second, "birthPlace") is not False
            assert agree(first, second, "gender") is not (kin == Kin.UNLIKE_TWINS)
            assert not agree(first, second, "name")
    for kin in (Kin.SIBLINGS, Kin.NAMESAKES, Kin.SPOUSES):
        dates = [agree(*pair, "birthDate") for pair in pairs_of(world, kin)]
        assert dates.count(True) <= len(dates) / 200
    spouses = pairs_of(world, Kin.SPOUSES)
    for prop, least in (("phone", 0.6), ("email", 0.25)):
        shared = [answer for pair in spouses if (answer := agree(*pair, prop)) is not None]
        assert sum(shared) > least * len(shared)
    for first, second in pairs_of(world, Kin.COUSINS):
        assert agree(first, second, "phone") is not True


def test_children_bear_the_names_of_their_fathers(world: Households) -> None:
    fathers = defaultdict(list)
    for father, child in pairs_of(world, Kin.PARENT):
        fathers[father.id].append((texts(father, "name")[0], texts(child, "name")[0]))
    russian = [pair for pairs in fathers.values() for pair in pairs if "vich" in pair[0]]
    sons = [(father, child) for father, child in russian if "vich" in child]
    assert sons
    assert all(father.split()[-1] == child.split()[-1] for father, child in sons)
    assert all(child.split()[1].startswith(father.split()[0][:2]) for father, child in sons)


def test_second_records_differ_in_one_named_way(world: Households) -> None:
    record_of = {record.id: record for record in world.records}
    counts = Counter(pair.difference for pair in world.second_records)
    assert {"typo", "nickname", "order", "initial", "transliteration", "cross-script"} <= set(
        counts
    )
    for pair in world.second_records:
        first, second = record_of[pair.first], record_of[pair.second]
        assert world.truth[pair.first] == world.truth[pair.second]
        assert (first.source, second.source) == REGISTERS
        if pair.difference == "none":
            assert texts(first, "name") == texts(second, "name")


@pytest.mark.parametrize(("records", "twins"), [(0, 0.1), (10, 1.5)])
def test_what_no_households_can_be_made_of(records: int, twins: float) -> None:
    with pytest.raises(UsageError, match="households need"):
        generate_households(records, twins=twins)
