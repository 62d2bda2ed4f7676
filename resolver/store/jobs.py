"""Jobs: rows that a worker leases, keeps alive by a heartbeat, and ends. No broker: an expired lease is taken up by
whoever asks next."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.store.database import reading, writing
from resolver.store.row_types import utc_text
from resolver.store.schema import jobs

LEASE = datetime.timedelta(seconds=30)


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    HELD = "held"


OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.HELD)
"""States in which nothing goes on by itself."""
MOST_ATTEMPTS = 5
"""Times that a job is taken up: one that kills each worker must not keep all of them busy for ever."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. `done` of `total` (None: unknown) items of `stage`; times as the store writes them."""

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
    cancel_asked: bool
    stage: str
    done: int
    total: int | None
    result: Mapping[str, Any] | None
    error: str


class LeaseError(StoreError):
    """The lease of the job has expired and another worker has it, or the job is over."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of a store."""

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
        """Queue a job. With an `idempotency_key` used before, the job of then is given, unless it has failed or was
        cancelled: then the key is the new job's."""
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
            with writing(self.engine) as connection:
                connection.execute(insert(jobs).values(**row))
        except IntegrityError:
            with reading(self.engine) as connection:
                found = connection.execute(
                    select(jobs).where(jobs.c.idempotency_key == idempotency_key)
                ).one()
            if found.state not in (JobState.FAILED.value, JobState.CANCELLED.value):
                return _job(found)
            with writing(self.engine) as connection:
                # whoever comes at the same time finds the key free, or the new job's
                mine = and_(jobs.c.id == found.id, jobs.c.idempotency_key == idempotency_key)
                connection.execute(update(jobs).where(mine).values(idempotency_key=None))
            return self.submit(
                kind,
                params,
                agency=agency,
                submitted_by=submitted_by,
                idempotency_key=idempotency_key,
            )
        return self.get(str(row["id"]))

    def get(self, job_id: str) -> Job:
        """A job. Raises `StoreError` for an id that is unknown."""
        job = self.find(job_id)
        if job is None:
            raise StoreError(f"there is no job {job_id[:60]!r}", mend="check the id")
        return job

    def find(self, job_id: str) -> Job | None:
        """A job; None for an id that is unknown."""
        with reading(self.engine) as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
        return None if row is None else _job(row)

    def list(
        self, *, agency: str | None = None, kind: str | None = None, limit: int = 100
    ) -> list[Job]:
        """The newest jobs first, of an agency, of a kind where these are given."""
        query = select(jobs).order_by(jobs.c.created.desc(), jobs.c.id).limit(limit)
        if agency is not None:
            query = query.where(jobs.c.agency == agency)
        if kind is not None:
            query = query.where(jobs.c.kind == kind)
        with reading(self.engine) as connection:
            return [_job(row) for row in connection.execute(query)]

    def lease(self, worker: str, *, lease: datetime.timedelta = LEASE) -> Job | None:
        """Take the oldest job that waits, or whose worker has not been heard of for the time of its lease. None where
        there is none. One that was to be cancelled, or was taken up `MOST_ATTEMPTS` times, comes back over."""
        now = datetime.datetime.now(datetime.UTC)
        waits = or_(
            jobs.c.state == JobState.QUEUED.value,
            and_(jobs.c.state == JobState.RUNNING.value, jobs.c.lease_until < utc_text(now)),
        )
        query = select(jobs).where(waits).order_by(jobs.c.created, jobs.c.id).limit(1)
        with writing(self.engine) as connection:
            row = connection.execute(query.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            if row.cancel_asked:
                changed: dict[str, Any] = {
                    "state": JobState.CANCELLED.value,
                    "finished": utc_text(now),
                }
                connection.execute(update(jobs).where(jobs.c.id == row.id).values(**changed))
                return _job(connection.execute(select(jobs).where(jobs.c.id == row.id)).one())
            if row.attempts >= MOST_ATTEMPTS:
                changed = {
                    "state": JobState.FAILED.value,
                    "finished": utc_text(now),
                    "lease_until": None,
                }
                changed["error"] = (
                    f"it was begun {row.attempts} times, and each time its worker was killed or lost, at last in stage "
                    f"{row.stage or 'read'} (see its log; it may need more memory than there is: send it in parts)"
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
        lease: datetime.timedelta = LEASE,
    ) -> Job:
        """Renew the lease and say where the work stands. Raises `LeaseError`. The answer says whether to cancel."""
        now = datetime.datetime.now(datetime.UTC)
        said = {"stage": stage, "done": done, "total": total}
        changed: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
        if stage is not None:
            changed["total"] = total
        return self._mine(
            job, {**changed, "heartbeat": utc_text(now), "lease_until": utc_text(now + lease)}
        )

    def finish(self, job: Job, result: Mapping[str, Any]) -> Job:
        """The job is done. Raises `LeaseError`."""
        return self._over(job, JobState.DONE, result=dict(result))

    def fail(self, job: Job, error: str) -> Job:
        """The job has failed, for a reason on one line. Raises `LeaseError`."""
        return self._over(job, JobState.FAILED, error=error)

    def hold(self, job: Job, why: str) -> Job:
        """The job would change so much that somebody has to accept it. Raises `LeaseError`."""
        return self._over(job, JobState.HELD, error=why)

    def accept(self, job_id: str, who: str = "") -> Job:
        """Let a job that is held land however much it changes: it waits again. Of others nothing changes. Raises
        `StoreError` for an id that is unknown."""
        with writing(self.engine) as connection:
            held = and_(jobs.c.id == job_id, jobs.c.state == JobState.HELD.value)
            row = connection.execute(select(jobs).where(held).with_for_update()).first()
            if row is not None:
                changed: dict[str, Any] = {
                    "state": JobState.QUEUED.value,
                    "finished": None,
                    "error": "",
                    "attempts": 0,
                }
                changed["params"] = {**row.params, "accept_large_change": True, "accepted_by": who}
                connection.execute(update(jobs).where(held).values(**changed))
        return self.get(job_id)

    def held(self) -> int:
        """How many jobs are held."""
        query = select(func.count()).select_from(jobs).where(jobs.c.state == JobState.HELD.value)
        with reading(self.engine) as connection:
            return int(connection.execute(query).scalar_one())

    def cancelled(self, job: Job) -> Job:
        """The worker has stopped as asked. Raises `LeaseError`."""
        return self._over(job, JobState.CANCELLED)

    def cancel(self, job_id: str) -> Job:
        """Ask for a job to be cancelled: at once where it waits or is held, by its worker where it runs; else nothing
        changes."""
        with writing(self.engine) as connection:
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

    def _over(self, job: Job, state: JobState, **changed: Any) -> Job:
        return self._mine(
            job, {**changed, "state": state.value, "finished": utc_text(), "lease_until": None}
        )

    def _mine(self, job: Job, changed: Mapping[str, Any]) -> Job:
        with writing(self.engine) as connection:
            mine = and_(
                jobs.c.id == job.id,
                jobs.c.state == JobState.RUNNING.value,
                jobs.c.worker == job.worker,
                jobs.c.attempts == job.attempts,
            )
            done = connection.execute(update(jobs).where(mine).values(**changed))
            if done.rowcount != 1:
                raise LeaseError(
                    f"the job {job.id} is no longer this worker's", mend="stop working on it"
                )
            return _job(connection.execute(select(jobs).where(jobs.c.id == job.id)).one())


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
