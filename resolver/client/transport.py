"""Requests over HTTP, repeated where that helps, and errors made of what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode

import urllib3
from urllib3.util import Retry, Timeout

from resolver.client.exceptions import ServiceError, UnreachableError, problem

Params = Mapping[str, object]
Body = bytes | BinaryIO | None
BUSY = (429, 503)
LONGEST = 60
"""Seconds waited for a busy service at most, whatever it asks for."""


class Http:
    """Connections to one service. Safe to use from several threads."""

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
            # headers hold Latin letters only; whatever else is said reaches the service as a parameter
            self._headers |= {"X-Purpose": purpose} if purpose.isascii() else {}
        self._purpose = {} if purpose.isascii() else {"purpose": purpose}
        # every request of ours may be repeated: those that change something are the same the second time
        retry = Retry(
            total=repeats,
            redirect=5,
            status_forcelist=BUSY,
            allowed_methods=None,
            backoff_factor=0.3,
            respect_retry_after_header=True,
            retry_after_max=LONGEST,
            raise_on_status=False,
            remove_headers_on_redirect=("Authorization",),
        )
        self._pool = urllib3.PoolManager(
            retries=retry, timeout=Timeout(connect=5, read=timeout), ca_certs=ca_certs
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
        once: bool = False,
    ) -> Any:
        """The JSON of an answer; `body` is sent as JSON; `once`: not repeated. Raises `ServiceError`."""
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        more = (
            {"Content-Type": "application/json", **(headers or {})} if sent is not None else headers
        )
        return read_json(self.send(method, path, params, body=sent, headers=more, once=once))

    def send(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        form: Mapping[str, Any] | None = None,
        once: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        """An answer that is a success, its body unread where it is a `stream`. Raises `ServiceError`."""
        query = urlencode(_flat({**(params or {}), **self._purpose}))
        url = f"{self.address}{path}{'?' if query else ''}{query}"
        try:
            answer = self._pool.request(
                method,
                url,
                body=body,
                fields=form,
                headers={**self._headers, **(headers or {})},
                preload_content=not stream,
                retries=False if once else None,
            )
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(f"no answer: {_reason(error)}", where=self.address) from error
        if answer.status >= 300:
            raise _problem(answer, path)
        return answer


def part(text: str) -> str:
    """A text as one part of an address."""
    return quote(text, safe="")


def read_json(answer: urllib3.BaseHTTPResponse) -> Any:
    """The JSON of an answer. Raises `ServiceError` where it is none."""
    try:
        return json.loads(answer.data)
    except ValueError:
        raise ServiceError(
            "the answer is no JSON: is this the address of a resolver?", status=answer.status
        ) from None


def _problem(answer: urllib3.BaseHTTPResponse, path: str) -> ServiceError:
    data = answer.data
    answer.release_conn()
    try:
        detail = json.loads(data)["detail"]
    except (ValueError, LookupError, TypeError):
        detail = answer.reason or "the service says nothing about it"
    request_id = answer.headers.get("X-Request-ID", "")
    where = f"{path.split('?')[0]}: {answer.status}"
    return problem(answer.status)(
        str(detail), status=answer.status, request_id=request_id, where=where
    )


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(reason).partition(": ")[2] or str(reason)


def _flat(params: Params) -> list[tuple[str, str]]:
    """Parameters as they are sent: each value of a list by itself, truth as `true` and `false`, nothing for None."""
    flat: list[tuple[str, str]] = []
    for name, value in params.items():
        several: Sequence[object] = value if isinstance(value, list | tuple) else [value]
        for one in several:
            if one is not None:
                flat.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return flat
