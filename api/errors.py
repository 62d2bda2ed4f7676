"""Every error leaves as `{"detail": …}` with the status that says whose it is: 4xx the caller's, 5xx ours."""

from __future__ import annotations

import structlog
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from resolver.api.schemas.json_response import json_response
from resolver.errors import (
    InputError,
    OwnerError,
    RecordError,
    ResolverError,
    StoreError,
    StoreFullError,
    UsageError,
)

_LOG = structlog.get_logger("api")
_SAID = {
    404: "there is nothing here; /openapi.json lists what there is",
    405: "this address does not take that method",
    413: "the request is too large",
}


class ApiError(Exception):
    """A request that is refused: `status`, and a `detail` that helps."""

    def __init__(self, status: int, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def status_of(error: ResolverError) -> int:
    """The status of an error of the engine."""
    if isinstance(error, (RecordError, InputError)):
        return 400
    if isinstance(error, UsageError):
        return 422
    if isinstance(error, OwnerError):
        return 403
    if isinstance(error, StoreFullError):
        return 507
    return 503 if isinstance(error, StoreError) else 500


def install(app: Flask) -> None:
    """Answer errors in our form."""

    @app.errorhandler(ApiError)
    def refused(error: ApiError) -> Response:
        return json_response({"detail": error.detail}, error.status, headers=error.headers)

    @app.errorhandler(ResolverError)
    def of_the_engine(error: ResolverError) -> Response:
        status = status_of(error)
        return json_response(
            {"detail": error.line()}, status, headers={"Retry-After": "5"} if status == 503 else {}
        )

    @app.errorhandler(TimeoutError)
    @app.errorhandler(BlockingIOError)
    def of_silence(error: OSError) -> Response:
        return json_response(
            {"detail": "the rest of the request did not come"}, 408, headers={"Connection": "close"}
        )

    @app.errorhandler(HTTPException)
    def of_http(error: HTTPException) -> Response:
        status = error.code or 500
        headers = dict(error.get_headers())
        headers.pop("Content-Type", None)
        return json_response(
            {"detail": _SAID.get(status) or error.description or error.name},
            status,
            headers=headers,
        )

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # the message may hold what was asked; its kind and place do not
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = (
            f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else ""
        )
        _LOG.error("failed", error=type(error).__name__, place=place)
        return json_response(
            {"detail": "something went wrong here; the log has it under this request's id"}, 500
        )
