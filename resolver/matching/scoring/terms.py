"""Parts of a model: terms of its sum, calibration, limits, and terms of checks and populations.

`Term` and `PairTerm` are weights of one and of two comparators. `Calibration` maps sums to
log-odds. `SupportLimit` limits pairs that only names support. The functions after them read and
write JSON.

`CheckTerms`: how a check weighs names. Two records that blocking joins probably share more than a
name. A person who is checked is mostly a stranger, of whom only the name is known. So the log-odds
that the model gives to names alone are mapped by a `curve`, which was fitted on checks of names
against stores (`resolver.training.fit.check_fit`). Beside a name, a `stated` fact (a birth date)
adds the log-ratio that was counted for it in random pairs. Among two records that blocking joins,
many are relatives; but a stranger who is checked is hardly ever a relative of the person with that
name. Other values of a query add as much as they add to a pair of records. Names alone have no
limit in a check, since a check merges nobody.

`PopulationTerms`: sums of evidence to probabilities, in a population of any size. There are two
sorts of coincidences. The number of chance look-alikes grows with the population. The number of
relatives (kin, twins, branches, forgeries, copied values) does not. Each sort has its own sum: a
rare family name is evidence against chance, but not against a brother. With s the evidence against
chance and r the evidence against relatives, as log-likelihood ratios,

    odds = (λ / λ0) / ((N / N0) · c · exp(−f(s)) + exp(−g(r)))

where N is the number of records, c how far whole names coincide, λ the true pairs per record, and
f and g rise piecewise linearly. N0 and λ0 are the reference (`records.prepared.population`).

The module also has scores of log-odds, and the thresholds of the bands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import ModelError
from resolver.matching.scoring.weight_sums import Curve, TermGroup, calibrated
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.population import (
    MIN_RECORDS,
    REFERENCE_PARTNERS,
    REFERENCE_RECORDS,
    KindPopulation,
)
from resolver.records.results.resolution import Band
from resolver.runtime.threads import lazy_property

MIN_SCORE = 1e-6
"""Lowest score; the highest is 1 − `MIN_SCORE`."""
LOGODDS_LIMIT = round(1000 * math.log((1 - MIN_SCORE) / MIN_SCORE))
LOWEST_LOGODDS = -LOGODDS_LIMIT
"""Log-odds (thousandths) of the lowest score."""


@dataclass(frozen=True, slots=True)
class Term:
    """Weights of one comparator.

    `weights[k]` belongs to similarities in the k-th interval of `cuts` (a value equal to a cut is
    left of it). `weights[-1]` belongs to missing values.
    """

    feature: str
    cuts: tuple[float, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PairTerm:
    """Joint weights of two comparators.

    `weights[i][j]` belongs to the intervals of the first and the second comparator; the last index
    of each axis belongs to missing values.
    """

    features: tuple[str, str]
    cuts: tuple[tuple[float, ...], tuple[float, ...]]
    weights: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Calibration:
    """Strictly increasing, piecewise linear map from the raw sum to log-odds, both in thousandths.

    The first and last slopes continue outside the points. `max_logodds` caps the log-odds.
    """

    raw: tuple[int, ...] = (-20_000, 20_000)
    logodds: tuple[int, ...] = (-20_000, 20_000)
    max_logodds: int | None = None

    def curve(self, start: int) -> Curve:
        """Return the map for sums that begin at `start`, clipped to scores of 1e-6 … 1 − 1e-6."""
        return replace(self._curve_from_0, start=start)

    @lazy_property
    def _curve_from_0(self) -> Curve:
        highest = LOGODDS_LIMIT
        if self.max_logodds is not None:
            highest = min(self.max_logodds, LOGODDS_LIMIT)
        x, y = (np.array(points, dtype=np.float64) for points in (self.raw, self.logodds))
        return Curve(0, x, y, -LOGODDS_LIMIT, highest)

    def apply(self, raw: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return calibrated log-odds in thousandths."""
        return calibrated(raw, self._curve_from_0)


@dataclass(frozen=True, slots=True)
class SupportLimit:
    """Limit for pairs that may wait, but never merge because of their own score: pairs that only
    names support, and pairs that contradict each other (`model.MERGE_BARS`).

    `most`: highest log-odds (thousandths) of these pairs. Names are supported if the weights for a
    match of `features` sum to `support` or more.
    """

    features: tuple[str, ...]
    support: int
    most: int

    def apply(
        self, logodds: npt.NDArray[np.int64], unsupported: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int64]:
        """Return log-odds (thousandths) within the limit."""
        return np.where(unsupported, np.minimum(logodds, self.most), logodds)


