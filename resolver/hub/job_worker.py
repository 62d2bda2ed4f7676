"""Batch jobs and refreshes: their uploads are in folders, their rows are in the store, and workers
run them.

A job's folder holds the upload (`input/`) and the results (`result/`). A worker leases a job, keeps
the lease alive from a thread of its own, and commits the batch as a whole. If it is killed at any
moment, the store has either nothing of the batch or all of it. Another worker that takes up the job
changes nothing twice, because the stored records are then equal.

A refresh is queued when a store has grown, and run by a worker.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from resolver.errors import InputError, LargeChangeError, ResolverError, UsageError
from resolver.hub.admin import BATCH_JOB as BATCH_JOB
from resolver.hub.admin import REFRESH_JOB, summarize_keys
from resolver.hub.hub import Hub
from resolver.hub.ownership import RecordOwner
from resolver.hub.rebuild import DueRefresh, RebuildEffect
from resolver.matching.resolution_task import ModelSet
from resolver.records.progress import SILENT, Progress
from resolver.records.visibility import Audience
from resolver.runtime.processes import RepeatedTask
from resolver.store import Acceptance, JobState, LeaseError, OutdatedError, Store, StoreView
from resolver.store import Job as Job
from resolver.store.jobs import FINAL_STATES as FINAL_STATES
from resolver.store.jobs import LEASE_TIME, SEQUENCE

INPUT, RESULT = "input", "result"
CHANGES = "changes.json"
"""File in the folder of results with the changes that a dry run, or a batch on hold, would make."""
OWN = "own"
"""Folder in the folder of results, with the results for callers who may send records but look
nobody up.
"""
_PRESENCE, _PRESENCE_SECONDS = "worker.alive", 5
"""File that a worker touches, and the seconds between two touches."""
LOOKUP_SCOPES = frozenset(("check", "review", "admin"))
"""Scopes that allow a caller to see what other agencies state."""
READ_STAGE = "read"
"""Stage that counts the rows that the sender of a job has sent."""
JobHandler = Callable[[Hub, Job, Path, Progress], Mapping[str, Any]]


def is_own_job(job: Job, agency: str, sender: str) -> bool:
    """Return whether a job belongs to an agency; for a sender without an agency, whether this
    sender sent it.
    """
    return job.agency == agency and (agency != "" or job.submitted_by == sender)


def has_restricted_reader(store: Store, job: Job) -> bool:
    """Return whether a key that may not look anybody up may read the results of a job."""
    return any(
        key.state == "good"
        and LOOKUP_SCOPES.isdisjoint(key.scopes)
        and is_own_job(job, key.agency, key.name)
        for key in summarize_keys(store)
    )


class JobStoppedError(ResolverError):
    """A job must stop: it was cancelled, or another worker has it."""


def jobs_folder(store: Store, folder: Path | None = None) -> Path:
    """Return the folder that holds the folders of a store's jobs.

    By default it is beside a SQLite store, otherwise in the user's cache.
    """
    if folder is not None:
        return folder
    if store.path is not None:
        return Path(f"{store.path}.jobs")
    with store.view() as view:
        return Path.home() / ".cache" / "resolver" / "jobs" / view.head.store_id


def create_job_folder(jobs: Path) -> Path:
    """Create a folder for a new job, with a folder for the upload. Raises `OSError`."""
    folder = jobs / uuid.uuid4().hex
    if not jobs.exists():
        jobs.mkdir(parents=True, mode=0o700)
    folder.mkdir(mode=0o700)
    (folder / INPUT).mkdir(mode=0o700)
    return folder


class WorkerPresence:
    """Sign of life of a worker: a file in the folder of jobs. A thread touches it as long as the
    worker runs, busy or not. A context manager.
    """

    def __init__(self, jobs: Path) -> None:
        self._path = jobs / _PRESENCE
        self._repeated = RepeatedTask(self._touch, _PRESENCE_SECONDS, "presence")

    def __enter__(self) -> WorkerPresence:
        self._touch()
        self._repeated.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._repeated.__exit__(*error)
        with suppress(OSError):
            # another worker creates the file again within seconds
            self._path.unlink()

    def _touch(self) -> bool:
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            self._path.touch(mode=0o600)
        return True


def is_worker_running(jobs: Path) -> bool:
    """Return whether a worker has recently given a sign of life in a folder of jobs."""
    try:
        age = time.time() - (jobs / _PRESENCE).stat().st_mtime
    except OSError:
        return False
    return abs(age) < 6 * _PRESENCE_SECONDS


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """Options for reading and committing a submitted batch.

    `label` is its name in lists of batches. `encoding`: stated encoding of the text (empty: the
    file decides). `complete`: it holds all records of its sources.
    `accept_large_change`: commit it even if it changes much. `dry_run`: only say what would change.
    `feed`: feed that fetched it. `concerns`: why a person has to accept it, if there is a reason.
    `after`: number of the run that brought the version of the feed before it, 0 for the first
    version. `source`: name of the source of tables without a mapping. `table_sources`: source of
    each table by the name of its file, if they differ. `draft`: id of the import at the desk from
    which a dry run is made. `handling`: packed handling that the records have at least.
    """

    label: str
    list_format: str
    dry_run: bool = False
    complete: bool = False
    accept_large_change: bool = False
    feed: str = ""
    concerns: tuple[str, ...] = ()
    after: int = 0
    draft: str = ""
    source: str = ""
    handling: str = ""
    table_sources: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""

    @property
    def signature(self) -> str:
        """Text of the options that must be the same if an idempotency key is used again."""
        options = f"{self.list_format} {self.dry_run} {self.complete} {self.accept_large_change}"
        named = self.source or " ".join(map("=".join, sorted(self.table_sources.items())))
        encoding = f"encoding {self.encoding}" if self.encoding else ""
        return " ".join(filter(None, (options, named, encoding)))


def submit_batch(
    hub: Hub,
    folder: Path,
    options: BatchOptions,
    *,
    owner: RecordOwner,
    idempotency_key: str | None = None,
) -> tuple[Job, bool]:
    """Queue the files in a job's folder; return the job and whether it is new.

    The batches of an agency, or of a sender without an agency, run in the order in which they came.
    For keys and errors, see `submit_upload`.
    """
    params: dict[str, Any] = {
        "label": options.label,
        "format": options.list_format,
        "dry_run": options.dry_run,
        "complete": options.complete,
        "accept_large_change": options.accept_large_change,
        "draft": options.draft,
        "source": options.source,
        "table_sources": dict(options.table_sources),
        "encoding": options.encoding,
        "may_all": owner.may_change_all,
        "revision": hub.store.revision,
        SEQUENCE: f"agency {owner.agency}" if owner.agency else f"sender {owner.name}",
    }
    if options.feed:
        params |= {"feed": options.feed, "concerns": list(options.concerns)}
        params |= {"handling": options.handling, "after": options.after}
    return submit_upload(
        hub, BATCH_JOB, folder, params, options.signature, owner=owner, key=idempotency_key
    )


def submit_upload(
    hub: Hub,
    kind: str,
    folder: Path,
    params: Mapping[str, Any],
    signature: str,
    *,
    owner: RecordOwner,
    key: str | None,
) -> tuple[Job, bool]:
    """Queue the files in a job's folder as a job of a kind; return the job and whether it is new.

    `signature`: a text that differs if the options differ. If an idempotency key was used before,
    the earlier job is returned, and the folder is removed. Raises `UsageError` if the key was used
    for other content or options, and `StoreError`.
    """
    digest = digest_upload(folder / INPUT, signature) if key else ""
    job = hub.store.jobs.submit(
        kind,
        {**params, "folder": folder.name, "digest": digest},
        agency=owner.agency,
        submitted_by=owner.name,
        idempotency_key=key,
    )
    is_new = job.params.get("folder") == folder.name
    if not is_new:
        shutil.rmtree(folder, ignore_errors=True)
        if job.params.get("digest", digest) != digest:
            raise UsageError(
                "this idempotency key was used for another list, or with other options",
                hint="use a new key",
            )
    return job, is_new


def acceptance_of(job: Job) -> Acceptance | None:
    """Return when a batch was accepted; None if an earlier version of the program queued it."""
    revision = job.params.get("revision")
    return None if revision is None else Acceptance(int(revision), job.created)


def digest_upload(sent: Path, options: str) -> str:
    """Return a digest of an upload: the list, then the mapping. The names of the files do not
    matter.
    """
    state = hashlib.sha256(options.encode())
    files = [path for path in sent.rglob("*") if path.is_file() and not path.is_symlink()]
    files.sort(key=lambda file: (file.suffix == ".yml", file.relative_to(sent).as_posix()))
    for path in files:
        with path.open("rb") as file:
            state.update(hashlib.file_digest(file, "sha256").digest())
    return state.hexdigest()


def owner_of_job(job: Job) -> RecordOwner:
    """Return the owner of the records of a batch."""
    return RecordOwner(
        job.submitted_by, job.agency, bool(job.params.get("may_all", not job.submitted_by))
    )


class _StageState(NamedTuple):
    """Stage of a job: the number of finished items, and of all items, if known."""

    stage: str
    done: int
    total: int | None

    @property
    def shown(self) -> _StageState:
        """State as readers of the job see it.

        Once lists are read, stages count records and pairs that readers of the job may not see, so
        they get percents instead.
        """
        if self.stage == READ_STAGE:
            return self
        if not self.total:
            return self._replace(done=0, total=None)
        return self._replace(done=100 * self.done // self.total, total=100)


_CANCELLED = "the job was cancelled"
_CANCEL_SECONDS = 0.5
"""Seconds after which a worker looks again whether a job was cancelled; a lease is renewed less
often.
"""


class JobProgress:
    """Progress of a job, written to the job's row by a thread that also keeps the lease. A context
    manager.
    """

    def __init__(self, store: Store, job: Job, lease: timedelta = LEASE_TIME) -> None:
        self._store, self._job, self._lease = store, job, lease
        self._state = _StageState("", 0, None)
        self._stop, self._late = "", False
        self._beat_seconds = lease.total_seconds() / 6
        self._next_beat = time.monotonic() + self._beat_seconds
        pause = min(_CANCEL_SECONDS, self._beat_seconds)
        self._beats = RepeatedTask(self._look, pause, "heartbeat")

    def __enter__(self) -> JobProgress:
        self._beats.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._beats.__exit__(*error)

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """Begin a stage. Raises `JobStoppedError`."""
        self._state = _StageState(stage, 0, total)
        # a commit is written as a whole or not at all, so from here on the job cannot be stopped
        self._late = self._late or stage == "store"
        self._check()

    def advance(self, count: int = 1) -> None:
        """Count `count` more items as done. Raises `JobStoppedError`."""
        if count:
            self._state = self._state._replace(done=self._state.done + count)
        self._check()

    def finish(self) -> None:
        """End the stage."""

    def _check(self) -> None:
        if self._stop and not self._late:
            raise JobStoppedError(self._stop)

    def _look(self) -> bool:
        """Check whether the job was cancelled, and renew its lease from time to time; return
        whether this worker still has it.
        """
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + self._beat_seconds
            return self._beat()
        with suppress(ResolverError):
            # the database may be available again at the next check
            self._note_cancel(self._store.jobs.get(self._job.id))
        return True

    def _note_cancel(self, row: Job) -> None:
        self._stop = _CANCELLED if row.cancel_requested else ""

    def _beat(self) -> bool:
        """Keep the lease; return whether the job still has it."""
        try:
            stage, done, total = self._state.shown
            row = self._store.jobs.heartbeat(
                self._job, stage=stage, done=done, total=total, lease=self._lease
            )
            self._note_cancel(row)
        except LeaseError as error:
            self._stop = error.message
            return False
        except ResolverError:
            # the database may be available again before the lease is over
            pass
        return True


def run_next_job(
    hub: Hub, jobs: Path, work: JobHandler, *, worker: str = "", lease: timedelta = LEASE_TIME
) -> Job | None:
    """Take up the next job and run it; return the job afterwards, or None if none waits.

    Raises `StoreError` if the store is not available. Then the lease runs out, and the job waits
    again.
    """
    queue = hub.store.jobs
    job = queue.lease(worker or f"{os.uname().nodename}:{os.getpid()}", lease=lease)
    if job is None or job.state is not JobState.RUNNING:
        return job
    folder = jobs / str(job.params.get("folder", ""))
    try:
        with JobProgress(hub.store, job, lease) as progress:
            if job.kind != REFRESH_JOB and not (folder / INPUT).is_dir():
                raise InputError("what was sent is no longer there", hint="send it again")
            result = work(hub, job, folder, progress)
        return queue.finish(job, result)
    except LeaseError:
        return None
    except JobStoppedError:
        return _end_job(lambda: queue.confirm_cancel(job))
    except LargeChangeError as error:
        line = f"{error.message}; see what it would change, then accept or reject it"
        return _end_job(lambda: queue.hold(job, line))
    except (ResolverError, OSError, MemoryError) as error:
        line = (
            error.line() if isinstance(error, ResolverError) else f"{type(error).__name__}: {error}"
        )
        return _end_job(lambda: queue.fail(job, line))


def _end_job(end: Callable[[], Job]) -> Job | None:
    """End a job; return None if another worker has it."""
    try:
        return end()
    except LeaseError:
        return None


_UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
_MAX_JOBS = 20


def refresh_if_due(
    hub: Hub,
    *,
    accept_large: bool = False,
    report: Callable[[RebuildEffect], None] | None = None,
    progress: Progress = SILENT,
) -> int | None:
    """Refresh a store that has outgrown its population; return the new revision, or None.

    `report` is called with the effect before the commit. Raises `LargeChangeError` if a person has
    to accept the changes. `accept_large` accepts them; this holds until the store has grown much
    further.
    """
    try:
        with hub.indexed_view() as (view, _):
            growth = hub.growth_at(view)
    except OutdatedError:
        return None
    if not growth.steps:
        return None

    def inspect(effect: RebuildEffect) -> None:
        """Refuse a large change, unless it is accepted or most records are new."""
        DueRefresh(effect, growth.steps).check(accept_large=accept_large)
        if report is not None:
            report(effect)

    return hub.refresh(inspect=inspect, outgrown=growth.steps_by_key, progress=progress)


def queue_refresh(hub: Hub) -> Job | None:
    """Queue a refresh if one is due, at most one at a time; return the new job, or None if none was
    queued.

    If the last refresh failed or is on hold, the next one is queued only when the store has grown
    by a further step.
    """
    try:
        with hub.store.view() as view:
            steps = hub.growth_at(view).steps
            refreshed = hub.store_models.revision_at(view)
    except OutdatedError:
        # another process has committed meanwhile; the next check decides
        return None
    if not steps:
        return None
    params = {"label": "refresh", "folder": "", "population": refreshed, "steps": steps}
    for job in hub.store.jobs.list(kind=REFRESH_JOB, limit=_MAX_JOBS):
        is_same = all(job.params.get(name) == params[name] for name in ("population", "steps"))
        if is_same or job.state in _UNFINISHED:
            return None
    key = f"refresh-{refreshed}-{steps}"
    return hub.store.jobs.submit(REFRESH_JOB, params, idempotency_key=key)


def run_refresh_job(hub: Hub, job: Job, progress: Progress) -> Mapping[str, Any]:
    """Refresh a store if it is still due, and return the effect.

    Raises `LargeChangeError`, which puts the job on hold.
    """
    effects: list[RebuildEffect] = []
    revision = refresh_if_due(
        hub,
        accept_large=bool(job.params.get("accept_large_change")),
        report=effects.append,
        progress=progress,
    )
    if revision is None:
        return {"version": hub.store.revision, "entities_changed": 0}
    return {"version": revision, "entities_changed": effects[-1].changed}


def build_check_models(
    hub: Hub, view: StoreView, entities: Mapping[str, int], listed: float | None, key: str = ""
) -> ModelSet:
    """Return the models for checks against some entities (their number by label of kind).

    `listed`: share of callers who are listed. Word counts are those of the last refresh, so
    profiles fit the store's own models. Models without a population stay as they are. `key` is the
    key of the audience in whose population callers are compared.
    """
    models = hub.models_at(view)
    if key:
        models = models.for_audience(Audience.from_key(key))
    if models.population is None:
        return models
    population = models.population.for_checks(entities, listed)
    at_population = {
        kind: model.for_population(view.head.plan, population.of(kind))
        for kind, model in hub.models.models.items()
    }
    # built here and not by `for_population`, which would keep every set that it builds
    return replace(models, models=at_population, population=population)
