"""Caches of functions of texts, bounded in bytes: long texts are computed anew each time.

A service besides bounds all of them together (`empty_caches_above`), since senders of ever new
words could fill each one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from inspect import getfullargspec
from typing import Any, ParamSpec, TypeVar

MAX_CACHED_LETTERS = 100
"""Letters of a text that is cached; words and names of real records have fewer."""
_CACHES: list[Any] = []
"""Functions with the cache of each decorated function."""
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def cache_short_texts(
    maxsize: int, *, all_arguments: bool = False
) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """Return a decorator like `lru_cache(maxsize)` that keeps no result of a long text.

    The first argument is the text, or a word of one; with `all_arguments` each may be one. A sender
    of long texts can neither fill memory nor push the words of others out of the cache.
    """

    def decorate(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        """Return the function with its cache."""

        @lru_cache(maxsize)
        def compute_short(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
            """Return the result. Raises `_LongTextError`, which no cache keeps, for a long text."""
            for text in args if all_arguments else args[:1]:
                if isinstance(text, str) and len(text) > MAX_CACHED_LETTERS:
                    raise _LongTextError
            return function(*args, **kwargs)

        cached: Callable[..., _Result] = _keep_cache(compute_short)

        @wraps(function)
        def call(*args: Any) -> _Result:
            """Return the result, from the cache where texts are short."""
            try:
                return cached(*args)
            except _LongTextError:
                pass
            return uncached(*args)

        @wraps(function)
        def call_with_options(*args: Any, **kwargs: Any) -> _Result:
            """Return the result of a function with options; others are called in half the time."""
            try:
                return cached(*args, **kwargs)
            except _LongTextError:
                pass
            return uncached(*args, **kwargs)

        uncached: Callable[..., _Result] = function
        return call_with_options if getfullargspec(function).kwonlyargs else call

    return decorate


class _LongTextError(Exception):
    """A text is too long for a cache."""


def _keep_cache(cached: Any) -> Any:
    """Return a function with a cache, kept among those that can be emptied together."""
    _CACHES.append(cached)
    return cached


def empty_caches_above(entries: int) -> bool:
    """Empty all caches if they hold more entries together; return whether they did."""
    is_above: bool = sum(cached.cache_info().currsize for cached in _CACHES) > entries
    for cached in _CACHES if is_above else ():
        cached.cache_clear()
    return is_above
