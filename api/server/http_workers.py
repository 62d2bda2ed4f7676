"""Several HTTP workers behind one address: `gunicorn` with workers that share loaded data.

Workers are forked from a process that has loaded the model and mapped the files of the entity
index. A worker that ends is replaced at once; on termination every request is answered first.

One more worker answers no requests: it commits the records posted to all others
(`resolver.api.server.writer`).
"""

from __future__ import annotations

import logging
import math
import mmap
import os
import select
import selectors
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http import wsgi
from gunicorn.workers.gthread import ThreadWorker

from resolver.api.server import limits
from resolver.api.server.gunicorn_responses import WholeResponse, write_error
from resolver.api.server.writer import WriterServer
from resolver.api.service import Service
from resolver.errors import ResolverError

_YIELD_SECONDS, _YIELD_POLL_SECONDS = 0.01, 0.0005
"""Seconds for which a worker leaves a new connection to those with fewer, and between two polls."""
_KEEP_THREAD_MS = 5
"""Milliseconds for which a thread waits for the next request on its connection."""
_UNUSED = -1
WRITER_SLOT = 0
"""Slot of the worker that commits records."""
_STOP_POLL_SECONDS, _LAST_COMMIT_SECONDS = 0.1, 2.0
"""Seconds between two polls whether the other workers are done, and for a commit under way."""
_MAX_FOLDER = 80
"""Characters of a folder in which a Unix socket can lie."""


class _Log(Logger):  # type: ignore[misc]
    """Logger of gunicorn that leaves handlers and format to the service."""

    def setup(self, cfg: Any) -> None:
        """Add no handlers."""
        self.error_log = logging.getLogger("gunicorn.error")
        self.access_log = logging.getLogger("gunicorn.access")
        self.error_log.setLevel(logging.WARNING)


class _ConnectionCounts:
    """Numbers of connections that the workers hold, in shared memory, one slot for each worker.

    The first slot belongs to the worker that commits records and holds no connections.
    """

    def __init__(self, workers: int) -> None:
        # spare slots: a successor starts before its predecessor ends, and signals may add workers
        self._counts = memoryview(mmap.mmap(-1, 4 * 4 * workers)).cast("i")
        self._slots: dict[object, int] = {}
        for slot in range(len(self._counts)):
            self._counts[slot] = _UNUSED

    def assign_slot(self, worker: object) -> int:
        """Return a free slot for a worker that is about to be forked, or the shared last one."""
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
        """Return whether a worker holds more connections than some other that serves."""
        return any(_UNUSED < count < self._counts[slot] for count in self._counts)


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Worker that leaves new connections to less busy workers and drops silent clients.

    The worker in `WRITER_SLOT` commits records instead of serving.
    """

    connection_counts: _ConnectionCounts
    slot: int
    kept_threads: threading.BoundedSemaphore
    make_writer: Callable[[], WriterServer]

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Return threads for requests that run and for those that wait for a commit."""
        return ThreadPoolExecutor(max_workers=self.cfg.threads + limits.MAX_WAITING)

    def run(self) -> None:
        """Serve requests, or commit what the other workers forward."""
        if self.slot != WRITER_SLOT:
            super().run()
            return
        for listener in self.sockets:
            listener.close()
        self._write()

    def _write(self) -> None:
        """Commit records until the service stops and the other workers have none left."""
        server = self.make_writer()
        stopping = threading.Event()
        thread = threading.Thread(
            target=server.run, args=(lambda: not stopping.is_set(),), name="writer", daemon=True
        )
        thread.start()
        self.poller.register(
            self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks
        )
        until = math.inf
        while thread.is_alive() and self.is_parent_alive() and time.monotonic() < until:
            self.tmp.notify()
            self.wait_for_and_dispatch_events(timeout=1.0 if self.alive else _STOP_POLL_SECONDS)
            if not self.alive:
                # requests that are still being answered may post records
                until = min(until, time.monotonic() + limits.GRACE_SECONDS)
                if not server.has_clients:
                    break
        if not thread.is_alive():
            sys.exit(1)
        stopping.set()
        thread.join(timeout=_LAST_COMMIT_SECONDS)
        if not thread.is_alive():
            # a commit that still runs is atomic and needs no closing
            server.close()

    def notify(self) -> None:
        """Report that the worker lives, and its number of connections; drop slow senders."""
        super().notify()
        self._end_slow_requests()
        self.connection_counts.count(self.slot, self.nr_conns)

    def _end_slow_requests(self) -> None:
        """Stop to read requests that have not come in time; what has come is answered."""
        now = time.monotonic()
        for conn, until in list(self.reading.items()):
            if now > until:
                self.reading.pop(conn, None)
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)

    def accept(self, listener: Any) -> None:
        """Take a connection, unless a worker that holds fewer takes it first."""
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

        Handing the connection back and getting it again would take longer than most responses.
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
        """Answer a request whose head comes in time."""
        self.reading[conn] = time.monotonic() + limits.HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            self.reading.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request whose head has come, and whose body must come in time."""
        length = dict(req.headers).get("CONTENT-LENGTH", "0")
        size = int(length) if length.isdecimal() else 0
        has_body = size > 0 or "TRANSFER-ENCODING" in dict(req.headers)
        if has_body:
            self.reading[conn] = time.monotonic() + limits.BODY_SECONDS + size / limits.BODY_RATE
        else:
            self.reading.pop(conn, None)
        return super().handle_request(req, conn)

    def enqueue_req(self, conn: Any) -> None:
        """Read a request from a connection, dropping a client that stalls."""
        timeout = struct.pack("ll", limits.READ_SECONDS, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
        super().enqueue_req(conn)


def _has_next_request(conn: Any) -> bool:
    """Return whether the next request arrives at once; buffered bytes are left to gunicorn."""
    if conn.is_http2 or conn.parser.unreader.buf.getvalue():
        return False
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(_KEEP_THREAD_MS))


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Arbiter that keeps the writer and one worker that serves, whatever signals ask for."""

    def handle_ttou(self) -> None:
        """Stop one worker."""
        if self.num_workers > 2:
            super().handle_ttou()


