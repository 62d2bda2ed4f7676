"""Measures of scores and clusters against a known truth, without enumerating pairs of records.

Pairwise figures of a partition follow from the contingency table of true and predicted clusters,
figures of scores from one sort. Recall is always over *all* true pairs, so a pair that never became
a candidate counts as missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
EPSILON = 1e-15


@dataclass(frozen=True, slots=True)
class Rates:
    """Precision, recall and their harmonic mean, each in 0…1.

    A rate with a zero denominator is 1: nothing was wrong.
    """

    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, precision: float, recall: float) -> Rates:
        """Return rates with the F1 of precision and recall."""
        total = precision + recall
        return cls(precision, recall, 2 * precision * recall / total if total else 0.0)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of pairs: predicted correctly (`hits`), `predicted` at all, and truly the same
    (`true`).
    """

    hits: int
    predicted: int
    true: int

    @property
    def rates(self) -> Rates:
        """Return the rates of these counts."""
        return Rates.of(_share(self.hits, self.predicted), _share(self.hits, self.true))


def _share(count: float, total: float) -> float:
    return count / total if total else 1.0


def codes_of(values: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Return labels as integers 0 … k − 1 that name the same partition."""
    codes: npt.NDArray[np.int64] = (
        np.unique(values, return_inverse=True)[1].astype(np.int64).ravel()
    )
    return codes


def pairs_within(labels: Ints, sides: Ints | None = None) -> int:
    """Return the number of pairs of records that share a label.

    With `sides` (0 or 1 per record) only pairs across the sides count.
    """
    if not len(labels):
        return 0
    codes = codes_of(labels)
    size = np.bincount(codes)
    if sides is None:
        return int((size * (size - 1) // 2).sum())
    right = np.bincount(codes, weights=sides != 0).astype(np.int64)
    return int((right * (size - right)).sum())


def cluster_pairs(truth: Ints, predicted: Ints, sides: Ints | None = None) -> Counts:
    """Return the counts of pairs within predicted clusters against pairs within true ones.

    Takes n records with any labels. Time n log n, memory n, whatever the sizes of the clusters.
    """
    cells = codes_of(truth) * (len(truth) + 1) + codes_of(predicted)
    return Counts(
        pairs_within(cells, sides), pairs_within(predicted, sides), pairs_within(truth, sides)
    )


def b_cubed(truth: Ints, predicted: Ints) -> Rates:
    """Return B³ precision and recall (Bagga and Baldwin 1998).

    For each record: the share of its predicted cluster that is right, and the share of its true
    cluster that was predicted, itself included; averaged over records.
    """
    if not len(truth):
        return Rates(1.0, 1.0, 1.0)
    true, labels = codes_of(truth), codes_of(predicted)
    cells, counts = np.unique(true * (len(true) + 1) + labels, return_counts=True)
    of_true, of_predicted = cells // (len(true) + 1), cells % (len(true) + 1)
    squares = counts.astype(np.float64) ** 2
    precision = float((squares / np.bincount(labels)[of_predicted]).sum()) / len(true)
    recall = float((squares / np.bincount(true)[of_true]).sum()) / len(true)
    return Rates.of(precision, recall)


def at_threshold(scores: Floats, labels: Bools, true: int, threshold: float) -> Counts:
    """Return the counts of pairs with a score of at least `threshold`.

    `true` counts all true pairs, candidates or not.
    """
    predicted = scores >= threshold
    return Counts(int((predicted & labels).sum()), int(predicted.sum()), true)


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall at every distinct score, from the highest down."""

    thresholds: Floats
    hits: npt.NDArray[np.int64]
    predicted: npt.NDArray[np.int64]
    true: int

    @classmethod
    def of(cls, scores: Floats, labels: Bools, true: int) -> Curve:
        """Return the curve from one sort of the scores; pairs with equal scores form one step."""
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))[: len(ranked)]
        return cls(ranked[last], np.cumsum(labels[order])[last].astype(np.int64), last + 1, true)

    def best(self) -> tuple[float, Rates]:
        """Return the threshold of the highest F1 and its rates; the higher threshold wins a tie."""
        if not len(self.thresholds) or not self.true:
            return 1.0, Counts(0, 0, self.true).rates
        f1 = 2 * self.hits / (self.predicted + self.true)
        place = int(np.argmax(f1))
        counts = Counts(int(self.hits[place]), int(self.predicted[place]), self.true)
        return float(self.thresholds[place]), counts.rates

    def precision_at_recall(self, recall: float) -> float | None:
        """Return the best precision of all thresholds that reach a recall; None where none does."""
        reached = self.hits >= recall * self.true
        if not reached.any():
            return None
        return float((self.hits[reached] / self.predicted[reached]).max())


@dataclass(frozen=True, slots=True)
class ProbabilityErrors:
    """Errors of scores as probabilities.

    Mean squared error, mean negative log likelihood, and expected calibration error.
    """

    brier: float
    log_loss: float
    calibration: float


def probability_errors(scores: Floats, labels: Bools, bins: int = 15) -> ProbabilityErrors | None:
    """Return the errors of scores as probabilities of `labels`; None without scores.

    For the log loss scores are clipped to 1e-15 from 0 and 1. The calibration error is the mean gap
    between score and share of true pairs over `bins` equal bins of the score, weighted by the pairs
    in each.
    """
    if not len(scores):
        return None
    truth = labels.astype(np.float64)
    clipped = np.clip(scores, EPSILON, 1 - EPSILON)
    loss = -(truth * np.log(clipped) + (1 - truth) * np.log1p(-clipped))
    bin_number = np.minimum((scores * bins).astype(np.int64), bins - 1)
    gap = np.abs(np.bincount(bin_number, weights=scores) - np.bincount(bin_number, weights=truth))
    return ProbabilityErrors(
        float(((scores - truth) ** 2).mean()), float(loss.mean()), float(gap.sum() / len(scores))
    )
