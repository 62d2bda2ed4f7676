"""`/batches`: lists submitted for deduplication. What is sent becomes a job that a worker takes up."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import orjson
from flask import Blueprint, Response, g, request, send_file
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from resolver.api import query_parameters
from resolver.api.errors import ApiError
from resolver.api.schemas.json_response import json_response
from resolver.api.schemas.senzing import SENZING, lines, wants_senzing
from resolver.api.server.event_stream import event_id, streamed
from resolver.api.service import service
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
from resolver.ingest.readers import READERS, plan

blueprint = Blueprint("batches", __name__)
_PIECE = 1 << 20
_NAME = re.compile(r"[^\w.-]+")
_SUFFIXES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    SENZING: ".jsonl",
    "application/zip": ".zip",
    "application/vnd.apache.parquet": ".parquet",
}
IDEMPOTENCY_KEY = "^[!-~]([ -~]{0,198}[!-~])?$"
FORMATS = tuple(row.name for row in READERS)
"""The formats of lists that can be named; without a name a list is known by what is in it."""
RESULTS = {
    "report": ("report.html", "text/html"),
    "links": ("links.csv", "text/csv"),
    "entities": ("entities.ftm.json", "application/x-ndjson"),
    "rejects": ("rejects.csv", "text/csv"),
}
"""what -> the file of a job's results, and its type"""
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The report's own policy, in its head, allows its one sheet by its hash; what holds is the stricter of the two."""


