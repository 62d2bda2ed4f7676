"""`resolver worker`: takes up the batches that were submitted over HTTP."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.cli.options import PATH, store_option
from resolver.cli.run_results import write
from resolver.settings import Settings

if TYPE_CHECKING:
    from resolver.hub.commit_result import CommitResult
    from resolver.hub.hub import Hub
    from resolver.hub.job_worker import Job
    from resolver.ingest.reader_types import Intake
    from resolver.records.progress import Progress

_PAUSE = 0.5


@click.command("worker")
@store_option(required=True)
@click.option(
    "--jobs", type=PATH, metavar="DIR", help="Folder of jobs. Default: beside a SQLite store."
)
@click.option("--once", is_flag=True, help="Stop when nothing waits.")
@click.option(
    "--accept-restricted", is_flag=True, help="Take records above handling code H0 as well."
)
@click.option(
    "--model", "model_dir", type=PATH, metavar="DIR", help="Use the model in this folder."
)
@click.pass_obj
def command(
    settings: Settings, /, *, store_url: str, jobs: Path | None, once: bool, accept_restricted: bool,
    model_dir: Path | None,
) -> None:  # fmt: skip
    """Take up submitted batches, one after the other, until stopped.

    Several workers may run. One that is killed loses nothing: another takes its batch up after half a minute.

    \b
    Examples:
      resolver worker --store sqlite:///hub.db
      resolver worker --store postgresql+psycopg://hub@db/hub --jobs /var/lib/resolver/jobs
    """
    from resolver.cli.store_arguments import open_hub
    from resolver.errors import StoreError
    from resolver.hub.job_worker import jobs_folder, work_once
    from resolver.review import catch_up
    from resolver.training.learning_jobs import LEARN, do_learning

    stop = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def work(hub: Hub, job: Job, folder: Path, progress: Progress) -> Mapping[str, Any]:
        if job.kind == LEARN:
            return do_learning(hub, job, folder, progress, model_dir or settings.model_dir)
        return do(hub, job, folder, progress, accept_restricted=accept_restricted)

    with open_hub(store_url, settings, create=True, model_dir=model_dir) as hub:
        folder = jobs_folder(hub.store, jobs)
        with hub.store.view() as view:
            if not view.version:
                click.echo("note: the store is empty", err=True)
        click.echo(f"Working on {hub.store.url}", err=True)
        while not stop.is_set():
            try:
                job = work_once(hub, folder, work)
                # so that no steward has to wait for what a large batch brought
                catch_up(hub)
            except StoreError as error:
                if once:
                    raise
                click.echo(f"note: {error.line()}", err=True)
                job = None
            if job is not None:
                click.echo(
                    f"{job.id}: {job.state}{f': {job.error}' if job.error else ''}", err=True
                )
            elif once:
                return
            else:
                stop.wait(_PAUSE)


def do(
    hub: Hub, job: Job, folder: Path, progress: Progress, *, accept_restricted: bool = False
) -> Mapping[str, Any]:
    """Land a batch, or work out what it would change (`dry_run`), and write what came of it into its folder; the
    counts. Raises `ResolverError`."""
    from resolver.engines.result_files import write_rejects
    from resolver.errors import InputError
    from resolver.hub.job_worker import INPUT, RESULT, sender_of
    from resolver.ingest.readers import read_lists
    from resolver.records.visibility import owned_by

    progress.start("read", None, "records")
    list_format = job.params.get("format") or None
    dry_run, complete, accept_large = (
        bool(job.params.get(name)) for name in ("dry_run", "complete", "accept_large_change")
    )
    intake = read_lists(
        [folder / INPUT], format=list_format, accept_restricted=accept_restricted, complete=complete
    )
    # names of files here, not of this machine
    rejects = tuple(replace(one, file=Path(one.file).name) for one in intake.rejects)
    intake = replace(intake, batch=owned_by(intake.batch, job.agency), rejects=rejects)
    progress.advance(len(intake.batch))
    (folder / RESULT).mkdir(exist_ok=True)
    write_rejects(folder / RESULT, intake.rejects)
    if not len(intake.batch):
        why = intake.rejects[0].reason if intake.rejects else "it is empty"
        raise InputError(
            f"no record could be read: {why}",
            mend="see the formats that are known (`resolver formats`)",
        )
    sender = sender_of(job)
    landed = hub.add(
        intake, sender=sender, dry_run=dry_run, accept_large=accept_large, progress=progress
    )
    _write(hub, job, folder, intake, landed, progress)
    return {
        **landed.counts(intake),
        "dry_run": dry_run,
        "notes": [*intake.warnings, *landed.notes],
    }


def _write(
    hub: Hub, job: Job, folder: Path, intake: Intake, landed: CommitResult, progress: Progress
) -> None:
    """The files of a job, as its agency sees them; of a dry run, what would be."""
    from resolver.hub.job_worker import RESULT
    from resolver.hub.stored_results import touched
    from resolver.records.visibility import Viewer

    out = folder / RESULT
    # whoever of the agency may submit may fetch the files, so they hold what each of them may see
    gathered = touched(hub, landed, Viewer(job.submitted_by, job.agency, frozenset({"submit"})))
    with hub.store.view() as view:
        running = hub.options_of(view.head)
    withdrawn = tuple(sorted({*intake.withdrawn, *landed.withdrawn, *landed.older}))
    warnings = (*intake.warnings, *landed.notes)
    told = replace(intake, batch=gathered.resolution.batch, withdrawn=withdrawn, warnings=warnings)
    write(out, told, gathered.resolution, running, progress, gathered.names)
