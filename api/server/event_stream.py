"""Server-sent events: where a job stands, told as it changes.

A stream holds a thread for as long as it lasts, so there are only so many at once (`ServiceSettings.streams`), and none
lasts longer than `LONGEST`. Whoever comes when all are taken is told to ask for the job itself; whoever is cut off
comes back with `Last-Event-ID`, as browsers do by themselves.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from flask import Response

from resolver.api.errors import ApiError
from resolver.api.service import Service
from resolver.errors import StoreError
from resolver.hub.job_worker import OVER, Job

LONGEST = 30.0
"""Seconds that a stream lasts at most."""
_PAUSE = 0.5
_AGAIN_MS = 2_000
Show = Callable[[Job], dict[str, Any]]


def streamed(held: Service, job: Job, show: Show) -> Response:
    """A stream about a job. Raises `ApiError` where no more streams can be held open."""
    if not held.streams.acquire(blocking=False):
        raise ApiError(
            503,
            f"too many streams are open; ask for /batches/{job.id} instead",
            headers={"Retry-After": "5"},
        )
    response = Response(_told(held, job, show), mimetype="text/event-stream")
    # called however the answer ends: in full, cut off, or never begun
    response.call_on_close(held.streams.release)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def event_id(job: Job) -> str:
    """A name for how a job stands."""
    stands = f"{job.state} {job.stage} {job.done} {job.total} {job.attempts}"
    return hashlib.sha256(stands.encode()).hexdigest()[:16]


def _told(held: Service, job: Job, show: Show) -> Iterator[bytes]:
    until = time.monotonic() + LONGEST
    said = ""
    yield f"retry: {_AGAIN_MS}\n\n".encode()
    while True:
        if event_id(job) != said:
            said = event_id(job)
            yield _event(said, str(job.state) if job.state in OVER else "progress", show(job))
        else:
            # a word now and then shows whether somebody still listens
            yield b":\n\n"
        if job.state in OVER or time.monotonic() > until or held.closed.wait(_PAUSE):
            return
        try:
            job = held.hub.store.jobs.get(job.id)
        except StoreError:
            # the database may be back when the caller is
            return


def _event(identity: str, name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\nid: {identity}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
