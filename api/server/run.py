"""Run the application behind a server: `waitress` in one process, or `gunicorn` with several.

The second part are the limits that `waitress` checks before the application sees a request. It
would store the whole body of a request before it hands the request on, so the limits are checked as
soon as the headers are read. No address accepts more than its maximum, and bodies of more than
ordinary size are accepted only from a sender who may submit lists. Refusals of the server look like
those of the application.
"""

from __future__ import annotations

import copy
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, NoReturn

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.task import WSGITask
from waitress.utilities import Error
from werkzeug.http import parse_cookie

from resolver.api import create_app
from resolver.api.access import AccessControl
from resolver.api.desk.desk_access import SESSION_COOKIE
from resolver.api.endpoints import Scope
from resolver.api.errors import ApiError
from resolver.api.observability import log_as_json, share_metrics
from resolver.api.server import limits
from resolver.api.server.http_workers import load_before_fork, serve_in_workers
from resolver.api.server.limits import DRAIN_SECONDS, MAX_DRAINED, error_body, refusal_reason
from resolver.api.service import Service, ServiceSettings
from resolver.errors import ResolverError, UsageError
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


_REASONS = {
    413: "Content Too Large",
    401: "Unauthorized",
    403: "Forbidden",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}
_Header = Callable[[str], str | None]


class LimitError(Error):
    """Refusal by the server, in the form of the application's errors."""

    def __init__(
        self, code: int, reason: str, detail: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(detail)
        self.code, self.reason, self._headers = code, reason, headers

    def to_response(self, ident: str | None = None) -> tuple[str, Any, Any]:
        """Return status, headers and body."""
        headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            *self._headers,
        ]
        return f"{self.code} {self.reason}", headers, error_body(self.code, self.body)


