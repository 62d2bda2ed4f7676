"""Long-lived parts of one application: settings, audit log, and `Service` with hub and screener.

- `ServiceSettings` are fixed when the service starts.
- `AuditLog` writes audit events in a thread of its own, so no response waits for a disk. First,
  each event goes to the spool of the process (`resolver.trust.audit_spool`). If the process is
  killed, the next process writes the events of the spool. If an event cannot be spooled, or if the
  log could not be written for long, requests are refused, so there is never an access without an
  audit event. Each process has a log of its own. A process that will be forked refuses events,
  since threads and files do not survive a fork.
- `Service` has the hub, the screener, the audit log and the writer of single records, which all
  requests share.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
import threading
import time
import weakref
import zlib
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import structlog
from flask import Flask, current_app, g

from resolver.api.identity_provider import IdentityProvider, ProviderSettings
from resolver.api.server.limits import MAX_BODY, MAX_UPLOAD, RequestTurns
from resolver.api.server.writer import WriterClient, WriterServer
from resolver.check.screener import Screener
from resolver.errors import ResolverError, StoreError
from resolver.hub.admin import SESSION_IDLE_SECONDS, has_users, summarize_keys
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder
from resolver.review import CandidateLinks, DeskRules
from resolver.runtime.machine_code import machine_code
from resolver.runtime.processes import collect_rarely, keep_survivors
from resolver.settings import Settings
from resolver.trust.audit_spool import AuditSpool, add_timestamp, recover_spools

_DEFAULTS = Settings()


_CALLERS = 1_024
"""Number of slots of callers. Callers who share a slot wait for each other's commits. That takes
milliseconds. Only if the index is far behind are both of them told to ask again.
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
        slot = zlib.crc32(caller.encode()) % _CALLERS
        # the lock of the file keeps out other processes, but not other threads of this process
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                self._revisions[slot] = max(int(self._revisions[slot]), revision)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def last_of(self, caller: str) -> int:
        """Return the last revision that a caller has written, or a later one; 0 if the caller has
        written none.
        """
        return int(self._revisions[zlib.crc32(caller.encode()) % _CALLERS])


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Settings of the API and of the steward's desk.

    store_url: store to serve; it is created if it does not exist.
    model_dir, index_dir, jobs_dir: folders of the model, the index and submitted batches; None for
        the default.
    max_body, max_upload: maximum bytes of a request and of a submitted batch.
    open_to_all: allow requests without a key while the store has none (for loopback).
    ask_purpose: require a purpose of access with every key.
    rate: most queries per minute and key in the long run; 0 for no limit.
    burst: most queries of a key at once; 0 for the queries of one minute.
    threads: requests that run at once, not counting requests that wait for a commit.
    streams: event streams held open at once; each takes a thread.
    accept_restricted: accept records with handling codes above H0.
    listed: share of callers of a check who are listed, in (0, 1].
    contacts_of_person, contacts_of_agency: most queries a day that sources which answer with a
        contact are asked, of one key or user and of all those of an agency.

    Settings of the desk:

    user_header: header in which a reverse proxy names the signed-in user; empty for none.
    proxies: addresses or networks of trusted reverse proxies.
    session_idle, session_lasts: seconds after which a session ends unused, and in any case.
    first_code: secret of the link that signs in while no user has a password; empty for none.
    sign_in_tries: failed sign-ins from one address before it is locked; 0 disables the lock.
    provider: identity provider that signs users in, or None.
    security_key_roles: roles whose users must have a security key beside their password.
    rules: which decisions need two stewards, and for how long a pair is leased.
    """

    store_url: str
    model_dir: Path | None = None
    index_dir: Path | None = None
    jobs_dir: Path | None = None
    max_body: int = MAX_BODY
    max_upload: int = MAX_UPLOAD
    open_to_all: bool = True
    ask_purpose: bool = False
    rate: float = 60 * _DEFAULTS.key_rate
    burst: int = _DEFAULTS.key_burst
    threads: int = 16
    streams: int = 2
    accept_restricted: bool = False
    user_header: str = ""
    proxies: tuple[str, ...] = ()
    session_idle: int = SESSION_IDLE_SECONDS
    session_lasts: int = 43_200
    first_code: str = ""
    sign_in_tries: int = 50
    provider: ProviderSettings | None = None
    security_key_roles: frozenset[str] = frozenset()
    rules: DeskRules = field(default_factory=DeskRules)
    listed: float | None = None
    contacts_of_person: int = _DEFAULTS.contacts_of_person
    contacts_of_agency: int = _DEFAULTS.contacts_of_agency


_LOG = structlog.get_logger("api")
_MAX_PENDING = 20_000
_PAUSE = 0.05
"""Seconds for which events are collected before they are written.

