"""Backup and restore: every table as JSON lines in one compressed file, the same for both databases.

The first line says what the file is; then for each table a line with its name and columns, and one line a row. A backup
sees one moment. A store is restored into an empty database, SQLite or PostgreSQL, whichever it came from, and its index
is made again.
"""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, LargeBinary, Table, delete, func, select, text, update

from resolver.errors import StoreError
from resolver.store import bulk_rows
from resolver.store.array_files import replaced
from resolver.store.database import HEAD, clear_errors, landing_lock, reading, writing
from resolver.store.schema import FLEETING, meta, metadata
from resolver.store.store import Store

_FORM = "watchlist-resolver backup 1"
_ROWS = 20_000


def backup(store: Store, path: Path) -> int:
    """Write the store into a file; the number of rows. Raises `StoreError`, `OSError`."""
    count = 0
    with (
        replaced(path) as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as file,
        clear_errors(store.engine),
        reading(store.engine) as connection,
    ):
        version = connection.execute(select(meta.c.version)).scalar_one()
        _write(file, {"form": _FORM, "tables": HEAD, "version": version})
        for table in metadata.sorted_tables:
            if table.name in FLEETING:
                continue
            _write(
                file, {"table": table.name, "columns": [column.name for column in table.columns]}
            )
            for row in _rows(connection, table):
                _write(file, row)
                count += 1
    return count


def restore(path: Path, store: Store) -> int:
    """Fill an empty store from a backup: whole, or not at all; the version. Raises `StoreError` where the store is not
    empty or the file is no backup."""
    with (
        clear_errors(store.engine),
        landing_lock(store.engine),
        writing(store.engine) as connection,
    ):
        if any(
            connection.execute(select(func.count()).select_from(table)).scalar()
            for table in _used(connection)
        ):
            raise StoreError(
                "the store is not empty", where=store.url, mend="restore into a new one"
            )
        connection.execute(delete(meta))
        try:
            with gzip.open(path, "rb") as file:
                version = _fill(connection, file, path)
        except (EOFError, gzip.BadGzipFile, orjson.JSONDecodeError, KeyError, ValueError) as error:
            raise StoreError(
                "this is no whole backup of a store", where=str(path), mend="take another one"
            ) from error
        _renumber(connection)
        # from here on the two stores go their own ways, and so must their indexes
        connection.execute(update(meta).values(store_id=uuid.uuid4().hex))
    return version


def _used(connection: Connection) -> Iterator[Table]:
    """The tables that are empty in a new store."""
    version = connection.execute(select(meta.c.version)).scalar()
    if version:
        yield meta
    yield from (table for table in metadata.sorted_tables if table is not meta)


def _write(file: gzip.GzipFile, row: object) -> None:
    file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _rows(connection: Connection, table: Table) -> Iterator[list[Any]]:
    binary = [
        place for place, column in enumerate(table.columns) if isinstance(column.type, LargeBinary)
    ]
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execution_options(stream_results=True, yield_per=_ROWS).execute(query):
        values = list(row)
        for place in binary:
            values[place] = values[place].hex()
        yield values


def _fill(connection: Connection, file: gzip.GzipFile, path: Path) -> int:
    head = orjson.loads(file.readline())
    if head["form"] != _FORM:
        raise ValueError("another form")
    if head["tables"] != HEAD:
        raise StoreError(
            f"the backup holds tables of form {head['tables']}, not {HEAD}",
            where=str(path),
            mend="restore it with the program that made it, then upgrade",
        )
    table = meta
    columns: list[str] = []
    held: list[list[Any]] = []
    for line in file:
        row = orjson.loads(line)
        if isinstance(row, dict):
            _insert(connection, table, columns, held)
            table, columns, held = metadata.tables[row["table"]], row["columns"], []
            continue
        held.append(row)
        if len(held) >= _ROWS:
            _insert(connection, table, columns, held)
            held = []
    _insert(connection, table, columns, held)
    if connection.execute(select(meta.c.version)).scalar() != head["version"]:
        raise ValueError("cut short")
    return int(head["version"])


def _insert(
    connection: Connection, table: Table, columns: list[str], rows: list[list[Any]]
) -> None:
    if rows:
        values: dict[str, Sequence[Any]] = dict(zip(columns, zip(*rows, strict=True), strict=True))
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                values[column.name] = tuple(bytes.fromhex(value) for value in values[column.name])
        bulk_rows.insert(table, values, connection)


def _renumber(connection: Connection) -> None:
    """PostgreSQL goes on numbering where the rows end."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            highest = f'(SELECT max("{column.name}") FROM "{table.name}")'
            connection.execute(
                text(f"SELECT setval({sequence}, {highest}) WHERE {highest} IS NOT NULL")
            )
