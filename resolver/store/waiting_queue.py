"""Queue of the stewards' desk: one row per pair of entities that waits, in the order of priority.

The queue derives from links, members and decisions, and can be rebuilt at any time. First in the
module are rows, filters and queries of the queue. Then comes its update: every commit notes the
records that it touched in the table `touched`, `WaitingQueue.begin_update` returns them, and
`resolver.review.queue_refresh` builds the new rows.

The `rank` of a row is its negative priority. `marks` are short words between spaces, which filters
search for: `s12` is a source by number, `kp` the kind person, `rborderline` a reason, `Arab` a
script.

Rows with empty `readers` use all records of the two entities, and are for viewers who may see all
of these. Each class of other viewers has rows of its own, named in `readers`, which use only the
records that the class may see.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Update,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from resolver.runtime.key_groups import sort_distinct
from resolver.store import bulk_rows
from resolver.store.bulk_rows import Numbers, fetch_arrays, is_among
from resolver.store.database import translate_errors, write_transaction
from resolver.store.entity_queries import StoreView
from resolver.store.schema import (
    assignments,
    desk,
    holds,
    touched,
    waiting,
    waiting_readers,
)
from resolver.store.steward_work import is_held

MARKS_LIMIT = 2_000
"""Maximum number of characters of the marks of a row. PostgreSQL cannot index longer texts."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Two entities that wait, by number (`low` < `high`), with their strongest pair of records.

    `logodds`, `score` and `band` compare the entities; `record_logodds` compares the two records
    alone. `not_for` is a steward who may not decide the pair. `why` explains the reason in words.
    `readers` is the class of viewers for whom the row is; see the module.
    """

    low: int
    high: int
    rank: int
    left: int
    right: int
    logodds: int
    score: float
    band: int
    pairs: int
    reason: str
    since: str
    not_for: str
    why: str
    marks: str
    record_logodds: int
    readers: str = ""

    @property
    def position(self) -> tuple[int, int, int]:
        """Return the position in the queue."""
        return self.rank, self.low, self.high


WaitingColumns = Mapping[str, Sequence[Any]]
"""Rows as columns, one for each field of `WaitingRow`."""
_FIELDS = [field.name for field in fields(WaitingRow)]
WAITING_COLUMNS = [waiting.c[name] for name in _FIELDS]


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Filter of the queue.

    - `marks`: groups of marks; a row needs at least one mark of each group.
    - `assignee`: steward to whom the pair is assigned (empty: nobody; None: any).
    - `steward`: only pairs that this steward may decide, and that no other steward has open or
      assigned (None: all pairs).
    - `since`: only pairs that wait since this time or longer (UTC text; empty: all pairs).
    """

    marks: tuple[tuple[str, ...], ...] = ()
    score_from: float = 0.0
    score_to: float = 1.0
    assignee: str | None = None
    steward: str | None = None
    excluded_marks: tuple[tuple[str, str], ...] = ()
    """Pairs of (mark that excludes a row, mark that admits the row in spite of it)."""
    since: str = ""
    readers: str = ""
    """Class of viewers whose own rows are in the queue as well (empty: none)."""

    def condition(self, connection: Connection) -> ColumnElement[bool]:
        """Return the filter as an SQL condition."""
        find = func.strpos if connection.dialect.name == "postgresql" else func.instr
        conditions: list[ColumnElement[bool]] = [
            or_(*(find(waiting.c.marks, f" {mark} ") > 0 for mark in group)) for group in self.marks
        ]
        shared = [waiting.c.readers == ""]
        for mark, unless in self.excluded_marks:
            is_unmarked = find(waiting.c.marks, f" {mark} ") == 0
            shared.append(
                or_(is_unmarked, find(waiting.c.marks, f" {unless} ") > 0)
                if unless
                else is_unmarked
            )
        own = [waiting.c.readers == self.readers] if self.readers else []
        conditions.append(or_(and_(*shared), *own))
        if self.score_from > 0:
            conditions.append(waiting.c.score >= self.score_from)
        if self.score_to < 1:
            conditions.append(waiting.c.score <= self.score_to)
        if self.since:
            conditions.append(waiting.c.since <= self.since)
        same_pair = and_(assignments.c.low == waiting.c.low, assignments.c.high == waiting.c.high)
        if self.assignee == "":
            conditions.append(not_(exists().where(same_pair)))
        elif self.assignee is not None:
            # few pairs are assigned: the query starts from them, not from all waiting pairs
            assigned_pairs = select(assignments.c.low, assignments.c.high).where(
                assignments.c.who == self.assignee
            )
            conditions.append(tuple_(waiting.c.low, waiting.c.high).in_(assigned_pairs))
        if self.steward is not None:
            conditions += [
                waiting.c.not_for != self.steward,
                not_(exists().where(same_pair, assignments.c.who != self.steward)),
            ]
            held_pair = and_(holds.c.low == waiting.c.low, holds.c.high == waiting.c.high)
            is_held_by_another = and_(held_pair, holds.c.who != self.steward, is_held())
            conditions.append(not_(exists().where(is_held_by_another)))
        return and_(True, *conditions)


