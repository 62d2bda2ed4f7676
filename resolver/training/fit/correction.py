"""Correct a store's models by its decisions, and evaluate the correction on held-out decisions.

The old model is the prior, and decisions correct it. The new log-odds are `a · old + b +
corrections`, with one correction for each comparator and interval. The scale (`a`, `b`) and the
corrections are found by logistic regression with the old log-odds as an offset (prior correction,
King and Zeng 2001; the Gaussian penalty that draws the model to the old one is as in Chelba and
Acero 2006). So a few decisions change little. A weight never falls when similarity rises. The
result is a model of the same kind: tables in thousandths.

Held-out decisions, on other entities, determine whether a correction is used and how large it may
be. If a corrected model is no better than the old model on these decisions, it is not used.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from resolver.errors import InputError
from resolver.matching.comparators import COMPARATOR_BY_NAME
from resolver.matching.resolution_task import ModelSet
from resolver.matching.scoring import (
    Calibration,
    Model,
    Term,
    interval_index,
    interval_indices,
    scores,
)
from resolver.records import Kind
from resolver.records.prepared.batch import FloatArray
from resolver.training.data.labeled_pairs import LabeledEvidence, LabeledPairs
from resolver.training.data.training_decisions import TrainingDecisions, label_decided_pairs
from resolver.training.fit.cross_validation import cross_validate
from resolver.training.model_card import DECIDED_ORIGIN, hash_data, pair_figures
from resolver.training.train import default_fit_options

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
    """Penalty on squared corrections in log-odds, which draws them towards 0.

    None means that there are no corrections, and only the scale of the old sums is fitted.
    """

    ridge: float | None


STRENGTHS = tuple(CorrectionStrength(ridge) for ridge in (None, 30.0, 10.0, 3.0, 1.0, 0.3))
"""Strengths from most cautious to boldest; held-out decisions choose one."""


@dataclass(frozen=True, slots=True)
class _CorrectionCuts:
    """Cuts of one comparator at which corrections may change.

    `rises` is, for each cut, the minimum rise (thousandths) of the old weights there; it is
    infinity if the weights need not rise.
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
    """Return a model that has no parts, corrected by labeled pairs.

    `rises` says for each feature whether its weights may only rise; `fixed` names the features
    whose weights are stated, not learned. `shift` (thousandths) is the prior of the blocking plan
    of the decisions.
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
    """Return corrections of the raw sum (log-odds) for each comparator, and a common shift.

    Column i of the evidence of `pairs` belongs to `steps[i]`. For each pair, `start` is the offset
    and `scale` the slope of the calibration. A correction has one value for each interval, and then
    one value for missing similarities.
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
    # cuts that lie between the same two values are equivalent
    selected = list({count: cut for cut, count in reversed(inner)}.values())[::-1]
    if len(selected) > MAX_CUTS:
        selected = [selected[round(at)] for at in np.linspace(0, len(selected) - 1, MAX_CUTS)]
    return selected


def _correction_cuts(
    model: Model, name: str, similarity: FloatArray, *, rises: bool
) -> _CorrectionCuts | None:
    """Return the cuts of a comparator that have decisions on both sides; None if there are none.

    A comparator without weights in the model uses `DEFAULT_CUTS`.
    """
    cuts = sorted({cut for term_cuts, _ in _weights_of(model, name) for cut in term_cuts}) or list(
        DEFAULT_CUTS
    )
    present = np.sort(similarity[~np.isnan(similarity)].astype(np.float64))
    selected = _select_cuts(cuts, present)
    # there is nothing to learn if the comparator never has a value, or always has a value on the
    # same side of all cuts
    if not len(present) or (not selected and len(present) == len(similarity)):
        return None
    rises_at = tuple(_min_rise(model, name, cut) if rises else np.inf for cut in selected)
    return _CorrectionCuts(name, tuple(selected), rises_at)


