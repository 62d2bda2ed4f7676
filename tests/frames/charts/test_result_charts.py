"""Charts show the figures of a result, are drawn without a network, and can be read by all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest
import vl_convert

import resolver
from resolver.errors import InputError, UnknownIdError
from resolver.frames import charts
from resolver.frames.charts import DARK, LIGHT, Palette, ResultCharts
from resolver.frames.results import Result
from resolver.records.results.resolution import Outcome
from tests.frames.people import people

PAIR = (1000, 2000)
CHARTS: dict[str, Callable[[ResultCharts], Any]] = {
    "weights": lambda charts: charts.weights(),
    "threshold": lambda charts: charts.threshold(),
    "scores": lambda charts: charts.scores(),
    "clusters": lambda charts: charts.clusters(0),
    "waterfall": lambda charts: charts.waterfall(PAIR),
    "overlap": lambda charts: charts.overlap("city"),
    "frequencies": lambda charts: charts.frequencies("lastName"),
    "patterns": lambda charts: charts.patterns(),
}


@pytest.fixture(scope="module")
def result() -> Result:
    return resolver.dedupe(pd.DataFrame(people()), kind="person")


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_drawn_without_a_network(name: str, result: Result) -> None:
    chart = CHARTS[name](result.chart)
    plain = chart.to_dict()
    assert "url" not in str(plain.get("data")) + str(plain.get("datasets"))
    drawn = vl_convert.vegalite_to_svg(plain, allowed_base_urls=[])
    assert plain["description"] in drawn
    assert LIGHT.background in drawn
    assert plain["width"] == 520


def test_charts_have_a_form_for_dark_pages(result: Result) -> None:
    drawn = vl_convert.vegalite_to_svg(result.chart.dark.scores().to_dict())
    assert DARK.background in drawn
    assert LIGHT.text not in drawn


def _luminance(color: str) -> float:
    parts = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_colors_are_legible(palette: Palette) -> None:
    for field in fields(palette):
        if field.name in ("background", "grid"):
            continue
        levels = sorted((_luminance(palette.background), _luminance(getattr(palette, field.name))))
        contrast = (levels[1] + 0.05) / (levels[0] + 0.05)
        assert contrast >= (4.5 if field.name == "text" else 3), field.name


def test_weights_are_those_of_the_model_in_nats(result: Result) -> None:
    rows = charts.weight_rows(result)
    weights = result.explain(*PAIR).weights
    birth = [row["weight"] for row in rows if row["comparator"] == "birth_date"]
    assert weights["birth_date"] in birth
    assert {row["comparator"] for row in rows} >= {"birth_date", "email", "address"}
    assert rows[0]["reach"] == max(row["reach"] for row in rows)
    groups = charts.weight_rows(result, "group")
    assert {row["comparator"] for row in groups} != {row["comparator"] for row in rows}
    with pytest.raises(InputError, match="use person, group, asset"):
        charts.weight_rows(result, "ship")


def test_a_waterfall_ends_at_the_log_odds(result: Result) -> None:
    explanation = result.explain(*PAIR).explanation
    *steps, total = charts.waterfall_rows(explanation)
    assert steps[0]["begin"] == 0
    assert [step["begin"] for step in steps[1:]] == [step["end"] for step in steps[:-1]]
    assert steps[-1]["end"] == total["end"] == explanation.logodds / 1000
    with pytest.raises(InputError, match="two names"):
        result.chart.waterfall("1000")


def test_scores_count_every_scored_pair(result: Result) -> None:
    rows = charts.distribution_rows(result)
    assert sum(row["pairs"] for row in rows) == result.resolution.stats.candidate_pairs
    assert {row["band"] for row in rows} >= {"match", "distinct"}


def test_merging_later_leaves_fewer_wrong_merges(result: Result) -> None:
    rows = [row for row in charts.threshold_rows(result) if row["outcome"] == "wrong merges"]
    counts = [row["pairs"] for row in sorted(rows, key=lambda row: row["merge at"])]
    assert counts == sorted(counts, reverse=True)


def test_a_cluster_shows_its_rows_and_links(result: Result) -> None:
    nodes, edges = charts.cluster_rows(result, 0)
    assert [node["row"] for node in nodes] == ["1000", "2000"]
    links = result.resolution.links
    score = links.score[(links.left == 0) & (links.right == 1)]
    assert [edge["probability"] for edge in edges] == score.tolist()
    with pytest.raises(UnknownIdError, match="no entity 99"):
        charts.cluster_rows(result, 99)


@pytest.mark.parametrize(
    ("score", "outcome", "name"),
    [
        (0.999, Outcome.MERGED, "strong"),
        (0.98, Outcome.MERGED, "weak"),
        (0.9, Outcome.QUEUED, "queued"),
        (0.9, Outcome.APART, "apart"),
    ],
)
def test_weak_links_are_marked(score: float, outcome: Outcome, name: str) -> None:
    assert charts.link_strength(score, outcome) == name


def test_overlap_counts_entities_by_their_sources() -> None:
    rows = people()
    first = [row for row in rows if int(str(row["unique_id"])) < 2000]
    second = [row for row in rows if int(str(row["unique_id"])) >= 2000]
    linked = resolver.link(first, second, kind="person")
    expected = [("left", 20), ("left and right", 20)]
    counted = charts.overlap_rows(linked)
    assert [(row["sources"], row["entities"]) for row in counted] == expected
    labeled = [{**row, "agency": "a" if row in first else "b"} for row in rows]
    result = resolver.dedupe(labeled, kind="person")
    by_agency = charts.overlap_rows(result, "agency")
    assert [(row["sources"], row["entities"]) for row in by_agency] == [("a", 20), ("a and b", 20)]
    with pytest.raises(InputError, match=r'overlap\(by="agency"\)'):
        charts.overlap_rows(result)
    with pytest.raises(InputError, match="no column 'country'"):
        charts.overlap_rows(result, "country")


def test_frequencies_count_records(result: Result) -> None:
    rows = charts.frequency_rows(result, "firstName")
    counts = pd.Series([row["first_name"] for row in people()]).value_counts()
    assert {row["value"]: row["records"] for row in rows} == counts.to_dict()
    assert [row["records"] for row in rows] == sorted(counts, reverse=True)
    with pytest.raises(InputError, match="no record states 'phone'"):
        charts.frequency_rows(result, "phone")


def test_patterns_show_what_agrees(result: Result) -> None:
    rows = charts.pattern_rows(result)
    assert rows[0]["topic"] == "names"
    assert {row["outcome"] for row in rows} <= {"agrees", "near", "differs"}


def test_without_the_extra_the_message_says_what_to_install(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    monkeypatch.delitem(sys.modules, "resolver.frames.charts")
    with pytest.raises(ImportError, match=r"watchlist-resolver\[charts\]"):
        _ = result.chart
