"""Errors of the API: each leaves as `{"detail": …}` with a status of 4xx for the caller's faults.

Faults of the service itself have a status of 5xx.
"""

from __future__ import annotations

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from resolver.api.schemas.json_response import json_response
from resolver.errors import (
    DatabaseError,
    InputError,
    OwnerError,
    RecordError,
    ResolverError,
    ReusedIdError,
    StoreError,
    StoreFullError,
    UnknownIdError,
    UsageError,
)
from resolver.review import DecisionRefusedError

_LOG = structlog.get_logger("api")
_DETAILS = {
    404: "there is nothing here; /openapi.json lists what there is",
    405: "this address does not take that method",
    413: "the request is too large",
}
_STATUSES: tuple[tuple[type[ResolverError], int], ...] = (
    (UnknownIdError, 404),
    (DecisionRefusedError, 409),
    (RecordError, 400),
    (InputError, 400),
    (UsageError, 422),
    (OwnerError, 403),
    (ReusedIdError, 409),
    (StoreFullError, 507),
    (StoreError, 503),
)
"""Status of each error type of the engine; the first row that fits applies."""


class ApiError(Exception):
    """Refusal of a request: its status, a `detail` that says what to change, and headers."""

    def __init__(self, status: int, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def http_status(error: ResolverError) -> int:
    """Return the status for an error of the engine."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def public_detail(error: ResolverError) -> str:
    """Return what a caller is told of an error: nothing of where the store is, or who opens it."""
    if isinstance(error, StoreFullError):
        _LOG.error("the store is full", error=error.line())
        return "the disk of the store is full: nothing was written"
    if isinstance(error, DatabaseError):
        _LOG.error("the database does not answer", error=error.line())
        return "the database does not answer: ask again in a few seconds"
    if isinstance(error, StoreError):
        text = f"{error.message} ({error.hint})" if error.hint else error.message
        return " ".join(text.split())
    return error.line()


def install_error_handlers(app: Flask) -> None:
    """Turn errors of an application into JSON responses."""

    @app.errorhandler(ApiError)
    def refuse(error: ApiError) -> Response:
        """Return the response of a refusal."""
        return json_response({"detail": error.detail}, error.status, headers=error.headers)

    @app.errorhandler(ResolverError)
    def report_engine_error(error: ResolverError) -> Response:
        """Return the response for an error of the engine."""
        status = http_status(error)
        headers = {"Retry-After": "5"} if status == 503 else {}
        return json_response({"detail": public_detail(error)}, status, headers=headers)

    @app.errorhandler(TimeoutError)
    @app.errorhandler(BlockingIOError)
    def report_timeout(error: OSError) -> Response:
        """Return the response for a body that stalled."""
        return json_response(
            {"detail": "the rest of the request did not come"}, 408, headers={"Connection": "close"}
        )

    @app.errorhandler(HTTPException)
    def report_http_error(error: HTTPException) -> Response:
        """Return the response for an error of Flask or werkzeug."""
        status = error.code or 500
        headers = dict(error.get_headers())
        headers.pop("Content-Type", None)
        detail = _DETAILS.get(status) or error.description or error.name
        return json_response({"detail": detail}, status, headers=headers)

    @app.errorhandler(Exception)
    def report_unexpected_error(error: Exception) -> Response:
        """Log an error and return a response that reveals nothing of it."""
        # the message may hold personal data; its type and place do not
        _LOG.error("failed", error=type(error).__name__, place=_place_of(error))
        return json_response(
            {"detail": "something went wrong here; the log has it under this request's id"}, 500
        )


def _place_of(error: Exception) -> str:
    """Return the file and line that raised an error."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
