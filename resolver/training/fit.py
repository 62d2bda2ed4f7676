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

from resolver.classify import Model, PairTerm, Term
from resolver.records.prepared import FloatArray


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
) -> Model:
    """Fit on m × features similarities, labels (1 the same, 0 different) and sample weights. Deterministic.

    A comparator may stand in one of `pairs` at most: only then does every tree belong to one comparator or one pair.
    """
    if len({name for pair in pairs for name in pair}) < 2 * len(pairs):
        raise ValueError(f"a comparator stands in two pairs: {pairs}")
    place = {name: number for number, name in enumerate(features)}
    data = evidence.astype(np.float64).copy()
    fixed = options.fixed
    for name in fixed:
        data[:, place[name]] = np.nan
    # a column that says nothing would stop the binning: it gets one value, and no tree can split it
    data[:, np.isnan(data).all(axis=0)] = 0.0
    groups = [{number} for number in range(len(features))] + [{place[a], place[b]} for a, b in pairs]
    booster = HistGradientBoostingClassifier(
        max_iter=options.rounds,
        learning_rate=options.learning_rate,
        max_leaf_nodes=options.leaves,
        min_samples_leaf=max(int(options.least_leaf), 1),
        l2_regularization=options.ridge,
        max_bins=64,
        early_stopping=False,
        interaction_cst=groups,
        monotonic_cst=[1 if up else 0 for up in rises],
        random_state=options.seed,
    )
    booster.fit(data, labels, sample_weight=weights)
    return _read_out(kind, features, booster, fixed)


def _read_out(kind: str, features: Sequence[str], booster: Any, fixed: Mapping[str, int]) -> Model:
    trees = [row[0].nodes for row in booster._predictors]
    single: dict[int, list[Any]] = {}
    double: dict[tuple[int, int], list[Any]] = {}
    constant = float(np.ravel(booster._baseline_prediction)[0])
    for nodes in trees:
        used = sorted(set(nodes["feature_idx"][nodes["is_leaf"] == 0].tolist()))
        if not used:
            constant += float(nodes["value"][0])
        elif len(used) == 1:
            single.setdefault(used[0], []).append(nodes)
        else:
            double.setdefault((used[0], used[1]), []).append(nodes)
    # a pair's trees that split one of the two only are part of that one's step function already
    terms = [_term(features[number], number, nodes) for number, nodes in sorted(single.items())]
    terms += [Term(name, (), (weight, 0)) for name, weight in sorted(fixed.items())]
    pairs = [_pair(features, key, nodes) for key, nodes in sorted(double.items())]
    return Model(kind, "", tuple(features), round(1000 * constant), tuple(terms), tuple(pairs))


def _cuts(trees: Sequence[Any], feature: int) -> tuple[float, ...]:
    found: set[float] = set()
    for nodes in trees:
        inner = (nodes["is_leaf"] == 0) & (nodes["feature_idx"] == feature)
        found.update(float(value) for value in nodes["num_threshold"][inner] if np.isfinite(value))
    return tuple(sorted(found))


def _points(cuts: Sequence[float]) -> npt.NDArray[np.float64]:
    """One value inside every interval, and NaN."""
    if not cuts:
        return np.array([0.5, np.nan])
    return np.array([*cuts, cuts[-1] + 1.0, np.nan])


def _term(name: str, feature: int, trees: Sequence[Any]) -> Term:
    cuts = _cuts(trees, feature)
    points = _points(cuts)
    total = np.zeros(len(points))
    for nodes in trees:
        total += _evaluate(nodes, {feature: points})
    return Term(name, cuts, tuple(int(value) for value in np.rint(1000 * total)))


def _pair(features: Sequence[str], key: tuple[int, int], trees: Sequence[Any]) -> PairTerm:
    cuts = (_cuts(trees, key[0]), _cuts(trees, key[1]))
    one, two = np.meshgrid(_points(cuts[0]), _points(cuts[1]), indexing="ij")
    total = np.zeros(one.size)
    for nodes in trees:
        total += _evaluate(nodes, {key[0]: one.ravel(), key[1]: two.ravel()})
    grid = np.rint(1000 * total).astype(int).reshape(one.shape)
    return PairTerm((features[key[0]], features[key[1]]), cuts, tuple(tuple(row) for row in grid.tolist()))


def _evaluate(nodes: Any, values: Mapping[int, npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """What one tree answers at the given points."""
    count = len(next(iter(values.values())))
    answer = np.zeros(count)
    waiting = [(0, np.arange(count))]
    while waiting:
        number, where = waiting.pop()
        node = nodes[number]
        if node["is_leaf"]:
            answer[where] = node["value"]
            continue
        value = values[int(node["feature_idx"])][where]
        left = np.where(np.isnan(value), bool(node["missing_go_to_left"]), value <= node["num_threshold"])
        waiting.append((int(node["left"]), where[left]))
        waiting.append((int(node["right"]), where[~left]))
    return answer
