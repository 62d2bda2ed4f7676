"""Batches in the browser: handed in, watched while they run, looked at afterwards."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, g, redirect, request, send_file, url_for

from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import page
from resolver.api.desk.support import desk_access
from resolver.api.desk.support.desk_access import needs
from resolver.api.desk.support.error_pages import Refused
from resolver.api.errors import ApiError
from resolver.api.routes.batches import (
    REPORT_POLICY,
    RESULTS,
    check_readable,
    store_form,
    whole,
)
from resolver.api.service import service
from resolver.errors import InputError
from resolver.hub.desk_users import Role
from resolver.hub.job_worker import (
    BATCH,
    INPUT,
    OVER,
    RESULT,
    Job,
    new_folder,
    submit,
)
from resolver.hub.ownership import Sender
from resolver.ingest.readers import READERS
from resolver.review import Filters, waiting

_PATIENCE = timedelta(seconds=20)
"""How long a batch may wait before the page asks whether a worker runs."""
_SHOWN = 50


@blueprint.get("/desk/batches")
def batches() -> Any:
    """Batches that were handed in over HTTP, what else has landed, and a form for the next."""
    return page("batches.html", room="batches", **_lists(), problem="")


@blueprint.post("/desk/batches")
@needs(Role.STEWARD)
def upload() -> Any:
    """Take a list from a browser."""
    held = service()
    folder = new_folder(held.jobs)
    try:
        with whole():
            name = store_form(folder / INPUT)
        check_readable(folder / INPUT, _format())
        job, _ = submit(
            held.hub,
            folder,
            label=name,
            list_format=_format(),
            sender=Sender.of(g.viewer),
            # the same form sent twice is one batch
            idempotency_key=f"desk\n{g.viewer.name}\n{request.form['once'][:60]}"
            if request.form.get("once")
            else None,
        )
    except (ApiError, InputError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        said, status = (
            (error.detail, error.status) if isinstance(error, ApiError) else (error.line(), 400)
        )
        return page("batches.html", room="batches", **_lists(), problem=said), status
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return redirect(url_for("desk.batch", job_id=job.id), 303)


@blueprint.get("/desk/batches/<job_id>")
def batch(job_id: str) -> Any:
    """One batch: where it stands, and what came of it."""
    return page("batch.html", room="batches", **_told(_job(job_id)))


@blueprint.get("/desk/batches/<job_id>/state")
def batch_state(job_id: str) -> Any:
    """The part of the page that changes; the script asks for it until the batch is over."""
    return page("_batch_state.html", **_told(_job(job_id)))


@blueprint.post("/desk/batches/<job_id>/cancel")
@needs(Role.STEWARD)
def cancel_batch(job_id: str) -> Any:
    """Ask for a batch to stop."""
    service().hub.store.jobs.cancel(_job(job_id).id)
    return redirect(url_for("desk.batch", job_id=job_id), 303)


@blueprint.post("/desk/batches/<job_id>/accept")
@needs(Role.STEWARD)
def accept_batch(job_id: str) -> Any:
    """Let a batch that is held land, however much it changes."""
    service().hub.store.jobs.accept(_job(job_id).id, desk_access.user().name)
    return redirect(url_for("desk.batch", job_id=job_id), 303)


@blueprint.get("/desk/batches/<job_id>/<any(report, links, entities, rejects):what>")
def batch_result(job_id: str, what: str) -> Any:
    """A file of a batch's results."""
    job = _job(job_id)
    name, kind = RESULTS[what]
    path = service().jobs.absolute() / str(job.params["folder"]) / RESULT / name
    if job.state != "done" or not path.is_file():
        raise Refused(
            410,
            "There is no such result.",
            "The batch is not done, or its results are no longer kept.",
        )
    answer: Response = send_file(path, mimetype=kind)
    answer.headers["Content-Security-Policy"] = (
        REPORT_POLICY if what == "report" else "default-src 'none'; sandbox"
    )
    if what != "report":
        answer.headers["Content-Disposition"] = f'attachment; filename="{job.id[:8]}-{name}"'
    return answer


def _format() -> str:
    given = request.form.get("format", "")
    if given and given not in {row.name for row in READERS}:
        raise ApiError(422, f"there is no format {given[:40]!r}")
    return given


def _lists() -> dict[str, Any]:
    store = service().hub.store
    everything = desk_access.user().role >= Role.ADMIN
    jobs = store.jobs.list(
        agency=None if everything else desk_access.user().agency, kind=BATCH, limit=_SHOWN
    )
    with store.view() as view:
        landings = view.versions(max(0, view.version - _SHOWN))[::-1]
    return {
        "jobs": jobs,
        "landings": landings,
        "formats": [row.name for row in READERS],
        "once": g.request_id,
    }


def _job(job_id: str) -> Job:
    """A batch of one's agency, for admins any: of others' there is no telling whether they exist."""
    job = service().hub.store.jobs.find(job_id)
    if job is None or (
        job.agency != desk_access.user().agency and desk_access.user().role < Role.ADMIN
    ):
        raise Refused(
            404,
            "There is no such batch.",
            "It may be another agency's; the list shows those you may see.",
        )
    return job


def _told(job: Job) -> dict[str, Any]:
    percent = round(100 * job.done / job.total, 1) if job.total else None
    return {
        "reviews": _reviews(job),
        "job": job,
        "label": job.params.get("label") or job.id[:8],
        "percent": percent,
        "over": job.state in OVER,
        "stuck": _stuck(job),
        "result": dict(job.result or {}),
    }


def _reviews(job: Job) -> list[tuple[str, int]]:
    """The lists of a batch that has landed, and how many pairs of theirs wait for a steward."""
    version = (job.result or {}).get("version")
    if job.state != "done" or not version:
        return []
    hub = service().hub
    with hub.store.view() as view:
        names = view.sources_landed(int(version))
    return [(name, waiting(hub, Filters(source=name), limit=1).total) for name in names[:_SHOWN]]


def _stuck(job: Job) -> str:
    """Why a batch does not move, where it does not."""
    now = datetime.now(UTC)
    if job.state == "queued" and now - datetime.fromisoformat(job.created) > _PATIENCE:
        busy = any(
            one.state == "running"
            and one.lease_until
            and datetime.fromisoformat(one.lease_until) > now
            for one in service().hub.store.jobs.list(limit=_SHOWN)
        )
        return "busy" if busy else "down"
    if job.state == "running" and job.lease_until and datetime.fromisoformat(job.lease_until) < now:
        return "lost"
    return ""
