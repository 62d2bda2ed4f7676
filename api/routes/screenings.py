"""`/screenings`: subjects compared with the store without entering it, and `/clearances` of hits.

A key with only the scope `submit` gets the hits without values of listed entities: subject, score,
band, lists and the owner to contact.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, request, send_file

from resolver.api import endpoints
from resolver.api.access import log_access, revision_of
from resolver.api.endpoints import (
    BOOLEAN,
    BYTES,
    NAME,
    NULLABLE_STRING,
    STRING,
    STRINGS,
    Access,
    Disclosure,
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
from resolver.api.routes.batches import (
    FORMATS,
    IDEMPOTENCY_KEY_PATTERN,
    JOB_SCHEMA,
    REPORT_POLICY,
    find_job,
    job_view,
    log_job,
    read_idempotency_key,
    sees_all_jobs,
    sees_own_records_only,
)
from resolver.api.routes.match import read_json_object
from resolver.api.server.responses import json_response
from resolver.api.service import current_service
from resolver.api.uploads import check_readable, read_encoding, store_upload, upload_errors
from resolver.errors import StoreError, UsageError
from resolver.hub.job_worker import INPUT, OWN, RESULT, Job, create_job_folder
from resolver.hub.ownership import RecordOwner
from resolver.screening import (
    HitVerdict,
    ScreeningHit,
    describe_verdict,
    find_hit,
    give_verdict,
    read_expiry,
)
from resolver.screening.clearances import owner_of, read_reason
from resolver.screening.jobs import (
    SCREENING_JOB,
    load_screening,
    submit_screening,
    viewer_of_agency,
)
from resolver.screening.result_files import read_contacts
from resolver.screening.watch import read_watch_end, read_watch_name

blueprint = Blueprint("screenings", __name__)
SCREENING_FILES = {
    "hits": ("hits.csv", "text/csv"),
    "evidence": ("hits.ndjson", "application/x-ndjson"),
    "report": ("report.html", "text/html"),
    "rejects": ("rejects.csv", "text/csv"),
    "contacts": ("contacts.csv", "text/csv"),
}
"""File name and media type of each result of a screening."""
_ACCESS = Access(Scope.SUBMIT, Disclosure.ACTS)
_JOBS = component("Screenings", closed_object({"screenings": array_of(JOB_SCHEMA)}))
_UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": BYTES, "mapping": STRING},
}
_VERDICT = component(
    "HitVerdict",
    closed_object(
        {
            "id": STRING,
            "verdict": enum_of([row.value for row in HitVerdict]),
            "subject": closed_object({"id": STRING, "name": STRING}),
            "entity": STRING,
            "caption": STRING,
            "records": STRINGS,
            "reason": STRING,
            "who": STRING,
            "made": STRING,
            "expires": STRING,
        }
    ),
)
_VERDICTS = component("HitVerdicts", closed_object({"clearances": array_of(_VERDICT)}))
_VERDICT_BODY = closed_object(
    {
        "subject": {**NAME, "description": "Its `subject_id` in the hits."},
        "entity": NAME,
        "verdict": enum_of([row.value for row in HitVerdict]),
        "reason": NAME,
    },
    {
        "until": {**NULLABLE_STRING, "description": "Last day; by default a year from now."},
        "anonymous": {**BOOLEAN, "description": "Keep a keyed hash of the subject alone."},
    },
)
_VERDICT_FIELDS = frozenset(("subject", "entity", "verdict", "reason", "until", "anonymous"))


@endpoint(
    blueprint,
    "POST",
    "/screenings",
    _ACCESS,
    parameters=[
        query_parameter("format", enum_of(FORMATS)),
        query_parameter("filename", STRING),
        query_parameter("encoding", STRING),
        query_parameter("watch", STRING),
        query_parameter("until", STRING),
        header_parameter("Idempotency-Key", {"type": "string", "pattern": IDEMPOTENCY_KEY_PATTERN}),
    ],
    body={**content(BYTES, "application/octet-stream"), **content(_UPLOAD, "multipart/form-data")},
    responses={
        202: json_response_of(JOB_SCHEMA, "The job"),
        200: json_response_of(JOB_SCHEMA, "The job of the first request with this key"),
        **errors(400, 413, 507),
    },
)
def post_screening() -> tuple[Response, int] | Response:
    """Screen the subjects of a list, as the body or as the part `file` of a form.

    The subjects are compared with the store and never enter it. A form may have a part `mapping`
    (YAML) for a table of any layout. `encoding` states the encoding of text, such as
    `windows-1251`; by default the file decides. The answer has the form of the answer of
    `/batches`. The hits are what every user of your agency may see, without hits that your agency
    has cleared. `watch` keeps the subjects in the watch with this name until the day `until`. They
    are screened again when the store changes.
    """
    endpoints.reject_undeclared()
    watch = read_watch_request(request.args.get("watch", ""), request.args.get("until", ""))
    list_format = endpoints.read_choice("format", FORMATS)
    key = read_idempotency_key()
    service = current_service()
    request.max_content_length = service.settings.max_upload
    folder = create_job_folder(service.jobs_dir)
    try:
        with upload_errors():
            name = store_upload(folder / INPUT)
        encoding = read_encoding(request.args)
        check_readable(folder / INPUT, list_format, encoding)
        job, is_new = submit_and_log_screening(folder, name, list_format, key, watch, encoding)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    location = f"{request.script_root}/screenings/{job.id}"
    return json_response(job_view(job), 202 if is_new else 200, headers={"Location": location})


def read_watch_request(name: str, until: str) -> tuple[str, str] | None:
    """Return name and end of the watch that a request names; None if it names none. Raises
    `UsageError`.
    """
    if not name:
        if until:
            raise UsageError("until ends a watch", hint="name the watch, too")
        return None
    return read_watch_name(name), read_watch_end(until)


def submit_and_log_screening(
    folder: Path,
    label: str,
    list_format: str,
    key: str | None,
    watch: tuple[str, str] | None = None,
    encoding: str = "",
) -> tuple[Job, bool]:
    """Queue the upload in a job's folder as a screening of the viewer; return the job and whether
    it is new. Raises `UsageError`, and `StoreError` if the screening cannot be logged.
    """
    service = current_service()
    job, is_new = submit_screening(
        service.hub,
        folder,
        label,
        list_format,
        owner=RecordOwner.of_viewer(g.viewer),
        listed=service.settings.listed,
        contact_limits=(service.settings.contacts_of_person, service.settings.contacts_of_agency),
        watch=watch,
        encoding=encoding,
        idempotency_key=f"{SCREENING_JOB}\n{key}" if key else None,
    )
    try:
        log_job("submit", {"screening": job.id, "new": is_new, "label": label})
    except StoreError:
        if is_new:
            service.hub.store.jobs.cancel(job.id)
        raise
    return job, is_new


@endpoint(
    blueprint,
    "GET",
    "/screenings",
    _ACCESS,
    parameters=[query_parameter("limit", integer(1, 1000))],
    responses={200: json_response_of(_JOBS)},
)
def list_screenings() -> Response:
    """List the screenings of the caller's agency, the newest first."""
    endpoints.reject_undeclared()
    limit = endpoints.read_integer("limit", 100, 1, 1000)
    jobs = find_screenings(limit)
    log_job("jobs", {"limit": limit, "kind": SCREENING_JOB}, jobs)
    return json_response({"screenings": [job_view(job) for job in jobs]})


