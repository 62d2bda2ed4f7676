"""A model refitted to decisions: what the old one says is the prior, and decisions correct it as far as they are many.

The new log-odds are `a · old + b + corrections`, one correction per comparator and interval. Both are found by
logistic regression with the old log-odds as an offset (King and Zeng 2001 call it prior correction; the penalty that
pulls towards the old model is Gaussian, as in Chelba and Acero 2006), so that few decisions change little. A weight
never falls where similarity rises. The result is the same kind of model as before: tables in thousandths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from resolver.records.prepared.batch import FloatArray
from resolver.scoring import (
    Calibration,
    Model,
    Term,
    interval,
    interval_of,
)

Floats = npt.NDArray[np.float64]
MOST_CUTS = 8
"""Intervals of a comparator that decisions may shift against each other, at most."""
NEW_CUTS = (0.5, 0.9)
"""Where a comparator that the model did not weigh may tell pairs apart."""
_SLOPE, _SHIFT = 200.0, 0.5
"""How strongly the slope is held at 1 and the shift at 0. The slope firmly: the queue is about the even point and says
next to nothing of scores near certainty, which a slope would move furthest."""
SLOPES = (0.2, 3.0)
_STEPS = 400


@dataclass(frozen=True, slots=True)
class Strength:
    """How strongly corrections are held at 0 (a penalty on squared log-odds); None: none are made, and only the scale
    of the old sums is fitted anew."""

    ridge: float | None


STRENGTHS = tuple(Strength(ridge) for ridge in (None, 30.0, 10.0, 3.0, 1.0, 0.3))
"""From the most cautious to the boldest; which one is used, decisions held out decide."""


@dataclass(frozen=True, slots=True)
class _Steps:
    """Where corrections of one comparator may begin: `cuts`, and by how much (thousandths) the old weights rise there
    at the least, whatever else is compared; infinity where they need not rise."""

    feature: str
    cuts: tuple[float, ...]
    rises: tuple[float, ...]


def refit(
    model: Model,
    rises: Sequence[bool],
    evidence: FloatArray,
    labels: npt.NDArray[np.int8],
    weights: Floats,
    strength: Strength,
    fixed: Sequence[str] = (),
    shift: int = 0,
) -> Model:
    """One branch of a model (its `plain` part is left as it is) corrected by m pairs: `evidence` m × features, labels
    (1 the same, 0 different), weights. `rises`: of every feature, whether its weights may only rise; `fixed`: the
    features that are stated, not learnt. `shift`: what the plan they were decided under adds to the intercept
    (thousandths)."""
    raw = model.raw(evidence) + shift
    old = model.calibration.apply(raw) / 1000.0
    slope, level = _scaled(old, labels, weights)
    steps: list[_Steps] = []
    found: list[Floats] = []
    if strength.ridge is not None:
        steps = [
            one
            for column, name in enumerate(model.features)
            if name not in fixed
            and (one := _steps(model, name, evidence[:, column], rises=rises[column])) is not None
        ]
        found, more = _corrections(
            model, steps, evidence, slope * old + level, labels, weights, strength.ridge, slope
        )
        level += more
    # a correction is a part of the raw sum: the calibration scales it like everything else
    terms = {term.feature: term for term in model.terms}
    for one, values in zip(steps, found, strict=True):
        terms[one.feature] = _added(
            terms.get(one.feature, Term(one.feature, (), (0, 0))), one, values
        )
    order = [name for name in model.features if name in terms]
    return replace(
        model,
        terms=tuple(terms[name] for name in order),
        calibration=_rescaled(model.calibration, slope, level),
    )


def _scaled(old: Floats, labels: npt.NDArray[np.int8], weights: Floats) -> tuple[float, float]:
    """Slope and shift of the old log-odds that decisions ask for."""

    def loss(at: Floats) -> tuple[float, Floats]:
        value, gradient = _logistic(at[0] * old + at[1], labels, weights)
        held = _SLOPE * (at[0] - 1) ** 2 / 2 + _SHIFT * at[1] ** 2 / 2
        slopes = np.array([gradient @ old + _SLOPE * (at[0] - 1), gradient.sum() + _SHIFT * at[1]])
        return value + held, slopes

    found = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[SLOPES, (None, None)]
    )
    return round(float(found.x[0]), 4), round(float(found.x[1]), 4)


def _logistic(sums: Floats, labels: npt.NDArray[np.int8], weights: Floats) -> tuple[float, Floats]:
    """The log loss of log-odds, and its gradient."""
    signed = np.where(labels == 1, sums, -sums)
    value = float((weights * np.logaddexp(0.0, -signed)).sum())
    gradient: Floats = weights * (1.0 / (1.0 + np.exp(-np.clip(sums, -40, 40))) - labels)
    return value, gradient


def _corrections(
    model: Model,
    steps: Sequence[_Steps],
    evidence: FloatArray,
    start: Floats,
    labels: npt.NDArray[np.int8],
    weights: Floats,
    ridge: float,
    slope: float,
) -> tuple[list[Floats], float]:
    """By comparator what each interval and a missing value adds to the raw sum (log-odds), and a common shift."""
    place = {name: column for column, name in enumerate(model.features)}
    columns, lowest, spans = [], [], []
    for one in steps:
        at = interval(evidence[:, place[one.feature]], one.cuts)
        known = at <= len(one.cuts)
        columns += [(known & (at > number)).astype(np.float64) for number in range(len(one.cuts))]
        columns.append((~known).astype(np.float64))
        lowest += [-rise / 1000.0 for rise in one.rises] + [-np.inf]
        spans.append(len(one.cuts) + 1)
    scale = slope * _slopes(model, evidence)
    design = np.stack(columns, axis=1) * scale[:, None] if columns else np.zeros((len(evidence), 0))

    def loss(at: Floats) -> tuple[float, Floats]:
        value, gradient = _logistic(start + design @ at[:-1] + at[-1], labels, weights)
        held = ridge * (at[:-1] @ at[:-1]) / 2 + _SHIFT * at[-1] ** 2 / 2
        return value + held, np.append(
            design.T @ gradient + ridge * at[:-1], gradient.sum() + _SHIFT * at[-1]
        )

    bounds = [*((low if np.isfinite(low) else None, None) for low in lowest), (None, None)]
    answer = minimize(
        loss,
        np.zeros(design.shape[1] + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": _STEPS},
    )
    found, begin = [], 0
    for span in spans:
        part = answer.x[begin : begin + span]
        found.append(np.concatenate([[0.0], np.cumsum(part[:-1]), part[-1:]]))
        begin += span
    return found, round(float(answer.x[-1]), 4)


def _slopes(model: Model, evidence: FloatArray) -> Floats:
    """By how much the calibrated log-odds of each pair grow with its raw sum."""
    raw = np.array(model.calibration.raw, dtype=np.float64)
    slopes = np.diff(np.array(model.calibration.logodds, dtype=np.float64)) / np.diff(raw)
    at = np.searchsorted(raw, model.raw(evidence)) - 1
    chosen: Floats = slopes[np.clip(at, 0, len(slopes) - 1)]
    return chosen


def _steps(model: Model, name: str, held: FloatArray, *, rises: bool) -> _Steps | None:
    """The cuts of a comparator at which decisions lie on both sides, at most `MOST_CUTS`, evenly among these; of one to
    which the model gives no weight yet `NEW_CUTS`. None where decisions say nothing of it."""
    cuts = sorted({cut for one in _weights_of(model, name) for cut in one[0]}) or list(NEW_CUTS)
    known = np.sort(held[~np.isnan(held)].astype(np.float64))
    below = np.searchsorted(known, np.array(cuts, dtype=np.float64), side="right")
    inner = [
        (cut, int(count)) for cut, count in zip(cuts, below, strict=True) if 0 < count < len(known)
    ]
    # of cuts between the same two values one will do
    kept = list({count: cut for cut, count in reversed(inner)}.values())[::-1]
    if len(kept) > MOST_CUTS:
        kept = [kept[round(at)] for at in np.linspace(0, len(kept) - 1, MOST_CUTS)]
    # where either side never says anything, or all say the same, there is nothing to weigh
    if not len(known) or (not kept and len(known) == len(held)):
        return None
    least = tuple(_rise(model, name, cut) if rises else np.inf for cut in kept)
    return _Steps(name, tuple(kept), least)


def _weights_of(model: Model, name: str) -> list[tuple[tuple[float, ...], npt.NDArray[np.int64]]]:
    """Everything in a model that depends on a comparator: its cuts and its weights (its intervals, missing last ×
    those of the other comparator, where there is one)."""
    found = [
        (term.cuts, np.array(term.weights).reshape(-1, 1))
        for term in model.terms
        if term.feature == name
    ]
    for pair in model.pairs:
        for side, feature in enumerate(pair.features):
            if feature == name:
                found.append((pair.cuts[side], np.moveaxis(np.array(pair.weights), side, 0)))
    return found


def _rise(model: Model, name: str, cut: float) -> float:
    """By how much (thousandths) the weights of a comparator rise at a cut at the least."""
    total = 0.0
    for cuts, weights in _weights_of(model, name):
        if cut in cuts:
            at = cuts.index(cut)
            total += float((weights[at + 1] - weights[at]).min())
    return max(total, 0.0)


def _added(term: Term, steps: _Steps, values: Floats) -> Term:
    """A term with corrections: its own cuts and theirs."""
    cuts = tuple(sorted({*term.cuts, *steps.cuts}))
    points = [*cuts, (cuts[-1] if cuts else 0.0) + 1.0, math.nan]
    # half up, so that what rises still rises when it is rounded
    more = np.floor(1000 * values + 0.5).astype(np.int64)
    weights = tuple(
        term.weights[interval_of(point, term.cuts)] + int(more[interval_of(point, steps.cuts)])
        for point in points
    )
    return Term(term.feature, cuts, weights)


def _rescaled(calibration: Calibration, slope: float, level: float) -> Calibration:
    logodds = tuple(round(slope * value + 1000 * level) for value in calibration.logodds)
    return replace(calibration, logodds=logodds)
