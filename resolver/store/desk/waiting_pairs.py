"""The queue of the steward's desk as the store keeps it: one row for every two entities that wait, in the order of what
their decision is worth.

It derives from links, members and decisions, and is kept up by a composer (`resolver.review.queue.refresh`): landings note
which records they touched (`touched`), `Desk.catching_up` gives these out and takes new rows. A row's `rank` is minus
what it is worth; `marks` are short words between spaces that filters look for (`s12`: a source by number, `kp`: a
person, `rborderline`: a reason, `Arab`: a script).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Update,
    and_,
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

from resolver.store import bulk_rows
from resolver.store.bulk_rows import Numbers, among, arrays
from resolver.store.database import clear_errors, writing
from resolver.store.row_types import utc_text
from resolver.store.schema import (
    assignments,
    consultations,
    consulted,
    desk,
    entities,
    holds,
    touched,
    waiting,
)
from resolver.store.views.view import View

EVERYTHING = 0
"""Stands in `touched` for every record."""
_CONSULTATIONS = 20_000
MARKS_LIMIT = 2_000
"""Characters of marks a row holds at most (an index of PostgreSQL takes no more)."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Two entities that wait, by numbers (`low` < `high`), with the numbers of the strongest pair of their records.
    `not_for`: a steward who may not decide it; `why`: what there is to say of the reason."""

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

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands in the queue."""
        return self.rank, self.low, self.high


WaitingColumns = Mapping[str, Sequence[Any]]
"""Rows as columns: each field of `WaitingRow`."""
_NAMES = [one.name for one in fields(WaitingRow)]
_COLUMNS = [waiting.c[name] for name in _NAMES]


@dataclass(frozen=True, slots=True)
class Sieve:
    """What to look for: of each group of `marks` one, a range of scores, to whom it is assigned (empty: nobody; None:
    whoever), and `open_to`: only what this steward may decide and nobody else has open or was assigned."""

    marks: tuple[tuple[str, ...], ...] = ()
    score_from: float = 0.0
    score_to: float = 1.0
    assigned: str | None = None
    open_to: str | None = None
    without: tuple[tuple[str, str], ...] = ()
    """(mark that may not be there, mark in spite of which it may)."""

    def condition(self, connection: Connection) -> ColumnElement[bool]:
        """As SQL."""
        find = func.strpos if connection.dialect.name == "postgresql" else func.instr
        found: list[ColumnElement[bool]] = [
            or_(*(find(waiting.c.marks, f" {mark} ") > 0 for mark in group)) for group in self.marks
        ]
        for mark, unless in self.without:
            free = find(waiting.c.marks, f" {mark} ") == 0
            found.append(or_(free, find(waiting.c.marks, f" {unless} ") > 0) if unless else free)
        if self.score_from > 0:
            found.append(waiting.c.score >= self.score_from)
        if self.score_to < 1:
            found.append(waiting.c.score <= self.score_to)
        here = and_(assignments.c.low == waiting.c.low, assignments.c.high == waiting.c.high)
        if self.assigned == "":
            found.append(not_(exists().where(here)))
        elif self.assigned is not None:
            # few are assigned: they are gone through, not all that wait
            theirs = select(assignments.c.low, assignments.c.high).where(
                assignments.c.who == self.assigned
            )
            found.append(tuple_(waiting.c.low, waiting.c.high).in_(theirs))
        if self.open_to is not None:
            found += [
                waiting.c.not_for != self.open_to,
                not_(exists().where(here, assignments.c.who != self.open_to)),
            ]
            found.append(not_(exists().where(_held_by_another(self.open_to))))
        return and_(True, *found)


def columns_of_rows(rows: Sequence[WaitingRow]) -> WaitingColumns:
    """Some rows as columns."""
    return {name: [getattr(row, name) for row in rows] for name in _NAMES}


def passes(row: WaitingRow, sieve: Sieve) -> bool:
    """Whether a row lacks what a sieve wants to be without."""
    return all(
        f" {mark} " not in row.marks or bool(unless and f" {unless} " in row.marks)
        for mark, unless in sieve.without
    )


