"""Population: plain data, figures of a kind, and text."""

from __future__ import annotations

import json

import pytest

from resolver.records.population import KindPopulation, Population
from resolver.records.prepared.frequencies import FrequencyTables, WordCounts

WORDS = WordCounts(900, {"maria": 40, "ivan": 2}, 100, {"trading": 30})
POPULATION = Population(
    {"person": KindPopulation(900, 250, 700), "group": KindPopulation(100)}, WORDS
)


def test_population_survives_json() -> None:
    text = json.dumps(POPULATION.to_json())
    assert Population.from_json(json.loads(text)) == POPULATION


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format"):
        Population.from_json({**POPULATION.to_json(), "format": 99})


def test_a_kind_without_records_has_none() -> None:
    assert POPULATION.of("asset").records == 0
    assert POPULATION.of("person").partners == 250


def test_partners_change_only_the_kinds_given() -> None:
    changed = POPULATION.with_partners({"person": 900})
    assert changed.of("person") == KindPopulation(900, 900, 700)
    assert changed.of("group") == POPULATION.of("group")
    assert changed.words is WORDS


def test_summary_states_every_kind_with_records() -> None:
    assert set(POPULATION.summary) == {"person", "group"}
    assert "900 records" in POPULATION.summary["person"]


def test_a_word_gets_commoner_with_the_records_at_hand() -> None:
    shipped = FrequencyTables()
    counted = FrequencyTables(at_hand=WordCounts(10_000, {"mueller": 700}))
    assert counted.rarity("mueller", group=False) < 3.2 < shipped.rarity("mueller", group=False)
    # groups have counts of their own
    assert counted.rarity("mueller", group=True) == shipped.rarity("mueller", group=True)


def test_a_word_of_one_record_is_rarer_in_larger_populations() -> None:
    small, large = (FrequencyTables(at_hand=WordCounts(count, {})) for count in (100, 100_000))
    assert small.rarity("xyzzy", group=False) < large.rarity("xyzzy", group=False)
