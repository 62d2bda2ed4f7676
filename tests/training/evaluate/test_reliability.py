"""Reliability of scores by group and bin."""

from __future__ import annotations

import math

import numpy as np
import pytest

from resolver.training.reliability import (
    EDGES,
    GroupReliability,
    format_bins,
    format_reliability,
    measure_reliability,
    pool_totals,
    reliability_to_json,
    total_bins,
)


def measure(
    rows: list[tuple[float, int, int]], records: int = 100, name: str = "g"
) -> GroupReliability:
    """Measure a group of (score, true pairs, false pairs)."""
    score = np.array([score for score, true, false in rows for _ in range(true + false)])
    same = np.array([place < row[1] for row in rows for place in range(row[1] + row[2])])
    masks = {name: np.ones(len(score), dtype=bool)}
    (group,) = measure_reliability(total_bins(score, same, masks, {name: records}))
    return group


def test_bins_hold_pairs_mean_score_and_share() -> None:
    group = measure([(0.7, 30, 10), (0.78, 10, 30), (0.99, 5, 0)])
    first, last = group.bins
    assert (first.low, first.high, first.pairs, first.true) == (0.65, 0.8, 80, 0.5)
    assert first.score == pytest.approx(0.74)
    assert (last.low, last.high, last.pairs, last.true) == (0.98, 1.0, 5, 1.0)
    assert group.pairs == 85


@pytest.mark.parametrize("number", range(len(EDGES)))
def test_edges_count_to_the_bin_above(number: int) -> None:
    (row,) = measure([(EDGES[number], 1, 0)]).bins
    assert row.low == EDGES[min(number, len(EDGES) - 2)]


def test_gap_is_less_two_standard_errors() -> None:
    group = measure([(0.7, 20, 80)])
    assert group.gap == pytest.approx(0.5 - 2 * math.sqrt(0.2 * 0.8 / 100))
    # a share of 0 or 1 has the error of one pair in n
    assert measure([(0.7, 0, 100)]).gap == pytest.approx(0.7 - 2 * 0.01)
    assert measure([(0.7, 70, 30)]).gap == 0.0
    assert measure([(0.7, 70, 30)]).widest is None


def test_gap_is_the_largest_of_large_bins() -> None:
    group = measure([(0.3, 49, 0), (0.6, 60, 20), (0.85, 40, 40)])
    assert group.widest == group.bins[2]
    assert group.gap == group.bins[2].gap > group.bins[1].gap
    assert measure([(0.3, 49, 0)]).gap is None
    assert measure([(0.3, 50, 0)]).gap is not None


def test_reviews_lie_between_the_outer_bins() -> None:
    group = measure([(0.04, 0, 9), (0.05, 1, 5), (0.94, 2, 0), (0.95, 7, 0)])
    assert group.reviews == 8
    assert group.true_reviews == pytest.approx(3 / 8)
    assert measure([(0.01, 0, 3)]).true_reviews is None


def test_groups_are_told_apart_and_pooled() -> None:
    score, same = np.array([0.1, 0.1, 0.9]), np.array([True, False, True])
    masks = {"a": np.array([True, False, True]), "b": np.array([False, True, False])}
    part = total_bins(score, same, {**masks, "none": np.zeros(3, dtype=bool)}, _RECORDS)
    other = total_bins(score, same, {"c": masks["b"], "b": masks["a"]}, _RECORDS)
    pooled = {group.name: group for group in measure_reliability(pool_totals([part, other]))}
    assert list(pooled) == ["a", "b", "c"]
    assert [(row.low, row.pairs, row.true) for row in pooled["b"].bins] == [
        (0.1, 2, 0.5),
        (0.9, 1, 1.0),
    ]
    assert (pooled["a"].records, pooled["b"].records) == (10, 40)


_RECORDS = {"a": 10, "b": 20, "c": 30, "none": 1}


def test_json_has_plain_figures() -> None:
    group = measure([(0.7, 20, 80), (0.99, 3, 0)], records=50)
    (row,) = reliability_to_json([group])
    assert row == {
        "group": "g",
        "records": 50,
        "pairs": 103,
        "reviews": 100,
        "reviews_per_record": 2.0,
        "true_reviews": 0.2,
        "gap": 0.42,
        "gap_at": [0.65, 0.8],
        "bins": [[0.65, 0.8, 100, 0.7, 0.2], [0.98, 1.0, 3, 0.99, 1.0]],
    }
    (row,) = reliability_to_json([measure([(0.99, 3, 0)])])
    assert (row["true_reviews"], row["gap"], row["gap_at"]) == (None, None, None)


def test_tables_show_groups_and_bins() -> None:
    groups = [measure([(0.7, 20, 80)], records=50, name="long name"), measure([(0.99, 3, 0)])]
    head, first, second = format_reliability("kind", groups)
    assert head.split() == "kind pairs reviews per record true gap at scores".split()
    assert first.split() == "long name 100 100 2.000 20.0 % 0.420 0.65 … 0.8".split()
    assert second.split() == "g 3 0 0.000 - -".split()
    assert [line.split() for line in format_bins("kind", groups)[1:]] == [
        "long name 0.65 … 0.8 100 0.700 0.200".split(),
        "g 0.98 … 1 3 0.990 1.000".split(),
    ]
    assert format_reliability("kind", []) == format_reliability("kind", groups[1:])[:1]
