"""Errors on one line, with their exit codes."""

from __future__ import annotations

import errno
import resource

from resolver.errors import ResolverError

FAILED = 1
_NO_MEMORY = (
    "can't start new thread",
    "failed to map segment",
    "Cannot allocate memory",
    "bad_alloc",
)
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
    if isinstance(error, SystemError) and _memory_is_limited():
        # C code whose allocation failed sometimes ends without an exception of its own
        return True
    # threads and the mapping of libraries also fail for a lack of memory
    return any(sign in str(error) for sign in _NO_MEMORY)


def _memory_is_limited() -> bool:
    soft_limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return soft_limit != resource.RLIM_INFINITY


def _describe_os_error(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    hint = _HINTS.get(error.errno or 0)
    return f"{place}{(error.strerror or str(error)).lower()}" + (f" ({hint})" if hint else "")
