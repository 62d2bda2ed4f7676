"""Pages of batches: upload of a list, progress while it runs, results.

Pages of an import, step by step: file, sheet, meaning of the columns, preview, sending.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Response, g, redirect, request, send_file, url_for

from resolver.api.desk import import_forms
from resolver.api.desk.desk_access import current_user, require_role
from resolver.api.desk.import_forms import ImportDraft, create_draft, find_draft
from resolver.api.desk.pages import DeskError, blueprint, describe_error, render_page
from resolver.api.errors import ApiError
from resolver.api.routes.batches import (
    REPORT_POLICY,
    RESULT_FILES,
    log_changes,
    log_job,
    log_result,
    name_table_sources,
    result_path,
    submit_and_log,
)
from resolver.api.service import current_service
from resolver.api.uploads import check_readable, read_encoding, store_form, upload_errors
from resolver.errors import InputError, MappingError
from resolver.hub.admin import RevisionRow, UserRole
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
from resolver.hub.ownership import RecordOwner, SourceNames
from resolver.lists.formats.tabular.guessed_mapping import find_handling_facts
from resolver.lists.formats.tabular.mapping import Mapping, build_mapping
from resolver.lists.formats.tabular.table_files import open_table_file
from resolver.lists.formats.tabular.table_reader import NAME as TABULAR
from resolver.lists.io.source_files import SourceFile
from resolver.lists.list_sample import ListSample, list_values, sample_lists
from resolver.lists.proposals import TableProposal, find_tables, propose_columns, usable_columns
from resolver.lists.reader_types import Reject
from resolver.lists.readers import READERS
from resolver.records import Record
from resolver.records.labels import property_label, sort_properties
from resolver.records.visibility import is_list_source_name
from resolver.review import Filters, list_waiting
from resolver.review.change_report import (
    ChangeKind,
    Report,
    csv_lines,
    describe_counts,
    label_field,
)
from resolver.review.find_changes import read_job_report

_QUEUE_PATIENCE = timedelta(seconds=20)
"""Time that a batch may wait before its page asks whether a worker runs."""
_MAX_ROWS = 50
_SHOWN_CHANGES, _PAGE_CHANGES, _MAX_DIGITS = 20, 100, 9
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
    encoding = read_encoding(request.form)
    check_readable(folder / INPUT, list_format, encoding)
    # a form that is sent twice makes one batch
    form_id = request.form.get("once", "")[:60]
    key = f"desk\n{g.viewer.name}\n{form_id}" if form_id else None
    sources = name_table_sources(folder / INPUT, list_format, "", encoding)
    options = BatchOptions(name, list_format, **sources, encoding=encoding)
    return submit_and_log(folder, options, key)[0]


@blueprint.get("/desk/batches/<job_id>")
def batch(job_id: str) -> Any:
    """Show one batch: its state, and its results."""
    job = _find_job(job_id)
    log_job("job", {"batch": job.id}, [job])
    return render_page("batch.html", section="batches", **_batch_context(job))


@blueprint.get("/desk/batches/<job_id>/changes")
def batch_changes(job_id: str) -> Any:
    """Show the changes that a batch made, or would make, with filters; `as=csv` sends them as a
    table.
    """
    job = _find_job(job_id)
    report = _find_report(job)
    if report is None:
        raise DeskError(
            404,
            "There is no report on what this batch changed.",
            f"The batch is {job.state}. Dry runs, batches on hold and committed ones have one.",
        )
    change, source, field_name = (
        request.args.get(name, "")[:100] for name in ("change", "source", "field")
    )
    chosen = {"change": change, "source": source, "field_name": field_name}
    selected = report.select(**chosen)
    start = request.args.get("start", "")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < _MAX_DIGITS else 0
    page = selected if request.args.get("as") == "csv" else selected.page(first, _PAGE_CHANGES)
    log_changes(job, page, {**chosen, "start": first})
    if page is selected:
        response = Response("".join(csv_lines(page)), mimetype="text/csv")
        response.headers["Content-Disposition"] = f'attachment; filename="{job.id[:8]}-changes.csv"'
        return response

    def page_address(start: int, form: str = "") -> str:
        """Return the address of a page of this selection, or of its table."""
        query: dict[str, Any] = {
            "change": change,
            "source": source,
            "field": field_name,
            "as": form,
            "start": start,
        }
        given = {name: value for name, value in query.items() if value}
        return url_for("desk.batch_changes", job_id=job.id, **given)

    return render_page(
        "batch_changes.html",
        section="batches",
        job=job,
        label=job.params.get("label") or job.id[:8],
        report=report,
        page=page,
        total=len(selected.rows),
        start=first,
        page_size=_PAGE_CHANGES,
        chosen=chosen,
        kinds=[str(kind) for kind in ChangeKind],
        field_names=sorted({item.field for row in report.records for item in row.fields}),
        page_address=page_address,
        describe_counts=describe_counts,
        label_field=label_field,
    )


def _find_report(job: Job) -> Report | None:
    """Return the report on a batch, with what the user may know of it; None if there is none."""
    hub, jobs = current_service().hub, current_service().jobs_dir.absolute()
    return read_job_report(hub, job, jobs, g.viewer) if job.kind == BATCH_JOB else None


@blueprint.get("/desk/batches/<job_id>/state")
def batch_state(job_id: str) -> Any:
    """Return the part of the page that changes; the script polls it until the batch ends."""
    job = _find_job(job_id)
    if job.state in FINAL_STATES:
        # the page has already logged that its reader follows the batch; now the results are logged
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
    """Accept a held batch, so that it is committed even if it changes much."""
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
    """Return the list of batches with the upload form and, if an upload was refused, the reason."""
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
    """List the latest batches of the user's agency. A user without an agency sees their own, and an
    admin sees all.
    """
    jobs, user = current_service().hub.store.jobs, current_user()
    if user.role >= UserRole.ADMIN:
        return jobs.list(kind=BATCH_JOB, limit=limit)
    sender = None if user.agency else user.name
    return jobs.list(agency=user.agency, submitted_by=sender, kind=BATCH_JOB, limit=limit)


def _latest_commits() -> list[RevisionRow]:
    """Return the latest commits, the newest first; only for admins, since commits count all
    records.
    """
    if current_user().role < UserRole.ADMIN:
        return []
    with current_service().hub.store.view() as view:
        return view.revisions(max(0, view.revision - _MAX_ROWS))[::-1]


def _find_job(job_id: str) -> Job:
    """Return a batch of the user's agency; admins may see any.

    Raises `DeskError`, which is the same for batches of other agencies and for unknown batches.
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
    report = _find_report(job)
    if report is not None:
        log_changes(job, report.page(0, _SHOWN_CHANGES), {})
    return {
        "report": report,
        "shown_changes": _SHOWN_CHANGES,
        "describe_counts": describe_counts,
        "label_field": label_field,
        "draft": _find_own_draft(job),
        "open_pairs": _count_open_pairs(job),
        "job": job,
        "label": job.params.get("label") or job.id[:8],
        "percent": round(100 * job.done / job.total, 1) if job.total else None,
        "is_final": job.state in FINAL_STATES,
        "stall": stall_reason(job),
        "result": dict(job.result or {}),
    }