def find_screenings(limit: int) -> list[Job]:
    """Return the screenings that the viewer may see, the newest first."""
    agency = None if sees_all_jobs() else g.viewer.agency
    sender = g.viewer.name if agency == "" else None
    return current_service().hub.store.jobs.list(
        agency=agency, submitted_by=sender, kind=SCREENING_JOB, limit=limit
    )


@endpoint(
    blueprint,
    "GET",
    "/screenings/<job_id>",
    _ACCESS,
    responses={200: json_response_of(JOB_SCHEMA), **errors(404)},
)
def show_screening(job_id: str) -> Response:
    """Return the state of a screening, with the numbers of its subjects and hits."""
    job = find_job(job_id, SCREENING_JOB)
    log_job("job", {"screening": job.id}, [job])
    return json_response(job_view(job))


@endpoint(
    blueprint,
    "POST",
    "/screenings/<job_id>/cancel",
    _ACCESS,
    responses={200: json_response_of(JOB_SCHEMA), **errors(404)},
)
def cancel_screening(job_id: str) -> Response:
    """Cancel a screening, at once or before the next subjects."""
    job = find_job(job_id, SCREENING_JOB)
    log_job("job", {"screening": job.id, "act": "cancel"}, [job])
    return json_response(job_view(current_service().hub.store.jobs.cancel(job.id)))