def _held_by_another(who: str) -> ColumnElement[bool]:
    here = and_(holds.c.low == waiting.c.low, holds.c.high == waiting.c.high)
    return and_(here, holds.c.who != who, holds.c.until > utc_text())


def page(
    connection: Connection, sieve: Sieve, *, limit: int, after: tuple[int, int, int] | None = None
) -> list[WaitingRow]:
    """The rows that a sieve lets through, in the order of the queue, from behind a place on."""
    query: Select[Any] = select(*_COLUMNS).where(sieve.condition(connection))
    if after is not None:
        query = query.where(tuple_(waiting.c.rank, waiting.c.low, waiting.c.high) > tuple_(*after))
    rows = connection.execute(
        query.order_by(waiting.c.rank, waiting.c.low, waiting.c.high).limit(limit)
    )
    return [WaitingRow(*row) for row in rows]


def measure(connection: Connection, sieve: Sieve) -> tuple[int, str]:
    """How many rows a sieve lets through, and since when the oldest waits (empty: none does)."""
    condition = sieve.condition(connection)
    count = connection.execute(
        select(func.count()).select_from(waiting).where(condition)
    ).scalar_one()
    if not count:
        return 0, ""
    oldest = connection.execute(
        select(waiting.c.since).where(condition).order_by(waiting.c.since).limit(1)
    )
    return int(count), str(oldest.scalar() or "")


def row_of(connection: Connection, low: int, high: int) -> WaitingRow | None:
    """The row of two entities, or None."""
    found = connection.execute(
        select(*_COLUMNS).where(waiting.c.low == low, waiting.c.high == high)
    ).first()
    return None if found is None else WaitingRow(*found)


def rows_of(connection: Connection, entity: int) -> list[WaitingRow]:
    """All rows of an entity, the most worth first."""
    condition = or_(waiting.c.low == entity, waiting.c.high == entity)
    rows = connection.execute(
        select(*_COLUMNS).where(condition).order_by(waiting.c.rank, waiting.c.low)
    )
    return [WaitingRow(*row) for row in rows]


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """While all rows are put in, which come in no index's order; to sort them at the end takes a fraction of the time.
    PostgreSQL would keep readers out meanwhile."""
    indexes = (
        sorted(waiting.indexes, key=lambda one: str(one.name))
        if connection.dialect.name == "sqlite"
        else []
    )
    for one in indexes:
        one.drop(connection)
    yield
    for one in indexes:
        one.create(connection)


