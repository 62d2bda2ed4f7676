"""Comparison of families of models on a little generated data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import families
from resolver.matching.comparators import features_of
from resolver.records import Kind
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.training_data import TrainingData


def make_pairs(count: int = 160) -> LabeledPairs:
    """Return pairs that two comparators tell apart; the others are missing."""
    chance = np.random.default_rng(3)
    features = features_of(Kind.PERSON)
    evidence = np.full((count, len(features)), np.nan, dtype=np.float32)
    labels = (np.arange(count) % 3 == 0).astype(np.int8)
    for name in ("name", "birth_date"):
        evidence[:, features.index(name)] = np.clip(
            0.3 + 0.4 * labels + chance.normal(0, 0.15, count), 0, 1
        )
    words = np.full(count, "x", dtype=object)
    clusters = np.array(
        [
            [f"c{number}", f"c{number}" if same else f"d{number}"]
            for number, same in enumerate(labels)
        ]
    )
    return LabeledPairs(
        Kind.PERSON,
        evidence,
        labels,
        np.ones(count),
        clusters.astype(object),
        words,
        words,
        words,
        words,
        np.full(count, np.nan),
        np.full(count, np.nan),
    )


def test_each_family_learns_and_has_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "_ROUNDS", 15)
    rows = families.compare_families({Kind.PERSON: make_pairs()}, min_pairs=10, folds=2)
    assert [row["family"] for row in rows] == list(families.FAMILIES)
    assert all(row["f1"] > 0.7 and row["pairs"] == 160 for row in rows)
    text = families.format_table(rows)
    assert text.count("\n") == len(rows) + 2
    assert "additive with pairs (ships)" in text


def test_small_kinds_are_left_out() -> None:
    assert families.compare_families({Kind.PERSON: make_pairs(20)}) == []


def test_missing_data_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert families.main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "use --invented" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_results_are_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(families, "FAMILIES", {"logistic, binned": families.fit_logistic})
    monkeypatch.setattr(
        families,
        "gather_pairs",
        lambda data, count: TrainingData({Kind.PERSON: make_pairs(240)}, 0),
    )
    assert families.main(["--invented", "1", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "families.md").read_text("utf-8") == capsys.readouterr().out
    assert (
        json.loads((tmp_path / "families.json").read_text("utf-8"))[0]["family"]
        == "logistic, binned"
    )
