"""Responses and refusals of `gunicorn` in the form of the application's.

`gunicorn` has no setting for the class of responses, so `send_whole_responses` replaces it. It
spares the client a second wake-up for each answer.
"""

from __future__ import annotations

import socket
from http import HTTPStatus

from gunicorn import util
from gunicorn.http import wsgi
from gunicorn.http.errors import ParseException

from resolver.api.server.request_limits import error_body

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
    """Return the status of a request that cannot be read, or could not be answered (500)."""
    if not isinstance(error, ParseException):
        return HTTPStatus.INTERNAL_SERVER_ERROR
    return _STATUSES.get(type(error).__name__, HTTPStatus.BAD_REQUEST)


def send_refusal(sock: socket.socket, status: HTTPStatus, detail: str) -> None:
    """Send a refusal of gunicorn itself in the form of the application's errors."""
    body = error_body(status, detail or status.phrase)
    head = f"HTTP/1.1 {status:d} {status.phrase}\r\nConnection: close\r\n"
    head += "Content-Type: application/json\r\nCache-Control: no-store\r\n"
    util.write_nonblock(sock, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