@dataclass(frozen=True, slots=True)
class Catching:
    """One go at catching up, within a transaction that writes: what the present looks like, and which records landings
    have touched since (None: everything), and whether these are all of them."""

    view: View
    records: Numbers | None
    is_all: bool

    def replace(self, entities_: Sequence[int] | None, rows: Iterable[WaitingColumns]) -> None:
        """Put new rows, which come in pieces, in place of those of some entities (None: of all)."""
        connection = self.view.connection
        if entities_ is not None:
            for side in (waiting.c.low, waiting.c.high):
                connection.execute(delete(waiting).where(among(connection, side, list(entities_))))
            for part in rows:
                bulk_rows.insert(waiting, dict(part), connection)
            return
        with _without_indexes(connection):
            connection.execute(delete(waiting))
            for part in rows:
                bulk_rows.insert(waiting, dict(part), connection)

    def times_consulted(self, numbers: Sequence[int]) -> dict[int, int]:
        """How often each of some entities was looked at, where it was."""
        connection = self.view.connection
        if connection.execute(select(consulted.c.entity).limit(1)).first() is None:
            return {}
        query = select(entities.c.number, consulted.c.times).join(
            consulted, consulted.c.entity == entities.c.id
        )
        rows = connection.execute(query.where(among(connection, entities.c.number, list(numbers))))
        return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Desk:
    """The door to the queue of a store."""

    engine: Engine

    def behind(self, connection: Connection) -> bool:
        """Whether landings have touched something that the queue does not show yet."""
        if connection.execute(select(desk.c.one)).first() is None:
            return True
        return connection.execute(select(touched.c.version).limit(1)).first() is not None

    def least_certain(self, connection: Connection, count: int) -> list[WaitingRow]:
        """At most so many of the rows that wait for no reason but their score, those nearest the even point first."""
        plain = select(*_COLUMNS).where(waiting.c.reason == _PLAIN)
        rows = connection.execute(
            plain.order_by(func.abs(waiting.c.logodds), waiting.c.low, waiting.c.high).limit(count)
        )
        return [WaitingRow(*row) for row in rows]

    def mark_picked(self, pairs: Sequence[tuple[int, int]], why: str) -> int:
        """Mark some of these rows as picked, with a word why, and take the marks of before away; how many are marked.
        A mark goes when the row is worked out again."""
        marked = 0
        with clear_errors(self.engine), writing(self.engine, fleeting=True) as connection:
            connection.execute(_turned(_PICKED, _PLAIN, _BETWEEN).where(waiting.c.why == why))
            for low, high in pairs:
                row = _turned(_PLAIN, _PICKED, why).where(
                    waiting.c.low == low, waiting.c.high == high
                )
                marked += connection.execute(row).rowcount
        return marked

    @contextmanager
    def catching_up(self, at_once: int) -> Iterator[Catching]:
        """Catch up with what landings touched, the newest first, about `at_once` records; all that is done in it lands
        together. Raises `StoreError` where the store cannot be written."""
        with clear_errors(self.engine), writing(self.engine, fleeting=True) as connection:
            known = connection.execute(select(desk).with_for_update()).first()
            view = View(connection)
            records, is_all = (
                (None, True) if known is None else _touched(connection, view.version, at_once)
            )
            if known is None:
                connection.execute(insert(desk).values(one=1, consulted=0))
            _count_consultations(connection, 0 if known is None else known.consulted)
            yield Catching(view, records, is_all)
            if records is None:
                connection.execute(delete(touched).where(touched.c.version <= view.version))
            elif len(records):
                here = among(connection, touched.c.record, records.tolist())
                connection.execute(delete(touched).where(here, touched.c.version <= view.version))


_PLAIN, _PICKED, _BETWEEN = "borderline", "sample", "the score lies between the borders"


def _turned(before: str, reason: str, why: str) -> Update:
    marks = func.replace(waiting.c.marks, f" r{before} ", f" r{reason} ")
    return (
        update(waiting)
        .where(waiting.c.reason == before)
        .values(reason=reason, why=why, marks=marks)
    )


def _touched(connection: Connection, version: int, at_once: int) -> tuple[Numbers | None, bool]:
    query = select(touched.c.record).where(touched.c.version <= version)
    found = arrays(
        connection, query.order_by(touched.c.version.desc(), touched.c.record).limit(at_once)
    )[0]
    is_all = len(found) < at_once
    everything = EVERYTHING in found
    if not everything and not is_all:
        everything = (
            connection.execute(query.where(touched.c.record == EVERYTHING).limit(1)).first()
            is not None
        )
    return (None, True) if everything else (np.unique(found), is_all)


def _count_consultations(connection: Connection, since: int) -> None:
    """Note who was seen in consultations since the last time."""
    query = select(consultations.c.number, consultations.c.answer).where(
        consultations.c.number > since
    )
    times: dict[str, int] = {}
    last = since
    for number, answer in connection.execute(
        query.order_by(consultations.c.number).limit(_CONSULTATIONS)
    ):
        last = number
        seen = answer.get("seen") if isinstance(answer, dict) else None
        for entity in seen if isinstance(seen, dict) else ():
            times[entity] = times.get(entity, 0) + 1
    if last == since:
        return
    known = connection.execute(
        select(consulted).where(among(connection, consulted.c.entity, sorted(times)))
    ).fetchall()
    for row in known:
        more = times.pop(row.entity)
        connection.execute(
            update(consulted).where(consulted.c.entity == row.entity).values(times=row.times + more)
        )
    if times:
        connection.execute(
            insert(consulted),
            [{"entity": one, "times": count} for one, count in sorted(times.items())],
        )
    connection.execute(update(desk).values(consulted=last))