@blueprint.post("/batches")
def take() -> tuple[Response, int] | Response:
    """Take a list: as the body, or as the part `file` of a form, with the part `mapping` (YAML) for tables of any
    layout. 202 and the job; with an `Idempotency-Key` used before the job of then. With `dry_run` nothing lands: the
    job's results say what would. `complete`: what the list's sources no longer hold is withdrawn. Where very much
    changes the job is held until it is accepted, unless `accept_large_change`."""
    query_parameters.only("format", "filename", "dry_run", "complete", "accept_large_change")
    dry_run = query_parameters.yes("dry_run", default=False)
    list_format = query_parameters.one_of("format", FORMATS)
    key = request.headers.get("Idempotency-Key", "")
    if key and not re.fullmatch(IDEMPOTENCY_KEY, key):
        # cut short, two keys might be taken for one
        raise ApiError(422, "Idempotency-Key must be of 1 to 200 printable characters (ASCII)")
    held = service()
    request.max_content_length = held.settings.max_upload
    folder = new_folder(held.jobs)
    try:
        with whole():
            name = store_form(folder / INPUT) if _is_form() else _store_body(folder / INPUT)
        # what no worker could read is refused now: an unknown format, a mapping that does not fit
        check_readable(folder / INPUT, list_format)
        job, new = submit(
            held.hub,
            folder,
            label=name,
            list_format=list_format,
            sender=Sender.of(g.viewer),
            # one sender's keys are nobody else's
            idempotency_key=f"{g.viewer.name}\n{key}" if key else None,
            dry_run=dry_run,
            complete=query_parameters.yes("complete", default=False),
            accept_large_change=query_parameters.yes("accept_large_change", default=False),
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    where = f"{request.script_root}/batches/{job.id}"
    return json_response(_shown(job), 202 if new else 200, headers={"Location": where})


@blueprint.get("/batches")
def listed() -> Response:
    """The jobs of the caller's agency, the newest first."""
    query_parameters.only("limit")
    agency = g.viewer.agency if g.viewer.name else None
    jobs = service().hub.store.jobs.list(
        agency=agency, kind=BATCH, limit=query_parameters.whole("limit", 100, 1, 1000)
    )
    return json_response({"batches": [_shown(job) for job in jobs]})


@blueprint.get("/batches/<job_id>")
def one(job_id: str) -> Response:
    """Where a job stands."""
    return json_response(_shown(_job(job_id)))


@blueprint.post("/batches/<job_id>/cancel")
def cancel(job_id: str) -> Response:
    """Ask for a job to stop: what waits is cancelled at once, what runs before it lands; what has landed stays."""
    return json_response(_shown(service().hub.store.jobs.cancel(_job(job_id).id)))


@blueprint.post("/batches/<job_id>/accept")
def accept(job_id: str) -> Response:
    """Let a batch that is held back land, however much it changes."""
    query_parameters.only()
    job = _job(job_id)
    if job.state != "held":
        raise ApiError(409, f"the batch is {job.state}: only what is held can be accepted")
    return json_response(_shown(service().hub.store.jobs.accept(job.id, g.viewer.name)))


@blueprint.get("/batches/<job_id>/<any(report, links, entities, rejects):what>")
def result(job_id: str, what: str) -> Response:
    """A file of a job's results; its entities in Senzing's format where that is asked for (`Accept`)."""
    job = _job(job_id)
    name, kind = RESULTS[what]
    path = service().jobs.absolute() / str(job.params["folder"]) / RESULT / name
    # what could not be read is often why a batch failed
    if job.state != "done" and not (
        job.state in ("failed", "held") and what == "rejects" and path.is_file()
    ):
        raise ApiError(409, f"the batch is {job.state}: {job.error or 'there are no results yet'}")
    if not path.is_file():
        raise ApiError(410, "the results of this batch are no longer kept")
    if what == "entities" and wants_senzing():
        return Response(_as_senzing(path), mimetype=SENZING, headers={"Vary": "Accept"})
    answer: Response = send_file(path, mimetype=kind)
    answer.headers["Content-Security-Policy"] = (
        REPORT_POLICY if what == "report" else "default-src 'none'; sandbox"
    )
    if what == "entities":
        answer.vary.add("Accept")
    return answer


def _as_senzing(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from lines(map(orjson.loads, file))


@blueprint.get("/batches/<job_id>/events")
def events(job_id: str) -> Response:
    """Where a job stands, as server-sent events: one whenever that changes, the last named after its end. A stream
    lasts half a minute; browsers come back for more by themselves. 204 where there is nothing more to say."""
    query_parameters.only()
    job = _job(job_id)
    if job.state in OVER and request.headers.get("Last-Event-ID") == event_id(job):
        return Response(status=204)
    return streamed(service(), job, _shown)


def _job(job_id: str) -> Job:
    """A job of the caller's agency: of others' there is no telling whether they exist."""
    job = service().hub.store.jobs.find(job_id)
    if job is None or (g.viewer.name and job.agency != g.viewer.agency):
        raise ApiError(404, f"there is no job {job_id[:60]!r}")
    return job


def _shown(job: Job) -> dict[str, Any]:
    percent = round(100 * job.done / job.total, 1) if job.total else None
    said: dict[str, Any] = {
        "id": job.id,
        "state": str(job.state),
        "label": job.params.get("label", ""),
        "dry_run": bool(job.params.get("dry_run")),
        "agency": job.agency,
        "created": job.created,
        "started": job.started,
        "finished": job.finished,
        "stage": job.stage,
        "done": job.done,
        "total": job.total,
        "percent": 100.0 if job.state == "done" else percent,
        "attempts": job.attempts,
        "result": dict(job.result) if job.result is not None else None,
        "error": job.error or None,
    }
    if job.state == "running" and job.started and percent:
        took = (datetime.now(UTC) - datetime.fromisoformat(job.started)).total_seconds()
        said["stage_seconds_left"] = round(took * (100 - percent) / percent)
    return said


def check_readable(folder: Path, list_format: str) -> None:
    """Raises `InputError` where nothing in a folder is a list of a known format, or its mapping is none."""
    plan([folder], format=list_format or None)


@contextmanager
def whole() -> Iterator[None]:
    """What arrives is there whole, or refused."""
    try:
        yield
    except (RequestEntityTooLarge, ApiError):
        raise
    except BadRequest:
        raise ApiError(400, "the upload was cut off: send it again") from None
    except (BlockingIOError, TimeoutError):
        raise ApiError(
            408, "the rest of the list did not come: send it again", headers={"Connection": "close"}
        ) from None
    except OSError as error:
        raise ApiError(
            507, f"what was sent cannot be kept: {(error.strerror or str(error)).lower()}"
        ) from None


def _is_form() -> bool:
    return request.mimetype == "multipart/form-data"


def store_form(folder: Path) -> str:
    """Keep the parts `file` and `mapping` of a form in a folder; the name of the file. Raises `ApiError`."""
    sent = request.files.get("file")
    if sent is None:
        raise ApiError(422, "the form has no part called file")
    name = _file_name(sent.filename or request.args.get("filename", ""), sent.mimetype)
    _copy(sent.stream, folder / name, None)
    mapping = request.files.get("mapping")
    text = (
        mapping.stream.read(_PIECE)
        if mapping is not None
        else request.form.get("mapping", "").encode()
    )
    if text:
        (folder / f"{Path(name).stem}.mapping.yml").write_bytes(text)
    return name


def _store_body(folder: Path) -> str:
    name = _file_name(request.args.get("filename", ""), request.mimetype)
    _copy(request.stream, folder / name, request.content_length)
    return name


def _copy(stream: IO[bytes], path: Path, expected: int | None) -> None:
    with path.open("wb") as file:
        shutil.copyfileobj(stream, file, _PIECE)
        size = file.tell()
    if not size:
        raise ApiError(400, "nothing was sent")
    if expected is not None and size < expected:
        raise ApiError(
            400, f"the upload was cut off after {size} of {expected} bytes: send it again"
        )


def _file_name(given: str, kind: str) -> str:
    """A harmless name of a file: formats are known by what is in it, some also by its ending."""
    name = _NAME.sub("-", Path(given.replace("\\", "/")).name).strip(".-")[-100:]
    return name or f"batch{_SUFFIXES.get(kind, '.jsonl')}"
