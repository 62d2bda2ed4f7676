"""Parts of a model; each is fitted and cross-validated on the kind of pairs that it will score.

The parts are watchlists, plain registers, and name-only pairs. Each is an additive boosted model
that is converted exactly to tables of weights.

Interaction constraints limit scikit-learn's histogram gradient boosting to single comparators and
selected pairs, and monotonicity constraints to rising functions. Its trees are then summed into one
step function per comparator (or grid per pair), rounded to thousandths. Nothing is approximated:
the tables are the model (after Lou et al. 2013, GA²M).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from resolver.engines.local import NAME_PAIRS_PLAN
from resolver.matching.blocking import PLANS
from resolver.matching.comparators import COMPARATOR_BY_NAME, features_of
from resolver.matching.scoring import (
    LISTED_FEATURE,
    NAME_ONLY_FEATURE,
    NAME_ONLY_PART,
    REGISTER_PART,
    Model,
    PairTerm,
    Term,
    threshold_logodds,
)
from resolver.records import Kind
from resolver.training.data.labeled_clusters import CLUSTER_ORIGIN
from resolver.training.data.labeled_pairs import LabeledEvidence, LabeledPairs
from resolver.training.fit.cross_validation import FOLDS, fit_calibration, out_of_fold_sums
from resolver.training.fit.measured_evidence import Counts
from resolver.training.name_only import NAME_ONLY_ORIGIN
from resolver.training.registers import REGISTERS

START_PLANS = (NAME_PAIRS_PLAN, "S")
"""Plans whose prior becomes the intercept; the first one with pairs is used."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """Options of a fit.

    `fixed` has the weights (thousandths, for a value that is present) that are stated instead of
    learned, such as `same_list`. `measured` has, by kind, the counts that correct the weights of
    contradictions.
    """

    rounds: int = 250
    learning_rate: float = 0.06
    leaves: int = 4
    min_leaf_pairs: float = 8
    ridge: float = 2.0
    seed: int = 7
    fixed: Mapping[str, int] = field(default_factory=dict)
    measured: Counts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Terms that an additive model may have.

    `features` names the comparators by column. `rises` says which of them may only give more
    evidence for a match when similarity rises. `interactions` lists the pairs of comparators that
    have a joint term.
    """

    kind: str
    features: Sequence[str]
    rises: Sequence[bool]
    interactions: Sequence[tuple[str, str]] = ()


def fit_additive(
    spec: ModelSpec,
    pairs: LabeledEvidence,
    options: FitOptions,
    plans: npt.NDArray[np.object_] | None = None,
) -> Model:
    """Fit a model to labeled pairs. Deterministic.

    `plans` names the blocking plan of each pair; the model then has a prior for each plan (0 for
    the first of `START_PLANS` that occurs, or else the first by name).
    """
    column_of = {name: number for number, name in enumerate(spec.features)}
    data = pairs.evidence.astype(np.float64).copy()
    for name in options.fixed:
        data[:, column_of[name]] = np.nan
    # binning samples rows and fails on a column that is nearly empty; no tree can split a column
    # with one value
    data[:, (~np.isnan(data)).sum(axis=0) < options.min_leaf_pairs] = 0.0
    order: list[str] = []
    plan_column = np.zeros(len(data))
    if plans is not None:
        order = sorted(set(plans.tolist()))
        plan_column = np.searchsorted(np.array(order, dtype=object), plans).astype(float)
    groups = [{number} for number in range(len(spec.features) + 1)]
    groups += [{column_of[first], column_of[second]} for first, second in spec.interactions]
    booster = HistGradientBoostingClassifier(
        max_iter=options.rounds,
        learning_rate=options.learning_rate,
        max_leaf_nodes=options.leaves,
        min_samples_leaf=max(int(options.min_leaf_pairs), 1),
        l2_regularization=options.ridge,
        max_bins=64,
        early_stopping=False,
        interaction_cst=groups,
        monotonic_cst=[*(1 if up else 0 for up in spec.rises), 0],
        random_state=options.seed,
    )
    booster.fit(np.column_stack([data, plan_column]), pairs.labels, sample_weight=pairs.weights)
    return _trees_to_model(spec, booster, options.fixed, order)


