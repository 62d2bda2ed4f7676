"""Fit of `CheckTerms`: how a check weighs names, learned from names that are asked against stores.

The fit is a logistic regression on the log-odds that the model gives to names alone, and on the
intervals of a few comparators of names (`TERMS`), at even odds of being listed. The weight of a
store is the number of strangers who are asked there, and listed persons together weigh as much.
Ways to ask have the shares stated here.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from resolver.lists.reader_types import Intake
from resolver.matching.comparators import features_of
from resolver.matching.resolution_task import load_models
from resolver.matching.scoring import Model, interval_indices
from resolver.matching.scoring.terms import FORMAT, Calibration, CheckTerms, Term
from resolver.records import Kind, Record
from resolver.training.query_pairs import (
    EXACT,
    KINDS,
    MISSPELT,
    MISTYPED,
    OTHER,
    SHORTENED,
    UNLISTED,
    NameQuery,
    QueryPairs,
    QueryWorld,
    compare_queries,
    name_comparators,
    query_lists,
    query_world,
)

Floats = npt.NDArray[np.float64]
SHARES = {EXACT: 0.35, MISTYPED: 0.35, MISSPELT: 0.15, SHORTENED: 0.05, OTHER: 0.1}
"""Shares of the ways to ask among those who are listed."""
MAX_STRANGERS = 1_000
"""A store counts as many strangers as are asked there, at most so many."""
_ENDS = (-16.0, 12.0)
"""Log-odds of names alone at the ends of the line, which goes on beyond them."""
_MIN_SLOPE = 0.05
TERMS: Mapping[Kind, Mapping[str, tuple[float, ...]]] = {
    Kind.PERSON: {
        "name_weakest": (0.6, 0.75, 0.85, 0.93, 0.999),
        "name_omitted": (0.5, 0.7, 0.85, 0.999),
    },
    Kind.GROUP: {"name": (0.9, 0.97, 0.999)},
}
"""Comparators that say other things about a name that is asked than about a pair of records, by
kind, with the cuts of their similarities. Somebody who mistypes a name leaves no word out. A
stranger often shares some words with a listed person, and lacks others. A group that is on no list
hardly ever has exactly the name of one that is, even if that name is a single common word. Further
comparators found less than 1 % more names, measured on worlds and lists that were left out of the
fit.
"""
_INVERSE_RIDGE = 0.3
"""Inverse strength of the penalty on weights, as scikit-learn states it. From 0.03 to 0.3 the share
of names found differs by less than 1 %."""
_TOLERANCE, _MAX_STEPS = 1e-8, 100
"""Newton's method needs some ten steps. A looser tolerance stops far from the optimum, since nearly
all pairs are certain strangers."""
_MAX_LIST_STRANGERS = 2_500
"""Persons of lists who are asked against each world: real people are strangers there."""
MIN_LIST_RECORDS = 500
MIN_LISTED = 50
"""Names of listed ones below which a kind is not fitted."""


def fit_checks(
    intake: Intake,
    worlds: Sequence[QueryWorld],
    strangers: Sequence[Record],
    seed: int,
    model_dir: Path | None = None,
) -> dict[str, Any]:
    """Return what checks say of names, as JSON, fitted on worlds and on each source of some lists.

    `strangers`: persons and groups who are asked against the lists; persons of the lists are asked
    against the worlds. Sources of fewer than `MIN_LIST_RECORDS` records are left out. `model_dir`:
    folder of the model that scores names (default: the shipped one). Deterministic in its
    arguments.
    """
    sets = query_sets(intake, worlds, strangers, seed)
    stores = [compare_queries(*own, seed, model_dir) for own in sets]
    for pairs in stores:
        pairs[Kind.GROUP] = _without_namesakes(pairs[Kind.GROUP])
    models = load_models(model_dir)
    fitted = {
        kind.label: fit_check_terms(
            kind, [pairs[kind] for pairs in stores], models.models[kind.label]
        )
        for kind in KINDS
    }
    kinds = {label: terms.to_json() for label, terms in fitted.items() if terms is not None}
    return {"format": FORMAT, "kinds": kinds}


def query_sets(
    intake: Intake, worlds: Sequence[QueryWorld], strangers: Sequence[Record], seed: int
) -> list[tuple[Intake, list[NameQuery]]]:
    """Return stored lists and the names that are asked against them, as `fit_checks` does."""
    listed = [record for record in intake.batch.to_records() if record.kind == Kind.PERSON]
    sets = []
    for world in worlds:
        chance = random.Random(f"{world.seed}:list strangers")
        others = chance.sample(listed, min(len(listed), _MAX_LIST_STRANGERS))
        sets.append(query_world(replace(world, strangers=(*world.strangers, *others))))
    codes, names = intake.batch.sources.codes, intake.batch.sources.values.to_pylist()
    for code in sorted(range(len(names)), key=names.__getitem__):
        rows = np.flatnonzero(codes == code)
        if len(rows) >= MIN_LIST_RECORDS:
            own = replace(intake, batch=intake.batch.take(rows))
            sets.append((own, query_lists(own, strangers, seed)))
    return sets


def fit_check_terms(kind: Kind, stores: Sequence[QueryPairs], model: Model) -> CheckTerms | None:
    """Fit the terms of a kind to names asked against stores; None where too few were asked.

    `model`: the model of the kind, which scores names alone. Deterministic.
    """
    stores = [pairs for pairs in stores if len(pairs.labels)]
    if sum(int(pairs.labels.sum()) for pairs in stores) < MIN_LISTED:
        return None
    names = name_comparators(kind)
    logodds = np.concatenate([_names_logodds(pairs, model, names) for pairs in stores])
    labels = np.concatenate([pairs.labels for pairs in stores])
    evidence = np.concatenate([pairs.evidence for pairs in stores])
    cuts = TERMS.get(kind, {})
    columns = [np.clip(logodds, *_ENDS)[:, None]]
    for feature, own in cuts.items():
        intervals = interval_indices(evidence[:, features_of(kind).index(feature)], own)
        columns.append(np.eye(len(own) + 2)[intervals])
    fit = LogisticRegression(
        C=_INVERSE_RIDGE, solver="newton-cholesky", tol=_TOLERANCE, max_iter=_MAX_STEPS
    )
    fit.fit(np.hstack(columns), labels, np.concatenate(_weights(stores)))
    start, slope = float(fit.intercept_[0]), max(float(fit.coef_[0, 0]), _MIN_SLOPE)
    weights = iter(fit.coef_[0, 1:].tolist())
    terms = []
    for feature, own in cuts.items():
        steps = [next(weights) for _ in range(len(own) + 2)]
        # a name that is compared has a value in each of them
        terms.append(Term(feature, own, (*(round(1000 * step) for step in steps[:-1]), 0)))
    curve = Calibration(
        tuple(round(1000 * end) for end in _ENDS),
        tuple(round(1000 * (start + slope * end)) for end in _ENDS),
    )
    return CheckTerms(features_of(kind), names, curve, tuple(terms))


def _without_namesakes(pairs: QueryPairs) -> QueryPairs:
    """Return the pairs without strangers who have exactly the name of a listed entity.

    Registered names of groups are nearly unique. Those of generated groups are not: among 10,000,
    one in twenty has the name of another.
    """
    columns = map(features_of(pairs.kind).index, ("name", "name_exact"))
    is_exact = (pairs.evidence[:, list(columns)] >= 1).all(axis=1)
    named = np.unique(pairs.queries[(pairs.labels == 0) & is_exact])
    kept = ~np.isin(pairs.queries, named)
    ways = np.array(pairs.ways, dtype=object)
    ways[named] = ""
    return replace(
        pairs,
        evidence=pairs.evidence[kept],
        labels=pairs.labels[kept],
        weights=pairs.weights[kept],
        queries=pairs.queries[kept],
        ways=tuple(ways),
    )


def _names_logodds(pairs: QueryPairs, model: Model, names: Sequence[str]) -> Floats:
    """Return the log-odds of names alone in the population of their store, at even odds."""
    placed = replace(model, checks=None).for_population("", pairs.population).unlimited
    evidence = pairs.evidence.copy()
    evidence[:, ~np.isin(features_of(pairs.kind), names)] = np.nan
    return placed.logodds(evidence) / 1000


def _weights(stores: Sequence[QueryPairs]) -> list[Floats]:
    weights = []
    for pairs in stores:
        own, ways = pairs.weights.copy(), np.array(pairs.ways, dtype=object)
        way = ways[pairs.queries]
        strangers = max(int((ways == UNLISTED).sum()), 1)
        total = min(strangers, MAX_STRANGERS)
        own[pairs.labels == 0] *= total / strangers
        present = {name: share for name, share in SHARES.items() if (ways == name).any()}
        for name, share in present.items():
            chosen = (pairs.labels == 1) & (way == name)
            own[chosen] = share / sum(present.values()) * total / int((ways == name).sum())
        weights.append(own)
    return weights
