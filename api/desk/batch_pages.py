"""Pages of batches: upload of a list, progress while it runs, results."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, g, redirect, request, send_file, url_for

from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page
from resolver.api.desk.support.desk_access import current_user, require_role
from resolver.api.desk.support.error_pages import DeskError
from resolver.api.errors import ApiError
from resolver.api.routes.result_files import (
    REPORT_POLICY,
    RESULT_FILES,
    log_job,
    log_result,
    result_path,
    submit_and_log,
)
from resolver.api.service import current_service
from resolver.api.uploads import check_readable, store_form, upload_errors
from resolver.errors import InputError
from resolver.hub.admin import RevisionRow
from resolver.hub.desk_users import UserRole
from resolver.hub.job_worker import (
    BATCH_JOB,
    FINAL_STATES,
    INPUT,
    BatchOptions,
    Job,
    create_job_folder,
    is_own_job,
    is_worker_running,
)
from resolver.ingest.readers import READERS
from resolver.review import Filters, list_waiting

_QUEUE_PATIENCE = timedelta(seconds=20)
"""Time that a batch may wait before its page asks whether a worker runs."""
_MAX_ROWS = 50
_FORMATS = tuple(reader.name for reader in READERS)


@blueprint.get("/desk/batches")
def batches() -> Any:
    """Show the batches of the user's agency, the latest commits, and the upload form."""
    return render_batches_page()


@blueprint.post("/desk/batches")
@require_role(UserRole.STEWARD)
def upload_batch() -> Any:
    """Submit an uploaded list as a batch."""
    folder = create_job_folder(current_service().jobs_dir)
    try:
        job = _submit_upload(folder)
    except (ApiError, InputError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, ApiError):
            return render_batches_page(error.detail), error.status
        return render_batches_page(error.line()), 400
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return redirect(url_for("desk.batch", job_id=job.id), 303)


def _submit_upload(folder: Path) -> Job:
    """Store the uploaded list in a folder and submit it. Raises `ApiError`, `InputError`."""
    with upload_errors():
        name = store_form(folder / INPUT)
    list_format = request.form.get("format", "")
    if list_format and list_format not in _FORMATS:
        raise ApiError(422, f"there is no format {list_format[:40]!r}")
    check_readable(folder / INPUT, list_format)
    # a form that is sent twice makes one batch
    form_id = request.form.get("once", "")[:60]
    key = f"desk\n{g.viewer.name}\n{form_id}" if form_id else None
    return submit_and_log(folder, BatchOptions(name, list_format), key)[0]


@blueprint.get("/desk/batches/<job_id>")
def batch(job_id: str) -> Any:
    """Show one batch: its state, and its results."""
    job = _find_job(job_id)
    log_job("job", {"batch": job.id}, [job])
    return render_page("batch.html", section="batches", **_batch_context(job))


@blueprint.get("/desk/batches/<job_id>/state")
def batch_state(job_id: str) -> Any:
    """Return the part of the page that changes; the script polls it until the batch ends."""
    job = _find_job(job_id)
    if job.state in FINAL_STATES:
        # the page has logged that its reader follows the batch; now come the results
        log_job("job", {"batch": job.id, "act": "result"}, [job])
    return render_page("_batch_state.html", **_batch_context(job))


@blueprint.post("/desk/batches/<job_id>/cancel")
@require_role(UserRole.STEWARD)
def cancel_batch(job_id: str) -> Any:
    """Cancel a batch."""
    job = _find_job(job_id)
    log_job("job", {"batch": job.id, "act": "cancel"}, [job])
    current_service().hub.store.jobs.cancel(job.id)
    return redirect(url_for("desk.batch", job_id=job_id), 303)


@blueprint.post("/desk/batches/<job_id>/accept")
@require_role(UserRole.STEWARD)
def accept_batch(job_id: str) -> Any:
    """Accept a held batch, so that it is committed however much it changes."""
    job = _find_job(job_id)
    log_job("job", {"batch": job.id, "act": "accept"}, [job])
    current_service().hub.store.jobs.accept(job.id, current_user().name)
    return redirect(url_for("desk.batch", job_id=job_id), 303)


