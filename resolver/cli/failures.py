"""Errors on one line, with their exit codes."""

from __future__ import annotations

import errno
import math
import resource
from pathlib import Path

from resolver.errors import ResolverError

FAILED = 1
_NO_MEMORY = (
    "can't start new thread",
    "failed to map segment",
    "Cannot allocate memory",
    "bad_alloc",
)
_LITTLE = 16 << 20
"""Bytes left of a limit below which any unexpected error is put down to it."""
_HINTS = {
    errno.ENOSPC: "free some space there or choose another place",
    errno.EFBIG: "the system allows no larger file; choose another place, or raise the limit",
    errno.EDQUOT: "your quota there is used up; free some space or choose another place",
    errno.EACCES: "choose a place that you may use, or have its permissions changed",
    errno.EPERM: "choose a place that you may use, or have its permissions changed",
    errno.EROFS: "that file system is read-only; choose another place",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a part of the path is a file; choose another path",
    errno.EISDIR: "name a file",
}


def describe_failure(error: Exception) -> tuple[str, int]:
    """Return the line to show for an error, and the exit code."""
    if isinstance(error, ResolverError):
        return error.line(), error.exit_code
    if _no_memory(error):
        return (
            "there is not enough memory (give the program more, or resolve fewer lists at once)",
            FAILED,
        )
    if isinstance(error, OSError) and error.errno:
        return _describe_os_error(error), FAILED
    text = " ".join(str(error).split())[:300]
    return (
        f"unexpected {type(error).__name__}: {text} (set RESOLVER_DEBUG=1 to see its traceback)",
        FAILED,
    )


def _no_memory(error: Exception) -> bool:
    """Return whether an error means a lack of memory, under any of the names that libraries give
    it.
    """
    if isinstance(error, MemoryError) or (
        isinstance(error, OSError) and error.errno == errno.ENOMEM
    ):
        return True
    # threads and the mapping of libraries also fail for a lack of memory
    if any(sign in str(error) for sign in _NO_MEMORY):
        return True
    if isinstance(error, OSError) and error.errno:
        return False
    # a library whose allocation failed may raise any error
    return _memory_left() < (math.inf if isinstance(error, SystemError) else _LITTLE)


def _memory_left() -> float:
    """Return how many bytes the limit on this process leaves, or infinity where there is none."""
    soft_limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    if soft_limit == resource.RLIM_INFINITY:
        return math.inf
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except OSError:
        return math.inf
    return soft_limit - pages * resource.getpagesize()


def _describe_os_error(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    hint = _HINTS.get(error.errno or 0)
    return f"{place}{(error.strerror or str(error)).lower()}" + (f" ({hint})" if hint else "")
