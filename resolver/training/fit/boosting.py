"""Fitting: an additive boosted model, read out exactly as tables of weights.

scikit-learn's histogram gradient boosting is held to single comparators and a few named pairs by its interaction
constraints, and to rising functions by its monotonicity constraints; its trees are then added up into one step
function per comparator (or grid per pair), rounded to thousandths. Nothing is approximated: the tables are the model
(after Lou et al. 2013, GA²M).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from resolver.pipeline import NAMES_PLAN
from resolver.records.prepared.batch import FloatArray
from resolver.scoring import Model, PairTerm, Term

START_PLANS = (NAMES_PLAN, "S")
"""The prior of the first of these plans that there are pairs of is the intercept."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How to fit. `fixed`: weights (thousandths, for a present value) that are stated, not learnt, such as
    `same_list`."""

    rounds: int = 250
    learning_rate: float = 0.06
    leaves: int = 4
    least_leaf: float = 8
    ridge: float = 2.0
    seed: int = 7
    fixed: Mapping[str, int] = field(default_factory=dict)


def fit_additive(
    kind: str,
    features: Sequence[str],
    rises: Sequence[bool],
    pairs: Sequence[tuple[str, str]],
    evidence: FloatArray,
    labels: npt.NDArray[Any],
    weights: npt.NDArray[np.float64],
    options: FitOptions,
    plans: npt.NDArray[np.object_] | None = None,
) -> Model:
    """Fit on m × features similarities, labels (1 the same, 0 different) and sample weights. Deterministic.

    `plans`: the blocking plan each pair was brought together under, by name; the model then holds a prior for each
    (0 for the first of `START_PLANS` that occurs, or the first by name where none does).
    """
    place = {name: number for number, name in enumerate(features)}
    data = evidence.astype(np.float64).copy()
    fixed = options.fixed
    for name in fixed:
        data[:, place[name]] = np.nan
    # a column that says next to nothing would stop the binning (it looks at a sample of the rows): it gets one value,
    # and no tree can split it
    data[:, (~np.isnan(data)).sum(axis=0) < options.least_leaf] = 0.0
    order = sorted(set(plans.tolist())) if plans is not None else []
    size = (
        np.zeros(len(data))
        if plans is None
        else np.searchsorted(np.array(order, dtype=object), plans).astype(float)
    )
    groups = [{number} for number in range(len(features) + 1)] + [
        {place[a], place[b]} for a, b in pairs
    ]
    booster = HistGradientBoostingClassifier(
        max_iter=options.rounds,
        learning_rate=options.learning_rate,
        max_leaf_nodes=options.leaves,
        min_samples_leaf=max(int(options.least_leaf), 1),
        l2_regularization=options.ridge,
        max_bins=64,
        early_stopping=False,
        interaction_cst=groups,
        monotonic_cst=[*(1 if up else 0 for up in rises), 0],
        random_state=options.seed,
    )
    booster.fit(np.column_stack([data, size]), labels, sample_weight=weights)
    return _read_out(kind, features, booster, fixed, order)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one leaf (or a whole tree) adds: a value where all splits on the way to it hold."""

    splits: tuple[tuple[int, float, bool, bool], ...]
    """Of every split: the feature, the threshold, whether missing values go left, whether this leaf lies left."""
    value: float

    @property
    def features(self) -> tuple[int, ...]:
        """The features it depends on, sorted."""
        return tuple(sorted({split[0] for split in self.splits}))


def _leaves(nodes: Any) -> list[_Part]:
    parts = []
    waiting: list[tuple[int, tuple[tuple[int, float, bool, bool], ...]]] = [(0, ())]
    while waiting:
        number, splits = waiting.pop()
        node = nodes[number]
        if node["is_leaf"]:
            parts.append(_Part(splits, float(node["value"])))
            continue
        split = (
            int(node["feature_idx"]),
            float(node["num_threshold"]),
            bool(node["missing_go_to_left"]),
        )
        waiting.append((int(node["right"]), (*splits, (*split, False))))
        waiting.append((int(node["left"]), (*splits, (*split, True))))
    return parts


