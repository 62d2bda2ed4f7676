"""Server-sent events: the state of a job, sent as it changes.

A stream holds a thread for as long as it lasts, so their number is limited
(`ServiceSettings.streams`) and none lasts longer than `MAX_STREAM_SECONDS`. A client beyond the
limit is told to poll the job; one that is cut off comes back with `Last-Event-ID`, as browsers do.

Compression of JSON responses with gzip, for clients that accept it.

Pages are never compressed. Their length would tell a network observer how far what a request
repeats in the page resembles a secret in it, such as a CSRF token (the attack BREACH:
https://breachattack.com). For the same reason an answer to a request with a key in its address is
not. Other answers of the API hold no secret: a request comes with its key in a header, which no
page of another origin can make a browser send.

Responses and refusals of `gunicorn` in the form of the application's.

`gunicorn` has no setting for the class of responses, so `send_whole_responses` replaces it. It
spares the client a second wake-up for each answer.
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from gunicorn import util
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException

from resolver.api.endpoints import is_self_guarded
from resolver.api.errors import ApiError
from resolver.api.server.limits import MAX_STREAM_SECONDS
from resolver.api.server.request_limits import error_body
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


MIN_COMPRESSED = 1_400
"""Bytes from which an answer is compressed; a shorter one is one network packet anyway."""
_LEVEL = 5
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
JSON_LINES = "application/x-ndjson"
_MEDIA_TYPES = frozenset({"application/json", "application/vnd.senzing+json", JSON_LINES})


def install_compression(app: Flask) -> None:
    """Compress the JSON responses of an application."""

    @app.after_request
    def compress(response: Response) -> Response:
        """Compress a response if its client accepts that and it is worth it."""
        media_type = response.headers.get("Content-Type", "").partition(";")[0]
        if media_type not in _MEDIA_TYPES or is_self_guarded():
            return response
        vary = response.headers.get("Vary")
        response.headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
        if not _is_compressible(response):
            return response
        # the wrapper of a file may have a length, which is not that of its content
        if response.is_streamed or response.direct_passthrough:
            response.response = _compress_parts(response.iter_encoded(), response.response)
            response.direct_passthrough = False
            # the length and the byte ranges of the content that was not compressed
            for name in ("Content-Length", "Accept-Ranges"):
                response.headers.pop(name, None)
        elif len(body := response.get_data()) >= MIN_COMPRESSED:
            response.set_data(gzip.compress(body, _LEVEL, mtime=0))
        else:
            return response
        response.headers["Content-Encoding"] = "gzip"
        etag, is_weak = response.get_etag()
        if etag is not None and not is_weak:
            # other bytes than those that the tag was made for
            response.set_etag(etag, weak=True)
        return response


def _is_compressible(response: Response) -> bool:
    return (
        # most programs accept none, and parsing takes longer than looking
        "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "")
        and request.accept_encodings.quality("gzip") > 0
        and "api_key" not in request.args
        and "Content-Encoding" not in response.headers
        and "Content-Range" not in response.headers
    )


def _compress_parts(parts: Iterable[bytes], source: object) -> Iterator[bytes]:
    """Yield compressed parts, each of which a client can read as soon as it has come.

    source: what the parts come from; closed at the end if it can be.
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


_STATUSES = {
    "ExpectationFailed": HTTPStatus.EXPECTATION_FAILED,
    "InvalidResponseHeader": HTTPStatus.INTERNAL_SERVER_ERROR,
    "InvalidResponseHeaderName": HTTPStatus.INTERNAL_SERVER_ERROR,
    "LimitRequestHeaders": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "LimitRequestLine": HTTPStatus.REQUEST_URI_TOO_LONG,
    "UnsupportedTransferCoding": HTTPStatus.NOT_IMPLEMENTED,
}
"""Statuses by name of an error, since versions of `gunicorn` differ in them; others are 400."""


class WholeResponse(wsgi.Response):  # type: ignore[misc]
    """Response that is sent in one piece if it has one body part, so its reader wakes once."""

    def write(self, arg: bytes) -> None:
        """Send the head together with the body."""
        if (
            self.headers_sent
            or self.chunked
            or self._omits_body
            or self.response_length != len(arg)
        ):
            super().write(arg)
            return
        head = "".join(
            [
                *self.default_headers(),
                *(f"{name}: {value}\r\n" for name, value in self.headers),
                "\r\n",
            ]
        )
        util.write(self.sock, head.encode("latin-1") + arg)
        self.sent = len(arg)
        self.headers_sent: bool = True


def send_whole_responses() -> None:
    """Let workers of this process and its forks send a response of one part in one piece."""
    wsgi.Response = WholeResponse


def error_status(error: Exception) -> HTTPStatus:
    """Return the status of a request that cannot be read, or could not be answered (500)."""
    if not isinstance(error, ParseException):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return _STATUSES.get(type(error).__name__, HTTPStatus.BAD_REQUEST)


def send_refusal(sock: socket.socket, status: HTTPStatus, detail: str) -> None:
    """Send a refusal of gunicorn itself in the form of the application's errors."""
    body = error_body(status, detail or status.phrase)
    head = f"HTTP/1.1 {status:d} {status.phrase}\r\nConnection: close\r\n"
    head += "Content-Type: application/json\r\nCache-Control: no-store\r\n"
    util.write_nonblock(sock, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
