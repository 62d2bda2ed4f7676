"""Backup and restore: all tables as JSON lines in one compressed file, the same for both databases.

The first line states the format, the store revision and the schema version: the newest migration of
the program that wrote the backup. Then each table has a line with its name and columns, followed by
one line for each row. A backup sees one state of the store. It is restored into an empty database,
SQLite or PostgreSQL, whichever it came from; indexes are rebuilt.

The last line is the seal. It has the number of rows of each table, the SHA-256 of all lines before
it and, if the backup was written with a key, their HMAC-SHA-256. A digest shows damage. Only the
HMAC shows changes by somebody who can write the file, since anybody can compute a new digest.
Backups of older programs have no seal.

Rows of an older schema version are restored into tables of that version, which later migrations
then upgrade. A schema version without a migration in this program is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Connection, LargeBinary, MetaData, Table, delete, func, select, text, update

from resolver.errors import StoreError
from resolver.store import bulk_rows
from resolver.store.array_files import replace_file
from resolver.store.database import (
    SCHEMA_VERSION,
    commit_lock,
    read_transaction,
    translate_errors,
    write_transaction,
)
from resolver.store.feeds import pause_all
from resolver.store.schema import VOLATILE_TABLES, meta, metadata
from resolver.store.store import Store

if TYPE_CHECKING:
    from alembic.config import Config

_FORMAT = "watchlist-resolver backup 1"
_ROWS_AT_ONCE = 20_000
ACCOUNT_TABLES = frozenset({"api_keys", "users", "security_keys", "receivers", "deliveries"})
"""Tables that decide who gets in, and who is sent notices: restored on request only.