@dataclass(frozen=True, slots=True)
class _LeafValue:
    """Value that one leaf adds if all splits on its path hold."""

    splits: tuple[tuple[int, float, bool, bool], ...]
    """Per split: feature, threshold, whether missing values go left, whether this leaf is left."""
    value: float

    @property
    def features(self) -> tuple[int, ...]:
        """Features that the leaf depends on, sorted."""
        return tuple(sorted({split[0] for split in self.splits}))


def _leaves(nodes: Any) -> list[_LeafValue]:
    parts = []
    waiting: list[tuple[int, tuple[tuple[int, float, bool, bool], ...]]] = [(0, ())]
    while waiting:
        number, splits = waiting.pop()
        node = nodes[number]
        if node["is_leaf"]:
            parts.append(_LeafValue(splits, float(node["value"])))
            continue
        split = (
            int(node["feature_idx"]),
            float(node["num_threshold"]),
            bool(node["missing_go_to_left"]),
        )
        waiting.append((int(node["right"]), (*splits, (*split, False))))
        waiting.append((int(node["left"]), (*splits, (*split, True))))
    return parts


def _trees_to_model(
    spec: ModelSpec, booster: Any, fixed: Mapping[str, int], plans: Sequence[str]
) -> Model:
    """Convert trees to terms of the comparators that they split.

    A tree with three comparators (a pair on either side of its root) is converted leaf by leaf,
    because the path to a leaf splits at most two comparators.
    """
    features = spec.features
    constant = float(np.ravel(booster._baseline_prediction)[0])
    leaves_of: dict[tuple[int, ...], list[_LeafValue]] = {}
    for row in booster._predictors:
        leaves = _leaves(row[0].nodes)
        tree_features = tuple(sorted({feature for leaf in leaves for feature in leaf.features}))
        for leaf in leaves:
            key = tree_features if len(tree_features) < 3 else leaf.features
            leaves_of.setdefault(key, []).append(leaf)
    constant += sum(leaf.value for leaf in leaves_of.pop((), []))
    priors = dict.fromkeys(plans, 0)
    plan_leaves = leaves_of.pop((len(features),), [])
    if plan_leaves:
        steps = _sum_leaves(
            plan_leaves, {len(features): np.arange(len(plans), dtype=np.float64)}, len(plans)
        )
        # the intercept belongs to small sets; larger plans shift it by their own prior
        constant += float(steps[_reference_plan(plans)])
        shifts = (1000 * (steps - steps[_reference_plan(plans)])).tolist()
        priors = {plan: round(shift) for plan, shift in zip(plans, shifts, strict=True)}
    terms = [
        _term(features[key[0]], key[0], leaves)
        for key, leaves in sorted(leaves_of.items())
        if len(key) == 1
    ]
    terms += [Term(name, (), (weight, 0)) for name, weight in sorted(fixed.items())]
    pairs = [
        _pair(features, (key[0], key[1]), leaves)
        for key, leaves in sorted(leaves_of.items())
        if len(key) == 2
    ]
    return Model(
        spec.kind,
        "",
        tuple(features),
        round(1000 * constant),
        tuple(terms),
        tuple(pairs),
        priors=priors,
    )


def _reference_plan(plans: Sequence[str]) -> int:
    return next((plans.index(name) for name in START_PLANS if name in plans), 0)


def _cuts(leaves: Sequence[_LeafValue], feature: int) -> tuple[float, ...]:
    thresholds = {
        split[1]
        for leaf in leaves
        for split in leaf.splits
        if split[0] == feature and np.isfinite(split[1])
    }
    return tuple(sorted(thresholds))


def _points(cuts: Sequence[float]) -> npt.NDArray[np.float64]:
    """Return one value inside each interval, and then NaN."""
    if not cuts:
        return np.array([0.5, np.nan])
    return np.array([*cuts, cuts[-1] + 1.0, np.nan])


NAME_FEATURES = ("name", "name_rarity")
"""Features that are missing only if a side has no name, which weighs as much as unrelated names."""


def _term(name: str, feature: int, leaves: Sequence[_LeafValue]) -> Term:
    cuts = _cuts(leaves, feature)
    points = _points(cuts)
    total = _sum_leaves(leaves, {feature: points}, len(points))
    if name in NAME_FEATURES:
        total[-1] = total[0]
    return Term(name, cuts, tuple(int(value) for value in np.rint(1000 * total)))


