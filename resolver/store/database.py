"""The database behind a store: opened by URL, brought to the present form of the tables, locked for landings.

SQLite runs in WAL mode, so that readers never wait for a landing. A transaction that writes begins as one (`writing`),
a transaction that reads sees one moment throughout (`reading`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NoSuchModuleError,
)

from resolver.errors import StoreError, StoreFullError

HEAD = "0005"
"""The newest migration; `resolver/store/migrations/versions` holds them."""
_WAIT_SECONDS = 60
_IDLE_SECONDS = 1.0
_LANDING = int.from_bytes(hashlib.sha256(b"resolver landing").digest()[:8], "big", signed=True)
"""The number under which PostgreSQL keeps the landing lock."""
_EXAMPLES = "sqlite:///file.db or postgresql+psycopg://user@host/name"


def open_engine(url: str, *, create: bool = True) -> Engine:
    """Connect, and create or upgrade the tables. Raises `StoreError` where the URL, the database or its form will not
    do."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        if not create and not path.is_file():
            raise StoreError(
                "there is no such store",
                where=str(path),
                mend="check the path; `dedupe --store` makes one",
            )
        if not path.parent.is_dir():
            raise StoreError(
                "the folder of the store does not exist",
                where=str(path.parent),
                mend="make it first",
            )
        if not path.exists():
            # its owner's alone; SQLite gives its other files the same mode
            with suppress(OSError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        engine = create_engine(parsed)
    except ImportError as error:
        mend = "install the extra: pip install watchlist-resolver[postgres]"
        raise StoreError(f"the driver {error.name} is not installed", mend=mend) from error
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    else:
        _try_those_that_idled(engine)
    try:
        _migrate(engine, create)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, DBAPIError):
            raise store_error(error, engine) from error
        raise
    return engine


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(f"{url[:80]!r} is no store", mend=f"write {_EXAMPLES}") from error
    if backend == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if backend not in ("sqlite", "postgresql"):
        raise StoreError(
            f"a store is SQLite or PostgreSQL, not {backend}", mend=f"write {_EXAMPLES}"
        )
    if backend == "sqlite" and not parsed.database:
        raise StoreError("a store in memory would be lost at once", mend=f"write {_EXAMPLES}")
    return parsed


@contextmanager
def clear_errors(engine: Engine) -> Iterator[None]:
    """What the database refuses, as one clear line."""
    try:
        yield
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise store_error(error, engine) from error


def store_error(error: Exception, engine: Engine) -> StoreError:
    """What a database said, on one line."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    said = str(cause).strip().splitlines()
    kind = StoreFullError if _is_full(cause) else StoreError
    return kind(
        f"the database says: {said[0] if said else type(error).__name__}",
        where=shown(engine),
        mend="see that it is up, has room, and may be used",
    )


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # transactions are begun by the event below, not by the driver, so that reading is one too
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={_WAIT_SECONDS * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-131072",
            "mmap_size=1073741824",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        said = connection.get_execution_options()
        if not said.get("writes", False):
            connection.exec_driver_sql("BEGIN")
            return
        # within WAL this loses what was written last when the power goes, and nothing else
        connection.exec_driver_sql(
            f"PRAGMA synchronous={'NORMAL' if said.get('fleeting', False) else 'FULL'}"
        )
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _try_those_that_idled(engine: Engine) -> None:
    """See that a server still answers over a connection that nobody has used for a while; asking each time would cost
    a round trip more for every transaction."""

    @event.listens_for(engine, "checkin")
    def _given_back(connection: Any, record: Any) -> None:
        del connection
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _taken(connection: Any, record: Any, proxy: Any) -> None:
        del proxy
        if time.monotonic() - record.info.get("used", -_IDLE_SECONDS) < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # the pool then makes a new one
            raise DisconnectionError from error


def _is_full(error: BaseException) -> bool:
    """Whether a database refuses because its disk takes nothing more."""
    sqlite, postgres = getattr(error, "sqlite_errorname", ""), getattr(error, "sqlstate", "")
    return sqlite in ("SQLITE_FULL", "SQLITE_IOERR_WRITE") or postgres == "53100"


@contextmanager
def _clear(engine: Engine) -> Iterator[None]:
    """`clear_errors`, but for what is there already: whoever writes it knows what that means."""
    try:
        with clear_errors(engine):
            yield
    except StoreError as error:
        if isinstance(error.__cause__, IntegrityError):
            raise error.__cause__ from None
        raise


@contextmanager
def writing(engine: Engine, *, fleeting: bool = False) -> Iterator[Connection]:
    """A transaction that writes; it lands whole or not at all. What is `fleeting` may be lost when the power goes, and
    costs no wait for the disk. Raises `StoreError`, and `IntegrityError` as it is."""
    options = {"writes": True, "fleeting": fleeting}
    with (
        _clear(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        if fleeting and engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment of the database. Raises `StoreError`."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with (
        _clear(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def landing_lock(engine: Engine) -> Iterator[None]:
    """One landing at a time, over all processes. It is free again when its holder dies."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LANDING})")
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LANDING})")
        return
    path = f"{engine.url.database}-landing"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        mend = "see that the folder may be written"
        raise StoreError(
            f"the store is read-only: {error.strerror}", where=path, mend=mend
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def lock_within(connection: Connection) -> None:
    """Take the landing lock of PostgreSQL for the rest of a transaction: one round trip, and no connection for it."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LANDING})")


def _migrate(engine: Engine, create: bool) -> None:
    """Bring the tables to their present form. The usual case costs one query."""
    found = _form(engine)
    if found == HEAD:
        return
    if found is None and inspect(engine).get_table_names():
        raise StoreError(
            "the database holds other tables",
            where=shown(engine),
            mend="give the store one of its own",
        )
    if found is None and not create:
        raise StoreError(
            "there is no store in the database",
            where=shown(engine),
            mend="`dedupe --store` makes one",
        )
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with landing_lock(engine), writing(engine) as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"the store has the form {found}, which this program does not know",
                where=shown(engine),
                mend="use the newer program that made it",
            ) from error


def _form(engine: Engine) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar()
        return found


def shown(engine: Engine) -> str:
    """The URL without its password."""
    return engine.url.render_as_string(hide_password=True)
