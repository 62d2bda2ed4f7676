"""Fit of the weights of relations, on invented pairs, and the measure of what they add."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.relations import (
    KINDS,
    Counts,
    ScoredWorld,
    SharedPairs,
    compare_worlds,
    find_missed_entities,
    fit_kind,
    missed_at_precision,
    save_weights,
)
from resolver.matching.resolution_task import load_relation_weights
from resolver.matching.scoring.relation_evidence import RelationWeights


def invent_pairs(count: int) -> SharedPairs:
    """Return pairs of which small neighbors, the same role and the same year make true ones."""
    dice = np.random.default_rng(3)
    features = np.zeros((count, 12))
    features[np.arange(count), dice.integers(0, 5, count)] = 1
    role, year = dice.integers(0, 3, count), dice.integers(0, 4, count)
    features[role == 1, 5], features[role == 2, 6] = 1, 1
    features[np.arange(count), 7 + year] = 1
    own = dice.normal(0, 1, count)
    sums = own + 1 + 2 * features[:, 0] + 2 * features[:, 5] - 2 * features[:, 6] - 2 * (year == 3)
    return SharedPairs(features, own, dice.random(count) < 1 / (1 + np.exp(-sums)))


def test_weights_are_log_likelihood_ratios(tmp_path: Path) -> None:
    weights = fit_kind("person", [invent_pairs(20_000)])
    assert [most for most, _ in weights.degrees] == [3, 7, 15, 31, 64]
    assert abs(weights.degrees[0][1] - weights.degrees[1][1] - 2000) <= 300
    assert abs(weights.same_role - 2000) <= 300
    assert abs(weights.other_role + 2000) <= 300
    assert abs(weights.years[3] - weights.years[2] + 2000) <= 300
    save_weights(RelationWeights({"person": weights}, 2500, -1500), tmp_path)
    assert load_relation_weights(tmp_path).kinds == {"person": weights}


def test_weights_of_groups_leave_roles_and_years_out() -> None:
    pairs = invent_pairs(500)
    features = np.concatenate([pairs.features[:, :3], pairs.features[:, 5:]], axis=1)
    weights = fit_kind("group", [pairs._replace(features=features)])
    assert (weights.same_role, weights.other_role, set(weights.years)) == (0, 0, {0})


def test_precision_of_nothing_is_whole() -> None:
    assert Counts(5, 5, 0, 0).precision == 1.0
    assert Counts(5, 1, 8, 2).precision == 0.75


def test_missed_pairs_are_read_off_between_precisions() -> None:
    counts = [Counts(100, 20, 80, 8), Counts(100, 60, 40, 0), Counts(100, 40, 60, 3)]
    assert missed_at_precision(counts, 0.95) == 40
    assert missed_at_precision(counts, 0.975) == 50
    assert missed_at_precision(counts, 0.5) == 20


def test_a_threshold_that_gains_nothing_does_not_count() -> None:
    counts = [Counts(100, 20, 80, 4), Counts(100, 60, 40, 4)]
    assert missed_at_precision(counts, 0.9) == 20


def test_missed_pairs_of_entities_count_their_records() -> None:
    truth, labels = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 2, 3, 3])
    assert find_missed_entities(truth, labels) == {(0, 2): 2}


def test_a_small_world_is_compared() -> None:
    rows = list(compare_worlds([ScoredWorld.generate(400, 1)]))
    assert [row.kind for row in rows] == list(KINDS)
    for row in rows:
        assert 0 <= row.bound <= 1
        assert row.weighed.true > 0
