"""Cross-validation by cluster: no cluster of a test pair is ever seen in training, on either side of any pair."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from resolver.scoring import Calibration, Model
from resolver.training.data.labeled_pairs import Labelled

FOLDS = 5


def fold_of(cluster: str, folds: int = FOLDS) -> int:
    """The fold of a cluster: by hash of its name, so it never changes."""
    return int.from_bytes(hashlib.blake2b(cluster.encode(), digest_size=4).digest(), "big") % folds


def out_of_fold(
    data: Labelled,
    fit: Callable[[Labelled], Model],
    folds: int = FOLDS,
    inside: npt.NDArray[np.bool_] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The raw sum (thousandths) of pairs by a model fitted without any of the clusters in its fold's test pairs, and
    which pairs were tested."""
    return answers(data, lambda train, test: raw_by_plan(fit(train), test), folds, inside)


def raw_by_plan(model: Model, data: Labelled) -> npt.NDArray[np.int64]:
    """The raw sums (thousandths) of pairs, each with the prior of the plan it was brought together under."""
    said = np.zeros(len(data), dtype=np.int64)
    for plan in sorted(set(data.plans.tolist())):
        own = data.plans == plan
        said[own] = model.at(plan).raw(data.evidence[own])
    return said


def answers(
    data: Labelled,
    answer: Callable[[Labelled, Labelled], npt.NDArray[np.int64]],
    folds: int = FOLDS,
    inside: npt.NDArray[np.bool_] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """What `answer` says of the test pairs of each fold (its second argument) when it is given all pairs without any of
    their clusters (its first), and which pairs were tested.

    A pair is tested in the fold of its left cluster. Pairs marked `inside` are tested only where both their clusters
    are in the fold: where every cluster meets every other, holding out all that meet a fold would leave nothing.
    """
    names = sorted(set(data.clusters.ravel().tolist()))
    place = {name: number for number, name in enumerate(names)}
    coded = [(place[one], place[two]) for one, two in data.clusters.tolist()]
    clusters = np.array(coded, dtype=np.int64).reshape(-1, 2)
    fold_by_name = np.array([fold_of(name, folds) for name in names], dtype=np.int64)
    left_fold, right_fold = fold_by_name[clusters[:, 0]], fold_by_name[clusters[:, 1]]
    usable = (
        np.ones(len(data), dtype=bool) if inside is None else ~inside | (left_fold == right_fold)
    )
    said = np.zeros(len(data), dtype=np.int64)
    for fold in range(folds):
        test: npt.NDArray[np.bool_] = usable & (left_fold == fold)
        if not test.any():
            continue
        held_out = np.zeros(len(names), dtype=bool)
        held_out[clusters[test].ravel()] = True
        train: npt.NDArray[np.bool_] = ~(held_out[clusters[:, 0]] | held_out[clusters[:, 1]])
        said[test] = answer(data.where(train), data.where(test))
    return said, usable


def calibrate(
    raw: npt.NDArray[np.int64], labels: npt.NDArray[np.int8], weights: npt.NDArray[np.float64]
) -> Calibration:
    """A rising line from raw sums to log-odds, on sums of pairs not trained on: straight (Platt 1999), then bent at
    `BENDS` places as far as the pairs demand it."""
    scaled = np.clip(raw / 1000.0, -15, 15)
    line = LogisticRegression(C=1e3).fit(scaled.reshape(-1, 1), labels, sample_weight=weights)
    slope, shift = max(float(line.coef_[0, 0]), _LEAST_SLOPE), float(line.intercept_[0])
    straight = slope * scaled + shift
    bends = _bends(straight, weights)
    if len(bends) < 3:
        ends = (-20_000, 20_000)
        return Calibration(ends, tuple(round(1000 * (slope * end / 1000 + shift)) for end in ends))
    said = _bent(straight, labels, weights, bends)
    raws = np.rint(1000 * (np.array(bends) - shift) / slope).astype(int)
    return Calibration(tuple(raws.tolist()), tuple(np.rint(1000 * said).astype(int).tolist()))


BENDS = 9
_LEAST_SLOPE, _LEAST_BENT, _STIFF = 0.05, 0.2, 3.0


def _bends(
    straight: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> tuple[float, ...]:
    """Places (log-odds) between which the pairs that are in doubt weigh alike, those too near one another left out, so
    that each stretch has pairs of its own; `BENDS` at most."""
    order = np.argsort(straight, kind="stable")
    # pairs that are in doubt count, not the many that are surely different
    doubt = weights[order] * np.exp(-np.abs(straight[order]) / 2)
    sums = np.cumsum(doubt)
    wanted = np.linspace(0.02, 0.98, BENDS) * sums[-1]
    found: list[float] = []
    for value in straight[order][
        np.minimum(np.searchsorted(sums, wanted), len(order) - 1)
    ].tolist():
        if not found or value - found[-1] >= 0.4:
            found.append(round(value, 3))
    return tuple(found)


def _bent(
    straight: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int8],
    weights: npt.NDArray[np.float64],
    bends: Sequence[float],
) -> npt.NDArray[np.float64]:
    """Log-odds at the bends, by likelihood less a penalty for every slope that is not 1; straight beyond the ends."""
    knots = np.array(bends)
    gaps = np.diff(knots)
    # a value is the first bend's plus slopes times how far it reaches into each stretch
    reach = np.clip(straight[:, None] - knots[None, :-1], 0.0, gaps[None, :])
    reach[:, 0] += np.minimum(straight - knots[0], 0.0)
    reach[:, -1] += np.maximum(straight - knots[-1], 0.0)

    def loss(asked: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        value = asked[0] + reach @ asked[1:]
        lost = weights * (np.logaddexp(0.0, value) - labels * value)
        back = weights * (1.0 / (1.0 + np.exp(-value)) - labels)
        bent = asked[1:] - 1.0
        slopes = reach.T @ back + 2 * _STIFF * bent
        return float(lost.sum() + _STIFF * (bent**2).sum()), np.concatenate([[back.sum()], slopes])

    start = np.concatenate([[knots[0]], np.ones(len(gaps))])
    bounds = [(None, None), *[(_LEAST_BENT, 5.0)] * len(gaps)]
    best = minimize(
        loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 500}
    ).x
    value: npt.NDArray[np.float64] = best[0] + np.concatenate([[0.0], np.cumsum(best[1:] * gaps)])
    return value


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts and rates at the even point (score 0.5)."""

    pairs: int
    matches: int
    precision: float
    recall: float
    f1: float
    wrong: int
    missed: int


def measure(
    logodds: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int8],
    weights: npt.NDArray[np.float64] | None = None,
) -> Measures:
    """Precision, recall and F1 of calling every pair with log-odds of at least 0 the same. `weights`: how many pairs
    each stands for."""
    each = np.ones(len(labels)) if weights is None else weights
    said = logodds >= 0

    def count(mask: npt.NDArray[np.bool_]) -> int:
        return round(float(each[mask].sum()))

    right, wrong, missed = (
        count(said & (labels == 1)),
        count(said & (labels == 0)),
        count(~said & (labels == 1)),
    )
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    f1 = 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 0.0
    return Measures(len(labels), int((labels == 1).sum()), precision, recall, f1, wrong, missed)
