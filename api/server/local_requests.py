"""Whether a request comes from this machine and is meant for it, as far as its headers tell.

While a service is open (no keys, no users, loopback only) there is nothing but this between the store and a page in a
browser on the same machine: such a page can send requests to loopback, from its own origin, or under a name of its own
that leads here; and a proxy on this machine passes on what comes from anywhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

_BY_PROXY = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


def is_here(host: str) -> bool:
    """Whether only this machine can be meant by the name or address of a host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost" or host.casefold().endswith(".localhost")


@lru_cache(maxsize=256)
def is_origin_here(origin: str) -> bool:
    """Whether an origin, as browsers name it, is of this machine."""
    try:
        return is_here(urlsplit(origin).hostname or "")
    except ValueError:
        return False


def why_not(header: Callable[[str], str | None]) -> str:
    """Why a request with these headers may not come from this machine, or not be meant for it; empty where nothing says
    so. `header` gives the text of a header, or None."""
    proxied = next((name for name in _BY_PROXY if header(name) is not None), "")
    if proxied:
        return f"it came through a proxy ({proxied})"
    if not is_origin_here(f"//{header('Host') or ''}"):
        return "it asks for another host than this machine"
    origin = header("Origin")
    if origin and not is_origin_here(origin):
        return "it was sent by a page of another origin"
    return ""
