"""Learning as a job: asked for at the desk, done by a worker, its model kept in the job's folder."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resolver.hub.hub import Hub
from resolver.hub.job_worker import RESULT, Job, new_folder
from resolver.records.progress import Progress

LEARN = "learn"
MODEL = "model"
"""The folder of the new model, in that of the job's results."""


def submit_learning(
    hub: Hub, jobs: Path, *, who: str, agency: str = "", idempotency_key: str | None = None
) -> Job:
    """Queue a job that corrects the model by the decisions of the store. Raises `StoreError`, `OSError`."""
    folder = new_folder(jobs)
    params = {"folder": folder.name, "label": "learn from decisions"}
    return hub.store.jobs.submit(
        LEARN, params, agency=agency, submitted_by=who, idempotency_key=idempotency_key
    )


def model_of(jobs: Path, job: Job) -> Path | None:
    """The folder of the model that a job made, or None where there is none (any more)."""
    folder = jobs.absolute() / str(job.params.get("folder", "")) / RESULT / MODEL
    return folder if (folder / "person.json").is_file() else None


def do_learning(
    hub: Hub, job: Job, folder: Path, progress: Progress, base: Path | None = None
) -> Mapping[str, Any]:
    """Correct the model in `base` (default: the shipped one) by the decisions of the store, and compare the two; what
    came of it. Raises `ResolverError`; then there is no new model."""
    # scikit-learn comes with it, and whoever only asks for a job needs none of that
    from resolver.training.store_learning import learn_from

    progress.start("decisions", None, "decisions")
    version = f"{datetime.datetime.now(tz=datetime.UTC):%Y.%m}-{job.id[:8]}"
    found = learn_from(hub.store, folder / RESULT / MODEL, base, version)
    progress.advance(found.beside.decisions)
    return {"version": version, "notes": list(found.notes), **found.beside.to_json()}
