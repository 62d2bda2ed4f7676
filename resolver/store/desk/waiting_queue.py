"""Updates of the steward's queue.

Commits note the records they touch (table `touched`). `WaitingQueue.begin_update` returns these and
accepts new rows, which `resolver.review.queue.refresh` builds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    Engine,
    Update,
    delete,
    func,
    insert,
    select,
    update,
)

from resolver.kernels.number_sets import sort_distinct
from resolver.store import bulk_rows
from resolver.store.bulk_rows import Numbers, fetch_arrays, is_among
from resolver.store.database import translate_errors, write_transaction
from resolver.store.desk.waiting_pairs import (
    WAITING_COLUMNS,
    QueueFilter,
    WaitingColumns,
    WaitingRow,
)
from resolver.store.schema import (
    audit_events,
    desk,
    entities,
    entity_accesses,
    touched,
    waiting,
    waiting_readers,
)
from resolver.store.views.view import StoreView

EVERYTHING = 0
"""Record number in `touched` that stands for all records."""
OUTDATED = -1
"""Revision of the rows of a class of viewers that have to be built anew."""
_EVENTS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class QueueUpdate:
    """Update of the queue within a write transaction.

    `view`: current state; `records`: touched records to work on (None: all records); `is_all`: no
    touched records are left after these.
    """

    view: StoreView
    records: Numbers | None
    is_all: bool

    def replace(self, entity_numbers: Sequence[int] | None, rows: Iterable[WaitingColumns]) -> None:
        """Replace the rows of some entities (None: of all) by new rows, which come in pieces."""
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

    def access_counts(self, numbers: Sequence[int]) -> dict[int, int]:
        """Return how often some entities were looked up, without those that never were."""
        connection = self.view.connection
        if connection.execute(select(entity_accesses.c.entity).limit(1)).first() is None:
            return {}
        query = select(entities.c.number, entity_accesses.c.times).join(
            entity_accesses, entity_accesses.c.entity == entities.c.id
        )
        rows = connection.execute(
            query.where(is_among(connection, entities.c.number, list(numbers)))
        )
        return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class WaitingQueue:
    """Queue of a store."""

    engine: Engine

    def is_behind(self, connection: Connection) -> bool:
        """Return whether commits have touched records that the queue does not reflect yet."""
        if connection.execute(select(desk.c.one)).first() is None:
            return True
        return connection.execute(select(touched.c.version).limit(1)).first() is not None

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
        """Replace the rows that a class of viewers has of some entities (None: of all).

        `span`: their revision so far, and the one of the new rows; where another reader has
        replaced rows meanwhile, these stay. Raises `StoreError` if the store cannot be written.
        """
        since, revision = span
        with (
            translate_errors(self.engine),
            write_transaction(self.engine, volatile=True) as connection,
        ):
            if connection.dialect.name == "postgresql":
                # two readers may be here at once
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
        """Return at most `count` rows under a filter that wait only for their score, those nearest
        to even odds first.
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
        """Mark rows as picked for training, instead of earlier ones; return their number. `reason`
        is shown.
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
                connection.execute(insert(desk).values(one=1, consulted=0))
            _count_accesses(connection, 0 if state is None else state.consulted)
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


def _count_accesses(connection: Connection, last_counted: int) -> None:
    """Count which entities were shown to users since the last update."""
    query = select(audit_events.c.number, audit_events.c.answer).where(
        audit_events.c.number > last_counted
    )
    times: dict[str, int] = {}
    last = last_counted
    for number, answer in connection.execute(
        query.order_by(audit_events.c.number).limit(_EVENTS_AT_ONCE)
    ):
        last = number
        entity_ids = answer.get("seen") if isinstance(answer, dict) else None
        for entity_id in entity_ids if isinstance(entity_ids, dict) else ():
            times[entity_id] = times.get(entity_id, 0) + 1
    if last == last_counted:
        return
    counted = connection.execute(
        select(entity_accesses).where(is_among(connection, entity_accesses.c.entity, sorted(times)))
    ).fetchall()
    for row in counted:
        additional = times.pop(row.entity)
        connection.execute(
            update(entity_accesses)
            .where(entity_accesses.c.entity == row.entity)
            .values(times=row.times + additional)
        )
    if times:
        connection.execute(
            insert(entity_accesses),
            [{"entity": entity_id, "times": count} for entity_id, count in sorted(times.items())],
        )
    connection.execute(update(desk).values(consulted=last))
