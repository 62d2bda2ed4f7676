"""Population terms: probabilities in populations of several sizes, from two sums of evidence."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from resolver.errors import ModelError
from resolver.matching.scoring import Model, PopulationTerms, Term, partner_shift
from resolver.matching.scoring.source_shifts import PairSources
from resolver.records.prepared.population import KindPopulation

TERMS = PopulationTerms(
    (-20_000, 0, 10_000, 40_000),
    (-20_000, 0, 12_000, 42_000),
    (-21_000, -1_000, 6_000, 25_000),
    (-16_000, 0, 9_000, 20_000),
    (Term("name", (0.5,), (-2000, 1000, 0)),),
)
MODEL = Model(
    "person", "1", ("name",), -500, (Term("name", (0.5,), (-3000, 9000, 0)),), population=TERMS
)


def exact(population: KindPopulation, evidence: float, relative: float) -> float:
    """Return the formula of the module, in nats."""
    size = max(population.records, 256) / 10_000 * math.exp(population.concentration / 1000)
    f = float(np.interp(evidence * 1000, TERMS.raw, TERMS.chance)) / 1000
    g = float(np.interp(relative * 1000, TERMS.raw, TERMS.dependent)) / 1000
    share = population.partners / 500
    return math.log(share / (size * math.exp(-f) + math.exp(-g)))


def full(records: int, partners: int, sums: tuple[int, int]) -> int:
    return MODEL.logodds_in(KindPopulation(records, partners), sums)[1]


@pytest.mark.parametrize("records", [0, 256, 3_000, 100_000, 3_000_000])
@pytest.mark.parametrize("partners", [10, 500, 6_000])
def test_log_odds_are_those_of_the_formula(records: int, partners: int) -> None:
    population = KindPopulation(records, partners, 700)
    for evidence in np.arange(-10.0, 11.0, 1.3):
        for relative in np.arange(-8.0, 12.0, 1.7):
            value = exact(population, evidence, relative)
            usual = exact(KindPopulation(records, 500, 700), evidence, relative)
            sums = (round(1000 * evidence), round(1000 * relative))
            got = MODEL.logodds_in(population, sums)[1] / 1000
            # scores are limited before the share of true pairs moves them, and after
            if max(abs(usual), abs(value)) < 13:
                assert abs(got - value) < 0.004


def test_scores_fall_with_the_population_and_rise_with_its_share_of_true_pairs() -> None:
    sums = [(value, value // 2) for value in range(-10_000, 25_000, 400)]
    sizes = [[full(records, 500, pair) for pair in sums] for records in (300, 3_000, 300_000)]
    assert all(a >= b >= c for a, b, c in zip(*sizes, strict=True))
    shares = [[full(3_000, partners, pair) for pair in sums] for partners in (50, 500, 5_000)]
    assert all(a <= b <= c for a, b, c in zip(*shares, strict=True))


def test_log_odds_rise_with_either_sum() -> None:
    for records in (300, 300_000):
        for other in range(-6_000, 14_000, 2_500):
            by_chance = [full(records, 500, (value, other)) for value in range(-8_000, 20_000, 50)]
            by_kin = [full(records, 500, (other, value)) for value in range(-8_000, 20_000, 50)]
            for values in (by_chance, by_kin):
                assert values == sorted(values)


def test_relatives_do_not_grow_with_the_population() -> None:
    certain_against_chance = (30_000, 3_000)
    small, large = (full(records, 500, certain_against_chance) for records in (300, 300_000))
    assert small - large < 20
    assert full(300, 500, (30_000, 9_000)) > small + 2_000


def test_scores_use_the_weights_against_relatives() -> None:
    evidence = np.array([[1.0], [0.0], [np.nan]], dtype=np.float32)
    model = MODEL.for_population("S", KindPopulation(3_000))
    sums = zip(model.raw(evidence).tolist(), model.relative_sums(evidence).tolist(), strict=True)
    assert model.relative_sums(evidence).tolist() == [1000, -2000, 0]
    assert model.logodds(evidence).tolist() == [full(3_000, 500, pair) for pair in sums]
    unrelated = replace(TERMS, terms=())
    without = replace(MODEL, population=unrelated).for_population("S", KindPopulation(3_000))
    assert without.logodds(evidence)[0] < model.logodds(evidence)[0]


def test_small_populations_count_as_256() -> None:
    assert full(1, 500, (3_000, 2_000)) == full(256, 500, (3_000, 2_000))


def test_even_odds_know_no_population() -> None:
    even = MODEL.for_population("S", None)
    evidence = np.array([[1.0], [0.0], [np.nan]], dtype=np.float32)
    reference = MODEL.for_population("S", KindPopulation()).logodds(evidence)
    expected = np.interp(reference, TERMS.raw, TERMS.even)
    assert np.abs(even.logodds(evidence) - expected).max() <= 1


def test_share_of_true_pairs_is_a_shift() -> None:
    assert partner_shift(KindPopulation(partners=500)) == 0
    assert partner_shift(KindPopulation(partners=5)) == -4605


def test_sources_shift_the_share_of_true_pairs() -> None:
    model = MODEL.for_population("S", KindPopulation(3_000, within=-2_000, across=150))
    evidence = np.array([[1.0], [1.0], [0.0]], dtype=np.float32)
    left, right = np.array([0, 0, 0], dtype=np.int32), np.array([0, 1, 0], dtype=np.int32)
    sources = PairSources(("a", "b"), left, right, left == right)
    plain, shifted = model.logodds(evidence), model.logodds(evidence, sources)
    assert (shifted - plain).tolist() == [-2_000, 150, -2_000]
    assert model.at_source(sources.at(0)).logodds(evidence)[0] == shifted[0]
    assert (
        MODEL.for_population("S", None).logodds(evidence, sources)[0]
        == (MODEL.for_population("S", None).logodds(evidence)[0])
    )


def test_models_of_an_earlier_form_know_plans_only() -> None:
    earlier = Model("person", "1", ("name",), -500, MODEL.terms, priors={"S": -100})
    assert earlier.for_population("S", KindPopulation(10)).intercept == -600
    assert earlier.relative_sums(np.array([[1.0]], dtype=np.float32)).tolist() == [0]
    with pytest.raises(ModelError, match="population"):
        earlier.logodds_in(KindPopulation(10), (0, 0))