The store that was backed up may still send to the same receivers.
"""
MIN_KEY_BYTES = 32
"""Minimum number of bytes in a key that signs backups."""
_STATED_BY_LATER = "0010"
"""Schema version that programs with the versions 0011 to 0015 wrote into their backups."""
_LATER_COLUMNS = (
    ("0015", "hit_verdicts", "id"),
    ("0014", "links", "rival"),
    ("0012", "restricted_ids", "id"),
    ("0011", "versions", "accepted"),
)
"""Column by which a backup of each of these versions is recognized; 0013 changed no table that
backups have.
"""
_SEAL = b'{"seal":'
_UNSEALED = "the backup has no digest, as those of older programs: changes of it cannot be noticed"


def read_backup_key(path: Path) -> bytes:
    """Return the key in a file. Raises `StoreError` if the key is too short or cannot be read."""
    try:
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the key cannot be read: {(error.strerror or str(error)).lower()}", place=str(path)
        ) from None
    if len(key) < MIN_KEY_BYTES:
        raise StoreError(
            f"a key has {MIN_KEY_BYTES} bytes at least",
            place=str(path),
            hint=f"make one with `head -c {MIN_KEY_BYTES} /dev/urandom`",
        )
    return key


class _Digests:
    """SHA-256 of the lines of a backup, and their HMAC if there is a key."""

    def __init__(self, key: bytes) -> None:
        self._sha = hashlib.sha256()
        self._mac = hmac.new(key, digestmod="sha256") if key else None

    def add(self, line: bytes) -> None:
        """Add a line."""
        self._sha.update(line)
        if self._mac is not None:
            self._mac.update(line)

    def values(self) -> dict[str, str]:
        """Return the digests of all lines so far, in hexadecimal."""
        values = {"sha256": self._sha.hexdigest()}
        return values if self._mac is None else {**values, "hmac": self._mac.hexdigest()}


class _SealedFile:
    """Lines of an open backup up to its seal, which is checked once all of them are read."""

    def __init__(self, file: gzip.GzipFile, key: bytes) -> None:
        self._file, self._digests, self._has_key = file, _Digests(key), bool(key)
        self._seal: Mapping[str, Any] | None = None

    def __iter__(self) -> Iterator[bytes]:
        for line in self._file:
            if line.startswith(_SEAL):
                self._seal = orjson.loads(line)["seal"]
                if self._file.read(1):
                    raise ValueError("lines after the seal")
                return
            self._digests.add(line)
            yield line

    def check(self, counts: Mapping[str, int], *, is_sealed: bool, path: Path) -> str:
        """Compare the rows that were read with the seal; return a warning, or an empty text.

        Raises `StoreError` with the difference, and `ValueError` if the seal is cut off.
        """
        if self._seal is None:
            if is_sealed:
                raise ValueError("truncated")
            if self._has_key:
                raise _seal_error("it is not signed", path)
            return _UNSEALED
        values, stated = self._digests.values(), self._seal["rows"]
        for table in sorted({*counts, *stated}):
            count, expected = counts.get(table, 0), stated.get(table, 0)
            if count != expected:
                raise _seal_error(
                    f"the table {table} has {count:,} rows, and had {expected:,} when the backup"
                    " was written",
                    path,
                )
        if self._has_key and not hmac.compare_digest(
            values["hmac"], str(self._seal.get("hmac", ""))
        ):
            reason = "is not signed" if "hmac" not in self._seal else "was not signed with this key"
            raise _seal_error(f"it {reason}, or was changed afterwards", path)
        if values["sha256"] != self._seal["sha256"]:
            raise _seal_error("its rows were changed after it was written (SHA-256 differs)", path)
        return ""


def _seal_error(reason: str, path: Path) -> StoreError:
    return StoreError(
        f"the backup is not as it was written: {reason}",
        place=str(path),
        hint="use another backup, and find out who changed this one",
    )


def backup(store: Store, path: Path, *, sign_key: bytes = b"") -> int:
    """Write a store into a file and return the number of rows. Raises `StoreError`, `OSError`.

    `sign_key`: key of an HMAC. With it, `restore` can check that nobody else wrote the backup.
    """
    counts: Counter[str] = Counter()
    digests = _Digests(sign_key)
    with (
        replace_file(path) as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as file,
        translate_errors(store.engine),
        read_transaction(store.engine) as connection,
    ):
        revision = connection.execute(select(meta.c.version)).scalar_one()
        head = {"form": _FORMAT, "tables": SCHEMA_VERSION, "version": revision, "sealed": True}
        _write_line(file, head, digests)
        for table in metadata.sorted_tables:
            if table.name in VOLATILE_TABLES:
                continue
            columns = [column.name for column in table.columns]
            _write_line(file, {"table": table.name, "columns": columns}, digests)
            for row in _rows(connection, table):
                _write_line(file, row, digests)
                counts[str(table.name)] += 1
        seal = {"rows": dict(counts), **digests.values()}
        _write_line(file, {"seal": seal}, digests)
    return counts.total()


def restore(
    path: Path,
    store: Store,
    *,
    with_accounts: bool = False,
    verify_key: bytes = b"",
    warn: Callable[[str], None] | None = None,
) -> int:
    """Fill an empty store from a backup, completely or not at all; return its revision.

    `with_accounts`: restore API keys, users and receivers of notices, too. `verify_key`: key that
    the backup must have been signed with. `warn` is called if changes of the backup could not be
    noticed. A backup of an older schema version is upgraded on the way.

    Raises `StoreError` if the store is not empty, the file is no backup or was changed after it was
    written, or its schema version is newer than this program.
    """
    skipped = frozenset() if with_accounts else ACCOUNT_TABLES
    with (
        translate_errors(store.engine),
        commit_lock(store.engine),
        write_transaction(store.engine) as connection,
    ):
        if _has_rows(connection):
            raise StoreError(
                "the store is not empty", place=store.url, hint="restore into a new one"
            )
        try:
            with gzip.open(path, "rb") as file:
                sealed = _SealedFile(file, verify_key)
                revision, warning = _restore_file(connection, sealed, path, skipped)
        except (EOFError, gzip.BadGzipFile, orjson.JSONDecodeError, KeyError, ValueError) as error:
            raise StoreError(
                "this is not a complete backup of a store",
                place=str(path),
                hint="use another backup",
            ) from error
        # the two stores diverge from here on, so they must not share an index
        connection.execute(update(meta).values(store_id=uuid.uuid4().hex))
        pause_all(connection)
    if warning and warn is not None:
        warn(warning)
    return revision


def _has_rows(connection: Connection) -> bool:
    """Return whether a store has more than the one row of a new store, in `meta`."""
    if connection.execute(select(meta.c.version)).scalar():
        return True
    tables = (table for table in metadata.sorted_tables if table is not meta)
    counts = (
        connection.execute(select(func.count()).select_from(table)).scalar() for table in tables
    )
    return any(counts)


def _write_line(file: gzip.GzipFile, row: object, digests: _Digests) -> None:
    line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    file.write(line)
    digests.add(line)


def _rows(connection: Connection, table: Table) -> Iterator[list[Any]]:
    """Iterate over the rows of a table, binary columns in hexadecimal."""
    binary = [
        place for place, column in enumerate(table.columns) if isinstance(column.type, LargeBinary)
    ]
    query = select(table).order_by(*table.primary_key.columns)
    options = {"stream_results": True, "yield_per": _ROWS_AT_ONCE}
    for row in connection.execution_options(**options).execute(query):
        values = list(row)
        for place in binary:
            values[place] = values[place].hex()
        yield values


def _restore_file(
    connection: Connection, file: _SealedFile, path: Path, skipped: Collection[str]
) -> tuple[int, str]:
    """Fill the empty tables, except the skipped ones, from an open backup; return its revision and
    a warning.

    Raises `StoreError` for a newer schema version, `ValueError` or `KeyError` for other files.
    """
    lines = iter(file)
    head = orjson.loads(next(lines, b""))
    if head["form"] != _FORMAT:
        raise ValueError("another format")
    version = str(head["tables"])
    if version == _STATED_BY_LATER:
        version = _find_schema_version(path)
    if version == SCHEMA_VERSION:
        connection.execute(delete(meta))
        counts = _fill(connection, lines, metadata.tables, skipped)
    else:
        counts = _fill_older(connection, lines, version, path, skipped)
    warning = file.check(counts, is_sealed=bool(head.get("sealed")), path=path)
    if connection.execute(select(meta.c.version)).scalar() != head["version"]:
        raise ValueError("truncated")
    return int(head["version"]), warning


def _find_schema_version(path: Path) -> str:
    """Return the schema version of a backup whose stated version is ambiguous, because later
    programs stated it, too: the tables and columns decide.
    """
    columns: dict[str, list[str]] = {}
    with gzip.open(path, "rb") as file:
        for line in file:
            if line.startswith(b'{"table"'):
                row = orjson.loads(line)
                columns[row["table"]] = row["columns"]
    for version, table, column in _LATER_COLUMNS:
        if column in columns.get(table, ()):
            return version
    return _STATED_BY_LATER


def _fill_older(
    connection: Connection,
    lines: Iterable[bytes],
    version: str,
    path: Path,
    skipped: Collection[str],
) -> Mapping[str, int]:
    """Recreate the tables in an older schema version, fill them, and upgrade them; return the
    numbers of rows in the backup.

    All of it is one transaction. Raises `StoreError` for a version without a migration.
    """
    from alembic import command

    config = _migration_config(version, path)
    config.attributes["connection"] = connection
    metadata.drop_all(connection)
    connection.exec_driver_sql("DROP TABLE alembic_version")
    command.upgrade(config, version)
    # the tables of that version: later versions may have other names for them or for their columns
    older = MetaData()
    older.reflect(connection)
    counts = _fill(connection, lines, older.tables, skipped)
    command.upgrade(config, "head")
    return counts


def _migration_config(version: str, path: Path) -> Config:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    if version not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            f"the backup has schema version {version}, which this program does not know"
            f" (its own is {SCHEMA_VERSION})",
            place=str(path),
            hint="restore it with the newer version of the program that wrote it",
        )
    return config


def _fill(
    connection: Connection,
    lines: Iterable[bytes],
    tables: Mapping[str, Table],
    skipped: Collection[str],
) -> Mapping[str, int]:
    """Insert the rows of a backup, from its second line on, into tables by name, except into the
    skipped tables; return the number of rows of each table in the backup.
    """
    counts: Counter[str] = Counter()
    table: Table | None = None
    columns: list[str] = []
    rows: list[list[Any]] = []
    for line in lines:
        row = orjson.loads(line)
        if isinstance(row, dict):
            _insert(connection, table, columns, rows)
            table, columns, rows = tables[row["table"]], row["columns"], []
            continue
        counts["" if table is None else table.name] += 1
        if table is not None and table.name in skipped:
            continue
        rows.append(row)
        if len(rows) >= _ROWS_AT_ONCE:
            _insert(connection, table, columns, rows)
            rows = []
    _insert(connection, table, columns, rows)
    _advance_sequences(connection, tables.values())
    return counts


def _insert(
    connection: Connection, table: Table | None, columns: list[str], rows: list[list[Any]]
) -> None:
    if rows and table is None:
        raise ValueError("rows without a table")
    if rows and table is not None:
        values: dict[str, Sequence[Any]] = dict(zip(columns, zip(*rows, strict=True), strict=True))
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                values[column.name] = tuple(bytes.fromhex(value) for value in values[column.name])
        bulk_rows.insert_rows(table, values, connection)


def _advance_sequences(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL number new rows after the restored ones."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            highest = f'(SELECT max("{column.name}") FROM "{table.name}")'
            command = f"SELECT setval({sequence}, {highest}) WHERE {highest} IS NOT NULL"
            connection.execute(text(command))
