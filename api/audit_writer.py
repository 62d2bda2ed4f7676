"""Who looked what up, when and why: rows of the store's log, written by one thread so that no answer waits for a disk.

What a killed process had not written yet stands in its spool (`resolver.trust.audit_spool`), and whoever starts next writes
it. Where the log cannot be written for long, nothing more is answered: no look without its trace.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from resolver.errors import ResolverError, StoreError
from resolver.hub.hub import Hub
from resolver.trust.audit_spool import Spool, recover, stamped

_LOG = structlog.get_logger("api")
_MOST = 20_000
_PAUSE = 0.05
"""Seconds for which rows are gathered: so much of the log is lost when the power fails, and what it takes to write."""
_AT_ONCE = 1_000


class Consultations:
    """The log, while the service runs."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._hub, self._folder = hub, folder
        self._spool: Spool | None = None
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def add(self, row: Mapping[str, Any]) -> None:
        """Log a consultation. Raises `StoreError` where too many wait to be written."""
        row = stamped(row)
        with self._lock:
            if self._thread is None:
                self._spool = self._spooled()
                self._thread = threading.Thread(
                    target=self._write, name="consultations", daemon=True
                )
                self._thread.start()
        if len(self._waiting) >= _MOST:
            raise StoreError(
                "the log of consultations cannot be written",
                mend="see that the store's disk has room",
            )
        # nobody is woken: who writes looks by itself, and so no answer waits for a turn
        self._waiting.append(row)
        if self._spool is not None:
            try:
                self._spool.add(row)
            except OSError as error:
                _LOG.error("looks cannot be spooled", error=type(error).__name__)

    def recover(self) -> None:
        """Write what killed processes have left. Raises `StoreError`."""
        found = recover(self._folder, self._hub.store)
        if found:
            _LOG.warning("looks of a killed process written", rows=found)

    def _spooled(self) -> Spool | None:
        try:
            return Spool(self._folder)
        except OSError as error:
            # then a kill loses what has not been written yet
            _LOG.error("looks cannot be spooled", error=type(error).__name__)
            return None

    def flush(self) -> None:
        """Wait until all is written, or nobody is left to write."""
        while self._waiting and self._thread is not None and self._thread.is_alive():
            time.sleep(_PAUSE / 5)

    def close(self) -> None:
        """Write what waits, and stop."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        if self._spool is not None:
            self._spool.close(remove=not self._waiting)
            self._spool = None

    def _write(self) -> None:
        while True:
            closed = self._closed.wait(_PAUSE)
            while self._waiting and self._written():
                pass
            if closed:
                return

    def _written(self) -> bool:
        """Write the next rows; whether that could be done."""
        rows = [self._waiting[place] for place in range(min(len(self._waiting), _AT_ONCE))]
        try:
            self._hub.store.access.log(rows)
        except (ResolverError, OSError, RuntimeError) as error:
            _LOG.error("consultations cannot be written", error=type(error).__name__)
            self._closed.wait(1)
            return False
        for _ in rows:
            self._waiting.popleft()
        if self._spool is not None:
            with suppress(OSError):
                self._spool.keep(self._waiting)
        return True
