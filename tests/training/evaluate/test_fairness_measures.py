"""Error rates by group and the widest gap: counting, standardization, and chance."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from resolver.cli.model import measures
from resolver.cli.process_start import ProgressBars
from resolver.matching.resolution_task import RunOptions, load_models
from resolver.models import loader
from resolver.records.results.resolution import Band
from resolver.training.measures import (
    MIN_GROUP_PAIRS,
    LabeledScores,
    group_error_rates,
    groups_to_json,
    widest_gap,
)
from resolver.training.reliability import group_masks


def scored_pairs(
    groups: dict[str, dict[str, tuple[int, int]]],
) -> tuple[LabeledScores, dict[str, np.ndarray]]:
    """Return true pairs from group → stratum → (missed, total), and group masks."""
    words, strata, missed = [], [], []
    for group, strata_counts in groups.items():
        for stratum, (count, total) in strata_counts.items():
            words += [group] * total
            strata += [stratum] * total
            missed += [True] * count + [False] * (total - count)
    score = np.where(np.array(missed), 0.2, 0.9)
    band = np.where(np.array(missed), Band.REVIEW, Band.MATCH).astype(np.uint8)
    same = np.ones(len(words), dtype=bool)
    return LabeledScores(score, band, same, np.array(strata, dtype=object)), group_masks(
        np.array(words, dtype=object)
    )


def test_standardization_removes_the_effect_of_strata() -> None:
    hard, easy = (50, 100), (10, 100)
    scored, masks = scored_pairs(
        {"a": {"hard": (90, 180), "easy": (2, 20)}, "b": {"hard": (10, 20), "easy": (18, 180)}}
    )
    missed = {group.name: group.missed for group in group_error_rates(scored, masks)}
    assert (missed["a"].crude, missed["b"].crude) == (0.46, 0.14)
    assert (
        missed["a"].rate
        == pytest.approx(missed["b"].rate)
        == pytest.approx((hard[0] + easy[0]) / 200)
    )
    gap = widest_gap(group_error_rates(scored, masks), "missed", scored, masks)
    assert gap is not None
    assert gap.width == pytest.approx(0)
    assert gap.width < gap.chance
    crude = replace(scored, stratum=None)
    gap = widest_gap(group_error_rates(crude, masks), "missed", crude, masks)
    assert gap is not None
    assert (gap.worst, gap.best) == ("a", "b")
    assert gap.width == pytest.approx(0.32)
    assert gap.width > gap.chance


def test_rates_lie_within_their_intervals() -> None:
    scored, masks = scored_pairs({"a": {"x": (5, 100)}, "b": {"x": (20, 100)}})
    for group in group_error_rates(scored, masks):
        assert group.missed.low < group.missed.rate < group.missed.high
        assert group.missed.rate == group.missed.crude
        assert group.lost.count == 0


def test_errors_are_counted_by_measure() -> None:
    score = np.array([0.01, 0.3, 0.7, 0.99, 0.01, 0.3, 0.7, 0.99])
    band = np.array([0, 1, 1, 2, 0, 1, 1, 2], dtype=np.uint8)
    scored = LabeledScores(score, band, np.array([True] * 4 + [False] * 4))
    (group,) = group_error_rates(
        scored, {"all": np.ones(8, dtype=bool), "none": np.zeros(8, dtype=bool)}
    )
    counts = {name: getattr(group, name).count for name in ("missed", "lost", "false", "merged")}
    assert counts == {"missed": 2, "lost": 1, "false": 2, "merged": 1}
    assert json.dumps(groups_to_json([group]))
    assert groups_to_json([group])[0]["missed"] == {
        "count": 2,
        "of": 4,
        "crude": 0.5,
        "rate": 0.5,
        "low": 0.15,
        "high": 0.85,
    }


def test_small_and_mixed_groups_have_no_gap() -> None:
    scored, masks = scored_pairs(
        {
            "a": {"x": (MIN_GROUP_PAIRS - 1, MIN_GROUP_PAIRS - 1)},
            "b": {"x": (0, MIN_GROUP_PAIRS)},
            "mixed": {"x": (90, 90)},
        }
    )
    assert widest_gap(group_error_rates(scored, masks), "missed", scored, masks) is None
    assert widest_gap(group_error_rates(scored, masks), "false", scored, masks) is None


def test_chance_gap_covers_random_gaps() -> None:
    chance = np.random.default_rng(2)
    wide = 0
    for seed in range(40):
        counts = chance.binomial(200, 0.2, size=6)
        scored, masks = scored_pairs(
            {f"g{number}": {"x": (int(count), 200)} for number, count in enumerate(counts)}
        )
        gap = widest_gap(group_error_rates(scored, masks), "missed", scored, masks, seed)
        assert gap is not None
        wide += gap.width > gap.chance
    assert wide <= 6


@pytest.fixture(scope="module")
def shipped() -> dict[str, object]:
    return loader.load(measures.FILE)


def test_fairness_file_belongs_to_the_shipped_model(shipped: dict[str, object]) -> None:
    assert shipped["model"] == load_models().stamp["model"], (
        "models/fairness.json tells of another model: run `resolver evaluate --probes --keep`"
    )
    assert (shipped["probes"], shipped["seed"]) == (measures.PROBES, measures.PROBE_SEED)


def test_widest_gap_stays_within_its_limit(shipped: dict[str, object]) -> None:
    width = shipped["culture"]["worst_gap"]["missed"]["width"]  # type: ignore[index]
    assert width <= shipped["limit"] + measures.TOLERANCE, (  # type: ignore[operator]
        "the shipped model serves some name cultures worse than the one before: improve it, or "
        "raise `limit` in models/fairness.json to accept this openly"
    )


def test_stored_figures_match_a_new_measurement(shipped: dict[str, object]) -> None:
    scored, masks = measures.measure_probes(
        RunOptions(), 1_100, measures.PROBE_SEED, ProgressBars()
    )
    (all_pairs,) = group_error_rates(scored, {"all": np.ones(len(scored.same), dtype=bool)})
    groups = shipped["culture"]["groups"]  # type: ignore[index]
    missed, of = (sum(group["missed"][key] for group in groups) for key in ("count", "of"))
    # 950 true pairs of the same making, so within four points
    assert all_pairs.missed.crude == pytest.approx(missed / of, abs=0.04)
    assert {group["group"] for group in groups} == set(masks["culture"])
