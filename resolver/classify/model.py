"""`Model`: an additive sum of evidence in thousandths of log-odds, calibrated, with band borders. Stored as JSON.

The score of a pair is the logistic of: the intercept, plus one weight per comparator (by the interval its similarity
falls in, or the weight of a missing value), plus weights of named pairs of comparators, plus the calibration's shift.
All are integers, so the sum is exact and the same on every engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import ModelError
from resolver.records.prepared import FloatArray
from resolver.records.resolution import Band

FORMAT = 1
SCORE_MIN = 1e-6
Weights = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Term:
    """Weights of one comparator: `weights[k]` for similarities in the k-th interval of `cuts` (a value equal to a cut
    lies left of it), `weights[-1]` for missing ones."""

    feature: str
    cuts: tuple[float, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PairTerm:
    """Weights of two comparators together: `weights[i][j]` by the intervals of either, the last of each for missing."""

    features: tuple[str, str]
    cuts: tuple[tuple[float, ...], tuple[float, ...]]
    weights: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A strictly increasing, piecewise linear map of the raw sum to log-odds, both in thousandths; slopes go on
    outside."""

    raw: tuple[int, ...] = (-20_000, 20_000)
    logodds: tuple[int, ...] = (-20_000, 20_000)

    def apply(self, raw: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Calibrated log-odds in thousandths, clipped so that scores stay within 1e-6 … 1 − 1e-6."""
        limit = round(1000 * math.log((1 - SCORE_MIN) / SCORE_MIN))
        x, y = np.array(self.raw, dtype=np.float64), np.array(self.logodds, dtype=np.float64)
        value = np.interp(raw, x, y)
        low, high = (y[1] - y[0]) / (x[1] - x[0]), (y[-1] - y[-2]) / (x[-1] - x[-2])
        value = np.where(raw < x[0], y[0] + (raw - x[0]) * low, value)
        value = np.where(raw > x[-1], y[-1] + (raw - x[-1]) * high, value)
        result: npt.NDArray[np.int64] = np.clip(np.rint(value), -limit, limit).astype(np.int64)
        return result


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model of one kind of record."""

    kind: str
    version: str
    features: tuple[str, ...]
    intercept: int
    terms: tuple[Term, ...]
    pairs: tuple[PairTerm, ...] = ()
    calibration: Calibration = field(default_factory=Calibration)
    training: Mapping[str, Any] = field(default_factory=dict)

    def raw(self, evidence: FloatArray) -> npt.NDArray[np.int64]:
        """The uncalibrated sums (thousandths) for an m × features array of similarities."""
        total = np.full(len(evidence), self.intercept, dtype=np.int64)
        place = {name: column for column, name in enumerate(self.features)}
        for term in self.terms:
            weights = np.array(term.weights, dtype=np.int64)
            total += weights[interval(evidence[:, place[term.feature]], term.cuts)]
        for pair in self.pairs:
            grid = np.array(pair.weights, dtype=np.int64)
            one = interval(evidence[:, place[pair.features[0]]], pair.cuts[0])
            two = interval(evidence[:, place[pair.features[1]]], pair.cuts[1])
            total += grid[one, two]
        return total

    def logodds(self, evidence: FloatArray) -> npt.NDArray[np.int64]:
        """Calibrated log-odds in thousandths."""
        return self.calibration.apply(self.raw(evidence))


def interval(similarity: FloatArray, cuts: Sequence[float]) -> npt.NDArray[np.int64]:
    """The interval each similarity lies in: 0 … len(cuts), len(cuts) + 1 for NaN."""
    places = np.searchsorted(np.array(cuts, dtype=np.float64), similarity.astype(np.float64), side="left")
    missing: npt.NDArray[np.int64] = np.where(np.isnan(similarity), len(cuts) + 1, places)
    return missing


def scores(logodds: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Probabilities of log-odds in thousandths, rounded to six decimals."""
    value: npt.NDArray[np.float64] = np.round(1.0 / (1.0 + np.exp(-np.asarray(logodds, dtype=np.float64) / 1000.0)), 6)
    return value


@dataclass(frozen=True, slots=True)
class Borders:
    """Bands follow costs: match from `match`, review from `review` (scores)."""

    match: float = 0.95
    review: float = 0.05

    @classmethod
    def of_costs(cls, wrong_merge: float) -> Borders:
        """Borders where one wrong merge costs as much as `wrong_merge` reviews, and so does one missed match.

        A pair is merged without review where the expected cost of a wrong merge, (1 − p) · c, is below one review.
        """
        if not wrong_merge >= 2:
            raise ModelError(f"a wrong merge must cost at least 2 reviews, not {wrong_merge}")
        return cls(1 - 1 / wrong_merge, 1 / wrong_merge)

    def bands(self, score: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
        """The band of each score."""
        match = np.where(score >= self.match, Band.MATCH, Band.REVIEW)
        bands: npt.NDArray[np.uint8] = np.where(score >= self.review, match, Band.DISTINCT).astype(np.uint8)
        return bands


def to_json(model: Model) -> dict[str, Any]:
    """The model as plain data for JSON."""
    return {
        "format": FORMAT,
        "kind": model.kind,
        "version": model.version,
        "features": list(model.features),
        "intercept": model.intercept,
        "terms": [{"feature": t.feature, "cuts": list(t.cuts), "weights": list(t.weights)} for t in model.terms],
        "pairs": [
            {"features": list(p.features), "cuts": [list(c) for c in p.cuts], "weights": [list(r) for r in p.weights]}
            for p in model.pairs
        ],
        "calibration": {"raw": list(model.calibration.raw), "logodds": list(model.calibration.logodds)},
        "training": dict(model.training),
    }


def from_json(data: Mapping[str, Any], features: Sequence[str]) -> Model:
    """The model of plain data. Raises `ModelError` where it is damaged or was made for other features than
    `features`."""
    if data.get("format") != FORMAT:
        raise ModelError(
            f"model format {data.get('format')!r} is not {FORMAT}", mend="train it again with this version"
        )
    if tuple(data["features"]) != tuple(features):
        odd = sorted(set(data["features"]) ^ set(features))
        raise ModelError(
            f"the {data.get('kind')} model was made for other comparators ({', '.join(odd) or 'another order'})",
            mend="train it again with `resolver train`",
        )
    try:
        terms = tuple(Term(t["feature"], tuple(t["cuts"]), tuple(t["weights"])) for t in data["terms"])
        pairs = tuple(
            PairTerm(
                (p["features"][0], p["features"][1]),
                (tuple(p["cuts"][0]), tuple(p["cuts"][1])),
                tuple(tuple(row) for row in p["weights"]),
            )
            for p in data["pairs"]
        )
        calibration = Calibration(tuple(data["calibration"]["raw"]), tuple(data["calibration"]["logodds"]))
        model = Model(
            data["kind"],
            data["version"],
            tuple(features),
            int(data["intercept"]),
            terms,
            pairs,
            calibration,
            data.get("training", {}),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ModelError(f"the model file is damaged: {error}", mend="restore it or train it again") from error
    _check(model)
    return model


def _check(model: Model) -> None:
    for term in model.terms:
        if term.feature not in model.features or len(term.weights) != len(term.cuts) + 2:
            raise ModelError(f"the weights of {term.feature} do not fit its cuts", mend="restore the model file")
    for pair in model.pairs:
        rows, columns = (len(cuts) + 2 for cuts in pair.cuts)
        if len(pair.weights) != rows or any(len(row) != columns for row in pair.weights):
            raise ModelError(
                f"the weights of {' and '.join(pair.features)} do not fit their cuts", mend="restore the model file"
            )
    raw, logodds = model.calibration.raw, model.calibration.logodds
    if (
        len(raw) < 2
        or any(b <= a for a, b in pairwise(raw))
        or any(b <= a for a, b in pairwise(logodds))
    ):
        raise ModelError("the calibration does not rise everywhere", mend="restore the model file")
