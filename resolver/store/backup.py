"""Backup and restore: all tables as JSON lines in one compressed file, the same for both databases.

The first line states the format, the store revision and the schema version: the newest migration of
the program that wrote the backup. Then each table has a line with its name and columns, followed by
one line for each row. A backup sees one state of the store. It is restored into an empty database,
SQLite or PostgreSQL, whichever it came from; indexes are rebuilt.

Rows of an older schema version are restored into tables of that version, which later migrations
then upgrade. A schema version without a migration in this program is refused.
"""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from resolver.store.schema import VOLATILE_TABLES, meta, metadata
from resolver.store.store import Store

if TYPE_CHECKING:
    from alembic.config import Config

_FORMAT = "watchlist-resolver backup 1"
_ROWS_AT_ONCE = 20_000


def backup(store: Store, path: Path) -> int:
    """Write a store into a file and return the number of rows. Raises `StoreError`, `OSError`."""
    count = 0
    with (
        replace_file(path) as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as file,
        translate_errors(store.engine),
        read_transaction(store.engine) as connection,
    ):
        revision = connection.execute(select(meta.c.version)).scalar_one()
        _write_line(file, {"form": _FORMAT, "tables": SCHEMA_VERSION, "version": revision})
        for table in metadata.sorted_tables:
            if table.name in VOLATILE_TABLES:
                continue
            columns = [column.name for column in table.columns]
            _write_line(file, {"table": table.name, "columns": columns})
            for row in _rows(connection, table):
                _write_line(file, row)
                count += 1
    return count


def restore(path: Path, store: Store) -> int:
    """Fill an empty store from a backup, completely or not at all; return its revision.

    A backup of an older schema version is upgraded on the way. Raises `StoreError` if the store is
    not empty, the file is no backup, or its schema version is newer than this program.
    """
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
                revision = _restore_file(connection, file, path)
        except (EOFError, gzip.BadGzipFile, orjson.JSONDecodeError, KeyError, ValueError) as error:
            raise StoreError(
                "this is not a complete backup of a store",
                place=str(path),
                hint="use another backup",
            ) from error
        # the two stores diverge from here on, so they must not share an index
        connection.execute(update(meta).values(store_id=uuid.uuid4().hex))
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


def _write_line(file: gzip.GzipFile, row: object) -> None:
    file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


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


def _restore_file(connection: Connection, file: gzip.GzipFile, path: Path) -> int:
    """Fill the empty tables from an open backup; return its revision.

    Raises `StoreError` for a newer schema version, `ValueError` or `KeyError` for other files.
    """
    head = orjson.loads(file.readline())
    if head["form"] != _FORMAT:
        raise ValueError("another format")
    if head["tables"] == SCHEMA_VERSION:
        connection.execute(delete(meta))
        _fill(connection, file, metadata.tables)
    else:
        _fill_older(connection, file, str(head["tables"]), path)
    if connection.execute(select(meta.c.version)).scalar() != head["version"]:
        raise ValueError("truncated")
    return int(head["version"])


def _fill_older(connection: Connection, file: gzip.GzipFile, version: str, path: Path) -> None:
    """Recreate the tables in an older schema version, fill them, and upgrade them.

    All of it is one transaction. Raises `StoreError` for a version without a migration.
    """
    from alembic import command

    config = _migration_config(version, path)
    config.attributes["connection"] = connection
    metadata.drop_all(connection)
    connection.exec_driver_sql("DROP TABLE alembic_version")
    command.upgrade(config, version)
    # the tables of that version: later ones may have other names for them or their columns
    older = MetaData()
    older.reflect(connection)
    _fill(connection, file, older.tables)
    command.upgrade(config, "head")


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


def _fill(connection: Connection, file: Iterable[bytes], tables: Mapping[str, Table]) -> None:
    """Insert the rows of a backup, from its second line on, into tables by name."""
    table: Table | None = None
    columns: list[str] = []
    rows: list[list[Any]] = []
    for line in file:
        row = orjson.loads(line)
        if isinstance(row, dict):
            _insert(connection, table, columns, rows)
            table, columns, rows = tables[row["table"]], row["columns"], []
            continue
        rows.append(row)
        if len(rows) >= _ROWS_AT_ONCE:
            _insert(connection, table, columns, rows)
            rows = []
    _insert(connection, table, columns, rows)
    _advance_sequences(connection, tables.values())


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
