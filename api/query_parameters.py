"""Readers of query parameters: typed values, or one clear `detail` for a value that is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from urllib.parse import quote, unquote_to_bytes

from flask import g, request

from resolver.api.endpoints import current_endpoint
from resolver.api.errors import ApiError
from resolver.api.openapi.json_schema import Schema

PURPOSE = "purpose"
"""Purpose of access, which every endpoint accepts (`resolver.api.access`)."""
MAX_TEXT = 2_000
"""Characters of a text in a request, unless a limit of its own is stated."""
ANY_TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT}
"""Schema of a text that is only compared with what is stored, whatever its characters."""
_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")


def require_utf8() -> None:
    """Refuse a query string that is not UTF-8: decoded otherwise, a name would match nobody.

    Raises `ApiError`.
    """
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise ApiError(400, "the values in the address must be UTF-8, percent-encoded") from None


def read_number(name: str, default: float | None, low: float, high: float) -> float | None:
    """Return a number from `low` to `high`, or the default where the parameter is absent."""
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


def read_integer(name: str, default: int, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, or the default."""
    if name not in request.args:
        return default
    text = request.args[name]
    if not text.isascii() or not text.isdigit() or len(text) > 18 or not low <= int(text) <= high:
        raise ApiError(
            422, f"{name} must be a whole number from {low} to {high}, not {text[:40]!r}"
        )
    return int(text)


def read_texts(name: str, max_length: int = MAX_TEXT) -> tuple[str, ...]:
    """Return the nonempty values of a parameter that may be repeated.

    Raises `ApiError` for one that is longer.
    """
    texts = tuple(text for text in request.args.getlist(name) if text)
    for text in texts:
        check_length(name, text, max_length)
    return texts


def read_text(name: str, max_length: int = MAX_TEXT) -> str:
    """Return the first nonempty value of a parameter, or an empty text.

    Raises `ApiError` for one that is longer.
    """
    return next(iter(read_texts(name, max_length)), "")


def check_length(name: str, text: str, max_length: int = MAX_TEXT) -> None:
    """Raise `ApiError` for a text of more than `max_length` characters."""
    if len(text) > max_length:
        raise ApiError(422, f"{name} has {len(text):,} characters; it may have {max_length:,}")


def read_choice(name: str, words: Sequence[str]) -> str:
    """Return one of some words, or an empty text where the parameter is absent."""
    return _check_choice(name, request.args[name], words) if name in request.args else ""


def read_choices(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the values of a parameter that may be repeated, each one of some words."""
    return tuple(_check_choice(name, text, words) for text in request.args.getlist(name))


def _check_choice(name: str, text: str, words: Sequence[str]) -> str:
    if text not in words:
        raise ApiError(422, f"{name} must be one of {', '.join(words)}, not {text[:40]!r}")
    return text


def read_boolean(name: str, *, default: bool) -> bool:
    """Return a truth value, or the default."""
    if name not in request.args:
        return default
    text = request.args[name].lower()
    if text not in (*_TRUE, *_FALSE):
        raise ApiError(422, f"{name} must be true or false, not {text[:40]!r}")
    return text in _TRUE


def read_datetime(name: str) -> datetime | None:
    """Return a date or time in ISO form, in UTC where it names no zone, or None."""
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


def ignore_undeclared() -> None:
    """Ignore query parameters that the endpoint does not declare, as yente does.

    The header `X-Ignored-Parameters` of the response names them, so that a misspelled filter can be
    noticed.
    """
    undeclared = sorted(set(request.args) - _parameter_names() - {PURPOSE})
    if undeclared:
        g.ignored_parameters = ", ".join(quote(name[:60]) for name in undeclared[:20])


def reject_undeclared() -> None:
    """Refuse query parameters that the endpoint does not declare.

    Raises `ApiError`: a misspelled filter must not be taken for none.
    """
    known_names = _parameter_names()
    undeclared = sorted(set(request.args) - known_names - {PURPOSE})
    if undeclared:
        names = ", ".join(sorted(known_names)) or "none"
        alike = get_close_matches(undeclared[0][:60], known_names, n=1)
        suggested = f": did you mean {alike[0]}?" if alike else ""
        raise ApiError(
            422,
            f"there is no parameter {undeclared[0][:60]!r}{suggested or ';'} the parameters are"
            f" {names}",
        )


def _parameter_names() -> frozenset[str]:
    endpoint = current_endpoint()
    return endpoint.query_names if endpoint is not None else frozenset()
