"""Several serving processes behind one address: `gunicorn`, whose workers share what was loaded before they were forked
and the mapped files of the catalogue. A worker that ends is replaced at once; a termination lets every request end.

One process more answers nobody: it lands the records that are posted to all others (`resolver.api.server.writer`).
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

from resolver.api.server.request_limits import said_as_json
from resolver.api.server.request_turns import WAITING
from resolver.api.server.writer import Taker
from resolver.api.service import Service
from resolver.errors import ResolverError

_GRACE = 30
"""Seconds that requests may take to end when the service is told to stop."""
_AFTER_OTHERS, _LOOK = 0.01, 0.0005
"""Seconds for which a worker leaves a new connection to those that hold fewer, and between two looks whether it is
taken."""
_NEXT = 5
"""Milliseconds for which a thread waits for the next request on the connection that it has answered."""
_SERVES_NOT = -1
LANDS = 0
"""The place of the worker that lands."""
_LOOK_LANDED, _LAST = 0.1, 2.0
"""Seconds between two looks whether those who answer are done, and for which a landing under way is waited for at the
end."""
_LONGEST = 80
"""Characters of a folder in which a socket can lie."""
_SILENT = 10
"""Seconds that a thread waits for the next byte of a request."""


class _Log(Logger):  # type: ignore[misc]
    """Lets what the server itself says go where our log goes."""

    def setup(self, cfg: Any) -> None:
        """Add no handlers of its own."""
        self.error_log = logging.getLogger("gunicorn.error")
        self.access_log = logging.getLogger("gunicorn.access")
        self.error_log.setLevel(logging.WARNING)


class _Held:
    """How many connections each worker holds, in memory that all share; each counts in the place it was given. The
    first place is that of the worker that lands, which holds none."""

    def __init__(self, workers: int) -> None:
        # one is replaced while its successor begins, and signals ask for more
        self._counts = memoryview(mmap.mmap(-1, 4 * 4 * workers)).cast("i")
        self._places: dict[object, int] = {}
        for place in range(len(self._counts)):
            self._counts[place] = _SERVES_NOT

    def give(self, worker: object) -> int:
        """A free place for a worker that is about to be forked. Where there is none, as when signals have asked for
        many, it shares the last one."""
        taken, last = set(self._places.values()), len(self._counts) - 1
        place = self._places[worker] = next(
            (place for place in range(last) if place not in taken), last
        )
        return place

    def free(self, worker: object) -> None:
        """A worker has ended."""
        self._counts[self._places.pop(worker)] = _SERVES_NOT

    def count(self, place: int, connections: int) -> None:
        """Say how many connections a worker holds."""
        self._counts[place] = connections

    def most(self, place: int) -> bool:
        """Whether a worker holds more connections than some other that serves."""
        return any(_SERVES_NOT < held < self._counts[place] for held in self._counts)


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Lets nobody hold a thread by saying nothing, and whoever holds fewer connections take the next."""

    held: _Held
    place: int
    waiting: threading.BoundedSemaphore
    taker: Callable[[], Taker]

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Threads for those who run and for those who wait for a landing."""
        return ThreadPoolExecutor(max_workers=self.cfg.threads + WAITING)

    def run(self) -> None:
        """Serve, or land what the others pass on."""
        if self.place != LANDS:
            super().run()
            return
        for listener in self.sockets:
            listener.close()
        self._land()

    def _land(self) -> None:
        taker = self.taker()
        ended = threading.Event()
        thread = threading.Thread(
            target=taker.run, args=(lambda: not ended.is_set(),), name="landing", daemon=True
        )
        thread.start()
        self.poller.register(
            self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks
        )
        until = math.inf
        while thread.is_alive() and self.is_parent_alive() and time.monotonic() < until:
            self.tmp.notify()
            self.wait_for_and_dispatch_events(timeout=1.0 if self.alive else _LOOK_LANDED)
            if not self.alive:
                # those who answer still may have something to land
                until = min(until, time.monotonic() + _GRACE)
                if not taker.asked:
                    break
        if not thread.is_alive():
            sys.exit(1)
        ended.set()
        thread.join(timeout=_LAST)
        if not thread.is_alive():
            # else what it lands still lands whole or not at all
            taker.close()

    def notify(self) -> None:
        """Say that it lives, and how many connections it holds."""
        super().notify()
        self.held.count(self.place, self.nr_conns)

    def accept(self, listener: Any) -> None:
        """Take a connection; where another worker holds fewer it goes first, if it can."""
        until = time.monotonic() + _AFTER_OTHERS
        while self.held.most(self.place) and time.monotonic() < until:
            time.sleep(_LOOK)
            if not select.select([listener], [], [], 0)[0]:
                return
        super().accept(listener)
        self.held.count(self.place, self.nr_conns)

    def init_process(self) -> None:
        """Begin; as many threads as wait for one and the same caller, no more."""
        self.waiting = threading.BoundedSemaphore(max(self.cfg.threads // 2, 1))
        super().init_process()

    def handle(self, conn: Any) -> Any:
        """Answer a request, and the next ones of the same caller if they come at once: handing the connection back and
        getting it again would take longer than most of an answer."""
        again = super().handle(conn)
        if again is not True or not self.waiting.acquire(blocking=False):
            return again
        try:
            while again is True and self.alive and _comes(conn):
                again = super().handle(conn)
            return again
        finally:
            self.waiting.release()

    def enqueue_req(self, conn: Any) -> None:
        """Read from a connection, as long as something comes."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _SILENT, 0))
        super().enqueue_req(conn)


