"""What cross-validation measured of one kind of records, as plain data: what the card of a model shows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.scoring import Borders, scores
from resolver.training.data.labeled_clusters import CLUSTERS
from resolver.training.data.labeled_pairs import Labelled
from resolver.training.evaluate.fairness_measures import (
    LEAST,
    Scored,
    plain,
    rates,
)
from resolver.training.evaluate.measures import (
    Accuracy,
    Quality,
    accuracy,
    quality,
)
from resolver.training.evaluate.pair_groups import Masks, masks_of

DECIDED = "decided"
REAL = ("judged", CLUSTERS, DECIDED, "told twice")
"""Where pairs of real records come from; groups are measured on these where there are any."""
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


def measured(
    data: Labelled, logodds: npt.NDArray[np.int64], borders: Borders | None = None
) -> dict[str, Any]:
    """`figures` by origin of the pairs, `quality` of all pairs as they are weighed in training, error rates of `groups`
    (script, culture, missing field). `logodds`: calibrated, each by a model that has not seen the pair's entities."""
    score = scores(logodds)
    return {
        "figures": {
            origin: _figures(data, score, data.origin == origin)
            for origin in sorted(set(data.origin.tolist()))
        },
        "quality": _quality(quality(score, data.labels, data.weights)),
        "groups": _groups(data, score, borders or Borders()),
    }


def data_hash(data: Labelled) -> str:
    """Twelve hex digits that name what a model was fitted on: evidence, labels, weights, in their order."""
    digest = hashlib.sha256()
    for part in (data.evidence, data.labels, data.weights):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()[:12]


def figures_of(data: Labelled, score: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Accuracy of the scores of some pairs, each counted once (those of which a part was drawn, as many as they stand
    for), and calibration, each counted as it weighs in training."""
    return _figures(data, score, np.ones(len(data), dtype=bool))


def _figures(
    data: Labelled, score: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    # of the false pairs of clusters a part was drawn and a part of those tested: each stands for several; pairs of one
    # decision stand for less than themselves
    own = bool(mask.any()) and data.origin[mask][0] in (CLUSTERS, DECIDED)
    weights = data.weights[mask] if own else None
    found = accuracy(score[mask], data.labels[mask], data.clusters[mask], weights)
    # scores promise what they were fitted to: among pairs that weigh as they do in training
    held = quality(score[mask], data.labels[mask], data.weights[mask])
    same = data.labels[mask] == 1
    weigh = [round(float(data.weights[mask][side].sum()), 1) for side in (same, ~same)]
    measures = {name: round(getattr(held, name), 4) for name in _MEASURES}
    return {**_accuracy(found), **measures, "weight_same": weigh[0], "weight_different": weigh[1]}


_MEASURES = ("brier", "log_loss", "calibration_error")


def _accuracy(found: Accuracy) -> dict[str, Any]:
    rounded = {
        "precision": found.precision.rate,
        "precision_low": found.precision.low,
        "precision_high": found.precision.high,
        "recall": found.recall.rate,
        "recall_low": found.recall.low,
        "recall_high": found.recall.high,
        "f1": found.f1,
        "f1_low": found.f1_low,
        "f1_high": found.f1_high,
    }
    counts = {
        "pairs": found.pairs,
        "matches": found.matches,
        "wrong": found.wrong,
        "missed": found.missed,
    }
    return {**counts, **{name: round(value, 4) for name, value in rounded.items()}}


def _quality(held: Quality) -> dict[str, Any]:
    bins = [
        [
            *(round(value, 4) for value in (one.low, one.high, one.pairs, one.score, one.true)),
            one.count,
        ]
        for one in held.bins
    ]
    return {**{name: round(getattr(held, name), 4) for name in _MEASURES}, "bins": bins}


def _groups(data: Labelled, score: npt.NDArray[np.float64], borders: Borders) -> dict[str, Any]:
    real = np.isin(data.origin.astype(str), REAL)
    chosen = real if real.any() else np.ones(len(data), dtype=bool)
    scored = Scored(score[chosen], borders.bands(score[chosen]), data.labels[chosen] == 1)
    dimensions: Mapping[str, Masks] = {
        "script": masks_of(data.scripts[chosen]),
        "culture": masks_of(data.cultures[chosen]),
        "missing": _missing(data.where(chosen)),
    }
    return {
        by: plain(
            [
                group
                for group in rates(scored, masks)
                if max(group.missed.total, group.false.total) >= LEAST
            ]
        )
        for by, masks in dimensions.items()
    }


def _missing(data: Labelled) -> Masks:
    """Which pairs lack what, by the evidence: a comparator is missing where either side says nothing."""
    return {
        f"no {name.replace('_', ' ')}": np.isnan(data.evidence[:, data.features.index(name)])
        for name in FIELDS
        if name in data.features
    }
