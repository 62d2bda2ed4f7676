"""Fit of `CheckTerms`: what a check says of names, learned from names asked against stores.

Logistic regression with a ridge, at even odds of being listed: on the log-odds that the model gives
names alone, as a line with a few bends, and for persons on steps of the comparators of names. Each
store counts alike, and so do its strangers and those who are listed; ways to ask have the shares
stated here. Groups and assets are asked by too few names to learn steps from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from resolver.scoring.terms import Calibration, Term
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
_KNOTS = (-6.0, -4.0, -2.0, 0.0)
"""Log-odds of names alone at which the line may bend; beyond the ends it goes on."""
_ENDS = (-16.0, 12.0)
_RARITY, _RARITY_KNOTS = "name_rarity", (0.15, 0.25, 0.35, 0.45, 0.55)
_RARITY_CUTS = tuple(round(0.05 * step, 2) for step in range(2, 20))
_RARITY_SCALE = 10.0
_CUTS: Mapping[str, tuple[float, ...]] = {
    "name_weakest": (0.5, 0.6, 0.64, 0.68, 0.72, 0.76, 0.8, 0.84, 0.87, 0.9, 0.93, 0.96, 0.985),
    "name_omitted": (0.3, 0.45, 0.55, 0.65, 0.75, 0.85, 0.92, 0.985),
    "name_contradicted": (0.2, 0.4, 0.6, 0.7, 0.8, 0.86, 0.91, 0.95, 0.985),
    "name_primary": (0.3, 0.5, 0.7, 0.8, 0.9, 0.97),
    "name_parts": (0.1, 0.2, 0.4, 0.55, 0.7),
    "name_share": (0.3, 0.5, 0.8),
    "name_quality": (0.25, 0.75),
    "name_order": (0.25, 0.5, 0.9),
    "name_established": (0.05, 0.2, 0.4, 0.7, 0.95),
    "name_initials": (0.25, 0.75),
    "name_sides": (0.1, 0.25, 0.5, 0.8),
    "name_exact": (0.5,),
    "numbers": (0.75,),
}
"""Cuts of the steps of persons."""
_RIDGE = 0.5
"""Inverse strength of the ridge, as scikit-learn counts it."""
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
    steps = _CUTS if kind == Kind.PERSON else {}
    columns = [
        _columns(_names_logodds(pairs, model, names), pairs.evidence, kind, steps)
        for pairs in stores
    ]
    labels = np.concatenate([pairs.labels for pairs in stores])
    fit = LogisticRegression(C=_RIDGE, max_iter=1_000)
    fit.fit(np.concatenate(columns), labels, sample_weight=np.concatenate(_weights(stores)))
    return _to_terms(kind, names, steps, float(fit.intercept_[0]), fit.coef_[0])


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


def _columns(
    logodds: Floats,
    evidence: npt.NDArray[np.float32],
    kind: Kind,
    steps: Mapping[str, tuple[float, ...]],
) -> Floats:
    place = {name: column for column, name in enumerate(features_of(kind))}
    line = np.clip(logodds, *_ENDS)
    columns = [line]
    if steps:
        columns += [np.maximum(line - knot, 0) for knot in _KNOTS]
        rarity = np.nan_to_num(evidence[:, place[_RARITY]].astype(np.float64), nan=0.0)
        columns += [_RARITY_SCALE * np.maximum(rarity - knot, 0) for knot in _RARITY_KNOTS]
    for name, cuts in steps.items():
        # what is not there contradicts nothing: as the highest similarity
        values = np.nan_to_num(evidence[:, place[name]], nan=np.inf)
        columns += [(values > cut).astype(np.float64) for cut in cuts]
    return np.column_stack(columns)


def _to_terms(
    kind: Kind,
    names: tuple[str, ...],
    steps: Mapping[str, tuple[float, ...]],
    start: float,
    weights: Floats,
) -> CheckTerms:
    """Return the terms of a fit; each step is 0 at the highest similarity, which the curve has."""
    bends = _KNOTS if steps else ()
    slopes = np.maximum(np.cumsum(weights[: len(bends) + 1]), 0.05)
    points = np.array([_ENDS[0], *bends, _ENDS[1]])
    values = [start + weights[0] * _ENDS[0]]
    for slope, width in zip(slopes, np.diff(points), strict=True):
        values.append(values[-1] + slope * width)
    place = len(bends) + 1
    terms: list[Term] = []
    shift = 0.0
    if steps:
        slope = _RARITY_SCALE * weights[place : place + len(_RARITY_KNOTS)]
        place += len(_RARITY_KNOTS)
        middles = [0.0, *(cut + 0.025 for cut in _RARITY_CUTS)]
        heights = [
            sum(
                max(middle - knot, 0.0) * part
                for knot, part in zip(_RARITY_KNOTS, slope, strict=True)
            )
            for middle in middles
        ]
        shift += heights[-1]
        terms.append(_term(_RARITY, _RARITY_CUTS, heights, 0.0))
    for name, cuts in steps.items():
        heights = np.cumsum([0.0, *weights[place : place + len(cuts)]]).tolist()
        place += len(cuts)
        shift += heights[-1]
        terms.append(_term(name, cuts, heights, heights[-1]))
    curve = Calibration(
        tuple(round(1000 * point) for point in points.tolist()),
        tuple(round(1000 * (value + shift)) for value in values),
    )
    return CheckTerms(features_of(kind), names, curve, tuple(terms))


def _term(name: str, cuts: tuple[float, ...], heights: Sequence[float], missing: float) -> Term:
    highest = heights[-1]
    weights = [round(1000 * (height - highest)) for height in heights]
    return Term(name, cuts, (*weights, round(1000 * (missing - highest))))
