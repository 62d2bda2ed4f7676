"""`/batches`: lists submitted for deduplication. Each becomes a job that a worker takes up.

The module also submits the batches of a viewer, selects the result files that the viewer gets, and
logs both.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, g, request, send_file

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of, viewer
from resolver.api.endpoints import (
    BOOLEAN,
    BYTES,
    COUNT,
    NULLABLE_STRING,
    NUMBER,
    STRING,
    Access,
    Disclosure,
    Schema,
    Scope,
    array_of,
    closed_object,
    component,
    content,
    endpoint,
    enum_of,
    errors,
    header_parameter,
    integer,
    json_response_of,
    query_parameter,
    response,
)
from resolver.api.errors import ApiError
from resolver.api.other_services import SENZING, senzing_lines, wants_senzing
from resolver.api.server.responses import event_id, json_response, stream_job_events
from resolver.api.service import current_service
from resolver.api.uploads import check_readable, read_encoding, store_upload, upload_errors
from resolver.errors import FormatError, InputError, MappingError, StoreError
from resolver.hub.job_worker import (
    BATCH_JOB,
    FINAL_STATES,
    INPUT,
    LOOKUP_SCOPES,
    OWN,
    RESULT,
    BatchOptions,
    Job,
    create_job_folder,
    is_own_job,
    submit_batch,
)
from resolver.hub.ownership import RecordOwner, SourceChoiceError, SourceNames
from resolver.lists.readers import READERS, plan_reads
from resolver.report import SCRIPT_SOURCE
from resolver.review.change_report import MAX_ROWS, RECORD_CHANGES, ChangeKind, Report, csv_lines
from resolver.review.find_changes import read_job_report

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
    """Return whether the viewer may send records but may not look anybody up."""
    return bool(g.viewer.name) and LOOKUP_SCOPES.isdisjoint(g.viewer.scopes)


def result_path(job: Job, what: str, *, is_own: bool = False) -> Path:
    """Return the file of a result; with `is_own`, the file with only the batch's own records."""
    folder = current_service().jobs_dir.absolute() / str(job.params["folder"]) / RESULT
    name = RESULT_FILES[what][0]
    # refused rows are always the sender's own
    return folder / OWN / name if is_own and what != "rejects" else folder / name


