"""Addresses that forms ask to be led to next."""

from __future__ import annotations

from flask import current_app, url_for
from werkzeug.exceptions import HTTPException


def safe_target(address: str, fallback: str = "desk.home") -> str:
    """Return an address from a form if it is a page of the desk, else that of `fallback`."""
    path, _, _ = address.partition("?")
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return url_for(fallback)
    # a path of another blueprint, or one that a browser reads as another host, is none
    is_own = (
        str(endpoint).startswith("desk.")
        and path.startswith("/")
        and not path.startswith(("//", "/\\"))
    )
    return address if is_own and address.isprintable() else url_for(fallback)
