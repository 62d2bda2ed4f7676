"""Revisions that callers have written, known to all processes of a service.

A caller who has posted a record and asks at once may be answered by another process, whose entity
index is a moment behind. The process that answers looks here how far its index must be. Only the
caller's own commits count: those of others make nobody wait.
"""

from __future__ import annotations

import mmap
import os
import threading
import zlib

import numpy as np

_PROCESSES, _CALLERS = 64, 1_024
"""Slots of processes and of callers. Callers who share a slot wait for each other's commits."""


class WrittenRevisions:
    """Last revision that each caller has written; shared with processes that are forked later.

    Each process writes into a row of its own, so that no lock has to be shared.
    """

    def __init__(self) -> None:
        memory = mmap.mmap(-1, _PROCESSES * _CALLERS * 8)
        self._revisions = np.frombuffer(memory, dtype=np.int64).reshape(_PROCESSES, _CALLERS)
        self._lock = threading.Lock()

    def note(self, caller: str, revision: int) -> None:
        """Note that a caller has written a revision."""
        row, slot = self._revisions[os.getpid() % _PROCESSES], _slot_of(caller)
        with self._lock:
            row[slot] = max(int(row[slot]), revision)

    def last_of(self, caller: str) -> int:
        """Return the last revision that a caller has written; 0 if there is none."""
        return int(self._revisions[:, _slot_of(caller)].max())


def _slot_of(caller: str) -> int:
    return zlib.crc32(caller.encode()) % _CALLERS
