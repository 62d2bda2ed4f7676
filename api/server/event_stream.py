"""Server-sent events: the state of a job, sent as it changes.

A stream holds a thread for as long as it lasts, so their number is limited
(`ServiceSettings.streams`) and none lasts longer than `MAX_STREAM_SECONDS`. A client beyond the
limit is told to poll the job; one that is cut off comes back with `Last-Event-ID`, as browsers do.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from flask import Response

from resolver.api.errors import ApiError
from resolver.api.server.limits import MAX_STREAM_SECONDS
from resolver.api.service import Service
from resolver.errors import StoreError
from resolver.hub.job_worker import FINAL_STATES, Job

_POLL_SECONDS = 0.5
_RETRY_MS = 2_000
_JobView = Callable[[Job], dict[str, Any]]


def stream_job_events(service: Service, job: Job, view: _JobView) -> Response:
    """Return a stream of the states of a job, each as the JSON object that `view` makes of it.

    Raises `ApiError` where no more streams can be held open.
    """
    if not service.stream_slots.acquire(blocking=False):
        raise ApiError(
            503,
            f"too many streams are open; ask for /batches/{job.id} instead",
            headers={"Retry-After": "5"},
        )
    response = Response(_events(service, job, view), mimetype="text/event-stream")
    # called however the response ends: in full, cut off, or never begun
    response.call_on_close(service.stream_slots.release)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def event_id(job: Job) -> str:
    """Return an id of the present state of a job."""
    state = f"{job.state} {job.stage} {job.done} {job.total} {job.attempts}"
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def _events(service: Service, job: Job, view: _JobView) -> Iterator[bytes]:
    until = time.monotonic() + MAX_STREAM_SECONDS
    last_id = ""
    yield f"retry: {_RETRY_MS}\n\n".encode()
    while True:
        is_final = job.state in FINAL_STATES
        if event_id(job) != last_id:
            last_id = event_id(job)
            yield _event(last_id, str(job.state) if is_final else "progress", view(job))
        else:
            # a comment now and then shows whether the client is still connected
            yield b":\n\n"
        if is_final or time.monotonic() > until or service.closed_event.wait(_POLL_SECONDS):
            return
        try:
            job = service.hub.store.jobs.get(job.id)
        except StoreError:
            # the database may be back when the client reconnects
            return


def _event(identity: str, name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\nid: {identity}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"
