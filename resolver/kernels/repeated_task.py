"""Task that a thread repeats beside the work, without keeping that work on one core."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from resolver.kernels.processes import pausing


class RepeatedTask:
    """Thread that calls `run` every `seconds` within a context, until that returns False.

    Beside other threads no copies of the process can be made, so that the thread ends before copies
    are made (`processes.pausing`) and begins anew after; a call that was due meanwhile follows at
    once.
    """

    def __init__(self, run: Callable[[], bool], seconds: float, name: str) -> None:
        self._run, self._seconds, self._name = run, seconds, name
        self._next = 0.0
        self._is_done = False
        self._pause = threading.Event()
        self._context = ExitStack()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._next = time.monotonic() + self._seconds
        self._start()
        self._context.callback(self._stop)
        self._context.enter_context(pausing(self._paused))
        return self

    def __exit__(self, *_: object) -> None:
        self._context.close()

    @contextmanager
    def _paused(self) -> Iterator[None]:
        """Call nothing within the context."""
        self._stop()
        try:
            yield
        finally:
            self._start()

    def _start(self) -> None:
        self._pause.clear()
        self._thread = threading.Thread(target=self._repeat, name=self._name, daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        """End the thread, after a call that has begun."""
        self._pause.set()
        if self._thread is not None:
            self._thread.join()

    def _repeat(self) -> None:
        while not self._pause.wait(self._seconds_left()):
            self._next = time.monotonic() + self._seconds
            self._is_done = not self._run()

    def _seconds_left(self) -> float | None:
        """Return the time until the next call; None after the last."""
        return None if self._is_done else max(self._next - time.monotonic(), 0.0)
