"""`Model`: an additive sum of evidence in thousandths of log-odds, calibrated, with band borders. Stored as JSON.

The score of a pair is the logistic of: the intercept, plus one weight per comparator (by the interval its similarity
falls in, or the weight of a missing value), plus weights of named pairs of comparators, plus the calibration's shift.
All are integers, so the sum is exact and the same on every engine.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import ModelError
from resolver.records.prepared.batch import FloatArray
from resolver.records.results.resolution import Band
from resolver.scoring.weight_sums import Curve, Weights, calibrated

SCORE_MIN = 1e-6
_LIMIT = round(1000 * math.log((1 - SCORE_MIN) / SCORE_MIN))
GATE = "listed"
"""The comparator that says whether a pair is judged by the model of watchlists (1) or of plain registers (0)."""
ALONE_GATE = "names_alone"
"""The comparator that says something of those pairs alone of which nothing but names is known."""
PARTS = ("plain", "alone")
"""The parts a model may have, each for pairs of its own; where two would judge a pair, the last does."""


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
    outside. `most`: no log-odds are higher."""

    raw: tuple[int, ...] = (-20_000, 20_000)
    logodds: tuple[int, ...] = (-20_000, 20_000)
    most: int | None = None

    def curve(self, start: int) -> Curve:
        """The same for sums that start somewhere, clipped so that scores stay within 1e-6 … 1 − 1e-6."""
        x, y = (np.array(points, dtype=np.float64) for points in (self.raw, self.logodds))
        return Curve(start, x, y, -_LIMIT, _LIMIT if self.most is None else min(self.most, _LIMIT))

    def apply(self, raw: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Calibrated log-odds in thousandths."""
        return calibrated(raw, self.curve(0))


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
    priors: Mapping[str, int] = field(default_factory=dict)
    """Blocking plan → what is added to the intercept (thousandths): among more records more pairs are namesakes."""
    plain: Model | None = None
    """The model of pairs whose `GATE` is 0, where there is one: registers are not watchlists."""
    alone: Model | None = None
    """The model of pairs that say nothing but names (`ALONE_GATE`), where there is one: with nothing else to go by, a
    name is worth something else than beside a date and a place."""
    ceilings: Mapping[str, int] = field(default_factory=dict)
    """Blocking plan → log-odds (thousandths) that no pair exceeds: where nothing but a person's name is known, records
    may wait for a human, and never are one without."""
    _weights: Weights = field(init=False, repr=False, compare=False)
    _curve: Curve = field(init=False, repr=False, compare=False)
    _bare: Model = field(init=False, repr=False, compare=False)
    """This model without its parts."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_weights", Weights.of(self.features, self.terms, self.pairs))
        object.__setattr__(self, "_curve", self.calibration.curve(self.intercept))
        whole = self.plain is None and self.alone is None
        object.__setattr__(self, "_bare", self if whole else replace(self, plain=None, alone=None))

    def at(self, plan: str) -> Model:
        """The model for records resolved under a plan: its intercept is that plan's."""
        calibration = replace(self.calibration, most=self.ceilings.get(plan, self.calibration.most))
        intercept = self.intercept + self.priors.get(plan, 0)
        own = replace(self, intercept=intercept, priors={}, ceilings={}, calibration=calibration)
        return own.having({name: part.at(plan) for name, part in self.parts.items() if name})

    def having(self, parts: Mapping[str, Model]) -> Model:
        """This model with the given parts (`PARTS`) and no others."""
        return replace(self, plain=parts.get("plain"), alone=parts.get("alone"))

    @property
    def parts(self) -> dict[str, Model]:
        """The parts by name, `""` this model without them, first."""
        held = {"plain": self.plain, "alone": self.alone}
        return {"": self._bare, **{name: part for name, part in held.items() if part}}

    @property
    def reads(self) -> frozenset[str]:
        """The comparators that play a part in sums, or say which part sums."""
        held = {term.feature for term in self.terms} | {
            name for pair in self.pairs for name in pair.features
        }
        gates = {
            gate
            for gate, part in ((GATE, self.plain), (ALONE_GATE, self.alone))
            if part is not None
        }
        return frozenset(held | gates).union(
            *(part.reads for part in (self.plain, self.alone) if part is not None)
        )

    def which(self, evidence: FloatArray) -> npt.NDArray[np.uint8]:
        """For each pair (m × features) the part that judges it: 0 this model, 1 and 2 those of `PARTS`."""
        found = np.zeros(len(evidence), dtype=np.uint8)
        if self.plain is not None:
            found[evidence[:, self.features.index(GATE)] == 0] = 1
        if self.alone is not None:
            found[~np.isnan(evidence[:, self.features.index(ALONE_GATE)])] = 2
        return found

    def which_of(self, similarities: Sequence[float]) -> int:
        """The same of one pair."""
        if self.alone is not None and not math.isnan(similarities[self.features.index(ALONE_GATE)]):
            return 2
        return 1 if self.plain is not None and similarities[self.features.index(GATE)] == 0 else 0

    def judges(self, evidence: FloatArray) -> dict[str, npt.NDArray[np.bool_]]:
        """By part, which pairs (m × features) it judges: every pair is one part's."""
        which, held = self.which(evidence), (("alone", self.alone), ("plain", self.plain))
        of = {name: number for number, name in enumerate(("", *PARTS))}
        return {
            name: which == of[name]
            for name in ("", *(name for name, part in held if part is not None))
        }

    def of(self, evidence: FloatArray) -> Model:
        """The model that judges one pair (1 × features): this one or a part of it, without the others."""
        name = next(name for name, mask in self.judges(evidence).items() if mask[0])
        return self.parts[name]

    def raw(self, evidence: FloatArray) -> npt.NDArray[np.int64]:
        """The uncalibrated sums (thousandths) for an m × features array of similarities."""
        return self.sums(evidence)[0]

    def logodds(self, evidence: FloatArray) -> npt.NDArray[np.int64]:
        """Calibrated log-odds in thousandths."""
        return self.sums(evidence)[1]

    def sums(self, evidence: FloatArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """`raw` and `logodds`."""
        which = self.which(evidence)
        raw, logodds = (
            np.empty(len(evidence), dtype=np.int64),
            np.empty(len(evidence), dtype=np.int64),
        )
        judging = np.bincount(which, minlength=3).tolist()
        for number, part in enumerate((self, self.plain, self.alone)):
            if part is not None and judging[number]:
                part._weights.add(evidence, which, number, part._curve, raw, logodds)
        return raw, logodds


def interval(similarity: FloatArray, cuts: Sequence[float]) -> npt.NDArray[np.int64]:
    """The interval each similarity lies in: 0 … len(cuts), len(cuts) + 1 for NaN."""
    places = np.searchsorted(
        np.array(cuts, dtype=np.float64), similarity.astype(np.float64), side="left"
    )
    missing: npt.NDArray[np.int64] = np.where(np.isnan(similarity), len(cuts) + 1, places)
    return missing


def interval_of(similarity: float, cuts: Sequence[float]) -> int:
    """The same of one similarity."""
    return len(cuts) + 1 if math.isnan(similarity) else bisect_left(cuts, similarity)


def scores(logodds: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Probabilities of log-odds in thousandths, rounded to six decimals."""
    value: npt.NDArray[np.float64] = np.round(
        1.0 / (1.0 + np.exp(-np.asarray(logodds, dtype=np.float64) / 1000.0)), 6
    )
    return value


def border(score: float) -> int:
    """The least log-odds (thousandths) whose score is at least the given one; scores are taken within 1e-6 … 1 −
    1e-6."""
    score = min(max(score, SCORE_MIN), 1 - SCORE_MIN)
    # the last bit of a logarithm must not move a border
    return math.ceil(1000 * math.log(score / (1 - score)) - 1e-9)


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

    def band(self, score: float) -> Band:
        """The band of one score."""
        return (
            Band.MATCH
            if score >= self.match
            else Band.REVIEW
            if score >= self.review
            else Band.DISTINCT
        )

    def bands(self, score: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
        """The band of each score."""
        match = np.where(score >= self.match, Band.MATCH, Band.REVIEW)
        bands: npt.NDArray[np.uint8] = np.where(score >= self.review, match, Band.DISTINCT).astype(
            np.uint8
        )
        return bands