def waiting_columns(rows: Sequence[WaitingRow]) -> WaitingColumns:
    """Return some rows as columns."""
    return {name: [getattr(row, name) for row in rows] for name in _FIELDS}


def queue_page(
    connection: Connection,
    filters: QueueFilter,
    *,
    limit: int,
    after: tuple[int, int, int] | None = None,
) -> list[WaitingRow]:
    """Return at most `limit` rows that pass a filter, in the order of the queue.

    The rows start behind the position `after` (None: at the beginning).
    """
    query: Select[Any] = select(*WAITING_COLUMNS).where(filters.condition(connection))
    if after is not None:
        query = query.where(tuple_(waiting.c.rank, waiting.c.low, waiting.c.high) > tuple_(*after))
    rows = connection.execute(
        query.order_by(waiting.c.rank, waiting.c.low, waiting.c.high).limit(limit)
    )
    return [WaitingRow(*row) for row in rows]


def measure_queue(connection: Connection, filters: QueueFilter) -> tuple[int, str]:
    """Return the number of rows that pass a filter, and the time since which the oldest waits.

    The time is empty if no row passes.
    """
    condition = filters.condition(connection)
    count = connection.execute(
        select(func.count()).select_from(waiting).where(condition)
    ).scalar_one()
    if not count:
        return 0, ""
    oldest = connection.execute(
        select(waiting.c.since).where(condition).order_by(waiting.c.since).limit(1)
    )
    return int(count), str(oldest.scalar() or "")


def count_marks(connection: Connection, filters: QueueFilter) -> list[tuple[str, int]]:
    """Return each distinct text of marks among the rows that pass a filter, with its count.

    Marks follow from lists, kinds, scripts and reasons, so a queue of 50,000 rows has only some
    hundred distinct texts.
    """
    query = select(waiting.c.marks, func.count()).where(filters.condition(connection))
    return [
        (str(row[0]), int(row[1])) for row in connection.execute(query.group_by(waiting.c.marks))
    ]


def count_since(
    connection: Connection, filters: QueueFilter, times: Sequence[str]
) -> tuple[int, ...]:
    """Return, for each time (UTC text), how many rows that pass a filter began to wait then or
    later.

    A row without a known time counts as older than every time.
    """
    counts = (func.count(case((waiting.c.since >= time, 1))) for time in times)
    query = select(*counts).select_from(waiting).where(filters.condition(connection))
    return tuple(int(count) for count in connection.execute(query).one())


def sum_scores(
    connection: Connection, filters: QueueFilter, first: int | None = None
) -> tuple[int, float]:
    """Return the number of rows that pass a filter, and the sum of their scores.

    `first` limits both to the first rows in the order of the queue (None: all).
    """
    query = select(waiting.c.score).where(filters.condition(connection))
    if first is not None:
        query = query.order_by(waiting.c.rank, waiting.c.low, waiting.c.high).limit(first)
    part = query.subquery()
    count, total = connection.execute(select(func.count(), func.sum(part.c.score))).one()
    return int(count), float(total or 0.0)


