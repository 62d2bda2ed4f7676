"""Limits on connections and requests, in the order in which a request meets them.

| step | limit | beyond it |
|---|---|---|
| connect | `BACKLOG` that wait to be accepted; `MAX_CONNECTIONS` of a process | the client waits |
| be idle | `SILENT_SECONDS` (one process), `KEEP_ALIVE_SECONDS` (workers) | connection closed |
| send the head | `MAX_REQUEST_LINE`, `HEAD_SECONDS`, `READ_SECONDS` per byte | 414, 431; dropped |
| announce a body | `MAX_BODY`, for lists of permitted senders `MAX_UPLOAD` | 401, 403, 413 |
| send the body | `BODY_SECONDS` and a second per `BODY_RATE` bytes | dropped |
| send a refused body | `DRAIN_SECONDS`, `MAX_DRAINED`: read and thrown away | connection closed |
| run | `--threads` requests of a process | the client waits |
| wait for a commit | `MAX_WAITING` requests of a process, which do not count as running | 503 |
| stream | `ServiceSettings.streams`, each `MAX_STREAM_SECONDS` | 503; cut off |
| end | `GRACE_SECONDS` once the service is told to stop | cut off |

A single process (`waitress`) reads all heads and bodies in one thread, so slow senders occupy no
other threads. The time limits for heads and bodies apply to workers (`gunicorn`), where a request
occupies a thread once it has come, or once `MAX_BUFFERED` of its bytes have come. The rate of an
API key is a setting.

*Turns of requests*: a limited number runs at once, and a request that waits for a commit lets
others run. So posted records, however many, never keep a check from getting a thread.

*Memory that requests leave behind*: caches of words are emptied when they hold too many. Loading a
store fills the caches with the words of all its records, and senders of many new words would fill
them again. A query has few words, which take microseconds to read again.

*Requests of this machine*: the program tells by their headers which requests come from this machine
and are meant for it. While a service is open (no keys, no users, loopback only), only this check
stands between the store and a page in a browser of the same machine. Such a page can send requests
to loopback, from its own origin or under a host name of its own that resolves to loopback (DNS
rebinding). A proxy on this machine forwards requests from anywhere.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Flask, g

from resolver.api.errors import ApiError
from resolver.runtime.text_cache import cache_short_texts, empty_caches_above

BACKLOG = 1024
MAX_CONNECTIONS, MAX_WORKER_CONNECTIONS = 500, 1_000
"""Connections of a single process, and of each worker."""
SILENT_SECONDS, KEEP_ALIVE_SECONDS = 60, 15

MAX_REQUEST_LINE = 8_190
"""Maximum number of bytes of method, address and version together."""
HEAD_SECONDS = 20.0
MAX_BUFFERED = 256 << 10
"""Maximum number of bytes in a request, head and body, that a worker gathers before a thread takes
it up. The body of a larger one is read by its thread.
"""
READ_SECONDS = 10
"""Seconds that a thread waits for the next byte of a head or a body."""

MAX_BODY, MAX_UPLOAD = 4 << 20, 4 << 30
"""Bytes of an ordinary body and of a list, unless the settings say otherwise."""
BODY_SECONDS, BODY_RATE = 60.0, 20_000
"""Seconds for every body, and the least number of bytes in each further second: otherwise a client
that sends a byte now and then would hold a thread for hours.
"""

DRAIN_SECONDS, MAX_DRAINED = 10.0, 64 << 20
"""Seconds and bytes for which the rest of a refused body is read and thrown away.

Most clients read no answer before they have sent their body. If the connection closed at once, they
would report a broken connection in place of the refusal.
"""

MAX_WAITING = 64
"""Maximum number of requests of a process that wait for commits at the same time; each has a thread
of its own.
"""
MAX_STREAM_SECONDS = 30.0
GRACE_SECONDS = 30


class RequestTurns:
    """Semaphores of one process: for running requests, and for requests that wait for a commit."""

    def __init__(self, max_running: int) -> None:
        self.running = threading.Semaphore(max_running)
        self.waiting = threading.Semaphore(MAX_WAITING)

    @contextmanager
    def released(self) -> Iterator[None]:
        """Let others run while this request waits.

        Raises `ApiError` if too many requests wait already.
        """
        if not self.waiting.acquire(blocking=False):
            raise ApiError(
                503,
                "too many requests wait for commits: send it again",
                headers={"Retry-After": "1"},
            )
        try:
            turn = g.pop("turn", None)
            if turn is None:
                yield
                return
            self.running.release()
            try:
                yield
            finally:
                self.running.acquire()
                g.turn = turn
        finally:
            self.waiting.release()


def install_turns(app: Flask, turns: RequestTurns) -> None:
    """Let as many requests of an application run at once as there are turns."""

    @app.before_request
    def begin() -> None:
        """Wait for a turn."""
        turns.running.acquire()
        g.turn = True

    @app.teardown_request
    def end(_: object) -> None:
        """Give the turn back."""
        if g.pop("turn", None) is not None:
            turns.running.release()


TOO_LONG_TEXT = "the address or the headers are too long: send the query as the body of POST /match"


def error_body(status: int, detail: str) -> bytes:
    """Return the body of an error that the application does not see."""
    text = TOO_LONG_TEXT if status in (414, 431) else " ".join(detail.split())
    return orjson.dumps({"detail": text})


MAX_CACHED_WORDS = 40_000
"""Maximum number of entries of all caches of words together in a process that serves."""


def install_memory_bound(app: Flask) -> None:
    """Bound the caches of words after each request of an application."""

    @app.teardown_request
    def bound(_: object) -> None:
        """Empty the caches if they hold too many words."""
        empty_caches_above(MAX_CACHED_WORDS)


_PROXY_HEADERS = {
    "HTTP_FORWARDED": "Forwarded",
    "HTTP_X_FORWARDED_FOR": "X-Forwarded-For",
    "HTTP_X_FORWARDED_HOST": "X-Forwarded-Host",
    "HTTP_X_FORWARDED_PROTO": "X-Forwarded-Proto",
    "HTTP_X_REAL_IP": "X-Real-IP",
}
"""Headers that only proxies send, by their names in WSGI."""


def is_loopback_host(host: str) -> bool:
    """Return whether a host name or address can only mean this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost" or host.casefold().endswith(".localhost")


@cache_short_texts(256)
def is_loopback_origin(origin: str) -> bool:
    """Return whether an origin, as browsers state it, belongs to this machine."""
    try:
        return is_loopback_host(urlsplit(origin).hostname or "")
    except ValueError:
        return False


def proxy_header(environ: Mapping[str, Any]) -> str:
    """Return the name of a header that only proxies send, if a request has such a header; else an
    empty text.

    `environ`: headers of the request under their names in WSGI, such as HTTP_ORIGIN.
    """
    for key, name in _PROXY_HEADERS.items():
        if key in environ:
            return name
    return ""


def refusal_reason(environ: Mapping[str, Any]) -> str:
    """Return the reason to doubt that a request is local, or an empty text.

    `environ`: headers of the request under their names in WSGI, such as HTTP_ORIGIN.
    """
    sent_by_proxy = proxy_header(environ)
    if sent_by_proxy:
        return f"the request came through a proxy ({sent_by_proxy})"
    if not is_loopback_origin(f"//{environ.get('HTTP_HOST', '')}"):
        return "the request names another host than this machine"
    origin = environ.get("HTTP_ORIGIN")
    if origin and not is_loopback_origin(origin):
        return "the request was sent by a page of another origin"
    return ""
