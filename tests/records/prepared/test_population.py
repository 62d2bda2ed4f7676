"""Populations: round trips, and those of checks."""

from __future__ import annotations

import json

import numpy as np
import pytest

from resolver.matching.scoring import partner_shift
from resolver.records.kinds import Kind, combine_kinds, count_kinds
from resolver.records.prepared.population import (
    DEFAULT_LISTED,
    KindCounts,
    KindPopulation,
    Partners,
    Population,
    SourceShift,
    ValueCounts,
)
from resolver.settings import Settings

POPULATION = Population(
    {
        "person": KindPopulation(
            900,
            650,
            1_100,
            within=-1_500,
            across=90,
            date_errors=310,
            sources=(SourceShift("eu", -2_000, 40), SourceShift("un", -900, 1_700)),
        ),
        "asset": KindPopulation(3),
    },
    ValueCounts(
        KindCounts(900, {"ivan": 12, "иван": 3}, {"ru": 800}, {"moscow": 40}),
        KindCounts(40, {"bank": 5}),
        {"phone": {"123456": 7}},
    ),
)


def test_population_survives_json() -> None:
    assert Population.from_json(json.loads(json.dumps(POPULATION.to_json()))) == POPULATION
    assert Population.from_json(Population().to_json()) == Population()
    with pytest.raises(ValueError, match="format 9"):
        Population.from_json(POPULATION.to_json() | {"format": 9})


def test_populations_of_the_earlier_format_keep_their_kinds() -> None:
    earlier = {"format": 1, "kinds": {"person": [900, 650, 1_100]}, "person_words": {"ivan": 12}}
    assert Population.from_json(earlier) == Population({"person": KindPopulation(900, 650, 1_100)})


def test_population_of_checks_has_entities_and_listed_callers() -> None:
    checks = POPULATION.for_checks({"person": 70, "group": 2}, 1 / 3000)
    assert checks.of("person") == KindPopulation(70, 650, 1_100, listed=333)
    assert (checks.of("group").records, checks.of("asset").records) == (2, 0)
    assert {kind.listed for kind in checks.kinds.values()} == {333}
    assert checks.counts is POPULATION.counts
    assert checks.of("person").true_share == pytest.approx(1 / 3000, rel=1e-3)


def test_rarer_listed_callers_need_more_evidence() -> None:
    shifts = [
        partner_shift(KindPopulation(listed=listed)) for listed in (1, 100, 10_000, 1_000_000)
    ]
    assert shifts == sorted(set(shifts))
    # half of them listed is what models refer to
    assert partner_shift(KindPopulation(listed=500_000)) == 0 == partner_shift(KindPopulation())


def test_the_default_is_that_of_the_settings() -> None:
    usual = POPULATION.for_checks({"person": 70}, Settings().listed)
    assert usual == POPULATION.for_checks({"person": 70}, DEFAULT_LISTED)


def test_kinds_of_entities() -> None:
    kinds = np.array([1, 3, 1, 4, 3], dtype=np.uint8)
    combined = combine_kinds(kinds, np.array([0, 0, 1, 1, 3]), 4)
    assert combined.tolist() == [Kind.PERSON, Kind.PERSON | Kind.ASSET, 0, Kind.LEGAL]
    assert count_kinds(combined) == {"person": 3, "group": 1, "asset": 1}
    same = np.full(3, Kind.GROUP, dtype=np.uint8)
    assert combine_kinds(same, np.array([0, 0, 2]), 3).tolist() == [Kind.GROUP, 0, Kind.GROUP]


def test_partners_change_only_the_kinds_given() -> None:
    changed = POPULATION.with_partners({"person": Partners(900, -2_000, 120)})
    assert changed.of("person") == KindPopulation(900, 900, 1_100, within=-2_000, across=120)
    assert changed.of("asset") == POPULATION.of("asset")
    assert changed.of("group").records == 0
    assert changed.counts is POPULATION.counts


def test_summary_states_every_kind_with_records() -> None:
    assert set(POPULATION.summary) == {"person", "asset"}
    assert "900 records" in POPULATION.summary["person"]
