"""Value of reviews, and forecasts under a capacity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.matching.scoring import Thresholds
from resolver.records.results.resolution import ReviewForecast, forecast_reviews, review_values

PROBABILITIES = st.floats(0, 1)
SCORES = np.array([0.1, 0.9, 0.5, 0.3])


@given(PROBABILITIES, PROBABILITIES, st.floats(2, 1e6))
def test_value_grows_with_the_score_and_is_bounded(
    first: float, second: float, costs: float
) -> None:
    low, high = review_values(np.sort(np.array([first, second])), costs)
    assert 0 <= low <= high <= costs


@pytest.mark.parametrize("costs", [2.0, 20.0, 50.0])
def test_value_at_the_thresholds(costs: float) -> None:
    thresholds = Thresholds.from_costs(costs)
    values = review_values(np.array([thresholds.review, thresholds.match]), costs)
    assert values == pytest.approx([1, costs - 1])


def test_without_capacity_nothing_is_cut() -> None:
    forecast = forecast_reviews(SCORES, 20)
    assert (forecast.reviews, forecast.reviews_left, forecast.days) == (4, 0, None)
    assert forecast.matches == pytest.approx(1.8)
    assert forecast.value == pytest.approx(36)
    assert forecast.sentences() == (
        "4 pairs of entities wait; about 2 are expected to be the same entity.",
    )
    assert set(forecast.to_json()) == {"reviews", "expected_matches", "value"}


def test_capacity_leaves_the_least_valuable() -> None:
    forecast = forecast_reviews(SCORES, 20, 1)
    assert (forecast.reviews_today, forecast.reviews_left, forecast.days) == (1, 3, 4)
    assert forecast.matches_left == pytest.approx(0.9)
    assert forecast.value_left == pytest.approx(18)
    assert forecast.sentences()[1:] == (
        "With 1 review a day, 1 pair is within today’s capacity and 3 are left undecided; "
        "the whole queue takes 4 days.",
        "Of those left, fewer than one is expected to be the same entity. Deciding them takes 3 "
        "reviews and saves about 18, since a missed match costs as much as 20 reviews.",
    )
    assert forecast.to_json() == {
        "reviews": 4,
        "expected_matches": 1.8,
        "value": 36.0,
        "capacity": 1,
        "reviews_today": 1,
        "reviews_left": 3,
        "days": 4,
        "expected_matches_left": 0.9,
        "value_left": 18.0,
    }


def test_capacity_of_zero_leaves_everything() -> None:
    forecast = forecast_reviews(SCORES, 20, 0)
    assert (forecast.reviews_today, forecast.reviews_left, forecast.days) == (0, 4, None)
    assert forecast.matches_left == pytest.approx(forecast.matches)
    assert "never finished" in forecast.sentences()[1]


@pytest.mark.parametrize("capacity", [4, 5, 1_000_000])
def test_capacity_of_the_queue_or_more_leaves_nothing(capacity: int) -> None:
    forecast = forecast_reviews(SCORES, 20, capacity)
    assert (forecast.reviews_today, forecast.reviews_left, forecast.days) == (4, 0, 1)
    assert (forecast.matches_left, forecast.value_left) == (0, 0)
    assert "nothing is left undecided" in forecast.sentences()[-1]


@pytest.mark.parametrize("capacity", [None, 0, 5])
def test_empty_queue(capacity: int | None) -> None:
    forecast = forecast_reviews(np.zeros(0), 20, capacity)
    assert (forecast.reviews, forecast.reviews_left, forecast.days) == (0, 0, 0)
    assert forecast.sentences() == ("No pair of entities waits.",)


@pytest.mark.parametrize(
    ("waiting", "done", "days"), [(40, 0, 1), (40, 30, 2), (50, 50, 2), (50, 80, 2), (51, 0, 2)]
)
def test_days_count_what_is_left_of_today(waiting: int, done: int, days: int) -> None:
    today = min(waiting, max(0, 50 - done))
    forecast = ReviewForecast(waiting, 9.0, 20.0, 50, today, 1.0, done)
    assert forecast.days == days
    assert (f"{done} of them done today" in forecast.sentences()[1]) is (done > 0)


@given(st.lists(PROBABILITIES, max_size=30), st.integers(0, 40))
def test_cut_is_by_rank(probabilities: list[float], capacity: int) -> None:
    forecast = forecast_reviews(np.array(probabilities, dtype=np.float64), 20, capacity)
    lowest = sorted(probabilities)[: max(0, len(probabilities) - capacity)]
    assert forecast.reviews_left == len(lowest)
    assert forecast.matches_left == pytest.approx(sum(lowest))
    assert len(forecast.sentences()) == (1 if not probabilities else 3 if lowest else 2)
