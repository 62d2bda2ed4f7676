"""Figures of a tool's answer to a task: one row of the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.harness.datasets import JUDGED, Task
from benchmarks.harness.measures import (
    Counts,
    Curve,
    at_threshold,
    b_cubed,
    cluster_pairs,
    pairs_within,
    probability_errors,
)
from benchmarks.harness.tool_answers import Answer, TruthTable

SHIPPED = "ours"
UNLABELED, LABELED = "ours-unlabelled", "ours-labelled"
"""Names of the model fitted to the set without labels, and to other, labeled records."""
OWN = 0.5
RECALL = 0.99


def measure_answer(task: Task, folder: Path) -> dict[str, Any]:
    """Return the figures of the answer in `folder` as plain data."""
    if task.mode == JUDGED:
        return measure_judged(task, folder)
    truth = TruthTable.load(task.truth)
    answer = Answer.load(folder, truth)
    labels = truth.clusters[answer.left] == truth.clusters[answer.right]
    true_pairs = pairs_within(truth.clusters, truth.across)
    return {
        **_head(task, answer.info),
        "records": len(truth.ids),
        "true_pairs": true_pairs,
        "candidates": len(answer.scores),
        "candidate_recall": float(labels.sum() / true_pairs) if true_pairs else 1.0,
        **score_figures(answer.scores, labels, true_pairs, answer.info),
        "clusters": {
            threshold: _measure_clusters(truth, clusters)
            for threshold, clusters in sorted(answer.clusters.items())
        },
    }


def _head(task: Task, info: Mapping[str, Any]) -> dict[str, Any]:
    note = task.note if info["tool"] == SHIPPED else ""
    return {"set": task.dataset, "variant": task.variant, "note": note, **info}


def score_figures(
    scores: npt.NDArray[np.float64],
    labels: npt.NDArray[np.bool_],
    true_pairs: int,
    info: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the quality of scores before any clustering.

    `info` may have `own_threshold` (else 0.5) and `probabilities` (else true); `probability` in the
    result is None where scores are no probabilities.
    """
    own = info.get("own_threshold", OWN)
    curve = Curve.of(scores, labels, true_pairs)
    threshold, best = curve.best()
    counts = at_threshold(scores, labels, true_pairs, own)
    errors = probability_errors(scores, labels) if info.get("probabilities", True) else None
    return {
        "own": {"threshold": own, **asdict(counts.rates), "wrong": counts.predicted - counts.hits},
        "best": {"threshold": threshold, **asdict(best)},
        "precision_at_recall_99": curve.precision_at_recall(RECALL),
        "precision_at_recall_99_of_candidates": Curve.of(
            scores, labels, int(labels.sum())
        ).precision_at_recall(RECALL),
        "probability": asdict(errors) if errors else None,
    }


def _measure_clusters(truth: TruthTable, labels: npt.NDArray[np.int64]) -> dict[str, Any]:
    counts = cluster_pairs(truth.clusters, labels, truth.across)
    return {
        "pairwise": asdict(counts.rates),
        "b_cubed": asdict(b_cubed(truth.clusters, labels)),
        "clusters": len(np.unique(labels)),
        "largest": int(np.unique(labels, return_counts=True)[1].max()),
    }


def measure_judged(task: Task, folder: Path) -> dict[str, Any]:
    """Return the figures of judged pairs.

    They cover all pairs, pairs across and within lists, and scores without the knowledge that a
    list is deduplicated.
    """
    info = json.loads((folder / "info.json").read_text("utf-8"))
    frame = pd.read_parquet(folder / "pairs.parquet")
    labels, scores = frame["same"].to_numpy(bool), frame["score"].to_numpy(np.float64)
    cross = frame["cross"].to_numpy(bool)
    parts = {"cross-list": cross, "within-list": ~cross}
    split = {
        name: score_figures(scores[part], labels[part], int(labels[part].sum()), info)
        for name, part in parts.items()
    }
    if "score_untold" in frame:
        untold = frame["score_untold"].to_numpy(np.float64)
        split["lists not told"] = score_figures(untold, labels, int(labels.sum()), info)
    row = {
        **_head(task, info),
        "true_pairs": int(labels.sum()),
        "candidates": len(frame),
        **score_figures(scores, labels, int(labels.sum()), info),
        "split": split,
        "clusters": {
            column.removeprefix("together_"): {
                "pairwise": asdict(_together_rates(frame[column], labels)),
                "b_cubed": None,
            }
            for column in map(str, frame.columns)
            if column.startswith("together_")
        },
    }
    if "candidate" in frame:
        row["candidate_recall"] = float(
            (frame["candidate"].to_numpy(bool) & labels).sum() / labels.sum()
        )
    if "match_from" in info:
        in_match = scores >= info["match_from"]
        row["match_band"] = {
            "wrong": int((in_match & ~labels).sum()),
            "recall": float((in_match & labels).sum() / labels.sum()),
        }
    return row


def _together_rates(column: pd.Series, labels: npt.NDArray[np.bool_]) -> Any:
    merged = column.to_numpy(bool)
    return Counts(int((merged & labels).sum()), int(merged.sum()), int(labels.sum())).rates
