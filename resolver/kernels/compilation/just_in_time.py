"""Kernels compiled with numba on their first call, and cached beside their source.

numba identifies cached code by the source of one module, so that a change in another one would go
unnoticed. Here it is identified by the stamp of all sources that went into it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache, IndexDataCacheFile

from resolver.kernels.compilation.source_stamps import TOP, stamp

WATCHERS: list[Callable[[Callable[..., Any], list[Any]], None]] = []
"""Called with a kernel's function and numba's types of its arguments, before it is compiled."""


def compiled_when_called(
    function: Callable[..., Any], *, inline: bool, nogil: bool, allocates: bool
) -> Any:
    """Return numba's dispatcher of a function; see `resolver.kernels.compiler.compiled`."""
    # numba has no documented name for the last option, which exists for other targets.
    njit: Any = numba.njit
    kernel: Any = njit(nogil=nogil, forceinline=inline, _nrt=allocates)(function)
    kernel._cache = _SourceCache(function)
    kernel._compile_for_args = _watched(function, kernel._compile_for_args)
    return kernel


class _SourceCache(FunctionCache):
    """Cache of the compiled code of one function, identified by sources."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        self._cache_file = IndexDataCacheFile(  # type: ignore[no-untyped-call]
            cache_path=self.cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=stamp(Path(function.__code__.co_filename).resolve(), TOP),
        )


def _watched(function: Callable[..., Any], compile_for_args: Any) -> Any:
    """Return numba's method that compiles a function for arguments, with the watchers before it."""

    def compile_for_watched(*args: Any, **words: Any) -> Any:
        type_of: Any = numba.typeof
        for watch in WATCHERS:
            watch(function, list(map(type_of, args)))
        return compile_for_args(*args, **words)

    return compile_for_watched
