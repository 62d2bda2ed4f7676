"""Turns: so many at once and no more, in the order in which they came.

Threads of one process that compute at the same time take the interpreter from each other at every step, and each step
costs more than it would one after the other. Whoever is done hands over to whoever waits longest, so that nobody who
comes again and again is before others.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class Turns:
    """To be entered by `with`. Safe to use from several threads."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        mine = threading.Lock()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine.acquire()
            self._waiting.append(mine)
        # whoever hands over lets it go
        mine.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