class _Application(BaseApplication):  # type: ignore[misc]
    """Application and its options in the form that gunicorn wants."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Set the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return self._app

    def run(self) -> None:
        """Serve until terminated."""
        _Arbiter(self).run()


def load_before_fork(service: Service) -> None:
    """Load once for all workers what takes seconds; an empty store has nothing to load."""
    with suppress(ResolverError):
        service.warm()


def serve_in_workers(app: Flask, listening: socket.socket, workers: int, threads: int) -> None:
    """Serve on a bound socket until terminated."""
    service: Service = app.extensions["resolver"]
    service.hub.store.disown()
    service.screener.limit_concurrency(max(len(os.sched_getaffinity(0)) // workers, 1))
    util.write_error, wsgi.Response = write_error, WholeResponse
    connection_counts = _ConnectionCounts(workers + 1)
    with _socket_folder() as folder:
        service.use_writer_process(folder / "writer")

        def pre_fork(_server: object, worker: _Worker) -> None:
            """Assign a slot to a worker before it is forked."""
            worker.connection_counts = connection_counts
            worker.slot = connection_counts.assign_slot(worker)
            if worker.slot == WRITER_SLOT:
                worker.make_writer = service.writer_server
                # gunicorn stops its oldest workers first
                worker.age = sys.maxsize

        options = {
            # the server closes it
            "bind": f"fd://{listening.detach()}",
            "workers": workers + 1,
            "threads": threads,
            "worker_class": _Worker,
            "preload_app": True,
            "graceful_timeout": limits.GRACE_SECONDS,
            "timeout": 2 * limits.GRACE_SECONDS,
            "keepalive": limits.KEEP_ALIVE_SECONDS,
            "backlog": limits.BACKLOG,
            "worker_connections": limits.MAX_WORKER_CONNECTIONS,
            "limit_request_line": limits.MAX_REQUEST_LINE,
            "logger_class": _Log,
            "pre_fork": pre_fork,
            "child_exit": lambda _server, worker: connection_counts.free(worker),
            "post_fork": lambda _server, worker: service.after_fork(
                is_writer=worker.slot == WRITER_SLOT
            ),
            "worker_exit": lambda _server, _worker: service.close(),
            "control_socket_disable": True,
        }
        try:
            _Application(app, options).run()
        except SystemExit as exit_request:
            if exit_request.code:
                raise


@contextmanager
def _socket_folder() -> Iterator[Path]:
    """Make a folder for a socket that only this user can reach."""
    owner_pid = os.getpid()
    folder = tempfile.mkdtemp(prefix="resolver-")
    if len(folder) > _MAX_FOLDER:
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix="resolver-", dir="/tmp")
    try:
        yield Path(folder)
    finally:
        # workers come by here too when they end
        if os.getpid() == owner_pid:
            shutil.rmtree(folder, ignore_errors=True)