def rows_of_entities(
    connection: Connection, filters: QueueFilter, numbers: Sequence[int]
) -> list[WaitingRow]:
    """Return the rows that pass a filter and have one of some entities, in order of priority."""
    has_entity = or_(
        is_among(connection, waiting.c.low, numbers), is_among(connection, waiting.c.high, numbers)
    )
    query = select(*WAITING_COLUMNS).where(filters.condition(connection), has_entity)
    order = (waiting.c.rank, waiting.c.low, waiting.c.high)
    return [WaitingRow(*row) for row in connection.execute(query.order_by(*order))]


def position_of_row(
    connection: Connection, filters: QueueFilter, number: int
) -> tuple[int, int, int] | None:
    """Return the position of the `number`-th row (from 1) that passes a filter.

    None if fewer rows pass.
    """
    query = select(waiting.c.rank, waiting.c.low, waiting.c.high).where(
        filters.condition(connection)
    )
    ordered = query.order_by(waiting.c.rank, waiting.c.low, waiting.c.high)
    row = connection.execute(ordered.offset(number - 1).limit(1)).first()
    return None if row is None else (int(row[0]), int(row[1]), int(row[2]))


def waiting_row(
    connection: Connection, low: int, high: int, filters: QueueFilter | None = None
) -> WaitingRow | None:
    """Return the row of two entities, or None if there is none or the filter excludes it."""
    is_pair = and_(waiting.c.low == low, waiting.c.high == high)
    query = select(*WAITING_COLUMNS).where(is_pair)
    if filters is not None:
        query = query.where(filters.condition(connection))
    row = connection.execute(query).first()
    return None if row is None else WaitingRow(*row)


EVERYTHING = 0
"""Record number in `touched` that stands for all records."""
OUTDATED = -1
"""Revision of the rows of a class of viewers that have to be built anew."""


@dataclass(frozen=True, slots=True)
class QueueUpdate:
    """Update of the queue within a write transaction.

    `view` is the current state of the store. `records` are the touched records to work on (None:
    all records). `is_all` is true if no further touched records remain.
    """

    view: StoreView
    records: Numbers | None
    is_all: bool

    def replace(self, entity_numbers: Sequence[int] | None, rows: Iterable[WaitingColumns]) -> None:
        """Replace the rows of some entities (None: of all entities) by new rows, given in parts."""
        connection = self.view.connection
        if entity_numbers is not None:
            _delete_rows(connection, entity_numbers, "")
            for part in rows:
                bulk_rows.insert_rows(waiting, dict(part), connection)
            return
        bulk_rows.drop_indexes(connection, [waiting])
        connection.execute(delete(waiting).where(waiting.c.readers == ""))
        for part in rows:
            bulk_rows.insert_rows(waiting, dict(part), connection)
        bulk_rows.create_indexes(connection, [waiting])


