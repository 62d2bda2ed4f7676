"""Entry point to everything that is stored: `Store`."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from resolver.errors import StoreError
from resolver.store.audit import AuditEvents
from resolver.store.bulk_rows import StoreHead
from resolver.store.commit import STAGE_FROM, Commit, write_commit
from resolver.store.contacts import ContactCases
from resolver.store.database import (
    commit_lock,
    masked_url,
    open_engine,
    read_transaction,
    translate_errors,
    write_transaction,
)
from resolver.store.entity_queries import StoreView
from resolver.store.erasures import Erasures, Retention
from resolver.store.feeds import Feeds
from resolver.store.jobs import Jobs
from resolver.store.link_queries import find_entities_in_review, has_decisions
from resolver.store.notices import Notices
from resolver.store.schema import meta, sources
from resolver.store.sessions import ApiKeys, SecurityKeys, Sessions, SignInSteps
from resolver.store.steward_work import NetworkViews, StewardWork
from resolver.store.users import Users
from resolver.store.verdicts import Verdicts
from resolver.store.waiting_queue import WaitingQueue
from resolver.store.watches import Watches

_EMPTY_HEAD: dict[str, Any] = {
    "one": 1,
    "version": 0,
    "last_record": 0,
    "last_entity": 0,
    "plan": "",
    "stamp": {},
    "borders": {},
}
_SOURCE_COLUMNS = frozenset(
    {
        *("agency", "keeper", "title", "maximum_age_days", "required", "handling"),
        *("answers", "least_query"),
    }
)


@dataclass(frozen=True, slots=True)
class Store:
    """Open store, safe to use from several threads. Close it, or use it as a context manager."""

    engine: Engine

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = True,
        check: Callable[[StoreHead, str], None] | None = None,
    ) -> Store:
        """Open the store at a URL (`sqlite:///file.db`, `postgresql+psycopg://user@host/name`).

        Create or upgrade its tables if needed; with `create=False` the store has to exist. Before
        an upgrade is committed, `check` is called with the head of the store and its URL, without
        password. If it raises an error, the store stays as it was. Raises `StoreError`.
        """

        def check_head(connection: Connection) -> None:
            if check is not None:
                check(StoreView(connection).head, masked_url(connection.engine))

        engine = open_engine(url, create=create, check=check_head)
        with translate_errors(engine), write_transaction(engine) as connection:
            if connection.execute(select(meta.c.one)).first() is None:
                head = insert(meta).values(
                    store_id=uuid.uuid4().hex, id_secret=secrets.token_hex(32), **_EMPTY_HEAD
                )
                connection.execute(head)
        return cls(engine)

    def close(self) -> None:
        """Close the connections to the database."""
        self.engine.dispose()

    def disown(self) -> None:
        """Forget connections inherited by a forked process, without closing them."""
        self.engine.dispose(close=False)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Return the URL without its password."""
        return masked_url(self.engine)

    @property
    def path(self) -> str | None:
        """Return the file of a SQLite store, else None."""
        return self.engine.url.database if self.engine.dialect.name == "sqlite" else None

    @property
    def revision(self) -> int:
        """Return the current revision. It is 0 before the first commit, and each commit adds 1."""
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return int(connection.execute(select(meta.c.version)).scalar_one())

    @contextmanager
    def view(self, revision: int | None = None) -> Iterator[StoreView]:
        """Read one revision, by default the current revision."""
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            yield StoreView(connection, revision)

    def entities_in_review(self, revision: int, entities: Sequence[int]) -> set[tuple[int, int]]:
        """Return the pairs between some entities (a few, given by number) that wait for a steward
        at a revision. It opens no view, because checks call it and a view would double its time.
        """
        with translate_errors(self.engine), self.engine.connect() as connection:
            return find_entities_in_review(connection, revision, entities)

    def has_decisions(self, record_ids: Sequence[str]) -> bool:
        """Return whether the log has a decision on one of some records. It opens no view, because
        checks call it.
        """
        with translate_errors(self.engine), self.engine.connect() as connection:
            return has_decisions(connection, record_ids)

    @contextmanager
    def commit_lock(self) -> Iterator[None]:
        """Keep every other process from committing; call `commit` with `locked` inside."""
        with translate_errors(self.engine), commit_lock(self.engine):
            yield

    def commit(self, changes: Commit, *, locked: bool = False, stage_from: int = STAGE_FROM) -> int:
        """Write a commit atomically and return the new revision.

        Commits of more than `stage_from` rows are staged in several transactions first. Raises
        `OutdatedError` if another commit came first, `StoreError` if the database refuses; the
        store is then unchanged.
        """
        with translate_errors(self.engine):
            if locked:
                return write_commit(self.engine, changes, stage_from=stage_from)
            if self.path is None and changes.rows <= stage_from:
                return write_commit(self.engine, changes, stage_from=stage_from, lock=True)
            with commit_lock(self.engine):
                return write_commit(self.engine, changes, stage_from=stage_from)

    def describe_source(self, name: str, *, create: bool = False, **values: Any) -> None:
        """Set facts that people state about a source; `create` adds the source. Raises
        `StoreError`.
        """
        unknown = set(values) - _SOURCE_COLUMNS
        if unknown:
            raise StoreError(
                f"a source has no {min(unknown)}",
                hint=f"set one of {', '.join(sorted(_SOURCE_COLUMNS))}",
            )
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            # the head first, as in a commit, so that the two do not wait for each other
            connection.execute(update(meta).values(source_settings=secrets.token_hex(8)))
            row = connection.execute(select(sources.c.number).where(sources.c.name == name)).first()
            if row is None and create:
                connection.execute(insert(sources).values(name=name, deduplicated=False, **values))
                return
            changed = connection.execute(
                update(sources).where(sources.c.name == name).values(**values)
            )
            if not changed.rowcount:
                raise StoreError(f"there is no source {name!r}", hint="see `resolver status`")

    @property
    def jobs(self) -> Jobs:
        """Job queue."""
        return Jobs(self.engine)

    @property
    def feeds(self) -> Feeds:
        """Lists that are fetched on schedule."""
        return Feeds(self.engine)

    @property
    def verdicts(self) -> Verdicts:
        """Verdicts on hits of screenings."""
        return Verdicts(self.engine)

    @property
    def notices(self) -> Notices:
        """Notices of agencies, and their subscriptions."""
        return Notices(self.engine)

    @property
    def watches(self) -> Watches:
        """Watches of agencies, with their subjects."""
        return Watches(self.engine)

    @property
    def api_keys(self) -> ApiKeys:
        """API keys of the service."""
        return ApiKeys(self.engine)

    @property
    def audit_events(self) -> AuditEvents:
        """Audit log."""
        return AuditEvents(self.engine)

    @property
    def contacts(self) -> ContactCases:
        """Requests to agencies whose sources answer with a contact."""
        return ContactCases(self.engine)

    @property
    def erasures(self) -> Erasures:
        """Erasures of records."""
        return Erasures(self.engine)

    @property
    def retention(self) -> Retention:
        """Rules on how long records are kept."""
        return Retention(self.engine)

    @property
    def users(self) -> Users:
        """Users of the steward's desk."""
        return Users(self.engine)

    @property
    def sessions(self) -> Sessions:
        """Sessions at the steward's desk."""
        return Sessions(self.engine)

    @property
    def sign_in_steps(self) -> SignInSteps:
        """Sign-ins that have begun."""
        return SignInSteps(self.engine)

    @property
    def security_keys(self) -> SecurityKeys:
        """Security keys of the users."""
        return SecurityKeys(self.engine)

    @property
    def queue(self) -> WaitingQueue:
        """Queue of waiting pairs at the steward's desk."""
        return WaitingQueue(self.engine)

    @property
    def network_views(self) -> NetworkViews:
        """Views of networks that users have saved."""
        return NetworkViews(self.engine)

    @property
    def steward_work(self) -> StewardWork:
        """Holds, assignments, saved filters and rechecks of stewards."""
        return StewardWork(self.engine)
