"""Jobs are leased once, kept alive, and leased again if their worker is lost."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest

from resolver.errors import StoreError
from resolver.store import JobState, LeaseError, Store
from resolver.store.jobs import MAX_LEASE_TIME, SEQUENCE

pytestmark = pytest.mark.slow


EXPIRED = datetime.timedelta(seconds=-1)


def test_job_runs_from_queue_to_end(store: Store) -> None:
    jobs = store.jobs
    assert jobs.lease("w1") is None
    submitted = jobs.submit("batch", {"files": ["a.csv"]}, agency="coast", submitted_by="kim")
    assert (submitted.state, submitted.params, submitted.attempts) == (
        JobState.QUEUED,
        {"files": ["a.csv"]},
        0,
    )
    leased = jobs.lease("w1")
    assert leased is not None
    assert (leased.id, leased.state, leased.worker, leased.attempts) == (
        submitted.id,
        JobState.RUNNING,
        "w1",
        1,
    )
    assert jobs.lease("w2") is None
    renewed = jobs.heartbeat(leased, stage="compare", done=5, total=10)
    assert (renewed.stage, renewed.done, renewed.total, renewed.cancel_requested) == (
        "compare",
        5,
        10,
        False,
    )
    done = jobs.finish(leased, {"version": 1})
    assert (done.state, done.result, done.lease_until) == (JobState.DONE, {"version": 1}, None)
    with pytest.raises(LeaseError):
        jobs.heartbeat(leased)
    assert [job.id for job in jobs.list(agency="coast")] == [submitted.id]
    assert jobs.list(agency="river") == []


def test_expired_lease_goes_to_next_worker(store: Store) -> None:
    jobs = store.jobs
    submitted = jobs.submit("batch", {})
    first = jobs.lease("w1", lease=EXPIRED)
    second = jobs.lease("w2")
    assert first is not None
    assert second is not None
    assert (second.id, second.worker, second.attempts) == (submitted.id, "w2", 2)
    for action in (
        jobs.heartbeat,
        lambda job: jobs.finish(job, {}),
        lambda job: jobs.fail(job, "late"),
    ):
        with pytest.raises(LeaseError):
            action(first)
    assert jobs.fail(second, "no room").error == "no room"


def test_lease_taken_while_the_clock_was_ahead_counts_as_expired(store: Store) -> None:
    submitted = store.jobs.submit("batch", {})
    assert store.jobs.lease("w1", lease=4 * MAX_LEASE_TIME) is not None
    leased = store.jobs.lease("w2")
    assert leased is not None
    assert (leased.id, leased.worker) == (submitted.id, "w2")
    assert store.jobs.lease("w3", lease=MAX_LEASE_TIME) is None


def test_cancelled_jobs(store: Store) -> None:
    jobs = store.jobs
    waiting, running = jobs.submit("batch", {}), jobs.submit("batch", {})
    assert jobs.cancel(waiting.id).state is JobState.CANCELLED
    leased = jobs.lease("w1")
    assert leased is not None
    assert leased.id == running.id
    assert jobs.cancel(running.id).state is JobState.RUNNING
    assert jobs.heartbeat(leased).cancel_requested
    assert jobs.confirm_cancel(leased).state is JobState.CANCELLED
    lost = jobs.submit("batch", {})
    jobs.lease("w1", lease=EXPIRED)
    jobs.cancel(lost.id)
    ended = jobs.lease("w2")
    assert ended is not None
    assert ended.state is JobState.CANCELLED


def test_idempotency_key_gives_one_job(store: Store) -> None:
    job = store.jobs.submit("batch", {"n": 1}, idempotency_key="k")
    assert store.jobs.submit("batch", {"n": 2}, idempotency_key="k") == job
    assert store.jobs.submit("batch", {}).id != store.jobs.submit("batch", {}).id


def test_no_job_is_leased_twice(store: Store) -> None:
    submitted = {store.jobs.submit("batch", {}).id for _ in range(12)}
    with ThreadPoolExecutor(4) as pool:
        leased = [
            job.id
            for job in pool.map(store.jobs.lease, [f"w{number}" for number in range(16)])
            if job
        ]
    assert sorted(leased) == sorted(submitted)


def test_jobs_of_one_sequence_run_in_their_order(store: Store) -> None:
    jobs = store.jobs
    first, second, other = (
        jobs.submit("batch", {SEQUENCE: name}) for name in ("coast", "coast", "river")
    )
    leased = jobs.lease("w1", lease=EXPIRED)
    assert leased is not None
    assert leased.id == first.id
    # a killed worker's job goes on before the next one of its sequence starts
    again = jobs.lease("w2")
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)
    parallel = jobs.lease("w3")
    assert parallel is not None
    assert parallel.id == other.id
    assert jobs.lease("w4") is None
    # a held job stops nobody, and is the first again once somebody has accepted it
    jobs.hold(again, "too much")
    third = jobs.submit("batch", {SEQUENCE: "coast"})
    jobs.accept(first.id)
    accepted = jobs.lease("w4")
    assert accepted is not None
    assert accepted.id == first.id
    assert jobs.lease("w5") is None
    jobs.cancel(second.id)
    jobs.fail(accepted, "no room")
    last = jobs.lease("w5")
    assert last is not None
    assert last.id == third.id


def test_unknown_jobs(store: Store) -> None:
    with pytest.raises(StoreError, match="no job"):
        store.jobs.get("x")
    with pytest.raises(StoreError, match="no job"):
        store.jobs.cancel("x")
