"""Web addresses as FollowTheMoney writes them: with a scheme and a host that may exist."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import ParseResult, urlparse

_SCHEMES = ("http", "https", "ftp", "mailto", "file", "s3", "gs")
_LABEL = re.compile(r"(?=[\w-]{1,63}\Z)[\w-]*[^\W_][\w-]*")


def clean_url(text: str) -> str | None:
    """Return the address with scheme and path, or None for a text that is no web address."""
    try:
        parsed = urlparse(text)
    except ValueError:
        return None
    if not parsed.netloc:
        # `www.example.com` is an address without a scheme
        may_be_host = "." in parsed.path and not text.startswith("//")
        return clean_url(f"//{text}") if may_be_host and parsed.scheme not in _SCHEMES else None
    scheme = parsed.scheme or "http"
    if scheme not in _SCHEMES or not _is_host(parsed):
        return None
    return parsed._replace(scheme=scheme, path=parsed.path.strip() or "/").geturl()


def _is_host(parsed: ParseResult) -> bool:
    """Return whether an address has a host name that is no prose, number or abbreviation."""
    if re.search(r"\s", parsed.netloc):
        return False
    try:
        host, _ = parsed.hostname, parsed.port
    except ValueError:
        return False
    return bool(host) and (_is_ip(host or "") or _is_name(host or ""))


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_name(host: str) -> bool:
    labels = host.rstrip(".").split(".")
    last = labels[-1]
    return all(map(_LABEL.fullmatch, labels)) and (
        len(labels) == 1 or (len(last) > 1 and not last.isdigit())
    )
