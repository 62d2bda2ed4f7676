"""Who looked what up, when and why: rows of the store's log, written by one thread so that no answer waits for a disk.

What a killed process had not written yet is lost: a fraction of a second of the log. Where the log cannot be written
for long, nothing more is answered: no look without its trace.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from typing import Any

import structlog

from resolver.engines.hub import Hub
from resolver.errors import ResolverError, StoreError

_LOG = structlog.get_logger("api")
_MOST = 20_000
_PAUSE = 0.1


class Consultations:
    """The log, while the service runs."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._waiting: queue.Queue[Mapping[str, Any]] = queue.Queue(_MOST)
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def add(self, row: Mapping[str, Any]) -> None:
        """Log a consultation. Raises `StoreError` where too many wait to be written."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="consultations", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait(row)
        except queue.Full:
            raise StoreError(
                "the log of consultations cannot be written", mend="see that the store's disk has room"
            ) from None

    def flush(self) -> None:
        """Wait until all is written."""
        self._waiting.join()

    def close(self) -> None:
        """Write what waits, and stop."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _write(self) -> None:
        while True:
            rows = self._gathered()
            if not rows and self._closed.is_set():
                return
            while rows:
                try:
                    self._hub.store.access.log(rows)
                    break
                except (ResolverError, OSError, RuntimeError) as error:
                    _LOG.error("consultations cannot be written", error=type(error).__name__)
                    if self._closed.wait(1):
                        break
            for _ in rows:
                self._waiting.task_done()

    def _gathered(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        try:
            rows.append(self._waiting.get(timeout=_PAUSE))
            while len(rows) < 1_000:
                rows.append(self._waiting.get_nowait())
        except queue.Empty:
            pass
        return rows