@endpoint(
    blueprint,
    "GET",
    "/screenings/<job_id>/<any(hits, evidence, report, rejects, contacts):what>",
    Access(Scope.SUBMIT, Disclosure.FILES),
    responses={
        200: response(
            "A file",
            {
                **content(STRING, "text/html"),
                **content(STRING, "text/csv"),
                **content(STRING, "application/x-ndjson"),
            },
        ),
        **errors(403, 404, 409, 410),
    },
)
def screening_file(job_id: str, what: str) -> Response:
    """Return a file of a screening: its hits as a table, with their evidence, as a report, the
    agencies to contact, or the rows that could not be read.

    A key without the scope `check` gets a table without values of listed entities, but neither the
    evidence nor the report.
    """
    return send_screening_file(find_job(job_id, SCREENING_JOB), what)


def send_screening_file(job: Job, what: str) -> Response:
    """Return a file of a screening as its viewer may see it. Raises `ApiError`."""
    is_short = sees_own_records_only() and what not in ("rejects", "contacts")
    if is_short and what != "hits":
        raise ApiError(403, f"{what} needs a key with the scope check; hits has what you may see")
    name, media_type = SCREENING_FILES[what]
    folder = screening_folder(job) / RESULT
    path = folder / OWN / name if is_short else folder / name
    if job.state != "done" and not (what == "rejects" and path.is_file()):
        detail = job.error or "there are no results yet"
        raise ApiError(409, f"the screening is {job.state}: {detail}")
    if not path.is_file():
        raise ApiError(410, "the results of this screening are no longer kept")
    query = {"screening": job.id, "file": what, "own": is_short}
    shown = {"contacts": read_contacts(path)} if what == "contacts" else {}
    log_access("batch", query, shown, revision_of(current_service().hub.store.revision))
    answer: Response = send_file(path, mimetype=media_type)
    answer.headers["Content-Security-Policy"] = (
        REPORT_POLICY if what == "report" else "default-src 'none'; sandbox"
    )
    return answer


def screening_folder(job: Job) -> Path:
    """Return the folder of a screening."""
    return current_service().jobs_dir.absolute() / str(job.params["folder"])


@endpoint(
    blueprint,
    "POST",
    "/screenings/<job_id>/verdicts",
    Access(Scope.CHECK, Disclosure.VALUES),
    body=content(_VERDICT_BODY),
    responses={200: json_response_of(_VERDICT), **errors(400, 404, 409, 410, 415)},
)
def give_hit_verdict(job_id: str) -> Response:
    """Clear or confirm a hit of a screening, for all later screenings of your agency.

    A cleared hit stays away until the verdict expires or the evidence changes. The hit then
    returns, and the column `changed` says what changed.
    """
    endpoints.reject_undeclared()
    revision = revision_of(current_service().hub.store.revision)
    log_access("verdict", {"screening": job_id}, {}, revision)
    job = find_job(job_id, SCREENING_JOB)
    _check_done(job)
    body = read_json_object()
    unknown = sorted(set(body) - _VERDICT_FIELDS)
    if unknown:
        raise ApiError(422, f"there is no field {unknown[0][:60]!r}")
    texts = {name: body.get(name) for name in ("subject", "entity", "verdict", "reason")}
    for name, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise ApiError(422, f"{name} must be a text that is not empty")
    until, anonymous = body.get("until") or "", body.get("anonymous", False)
    if not isinstance(until, str) or not isinstance(anonymous, bool):
        raise ApiError(422, "until must be a date such as 2027-06-30, anonymous true or false")
    if texts["verdict"] not in {row.value for row in HitVerdict}:
        raise ApiError(422, "verdict must be cleared or confirmed")
    stored = judge_hit(
        job, until=until, anonymous=anonymous, **{k: str(v) for k, v in texts.items()}
    )
    return json_response(stored)


