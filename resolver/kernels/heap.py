"""Heap of the C library in processes that resolve batches.

Arrays of a batch come and go by the hundred megabytes. By default each takes new pages from the
system and gives them back, and the system clears them anew, which takes a tenth of the processor
time of a million records. A kept heap gives them to the next array instead. Its gaps grow with the
arrays, so that a large heap is kept no longer.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache

_ARENAS, _TRIM, _MAPPED = -8, -1, -4
"""Parameters of glibc's `mallopt`: number of heaps, bytes at the end that go back to the system,
and how many large arrays may have pages of their own.
"""
_NEVER = 1 << 30
_USUAL_TRIM, _USUAL_MAPPED = 128 << 10, 65_536
_MOST_KEPT = 2 << 30
"""Bytes of a heap up to which it is kept."""


class _HeapUse(ctypes.Structure):
    """Answer of `mallinfo2`; `arena` are the bytes of the heap."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


@cache
def _library() -> ctypes.CDLL | None:
    """Return the C library, None where it is not a glibc that tells how large the heap is."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallinfo2.restype = _HeapUse
        return library
    return None


_KEPT: list[ctypes.CDLL] = []
"""The C library, while its heap is kept."""


def keep_heap() -> None:
    """Keep freed memory in one heap for the arrays to come."""
    library = _library()
    if library is not None and not _KEPT:
        library.mallopt(_ARENAS, 1)
        library.mallopt(_MAPPED, 0)
        library.mallopt(_TRIM, _NEVER)
        _KEPT.append(library)


def release_large_heap() -> None:
    """Give the free memory of a kept heap back to the system if it is large, and from now on as it
    becomes free.
    """
    if _KEPT and _KEPT[0].mallinfo2().arena > _MOST_KEPT:
        library = _KEPT.pop()
        library.mallopt(_MAPPED, _USUAL_MAPPED)
        library.mallopt(_TRIM, _USUAL_TRIM)
        library.malloc_trim(ctypes.c_size_t(0))
