"""Learn from a store: read decisions, correct the model by them, compare old and new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from resolver.matching.resolution_task import ModelSet, load_models
from resolver.models import loader
from resolver.reference.plurals import pluralize
from resolver.store import Store
from resolver.training.data.training_decisions import TrainingDecisions, read_training_decisions
from resolver.training.evaluate.model_comparison import ModelComparison, compare_models
from resolver.training.fit.correction import correct_models
from resolver.training.model_files import save_trained_models
from resolver.training.train import TrainedModels


@dataclass(frozen=True)
class LearningResult:
    """Comparison of the new model with the old one, and notes for the user."""

    comparison: ModelComparison
    notes: tuple[str, ...]


def read_store_decisions(url: str) -> TrainingDecisions:
    """Return the decisions of a store that can train a model. Raises `StoreError`, `InputError`."""
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
    """Correct the model in `base` (default: the shipped one) by a store's decisions.

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
    # the folder may contain a model that was loaded and cached before
    load_models.cache_clear()
    return LearningResult(compare_models(store, before, load_models(out), decided), tuple(notes))


def compare_at_url(url: str, old: Path | None, new: Path) -> ModelComparison:
    """Compare two models (folders; None: the shipped one) on a store.

    Raises `StoreError`, `ModelError`, `InputError`.
    """
    with Store.open(url, create=False) as store:
        return compare_models(store, load_models(old), load_models(new))
