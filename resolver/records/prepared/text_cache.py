"""Caches of functions of texts, bounded in bytes: long texts are computed anew each time.

A service besides bounds all of them together (`empty_caches_above`), since senders of ever new
words could fill each one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import getfullargspec
from typing import Any, ParamSpec, TypeVar, cast

MAX_CACHED_LETTERS = 100
"""Letters of a text that is cached; words and names of real records have fewer."""
_CACHES: list[dict[Any, Any]] = []
"""Results of each decorated function."""
_MISSING: Any = object()
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def cache_short_texts(
    maxsize: int, *, all_arguments: bool = False
) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """Return a decorator that keeps results, up to `maxsize`, but none of a long text.

    The first argument is the text, or a word of one; with `all_arguments` each may be one. A sender
    of long texts can neither fill memory nor push the words of others out of the cache. A full
    cache begins anew, so that a result is found by one look-up in a dictionary.
    """

    def decorate(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        """Return the function with its cache."""
        results: dict[Any, _Result] = {}
        compute: Callable[..., _Result] = function
        _CACHES.append(results)

        def keep(key: Any, result: _Result) -> None:
            """Keep a result."""
            if len(results) >= maxsize:
                results.clear()
            results[key] = result

        @wraps(function)
        def call(text: str) -> _Result:
            """Return the result for the only argument."""
            result: _Result = results.get(text, _MISSING)
            if result is _MISSING:
                result = compute(text)
                if len(text) <= MAX_CACHED_LETTERS:
                    keep(text, result)
            return result

        @wraps(function)
        def call_with_arguments(*args: Any, **kwargs: Any) -> _Result:
            """Return the result for several arguments."""
            key = (*args, *kwargs.items()) if kwargs else args
            result: _Result = results.get(key, _MISSING)
            if result is _MISSING:
                result = compute(*args, **kwargs)
                for argument in args if all_arguments else args[:1]:
                    if isinstance(argument, str) and len(argument) > MAX_CACHED_LETTERS:
                        return result
                keep(key, result)
            return result

        arguments = getfullargspec(function)
        has_one = len(arguments.args) == 1 and not arguments.kwonlyargs
        return cast(Callable[_Parameters, _Result], call if has_one else call_with_arguments)

    return decorate


def empty_caches_above(entries: int) -> bool:
    """Empty all caches if they hold more entries together; return whether they did."""
    is_above: bool = sum(map(len, _CACHES)) > entries
    for results in _CACHES if is_above else ():
        results.clear()
    return is_above