class _Parser(HTTPRequestParser):
    """Parser of requests that checks the limits between headers and body."""

    limits: ClassVar[RequestLimits]
    path: str
    _error: Error | None

    @property
    def error(self) -> Error | None:
        """Fault of the request, if any."""
        return self._error

    @error.setter
    def error(self, error: Error | None) -> None:
        """Fault of the request, if any."""
        if error is not None and not isinstance(error, LimitError):
            detail = str(error.body)
            if error.code == 413:
                detail = f"the body is larger than {self.adj.max_request_body_size - 1:,} bytes"
            error = LimitError(error.code, error.reason, detail)
        self._error = error

    def __init__(self, adj: Any) -> None:
        self._error = None
        super().__init__(adj)

    def received(self, data: bytes) -> int:
        """Take the data that the client sends, and refuse a large body if the disk has no room for
        it.
        """
        try:
            consumed: int = super().received(data)
        except OSError:
            detail = "the body cannot be stored: the disk for temporary files is full"
            self.error, self.completed = _refuse(507, detail), True
            return len(data)
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the headers, then check whether the body is accepted."""
        super().parse_header(header_plus)
        is_post = str(self.command) == "POST"
        sender_check = self.limits.sender_checks.get(self.path.rstrip("/")) if is_post else None
        self.adj = self.limits.upload if sender_check else self.limits.plain
        is_large = self.chunked or self.content_length >= self.limits.plain.max_request_body_size
        if sender_check is not None and is_large:
            refusal = self.limits.refusal(sender_check, self)
            if refusal is not None:
                self.error, self.completed = refusal, True


class RequestLimits:
    """Limits of one application, and the senders from whom it takes large bodies."""

    def __init__(self, app: Flask, adj: Any) -> None:
        self._service: Service = app.extensions["resolver"]
        self._access: AccessControl = app.extensions["access"]
        self.plain, self.upload = copy.copy(adj), copy.copy(adj)
        # waitress already refuses a body that is exactly as large as its limit
        self.plain.max_request_body_size = self._service.settings.max_body + 1
        self.upload.max_request_body_size = self._service.settings.max_upload + 1
        self.sender_checks: Mapping[str, Callable[[_Header], LimitError | None]] = {
            "/batches": self._check_key,
            "/desk/batches": self._check_session,
            "/desk/batches/new": self._check_session,
        }

    def refusal(
        self, sender_check: Callable[[_Header], LimitError | None], request: _Parser
    ) -> LimitError | None:
        """Return the reason to refuse a large body from the sender of a request, or None."""

        def header(name: str) -> str | None:
            """Return the text of a request header, or None."""
            text: str | None = request.headers.get(name.upper().replace("-", "_"))
            return text

        try:
            if self._access.needs_key():
                return sender_check(header)
            reason = refusal_reason(
                {f"HTTP_{name}": text for name, text in request.headers.items()}
            )
            return _refuse(403, f"{reason}: that takes a key") if reason else None
        except ApiError as error:
            return _refuse(error.status, error.detail, *error.headers.items())
        except ResolverError as error:
            return _refuse(503, error.line(), ("Retry-After", "5"))

    def _check_key(self, header: _Header) -> LimitError | None:
        """Return the refusal of a request without a key of the scope `submit`."""
        scheme, _, secret = (header("Authorization") or "").partition(" ")
        is_key = scheme.lower() == "apikey" and secret.strip() != ""
        key = self._access.key_of(secret.strip()) if is_key else None
        if key is None:
            return _refuse(
                401, "a key is needed: Authorization: ApiKey …", ("WWW-Authenticate", "ApiKey")
            )
        if {Scope.SUBMIT, Scope.ADMIN}.isdisjoint(key.scopes):
            return _refuse(403, f"the key {key.name!r} lacks the scope {Scope.SUBMIT}")
        return None

    def _check_session(self, header: _Header) -> LimitError | None:
        """Return the refusal of a request without a session of the desk."""
        settings = self._service.settings
        if settings.user_header:
            # a user whom the proxy has signed in may have no session yet
            return None
        # not with the parser of the standard library, which takes seconds for many backslashes
        token = parse_cookie(header("Cookie") or "").get(SESSION_COOKIE)
        idle = timedelta(seconds=settings.session_idle)
        if token is None or self._service.hub.store.sessions.find(token, idle=idle) is None:
            return _refuse(
                401, "sign in at /desk first: the list is too large to be kept meanwhile"
            )
        return None


def _refuse(status: int, detail: str, *headers: tuple[str, str]) -> LimitError:
    return LimitError(status, _REASONS[status], detail, headers)


class _Channel(HTTPChannel):
    """Connection that reads what a refused request still sends, so that its client gets the answer.

    A connection that is closed with unread bytes is reset, and the client loses the answer.
    """

    _is_refused = False
    _drained = 0
    _drain_until = 0.0

    def service(self) -> None:
        """Answer a request."""
        self._is_refused = self.requests[0].error is not None
        super().service()

    def handle_close(self) -> None:
        """Close the connection, or first read the rest of a refused request."""
        if self._drain_until or not self._is_refused or not self.connected:
            super().handle_close()
            return
        self._drain_until = time.monotonic() + DRAIN_SECONDS
        self.will_close = False
        if self.socket is not None:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)

    def readable(self) -> bool:
        """Return whether the client may send."""
        return bool(self._drain_until or super().readable())

    def handle_read(self) -> None:
        """Read from the client; discard data after a refusal."""
        if not self._drain_until:
            super().handle_read()
            return
        try:
            size = len(self.recv(self.adj.recv_bytes))
        except OSError:
            size = 0
        self._drained += size
        is_over = not size or self._drained > MAX_DRAINED or time.monotonic() > self._drain_until
        if is_over and self.connected:
            self.handle_close()


def channel_for(app: Flask, adj: Any) -> type[HTTPChannel]:
    """Return a type of connections that applies an application's limits.

    `adj`: settings (adjustments) of the waitress server.
    """
    parser = type("_LimitedParser", (_Parser,), {"limits": RequestLimits(app, adj)})
    channel: type[HTTPChannel] = type("_LimitedChannel", (_Channel,), {"parser_class": parser})
    return channel
