"""Rates, F1 and calibration with intervals, compared with slow reference computations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, f1_score, log_loss

from resolver.training.measures import (
    BIN_COUNT,
    Z95,
    measure_accuracy,
    measure_calibration,
    wilson_interval,
)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_interval_inverts_the_score_test(count: int, total: int) -> None:
    count = min(count, total)
    interval = wilson_interval(count, total)
    assert 0 <= interval.low <= interval.rate <= interval.high <= 1
    for end in (interval.low, interval.high):
        # at either end the share lies as far from the truth as the normal quantile says
        if 0 < end < 1:
            assert abs(interval.rate - end) == pytest.approx(
                Z95 * (end * (1 - end) / total) ** 0.5, abs=1e-9
            )


def test_interval_of_no_observations_is_zero_to_one() -> None:
    assert (wilson_interval(0, 0).low, wilson_interval(0, 0).high) == (0.0, 1.0)
    assert wilson_interval(0, 20).high == pytest.approx(0.1611, abs=1e-4)


def _pairs(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    score = chance.random(count)
    labels = (chance.random(count) < score).astype(np.int8)
    clusters = np.array(
        [[f"c{number // 3}", f"d{number}"] for number in range(count)], dtype=object
    )
    return score, labels, clusters


def test_accuracy_equals_scikit_learn() -> None:
    score, labels, clusters = _pairs(900, 3)
    accuracy = measure_accuracy(score, labels, clusters)
    assert accuracy.f1 == pytest.approx(f1_score(labels, score >= 0.5))
    assert accuracy.precision.rate == pytest.approx(labels[score >= 0.5].mean())
    assert accuracy.wrong == ((score >= 0.5) & (labels == 0)).sum()
    assert accuracy.missed + accuracy.recall.count == accuracy.matches == labels.sum()
    assert accuracy.f1_low < accuracy.f1 < accuracy.f1_high
    assert measure_accuracy(score, labels, clusters) == accuracy


def test_bootstrap_draws_whole_clusters() -> None:
    score, labels, clusters = _pairs(900, 4)
    narrow = measure_accuracy(score, labels, clusters)
    # the same pairs ten times each in clusters of ten: no more is known than from one of each
    again = measure_accuracy(
        np.repeat(score, 10), np.repeat(labels, 10), np.repeat(clusters, 10, axis=0)
    )
    assert again.f1 == pytest.approx(narrow.f1)
    assert again.f1_high - again.f1_low == pytest.approx(narrow.f1_high - narrow.f1_low, rel=0.2)


def test_accuracy_without_pairs_or_matches() -> None:
    none = measure_accuracy(np.zeros(0), np.zeros(0, dtype=np.int8), np.zeros((0, 2), dtype=object))
    assert (none.f1, none.f1_low, none.f1_high) == (0.0, 0.0, 1.0)
    score, _, clusters = _pairs(10, 1)
    assert measure_accuracy(score * 0.4, np.zeros(10, dtype=np.int8), clusters).f1 == 0.0


def test_calibration_measures_equal_their_definitions() -> None:
    score, labels, _ = _pairs(4_000, 5)
    quality = measure_calibration(score, labels)
    assert quality.brier == pytest.approx(brier_score_loss(labels, score))
    assert quality.log_loss == pytest.approx(log_loss(labels, score), rel=1e-6)
    places = np.minimum((score * BIN_COUNT).astype(int), BIN_COUNT - 1)
    expected = sum(
        abs(score[places == place].mean() - labels[places == place].mean())
        * (places == place).mean()
        for place in range(BIN_COUNT)
    )
    assert quality.calibration_error == pytest.approx(expected)
    assert [row.low for row in quality.bins] == [place / BIN_COUNT for place in range(BIN_COUNT)]
    assert (
        measure_calibration(score * 0.5, labels).calibration_error > quality.calibration_error + 0.1
    )


def test_weight_equals_repetition() -> None:
    score, labels, _ = _pairs(50, 6)
    times = np.arange(50) % 3
    repeated = measure_calibration(np.repeat(score, times), np.repeat(labels, times))
    weighted = measure_calibration(score, labels, times.astype(float))
    assert weighted.brier == pytest.approx(repeated.brier)
    assert weighted.log_loss == pytest.approx(repeated.log_loss)
    assert weighted.calibration_error == pytest.approx(repeated.calibration_error)


def test_last_bin_includes_score_one() -> None:
    assert [
        row.high for row in measure_calibration(np.array([1.0]), np.array([1], dtype=np.int8)).bins
    ] == [1.0]
