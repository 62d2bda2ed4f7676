"""Model of one kind for populations of any size: choice of terms, fit, and rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from resolver.errors import ModelError
from resolver.matching.comparators import COMPARATOR_BY_NAME, features_of
from resolver.matching.scoring import (
    LISTED_FEATURE,
    NAME_ONLY_FEATURE,
    Model,
    PairTerm,
    PopulationTerms,
    SupportLimit,
    Term,
    threshold_logodds,
)
from resolver.records import Kind
from resolver.records.prepared.batch import FloatArray
from resolver.records.prepared.population import KindPopulation
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.fit import population_fit
from resolver.training.fit.cross_validation import fit_calibration
from resolver.training.fit.measured_evidence import LevelCounts, apply_measured

_NAME_JOINTS = (
    ("name", "name_rarity"),
    ("name_contradicted", "name_rarity"),
    ("name_weakest", "name_parts"),
    ("name_omitted", "name_rarity"),
    ("name_weakest", "name_rarity"),
)
RELATIVE_SHARES: Mapping[tuple[str, str], float] = {
    ("name_sides", "birth_date"): 0.8,
    ("name_sides", "birth_place"): 0.5,
    ("name_sides", "address"): 0.5,
    ("name_sides", "nationality"): 0.5,
    ("name_sides", "country"): 0.5,
    ("name_sides", "phone"): 0.5,
    ("name_sides", "father_name"): 0.5,
    ("name_contradicted", "address"): 0.5,
    ("name_contradicted", "phone"): 0.5,
    ("name_contradicted", "email"): 0.5,
    ("name_contradicted", "website"): 0.5,
}
"""Joint terms that tell relatives (twins, kin, sister companies), and their share of what the
second comparator says: values that relatives share say little where their names differ.
"""
_KIN_JOINTS = tuple(pair for pair in RELATIVE_SHARES if pair[0] == "name_sides")
_SISTER_JOINTS = tuple(pair for pair in RELATIVE_SHARES if pair[0] == "name_contradicted")
JOINTS: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.PERSON: (
        *_NAME_JOINTS,
        *_KIN_JOINTS,
        ("name_sides", "name_rarity"),
        ("name", "birth_date"),
        ("name_rarity", "birth_date"),
        ("name_rarity", "birth_place"),
        ("name_rarity", "address"),
        ("name_rarity", "nationality"),
    ),
    Kind.GROUP: (
        *_NAME_JOINTS,
        *_SISTER_JOINTS,
        ("name", "acronym"),
        ("name_contradicted", "numbers"),
        ("name", "places_named"),
        ("name", "address"),
        ("name_rarity", "country"),
    ),
    Kind.ASSET: (("name", "name_rarity"),),
}
"""Pairs of comparators with a joint term; where they compare two fields, the second is not a
name.
"""
MIN_SUPPORT = 1_000
"""Weight for a match (thousandths) from which other fields support names."""
MAX_NAME_ONLY_SCORE = 0.94
"""Highest score of persons and assets by name alone, below the default threshold of a match."""
_UNUSED = (LISTED_FEATURE, NAME_ONLY_FEATURE)
"""Comparators that say what is stated, which is no evidence."""


def fit_population_model(
    data: LabeledPairs, fixed: Mapping[str, int], measured: Mapping[str, LevelCounts] | None = None
) -> Model:
    """Fit the model of a kind. Deterministic.

    `fixed` has the weights (thousandths, for a value that is present) that are stated, not learned.
    `measured` has the counts towards which the weights of contradicting facts are moved.
    """
    cuts = choose_term_cuts(data, fixed)
    fitted = population_fit.fit_evidence(_without(data, fixed), cuts, RELATIVE_SHARES)
    rising = population_fit.RisingSums.of(cuts, population_fit.RISING)
    weights, relative = (
        rising.lift(np.rint(1000 * _bound_joints(cuts, part)) / 1000)
        for part in (fitted.weights, fitted.relative)
    )
    stated = [Term(name, (), (weight, 0)) for name, weight in sorted(fixed.items())]
    knots = tuple(round(1000 * knot) for knot in population_fit.KNOTS)
    model = Model(
        data.kind.label,
        "",
        data.features,
        0,
        (*_terms(cuts, weights), *stated),
        tuple(_pair_terms(cuts, weights)),
        population=PopulationTerms(
            *(knots,) * 4, (*_terms(cuts, relative), *stated), tuple(_pair_terms(cuts, relative))
        ),
        limit=support_limit(data.kind),
    )
    fitted_model = fit_curves(model, data, fixed)
    if not measured:
        return fitted_model
    # the slopes of the curves decide how far a weight is moved; then the curves are fitted to the
    # new sums
    return fit_curves(apply_measured(fitted_model, measured), data, fixed)


def fit_curves(model: Model, data: LabeledPairs, fixed: Mapping[str, int]) -> Model:
    """Return a model with the start and the curves of its population terms fitted to pairs.

    The weights of the model stay as they are. Raises `ModelError` if the model has no population
    terms.
    """
    if model.population is None:
        raise ModelError("a model without population terms has no curves")
    free = _without(data, fixed)
    own = replace(model, intercept=0)
    sums = own.raw(free.evidence) / 1000, own.relative_sums(free.evidence) / 1000
    fitted = population_fit.refit_population(free, sums)
    terms = replace(
        model.population,
        chance=_rising(1000 * fitted.chance),
        dependent=_rising(1000 * fitted.dependent),
    )
    fitted_model = replace(model, intercept=round(1000 * fitted.start), population=terms)
    return _with_even_odds(fitted_model, data)


def support_limit(kind: Kind) -> SupportLimit | None:
    """Return the limit for pairs that agree in their names only; it is below the threshold of a
    match.

    Many persons and many ships have the same name, but the name of a group distinguishes it from
    others.
    """
    if kind == Kind.GROUP:
        return None
    features = tuple(
        name
        for name in features_of(kind)
        if COMPARATOR_BY_NAME[name].shows not in ("names", "principals", "sources")
    )
    return SupportLimit(features, MIN_SUPPORT, threshold_logodds(MAX_NAME_ONLY_SCORE))


def choose_term_cuts(data: LabeledPairs, fixed: Mapping[str, int]) -> population_fit.TermCuts:
    """Choose the cuts of all terms by true pairs and equally many false pairs."""
    true, false = np.flatnonzero(data.labels == 1), np.flatnonzero(data.labels == 0)
    step = max(len(false) // max(len(true), 1), 1)
    sample = data.evidence[np.concatenate([true, false[::step]])]
    column = {name: sample[:, index] for index, name in enumerate(data.features)}
    terms = tuple(
        name
        for name in data.features
        if name not in fixed and name not in _UNUSED and not np.isnan(column[name]).all()
    )
    cuts = {
        name: population_fit.choose_cuts(column[name], population_fit.MAX_CUTS) for name in terms
    }
    joint = tuple(pair for pair in JOINTS[data.kind] if set(pair) <= set(terms))
    axes = {
        name: population_fit.thin_cuts(cuts[name], column[name], population_fit.MAX_JOINT_CUTS)
        for pair in joint
        for name in pair
    }
    return population_fit.TermCuts(
        data.features,
        terms,
        tuple(cuts[name] for name in terms),
        joint,
        tuple((axes[first], axes[second]) for first, second in joint),
    )


def _without(data: LabeledPairs, fixed: Mapping[str, int]) -> LabeledPairs:
    """Return the pairs to which no stated weight applies."""
    stated = [data.features.index(name) for name in fixed]
    is_free = np.ones(len(data), dtype=bool)
    for column in stated:
        is_free &= np.isnan(data.evidence[:, column])
    return data if is_free.all() else data.select(is_free)


def _bound_joints(
    cuts: population_fit.TermCuts, fitted: population_fit.Floats
) -> population_fit.Floats:
    """Return the weights, with the cells of joint terms of two fields limited by `joint_bounds`."""
    weights = fitted.copy()
    of_term = _term_weights(cuts, weights)
    begin = cuts.term_count
    for pair, (rows, columns), size in zip(
        cuts.joint, cuts.joint_cuts, cuts.joint_sizes, strict=True
    ):
        if _crosses(pair):
            first, second = (
                _coarsen(cuts.cuts[cuts.terms.index(name)], of_term[name], axis)
                for name, axis in zip(pair, (rows, columns), strict=True)
            )
            cells = weights[begin : begin + size].reshape(len(rows) + 1, len(columns) + 1)
            least, most = population_fit.joint_bounds(first, second, _joint_share(cuts.joint, pair))
            cells[:] = np.clip(cells, least, most)
        begin += size
    return weights


def _joint_share(joint: Sequence[tuple[str, str]], pair: tuple[str, str]) -> float:
    """Return which share of its second comparator's weight a joint term may take back.

    The joint terms of relatives get their share first; the other joint terms divide the rest
    equally.
    """
    if pair in RELATIVE_SHARES:
        return RELATIVE_SHARES[pair]
    same_field = [other for other in joint if _crosses(other) and other[1] == pair[1]]
    others = [other for other in same_field if other not in RELATIVE_SHARES]
    relatives = sum(RELATIVE_SHARES[other] for other in same_field if other in RELATIVE_SHARES)
    return (1 - relatives) / len(others)


def _crosses(pair: tuple[str, str]) -> bool:
    """Return True if two comparators compare different fields."""
    return COMPARATOR_BY_NAME[pair[0]].shows != COMPARATOR_BY_NAME[pair[1]].shows


def _coarsen(
    cuts: Sequence[float], weights: population_fit.Floats, axis: Sequence[float]
) -> list[float]:
    """Return the weight nearest to 0 in each interval of `axis`; 0 if the weights differ in
    sign.
    """
    upper = [*cuts, np.inf]
    bounds = [-np.inf, *axis, np.inf]
    nearest = []
    for low, high in pairwise(bounds):
        own = [w for cut, w in zip(upper, weights, strict=True) if low < cut <= high] or [0.0]
        same_sign = min(own) >= 0 or max(own) <= 0
        nearest.append(min(own, key=abs) if same_sign else 0.0)
    return nearest


def _term_weights(
    cuts: population_fit.TermCuts, weights: population_fit.Floats
) -> dict[str, population_fit.Floats]:
    begin, parts = 0, {}
    for name, size in zip(cuts.terms, cuts.sizes, strict=True):
        parts[name] = weights[begin : begin + size]
        begin += size
    return parts


def _terms(cuts: population_fit.TermCuts, weights: population_fit.Floats) -> list[Term]:
    """Return the terms that have a weight other than 0."""
    return [
        Term(name, own_cuts, (*_thousandths(own), 0))
        for (name, own), own_cuts in zip(
            _term_weights(cuts, weights).items(), cuts.cuts, strict=True
        )
        if any(_thousandths(own))
    ]


def _pair_terms(cuts: population_fit.TermCuts, weights: population_fit.Floats) -> list[PairTerm]:
    begin, terms = cuts.term_count, []
    for pair, axes, size in zip(cuts.joint, cuts.joint_cuts, cuts.joint_sizes, strict=True):
        cells = weights[begin : begin + size].reshape(len(axes[0]) + 1, len(axes[1]) + 1)
        grid = [(*_thousandths(row), 0) for row in cells]
        begin += size
        if any(map(any, grid)):
            terms.append(PairTerm(pair, axes, (*grid, (0,) * (len(axes[1]) + 2))))
    return terms


def _thousandths(weights: population_fit.Floats | FloatArray) -> list[int]:
    return [round(value) for value in (1000 * np.asarray(weights)).tolist()]


def _rising(values: population_fit.Floats) -> tuple[int, ...]:
    """Return values in thousandths, each at least one thousandth above the preceding value."""
    rising: list[int] = []
    for value in values.tolist():
        rising.append(max(round(value), rising[-1] + 1) if rising else round(value))
    return tuple(rising)


def _with_even_odds(model: Model, data: LabeledPairs) -> Model:
    """Return the model with added log-odds for pairs that are equally likely to be true and false.

    These are fitted to pairs that come from no population or, if there are none, to all pairs; both
    labels have the same weight.
    """
    if model.population is None:
        return model
    chosen = np.isnan(data.chance)
    if len(set(data.labels[chosen].tolist())) < 2:
        chosen = np.ones(len(data), dtype=bool)
    labels, weights = data.labels[chosen], data.weights[chosen].copy()
    for label in (0, 1):
        weights[labels == label] *= len(labels) / 2 / weights[labels == label].sum()
    referred = model.for_population("", KindPopulation()).unlimited.logodds(data.evidence[chosen])
    calibration = fit_calibration(referred, labels, weights)
    knots = np.array(model.population.raw, dtype=np.int64)
    even = _rising(calibration.apply(knots).astype(np.float64))
    return replace(model, population=replace(model.population, even=even))
