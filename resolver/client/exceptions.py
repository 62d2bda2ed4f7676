"""What can go wrong between a client and the service, as one tree of errors."""

from __future__ import annotations

from collections.abc import Mapping

from resolver.errors import ResolverError


class ServiceError(ResolverError):
    """The service has not done what was asked. `status`: its HTTP status (0: none came); `detail`: what it says;
    `request_id`: under which its log has the request."""

    def __init__(
        self, detail: str, *, status: int = 0, request_id: str = "", where: str = ""
    ) -> None:
        self.status, self.detail, self.request_id = status, detail, request_id
        super().__init__(detail, where=where)


class UnreachableError(ServiceError):
    """Nobody answers at the address, or no longer."""


class RefusedError(ServiceError):
    """The request makes no sense to the service (400, 405, 422): a mistake of ours."""


class NotAllowedError(ServiceError):
    """The key is missing or wrong (401), or not for this (403)."""


class NotFoundError(ServiceError):
    """There is no such dataset, entity or batch (404)."""


class GoneError(NotFoundError):
    """It was there once (410): an entity whose records were withdrawn, results that are no longer kept."""


class ConflictError(ServiceError):
    """It cannot be done as things stand (409): the results of a batch that is not done."""


class TooLargeError(ServiceError):
    """Too much was sent at once (413)."""


class BusyError(ServiceError):
    """Too many requests (429), or the service is away for a while (503): also after all repetitions."""


class ServiceFailedError(ServiceError):
    """The service is at fault (500, 507 …)."""


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


def problem(status: int) -> type[ServiceError]:
    """The error of an HTTP status."""
    return _BY_STATUS.get(status, ServiceFailedError if status >= 500 else RefusedError)
