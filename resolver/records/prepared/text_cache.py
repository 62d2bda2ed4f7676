"""Caches of functions of texts, bounded in bytes: long texts are computed anew each time.

A service besides bounds all of them together (`empty_caches_above`), since senders of ever new
words could fill each one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
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
        cached: Callable[..., _Result] = _keep_cache(lru_cache(maxsize)(function))

        @wraps(function)
        def call(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
            """Return the result, from the cache where the text is short."""
            text = args[0]
            if isinstance(text, str) and len(text) > MAX_CACHED_LETTERS:
                return function(*args, **kwargs)
            return cached(*args, **kwargs)

        @wraps(function)
        def call_with_texts(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
            """Return the result, from the cache where all texts are short."""
            if any(isinstance(text, str) and len(text) > MAX_CACHED_LETTERS for text in args):
                return function(*args, **kwargs)
            return cached(*args, **kwargs)

        return call_with_texts if all_arguments else call

    return decorate


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
