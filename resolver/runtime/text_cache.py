"""Caches of functions of texts, and stable 64-bit hashes of texts.

A cache is bounded in bytes, because long texts are not cached. A service also bounds all caches
together (`empty_caches_above`). Otherwise senders of ever new words could fill each of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from inspect import getfullargspec
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.runtime.text_hashes import fill_text_hashes

MAX_CACHED_LETTERS = 100
"""Maximum number of letters in a text that is cached; words and names of real records have fewer.
"""
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


_MIN_TEXTS = 500
"""Number of texts from which the kernel hashes them: most of many are new, and filling the cache
takes longer.
"""


def compute_hash64(text: str) -> int:
    """Return a stable 64-bit hash of a text (BLAKE2b), never 0."""
    return (
        int.from_bytes(
            hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
        )
        or 1
    )


hash64 = cache_short_texts(100_000)(compute_hash64)
"""`compute_hash64` with a cache."""


def hash_texts(texts: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Return `hash64` of each text; 0 for an empty one."""
    texts = list(texts)
    if len(texts) < _MIN_TEXTS:
        return _hash_one_by_one(texts)
    try:
        encoded = pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        # half of a character, which no encoding has
        return _hash_one_by_one(texts)
    offsets, data = encoded.buffers()[1:]
    hashes = np.empty(len(texts), dtype=np.uint64)
    letters = np.frombuffer(data, dtype=np.uint8) if data.size else np.zeros(0, dtype=np.uint8)
    fill_text_hashes(np.frombuffer(offsets, dtype=np.int64), letters, hashes)
    missing = np.flatnonzero(hashes == 0).tolist()
    hashes[missing] = _hash_one_by_one([texts[place] for place in missing])
    return hashes


def _hash_one_by_one(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    return np.fromiter((hash64(text) if text else 0 for text in texts), dtype=np.uint64)
