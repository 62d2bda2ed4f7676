"""Cross-validation by cluster: a cluster that a tested pair has on either side does not occur in
training.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from resolver.matching.scoring import Calibration, Model
from resolver.training.data.labeled_pairs import LabeledPairs

FOLDS = 5


def fold_of(cluster: str, folds: int = FOLDS) -> int:
    """Return the fold of a cluster. It is a hash of the cluster's name, so it never changes."""
    return int.from_bytes(hashlib.blake2b(cluster.encode(), digest_size=4).digest(), "big") % folds


def out_of_fold_sums(
    data: LabeledPairs,
    fit: Callable[[LabeledPairs], Model],
    folds: int = FOLDS,
    inside: npt.NDArray[np.bool_] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return raw sums (thousandths) of pairs, by models that saw no cluster of these pairs.

    The second result is a mask of the pairs that were tested.
    """
    return cross_validate(data, lambda train, test: plan_sums(fit(train), test), folds, inside)


def plan_sums(model: Model, data: LabeledPairs) -> npt.NDArray[np.int64]:
    """Return raw sums (thousandths) of pairs, including the prior of the blocking plan of each
    pair.
    """
    sums = np.zeros(len(data), dtype=np.int64)
    for plan in sorted(set(data.plans.tolist())):
        mask = data.plans == plan
        sums[mask] = model.for_plan(plan).raw(data.evidence[mask])
    return sums


def cross_validate(
    data: LabeledPairs,
    answer: Callable[[LabeledPairs, LabeledPairs], npt.NDArray[np.int64]],
    folds: int = FOLDS,
    inside: npt.NDArray[np.bool_] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return held-out answers for all tested pairs, and a mask of the pairs that were tested.

    `answer` gets the pairs that share no cluster with the tested pairs of a fold, and these tested
    pairs. A pair is tested in the fold of its left cluster. Pairs marked `inside` are tested only
    if both of their clusters are in the fold. This is for sets in which every cluster has pairs
    with all others: if all pairs with a cluster of the fold were left out, no pairs would remain to
    learn from.
    """
    names = sorted(set(data.clusters.ravel().tolist()))
    number_of = {name: number for number, name in enumerate(names)}
    coded = [(number_of[left], number_of[right]) for left, right in data.clusters.tolist()]
    clusters = np.array(coded, dtype=np.int64).reshape(-1, 2)
    fold_by_name = np.array([fold_of(name, folds) for name in names], dtype=np.int64)
    left_fold, right_fold = fold_by_name[clusters[:, 0]], fold_by_name[clusters[:, 1]]
    usable = (
        np.ones(len(data), dtype=bool) if inside is None else ~inside | (left_fold == right_fold)
    )
    answers = np.zeros(len(data), dtype=np.int64)
    for fold in range(folds):
        test: npt.NDArray[np.bool_] = usable & (left_fold == fold)
        if not test.any():
            continue
        is_held_out = np.zeros(len(names), dtype=bool)
        is_held_out[clusters[test].ravel()] = True
        train: npt.NDArray[np.bool_] = ~(is_held_out[clusters[:, 0]] | is_held_out[clusters[:, 1]])
        answers[test] = answer(data.select(train), data.select(test))
    return answers, usable


def fit_calibration(
    raw: npt.NDArray[np.int64], labels: npt.NDArray[np.int8], weights: npt.NDArray[np.float64]
) -> Calibration:
    """Fit a rising line that turns held-out raw sums into log-odds.

    The line is straight (Platt 1999), and then bent at up to `MAX_BENDS` points if the pairs
    require it.
    """
    scaled = np.clip(raw / 1000.0, -15, 15)
    line = LogisticRegression(C=1e3).fit(scaled.reshape(-1, 1), labels, sample_weight=weights)
    slope, shift = max(float(line.coef_[0, 0]), _MIN_SLOPE), float(line.intercept_[0])
    straight = slope * scaled + shift
    bends = _choose_bends(straight, weights)
    if len(bends) < 3:
        ends = (-20_000, 20_000)
        return Calibration(ends, tuple(round(1000 * (slope * end / 1000 + shift)) for end in ends))
    logodds = _fit_bends(straight, labels, weights, bends)
    raws = np.rint(1000 * (np.array(bends) - shift) / slope).astype(int)
    return Calibration(tuple(raws.tolist()), tuple(np.rint(1000 * logodds).astype(int).tolist()))


MAX_BENDS = 9
_MIN_SLOPE, _MIN_BENT_SLOPE, _SLOPE_PENALTY = 0.05, 0.2, 3.0


def _choose_bends(
    straight: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> tuple[float, ...]:
    """Return at most `MAX_BENDS` points (log-odds) that divide the doubtful pairs into intervals of
    equal weight.

    Points close to each other are left out, so that each interval has enough pairs.
    """
    order = np.argsort(straight, kind="stable")
    # this weighs doubtful pairs, not the many pairs that are certainly different
    doubt = weights[order] * np.exp(-np.abs(straight[order]) / 2)
    sums = np.cumsum(doubt)
    targets = np.linspace(0.02, 0.98, MAX_BENDS) * sums[-1]
    bends: list[float] = []
    for value in straight[order][
        np.minimum(np.searchsorted(sums, targets), len(order) - 1)
    ].tolist():
        if not bends or value - bends[-1] >= 0.4:
            bends.append(round(value, 3))
    return tuple(bends)


def _fit_bends(
    straight: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int8],
    weights: npt.NDArray[np.float64],
    bends: Sequence[float],
) -> npt.NDArray[np.float64]:
    """Return log-odds at the bends by penalized likelihood; beyond the ends the line is straight.

    The penalty applies to slopes other than 1.
    """
    knots = np.array(bends)
    gaps = np.diff(knots)
    # a value is the value at the first bend, plus slope × reach for each interval
    reach = np.clip(straight[:, None] - knots[None, :-1], 0.0, gaps[None, :])
    reach[:, 0] += np.minimum(straight - knots[0], 0.0)
    reach[:, -1] += np.maximum(straight - knots[-1], 0.0)

    def loss(values: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        """Return the penalized loss and its gradient."""
        value = values[0] + reach @ values[1:]
        lost = weights * (np.logaddexp(0.0, value) - labels * value)
        back = weights * (1.0 / (1.0 + np.exp(-value)) - labels)
        bent = values[1:] - 1.0
        slopes = reach.T @ back + 2 * _SLOPE_PENALTY * bent
        return float(lost.sum() + _SLOPE_PENALTY * (bent**2).sum()), np.concatenate(
            [[back.sum()], slopes]
        )

    start = np.concatenate([[knots[0]], np.ones(len(gaps))])
    bounds = [(None, None), *[(_MIN_BENT_SLOPE, 5.0)] * len(gaps)]
    best = minimize(
        loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 500}
    ).x
    value: npt.NDArray[np.float64] = best[0] + np.concatenate([[0.0], np.cumsum(best[1:] * gaps)])
    return value


@dataclass(frozen=True, slots=True)
class EvenPointMeasures:
    """Counts and rates at score 0.5."""

    pairs: int
    matches: int
    precision: float
    recall: float
    f1: float
    wrong: int
    missed: int


def measure_at_even_point(
    logodds: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int8],
    weights: npt.NDArray[np.float64] | None = None,
) -> EvenPointMeasures:
    """Return precision, recall and F1 if pairs with log-odds of at least 0 are called the same.

    `weights` are the numbers of pairs that each pair stands for.
    """
    pair_weights = np.ones(len(labels)) if weights is None else weights
    is_called = logodds >= 0
    is_same = labels == 1
    outcomes = (is_called & is_same, is_called & (labels == 0), ~is_called & is_same)
    right, wrong, missed = (round(float(pair_weights[mask].sum())) for mask in outcomes)
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    f1 = 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 0.0
    return EvenPointMeasures(len(labels), int(is_same.sum()), precision, recall, f1, wrong, missed)
