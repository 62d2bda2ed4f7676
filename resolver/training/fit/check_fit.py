"""Fit of `CheckTerms`: what a check says of names, learned from names asked against stores.

Logistic regression on the log-odds that the model gives names alone, at even odds of being listed.
Each store counts alike, and so do its strangers and those who are listed; ways to ask have the
shares stated here. Steps of single comparators were tried besides: they separate names with slips
from strangers no better than the model does, and those of an exact name worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from resolver.comparison import features_of
from resolver.model_set import ModelSet
from resolver.records import Kind, Record
from resolver.scoring import Model
from resolver.scoring.check_terms import FORMAT, CheckTerms
from resolver.scoring.terms import Calibration
from resolver.training.query_pairs import (
    EXACT,
    KINDS,
    MISSPELT,
    OTHER,
    SHORTENED,
    UNLISTED,
    QueryPairs,
    QueryWorld,
    compare_queries,
    name_comparators,
    query_lists,
    query_world,
)

Floats = npt.NDArray[np.float64]
SHARES = {EXACT: 0.3, MISSPELT: 0.4, SHORTENED: 0.1, OTHER: 0.2}
"""Shares of the ways to ask among those who are listed."""
MAX_STRANGERS = 1_000
"""Strangers that a store counts as at most."""
_ENDS = (-16.0, 12.0)
"""Log-odds of names alone at the ends of the line, which goes on beyond them."""
_MIN_SLOPE = 0.05
MIN_LIST_RECORDS = 500
MIN_LISTED = 50
"""Names of listed ones below which a kind is not fitted."""


def fit_checks(
    lists: Sequence[Record],
    worlds: Sequence[QueryWorld],
    strangers: Sequence[Record],
    models: ModelSet,
    seed: int,
) -> dict[str, Any]:
    """Return what checks say of names, as JSON, fitted on worlds and on each list of some records.

    `strangers`: persons and groups who are asked against the lists. Lists of fewer than
    `MIN_LIST_RECORDS` records are left out. Deterministic in its arguments.
    """
    sets = [query_world(world) for world in worlds]
    for source in sorted({record.source for record in lists}):
        own = [record for record in lists if record.source == source]
        if len(own) >= MIN_LIST_RECORDS:
            sets.append(query_lists(own, strangers, seed))
    stores = [compare_queries(*own, models, seed) for own in sets]
    fitted = {
        kind.label: fit_check_terms(
            kind, [pairs[kind] for pairs in stores], models.models[kind.label]
        )
        for kind in KINDS
    }
    kinds = {label: terms.to_json() for label, terms in fitted.items() if terms is not None}
    return {"format": FORMAT, "kinds": kinds}


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
    fit = LogisticRegression(C=np.inf, max_iter=1_000)
    fit.fit(np.clip(logodds, *_ENDS)[:, None], labels, np.concatenate(_weights(stores)))
    start, slope = float(fit.intercept_[0]), max(float(fit.coef_[0, 0]), _MIN_SLOPE)
    curve = Calibration(
        tuple(round(1000 * end) for end in _ENDS),
        tuple(round(1000 * (start + slope * end)) for end in _ENDS),
    )
    return CheckTerms(features_of(kind), names, curve)


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