def _find_own_draft(job: Job) -> ImportDraft | None:
    """Return the draft of an import from which a dry run was made, as long as its user keeps it."""
    draft_id = job.params.get("draft")
    if not draft_id or job.state != "done":
        return None
    try:
        return find_draft(str(draft_id))
    except DeskError:
        return None


def _count_open_pairs(job: Job) -> list[tuple[str, int]]:
    """Return the lists of a committed batch that have waiting pairs, with the number of these
    pairs.
    """
    result = job.result or {}
    revision = result.get("version")
    # the version of a dry run is the last commit of anybody, perhaps with hidden records
    if job.state != "done" or not revision or result.get("dry_run"):
        return []
    hub = current_service().hub
    with hub.store.view() as view:
        names = view.sources_in_revision(int(revision))[:_MAX_ROWS]
    counts = (
        list_waiting(hub, Filters(source=name), limit=1, viewer=g.viewer).total for name in names
    )
    return [(name, count) for name, count in zip(names, counts, strict=True) if count]


def stall_reason(job: Job) -> str:
    """Return why a job does not progress: no worker runs (`down`), its worker is `busy` or `lost`;
    else empty.

    Only admins are told that the worker is busy. For others the batch only `waits`, because they
    may not learn about batches of other agencies.
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
    return [job for job in jobs if stall_reason(job) == "down"]


_KEPT_KEYS = {
    "agency",
    "deduplicated",
    "complete",
    "delimiter",
    "encoding",
    "handling",
    "handling_facts",
    "relations",
}
"""Keys of an uploaded mapping that the form does not ask about."""
_SHOWN_RECORDS, _READ_ROWS, _DATE_ROWS, _SHOWN_REJECTS = 5, 2_000, 16_000, 20


@blueprint.post("/desk/batches/new")
@require_role(UserRole.STEWARD)
def start_import() -> Any:
    """Store the chosen file, and lead to the next step that it needs."""
    list_format = request.form.get("format", "")
    if list_format not in ("", *(reader.name for reader in READERS)):
        raise DeskError(422, "There is no such format.", "Choose one of the list.")
    try:
        draft = create_draft(list_format, read_encoding(request.form))
    except ApiError as error:
        message = f"{error.detail[:1].upper()}{error.detail[1:]}. Choose the file again."
        return render_batches_page(message), error.status
    try:
        return redirect(_next_step(draft), 303)
    except InputError as error:
        return _refuse_file(draft, error)


def _refuse_file(draft: ImportDraft, error: InputError) -> tuple[str, int]:
    """Discard a draft whose file cannot be read, and show the reason above the form for another
    file.
    """
    draft.discard()
    return render_batches_page(f"{' '.join(_explain(error))} Nothing was sent."), 422


def _next_step(draft: ImportDraft) -> str:
    """Return the address of the first step that a list needs. Raises `InputError`."""
    mapping = draft.mapping()
    if mapping is None and len(draft.worksheets()) > 1:
        return url_for("desk.import_worksheets", draft_id=draft.id)
    return url_for(f"desk.import_{_first_page(draft)}", draft_id=draft.id)


def _first_page(draft: ImportDraft) -> str:
    """Return `columns` for a table, and `preview` for a list in a format that defines its
    fields.
    """
    if draft.list_format not in ("", TABULAR):
        return "preview"
    try:
        file = find_tables(draft.path, draft.text_encoding)[0][0]
    except InputError:
        # the preview names the format, or says why nothing can be read
        return "preview"
    # tables of an archive have no mapping of their own
    return "preview" if file.member and file.worksheet is None else "columns"


@blueprint.get("/desk/batches/new/<draft_id>/worksheets")
@require_role(UserRole.STEWARD)
def import_worksheets(draft_id: str) -> Any:
    """Ask which sheet of a workbook is the list."""
    draft = find_draft(draft_id)
    worksheets = [
        (item.file.member, open_table_file(item.file).columns, item.notes)
        for item in draft.worksheets()
    ]
    return render_page(
        "import_worksheets.html", section="batches", draft=draft, worksheets=worksheets
    )


@blueprint.post("/desk/batches/new/<draft_id>/worksheets")
@require_role(UserRole.STEWARD)
def choose_import_worksheet(draft_id: str) -> Any:
    """Choose one sheet, or all of them."""
    draft = find_draft(draft_id)
    worksheet = request.form.get("worksheet", "")
    draft.choose_worksheet(worksheet)
    page = "columns" if worksheet else "preview"
    return redirect(url_for(f"desk.import_{page}", draft_id=draft.id), 303)


@blueprint.get("/desk/batches/new/<draft_id>/columns")
@require_role(UserRole.STEWARD)
def import_columns(draft_id: str) -> Any:
    """Ask for the meaning of each column; the recognized meaning is the first answer."""
    draft = find_draft(draft_id)
    try:
        return _columns_page(draft)
    except InputError as error:
        return _refuse_file(draft, error)


def _columns_page(draft: ImportDraft, problem: str = "", answers: Any = None) -> str:
    file = find_tables(draft.path, draft.text_encoding)[0][0]
    proposal = propose_columns(file)
    mapping = draft.mapping()
    questions = import_forms.ask_columns(proposal, mapping)
    return render_page(
        "import_columns.html",
        section="batches",
        draft=draft,
        questions=questions,
        more=import_forms.more_columns(proposal, questions),
        proposal=proposal,
        defaults={**_list_answers(file, proposal, mapping), **(answers or {})},
        answers=answers or {},
        form=import_forms,
        problem=problem,
    )


def _list_answers(
    file: SourceFile, proposal: TableProposal, mapping: Mapping | None
) -> dict[str, str]:
    """Return the first answers about the list as a whole: from the mapping if there is one,
    otherwise from the proposal.
    """
    options = {key: value for key, (value, _) in proposal.options.items()}
    chosen = mapping.model_dump() if mapping else {**proposal.keys, **options}
    day_first = chosen.get("day_first")
    return {
        "source": chosen.get("source") or _propose_source(file.stem),
        "kind": chosen.get("kind") or "person",
        "separator": chosen.get("separator") or "",
        "day_first": "" if day_first is None else str(day_first).lower(),
    }


def _propose_source(stem: str) -> str:
    """Return the source that a file most likely updates; the user sees it and can change it."""
    with current_service().hub.store.view() as view:
        names = SourceNames.load(view, RecordOwner.of_viewer(g.viewer))
    try:
        return names.find(stem)
    except InputError:
        return names.find_likely(stem)


@blueprint.post("/desk/batches/new/<draft_id>/columns")
@require_role(UserRole.STEWARD)
def save_import_columns(draft_id: str) -> Any:
    """Save the meaning of the columns; after an error, the form is shown again as it was filled
    in.
    """
    draft, answers = find_draft(draft_id), request.form.to_dict()
    columns = usable_columns(open_table_file(find_tables(draft.path, draft.text_encoding)[0][0]))
    before = draft.mapping()
    unasked = (
        before.model_dump(mode="json", include=_KEPT_KEYS, exclude_none=True) if before else {}
    )
    content = import_forms.read_answers(answers, columns, unasked)
    if before is None:
        content["handling_facts"] = find_handling_facts(columns, content["properties"])
        content["encoding"] = draft.encoding or None
    try:
        if not {"name", "lastName", "firstName", "alias"} & content["properties"].keys():
            raise MappingError("no column is the name", hint="choose “Name” for one of them")
        source = str(content["source"])
        if not re.fullmatch(r"[\w.-]+", source) or not is_list_source_name(source):
            raise MappingError(
                "this short name cannot be used",
                hint="use letters, digits, dots and hyphens, such as police-2026",
            )
        build_mapping(content, "")
    except MappingError as error:
        return _columns_page(draft, " ".join(_explain(error)), answers), 422
    draft.save_mapping({key: value for key, value in content.items() if value is not None})
    return redirect(url_for("desk.import_preview", draft_id=draft.id), 303)


@blueprint.get("/desk/batches/new/<draft_id>/preview")
@require_role(UserRole.STEWARD)
def import_preview(draft_id: str) -> Any:
    """Show the first records as they are read, and the rejected rows with the reasons."""
    draft = find_draft(draft_id)
    samples: list[ListSample] = []
    skipped: list[Reject] = []
    problem = ""
    try:
        samples, skipped = sample_lists(
            [draft.input_folder],
            format=draft.list_format or None,
            encoding=draft.encoding,
            records=_SHOWN_RECORDS,
            rows=_READ_ROWS,
            date_rows=_DATE_ROWS,
            accept_restricted=current_service().settings.accept_restricted,
        )
    except InputError as error:
        problem = " ".join(_explain(error))
    return render_page(
        "import_preview.html",
        section="batches",
        draft=draft,
        problem=problem,
        lists=[_show_sample(sample) for sample in samples],
        skipped=skipped,
        has_columns=_first_page(draft) == "columns",
        can_send=any(sample.read for sample in samples),
        max_rejects=_SHOWN_REJECTS,
    )


def _show_sample(sample: ListSample) -> tuple[ListSample, list[tuple[str, str, Any]]]:
    """Return a sample with id, schema and labelled values of each of its records."""
    ordered = replace(sample, rejects=tuple(sorted(sample.rejects)))
    return ordered, [(record.id, record.schema, _label_values(record)) for record in sample.records]


def _label_values(record: Record) -> list[tuple[str, str]]:
    rows = list(list_values(record))
    order = sort_properties(prop for prop, _ in rows)
    ranked = sorted(rows, key=lambda row: order.index(row[0]))
    return [(property_label(prop), text) for prop, text in ranked]


@blueprint.post("/desk/batches/new/<draft_id>/send")
@require_role(UserRole.STEWARD)
def send_import(draft_id: str) -> Any:
    """Submit a draft as a batch."""
    draft = find_draft(draft_id)
    label = f"{draft.name}: {draft.worksheet}" if draft.worksheet else draft.name
    is_complete = request.form.get("complete") == "1"
    options = BatchOptions(label, draft.list_format, complete=is_complete, encoding=draft.encoding)
    if request.form.get("dry_run") == "1":
        # the draft stays, so that a user who agrees with the changes can send it
        folder = create_job_folder(current_service().jobs_dir)
        shutil.copytree(draft.input_folder, folder / INPUT, dirs_exist_ok=True)
        options = replace(options, dry_run=True, draft=draft.id)
        job, _ = submit_and_log(folder, options, None)
        return redirect(url_for("desk.batch", job_id=job.id), 303)
    job, _ = submit_and_log(draft.folder, options, f"desk\n{g.viewer.name}\n{draft.id}")
    draft.finish()
    return redirect(url_for("desk.batch", job_id=job.id), 303)


@blueprint.post("/desk/batches/new/<draft_id>/discard")
@require_role(UserRole.STEWARD)
def discard_import(draft_id: str) -> Any:
    """Remove a draft."""
    find_draft(draft_id).discard()
    return redirect(url_for("desk.batches"), 303)


def _explain(error: InputError) -> tuple[str, str]:
    """Return the meaning of an error and how to mend it, without advice for the command line."""
    message, advice = describe_error(error)
    if error.place:
        message = f"{error.place}: {error.message}."
    return message, "" if "--" in advice or "pip " in advice else advice