@blueprint.get("/desk/batches/<job_id>/<any(report, links, entities, rejects):result>")
def batch_result(job_id: str, result: str) -> Any:
    """Send a file of a batch's results."""
    job = _find_job(job_id)
    name, media_type = RESULT_FILES[result]
    path = result_path(job, result)
    if job.state != "done" or not path.is_file():
        raise DeskError(
            410,
            "There is no such result.",
            "The batch is not done, or its results were deleted after some time.",
        )
    log_result(job, result)
    response: Response = send_file(path, mimetype=media_type)
    is_report = result == "report"
    response.headers["Content-Security-Policy"] = (
        REPORT_POLICY if is_report else "default-src 'none'; sandbox"
    )
    if not is_report:
        response.headers["Content-Disposition"] = f'attachment; filename="{job.id[:8]}-{name}"'
    return response


def render_batches_page(problem: str = "") -> str:
    """Return the list of batches with the upload form, and why an upload was refused."""
    jobs = list_own_batches(_MAX_ROWS)
    log_job("jobs", {"limit": _MAX_ROWS}, jobs)
    return render_page(
        "batches.html",
        section="batches",
        jobs=jobs,
        stalled=find_stalled(jobs),
        commits=_latest_commits(),
        formats=_FORMATS,
        form_id=g.request_id,
        problem=problem,
    )


def list_own_batches(limit: int) -> list[Job]:
    """List the latest batches of the user's agency, without an agency their own; for admins all."""
    jobs, user = current_service().hub.store.jobs, current_user()
    if user.role >= UserRole.ADMIN:
        return jobs.list(kind=BATCH_JOB, limit=limit)
    sender = None if user.agency else user.name
    return jobs.list(agency=user.agency, submitted_by=sender, kind=BATCH_JOB, limit=limit)


def _latest_commits() -> list[RevisionRow]:
    """Return the latest commits, the newest first; only for admins, as they count all records."""
    if current_user().role < UserRole.ADMIN:
        return []
    with current_service().hub.store.view() as view:
        return view.revisions(max(0, view.revision - _MAX_ROWS))[::-1]


def _find_job(job_id: str) -> Job:
    """Return a batch of the user's agency; admins may see any.

    Raises `DeskError`, the same for batches of other agencies as for unknown ones.
    """
    job, user = current_service().hub.store.jobs.find(job_id), current_user()
    if job is None or (user.role < UserRole.ADMIN and not is_own_job(job, user.agency, user.name)):
        raise DeskError(
            404,
            "There is no such batch.",
            "It may belong to another agency; the list shows those you may see.",
        )
    return job


def _batch_context(job: Job) -> dict[str, Any]:
    return {
        "open_pairs": _count_open_pairs(job),
        "job": job,
        "label": job.params.get("label") or job.id[:8],
        "percent": round(100 * job.done / job.total, 1) if job.total else None,
        "is_final": job.state in FINAL_STATES,
        "stall": _stall_reason(job),
        "result": dict(job.result or {}),
    }


def _count_open_pairs(job: Job) -> list[tuple[str, int]]:
    """Return the lists of a committed batch of which pairs wait, with the number of these."""
    revision = (job.result or {}).get("version")
    if job.state != "done" or not revision:
        return []
    hub = current_service().hub
    with hub.store.view() as view:
        names = view.sources_in_revision(int(revision))[:_MAX_ROWS]
    counts = (
        list_waiting(hub, Filters(source=name), limit=1, viewer=g.viewer).total for name in names
    )
    return [(name, count) for name, count in zip(names, counts, strict=True) if count]


def _stall_reason(job: Job) -> str:
    """Return why a batch does not progress: no worker runs (`down`), its worker is `busy` or
    `lost`; else empty.

    Only admins are told that the worker is busy; to others the batch `waits`, as batches of other
    agencies are none of their business.
    """
    now = datetime.now(UTC)
    if job.state == "queued" and now - datetime.fromisoformat(job.created) > _QUEUE_PATIENCE:
        if not is_worker_running(current_service().jobs_dir):
            return "down"
        return "busy" if current_user().role >= UserRole.ADMIN else "waits"
    if job.state == "running" and job.lease_until and datetime.fromisoformat(job.lease_until) < now:
        return "lost"
    return ""


def find_stalled(jobs: Sequence[Job]) -> list[Job]:
    """Return the batches that wait although no worker runs."""
    return [job for job in jobs if _stall_reason(job) == "down"]
