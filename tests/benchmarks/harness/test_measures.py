"""Measures against slow oracles that enumerate pairs, and against recordlinkage's."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import recordlinkage
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.measures import (
    Counts,
    Curve,
    Rates,
    at_threshold,
    b_cubed,
    cluster_pairs,
    codes_of,
    pairs_within,
    probability_errors,
)

LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 1)), max_size=14)
SCORED = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()),
    min_size=1,
    max_size=30,
)


def arrays(rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, ...]:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def pairs_of_labels(labels: np.ndarray, sides: np.ndarray | None) -> set[tuple[int, int]]:
    """Return all pairs of rows with equal labels, by enumeration."""
    return {
        (left, right)
        for left, right in combinations(range(len(labels)), 2)
        if labels[left] == labels[right] and (sides is None or sides[left] != sides[right])
    }


@pytest.mark.parametrize("across", [False, True])
@given(LABELS)
def test_cluster_pairs_match_enumeration(across: bool, rows: list[tuple[int, int, int]]) -> None:
    truth, predicted, side = arrays(rows)
    sides = side if across else None
    true, predicted_pairs = pairs_of_labels(truth, sides), pairs_of_labels(predicted, sides)
    assert cluster_pairs(truth, predicted, sides) == Counts(
        len(true & predicted_pairs), len(predicted_pairs), len(true)
    )
    assert pairs_within(truth, sides) == len(true)


@given(LABELS)
def test_b_cubed_is_a_mean_over_records(rows: list[tuple[int, int, int]]) -> None:
    truth, predicted, _ = arrays(rows)
    precision, recall = [], []
    for row in range(len(truth)):
        shared = int(((truth == truth[row]) & (predicted == predicted[row])).sum())
        precision.append(shared / int((predicted == predicted[row]).sum()))
        recall.append(shared / int((truth == truth[row]).sum()))
    rates = b_cubed(truth, predicted)
    assert rates.precision == pytest.approx(np.mean(precision) if precision else 1)
    assert rates.recall == pytest.approx(np.mean(recall) if recall else 1)


@given(LABELS)
def test_equal_partitions_are_perfect(rows: list[tuple[int, int, int]]) -> None:
    truth, _, _ = arrays(rows)
    assert cluster_pairs(truth, truth + 7).rates == Rates(1.0, 1.0, 1.0)
    assert b_cubed(truth, truth + 7).f1 == pytest.approx(1.0)


@given(SCORED, st.integers(0, 3))
def test_best_threshold_is_best_of_all(rows: list[tuple[float, bool]], missed: int) -> None:
    scores, labels = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    true = int(labels.sum()) + missed
    curve = Curve.of(scores, labels, true)
    tried = {left: at_threshold(scores, labels, true, left).rates for left in np.unique(scores)}
    threshold, best = curve.best()
    if true:
        assert best.f1 == pytest.approx(max(rates.f1 for rates in tried.values()))
        assert at_threshold(scores, labels, true, threshold).rates == best
    reached = [rates.precision for rates in tried.values() if rates.recall >= 0.9]
    assert curve.precision_at_recall(0.9) == (pytest.approx(max(reached)) if reached else None)


@given(SCORED)
def test_errors_of_probabilities(rows: list[tuple[float, bool]]) -> None:
    scores, labels = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    errors = probability_errors(scores, labels, bins=4)
    assert errors is not None
    bins: dict[int, list[tuple[float, bool]]] = {}
    for score, label in rows:
        bins.setdefault(min(int(score * 4), 3), []).append((score, label))
    gaps = [
        abs(sum(score for score, _ in bin_rows) - sum(label for _, label in bin_rows))
        for bin_rows in bins.values()
    ]
    assert errors.calibration == pytest.approx(sum(gaps) / len(rows))
    assert errors.brier == pytest.approx(np.mean((scores - labels) ** 2))
    assert np.isfinite(errors.log_loss)


def test_log_loss_of_two_scores() -> None:
    errors = probability_errors(np.array([0.8, 0.1]), np.array([True, False]))
    assert errors is not None
    assert errors.log_loss == pytest.approx(-(np.log(0.8) + np.log(0.9)) / 2)


def test_no_scores_have_no_errors() -> None:
    assert probability_errors(np.zeros(0), np.zeros(0, dtype=bool)) is None
    assert Curve.of(np.zeros(0), np.zeros(0, dtype=bool), 3).best() == (1.0, Rates(1.0, 0.0, 0.0))


def test_recordlinkage_agrees() -> None:
    chance = np.random.default_rng(3)
    truth, predicted = chance.integers(0, 12, 60), chance.integers(0, 15, 60)
    true, predicted_pairs = (
        pd.MultiIndex.from_tuples(sorted(pairs_of_labels(labels, None)), names=["left", "right"])
        for labels in (truth, predicted)
    )
    rates = cluster_pairs(truth, predicted).rates
    assert rates.precision == pytest.approx(recordlinkage.precision(true, predicted_pairs))
    assert rates.recall == pytest.approx(recordlinkage.recall(true, predicted_pairs))
    assert rates.f1 == pytest.approx(recordlinkage.fscore(true, predicted_pairs))


def test_codes_name_the_same_partition() -> None:
    assert codes_of(np.array(["b", "a", "b", "c"])).tolist() == [1, 0, 1, 2]


def test_large_clusters_are_cheap() -> None:
    labels = np.zeros(3_000_000, dtype=np.int64)
    assert pairs_within(labels) == 3_000_000 * 2_999_999 // 2
