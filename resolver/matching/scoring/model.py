"""`Model`: an additive, calibrated sum of evidence in thousandths of log-odds, and its bands.

The sum of a pair is the intercept, plus one weight per comparator, plus the weights of selected
pairs of comparators. A weight depends on the interval in which the similarity lies; a missing value
has a weight of its own. The calibration maps the sum to log-odds, and the score is their logistic
function. All weights are integers, so the sum is exact and the same on every engine. A model may
have parts for certain pairs (`PART_KEYS`).

`smallest_changes` computes the smallest changes of evidence that move a pair into another band. It
reads the weights of the model; nothing is estimated.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.errors import ModelError
from resolver.matching.scoring.source_shifts import (
    DATE_ERROR,
    UNSUPPORTED,
    Marks,
    PairSources,
    mark_dates,
    shifts_by_source,
)
from resolver.matching.scoring.terms import (
    LOGODDS_LIMIT,
    Calibration,
    CheckTerms,
    Numbers,
    PairTerm,
    PopulationCurves,
    PopulationTerms,
    SupportLimit,
    Term,
    Thresholds,
    even_odds_shift,
    partner_shift,
    scores,
)
from resolver.matching.scoring.weight_sums import Curve, Weights, calibrated
from resolver.records.batch import IntArray
from resolver.records.kinds import Kind
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.population import KindPopulation
from resolver.records.results.explanation import Alternative, Change
from resolver.records.results.resolution import Band

LISTED_FEATURE = "listed"
"""Comparator that selects the part: 1 for pairs of watchlists, 0 for pairs of plain registers."""
NAME_ONLY_FEATURE = "names_alone"
"""Comparator that has a value only for pairs of which only names are known."""
REGISTER_PART, NAME_ONLY_PART = "plain", "alone"
"""JSON keys of the parts of a model; the file format keeps them."""
PART_KEYS = (REGISTER_PART, NAME_ONLY_PART)
"""Parts that a model may have, each for certain pairs. If two apply to a pair, the last counts."""
_OWN_VALUES = frozenset({"identifier", "phone", "email"})
"""Comparators of values that tell people apart without a name."""
_RARITY_FEATURE, _LEAST_RARITY = "name_rarity", 0.068
"""Comparator of the rarity of what two names share, and its least value that identifies a person.

It is more than a single letter has (2 nats of 30)."""
_DATE_FEATURE = "birth_date"
_SAME_NUMBER = 0.6
"""Least similarity of two records that share a number."""


class MergeBar(NamedTuple):
    """Similarity of a comparator, at or below which two records may wait, but are never merged
    because of their own score.

    A pair that shares a number may merge all the same if `number_lifts`. `registers_only`: it holds
    only for pairs in the style of registers, which state no passport.
    """

    feature: str
    most: float
    text: str
    number_lifts: bool = False
    registers_only: bool = False


MERGE_BARS = {
    "person": (
        MergeBar("gender", 0.0, "The genders differ: nobody is merged in spite of that."),
        MergeBar(
            "name_established",
            0.99,
            "The names have two established names in one place, as those of siblings do: nobody is"
            " merged on that, unless a number is the same.",
            number_lifts=True,
        ),
        MergeBar(
            "identifier",
            0.1,
            "The national numbers differ: nobody is merged in spite of that.",
            registers_only=True,
        ),
    ),
}
"""Contradictions of each kind that keep a pair from being merged by itself.

