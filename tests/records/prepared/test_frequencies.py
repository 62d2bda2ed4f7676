"""Frequency tables: how common values are, with the records at hand."""

from __future__ import annotations

import pytest

from resolver.records.prepared.population import (
    FrequencyTables,
    KindCounts,
    ValueCounts,
    exclusiveness,
)


def counted(records: int, **counts: dict[str, int]) -> FrequencyTables:
    return FrequencyTables(at_hand=ValueCounts(persons=KindCounts(records, **counts)))


def test_a_word_gets_commoner_with_the_records_at_hand() -> None:
    shipped = FrequencyTables()
    common = counted(10_000, words={"mueller": 700})
    assert common.rarity("mueller", group=False) < 3.2 < shipped.rarity("mueller", group=False)
    # all spellings of one sound count together
    assert common.rarity("myller", "mueller", group=False) == common.rarity("mueller", group=False)
    # groups have counts of their own
    assert common.rarity("mueller", group=True) == shipped.rarity("mueller", group=True)


def test_a_word_of_one_record_is_rarer_in_larger_populations() -> None:
    small, large = counted(100), counted(100_000)
    assert small.rarity("xyzzy", group=False) < large.rarity("xyzzy", group=False)


def test_a_country_of_all_records_says_nothing() -> None:
    tables = counted(50_000, countries={"de": 50_000, "mt": 3})
    assert tables.country_rarity("de", group=False) < 0.01
    assert tables.country_rarity("de", group=False) < tables.country_rarity("mt", group=False) <= 1
    assert tables.country_rarity("de", group=True) == FrequencyTables().country_rarity(
        "de", group=True
    )


def test_a_town_of_many_records_says_less_than_a_village() -> None:
    tables = counted(50_000, places={"london": 9_000, "ambridge": 4})
    ranked = [tables.place_rarity(place, group=False) for place in ("london", "ambridge", "other")]
    assert ranked == sorted(ranked)
    assert 0 <= ranked[0] < 0.3 < ranked[2] <= 1


@pytest.mark.parametrize(("bearers", "least", "most"), [(1, 1, 1), (2, 1, 1), (22, 0.2, 0.3)])
def test_values_of_many_names_are_less_exclusive(bearers: int, least: float, most: float) -> None:
    assert least <= exclusiveness(bearers) <= most
    assert exclusiveness(bearers + 1) <= exclusiveness(bearers)
