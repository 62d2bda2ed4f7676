"""Bulk access to rows: fast inserts and updates, columns as arrays, value sets as conditions.

The module also defines the frozen rows that the store returns one at a time.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from resolver.records import Handling, Record
from resolver.records.decisions import Decision
from resolver.records.packing import handling_text, unpack_handling

Numbers = npt.NDArray[np.int64]
ROWS_AT_ONCE = 50_000
_INSERT_LIMIT = 50
Column = Sequence[Any] | npt.NDArray[Any]
Step = Callable[[sa.Connection], None]


def insert_rows(
    table: sa.Table, columns: dict[str, Sequence[Any]], connection: sa.Connection
) -> None:
    """Insert rows given as columns of equal length (Python values; JSON columns as objects)."""
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
        if len(rows) <= _INSERT_LIMIT:
            # COPY takes two round trips, an INSERT one
            row_marks = f"({', '.join(['%s'] * len(names))})"
            command = (
                f'INSERT INTO "{table.name}" ({quoted}) VALUES {", ".join([row_marks] * len(rows))}'
            )
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


def drop_indexes(connection: sa.Connection, tables: Iterable[sa.Table]) -> None:
    """Drop the indexes of tables before many rows are inserted: building them at the end
    (`create_indexes`) takes a fraction of the time.

    Only on SQLite: PostgreSQL would lock out readers meanwhile.
    """
    if connection.dialect.name == "sqlite":
        for index in _indexes(tables):
            index.drop(connection, checkfirst=True)


def create_indexes(connection: sa.Connection, tables: Iterable[sa.Table]) -> None:
    """Build the missing indexes of tables."""
    for index in _indexes(tables):
        index.create(connection, checkfirst=True)


def _indexes(tables: Iterable[sa.Table]) -> list[sa.Index]:
    indexes = [index for table in tables for index in table.indexes]
    return sorted(indexes, key=lambda index: str(index.name))


def insert_or_update(
    dialect: str,
    table: sa.Table,
    row: Mapping[str, Any],
    key: Sequence[str],
    changes: Mapping[str, Any],
    condition: sa.ColumnElement[bool],
) -> Any:
    """Return a statement that inserts a row. If a row has the same `key`, the statement changes
    this row if the condition holds; otherwise it changes nothing.
    """
    # the statements of PostgreSQL take long to load, so they are loaded only for its stores
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    return (
        insert(table)
        .values(**row)
        .on_conflict_do_update(index_elements=list(key), set_=dict(changes), where=condition)
    )


def end_rows(
    table: sa.Table,
    revision: int,
    columns: Sequence[str],
    rows: Sequence[Sequence[int]],
    connection: sa.Connection,
) -> None:
    """End rows at a revision: the valid rows whose `columns` hold the numbers of `rows`."""
    mark = _parameter_mark(connection)
    condition = " AND ".join(f'"{name}" = {mark}' for name in columns)
    _execute_many(
        connection,
        f'UPDATE "{table.name}" SET "valid_to" = {mark} WHERE {condition} AND "valid_to" IS NULL',
        [(revision, *row) for row in rows],
    )


# Pieces become Python values only when they are written, because these need several times the
# memory.


def end_steps(
    table: sa.Table, revision: int, columns: Sequence[str], numbers: Sequence[Numbers]
) -> Iterator[Step]:
    """Return steps that end rows as `end_rows` does, piece by piece.

    `numbers` has one array per column of `columns`.
    """

    def end_piece(start: int, connection: sa.Connection) -> None:
        """End the rows of one piece."""
        piece = [part[start : start + ROWS_AT_ONCE].tolist() for part in numbers]
        end_rows(table, revision, columns, list(zip(*piece, strict=True)), connection)

    for start in range(0, len(numbers[0]), ROWS_AT_ONCE):
        yield partial(end_piece, start)


def insert_steps(
    table: sa.Table, columns: Mapping[str, Column], constants: Mapping[str, int]
) -> Iterator[Step]:
    """Return steps that insert rows, piece by piece; `constants`: columns of one number."""

    def insert_piece(start: int, connection: sa.Connection) -> None:
        """Insert one piece."""
        pieces = {name: column[start : start + ROWS_AT_ONCE] for name, column in columns.items()}
        plain = {
            name: piece.tolist() if isinstance(piece, np.ndarray) else piece
            for name, piece in pieces.items()
        }
        count = len(next(iter(plain.values())))
        constant = {name: [value] * count for name, value in constants.items()}
        insert_rows(table, {**plain, **constant}, connection)

    for start in range(0, len(next(iter(columns.values()))), ROWS_AT_ONCE):
        yield partial(insert_piece, start)


def update_rows(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Set columns of rows: each row has the values of `names` and, last, its `number`."""
    mark = _parameter_mark(connection)
    sets = ", ".join(f'"{name}" = {mark}' for name in names)
    _execute_many(connection, f'UPDATE "{table.name}" SET {sets} WHERE "number" = {mark}', rows)


