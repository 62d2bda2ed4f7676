"""How good scores and clusters are, against a known truth. Pure functions of arrays; nothing here enumerates pairs of
records.

Pairwise figures of a partition follow from the contingency table of true and found clusters; figures of scores follow
from one sort. Recall is always over *all* true pairs, so a pair that never became a candidate counts as missed.
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
    """Precision, recall and their harmonic mean, each in 0…1. What has no denominator counts as 1 (nothing was
    wrong).
    """

    precision: float
    recall: float
    f1: float

    @classmethod
    def of(cls, precision: float, recall: float) -> Rates:
        """With the F1 of the two."""
        total = precision + recall
        return cls(precision, recall, 2 * precision * recall / total if total else 0.0)


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs said to be the same rightly (`hits`), said at all (`said`), and truly the same (`true`)."""

    hits: int
    said: int
    true: int

    @property
    def rates(self) -> Rates:
        """The rates of these counts."""
        return Rates.of(_share(self.hits, self.said), _share(self.hits, self.true))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def codes_of(values: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Any labels as whole numbers 0 … k − 1 that name the same partition."""
    codes: npt.NDArray[np.int64] = (
        np.unique(values, return_inverse=True)[1].astype(np.int64).ravel()
    )
    return codes


def pairs_within(labels: Ints, sides: Ints | None = None) -> int:
    """How many pairs of records share a label; with `sides` (0 or 1 per record), how many such pairs lie across."""
    if not len(labels):
        return 0
    codes = codes_of(labels)
    size = np.bincount(codes)
    if sides is None:
        return int((size * (size - 1) // 2).sum())
    right = np.bincount(codes, weights=sides != 0).astype(np.int64)
    return int((right * (size - right)).sum())


def cluster_pairs(truth: Ints, found: Ints, sides: Ints | None = None) -> Counts:
    """Pairs of one found cluster against pairs of one true cluster, for n records in any labels.

    Time n log n, memory n, whatever the sizes of the clusters.
    """
    both = codes_of(truth) * (len(truth) + 1) + codes_of(found)
    return Counts(pairs_within(both, sides), pairs_within(found, sides), pairs_within(truth, sides))


def b_cubed(truth: Ints, found: Ints) -> Rates:
    """B³ (Bagga and Baldwin 1998): for each record, the share of its found cluster that is right and of its true one
    that was found, itself included; the mean over records.
    """
    if not len(truth):
        return Rates(1.0, 1.0, 1.0)
    true, said = codes_of(truth), codes_of(found)
    cells, counts = np.unique(true * (len(true) + 1) + said, return_counts=True)
    of_true, of_said = cells // (len(true) + 1), cells % (len(true) + 1)
    squares = counts.astype(np.float64) ** 2
    precision = float((squares / np.bincount(said)[of_said]).sum()) / len(true)
    recall = float((squares / np.bincount(true)[of_true]).sum()) / len(true)
    return Rates.of(precision, recall)


def at_threshold(scores: Floats, labels: Bools, true: int, threshold: float) -> Counts:
    """Pairs with a score of at least `threshold`. `true` counts all true pairs, candidates or not."""
    said = scores >= threshold
    return Counts(int((said & labels).sum()), int(said.sum()), true)


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall at every distinct score, from the highest down."""

    thresholds: Floats
    hits: npt.NDArray[np.int64]
    said: npt.NDArray[np.int64]
    true: int

    @classmethod
    def of(cls, scores: Floats, labels: Bools, true: int) -> Curve:
        """One sort of the scores; pairs with one score stand or fall together."""
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))[: len(ranked)]
        return cls(ranked[last], np.cumsum(labels[order])[last].astype(np.int64), last + 1, true)

    def best(self) -> tuple[float, Rates]:
        """The threshold of the highest F1 (the higher threshold of equal ones) and its rates."""
        if not len(self.thresholds) or not self.true:
            return 1.0, Counts(0, 0, self.true).rates
        f1 = 2 * self.hits / (self.said + self.true)
        at = int(np.argmax(f1))
        return float(self.thresholds[at]), Counts(
            int(self.hits[at]), int(self.said[at]), self.true
        ).rates

    def precision_at_recall(self, recall: float) -> float | None:
        """The best precision of all thresholds that reach a recall; None where none does."""
        reached = self.hits >= recall * self.true
        if not reached.any():
            return None
        return float((self.hits[reached] / self.said[reached]).max())


@dataclass(frozen=True, slots=True)
class ProbabilityErrors:
    """How far scores are from being probabilities: mean squared error, mean negative log likelihood, calibration
    error.
    """

    brier: float
    log_loss: float
    calibration: float


def probability_errors(scores: Floats, labels: Bools, bins: int = 15) -> ProbabilityErrors | None:
    """Errors of scores as probabilities of `labels`; scores are kept 1e-15 from 0 and 1. None where there are no
    scores.

    The calibration error is the mean gap between score and share of true pairs over `bins` equal bins of the score,
    weighted by the pairs in each.
    """
    if not len(scores):
        return None
    truth = labels.astype(np.float64)
    kept = np.clip(scores, EPSILON, 1 - EPSILON)
    loss = -(truth * np.log(kept) + (1 - truth) * np.log1p(-kept))
    home = np.minimum((scores * bins).astype(np.int64), bins - 1)
    gap = np.abs(np.bincount(home, weights=scores) - np.bincount(home, weights=truth))
    return ProbabilityErrors(
        float(((scores - truth) ** 2).mean()), float(loss.mean()), float(gap.sum() / len(scores))
    )
