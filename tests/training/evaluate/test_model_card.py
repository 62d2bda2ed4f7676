"""The card and its plot: made from what models say, the same bytes again, nothing said where nothing is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from resolver.comparison import features_of
from resolver.models import loader
from resolver.records import Kind
from resolver.training.data.labeled_pairs import Labelled
from resolver.training.evaluate.card_figures import data_hash, measured
from resolver.training.evaluate.model_card import PLOT, bins, card
from resolver.training.evaluate.reliability_plot import plot
from resolver.training.model_files import CARD


@pytest.fixture(scope="module")
def data() -> Labelled:
    chance = np.random.default_rng(5)
    count = 600
    features = features_of(Kind.PERSON)
    evidence = chance.random((count, len(features))).astype(np.float32)
    evidence[::3, features.index("birth_date")] = np.nan
    return Labelled(
        Kind.PERSON,
        evidence,
        (chance.random(count) < 0.4).astype(np.int8),
        np.ones(count),
        np.array([[f"c{number // 2}", f"d{number}"] for number in range(count)], dtype=object),
        np.where(np.arange(count) < 400, "judged", "world").astype(object),
        np.where(np.arange(count) % 4 == 0, "Arabic", "Latin").astype(object),
        np.where(np.arange(count) % 2 == 0, "persian", "unknown").astype(object),
        np.full(count, "S", dtype=object),
    )


@pytest.fixture(scope="module")
def models(data: Labelled) -> dict[str, dict[str, Any]]:
    logodds = np.where(data.labels == 1, 1500, -1500) * np.where(
        np.arange(len(data)) % 9 == 0, -1, 1
    )
    training = {
        "seed": 7,
        "data": data_hash(data),
        "pairs": {
            "judged": {"same": 160, "different": 240},
            "world": {"same": 80, "different": 120},
        },
        "sources": {"coast": 1200, "world": 40000},
        "dropped": {"contradicting judgements": 2},
        **measured(data, logodds.astype(np.int64)),
    }
    return {
        "person": {"version": "t1", "training": training},
        "group": {"version": "t0"},
        "asset": {"version": "t0"},
    }


def test_groups_are_measured_on_real_pairs(data: Labelled, models: Mapping[str, Any]) -> None:
    groups = models["person"]["training"]["groups"]
    for by, name, mask in (
        ("script", "Arabic", data.scripts == "Arabic"),
        ("culture", "persian", data.cultures == "persian"),
        ("missing", "no birth date", np.isnan(data.evidence[:, data.features.index("birth_date")])),
    ):
        (group,) = [one for one in groups[by] if one["group"] == name]
        held = mask & (data.origin == "judged")
        assert group["missed"]["of"] + group["false"]["of"] == held.sum()
        assert group["missed"]["of"] == (held & (data.labels == 1)).sum()
    assert "no gender" not in {one["group"] for one in groups["missing"]}  # nobody lacks one here


def test_the_card_shows_what_was_measured(models: Mapping[str, Any]) -> None:
    text = card(models, ("group", "asset"))
    found = models["person"]["training"]["figures"]["judged"]
    assert (
        f"| person | judged | 160 | 240 | {found['precision']:.4f} ({found['precision_low']:.4f} …"
        in text
    )
    assert "| coast | 1,200 |" in text
    assert "| contradicting judgements | 2 |" in text
    assert "- group: version t0 (taken over, not trained)" in text
    assert f"({PLOT})" in text
    assert "## Name culture" in text
    assert re.search(r"\| person \| persian \| \d+ \| \d+\.\d % \(", text)
    assert "\nnan" not in text
    # two bins hold all pairs, each weighing 1
    two = ("0.13 … 0.20", "0.80 … 0.87")
    counts = [re.search(rf"\| person \| {scores} \| (\d+) \| \1\.0 \|", text) for scores in two]
    assert sum(int(count[1]) for count in counts if count) == 600


def test_models_that_do_not_count_the_pairs_of_a_bin_have_a_card_too(
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
    text = card({**models, "person": {"version": "t1", "training": older}})
    assert re.search(r"\| person \| 0.80 … 0.87 \| \? \| \d+\.0 \|", text)


def test_a_model_that_says_nothing_has_a_short_card() -> None:
    text = card({kind: {"version": "0"} for kind in loader.KINDS})
    assert text.startswith("# Model card")
    assert PLOT not in text
    assert "## Script" not in text


def test_the_same_bytes_again(data: Labelled, models: Mapping[str, Any]) -> None:
    assert card(models) == card(models)
    logodds = np.zeros(len(data), dtype=np.int64)
    assert measured(data, logodds) == measured(data, logodds)
    assert data_hash(data) == data_hash(data.where(np.ones(len(data), dtype=bool)))
    assert data_hash(data) != data_hash(replace(data, labels=1 - data.labels))


def test_the_plot_is_an_image(models: Mapping[str, Any]) -> None:
    rows = bins(models)
    assert list(rows) == ["person"]
    drawn = plot(rows)
    root = ElementTree.fromstring(drawn)
    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == len(rows["person"]) == 2
    assert plot(rows) == drawn


def test_the_shipped_card_is_that_of_the_shipped_models() -> None:
    shipped = {kind: loader.load(kind) for kind in loader.KINDS}
    assert (loader.HERE / CARD).read_text("utf-8") == card(shipped), "run `make train`"
    drawn = bins(shipped)
    assert (loader.HERE / PLOT).exists() == bool(drawn)
    if drawn:
        assert (loader.HERE / PLOT).read_text("utf-8") == plot(drawn)
