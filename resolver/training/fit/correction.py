"""The models of a store corrected by its decisions, and how the corrected ones do on decisions held out.

Whether a correction is used, and how bold it is, decisions say that it has not seen: those of other entities. A model
that is no better on them than the one before is not made.
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
from resolver.pipeline import ModelSet
from resolver.records import Kind
from resolver.scoring import Model, scores
from resolver.training.data.decided_pairs import Decided, decided_pairs
from resolver.training.data.labeled_pairs import Labelled
from resolver.training.evaluate.card_figures import DECIDED, data_hash, figures_of
from resolver.training.fit.cross_validation import answers
from resolver.training.fit.refit import STRENGTHS, Strength, refit
from resolver.training.train import fit_options

LEAST_DECIDED = 10
"""With fewer decisions of either verdict a branch of a model is left as it is."""
_DRAWS = 2_000
Logodds = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Compared:
    """Two models on the same decisions: `figures` of either as a card shows them, by how much the new one's log loss
    is lower (`gain`, in nats a pair, and its 95 % interval by bootstrap over entities), and how many decisions there
    were, of them `same`."""

    pairs: int
    same: int
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    gain: float
    gain_low: float
    gain_high: float

    @property
    def better(self) -> bool:
        """Whether the new one is no worse: the log loss is lower."""
        return self.gain > 0

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
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
class Relearnt:
    """New models of the kinds for which decisions made a better one, how they compare on decisions held out, and why
    the others stay as they are."""

    models: Mapping[Kind, Model]
    compared: Mapping[Kind, Compared]
    without: Mapping[str, str] = field(default_factory=dict)


def relearn(decided: Decided, before: ModelSet, version: str, seed: int = 7) -> Relearnt:
    """Correct every model for which there are decisions enough. Raises `InputError` where none gets better."""
    models: dict[Kind, Model] = {}
    compared: dict[Kind, Compared] = {}
    without: dict[str, str] = {}
    for kind, data in sorted(decided_pairs(decided, before.tables).items()):
        found = _kind(before.models[kind.label], data, decided, version, seed)
        if isinstance(found, str):
            without[kind.label] = found
        else:
            models[kind], compared[kind] = found
    if not models:
        why = (
            "; ".join(f"{kind}: {said}" for kind, said in without.items())
            or "no decision teaches anything"
        )
        raise InputError(
            f"there is no better model in these decisions ({why})",
            mend="keep the old one, decide more",
        )
    return Relearnt(models, compared, without)


def _kind(
    model: Model, data: Labelled, decided: Decided, version: str, seed: int
) -> tuple[Model, Compared] | str:
    """The corrected model of a kind and how it compares; or why there is none."""
    old_said, new_said = (
        model.at(decided.plan).logodds(data.evidence),
        np.zeros(len(data), dtype=np.int64),
    )
    new_said[:] = old_said
    strengths: dict[str, float | None] = {}
    why = []
    parts, judges = model.parts, model.judges(data.evidence)
    for name, branch in parts.items():
        mask = judges[name]
        part = data.where(mask)
        if not len(part):
            continue
        if np.bincount(part.labels, minlength=2).min() < LEAST_DECIDED:
            why.append(f"fewer than {LEAST_DECIDED} decisions of either verdict")
            continue
        corrected, strength, held_out = _branch(
            branch, part, branch.priors.get(decided.plan, 0), seed
        )
        if _loss(held_out, part) >= _loss(old_said[mask], part):
            why.append("no better than before on decisions held out")
            continue
        parts[name] = corrected
        new_said[mask] = held_out
        strengths[name or "listed"] = strength.ridge
    if not strengths:
        return "; ".join(dict.fromkeys(why))
    found = compared(data, old_said, new_said, seed)
    new = parts[""].having(parts)
    return replace(
        new, version=version, training=_told(model, data, decided, found, strengths)
    ), found


def _branch(model: Model, data: Labelled, shift: int, seed: int) -> tuple[Model, Strength, Logodds]:
    """One branch corrected by all its decisions, how boldly, and what it says of each when it has not seen it."""
    rises = [COMPARATOR_BY_NAME[name].rises for name in data.features]
    fixed = tuple(fit_options(seed).fixed)

    def fit(part: Labelled, strength: Strength) -> Model:
        return refit(model, rises, part.evidence, part.labels, part.weights, strength, fixed, shift)

    def said(fitted: Model, part: Labelled) -> Logodds:
        return fitted.calibration.apply(fitted.raw(part.evidence) + shift)

    def by(strength: Strength) -> Callable[[Labelled, Labelled], Logodds]:
        return lambda train, test: said(fit(train, strength), test)

    def choose(part: Labelled) -> Strength:
        losses = [_loss(answers(part, by(strength))[0], part) for strength in STRENGTHS]
        return STRENGTHS[int(np.argmin(losses))]

    # how bold to be is chosen anew in every fold: what is held out has no say in it
    held_out, _ = answers(data, lambda train, test: said(fit(train, choose(train)), test))
    chosen = choose(data)
    return fit(data, chosen), chosen, held_out


def _losses(logodds: Logodds, labels: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
    """The log loss of each pair, in nats."""
    value = logodds / 1000.0
    found: npt.NDArray[np.float64] = np.logaddexp(0.0, np.where(labels == 1, -value, value))
    return found


def _loss(logodds: Logodds, data: Labelled) -> float:
    return float(np.average(_losses(logodds, data.labels), weights=data.weights))


def compared(data: Labelled, old: Logodds, new: Logodds, seed: int = 7) -> Compared:
    """Two models on the same pairs, by their log-odds (thousandths)."""
    gains = _losses(old, data.labels) - _losses(new, data.labels)
    low, high = _interval(gains, data.weights, data.clusters[:, 0], seed)
    return Compared(
        len(data),
        int(data.labels.sum()),
        figures_of(data, scores(old)),
        figures_of(data, scores(new)),
        float(np.average(gains, weights=data.weights)),
        low,
        high,
    )


def _interval(
    gains: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    clusters: npt.NDArray[np.object_],
    seed: int,
) -> tuple[float, float]:
    """Percentile bootstrap of the mean, entities drawn whole (Efron and Tibshirani 1993)."""
    _, place = np.unique(clusters.astype(str), return_inverse=True)
    sums, counts = np.bincount(place, weights=gains * weights), np.bincount(place, weights=weights)
    drawn = np.random.default_rng(seed).multinomial(
        len(sums), np.full(len(sums), 1 / len(sums)), size=_DRAWS
    )
    means = np.sort((drawn @ sums) / np.maximum(drawn @ counts, 1e-9))
    return float(means[math.floor(0.025 * _DRAWS)]), float(means[math.ceil(0.975 * _DRAWS) - 1])


def _told(
    before: Model,
    data: Labelled,
    decided: Decided,
    found: Compared,
    strengths: Mapping[str, float | None],
) -> dict[str, Any]:
    """What the card says: as before, with the decisions and what they changed."""
    told = dict(before.training)
    counts = {"same": found.same, "different": found.pairs - found.same}
    told["pairs"] = {**told.get("pairs", {}), DECIDED: counts}
    told["figures"] = {**told.get("figures", {}), DECIDED: dict(found.new)}
    told["dropped"] = {
        **told.get("dropped", {}),
        **{f"decisions {why}": n for why, n in decided.dropped.items()},
    }
    held = f"{before.training.get('data', '')}{data_hash(data)}"
    told["data"] = hashlib.sha256(held.encode()).hexdigest()[:12]
    ridge = {name: "scale only" if value is None else value for name, value in strengths.items()}
    told[DECIDED] = {
        **found.to_json(),
        "before": before.version,
        "until": decided.until,
        "ridge": ridge,
    }
    return told