HINT = "restore the model file or train it again"
_MAX_WEIGHT = 10**9


def term_to_json(term: Term) -> dict[str, Any]:
    """Return a term as plain data for JSON."""
    return {"feature": term.feature, "cuts": list(term.cuts), "weights": list(term.weights)}


def pair_to_json(pair: PairTerm) -> dict[str, Any]:
    """Return a pair term as plain data for JSON."""
    return {
        "features": list(pair.features),
        "cuts": [list(cuts) for cuts in pair.cuts],
        "weights": [list(row) for row in pair.weights],
    }


def terms_from_json(
    items: Sequence[Mapping[str, Any]], features: Sequence[str]
) -> tuple[Term, ...]:
    """Return terms stored as plain data. Raises `ModelError` if a term is damaged, belongs to none
    of `features`, or occurs twice.
    """
    terms = tuple(_term(item, features) for item in items)
    if len({term.feature for term in terms}) < len(terms):
        raise ModelError("a comparator has weights twice", hint=HINT)
    return terms


def _term(item: Mapping[str, Any], features: Sequence[str]) -> Term:
    name = item["feature"]
    if name not in features:
        raise ModelError(f"there are weights of {name!r}, which is not a comparator", hint=HINT)
    cuts = _cuts(item["cuts"], name)
    weights = tuple(weight_from_json(weight, name) for weight in item["weights"])
    if len(weights) != len(cuts) + 2:
        raise ModelError(f"the weights of {name} do not fit its cuts", hint=HINT)
    return Term(name, cuts, weights)


def pair_from_json(item: Mapping[str, Any], features: Sequence[str]) -> PairTerm:
    """Return a pair term stored as plain data. Raises `ModelError` if it is damaged, or does not
    belong to two of `features`.
    """
    first_name, second_name = item["features"]
    if first_name not in features or second_name not in features or first_name == second_name:
        raise ModelError(
            f"there are joint weights of {first_name!r} and {second_name!r}, which are not two "
            "different comparators",
            hint=HINT,
        )
    first, second = (
        _cuts(cuts, name)
        for cuts, name in zip(item["cuts"], (first_name, second_name), strict=True)
    )
    names = f"{first_name} and {second_name}"
    weights = tuple(
        tuple(weight_from_json(weight, names) for weight in row) for row in item["weights"]
    )
    if len(weights) != len(first) + 2 or any(len(row) != len(second) + 2 for row in weights):
        raise ModelError(f"the weights of {names} do not fit their cuts", hint=HINT)
    return PairTerm((first_name, second_name), (first, second), weights)


def _cuts(values: Sequence[Any], name: str) -> tuple[float, ...]:
    cuts = tuple(float(value) for value in values)
    if not all(map(math.isfinite, cuts)) or any(upper <= lower for lower, upper in pairwise(cuts)):
        raise ModelError(f"the cuts of {name} do not rise", hint=HINT)
    return cuts


