"""Pages of an import, step by step: file, sheet, meaning of the columns, preview, sending."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import g, redirect, request, url_for

from resolver.api.desk.batch_pages import render_batches_page
from resolver.api.desk.blueprint import blueprint
from resolver.api.desk.pages import render_page
from resolver.api.desk.support import column_form
from resolver.api.desk.support.desk_access import require_role
from resolver.api.desk.support.error_pages import DeskError, describe_error
from resolver.api.desk.support.import_drafts import ImportDraft, create_draft, find_draft
from resolver.api.errors import ApiError
from resolver.api.routes.result_files import submit_and_log
from resolver.api.service import current_service
from resolver.errors import InputError, MappingError
from resolver.hub.desk_users import UserRole
from resolver.hub.job_worker import BatchOptions
from resolver.ingest.formats.tabular.guessed_mapping import source_name
from resolver.ingest.formats.tabular.mapping import Mapping, build_mapping
from resolver.ingest.formats.tabular.table_files import open_table_file
from resolver.ingest.formats.tabular.table_reader import NAME as TABULAR
from resolver.ingest.io.source_files import SourceFile
from resolver.ingest.list_preview import list_values
from resolver.ingest.list_sample import ListSample, sample_lists
from resolver.ingest.proposals.column_proposal import (
    TableProposal,
    find_tables,
    propose_columns,
    usable_columns,
)
from resolver.ingest.reader_types import Reject
from resolver.ingest.readers import READERS
from resolver.records import Record
from resolver.records.labels import property_label, sort_properties
from resolver.records.source_names import is_list_source_name

_KEPT_KEYS = {"agency", "deduplicated", "complete", "delimiter", "handling", "relations"}
"""Keys of an uploaded mapping that the form does not ask about."""
_SHOWN_RECORDS, _READ_ROWS, _DATE_ROWS, _SHOWN_REJECTS = 5, 2_000, 16_000, 20


@blueprint.post("/desk/batches/new")
@require_role(UserRole.STEWARD)
def start_import() -> Any:
    """Store the chosen file and lead to what it needs next."""
    list_format = request.form.get("format", "")
    if list_format not in ("", *(reader.name for reader in READERS)):
        raise DeskError(422, "There is no such format.", "Choose one of the list.")
    try:
        draft = create_draft(list_format)
    except ApiError as error:
        message = f"{error.detail[:1].upper()}{error.detail[1:]}. Choose the file again."
        return render_batches_page(message), error.status
    try:
        return redirect(_next_step(draft), 303)
    except InputError as error:
        return _refuse_file(draft, error)


def _refuse_file(draft: ImportDraft, error: InputError) -> tuple[str, int]:
    """Discard a draft whose file cannot be read, and show why above the form for another one."""
    draft.discard()
    return render_batches_page(f"{' '.join(_explain(error))} Nothing was sent."), 422


def _next_step(draft: ImportDraft) -> str:
    """Return the address of the first step that a list needs. Raises `InputError`."""
    mapping = draft.mapping()
    if mapping is None and len(draft.worksheets()) > 1:
        return url_for("desk.import_worksheets", draft_id=draft.id)
    return url_for(f"desk.import_{_first_page(draft)}", draft_id=draft.id)


def _first_page(draft: ImportDraft) -> str:
    """Return `columns` for a table, and `preview` for a list whose format says what it holds."""
    if draft.list_format not in ("", TABULAR):
        return "preview"
    try:
        file = find_tables(draft.path)[0][0]
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
    """Ask what each column means, with what was recognized as the first answer."""
    draft = find_draft(draft_id)
    try:
        return _columns_page(draft)
    except InputError as error:
        return _refuse_file(draft, error)


def _columns_page(draft: ImportDraft, problem: str = "", answers: Any = None) -> str:
    file = find_tables(draft.path)[0][0]
    proposal = propose_columns(file)
    mapping = draft.mapping()
    questions = column_form.ask_columns(proposal, mapping)
    return render_page(
        "import_columns.html",
        section="batches",
        draft=draft,
        questions=questions,
        more=column_form.more_columns(proposal, questions),
        proposal=proposal,
        defaults={**_list_answers(file, proposal, mapping), **(answers or {})},
        answers=answers or {},
        form=column_form,
        problem=problem,
    )


def _list_answers(
    file: SourceFile, proposal: TableProposal, mapping: Mapping | None
) -> dict[str, str]:
    """Return the first answers about the list as a whole, of a mapping or else the proposal."""
    options = {key: value for key, (value, _) in proposal.options.items()}
    chosen = mapping.model_dump() if mapping else {**proposal.keys, **options}
    day_first = chosen.get("day_first")
    return {
        "source": chosen.get("source") or source_name(file.stem),
        "kind": chosen.get("kind") or "person",
        "separator": chosen.get("separator") or "",
        "day_first": "" if day_first is None else str(day_first).lower(),
    }


@blueprint.post("/desk/batches/new/<draft_id>/columns")
@require_role(UserRole.STEWARD)
def save_import_columns(draft_id: str) -> Any:
    """Save what the columns mean; errors show the form again as it was filled in."""
    draft, answers = find_draft(draft_id), request.form.to_dict()
    columns = usable_columns(open_table_file(find_tables(draft.path)[0][0]))
    before = draft.mapping()
    unasked = (
        before.model_dump(mode="json", include=_KEPT_KEYS, exclude_none=True) if before else {}
    )
    content = column_form.read_answers(answers, columns, unasked)
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
    """Show the first records as they are read, and what is rejected and why."""
    draft = find_draft(draft_id)
    samples: list[ListSample] = []
    skipped: list[Reject] = []
    problem = ""
    try:
        samples, skipped = sample_lists(
            [draft.input_folder],
            format=draft.list_format or None,
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
    job, _ = submit_and_log(
        draft.folder,
        BatchOptions(label, draft.list_format, complete=is_complete),
        f"desk\n{g.viewer.name}\n{draft.id}",
    )
    draft.finish()
    return redirect(url_for("desk.batch", job_id=job.id), 303)


@blueprint.post("/desk/batches/new/<draft_id>/discard")
@require_role(UserRole.STEWARD)
def discard_import(draft_id: str) -> Any:
    """Remove a draft."""
    find_draft(draft_id).discard()
    return redirect(url_for("desk.batches"), 303)


def _explain(error: InputError) -> tuple[str, str]:
    """Return what an error means and what to do, without advice that is for a command line."""
    message, advice = describe_error(error)
    if error.place:
        message = f"{error.place}: {error.message}."
    return message, "" if "--" in advice or "pip " in advice else advice
