"""Batches as jobs: uploads in folders, rows in the store, workers that take them up.

A job's folder holds what was sent (`input/`) and what came of it (`result/`). A worker leases a job, keeps the lease
alive from a thread of its own and lands the batch whole; killed at any moment it leaves the store as it was or with all
of the batch in it, and whoever takes the job up again changes nothing twice: records that are there already are the
same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from resolver.errors import HeldError, InputError, ResolverError, UsageError
from resolver.hub.admin import BATCH as BATCH
from resolver.hub.hub import Hub
from resolver.hub.ownership import Sender
from resolver.records.progress import Progress
from resolver.store import Job as Job
from resolver.store import JobState, LeaseError, Store
from resolver.store.jobs import LEASE
from resolver.store.jobs import OVER as OVER

INPUT, RESULT = "input", "result"
Work = Callable[[Hub, Job, Path, Progress], Mapping[str, Any]]


class StoppedError(ResolverError):
    """The job was asked to stop, or is another worker's by now."""


def jobs_folder(store: Store, folder: Path | None = None) -> Path:
    """Where the folders of a store's jobs lie: beside a SQLite store, else in the user's cache; unless said."""
    if folder is not None:
        return folder
    if store.path is not None:
        return Path(f"{store.path}.jobs")
    with store.view() as view:
        return Path.home() / ".cache" / "resolver" / "jobs" / view.head.store_id


def new_folder(jobs: Path) -> Path:
    """A folder for a new job, with room for what is sent. Raises `OSError`."""
    folder = jobs / uuid.uuid4().hex
    if not jobs.exists():
        jobs.mkdir(parents=True, mode=0o700)
    folder.mkdir(mode=0o700)
    (folder / INPUT).mkdir(mode=0o700)
    return folder


def submit(
    hub: Hub,
    folder: Path,
    *,
    label: str,
    list_format: str,
    sender: Sender,
    idempotency_key: str | None,
    dry_run: bool = False,
    complete: bool = False,
    accept_large_change: bool = False,
) -> tuple[Job, bool]:
    """Queue what lies in a job's folder, to land or (`dry_run`) to say what would; the job, and whether it is new. Of a
    key used before the job of then is given, and the folder removed. `complete`: the list holds all of its sources;
    `accept_large_change`: it lands however much it changes. Raises `UsageError` where the key was used for something
    else, `StoreError`."""
    params: dict[str, Any] = {
        "folder": folder.name,
        "label": label,
        "format": list_format,
        "dry_run": dry_run,
    }
    params |= {"complete": complete, "accept_large_change": accept_large_change}
    params["may_all"] = sender.may_all
    asked = f"{list_format} {dry_run} {complete} {accept_large_change}"
    params["digest"] = digest = _digest(folder / INPUT, asked) if idempotency_key else ""
    job = hub.store.jobs.submit(
        BATCH,
        params,
        agency=sender.agency,
        submitted_by=sender.name,
        idempotency_key=idempotency_key,
    )
    new = job.params.get("folder") == folder.name
    if not new:
        shutil.rmtree(folder, ignore_errors=True)
        if job.params.get("digest", digest) != digest:
            raise UsageError(
                "this key was used for another list, or another way of reading it",
                mend="use a new key",
            )
    return job, new


def _digest(sent: Path, options: str) -> str:
    """A digest of what was sent, whatever its file was called: the list, then the mapping."""
    found = hashlib.sha256(options.encode())
    for path in sorted(sent.iterdir(), key=lambda one: (one.suffix == ".yml", one.name)):
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()


def sender_of(job: Job) -> Sender:
    """Who sent a batch."""
    return Sender(
        job.submitted_by, job.agency, bool(job.params.get("may_all", not job.submitted_by))
    )


class JobProgress:
    """Where a job stands, told to its row by a thread that keeps its lease alive meanwhile. Use as a context."""

    def __init__(self, store: Store, job: Job, lease: timedelta = LEASE) -> None:
        self._store, self._job, self._lease = store, job, lease
        self._stage, self._done = "", 0
        self._total: int | None = None
        self._stop, self._late = "", False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> JobProgress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def start(self, stage: str, total: int | None = None, unit: str = "") -> None:
        """A stage begins. Raises `StoppedError`."""
        self._stage, self._done, self._total = stage, 0, total
        # what has been handed to the store lands whole, or not; from then on it is too late to stop
        self._late = self._late or stage == "store"
        self._check()

    def advance(self, count: int = 1) -> None:
        """`count` more items are done. Raises `StoppedError`."""
        self._done += count
        self._check()

    def finish(self) -> None:
        """The stage is done."""

    def _check(self) -> None:
        if self._stop and not self._late:
            raise StoppedError(self._stop)

    def _beat(self) -> None:
        while not self._over.wait(self._lease.total_seconds() / 6):
            try:
                told = self._store.jobs.heartbeat(
                    self._job,
                    stage=self._stage,
                    done=self._done,
                    total=self._total,
                    lease=self._lease,
                )
                self._stop = "the job was cancelled" if told.cancel_asked else ""
            except LeaseError as error:
                self._stop = error.what
                return
            except ResolverError:
                # the database may be back before the lease is over
                continue


def work_once(
    hub: Hub, jobs: Path, work: Work, *, worker: str = "", lease: timedelta = LEASE
) -> Job | None:
    """Take up the next job and do it; the job as it stands then, or None where none waits. Raises `StoreError` where
    the store is away; then the lease runs out and the job waits again."""
    queue = hub.store.jobs
    job = queue.lease(worker or f"{os.uname().nodename}:{os.getpid()}", lease=lease)
    if job is None or job.state is not JobState.RUNNING:
        return job
    folder = jobs / str(job.params.get("folder", ""))
    try:
        with JobProgress(hub.store, job, lease) as progress:
            if not (folder / INPUT).is_dir():
                raise InputError("what was sent is no longer there", mend="send it again")
            result = work(hub, job, folder, progress)
        return queue.finish(job, result)
    except LeaseError:
        return None
    except StoppedError:
        return _ended(lambda: queue.cancelled(job))
    except HeldError as error:
        line = error.line()
        return _ended(lambda: queue.hold(job, line))
    except (ResolverError, OSError, MemoryError) as error:
        line = (
            error.line() if isinstance(error, ResolverError) else f"{type(error).__name__}: {error}"
        )
        return _ended(lambda: queue.fail(job, line))


def _ended(end: Callable[[], Job]) -> Job | None:
    """The end of a job, unless it is another worker's by now."""
    try:
        return end()
    except LeaseError:
        return None