def _pair(features: Sequence[str], key: tuple[int, int], leaves: Sequence[_LeafValue]) -> PairTerm:
    cuts = (_cuts(leaves, key[0]), _cuts(leaves, key[1]))
    first, second = np.meshgrid(_points(cuts[0]), _points(cuts[1]), indexing="ij")
    total = _sum_leaves(leaves, {key[0]: first.ravel(), key[1]: second.ravel()}, first.size)
    grid = np.rint(1000 * total).astype(int).reshape(first.shape)
    if features[key[0]] in NAME_FEATURES:
        grid[-1] = grid[0]
    if features[key[1]] in NAME_FEATURES:
        grid[:, -1] = grid[:, 0]
    return PairTerm(
        (features[key[0]], features[key[1]]), cuts, tuple(tuple(row) for row in grid.tolist())
    )


def _sum_leaves(
    leaves: Sequence[_LeafValue], values: Mapping[int, npt.NDArray[np.float64]], count: int
) -> npt.NDArray[np.float64]:
    """Return the sum of the leaves at the given points."""
    total = np.zeros(count)
    for leaf in leaves:
        reached = np.ones(count, dtype=bool)
        for feature, threshold, missing_left, left in leaf.splits:
            value = values[feature]
            reached &= np.where(np.isnan(value), missing_left, value <= threshold) == left
        total[reached] += leaf.value
    return total


INTERACTIONS: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.PERSON: (
        ("name", "birth_date"),
        ("name_rarity", "birth_date"),
        ("name_rarity", "birth_place"),
        ("name_rarity", "address"),
    ),
    Kind.GROUP: (("name", "name_rarity"), ("name_weakest", "name_omitted")),
    Kind.ASSET: (),
}
"""Pairs of comparators with a joint term besides their own."""
LISTED_INTERACTIONS = (("name_sides", "birth_date"),)
"""More interactions for persons in watchlists.

Different given names with one birth date are twins; registers are too careless to conclude so.
"""
NAME_ONLY_INTERACTIONS = (
    ("name", "name_rarity"),
    ("name_contradicted", "name_rarity"),
    ("name_weakest", "name_parts"),
    ("name_omitted", "name_rarity"),
)
"""Interactions of the name-only part."""
NAME_ONLY_GROUP_INTERACTIONS = (
    *NAME_ONLY_INTERACTIONS,
    ("name", "acronym"),
    ("name_contradicted", "numbers"),
    ("name", "places_named"),
)
MAX_NAME_ONLY_SCORE = 0.94
"""Highest score of persons by name alone, below the default threshold of a match."""
MIN_PAIRS = 10
"""Minimum number of pairs of each label to fit a kind."""
FINE_FIT: Mapping[str, Any] = {
    "rounds": 300,
    "learning_rate": 0.15,
    "leaves": 8,
    "min_leaf_pairs": 20.0,
}
MIN_FINE_FIT_PAIRS = 50_000
"""Number of labeled-cluster pairs from which the fit follows the data more finely."""
REGISTER_FIT: Mapping[str, Any] = {
    "rounds": 500,
    "learning_rate": 0.08,
    "leaves": 6,
    "min_leaf_pairs": 20.0,
}
"""Options of the register part, which has many pairs."""
NAME_ONLY_FIT: Mapping[str, Any] = {
    "rounds": 250,
    "learning_rate": 0.12,
    "leaves": 5,
    "min_leaf_pairs": 20.0,
}
"""Options of the name-only part."""


def fit_part_model(data: LabeledPairs, options: FitOptions, part: str = "") -> Model:
    """Fit a model to one kind, or to one part of its pairs.

    A plan without pairs gets the prior of the next smaller plan.
    """
    features, terms = features_of(data.kind), INTERACTIONS[data.kind]
    if part == NAME_ONLY_PART:
        terms = NAME_ONLY_GROUP_INTERACTIONS if data.kind == Kind.GROUP else NAME_ONLY_INTERACTIONS
    elif part == "" and data.kind == Kind.PERSON:
        terms = (*terms, *LISTED_INTERACTIONS)
    rises = [COMPARATOR_BY_NAME[name].rises for name in features]
    spec = ModelSpec(data.kind.label, features, rises, terms)
    model = fit_additive(spec, data.labeled_evidence, options, data.plans)
    return replace(
        model, priors=_fill_priors(model.priors), ceilings=merge_ceilings(data.kind, part)
    )


