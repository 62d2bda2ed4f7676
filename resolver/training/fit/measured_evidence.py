"""Correct the weights of disagreement by counts of pairs in lists and in generated worlds.

Judged pairs and generated worlds have few true pairs that contradict each other, so a fit learns
too little about contradictions. Here such pairs are counted: P(level | different) in random pairs
of records, and P(level | same) in pairs that other fields show to be the same. The log of their
ratio is the measured weight of a level, and `apply_measured` gives stated facts at least this
weight.

A weight acts through a curve of the model (`scoring.terms`), whose slope is larger than 1 for
doubtful pairs. So the effect of a level on the log-odds is its weight times the slope of the curve
there, and this product is compared with the log-ratio.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.errors import ModelError
from resolver.matching.blocking import choose_plan_by_size, join_candidates
from resolver.matching.pipeline import symbol_source
from resolver.matching.preparation import count_population, prepare, with_frequencies
from resolver.matching.scoring import (
    LISTED_FEATURE,
    Model,
    PairTerm,
    PopulationTerms,
    Term,
    interval_index,
)
from resolver.matching.scoring.terms import Calibration
from resolver.models import loader
from resolver.names.context import GRADES
from resolver.records import KIND_BY_LABEL, Batch, Kind
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, PreparedBatch
from resolver.records.prepared.population import FrequencyTables
from resolver.training.data.labeled_pairs import LabeledPairs, evidence_by_kind
from resolver.values.kernels.dates import SAME_YEAR

MEASURED, REASONS = "measured", "measured_reasons"
"""Names of the files of counts, and of reasons for weights that differ, without their ending."""
MAX_DIFFERENCE = 1.5
"""Nats by which the weight of a level may differ from the measured one without a reason."""
WRONG_STATEMENTS = 0.0025
"""Share of statements that are about somebody else: one in 400. No contradiction weighs more than 6
nats, however many pairs were counted, since generated worlds mistake no person for another."""
MIN_SAME, MIN_AT_LEVEL = 100, 50
"""Pairs of the same that state a field, and pairs at a level, from which a level is measured."""
_IN_DOUBT = (-3_000, 6_000)
"""Log-odds (thousandths) between which the slope of a curve is taken: from there on up, a level
can turn a decision."""
RANDOM_PAIRS = 300_000
"""Number of random pairs of each kind and source of records."""
_DATES = tuple((words, float(grade)) for grade, words in sorted(GRADES.items()))


_Sum = tuple[tuple[Term, ...], tuple[PairTerm, ...]]


class Level(NamedTuple):
    """Interval of the similarity of a comparator.

    `label` says what the interval means, and `most` is its highest value. The weight at `value` is
    compared with the measured evidence.
    """

    label: str
    most: float
    value: float


def _levels(*levels: tuple[str, float]) -> tuple[Level, ...]:
    """Return levels for the given values; each level ends halfway to the next value."""
    ends = [(value + following) / 2 for (_, value), (_, following) in pairwise(levels)]
    return tuple(
        Level(label, end, value)
        for (label, value), end in zip(levels, [*ends, math.inf], strict=True)
    )


_SAME_NUMBER = 1.0
"""Similarity of two equal numbers of documents."""
LEVELS: Mapping[str, tuple[Level, ...]] = {
    "birth_date": _levels(*_DATES),
    "start_date": _levels(*_DATES),
    "gender": _levels(("another gender", 0.0), ("the same gender", 1.0)),
    "nationality": (Level("no country in common", 0.0, 0.0), Level("in common", math.inf, 1.0)),
    "country": (Level("no country in common", 0.0, 0.0), Level("in common", math.inf, 1.0)),
    "birth_place": (
        Level("another country", 0.0, 0.0),
        Level("another place", 0.3, 0.2),
        Level("another place of one country", 0.45, 0.4),
        Level("in common", math.inf, 0.9),
    ),
    "address": (
        Level("another country", 0.0, 0.0),
        Level("another place", 0.3, 0.2),
        Level("another place of one country", 0.45, 0.4),
        Level("in common", math.inf, 0.9),
    ),
    "identifier": (
        Level("two numbers of one kind and country, check digits right", 0.05, 0.0),
        Level("two numbers of one kind and country", 0.15, 0.1),
        Level("two numbers of one kind", 0.25, 0.2),
        Level("the same number", math.inf, _SAME_NUMBER),
    ),
    "phone": (Level("other numbers", 0.0, 0.0), Level("in common", math.inf, 1.0)),
    "email": (Level("other addresses", 0.85, 0.4), Level("in common", math.inf, 1.0)),
    "website": (Level("other sites", 0.0, 0.0), Level("in common", math.inf, 1.0)),
    "activity": (Level("nothing in common", 0.0, 0.0), Level("in common", math.inf, 1.0)),
    "relation": (Level("nothing in common", 0.0, 0.0), Level("in common", math.inf, 1.0)),
    "father_name": (Level("another name", 0.6, 0.5), Level("alike", math.inf, 1.0)),
    "numbers": (
        Level("another number or generation", 0.25, 0.0),
        Level("some in common", 0.75, 0.5),
        Level("the same", math.inf, 1.0),
    ),
}
"""Levels of each comparator that is measured, from the lowest similarity up."""
COUNTED: Mapping[str, tuple[str, ...]] = {
    "person": ("birth_date", "gender", "identifier", "numbers"),
    "group": ("start_date", "identifier"),
    "asset": ("start_date", "identifier"),
}
"""Comparators of stated facts that do not change, by kind: their contradictions count in full,
against chance and against relatives. Residence, contacts and citizenship change, and lists state
parts of them."""
AGREEING: Mapping[str, tuple[str, ...]] = {"person": ("birth_date",)}
"""Comparators whose agreement counts in full against chance, too. Relatives may share the date."""
STATED: Mapping[str, Mapping[str, float]] = {"person": {"numbers": -4.5}}
"""Nats that the lowest level of a comparator takes where lists have too few pairs to measure it:
generations (Sr. and Jr., II and III), which no list states of one person in two ways."""
AT_LEAST: Mapping[str, Mapping[tuple[str, float], tuple[float, float]]] = {
    "person": {("birth_date", SAME_YEAR): (1.6, 1.9)},
    "asset": {("identifier", _SAME_NUMBER): (11.5, 6.7)},
}
"""Weights (nats) against chance and relatives of similarities that agree, at least. Kin are seldom
born in one year: of relatives only twins are, one in fifty. A ship keeps its IMO number under every
name, and no two ships of generated worlds share one."""
TOLD_APART: Mapping[str, Mapping[str, tuple[float, ...]]] = {
    "person": {
        "name_established": (-2.5, -2.0),
        "name_initials": (-4.0,),
        "name_order": (-2.0, -2.0),
        "name_sides": (-3.0, -3.0, -3.0),
    }
}
"""Weights (nats) against relatives of the lowest intervals of a comparator, in watchlists at most,
since registers misspell names into others and swap them. Generated households show these levels so
many times as often in kin as in two records of one person: names that are alike and yet two names
of their own 30 to 130 times, an initial that contradicts 50 times or more, another given name 100
times, a given name that is the father's of the other person 11 times."""
LINKED: Mapping[str, Mapping[tuple[str, str], tuple[float, float]]] = {
    "person": {("name_sides", "phone"): (0.35, 0.0), ("name_order", "address"): (0.99, -0.3)},
    "group": {("qualifier", "legal_form"): (0.17, -1.6)},
}
"""Joint terms against relatives: two comparators, a similarity of the first one, and nats.

The first comparator tells relatives apart. Up to the given similarity, the second comparator says
nothing for a match, and the nats are added. Three examples: two given names contradict each other,
so a shared telephone is that of a family. A daughter lives with her father, whose name is a part of
hers. Two firms differ in a word such as Trading or Shipping and have the same legal form: at one
address, they are two firms ten times as often as one.
"""
_ESTABLISHING_PLACES = ("birth_place", "address")
_PLACE_AGREES, _RARE_NAME, _LIKE_NAME = 0.85, 0.4, 0.6
"""Similarity of agreeing places, rarity of a rare name (12 nats), and similarity of names that an
identifier needs beside it."""
_SAME_NUMBER = 0.85