def _weights_of(model: Model, name: str) -> list[tuple[tuple[float, ...], npt.NDArray[np.int64]]]:
    """Return the cuts and the weights of all terms that depend on a comparator.

    The first axis of the weights is the comparator's intervals, with missing values last.
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
    """Return a term with corrections; its cuts are those of the term and those of the
    corrections.
    """
    cuts = tuple(sorted({*term.cuts, *steps.cuts}))
    points = [*cuts, (cuts[-1] if cuts else 0.0) + 1.0, math.nan]
    # rounding half up keeps rising weights in rising order
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


MIN_DECISIONS = 10
"""Minimum number of decisions of each verdict for a part of a model to be corrected."""
_DRAWS = 2_000
Logodds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DecisionComparison:
    """Comparison of two models on the same decisions.

    `old` and `new` have the figures that a model card has. `gain` is the decrease of log loss in
    nats per pair, with its 95 % interval by bootstrap over entities. `pairs` is the number of
    labeled pairs, and `same` the number of true pairs among them.
    """

    pairs: int
    same: int
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    gain: float
    gain_low: float
    gain_high: float

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "pairs": self.pairs,
            "same": self.same,
            "old": dict(self.old),
            "new": dict(self.new),
            "gain": round(self.gain, 4),
            "gain_low": round(self.gain_low, 4),
            "gain_high": round(self.gain_high, 4),
        }


@dataclass(frozen=True)
class CorrectedModels:
    """New models of the kinds that decisions improved, with comparisons on held-out decisions.

    `unchanged` gives the reason for each other kind.
    """

    models: Mapping[Kind, Model]
    comparisons: Mapping[Kind, DecisionComparison]
    unchanged: Mapping[str, str] = field(default_factory=dict)


def correct_models(
    decided: TrainingDecisions, before: ModelSet, version: str, seed: int = 7
) -> CorrectedModels:
    """Correct all models for which there are enough decisions.

    Raises `InputError` if no model improves.
    """
    models: dict[Kind, Model] = {}
    compared: dict[Kind, DecisionComparison] = {}
    reasons: dict[str, str] = {}
    for kind, data in sorted(label_decided_pairs(decided, before.tables).items()):
        result = _correct_kind(before.models[kind.label], data, decided, version, seed)
        if isinstance(result, str):
            reasons[kind.label] = result
        else:
            models[kind], compared[kind] = result
    if not models:
        raise _no_better_model(reasons)
    return CorrectedModels(models, compared, reasons)


def _no_better_model(reasons: Mapping[str, str]) -> InputError:
    texts = [f"{kind}: {reason}" for kind, reason in reasons.items()]
    return InputError(
        "these decisions give no better model: "
        f"{'; '.join(texts) or 'no decision teaches anything'}",
        hint="keep the one in use, and decide more pairs",
    )


def _correct_kind(
    model: Model, data: LabeledPairs, decided: TrainingDecisions, version: str, seed: int
) -> tuple[Model, DecisionComparison] | str:
    """Return the corrected model of a kind and its comparison, or the reason why there is none."""
    old_logodds, new_logodds = (
        model.for_plan(decided.plan).logodds(data.evidence),
        np.zeros(len(data), dtype=np.int64),
    )
    new_logodds[:] = old_logodds
    strengths: dict[str, float | None] = {}
    reasons = []
    parts, part_masks = model.parts, model.part_masks(data.evidence)
    for name, branch in parts.items():
        mask = part_masks[name]
        part = data.select(mask)
        if not len(part):
            continue
        if np.bincount(part.labels, minlength=2).min() < MIN_DECISIONS:
            reasons.append(f"fewer than {MIN_DECISIONS} decisions of either verdict")
            continue
        corrected, strength, held_out = _correct_part(
            branch, part, branch.priors.get(decided.plan, 0), seed
        )
        if _mean_loss(held_out, part) >= _mean_loss(old_logodds[mask], part):
            reasons.append("no better than before on decisions held out")
            continue
        parts[name] = corrected
        new_logodds[mask] = held_out
        strengths[name or "listed"] = strength.ridge
    if not strengths:
        return "; ".join(dict.fromkeys(reasons))
    comparison = compare_on_pairs(data, old_logodds, new_logodds, seed)
    new = parts[""].with_parts(parts)
    return replace(
        new, version=version, training=_training_record(model, data, decided, comparison, strengths)
    ), comparison


def _correct_part(
    model: Model, data: LabeledPairs, shift: int, seed: int
) -> tuple[Model, CorrectionStrength, Logodds]:
    """Correct one part of a model by all decisions on it.

    Returns the part, the chosen strength, and the held-out log-odds of each pair.
    """
    rises = [COMPARATOR_BY_NAME[name].rises for name in data.features]
    fixed = tuple(default_fit_options(seed).fixed)

    def fit(part: LabeledPairs, strength: CorrectionStrength) -> Model:
        """Fit a correction with a given strength."""
        return refit_model(model, rises, part.labeled_evidence, strength, fixed=fixed, shift=shift)

    def predict(fitted: Model, part: LabeledPairs) -> Logodds:
        """Return calibrated log-odds."""
        return fitted.calibration.apply(fitted.raw(part.evidence) + shift)

    def predict_with(
        strength: CorrectionStrength,
    ) -> Callable[[LabeledPairs, LabeledPairs], Logodds]:
        """Return a function that fits with a given strength and predicts."""
        return lambda train, test: predict(fit(train, strength), test)

    def choose_strength(part: LabeledPairs) -> CorrectionStrength:
        """Return the strength with the lowest cross-validated loss."""
        losses = [
            _mean_loss(cross_validate(part, predict_with(strength))[0], part)
            for strength in STRENGTHS
        ]
        return STRENGTHS[int(np.argmin(losses))]

    # the strength is chosen anew in every fold, without the held-out pairs
    held_out, _ = cross_validate(
        data, lambda train, test: predict(fit(train, choose_strength(train)), test)
    )
    chosen = choose_strength(data)
    return fit(data, chosen), chosen, held_out


def _pair_losses(logodds: Logodds, labels: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
    """Return the log loss of each pair, in nats."""
    value = logodds / 1000.0
    losses: npt.NDArray[np.float64] = np.logaddexp(0.0, np.where(labels == 1, -value, value))
    return losses


def _mean_loss(logodds: Logodds, data: LabeledPairs) -> float:
    return float(np.average(_pair_losses(logodds, data.labels), weights=data.weights))


def compare_on_pairs(
    data: LabeledPairs, old: Logodds, new: Logodds, seed: int = 7
) -> DecisionComparison:
    """Compare two models on the same pairs by their log-odds (thousandths)."""
    gains = _pair_losses(old, data.labels) - _pair_losses(new, data.labels)
    low, high = _bootstrap_interval(gains, data.weights, data.clusters[:, 0], seed)
    return DecisionComparison(
        len(data),
        int(data.labels.sum()),
        pair_figures(data, scores(old)),
        pair_figures(data, scores(new)),
        float(np.average(gains, weights=data.weights)),
        low,
        high,
    )


def _bootstrap_interval(
    gains: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    clusters: npt.NDArray[np.object_],
    seed: int,
) -> tuple[float, float]:
    """Return a percentile bootstrap interval of the mean (Efron and Tibshirani 1993).

    Entities are drawn with all their pairs.
    """
    _, cluster_number = np.unique(clusters.astype(str), return_inverse=True)
    sums, counts = (
        np.bincount(cluster_number, weights=gains * weights),
        np.bincount(cluster_number, weights=weights),
    )
    draws = np.random.default_rng(seed).multinomial(
        len(sums), np.full(len(sums), 1 / len(sums)), size=_DRAWS
    )
    averages = np.sort((draws @ sums) / np.maximum(draws @ counts, 1e-9))
    low, high = math.floor(0.025 * _DRAWS), math.ceil(0.975 * _DRAWS) - 1
    return float(averages[low]), float(averages[high])


def _training_record(
    before: Model,
    data: LabeledPairs,
    decided: TrainingDecisions,
    comparison: DecisionComparison,
    strengths: Mapping[str, float | None],
) -> dict[str, Any]:
    """Return the training data of the old model with the decisions and their effect added."""
    training = dict(before.training)
    counts = {"same": comparison.same, "different": comparison.pairs - comparison.same}
    training["pairs"] = {**training.get("pairs", {}), DECIDED_ORIGIN: counts}
    training["figures"] = {**training.get("figures", {}), DECIDED_ORIGIN: dict(comparison.new)}
    dropped = {f"decisions {reason}": count for reason, count in decided.dropped.items()}
    training["dropped"] = {**training.get("dropped", {}), **dropped}
    data_hashes = f"{before.training.get('data', '')}{hash_data(data)}"
    training["data"] = hashlib.sha256(data_hashes.encode()).hexdigest()[:12]
    ridge = {name: "scale only" if value is None else value for name, value in strengths.items()}
    basis = {"before": before.version, "until": decided.until, "ridge": ridge}
    training[DECIDED_ORIGIN] = {**comparison.to_json(), **basis}
    return training
