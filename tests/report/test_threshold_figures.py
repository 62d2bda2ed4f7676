"""Threshold tool, against a slow count on runs of a few records."""

from __future__ import annotations

from dataclasses import astuple
from itertools import combinations

import networkx
import numpy as np
import pytest
from hypothesis import given, settings

from resolver.records.results.resolution import LogoddsHistogram, Outcome, Resolution, forecast_run
from resolver.report import ReportThresholds
from resolver.report.run_figures import build_threshold_tool
from tests.report.sample_runs import record, resolution, runs

THRESHOLDS = ReportThresholds()


def with_histogram(run: Resolution, counts: dict[int, int]) -> Resolution:
    """Return a run with counts of pairs by log-odds in whole nats."""
    histogram = np.zeros(20, dtype=np.int64)
    for logodds, count in counts.items():
        histogram[logodds + 10] = count
    object.__setattr__(run.stats, "logodds", LogoddsHistogram(histogram, 1000))
    return run


def count_slowly(run: Resolution, border: float, floor: float) -> tuple[int, int, float, float]:
    """Return merges, reviews, and expected matches among these and below, by whole graphs."""
    links, graph = run.links, networkx.Graph()
    graph.add_nodes_from(range(len(run.labels)))
    graph.add_edges_from((row, int(label)) for row, label in enumerate(run.labels))
    columns = zip(links.left, links.right, links.score, links.outcome, strict=True)
    rows = [(int(a), int(b), float(score), outcome) for a, b, score, outcome in columns]
    if border > THRESHOLDS.merge:
        graph = graph_above(run, rows, border)
    graph.add_edges_from(
        (a, b)
        for a, b, score, outcome in rows
        if outcome == Outcome.QUEUED and border <= score < THRESHOLDS.merge
    )
    component = {
        row: at for at, part in enumerate(networkx.connected_components(graph)) for row in part
    }
    strongest: dict[tuple[int, int], float] = {}
    apart = set()
    for a, b, score, outcome in rows:
        first, second = sorted((component[a], component[b]))
        if first != second:
            strongest[first, second] = max(score, strongest.get((first, second), 0))
            if outcome == Outcome.APART:
                apart.add((first, second))
    waiting = [score for pair, score in strongest.items() if pair not in apart]
    reviewed = [score for score in waiting if score >= floor]
    merges = len(run.labels) - len(set(component.values()))
    return merges, len(reviewed), sum(reviewed), sum(waiting) - sum(reviewed)


def graph_above(
    run: Resolution, rows: list[tuple[int, int, float, Outcome]], border: float
) -> networkx.Graph:
    """Return the records that stay joined above the merge border of the run."""
    linked = networkx.Graph()
    linked.add_nodes_from(range(len(run.labels)))
    merged = [row for row in rows if row[3] == Outcome.MERGED]
    linked.add_edges_from((a, b) for a, b, _, _ in merged)
    joined = networkx.Graph()
    joined.add_nodes_from(linked)
    joined.add_edges_from(
        (a, b) for a, b, score, _ in merged if score >= border or score < THRESHOLDS.merge
    )
    # parts of an entity that no link ties together were joined by decisions
    for part in networkx.connected_components(linked):
        root = min(part)
        label = int(run.labels[root])
        if label not in part:
            joined.add_edge(root, label)
    return joined


@settings(max_examples=60, deadline=None)
@given(runs())
def test_figures_are_those_of_a_slow_count(run: Resolution) -> None:
    tool = build_threshold_tool(run, THRESHOLDS)
    for border, row in zip(tool.merge_thresholds, tool.grid, strict=True):
        for floor, cell in zip(tool.review_thresholds, row, strict=True):
            expected = count_slowly(run, border, floor)
            figures = cell.merges, cell.reviews, cell.matches, cell.missed
            assert figures == pytest.approx(expected, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(runs())
def test_own_figures_are_those_of_the_run(run: Resolution) -> None:
    own = build_threshold_tool(run, THRESHOLDS).own.figures
    forecast = forecast_run(run, 20)
    assert own.merges == len(run.labels) - len(np.unique(run.labels))
    assert own.reviews == forecast.reviews
    assert own.matches == pytest.approx(forecast.matches)


def test_wrong_merges_are_expected_by_the_strongest_links() -> None:
    records = [record(f"a:{number}") for number in range(5)]
    score = 1 / (1 + np.exp(-4))
    run = resolution(
        records,
        [0, 0, 0, 1, 1],
        # the last two were joined by a decision, 0 and 2 by their profiles
        [(0, 1, 4000, Outcome.MERGED), (0, 2, 1000, Outcome.MERGED)],
    )
    own = build_threshold_tool(run, THRESHOLDS).own.figures
    assert own.merges == 3
    assert own.wrong == pytest.approx(1 - score + 0.05)


def test_pairs_below_the_review_border_count_by_their_scores() -> None:
    run = resolution([record(f"a:{number}") for number in range(3)], [0, 1, 2], [])
    tool = build_threshold_tool(with_histogram(run, {-4: 100, -6: 10, 3: 7}), THRESHOLDS)
    low, high = 1 / (1 + np.exp(5.5)), 1 / (1 + np.exp(3.5))
    assert tool.knows_below
    cells = dict(zip(tool.review_thresholds, tool.grid[0], strict=True))
    own, lower = astuple(cells[0.05]), astuple(cells[0.02])
    assert own == pytest.approx((0, 0, 0, 0, 100 * high + 10 * low))
    assert lower == pytest.approx((0, 0, 100, 100 * high, 10 * low))


def test_unknown_pairs_below_leave_lower_thresholds_out() -> None:
    run = resolution([record(f"a:{number}") for number in range(3)], [0, 1, 2], [])
    tool = build_threshold_tool(run, THRESHOLDS)
    assert (tool.knows_below, min(tool.review_thresholds)) == (False, 0.225)
    assert [row.costs for row in tool.settings] == [2, 5, 10, 20]


def test_another_merge_border_is_shown_with_the_settings() -> None:
    run = resolution([record(f"a:{number}") for number in range(3)], [0, 1, 2], [])
    tool = build_threshold_tool(run, ReportThresholds(0.05, 0.95, 0.97))
    assert (tool.own.merge_from, tool.own.review_from, tool.own.costs) == (0.97, 0.225, None)
    assert tool.own in tool.settings


@pytest.mark.parametrize(
    ("thresholds", "costs"),
    [
        (ReportThresholds(), 20),
        (ReportThresholds(0.05, 0.95, 0.9), None),
        (ReportThresholds(0.5, 0.5, None, 0.5), 2),
        (ReportThresholds(1 / 50, 1 - 1 / 50, None, 3 / 50), 50),
    ],
)
def test_costs_of_thresholds(thresholds: ReportThresholds, costs: int | None) -> None:
    run = with_histogram(
        resolution([record(f"a:{row}") for row in range(3)], [0, 1, 2], []), {3: 1}
    )
    assert build_threshold_tool(run, thresholds).own.costs == costs


def test_expected_matches_and_missed_ones_add_up() -> None:
    records = [record(f"a:{number}") for number in range(4)]
    pairs = [(a, b, 300 * a - 200 * b, Outcome.QUEUED) for a, b in combinations(range(4), 2)]
    tool = build_threshold_tool(resolution(records, [0, 1, 2, 3], pairs), THRESHOLDS)
    totals = {round(cell.matches + cell.missed, 9) for cell in tool.grid[-1]}
    assert len(totals) == 1
