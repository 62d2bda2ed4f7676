"""Several HTTP workers behind one address: `gunicorn` with workers that share loaded data.

Workers are forked from a process that has loaded the model and mapped the files of the entity
index. A worker that ends is replaced at once; at termination, all accepted requests are answered
first.

Beside them one process commits the records posted to all of them
(`resolver.api.server.writer`).

The module also gives responses and refusals of `gunicorn` the form of the application's.

`gunicorn` has no setting for the class of responses, so `send_whole_responses` replaces it. It
saves the client a second wake-up for each answer.
"""

from __future__ import annotations

import logging
import mmap
import os
import re
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Flask
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from resolver.api.observability import AFTER_RESPONSE
from resolver.api.server import limits
from resolver.api.server.limits import error_body
from resolver.api.server.writer import WriterProcess, socket_folder
from resolver.api.service import Service
from resolver.errors import ResolverError

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
    """Return the status of a request that cannot be read (4xx), or that could not be answered
    (500).
    """
    if not isinstance(error, ParseException):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return _STATUSES.get(type(error).__name__, HTTPStatus.BAD_REQUEST)


def send_refusal(sock: socket.socket, status: HTTPStatus, detail: str) -> None:
    """Send a refusal of gunicorn itself in the form of the application's errors."""
    body = error_body(status, detail or status.phrase)
    head = f"HTTP/1.1 {status:d} {status.phrase}\r\nConnection: close\r\n"
    head += "Content-Type: application/json\r\nCache-Control: no-store\r\n"
    util.write_nonblock(sock, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


_YIELD_SECONDS, _YIELD_POLL_SECONDS = 0.01, 0.0005
"""Seconds for which a worker leaves a new connection to those with fewer, and between two polls."""
_KEEP_THREAD_MS = 5
"""Milliseconds for which a thread waits for the next request on its connection."""
_RECV_BYTES = 65_536
_HEAD_END = b"\r\n\r\n"
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n")
_UNUSED = -1


class _Log(Logger):  # type: ignore[misc]
    """Logger of gunicorn that leaves handlers and format to the service."""

    def setup(self, cfg: Any) -> None:
        """Add no handlers."""
        self.error_log = logging.getLogger("gunicorn.error")
        self.access_log = logging.getLogger("gunicorn.access")
        self.error_log.setLevel(logging.WARNING)

    def access(self, _resp: object, _req: object, environ: dict[str, Any], _time: object) -> None:
        """Let the application log a request whose response is sent."""
        for run in environ.get(AFTER_RESPONSE, ()):
            run()


class _ConnectionCounts:
    """Numbers of connections that the workers hold, in shared memory, one slot for each worker."""

    def __init__(self, workers: int) -> None:
        # spare slots: a successor starts before its predecessor ends, and signals may add workers
        self._counts = memoryview(mmap.mmap(-1, 4 * 4 * workers)).cast("i")
        self._slots: dict[object, int] = {}
        for slot in range(len(self._counts)):
            self._counts[slot] = _UNUSED

    def assign_slot(self, worker: object) -> int:
        """Return a free slot for a worker that is about to be forked; if there is none, the shared
        last slot.
        """
        used, last = set(self._slots.values()), len(self._counts) - 1
        slot = self._slots[worker] = next((slot for slot in range(last) if slot not in used), last)
        return slot

    def free(self, worker: object) -> None:
        """Free the slot of a worker that has ended."""
        self._counts[self._slots.pop(worker)] = _UNUSED

    def count(self, slot: int, connections: int) -> None:
        """Set the number of connections that a worker holds."""
        self._counts[slot] = connections

    def holds_more_than_another(self, slot: int) -> bool:
        """Return whether a worker holds more connections than some other serving worker."""
        return any(_UNUSED < count < self._counts[slot] for count in self._counts)


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Worker that leaves new connections to less busy workers and drops silent clients."""

    connection_counts: _ConnectionCounts
    slot: int
    kept_threads: threading.BoundedSemaphore

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Return threads for running requests and for requests that wait for a commit."""
        return ThreadPoolExecutor(max_workers=self.cfg.threads + limits.MAX_WAITING)

    def notify(self) -> None:
        """Report that the worker lives, and its number of connections; drop slow senders."""
        super().notify()
        self._end_slow_requests()
        self.connection_counts.count(self.slot, self.nr_conns)

    def _end_slow_requests(self) -> None:
        """Stop reading requests that have not come in time; requests that have come are
        answered.
        """
        now = time.monotonic()
        for conn, until in list(self.reading.items()):
            if now > until:
                self.reading.pop(conn, None)
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)

    def accept(self, listener: Any) -> None:
        """Take a connection, unless a worker with fewer connections takes it first."""
        until = time.monotonic() + _YIELD_SECONDS
        counts = self.connection_counts
        while counts.holds_more_than_another(self.slot) and time.monotonic() < until:
            time.sleep(_YIELD_POLL_SECONDS)
            if not select.select([listener], [], [], 0)[0]:
                return
        super().accept(listener)
        counts.count(self.slot, self.nr_conns)

    def init_process(self) -> None:
        """Begin; at most half of the threads may wait for the next request of their client."""
        self.kept_threads = threading.BoundedSemaphore(max(self.cfg.threads // 2, 1))
        self.reading: dict[Any, float] = {}
        super().init_process()

    def handle(self, conn: Any) -> Any:
        """Answer a request, and the next ones of the same client if they arrive at once.

        To hand the connection back and get it again would take longer than most responses.
        """
        keeps_alive = self._handle_in_time(conn)
        if keeps_alive is not True or not self.kept_threads.acquire(blocking=False):
            return keeps_alive
        try:
            while keeps_alive is True and self.alive and _has_next_request(conn):
                keeps_alive = self._handle_in_time(conn)
            return keeps_alive
        finally:
            self.kept_threads.release()

    def _handle_in_time(self, conn: Any) -> Any:
        """Answer a request whose head comes in time.

        A thread takes it up only after its head and a small body have come. Otherwise clients that
        send a byte from time to time would hold all threads.
        """
        if self.alive and not _has_come(conn):
            if time.monotonic() < conn.arriving.until:
                return _DEFER
            with suppress(OSError):
                send_refusal(conn.sock, HTTPStatus.REQUEST_TIMEOUT, "the request came too slowly")
                # so that closing it does not wait
                conn.sock.shutdown(socket.SHUT_RDWR)
            return False
        conn.arriving = None
        self.reading[conn] = time.monotonic() + limits.HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            self.reading.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose head has arrived; its body must arrive in time."""
        length = dict(req.headers).get("CONTENT-LENGTH", "0")
        size = int(length) if length.isdecimal() else 0
        has_body = size > 0 or "TRANSFER-ENCODING" in dict(req.headers)
        if has_body:
            self.reading[conn] = time.monotonic() + limits.BODY_SECONDS + size / limits.BODY_RATE
        else:
            self.reading.pop(conn, None)
        keeps_alive = super().handle_request(req, conn)
        # read what the client of a refused request still sends, so that it reads the refusal
        deadline = time.monotonic() + limits.DRAIN_SECONDS
        return conn.parser.finish_body(deadline, limits.MAX_DRAINED) and keeps_alive

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: Exception) -> None:
        """Refuse a request that cannot be read or answered; log nothing of its content."""
        status = error_status(exc)
        is_fault = status == HTTPStatus.INTERNAL_SERVER_ERROR
        self.log.warning("request refused: %s", type(exc).__name__, exc_info=is_fault)
        with suppress(OSError):
            send_refusal(client, status, "" if is_fault else str(exc))

    def enqueue_req(self, conn: Any) -> None:
        """Read a request from a connection, dropping a client that stalls."""
        timeout = struct.pack("ll", limits.READ_SECONDS, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
        super().enqueue_req(conn)


class _Arriving:
    """Request that has come in part: the deadline for it, how far its head was searched for its
    end, and the sizes of head and body in bytes (0: unknown).
    """

    def __init__(self) -> None:
        self.until = time.monotonic() + limits.HEAD_SECONDS
        self.searched = self.size = 0


def _has_come(conn: Any) -> bool:
    """Read the part of a request that has come, without waiting; return whether a thread can take
    it up.

    It can once head and body have come. It also can if the body is large, if its client waits to be
    asked for the body, or if the connection has ended.
    """
    conn.init()
    buffer = conn.parser.unreader.buf
    if getattr(conn, "arriving", None) is None:
        conn.arriving = _Arriving()
    arriving: _Arriving = conn.arriving
    buffer.seek(0, os.SEEK_END)
    while buffer.tell() <= limits.MAX_BUFFERED:
        try:
            data = conn.sock.recv(_RECV_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            break
        except OSError:
            return True
        if not data:
            return True
        buffer.write(data)
    count = int(buffer.tell())
    if not arriving.size:
        arriving.size = _request_size(buffer.getbuffer(), arriving)
        if arriving.size > count:
            seconds = limits.BODY_SECONDS + arriving.size / limits.BODY_RATE
            arriving.until = time.monotonic() + seconds
    return count > limits.MAX_BUFFERED or 0 < arriving.size <= count


def _request_size(content: memoryview, arriving: _Arriving) -> int:
    """Return the number of bytes to wait for: head and small body, or only the head; 0 until the
    head has come.
    """
    with content:
        end = bytes(content[arriving.searched :]).find(_HEAD_END)
        if end < 0:
            arriving.searched = max(len(content) - len(_HEAD_END) + 1, 0)
            return 0
        end += arriving.searched + len(_HEAD_END)
        head = bytes(content[:end]).lower()
    length = _CONTENT_LENGTH.search(head)
    if length is None or b"\r\nexpect:" in head:
        return end
    size = end + int(length[1])
    return size if size <= limits.MAX_BUFFERED else end


def _has_next_request(conn: Any) -> bool:
    """Return whether the next request arrives at once; bytes in the buffer are left to gunicorn."""
    if conn.is_http2 or conn.parser.unreader.buf.getvalue():
        return False
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(_KEEP_THREAD_MS))


class _Application(BaseApplication):  # type: ignore[misc]
    """Application and its options in the form that gunicorn requires."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Set the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """Return the application, which also runs functions after each response."""

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            """Answer one request."""
            environ[AFTER_RESPONSE] = []
            return self._app(environ, start_response)

        return answer


def load_before_fork(service: Service) -> None:
    """Load data once for all workers, which takes seconds; an empty store has nothing to load."""
    with suppress(ResolverError):
        service.warm()


def serve_in_workers(app: Flask, listening: socket.socket, workers: int, threads: int) -> None:
    """Serve on a bound socket until terminated."""
    service: Service = app.extensions["resolver"]
    service.hub.store.disown()
    service.screener.limit_concurrency(max(len(os.sched_getaffinity(0)) // workers, 1))
    send_whole_responses()
    with socket_folder() as folder:
        path = folder / "writer"
        service.use_writer_process(path)
        writer = WriterProcess(lambda: service.serve_writer(path), service.close)
        writer.start()
        options = {
            # the server closes it
            "bind": f"fd://{listening.detach()}",
            "workers": workers,
            "threads": threads,
            **_options(service, workers),
            "on_exit": lambda _server: writer.stop(),
        }
        try:
            _Application(app, options).run()
        except SystemExit as exit_request:
            if exit_request.code:
                raise


def _options(service: Service, workers: int) -> dict[str, Any]:
    return {
        "worker_class": _Worker,
        "preload_app": True,
        "graceful_timeout": limits.GRACE_SECONDS,
        "timeout": 2 * limits.GRACE_SECONDS,
        "keepalive": limits.KEEP_ALIVE_SECONDS,
        "backlog": limits.BACKLOG,
        "worker_connections": limits.MAX_WORKER_CONNECTIONS,
        "limit_request_line": limits.MAX_REQUEST_LINE,
        "logger_class": _Log,
        "control_socket_disable": True,
        **_hooks(service, _ConnectionCounts(workers)),
    }


def _hooks(service: Service, connection_counts: _ConnectionCounts) -> dict[str, Any]:
    def pre_fork(_server: object, worker: _Worker) -> None:
        """Assign a slot to a worker before it is forked."""
        worker.connection_counts = connection_counts
        worker.slot = connection_counts.assign_slot(worker)

    def post_fork(_server: object, _worker: object) -> None:
        """Begin in a worker."""
        service.after_fork()
        service.start_loading()

    return {
        "pre_fork": pre_fork,
        "post_fork": post_fork,
        "child_exit": lambda _server, worker: connection_counts.free(worker),
        "worker_exit": lambda _server, _worker: service.close(),
    }
