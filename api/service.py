"""Long-lived parts of one application: hub, screener, audit log and single-record writer."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import cast

import structlog
from flask import Flask, current_app, g

from resolver.api.audit_writer import AuditLog
from resolver.api.server.request_turns import RequestTurns
from resolver.api.server.writer import WriterClient, WriterServer
from resolver.api.server.written_revisions import WrittenRevisions
from resolver.api.service_settings import ServiceSettings
from resolver.errors import ResolverError, StoreError
from resolver.hub.admin import summarize_keys
from resolver.hub.desk_users import has_users
from resolver.hub.group_commit import GroupCommit
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder
from resolver.kernels.compilation.machine_code import machine_code
from resolver.kernels.garbage import collect_rarely, keep_survivors
from resolver.screening.screener import Screener

_KEY = "resolver"
_RESPONSE_OBJECTS = 50_000
"""New objects after which a service that answers searches for reference cycles."""
FOLLOW_SECONDS = 0.25
"""Seconds between two looks for commits of other processes."""
_RETRY_SECONDS = 2
UNNAMED_PROXY = (
    "a proxy forwards requests, and --proxy does not name it: addresses of clients are unknown, "
    "cookies are not marked as secure, and no address is locked after failed sign-ins"
)
_COMPILING = "the first start compiles code, which takes some minutes"
_LOG = structlog.get_logger("api")


class Service:
    """Parts of one application, created once and shared by all of its requests."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        # a store resolved with another model is opened too: endpoints that need no model answer,
        # and `/readyz` names the problem
        self.hub = Hub.open(
            settings.store_url,
            check=False,
            model_dir=settings.model_dir,
            index_dir=settings.index_dir,
        )
        self.screener = Screener(self.hub, settings.listed)
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
        self.has_unnamed_proxy = False
        """Whether a request came from a proxy on this machine that the settings do not name."""

    def warm(self) -> None:
        """Load what takes seconds; until then checks are refused. Raises `ResolverError`."""
        self.screener.warm()
        # loaded objects stay for good: the collector must not walk through them during a request,
        # nor now, where it would find next to nothing
        keep_survivors()
        # a response makes some ten thousand objects, all of them without cycles
        collect_rarely(_RESPONSE_OBJECTS)
        self._warm_event.set()

    def loading_text(self) -> str:
        """Return what is being loaded, and for how long so far."""
        stage = self.screener.activity or "the model and the names"
        seconds = time.monotonic() - self._started_at
        first = "" if machine_code() else f"; {_COMPILING}"
        return f"the service is still loading: {stage}, for {seconds:.0f} s so far{first}"

    def load(self) -> None:
        """Load, retrying until the store has something to load, and then follow the store."""
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
        """Load what the first commit of records would wait for."""
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
        """Commit what others forward to the socket `path`, in a forked process that does only so.

        Raises `OSError` where it cannot listen.
        """
        self.after_fork()
        server = WriterServer(path, self.group_commit)
        self._warm_group_commit()
        server.run()

    def after_fork(self) -> None:
        """Drop what belongs to the parent of a forked process."""
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
        """Return the screener, once its answers hold what the caller of this request has written.

        Raises `StoreError` while it is still loading.
        """
        self.require_ready()
        self.screener.reach(self._written.last_of(g.get("actor", "")))
        return self.screener

    def note_commit(self, revision: int) -> None:
        """Let later answers to the caller of this request, of any process, hold a revision."""
        self._written.note(g.get("actor", ""), revision)

    def require_ready(self) -> None:
        """Raise `StoreError` while the service is still loading."""
        if not self.is_warm:
            raise StoreError(self.loading_text(), hint="ask again when GET /readyz answers 200")

    def record_writer(self) -> GroupCommit | WriterClient:
        """Return the writer of single records: the writer process, or this one without it."""
        return self._writer_client or self.group_commit()

    def group_commit(self) -> GroupCommit:
        """Return the writer of this process; its own hub keeps checks from waiting for it."""
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
        """Note, and log once, that a proxy which the settings do not name forwards requests."""
        if not self.has_unnamed_proxy:
            self.has_unnamed_proxy = True
            _LOG.warning(UNNAMED_PROXY, header=header)

    def is_guarded(self) -> bool:
        """Return whether requests need credentials.

        They do once there has been a key or a user, or where a proxy names the user. Revoked and
        expired keys count too, so that the end of the last key opens the service to nobody.
        """
        return (
            bool(self.settings.user_header)
            or bool(summarize_keys(self.hub.store))
            or has_users(self.hub.store)
        )

    def close(self) -> None:
        """Write the audit log to its end and close the store."""
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
