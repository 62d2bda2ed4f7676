"""Population terms: probabilities in populations of several sizes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resolver.records.prepared.population import KindPopulation
from resolver.scoring import Model, PopulationTerms, Term, partner_shift

TERMS = PopulationTerms(
    (-20_000, 0, 10_000, 40_000),
    (-20_000, 0, 12_000, 42_000),
    (-21_000, -1_000, 6_000, 25_000),
    (-16_000, 0, 9_000, 20_000),
)
MODEL = Model(
    "person", "1", ("name",), -500, (Term("name", (0.5,), (-3000, 9000, 0)),), population=TERMS
)


def exact(population: KindPopulation, evidence: float) -> float:
    """Return the formula of the module, in nats."""
    size = max(population.records, 256) / 10_000 * math.exp(population.concentration / 1000)
    f = float(np.interp(evidence * 1000, TERMS.raw, TERMS.chance)) / 1000
    g = float(np.interp(evidence * 1000, TERMS.raw, TERMS.dependent)) / 1000
    share = population.partners / 500
    return math.log(share / (size * math.exp(-f) + math.exp(-g)))


@pytest.mark.parametrize("records", [0, 256, 3_000, 100_000, 3_000_000])
@pytest.mark.parametrize("partners", [10, 500, 6_000])
def test_tabulated_log_odds_are_those_of_the_formula(records: int, partners: int) -> None:
    population = KindPopulation(records, partners, 700)
    model = MODEL.for_population("S", population)
    for evidence in np.arange(-10.0, 25.0, 0.37):
        # scores are limited before the share of true pairs moves them, and after
        usual = exact(KindPopulation(records, 500, 700), evidence)
        limited = min(max(usual, -13.816), 13.816) + partner_shift(population) / 1000
        value = model.logodds_in(population, round(1000 * evidence)) / 1000
        assert abs(value - min(max(limited, -13.816), 13.816)) < 0.02


def test_scores_fall_with_the_population_and_rise_with_its_share_of_true_pairs() -> None:
    raw = [int(value) for value in np.arange(-10_000, 25_000, 400)]

    def values(records: int, partners: int) -> list[int]:
        return [MODEL.logodds_in(KindPopulation(records, partners), value) for value in raw]

    sizes = [values(records, 500) for records in (300, 3_000, 300_000)]
    assert all(a >= b >= c for a, b, c in zip(*sizes, strict=True))
    assert all(a < b for a, b in zip(sizes[1], sizes[1][1:], strict=False) if abs(b) < 13_000)
    shares = [values(3_000, partners) for partners in (50, 500, 5_000)]
    assert all(a <= b <= c for a, b, c in zip(*shares, strict=True))


def test_small_populations_count_as_256() -> None:
    assert MODEL.logodds_in(KindPopulation(1), 3_000) == MODEL.logodds_in(
        KindPopulation(256), 3_000
    )


def test_even_odds_know_no_population() -> None:
    even = MODEL.for_population("S", None)
    assert even.logodds(np.array([[1.0], [np.nan]], dtype=np.float32)).tolist() == [7650, -400]


def test_share_of_true_pairs_is_a_shift() -> None:
    assert partner_shift(KindPopulation(partners=500)) == 0
    assert partner_shift(KindPopulation(partners=5)) == -4605


def test_models_of_an_earlier_form_know_plans_only() -> None:
    earlier = Model("person", "1", ("name",), -500, MODEL.terms, priors={"S": -100})
    assert earlier.for_population("S", KindPopulation(10)).intercept == -600
