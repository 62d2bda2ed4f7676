"""Refreshes as jobs: queued when a store has grown, run by a worker.

Models for checks: callers against the entities of a store, of whom few are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from resolver.hub.admin import REFRESH_JOB
from resolver.hub.hub import Hub
from resolver.hub.rebuild import DueRefresh, RebuildEffect
from resolver.matching.resolution_task import ModelSet
from resolver.records.progress import SILENT, Progress
from resolver.records.visibility import Audience
from resolver.store import Job, JobState, OutdatedError, StoreView

_UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
_MAX_JOBS = 20


def refresh_if_due(
    hub: Hub,
    *,
    accept_large: bool = False,
    report: Callable[[RebuildEffect], None] | None = None,
    progress: Progress = SILENT,
) -> int | None:
    """Refresh a store that has outgrown its population; return the new revision, or None.

    `report` is called with the effect before the commit. Raises `LargeChangeError` where a person
    has to accept the changes (`accept_large`), which holds until the store has grown much further.
    """
    try:
        with hub.indexed_view() as (view, _):
            growth = hub.growth_at(view)
    except OutdatedError:
        return None
    if not growth.steps:
        return None

    def inspect(effect: RebuildEffect) -> None:
        """Refuse a large change, unless it is accepted or most records are new."""
        DueRefresh(effect, growth.steps).check(accept_large=accept_large)
        if report is not None:
            report(effect)

    return hub.refresh(inspect=inspect, outgrown=growth.steps_by_key, progress=progress)


def queue_refresh(hub: Hub) -> Job | None:
    """Queue a refresh if one is due, at most one at a time; return the new job, or None.

    One that failed or is on hold is followed by another only when the store has passed a further
    step of growth. Raises `StoreError`.
    """
    try:
        with hub.store.view() as view:
            steps = hub.growth_at(view).steps
            refreshed = hub.store_models.revision_at(view)
    except OutdatedError:
        # another process has committed since: the next look tells
        return None
    if not steps:
        return None
    params = {"label": "refresh", "folder": "", "population": refreshed, "steps": steps}
    for job in hub.store.jobs.list(kind=REFRESH_JOB, limit=_MAX_JOBS):
        is_same = all(job.params.get(name) == params[name] for name in ("population", "steps"))
        if is_same or job.state in _UNFINISHED:
            return None
    key = f"refresh-{refreshed}-{steps}"
    return hub.store.jobs.submit(REFRESH_JOB, params, idempotency_key=key)


def run_refresh_job(hub: Hub, job: Job, progress: Progress) -> Mapping[str, Any]:
    """Refresh a store, unless it no longer is due, and return the effect.

    Raises `LargeChangeError`, which puts the job on hold.
    """
    effects: list[RebuildEffect] = []
    revision = refresh_if_due(
        hub,
        accept_large=bool(job.params.get("accept_large_change")),
        report=effects.append,
        progress=progress,
    )
    if revision is None:
        return {"version": hub.store.revision, "entities_changed": 0}
    return {"version": revision, "entities_changed": effects[-1].changed}


def build_check_models(
    hub: Hub, view: StoreView, entities: Mapping[str, int], listed: float, key: str = ""
) -> ModelSet:
    """Return the models for checks against some entities (their number by label of kind).

    `listed`: share of callers who are listed. Words count as at the last refresh, so profiles are
    those of the store's own models; models without a population stay as they are. `key`: that of
    the audience in whose population callers are compared.
    """
    models = hub.models_at(view)
    if key:
        models = models.for_audience(Audience.from_key(key))
    if models.population is None:
        return models
    population = models.population.for_checks(entities, listed)
    at_population = {
        kind: model.for_population(view.head.plan, population.of(kind))
        for kind, model in hub.models.models.items()
    }
    # built here and not by `for_population`, which keeps every set it builds
    return replace(models, models=at_population, population=population)
