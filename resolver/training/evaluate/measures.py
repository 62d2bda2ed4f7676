"""Measures of how good scores are, with their intervals: rates, F1, calibration. The same pairs, the same digits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z95 = 1.959964
"""The normal quantile of intervals that hold 95 times in 100."""
BINS = 15
_DRAWS = 500

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `total`, with the 95 % interval of Wilson (1927), all in 0…1; 0 of 0 is any rate."""

    count: int
    total: int
    rate: float
    low: float
    high: float


def rate(count: int, total: int) -> Rate:
    """The share `count` / `total` and its interval."""
    return _rate(count, total, count / total) if total else Rate(0, 0, 0.0, 0.0, 1.0)


def _rate(count: int, total: int, share: float, pairs: int = 0) -> Rate:
    """`pairs`: on how many the share rests, where that is not `total`."""
    spread = Z95**2 / (pairs or total)
    middle = (share + spread / 2) / (1 + spread)
    half = (
        Z95
        / (1 + spread)
        * math.sqrt(share * (1 - share) / (pairs or total) + spread / (4 * (pairs or total)))
    )
    # the last bit of a sum must not put the share outside
    return Rate(
        count,
        total,
        share,
        max(min(middle - half, share), 0.0),
        min(max(middle + half, share), 1.0),
    )


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Counts and rates at score 0.5; `f1_low` … `f1_high` the 95 % interval of F1."""

    pairs: int
    matches: int
    wrong: int
    missed: int
    precision: Rate
    recall: Rate
    f1: float
    f1_low: float
    f1_high: float


def accuracy(
    score: Floats,
    labels: Labels,
    clusters: npt.NDArray[np.object_],
    weights: Floats | None = None,
    seed: int = 7,
) -> Accuracy:
    """Precision and recall with Wilson's interval, F1 with one by bootstrap over clusters (`clusters`: m × 2 names; a
    pair is drawn with the cluster of its left side), since pairs of one entity are not independent. `weights`: how many
    pairs each stands for, where only a part was drawn."""
    each = np.ones(len(score)) if weights is None else weights
    said, true = score >= 0.5, labels == 1
    outcomes = (said & true, said & ~true, ~said & true)
    right, wrong, missed = (float(each[mask].sum()) for mask in outcomes)
    low, high = _f1_interval(outcomes, each, clusters[:, 0], seed)
    return Accuracy(
        len(labels),
        int(true.sum()),
        round(wrong),
        round(missed),
        _weighted_rate(right, right + wrong, int(said.sum())),
        _weighted_rate(right, right + missed, int(true.sum())),
        _f1(right, wrong, missed),
        low,
        high,
    )


def _weighted_rate(count: float, total: float, pairs: int) -> Rate:
    """A share of weights; its interval is that of as many pairs as were looked at."""
    return (
        _rate(round(count), round(total), count / total, pairs)
        if pairs and total > 0
        else rate(0, 0)
    )


def _f1(right: float, wrong: float, missed: float) -> float:
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 0.0


def _f1_interval(
    outcomes: tuple[npt.NDArray[np.bool_], ...],
    each: Floats,
    cluster: npt.NDArray[np.object_],
    seed: int,
) -> tuple[float, float]:
    """Percentile bootstrap (Efron and Tibshirani 1993). Clusters of the same counts are alike, so that a draw is one
    multinomial over the kinds of clusters."""
    _, place = np.unique(cluster.astype(str), return_inverse=True)
    size = place.max(initial=-1) + 1
    counts = np.stack(
        [np.bincount(place, weights=one * each, minlength=size) for one in outcomes], axis=1
    )
    if not len(counts) or not counts.any():
        return 0.0, 1.0
    kinds, times = np.unique(counts, axis=0, return_counts=True)
    drawn = (
        np.random.default_rng(seed).multinomial(len(counts), times / len(counts), size=_DRAWS)
        @ kinds
    )
    f1 = np.sort([_f1(*row) for row in drawn.tolist()])
    return float(f1[int(0.025 * _DRAWS)]), float(f1[int(0.975 * _DRAWS) - 1])


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs whose score lies from `low` to `high`: what they weigh, their mean score, the share that is true, how many
    there are."""

    low: float
    high: float
    pairs: float
    score: float
    true: float
    count: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How well scores keep what they promise: Brier score (0 best), log loss in nats, expected calibration error, and
    the bins of a reliability plot."""

    brier: float
    log_loss: float
    calibration_error: float
    bins: tuple[Bin, ...]


def quality(
    score: Floats, labels: Labels, weights: Floats | None = None, bins: int = BINS
) -> Quality:
    """Measures of calibration over pairs, each counted as often as its weight says; equal bins of the score."""
    weight = np.ones(len(score)) if weights is None else weights.astype(np.float64)
    true, total = labels.astype(np.float64), max(float(weight.sum()), 1e-12)
    place = np.minimum((score * bins).astype(np.int64), bins - 1)
    held, said, found = (
        np.bincount(place, weights=weight * column, minlength=bins)
        for column in (np.ones(len(score)), score, true)
    )
    counts = np.bincount(place, minlength=bins)
    clipped = np.clip(score, 1e-6, 1 - 1e-6)
    loss = -(true * np.log(clipped) + (1 - true) * np.log(1 - clipped))
    rows = tuple(
        Bin(number / bins, (number + 1) / bins, float(held[number]), float(said[number] / held[number]),
            float(found[number] / held[number]), int(counts[number]))
        for number in range(bins)
        if held[number] > 0
    )  # fmt: skip
    return Quality(
        float((weight * (score - true) ** 2).sum() / total),
        float((weight * loss).sum() / total),
        float(np.abs(said - found).sum() / total),
        rows,
    )