def weight_from_json(value: Any, name: str) -> int:
    """Return a weight of `name`. Raises `ModelError` if it is no whole number within bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MAX_WEIGHT:
        raise ModelError(
            f"a weight of {name} is {str(value)[:40]!r}, not a whole number within bounds",
            hint=HINT,
        )
    return value


Numbers = npt.NDArray[np.int64]
FORMAT = 1
_HINT = "restore checks.json or train again"
_ABSENT = "name"
"""Comparator that has no value where the query or the entity has no name."""


@dataclass(frozen=True)
class CheckTerms:
    """Terms of one kind, in thousandths of log-odds; they assume that a query is listed in one case
    of two.

    `features`: columns of evidence. `names`: the features that compare names. `curve`: map of the
    log-odds of names alone. `stated`: terms of facts, in place of the weights that they have in a
    pair.
    """

    features: tuple[str, ...]
    names: tuple[str, ...]
    curve: Calibration
    terms: tuple[Term, ...] = ()
    pairs: tuple[PairTerm, ...] = ()
    stated: tuple[Term, ...] = ()

    @property
    def used_features(self) -> frozenset[str]:
        """Comparators that the terms weigh."""
        paired = (name for pair in self.pairs for name in pair.features)
        return frozenset((*(term.feature for term in (*self.terms, *self.stated)), *paired))

    def split(self, terms: Sequence[Term], pairs: Sequence[PairTerm]) -> list[TermGroup]:
        """Return weights of a sum as three sums: the weight of names if nothing else is known, the
        amount that all other values add, and the amount that `stated` facts add to these. Weights
        of 0 are left out.
        """
        groups: list[tuple[list[Term], list[PairTerm]]] = [([], []) for _ in range(3)]
        for term in terms:
            parts = self._parts(np.array(term.weights), (term.feature,))
            for (own, _), part in zip(groups, parts, strict=True):
                if part.any():
                    own.append(replace(term, weights=tuple(part.tolist())))
        for pair in pairs:
            parts = self._parts(np.array(pair.weights), pair.features)
            for (_, joint), part in zip(groups, parts, strict=True):
                if part.any():
                    joint.append(replace(pair, weights=tuple(map(tuple, part.tolist()))))
        return [*groups]

    def _parts(self, weights: Numbers, features: Sequence[str]) -> list[Numbers]:
        """Return weights by the intervals of some features, as the three parts of `split`."""
        stated = {term.feature for term in self.stated}
        names = _weights_without(weights, [name in self.names for name in features])
        others = _weights_without(weights, [name not in stated for name in features])
        return [names, others - names, weights - others]

    def adjustments(self, evidence: FloatArray, names: Numbers, sums: Numbers) -> Numbers:
        """Return how much a check adds to the log-odds of pairs (m × features). `names` has the
        log-odds of their names alone, and `sums` the sum of their terms of checks. 0 if no names
        are compared.
        """
        added: Numbers = self.curve.apply(names) - names + sums
        added[self.are_nameless(evidence)] = 0
        return added

    def are_nameless(self, evidence: FloatArray) -> npt.NDArray[np.bool_]:
        """Return the pairs (m × features) in which no names are compared."""
        return np.isnan(evidence[:, self.features.index(_ABSENT)])

    def to_json(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        curve = {"raw": list(self.curve.raw), "logodds": list(self.curve.logodds)}
        terms = [term_to_json(term) for term in self.terms]
        pairs = [pair_to_json(pair) for pair in self.pairs]
        return {
            "names": list(self.names),
            "curve": curve,
            "terms": terms,
            "pairs": pairs,
            **({"stated": [term_to_json(term) for term in self.stated]} if self.stated else {}),
        }


def _weights_without(weights: npt.NDArray[np.int64], is_known: Iterable[bool]) -> Numbers:
    """Return weights by the intervals of some features, as they are if features that are not known
    have no value.
    """
    own = weights.copy()
    for axis, known in enumerate(is_known):
        if not known:
            own[:] = own.take([-1], axis=axis)
    return own


def check_terms_from_json(
    data: Mapping[str, Any], features: Mapping[str, tuple[str, ...]]
) -> dict[str, CheckTerms]:
    """Return the terms of each kind that a file states; `features` has the comparators by label of
    kind.

    Raises `ModelError` for damaged data.
    """
    if data.get("format") != FORMAT:
        raise ModelError(f"the format of checks.json is not {FORMAT}", hint=_HINT)
    try:
        return {kind: _from_json(own, features[kind]) for kind, own in data["kinds"].items()}
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"the terms of checks are damaged: {type(error).__name__} {error}", hint=_HINT
        ) from error


def _from_json(data: Mapping[str, Any], features: tuple[str, ...]) -> CheckTerms:
    names = tuple(map(str, data["names"]))
    raw, logodds = (tuple(map(int, data["curve"][name])) for name in ("raw", "logodds"))
    if len(raw) < 2 or len(raw) != len(logodds) or not set(names) <= set(features):
        raise ValueError("the curve or the names")
    if any(np.diff(raw) <= 0) or any(np.diff(logodds) < 0):
        raise ValueError("a curve that falls")
    terms = terms_from_json(data.get("terms", ()), features)
    pairs = tuple(pair_from_json(pair, features) for pair in data.get("pairs", ()))
    read = CheckTerms(features, names, Calibration(raw, logodds), terms, pairs)
    if not read.used_features <= set(names):
        raise ValueError("a term of what is not a name")
    stated = terms_from_json(data.get("stated", ()), features)
    if not {term.feature for term in stated}.isdisjoint(names):
        raise ValueError("a stated fact that is a name")
    return replace(read, stated=stated)


def even_odds_shift(true_share: float, partner_shift: int) -> int:
    """Return the shift from the odds of a pair (`partner_shift`) to the odds of a check, for a
    share of listed callers.
    """
    unlisted = min(max(1.0 - true_share, 1e-6), 1.0)
    return round(1000 * math.log(true_share / unlisted)) - partner_shift


_WIDEST_GAP = 12_000
"""Gap (thousandths) from which the larger of two log-odds adds less than half a thousandth."""
_BOTH = np.rint(1000 * np.log1p(np.exp(-np.arange(_WIDEST_GAP + 1) / 1000))).astype(np.int64)


@dataclass(frozen=True, slots=True)
class PopulationCurves:
    """Maps of both sums to log-odds in one population or, with `even`, at even odds."""

    chance: Calibration
    relatives: Calibration
    even: Calibration | None = None

    def combine(self, chance: Numbers, relatives: Numbers) -> Numbers:
        """Return the log-odds against both sorts of coincidence together (all in thousandths)."""
        gap = np.minimum(np.abs(chance - relatives), _WIDEST_GAP)
        logodds: Numbers = np.minimum(chance, relatives) - _BOTH[gap]
        return logodds if self.even is None else self.even.apply(logodds)


@dataclass(frozen=True, slots=True)
class PopulationTerms:
    """Fitted terms of one kind, in thousandths.

    `raw`: rising points of evidence. `chance` and `dependent`: f and g at these points. `even`:
    log-odds of a pair at even odds (before anything is compared, it is as likely to be true as
    not), for log-odds `raw` in the reference population. Lines continue outside the points. `terms`
    and `pairs`: weights against relatives.
    """

    raw: tuple[int, ...]
    chance: tuple[int, ...]
    dependent: tuple[int, ...]
    even: tuple[int, ...]
    terms: tuple[Term, ...] = ()
    pairs: tuple[PairTerm, ...] = ()

    def curves(self, population: KindPopulation | None) -> PopulationCurves:
        """Return the maps of sums at the reference share of true pairs; None: at even odds."""
        basis = population or KindPopulation()
        size = max(basis.records, MIN_RECORDS) / REFERENCE_RECORDS
        look_alikes = round(1000 * math.log(size)) + basis.concentration
        return PopulationCurves(
            Calibration(self.raw, tuple(value - look_alikes for value in self.chance)),
            Calibration(self.raw, self.dependent),
            None if population else Calibration(self.raw, self.even),
        )


def partner_shift(population: KindPopulation) -> int:
    """Return the log-odds (thousandths) that the share of true pairs adds to the reference."""
    return round(1000 * math.log(1000 * population.true_share / REFERENCE_PARTNERS))


def scores(logodds: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return probabilities of log-odds in thousandths, rounded to six decimals."""
    value: npt.NDArray[np.float64] = np.round(
        1.0 / (1.0 + np.exp(-np.asarray(logodds, dtype=np.float64) / 1000.0)), 6
    )
    return value


