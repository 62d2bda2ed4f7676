"""Fair semaphore: a limited number of threads at once, in order of arrival.

Threads of one process that compute at the same time contend for the interpreter at every step, and
each step costs more than in sequence. A finished thread hands over to the one that has waited
longest, so a thread that returns again and again does not overtake others.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class FairSemaphore:
    """Semaphore entered with `with`, first come first served. Thread-safe."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        turn = threading.Lock()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn.acquire()
            self._waiting.append(turn)
        # the thread that hands over releases it
        turn.acquire()

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
