"""Learning from decisions as a job, which is requested at the desk and run by a worker.

The model is kept in the folder of the job.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resolver.hub.hub import Hub
from resolver.hub.job_worker import RESULT, Job, create_job_folder
from resolver.records.progress import Progress

LEARN_JOB = "learn"
MODEL_FOLDER = "model"
"""Subfolder for the new model inside the results of a job."""


def submit_learning(
    hub: Hub, jobs: Path, *, submitted_by: str, agency: str = "", idempotency_key: str | None = None
) -> Job:
    """Queue a job that corrects the model by the decisions of the store.

    Raises `StoreError` if the store cannot be read, and `OSError` if the job cannot be stored.
    """
    folder = create_job_folder(jobs)
    params = {"folder": folder.name, "label": "learn from decisions"}
    return hub.store.jobs.submit(
        LEARN_JOB, params, agency=agency, submitted_by=submitted_by, idempotency_key=idempotency_key
    )


def learned_model_folder(jobs: Path, job: Job) -> Path | None:
    """Return the folder of the model that a job made; None if there is none, or if it was
    removed.
    """
    folder = jobs.absolute() / str(job.params.get("folder", "")) / RESULT / MODEL_FOLDER
    return folder if (folder / "person.json").is_file() else None


def run_learning_job(
    hub: Hub, job: Job, folder: Path, progress: Progress, base: Path | None = None
) -> Mapping[str, Any]:
    """Correct the model in `base` (default: the shipped model) by the decisions of the store.

    Returns the version of the new model, notes, and a comparison of both models. Raises
    `ResolverError` if no model can be made, and then leaves no new model.
    """
    # imported here because it loads scikit-learn, which is not needed to submit a job
    from resolver.training.store_learning import learn_from_store

    progress.start("decisions", None, "decisions")
    version = f"{datetime.datetime.now(tz=datetime.UTC):%Y.%m}-{job.id[:8]}"
    result = learn_from_store(hub.store, folder / RESULT / MODEL_FOLDER, base, version)
    progress.advance(result.comparison.decisions)
    return {"version": version, "notes": list(result.notes), **result.comparison.to_json()}