def _comes(conn: Any) -> bool:
    """Whether the next request on a connection comes at once; what has been read of it already is for others."""
    if conn.is_http2 or conn.parser.unreader.buf.getvalue():
        return False
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(_NEXT))


class _Response(wsgi.Response):  # type: ignore[misc]
    """Sends what it is in one piece where that is all: its reader wakes once."""

    def write(self, arg: bytes) -> None:
        """Send the head with the body."""
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


def _write_error(sock: socket.socket, status: int, reason: str, said: str) -> None:
    """What the server itself refuses, as the application says it."""
    body = said_as_json(status, said or reason)
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    util.write_nonblock(
        sock,
        f"{head}Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin1")
        + body,
    )


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Keeps the worker that lands and one that serves, whatever signals ask for."""

    def handle_ttou(self) -> None:
        """One worker less."""
        if self.num_workers > 2:
            super().handle_ttou()


class _Served(BaseApplication):  # type: ignore[misc]
    """The application with its options, as gunicorn wants it."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Set the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self._app

    def run(self) -> None:
        """Serve until terminated."""
        _Arbiter(self).run()


def load(held: Service) -> None:
    """Load once, before there are several, what takes seconds and memory; an empty store has nothing to load."""
    with suppress(ResolverError):
        held.warm()


def serve_in_workers(app: Flask, listening: socket.socket, workers: int, threads: int) -> None:
    """Serve on a bound socket until terminated."""
    held: Service = app.extensions["resolver"]
    held.hub.store.disown()
    held.screen.take_turns(max(len(os.sched_getaffinity(0)) // workers, 1))
    util.write_error, wsgi.Response = _write_error, _Response
    connections = _Held(workers + 1)
    with _folder() as folder:
        held.pass_on(folder / "landing")

        def give_place(_server: object, worker: _Worker) -> None:
            worker.held, worker.place = connections, connections.give(worker)
            if worker.place == LANDS:
                worker.taker = held.taker
                # where there shall be fewer the oldest go
                worker.age = sys.maxsize

        options = {
            # the server closes it
            "bind": f"fd://{listening.detach()}",
            "workers": workers + 1,
            "threads": threads,
            "worker_class": _Worker,
            "preload_app": True,
            "graceful_timeout": _GRACE,
            "timeout": 2 * _GRACE,
            "keepalive": 15,
            "backlog": 1024,
            "limit_request_line": 8190,
            "logger_class": _Log,
            "pre_fork": give_place,
            "child_exit": lambda _server, worker: connections.free(worker),
            "post_fork": lambda _server, worker: held.forked(lands=worker.place == LANDS),
            "worker_exit": lambda _server, _worker: held.close(),
            "control_socket_disable": True,
        }
        try:
            _Served(app, options).run()
        except SystemExit as ended:
            if ended.code:
                raise


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for a socket that nobody else may reach."""
    mine = os.getpid()
    folder = tempfile.mkdtemp(prefix="resolver-")
    if len(folder) > _LONGEST:
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix="resolver-", dir="/tmp")
    try:
        yield Path(folder)
    finally:
        # workers come by here too when they end
        if os.getpid() == mine:
            shutil.rmtree(folder, ignore_errors=True)
