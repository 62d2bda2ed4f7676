"""Audit log of the running service, written by one thread so that no response waits for a disk.

Events that a killed process has not written yet are in its spool (`resolver.trust.audit_spool`);
the next process to start writes them. No access without its audit event: where an event cannot be
spooled, or the log has been unwritable for long, requests are refused.

Each process has a log of its own. A process that only loads what its workers share refuses what
would have to be logged, since threads and files do not survive a fork.
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
from resolver.trust.audit_spool import AuditSpool, add_timestamp, recover_spools

_LOG = structlog.get_logger("api")
_MAX_PENDING = 20_000
_PAUSE = 0.05
"""Seconds for which events are gathered. A power failure loses at most these and one write."""
_MAX_BATCH = 1_000
_RETRY_SECONDS = 1


class AuditLog:
    """Queue of audit events and the thread that writes them to the store; thread-safe."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._hub, self._folder = hub, folder
        self._is_suspended = False
        self._begin()

    def _begin(self) -> None:
        """Begin without events, thread and spool: those of a parent process are its own."""
        self._spool: AuditSpool | None = None
        self._pending: deque[Mapping[str, Any]] = deque()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def suspend(self) -> None:
        """Refuse events until `after_fork`: this process will be forked."""
        self._is_suspended = True

    def after_fork(self) -> None:
        """Begin the log of a forked process."""
        self._is_suspended = False
        self._begin()

    def add(self, event: Mapping[str, Any]) -> None:
        """Queue an audit event.

        Raises `StoreError` where it cannot be made durable, or too many wait to be written.
        """
        event = add_timestamp(event)
        if self._is_suspended:
            raise StoreError(
                "the service is still loading", hint="ask again when GET /readyz answers 200"
            )
        if len(self._pending) >= _MAX_PENDING:
            raise _unwritable()
        try:
            self._running_spool().add(event)
        except OSError as error:
            _LOG.error("cannot spool audit events", error=type(error).__name__)
            raise _unwritable() from error
        # the writer polls: waking it would cost every response a thread switch
        self._pending.append(event)

    def recover(self) -> None:
        """Write the spools of killed processes to the store. Raises `StoreError`."""
        count = recover_spools(self._folder, self._hub.store)
        if count:
            _LOG.warning("audit events of a killed process written", rows=count)

    def _running_spool(self) -> AuditSpool:
        """Return the spool of this process; start it and the writing thread. Raises `OSError`."""
        with self._lock:
            if self._spool is None:
                self._spool = AuditSpool(self._folder)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="audit log", daemon=True)
                self._thread.start()
            return self._spool

    def flush(self) -> None:
        """Wait until every queued event is written, or the writing thread has ended."""
        while self._pending and self._thread is not None and self._thread.is_alive():
            time.sleep(_PAUSE / 5)

    def close(self) -> None:
        """Write what is queued, and stop."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        if self._spool is not None:
            self._spool.close(remove=not self._pending)
            self._spool = None

    def _write(self) -> None:
        while True:
            is_closed = self._closed.wait(_PAUSE)
            while self._pending and self._write_batch():
                pass
            if is_closed:
                return

    def _write_batch(self) -> bool:
        """Write the oldest events and return whether that succeeded."""
        events = [self._pending[i] for i in range(min(len(self._pending), _MAX_BATCH))]
        try:
            self._hub.store.audit_events.append(events)
        except (ResolverError, OSError, RuntimeError) as error:
            _LOG.error("cannot write the audit log", error=type(error).__name__)
            self._closed.wait(_RETRY_SECONDS)
            return False
        for _ in events:
            self._pending.popleft()
        if self._spool is not None:
            with suppress(OSError):
                self._spool.keep_only(self._pending)
        return True


def _unwritable() -> StoreError:
    return StoreError(
        "the audit log cannot be written", hint="see that the disks of the service have room"
    )
