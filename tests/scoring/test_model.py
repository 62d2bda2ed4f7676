"""The model: exact sums of whole numbers, intervals, calibration, scores and bands."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import ModelError
from resolver.records.results.resolution import Band
from resolver.scoring import (
    Borders,
    Calibration,
    Model,
    PairTerm,
    Term,
    border,
    interval,
    scores,
)

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


def slow(evidence: list[float]) -> int:
    """The raw sum, one weight at a time."""

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
    found = MODEL.raw(evidence)
    assert found.dtype == np.int64
    assert found.tolist() == [slow(row) for row in evidence.tolist()]
    # a pair's sum does not depend on the pairs beside it
    assert [
        int(MODEL.raw(evidence[place : place + 1])[0]) for place in range(len(rows))
    ] == found.tolist()


def test_interval_edges() -> None:
    cuts = (0.25, 0.5)
    below, above = (
        np.nextafter(np.float32(0.25), np.float32(0)),
        np.nextafter(np.float32(0.25), np.float32(1)),
    )
    similarity = np.array([0, below, 0.25, above, 0.5, 1, np.nan], dtype=np.float32)
    assert interval(similarity, cuts).tolist() == [0, 0, 0, 1, 1, 2, 3]
    assert interval(similarity, ()).tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert interval(np.zeros(0, dtype=np.float32), cuts).tolist() == []


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
    found = calibration.apply(np.array(sorted(raw), dtype=np.int64))
    assert np.all(np.diff(found) >= 0)
    assert np.all(np.abs(found) <= 13_816)
    inside = np.abs(y) <= 13_000
    np.testing.assert_array_equal(calibration.apply(x)[inside], y[inside])


def test_calibration_goes_on_with_its_last_slopes() -> None:
    calibration = Calibration((-1_000, 0, 1_000), (-500, 0, 2_000))
    raw = np.array([-3_000, -500, 500, 2_000], dtype=np.int64)
    assert calibration.apply(raw).tolist() == [-1_500, -250, 1_000, 4_000]


def test_scores_stay_within_bounds() -> None:
    found = scores(np.array([-13_816, -1_000, 0, 1_000, 13_816]))
    assert found[0] == 1e-6
    assert found[-1] == 1 - 1e-6
    assert found[2] == 0.5
    assert found[1] + found[3] == pytest.approx(1)


@given(st.floats(2, 1e4))
def test_borders_follow_costs(costs: float) -> None:
    borders = Borders.of_costs(costs)
    assert borders.match == pytest.approx(1 - 1 / costs)
    assert borders.review == pytest.approx(1 / costs)
    # merging without review costs (1 - p) · c, at the border one review
    assert (1 - borders.match) * costs == pytest.approx(1)


def test_default_costs() -> None:
    assert Borders.of_costs(20) == Borders()


@pytest.mark.parametrize("costs", [1.9, 0, -3, math.nan, -math.inf])
def test_costs_that_make_no_sense(costs: float) -> None:
    with pytest.raises(ModelError):
        Borders.of_costs(costs)


def test_bands() -> None:
    borders = Borders(0.95, 0.05)
    found = borders.bands(np.array([0, 0.0499, 0.05, 0.5, 0.949999, 0.95, 1]))
    assert [Band(band) for band in found.tolist()] == [Band.DISTINCT] * 2 + [Band.REVIEW] * 3 + [
        Band.MATCH
    ] * 2
    assert found.dtype == np.uint8


@pytest.mark.parametrize("score", [0.5, 0.95, 0.05, 0.9, 0.98, 0.02, 1 - 1 / 30, 0.75])
def test_a_border_in_log_odds_is_where_the_score_reaches_it(score: float) -> None:
    at = border(score)
    reached, before = scores(np.array([at, at - 1]))
    assert before < score <= reached + 5e-7


def test_borders_at_the_ends() -> None:
    assert border(0.5) == 0
    assert border(0) == border(1e-6) == -13_815
    assert border(1) == border(1 - 1e-6) == 13_816
