"""Parts of a model, each fitted and cross-validated on the pairs that it will score.

The parts are watchlists, plain registers, and name-only pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.matching.blocking import PLANS
from resolver.matching.comparators import COMPARATOR_BY_NAME, features_of
from resolver.matching.scoring import (
    LISTED_FEATURE,
    NAME_ONLY_FEATURE,
    NAME_ONLY_PART,
    REGISTER_PART,
    Model,
    threshold_logodds,
)
from resolver.records import Kind
from resolver.training.augment.name_only import NAME_ONLY_ORIGIN
from resolver.training.augment.registers import REGISTERS
from resolver.training.data.labeled_clusters import CLUSTER_ORIGIN
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.fit.boosting import FitOptions, ModelSpec, fit_additive
from resolver.training.fit.cross_validation import FOLDS, fit_calibration, out_of_fold_sums

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
    """Fit one kind, or one part of its model.

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
    """Return, by plan, the log-odds that persons never exceed by name alone.

    They are below the default threshold of a match: two records with only a name may wait for a
    steward. Whether two names are the same (`NAME_PAIRS_PLAN`) is another question.
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
    """Calibrated model, the pairs it was cross-validated on, and their calibrated log-odds."""

    model: Model
    held_out: LabeledPairs
    logodds: npt.NDArray[np.int64]


_REGISTER_ORIGINS = [register.name for register in REGISTERS]


def split_parts(data: LabeledPairs) -> dict[str, npt.NDArray[np.bool_]]:
    """Return masks of the pairs of each part (`scoring.PART_KEYS`) with enough pairs.

    `""` are the other pairs. Name-only pairs and register pairs are parts only if there are
    training pairs made for them.
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
        # a fold leaves out mostly false pairs across folds, so restore the label proportions
        """Fit with the label proportions of all pairs."""
        return fit_part_model(_scale_weights(training_pairs, totals), options, part)

    # blocking joins nearly each person of a register with one of another fold
    is_dense |= np.isin(data.origin, _REGISTER_ORIGINS)
    sums, tested = out_of_fold_sums(data, fit, 3 if is_dense.mean() > 0.5 else FOLDS, is_dense)
    held_out, sums = _reweight_tested(data, tested), sums[tested]
    calibration = fit_calibration(sums, held_out.labels, held_out.weights)
    return FittedPart(
        replace(fit(data), calibration=calibration), held_out, calibration.apply(sums)
    )


def _reweight_tested(data: LabeledPairs, tested: npt.NDArray[np.bool_]) -> LabeledPairs:
    """Return the tested pairs with the total weights of all pairs by origin and label."""
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
    """Return the pairs with weights scaled to the totals of their origin and label."""
    weights = part.weights.copy()
    for (origin, label), total in totals.items():
        chosen = (part.origin == origin) & (part.labels == label)
        if chosen.any() and total > 0:
            weights[chosen] *= total / weights[chosen].sum()
    return replace(part, weights=weights)