def submit_and_log(folder: Path, options: BatchOptions, key: str | None) -> tuple[Job, bool]:
    """Queue the upload in a job's folder as a batch of the viewer; return the job and whether it is
    new.

    `key`: see `submit_batch`. Raises `UsageError`, and `StoreError` if the batch cannot be logged;
    the batch is then cancelled.
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


def name_table_sources(
    folder: Path, list_format: str, given: str, encoding: str = ""
) -> dict[str, Any]:
    """Return the sources of the tables without a mapping in a folder, as fields of `BatchOptions`:
    the given source, or sources by the names of the files.

    Raises `ApiError` if a file may be a new edition of a source of the sender.
    """
    found: dict[str, str] = {}
    names: SourceNames | None = None

    def name_source(stem: str) -> str:
        """Return the source of one table."""
        nonlocal names
        if names is None:
            with current_service().hub.store.view() as view:
                names = SourceNames.load(view, RecordOwner.of_viewer(g.viewer))
        found[stem] = names.find(stem)
        return found[stem]

    try:
        plan_reads(
            [folder],
            format=list_format or None,
            source=given or name_source,
            encoding=encoding,
        )
    except (FormatError, MappingError) as error:
        if given:
            raise ApiError(422, error.line()) from None
        return {}
    except SourceChoiceError as error:
        raise ApiError(409, error.line()) from None
    except InputError:
        # the file has a fault, which its worker reports
        return {"source": given}
    if given or not found:
        return {"source": given}
    sources = set(found.values())
    return {"source": sources.pop()} if len(sources) == 1 else {"table_sources": found}


def log_job(action: str, query: Mapping[str, Any], jobs: Iterable[Job] = ()) -> None:
    """Log that batches are submitted, changed or looked at; `jobs` are the batches that are
    shown.
    """
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


blueprint = Blueprint("batches", __name__)
IDEMPOTENCY_KEY_PATTERN = "^[!-~]([ -~]{0,198}[!-~])?$"
"""Pattern of the header `Idempotency-Key`."""
FORMATS = tuple(reader.name for reader in READERS)
"""Names of the list formats; without one the format is recognized by the content."""
_ACCESS = Access(Scope.SUBMIT, Disclosure.ACTS)
JOB_SCHEMA = component(
    "Job",
    closed_object(
        {
            "id": STRING,
            "state": enum_of(["queued", "running", "done", "failed", "cancelled", "held"]),
            "label": STRING,
            "dry_run": BOOLEAN,
            "agency": STRING,
            "created": STRING,
            "started": NULLABLE_STRING,
            "finished": NULLABLE_STRING,
            "stage": STRING,
            "done": COUNT,
            "total": {"type": ["integer", "null"]},
            "percent": {"type": ["number", "null"]},
            "attempts": COUNT,
            "result": {"type": ["object", "null"]},
            "error": NULLABLE_STRING,
        },
        {"stage_seconds_left": COUNT},
    ),
)
_MAX_LOGGED = 1_000
"""Maximum number of records that an audit event names: those that a page of the desk shows at most.
"""
_STRINGS = array_of(STRING)
_CHANGES = component(
    "BatchChanges",
    closed_object(
        {
            "version": COUNT,
            "at": STRING,
            "kind": STRING,
            "who": STRING,
            "planned": BOOLEAN,
            "held": _STRINGS,
            "counts": closed_object({str(change): COUNT for change in ChangeKind}),
            "sources": array_of(
                closed_object(
                    {"source": STRING, **{str(change): COUNT for change in RECORD_CHANGES}}
                )
            ),
            "records": array_of(
                closed_object(
                    {
                        **dict.fromkeys(("change", "id", "name", "source", "entity"), STRING),
                        "fields": array_of(
                            closed_object(
                                {
                                    "field": STRING,
                                    "label": STRING,
                                    "before": _STRINGS,
                                    "after": _STRINGS,
                                }
                            )
                        ),
                    }
                )
            ),
            "entities": array_of(
                closed_object(
                    {
                        **dict.fromkeys(
                            ("change", "entity", "name", "other", "other_name"), STRING
                        ),
                        "records": _STRINGS,
                    }
                )
            ),
            "pairs": array_of(
                closed_object(
                    {
                        **dict.fromkeys(
                            (
                                *("change", "left", "right", "left_entity", "right_entity"),
                                *("left_name", "right_name"),
                            ),
                            STRING,
                        ),
                        "score": NUMBER,
                    }
                )
            ),
        }
    ),
)
_JOBS = component("Jobs", closed_object({"batches": array_of(JOB_SCHEMA)}))
_UPLOAD: Schema = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": BYTES, "mapping": STRING},
}
_JOB_EVENT: Schema = {
    "type": "object",
    "properties": {"event": STRING, "id": STRING, "data": STRING},
}
_FILE_CONTENTS = {
    **content(STRING, "text/html"),
    **content(STRING, "text/csv"),
    **content(STRING, "application/x-ndjson"),
    **content(STRING, SENZING),
}


@endpoint(
    blueprint,
    "POST",
    "/batches",
    _ACCESS,
    parameters=[
        query_parameter("format", enum_of(FORMATS)),
        query_parameter("filename", STRING),
        query_parameter("encoding", STRING),
        query_parameter("dry_run", BOOLEAN),
        query_parameter("complete", BOOLEAN),
        query_parameter("source", STRING),
        query_parameter("accept_large_change", BOOLEAN),
        header_parameter("Idempotency-Key", {"type": "string", "pattern": IDEMPOTENCY_KEY_PATTERN}),
    ],
    body={**content(BYTES, "application/octet-stream"), **content(_UPLOAD, "multipart/form-data")},
    responses={
        202: json_response_of(JOB_SCHEMA, "The job"),
        200: json_response_of(JOB_SCHEMA, "The job of the first request with this key"),
        **errors(400, 409, 413, 507),
    },
)
def submit() -> tuple[Response, int] | Response:
    """Submit a list, as the body or as the part `file` of a form.

    A form may have a part `mapping` (YAML) for a table of any layout. The answer is 202 with the
    new job, or 200 with the job of the first request with the same `Idempotency-Key`. With
    `dry_run` nothing is committed and the results show what would change. With `complete` the
    records that the list's sources no longer contain are withdrawn. A batch that changes very much
    is held until it is accepted, unless `accept_large_change` is given. `source` names the source
    of a table without a mapping; by default the name of the file does. If this name differs from
    one of your sources only in a date or number, the answer is 409; then state the source.
    `encoding` states the encoding of text, such as `windows-1251`, unless a mapping states it; by
    default the file decides.
    """
    endpoints.reject_undeclared()
    dry_run = endpoints.read_boolean("dry_run", default=False)
    list_format = endpoints.read_choice("format", FORMATS)
    key = read_idempotency_key()
    service = current_service()
    request.max_content_length = service.settings.max_upload
    folder = create_job_folder(service.jobs_dir)
    try:
        with upload_errors():
            name = store_upload(folder / INPUT)
        # refuse at once a file that no worker could read
        encoding = read_encoding(request.args)
        check_readable(folder / INPUT, list_format, encoding)
        options = BatchOptions(
            name,
            list_format,
            dry_run,
            endpoints.read_boolean("complete", default=False),
            endpoints.read_boolean("accept_large_change", default=False),
            **name_table_sources(
                folder / INPUT, list_format, request.args.get("source", ""), encoding
            ),
            encoding=encoding,
        )
        job, is_new = submit_and_log(folder, options, key)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    location = f"{request.script_root}/batches/{job.id}"
    return json_response(job_view(job), 202 if is_new else 200, headers={"Location": location})


@endpoint(
    blueprint,
    "GET",
    "/batches",
    _ACCESS,
    parameters=[query_parameter("limit", integer(1, 1000))],
    responses={200: json_response_of(_JOBS)},
)
def list_jobs() -> Response:
    """List the jobs of the caller's agency, the newest first."""
    endpoints.reject_undeclared()
    limit = endpoints.read_integer("limit", 100, 1, 1000)
    agency = None if sees_all_jobs() else g.viewer.agency
    sender = g.viewer.name if agency == "" else None
    jobs = current_service().hub.store.jobs.list(
        agency=agency, submitted_by=sender, kind=BATCH_JOB, limit=limit
    )
    log_job("jobs", {"limit": limit}, jobs)
    return json_response({"batches": [job_view(job) for job in jobs]})


