"""Pages of screenings, and of the notices and watches that keep them up to date.

A screening: upload of subjects, and their hits subject by subject, with verdicts. Notices: the
inbox of an agency, what it subscribes to, and its watches with their hits. A page of notices shows
what all users of the agency may see. Contacts: requests that the agency has sent or was sent about
records of which only a hit is told.
"""

from __future__ import annotations

import shutil
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import g, redirect, request, url_for

from resolver.api.access import log_access, revision_of, viewer
from resolver.api.desk.batch_pages import stall_reason
from resolver.api.desk.desk_access import current_user, require_role
from resolver.api.desk.evidence_rows import group_evidence
from resolver.api.desk.pages import (
    DeskError,
    blueprint,
    describe_error,
    render_page,
    sign_message,
    signed_message,
)
from resolver.api.errors import ApiError
from resolver.api.routes import contacts as requests
from resolver.api.routes.batches import log_job
from resolver.api.routes.screenings import (
    find_screenings,
    judge_hit,
    read_watch_request,
    screening_folder,
    send_screening_file,
    submit_and_log_screening,
    withdraw_verdicts,
)
from resolver.api.routes.watches import find_watch, find_watches, newest_notices, reader
from resolver.api.service import current_service
from resolver.api.uploads import check_readable, read_encoding, store_form, upload_errors
from resolver.errors import InputError, OwnerError, StoreError, UsageError
from resolver.hub.admin import UserRole
from resolver.hub.job_worker import FINAL_STATES, INPUT, Job, create_job_folder, is_own_job
from resolver.notices import KINDS, describe_parts, owner_of_notices, subscribe
from resolver.records.results.explanation import EvidenceRow
from resolver.screening import Screening, ScreeningHit
from resolver.screening.jobs import SCREENING_JOB, load_screening
from resolver.screening.result_files import state_values
from resolver.screening.watch import read_watch
from resolver.trust.contacts import DEFAULT_DAYS, MAX_DAYS, MAX_TEXT, list_cases

_MAX_JOBS = 100
_MAX_DIGITS = 10
_UPLOAD_ADVICE = (
    "The first line of the table must name its columns, for example: id, name, birthDate. Or add a "
    "file that says what each column means."
)
REASONS = (
    "another birth date",
    "another nationality",
    "another document",
    "another face",
    "documents were seen",
)
"""Reasons that the form of a verdict suggests; the steward may write another one."""


@blueprint.get("/desk/screenings")
def screenings() -> Any:
    """Show the screenings of the user's agency, and the upload form."""
    return _render_list()


def _render_list(problem: str = "") -> str:
    jobs = find_screenings(_MAX_JOBS)
    log_job("jobs", {"kind": SCREENING_JOB}, jobs)
    return render_page(
        "screenings.html",
        section="screenings",
        jobs=jobs,
        problem=problem,
        form_id=uuid.uuid4().hex,
    )


@blueprint.post("/desk/screenings")
@require_role(UserRole.STEWARD)
def upload_screening() -> Any:
    """Submit an uploaded table of subjects."""
    folder = create_job_folder(current_service().jobs_dir)
    try:
        job = _submit_upload(folder)
    except UsageError as error:
        shutil.rmtree(folder, ignore_errors=True)
        return _render_list(error.line()), 422
    except (ApiError, InputError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, ApiError):
            return _render_list(error.detail), error.status
        return _render_list(" ".join((*describe_error(error)[:1], _UPLOAD_ADVICE))), 400
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return redirect(url_for("desk.screening", job_id=job.id), 303)


def _submit_upload(folder: Path) -> Job:
    """Store the uploaded table in a folder and submit it. Raises `ApiError`, `InputError`."""
    with upload_errors():
        name = store_form(folder / INPUT)
    encoding = read_encoding(request.form)
    check_readable(folder / INPUT, "", encoding)
    watch = read_watch_request(request.form.get("watch", ""), request.form.get("until", ""))
    # a form that is sent twice makes one screening
    form_id = request.form.get("once", "")[:60]
    key = f"desk\n{g.viewer.name}\n{form_id}" if form_id else None
    return submit_and_log_screening(folder, name, "", key, watch, encoding)[0]