def merge_ceilings(kind: Kind, part: str) -> dict[str, int]:
    """Return, by plan, the largest log-odds that persons can reach by name alone.

    These limits are below the default threshold of a match, so two records with only a name may
    wait for a steward. Whether two names are the same (`NAME_PAIRS_PLAN`) is another question.
    """
    if kind != Kind.PERSON or part != NAME_ONLY_PART:
        return {}
    return {plan.name: threshold_logodds(MAX_NAME_ONLY_SCORE) for plan in PLANS}


def _fill_priors(priors: Mapping[str, int]) -> dict[str, int]:
    filled = dict(priors)
    for smaller, larger in pairwise(plan.name for plan in PLANS):
        if smaller in filled:
            filled.setdefault(larger, filled[smaller])
    return filled


@dataclass(frozen=True)
class FittedPart:
    """Calibrated model, the pairs on which it was cross-validated, and their calibrated
    log-odds.
    """

    model: Model
    held_out: LabeledPairs
    logodds: npt.NDArray[np.int64]


_REGISTER_ORIGINS = [register.name for register in REGISTERS]


def split_parts(data: LabeledPairs) -> dict[str, npt.NDArray[np.bool_]]:
    """Return masks of the pairs of each part (`scoring.PART_KEYS`) with enough pairs.

    `""` stands for the other pairs. Name-only pairs and register pairs are parts only if there are
    training pairs made for these parts.
    """
    rest = np.ones(len(data), dtype=bool)
    masks: dict[str, npt.NDArray[np.bool_]] = {}
    if (data.origin == NAME_ONLY_ORIGIN).any():
        masks[NAME_ONLY_PART] = ~np.isnan(data.evidence[:, data.features.index(NAME_ONLY_FEATURE)])
    if data.kind == Kind.PERSON and np.isin(data.origin, _REGISTER_ORIGINS).any():
        masks[REGISTER_PART] = data.evidence[:, data.features.index(LISTED_FEATURE)] == 0
    branches = {}
    for name, mask in masks.items():
        own, others = rest & mask, rest & ~mask
        if all(
            np.bincount(data.labels[part], minlength=2).min() >= MIN_PAIRS for part in (own, others)
        ):
            branches[name], rest = own, others
    return {"": rest, **dict(sorted(branches.items(), reverse=True))}


def fit_calibrated_part(data: LabeledPairs, options: FitOptions, part: str = "") -> FittedPart:
    """Fit a part on its pairs, and calibrate it on held-out folds."""
    is_dense = data.origin == CLUSTER_ORIGIN
    options = replace(options, **FINE_FIT) if int(is_dense.sum()) >= MIN_FINE_FIT_PAIRS else options
    totals = _weight_totals(data)

    def fit(training_pairs: LabeledPairs) -> Model:
        # a fold leaves out mostly false pairs between folds, so the proportions of labels are
        # restored
        """Fit with the proportions of labels that all pairs have."""
        return fit_part_model(_scale_weights(training_pairs, totals), options, part)

    # blocking joins nearly every person of a register with a person of another fold
    is_dense |= np.isin(data.origin, _REGISTER_ORIGINS)
    sums, tested = out_of_fold_sums(data, fit, 3 if is_dense.mean() > 0.5 else FOLDS, is_dense)
    held_out, sums = _reweight_tested(data, tested), sums[tested]
    calibration = fit_calibration(sums, held_out.labels, held_out.weights)
    return FittedPart(
        replace(fit(data), calibration=calibration), held_out, calibration.apply(sums)
    )


def _reweight_tested(data: LabeledPairs, tested: npt.NDArray[np.bool_]) -> LabeledPairs:
    """Return the tested pairs, whose total weights by origin and label are made equal to those of
    all pairs.
    """
    return _scale_weights(data.select(tested), _weight_totals(data))


def _weight_totals(data: LabeledPairs) -> dict[tuple[str, int], float]:
    """Return the total weight of each origin and label."""
    keys = [
        (str(origin), label) for origin in sorted(set(data.origin.tolist())) for label in (0, 1)
    ]
    return {
        key: float(data.weights[(data.origin == key[0]) & (data.labels == key[1])].sum())
        for key in keys
    }


def _scale_weights(part: LabeledPairs, totals: Mapping[tuple[str, int], float]) -> LabeledPairs:
    """Return the pairs with their weights scaled to the totals of their origin and label."""
    weights = part.weights.copy()
    for (origin, label), total in totals.items():
        chosen = (part.origin == origin) & (part.labels == label)
        if chosen.any() and total > 0:
            weights[chosen] *= total / weights[chosen].sum()
    return replace(part, weights=weights)