@dataclass(frozen=True, slots=True)
class WaitingQueue:
    """Queue of a store."""

    engine: Engine

    def is_behind(self, connection: Connection) -> bool:
        """Return whether commits have touched records that the queue does not reflect yet."""
        if not self.is_built(connection):
            return True
        return connection.execute(select(touched.c.version).limit(1)).first() is not None

    def is_built(self, connection: Connection) -> bool:
        """Return whether the queue was ever built."""
        return connection.execute(select(desk.c.one)).first() is not None

    def readers_revision(self, connection: Connection, readers: str) -> int | None:
        """Return the revision of the rows of a class of viewers; None if it has none yet."""
        row = connection.execute(
            select(waiting_readers.c.version).where(waiting_readers.c.readers == readers)
        ).first()
        return None if row is None else int(row.version)

    def replace_for(
        self,
        readers: str,
        span: tuple[int | None, int],
        entity_numbers: Sequence[int] | None,
        rows: Iterable[WaitingColumns],
    ) -> None:
        """Replace the rows of some entities (None: of all) that are for a class of viewers.

        `span` has the revision of the present rows and the revision of the new rows. If another
        process has replaced the rows meanwhile, nothing changes. Raises `StoreError` if the store
        cannot be written.
        """
        since, revision = span
        with (
            translate_errors(self.engine),
            write_transaction(self.engine, volatile=True) as connection,
        ):
            if connection.dialect.name == "postgresql":
                # two processes may replace rows at once
                connection.exec_driver_sql('LOCK TABLE "waiting_readers" IN EXCLUSIVE MODE')
            if self.readers_revision(connection, readers) != since:
                return
            _delete_rows(connection, entity_numbers, readers)
            for part in rows:
                count = len(part["low"])
                bulk_rows.insert_rows(waiting, {**part, "readers": [readers] * count}, connection)
            is_own = waiting_readers.c.readers == readers
            connection.execute(delete(waiting_readers).where(is_own))
            connection.execute(insert(waiting_readers).values(readers=readers, version=revision))

    def least_certain(
        self, connection: Connection, count: int, filters: QueueFilter
    ) -> list[WaitingRow]:
        """Return at most `count` rows that pass a filter and wait only because of their score.

        The rows nearest to even odds come first.
        """
        borderline = select(*WAITING_COLUMNS).where(
            waiting.c.reason == _BORDERLINE, filters.condition(connection)
        )
        rows = connection.execute(
            borderline.order_by(func.abs(waiting.c.logodds), waiting.c.low, waiting.c.high).limit(
                count
            )
        )
        return [WaitingRow(*row) for row in rows]

    def mark_sampled(self, pairs: Sequence[tuple[int, int]], reason: str) -> int:
        """Mark the rows of these pairs as picked for training; return the number of marked rows.

        Rows that were picked earlier with the same `reason` lose their mark. Stewards see `reason`.
        """
        marked = 0
        with (
            translate_errors(self.engine),
            write_transaction(self.engine, volatile=True) as connection,
        ):
            connection.execute(
                _change_reason(_SAMPLE, _BORDERLINE, _BORDERLINE_TEXT).where(
                    waiting.c.why == reason
                )
            )
            for low, high in pairs:
                command = _change_reason(_BORDERLINE, _SAMPLE, reason).where(
                    waiting.c.low == low, waiting.c.high == high
                )
                marked += connection.execute(command).rowcount
        return marked

    @contextmanager
    def begin_update(self, record_limit: int) -> Iterator[QueueUpdate]:
        """Update the queue with about `record_limit` touched records, the newest first.

        All changes within the context are committed together. Raises `StoreError` if the store
        cannot be written.
        """
        with (
            translate_errors(self.engine),
            write_transaction(self.engine, volatile=True) as connection,
        ):
            state = connection.execute(select(desk).with_for_update()).first()
            view = StoreView(connection)
            records, is_all = (
                (None, True)
                if state is None
                else _touched_records(connection, view.revision, record_limit)
            )
            if state is None:
                connection.execute(insert(desk).values(one=1))
            yield QueueUpdate(view, records, is_all)
            if records is None:
                connection.execute(delete(touched).where(touched.c.version <= view.revision))
            elif len(records):
                is_done = is_among(connection, touched.c.record, records.tolist())
                connection.execute(
                    delete(touched).where(is_done, touched.c.version <= view.revision)
                )


def _delete_rows(
    connection: Connection, entity_numbers: Sequence[int] | None, readers: str
) -> None:
    is_own = waiting.c.readers == readers
    if entity_numbers is None:
        connection.execute(delete(waiting).where(is_own))
        return
    for side in (waiting.c.low, waiting.c.high):
        is_side = is_among(connection, side, list(entity_numbers))
        connection.execute(delete(waiting).where(is_own, is_side))


_BORDERLINE, _SAMPLE, _BORDERLINE_TEXT = (
    "borderline",
    "sample",
    "the score lies between the thresholds",
)


def _change_reason(earlier: str, reason: str, text: str) -> Update:
    marks = func.replace(waiting.c.marks, f" r{earlier} ", f" r{reason} ")
    return (
        update(waiting)
        .where(waiting.c.reason == earlier)
        .values(reason=reason, why=text, marks=marks)
    )


def _touched_records(
    connection: Connection, revision: int, limit: int
) -> tuple[Numbers | None, bool]:
    query = select(touched.c.record).where(touched.c.version <= revision)
    numbers = fetch_arrays(
        connection, query.order_by(touched.c.version.desc(), touched.c.record).limit(limit)
    )[0]
    is_all = len(numbers) < limit
    is_everything = EVERYTHING in numbers
    if not is_everything and not is_all:
        is_everything = (
            connection.execute(query.where(touched.c.record == EVERYTHING).limit(1)).first()
            is not None
        )
    return (None, True) if is_everything else (sort_distinct(numbers), is_all)
