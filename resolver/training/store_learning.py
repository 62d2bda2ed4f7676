"""Learn from a store: read decisions, correct the model by them, compare old and new.

Learning from decisions as a job: requested at the desk, run by a worker.

The model is kept in the folder of the job.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resolver.hub.hub import Hub
from resolver.hub.job_worker import RESULT, Job, create_job_folder
from resolver.model_set import ModelSet, load_models
from resolver.models import loader
from resolver.records.progress import Progress
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


LEARN_JOB = "learn"
MODEL_FOLDER = "model"
"""Subfolder for the new model inside the results of a job."""


def submit_learning(
    hub: Hub, jobs: Path, *, submitted_by: str, agency: str = "", idempotency_key: str | None = None
) -> Job:
    """Queue a job that corrects the model by the decisions of the store.

    Raises `StoreError`, `OSError`.
    """
    folder = create_job_folder(jobs)
    params = {"folder": folder.name, "label": "learn from decisions"}
    return hub.store.jobs.submit(
        LEARN_JOB, params, agency=agency, submitted_by=submitted_by, idempotency_key=idempotency_key
    )


def learned_model_folder(jobs: Path, job: Job) -> Path | None:
    """Return the folder of the model made by a job, or None if there is none (any more)."""
    folder = jobs.absolute() / str(job.params.get("folder", "")) / RESULT / MODEL_FOLDER
    return folder if (folder / "person.json").is_file() else None


def run_learning_job(
    hub: Hub, job: Job, folder: Path, progress: Progress, base: Path | None = None
) -> Mapping[str, Any]:
    """Correct the model in `base` (default: the shipped one) by the decisions of the store.

    Returns the version of the new model, notes, and a comparison of both models. Raises
    `ResolverError` and then leaves no new model.
    """
    # imported here because it loads scikit-learn, which submitting a job does not need
    pass  # MERGED

    progress.start("decisions", None, "decisions")
    version = f"{datetime.datetime.now(tz=datetime.UTC):%Y.%m}-{job.id[:8]}"
    result = learn_from_store(hub.store, folder / RESULT / MODEL_FOLDER, base, version)
    progress.advance(result.comparison.decisions)
    return {"version": version, "notes": list(result.notes), **result.comparison.to_json()}