A fit sees few pairs of siblings with alike names, and none of them outweighs a shared birth date
and place."""
_CHECK_SUMS = 8
"""Number of sums of a check: names, stated facts and everything else, each against chance and
against relatives; the terms of checks for names, and those for stated facts."""
_SELECTORS = {REGISTER_PART: LISTED_FEATURE, NAME_ONLY_PART: NAME_ONLY_FEATURE}


@dataclass(frozen=True)
class Model:
    """Fitted model of one kind of record."""

    kind: str
    version: str
    features: tuple[str, ...]
    intercept: int
    terms: tuple[Term, ...]
    pairs: tuple[PairTerm, ...] = ()
    calibration: Calibration = field(default_factory=Calibration)
    training: Mapping[str, Any] = field(default_factory=dict)
    priors: Mapping[str, int] = field(default_factory=dict)
    """Blocking plan → shift of the intercept in thousandths. Larger sets have more namesakes."""
    register: Model | None = None
    """Part for pairs whose `LISTED_FEATURE` is 0: registers differ from watchlists."""
    name_only: Model | None = None
    """Part for pairs that state nothing but names (`NAME_ONLY_FEATURE`).

    In a model with population terms, this part only says whether two names are one name. It does
    not say whether two records are one person.
    """
    ceilings: Mapping[str, int] = field(default_factory=dict)
    """Blocking plan → maximum log-odds (thousandths).

    Records with nothing but the name of a person may wait for review, but never merge by
    themselves.
    """
    population: PopulationTerms | None = None
    """Terms that turn sums into probabilities; None for models of an earlier form, whose
    calibration does not consider a population."""
    curves: PopulationCurves | None = None
    """Maps of the sums in a population. They replace the calibration."""
    basis: KindPopulation | None = None
    """Population of the curves; None for even odds."""
    shift: int = 0
    """Log-odds (thousandths) that the share of true pairs in the population adds."""
    limit: SupportLimit | None = None
    """Limit for pairs that only names support."""
    checks: CheckTerms | None = None
    """Terms by which a check weighs names; used only in the population of a check."""

    @cached_property
    def _weights(self) -> Weights:
        """Weights against chance and, in a model with population terms, against relatives."""
        terms = self.population
        relatives = [(terms.terms, terms.pairs)] if terms else []
        return Weights.of(self.features, [(self.terms, self.pairs), *relatives])

    @cached_property
    def _check_weights(self) -> Weights:
        """Weights of names, of all other values and of stated facts, each against chance and
        against relatives; and the weights of checks.
        """
        checks, terms = self.checks, self.population
        if checks is None or terms is None:
            raise ModelError("a model without terms of checks weighs no names anew")
        chance = checks.split(self.terms, self.pairs)
        relatives = checks.split(terms.terms, terms.pairs)
        groups = [group for pair in zip(chance, relatives, strict=True) for group in pair]
        return Weights.of(
            self.features, [*groups, (checks.terms, checks.pairs), (checks.stated, ())]
        )

    @cached_property
    def _support(self) -> Weights:
        """Weights of the comparators that may support names in a match."""
        names = self.limit.features if self.limit else ()
        terms = [
            replace(term, weights=tuple(max(weight, 0) for weight in term.weights))
            for term in self.terms
            if term.feature in names
        ]
        return Weights.of(self.features, [(terms, ())])

    @cached_property
    def _curve(self) -> Curve:
        own = self.curves.chance if self.curves else self.calibration
        return own.curve(self.intercept)

    @cached_property
    def _even_odds_shift(self) -> int:
        return even_odds_shift(self.basis.true_share, self.shift) if self.basis else 0

    @cached_property
    def _without_parts(self) -> Model:
        if self.register is None and self.name_only is None:
            return self
        return replace(self, register=None, name_only=None)

    @property
    def _optional_parts(self) -> dict[str, Model]:
        """Parts that this model has, by JSON key, in the order of `PART_KEYS`."""
        parts = {REGISTER_PART: self.register, NAME_ONLY_PART: self.name_only}
        return {name: part for name, part in parts.items() if part is not None}

    def for_plan(self, plan: str) -> Model:
        """Return the model for records blocked under a plan, with the intercept of that plan."""
        highest = self.ceilings.get(plan, self.calibration.max_logodds)
        calibration = replace(self.calibration, max_logodds=highest)
        intercept = self.intercept + self.priors.get(plan, 0)
        own = replace(self, intercept=intercept, priors={}, ceilings={}, calibration=calibration)
        return own.with_parts(
            {name: part.for_plan(plan) for name, part in self._optional_parts.items()}
        )

    def for_population(self, plan: str, population: KindPopulation | None) -> Model:
        """Return the model for a population of its kind (None: even odds), blocked under a plan.

        A model of an earlier form has only plans, no populations.
        """
        if self.population is None:
            return self.for_plan(plan)
        is_check = population is not None and population.listed > 0
        return replace(
            self,
            curves=self.population.curves(population),
            basis=population,
            shift=partner_shift(population) if population else 0,
            register=None,
            name_only=None,
            limit=None if is_check else self.limit,
        )

    @property
    def is_check(self) -> bool:
        """Whether this is the model of a check, which weighs names differently."""
        return self.checks is not None and self.basis is not None and self.basis.listed > 0

    def for_names(self, plan: str) -> Model:
        """Return the model that says, at even odds, whether two names belong to one entity."""
        if self.population is not None and self.name_only is not None:
            return self.name_only.for_plan(plan)
        return self.for_population(plan, None)

    def logodds_in(self, population: KindPopulation, sums: tuple[int, int]) -> tuple[int, int]:
        """Return the log-odds (thousandths) in a population for sums against chance and against
        relatives.

        The first value counts only chance; the second value is complete, with the share of true
        pairs.
        """
        if self.population is None:
            raise ModelError("a model without population terms knows no population")
        known = self._curves_by_population.get(population)
        if known is None:
            known = self.population.curves(population), partner_shift(population)
            self._curves_by_population[population] = known
        curves, shift = known
        chance = curves.chance.apply(np.array(sums[:1], dtype=np.int64))
        relatives = curves.relatives.apply(np.array(sums[1:], dtype=np.int64))
        full = int(curves.combine(chance, relatives)[0]) + shift
        return int(chance[0]), min(max(full, -LOGODDS_LIMIT), LOGODDS_LIMIT)

    @cached_property
    def _curves_by_population(self) -> dict[KindPopulation, tuple[PopulationCurves, int]]:
        """Curves of the few populations to which explanations refer, with their `partner_shift`."""
        return {}

    def with_parts(self, parts: Mapping[str, Model]) -> Model:
        """Return this model with the given parts (by `PART_KEYS`) and no others."""
        return replace(self, register=parts.get(REGISTER_PART), name_only=parts.get(NAME_ONLY_PART))

    @property
    def parts(self) -> dict[str, Model]:
        """Parts by JSON key; first, under `""`, this model without them."""
        return {"": self._without_parts, **self._optional_parts}

    @property
    def used_features(self) -> frozenset[str]:
        """Comparators that contribute to sums, or that select the part which sums."""
        features = {term.feature for term in self.terms}
        features |= {name for pair in self.pairs for name in pair.features}
        if self.population is not None:
            features |= {term.feature for term in self.population.terms}
            features |= {name for pair in self.population.pairs for name in pair.features}
        if self.checks is not None and self.is_check:
            features |= self.checks.used_features
        for name, part in self._optional_parts.items():
            features |= {_SELECTORS[name]} | part.used_features
        return frozenset(features)

    @cached_property
    def compared_features(self) -> tuple[str | None, ...]:
        """Comparator of each column of evidence; None for comparators that are not used."""
        used = self.used_features
        return tuple(name if name in used else None for name in self.features)

    def part_numbers(self, evidence: FloatArray) -> npt.NDArray[np.uint8]:
        """Return the number of the part that scores each pair of `evidence` (m × features).

        0 is this model, 1 and 2 are the parts in the order of `PART_KEYS`.
        """
        numbers = np.zeros(len(evidence), dtype=np.uint8)
        if self.register is not None:
            numbers[evidence[:, self.features.index(LISTED_FEATURE)] == 0] = 1
        if self.name_only is not None:
            numbers[~np.isnan(evidence[:, self.features.index(NAME_ONLY_FEATURE)])] = 2
        return numbers

    def part_of(self, similarities: Sequence[float]) -> Model:
        """Return the model that scores one pair: this model or a part, as `part_numbers` does."""
        column_of = self.features.index
        if self.name_only and not math.isnan(similarities[column_of(NAME_ONLY_FEATURE)]):
            return self.name_only
        if self.register and similarities[column_of(LISTED_FEATURE)] == 0:
            return self.register
        return self

    def part_masks(self, evidence: FloatArray) -> dict[str, npt.NDArray[np.bool_]]:
        """Return masks of the pairs (m × features) that each part scores.

        The masks partition the pairs.
        """
        numbers = self.part_numbers(evidence)
        number_of = {name: number for number, name in enumerate(("", *PART_KEYS))}
        # the last part comes first, as it takes precedence
        names = ("", *reversed(self._optional_parts))
        return {name: numbers == number_of[name] for name in names}

    def raw(self, evidence: FloatArray) -> npt.NDArray[np.int64]:
        """Return uncalibrated sums (thousandths) for an m × features array of similarities."""
        return self.raw_and_logodds(evidence)[0]

    def logodds(self, evidence: FloatArray, sources: PairSources | None = None) -> Numbers:
        """Return calibrated log-odds in thousandths (`sources` is None if nothing is known)."""
        return self.raw_and_logodds(evidence, sources)[1]

    def source_shifts(self, sources: PairSources | None) -> Numbers:
        """Return the log-odds that pairs have because of their sources, before they are
        compared.
        """
        return shifts_by_source(self.basis, sources)

    def at_source(self, sources: PairSources) -> Model:
        """Return the model for the sources of one pair, in its population."""
        return replace(self, shift=self.shift + int(self.source_shifts(sources)[0]))

    def raw_and_logodds(
        self, evidence: FloatArray, sources: PairSources | None = None
    ) -> tuple[Numbers, Numbers]:
        """Return `raw` and `logodds` in one pass."""
        if self.is_check:
            sums, logodds = self._check_sums_and_logodds(evidence, sources)
        else:
            sums, logodds = self._sums_and_logodds(evidence, sources)
        logodds = np.clip(logodds, -LOGODDS_LIMIT, LOGODDS_LIMIT)
        if self.limit is not None and self.basis is not None:
            self._apply_limit(self.limit, evidence, logodds)
        if self.date_errors:
            logodds = logodds + self.date_shifts(evidence)
            logodds = np.clip(logodds, -LOGODDS_LIMIT, LOGODDS_LIMIT)
        return sums, logodds

    def _check_sums_and_logodds(
        self, evidence: FloatArray, sources: PairSources | None
    ) -> tuple[Numbers, Numbers]:
        """Return the sums and the log-odds of a check, without limits: the sums of a pair of
        records, and the amount that the check adds for its names.
        """
        checks, curves = self.checks, self.curves
        if checks is None or curves is None:
            raise ModelError("only a model in the population of a check weighs names anew")
        sums = np.empty((_CHECK_SUMS, len(evidence)), dtype=np.int64)
        chance = np.empty(len(evidence), dtype=np.int64)
        parts = np.zeros(len(evidence), dtype=np.uint8)
        self._check_weights.add(evidence, parts, 0, self._curve, sums, chance)
        names = curves.combine(chance, curves.relatives.apply(sums[1]))
        added = checks.adjustments(evidence, names, sums[6])
        added += self._even_odds_shift
        if checks.stated:
            # without a name, a check weighs nothing differently
            nameless = checks.are_nameless(evidence)
            added += np.where(nameless, 0, sums[7])
            weighed = sums[2:4] + np.where(nameless, sums[4:6], 0)
        else:
            weighed = sums[2:4]
        if weighed.any():
            own = sums[:2] + weighed
            chance = calibrated(own[0], self._curve)
            logodds = curves.combine(chance, curves.relatives.apply(own[1]))
        else:
            logodds = names
        pair_sums = sums[0] + sums[2] + sums[4]
        return pair_sums, logodds + (self.shift + self.source_shifts(sources)) + added

    def _sums_and_logodds(
        self, evidence: FloatArray, sources: PairSources | None
    ) -> tuple[Numbers, Numbers]:
        """Return the sums and the log-odds without limits."""
        numbers = self.part_numbers(evidence)
        sums = np.empty((2, len(evidence)), dtype=np.int64)
        logodds = np.empty(len(evidence), dtype=np.int64)
        counts = np.bincount(numbers, minlength=3).tolist()
        for number, part in enumerate((self, self.register, self.name_only)):
            if part is not None and counts[number]:
                part._weights.add(evidence, numbers, number, part._curve, sums, logodds)
        if self.curves is not None:
            relatives = self.curves.relatives.apply(sums[1])
            logodds = self.curves.combine(logodds, relatives)
        return sums[0], logodds + (self.shift + self.source_shifts(sources))

    def _apply_limit(self, limit: SupportLimit, evidence: FloatArray, logodds: Numbers) -> None:
        """Lower the log-odds of pairs that only names support to the limit."""
        # few pairs are above the limit, and it does not change others
        high = np.flatnonzero(logodds > limit.most)
        if len(high):
            held = self.unsupported(evidence[high]) | self._contradicted(evidence[high])
            logodds[high] = limit.apply(logodds[high], held)

    def relative_sums(self, evidence: FloatArray) -> Numbers:
        """Return the sums against relatives (thousandths) for an m × features array."""
        sums = np.zeros((2, len(evidence)), dtype=np.int64)
        parts = np.zeros(len(evidence), dtype=np.uint8)
        self._weights.add(evidence, parts, 0, _NO_CURVE, sums, np.empty_like(sums[0]))
        relatives: Numbers = sums[1]
        return relatives

    @property
    def date_errors(self) -> int:
        """What a birth date with one wrong part adds in the population (thousandths)."""
        return self.basis.date_errors if self.basis else 0

    def date_shifts(self, evidence: FloatArray) -> Numbers:
        """Return what errors in birth dates add to pairs (m × features), in thousandths."""
        if not self.date_errors:
            return np.zeros(len(evidence), dtype=np.int64)
        is_error = (self._mark_dates(evidence) == DATE_ERROR) & ~self._contradicted(evidence)
        return np.where(is_error, np.int64(self.date_errors), np.int64(0))

    def marks(self, evidence: FloatArray) -> Marks:
        """Return the marks of pairs (m × features); see `UNSUPPORTED`."""
        contradicted = self._contradicted(evidence)
        held = self.unsupported(evidence) | contradicted
        return self._mark_dates(evidence) * ~contradicted | held * UNSUPPORTED

    def _mark_dates(self, evidence: FloatArray) -> Marks:
        if _DATE_FEATURE not in self.features:
            return np.zeros(len(evidence), dtype=np.uint8)
        return mark_dates(evidence[:, self.features.index(_DATE_FEATURE)])

    @property
    def unlimited(self) -> Model:
        """This model without its limit for pairs that only names support; the limit is applied
        later.
        """
        return replace(self, limit=replace(self.limit, most=LOGODDS_LIMIT)) if self.limit else self

    def unsupported(self, evidence: FloatArray) -> npt.NDArray[np.bool_]:
        """Return the pairs (m × features) that only names support, and the pairs without a name
        that no number or contact supports: many people share a birth date, a place and a letter.
        """
        if self.limit is None:
            return np.zeros(len(evidence), dtype=bool)
        support = np.zeros((1, len(evidence)), dtype=np.int64)
        parts = np.zeros(len(evidence), dtype=np.uint8)
        self._support.add(evidence, parts, 0, _NO_CURVE, support, np.empty_like(support[0]))
        lacking: npt.NDArray[np.bool_] = support[0] < self.limit.support
        own = [place for place, name in enumerate(self.features) if name in _OWN_VALUES]
        says_little = ~(evidence[:, self.features.index(_RARITY_FEATURE)] >= _LEAST_RARITY)
        lacking |= says_little & ~(evidence[:, own] > 0).any(axis=1)
        return lacking

    def contradictions(self, evidence: FloatArray) -> dict[str, npt.NDArray[np.bool_]]:
        """Return the contradictions that keep pairs (m × features) from being merged: for the text
        of each, the pairs that have it.
        """
        held: dict[str, npt.NDArray[np.bool_]] = {}
        if self.limit is None:
            return held
        place = self.features.index
        for row in MERGE_BARS.get(self.kind, ()):
            if row.feature not in self.features:
                continue
            pairs: npt.NDArray[np.bool_] = evidence[:, place(row.feature)] <= row.most + 1e-6
            if row.number_lifts:
                pairs &= ~(evidence[:, place("identifier")] >= _SAME_NUMBER)
            if row.registers_only:
                pairs &= evidence[:, place(LISTED_FEATURE)] == 0
            held[row.text] = pairs
        return held

    def _contradicted(self, evidence: FloatArray) -> npt.NDArray[np.bool_]:
        contradicted = np.zeros(len(evidence), dtype=bool)
        for pairs in self.contradictions(evidence).values():
            contradicted |= pairs
        return contradicted


_NO_CURVE = Calibration().curve(0)


def interval_indices(similarity: FloatArray, cuts: Sequence[float]) -> npt.NDArray[np.int64]:
    """Return the interval of each similarity: 0 … len(cuts), and len(cuts) + 1 for NaN."""
    places = np.searchsorted(
        np.array(cuts, dtype=np.float64), similarity.astype(np.float64), side="left"
    )
    missing: npt.NDArray[np.int64] = np.where(np.isnan(similarity), len(cuts) + 1, places)
    return missing


def interval_index(similarity: float, cuts: Sequence[float]) -> int:
    """Return the interval of one similarity, as `interval_indices` does."""
    return len(cuts) + 1 if math.isnan(similarity) else bisect_left(cuts, similarity)


def choose_model_kinds(
    kinds: npt.NDArray[np.uint8], left: IntArray, right: IntArray
) -> npt.NDArray[np.uint8]:
    """Return the kind of model for each pair: 1 person, 2 group, 4 asset, 0 none.

    Kind 0 marks pairs whose kinds exclude each other.
    """
    common = kinds[left] & kinds[right]
    chosen: npt.NDArray[np.uint8] = np.where(
        common == int(Kind.LEGAL), np.uint8(Kind.GROUP), common
    )
    return chosen


MAX_CHANGES = 3
"""Maximum number of changes reported per band."""


def smallest_changes(
    model: Model, thresholds: Thresholds, evidence: FloatArray, alternatives: Sequence[Alternative]
) -> tuple[Change, ...]:
    """Return the smallest changes that lead into each other band, nearest band first.

    A change alters one field, or two fields if no single field is enough. Each set of fields counts
    once, by its smallest shift; there are at most `MAX_CHANGES` per band. `evidence` is 1 ×
    features.
    """
    own_logodds = int(model.logodds(evidence)[0])
    own_band = Band(int(thresholds.bands(scores(np.array([own_logodds])))[0]))
    changes: dict[Band, list[Change]] = {}
    for count in (1, 2):
        for change in _score_changes(model, thresholds, evidence, alternatives, count, own_logodds):
            band_changes = changes.setdefault(change.band, [])
            # report changes of two fields only if no single field is enough
            is_needed = not band_changes or len(band_changes[0].statements) == count
            if change.band != own_band and len(band_changes) < MAX_CHANGES and is_needed:
                band_changes.append(change)
    others = sorted({*Band} - {own_band}, key=lambda band: (abs(band - own_band), -band))
    return tuple(change for band in others for change in changes.get(band, ()))


def _score_changes(
    model: Model,
    thresholds: Thresholds,
    evidence: FloatArray,
    alternatives: Sequence[Alternative],
    count: int,
    own_logodds: int,
) -> Iterator[Change]:
    """Yield changes of `count` different fields, smallest shift of log-odds first.

    Each combination of fields and band is yielded once, by its smallest shift.
    """
    groups = [
        group
        for group in combinations(alternatives, count)
        if len({alternative.field for alternative in group}) == count
    ]
    if not groups:
        return
    column_of = {name: column for column, name in enumerate(model.features)}
    trial = np.repeat(evidence, len(groups), axis=0)
    for row, group in enumerate(groups):
        for alternative in group:
            for name, value in alternative.values.items():
                trial[row, column_of[name]] = value
    logodds = model.logodds(trial)
    score = scores(logodds)
    bands = thresholds.bands(score)
    reported: set[tuple[frozenset[str], int]] = set()
    for row in np.argsort(np.abs(logodds - own_logodds), kind="stable").tolist():
        key = frozenset(alternative.field for alternative in groups[row]), int(bands[row])
        if key not in reported:
            reported.add(key)
            statements = tuple(alternative.statement for alternative in groups[row])
            yield Change(statements, int(logodds[row]), float(score[row]), Band(int(bands[row])))
