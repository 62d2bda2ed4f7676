"""Revisions that callers have written, known to all processes of a service.

A caller who has posted a record and asks at once may be answered by another process, whose entity
index is a moment behind. The process that answers looks here how far its index must be.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
import threading
import weakref
import zlib

import numpy as np

_CALLERS = 1_024
"""Slots of callers. Callers who share a slot wait for each other's commits, which takes
milliseconds and changes no answer.
"""


class WrittenRevisions:
    """Last revision that each caller has written; shared with processes that are forked later."""

    def __init__(self) -> None:
        # a file has locks that the system releases when their process is killed
        with tempfile.TemporaryFile() as file:
            file.truncate(_CALLERS * 8)
            memory = mmap.mmap(file.fileno(), _CALLERS * 8)
            self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)
        self._revisions = np.frombuffer(memory, dtype=np.int64)
        self._lock = threading.Lock()

    def note(self, caller: str, revision: int) -> None:
        """Note that a caller has written a revision."""
        slot = _slot_of(caller)
        # the lock of the file keeps other processes out, but not other threads of this one
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                self._revisions[slot] = max(int(self._revisions[slot]), revision)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def last_of(self, caller: str) -> int:
        """Return the last revision that a caller has written or a later one; 0 without any."""
        return int(self._revisions[_slot_of(caller)])


def _slot_of(caller: str) -> int:
    return zlib.crc32(caller.encode()) % _CALLERS
