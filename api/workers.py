"""Several serving processes behind one address: `gunicorn`, whose workers share what was loaded before they were forked
and the mapped files of the catalogue. A worker that ends is replaced at once; a termination lets every request end.
"""

from __future__ import annotations

import logging
import socket
import struct
from contextlib import suppress
from typing import Any

from flask import Flask
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from api.bounds import said_as_json
from api.service import Service
from resolver.errors import ResolverError

_GRACE = 30
"""Seconds that requests may take to end when the service is told to stop."""
_SILENT = 10
"""Seconds that a thread waits for the next byte of a request."""


class _Log(Logger):  # type: ignore[misc]
    """Lets what the server itself says go where our log goes."""

    def setup(self, cfg: Any) -> None:
        """Add no handlers of its own."""
        self.error_log = logging.getLogger("gunicorn.error")
        self.access_log = logging.getLogger("gunicorn.access")
        self.error_log.setLevel(logging.WARNING)


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Lets nobody hold a thread by saying nothing."""

    def enqueue_req(self, conn: Any) -> None:
        """Read from a connection, as long as something comes."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", _SILENT, 0))
        super().enqueue_req(conn)


def _write_error(sock: socket.socket, status: int, reason: str, said: str) -> None:
    """What the server itself refuses, as the application says it."""
    body = said_as_json(status, said or reason)
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    util.write_nonblock(
        sock, f"{head}Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin1") + body
    )


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


def load(held: Service) -> None:
    """Load once, before there are several, what takes seconds and memory; an empty store has nothing to load."""
    with suppress(ResolverError):
        held.warm()


def serve_in_workers(app: Flask, listening: socket.socket, workers: int, threads: int) -> None:
    """Serve on a bound socket until terminated."""
    held: Service = app.extensions["resolver"]
    held.hub.store.disown()
    util.write_error = _write_error
    options = {
        # the server closes it
        "bind": f"fd://{listening.detach()}",
        "workers": workers,
        "threads": threads,
        "worker_class": _Worker,
        "preload_app": True,
        "graceful_timeout": _GRACE,
        "timeout": 2 * _GRACE,
        "keepalive": 15,
        "backlog": 1024,
        "limit_request_line": 8190,
        "logger_class": _Log,
        "post_fork": lambda _server, _worker: held.forked(),
        "worker_exit": lambda _server, _worker: held.close(),
        "control_socket_disable": True,
    }
    try:
        _Served(app, options).run()
    except SystemExit as ended:
        if ended.code:
            raise