@dataclass(frozen=True)
class LevelCounts:
    """Numbers of pairs at each level of a comparator, for pairs of the same entity and of different
    entities.
    """

    same: npt.NDArray[np.int64]
    different: npt.NDArray[np.int64]

    def __add__(self, other: LevelCounts) -> LevelCounts:
        return LevelCounts(self.same + other.same, self.different + other.different)

    @property
    def log_ratios(self) -> list[float]:
        """Log of P(level | same) / P(level | different) of each level, in nats."""
        totals = int(self.same.sum()), int(self.different.sum())
        return [
            _log_ratio(counts, totals)
            for counts in zip(self.same.tolist(), self.different.tolist(), strict=True)
        ]

    @property
    def is_measured(self) -> list[bool]:
        """For each level, true if there are enough pairs to measure it."""
        enough = self.same.sum() >= MIN_SAME
        return [bool(enough and count >= MIN_AT_LEVEL) for count in (self.same + self.different)]


Counts = Mapping[Kind, Mapping[str, LevelCounts]]


def _log_ratio(counts: tuple[int, int], totals: tuple[int, int]) -> float:
    """Return the log of P(level | same) / P(level | different), in nats.

    Half a pair is added to each count. A share `WRONG_STATEMENTS` of the pairs of one entity is
    assumed to have a wrong statement, so these pairs are spread over the levels like pairs of
    different entities.
    """
    same, different = (
        (count + 0.5) / (total + 1) for count, total in zip(counts, totals, strict=True)
    )
    return math.log((1 - WRONG_STATEMENTS) * same / different + WRONG_STATEMENTS)


