"""What an application holds for its whole life: the hub, the screen that answers checks, and whether it is ready."""

from __future__ import annotations

import gc
import threading
import time
from pathlib import Path
from typing import cast

import structlog
from flask import current_app

from resolver.api.audit_writer import Consultations
from resolver.api.server.request_turns import Turns
from resolver.api.server.writer import Passing, Taker
from resolver.api.service_settings import ServiceSettings
from resolver.errors import ResolverError, StoreError
from resolver.hub.admin import keys_of
from resolver.hub.desk_users import has_users
from resolver.hub.group_commit import Posting
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder
from resolver.screening.screener import Screen

_KEY = "resolver"
_OBJECTS = 50_000
FRESH = 0.25
"""Seconds between two looks for what others have landed."""
_LOG = structlog.get_logger("api")


class Service:
    """The parts of one application."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        # a store resolved with another model is opened too: what needs no model still answers, `/readyz` says why
        self.hub = Hub.open(
            settings.store_url,
            check=False,
            model_dir=settings.model_dir,
            index_dir=settings.index_dir,
        )
        self.screen = Screen(self.hub)
        self.jobs = jobs_folder(self.hub.store, settings.jobs_dir)
        self._writer: Hub | None = None
        self._posting: Posting | None = None
        self._passing: Passing | None = None
        self._landing_at: Path | None = None
        self._lock = threading.Lock()
        self.log = Consultations(self.hub, self.jobs / "looks")
        self.turns = Turns(settings.threads)
        self.streams = (
            threading.BoundedSemaphore(settings.streams)
            if settings.streams
            else threading.Semaphore(0)
        )
        self._warm = threading.Event()
        self._began = time.monotonic()
        self.closed = threading.Event()

    def warm(self) -> None:
        """Load what takes seconds. Until then checks are refused as not ready."""
        self.screen.warm()
        # what is loaded now stays; collections must not walk through it during answers
        gc.collect()
        gc.freeze()
        # an answer makes some ten thousand objects, all of them without cycles
        gc.set_threshold(_OBJECTS, 20, 50)
        self._warm.set()

    def loading(self) -> tuple[str, float]:
        """What is loaded now, and for how many seconds the service has been loading."""
        return self.screen.doing or "the model and the names", time.monotonic() - self._began

    def load(self) -> None:
        """Load, and load again when the store has something to load from; then follow the store."""
        try:
            self.log.recover()
        except (ResolverError, OSError) as error:
            _LOG.error("looks that were left cannot be written", error=type(error).__name__)
        while not self.is_warm:
            try:
                self.warm()
                _LOG.info("ready")
            except ResolverError as error:
                if self.closed.wait(2):
                    return
                _LOG.debug("waiting", why=error.line())
        self.screen.follow(FRESH)
        if self._passing is None:
            self._warm_posting()

    def _warm_posting(self) -> None:
        """Load what the first landing of records would wait for."""
        try:
            self.lander().warm()
        except (ResolverError, OSError) as error:
            _LOG.debug("landings are not prepared", error=type(error).__name__)

    def pass_on(self, path: Path) -> None:
        """From now on pass records on to the process that lands, which listens there."""
        self._landing_at = path
        self._passing = Passing(
            path, self.lander, accept_restricted=self.settings.accept_restricted
        )

    def taker(self) -> Taker:
        """In the process that lands: who takes what the others pass on."""
        assert self._landing_at is not None
        return Taker(self._landing_at, self.lander, self._warm_posting)

    def forked(self, *, lands: bool = False) -> None:
        """In a process that has just been forked from the one that made this, to answer or to land: connections are no
        longer its own."""
        self.hub.store.disown()
        if not lands:
            threading.Thread(target=self.load, name="load", daemon=True).start()

    @property
    def is_warm(self) -> bool:
        """Whether checks can be answered at once."""
        return self._warm.is_set()

    def ready_screen(self) -> Screen:
        """The screen. Raises `StoreError` while it still loads."""
        if not self.is_warm:
            stage, _ = self.loading()
            raise StoreError(
                f"the service is still loading ({stage})", mend="ask again in a few seconds"
            )
        return self.screen

    def posting(self) -> Posting | Passing:
        """Who takes single records."""
        return self._passing or self.lander()

    def lander(self) -> Posting:
        """Who lands them in this process: through a hub of their own, so that no check waits for them."""
        with self._lock:
            if self._posting is None:
                said = self.settings
                self._writer = Hub.open(
                    said.store_url, model_dir=said.model_dir, index_dir=said.index_dir
                )
                self._posting = Posting(self._writer, accept_restricted=said.accept_restricted)
            return self._posting

    def guarded(self) -> bool:
        """Whether there ever was a key or a user, or a proxy says who asks: from then on nobody asks without. One that
        is revoked or expired counts too, lest the end of the last one should let everybody in."""
        return (
            bool(self.settings.user_header)
            or bool(keys_of(self.hub.store))
            or has_users(self.hub.store)
        )

    def close(self) -> None:
        """Let go of the store."""
        self.closed.set()
        self.screen.close()
        self.log.close()
        if self._passing is not None:
            self._passing.close()
        if self._writer is not None:
            self._writer.close()
        self.hub.close()


def install(app: object, service: Service) -> None:
    """Tie a service to an application."""
    app.extensions[_KEY] = service  # type: ignore[attr-defined]


def service() -> Service:
    """The service of the application that answers now."""
    return cast(Service, current_app.extensions[_KEY])
