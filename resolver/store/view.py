"""Reading: one moment of a store, at its present version or an earlier one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from resolver.records import Batch
from resolver.records.resolution import Band, Outcome
from resolver.store.bulk import Numbers, among, arrays
from resolver.store.contents import batch_of, record_of
from resolver.store.decisions import stored_decision
from resolver.store.schema import (
    decisions,
    entities,
    events,
    links,
    list_versions,
    members,
    meta,
    records,
    sources,
    versions,
)
from resolver.store.words import (
    Change,
    Colour,
    EventKind,
    Head,
    Source,
    StoredDecision,
    StoredEntity,
    StoredLink,
    StoredRecord,
    VersionRow,
)

PIECE = 100_000


@dataclass(frozen=True, slots=True)
class RecordRows:
    """n versions of records: their numbers beside their batch (in that order, not canonical)."""

    numbers: Numbers
    batch: Batch


@dataclass(frozen=True, slots=True)
class LinkTable:
    """m links as columns, by numbers of records; see `StoredLink`."""

    left: Numbers
    right: Numbers
    logodds: Numbers
    band: Numbers
    outcome: Numbers
    colour: Numbers

    def __len__(self) -> int:
        return len(self.left)


class View:
    """A store as it was at `version`. All questions of one view see the same moment."""

    def __init__(self, connection: Connection, version: int | None = None) -> None:
        self._connection = connection
        row = connection.execute(select(meta)).one()
        self.head = Head(row.store_id, row.version, row.last_record, row.last_entity, row.plan, row.stamp, row.borders)
        self.version = row.version if version is None else min(version, row.version)

    # --- records

    def record(self, record_id: str) -> StoredRecord | None:
        """The version of a record that holds, or None."""
        found = self._records(and_(records.c.record_id == record_id, self._holds(records)))
        return found[0] if found else None

    def record_versions(self, record_id: str) -> list[StoredRecord]:
        """Every version of a record up to this moment, the oldest first."""
        return self._records(and_(records.c.record_id == record_id, records.c.valid_from <= self.version))

    def records(self, numbers: Sequence[int]) -> list[StoredRecord]:
        """Versions of records by number, ascending; those that have ended too."""
        return self._records(among(self._connection, records.c.number, list(numbers)))

    def numbers_of(self, record_ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """Of each record that holds its number and content hash."""
        query = select(records.c.record_id, records.c.number, records.c.hash).where(self._holds(records))
        found: dict[str, tuple[int, bytes]] = {}
        for part in _cut(record_ids):
            rows = self._connection.execute(query.where(among(self._connection, records.c.record_id, part)))
            found.update({row[0]: (row[1], row[2]) for row in rows})
        return found

    def ids_of(self, numbers: Sequence[int]) -> dict[int, str]:
        """The record id of each number."""
        query = select(records.c.number, records.c.record_id)
        found: dict[int, str] = {}
        for part in _cut(numbers):
            rows = self._connection.execute(query.where(among(self._connection, records.c.number, part)))
            found.update({row[0]: row[1] for row in rows})
        return found

    def of_sources(self, names: Sequence[str]) -> dict[str, int]:
        """The records that hold of some sources: id → number."""
        numbers = [source.number for source in self.sources() if source.name in set(names)]
        query = select(records.c.record_id, records.c.number).where(self._holds(records), records.c.source.in_(numbers))
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def batches(self, *, after: int = 0, ended_too: bool = False) -> Iterator[RecordRows]:
        """The records that hold, in pieces, by number, those after `after`. `ended_too`: all that ever were."""
        named = {source.number: source.name for source in self.sources()}
        columns = (records.c.number, records.c.record_id, records.c.source, records.c.kind, records.c.schema)
        for start in range(after, self.head.last_record, PIECE):
            query = select(*columns, records.c.content).where(
                records.c.number > start, records.c.number <= start + PIECE, records.c.valid_from <= self.version
            )
            if not ended_too:
                query = query.where(self._holds(records))
            rows = self._connection.execute(query.order_by(records.c.number)).fetchall()
            if rows:
                number, ids, source, kind, schema, content = zip(*rows, strict=True)
                batch = batch_of(ids, [named[one] for one in source], kind, schema, content)
                yield RecordRows(np.array(number, dtype=np.int64), batch)

    def ended_after(self, version: int) -> Numbers:
        """The numbers of records that ended after `version`, up to this one."""
        query = select(records.c.number).where(records.c.valid_to > version, records.c.valid_to <= self.version)
        return arrays(self._connection, query)[0]

    # --- entities

    def entity(self, asked: str) -> StoredEntity | None:
        """The entity of an id: its own, one that redirects to it, or that of a record it holds. A dissolved entity
        is given as it is, without records; None where the id is unknown."""
        row = self._connection.execute(
            select(entities).where(entities.c.id == asked, entities.c.born <= self.version)
        ).first()
        if row is None:
            query = select(members.c.entity).join(records, records.c.number == members.c.record)
            number = self._connection.execute(
                query.where(records.c.record_id == asked, self._holds(records), self._holds(members))
            ).scalar()
            row = None if number is None else self._entity_row(number)
        while row is not None and row.redirect is not None and row.retired <= self.version:
            row = self._entity_row(row.redirect)
        if row is None:
            return None
        held = self._members([row.number])
        return StoredEntity(row.number, row.id, row.born, row.retired, asked, tuple(sorted(one for _, one in held)))

    def entity_ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """The id of each entity number."""
        query = select(entities.c.number, entities.c.id)
        found: dict[int, str] = {}
        for part in _cut(numbers):
            rows = self._connection.execute(query.where(among(self._connection, entities.c.number, part)))
            found.update({row[0]: row[1] for row in rows})
        return found

    def entity_rows(self, numbers: Sequence[int]) -> dict[int, tuple[str, int, int | None, int | None]]:
        """Per entity number its id, version of birth, of retirement, and redirect."""
        query = select(entities)
        found = {}
        for part in _cut(numbers):
            rows = self._connection.execute(query.where(among(self._connection, entities.c.number, part)))
            found.update({row.number: (row.id, row.born, row.retired, row.redirect) for row in rows})
        return found

    def taken_ids(self, ids: Sequence[str]) -> set[str]:
        """Which of some entity ids have ever been used, with or without a suffix."""
        found: set[str] = set()
        for part in _cut(ids):
            found |= set(
                self._connection.execute(
                    select(entities.c.id).where(among(self._connection, entities.c.id, part))
                ).scalars()
            )
        return found

    def members(self, numbers: Sequence[int], *, ever: bool = False) -> tuple[Numbers, Numbers, Numbers]:
        """(record, entity, version the membership ended or -1) of some entities; with `ever` those of the past too."""
        return self._member_rows(members.c.entity, numbers, ever)

    def memberships(self, record_numbers: Sequence[int], *, ever: bool = False) -> tuple[Numbers, Numbers, Numbers]:
        """The same, of some records."""
        return self._member_rows(members.c.record, record_numbers, ever)

    def all_members(self) -> tuple[Numbers, Numbers]:
        """(record, entity) of every record that holds."""
        query = select(members.c.record, members.c.entity).where(self._holds(members)).order_by(members.c.record)
        record, entity = arrays(self._connection, query)
        return record, entity

    # --- links and decisions

    def links_of(self, numbers: Sequence[int]) -> LinkTable:
        """The links of some records, whoever is at the other end; each once."""
        parts = []
        for part in _cut(numbers):
            for side in (links.c.left, links.c.right):
                parts.append(
                    arrays(self._connection, _LINKS.where(self._holds(links), among(self._connection, side, part)))
                )
        return _link_table(parts)

    def all_links(self) -> LinkTable:
        """Every link, sorted by the numbers of its records."""
        return _link_table([arrays(self._connection, _LINKS.where(self._holds(links)))])

    def link(self, left_id: str, right_id: str) -> StoredLink | None:
        """The link of two records in either order, or None."""
        found = self._links(or_(_pair(left_id, right_id), _pair(right_id, left_id)))
        return found[0] if found else None

    def links_of_record(self, record_id: str) -> list[StoredLink]:
        """The links of one record."""
        return self._links(or_(_LEFT.c.record_id == record_id, _RIGHT.c.record_id == record_id))

    def queue(self, *, limit: int = 100, offset: int = 0) -> list[StoredLink]:
        """Links that wait for a steward, the likeliest first, ties by record ids."""
        return self._links(links.c.outcome == int(Outcome.QUEUED), limit=limit, offset=offset)

    def queue_length(self) -> int:
        """How many links wait for a steward."""
        query = select(func.count()).select_from(links)
        held = query.where(links.c.outcome == int(Outcome.QUEUED), self._holds(links))
        return int(self._connection.execute(held).scalar_one())

    def decisions(self, record_ids: Sequence[str] | None = None) -> list[StoredDecision]:
        """The log in the order it was written; only decisions on some records where these are given."""
        query = select(decisions).where(decisions.c.landed <= self.version).order_by(decisions.c.number)
        if record_ids is None:
            return [stored_decision(row) for row in self._connection.execute(query)]
        found: dict[int, StoredDecision] = {}
        for part in _cut(record_ids):
            for side in (decisions.c.left_id, decisions.c.right_id):
                rows = self._connection.execute(query.where(among(self._connection, side, part)))
                found.update({row.number: stored_decision(row) for row in rows})
        return [found[number] for number in sorted(found)]

    # --- history

    def changes(self, since: int, *, limit: int | None = None) -> list[Change]:
        """What became of entities after version `since`, up to this one, in order: the change feed. With a `limit`
        whole versions are given, at least one."""
        return self._changes(events.c.version > since, limit)

    def history(self, entity_id: str) -> list[Change]:
        """The events of one entity, as itself or as the other of another."""
        number = self._connection.execute(select(entities.c.number).where(entities.c.id == entity_id)).scalar()
        if number is None:
            return []
        return self._changes(or_(events.c.entity == number, events.c.other == number), None)

    def versions(self, since: int = 0) -> list[VersionRow]:
        """The landings after version `since`."""
        query = select(versions).where(versions.c.version > since, versions.c.version <= self.version)
        rows = self._connection.execute(query.order_by(versions.c.version))
        return [VersionRow(row.version, row.landed, row.kind, row.who, row.counts) for row in rows]

    def sources(self, *, counted: bool = False) -> list[Source]:
        """The sources, by name; `counted` with the number of records that hold."""
        counts: Mapping[int, int] = {}
        if counted:
            query = select(records.c.source, func.count()).where(self._holds(records)).group_by(records.c.source)
            counts = {row[0]: row[1] for row in self._connection.execute(query)}
        rows = self._connection.execute(select(sources).order_by(sources.c.name))
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
            )
            for row in rows
        ]

    def has_lists(self) -> set[str]:
        """The sources of which a list has landed."""
        query = select(sources.c.name).where(sources.c.number.in_(select(list_versions.c.source)))
        return set(self._connection.execute(query).scalars())

    # --- inside

    def _holds(self, table: Any) -> ColumnElement[bool]:
        until = table.c.valid_to
        return and_(table.c.valid_from <= self.version, or_(until.is_(None), until > self.version))

    def _records(self, condition: ColumnElement[bool]) -> list[StoredRecord]:
        query = select(records, sources.c.name).join(sources, sources.c.number == records.c.source)
        rows = self._connection.execute(query.where(condition).order_by(records.c.number))
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

    def _entity_row(self, number: int) -> Any:
        return self._connection.execute(select(entities).where(entities.c.number == number)).one()

    def _members(self, numbers: Sequence[int]) -> list[tuple[int, str]]:
        query = select(members.c.entity, records.c.record_id).join(records, records.c.number == members.c.record)
        rows = self._connection.execute(query.where(members.c.entity.in_(numbers), self._holds(members)))
        return [(row[0], row[1]) for row in rows]

    def _member_rows(self, column: Any, numbers: Sequence[int], ever: bool) -> tuple[Numbers, Numbers, Numbers]:
        query = select(members.c.record, members.c.entity, members.c.valid_to)
        condition = members.c.valid_from <= self.version if ever else self._holds(members)
        parts = [
            arrays(self._connection, query.where(condition, among(self._connection, column, part)))
            for part in _cut(numbers)
        ]
        record, entity, until = (np.concatenate([part[place] for part in parts]) for place in range(3))
        order = np.lexsort((until, entity, record))
        return record[order], entity[order], until[order]

    def _links(self, condition: ColumnElement[bool], *, limit: int | None = None, offset: int = 0) -> list[StoredLink]:
        query = (
            select(_LEFT.c.record_id.label("left_id"), _RIGHT.c.record_id.label("right_id"), links)
            .join(_LEFT, _LEFT.c.number == links.c.left)
            .join(_RIGHT, _RIGHT.c.number == links.c.right)
            .where(condition, self._holds(links), links.c.band > 0)
            .order_by(links.c.score.desc(), _LEFT.c.record_id, _RIGHT.c.record_id)
        )
        rows = self._connection.execute(query.limit(limit).offset(offset) if limit is not None else query)
        return [
            StoredLink(
                row.left_id,
                row.right_id,
                row.logodds,
                row.score,
                Band(row.band),
                Outcome(row.outcome),
                Colour(row.colour),
                row.valid_from,
            )
            for row in rows
        ]

    def _changes(self, condition: ColumnElement[bool], limit: int | None) -> list[Change]:
        one, other = entities.alias("one"), entities.alias("other")
        query = (
            select(events.c.version, events.c.kind, one.c.id, other.c.id)
            .join(one, one.c.number == events.c.entity)
            .outerjoin(other, other.c.number == events.c.other)
            .where(condition, events.c.version <= self.version)
            .order_by(events.c.number)
        )
        found: list[Change] = []
        for version, kind, entity, second in self._connection.execute(query):
            if limit is not None and len(found) >= limit and version != found[-1].version:
                break
            found.append(Change(version, EventKind(kind), entity, second or ""))
        return found


_LEFT, _RIGHT = records.alias("left_record"), records.alias("right_record")
_LINKS: Select[Any] = select(
    links.c.left, links.c.right, links.c.logodds, links.c.band, links.c.outcome, links.c.colour
)


def _pair(left_id: str, right_id: str) -> ColumnElement[bool]:
    return and_(_LEFT.c.record_id == left_id, _RIGHT.c.record_id == right_id)


def _link_table(parts: Iterable[Sequence[Numbers]]) -> LinkTable:
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] or [np.zeros(0, dtype=np.int64)] * 6
    order = np.lexsort((columns[1], columns[0]))
    columns = [column[order] for column in columns]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (columns[0][1:] != columns[0][:-1]) | (columns[1][1:] != columns[1][:-1])
    return LinkTable(*(column[first] for column in columns))


def _cut(values: Sequence[Any], size: int = 100_000) -> Iterator[list[Any]]:
    """Values in pieces, at least one of them, empty or not."""
    plain = [value.item() if isinstance(value, np.integer) else value for value in values]
    for start in range(0, max(len(plain), 1), size):
        yield plain[start : start + size]
