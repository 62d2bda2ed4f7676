"""Fit of evidence and population terms: gradient, constraints, and what it finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import check_grad

from resolver.matching.comparators import features_of
from resolver.matching.scoring import Model, interval_index, model_to_json
from resolver.records import Kind
from resolver.records.prepared.population import KindPopulation
from resolver.training.data.labeled_pairs import LabeledPairs, concat_pairs
from resolver.training.fit.population_fit import (
    Increments,
    TermCuts,
    _lay_out,
    _Objective,
    choose_cuts,
    joint_bounds,
    thin_cuts,
)
from resolver.training.fit.population_model import (
    RELATIVE_SHARES,
    choose_term_cuts,
    fit_population_model,
)

FEATURES = features_of(Kind.PERSON)
NAME, RARITY, BIRTH, PHONE = (
    FEATURES.index(name) for name in ("name", "name_rarity", "birth_date", "phone")
)


def make_population(records: int, seed: int, share: float = 0.5) -> LabeledPairs:
    """Return pairs of a population in which chance look-alikes grow with its size."""
    chance = np.random.default_rng(seed)
    true, false = round(records * share), min(records * records // 2_000, 40_000)
    total = true + false
    labels = np.concatenate([np.ones(true), np.zeros(false)]).astype(np.int8)
    evidence = np.full((total, len(FEATURES)), np.nan, dtype=np.float32)
    evidence[:, NAME] = np.where(labels, chance.beta(8, 1, total), chance.beta(2, 2, total))
    evidence[:, RARITY] = np.where(labels, chance.beta(3, 3, total), chance.beta(2, 6, total))
    stated = chance.random(total) < 0.6
    agrees = chance.random(total) < np.where(labels, 0.95, 0.02)
    evidence[stated, BIRTH] = agrees[stated].astype(np.float32)
    stated = chance.random(total) < 0.2
    agrees = chance.random(total) < np.where(labels, 0.7, 0.01)
    evidence[stated, PHONE] = agrees[stated].astype(np.float32)
    words = np.full(total, "", dtype=object)
    clusters = np.array([[f"{seed}-{n}", f"{seed}-{n}x"] for n in range(total)], dtype=object)
    weights = np.where(labels, 1.0, records * records / 2_000 / false)
    size = np.full(total, np.log(records / 10_000))
    partners = np.full(total, np.log(share / 0.5))
    origin = np.full(total, "world", dtype=object)
    return LabeledPairs(
        Kind.PERSON,
        evidence,
        labels,
        weights,
        clusters,
        origin,
        words,
        words,
        np.full(total, "S", dtype=object),
        size,
        partners,
    )


def make_free(seed: int) -> LabeledPairs:
    """Return pairs that come from no population."""
    data = make_population(600, seed)
    unknown = np.full(len(data), np.nan)
    origin = np.full(len(data), "judged", dtype=object)
    return replace(data, origin=origin, chance=unknown, partners=unknown)


@pytest.fixture(scope="module")
def data() -> LabeledPairs:
    parts = [make_population(records, seed) for seed, records in enumerate((500, 1_500, 4_000))]
    return concat_pairs([*parts, make_free(9)])


@pytest.fixture(scope="module")
def model(data: LabeledPairs) -> Model:
    return fit_population_model(data, {"same_list": -3_000})


def small_cuts() -> TermCuts:
    return TermCuts(
        FEATURES,
        ("name", "birth_date", "email"),
        ((0.3, 0.7), (0.5,), ()),
        (("name", "birth_date"),),
        (((0.5,), (0.5,)),),
    )


def test_gradient_is_that_of_the_loss(data: LabeledPairs) -> None:
    rows = np.arange(len(data)) % 97 == 0
    cuts = small_cuts()
    pairs = _lay_out(data.select(rows), cuts)
    assert pairs.is_known.tolist() == [False, True]
    objective = _Objective(pairs, Increments(cuts), cuts.joint)
    chance = np.random.default_rng(1)
    point = objective.start() + chance.random(len(objective.start())) * 0.3
    error = check_grad(lambda x: objective.loss(x)[0], lambda x: objective.loss(x)[1], point)
    assert error < 1e-6


def test_relatives_are_halfway_between_the_average_pair_and_the_fewest(data: LabeledPairs) -> None:
    halves = np.where(np.arange(len(data)) % 4 == 0, "one", "other").astype(object)
    split = replace(data, origin=np.where(np.isnan(data.chance), data.origin, halves))
    pairs = _lay_out(split, small_cuts())
    assert pairs.is_known.tolist() == [False, True, True]
    objective = _Objective(pairs, Increments(small_cuts()), ())
    parameters = objective.start()
    before = objective.result(parameters, 0.0).dependent
    parameters[-3:] = 5.0, -1.5, 0.5
    weights = [pairs.weights[pairs.origin == origin].sum() for origin in (1, 2)]
    mean = (0.5 * weights[1] - 1.5 * weights[0]) / sum(weights)
    usual = (mean - 1.5) / 2
    assert objective.result(parameters, 0.0).dependent == pytest.approx(before - usual)


def test_weights_of_increments_rise_through_zero() -> None:
    increments, cuts = Increments(small_cuts()), small_cuts()
    parameters = np.arange(1.0, increments.count + 5)
    weights = increments.weights(parameters)
    assert len(weights) == cuts.count + 1
    assert weights[:3].tolist() == [-7.0, -3.0, 3.0]
    assert weights[3] <= 0 <= weights[4]
    assert weights[-1] == 0


def test_indicators_select_the_weight_of_each_similarity() -> None:
    cuts = small_cuts()
    evidence = np.full((3, len(FEATURES)), np.nan, dtype=np.float32)
    evidence[0, [NAME, BIRTH]] = 0.2, 1.0
    evidence[1, NAME] = 0.7
    chosen = [row.nonzero()[0].tolist() for row in cuts.indicators(evidence).toarray()]
    assert chosen == [[0, 4, 7], [1], []]


def test_fit_gives_each_field_its_weight(model: Model) -> None:
    weight = {term.feature: term for term in model.terms}
    birth = weight["birth_date"].weights
    # agreement is 0.95 / 0.02, disagreement 0.05 / 0.98; few pairs are not trusted in full
    assert 0.6 < birth[1] / (1000 * np.log(0.95 / 0.02)) < 1.1
    assert 0.6 < birth[0] / (1000 * np.log(0.05 / 0.98)) < 1.1
    assert birth[-1] == 0
    assert weight["same_list"].weights == (-3_000, 0)
    assert weight["phone"].weights[1] > 1_500


def test_scores_hold_in_a_larger_population(model: Model) -> None:
    larger = make_population(20_000, 77)
    scored = model.for_population("S", KindPopulation(20_000, 500))
    probability = 1 / (1 + np.exp(-scored.logodds(larger.evidence) / 1000))
    for low, high in ((0.05, 0.35), (0.35, 0.65), (0.65, 0.95)):
        chosen = (probability >= low) & (probability < high)
        weights = larger.weights[chosen]
        mean_score = np.average(probability[chosen], weights=weights)
        assert mean_score == pytest.approx(
            np.average(larger.labels[chosen], weights=weights), abs=0.12
        )


def test_no_field_turns_what_it_says_by_itself(model: Model) -> None:
    weight = {term.feature: term for term in model.terms}
    crossing = [pair for pair in model.pairs if pair.features[1] == "birth_date"]
    assert crossing
    for similarity in (0.0, 1.0):
        own = weight["birth_date"]
        own_weight = own.weights[interval_index(similarity, own.cuts)]
        for name in np.linspace(0, 1, 21).tolist():
            cells = [
                pair.weights[interval_index(name, pair.cuts[0])][
                    interval_index(similarity, pair.cuts[1])
                ]
                for pair in crossing
            ]
            assert (own_weight + sum(cells)) * own_weight >= 0


def test_missing_values_weigh_nothing(model: Model) -> None:
    assert all(term.weights[-1] == 0 for term in model.terms)
    for pair in model.pairs:
        assert not any(pair.weights[-1])
        assert not any(row[-1] for row in pair.weights)


def test_the_same_pairs_give_the_same_model(data: LabeledPairs, model: Model) -> None:
    again = fit_population_model(data, {"same_list": -3_000})
    assert model_to_json(again) == model_to_json(model)


def test_relatives_have_no_joint_terms_of_names(model: Model) -> None:
    assert model.pairs
    assert model.population is not None
    related = {pair.features for pair in model.population.pairs}
    assert related <= set(RELATIVE_SHARES)
    assert {pair.features for pair in model.pairs} - set(RELATIVE_SHARES)


def test_bounds_of_joint_cells() -> None:
    least, most = joint_bounds([2.0, -0.5], [3.0, -1.0, 0.0], 0.5)
    assert least.tolist() == [[-1.5, -2.0, 0.0], [-1.5, -1.0, 0.0]]
    assert most.tolist() == [[3.0, 0.5, 0.0], [3.0, 0.5, 0.0]]


def test_cuts_part_values_evenly() -> None:
    values: npt.NDArray[np.float32] = np.array([0, 0, 0.5, 1, np.nan], dtype=np.float32)
    assert choose_cuts(values, 9) == (0.25, 0.75)
    assert choose_cuts(values[:2], 9) == ()
    many = np.linspace(0, 1, 1001, dtype=np.float32)
    cuts = choose_cuts(many, 4)
    assert len(cuts) == 6
    assert len(thin_cuts(cuts, many, 3)) == 3
    assert set(thin_cuts(cuts, many, 3)) <= set(cuts)


def test_terms_of_fields_nobody_states_are_left_out(data: LabeledPairs) -> None:
    cuts = choose_term_cuts(data, {})
    assert "email" not in cuts.terms
    assert "listed" not in cuts.terms
