"""`Store`: the door to everything that is kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, insert, select, update

from resolver.errors import StoreError
from resolver.store.accounts.api_keys import Access
from resolver.store.accounts.sessions import Sessions
from resolver.store.accounts.users import Users
from resolver.store.commit import STAGE_FROM, Landing, land
from resolver.store.database import clear_errors, landing_lock, open_engine, reading, shown, writing
from resolver.store.desk.steward_work import People
from resolver.store.desk.waiting_pairs import Desk
from resolver.store.jobs import Jobs
from resolver.store.schema import meta, sources
from resolver.store.views.view import View


@dataclass(frozen=True, slots=True)
class Store:
    """An open store. Safe to use from several threads; close it, or use it as a context manager."""

    engine: Engine

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Store:
        """Open the store at a URL (`sqlite:///file.db`, `postgresql+psycopg://user@host/name`), made or upgraded where
        needed; without `create` a store must be there. Raises `StoreError`."""
        engine = open_engine(url, create=create)
        with clear_errors(engine), writing(engine) as connection:
            if connection.execute(select(meta.c.one)).first() is None:
                connection.execute(
                    insert(meta).values(
                        one=1,
                        store_id=uuid.uuid4().hex,
                        version=0,
                        last_record=0,
                        last_entity=0,
                        plan="",
                        stamp={},
                        borders={},
                    )
                )
        return cls(engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def disown(self) -> None:
        """Forget the connections of the process this one was forked from, without closing them."""
        self.engine.dispose(close=False)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The URL, without its password."""
        return shown(self.engine)

    @property
    def path(self) -> str | None:
        """The file of a SQLite store, else None."""
        return self.engine.url.database if self.engine.dialect.name == "sqlite" else None

    @property
    def version(self) -> int:
        """The present version: one more with each landing, 0 before the first."""
        with clear_errors(self.engine), reading(self.engine) as connection:
            return int(connection.execute(select(meta.c.version)).scalar_one())

    @contextmanager
    def view(self, version: int | None = None) -> Iterator[View]:
        """Read one moment: the present version, or an earlier one."""
        with clear_errors(self.engine), reading(self.engine) as connection:
            yield View(connection, version)

    @contextmanager
    def landing_lock(self) -> Iterator[None]:
        """Keep everybody else from landing, over all processes; land with `locked` meanwhile."""
        with clear_errors(self.engine), landing_lock(self.engine):
            yield

    def land(self, landing: Landing, *, locked: bool = False, stage_from: int = STAGE_FROM) -> int:
        """Write a landing whole; the new version. Raises `OutdatedError` where another landing came between,
        `StoreError` where the database will not; then nothing has changed."""
        with clear_errors(self.engine):
            if locked:
                return land(self.engine, landing, stage_from=stage_from)
            if self.path is None and landing.rows <= stage_from:
                return land(self.engine, landing, stage_from=stage_from, lock=True)
            with landing_lock(self.engine):
                return land(self.engine, landing, stage_from=stage_from)

    def describe_source(self, name: str, *, create: bool = False, **said: Any) -> None:
        """Set what people say of a source: `agency`, `keeper`, `title`, `maximum_age_days`, `required`. Raises
        `StoreError` where the source is unknown, unless it is to be made (`create`)."""
        unknown = set(said) - {"agency", "keeper", "title", "maximum_age_days", "required"}
        if unknown:
            raise StoreError(
                f"a source has no {min(unknown)}",
                mend="set agency, title, maximum_age_days or required",
            )
        with clear_errors(self.engine), writing(self.engine) as connection:
            known = connection.execute(
                select(sources.c.number).where(sources.c.name == name)
            ).first()
            if known is None and create:
                connection.execute(insert(sources).values(name=name, deduplicated=False, **said))
                return
            done = connection.execute(update(sources).where(sources.c.name == name).values(**said))
            if not done.rowcount:
                raise StoreError(f"there is no source {name!r}", mend="see `resolver status`")

    @property
    def jobs(self) -> Jobs:
        """The queue of jobs."""
        return Jobs(self.engine)

    @property
    def access(self) -> Access:
        """API keys and consultations."""
        return Access(self.engine)

    @property
    def users(self) -> Users:
        """Who may sit at the steward's desk."""
        return Users(self.engine)

    @property
    def sessions(self) -> Sessions:
        """Who sits there now."""
        return Sessions(self.engine)

    @property
    def desk(self) -> Desk:
        """The queue of the steward's desk."""
        return Desk(self.engine)

    @property
    def people(self) -> People:
        """Who works on what at the desk."""
        return People(self.engine)
