"""Rates, F1 and calibration with their intervals, against slow and obvious ways to get them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, f1_score, log_loss

from resolver.training.evaluate.measures import (
    BINS,
    Z95,
    accuracy,
    quality,
    rate,
)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_what_a_wilson_test_does_not_reject(count: int, total: int) -> None:
    count = min(count, total)
    found = rate(count, total)
    assert 0 <= found.low <= found.rate <= found.high <= 1
    for end in (found.low, found.high):
        # at either end the share lies as far from the truth as the normal quantile says
        if 0 < end < 1:
            assert abs(found.rate - end) == pytest.approx(
                Z95 * (end * (1 - end) / total) ** 0.5, abs=1e-9
            )


def test_nothing_counted_is_any_rate() -> None:
    assert (rate(0, 0).low, rate(0, 0).high) == (0.0, 1.0)
    assert rate(0, 20).high == pytest.approx(0.1611, abs=1e-4)


def _pairs(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    score = chance.random(count)
    labels = (chance.random(count) < score).astype(np.int8)
    clusters = np.array(
        [[f"c{number // 3}", f"d{number}"] for number in range(count)], dtype=object
    )
    return score, labels, clusters


def test_accuracy_is_that_of_scikit_learn() -> None:
    score, labels, clusters = _pairs(900, 3)
    found = accuracy(score, labels, clusters)
    assert found.f1 == pytest.approx(f1_score(labels, score >= 0.5))
    assert found.precision.rate == pytest.approx(labels[score >= 0.5].mean())
    assert found.wrong == ((score >= 0.5) & (labels == 0)).sum()
    assert found.missed + found.recall.count == found.matches == labels.sum()
    assert found.f1_low < found.f1 < found.f1_high
    assert accuracy(score, labels, clusters) == found


def test_clusters_are_drawn_whole() -> None:
    score, labels, clusters = _pairs(900, 4)
    narrow = accuracy(score, labels, clusters)
    # the same pairs ten times each in clusters of ten: no more is known than from one of each
    again = accuracy(np.repeat(score, 10), np.repeat(labels, 10), np.repeat(clusters, 10, axis=0))
    assert again.f1 == pytest.approx(narrow.f1)
    assert again.f1_high - again.f1_low == pytest.approx(narrow.f1_high - narrow.f1_low, rel=0.2)


def test_no_pairs_and_no_matches() -> None:
    none = accuracy(np.zeros(0), np.zeros(0, dtype=np.int8), np.zeros((0, 2), dtype=object))
    assert (none.f1, none.f1_low, none.f1_high) == (0.0, 0.0, 1.0)
    score, _, clusters = _pairs(10, 1)
    assert accuracy(score * 0.4, np.zeros(10, dtype=np.int8), clusters).f1 == 0.0


def test_calibration_is_what_the_words_say() -> None:
    score, labels, _ = _pairs(4_000, 5)
    found = quality(score, labels)
    assert found.brier == pytest.approx(brier_score_loss(labels, score))
    assert found.log_loss == pytest.approx(log_loss(labels, score), rel=1e-6)
    places = np.minimum((score * BINS).astype(int), BINS - 1)
    wanted = sum(
        abs(score[places == place].mean() - labels[places == place].mean())
        * (places == place).mean()
        for place in range(BINS)
    )
    assert found.calibration_error == pytest.approx(wanted)
    assert [one.low for one in found.bins] == [place / BINS for place in range(BINS)]
    assert quality(score * 0.5, labels).calibration_error > found.calibration_error + 0.1


def test_a_weight_counts_a_pair_as_often() -> None:
    score, labels, _ = _pairs(50, 6)
    times = np.arange(50) % 3
    repeated = quality(np.repeat(score, times), np.repeat(labels, times))
    weighted = quality(score, labels, times.astype(float))
    assert weighted.brier == pytest.approx(repeated.brier)
    assert weighted.log_loss == pytest.approx(repeated.log_loss)
    assert weighted.calibration_error == pytest.approx(repeated.calibration_error)


def test_the_last_bin_holds_a_score_of_one() -> None:
    assert [one.high for one in quality(np.array([1.0]), np.array([1], dtype=np.int8)).bins] == [
        1.0
    ]
