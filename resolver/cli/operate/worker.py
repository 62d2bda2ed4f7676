"""Commands on submitted batches: processing, listing and accepting them.

- Command `resolver worker`: process the batches submitted over HTTP.
- Command `resolver batches`: list submitted batches, accept or reject those on hold.
- Command `resolver changes`: show what a batch or a revision changed, or would change.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.options import PATH, count_workers, json_option, store_option
from resolver.cli.process_start import (
    load_arrow_without_pandas,
    log_act_at,
    log_records,
    start_no_blas_threads,
    steward_option,
)
from resolver.cli.run_results import write_run_results
from resolver.runtime.processes import BATCH_OBJECTS, collect_rarely
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.cli.operate.feeds import FeedProcess
    from resolver.hub.committer import CommitResult
    from resolver.hub.hub import Hub
    from resolver.hub.job_worker import Job
    from resolver.hub.stored_results import StoredResults
    from resolver.lists.reader_types import Intake
    from resolver.matching.resolution_task import RunOptions
    from resolver.records.progress import Progress
    from resolver.review.change_report import Report
    from resolver.screening.watch import Watch


_PAUSE = 0.5
_ID_LENGTH = 32
"""Number of characters of the id of a batch. A text with fewer digits is the number of a revision.
"""
CHANGE_NAMES = (
    *("added", "removed", "changed", "new", "joined", "left"),
    *("merged", "split", "ended", "waiting"),
)
"""Kinds of changes in a report; a test compares them with `ChangeKind`, which loads slowly."""


_HELP = """Process submitted batches, screenings and watches, and fetch feeds, until stopped.

Several workers may run. If one is killed, nothing is lost: another continues with its batch
after half a minute. A worker also refreshes a store that has grown by half since its last refresh.

\b
Examples:
  resolver worker --store sqlite:///hub.db
  resolver worker --store postgresql+psycopg://hub@db/hub --jobs /var/lib/resolver/jobs