def _parameter_mark(connection: sa.Connection) -> str:
    return "%s" if connection.dialect.name == "postgresql" else "?"


def _execute_many(connection: sa.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        connection.connection.cursor().executemany(sql, rows)


def is_among(
    connection: sa.Connection, column: sa.ColumnElement[Any], values: Sequence[Any]
) -> sa.ColumnElement[bool]:
    """Return the condition that a column holds one of any number of values."""
    if connection.dialect.name == "postgresql":
        return column.in_(
            sa.select(
                sa.func.unnest(
                    sa.cast(sa.literal(list(values), sa.ARRAY(column.type)), sa.ARRAY(column.type))
                )
            )
        )
    elements = sa.func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(sa.select(elements.c.value))


def fetch_arrays(connection: sa.Connection, query: sa.Select[Any]) -> list[Numbers]:
    """Return the integer columns of a query as int64 arrays, with -1 for null.

    Rows take ten times the memory of the numbers in them, so they are converted in pieces.
    """
    width = len(query.selected_columns)
    result = connection.execute(query)
    # read from the cursor, because building SQLAlchemy rows would take longer than reading the
    # numbers
    cursor = result.cursor
    assert cursor is not None
    parts = []
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        parts.append(int_columns(rows, width))
    result.close()
    if len(parts) == 1:
        return parts[0]
    return [np.concatenate(column) for column in zip(*parts, strict=True)] or int_columns([], width)


def fetch_rows(
    connection: sa.Connection, sql: str, values: Sequence[Any], *params: Any
) -> list[Any]:
    """Return the rows of a small, often repeated query in plain SQL. `{among}` is replaced by
    "column is among `values`", `{and_among}` by one more restriction with a `list_parameter`, and
    `?` by the values of `params`.
    """
    postgresql = connection.dialect.name == "postgresql"
    # PostgreSQL looks up array values in an index, but scans the array for each row otherwise
    condition = "= ANY(%s)" if postgresql else "IN (SELECT value FROM json_each(?))"
    text = sql.format(
        among=condition, and_among="IN (SELECT unnest(%s::bigint[]))" if postgresql else condition
    )
    cursor = connection.connection.cursor()
    try:
        cursor.execute(
            text.replace("?", "%s") if postgresql else text,
            (list_parameter(connection, values), *params),
        )
        return list(cursor.fetchall())
    finally:
        cursor.close()


def list_parameter(connection: sa.Connection, values: Sequence[Any]) -> Any:
    """Return values as a parameter for `{and_among}` in `fetch_rows`."""
    if connection.dialect.name == "postgresql":
        return [value.item() if isinstance(value, np.integer) else value for value in values]
    return json.dumps(list(values), default=np.generic.item)


def int_columns(rows: Sequence[Sequence[Any]], width: int) -> list[Numbers]:
    """Return rows of whole numbers as int64 arrays, with -1 for null."""
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


Versions = tuple[int | None, int | None]
"""Numbers of a version of the left and of the right record."""
MAX_CLOCK_SKEW = datetime.timedelta(minutes=5)
"""Largest difference between the clocks of machines that share a store. A time that lies further
ahead was written while a clock was wrong.
"""


class LinkColor(IntEnum):
    """Color of a link, as in the EU's Multiple-Identity Detector (Regulation (EU) 2019/817)."""

    YELLOW = 1
    """Waits for a human."""
    WHITE = 2
    """Same person, lawfully."""
    RED = 3
    """Same person under unlawfully different identities, as two stewards have decided."""
    GREEN = 4
    """Different persons."""

    @property
    def label(self) -> str:
        """Return the word used in files and pages."""
        return self.name.lower()


class EventKind(StrEnum):
    """Kind of change to an entity."""

    BORN = "born"
    GREW = "grew"
    """Records joined it or changed in it."""
    SHRANK = "shrank"
    """Records left it."""
    MERGED = "merged"
    """It was retired; `other` has its records."""
    SPLIT = "split"
    """Records were split off it into `other`."""
    REVIVED = "revived"
    """It has returned. Before, its id redirected to `other`; if `other` is empty, it had been
    dissolved.
    """
    DISSOLVED = "dissolved"
    """It was retired because all its records were withdrawn."""


@dataclass(frozen=True, slots=True)
class StoreHead:
    """Current state of a store.

    `last_record` and `last_entity` are the highest numbers in use; `plan` is empty before the first
    commit. `id_secret` keys the ids of restricted records. `erasures` counts the erasures. An index
    that was made before an erasure holds the erased values, so it is not used. `source_settings`
    is another token after each change that people make to the settings of a source. `committed_at`
    is the time of the last commit, or empty; it tells the state apart from one with the same number
    that was restored from a backup and then had other commits.
    """

    store_id: str
    revision: int
    last_record: int
    last_entity: int
    plan: str
    stamp: Mapping[str, str]
    thresholds: Mapping[str, float]
    id_secret: str = field(repr=False)
    erasures: int = 0
    source_settings: str = ""
    committed_at: str = ""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Moment at which lists were accepted: `revision` of the store at that time, and the time.

    Lists may be committed long after they were accepted. A change that was accepted later but
    committed earlier must win.
    """

    revision: int
    time: str


@dataclass(frozen=True, slots=True)
class LaterChanges:
    """Changes that were accepted after some lists, but are committed already.

    `records`: ids of records that got a new version or were withdrawn. `sources`: names of sources
    whose records another list has all replaced.
    """

    records: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def supersede(self, record_id: str) -> bool:
        """Return whether the row of an earlier list on this record no longer counts."""
        return record_id in self.records or record_id.partition(":")[0] in self.sources


RESTRICTED_CODE = "H3"
"""Handling code of the records of sources that are not open."""


class SourceAnswers(StrEnum):
    """What the owner of a source tells other agencies about its records."""

    OPEN = "open"
    """What the handling of each record allows."""
    CONTACT = "contact"
    """That there is a hit, the agency to ask, and a reference."""
    SILENT = "silent"
    """Nothing."""


@dataclass(frozen=True, slots=True)
class StoredSource:
    """Source of records, usually a list of an agency.

    `list_version` is the version that its newest list states, and `updated` is the time of that
    list's commit. `keeper` is the key or user that sent it first, if it has no agency. A source
    with neither agency nor keeper belongs to the hub. `required`: the store is not ready without
    it. `handling`: packed handling that all of its records have at least. `answers`: what other
    agencies get of its records. `least_query`: the facts that a query has to state before a contact
    is given (names of `resolver.check.contacts.CONTENTS`; empty: any of them).
    """

    number: int
    name: str
    agency: str
    title: str
    deduplicated: bool
    list_version: str
    updated: str
    maximum_age_days: int | None
    records: int = 0
    keeper: str = ""
    required: bool = False
    handling: str = ""
    answers: SourceAnswers = SourceAnswers.OPEN
    least_query: str = ""

    @property
    def least_handling(self) -> str:
        """Packed handling that the records of the source have at least. It is H3 if the source is
        not open, so that only its agency sees them, whatever its `handling` says.
        """
        if self.answers is SourceAnswers.OPEN:
            return self.handling
        stated = unpack_handling(self.handling) if self.handling else Handling()
        return handling_text(replace(stated, code=RESTRICTED_CODE))


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """Version of a record. `hash` is hexadecimal; `valid_to` is None while the version is valid."""

    number: int
    record: Record
    hash: str
    valid_from: int
    valid_to: int | None


@dataclass(frozen=True, slots=True)
class StoredEntity:
    """Entity with the ids of its members, ascending.

    `requested_id` is the id by which it was looked up (its own id, a retired id or a record's id).
    `retired` is None while the entity exists.
    """

    number: int
    id: str
    born: int
    retired: int | None
    requested_id: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """Decision in the log: its number, its revision, and the context in which it was taken.

    `id` identifies it outside of the store. `number` counts all decisions, and is only used to
    order them. `versions` are the numbers of the versions of the left and the right record that the
    decision saw. None: the store had no such record yet, so the first version that came later
    counts.
    """

    number: int
    id: str
    revision: int
    decision: Decision
    context: Mapping[str, Any]
    versions: Versions = (None, None)


@dataclass(frozen=True, slots=True)
class EntityEvent:
    """Event of the change feed; `other` is the id of the other entity, or empty."""

    revision: int
    kind: EventKind
    entity: str
    other: str


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """Revision of the store: the time, kind and author of a commit, and the rows it changed."""

    revision: int
    committed_at: str
    kind: str
    actor: str
    counts: Mapping[str, int] = field(default_factory=dict)
