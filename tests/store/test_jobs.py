"""Jobs: leased once, kept alive, taken up again where a worker is gone."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest

from resolver.errors import StoreError
from resolver.store import JobState, LeaseError, Store

GONE = datetime.timedelta(seconds=-1)


def test_a_job_from_queue_to_end(store: Store) -> None:
    jobs = store.jobs
    assert jobs.lease("w1") is None
    made = jobs.submit("batch", {"files": ["a.csv"]}, agency="coast", submitted_by="kim")
    assert (made.state, made.params, made.attempts) == (JobState.QUEUED, {"files": ["a.csv"]}, 0)
    mine = jobs.lease("w1")
    assert mine is not None
    assert (mine.id, mine.state, mine.worker, mine.attempts) == (made.id, JobState.RUNNING, "w1", 1)
    assert jobs.lease("w2") is None
    seen = jobs.heartbeat(mine, stage="compare", done=5, total=10)
    assert (seen.stage, seen.done, seen.total, seen.cancel_asked) == ("compare", 5, 10, False)
    done = jobs.finish(mine, {"version": 1})
    assert (done.state, done.result, done.lease_until) == (JobState.DONE, {"version": 1}, None)
    with pytest.raises(LeaseError):
        jobs.heartbeat(mine)
    assert [one.id for one in jobs.list(agency="coast")] == [made.id]
    assert jobs.list(agency="river") == []


def test_an_expired_lease_is_taken_up(store: Store) -> None:
    jobs = store.jobs
    made = jobs.submit("batch", {})
    first = jobs.lease("w1", lease=GONE)
    second = jobs.lease("w2")
    assert first is not None
    assert second is not None
    assert (second.id, second.worker, second.attempts) == (made.id, "w2", 2)
    for late in (
        jobs.heartbeat,
        lambda job: jobs.finish(job, {}),
        lambda job: jobs.fail(job, "late"),
    ):
        with pytest.raises(LeaseError):
            late(first)
    assert jobs.fail(second, "no room").error == "no room"


def test_cancelling(store: Store) -> None:
    jobs = store.jobs
    waiting, running = jobs.submit("batch", {}), jobs.submit("batch", {})
    assert jobs.cancel(waiting.id).state is JobState.CANCELLED
    mine = jobs.lease("w1")
    assert mine is not None
    assert mine.id == running.id
    assert jobs.cancel(running.id).state is JobState.RUNNING
    assert jobs.heartbeat(mine).cancel_asked
    assert jobs.cancelled(mine).state is JobState.CANCELLED
    lost = jobs.submit("batch", {})
    jobs.lease("w1", lease=GONE)
    jobs.cancel(lost.id)
    ended = jobs.lease("w2")
    assert ended is not None
    assert ended.state is JobState.CANCELLED


def test_one_job_for_one_idempotency_key(store: Store) -> None:
    one = store.jobs.submit("batch", {"n": 1}, idempotency_key="k")
    assert store.jobs.submit("batch", {"n": 2}, idempotency_key="k") == one
    assert store.jobs.submit("batch", {}).id != store.jobs.submit("batch", {}).id


def test_no_job_is_leased_twice(store: Store) -> None:
    made = {store.jobs.submit("batch", {}).id for _ in range(12)}
    with ThreadPoolExecutor(4) as pool:
        leased = [
            job.id
            for job in pool.map(store.jobs.lease, [f"w{number}" for number in range(16)])
            if job
        ]
    assert sorted(leased) == sorted(made)


def test_unknown_jobs(store: Store) -> None:
    with pytest.raises(StoreError, match="no job"):
        store.jobs.get("x")
    with pytest.raises(StoreError, match="no job"):
        store.jobs.cancel("x")
