"""HTTP requests with retries, and typed errors for failed answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

import urllib3
from urllib3.util import Retry, Timeout

from resolver.client.models import ServiceError, UnreachableError, error_class

Params = Mapping[str, object]
Body = bytes | BinaryIO | Mapping[str, Any] | None
"""Bytes, an open file, or fields to be sent as multipart/form-data."""
BUSY_STATUSES = (429, 503)
MAX_CONNECTIONS = 16
"""Maximum number of connections that are kept for the next request; more may be open at once."""
POLL_SECONDS = 1.0
"""Pause between two requests for the state of a batch."""
MAX_RETRY_AFTER = 60
"""Longest pause in seconds before a retry, whatever the service requests."""


class HttpTransport:
    """Connection pool of one service. Thread-safe."""

    def __init__(
        self,
        address: str,
        key: str,
        purpose: str,
        *,
        timeout: float,
        repeats: int,
        ca_certs: str | None,
    ) -> None:
        self.address = address.rstrip("/")
        self._headers = {"User-Agent": "watchlist-resolver-client", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"ApiKey {key}"
        if purpose:
            # HTTP headers carry ASCII only, so any other text is sent as a parameter.
            self._headers |= {"X-Purpose": purpose} if purpose.isascii() else {}
        self._purpose = {} if purpose.isascii() else {"purpose": purpose}
        # Repeating is safe for every method: the service treats a repeated write as one write.
        retry = Retry(
            total=repeats,
            redirect=5,
            status_forcelist=BUSY_STATUSES,
            allowed_methods=None,
            backoff_factor=0.3,
            respect_retry_after_header=True,
            retry_after_max=MAX_RETRY_AFTER,
            raise_on_status=False,
            remove_headers_on_redirect=("Authorization",),
        )
        self._pool = urllib3.PoolManager(
            maxsize=MAX_CONNECTIONS,
            retries=retry,
            timeout=Timeout(connect=5, read=timeout),
            ca_certs=ca_certs,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.clear()

    def json(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        retry: bool = True,
    ) -> Any:
        """Send `body` as JSON and return the JSON of the answer. Raises `ServiceError`."""
        payload = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        all_headers = (
            {"Content-Type": "application/json", **(headers or {})}
            if payload is not None
            else headers
        )
        return read_json(
            self.send(method, path, params, body=payload, headers=all_headers, retry=retry)
        )

    def send(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        retry: bool = True,
    ) -> urllib3.BaseHTTPResponse:
        """Send a request and return its successful answer, unread if `stream`. Raises
        `ServiceError`.
        """
        query = urlencode(_flatten({**(params or {}), **self._purpose}))
        url = f"{self.address}{path}{'?' if query else ''}{query}"
        try:
            answer = self._pool.request(
                method,
                url,
                body=None if isinstance(body, Mapping) else body,
                fields=body if isinstance(body, Mapping) else None,
                headers={**self._headers, **(headers or {})},
                preload_content=not stream,
                retries=None if retry else False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(
                f"no answer: {_reason_text(error)}", place=self.address
            ) from error
        if answer.status >= 300:
            raise _make_error(answer, path)
        return answer


def quote_segment(text: str) -> str:
    """Quote a text as one segment of a URL path."""
    return quote(text, safe="")


def read_json(answer: urllib3.BaseHTTPResponse) -> Any:
    """Return the JSON of an answer. Raises `ServiceError` if it is not JSON."""
    try:
        return json.loads(answer.data)
    except ValueError:
        raise ServiceError(
            "the answer is not JSON; check that the address is that of a resolver service",
            status=answer.status,
        ) from None


def _make_error(answer: urllib3.BaseHTTPResponse, path: str) -> ServiceError:
    data = answer.data
    answer.release_conn()
    try:
        detail = json.loads(data)["detail"]
    except (ValueError, LookupError, TypeError):
        detail = answer.reason or "the service gave no reason"
    request_id = answer.headers.get("X-Request-ID", "")
    place = f"{path.split('?')[0]}: {answer.status}"
    return error_class(answer.status)(
        str(detail), status=answer.status, request_id=request_id, place=place
    )


def _reason_text(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(reason).partition(": ")[2] or str(reason)


def _flatten(params: Params) -> list[tuple[str, str]]:
    """Return name and text of each parameter value; booleans become true or false, and None is left
    out.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        values: Sequence[object] = value if isinstance(value, list | tuple) else [value]
        for item in values:
            if item is not None:
                pairs.append((name, str(item).lower() if isinstance(item, bool) else str(item)))
    return pairs