def _read_out(
    kind: str, features: Sequence[str], booster: Any, fixed: Mapping[str, int], plans: Sequence[str]
) -> Model:
    """Trees belong to the comparators they split. One that splits three (a pair on either side of its root) is taken
    leaf by leaf: the way to any leaf splits two at most."""
    constant = float(np.ravel(booster._baseline_prediction)[0])
    held: dict[tuple[int, ...], list[_Part]] = {}
    for row in booster._predictors:
        leaves = _leaves(row[0].nodes)
        whole = tuple(sorted({feature for leaf in leaves for feature in leaf.features}))
        for leaf in leaves:
            held.setdefault(whole if len(whole) < 3 else leaf.features, []).append(leaf)
    constant += sum(leaf.value for leaf in held.pop((), []))
    priors = dict.fromkeys(plans, 0)
    by_plan = held.pop((len(features),), [])
    if by_plan:
        steps = _sum(by_plan, {len(features): np.arange(len(plans), dtype=np.float64)}, len(plans))
        # where every pair starts is what small sets start from; the larger plans have their own
        constant += float(steps[_start(plans)])
        shifts = (1000 * (steps - steps[_start(plans)])).tolist()
        priors = {plan: round(shift) for plan, shift in zip(plans, shifts, strict=True)}
    terms = [
        _term(features[key[0]], key[0], leaves)
        for key, leaves in sorted(held.items())
        if len(key) == 1
    ]
    terms += [Term(name, (), (weight, 0)) for name, weight in sorted(fixed.items())]
    pairs = [
        _pair(features, (key[0], key[1]), leaves)
        for key, leaves in sorted(held.items())
        if len(key) == 2
    ]
    return Model(
        kind, "", tuple(features), round(1000 * constant), tuple(terms), tuple(pairs), priors=priors
    )


def _start(plans: Sequence[str]) -> int:
    return next((plans.index(name) for name in START_PLANS if name in plans), 0)


def _cuts(leaves: Sequence[_Part], feature: int) -> tuple[float, ...]:
    found = {
        split[1]
        for leaf in leaves
        for split in leaf.splits
        if split[0] == feature and np.isfinite(split[1])
    }
    return tuple(sorted(found))


def _points(cuts: Sequence[float]) -> npt.NDArray[np.float64]:
    """One value inside every interval, and NaN."""
    if not cuts:
        return np.array([0.5, np.nan])
    return np.array([*cuts, cuts[-1] + 1.0, np.nan])


NAMELESS = ("name", "name_rarity")
"""Where these say nothing, a side has no name at all: that is worth no more than names that have nothing in common."""


def _term(name: str, feature: int, leaves: Sequence[_Part]) -> Term:
    cuts = _cuts(leaves, feature)
    points = _points(cuts)
    total = _sum(leaves, {feature: points}, len(points))
    if name in NAMELESS:
        total[-1] = total[0]
    return Term(name, cuts, tuple(int(value) for value in np.rint(1000 * total)))


def _pair(features: Sequence[str], key: tuple[int, int], leaves: Sequence[_Part]) -> PairTerm:
    cuts = (_cuts(leaves, key[0]), _cuts(leaves, key[1]))
    one, two = np.meshgrid(_points(cuts[0]), _points(cuts[1]), indexing="ij")
    total = _sum(leaves, {key[0]: one.ravel(), key[1]: two.ravel()}, one.size)
    grid = np.rint(1000 * total).astype(int).reshape(one.shape)
    if features[key[0]] in NAMELESS:
        grid[-1] = grid[0]
    if features[key[1]] in NAMELESS:
        grid[:, -1] = grid[:, 0]
    return PairTerm(
        (features[key[0]], features[key[1]]), cuts, tuple(tuple(row) for row in grid.tolist())
    )


def _sum(
    leaves: Sequence[_Part], values: Mapping[int, npt.NDArray[np.float64]], count: int
) -> npt.NDArray[np.float64]:
    """What the leaves add up to at the given points."""
    total = np.zeros(count)
    for leaf in leaves:
        reached = np.ones(count, dtype=bool)
        for feature, threshold, missing_left, left in leaf.splits:
            value = values[feature]
            reached &= np.where(np.isnan(value), missing_left, value <= threshold) == left
        total[reached] += leaf.value
    return total