A power failure loses at most the events of this time and of one write.
"""
_MAX_BATCH = 1_000
_AUDIT_WRITER_RETRY_SECONDS = 1


class AuditLog:
    """Queue of audit events, and the thread that writes them to the store. Thread-safe."""

    def __init__(self, hub: Hub, folder: Path) -> None:
        self._hub, self._folder = hub, folder
        self._is_suspended = False
        self._begin()

    def _begin(self) -> None:
        """Begin without the events, thread and spool of the parent process."""
        self._spool: AuditSpool | None = None
        self._pending: deque[Mapping[str, Any]] = deque()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def suspend(self) -> None:
        """Refuse events until `after_fork`, because this process will be forked."""
        self._is_suspended = True

    def after_fork(self) -> None:
        """Begin the log of a forked process."""
        self._is_suspended = False
        self._begin()

    def add(self, event: Mapping[str, Any]) -> None:
        """Queue an audit event.

        Raises `StoreError` if it cannot be spooled, or if too many events wait to be written.
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
        # the writer polls, because waking it would cost every response a thread switch
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
        """Write the queued events, and stop the thread."""
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
        """Write the oldest events; return whether they were written."""
        events = [self._pending[i] for i in range(min(len(self._pending), _MAX_BATCH))]
        try:
            self._hub.store.audit_events.append(events)
        except (ResolverError, OSError, RuntimeError) as error:
            _LOG.error("cannot write the audit log", error=type(error).__name__)
            self._closed.wait(_AUDIT_WRITER_RETRY_SECONDS)
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


_KEY = "resolver"
_RESPONSE_OBJECTS = 50_000
"""Number of new objects after which Python searches for reference cycles while the service answers.
"""
FOLLOW_SECONDS = 0.25
"""Seconds between two looks for commits of other processes."""
_RETRY_SECONDS = 2
UNNAMED_PROXY = (
    "a proxy forwards requests, and --proxy does not name it: addresses of clients are unknown, "
    "cookies are not marked as secure, and no address is locked after failed sign-ins"
)
_COMPILING = "the first start compiles code, which takes some minutes"


