"""Database of a store: opened by URL, migrated to the current schema, locked for commits.

SQLite runs in WAL mode, so that readers never wait for a commit. Transactions that write take the
write lock at their start (`write_transaction`); transactions that read see one state throughout
(`read_transaction`).
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NoSuchModuleError,
    SQLAlchemyError,
)

from resolver.errors import DatabaseError, StoreError, StoreFullError
from resolver.store.schema import metadata

SCHEMA_VERSION = "0028"
"""Newest migration in `resolver/store/migrations/versions`."""
_WAIT_SECONDS = 60
_PRAGMAS = (
    f"busy_timeout={_WAIT_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-131072",
    "mmap_size=1073741824",
    "temp_store=MEMORY",
)
_IDLE_SECONDS = 1.0
_COMMIT_LOCK = int.from_bytes(hashlib.sha256(b"resolver landing").digest()[:8], "big", signed=True)
"""Key of the advisory lock in PostgreSQL; the same in all versions of the program."""
_EXAMPLES = "sqlite:///file.db or postgresql+psycopg://user@host/name"


def open_engine(
    url: str, *, create: bool = True, check: Callable[[Connection], None] | None = None
) -> Engine:
    """Connect, and create or upgrade the tables.

    `check` is called with the upgraded tables of a store before they are committed; if it raises an
    error, the store stays as it was. Raises `StoreError` for an invalid URL, an unusable database
    or an unknown schema version.
    """
    parsed = _parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        if not create and not path.is_file():
            raise StoreError(
                "there is no such store",
                place=str(path),
                hint="check the path; `dedupe --store` makes one",
            )
        if not path.parent.is_dir():
            raise StoreError(
                "the folder for the store does not exist",
                place=str(path.parent),
                hint="create it first",
            )
        if not path.exists():
            # readable by its owner only; SQLite gives its other files the same mode
            with suppress(OSError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    try:
        engine = create_engine(parsed)
    except ImportError as error:
        hint = "install the extra: pip install watchlist-resolver[postgres]"
        raise StoreError(f"the driver {error.name} is not installed", hint=hint) from error
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    else:
        _ping_idle_connections(engine)
    try:
        _migrate(engine, create, check)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, DBAPIError):
            raise store_error(error, engine) from error
        raise
    return engine


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(
            f"{url[:80]!r} is not the URL of a store", hint=f"write {_EXAMPLES}"
        ) from error
    if backend == "postgresql" and parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if backend not in ("sqlite", "postgresql"):
        raise StoreError(
            f"a store is SQLite or PostgreSQL, not {backend}", hint=f"write {_EXAMPLES}"
        )
    if backend == "sqlite" and not parsed.database:
        raise StoreError(
            "a store in memory would be lost when the program ends", hint=f"write {_EXAMPLES}"
        )
    return parsed


@contextmanager
def translate_errors(engine: Engine) -> Iterator[None]:
    """Raise errors of the database as `StoreError` with one clear line."""
    try:
        yield
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        raise store_error(error, engine) from error


def store_error(error: Exception, engine: Engine) -> StoreError:
    """Return an error of the database as a `StoreError` on one line."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).strip().splitlines()
    kind = StoreFullError if _is_full(cause) else DatabaseError
    return kind(
        f"the database reports: {lines[0] if lines else type(error).__name__}",
        place=masked_url(engine),
        hint="check that it is running, has free space and may be written",
    )


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _set_pragmas(connection: Any, _record: Any) -> None:
        # the event below begins transactions instead of the driver, so that reads are in a
        # transaction as well
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("writes", False):
            connection.exec_driver_sql("BEGIN")
            return
        # in WAL mode, NORMAL can only lose the last transactions in a power failure
        level = "NORMAL" if options.get("volatile", False) else "FULL"
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _ping_idle_connections(engine: Engine) -> None:
    """Test only connections that were idle: a test each time would cost a round trip."""

    @event.listens_for(engine, "checkin")
    def _note_use(connection: Any, record: Any) -> None:
        del connection
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ping_if_idle(connection: Any, record: Any, proxy: Any) -> None:
        del proxy
        if time.monotonic() - record.info.get("used", -_IDLE_SECONDS) < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # the pool then opens a new connection
            raise DisconnectionError from error


def _is_full(error: BaseException) -> bool:
    """Return whether the database refuses to write because its disk is full."""
    sqlite, postgres = getattr(error, "sqlite_errorname", ""), getattr(error, "sqlstate", "")
    return sqlite in ("SQLITE_FULL", "SQLITE_IOERR_WRITE") or postgres == "53100"


@contextmanager
def _translate_new_errors(engine: Engine) -> Iterator[None]:
    """Translate errors except `IntegrityError`, which callers handle."""
    try:
        with translate_errors(engine):
            yield
    except StoreError as error:
        if isinstance(error.__cause__, IntegrityError):
            raise error.__cause__ from None
        raise


