"""The parts of a model, each fitted and cross-validated on the pairs that it will judge: watchlists, plain registers,
and names alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.blocking import PLANS
from resolver.comparison import COMPARATOR_BY_NAME, features_of
from resolver.records import Kind
from resolver.scoring import (
    ALONE_GATE,
    GATE,
    Model,
    border,
)
from resolver.training.augment.name_only import ORIGIN as ALONE
from resolver.training.augment.register_table import REGISTERS
from resolver.training.data.labeled_clusters import CLUSTERS
from resolver.training.data.labeled_pairs import Labelled
from resolver.training.fit.boosting import FitOptions, fit_additive
from resolver.training.fit.cross_validation import FOLDS, calibrate, out_of_fold

# Comparators whose joint effect is fitted beside their own.
PAIR_TERMS: Mapping[Kind, tuple[tuple[str, str], ...]] = {
    Kind.PERSON: (
        ("name", "birth_date"),
        ("name_rarity", "birth_date"),
        ("name_rarity", "birth_place"),
        ("name_rarity", "address"),
    ),
    Kind.GROUP: (("name", "name_rarity"), ("name_weakest", "name_omitted")),
    Kind.ASSET: (),
}
LISTED_TERMS = (("name_sides", "birth_date"),)
"""The same of persons in watchlists: one given name and another on one birth date are twins; registers are too careless
to say so."""
ALONE_TERMS = (
    ("name", "name_rarity"),
    ("name_contradicted", "name_rarity"),
    ("name_weakest", "name_parts"),
    ("name_omitted", "name_rarity"),
)
"""The same where nothing but names is known."""
ALONE_GROUP_TERMS = (
    *ALONE_TERMS,
    ("name", "acronym"),
    ("name_contradicted", "numbers"),
    ("name", "places_named"),
)
NAME_ALONE = 0.94
LEAST_PAIRS = 10
"""With fewer pairs of either label a kind is not fitted."""
FINE: Mapping[str, Any] = {"rounds": 300, "learning_rate": 0.15, "leaves": 8, "least_leaf": 20.0}
FINE_FROM = 50_000
"""From so many pairs of labelled clusters on, the fit may follow the data more finely."""
PLAIN: Mapping[str, Any] = {"rounds": 500, "learning_rate": 0.08, "leaves": 6, "least_leaf": 20.0}
"""How the plain part is fitted: on many pairs, and finely."""
ALONE_WAY: Mapping[str, Any] = {
    "rounds": 250,
    "learning_rate": 0.12,
    "leaves": 5,
    "least_leaf": 20.0,
}
"""How the part for names alone is fitted."""


def fit_kind(data: Labelled, options: FitOptions, part: str = "") -> Model:
    """Fit one kind, or one part of its model. A plan of which there are no pairs has the prior of the next smaller."""
    features, terms = features_of(data.kind), PAIR_TERMS[data.kind]
    if part == "alone":
        terms = ALONE_GROUP_TERMS if data.kind == Kind.GROUP else ALONE_TERMS
    elif part == "" and data.kind == Kind.PERSON:
        terms = (*terms, *LISTED_TERMS)
    rises = [COMPARATOR_BY_NAME[name].rises for name in features]
    model = fit_additive(
        data.kind.label,
        features,
        rises,
        terms,
        data.evidence,
        data.labels,
        data.weights,
        options,
        data.plans,
    )
    return replace(model, priors=_all_priors(model.priors), ceilings=never_merged(data.kind, part))


def never_merged(kind: Kind, part: str) -> dict[str, int]:
    """By plan, the log-odds that a person's name alone never exceeds: below the border of a match by default. Two
    records that say nothing but one name may wait for a human; whether two names are the same (`NAMES_PLAN`) is
    another question."""
    if kind != Kind.PERSON or part != "alone":
        return {}
    return {plan.name: border(NAME_ALONE) for plan in PLANS}


def _all_priors(priors: Mapping[str, int]) -> dict[str, int]:
    found = dict(priors)
    for smaller, larger in pairwise(plan.name for plan in PLANS):
        if smaller in found:
            found.setdefault(larger, found[smaller])
    return found


@dataclass(frozen=True)
class Fitted:
    """A calibrated model, the pairs it was tested on by cross-validation, and their calibrated log-odds."""

    model: Model
    held_out: Labelled
    logodds: npt.NDArray[np.int64]


_REGISTERED = [register.name for register in REGISTERS]


def parts_of(data: Labelled) -> dict[str, npt.NDArray[np.bool_]]:
    """The pairs of each part of a model (`classify.PARTS`) that there is enough for, `""` the others: those that say
    nothing but names, where pairs of names are learnt from, and those of registers, where these are."""
    rest = np.ones(len(data), dtype=bool)
    found: dict[str, npt.NDArray[np.bool_]] = {}
    if (data.origin == ALONE).any():
        found["alone"] = ~np.isnan(data.evidence[:, data.features.index(ALONE_GATE)])
    if data.kind == Kind.PERSON and np.isin(data.origin, _REGISTERED).any():
        found["plain"] = data.evidence[:, data.features.index(GATE)] == 0
    branches = {}
    for name, mask in found.items():
        own, others = rest & mask, rest & ~mask
        if all(
            np.bincount(data.labels[part], minlength=2).min() >= LEAST_PAIRS
            for part in (own, others)
        ):
            branches[name], rest = own, others
    return {"": rest, **dict(sorted(branches.items(), reverse=True))}


def fit_part(data: Labelled, options: FitOptions, part: str = "") -> Fitted:
    """Fit a part on its pairs, and calibrate it on what folds were not trained on."""
    dense = data.origin == CLUSTERS
    options = replace(options, **FINE) if int(dense.sum()) >= FINE_FROM else options
    totals = _totals(data)

    def fit(some: Labelled) -> Model:
        # what a fold leaves out is mostly false pairs, across folds: the classes must stand as they do in all
        return fit_kind(_summing_to(some, totals), options, part)

    # in a register nearly everybody is joined with somebody of another fold
    dense |= np.isin(data.origin, _REGISTERED)
    found, tested = out_of_fold(data, fit, 3 if dense.mean() > 0.5 else FOLDS, dense)
    held_out, found = _as_all(data, tested), found[tested]
    calibration = calibrate(found, held_out.labels, held_out.weights)
    return Fitted(replace(fit(data), calibration=calibration), held_out, calibration.apply(found))


def _as_all(data: Labelled, tested: npt.NDArray[np.bool_]) -> Labelled:
    """The tested pairs, weighing as all of their origin and label do."""
    return _summing_to(data.where(tested), _totals(data))


def _totals(data: Labelled) -> dict[tuple[str, int], float]:
    """What the pairs of each origin and label weigh together."""
    keys = [
        (str(origin), label) for origin in sorted(set(data.origin.tolist())) for label in (0, 1)
    ]
    return {
        key: float(data.weights[(data.origin == key[0]) & (data.labels == key[1])].sum())
        for key in keys
    }


def _summing_to(part: Labelled, totals: Mapping[tuple[str, int], float]) -> Labelled:
    """The pairs, weighing together what is stated for their origin and label."""
    weights = part.weights.copy()
    for (origin, label), total in totals.items():
        chosen = (part.origin == origin) & (part.labels == label)
        if chosen.any() and total > 0:
            weights[chosen] *= total / weights[chosen].sum()
    return replace(part, weights=weights)
