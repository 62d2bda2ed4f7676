"""Responses and refusals of `gunicorn` in the form of the application's."""

from __future__ import annotations

import socket

from gunicorn import util
from gunicorn.http import wsgi

from resolver.api.server.request_limits import error_body


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


def write_error(sock: socket.socket, status: int, reason: str, detail: str) -> None:
    """Send a refusal of gunicorn itself in the form of the application's errors."""
    body = error_body(status, detail or reason)
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    util.write_nonblock(
        sock,
        f"{head}Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin1")
        + body,
    )
