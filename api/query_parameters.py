"""Query parameters: read, checked, and one clear `detail` where one will not do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote, unquote_to_bytes

from flask import g, request

from resolver.api.errors import ApiError

PURPOSE = "purpose"
"""Why somebody asks: every door takes it (`resolver.api.access`)."""


def readable() -> None:
    """Raises `ApiError` for an address whose values are no UTF-8: read as something else they would mean nobody."""
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise ApiError(400, "the values in the address must be UTF-8, percent-encoded") from None


def number(name: str, default: float | None, low: float, high: float) -> float | None:
    """A number within bounds, or the default where the parameter is absent."""
    if name not in request.args:
        return default
    text = request.args[name]
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ApiError(422, f"{name} must be a number from {low:g} to {high:g}, not {text[:40]!r}")
    return value


def whole(name: str, default: int, low: int, high: int) -> int:
    """A whole number within bounds, or the default."""
    if name not in request.args:
        return default
    text = request.args[name]
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not low <= int(text) <= high:
        raise ApiError(
            422, f"{name} must be a whole number from {low} to {high}, not {text[:40]!r}"
        )
    return int(text)


def several(name: str) -> tuple[str, ...]:
    """All values of a parameter that may be repeated."""
    return tuple(text for text in request.args.getlist(name) if text)


def one_of(name: str, words: Sequence[str]) -> str:
    """One of some words, or an empty text where the parameter is absent."""
    text = request.args.get(name, "")
    if name in request.args and text not in words:
        raise ApiError(422, f"{name} must be one of {', '.join(words)}, not {text[:40]!r}")
    return text


def several_of(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """All values of a parameter that may be repeated, each one of some words."""
    found = tuple(request.args.getlist(name))
    for text in found:
        if text not in words:
            raise ApiError(422, f"{name} must be one of {', '.join(words)}, not {text[:40]!r}")
    return found


def yes(name: str, *, default: bool) -> bool:
    """A truth value, or the default."""
    if name not in request.args:
        return default
    text = request.args[name].lower()
    if text in ("true", "1", "yes", "on", "false", "0", "no", "off"):
        return text in ("true", "1", "yes", "on")
    raise ApiError(422, f"{name} must be true or false, not {text[:40]!r}")


def moment(name: str) -> datetime | None:
    """A date or time in ISO form, or None. Without a zone it is UTC."""
    from datetime import UTC

    if name not in request.args:
        return None
    text = request.args[name]
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(
            422, f"{name} must be a date such as 2026-03-01, not {text[:40]!r}"
        ) from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def noted(*known: str) -> None:
    """Pass over parameters nobody knows, as yente does; the answer names them (`X-Ignored-Parameters`), so that a
    misspelt filter can be noticed."""
    unknown = sorted(set(request.args) - set(known) - {PURPOSE})
    if unknown:
        g.passed_over = ", ".join(quote(name[:60]) for name in unknown[:20])


def only(*known: str, also: Iterable[str] = ()) -> None:
    """Refuse parameters nobody knows: a misspelt filter must not be taken for none."""
    unknown = sorted(set(request.args) - set(known) - set(also) - {PURPOSE})
    if unknown:
        raise ApiError(
            422, f"there is no parameter {unknown[0][:60]!r}; known are {', '.join(sorted(known))}"
        )
