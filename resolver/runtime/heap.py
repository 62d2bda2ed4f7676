"""Heaps of the C library, where that is glibc: kept in batch runs, bounded in a service.

Arrays of a batch come and go by the hundred megabytes. By default each takes new pages from the
system and gives them back, and the system clears them anew, which takes a tenth of the processor
time of a million records. A kept heap gives them to the next array instead. Its gaps grow with the
arrays, so that a large heap is kept no longer.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache

_ARENAS, _TRIM, _OWN_PAGES, _MAPPED = -8, -1, -3, -4
"""Parameters of `mallopt`: number of heaps, bytes at the end that a heap keeps, bytes from which an
array gets pages of its own, which go back to the system with it, and how many such arrays there may
be.
"""
_NEVER = 1 << 30
_USUAL_TRIM, _USUAL_MAPPED = 128 << 10, 65_536
_MOST_KEPT = 2 << 30
"""Bytes of a heap up to which it is kept."""
_CHECK_BYTES, _OWN_BYTES = 4 << 20, 1 << 20
"""More than the arrays of a check take together, and than its largest: pages that go back and come
again for each check take a tenth of its time.
"""


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
    """Return the C library, None where it has no `mallopt`."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
        return library
    return None


_KEPT: list[ctypes.CDLL] = []
"""The C library, while its heap is kept."""


def keep_heap() -> None:
    """Keep freed memory in one heap for the arrays to come, where the library (glibc 2.33 or later)
    tells how large it is.
    """
    library = _library()
    if library is not None and hasattr(library, "mallinfo2") and not _KEPT:
        library.mallinfo2.restype = _HeapUse
        library.mallopt(_ARENAS, 1)
        library.mallopt(_MAPPED, 0)
        library.mallopt(_TRIM, _NEVER)
        _KEPT.append(library)


def bound_heaps() -> None:
    """Let the C library share two heaps among threads, and give back what a check does not need.

    By default each thread may have a heap of its own, whose gaps stay with the process, and arrays
    of up to 32 MiB come from heaps once such an array has been freed.
    """
    library = _library()
    if library is not None:
        library.mallopt(_ARENAS, 2)
        library.mallopt(_TRIM, _CHECK_BYTES)
        library.mallopt(_OWN_PAGES, _OWN_BYTES)


def release_large_heap() -> None:
    """Give the free memory of a kept heap back to the system if it is large, and from now on as it
    becomes free.
    """
    if _KEPT and _KEPT[0].mallinfo2().arena > _MOST_KEPT:
        library = _KEPT.pop()
        library.mallopt(_MAPPED, _USUAL_MAPPED)
        library.mallopt(_TRIM, _USUAL_TRIM)
        library.malloc_trim(ctypes.c_size_t(0))