@endpoint(
    blueprint,
    "GET",
    "/batches/<job_id>",
    _ACCESS,
    responses={200: json_response_of(JOB_SCHEMA), **errors(404)},
)
def show_job(job_id: str) -> Response:
    """Return the state of a job. Once it is done, your checks and searches see its records."""
    job = find_job(job_id)
    log_job("job", {"batch": job.id}, [job])
    current_service().note_commit(int((job.result or {}).get("version", 0)))
    return json_response(job_view(job))


@endpoint(
    blueprint,
    "POST",
    "/batches/<job_id>/cancel",
    _ACCESS,
    responses={200: json_response_of(JOB_SCHEMA), **errors(404)},
)
def cancel(job_id: str) -> Response:
    """Cancel a job.

    A queued job is cancelled at once, a running job before it commits; what a job has committed
    stays.
    """
    job = find_job(job_id)
    log_job("job", {"batch": job.id, "act": "cancel"}, [job])
    job = current_service().hub.store.jobs.cancel(job.id)
    return json_response(job_view(job))


@endpoint(
    blueprint,
    "POST",
    "/batches/<job_id>/accept",
    _ACCESS,
    responses={200: json_response_of(JOB_SCHEMA), **errors(404, 409)},
)
def accept(job_id: str) -> Response:
    """Accept a held batch, so that it is committed however much it changes."""
    endpoints.reject_undeclared()
    job = find_job(job_id)
    if job.state != "held":
        raise ApiError(409, f"the batch is {job.state}: only a held batch can be accepted")
    log_job("job", {"batch": job.id, "act": "accept"}, [job])
    accepted = current_service().hub.store.jobs.accept(job.id, g.viewer.name)
    return json_response(job_view(accepted))


@endpoint(
    blueprint,
    "GET",
    "/batches/<job_id>/changes",
    Access(Scope.SUBMIT, Disclosure.FILES),
    parameters=[
        query_parameter("change", enum_of([str(change) for change in ChangeKind])),
        query_parameter("dataset", STRING),
        query_parameter("field", STRING),
        query_parameter("output", enum_of(["json", "csv"])),
        query_parameter("limit", integer(1, MAX_ROWS)),
        query_parameter("offset", integer(0, 2**40)),
    ],
    responses={
        200: response(
            "The changes", {**content(_CHANGES, "application/json"), **content(STRING, "text/csv")}
        ),
        **errors(404, 409),
    },
)
def show_changes(job_id: str) -> Response:
    """Return the changes of a batch, by name: records with the values of each changed field,
    effects on entities, and pairs of entities that began to wait for a steward.

    For a dry run, and for a batch on hold, these are the changes that it would make, and `held`
    says why it is (or would be) held. `change`, `dataset` and `field` select rows; counts are of
    all rows. `limit` and `offset` count rows of the three lists together.
    """
    endpoints.reject_undeclared()
    job = find_job(job_id)
    selected = {
        "change": endpoints.read_choice("change", [str(change) for change in ChangeKind]),
        "source": request.args.get("dataset", ""),
        "field_name": request.args.get("field", ""),
    }
    limit = endpoints.read_integer("limit", 1000, 1, MAX_ROWS)
    offset = endpoints.read_integer("offset", 0, 0, 2**40)
    output = endpoints.read_choice("output", ("json", "csv"))
    report = load_job_report(job).select(**selected).page(offset, limit)
    log_changes(job, report, {**selected, "offset": offset})
    if output == "csv":
        return Response("".join(csv_lines(report)), mimetype="text/csv")
    return json_response(report.to_json())