@blueprint.get("/desk/screenings/<job_id>")
def screening(job_id: str) -> Any:
    """Show one subject of a screening with its hits. `at` is the number of the subject among the
    subjects with hits. Without it, the page shows the next subject from `after` on that waits for a
    verdict.
    """
    job = _find_screening(job_id)
    groups = _group_hits(_load(job)) if job.state == "done" else []
    at, after = _read_place("at"), _read_place("after") or 0
    waiting = [place for place, (_, is_open) in enumerate(groups) if is_open] or [0]
    place = next((place for place in waiting if place >= after), waiting[0])
    if at is not None and groups:
        place = min(at, len(groups) - 1)
    hits = groups[place][0] if groups else []
    seen = [record for hit in hits for record in hit.records]
    query = {"screening": job.id, "subject": hits[0].subject.id if hits else ""}
    revision = revision_of(current_service().hub.store.revision)
    log_access("screening", query, {"seen": seen}, revision)
    return render_page(
        "screening.html",
        section="screenings",
        job=job,
        label=job.params.get("label") or job.id[:8],
        is_final=job.state in FINAL_STATES,
        result=dict(job.result or {}),
        hits=[(hit, _compared_rows(hit)) for hit in hits],
        subject=hits[0].subject if hits else None,
        subject_notes=hits[0].not_compared if hits else (),
        stated=state_values(hits[0].subject) if hits else [],
        place=place,
        count=len(groups),
        open_count=sum(is_open for _, is_open in groups),
        reasons=REASONS,
        stall=stall_reason(job),
        message=signed_message(),
    )


@blueprint.post("/desk/screenings/<job_id>/verdict")
@require_role(UserRole.STEWARD)
def judge_screening_hit(job_id: str) -> Any:
    """Clear or confirm a hit, and show the next subject that waits."""
    job, form = _find_screening(job_id), request.form
    verdict = form.get("verdict", "")
    if verdict not in ("cleared", "confirmed"):
        raise DeskError(422, "No verdict was chosen.", "Clear the hit, or confirm it.")
    reason = form.get("reason", "").strip()
    if not reason:
        raise DeskError(422, "The verdict has no reason.", "Go back and choose or write one.")
    try:
        stored = judge_hit(
            job,
            subject=form.get("subject", ""),
            entity=form.get("entity", ""),
            verdict=verdict,
            reason=reason,
            until=form.get("until", ""),
        )
    except (ApiError, UsageError) as error:
        raise _refusal(error) from None
    subject = f"{stored['subject']['name']} ({stored['subject']['id'] or form['subject']})".strip()
    act, word = ("Cleared", "is not") if verdict == "cleared" else ("Confirmed", "is")
    message = (
        f"{act}: {subject} {word} {stored['caption']}. The verdict holds until "
        f"{stored['expires'][:10]}."
    )
    after = form.get("at", "")
    address = url_for("desk.screening", job_id=job.id, after=after, done=sign_message(message))
    return redirect(address, 303)


@blueprint.post("/desk/screenings/<job_id>/withdraw")
@require_role(UserRole.STEWARD)
def withdraw_screening_verdict(job_id: str) -> Any:
    """End the verdicts on a hit, and show its subject again."""
    job, form = _find_screening(job_id), request.form
    try:
        hit = withdraw_verdicts(job, form.get("subject", ""), form.get("entity", ""))
    except (ApiError, UsageError) as error:
        raise _refusal(error) from None
    message = f"Withdrawn: the hit on {hit.caption} waits for a verdict again."
    address = url_for(
        "desk.screening", job_id=job.id, at=form.get("at", ""), done=sign_message(message)
    )
    return redirect(address, 303)


def _refusal(error: ApiError | UsageError) -> DeskError:
    detail = error.detail if isinstance(error, ApiError) else error.line()
    return DeskError(422, f"{detail[:1].upper()}{detail[1:]}.", "Go back and try again.")


@blueprint.get("/desk/screenings/<job_id>/<any(hits, report, rejects, contacts):what>")
def screening_result(job_id: str, what: str) -> Any:
    """Return a file of a screening."""
    return send_screening_file(_find_screening(job_id), what)


