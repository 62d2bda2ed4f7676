"""What a server takes in before the application sees a request: how much, of whom, and how it says no.

`waitress` keeps the whole body of a request before it hands it on. So the bounds are looked at as soon as the headers
are there: no door takes more than its most, and more than an ordinary body only from somebody who may hand lists in.
What the server itself refuses is said as the application says it.
"""

from __future__ import annotations

import copy
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, ClassVar

import orjson
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error

from resolver.api.access import Gate
from resolver.api.desk.support.desk_access import COOKIE
from resolver.api.server.local_requests import why_not
from resolver.api.service import Service
from resolver.errors import ResolverError

CONNECTIONS = 500
"""Connections held open at once at most; one that says nothing for `SILENT` seconds is closed."""
SILENT = 60
UPLOADS = {"/batches": "key", "/desk/batches": "session"}
"""Where lists are handed in, and by what a sender is known there."""
TOO_LONG = "the address or the headers are too long: send the query as the body of POST /match"
_REASONS = {
    413: "Content Too Large",
    401: "Unauthorized",
    403: "Forbidden",
    503: "Service Unavailable",
}


def said_as_json(status: int, said: str) -> bytes:
    """The body of an error that the application did not come to see."""
    return orjson.dumps({"detail": TOO_LONG if status in (414, 431) else " ".join(said.split())})


class BoundsError(Error):
    """An error in the service's own form."""

    def __init__(
        self, code: int, reason: str, said: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(said)
        self.code, self.reason, self._headers = code, reason, headers

    def to_response(self, ident: str | None = None) -> tuple[str, Any, Any]:
        """Status, headers and body."""
        headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            *self._headers,
        ]
        return f"{self.code} {self.reason}", headers, said_as_json(self.code, self.body)


class _Parser(HTTPRequestParser):
    """Reads a request; looks at its bounds between headers and body."""

    bounds: ClassVar[Bounds]
    path: str
    _error: Error | None

    @property
    def error(self) -> Error | None:
        """What is wrong with the request."""
        return self._error

    @error.setter
    def error(self, error: Error | None) -> None:
        if error is not None and not isinstance(error, BoundsError):
            error = BoundsError(error.code, error.reason, str(error.body))
        self._error = error

    def __init__(self, adj: Any) -> None:
        self._error = None
        super().__init__(adj)

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers, then see whether the body is wanted."""
        super().parse_header(header_plus)
        upload = UPLOADS.get(self.path.rstrip("/"), "") if str(self.command) == "POST" else ""
        self.adj = self.bounds.upload if upload else self.bounds.plain
        large = self.chunked or self.content_length >= self.bounds.plain.max_request_body_size
        if upload and large:
            refusal = self.bounds.why_not(upload, self)
            if refusal is not None:
                self.error, self.completed = refusal, True


class Bounds:
    """What one application takes in."""

    def __init__(self, app: Flask, adj: Any) -> None:
        self._held: Service = app.extensions["resolver"]
        self._gate: Gate = app.extensions["gate"]
        self.plain, self.upload = copy.copy(adj), copy.copy(adj)
        # waitress refuses what is as large as its bound
        self.plain.max_request_body_size = self._held.settings.max_body + 1
        self.upload.max_request_body_size = self._held.settings.max_upload + 1

    def why_not(self, known_by: str, request: _Parser) -> BoundsError | None:
        """Why a large body is not taken from whoever sends it."""

        def header(name: str) -> str | None:
            found: str | None = request.headers.get(name.upper().replace("-", "_"))
            return found

        try:
            if not self._gate.closed():
                why = why_not(header)
                return _refused(403, f"{why}: that takes a key") if why else None
            return (
                self._of_key(header("Authorization") or "")
                if known_by == "key"
                else self._of_session(header("Cookie"))
            )
        except ResolverError as error:
            return _refused(503, error.line(), ("Retry-After", "5"))

    def _of_key(self, authorization: str) -> BoundsError | None:
        scheme, _, secret = authorization.partition(" ")
        key = (
            self._gate.key(secret.strip())
            if scheme.lower() == "apikey" and secret.strip()
            else None
        )
        if key is None:
            return _refused(
                401, "a key is needed: Authorization: ApiKey …", ("WWW-Authenticate", "ApiKey")
            )
        if {"submit", "admin"}.isdisjoint(key.scopes):
            return _refused(403, f"the key {key.name!r} may not do this: it lacks the scope submit")
        return None

    def _of_session(self, cookies: str | None) -> BoundsError | None:
        settings = self._held.settings
        if settings.user_header:
            # whom the proxy names may have no session yet; the proxy has let them in
            return None
        try:
            token = SimpleCookie(cookies or "").get(COOKIE)
        except CookieError:
            token = None
        idle = timedelta(seconds=settings.session_idle)
        if token is None or self._held.hub.store.sessions.find(token.value, idle=idle) is None:
            return _refused(
                401, "sign in at /desk first: the list is too large to be kept meanwhile"
            )
        return None


def _refused(status: int, said: str, *headers: tuple[str, str]) -> BoundsError:
    return BoundsError(status, _REASONS[status], said, headers)


def channel_for(app: Flask, adj: Any) -> type[HTTPChannel]:
    """The connections of a server that keeps an application's bounds."""
    parser = type("_BoundParser", (_Parser,), {"bounds": Bounds(app, adj)})
    found: type[HTTPChannel] = type("_Channel", (HTTPChannel,), {"parser_class": parser})
    return found