def load_job_report(job: Job) -> Report:
    """Return the report on a batch, as far as the caller may know it.

    A key that may not look anybody up gets only the part on the batch's own lists. Raises
    `ApiError` if there is no report.
    """
    hub = current_service().hub
    report = read_job_report(hub, job, current_service().jobs_dir.absolute(), viewer())
    if report is None:
        raise ApiError(409, f"the batch is {job.state}: there is no report on its changes")
    if sees_own_records_only():
        own = set(report.sources)
        revision = 0 if report.is_planned else report.revision
        if revision:
            with hub.store.view() as view:
                own = set(view.sources_in_revision(revision))
        report = report.restrict_to_sources(own)
    return report


def log_changes(job: Job, report: Report, query: Mapping[str, Any]) -> None:
    """Log that the changes of a batch are read."""
    log_access(
        "batch",
        {"batch": job.id, "file": "changes", **query},
        {"seen": [record.id for record in report.records[:_MAX_LOGGED]]},
        revision_of(current_service().hub.store.revision),
    )


@endpoint(
    blueprint,
    "GET",
    "/batches/<job_id>/<any(report, links, entities, rejects):what>",
    Access(Scope.SUBMIT, Disclosure.FILES),
    responses={200: response("A file", _FILE_CONTENTS), **errors(404, 409, 410)},
)
def result(job_id: str, what: str) -> Response:
    """Return a file of a job's results.

    A key without the scope `check` gets the records of the batch's own lists, with the ids of their
    entities. With this scope, it also gets what other visible records say about these entities.
    `Accept` may ask for entities in Senzing's format.
    """
    job = find_job(job_id)
    media_type = RESULT_FILES[what][1]
    is_own = sees_own_records_only()
    path = result_path(job, what, is_own=is_own)
    check_available(job, what, path)
    log_result(job, what, is_own=is_own)
    if what == "entities" and wants_senzing():
        return Response(as_senzing(path), mimetype=SENZING, headers={"Vary": "Accept"})
    answer: Response = send_file(path, mimetype=media_type)
    answer.headers["Content-Security-Policy"] = (
        REPORT_POLICY if what == "report" else "default-src 'none'; sandbox"
    )
    if what == "entities":
        answer.vary.add("Accept")
    return answer


@endpoint(
    blueprint,
    "GET",
    "/batches/<job_id>/events",
    _ACCESS,
    responses={
        200: response("Events", content(_JOB_EVENT, "text/event-stream")),
        204: response("No more events"),
        **errors(404),
    },
)
def events(job_id: str) -> Response:
    """Stream the state of a job as server-sent events.

    An event is sent whenever the state changes; the last event is named after the final state. A
    stream lasts half a minute, and browsers reconnect by themselves. 204 means that there are no
    more events.
    """
    endpoints.reject_undeclared()
    job = find_job(job_id)
    log_job("job", {"batch": job.id, "act": "events"}, [job])
    if job.state in FINAL_STATES and request.headers.get("Last-Event-ID") == event_id(job):
        return Response(status=204)
    return stream_job_events(current_service(), job, job_view)


def read_idempotency_key() -> str | None:
    """Return the idempotency key of the request, which is separate for each sender, or None. Raises
    `ApiError`.
    """
    key = request.headers.get("Idempotency-Key", "")
    if key and not re.fullmatch(IDEMPOTENCY_KEY_PATTERN, key):
        # truncating a longer key could make two keys equal
        raise ApiError(422, "Idempotency-Key must be of 1 to 200 printable characters (ASCII)")
    return f"{g.viewer.name}\n{key}" if key else None


def find_job(job_id: str, kind: str = BATCH_JOB) -> Job:
    """Return a job of a kind of the caller's agency.

    Raises `ApiError`, which is the same for unknown jobs and for jobs of other agencies.
    """
    job = current_service().hub.store.jobs.find(job_id)
    if (
        job is None
        or job.kind != kind
        or not (sees_all_jobs() or is_own_job(job, g.viewer.agency, g.viewer.name))
    ):
        raise ApiError(404, f"there is no job {job_id[:60]!r}")
    return job


def sees_all_jobs() -> bool:
    """Return whether the caller may see the jobs of everybody."""
    return not g.viewer.name or Scope.ADMIN in g.viewer.scopes


def job_view(job: Job) -> dict[str, Any]:
    """Return a job as JSON, as its sender may see it."""
    percent = round(100 * job.done / job.total, 1) if job.total else None
    view: dict[str, Any] = {
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
        seconds = (datetime.now(UTC) - datetime.fromisoformat(job.started)).total_seconds()
        view["stage_seconds_left"] = round(seconds * (100 - percent) / percent)
    return view