def count_levels(
    batch: Batch,
    tables: FrequencyTables,
    deduplicated: Sequence[str] = (),
    truth: Mapping[str, str] | None = None,
    seed: int = 7,
) -> Counts:
    """Return the counts of levels in some records, by kind and comparator.

    `truth` (record id → entity) says which candidate pairs are the same; without it, other fields
    of a pair decide this. Two entries of one of the `deduplicated` sources are never the same.
    """
    counted = prepare(batch, tables, symbol_source().lookup, deduplicated)
    frequencies = replace(tables, at_hand=count_population(counted).counts)
    prepared = with_frequencies(counted, frequencies)
    ids = batch.ids.to_pylist()
    clusters = [truth[identity] for identity in ids] if truth else ids
    joined, _ = join_candidates(prepared, choose_plan_by_size(len(batch)))
    candidates = _compare(prepared, joined.left, joined.right, clusters, frequencies)
    random_pairs = _compare(prepared, *_draw_pairs(prepared, seed), clusters, frequencies)
    return {
        kind: {
            name: _count(name, data, candidates.get(kind), has_truth=truth is not None)
            for name in data.features
            if name in LEVELS
        }
        for kind, data in random_pairs.items()
    }


def _compare(
    prepared: PreparedBatch,
    left: IntArray,
    right: IntArray,
    clusters: Sequence[str],
    frequencies: FrequencyTables,
) -> dict[Kind, LabeledPairs]:
    names = np.array(clusters, dtype=object)
    labels = (names[left] == names[right]).astype(np.int8)
    return evidence_by_kind(prepared, left, right, labels, clusters, "", frequencies)


def _draw_pairs(prepared: PreparedBatch, seed: int) -> tuple[IntArray, IntArray]:
    """Return random pairs of rows of one kind, the lower row first."""
    chance, sides = np.random.default_rng(seed), list[IntArray]()
    for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET):
        rows = np.flatnonzero(prepared.kinds == int(kind)).astype(np.int32)
        if len(rows) > 1:
            pairs = rows[chance.integers(0, len(rows), (RANDOM_PAIRS, 2))]
            sides.append(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1))
    pairs = np.concatenate(sides) if sides else np.zeros((0, 2), dtype=np.int32)
    return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])


def _count(
    name: str, random_pairs: LabeledPairs, candidates: LabeledPairs | None, *, has_truth: bool
) -> LevelCounts:
    """Return the counts of a comparator."""
    different = _at_levels(name, random_pairs, random_pairs.labels == 0)
    if candidates is None:
        return LevelCounts(np.zeros_like(different), different)
    same = candidates.labels == 1 if has_truth else is_established(name, candidates)
    return LevelCounts(_at_levels(name, candidates, same), different)


