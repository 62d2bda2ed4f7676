"""Correction of a store's models by its decisions, evaluated on held-out decisions.

Held-out decisions, on other entities, determine whether a correction is used and how strong it is.
A model that is no better on them than the one before is not made.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.comparison import COMPARATOR_BY_NAME
from resolver.errors import InputError
from resolver.model_set import ModelSet
from resolver.records import Kind
from resolver.scoring import Model, scores
from resolver.training.data.decided_pairs import label_decided_pairs
from resolver.training.data.labeled_pairs import LabeledPairs
from resolver.training.data.training_decisions import TrainingDecisions
from resolver.training.evaluate.card_figures import DECIDED_ORIGIN, hash_data, pair_figures
from resolver.training.fit.cross_validation import cross_validate
from resolver.training.fit.refit import STRENGTHS, CorrectionStrength, refit_model
from resolver.training.train import default_fit_options

MIN_DECISIONS = 10
"""Minimum number of decisions of each verdict for a part of a model to be corrected."""
_DRAWS = 2_000
Logodds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DecisionComparison:
    """Two models compared on the same decisions.

    `old` and `new` hold figures as in a model card. `gain` is the decrease of log loss in nats per
    pair, with its 95 % interval by bootstrap over entities. `pairs` is the number of labeled pairs,
    `same` the number of true ones.
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

    Raises `InputError` if none improves.
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
    """Return the corrected model of a kind and its comparison, or the reason for having none."""
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
    """Correct one part by all its decisions.

    Returns the part, the strength chosen, and held-out log-odds of each pair.
    """
    rises = [COMPARATOR_BY_NAME[name].rises for name in data.features]
    fixed = tuple(default_fit_options(seed).fixed)

    def fit(part: LabeledPairs, strength: CorrectionStrength) -> Model:
        """Fit a correction of given strength."""
        return refit_model(model, rises, part.labeled_evidence, strength, fixed=fixed, shift=shift)

    def predict(fitted: Model, part: LabeledPairs) -> Logodds:
        """Return calibrated log-odds."""
        return fitted.calibration.apply(fitted.raw(part.evidence) + shift)

    def predict_with(
        strength: CorrectionStrength,
    ) -> Callable[[LabeledPairs, LabeledPairs], Logodds]:
        """Return a function that fits with a strength and predicts."""
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
    """Two models on the same pairs, by their log-odds (thousandths)."""
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
