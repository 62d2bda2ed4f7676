"""Error rates by group and the widest gap: counted, standardised, and told from chance."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from resolver.cli.model import fairness as kept
from resolver.cli.progress_bars import Bars
from resolver.models import loader
from resolver.pipeline import RunOptions, load_models
from resolver.records.results.resolution import Band
from resolver.training.evaluate.fairness_measures import (
    LEAST,
    Scored,
    plain,
    rates,
    worst_gap,
)
from resolver.training.evaluate.pair_groups import masks_of


def made(groups: dict[str, dict[str, tuple[int, int]]]) -> tuple[Scored, dict[str, np.ndarray]]:
    """True pairs: group → stratum → (missed, total)."""
    words, strata, missed = [], [], []
    for group, held in groups.items():
        for stratum, (count, total) in held.items():
            words += [group] * total
            strata += [stratum] * total
            missed += [True] * count + [False] * (total - count)
    score = np.where(np.array(missed), 0.2, 0.9)
    band = np.where(np.array(missed), Band.REVIEW, Band.MATCH).astype(np.uint8)
    same = np.ones(len(words), dtype=bool)
    return Scored(score, band, same, np.array(strata, dtype=object)), masks_of(
        np.array(words, dtype=object)
    )


def test_a_harder_mix_is_no_unfairness() -> None:
    hard, easy = (50, 100), (10, 100)
    scored, masks = made(
        {"a": {"hard": (90, 180), "easy": (2, 20)}, "b": {"hard": (10, 20), "easy": (18, 180)}}
    )
    found = {group.name: group.missed for group in rates(scored, masks)}
    assert (found["a"].crude, found["b"].crude) == (0.46, 0.14)
    assert (
        found["a"].rate
        == pytest.approx(found["b"].rate)
        == pytest.approx((hard[0] + easy[0]) / 200)
    )
    gap = worst_gap(rates(scored, masks), "missed", scored, masks)
    assert gap is not None
    assert gap.width == pytest.approx(0)
    assert gap.width < gap.chance
    crude = replace(scored, stratum=None)
    gap = worst_gap(rates(crude, masks), "missed", crude, masks)
    assert gap is not None
    assert (gap.worst, gap.best) == ("a", "b")
    assert gap.width == pytest.approx(0.32)
    assert gap.width > gap.chance


def test_a_rate_stands_between_its_ends() -> None:
    scored, masks = made({"a": {"x": (5, 100)}, "b": {"x": (20, 100)}})
    for group in rates(scored, masks):
        assert group.missed.low < group.missed.rate < group.missed.high
        assert group.missed.rate == group.missed.crude
        assert group.lost.count == 0


def test_what_is_counted() -> None:
    score = np.array([0.01, 0.3, 0.7, 0.99, 0.01, 0.3, 0.7, 0.99])
    band = np.array([0, 1, 1, 2, 0, 1, 1, 2], dtype=np.uint8)
    scored = Scored(score, band, np.array([True] * 4 + [False] * 4))
    (group,) = rates(scored, {"all": np.ones(8, dtype=bool), "none": np.zeros(8, dtype=bool)})
    counts = {name: getattr(group, name).count for name in ("missed", "lost", "false", "merged")}
    assert counts == {"missed": 2, "lost": 1, "false": 2, "merged": 1}
    assert json.dumps(plain([group]))
    assert plain([group])[0]["missed"] == {
        "count": 2,
        "of": 4,
        "crude": 0.5,
        "rate": 0.5,
        "low": 0.15,
        "high": 0.85,
    }


def test_no_gap_is_read_from_few_or_unnamed_pairs() -> None:
    scored, masks = made(
        {"a": {"x": (LEAST - 1, LEAST - 1)}, "b": {"x": (0, LEAST)}, "mixed": {"x": (90, 90)}}
    )
    assert worst_gap(rates(scored, masks), "missed", scored, masks) is None
    assert worst_gap(rates(scored, masks), "false", scored, masks) is None


def test_chance_alone_makes_gaps() -> None:
    chance = np.random.default_rng(2)
    wide = 0
    for seed in range(40):
        counts = chance.binomial(200, 0.2, size=6)
        scored, masks = made(
            {f"g{number}": {"x": (int(count), 200)} for number, count in enumerate(counts)}
        )
        gap = worst_gap(rates(scored, masks), "missed", scored, masks, seed)
        assert gap is not None
        wide += gap.width > gap.chance
    assert wide <= 6


@pytest.fixture(scope="module")
def shipped() -> dict[str, object]:
    return loader.load(kept.FILE)


def test_the_figures_are_those_of_the_shipped_model(shipped: dict[str, object]) -> None:
    assert shipped["model"] == load_models().stamp["model"], (
        "models/fairness.json tells of another model: run `resolver evaluate --probes --keep`"
    )
    assert (shipped["probes"], shipped["seed"]) == (kept.PROBES, kept.PROBE_SEED)


def test_no_retrain_has_widened_the_worst_gap(shipped: dict[str, object]) -> None:
    width = shipped["culture"]["worst_gap"]["missed"]["width"]  # type: ignore[index]
    assert width <= shipped["limit"] + kept.TOLERANCE, (  # type: ignore[operator]
        "the shipped model serves some name cultures worse than the one before: mend it, or lower your sights openly "
        "by raising `limit` in models/fairness.json"
    )


def test_what_is_kept_is_what_is_measured(shipped: dict[str, object]) -> None:
    scored, masks = kept.measure_probes(RunOptions(), 1_100, kept.PROBE_SEED, Bars())
    (everybody,) = rates(scored, {"all": np.ones(len(scored.same), dtype=bool)})
    groups = shipped["culture"]["groups"]  # type: ignore[index]
    missed, of = (sum(group["missed"][key] for group in groups) for key in ("count", "of"))
    # 950 true pairs of the same making, so within four points
    assert everybody.missed.crude == pytest.approx(missed / of, abs=0.04)
    assert {group["group"] for group in groups} == set(masks["culture"])
