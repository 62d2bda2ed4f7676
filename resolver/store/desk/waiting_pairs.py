"""Queue of the steward's desk: one row per pair of waiting entities, in the order of priority.

The queue derives from links, members and decisions; `waiting_queue` updates it. The `rank` of a row
is its negative priority; `marks` are short words between spaces that filters search for (`s12`:
source by number, `kp`: person, `rborderline`: reason, `Arab`: script).

A row rests on all records of its entities and is for those who may see all of these. For others
`readers` names a class of viewers, whose row of the pair rests on what the class sees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    tuple_,
)

from resolver.store.desk.steward_work import is_held
from resolver.store.schema import (
    assignments,
    holds,
    waiting,
)

MARKS_LIMIT = 2_000
"""Characters of marks in a row (PostgreSQL indexes take no more)."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Two waiting entities by number (`low` < `high`), with the strongest pair of their records.

    `logodds`, `score` and `band` are those of the entities, `record_logodds` those of the two
    records alone.

    `not_for`: steward who may not decide the pair; `why`: explanation of the reason; `readers`:
    class of viewers that the row is for.
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

    `marks`: groups of marks; a row needs one of each group. `assignee`: steward the pair is
    assigned to (empty: nobody, None: any). `steward`: only pairs that this steward may decide and
    that no other steward has open or assigned. `since`: latest begin of waiting (UTC text; empty:
    any).
    """

    marks: tuple[tuple[str, ...], ...] = ()
    score_from: float = 0.0
    score_to: float = 1.0
    assignee: str | None = None
    steward: str | None = None
    excluded_marks: tuple[tuple[str, str], ...] = ()
    """(mark that excludes a row, mark that admits the row in spite of it)."""
    since: str = ""
    readers: str = ""
    """Class of viewers whose own rows belong to the queue, too (empty: none)."""

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
            # few pairs are assigned: start from these, not from all that wait
            assigned_pairs = select(assignments.c.low, assignments.c.high).where(
                assignments.c.who == self.assignee
            )
            conditions.append(tuple_(waiting.c.low, waiting.c.high).in_(assigned_pairs))
        if self.steward is not None:
            conditions += [
                waiting.c.not_for != self.steward,
                not_(exists().where(same_pair, assignments.c.who != self.steward)),
            ]
            conditions.append(not_(exists().where(_is_held_by_another(self.steward))))
        return and_(True, *conditions)


def waiting_columns(rows: Sequence[WaitingRow]) -> WaitingColumns:
    """Return some rows as columns."""
    return {name: [getattr(row, name) for row in rows] for name in _FIELDS}


def _is_held_by_another(steward: str) -> ColumnElement[bool]:
    same_pair = and_(holds.c.low == waiting.c.low, holds.c.high == waiting.c.high)
    return and_(same_pair, holds.c.who != steward, is_held())


def queue_page(
    connection: Connection,
    filters: QueueFilter,
    *,
    limit: int,
    after: tuple[int, int, int] | None = None,
) -> list[WaitingRow]:
    """Return the rows that pass a filter in the order of the queue, from behind a position."""
    query: Select[Any] = select(*WAITING_COLUMNS).where(filters.condition(connection))
    if after is not None:
        query = query.where(tuple_(waiting.c.rank, waiting.c.low, waiting.c.high) > tuple_(*after))
    rows = connection.execute(
        query.order_by(waiting.c.rank, waiting.c.low, waiting.c.high).limit(limit)
    )
    return [WaitingRow(*row) for row in rows]


def measure_queue(connection: Connection, filters: QueueFilter) -> tuple[int, str]:
    """Return the number of rows that pass a filter, and since when the oldest waits (empty without
    rows).
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
    """Return the different marks of the rows that pass a filter, with the number of rows of each.

    A queue of 50,000 rows has some hundred: marks follow from lists, kinds, scripts and reason.
    """
    query = select(waiting.c.marks, func.count()).where(filters.condition(connection))
    return [
        (str(row[0]), int(row[1])) for row in connection.execute(query.group_by(waiting.c.marks))
    ]


def count_since(
    connection: Connection, filters: QueueFilter, times: Sequence[str]
) -> tuple[int, ...]:
    """Return how many of the rows that pass a filter wait since each time (UTC text) or later.

    Rows whose time is unknown are older than all.
    """
    counts = (func.count(case((waiting.c.since >= time, 1))) for time in times)
    query = select(*counts).select_from(waiting).where(filters.condition(connection))
    return tuple(int(count) for count in connection.execute(query).one())


def sum_scores(
    connection: Connection, filters: QueueFilter, first: int | None = None
) -> tuple[int, float]:
    """Return number and sum of the scores of the rows that pass a filter, or of the `first` rows
    of these in the order of the queue.
    """
    query = select(waiting.c.score).where(filters.condition(connection))
    if first is not None:
        query = query.order_by(waiting.c.rank, waiting.c.low, waiting.c.high).limit(first)
    part = query.subquery()
    count, total = connection.execute(select(func.count(), func.sum(part.c.score))).one()
    return int(count), float(total or 0.0)


def position_of_row(
    connection: Connection, filters: QueueFilter, number: int
) -> tuple[int, int, int] | None:
    """Return the position of a row in the queue under a filter, counted from 1; None behind the
    last.
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
    """Return the row of two entities that passes a filter (None: any row of the two), or None."""
    is_pair = and_(waiting.c.low == low, waiting.c.high == high)
    query = select(*WAITING_COLUMNS).where(is_pair)
    if filters is not None:
        query = query.where(filters.condition(connection))
    row = connection.execute(query).first()
    return None if row is None else WaitingRow(*row)


def waiting_rows(connection: Connection, entity: int) -> list[WaitingRow]:
    """Return all rows of an entity by descending priority."""
    condition = or_(waiting.c.low == entity, waiting.c.high == entity)
    rows = connection.execute(
        select(*WAITING_COLUMNS).where(condition).order_by(waiting.c.rank, waiting.c.low)
    )
    return [WaitingRow(*row) for row in rows]
