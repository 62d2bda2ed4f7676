"""Refit of a model to decisions: the old model is the prior, and decisions correct it.

The new log-odds are `a · old + b + corrections`, one correction per comparator and interval. Both
are found by logistic regression with the old log-odds as an offset (prior correction, King and Zeng
2001; the Gaussian penalty towards the old model is as in Chelba and Acero 2006), so that few
decisions change little. A weight never falls where similarity rises. The result is the same kind of
model as before: tables in thousandths.
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
    interval_index,
    interval_indices,
)
from resolver.training.data.labeled_pairs import LabeledEvidence

Floats = npt.NDArray[np.float64]
MAX_CUTS = 8
"""Maximum number of cuts of a comparator at which decisions may correct it."""
DEFAULT_CUTS = (0.5, 0.9)
"""Cuts of comparators without weights in the old model."""
_SLOPE, _SHIFT = 200.0, 0.5
"""Penalties that hold the slope at 1 and the shift at 0.

The slope is held firmly: queued pairs are near the even point and say little about scores near
certainty, which a slope would change most.
"""
SLOPES = (0.2, 3.0)
_STEPS = 400


@dataclass(frozen=True, slots=True)
class CorrectionStrength:
    """Penalty on squared corrections in log-odds, holding them at 0.

    None makes no corrections and refits only the scale of the old sums.
    """

    ridge: float | None


STRENGTHS = tuple(CorrectionStrength(ridge) for ridge in (None, 30.0, 10.0, 3.0, 1.0, 0.3))
"""Strengths from most cautious to boldest; held-out decisions choose one."""


@dataclass(frozen=True, slots=True)
class _CorrectionCuts:
    """Cuts at which corrections of one comparator may begin.

    `rises` is the minimum rise (thousandths) of the old weights at each cut, or infinity if they
    need not rise.
    """

    feature: str
    cuts: tuple[float, ...]
    rises: tuple[float, ...]


def refit_model(
    model: Model,
    rises: Sequence[bool],
    pairs: LabeledEvidence,
    strength: CorrectionStrength,
    fixed: Sequence[str] = (),
    shift: int = 0,
) -> Model:
    """Return a model without parts, corrected by labeled pairs.

    `rises` states for each feature whether its weights may only rise; `fixed` names features that
    are stated, not learned. `shift` (thousandths) is the prior of the plan of the decisions.
    """
    raw = model.raw(pairs.evidence) + shift
    old = model.calibration.apply(raw) / 1000.0
    slope, level = _fit_scale(old, pairs)
    steps: list[_CorrectionCuts] = []
    corrections: list[Floats] = []
    if strength.ridge is not None:
        for column, name in enumerate(model.features):
            if name in fixed:
                continue
            cuts = _correction_cuts(model, name, pairs.evidence[:, column], rises=rises[column])
            if cuts is not None:
                steps.append(cuts)
        start = slope * old + level
        scale = slope * _calibration_slopes(model, pairs.evidence)
        columns = [model.features.index(step.feature) for step in steps]
        evidence = pairs.evidence[:, columns]
        corrections, added_level = _fit_corrections(
            steps, replace(pairs, evidence=evidence), start, scale, strength.ridge
        )
        level += added_level
    # corrections are part of the raw sum, so the calibration scales them, too
    terms = {term.feature: term for term in model.terms}
    for step, values in zip(steps, corrections, strict=True):
        term = terms.get(step.feature, Term(step.feature, (), (0, 0)))
        terms[step.feature] = _add_correction(term, step, values)
    order = [name for name in model.features if name in terms]
    return replace(
        model,
        terms=tuple(terms[name] for name in order),
        calibration=_rescale(model.calibration, slope, level),
    )


def _fit_scale(old: Floats, pairs: LabeledEvidence) -> tuple[float, float]:
    """Return the slope and shift of the old log-odds that fit the decisions."""

    def loss(at: Floats) -> tuple[float, Floats]:
        """Return the penalized loss and its gradient."""
        value, gradient = _logistic_loss(at[0] * old + at[1], pairs)
        penalty = _SLOPE * (at[0] - 1) ** 2 / 2 + _SHIFT * at[1] ** 2 / 2
        slopes = np.array([gradient @ old + _SLOPE * (at[0] - 1), gradient.sum() + _SHIFT * at[1]])
        return value + penalty, slopes

    best = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[SLOPES, (None, None)]
    )
    return round(float(best.x[0]), 4), round(float(best.x[1]), 4)


def _logistic_loss(sums: Floats, pairs: LabeledEvidence) -> tuple[float, Floats]:
    """Return the log loss of log-odds, and its gradient."""
    signed = np.where(pairs.labels == 1, sums, -sums)
    value = float((pairs.weights * np.logaddexp(0.0, -signed)).sum())
    probability = 1.0 / (1.0 + np.exp(-np.clip(sums, -40, 40)))
    gradient: Floats = pairs.weights * (probability - pairs.labels)
    return value, gradient


def _fit_corrections(
    steps: Sequence[_CorrectionCuts],
    pairs: LabeledEvidence,
    start: Floats,
    scale: Floats,
    ridge: float,
) -> tuple[list[Floats], float]:
    """Return corrections of the raw sum (log-odds) per comparator, and a common shift.

    Column i of the evidence of `pairs` belongs to `steps[i]`; `start` is the offset and `scale` the
    slope of the calibration per pair. A correction has one value per interval, then one for
    missing.
    """
    columns, lowest, spans = [], [], []
    for number, step in enumerate(steps):
        at = interval_indices(pairs.evidence[:, number], step.cuts)
        is_present = at <= len(step.cuts)
        columns += [(is_present & (at > cut)).astype(np.float64) for cut in range(len(step.cuts))]
        columns.append((~is_present).astype(np.float64))
        lowest += [-rise / 1000.0 for rise in step.rises] + [-np.inf]
        spans.append(len(step.cuts) + 1)
    design = np.zeros((len(pairs.evidence), 0))
    if columns:
        design = np.stack(columns, axis=1) * scale[:, None]

    def loss(at: Floats) -> tuple[float, Floats]:
        """Return the penalized loss and its gradient."""
        value, gradient = _logistic_loss(start + design @ at[:-1] + at[-1], pairs)
        penalty = ridge * (at[:-1] @ at[:-1]) / 2 + _SHIFT * at[-1] ** 2 / 2
        return value + penalty, np.append(
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
    corrections, begin = [], 0
    for span in spans:
        part = answer.x[begin : begin + span]
        corrections.append(np.concatenate([[0.0], np.cumsum(part[:-1]), part[-1:]]))
        begin += span
    return corrections, round(float(answer.x[-1]), 4)


def _calibration_slopes(model: Model, evidence: FloatArray) -> Floats:
    """Return the slope of the calibration at the raw sum of each pair."""
    raw = np.array(model.calibration.raw, dtype=np.float64)
    slopes = np.diff(np.array(model.calibration.logodds, dtype=np.float64)) / np.diff(raw)
    at = np.searchsorted(raw, model.raw(evidence)) - 1
    chosen: Floats = slopes[np.clip(at, 0, len(slopes) - 1)]
    return chosen


def _select_cuts(cuts: Sequence[float], present: npt.NDArray[np.float64]) -> list[float]:
    """Return at most `MAX_CUTS` cuts between the sorted values, evenly selected."""
    below = np.searchsorted(present, np.array(cuts, dtype=np.float64), side="right")
    inner = [
        (cut, int(count))
        for cut, count in zip(cuts, below, strict=True)
        if 0 < count < len(present)
    ]
    # cuts between the same two values are equivalent
    selected = list({count: cut for cut, count in reversed(inner)}.values())[::-1]
    if len(selected) > MAX_CUTS:
        selected = [selected[round(at)] for at in np.linspace(0, len(selected) - 1, MAX_CUTS)]
    return selected


def _correction_cuts(
    model: Model, name: str, similarity: FloatArray, *, rises: bool
) -> _CorrectionCuts | None:
    """Return the cuts of a comparator with decisions on both sides, or None.

    A comparator without weights in the model uses `DEFAULT_CUTS`.
    """
    cuts = sorted({cut for term_cuts, _ in _weights_of(model, name) for cut in term_cuts}) or list(
        DEFAULT_CUTS
    )
    present = np.sort(similarity[~np.isnan(similarity)].astype(np.float64))
    selected = _select_cuts(cuts, present)
    # nothing to weigh if the comparator is always missing, or present everywhere on one side
    if not len(present) or (not selected and len(present) == len(similarity)):
        return None
    rises_at = tuple(_min_rise(model, name, cut) if rises else np.inf for cut in selected)
    return _CorrectionCuts(name, tuple(selected), rises_at)


def _weights_of(model: Model, name: str) -> list[tuple[tuple[float, ...], npt.NDArray[np.int64]]]:
    """Return cuts and weights of all terms that depend on a comparator.

    The first axis of the weights is the comparator's intervals, missing last.
    """
    weights = [
        (term.cuts, np.array(term.weights).reshape(-1, 1))
        for term in model.terms
        if term.feature == name
    ]
    for pair in model.pairs:
        for side, feature in enumerate(pair.features):
            if feature == name:
                weights.append((pair.cuts[side], np.moveaxis(np.array(pair.weights), side, 0)))
    return weights


def _min_rise(model: Model, name: str, cut: float) -> float:
    """Return the minimum rise (thousandths) of a comparator's weights at a cut."""
    total = 0.0
    for cuts, weights in _weights_of(model, name):
        if cut in cuts:
            at = cuts.index(cut)
            total += float((weights[at + 1] - weights[at]).min())
    return max(total, 0.0)


def _add_correction(term: Term, steps: _CorrectionCuts, values: Floats) -> Term:
    """Return a term with corrections, cut at its own cuts and theirs."""
    cuts = tuple(sorted({*term.cuts, *steps.cuts}))
    points = [*cuts, (cuts[-1] if cuts else 0.0) + 1.0, math.nan]
    # rounding half up keeps rising weights rising
    rounded = np.floor(1000 * values + 0.5).astype(np.int64)
    weights = tuple(
        term.weights[interval_index(point, term.cuts)]
        + int(rounded[interval_index(point, steps.cuts)])
        for point in points
    )
    return Term(term.feature, cuts, weights)


def _rescale(calibration: Calibration, slope: float, level: float) -> Calibration:
    logodds = tuple(round(slope * value + 1000 * level) for value in calibration.logodds)
    return replace(calibration, logodds=logodds)
