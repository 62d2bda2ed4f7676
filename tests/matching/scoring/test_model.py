"""Model: exact integer sums, intervals, calibration, scores and bands."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import ModelError
from resolver.matching.scoring import (
    Calibration,
    Model,
    PairTerm,
    Term,
    Thresholds,
    interval_indices,
    scores,
    threshold_logodds,
)
from resolver.records.results.resolution import Band

MODEL = Model(
    "person",
    "1",
    ("a", "b", "c"),
    -3_001,
    (Term("a", (0.25, 0.5), (-500, 7, 900, 3)), Term("c", (), (-3_000, 0))),
    (PairTerm(("a", "b"), ((0.5,), (0.1, 0.2)), ((1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11, 12))),),
)
value = st.one_of(
    st.just(math.nan), st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 1.0]), st.floats(0, 1, width=32)
)


def slow_sum(evidence: list[float]) -> int:
    """Return the raw sum, adding one weight at a time."""

    def place(similarity: float, cuts: tuple[float, ...]) -> int:
        return -1 if math.isnan(similarity) else sum(similarity > cut for cut in cuts)

    by_name = dict(zip(MODEL.features, evidence, strict=True))
    total = MODEL.intercept
    for term in MODEL.terms:
        total += term.weights[place(by_name[term.feature], term.cuts)]
    for pair in MODEL.pairs:
        row, column = (
            place(by_name[name], cuts) for name, cuts in zip(pair.features, pair.cuts, strict=True)
        )
        total += pair.weights[row][column]
    return total


@given(st.lists(st.tuples(value, value, value), min_size=1, max_size=6))
def test_sums_are_exact_whole_numbers(rows: list[tuple[float, ...]]) -> None:
    evidence = np.array(rows, dtype=np.float32)
    sums = MODEL.raw(evidence)
    assert sums.dtype == np.int64
    assert sums.tolist() == [slow_sum(row) for row in evidence.tolist()]
    # a pair's sum does not depend on the pairs beside it
    assert [
        int(MODEL.raw(evidence[place : place + 1])[0]) for place in range(len(rows))
    ] == sums.tolist()


def test_interval_edges() -> None:
    cuts = (0.25, 0.5)
    below, above = (
        np.nextafter(np.float32(0.25), np.float32(0)),
        np.nextafter(np.float32(0.25), np.float32(1)),
    )
    similarity = np.array([0, below, 0.25, above, 0.5, 1, np.nan], dtype=np.float32)
    assert interval_indices(similarity, cuts).tolist() == [0, 0, 0, 1, 1, 2, 3]
    assert interval_indices(similarity, ()).tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert interval_indices(np.zeros(0, dtype=np.float32), cuts).tolist() == []


def test_large_weights_are_summed_without_rounding() -> None:
    term = Term("a", (), (10**9, 0))
    model = Model("person", "1", ("a",), 10**9, (term,))
    assert model.raw(np.ones((2, 1), dtype=np.float32)).tolist() == [2 * 10**9] * 2


points = st.lists(st.tuples(st.integers(1, 9_000), st.integers(1, 9_000)), min_size=2, max_size=5)


@given(points, st.lists(st.integers(-40_000, 40_000), min_size=2, max_size=10))
def test_calibration_never_falls_and_is_bounded(
    steps: list[tuple[int, int]], raw: list[int]
) -> None:
    x, y = (np.cumsum([step[side] for step in steps]) - 15_000 for side in (0, 1))
    calibration = Calibration(tuple(x.tolist()), tuple(y.tolist()))
    logodds = calibration.apply(np.array(sorted(raw), dtype=np.int64))
    assert np.all(np.diff(logodds) >= 0)
    assert np.all(np.abs(logodds) <= 13_816)
    inside = np.abs(y) <= 13_000
    np.testing.assert_array_equal(calibration.apply(x)[inside], y[inside])


def test_calibration_continues_with_its_last_slopes() -> None:
    calibration = Calibration((-1_000, 0, 1_000), (-500, 0, 2_000))
    raw = np.array([-3_000, -500, 500, 2_000], dtype=np.int64)
    assert calibration.apply(raw).tolist() == [-1_500, -250, 1_000, 4_000]


def test_scores_stay_within_bounds() -> None:
    values = scores(np.array([-13_816, -1_000, 0, 1_000, 13_816]))
    assert values[0] == 1e-6
    assert values[-1] == 1 - 1e-6
    assert values[2] == 0.5
    assert values[1] + values[3] == pytest.approx(1)


@given(st.floats(2, 1e4))
def test_thresholds_follow_costs(costs: float) -> None:
    thresholds = Thresholds.from_costs(costs)
    assert thresholds.match == pytest.approx(1 - 1 / costs)
    assert thresholds.review == pytest.approx(1 / costs)
    assert thresholds.queue == pytest.approx(min(4.5 / costs, thresholds.match))
    assert Thresholds.from_costs(costs, 1).queue == pytest.approx(min(1 / costs, thresholds.match))
    # merging without review costs (1 - p) · c, at the border one review
    assert (1 - thresholds.match) * costs == pytest.approx(1)


def test_default_costs() -> None:
    assert Thresholds.from_costs(20) == Thresholds()


@pytest.mark.parametrize("costs", [1.9, 0, -3, math.nan, -math.inf])
def test_invalid_costs_are_refused(costs: float) -> None:
    with pytest.raises(ModelError):
        Thresholds.from_costs(costs)


@pytest.mark.parametrize("value", [0.9, 0, math.nan])
def test_an_invalid_value_is_refused(value: float) -> None:
    with pytest.raises(ModelError, match="value"):
        Thresholds.from_costs(20, value)


def test_bands() -> None:
    thresholds = Thresholds(0.95, 0.05)
    bands = thresholds.bands(np.array([0, 0.0499, 0.05, 0.5, 0.949999, 0.95, 1]))
    assert [Band(band) for band in bands.tolist()] == [Band.DISTINCT] * 2 + [Band.REVIEW] * 3 + [
        Band.MATCH
    ] * 2
    assert bands.dtype == np.uint8


@pytest.mark.parametrize("score", [0.5, 0.95, 0.05, 0.9, 0.98, 0.02, 1 - 1 / 30, 0.75])
def test_threshold_logodds_is_the_lowest_that_reaches_the_score(score: float) -> None:
    logodds = threshold_logodds(score)
    reached, below = scores(np.array([logodds, logodds - 1]))
    assert below < score <= reached + 5e-7


def test_threshold_logodds_at_the_ends() -> None:
    assert threshold_logodds(0.5) == 0
    assert threshold_logodds(0) == threshold_logodds(1e-6) == -13_815
    assert threshold_logodds(1) == threshold_logodds(1 - 1e-6) == 13_816
