"""Reviews of a run: one for each pair of entities."""

from __future__ import annotations

from dataclasses import replace

import lxml.html
import pytest
from hypothesis import given, settings

from resolver.records.results.resolution import (
    Outcome,
    Resolution,
    find_review_scores,
    forecast_run,
)
from resolver.report import build_report, render_report
from tests.report.sample_runs import Pair, record, resolution, runs

RECORDS = [record(f"a:{number}", ("name", "N")) for number in range(6)]
ENTITIES = [0, 0, 1, 1, 2, 3]
PAIRS: list[Pair] = [
    (0, 1, 5000, Outcome.MERGED),
    # two entities with three waiting pairs of records are one review
    (0, 2, 0, Outcome.QUEUED),
    (1, 2, 1000, Outcome.QUEUED),
    (1, 3, -1000, Outcome.QUEUED),
    (2, 4, -2000, Outcome.QUEUED),
    # decided different: what else waits between the two is settled
    (3, 5, 500, Outcome.APART),
    (2, 5, 700, Outcome.QUEUED),
]


def test_pairs_of_records_between_two_entities_are_one_review() -> None:
    run = resolution(RECORDS, ENTITIES, PAIRS)
    assert sorted(find_review_scores(run)) == pytest.approx([0.1192, 0.7311], abs=1e-4)
    forecast = forecast_run(run, 20.0, 1)
    assert (forecast.reviews, forecast.reviews_today, forecast.reviews_left) == (2, 1, 1)
    assert forecast.matches_left == pytest.approx(0.1192, abs=1e-4)
    assert forecast.value_left == pytest.approx(2.384, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(runs())
def test_every_waiting_pair_of_entities_counts_once(run: Resolution) -> None:
    links, apart = run.links, set()
    best: dict[frozenset[int], float] = {}
    for left, right, score, outcome in zip(
        *(column.tolist() for column in (links.left, links.right, links.score, links.outcome)),
        strict=True,
    ):
        pair = frozenset((int(run.labels[left]), int(run.labels[right])))
        if outcome == Outcome.APART:
            apart.add(pair)
        if outcome == Outcome.QUEUED:
            best[pair] = max(score, best.get(pair, 0.0))
    expected = [score for pair, score in best.items() if pair not in apart]
    assert sorted(find_review_scores(run)) == pytest.approx(sorted(expected))


def test_report_shows_the_forecast() -> None:
    run = resolution(RECORDS, ENTITIES, PAIRS)
    text = page_text(run, 1)
    assert "2 pairs of entities wait; fewer than one is expected to be the same entity." in text
    assert "With 1 review a day, 1 pair is within today’s capacity and 1 is left undecided" in text
    assert "none is dropped from links.csv" in text
    without = page_text(run, None)
    assert "2 pairs of entities wait" in without
    assert "capacity" not in without


def test_report_without_reviews_shows_no_forecast() -> None:
    run = resolution(RECORDS, ENTITIES, PAIRS[:1])
    text = page_text(run, 5)
    assert "entities wait" not in text
    assert "None: no pair needs review." in text


def page_text(run: Resolution, capacity: int | None) -> str:
    data = replace(build_report(run), forecast=forecast_run(run, 20.0, capacity))
    return " ".join(lxml.html.document_fromstring(render_report(data)).text_content().split())
