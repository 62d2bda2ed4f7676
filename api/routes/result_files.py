"""Batches of a viewer: submission, files of results that they get, and the audit log of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from flask import g

from resolver.api.access import log_access, revision_of
from resolver.api.errors import ApiError
from resolver.api.schemas.senzing import senzing_lines
from resolver.api.service import current_service
from resolver.errors import StoreError
from resolver.hub.job_worker import (
    LOOKUP_SCOPES,
    OWN,
    RESULT,
    BatchOptions,
    Job,
    submit_batch,
)
from resolver.hub.ownership import RecordOwner
from resolver.report import SCRIPT_SOURCE

RESULT_FILES = {
    "report": ("report.html", "text/html"),
    "links": ("links.csv", "text/csv"),
    "entities": ("entities.ftm.json", "application/x-ndjson"),
    "rejects": ("rejects.csv", "text/csv"),
}
"""File name and media type of each result of a job."""
_LOGGED_OPTIONS = ("label", "format", "dry_run", "complete", "accept_large_change")
REPORT_POLICY = (
    f"default-src 'none'; script-src {SCRIPT_SOURCE}; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content security policy of a report.

The policy in the head of the report allows its one style sheet by hash; a browser applies both. The
script of a report of another version stays off, and its tables say the same.
"""


def sees_own_records_only() -> bool:
    """Return whether the viewer may send records but look nobody up."""
    return bool(g.viewer.name) and LOOKUP_SCOPES.isdisjoint(g.viewer.scopes)


def result_path(job: Job, what: str, *, is_own: bool = False) -> Path:
    """Return the file of a result; with `is_own` that of the batch's own records."""
    folder = current_service().jobs_dir.absolute() / str(job.params["folder"]) / RESULT
    name = RESULT_FILES[what][0]
    # what was refused is the sender's own
    return folder / OWN / name if is_own and what != "rejects" else folder / name


def submit_and_log(folder: Path, options: BatchOptions, key: str | None) -> tuple[Job, bool]:
    """Queue the upload in a job's folder as a batch of the viewer; return the job and whether it is
    new.

    `key`: see `submit_batch`. Raises `UsageError`, and `StoreError` where it cannot be logged: then
    the batch is cancelled.
    """
    jobs = current_service().hub.store.jobs
    owner = RecordOwner.of_viewer(g.viewer)
    job, is_new = submit_batch(
        current_service().hub, folder, options, owner=owner, idempotency_key=key
    )
    sent = {name: job.params.get(name) for name in _LOGGED_OPTIONS}
    try:
        log_job("submit", {"batch": job.id, "new": is_new, **sent})
    except StoreError:
        if is_new:
            jobs.cancel(job.id)
        raise
    return job, is_new


def log_job(action: str, query: Mapping[str, Any], jobs: Iterable[Job] = ()) -> None:
    """Log that batches are submitted, changed or looked at; `jobs` are those that are shown."""
    revision = revision_of(current_service().hub.store.revision)
    log_access(action, query, {"seen": [job.id for job in jobs]}, revision)


def log_result(job: Job, what: str, *, is_own: bool = False) -> None:
    """Log that a file of a batch's results is read."""
    revision = revision_of(current_service().hub.store.revision)
    query = {"batch": job.id, "file": what, "own": is_own}
    log_access("batch", query, {}, revision)


def check_available(job: Job, what: str, path: Path) -> None:
    """Raise an `ApiError` if a job has no such results, or they were removed."""
    # the rejected rows often explain why a batch failed or is held
    has_rejects = job.state in ("failed", "held") and what == "rejects" and path.is_file()
    if job.state != "done" and not has_rejects:
        raise ApiError(409, f"the batch is {job.state}: {job.error or 'there are no results yet'}")
    if path.parent.name == OWN and not path.is_file() and path.parent.parent.is_dir():
        raise ApiError(
            410,
            "this batch was resolved before there was a key that may only submit:"
            " send the list again, or ask with a key of scope check",
        )
    if not path.is_file():
        raise ApiError(410, "the results of this batch are no longer kept")


def as_senzing(path: Path) -> Iterator[bytes]:
    """Yield the entities of a file in FtM form as lines in the form of Senzing."""
    with path.open("rb") as file:
        yield from senzing_lines(map(orjson.loads, file))