@blueprint.post("/desk/screenings/<job_id>/cancel")
@require_role(UserRole.STEWARD)
def cancel_desk_screening(job_id: str) -> Any:
    """Cancel a screening."""
    job = _find_screening(job_id)
    log_job("job", {"screening": job.id, "act": "cancel"}, [job])
    current_service().hub.store.jobs.cancel(job.id)
    return redirect(url_for("desk.screening", job_id=job.id), 303)


def _read_place(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < _MAX_DIGITS else None


def _find_screening(job_id: str) -> Job:
    """Return a screening of the user's agency; admins may see any. Raises `DeskError`."""
    job, user = current_service().hub.store.jobs.find(job_id), current_user()
    is_seen = job is not None and (
        user.role >= UserRole.ADMIN or is_own_job(job, user.agency, user.name)
    )
    if job is None or job.kind != SCREENING_JOB or not is_seen:
        raise DeskError(
            404,
            "There is no such screening.",
            "It may belong to another agency; the list shows those you may see.",
        )
    return job


def _compared_rows(hit: ScreeningHit) -> list[EvidenceRow]:
    """Return the compared values of the subject and of the entity, by kind, in the order in which a
    verdict weighs them.
    """
    groups = group_evidence(hit.compared)
    return [group.row for group in groups if group.row.left or group.row.right]


def _load(job: Job) -> Screening:
    try:
        return load_screening(current_service().hub, job, screening_folder(job))
    except OSError:
        raise DeskError(
            410, "The hits of this screening are no longer kept.", "Screen the table again."
        ) from None


def _group_hits(loaded: Screening) -> list[tuple[list[ScreeningHit], bool]]:
    """Return the hits of each subject, and whether one of them waits for a verdict."""
    hits = tuple(sorted((*loaded.hits, *loaded.cleared), key=lambda hit: -hit.score))
    groups = replace(loaded, hits=hits).hits_by_subject().values()
    return [(group, any(hit.status in ("", "returned") for hit in group)) for group in groups]


_SHOWN = 200
"""Number of notices on the page; older ones are read over HTTP or by command."""
_MAX_HITS = 500
"""Maximum number of hits of a watch on its page."""
KIND_TITLES = {
    "entity": "An entity or record (its id)",
    "source": "A source (its name)",
    "country": "A country",
    "crime": "A crime",
    "words": "Words of a name",
    "search": "A search (words, country:iq, crime:terrorism, source:NAME)",
    "watch": "A watch (its name)",
    "joined": "Records of others that join ours",
    "checked": "Checks of our records by others",
}
"""Names of the kinds of subscriptions in the form."""


@blueprint.get("/desk/notices")
def notices() -> Any:
    """Show the inbox: the newest notices, subscriptions and watches."""
    return _render()


def _render(problem: str = "") -> str:
    store = current_service().hub.store
    rows = newest_notices(_SHOWN)
    _log("notices", {}, [row["entity"] for row in rows])
    return render_page(
        "notices.html",
        section="notices",
        rows=[(row, describe_parts(row)) for row in rows],
        unread=sum(not row["read"] for row in rows),
        cursor=max((row["cursor"] for row in rows), default=0),
        subscriptions=store.notices.subscriptions(owner_of_notices(reader())),
        watches=[described for _, described in find_watches()],
        kinds=[(kind, KIND_TITLES[kind]) for kind in KINDS],
        problem=problem,
        message=signed_message(),
    )


def _log(action: str, query: dict[str, Any], seen: list[str]) -> None:
    revision = revision_of(current_service().hub.store.revision)
    log_access(action, query, {"seen": seen}, revision)


@blueprint.post("/desk/notices/read")
def read_all_notices() -> Any:
    """Mark all notices, up to the newest one that was shown, as read."""
    text = request.form.get("cursor", "")
    cursor = int(text) if text.isdecimal() and len(text) < 16 else 0
    _log("notices", {"act": "read"}, [])
    owner = owner_of_notices(reader())
    current_service().hub.store.notices.mark_read(owner, up_to=cursor)
    return redirect(url_for("desk.notices"), 303)


@blueprint.post("/desk/subscriptions")
@require_role(UserRole.STEWARD)
def add_desk_subscription() -> Any:
    """Subscribe the agency to the events that the form names."""
    kind, value = request.form.get("kind", ""), request.form.get("value", "")
    _log("subscriptions", {"act": "add", "kind": kind, "value": value}, [])
    try:
        row = subscribe(current_service().hub, reader(), kind, value)
    except UsageError as error:
        return _render(error.line()), 422
    message = f"Subscribed: {KIND_TITLES[row.kind]} {row.value}".rstrip()
    return redirect(url_for("desk.notices", done=sign_message(message)), 303)


@blueprint.post("/desk/subscriptions/<subscription>/end")
@require_role(UserRole.STEWARD)
def end_desk_subscription(subscription: str) -> Any:
    """End a subscription; its notices stay."""
    _log("subscriptions", {"act": "end", "subscription": subscription}, [])
    store = current_service().hub.store
    try:
        store.notices.unsubscribe(owner_of_notices(reader()), subscription)
    except StoreError:
        raise DeskError(404, "There is no such subscription.", "It may have ended.") from None
    return redirect(url_for("desk.notices", done=sign_message("The subscription has ended.")), 303)


@blueprint.get("/desk/watches/<watch>")
def watch(watch: str) -> Any:
    """Show the hits of a watch."""
    found, described = _find(watch)
    screening, _ = read_watch(current_service().hub.store, found)
    hits = sorted(screening.hits, key=lambda hit: -hit.score)[:_MAX_HITS]
    _log("watch", {"watch": watch}, [record for hit in hits for record in hit.records])
    return render_page(
        "watch.html",
        section="notices",
        watch=described,
        hits=hits,
        count=len(screening.hits),
        cleared=len(screening.cleared),
    )


@blueprint.post("/desk/watches/<watch>/remove")
@require_role(UserRole.STEWARD)
def remove_desk_watch(watch: str) -> Any:
    """Erase a watch with all of its subjects."""
    found, _ = _find(watch)
    _log("watch", {"watch": watch, "act": "remove"}, [])
    current_service().hub.store.watches.remove(found)
    message = sign_message(f"The watch {found.name} is erased.")
    return redirect(url_for("desk.notices", done=message), 303)


def _find(name: str) -> Any:
    try:
        return find_watch(name)
    except ApiError:
        raise DeskError(
            404, "Your agency has no such watch.", "It may have ended, or been erased."
        ) from None


@blueprint.get("/desk/contacts")
def contacts() -> Any:
    """Show the requests of the agency, and the form for the reference of an answer."""
    return _contacts_page()


def _contacts_page(problem: str = "") -> str:
    rows = list_cases(current_service().hub.store, viewer(), _SHOWN)
    described = [requests.show_case(row, with_record=True) for row in rows]
    seen = tuple(row["record"]["id"] for row in described if "record" in row)
    requests.log_cases(rows, seen=seen)
    return render_page(
        "contacts.html",
        section="contacts",
        rows=described,
        reference=request.values.get("reference", "")[:40],
        question=request.form.get("question", "")[:2_000],
        default_days=DEFAULT_DAYS,
        max_days=MAX_DAYS,
        max_text=MAX_TEXT,
        problem=problem,
        message=signed_message(),
    )


@blueprint.post("/desk/contacts")
def ask_desk_contact() -> Any:
    """Ask the agency behind a reference."""
    form = request.form
    text = form.get("days", "").strip() or str(DEFAULT_DAYS)
    days = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    try:
        case = requests.ask(form.get("reference", ""), form.get("question", ""), days)
    except (InputError, OwnerError) as error:
        return _contacts_page(error.line()), 422
    message = sign_message(f"{case.owner} was asked about {case.reference}.")
    return redirect(url_for("desk.contacts", done=message), 303)


@blueprint.post("/desk/contacts/<contact>")
@require_role(UserRole.STEWARD)
def answer_desk_contact(contact: str) -> Any:
    """Answer a request to the agency, refuse it, or disclose the record."""
    form = request.form
    try:
        case = requests.answer(
            contact,
            form.get("state", ""),
            form.get("answer", ""),
            form.get("until", ""),
        )
    except (InputError, OwnerError) as error:
        return _contacts_page(error.line()), 422
    message = sign_message(f"The request about {case.reference} was {case.state}.")
    return redirect(url_for("desk.contacts", done=message), 303)
