"""Limits that a server checks before the application sees a request: size, sender and refusals.

`waitress` stores the whole body of a request before it hands it on. So the limits are checked as
soon as the headers are read. No address accepts more than its maximum, and bodies of more than
ordinary size are accepted only from a sender who may submit lists. Refusals of the server look like
those of the application.
"""

from __future__ import annotations

import copy
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar

import orjson
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error
from werkzeug.http import parse_cookie

from resolver.api.access import AccessControl
from resolver.api.desk.desk_access import SESSION_COOKIE
from resolver.api.endpoints import Scope
from resolver.api.errors import ApiError
from resolver.api.server.limits import DRAIN_SECONDS, MAX_DRAINED, refusal_reason
from resolver.api.service import Service
from resolver.errors import ResolverError

TOO_LONG_TEXT = "the address or the headers are too long: send the query as the body of POST /match"
_REASONS = {
    413: "Content Too Large",
    401: "Unauthorized",
    403: "Forbidden",
    503: "Service Unavailable",
    507: "Insufficient Storage",
}
_Header = Callable[[str], str | None]


def error_body(status: int, detail: str) -> bytes:
    """Return the body of an error that the application does not see."""
    text = TOO_LONG_TEXT if status in (414, 431) else " ".join(detail.split())
    return orjson.dumps({"detail": text})


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