def _check_done(job: Job) -> None:
    """Raise `ApiError` if a screening has no hits yet."""
    if job.state != "done":
        raise ApiError(409, f"the screening is {job.state}: there are no results yet")


def judge_hit(
    job: Job,
    *,
    subject: str,
    entity: str,
    verdict: str,
    reason: str,
    until: str = "",
    anonymous: bool = False,
) -> dict[str, Any]:
    """Store the verdict of the viewer on a hit of a screening, and return it as JSON. Raises
    `ApiError`, `UsageError`.
    """
    hit, hub = _find_hit(job, subject, entity), current_service().hub
    expires, reason = read_expiry(until), read_reason(reason)
    query = {"screening": job.id, "subject": subject, "entity": hit.entity_id, "act": verdict}
    log_access("verdict", query, {"seen": list(hit.records)}, revision_of(hub.store.revision))
    return describe_verdict(
        give_verdict(
            hub.store,
            hit,
            HitVerdict(verdict),
            owner=owner_of(viewer_of_agency(job.submitted_by, job.agency)),
            who=g.viewer.name,
            reason=reason,
            expires=expires,
            anonymous=anonymous,
        )
    )


def _find_hit(job: Job, subject: str, entity: str) -> ScreeningHit:
    """Return the hit of a subject on an entity. Raises `ApiError`, `UsageError`."""
    _check_done(job)
    hub = current_service().hub
    try:
        screening = load_screening(hub, job, screening_folder(job))
    except OSError:
        raise ApiError(410, "the results of this screening are no longer kept") from None
    hits = [hit for hit in (*screening.hits, *screening.cleared) if hit.subject.id == subject]
    if not hits:
        raise ApiError(404, f"no subject {subject[:60]!r} has a hit in this screening")
    return find_hit(hits, entity, hub.store)


def withdraw_verdicts(job: Job, subject: str, entity: str) -> ScreeningHit:
    """Withdraw the verdicts on a hit of a screening, and return the hit. Raises `ApiError`,
    `UsageError`.
    """
    hit, store = _find_hit(job, subject, entity), current_service().hub.store
    query = {"screening": job.id, "subject": subject, "entity": hit.entity_id, "act": "withdraw"}
    log_access("verdict", query, {"seen": list(hit.records)}, revision_of(store.revision))
    owner = owner_of(viewer_of_agency(job.submitted_by, job.agency))
    for verdict_id in hit.verdicts:
        store.verdicts.withdraw(owner, verdict_id, g.viewer.name)
    return hit


@endpoint(
    blueprint,
    "GET",
    "/clearances",
    Access(Scope.CHECK, Disclosure.VALUES),
    parameters=[query_parameter("limit", integer(1, 1000))],
    responses={200: json_response_of(_VERDICTS)},
)
def list_clearances() -> Response:
    """List the hits that your agency has cleared and confirmed, the newest first."""
    endpoints.reject_undeclared()
    limit = endpoints.read_integer("limit", 100, 1, 1000)
    store = current_service().hub.store
    rows = store.verdicts.list(owner_of(g.viewer), limit=limit)
    seen = [record for row in rows for record in row.evidence.records]
    log_access("clearances", {"limit": limit}, {"seen": seen}, revision_of(store.revision))
    return json_response({"clearances": [describe_verdict(row) for row in rows]})


@endpoint(
    blueprint,
    "DELETE",
    "/clearances/<verdict_id>",
    Access(Scope.CHECK, Disclosure.VALUES),
    responses={200: json_response_of(_VERDICT), **errors(404)},
)
def withdraw_clearance(verdict_id: str) -> Response:
    """Withdraw a verdict of your agency; its hit returns."""
    endpoints.reject_undeclared()
    store = current_service().hub.store
    query = {"verdict": verdict_id, "act": "withdraw"}
    log_access("clearances", query, {}, revision_of(store.revision))
    try:
        row = store.verdicts.withdraw(owner_of(g.viewer), verdict_id, g.viewer.name)
    except StoreError as error:
        raise ApiError(404, error.message) from None
    return json_response(describe_verdict(row))
