"""Many rows at once: in by the fastest way each database has, out as arrays, and sets of values as conditions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ARRAY, ColumnElement, Connection, Select, Table, cast, func, literal, select

Numbers = npt.NDArray[np.int64]
ROWS_AT_ONCE = 50_000
_FEW = 50
Step = Callable[[Connection], None]


def insert(table: Table, columns: dict[str, Sequence[Any]], connection: Connection) -> None:
    """Insert rows given as columns of one length (Python values; JSON columns as objects)."""
    names = list(columns)
    if not names or not len(columns[names[0]]):
        return
    texts = {name for name in names if table.c[name].type.__class__.__name__ == "JSON"}
    values = [
        [None if item is None else json.dumps(item) for item in columns[name]]
        if name in texts
        else columns[name]
        for name in names
    ]
    rows = list(zip(*values, strict=True))
    quoted = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        if len(rows) <= _FEW:
            # COPY takes two round trips, and a few rows one
            one = f"({', '.join(['%s'] * len(names))})"
            command = f'INSERT INTO "{table.name}" ({quoted}) VALUES {", ".join([one] * len(rows))}'
            cursor.execute(command, [value for row in rows for value in row])
            return
        with cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(names))
    connection.connection.cursor().executemany(
        f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', rows
    )


def end(
    table: Table,
    version: int,
    where: Sequence[str],
    rows: Sequence[Sequence[int]],
    connection: Connection,
) -> None:
    """End the rows that still hold, named by the numbers in the columns `where`, at a version."""
    mark = _mark(connection)
    named = " AND ".join(f'"{name}" = {mark}' for name in where)
    _many(
        connection,
        f'UPDATE "{table.name}" SET "valid_to" = {mark} WHERE {named} AND "valid_to" IS NULL',
        [(version, *row) for row in rows],
    )


# Columns become values of Python, which take several times their room, no sooner than a piece is written.


def ends(
    table: Table, version: int, where: Sequence[str], numbers: Sequence[Numbers]
) -> Iterator[Step]:
    """What ends rows as `end` does, piece by piece: `numbers` are the columns `where`."""

    def ending(start: int, connection: Connection) -> None:
        piece = [part[start : start + ROWS_AT_ONCE].tolist() for part in numbers]
        end(table, version, where, list(zip(*piece, strict=True)), connection)

    for start in range(0, len(numbers[0]), ROWS_AT_ONCE):
        yield partial(ending, start)


def adds(
    table: Table, columns: Mapping[str, Sequence[Any] | Numbers], same: Mapping[str, int]
) -> Iterator[Step]:
    """What inserts rows, piece by piece; `same`: columns that hold one number in all rows."""

    def adding(start: int, connection: Connection) -> None:
        pieces = {name: column[start : start + ROWS_AT_ONCE] for name, column in columns.items()}
        plain = {
            name: one.tolist() if isinstance(one, np.ndarray) else one
            for name, one in pieces.items()
        }
        count = len(next(iter(plain.values())))
        insert(
            table, {**plain, **{name: [value] * count for name, value in same.items()}}, connection
        )

    for start in range(0, len(next(iter(columns.values()))), ROWS_AT_ONCE):
        yield partial(adding, start)


def set_each(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Set columns of rows: each row is the values of `names` and, last, the `number`."""
    mark = _mark(connection)
    sets = ", ".join(f'"{name}" = {mark}' for name in names)
    _many(connection, f'UPDATE "{table.name}" SET {sets} WHERE "number" = {mark}', rows)


def _mark(connection: Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"


def _many(connection: Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        connection.connection.cursor().executemany(sql, rows)


def among(
    connection: Connection, column: ColumnElement[Any], values: Sequence[Any]
) -> ColumnElement[bool]:
    """The condition that a column holds one of the values, however many there are."""
    if connection.dialect.name == "postgresql":
        return column.in_(
            select(func.unnest(cast(literal(list(values), ARRAY(column.type)), ARRAY(column.type))))
        )
    listed = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(listed.c.value))


def arrays(connection: Connection, query: Select[Any]) -> list[Numbers]:
    """The columns of a query of whole numbers as int64 arrays; null is -1. Rows, which take ten times the room of the
    numbers in them, are never all held."""
    width = len(query.selected_columns)
    result = connection.execute(query)
    # numbers are as the driver gives them: to make rows of them would take longer than to read them
    cursor = result.cursor
    assert cursor is not None
    found = []
    while part := cursor.fetchmany(ROWS_AT_ONCE):
        found.append(columns_of(part, width))
    result.close()
    if len(found) == 1:
        return found[0]
    return [np.concatenate(column) for column in zip(*found, strict=True)] or columns_of([], width)


def rows_among(connection: Connection, sql: str, values: Sequence[Any], *params: Any) -> list[Any]:
    """The rows of a query in plain SQL, where `{among}` stands for the condition that what is before it is among the
    values, and a question mark for each of `params` after it; `{and_among}`, of the rows so found, that what is before
    it is among the whole numbers that one of these is (what `listed` gives). For the questions that are asked many
    times for one answer: making up their SQL each time would cost more than answering them."""
    postgresql = connection.dialect.name == "postgresql"
    # PostgreSQL looks each value of an array up in an index, but each row through all of an array
    first = "= ANY(%s)" if postgresql else "IN (SELECT value FROM json_each(?))"
    text = sql.format(
        among=first, and_among="IN (SELECT unnest(%s::bigint[]))" if postgresql else first
    )
    cursor = connection.connection.cursor()
    try:
        cursor.execute(
            text.replace("?", "%s") if postgresql else text, (listed(connection, values), *params)
        )
        return list(cursor.fetchall())
    finally:
        cursor.close()


def listed(connection: Connection, values: Sequence[Any]) -> Any:
    """Values as the parameter that `{and_among}` asks for in `rows_among`."""
    plain = [value.item() if isinstance(value, np.integer) else value for value in values]
    return plain if connection.dialect.name == "postgresql" else json.dumps(plain)


def columns_of(rows: Sequence[Sequence[Any]], width: int) -> list[Numbers]:
    """Rows of whole numbers as int64 arrays; null is -1."""
    if not rows:
        return [np.zeros(0, dtype=np.int64) for _ in range(width)]
    try:
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=width * len(rows))
    except TypeError:
        # there are nulls
        pass
    else:
        return [np.ascontiguousarray(column) for column in flat.reshape(-1, width).T]
    return [
        np.array([-1 if item is None else item for item in column], dtype=np.int64)
        for column in zip(*rows, strict=True)
    ]
