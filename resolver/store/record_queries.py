"""Queries about records and their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, func, or_, select

from resolver.records import Batch, Handling, Kind
from resolver.records.properties import HANDLING
from resolver.records.visibility import is_visible
from resolver.store import bulk_rows
from resolver.store.link_queries import (
    Snapshot,
    newest_by_source,
    records_by_source,
    split_chunks,
)
from resolver.store.record_contents import (
    decode_batch,
    decode_handling,
    decode_record,
    erased_id,
    is_erased_id,
)
from resolver.store.schema import erasures, list_versions, records, revisions, sources

BATCH_SIZE = 100_000


@dataclass(frozen=True, slots=True)
class RecordRows:
    """n versions of records: their numbers and their batch in the same order (not canonical)."""

    numbers: bulk_rows.Numbers
    batch: Batch


class RecordQueries(Snapshot):
    """Part of `StoreView`: records and sources."""

    def record(self, record_id: str) -> bulk_rows.StoredRecord | None:
        """Return the valid version of a record, or None."""
        stored = self._records(and_(records.c.record_id == record_id, self.is_valid(records)))
        return stored[0] if stored else None

    def record_versions(self, record_id: str) -> list[bulk_rows.StoredRecord]:
        """Return all versions of a record up to this revision, the oldest first."""
        return self._records(
            and_(records.c.record_id == record_id, records.c.valid_from <= self.revision)
        )

    def records(self, numbers: Sequence[int]) -> list[bulk_rows.StoredRecord]:
        """Return versions of records by number, ascending, ended ones included."""
        return self._records(bulk_rows.is_among(self.connection, records.c.number, list(numbers)))

    def records_with_handling(self, numbers: Sequence[int]) -> list[bulk_rows.StoredRecord]:
        """Return the records with a handling code among some versions of records."""
        return self.records_stating("handling", numbers)

    def records_stating(self, column: str, numbers: Sequence[int]) -> list[bulk_rows.StoredRecord]:
        """Return the records among some versions that have a value in a column, and a few more in
        which the name of the column occurs in a text.
        """
        has_column = records.c.content.contains(f'"{column}"', autoescape=True)
        return [
            record
            for part in split_chunks(numbers)
            for record in self._records(
                and_(bulk_rows.is_among(self.connection, records.c.number, part), has_column)
            )
        ]

    def handling_of(self, numbers: Sequence[int]) -> dict[int, Handling]:
        """Return the handling of the versions of records that have a handling code."""
        sql = (
            'SELECT "number", "content" FROM "records" WHERE "number" {among} AND "content" LIKE ?'
        )
        return {
            number: handling
            for part in split_chunks(numbers)
            for number, content in bulk_rows.fetch_rows(
                self.connection, sql, part, f'%"{HANDLING}"%'
            )
            if (handling := decode_handling(content)) is not None
        }

    def all_handling(self) -> dict[int, Handling]:
        """Return the handling of all valid records that have a handling code, by number."""
        has_handling = records.c.content.contains(f'"{HANDLING}"', autoescape=True)
        query = select(records.c.number, records.c.content).where(
            has_handling, self.is_valid(records)
        )
        return {
            number: handling
            for number, content in self.connection.execute(query)
            if (handling := decode_handling(content)) is not None
        }

    def numbers_of(self, record_ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """Return (number, content hash) of each valid record."""
        sql = (
            'SELECT "record_id", "number", "hash" FROM "records" WHERE "record_id" {among} '
            'AND "valid_from" <= ? AND ("valid_to" IS NULL OR "valid_to" > ?)'
        )
        keys: dict[str, tuple[int, bytes]] = {}
        for part in split_chunks(record_ids):
            rows = bulk_rows.fetch_rows(self.connection, sql, part, self.revision, self.revision)
            keys.update({row[0]: (row[1], row[2]) for row in rows})
        return keys

    def record_numbers(self, record_ids: Sequence[str]) -> dict[str, list[int]]:
        """Return the numbers of all versions of each record, ascending."""
        query = select(records.c.record_id, records.c.number).where(
            records.c.valid_from <= self.revision
        )
        versions: dict[str, list[int]] = {}
        for part in split_chunks(record_ids):
            for row in self.connection.execute(
                query.where(bulk_rows.is_among(self.connection, records.c.record_id, part))
            ):
                versions.setdefault(row[0], []).append(row[1])
        return {record_id: sorted(numbers) for record_id, numbers in versions.items()}

    def erased_ids(self, record_ids: Sequence[str]) -> set[str]:
        """Return those ids whose records were erased, if the viewer may know it."""
        if not self.head.erasures:
            return set()
        secret = self.head.id_secret
        named = {erased_id(secret, record_id): record_id for record_id in record_ids}
        # an id that replaces an erased record's id cannot be used either
        named |= {row: row for row in record_ids if is_erased_id(row)}
        return {named[new_id] for new_id in self.known_ids(list(named))}

    def known_ids(self, record_ids: Sequence[str]) -> set[str]:
        """Return those ids of which the viewer may see a version."""
        versions = self.record_numbers(record_ids)
        handling = self.handling_of([number for rows in versions.values() for number in rows])
        return {
            record_id
            for record_id, numbers in versions.items()
            if any(is_visible(handling.get(row, Handling()), self.viewer) for row in numbers)
        }

    def erased_value_keys(self) -> frozenset[str]:
        """Return what the store keeps of the values that were erased from records that stay."""
        # `head` counts an erasure only once it has rewritten the tables
        is_erased = erasures.c.state.in_(("running", "done"))
        rows = self.connection.execute(select(erasures.c.value_keys).where(is_erased)).scalars()
        return frozenset(key for keys in rows for key in keys)

    def record_ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the record id of each number."""
        sql = 'SELECT "number", "record_id" FROM "records" WHERE "number" {among}'
        ids: dict[int, str] = {}
        for part in split_chunks(numbers):
            ids.update(bulk_rows.fetch_rows(self.connection, sql, part))
        return ids

    def records_of_sources(self, names: Sequence[str]) -> dict[str, int]:
        """Return the valid records of some sources: id → number."""
        if not names:
            return {}
        numbers = [source.number for source in self.sources() if source.name in set(names)]
        query = select(records.c.record_id, records.c.number).where(
            self.is_valid(records), records.c.source.in_(numbers)
        )
        return {row[0]: row[1] for row in self.connection.execute(query)}

    def batches(self, *, after: int = 0, include_ended: bool = False) -> Iterator[RecordRows]:
        """Iterate over valid records with numbers after `after`, in pieces, by number.

        `include_ended` adds every version that was ever valid.
        """
        source_names = {source.number: source.name for source in self.sources()}
        columns = (
            records.c.number,
            records.c.record_id,
            records.c.source,
            records.c.kind,
            records.c.schema,
        )
        for start in range(after, self.head.last_record, BATCH_SIZE):
            query = select(*columns, records.c.content).where(
                records.c.number > start,
                records.c.number <= start + BATCH_SIZE,
                records.c.valid_from <= self.revision,
            )
            if not include_ended:
                query = query.where(self.is_valid(records))
            rows = self.connection.execute(query.order_by(records.c.number)).fetchall()
            if rows:
                number, ids, source, kind, schema, content = zip(*rows, strict=True)
                batch = decode_batch(
                    ids, [source_names[code] for code in source], kind, schema, content
                )
                yield RecordRows(np.array(number, dtype=np.int64), batch)

    def count_kinds(self) -> dict[str, int]:
        """Count the valid records by label of kind; LegalEntity counts as person and group."""
        query = select(records.c.kind, func.count()).where(self.is_valid(records))
        counts = self.connection.execute(query.group_by(records.c.kind)).all()
        return {
            kind.label: sum(count for bits, count in counts if bits & int(kind))
            for kind in (Kind.PERSON, Kind.GROUP, Kind.ASSET)
        }

    def content_rows(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, int, str]]:
        """Iterate over (number, source number, kind, content) of some records."""
        sql = 'SELECT "number", "source", "kind", "content" FROM "records" WHERE "number" {among}'
        for part in split_chunks(numbers, 20_000):
            yield from bulk_rows.fetch_rows(self.connection, sql, part)

    def batches_of(self, numbers: bulk_rows.Numbers) -> Iterator[RecordRows]:
        """Iterate over versions of records by number, in pieces, ended ones included."""
        source_names = {source.number: source.name for source in self.sources()}
        c = records.c
        columns = (c.number, c.record_id, c.source, c.kind, c.schema, c.content)
        query = select(*columns).order_by(c.number)
        for part in split_chunks(numbers.tolist()):
            rows = self.connection.execute(
                query.where(bulk_rows.is_among(self.connection, records.c.number, part))
            ).fetchall()
            if rows:
                number, ids, source, kind, schema, content = zip(*rows, strict=True)
                batch = decode_batch(
                    ids, [source_names[code] for code in source], kind, schema, content
                )
                yield RecordRows(np.array(number, dtype=np.int64), batch)

    def records_ended_after(self, revision: int) -> bulk_rows.Numbers:
        """Return the numbers of records that ended after `revision`, up to this one."""
        query = select(records.c.number).where(
            records.c.valid_to > revision, records.c.valid_to <= self.revision
        )
        return bulk_rows.fetch_arrays(self.connection, query)[0]

    def sources(self, *, counted: bool = False) -> list[bulk_rows.StoredSource]:
        """Return the sources by name; `counted` adds the number of valid records."""
        if ("sources", counted) not in self.cache:
            self.cache["sources", counted] = self._sources(counted=counted)
        return list(self.cache["sources", counted])

    def source_names(self) -> list[str]:
        """Return the names of the sources, for any viewer. It reads nothing else, so the time
        hardly depends on how many sources there are.
        """
        return list(self.connection.execute(select(sources.c.name)).scalars())

    def contact_sources(self) -> list[bulk_rows.StoredSource]:
        """Return the sources that answer other agencies with a contact, whoever may know them."""
        return [
            source
            for source in self._sources(counted=False)
            if source.answers is bulk_rows.SourceAnswers.CONTACT
        ]

    def restricting_sources(self) -> list[bulk_rows.StoredSource]:
        """Return the sources that give their records a handling, for any viewer."""
        return [source for source in self._sources(counted=False) if source.least_handling]

    def _sources(self, *, counted: bool) -> list[bulk_rows.StoredSource]:
        counts: Mapping[int, int] = {}
        if counted:
            counts = records_by_source(self.connection, self.head.store_id, self.revision)
        rows = self.connection.execute(select(sources).order_by(sources.c.name))
        return [_stored_source(row, counts.get(row.number, 0)) for row in rows]

    def update_times(self, names: Sequence[str]) -> dict[str, str]:
        """Return the time of the latest update of each source that has one, for some sources."""
        sql = 'SELECT "name", "updated" FROM "sources" WHERE "name" {among}'
        rows = [
            row
            for part in split_chunks(names)
            for row in bulk_rows.fetch_rows(self.connection, sql, part)
        ]
        return {name: updated for name, updated in rows if updated}

    def has_records(self, source: bulk_rows.StoredSource) -> bool:
        """Return whether a source has a valid record."""
        query = (
            select(records.c.number)
            .where(records.c.source == source.number, self.is_valid(records))
            .limit(1)
        )
        return self.connection.execute(query).first() is not None

    def newest_versions(self, source: bulk_rows.StoredSource, limit: int) -> dict[int, int]:
        """Return the newest record versions of a source, the latest first: number → revision since
        which it is valid.
        """
        query = select(records.c.number, records.c.valid_from).where(
            records.c.source == source.number, records.c.valid_from <= self.revision
        )
        rows = self.connection.execute(query.order_by(records.c.number.desc()).limit(limit))
        return {row[0]: row[1] for row in rows}

    def newest_version_of_sources(self) -> dict[int, tuple[int, int]]:
        """Return the newest record version of each source that has records: source number →
        (number, revision since which it is valid).
        """
        newest = newest_by_source(self.connection, self.head.store_id, self.revision)
        sql = 'SELECT "source", "number", "valid_from" FROM "records" WHERE "number" {among}'
        rows = bulk_rows.fetch_rows(self.connection, sql, sorted(newest.values()))
        return {row[0]: (row[1], row[2]) for row in rows}

    def sources_with_lists(self) -> set[str]:
        """Return the names of sources of which at least one list was committed."""
        query = select(sources.c.name).where(sources.c.number.in_(select(list_versions.c.source)))
        return set(self.connection.execute(query).scalars())

    def list_labels(self, list_format: str, actor: str | None = None) -> list[tuple[str, str]]:
        """Return (name of the file, source) of the lists of a format that were committed; each pair
        occurs once, and the pair that was committed last is at the end.

        `actor`: only lists that this key or user sent.
        """
        query = (
            select(list_versions.c.label, sources.c.name)
            .join(sources, list_versions.c.source == sources.c.number)
            .where(list_versions.c.landed <= self.revision, list_versions.c.format == list_format)
            .group_by(list_versions.c.label, sources.c.name)
            .order_by(func.max(list_versions.c.number))
        )
        if actor is not None:
            query = query.join(revisions, list_versions.c.landed == revisions.c.version).where(
                revisions.c.who == actor
            )
        return [(row[0], row[1]) for row in self.connection.execute(query)]

    def sources_in_revision(self, revision: int) -> list[str]:
        """Return the names of sources of which a revision committed a list, sorted."""
        query = select(sources.c.name).join(
            list_versions, list_versions.c.source == sources.c.number
        )
        in_revision = query.where(
            list_versions.c.landed == revision, list_versions.c.landed <= self.revision
        )
        return sorted(set(self.connection.execute(in_revision).scalars()))

    def changes_accepted_after(self, acceptance: bulk_rows.Acceptance) -> bulk_rows.LaterChanges:
        """Return the changes that are committed already, but were accepted later than some lists.

        Only commits after the revision at which the lists were accepted can be such changes, so a
        wrong clock of earlier commits does no harm.
        """
        accepted = func.coalesce(revisions.c.accepted, revisions.c.landed)
        later = select(revisions.c.version).where(
            revisions.c.version > acceptance.revision,
            revisions.c.version <= self.revision,
            accepted > acceptance.time,
        )
        numbers = self.connection.execute(later).scalars().all()
        if not numbers:
            return bulk_rows.LaterChanges()
        changed = self._versions_changed_in(numbers)
        is_replaced = and_(
            bulk_rows.is_among(self.connection, list_versions.c.landed, numbers),
            list_versions.c.replaces,
        )
        query = select(sources.c.name).join(
            list_versions, list_versions.c.source == sources.c.number
        )
        replaced = self.connection.execute(query.where(is_replaced)).scalars()
        return bulk_rows.LaterChanges(frozenset(changed.values()), frozenset(replaced))

    def _versions_changed_in(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the versions of records that began or ended in some revisions: number → id."""
        is_changed = or_(
            bulk_rows.is_among(self.connection, records.c.valid_from, numbers),
            bulk_rows.is_among(self.connection, records.c.valid_to, numbers),
        )
        query = select(records.c.number, records.c.record_id).where(is_changed)
        return {row[0]: row[1] for row in self.connection.execute(query)}

    def _records(self, condition: ColumnElement[bool]) -> list[bulk_rows.StoredRecord]:
        query = select(records, sources.c.name).join(sources, sources.c.number == records.c.source)
        rows = self.connection.execute(query.where(condition).order_by(records.c.number))
        return [
            bulk_rows.StoredRecord(
                row.number,
                decode_record(row.record_id, row.name, row.kind, row.schema, row.content),
                row.hash.hex(),
                row.valid_from,
                row.valid_to,
            )
            for row in rows
        ]


def _stored_source(row: Any, count: int) -> bulk_rows.StoredSource:
    return bulk_rows.StoredSource(
        row.number,
        row.name,
        row.agency,
        row.title,
        bool(row.deduplicated),
        row.list_version,
        row.updated,
        row.maximum_age_days,
        count,
        row.keeper,
        bool(row.required),
        row.handling,
        bulk_rows.SourceAnswers(row.answers or "open"),
        row.least_query,
    )
