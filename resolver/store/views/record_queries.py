"""Questions about records and their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, and_, select

from resolver.records import Batch
from resolver.store.bulk_rows import (
    Numbers,
    among,
    arrays,
    rows_among,
)
from resolver.store.record_contents import batch_of, record_of
from resolver.store.row_types import Source, StoredRecord
from resolver.store.schema import list_versions, records, sources
from resolver.store.snapshot import Moment, cut
from resolver.store.source_counts import records_by_source

PIECE = 100_000


@dataclass(frozen=True, slots=True)
class RecordRows:
    """n versions of records: their numbers beside their batch (in that order, not canonical)."""

    numbers: Numbers
    batch: Batch


class RecordQuestions(Moment):
    """What `View` answers about records."""

    def record(self, record_id: str) -> StoredRecord | None:
        """The version of a record that holds, or None."""
        found = self._records(and_(records.c.record_id == record_id, self.holds(records)))
        return found[0] if found else None

    def record_versions(self, record_id: str) -> list[StoredRecord]:
        """Every version of a record up to this moment, the oldest first."""
        return self._records(
            and_(records.c.record_id == record_id, records.c.valid_from <= self.version)
        )

    def records(self, numbers: Sequence[int]) -> list[StoredRecord]:
        """Versions of records by number, ascending; those that have ended too."""
        return self._records(among(self.connection, records.c.number, list(numbers)))

    def handled(self, numbers: Sequence[int]) -> list[StoredRecord]:
        """Those of some versions of records that say how they may be used."""
        said = records.c.content.contains('"handling"', autoescape=True)
        return [
            one
            for part in cut(numbers)
            for one in self._records(and_(among(self.connection, records.c.number, part), said))
        ]

    def numbers_of(self, record_ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """Of each record that holds its number and content hash."""
        sql = 'SELECT "record_id", "number", "hash" FROM "records" WHERE "record_id" {among} AND "valid_from" <= ?'
        sql += ' AND ("valid_to" IS NULL OR "valid_to" > ?)'
        found: dict[str, tuple[int, bytes]] = {}
        for part in cut(record_ids):
            rows = rows_among(self.connection, sql, part, self.version, self.version)
            found.update({row[0]: (row[1], row[2]) for row in rows})
        return found

    def versions_of(self, record_ids: Sequence[str]) -> dict[str, list[int]]:
        """Of each record the numbers of all its versions, ascending."""
        query = select(records.c.record_id, records.c.number).where(
            records.c.valid_from <= self.version
        )
        found: dict[str, list[int]] = {}
        for part in cut(record_ids):
            for row in self.connection.execute(
                query.where(among(self.connection, records.c.record_id, part))
            ):
                found.setdefault(row[0], []).append(row[1])
        return {one: sorted(numbers) for one, numbers in found.items()}

    def ids_of(self, numbers: Sequence[int]) -> dict[int, str]:
        """The record id of each number."""
        sql = 'SELECT "number", "record_id" FROM "records" WHERE "number" {among}'
        found: dict[int, str] = {}
        for part in cut(numbers):
            found.update(rows_among(self.connection, sql, part))
        return found

    def of_sources(self, names: Sequence[str]) -> dict[str, int]:
        """The records that hold of some sources: id → number."""
        if not names:
            return {}
        numbers = [source.number for source in self.sources() if source.name in set(names)]
        query = select(records.c.record_id, records.c.number).where(
            self.holds(records), records.c.source.in_(numbers)
        )
        return {row[0]: row[1] for row in self.connection.execute(query)}

    def batches(self, *, after: int = 0, ended_too: bool = False) -> Iterator[RecordRows]:
        """The records that hold, in pieces, by number, those after `after`. `ended_too`: all that ever were."""
        named = {source.number: source.name for source in self.sources()}
        columns = (
            records.c.number,
            records.c.record_id,
            records.c.source,
            records.c.kind,
            records.c.schema,
        )
        for start in range(after, self.head.last_record, PIECE):
            query = select(*columns, records.c.content).where(
                records.c.number > start,
                records.c.number <= start + PIECE,
                records.c.valid_from <= self.version,
            )
            if not ended_too:
                query = query.where(self.holds(records))
            rows = self.connection.execute(query.order_by(records.c.number)).fetchall()
            if rows:
                number, ids, source, kind, schema, content = zip(*rows, strict=True)
                batch = batch_of(ids, [named[one] for one in source], kind, schema, content)
                yield RecordRows(np.array(number, dtype=np.int64), batch)

    def glimpses(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, int, str]]:
        """(number, number of the source, kind, content) of some records."""
        sql = 'SELECT "number", "source", "kind", "content" FROM "records" WHERE "number" {among}'
        for part in cut(numbers, 20_000):
            yield from rows_among(self.connection, sql, part)

    def some_batches(self, numbers: Numbers) -> Iterator[RecordRows]:
        """Versions of records by number (ascending), in pieces; those that have ended too."""
        named = {source.number: source.name for source in self.sources()}
        columns = (
            records.c.number,
            records.c.record_id,
            records.c.source,
            records.c.kind,
            records.c.schema,
        )
        query = select(*columns, records.c.content).order_by(records.c.number)
        for part in cut(numbers.tolist()):
            rows = self.connection.execute(
                query.where(among(self.connection, records.c.number, part))
            ).fetchall()
            if rows:
                number, ids, source, kind, schema, content = zip(*rows, strict=True)
                batch = batch_of(ids, [named[one] for one in source], kind, schema, content)
                yield RecordRows(np.array(number, dtype=np.int64), batch)

    def ended_after(self, version: int) -> Numbers:
        """The numbers of records that ended after `version`, up to this one."""
        query = select(records.c.number).where(
            records.c.valid_to > version, records.c.valid_to <= self.version
        )
        return arrays(self.connection, query)[0]

    def sources(self, *, counted: bool = False) -> list[Source]:
        """The sources, by name; `counted` with the number of records that hold."""
        if ("sources", counted) not in self.remembered:
            self.remembered["sources", counted] = self._sources(counted=counted)
        return list(self.remembered["sources", counted])

    def _sources(self, *, counted: bool) -> list[Source]:
        counts: Mapping[int, int] = {}
        if counted:
            counts = records_by_source(self.connection, self.head.store_id, self.version)
        rows = self.connection.execute(select(sources).order_by(sources.c.name))
        return [
            Source(
                row.number,
                row.name,
                row.agency,
                row.title,
                bool(row.deduplicated),
                row.list_version,
                row.updated,
                row.maximum_age_days,
                counts.get(row.number, 0),
                row.keeper,
                bool(row.required),
            )
            for row in rows
        ]

    def holds_any(self, source: Source) -> bool:
        """Whether a record of a source holds."""
        query = (
            select(records.c.number)
            .where(records.c.source == source.number, self.holds(records))
            .limit(1)
        )
        return self.connection.execute(query).first() is not None

    def has_lists(self) -> set[str]:
        """The sources of which a list has landed."""
        query = select(sources.c.name).where(sources.c.number.in_(select(list_versions.c.source)))
        return set(self.connection.execute(query).scalars())

    def sources_landed(self, version: int) -> list[str]:
        """The sources of which a list landed with a version, by name."""
        query = select(sources.c.name).join(
            list_versions, list_versions.c.source == sources.c.number
        )
        landed = query.where(
            list_versions.c.landed == version, list_versions.c.landed <= self.version
        )
        return sorted(set(self.connection.execute(landed).scalars()))

    def _records(self, condition: ColumnElement[bool]) -> list[StoredRecord]:
        query = select(records, sources.c.name).join(sources, sources.c.number == records.c.source)
        rows = self.connection.execute(query.where(condition).order_by(records.c.number))
        return [
            StoredRecord(
                row.number,
                record_of(row.record_id, row.name, row.kind, row.schema, row.content),
                row.hash.hex(),
                row.valid_from,
                row.valid_to,
            )
            for row in rows
        ]