"""


@click.command("worker", help=_HELP)
@store_option(required=True)
@click.option(
    "--jobs", type=PATH, metavar="DIR", help="Folder of jobs. Default: next to a SQLite store."
)
@click.option("--once", is_flag=True, help="Stop when no batch waits.")
@click.option(
    "--accept-restricted", is_flag=True, help="Accept records above handling code H0 as well."
)
@click.option(
    "--model", "model_dir", type=PATH, metavar="DIR", help="Use the model in this folder."
)
@click.pass_obj
def worker_command(
    settings: Settings,
    /,
    *,
    store_url: str,
    jobs: Path | None,
    once: bool,
    accept_restricted: bool,
    model_dir: Path | None,
) -> None:
    """Run `resolver worker`."""
    collect_rarely(BATCH_OBJECTS)
    start_no_blas_threads()
    load_arrow_without_pandas()
    from resolver.cli.arguments import open_hub
    from resolver.cli.operate.feeds import FeedProcess
    from resolver.hub.job_worker import WorkerPresence, jobs_folder

    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with open_hub(store_url, settings, create=True, model_dir=model_dir) as hub:
        folder = jobs_folder(hub.store, jobs)
        with hub.store.view() as view:
            if not view.revision:
                click.echo("note: the store is empty", err=True)
        click.echo(f"Working on {hub.store.url}", err=True)
        work = partial(
            _run_job,
            settings=settings,
            accept_restricted=accept_restricted,
            model_dir=model_dir or settings.model_dir,
        )
        with closing(_Worker(hub, folder, settings, work)) as worker:
            if once:
                worker.fetch_feeds()
            with WorkerPresence(folder), FeedProcess(store_url, folder) as feed_process:
                if once:
                    worker.work_off(stop)
                else:
                    worker.work_until(stop, feed_process)


_Work = Callable[["Hub", "Job", Path, "Progress"], Mapping[str, Any]]


def _run_job(
    hub: Hub,
    job: Job,
    folder: Path,
    progress: Progress,
    *,
    settings: Settings,
    accept_restricted: bool,
    model_dir: Path | None,
) -> Mapping[str, Any]:
    """Run a job of any kind and return its result."""
    from resolver.hub.admin import REFRESH_JOB
    from resolver.hub.job_worker import run_refresh_job
    from resolver.screening.jobs import SCREENING_JOB, run_screening_job
    from resolver.training.learning_jobs import LEARN_JOB, run_learning_job

    if job.kind == REFRESH_JOB:
        return run_refresh_job(hub, job, progress)
    if job.kind == SCREENING_JOB:
        return run_screening_job(
            hub,
            job,
            folder,
            progress,
            workers=count_workers(settings),
            accept_restricted=accept_restricted,
        )
    if job.kind == LEARN_JOB:
        return run_learning_job(hub, job, folder, progress, model_dir)
    return run_batch_job(hub, job, folder, progress, accept_restricted=accept_restricted)


class _Worker:
    """Worker on one store: it runs jobs and watches, and makes and sends notices."""

    def __init__(self, hub: Hub, folder: Path, settings: Settings, work: _Work) -> None:
        from resolver.notices import Deliverer
        from resolver.review import LinkExpiry
        from resolver.screening.watch import WatchRunner
        from resolver.trust.erasure import ErasureRunner

        self._hub, self._folder, self._settings, self._work = hub, folder, settings, work
        self._watches = WatchRunner(hub, settings.listed, count_workers(settings))
        self._deliverer = Deliverer(hub, settings)
        self._eraser = ErasureRunner(hub, folder)
        self._links = LinkExpiry(hub)
        self._failures: dict[str, None] = {}

    def close(self) -> None:
        """Stop the sending of notices."""
        self._deliverer.close()

    def fetch_feeds(self) -> None:
        """Fetch the feeds that are due, in this process."""
        from resolver.feeds.runs import run_feed
        from resolver.feeds.transfer import network_rules

        for name in self._hub.store.feeds.find_due():
            fetched = run_feed(
                self._hub, name, self._folder, network_rules(self._settings), due=True
            )
            if fetched is not None:
                click.echo(f"{name}: {fetched.outcome}: {fetched.line}", err=True)

    def work_off(self, stop: threading.Event) -> None:
        """Work until no job waits, or the event is set. Raises `StoreError` if a watch failed."""
        from resolver.errors import StoreError

        is_busy = True
        while is_busy and not stop.is_set():
            is_busy = self._run_round()
            self._deliverer.wait()
        if self._failures:
            raise StoreError("; ".join(self._failures))

    def work_until(self, stop: threading.Event, feeds: FeedProcess) -> None:
        """Work until the event is set, also while the store is away for some time."""
        from resolver.errors import StoreError

        while not stop.is_set():
            try:
                feeds.start_if_due(self._hub.store.feeds.find_due)
                is_busy = self._run_round()
            except StoreError as error:
                click.echo(f"note: {error.line()}", err=True)
                is_busy = False
            if not is_busy:
                stop.wait(_PAUSE)

    def _run_round(self) -> bool:
        """Run the next job, if one waits, and the work that follows from it; return whether there
        was a job.
        """
        from resolver.hub.job_worker import queue_refresh, run_next_job
        from resolver.notices import make_notices
        from resolver.review import refresh_queue
        from resolver.trust.erasure import result_lines

        # a job may fork only while this process has no threads
        self._deliverer.rest()
        queue_refresh(self._hub)
        job = run_next_job(self._hub, self._folder, self._work)
        if ended := self._links.run_due():
            click.echo(f"links whose last day is over: {ended:,}", err=True)
        # refreshed now, so that no steward has to wait for it after a large batch
        refresh_queue(self._hub)
        for run in self._watches.run_due(on_error=self._note_failure):
            click.echo(
                f"watch {run.watch.number}: {run.screened:,} subjects screened,"
                f" {len(run.changes):,} changes",
                err=True,
            )
        for result in self._eraser.run_due():
            click.echo("\n".join(result_lines(result)), err=True)
        make_notices(self._hub)
        self._deliverer.send_due()
        if job is None:
            return False
        click.echo(f"{job.id}: {job.state}{f': {job.error}' if job.error else ''}", err=True)
        return True

    def _note_failure(self, watch: Watch, error: Exception) -> None:
        """Print that a watch failed, once for each reason; it is tried again."""
        from resolver.errors import ResolverError

        reason = error.line() if isinstance(error, ResolverError) else type(error).__name__
        text = f"watch {watch.number} failed: {reason}"
        if text not in self._failures:
            click.echo(f"note: {text}", err=True)
        self._failures[text] = None


def run_batch_job(
    hub: Hub, job: Job, folder: Path, progress: Progress, *, accept_restricted: bool = False
) -> Mapping[str, Any]:
    """Add a batch to the store, write its results into its folder, and return the counts.

    With `dry_run` in the job, compute what would change instead. The report shows what a dry run,
    or a batch that a person has to accept, would change. Raises `ResolverError` if the batch fails.
    """
    from resolver.engines.result_files import write_rejects
    from resolver.errors import InputError, LargeChangeError
    from resolver.feeds.runs import check_feed_batch, least_handling
    from resolver.hub.job_worker import (
        CHANGES,
        INPUT,
        READ_STAGE,
        RESULT,
        acceptance_of,
        owner_of_job,
    )
    from resolver.hub.stored_results import count_visible_changes, load_commit_results
    from resolver.lists.io.source_files import stoppable
    from resolver.lists.parallel_reading import ReadingRules
    from resolver.lists.readers import read_lists
    from resolver.records.packing import unpack_handling
    from resolver.records.visibility import Viewer, assign_owner, tighten_handling
    from resolver.review.find_changes import find_waiting_entities, plan_report

    progress.start(READ_STAGE, None, "records")
    list_format = job.params.get("format") or None
    dry_run, complete, accept_large = (
        bool(job.params.get(name)) for name in ("dry_run", "complete", "accept_large_change")
    )
    # a job that is cancelled stops at the next piece of its list
    with stoppable(partial(progress.advance, 0)):
        intake = read_lists(
            [folder / INPUT],
            format=list_format,
            source=_find_source(job),
            encoding=job.params.get("encoding", ""),
            rules=ReadingRules(accept_restricted, complete),
        )
    # names only, not paths on this machine
    rejects = tuple(replace(reject, file=Path(reject.file).name) for reject in intake.rejects)
    batch = intake.batch
    if handling := least_handling(hub.store, job):
        least = unpack_handling(handling)
        batch = tighten_handling(batch, dict.fromkeys(batch.sources.values.to_pylist(), least))
    intake = replace(intake, batch=assign_owner(batch, job.agency), rejects=rejects)
    progress.advance(len(intake.batch))
    (folder / RESULT).mkdir(exist_ok=True)
    write_rejects(folder / RESULT, intake.rejects)
    if not len(intake.batch):
        reason = intake.rejects[0].reason if intake.rejects else "it is empty"
        raise InputError(
            f"no record could be read: {reason}",
            hint="see `resolver formats` for the formats that can be read",
        )
    owner = owner_of_job(job)
    # restricted to values that every user of the agency who may fetch the files may see
    viewer = Viewer(job.submitted_by, job.agency, frozenset({"submit"}))

    def add(*, dry_run: bool, alarms: Sequence[str] = ()) -> CommitResult:
        """Add the lists. A dry run writes its report, with the reasons why it would be held."""

        def write_report(*found: Any) -> None:
            """Write the report on an increment that is not committed."""
            report = plan_report(*found, viewer=viewer)
            reasons = () if accept_large else dict.fromkeys((*alarms, *report.alarms))
            content = replace(report, alarms=tuple(reasons)).to_json()
            (folder / RESULT / CHANGES).write_text(json.dumps(content), encoding="utf-8")

        return hub.add(
            intake,
            owner=owner,
            dry_run=dry_run,
            accept_large=accept_large,
            acceptance=acceptance_of(job),
            viewer=viewer,
            inspect=write_report if dry_run else None,
            progress=progress,
        )

    try:
        check_feed_batch(hub, job, intake)
        result = add(dry_run=dry_run)
    except LargeChangeError as error:
        add(dry_run=True, alarms=error.alarms)
        raise
    now = least_handling(hub.store, job)
    if now and now != handling and not dry_run:
        # the feed got another handling while this list was read
        least = replace(unpack_handling(now), agency=job.agency)
        names = intake.batch.sources.values.to_pylist()
        hub.tighten_sources(dict.fromkeys(names, least), {job.agency})
    waiting = find_waiting_entities(hub, result, viewer)
    stored = load_commit_results(hub, result, viewer, waiting)
    _write_results(hub, job, folder, intake, result, stored, progress)
    return {
        **result.counts(intake),
        "entities_changed": count_visible_changes(hub, result, viewer),
        "dry_run": dry_run,
        **({"would_be_held": bool(result.alarms)} if dry_run else {}),
        "notes": [*intake.warnings, *result.notes],
    }


def _find_source(job: Job) -> str | Callable[[str], str]:
    """Return the source of all tables of a batch. If the sender has named the source of single
    tables, return a function that takes the stem of a file name and returns its source.
    """
    from resolver.lists.formats.tabular.guessed_mapping import source_name

    named = job.params.get("table_sources") or {}
    if not named:
        return str(job.params.get("source") or "")
    return lambda stem: str(named.get(stem) or source_name(stem))


def _write_results(
    hub: Hub,
    job: Job,
    folder: Path,
    intake: Intake,
    result: CommitResult,
    stored: StoredResults,
    progress: Progress,
) -> None:
    """Write the result files of a job, of a dry run too.

    `stored`: the part of the results that the agency of the job may see. A second set of files
    holds only the records of its own lists, for keys that may not look anybody up.
    """
    from resolver.hub.job_worker import OWN, RESULT, has_restricted_reader
    from resolver.hub.stored_results import restrict_to_sources

    out = folder / RESULT
    with hub.store.view() as view:
        running = hub.options_of(view.head)
    withdrawn = tuple(sorted({*intake.withdrawn, *result.withdrawn, *result.outdated_ids}))
    warnings = (*intake.warnings, *result.notes)
    shown = replace(intake, withdrawn=withdrawn, warnings=warnings)
    _write_set(out, shown, stored, running, progress)
    if not has_restricted_reader(hub.store, job):
        return
    own = restrict_to_sources(stored, frozenset(intake.batch.sources.values.to_pylist()))
    if len(own.resolution.batch) == len(stored.resolution.batch):
        _link_files(out, out / OWN)
    else:
        _write_set(out / OWN, shown, own, running, progress)


def _write_set(
    out: Path, intake: Intake, results: StoredResults, running: RunOptions, progress: Progress
) -> None:
    resolution = results.resolution
    shown = replace(intake, batch=resolution.batch)
    write_run_results(out, shown, resolution, running, progress, results)


def _link_files(folder: Path, copy: Path) -> None:
    """Make a folder hold the files of another folder, as hard links."""
    copy.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.is_file():
            # a worker that was killed may have left some of these files
            (copy / path.name).unlink(missing_ok=True)
            (copy / path.name).hardlink_to(path)


@click.group("batches")
def batches_command() -> None:
    """List submitted batches, and accept or reject those on hold because they would change very
    much. `resolver changes` shows what a batch would change.

    \b
    Examples:
      resolver batches list --store sqlite:///hub.db
      resolver changes 6f1c0e6a3d5b4c0f8f3d2b1a09e8d7c6 --store sqlite:///hub.db
      resolver batches accept 6f1c0e6a3d5b4c0f8f3d2b1a09e8d7c6 --store sqlite:///hub.db
      resolver batches reject 6f1c0e6a3d5b4c0f8f3d2b1a09e8d7c6 --store sqlite:///hub.db
    """


@batches_command.command("list")
@store_option(required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="Number of batches, the newest first.",
)
@json_option
def list_batches_command(store_url: str, limit: int, as_json: bool) -> None:
    """List the newest batches."""
    from resolver.hub.admin import list_batches

    log_act_at(store_url, limit=limit)
    rows = list_batches(store_url, limit)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        owner = f" of {row['agency']}" if row["agency"] else ""
        error = f": {row['error']}" if row["error"] else ""
        click.echo(
            f"{row['id']} {row['created'][:16]}Z {row['label']}{owner}, {row['state']}{error}"
        )


@batches_command.command("accept")
@click.argument("batch", metavar="ID")
@store_option(required=True)
@steward_option
def accept_batch_command(batch: str, store_url: str, steward: str) -> None:
    """Accept the batch ID, however much it changes. A worker then processes it."""
    from resolver.hub.admin import accept_held_batch

    log_act_at(store_url, batch=batch, who=steward)
    accept_held_batch(store_url, batch, steward)
    click.echo(f"Batch {batch} is accepted and waits for a worker.")


@batches_command.command("reject")
@click.argument("batch", metavar="ID")
@store_option(required=True)
@steward_option
def reject_batch_command(batch: str, store_url: str, steward: str) -> None:
    """Reject the batch ID, which is on hold. Nothing of it is committed."""
    from resolver.hub.admin import reject_held_batch

    log_act_at(store_url, batch=batch, who=steward)
    reject_held_batch(store_url, batch)
    click.echo(f"Batch {batch} is rejected; nothing of it was committed.")


@click.command("changes")
@click.argument("target", metavar="BATCH|REVISION")
@store_option(required=True)
@click.option(
    "--jobs", type=PATH, metavar="DIR", help="Folder of jobs. Default: next to a SQLite store."
)
@click.option("--change", type=click.Choice(CHANGE_NAMES), help="Show one kind of change only.")
@click.option("--source", metavar="NAME", default="", help="Show the records of one source only.")
@click.option("--field", metavar="NAME", default="", help="Show changes of one field only.")
@click.option(
    "--limit",
    type=click.IntRange(0, 100_000),
    default=100,
    show_default=True,
    help="Number of changes to show as text.",
)
@click.option("--csv", "form", flag_value="csv", help="Print all changes as CSV.")
@click.option("--html", "form", flag_value="html", help="Print all changes as an HTML page.")
@json_option
@click.pass_obj
def changes_command(
    settings: Settings, /, target: str, store_url: str, *, as_json: bool, **options: Any
) -> None:
    """Show what a batch or a revision changed: records with the values of each changed field,
    entities that they joined, left, merged or split, and new pairs for stewards.

    Of a batch on hold, and of a dry run, it shows what would change.

    \b
    Examples:
      resolver changes 12 --store sqlite:///hub.db
      resolver changes 12 --change changed --field address --store sqlite:///hub.db
      resolver changes 12 --csv --store sqlite:///hub.db > changes.csv
      resolver changes 6f1c0e6a3d5b4c0f8f3d2b1a09e8d7c6 --store sqlite:///hub.db
    """
    from resolver.cli.arguments import open_hub_to_read
    from resolver.hub.job_worker import jobs_folder
    from resolver.review import change_report

    with open_hub_to_read(store_url, settings, None) as hub:
        report = _load_report(hub, target, jobs_folder(hub.store, options["jobs"]))
        report = report.select(options["change"] or "", options["source"], options["field"])
        log_records(hub, len(report.records), target=target)
    form = options["form"]
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False))
    elif form == "csv":
        for line in change_report.csv_lines(report):
            click.echo(line, nl=False)
    elif form == "html":
        click.echo(change_report.html_page(report), nl=False)
    else:
        for line in change_report.text_lines(report, options["limit"]):
            click.echo(line)


def _load_report(hub: Hub, target: str, jobs: Path) -> Report:
    """Return the report on a revision, or on the batch of an id. Raises `InputError`."""
    from resolver.errors import InputError
    from resolver.review.find_changes import read_job_report, read_report

    if target.isascii() and target.isdigit() and len(target) < _ID_LENGTH:
        return read_report(hub, int(target))
    job = hub.store.jobs.find(target)
    if job is None:
        raise InputError(
            f"there is no batch {target[:60]!r}",
            hint="`resolver batches list` shows the batches of a store",
        )
    report = read_job_report(hub, job, jobs)
    if report is None:
        raise InputError(
            f"there is no report on the batch: it is {job.state}", place=job.id, hint=job.error
        )
    return report