@contextmanager
def write_transaction(engine: Engine, *, volatile: bool = False) -> Iterator[Connection]:
    """Open a transaction that writes; it is committed as a whole or not at all.

    `volatile`: a power failure may lose it, and it does not wait for the disk. Raises `StoreError`,
    and `IntegrityError` as it is.
    """
    options = {"writes": True, "volatile": volatile}
    with (
        _translate_new_errors(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        if volatile and engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
        yield connection


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one state of the database. Raises `StoreError`."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with (
        _translate_new_errors(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def commit_lock(engine: Engine) -> Iterator[None]:
    """Hold the lock that lets one process at a time commit; it is released when its holder dies.

    Raises `StoreError` if the lock cannot be taken, or if the connection to the database is lost
    meanwhile.
    """
    if engine.dialect.name == "postgresql":
        with _translate_new_errors(engine), engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_COMMIT_LOCK})")
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_COMMIT_LOCK})")
        return
    handle = _open_lock_file(f"{engine.url.database}-landing")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _open_lock_file(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        hint = "check the permissions of its folder"
        raise StoreError(
            f"the store is read-only: {error.strerror}", place=path, hint=hint
        ) from error


def lock_transaction(connection: Connection) -> None:
    """Take the commit lock of PostgreSQL until the transaction ends; this needs one round trip and
    no extra connection.
    """
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_COMMIT_LOCK})")


def _migrate(
    engine: Engine, create: bool, check: Callable[[Connection], None] | None = None
) -> None:
    """Upgrade the tables to the current schema; for an up-to-date store this costs one query."""
    current = _schema_version(engine)
    if current == SCHEMA_VERSION:
        return
    if current is None and inspect(engine).get_table_names():
        raise StoreError(
            "the database contains other tables",
            place=masked_url(engine),
            hint="use a database for the store alone",
        )
    if current is None and not create:
        raise StoreError(
            "there is no store in the database",
            place=masked_url(engine),
            hint="`dedupe --store` makes one",
        )
    with commit_lock(engine), write_transaction(engine) as connection:
        if current is None and not inspect(connection).get_table_names():
            _create_tables(connection)
            return
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"the store has schema version {current}, which this program does not know",
                place=masked_url(engine),
                hint="use the newer version of the program that wrote it",
            ) from error
        if check is not None and current is not None:
            check(connection)


def _create_tables(connection: Connection) -> None:
    """Create the tables of a new store as the newest migration leaves them."""
    metadata.create_all(connection, checkfirst=False)
    # the table of Alembic, which the next version of the program reads
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.execute(
        text("INSERT INTO alembic_version (version_num) VALUES (:version)"),
        {"version": SCHEMA_VERSION},
    )


def _schema_version(engine: Engine) -> str | None:
    with read_transaction(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        current: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar()
        return current


@contextmanager
def whole_database(url: str) -> Iterator[str]:
    """Yield the URL of a database to fill. The database exists completely or not at all.

    A SQLite file that does not exist is filled under another name, and gets its own name once the
    context ends without an error. Tables that were created meanwhile in a database of PostgreSQL
    are dropped after an error. Raises `StoreError`.
    """
    parsed = _parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        with _without_new_tables(parsed):
            yield url
        return
    path = Path(parsed.database or "")
    if path.exists() or not path.parent.is_dir():
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        # closing the last connection writes the log of changes into the file and removes it
        filled = parsed.set(database=str(folder / path.name))
        yield filled.render_as_string(hide_password=False)
        _publish(folder / path.name, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _publish(filled: Path, path: Path) -> None:
    """Give a file its name, unless another file has that name. Raises `StoreError`."""
    try:
        os.link(filled, path)
    except FileExistsError as error:
        hint = "restore into a new one"
        raise StoreError("the store is not empty", place=str(path), hint=hint) from error
    except OSError:
        # not all file systems have links
        os.replace(filled, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _without_new_tables(url: URL) -> Iterator[None]:
    """Drop the tables of a database after an error, if it had none before."""
    engine = create_engine(url)
    try:
        with translate_errors(engine):
            was_empty = not inspect(engine).get_table_names()
        try:
            yield
        except BaseException:
            if was_empty:
                tables = MetaData()
                with suppress(SQLAlchemyError):
                    tables.reflect(engine)
                    tables.drop_all(engine)
            raise
    finally:
        engine.dispose()


def masked_url(engine: Engine) -> str:
    """Return the URL of an engine without its password."""
    return engine.url.render_as_string(hide_password=True)


def utc_text(moment: datetime.datetime | None = None) -> str:
    """Return a time (default: now) as the text that the store uses."""
    moment = moment or datetime.datetime.now(datetime.UTC)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_utc_text(text: str) -> datetime.datetime:
    """Return the time of a text made by `utc_text`."""
    return datetime.datetime.fromisoformat(text)
