"""Draw the pairs of a population from which a model learns.

Most pairs that blocking joins are unlike, and any model tells them apart. The few false pairs that
look like true ones decide. When false pairs were drawn evenly, one in a thousand carried a third of
the loss, so chance decided how cautious a model became. So many pairs are compared. Half of the
drawn pairs are drawn evenly. The other half is drawn by how likely a first guess takes them for
true. The weight of a pair is the number of pairs that it represents. This is case-control sampling
with a pilot (Fithian and Hastie 2014) and a defensive mixture (Hesterberg 1995).

The module also measures the share of true pairs within one source and across sources, in records
with known clusters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from resolver.matching.preparation import count_equal_pairs
from resolver.matching.scoring.partners import PRIOR_CLASS_RECORDS, SOURCE_SHIFT_RANGE
from resolver.matching.scoring.source_shifts import PairSources
from resolver.records import Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, PreparedBatch

MAX_COMPARED = 3_000_000
"""False pairs of a population that are compared at most."""
MAX_GUESSED = 20_000
"""True pairs, and as many false ones, from which the first guess is made at most."""
_STEP = 0.25
"""Steps (nats) of the first guess, so that rounding in sums changes no draw."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DrawnWeights:
    """Number of pairs that a true and a false one drawn evenly stand for, each at least 1."""

    true: float
    false: float


@dataclass(frozen=True, slots=True)
class PairSampling:
    """Maximum numbers of false and true pairs to draw, and the seed.

    With `by_guess`, false pairs are drawn by what a first guess says of them, else evenly.
    """

    max_negatives: int = 200_000
    max_positives: int = 200_000
    seed: int = 7
    by_guess: bool = False

    def choose_compared(
        self, same: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.int64], DrawnWeights]:
        """Return the rows to compare, sorted, and how many pairs one stands for."""
        chance = np.random.default_rng(self.seed)
        most_false = MAX_COMPARED if self.by_guess else self.max_negatives
        drawn, weights = [], []
        for rows, most in (
            (np.flatnonzero(~same), most_false),
            (np.flatnonzero(same), self.max_positives),
        ):
            weights.append(max(len(rows) / most, 1.0))
            drawn.append(chance.choice(rows, most, replace=False) if len(rows) > most else rows)
        return np.sort(np.concatenate(drawn)), DrawnWeights(weights[1], weights[0])

    def draw_false(self, evidence: FloatArray, labels: npt.NDArray[np.int8], most: int) -> Floats:
        """Return how many pairs each stands for: 1 if it is true, 0 if it is not drawn.

        `evidence` is m × features, `most` the number of false pairs to draw. They are drawn at
        equal steps along the sum of their chances.
        """
        stands_for = np.ones(len(labels))
        false = np.flatnonzero(labels == 0)
        if len(false) <= most:
            return stands_for
        likely = guess_likeness(evidence, labels, self.seed)[false]
        chances = _chances(likely / likely.mean() + 1.0, most)
        steps = np.floor(np.cumsum(chances) + np.random.default_rng(self.seed).random())
        is_drawn = np.diff(steps, prepend=0.0) > 0
        stands_for[false] = np.where(is_drawn, 1.0 / chances, 0.0)
        return stands_for


def guess_likeness(evidence: FloatArray, labels: npt.NDArray[np.int8], seed: int) -> Floats:
    """Return a first guess of the probability that each pair is true, above 0.

    It is that of a logistic regression on some pairs of either label, weighted to all; 1 for all
    pairs where none is true.
    """
    chance = np.random.default_rng(seed)
    drawn, weights = [], []
    for label in (1, 0):
        rows = np.flatnonzero(labels == label)
        own = chance.permutation(rows)[:MAX_GUESSED]
        drawn.append(own)
        weights.append(np.full(len(own), len(rows) / max(len(own), 1)))
    if not len(drawn[0]) or not len(drawn[1]):
        return np.ones(len(labels))
    some = np.concatenate(drawn)
    guess = LogisticRegression(max_iter=300)
    # sums in another number of threads differ in their last bits, and then in what is drawn
    with threadpool_limits(limits=1):
        guess.fit(_filled(evidence[some]), labels[some], sample_weight=np.concatenate(weights))
        logodds = guess.decision_function(_filled(evidence)).astype(np.float64)
    likely: Floats = 1.0 / (1.0 + np.exp(-np.clip(np.round(logodds / _STEP) * _STEP, -30.0, 30.0)))
    return likely


def _filled(evidence: FloatArray) -> FloatArray:
    """Return values, 0 for missing ones, beside what is missing: m × twice the features."""
    missing = np.isnan(evidence)
    return np.hstack([np.where(missing, 0.0, evidence), missing]).astype(np.float32)


def _chances(sizes: Floats, count: int) -> Floats:
    """Return chances in proportion to `sizes`, at most 1 each, whose sum is `count`."""
    is_certain = np.zeros(len(sizes), dtype=bool)
    while True:
        rest = ~is_certain
        share = (count - is_certain.sum()) / sizes[rest].sum()
        over = rest & (sizes * share > 1)
        if not over.any():
            return np.where(is_certain, 1.0, sizes * share)
        is_certain |= over


def source_offsets(
    prepared: PreparedBatch,
    clusters: npt.NDArray[np.object_],
    kind: Kind,
    left: IntArray,
    right: IntArray,
) -> npt.NDArray[np.float64]:
    """Return the log-odds that pairs of rows of a kind have before they are compared, by whether
    they are of one source, against all pairs of the kind.

    Runs estimate the same from scores (`estimate_partners_by_source`), here it is counted.
    """
    is_kind = (prepared.kinds & int(kind)) != 0
    within, across = _source_shifts(prepared.sources[is_kind], clusters[is_kind])
    return np.where(PairSources.of(prepared, left, right).is_within, within, across)


def _source_shifts(
    sources: npt.NDArray[np.int32], clusters: npt.NDArray[np.object_]
) -> tuple[float, float]:
    """Return the log-odds of pairs within one source, and across sources."""
    count = len(sources)
    names = np.unique(clusters.astype(str), return_inverse=True)[1].astype(np.int64)
    true, true_within = count_equal_pairs(names), count_equal_pairs(names << 32 | sources)
    total, total_within = count * (count - 1) / 2, count_equal_pairs(sources.astype(np.int64))
    if not true or not 0 < total_within < total:
        return 0.0, 0.0
    share, exposure = true / count, total_within / total
    shifts = []
    for own, records in (
        (true_within, count * exposure),
        (true - true_within, count - count * exposure),
    ):
        own_share = (own + PRIOR_CLASS_RECORDS * share) / (records + PRIOR_CLASS_RECORDS)
        shifts.append(math.log(own_share / share))
    lowest, highest = (bound / 1000 for bound in SOURCE_SHIFT_RANGE)
    within, across = (min(max(shift, lowest), highest) for shift in shifts)
    return within, across