def threshold_logodds(score: float) -> int:
    """Return the lowest log-odds (thousandths) whose score is at least `score`.

    Scores are clipped to 1e-6 … 1 − 1e-6.
    """
    score = min(max(score, MIN_SCORE), 1 - MIN_SCORE)
    # rounding errors in a logarithm must not move a threshold
    return math.ceil(1000 * math.log(score / (1 - score)) - 1e-9)


MIN_REVIEW_VALUE = 4.5
"""Value of a review, in reviews, from which a pair waits for a steward.

Of reviews whose value is one to four, one in eighteen finds a match among 100,000 records, and of
those up to 4.5 one in nine: with them less than half of all reviews would.
"""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which a pair is in band match or in band review, and the score from which two
    entities wait for a steward (`queue`).
    """

    match: float = 0.95
    review: float = 0.05
    queue: float = 0.225

    @classmethod
    def from_costs(
        cls, wrong_merge: float, min_review_value: float = MIN_REVIEW_VALUE
    ) -> Thresholds:
        """Return the thresholds if a wrong merge costs as much as `wrong_merge` reviews.

        A match that is missed costs the same number of reviews. A pair is merged without review if
        the expected cost of a wrong merge, (1 − p) · c, is below one review. It is in doubt if the
        expected cost of a missed match, p · c, is one review or more. It waits for a steward if
        this cost is at least `min_review_value`, or if the pair is in band match. Raises
        `ModelError` for costs below 2 and a value below 1.
        """
        if not wrong_merge >= 2:
            raise ModelError(f"a wrong merge must cost at least 2 reviews, not {wrong_merge}")
        if not min_review_value >= 1:
            raise ModelError(
                f"a review must have a value of at least 1 review, not {min_review_value}"
            )
        match = 1 - 1 / wrong_merge
        return cls(match, 1 / wrong_merge, min(min_review_value / wrong_merge, match))

    def band(self, score: float) -> Band:
        """Return the band of one score."""
        return (
            Band.MATCH
            if score >= self.match
            else Band.REVIEW
            if score >= self.review
            else Band.DISTINCT
        )

    def bands(self, score: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
        """Return the band of each score."""
        match = np.where(score >= self.match, Band.MATCH, Band.REVIEW)
        bands: npt.NDArray[np.uint8] = np.where(score >= self.review, match, Band.DISTINCT).astype(
            np.uint8
        )
        return bands
