"""Screenings as jobs: submitted over HTTP, run by a worker, with files in the folder of the job.

A job is screened as every user of its agency may see the store, so all of them may read its files.
Verdicts of the agency apply. Sources that answer with a contact are asked as by checks, and their
answers are in a file of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from resolver.check.contacts import ContactAnswer, ask_sources
from resolver.check.entity_index import IndexSnapshot
from resolver.check.screener import IndexRevision, MatchQuery, Screener
from resolver.errors import InputError, pluralize
from resolver.hub.hub import Hub
from resolver.hub.job_worker import INPUT, OWN, READ_STAGE, RESULT, submit_upload
from resolver.hub.ownership import RecordOwner
from resolver.lists.io.source_files import stoppable
from resolver.lists.parallel_reading import ReadingRules
from resolver.lists.readers import read_lists
from resolver.records import Record
from resolver.records.progress import Progress
from resolver.records.visibility import STRANGER, Viewer
from resolver.screening.clearances import apply_verdicts, owner_of
from resolver.screening.result_files import (
    CONTACTS_CSV,
    CSV_COLUMNS,
    HITS_CSV,
    HITS_JSON,
    hit_from_json,
    write_contacts,
    write_hits,
    write_screening,
)
from resolver.screening.screen import (
    Screening,
    ScreeningHit,
    Subject,
    read_subjects,
    screen_subjects,
)
from resolver.screening.watch import add_watch
from resolver.store import Job

SCREENING_JOB = "screening"
MAX_HITS = 10
"""Maximum number of hits of one subject that a job writes; more of them mean that the subject
states too little.
"""
_SHORT_COLUMNS = ("subject_id", "subject_name", "score", "band", "sources", "status")
"""Columns of the hits for keys that may look nobody up: no value of a listed entity."""


def viewer_of_agency(name: str, agency: str) -> Viewer:
    """Return the viewer with whose rights the screenings of a sender run."""
    return Viewer(name, agency, frozenset({"submit"})) if name else STRANGER


def submit_screening(
    hub: Hub,
    folder: Path,
    label: str,
    list_format: str,
    *,
    owner: RecordOwner,
    listed: float | None,
    contact_limits: tuple[int, int] | None = None,
    watch: tuple[str, str] | None = None,
    encoding: str = "",
    idempotency_key: str | None = None,
) -> tuple[Job, bool]:
    """Queue the files in a job's folder as a screening; return the job and whether it is new.

    `listed`: share of subjects who are listed, as checks of the service assume it (None: the
    default share). `contact_limits`: most queries a day that contact sources are asked, for a
    person and for an agency (None: they are not asked). `watch`: name and end of a watch in which
    the subjects are kept. `encoding`: stated encoding of the text. For keys and
    errors, see `submit_upload`.
    """
    params: dict[str, Any] = {"label": label, "format": list_format, "listed": listed}
    if contact_limits is not None:
        params["contact_limits"] = contact_limits
    signature = f"{SCREENING_JOB} {list_format}"
    if encoding:
        params["encoding"] = encoding
        signature += f" encoding {encoding}"
    if watch is not None:
        params |= {"watch": watch[0], "until": watch[1]}
        signature += f" {watch}"
    return submit_upload(
        hub, SCREENING_JOB, folder, params, signature, owner=owner, key=idempotency_key
    )


def run_screening_job(
    hub: Hub,
    job: Job,
    folder: Path,
    progress: Progress,
    *,
    workers: int = 1,
    accept_restricted: bool = False,
) -> Mapping[str, Any]:
    """Screen the subjects of a job, write the files of the result, and return the counts. Raises
    `ResolverError`.
    """
    # pyarrow's scalars load pandas; a service only submits
    from resolver.engines.result_files import write_rejects

    progress.start(READ_STAGE, None, "records")
    rules = ReadingRules(accept_restricted, apart=True)
    with stoppable(partial(progress.advance, 0)):
        intake = read_lists(
            [folder / INPUT],
            format=job.params.get("format") or None,
            encoding=job.params.get("encoding", ""),
            rules=rules,
        )
    # names only, not paths on this machine
    rejects = tuple(replace(reject, file=Path(reject.file).name) for reject in intake.rejects)
    intake = replace(intake, rejects=rejects)
    progress.advance(len(intake.batch))
    (folder / RESULT / OWN).mkdir(parents=True, exist_ok=True)
    write_rejects(folder / RESULT, rejects)
    if not len(intake.batch):
        reasons = [reject.reason for reject in rejects[:1]] or intake.warnings[-2:]
        raise InputError(
            f"no subject could be read: {'; '.join(reasons) or 'it is empty'}",
            hint="give a table with one row for each subject",
        )
    viewer = viewer_of_agency(job.submitted_by, job.agency)
    screener, subjects = Screener(hub, job.params["listed"]), read_subjects(intake)
    snapshot = screener.snapshot_for(viewer)
    screening = screen_subjects(
        screener,
        subjects,
        MatchQuery(MAX_HITS, viewer=viewer),
        workers=workers,
        progress=progress,
        snapshot=snapshot,
    )
    contacts = _ask_contacts(screener, subjects, viewer, snapshot, job.params.get("contact_limits"))
    write_contacts(folder / RESULT / CONTACTS_CSV, subjects, contacts)
    warnings = Counter(
        contacts[subject.record].warning for subject in subjects if subject.record in contacts
    )
    notes = [f"{pluralize(count, 'subject')}: {text}" for text, count in warnings.items() if text]
    screening = apply_verdicts(screening, hub.store.verdicts.list(owner_of(viewer)), hub.store)
    if "watch" in job.params:
        add_watch(hub.store, viewer, job.params["watch"], job.params["until"], screening)
    write_screening(folder / RESULT, screening, f"Screening of {job.params.get('label', '')}")
    write_hits(folder / RESULT / OWN / HITS_CSV, screening.hits, columns=_short_columns(hub))
    by_subject = screening.hits_by_subject()
    return {
        "subjects": len(screening.subjects),
        "subjects_with_hits": len(by_subject),
        "hits": len(screening.hits),
        "returned": sum(hit.status == "returned" for hit in screening.hits),
        "contacts": sum(
            len(contacts[subject.record].contacts)
            for subject in subjects
            if subject.record in contacts
        ),
        "cleared": len(screening.cleared),
        "not_compared": sum(bool(subject.notes) for subject in screening.subjects),
        "rejects": len(rejects),
        "repeated": intake.collapsed,
        "cut": screening.cut,
        "version": screening.revision.revision,
        "model": screening.revision.model,
        "notes": [*intake.warnings, *notes],
    }


def _ask_contacts(
    screener: Screener,
    subjects: Sequence[Subject],
    viewer: Viewer,
    snapshot: IndexSnapshot,
    limits: Sequence[int] | None,
) -> dict[Record, ContactAnswer]:
    """Return the answers of contact sources, by what subjects state; equal subjects are one
    query.
    """
    sources = screener.contacts.sources_for(viewer)
    if limits is None or not sources:
        return {}
    of_person, of_agency = limits
    queries = list(dict.fromkeys(subject.record for subject in subjects))
    answers = ask_sources(screener, queries, sources, viewer, snapshot, (of_person, of_agency))
    return dict(zip(queries, answers, strict=True))


def _short_columns(hub: Hub) -> dict[str, Callable[[ScreeningHit], str]]:
    """Return the columns for keys that may not look anybody up, with the agencies to contact."""
    with hub.store.view() as view:
        agencies = {source.name: source.agency or source.title for source in view.sources()}

    def owners(hit: ScreeningHit) -> str:
        """Return the owners of the lists that state the entity."""
        return "; ".join(sorted({agencies.get(name) or name for name in hit.sources}))

    columns = {name: CSV_COLUMNS[name] for name in _SHORT_COLUMNS}
    status = columns.pop("status")
    return {**columns, "owners": owners, "status": status}


def load_screening(hub: Hub, job: Job, folder: Path) -> Screening:
    """Return the hits of a screening that is done, with the verdicts that hold now. Raises
    `OSError` if its files are gone.
    """
    with (folder / RESULT / HITS_JSON).open("rb") as file:
        hits = [hit_from_json(orjson.loads(line)) for line in file]
    plain = [replace(hit, status="", changes=()) for hit in hits]
    result = job.result or {}
    revision = IndexRevision(int(result.get("version", 0)), str(result.get("model", "")))
    screening = Screening((), tuple(plain), revision)
    owner = owner_of(viewer_of_agency(job.submitted_by, job.agency))
    return apply_verdicts(screening, hub.store.verdicts.list(owner), hub.store)
