"""Learn from a store: read decisions, correct the model by them, compare old and new.

`compare_models` compares two models on the decisions of a store and on its waiting pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import InputError, pluralize
from resolver.matching.pipeline import compare_and_score, normalize
from resolver.matching.resolution_task import ModelSet, load_models
from resolver.matching.scoring import Thresholds, scores
from resolver.models import loader
from resolver.names.name_index import NameIndex
from resolver.records.batch import concat
from resolver.records.prepared.population import KindPopulation, Population
from resolver.records.results.resolution import Band, Outcome
from resolver.store import Store, StoreView
from resolver.training.data.training_decisions import (
    TrainingDecisions,
    label_decided_pairs,
    read_training_decisions,
)
from resolver.training.fit.correction import DecisionComparison, compare_on_pairs, correct_models
from resolver.training.model_card import DECIDED_ORIGIN
from resolver.training.train import TrainedModels, save_trained_models

MAX_SAMPLED_PAIRS = 20_000
"""Maximum number of waiting pairs to score anew; they are drawn at random to represent all."""
MAX_CHANGES_SHOWN = 20
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BandChange:
    """Waiting record pair whose band would change."""

    left: str
    right: str
    old: float
    new: float


@dataclass(frozen=True)
class QueueEffect:
    """Effect of a new model on waiting record pairs.

    `waiting` is their number, `looked_at` is how many were scored again, `bands` has the number of
    these by new band, and `moved` are the pairs with the largest change into another band.
    """

    waiting: int
    looked_at: int
    bands: Mapping[str, int]
    moved: tuple[BandChange, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        moved = [
            {"left": pair.left, "right": pair.right, "old": pair.old, "new": pair.new}
            for pair in self.moved
        ]
        return {
            "waiting": self.waiting,
            "looked_at": self.looked_at,
            "bands": dict(self.bands),
            "moved": moved,
        }


@dataclass(frozen=True)
class ModelComparison:
    """Two models (by their stamps) compared on a store.

    `fresh` compares them, by kind, on decisions from which neither has learned (`unseen` of
    `decisions`). `held_out` has, by kind, the figures of the new model's card on decisions that
    were held out when it was made. `waiting` is the effect on the pairs that wait.
    """

    old: str
    new: str
    fresh: Mapping[str, DecisionComparison]
    held_out: Mapping[str, Mapping[str, Any]]
    waiting: QueueEffect
    decisions: int
    unseen: int

    @property
    def worse(self) -> list[str]:
        """Kinds for which the new model is worse on decisions from which neither model has
        learned.
        """
        return [kind for kind, comparison in self.fresh.items() if comparison.gain < 0]

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "old": self.old,
            "new": self.new,
            "decisions": self.decisions,
            "unseen": self.unseen,
            "fresh": {kind: comparison.to_json() for kind, comparison in self.fresh.items()},
            "held_out": {kind: dict(figures) for kind, figures in self.held_out.items()},
            "waiting": self.waiting.to_json(),
        }


def _held_out_figures(models: ModelSet) -> dict[str, dict[str, Any]]:
    return {
        kind: dict(model.training[DECIDED_ORIGIN])
        for kind, model in models.models.items()
        if DECIDED_ORIGIN in model.training
    }


def compare_models(
    store: Store, old: ModelSet, new: ModelSet, decided: TrainingDecisions | None = None
) -> ModelComparison:
    """Compare two models on a store. Raises `InputError` if both are the same model."""
    if old.stamp["model"] == new.stamp["model"]:
        raise InputError("the two models are the same", hint="name the folder of another one")
    decisions = read_training_decisions(store) if decided is None else decided
    last_decision = max(_last_decision(models) for models in (old, new))
    fresh = decisions.logged_after(last_decision)
    return ModelComparison(
        old.stamp["model"],
        new.stamp["model"],
        _compare_on_fresh(fresh, old, new),
        _held_out_figures(new),
        measure_queue_effect(store, old, new),
        len(decisions),
        len(fresh),
    )


def _last_decision(models: ModelSet) -> int:
    """Return the number of the last decision a model may have learned from."""
    return max(
        int(model.training.get(DECIDED_ORIGIN, {}).get("until", 0))
        for model in models.models.values()
    )


def _compare_on_fresh(
    decided: TrainingDecisions, old: ModelSet, new: ModelSet
) -> dict[str, DecisionComparison]:
    first, second = (label_decided_pairs(decided, model_set.tables) for model_set in (old, new))
    comparisons = {}
    for kind, data in first.items():
        logodds = [
            models.models[kind.label].for_plan(decided.plan).logodds(part[kind].evidence)
            for models, part in ((old, first), (new, second))
        ]
        comparisons[kind.label] = compare_on_pairs(data, logodds[0], logodds[1])
    return comparisons


def measure_queue_effect(store: Store, old: ModelSet, new: ModelSet, seed: int = 7) -> QueueEffect:
    """Measure the effect of a new model on the waiting pairs of a store."""
    with store.view() as view:
        table = view.all_links()
        rows = np.flatnonzero(table.outcome == int(Outcome.QUEUED))
        count = len(rows)
        if count > MAX_SAMPLED_PAIRS:
            rows = np.sort(
                np.random.default_rng(seed).choice(rows, MAX_SAMPLED_PAIRS, replace=False)
            )
        if not count:
            return QueueEffect(0, 0, {}, ())
        left, right = table.left[rows], table.right[rows]
        ids, logodds = _score_with_models(view, left, right, (old, new))
        thresholds = Thresholds.from_costs(
            float(view.head.thresholds.get("wrong_merge_costs", 20.0))
        )
    bands = thresholds.bands(scores(logodds[1]))
    counts = {band.label: int((bands == band).sum()) for band in sorted(Band, reverse=True)}
    return QueueEffect(count, len(rows), counts, _largest_changes(ids, logodds, thresholds))


def _largest_changes(
    ids: Sequence[tuple[str, str]], logodds: Sequence[npt.NDArray[np.int32]], thresholds: Thresholds
) -> tuple[BandChange, ...]:
    """Return the pairs whose band the second model changes, largest difference first."""
    before, after = (scores(values) for values in logodds)
    # pairs in band match may wait, too, if they contradict other evidence
    moved = np.flatnonzero(thresholds.bands(after) != thresholds.bands(before))
    order = moved[np.argsort(-np.abs(logodds[1] - logodds[0])[moved], kind="stable")]
    return tuple(
        BandChange(ids[row][0], ids[row][1], float(before[row]), float(after[row]))
        for row in order[:MAX_CHANGES_SHOWN].tolist()
    )


def _score_with_models(
    view: StoreView, left: Numbers, right: Numbers, model_sets: Sequence[ModelSet]
) -> tuple[list[tuple[str, str]], list[npt.NDArray[np.int32]]]:
    """Return the ids of record pairs, and their log-odds (thousandths) by each model, with the
    store's blocking plan.

    The population is the population of the store.
    """
    numbers = np.unique(np.concatenate([left, right]))
    batch = concat(part.batch for part in view.batches_of(numbers))
    stored_ids = batch.ids.to_pylist()
    batch = batch.canonical()
    row_by_id = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    row_of = np.array([row_by_id[identity] for identity in stored_ids], dtype=np.int32)
    left_rows, right_rows = (row_of[np.searchsorted(numbers, side)] for side in (left, right))
    deduplicated = tuple(sorted(source.name for source in view.sources() if source.deduplicated))
    low, high = np.minimum(left_rows, right_rows), np.maximum(left_rows, right_rows)
    logodds, population = [], _population_of(view)
    for model_set in model_sets:
        models = model_set.for_population(view.head.plan, population)
        prepared = normalize(batch, models, deduplicated)
        names = NameIndex.of(prepared)
        logodds.append(compare_and_score(prepared, names, models, low, high))
    ids = batch.ids.to_pylist()
    rows = zip(low.tolist(), high.tolist(), strict=True)
    return [(ids[low_row], ids[high_row]) for low_row, high_row in rows], logodds


def _population_of(view: StoreView) -> Population:
    """Return the population of a store; if its model needed none, a population of the same size."""
    stored = view.population()
    if stored is not None:
        return stored[1]
    return Population({kind: KindPopulation(count) for kind, count in view.count_kinds().items()})


@dataclass(frozen=True)
class LearningResult:
    """Comparison of the new model with the old one, and notes for the user."""

    comparison: ModelComparison
    notes: tuple[str, ...]


def read_store_decisions(url: str) -> TrainingDecisions:
    """Return the decisions of a store that can train a model. Raises `StoreError` if the store
    cannot be read, and `InputError` if it has no usable decisions.
    """
    with Store.open(url, create=False) as store:
        return read_training_decisions(store)


def learn_at_url(
    url: str,
    out: Path,
    base: Path | None = None,
    version: str = "",
    *,
    seed: int = 7,
    before_writing: Callable[[], None] = lambda: None,
) -> LearningResult:
    """Correct the model in `base` (default: the shipped model) by a store's decisions.

    The new model is written to `out`. Raises `InputError` if no model improves, and then writes
    nothing.
    """
    with Store.open(url, create=False) as store:
        return learn_from_store(store, out, base, version, seed=seed, before_writing=before_writing)


def _learning_notes(
    store: Store, decided: TrainingDecisions, before: ModelSet, unchanged: Mapping[str, str]
) -> list[str]:
    notes = [
        f"left out: {pluralize(count, 'decision')} {reason}"
        for reason, count in decided.dropped.items()
    ]
    notes += [f"the model for {kind} stays as it is: {why}" for kind, why in unchanged.items()]
    with store.view() as view:
        if view.head.stamp.get("model") not in (None, before.stamp["model"]):
            notes.append("the store was resolved with another model than the one corrected here")
    return notes


def learn_from_store(
    store: Store,
    out: Path,
    base: Path | None = None,
    version: str = "",
    *,
    seed: int = 7,
    before_writing: Callable[[], None] = lambda: None,
) -> LearningResult:
    """Correct a model as `learn_at_url` does, from an open store."""
    decided = read_training_decisions(store)
    before = load_models(base)
    result = correct_models(decided, before, version, seed)
    before_writing()
    save_trained_models(TrainedModels(result.models, loader.load("tables", base), {}), out, base)
    notes = _learning_notes(store, decided, before, result.unchanged)
    # the cache may have an earlier model of this folder
    load_models.cache_clear()
    return LearningResult(compare_models(store, before, load_models(out), decided), tuple(notes))


def compare_at_url(url: str, old: Path | None, new: Path) -> ModelComparison:
    """Compare two models (folders; None means the shipped model) on a store.

    Raises `StoreError`, `ModelError`, `InputError`.
    """
    with Store.open(url, create=False) as store:
        return compare_models(store, load_models(old), load_models(new))
