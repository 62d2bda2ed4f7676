"""Responses of the API: JSON, errors, and streams of events.

*Streams* are server-sent events, which give the state of a job as it changes. A stream occupies a
thread as long as it lasts. So the number of streams is limited (`ServiceSettings.streams`), and
none lasts longer than `MAX_STREAM_SECONDS`. A client beyond the limit is told to poll the job. A
client that is cut off comes back with `Last-Event-ID`, as browsers do.

*Compression*: JSON is compressed with gzip for clients that accept it. Pages are never compressed.
A page may repeat a part of the request, and it holds secrets such as a CSRF token. The length of a
compressed page would tell a network observer how similar the two are (the attack BREACH:
https://breachattack.com). For the same reason, an answer to a request with a key in its address is
not compressed. Other answers of the API hold no secret: their requests have a key in a header,
which no page of another origin can make a browser send.
"""

from __future__ import annotations

import gzip
import hashlib
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from resolver.api.endpoints import is_self_guarded
from resolver.api.errors import ApiError, http_status, public_detail
from resolver.api.server.limits import MAX_STREAM_SECONDS
from resolver.api.service import Service
from resolver.errors import ResolverError, StoreError
from resolver.hub.job_worker import FINAL_STATES, Job

_LOG = structlog.get_logger("api")
_DETAILS = {
    404: "there is nothing here; /openapi.json lists what there is",
    405: "this address does not take that method",
    413: "the request is too large",
}


def json_response(
    content: object,
    status: int = 200,
    *,
    headers: Mapping[str, Any] | None = None,
    mimetype: str = "application/json",
) -> Response:
    """Return a response with a JSON body."""
    response = Response(orjson.dumps(content), status, mimetype=mimetype)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def install_error_handlers(app: Flask) -> None:
    """Turn errors of an application into JSON responses."""

    @app.errorhandler(ApiError)
    def refuse(error: ApiError) -> Response:
        """Return the response of a refusal."""
        return json_response({"detail": error.detail}, error.status, headers=error.headers)

    @app.errorhandler(ResolverError)
    def report_engine_error(error: ResolverError) -> Response:
        """Return the response for an error of the engine."""
        status = http_status(error)
        headers = {"Retry-After": "5"} if status == 503 else {}
        return json_response({"detail": public_detail(error)}, status, headers=headers)

    @app.errorhandler(TimeoutError)
    @app.errorhandler(BlockingIOError)
    def report_timeout(error: OSError) -> Response:
        """Return the response for a body that stalled."""
        return json_response(
            {"detail": "the rest of the request did not come"}, 408, headers={"Connection": "close"}
        )

    @app.errorhandler(HTTPException)
    def report_http_error(error: HTTPException) -> Response:
        """Return the response for an error of Flask or werkzeug."""
        status = error.code or 500
        headers = dict(error.get_headers())
        headers.pop("Content-Type", None)
        detail = _DETAILS.get(status) or error.description or error.name
        return json_response({"detail": detail}, status, headers=headers)

    @app.errorhandler(Exception)
    def report_unexpected_error(error: Exception) -> Response:
        """Log an error and return a response that reveals nothing of it."""
        # the message may hold personal data; its type and place do not
        _LOG.error("failed", error=type(error).__name__, place=_place_of(error))
        return json_response(
            {"detail": "something went wrong here; the log has it under this request's id"}, 500
        )


def _place_of(error: Exception) -> str:
    """Return the file and line that raised an error."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""


_POLL_SECONDS = 0.5
_RETRY_MS = 2_000
_JobView = Callable[[Job], dict[str, Any]]


def stream_job_events(service: Service, job: Job, view: _JobView) -> Response:
    """Return a stream of the states of a job, each as the JSON object that `view` makes of it.

    Raises `ApiError` if no more streams can be held open.
    """
    if not service.stream_slots.acquire(blocking=False):
        raise ApiError(
            503,
            f"too many streams are open; ask for /batches/{job.id} instead",
            headers={"Retry-After": "5"},
        )
    response = Response(_events(service, job, view), mimetype="text/event-stream")
    # this is called when the response ends, whether it is complete, cut off, or never begun
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
            # the database may be available when the client reconnects
            return


def _event(identity: str, name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\nid: {identity}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"


MIN_COMPRESSED = 1_400
"""An answer of fewer bytes is not compressed, because it fits in one network packet anyway."""
_LEVEL = 5
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
JSON_LINES = "application/x-ndjson"
_MEDIA_TYPES = frozenset({"application/json", "application/vnd.senzing+json", JSON_LINES})


def install_compression(app: Flask) -> None:
    """Compress the JSON responses of an application."""

    @app.after_request
    def compress(response: Response) -> Response:
        """Compress a response if its client accepts this and if it saves enough."""
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        if media_type not in _MEDIA_TYPES or is_self_guarded():
            return response
        vary = response.headers.get("Vary")
        response.headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
        # most programs accept no compression, and parsing takes longer than this search
        accepts = "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "")
        if not accepts or request.accept_encodings.quality("gzip") <= 0:
            return response
        is_part = "Content-Encoding" in response.headers or "Content-Range" in response.headers
        if is_part or "api_key" in request.args:
            return response
        # the wrapper of a file may have a length, which is not the length of its content
        if response.is_streamed or response.direct_passthrough:
            response.response = _compress_parts(response.iter_encoded(), response.response)
            response.direct_passthrough = False
            # the length and the byte ranges are those of the uncompressed content
            for name in ("Content-Length", "Accept-Ranges"):
                response.headers.pop(name, None)
        elif len(body := response.get_data()) >= MIN_COMPRESSED:
            response.set_data(gzip.compress(body, _LEVEL, mtime=0))
        else:
            return response
        response.headers["Content-Encoding"] = "gzip"
        etag, is_weak = response.get_etag()
        if etag is not None and not is_weak:
            # the tag was made for other bytes
            response.set_etag(etag, weak=True)
        return response


def _compress_parts(parts: Iterable[bytes], source: object) -> Iterator[bytes]:
    """Yield compressed parts; a client can read each part as soon as it has come.

    `source`: object from which the parts come; it is closed at the end if it can be.
    """
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    try:
        for part in parts:
            yield compressor.compress(part) + compressor.flush(zlib.Z_SYNC_FLUSH)
        yield compressor.flush()
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()
