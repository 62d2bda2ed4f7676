"""Detection of requests that come from this machine and are meant for it, by their headers.

While a service is open (no keys, no users, loopback only) this alone stands between the store and a
page in a browser of the same machine. Such a page can send requests to loopback, from its own
origin or under a host name of its own that resolves to loopback (DNS rebinding); and a proxy on
this machine forwards requests from anywhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from resolver.records.prepared.text_cache import cache_short_texts

_PROXY_HEADERS = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)


def is_loopback_host(host: str) -> bool:
    """Return whether a host name or address can only mean this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost" or host.casefold().endswith(".localhost")


@cache_short_texts(256)
def is_loopback_origin(origin: str) -> bool:
    """Return whether an origin, as browsers state it, is of this machine."""
    try:
        return is_loopback_host(urlsplit(origin).hostname or "")
    except ValueError:
        return False


def proxy_header(header: Callable[[str], str | None]) -> str:
    """Return the name of a header that only proxies send, if a request has one, or an empty text.

    header: function that returns the text of a request header, or None.
    """
    return next((name for name in _PROXY_HEADERS if header(name) is not None), "")


def refusal_reason(header: Callable[[str], str | None]) -> str:
    """Return the reason to doubt that a request is local, or an empty text.

    header: function that returns the text of a request header, or None.
    """
    sent_by_proxy = proxy_header(header)
    if sent_by_proxy:
        return f"the request came through a proxy ({sent_by_proxy})"
    if not is_loopback_origin(f"//{header('Host') or ''}"):
        return "the request names another host than this machine"
    origin = header("Origin")
    if origin and not is_loopback_origin(origin):
        return "the request was sent by a page of another origin"
    return ""