class Service:
    """Parts of one application, created once and shared by all of its requests."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        # open a store that was resolved with another model, too: endpoints that need no model work,
        # and `/readyz` states the problem
        self.hub = Hub.open(
            settings.store_url,
            check=False,
            model_dir=settings.model_dir,
            index_dir=settings.index_dir,
        )
        self.screener = Screener(self.hub, settings.listed)
        self.candidate_links = CandidateLinks(self.hub)
        self.jobs_dir = jobs_folder(self.hub.store, settings.jobs_dir)
        self._written = WrittenRevisions()
        self._writer_hub: Hub | None = None
        self._group_commit: GroupCommit | None = None
        self._writer_client: WriterClient | None = None
        self._lock = threading.Lock()
        self.audit_log = AuditLog(self.hub, self.jobs_dir / "looks")
        self.turns = RequestTurns(settings.threads)
        self.stream_slots = (
            threading.BoundedSemaphore(settings.streams)
            if settings.streams
            else threading.Semaphore(0)
        )
        self._warm_event = threading.Event()
        self._started_at = time.monotonic()
        self.closed_event = threading.Event()
        self.identity_provider = (
            None if settings.provider is None else IdentityProvider(settings.provider)
        )
        self.has_unnamed_proxy = False
        """Whether a request came from a proxy on this machine that the settings do not name."""

    def warm(self) -> None:
        """Load the screener, which takes seconds; until then checks are refused.

        Raises `ResolverError`.
        """
        self.screener.warm()
        # loaded objects stay until the end: the garbage collector must not search them
        keep_survivors()
        # a response creates some ten thousand objects, which have no cycles
        collect_rarely(_RESPONSE_OBJECTS)
        self._warm_event.set()

    def loading_text(self) -> str:
        """Return a sentence that says what is being loaded, and how long it has taken so far."""
        stage = self.screener.activity or "the model and the names"
        seconds = time.monotonic() - self._started_at
        first = "" if machine_code() else f"; {_COMPILING}"
        return f"the service is still loading: {stage}, for {seconds:.0f} s so far{first}"

    def load(self) -> None:
        """Load the screener, and retry until it succeeds; then follow the commits of the store."""
        try:
            self.audit_log.recover()
        except (ResolverError, OSError) as error:
            _LOG.error("cannot recover audit spools", error=type(error).__name__)
        reason = ""
        while not self.is_warm:
            try:
                self.warm()
                _LOG.info("ready")
            except ResolverError as error:
                if error.line() != reason:
                    reason = error.line()
                    _LOG.warning("waiting", why=reason)
                if self.closed_event.wait(_RETRY_SECONDS):
                    return
        self.screener.follow(FOLLOW_SECONDS)
        if self._writer_client is None:
            self._warm_group_commit()

    def _warm_group_commit(self) -> None:
        """Load the parts that the first commit of records would otherwise wait for."""
        try:
            self.group_commit().warm_up()
        except (ResolverError, OSError) as error:
            _LOG.debug("cannot prepare commits", error=type(error).__name__)

    def use_writer_process(self, path: Path) -> None:
        """Forward records to the writer process that listens on the socket `path`."""
        self._writer_client = WriterClient(
            path, self.group_commit, accept_restricted=self.settings.accept_restricted
        )

    def serve_writer(self, path: Path) -> None:
        """Commit the records that other processes forward to the socket `path`.

        Call this in a forked process, which does nothing else. Raises `OSError` if the process
        cannot listen.
        """
        self.after_fork()
        server = WriterServer(path, self.group_commit)
        self._warm_group_commit()
        server.run()

    def after_fork(self) -> None:
        """Drop the connections, threads and files of the parent, in a forked process."""
        self.hub.store.disown()
        self.audit_log.after_fork()

    def start_loading(self) -> None:
        """Load in the background."""
        threading.Thread(target=self.load, name="load", daemon=True).start()

    @property
    def is_warm(self) -> bool:
        """Return whether checks can be answered at once."""
        return self._warm_event.is_set()

    def ready_screener(self) -> Screener:
        """Return the screener once its answers include all records that the caller has written.

        Raises `StoreError` while it is still loading, and if the index does not get there in time:
        an answer without these records would be wrong.
        """
        self.require_ready()
        written = self._written.last_of(g.get("actor", ""))
        if not self.screener.has_reached(written):
            with self.turns.released():
                if not self.screener.reach(written):
                    raise StoreError(
                        "what you have written last cannot be searched yet",
                        hint="ask again in a few seconds",
                    )
        return self.screener

    def note_commit(self, revision: int) -> None:
        """Make later answers to this caller, from all processes, include a revision."""
        self._written.note(g.get("actor", ""), revision)

    def require_ready(self) -> None:
        """Raise `StoreError` while the service is still loading."""
        if not self.is_warm:
            raise StoreError(self.loading_text(), hint="ask again when GET /readyz answers 200")

    def record_writer(self) -> GroupCommit | WriterClient:
        """Return the writer of single records: the client of the writer process, if there is one,
        else the writer of this process.
        """
        return self._writer_client or self.group_commit()

    def group_commit(self) -> GroupCommit:
        """Return the writer of this process. It has a hub of its own, so no check waits for it."""
        with self._lock:
            if self._group_commit is None:
                settings = self.settings
                self._writer_hub = Hub.open(
                    settings.store_url, model_dir=settings.model_dir, index_dir=settings.index_dir
                )
                self._group_commit = GroupCommit(
                    self._writer_hub, accept_restricted=settings.accept_restricted
                )
            return self._group_commit

    def note_unnamed_proxy(self, header: str) -> None:
        """Note that a proxy which the settings do not name forwards requests; log it once."""
        if not self.has_unnamed_proxy:
            self.has_unnamed_proxy = True
            _LOG.warning(UNNAMED_PROXY, header=header)

    def is_guarded(self) -> bool:
        """Return whether requests need credentials.

        They do if there is or was a key or a user, or if a proxy or an identity provider names the
        user. Revoked and expired keys count, too, so the service does not become open when the last
        key ends.
        """
        return (
            bool(self.settings.user_header or self.settings.provider)
            or bool(summarize_keys(self.hub.store))
            or has_users(self.hub.store)
        )

    def close(self) -> None:
        """Write the remaining audit events, and close the store."""
        self.closed_event.set()
        self.screener.close()
        self.audit_log.close()
        if self._writer_client is not None:
            self._writer_client.close()
        if self._writer_hub is not None:
            self._writer_hub.close()
        self.hub.close()


def attach_service(app: Flask, service: Service) -> None:
    """Attach a service to an application."""
    app.extensions[_KEY] = service


def current_service() -> Service:
    """Return the service of the application that handles the request."""
    return cast(Service, current_app.extensions[_KEY])