def _at_levels(
    name: str, data: LabeledPairs, chosen: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    values = data.evidence[chosen, data.features.index(name)].astype(np.float64)
    ends = np.array([level.most for level in LEVELS[name]])
    indices = np.searchsorted(ends + 1e-6, values[~np.isnan(values)])
    return np.bincount(indices, minlength=len(ends)).astype(np.int64)


def is_established(name: str, data: LabeledPairs) -> npt.NDArray[np.bool_]:
    """Return the pairs that other fields than `name` show to be the same.

    They share an identifier and have names that are alike, or they share one rare full name and a
    place of birth or an address. Two entries that a list keeps apart are not the same.
    """

    def at_least(feature: str, least: float) -> npt.NDArray[np.bool_]:
        """Return the pairs whose similarity is at least `least`."""
        if feature not in data.features or feature == name:
            return np.zeros(len(data), dtype=bool)
        values: FloatArray = data.evidence[:, data.features.index(feature)]
        return np.nan_to_num(values, nan=-1.0) >= least

    by_number = at_least("identifier", _SAME_NUMBER) & at_least("name", _LIKE_NAME)
    by_name = at_least("name_exact", 1.0) & at_least("name_rarity", _RARE_NAME)
    by_place = np.zeros(len(data), dtype=bool)
    for feature in _ESTABLISHING_PLACES:
        by_place |= at_least(feature, _PLACE_AGREES)
    is_same: npt.NDArray[np.bool_] = (by_number | (by_name & by_place)) & ~at_least(
        "same_list", -0.5
    )
    return is_same


def combine_counts(parts: Iterable[Counts]) -> Counts:
    """Return the sums of counts."""
    total: dict[Kind, dict[str, LevelCounts]] = {}
    for part in parts:
        for kind, features in part.items():
            own = total.setdefault(kind, {})
            for name, counts in features.items():
                own[name] = own[name] + counts if name in own else counts
    return total


def counts_to_json(counts: Counts) -> dict[str, Any]:
    """Return counts as plain data for JSON: kind → comparator → [same, different] by level."""
    return {
        kind.label: {
            name: [
                [int(same), int(different)]
                for same, different in zip(own.same, own.different, strict=True)
            ]
            for name, own in features.items()
        }
        for kind, features in counts.items()
    }


def counts_from_json(data: Mapping[str, Any]) -> Counts:
    """Return counts stored as plain data. Raises `ModelError` if the counts have other levels."""
    counts: dict[Kind, dict[str, LevelCounts]] = {}
    for label, features in data.items():
        own = counts.setdefault(KIND_BY_LABEL[label], {})
        for name, rows in features.items():
            if len(rows) != len(LEVELS.get(name, ())):
                raise ModelError(
                    f"{MEASURED}.json counts other levels of {name} than there are",
                    hint="count again: python -m benchmarks.measured_evidence FOLDER LIST...",
                )
            own[name] = LevelCounts(*np.array(rows, dtype=np.int64).reshape(-1, 2).T)
    return counts


def load_measured(folder: Path | None = None) -> Counts:
    """Return the counts that are stored beside the models of a folder (default: the shipped
    models), for lists and worlds together; they are empty if there is no such file.

    Raises `ModelError` if the file is no JSON object or has counts of other levels.
    """
    if not ((folder or loader.MODEL_DIR) / f"{MEASURED}.json").exists():
        return {}
    return combine_counts(map(counts_from_json, loader.load(MEASURED, folder).values()))


class MeasuredLevel(NamedTuple):
    """Level of a comparator, in nats: the measured evidence, the weights against chance and against
    relatives, and how much each of the two changes the log-odds of a pair in doubt; also the counts
    of pairs.
    """

    feature: str
    label: str
    counts: tuple[int, int]
    measured: float
    weights: tuple[float, float]
    effects: tuple[float, float]
    is_measured: bool


def measured_levels(model: Model, counts: Mapping[str, LevelCounts]) -> Iterator[MeasuredLevel]:
    """Yield each level of the comparators that have weights in a model with population terms."""
    if model.population is None:
        return
    slopes = _slopes(model.population)
    own = (model.terms, model.pairs)
    related = (model.population.terms, model.population.pairs)
    weighed = {term.feature for term in model.terms}
    for feature in model.features:
        if feature not in counts or feature not in weighed:
            continue
        rows = counts[feature]
        ratios = zip(LEVELS[feature], rows.log_ratios, rows.is_measured, strict=True)
        for index, (level, ratio, enough) in enumerate(ratios):
            weights = tuple(_weight_at(part, feature, level.value) for part in (own, related))
            yield MeasuredLevel(
                feature,
                level.label,
                (int(rows.same[index]), int(rows.different[index])),
                ratio,
                (weights[0], weights[1]),
                (weights[0] * slopes[0], weights[1] * slopes[1]),
                enough,
            )


def _weight_at(parts: _Sum, feature: str, value: float) -> float:
    """Return the weight of a similarity in watchlists, in nats."""
    similarity, weight = float(np.float32(value)), 0
    for term in parts[0]:
        if term.feature == feature:
            weight += term.weights[interval_index(similarity, term.cuts)]
    for pair in parts[1]:
        if pair.features == (LISTED_FEATURE, feature):
            weight += pair.weights[1][interval_index(similarity, pair.cuts[1])]
    return weight / 1000


def _slopes(terms: PopulationTerms) -> tuple[float, float]:
    """Return the slopes of the curves against chance and against relatives at pairs in doubt."""
    slopes = []
    for curve in (terms.chance, terms.dependent):
        # The curve is read backwards, from log-odds to evidence, since its points rise on both axes
        back = Calibration(curve, terms.raw).apply(np.array(_IN_DOUBT, dtype=np.int64))
        slopes.append((_IN_DOUBT[1] - _IN_DOUBT[0]) / int(back[1] - back[0]))
    return slopes[0], slopes[1]


def apply_measured(model: Model, counts: Mapping[str, LevelCounts]) -> Model:
    """Return a model in which stated facts count at least as much as was measured.

    This applies to the disagreement of `COUNTED` comparators against chance and relatives, and to
    the agreement of `AGREEING` comparators against chance. Registers are copied by hand, and one
    record in a hundred has the date of another person. If a model distinguishes watchlists from
    registers (`LISTED_FEATURE`), a joint term makes disagreement count in full in watchlists only.
    Weights still rise with similarity and pass through 0. Deterministic. Applying the function to
    its own result changes nothing, as long as the curves stay the same.
    """
    if model.population is None or not counts:
        return model
    own, related = _slopes(model.population)
    agreeing = AGREEING.get(model.kind, ())
    terms, pairs = _moved_terms(model, (model.terms, model.pairs), counts, own, agreeing)
    terms = _raised_terms(model.kind, terms, 0)
    population = model.population
    kin = _moved_terms(model, (population.terms, population.pairs), counts, related, ())
    kin = _told_apart(model, (_raised_terms(model.kind, kin[0], 1), kin[1]))
    population = replace(population, terms=kin[0], pairs=kin[1])
    return replace(model, terms=terms, pairs=pairs, population=population)


def counted_terms(kind: str, counts: Mapping[str, LevelCounts]) -> tuple[Term, ...]:
    """Return terms of the facts of a kind whose agreement and disagreement count in full: the
    log-ratio of each measured level, which rises with similarity, and 0 for a missing value.
    """
    terms = []
    for name in AGREEING.get(kind, ()):
        if name in counts:
            cuts = tuple(level.most for level in LEVELS[name][:-1])
            nothing = Term(name, cuts, (0,) * (len(cuts) + 2))
            terms.append(_moved(nothing, _rising_ratios(nothing, counts[name]), 1.0))
    return tuple(terms)


def _moved_terms(
    model: Model,
    parts: _Sum,
    counts: Mapping[str, LevelCounts],
    slope: float,
    agreeing: Collection[str],
) -> _Sum:
    """Return the terms and joint terms of one sum, in which stated facts count in full."""
    stated = STATED.get(model.kind, {})
    has_registers = LISTED_FEATURE in model.features
    terms, joint = list[Term](), list[PairTerm]()
    for term in parts[0]:
        name = term.feature
        if name in stated:
            terms.append(_moved(term, [(0, stated[name])], slope))
        elif name not in COUNTED.get(model.kind, ()) or name not in counts:
            terms.append(term)
        else:
            ratios = _rising_ratios(term, counts[name])
            agreed = [row for row in ratios if row[1] > 0] if name in agreeing else []
            against = [row for row in ratios if row[1] < 0]
            terms.append(_moved(term, agreed + ([] if has_registers else against), slope))
            if has_registers:
                joint.append(_in_watchlists(terms[-1], _moved(term, against, slope)))
    return tuple(terms), _with_pairs(parts[1], joint)


def _with_pairs(pairs: Sequence[PairTerm], joint: Sequence[PairTerm]) -> tuple[PairTerm, ...]:
    """Return joint terms together with others, which replace the terms of the same comparators."""
    names = {pair.features for pair in joint}
    return (*(pair for pair in pairs if pair.features not in names), *joint)


def _told_apart(model: Model, parts: _Sum) -> _Sum:
    """Return the terms against relatives, with the joint terms that distinguish relatives
    (`TOLD_APART`, `LINKED`).
    """
    own = {term.feature: term for term in parts[0]}
    told_apart = TOLD_APART.get(model.kind, {}) if LISTED_FEATURE in model.features else {}
    joint = [
        _in_watchlists(own[name], _moved(own[name], enumerate(weights), 1.0))
        for name, weights in told_apart.items()
        if name in own
    ]
    joint += [
        _taken_back(own[first], own[second], *amounts)
        for (first, second), amounts in LINKED.get(model.kind, {}).items()
        if {first, second} <= own.keys()
    ]
    return parts[0], _with_pairs(parts[1], joint)


def _taken_back(names: Term, link: Term, most: float, added: float) -> PairTerm:
    """Return the joint term that removes what a link says for a match and adds some nats, if the
    similarity of names is at most `most`.
    """
    against = tuple(round(1000 * added) - weight if weight > 0 else 0 for weight in link.weights)
    nothing = (0,) * len(against)
    rows = interval_index(most, names.cuts)
    grid = [against] * (rows + 1) + [nothing] * (len(names.weights) - rows - 1)
    return PairTerm((names.feature, link.feature), (names.cuts, link.cuts), tuple(grid))


def _raised_terms(kind: str, terms: Sequence[Term], index: int) -> tuple[Term, ...]:
    """Return the terms of one sum (index 0 against chance, 1 against relatives), with the levels of
    `AT_LEAST` raised to at least the weights stated there.
    """
    raised = list(terms)
    for (feature, value), weights in AT_LEAST.get(kind, {}).items():
        for number, term in enumerate(raised):
            if term.feature == feature:
                interval = interval_index(float(np.float32(value)), term.cuts)
                raised[number] = _moved(term, [(interval, weights[index])], 1.0)
    return tuple(raised)


def _in_watchlists(term: Term, full: Term) -> PairTerm:
    """Return the joint term that lowers the weights of disagreement to those of `full`, in
    watchlists only.
    """
    lower = [
        min(low - own, 0) if own < 0 else 0
        for own, low in zip(term.weights, full.weights, strict=True)
    ]
    nothing = (0,) * len(lower)
    return PairTerm(
        (LISTED_FEATURE, term.feature), ((0.5,), term.cuts), (nothing, tuple(lower), nothing)
    )


def _moved(term: Term, ratios: Iterable[tuple[int, float]], slope: float) -> Term:
    """Return a term whose intervals weigh at least these log-ratios (nats), divided by the
    slope.
    """
    weights = list(term.weights)
    for interval, ratio in ratios:
        weight = round(1000 * ratio / slope)
        if ratio < 0:
            weights[interval] = min(weights[interval], weight)
        else:
            weights[interval] = max(weights[interval], weight)
    # levels that are not measured follow their neighbors
    for interval in range(len(weights) - 3, -1, -1):
        if weights[interval] < 0:
            weights[interval] = min(weights[interval], weights[interval + 1])
    for interval in range(1, len(weights) - 1):
        if weights[interval] > 0:
            weights[interval] = max(weights[interval], weights[interval - 1])
    return replace(term, weights=tuple(weights))


def _rising_ratios(term: Term, counts: LevelCounts) -> list[tuple[int, float]]:
    """Return the log-ratio of each interval of a term that has measured levels.

    Neighboring intervals whose ratios would fall are measured together (pool adjacent violators).
    """
    pools: list[tuple[list[int], int, int]] = []
    totals = int(counts.same.sum()), int(counts.different.sum())
    of_interval: dict[int, tuple[int, int]] = {}
    for level, same, different, enough in zip(
        LEVELS[term.feature], counts.same, counts.different, counts.is_measured, strict=True
    ):
        if enough:
            interval = interval_index(float(np.float32(level.value)), term.cuts)
            before = of_interval.get(interval, (0, 0))
            of_interval[interval] = before[0] + int(same), before[1] + int(different)

    def ratio(pool: tuple[list[int], int, int]) -> float:
        """Return the log-ratio of several intervals together."""
        return _log_ratio(pool[1:], totals)

    for interval, (same, different) in sorted(of_interval.items()):
        pools.append(([interval], same, different))
        while len(pools) > 1 and ratio(pools[-2]) > ratio(pools[-1]):
            last, before_last = pools.pop(), pools.pop()
            joined = before_last[0] + last[0], before_last[1] + last[1], before_last[2] + last[2]
            pools.append(joined)
    return [(interval, ratio(pool)) for pool in pools for interval in pool[0]]
