"""Cross-validated figures of one kind as plain data, for the model card."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.scoring import Thresholds, scores
from resolver.training.augment.resampled_entries import RESAMPLED_ORIGIN
from resolver.training.data.labeled_clusters import CLUSTER_ORIGIN
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.evaluate.fairness_measures import (
    MIN_GROUP_PAIRS,
    LabeledScores,
    group_error_rates,
    groups_to_json,
)
from resolver.training.evaluate.measures import (
    Accuracy,
    CalibrationQuality,
    measure_accuracy,
    measure_calibration,
)
from resolver.training.evaluate.pair_groups import Masks, group_masks

DECIDED_ORIGIN = "decided"
"""Origin of pairs labeled by steward decisions."""
REAL_ORIGINS = ("judged", CLUSTER_ORIGIN, DECIDED_ORIGIN, RESAMPLED_ORIGIN)
"""Origins with real records; groups are measured on these, if there are any."""
FIELDS = (
    "birth_date",
    "birth_place",
    "nationality",
    "country",
    "gender",
    "identifier",
    "address",
    "start_date",
)


def measure_for_card(
    data: LabeledPairs, logodds: npt.NDArray[np.int64], thresholds: Thresholds | None = None
) -> dict[str, Any]:
    """Return figures for the card of a model.

    `logodds` are calibrated, each by a model that has not seen the entities of the pair. The result
    holds `figures` by origin of the pairs, `quality` of all pairs as weighted in training, and
    error rates of `groups` (script, culture, missing field).
    """
    score = scores(logodds)
    return {
        "figures": {
            origin: _figures(data, score, data.origin == origin)
            for origin in sorted(set(data.origin.tolist()))
        },
        "quality": _quality(measure_calibration(score, data.labels, data.weights)),
        "groups": _groups(data, score, thresholds or Thresholds()),
    }


def hash_data(data: LabeledPairs) -> str:
    """Return twelve hex digits that identify evidence, labels and weights, in their order."""
    digest = hashlib.sha256()
    for part in (data.evidence, data.labels, data.weights):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()[:12]


def pair_figures(data: LabeledPairs, score: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Return accuracy and calibration of the scores of some pairs.

    Accuracy counts each pair once (or, if only a part was drawn, as many as it stands for);
    calibration counts pairs as weighted in training.
    """
    return _figures(data, score, np.ones(len(data), dtype=bool))


def _figures(
    data: LabeledPairs, score: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    # false pairs of clusters are a sample of which a sample is tested, so each stands for several;
    # the pairs of one decision share its weight
    is_weighted = bool(mask.any()) and data.origin[mask][0] in (CLUSTER_ORIGIN, DECIDED_ORIGIN)
    weights = data.weights[mask] if is_weighted else None
    accuracy = measure_accuracy(score[mask], data.labels[mask], data.clusters[mask], weights)
    # scores are calibrated to pairs weighted as in training
    calibration = measure_calibration(score[mask], data.labels[mask], data.weights[mask])
    same = data.labels[mask] == 1
    total_weights = [round(float(data.weights[mask][side].sum()), 1) for side in (same, ~same)]
    measures = {name: round(getattr(calibration, name), 4) for name in _MEASURES}
    return {
        **_accuracy(accuracy),
        **measures,
        "weight_same": total_weights[0],
        "weight_different": total_weights[1],
    }


_MEASURES = ("brier", "log_loss", "calibration_error")


def _accuracy(accuracy: Accuracy) -> dict[str, Any]:
    rounded = {
        "precision": accuracy.precision.rate,
        "precision_low": accuracy.precision.low,
        "precision_high": accuracy.precision.high,
        "recall": accuracy.recall.rate,
        "recall_low": accuracy.recall.low,
        "recall_high": accuracy.recall.high,
        "f1": accuracy.f1,
        "f1_low": accuracy.f1_low,
        "f1_high": accuracy.f1_high,
    }
    counts = {
        "pairs": accuracy.pairs,
        "matches": accuracy.matches,
        "wrong": accuracy.wrong,
        "missed": accuracy.missed,
    }
    return {**counts, **{name: round(value, 4) for name, value in rounded.items()}}


def _quality(calibration: CalibrationQuality) -> dict[str, Any]:
    bins = [
        [
            *(round(value, 4) for value in (row.low, row.high, row.pairs, row.score, row.true)),
            row.count,
        ]
        for row in calibration.bins
    ]
    return {**{name: round(getattr(calibration, name), 4) for name in _MEASURES}, "bins": bins}


def _groups(
    data: LabeledPairs, score: npt.NDArray[np.float64], thresholds: Thresholds
) -> dict[str, Any]:
    real = np.isin(data.origin.astype(str), REAL_ORIGINS)
    chosen = real if real.any() else np.ones(len(data), dtype=bool)
    scored = LabeledScores(score[chosen], thresholds.bands(score[chosen]), data.labels[chosen] == 1)
    dimensions: Mapping[str, Masks] = {
        "script": group_masks(data.scripts[chosen]),
        "culture": group_masks(data.cultures[chosen]),
        "missing": _missing(data.select(chosen)),
    }
    return {name: _large_groups(scored, masks) for name, masks in dimensions.items()}


def _large_groups(scored: LabeledScores, masks: Masks) -> list[dict[str, object]]:
    return groups_to_json(
        [
            group
            for group in group_error_rates(scored, masks)
            if max(group.missed.total, group.false.total) >= MIN_GROUP_PAIRS
        ]
    )


def _missing(data: LabeledPairs) -> Masks:
    """Return masks of the pairs that lack a field, that is, whose comparator is missing."""
    return {
        f"no {name.replace('_', ' ')}": np.isnan(data.evidence[:, data.features.index(name)])
        for name in FIELDS
        if name in data.features
    }
