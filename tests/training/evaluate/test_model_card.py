"""Model card and reliability plot: content, missing figures, and reproducibility."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from resolver.matching.comparators import features_of
from resolver.models import loader
from resolver.records import Kind
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.model_card import (
    PLOT_FILE,
    hash_data,
    insert_calibration,
    insert_left_out,
    measure_for_card,
    reliability_bins,
    render_model_card,
)
from resolver.training.reliability import render_reliability_plot
from resolver.training.train import (
    CALIBRATION,
    CARD_FILE,
    LEFT_OUT,
    insert_measured_levels,
)


@pytest.fixture(scope="module")
def data() -> LabeledPairs:
    chance = np.random.default_rng(5)
    count = 600
    features = features_of(Kind.PERSON)
    evidence = chance.random((count, len(features))).astype(np.float32)
    evidence[::3, features.index("birth_date")] = np.nan
    return LabeledPairs(
        Kind.PERSON,
        evidence,
        (chance.random(count) < 0.4).astype(np.int8),
        np.ones(count),
        np.array([[f"c{number // 2}", f"d{number}"] for number in range(count)], dtype=object),
        np.where(np.arange(count) < 400, "judged", "world").astype(object),
        np.where(np.arange(count) % 4 == 0, "Arabic", "Latin").astype(object),
        np.where(np.arange(count) % 2 == 0, "persian", "unknown").astype(object),
        np.full(count, "S", dtype=object),
        np.full(count, np.nan),
        np.full(count, np.nan),
    )


@pytest.fixture(scope="module")
def models(data: LabeledPairs) -> dict[str, dict[str, Any]]:
    logodds = np.where(data.labels == 1, 1500, -1500) * np.where(
        np.arange(len(data)) % 9 == 0, -1, 1
    )
    training = {
        "seed": 7,
        "data": hash_data(data),
        "pairs": {
            "judged": {"same": 160, "different": 240},
            "world": {"same": 80, "different": 120},
        },
        "sources": {"coast": 1200, "world": 40000},
        "dropped": {"contradicting judgements": 2},
        **measure_for_card(data, logodds.astype(np.int64)),
    }
    return {
        "person": {"version": "t1", "training": training},
        "group": {"version": "t0"},
        "asset": {"version": "t0"},
    }


def test_groups_are_measured_on_real_pairs(data: LabeledPairs, models: Mapping[str, Any]) -> None:
    groups = models["person"]["training"]["groups"]
    for by, name, mask in (
        ("script", "Arabic", data.scripts == "Arabic"),
        ("culture", "persian", data.cultures == "persian"),
        ("missing", "no birth date", np.isnan(data.evidence[:, data.features.index("birth_date")])),
    ):
        (group,) = [row for row in groups[by] if row["group"] == name]
        is_member = mask & (data.origin == "judged")
        assert group["missed"]["of"] + group["false"]["of"] == is_member.sum()
        assert group["missed"]["of"] == (is_member & (data.labels == 1)).sum()
    assert "no gender" not in {row["group"] for row in groups["missing"]}  # nobody lacks one here


def test_card_shows_the_measured_figures(models: Mapping[str, Any]) -> None:
    text = render_model_card(models, ("group", "asset"))
    figures = models["person"]["training"]["figures"]["judged"]
    precision, low = figures["precision"], figures["precision_low"]
    assert f"| person | judged | 160 | 240 | {precision:.4f} ({low:.4f} …" in text
    assert "| coast | 1,200 |" in text
    assert "| contradicting judgements | 2 |" in text
    assert "- group: version t0 (reused, not trained)" in text
    assert f"({PLOT_FILE})" in text
    assert "## Name culture" in text
    assert re.search(r"\| person \| persian \| \d+ \| \d+\.\d % \(", text)
    assert "\nnan" not in text
    # two bins hold all pairs, each weighing 1
    score_ranges = ("0.13 … 0.20", "0.80 … 0.87")
    counts = [
        re.search(rf"\| person \| {scores} \| (\d+) \| \1\.0 \|", text) for scores in score_ranges
    ]
    assert sum(int(count[1]) for count in counts if count) == 600


def test_card_of_a_model_without_bin_counts(
    models: Mapping[str, Any],
) -> None:
    training = models["person"]["training"]
    older = {
        **training,
        "quality": {
            **training["quality"],
            "bins": [row[:5] for row in training["quality"]["bins"]],
        },
    }
    text = render_model_card({**models, "person": {"version": "t1", "training": older}})
    assert re.search(r"\| person \| 0.80 … 0.87 \| \? \| \d+\.0 \|", text)


def test_card_of_a_model_without_training_data_is_short() -> None:
    text = render_model_card({kind: {"version": "0"} for kind in loader.KINDS})
    assert text.startswith("# Model card")
    assert PLOT_FILE not in text
    assert "## Script" not in text


def test_card_and_figures_are_reproducible(data: LabeledPairs, models: Mapping[str, Any]) -> None:
    assert render_model_card(models) == render_model_card(models)
    logodds = np.zeros(len(data), dtype=np.int64)
    assert measure_for_card(data, logodds) == measure_for_card(data, logodds)
    assert hash_data(data) == hash_data(data.select(np.ones(len(data), dtype=bool)))
    assert hash_data(data) != hash_data(replace(data, labels=1 - data.labels))


def test_plot_is_valid_svg(models: Mapping[str, Any]) -> None:
    rows = reliability_bins(models)
    assert list(rows) == ["person"]
    drawn = render_reliability_plot(rows)
    root = ElementTree.fromstring(drawn)
    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == len(rows["person"]) == 2
    assert render_reliability_plot(rows) == drawn


def _calibration(reviews: float) -> dict[str, Any]:
    group = {
        "pairs": 1234,
        "reviews_per_record": reviews,
        "true_reviews": 0.4,
        "gap": 0.031,
        "gap_at": [0.65, 0.8],
    }
    empty = {**group, "true_reviews": None, "gap": None, "gap_at": None}
    by = {
        "size": [{**group, "group": "1000"}],
        "size × kind × evidence": [{**empty, "group": "1000 × person × names only"}],
    }
    return {"sizes": [1000, 3000], "by": by}


def test_calibration_is_inserted_and_replaced(models: Mapping[str, Any]) -> None:
    card = render_model_card(models)
    first = insert_calibration(card, _calibration(0.12))
    head = "| size | pairs | reviews per record | of them true | gap | at scores |"
    row = "| 1000 | 1,234 | 0.120 | 40.0 % | 0.031 | 0.65 … 0.8 |"
    assert f"\n\n{head}\n|{'---|' * 6}\n{row}\n" in first
    assert "| 1000 | person | names only | 1,234 | 0.120 | - | - |  |" in first
    assert "of 1,000 and 3,000 that no model" in first
    before, _, after = first.partition("\n## Calibration by size of population\n")
    assert card.startswith(before)
    assert card.endswith(after[after.index("\n## Limits\n") :])
    second = insert_calibration(first, _calibration(0.5))
    assert second == insert_calibration(card, _calibration(0.5)) != first
    # sections have one order, whichever is written last
    census = {"set": "census", "pairs": 9, "matches": 4, "f1": 0.5, "f1_low": 0.4, "f1_high": 0.6}
    sets = {"person": [census]}
    assert insert_left_out(first, sets) == insert_calibration(
        insert_left_out(card, sets), _calibration(0.12)
    )
    # a card of other sections gets it at its end
    assert insert_calibration("# Card\n", _calibration(0.5)).startswith("# Card\n\n## Calibration")


def test_shipped_card_matches_the_shipped_models() -> None:
    shipped = {kind: loader.load(kind) for kind in loader.KINDS}
    card = render_model_card(shipped)
    if (loader.MODEL_DIR / f"{CALIBRATION}.json").exists():
        card = insert_calibration(card, loader.load(CALIBRATION))
    if (loader.MODEL_DIR / f"{LEFT_OUT}.json").exists():
        card = insert_left_out(card, loader.load(LEFT_OUT))
    card = insert_measured_levels(card, loader.MODEL_DIR)
    assert (loader.MODEL_DIR / CARD_FILE).read_text("utf-8") == card, "run `make train`"
    drawn = reliability_bins(shipped)
    assert (loader.MODEL_DIR / PLOT_FILE).exists() == bool(drawn)
    if drawn:
        assert (loader.MODEL_DIR / PLOT_FILE).read_text("utf-8") == render_reliability_plot(drawn)


def test_left_out_sets_are_a_section_that_is_replaced(models: Mapping[str, Any]) -> None:
    row = {"set": "census", "pairs": 300, "matches": 100, "f1": 0.5, "f1_low": 0.4, "f1_high": 0.6}
    card = insert_left_out(render_model_card(models), {"person": [row]})
    assert "| person | census | 100 | 200 |  |  | 0.5000 (0.4000 … 0.6000) |" in card
    again = insert_left_out(card, {"person": [{**row, "set": "parish"}]})
    assert "| person | parish | 100 | 200 |" in again
    assert "census" not in again
    assert again.count("## Sets left out") == 1
    assert "They learned" not in again
    dated = insert_left_out(card, {"person": [{**row, "data": "7f1e29e25f59"}], "asset": []})
    assert "They learned from person: data 7f1e29e25f59. Where *Models*" in dated
    assert again.endswith(render_model_card(models)[-200:])
