"""Run the application behind a server: `waitress` in one process, or `gunicorn` with several."""

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

from resolver.api import create_app
from resolver.api.observability import log_as_json, share_metrics
from resolver.api.server import limits
from resolver.api.server.http_workers import load_before_fork, serve_in_workers
from resolver.api.server.request_limits import channel_for
from resolver.api.service import Service, ServiceSettings
from resolver.errors import UsageError
from resolver.runtime.processes import bound_heaps

_HANDOVER_SECONDS = 2.0
"""Seconds that connections to the loading process may last after it is done."""


def serve(
    settings: ServiceSettings,
    host: str,
    port: int,
    threads: int,
    workers: int = 1,
    *,
    announce: Callable[[str], None],
) -> None:
    """Serve until interrupted or terminated, in this process or in `workers` children.

    `announce`: called with each line for the operator once the service listens.

    Raises `UsageError` if the address may not be served or is taken, and `StoreError`,
    `ModelError`.
    """
    log_as_json()
    if workers > 1:
        share_metrics()
    bound_heaps()
    app = _create_app(settings, host, threads)
    service: Service = app.extensions["resolver"]
    try:
        if not limits.is_loopback_host(host) and not service.is_guarded():
            raise UsageError(
                f"{host} can be reached from elsewhere, and the store has no API keys and no users",
                hint="make some with `resolver keys create` or `resolver users add`,"
                " or serve on 127.0.0.1",
            )
        with _listening_socket(host, port) as listening:
            address = f"http://{host}:{listening.getsockname()[1]}"

            def announce_address() -> None:
                """Announce the address and the desk."""
                for line in (f"Serving {address}", desk_line(service, address)):
                    announce(line)

            if workers > 1:
                service.audit_log.suspend()
                with _answering_meanwhile(app, listening, announce_address):
                    load_before_fork(service)
                serve_in_workers(app, listening, workers, threads)
            else:
                _serve_in_process(app, listening, threads, announce_address)
    finally:
        service.close()


def _create_app(settings: ServiceSettings, host: str, threads: int) -> Flask:
    is_local = limits.is_loopback_host(host)
    return create_app(
        replace(
            settings,
            open_to_all=settings.open_to_all and is_local,
            # an identity provider signs the first admin in
            first_code="" if settings.provider or not is_local else secrets.token_urlsafe(24),
            threads=threads,
            # event streams may take at most half of the threads
            streams=min(settings.streams, threads // 2),
        )
    )


def _serve_in_process(
    app: Flask, listening: socket.socket, threads: int, announce: Callable[[], object]
) -> None:
    service: Service = app.extensions["resolver"]
    server = _waitress(app, listening, threads)
    announce()
    service.start_loading()
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.run()
    finally:
        # running requests are answered, new requests are refused
        server.close()
        server.task_dispatcher.shutdown()


def _waitress(app: Flask, listening: socket.socket, threads: int) -> Any:
    """Return a server on a bound socket that keeps the application's limits."""
    server: Any = create_server(
        app,
        sockets=[listening],
        threads=threads + limits.MAX_WAITING,
        ident="",
        connection_limit=limits.MAX_CONNECTIONS,
        asyncore_use_poll=True,
        channel_timeout=limits.SILENT_SECONDS,
        cleanup_interval=limits.SILENT_SECONDS // 6,
    )
    # one socket, one server
    server.channel_class = channel_for(app, server.adj)
    return server


@contextmanager
def _answering_meanwhile(
    app: Flask, listening: socket.socket, announce: Callable[[], object]
) -> Iterator[None]:
    """Answer from this process while it loads the data that its workers will share.

    So the service reports that it is alive and how far it has loaded.
    """
    server = _waitress(app, listening.dup(), 2)
    # clients must connect again, to the workers that then serve
    server.channel_class.task_class = _ClosingTask
    thread = threading.Thread(target=server.run, name="loading", daemon=True)
    thread.start()
    announce()
    try:
        yield
    finally:
        _drain(server)
        server.close()
        server.task_dispatcher.shutdown()
        thread.join(timeout=10)


def _drain(server: Any) -> None:
    """Answer the open connections and accept no new ones; new connections wait in the socket's
    queue.
    """
    server.accepting = False
    # a connection that is just being accepted is known only after the next poll of the sockets
    _await_poll(server)
    deadline = time.monotonic() + _HANDOVER_SECONDS
    while server.active_channels and time.monotonic() < deadline:
        time.sleep(0.01)
    # this process continues, so open connections would wait for an answer for ever
    for channel in list(server.active_channels.values()):
        channel.will_close = True
    _await_poll(server)


def _await_poll(server: Any) -> None:
    """Wait until a server has polled all of its sockets once more.

    It waits for two polls, since a poll may have begun before this call.
    """
    for _ in range(2):
        polled = threading.Event()
        server.trigger.pull_trigger(polled.set)
        polled.wait(_HANDOVER_SECONDS)


class _ClosingTask(WSGITask):
    """Task that answers a request and closes its connection."""

    def __init__(self, channel: Any, request: Any) -> None:
        super().__init__(channel, request)
        request.headers["CONNECTION"] = "close"


def prepare_serving(settings: ServiceSettings, *, announce: Callable[[str], None]) -> None:
    """Build the caches that serving needs (entity index, compiled kernels), and return.

    Raises `StoreError`, `ModelError`.
    """
    log_as_json()
    service: Service = create_app(settings).extensions["resolver"]
    try:
        started = time.monotonic()
        service.warm()
        service.group_commit().warm_up()
        version = service.screener.refresh()
        announce(f"ready to serve version {version} after {time.monotonic() - started:.1f} s")
    finally:
        service.close()


def desk_line(service: Service, address: str) -> str:
    """Return the line with the desk's address; as long as no user can sign in, with a sign-in
    link.
    """
    code = service.settings.first_code
    if not code or service.is_guarded():
        return f"Steward's desk: {address}/desk"
    return (
        f"Steward's desk: {address}/desk/first?code={code}"
        " (this link lets you in until somebody has a password)"
    )


def _listening_socket(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # bound here and not by a server, which leaves its socket open if binding fails
        return socket.create_server((host.strip("[]"), port), family=family, backlog=limits.BACKLOG)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}",
            hint="choose another --port",
        ) from error


def _stop(*_: object) -> NoReturn:
    sys.exit(0)
