"""Fit of an additive boosted model, converted exactly to tables of weights.

Interaction constraints limit scikit-learn's histogram gradient boosting to single comparators and
selected pairs, and monotonicity constraints to rising functions. Its trees are then summed into one
step function per comparator (or grid per pair), rounded to thousandths. Nothing is approximated:
the tables are the model (after Lou et al. 2013, GA²M).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from resolver.engines.local import NAME_PAIRS_PLAN
from resolver.matching.scoring import Model, PairTerm, Term
from resolver.training.data.labeled_pairs import LabeledEvidence
from resolver.training.fit.measured_evidence import Counts

START_PLANS = (NAME_PAIRS_PLAN, "S")
"""Plans whose prior becomes the intercept; the first one with pairs is used."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """Options of a fit.

    `fixed` holds weights (thousandths, for a present value) that are stated instead of learned,
    such as `same_list`; `measured` the counts by kind that contradictions are weighed by.
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

    `features` names the comparators by column, `rises` states which of them may only speak more
    for a match as similarity rises, and `interactions` lists pairs with a joint term.
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
    # binning samples rows and fails on a nearly empty column; one value cannot be split by any tree
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
    """Value that one leaf adds where all splits on its path hold."""

    splits: tuple[tuple[int, float, bool, bool], ...]
    """Per split: feature, threshold, whether missing values go left, whether this leaf is left."""
    value: float

    @property
    def features(self) -> tuple[int, ...]:
        """Features the leaf depends on, sorted."""
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
    """Convert trees to terms of the comparators they split.

    A tree with three comparators (a pair on either side of its root) is converted leaf by leaf: the
    path to a leaf splits two at most.
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
        # the intercept is that of small sets; larger plans shift it by their own prior
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
    """Return one value inside each interval, then NaN."""
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
