"""The application behind a server: `waitress` in one process, or `gunicorn` with several."""

from __future__ import annotations

import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NoReturn

from flask import Flask
from waitress.server import create_server
from waitress.task import WSGITask

from resolver.api.app import create_app
from resolver.api.observability import count_together, log_as_json
from resolver.api.server.http_workers import load, serve_in_workers
from resolver.api.server.local_requests import is_here
from resolver.api.server.request_limits import CONNECTIONS, SILENT, channel_for
from resolver.api.server.request_turns import WAITING
from resolver.api.service import Service
from resolver.api.service_settings import ServiceSettings
from resolver.errors import UsageError

_HANDED_OVER = 2.0
"""Seconds that connections to the process that loads may last once it is done: enough for any answer it gives."""


def serve(
    settings: ServiceSettings,
    host: str,
    port: int,
    threads: int,
    workers: int = 1,
    *,
    tell: Callable[[str], None],
) -> None:
    """Serve until interrupted or terminated: in this process, or in several of its children (`workers`). `tell` is
    called with what to say once it listens. Raises `UsageError` where the address may not be served or is taken,
    `StoreError`, `ModelError`."""
    log_as_json()
    if workers > 1:
        count_together()
    app = _made(settings, host, threads)
    held: Service = app.extensions["resolver"]
    try:
        if not is_here(host) and not held.guarded():
            raise UsageError(
                f"{host} can be reached from elsewhere, and the store has no API keys and no users",
                mend="make some with `resolver keys create` or `resolver users add`, or serve on 127.0.0.1",
            )
        with _bound(host, port) as listening:
            address = f"http://{host}:{listening.getsockname()[1]}"

            def listens() -> None:
                for line in (f"Serving {address}", desk_line(held, address)):
                    tell(line)

            if workers > 1:
                with _while_loading(app, listening, listens):
                    load(held)
                serve_in_workers(app, listening, workers, threads)
            else:
                _serve_here(app, listening, threads, listens)
    finally:
        held.close()


def _made(settings: ServiceSettings, host: str, threads: int) -> Flask:
    alone = is_here(host)
    code = secrets.token_urlsafe(24) if alone else ""
    # streams of events may never take more than half of the threads
    streams = min(settings.streams, threads // 2)
    open_to_all = settings.open_to_all and alone
    return create_app(
        replace(
            settings, open_to_all=open_to_all, first_code=code, threads=threads, streams=streams
        )
    )


def _serve_here(
    app: Flask, listening: socket.socket, threads: int, tell: Callable[[], object]
) -> None:
    held: Service = app.extensions["resolver"]
    server = _server(app, listening, threads)
    tell()
    threading.Thread(target=held.load, name="load", daemon=True).start()
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.run()
    finally:
        # what is being answered is finished, nothing new is taken
        server.close()
        server.task_dispatcher.shutdown()


def _server(app: Flask, listening: socket.socket, threads: int) -> Any:
    """A server on a bound socket, which keeps the application's bounds."""
    server: Any = create_server(
        app,
        sockets=[listening],
        threads=threads + WAITING,
        ident="",
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        channel_timeout=SILENT,
        cleanup_interval=SILENT // 6,
    )
    # one socket, one server
    server.channel_class = channel_for(app, server.adj)
    return server


@contextmanager
def _while_loading(
    app: Flask, listening: socket.socket, tell: Callable[[], object]
) -> Iterator[None]:
    """Answer from this process while what its workers will share is loaded: that it is alive, and how far it is."""
    server = _server(app, listening.dup(), 2)
    # those who ask now must come again to whoever serves then
    server.channel_class.task_class = _Closing
    thread = threading.Thread(target=server.run, name="loading", daemon=True)
    thread.start()
    tell()
    try:
        yield
    finally:
        _empty(server)
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=10)


def _empty(server: Any) -> None:
    """Take nobody new in: they wait in the queue of the socket for the workers. Who is here gets an answer first."""
    server.accepting = False
    # whoever is just being taken in is here before the next look at the sockets
    _look(server)
    deadline = time.monotonic() + _HANDED_OVER
    while server.active_channels and time.monotonic() < deadline:
        time.sleep(0.01)
    # nobody is left to wait for an answer that cannot come, as this process lives on
    for channel in list(server.active_channels.values()):
        channel.will_close = True
    _look(server)


def _look(server: Any) -> None:
    """Wait until a server has looked at all of its sockets once more: a look may have begun before it was asked to."""
    for _ in range(2):
        looked = threading.Event()
        server.trigger.pull_trigger(looked.set)
        looked.wait(_HANDED_OVER)


class _Closing(WSGITask):
    """Answers a request, and says that the connection ends with it."""

    def __init__(self, channel: Any, request: Any) -> None:
        super().__init__(channel, request)
        request.headers["CONNECTION"] = "close"


def prepare(settings: ServiceSettings, *, tell: Callable[[str], None]) -> None:
    """Make what serving needs and keeps (the catalogue, compiled kernels), and leave. Raises `StoreError`,
    `ModelError`."""
    log_as_json()
    held: Service = create_app(settings).extensions["resolver"]
    try:
        began = time.monotonic()
        held.warm()
        held.lander().warm()
        tell(
            f"ready to serve version {held.screen.refresh()} after {time.monotonic() - began:.1f} s"
        )
    finally:
        held.close()


def desk_line(held: Service, address: str) -> str:
    """Where the steward's desk is: as long as nobody has a key or a password, with the link that lets one in."""
    code = held.settings.first_code
    if not code or held.guarded():
        return f"Steward's desk: {address}/desk"
    return f"Steward's desk: {address}/desk/first?code={code} (this link lets you in until somebody has a password)"


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # bound here and not by a server, which leaves its socket open where that fails
        return socket.create_server((host.strip("[]"), port), family=family, backlog=1024)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}",
            mend="choose another --port",
        ) from error


def _stop(*_: object) -> NoReturn:
    sys.exit(0)
