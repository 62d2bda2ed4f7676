"""Errors of the client, as one tree with `ServiceError` at its root."""

from __future__ import annotations

from collections.abc import Mapping

from resolver.errors import ResolverError


class ServiceError(ResolverError):
    """Failed request.

    `status`: HTTP status, 0 if there was no answer. `detail`: message of the service. `request_id`:
    id of the request in the service's log.
    """

    def __init__(
        self, detail: str, *, status: int = 0, request_id: str = "", place: str = ""
    ) -> None:
        self.status, self.detail, self.request_id = status, detail, request_id
        super().__init__(detail, place=place)


class UnreachableError(ServiceError):
    """Service that cannot be reached, or connection that broke."""


class RefusedError(ServiceError):
    """Invalid request (400, 405, 422)."""


class NotAllowedError(ServiceError):
    """Missing or wrong API key (401), or key without permission for this (403)."""


class NotFoundError(ServiceError):
    """Unknown dataset, entity or batch (404)."""


class GoneError(NotFoundError):
    """Removed resource (410): an entity whose records were withdrawn, or results past retention."""


class ConflictError(ServiceError):
    """Request that conflicts with the current state (409), such as unfinished results."""


class TooLargeError(ServiceError):
    """Request that is too large (413)."""


class BusyError(ServiceError):
    """Too many requests (429), or service unavailable (503), after all retries."""


class ServiceFailedError(ServiceError):
    """Internal error of the service (500, 507 …)."""


_BY_STATUS: Mapping[int, type[ServiceError]] = {
    400: RefusedError,
    401: NotAllowedError,
    403: NotAllowedError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    413: TooLargeError,
    429: BusyError,
    503: BusyError,
}


def error_class(status: int) -> type[ServiceError]:
    """Return the exception class of an HTTP status."""
    return _BY_STATUS.get(status, ServiceFailedError if status >= 500 else RefusedError)
