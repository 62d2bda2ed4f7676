"""Errors of the API. Each is sent as `{"detail": …}`, with a status of 4xx if the caller caused it.

Faults of the service itself have a status of 5xx.
"""

from __future__ import annotations

import structlog

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
    """Return the text that a caller gets about an error: it does not say where the store is, or who
    opens it.
    """
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
