"""Job queue: rows that a worker leases, keeps alive by heartbeats and ends.

There is no broker: a job whose lease has expired goes to the next worker that asks for a job. Jobs
of one sequence run one after the other, in the order in which they were submitted. No job is leased
while an earlier job of its sequence waits, runs, or has lost its worker. A held job keeps its place
in the sequence, but does not block other jobs.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.store.bulk_rows import MAX_CLOCK_SKEW
from resolver.store.database import read_transaction, utc_text, write_transaction
from resolver.store.schema import jobs

LEASE_TIME = datetime.timedelta(seconds=30)
MAX_LEASE_TIME = datetime.timedelta(hours=1)


class JobState(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    HELD = "held"


SEQUENCE = "sequence"
"""Parameter that names the sequence of a job; without it, a job waits for no other."""
FINAL_STATES = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.HELD)
"""States in which nothing happens without a user (`HELD` waits for approval)."""
MAX_ATTEMPTS = 5
"""Maximum number of leases of one job: a job that kills its workers must not occupy all of them for
ever.
"""


@dataclass(frozen=True, slots=True)
class Job:
    """Job with its progress: `done` of `total` (None: unknown) items of `stage`; times as UTC
    texts.
    """

    id: str
    kind: str
    state: JobState
    agency: str
    submitted_by: str
    params: Mapping[str, Any]
    created: str
    started: str | None
    finished: str | None
    worker: str
    heartbeat: str | None
    lease_until: str | None
    attempts: int
    cancel_requested: bool
    stage: str
    done: int
    total: int | None
    result: Mapping[str, Any] | None
    error: str


class LeaseError(StoreError):
    """The lease has expired and gone to another worker, or the job is over."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """Jobs of a store."""

    engine: Engine

    def submit(
        self,
        kind: str,
        params: Mapping[str, Any],
        *,
        agency: str = "",
        submitted_by: str = "",
        idempotency_key: str | None = None,
    ) -> Job:
        """Queue a job.

        If `idempotency_key` was used before, return the earlier job. If that job failed or was
        cancelled, the key passes to the new job.
        """
        row = {
            "id": uuid.uuid4().hex,
            "kind": kind,
            "state": JobState.QUEUED.value,
            "agency": agency,
            "submitted_by": submitted_by,
            "idempotency_key": idempotency_key,
            "params": dict(params),
            "created": utc_text(),
            "cancel_asked": False,
        }
        try:
            with write_transaction(self.engine) as connection:
                connection.execute(insert(jobs).values(**row))
        except IntegrityError:
            with read_transaction(self.engine) as connection:
                earlier = connection.execute(
                    select(jobs).where(jobs.c.idempotency_key == idempotency_key)
                ).one()
            if earlier.state not in (JobState.FAILED.value, JobState.CANCELLED.value):
                return _job(earlier)
            with write_transaction(self.engine) as connection:
                # a concurrent request finds the key free, or taken by the new job
                has_key = and_(jobs.c.id == earlier.id, jobs.c.idempotency_key == idempotency_key)
                connection.execute(update(jobs).where(has_key).values(idempotency_key=None))
            return self.submit(
                kind,
                params,
                agency=agency,
                submitted_by=submitted_by,
                idempotency_key=idempotency_key,
            )
        return self.get(str(row["id"]))

    def get(self, job_id: str) -> Job:
        """Return a job. Raises `StoreError` for an unknown id."""
        job = self.find(job_id)
        if job is None:
            raise StoreError(f"there is no job {job_id[:60]!r}", hint="check the id")
        return job

    def find(self, job_id: str) -> Job | None:
        """Return a job, or None for an unknown id."""
        with read_transaction(self.engine) as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
        return None if row is None else _job(row)

    def list(
        self,
        *,
        agency: str | None = None,
        submitted_by: str | None = None,
        kind: str | None = None,
        limit: int = 100,
    ) -> list[Job]:
        """List jobs, the newest first, optionally of one agency, sender or kind."""
        query = select(jobs).order_by(jobs.c.created.desc(), jobs.c.id).limit(limit)
        if agency is not None:
            query = query.where(jobs.c.agency == agency)
        if submitted_by is not None:
            query = query.where(jobs.c.submitted_by == submitted_by)
        if kind is not None:
            query = query.where(jobs.c.kind == kind)
        with read_transaction(self.engine) as connection:
            return [_job(row) for row in connection.execute(query)]

    def lease(self, worker: str, *, lease: datetime.timedelta = LEASE_TIME) -> Job | None:
        """Lease the oldest job that is queued or whose lease has expired, and that has no earlier
        job of its sequence before it; None if there is none.

        A job that was to be cancelled, or was leased `MAX_ATTEMPTS` times before, is ended and
        returned in its final state.
        """
        now = datetime.datetime.now(datetime.UTC)
        is_available = or_(
            jobs.c.state == JobState.QUEUED.value,
            and_(
                jobs.c.state == JobState.RUNNING.value,
                # a lease that began in the future was taken while the clock was wrong
                or_(
                    jobs.c.lease_until < utc_text(now),
                    jobs.c.lease_until > utc_text(now + MAX_LEASE_TIME),
                    jobs.c.heartbeat > utc_text(now + MAX_CLOCK_SKEW),
                ),
            ),
        )
        with write_transaction(self.engine) as connection:
            row = _take_first(connection, is_available)
            if row is None:
                return None
            if row.cancel_asked:
                changed: dict[str, Any] = {
                    "state": JobState.CANCELLED.value,
                    "finished": utc_text(now),
                }
                connection.execute(update(jobs).where(jobs.c.id == row.id).values(**changed))
                return _job(connection.execute(select(jobs).where(jobs.c.id == row.id)).one())
            if row.attempts >= MAX_ATTEMPTS:
                changed = {
                    "state": JobState.FAILED.value,
                    "finished": utc_text(now),
                    "lease_until": None,
                }
                changed["error"] = (
                    f"it was started {row.attempts} times, and each time its worker was killed or "
                    f"lost, last in stage {row.stage or 'read'} (see the worker's log; it may need "
                    "more memory than there is: send the lists in parts)"
                )
                connection.execute(update(jobs).where(jobs.c.id == row.id).values(**changed))
                return _job(connection.execute(select(jobs).where(jobs.c.id == row.id)).one())
            connection.execute(
                update(jobs)
                .where(jobs.c.id == row.id)
                .values(
                    state=JobState.RUNNING.value,
                    worker=worker,
                    started=utc_text(now),
                    heartbeat=utc_text(now),
                    lease_until=utc_text(now + lease),
                    attempts=row.attempts + 1,
                )
            )
            return _job(connection.execute(select(jobs).where(jobs.c.id == row.id)).one())

    def heartbeat(
        self,
        job: Job,
        *,
        stage: str | None = None,
        done: int | None = None,
        total: int | None = None,
        lease: datetime.timedelta = LEASE_TIME,
    ) -> Job:
        """Renew the lease and report progress; the job returned tells whether to cancel."""
        now = datetime.datetime.now(datetime.UTC)
        progress = {"stage": stage, "done": done, "total": total}
        changed: dict[str, Any] = {
            name: value for name, value in progress.items() if value is not None
        }
        if stage is not None:
            changed["total"] = total
        return self._update_leased(
            job, {**changed, "heartbeat": utc_text(now), "lease_until": utc_text(now + lease)}
        )

    def finish(self, job: Job, result: Mapping[str, Any]) -> Job:
        """End a job as done. Raises `LeaseError`."""
        return self._end(job, JobState.DONE, result=dict(result))

    def fail(self, job: Job, error: str) -> Job:
        """End a job as failed, with a reason on one line. Raises `LeaseError`."""
        return self._end(job, JobState.FAILED, error=error)

    def hold(self, job: Job, reason: str) -> Job:
        """Put a job on hold: it would change so much that a user has to accept it. Raises
        `LeaseError` if another worker has the job.
        """
        return self._end(job, JobState.HELD, error=reason)

    def accept(self, job_id: str, accepted_by: str = "") -> Job:
        """Queue a held job again, now allowed to change much. Raises `StoreError`."""
        with write_transaction(self.engine) as connection:
            is_held = and_(jobs.c.id == job_id, jobs.c.state == JobState.HELD.value)
            row = connection.execute(select(jobs).where(is_held).with_for_update()).first()
            if row is not None:
                changed: dict[str, Any] = {
                    "state": JobState.QUEUED.value,
                    "finished": None,
                    "error": "",
                    "attempts": 0,
                }
                changed["params"] = {
                    **row.params,
                    "accept_large_change": True,
                    "accepted_by": accepted_by,
                }
                connection.execute(update(jobs).where(is_held).values(**changed))
        return self.get(job_id)

    def count_held(self) -> int:
        """Return the number of held jobs."""
        query = select(func.count()).select_from(jobs).where(jobs.c.state == JobState.HELD.value)
        with read_transaction(self.engine) as connection:
            return int(connection.execute(query).scalar_one())

    def confirm_cancel(self, job: Job) -> Job:
        """End a job as cancelled, after its worker has stopped. Raises `LeaseError`."""
        return self._end(job, JobState.CANCELLED)

    def cancel(self, job_id: str) -> Job:
        """Cancel a queued or held job at once; ask the worker of a running job to stop.

        Jobs in other states stay as they are.
        """
        with write_transaction(self.engine) as connection:
            connection.execute(
                update(jobs)
                .where(
                    jobs.c.id == job_id,
                    jobs.c.state.in_([JobState.QUEUED.value, JobState.HELD.value]),
                )
                .values(state=JobState.CANCELLED.value, finished=utc_text(), cancel_asked=True)
            )
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id, jobs.c.state == JobState.RUNNING.value)
                .values(cancel_asked=True)
            )
        return self.get(job_id)

    def _end(self, job: Job, state: JobState, **changed: Any) -> Job:
        # the progress of the stopped stage no longer means anything
        progress = {"stage": "", "done": 0, "total": None}
        ended = {"state": state.value, "finished": utc_text(), "lease_until": None}
        return self._update_leased(job, {**changed, **progress, **ended})

    def _update_leased(self, job: Job, values: Mapping[str, Any]) -> Job:
        with write_transaction(self.engine) as connection:
            is_leased = and_(
                jobs.c.id == job.id,
                jobs.c.state == JobState.RUNNING.value,
                jobs.c.worker == job.worker,
                jobs.c.attempts == job.attempts,
            )
            updated = connection.execute(update(jobs).where(is_leased).values(**values))
            if updated.rowcount != 1:
                raise LeaseError(
                    f"another worker has the job {job.id}, or it is over", hint="stop working on it"
                )
            return _job(connection.execute(select(jobs).where(jobs.c.id == job.id)).one())


def _take_first(connection: Connection, is_available: ColumnElement[bool]) -> Any:
    """Lock the row of the first available job that waits for no other, and return it, or None."""
    is_unfinished = jobs.c.state.in_([JobState.QUEUED.value, JobState.RUNNING.value])
    query = select(jobs.c.id, jobs.c.params, is_available.label("available"))
    rows = connection.execute(query.where(is_unfinished).order_by(jobs.c.created, jobs.c.id)).all()
    waited_for: set[str] = set()
    for job_id, params, available in rows:
        sequence = params.get(SEQUENCE, "")
        if available and sequence not in waited_for:
            chosen = select(jobs).where(jobs.c.id == job_id, is_available)
            row = connection.execute(chosen.with_for_update(skip_locked=True)).first()
            # without a row, another worker has just leased the job
            if row is not None:
                return row
        if sequence:
            waited_for.add(sequence)
    return None


def _job(row: Any) -> Job:
    return Job(
        row.id,
        row.kind,
        JobState(row.state),
        row.agency,
        row.submitted_by,
        row.params,
        row.created,
        row.started,
        row.finished,
        row.worker,
        row.heartbeat,
        row.lease_until,
        row.attempts,
        bool(row.cancel_asked),
        row.stage,
        row.done,
        row.total,
        row.result,
        row.error,
    )
