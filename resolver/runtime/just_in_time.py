"""Kernels compiled with numba on their first call, and cached beside their source.

numba identifies cached code by the source of one module, so that a change in another one would go
unnoticed. Here it is identified by the stamp of all sources that went into it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numba
from numba.core import event
from numba.core.caching import FunctionCache, IndexDataCacheFile

from resolver.runtime.machine_code import TOP, stamp

WATCHERS: list[Callable[[Callable[..., Any], list[Any]], None]] = []
"""Called with a kernel's function and numba's types of its arguments, before it is compiled."""

FIRST_REPORT, REPORT_SECONDS = 2.0, 10.0
"""Seconds of compiling after which a line says so for the first time, and between two lines. A run
that finds most kernels compiled says nothing.
"""


class CompilationReport(event.Listener):
    """Says on standard error that kernels are compiled: the first run waits minutes for it."""

    def __init__(self) -> None:
        self._depth, self._began, self._spent, self._next = 0, 0.0, 0.0, FIRST_REPORT

    def on_start(self, event: Any) -> None:
        """Note when a kernel begins to be compiled; those that it calls are compiled meanwhile."""
        if self._depth == 0:
            self._began = time.monotonic()
        self._depth += 1

    def on_end(self, event: Any) -> None:
        """Write a line if enough time has passed."""
        self._depth -= 1
        spent = self._spent + time.monotonic() - self._began
        if self._depth == 0:
            self._spent = spent
        if spent >= self._next:
            self._next = spent + REPORT_SECONDS
            print(
                f"compiling kernels for {spent:.0f} s (only on the first run, about two minutes)",
                file=sys.stderr,
                flush=True,
            )


def _report_compilation() -> None:
    register: Any = event.register
    register("numba:compile", CompilationReport())


_report_compilation()


def compiled_when_called(
    function: Callable[..., Any], *, inline: bool, nogil: bool, allocates: bool
) -> Any:
    """Return numba's dispatcher of a function; see `resolver.runtime.compiler.compiled`."""
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
        self._cache_file = CodeFiles(
            self.cache_path,
            self._impl.filename_base,
            stamp(Path(function.__code__.co_filename).resolve(), TOP),
        )


class CodeFiles(IndexDataCacheFile):
    """Files of one function's code, which several processes may read and write at once.

    numba numbers the files, and writes that there is one before it writes the file: another process
    could load code of other types or other sources in its place. Here a name belongs to one code.
    """

    def __init__(self, folder: str, base: str, source_stamp: str) -> None:
        super().__init__(folder, base, source_stamp)  # type: ignore[no-untyped-call]
        self._folder, self._base = Path(folder), base

    def _load_index(self) -> Any:
        """Return the names of files by key: none where the index names modules that are gone."""
        files: Any = super()
        try:
            return files._load_index()
        except (ImportError, AttributeError):
            return {}

    def save(self, key: Any, data: Any) -> None:
        """Keep the code for a key (types, processor, function)."""
        files: Any = self
        name = f"{self._base}.{self._digest(self._source_stamp)}-{self._digest(repr(key))}.nbc"
        files._save_data(name, data)
        places = files._load_index()
        if not places:
            self._remove_former()
        files._save_index({**places, key: name})

    def _remove_former(self) -> None:
        """Remove code of other sources; a process that still runs it has loaded it."""
        for path in self._folder.glob(f"{self._base}.*.nbc"):
            if not path.name.startswith(f"{self._base}.{self._digest(self._source_stamp)}-"):
                path.unlink(missing_ok=True)

    @staticmethod
    def _digest(text: str) -> str:
        return blake2b(text.encode(), digest_size=8).hexdigest()


def _watched(function: Callable[..., Any], compile_for_args: Any) -> Any:
    """Return numba's method that compiles a function for arguments, with the watchers before it."""

    def compile_for_watched(*args: Any, **words: Any) -> Any:
        type_of: Any = numba.typeof
        for watch in WATCHERS:
            watch(function, list(map(type_of, args)))
        return compile_for_args(*args, **words)

    return compile_for_watched
