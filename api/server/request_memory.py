"""Memory that requests leave behind.

Caches of words are emptied once they hold many, and the C library keeps few heaps. Loading a store
fills the caches with the words of all its records, and senders of ever new words would fill them
again; a query has few words, which take microseconds to read anew.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

from flask import Flask

from resolver.records.prepared.text_cache import empty_caches_above

MAX_CACHED_WORDS = 40_000
"""Entries of all caches of words together in a process that serves."""

_ARENAS, _TRIM, _MMAP = -8, -1, -3
"""Parameters of glibc's `mallopt`: number of heaps, bytes at the end that it keeps, and bytes from
which an array gets pages of its own, which go back to the system with it.
"""
_KEPT_BYTES, _MAPPED_BYTES = 4 << 20, 1 << 20
"""More than the arrays of a check take together, and than its largest: pages that go back and come
again for each check take a tenth of its time.
"""


def bound_heaps() -> None:
    """Let the C library share two heaps among threads, and give back what a check does not need.

    By default each thread may have a heap of its own, whose gaps stay with the process, and arrays
    of up to 32 MiB come from heaps once such an array has been freed. Where the library is not
    glibc nothing happens.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_ARENAS, 2)
        library.mallopt(_TRIM, _KEPT_BYTES)
        library.mallopt(_MMAP, _MAPPED_BYTES)


def install_memory_bound(app: Flask) -> None:
    """Bound the caches of words after each request of an application."""

    @app.teardown_request
    def bound(_: object) -> None:
        """Empty the caches if they hold too many words."""
        empty_caches_above(MAX_CACHED_WORDS)
