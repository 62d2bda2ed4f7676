"""Questions about entities and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, or_, select

from resolver.store.bulk_rows import (
    Numbers,
    among,
    arrays,
    columns_of,
    rows_among,
)
from resolver.store.row_types import (
    Change,
    EventKind,
    StoredEntity,
    VersionRow,
)
from resolver.store.schema import entities, events, members, records, sources, versions
from resolver.store.snapshot import Moment, cut


class EntityQuestions(Moment):
    """What `View` answers about entities."""

    def entity(self, asked: str) -> StoredEntity | None:
        """The entity of an id: its own, one that redirects to it, or that of a record it holds. A dissolved entity
        is given as it is, without records; None where the id is unknown."""
        if ("entity", asked) not in self.remembered:
            self.remembered["entity", asked] = self._entity(asked)
        found: StoredEntity | None = self.remembered["entity", asked]
        return found

    def home_of(self, asked: str) -> tuple[int, str] | None:
        """The number and the id of the entity that `entity` gives, without its records."""
        row = self._home_row(asked)
        return None if row is None else (row[0], row[1])

    def _entity(self, asked: str) -> StoredEntity | None:
        row = self._home_row(asked)
        if row is None:
            return None
        number, identity, born, retired = row[:4]
        return StoredEntity(
            number, identity, born, retired, asked, tuple(sorted(self._record_ids(number)))
        )

    def _home_row(self, asked: str) -> Any:
        row = self._entity_row("id", asked)
        if row is not None and row[2] > self.version:
            row = None
        if row is None:
            row = self._entity_of_record(asked)
        while row is not None and row[4] is not None and row[3] <= self.version:
            row = self._entity_row("number", row[4])
        return row

    def entity_ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """The id of each entity number."""
        sql = 'SELECT "number", "id" FROM "entities" WHERE "number" {among}'
        found: dict[int, str] = {}
        for part in cut(numbers):
            found.update(rows_among(self.connection, sql, part))
        return found

    def entity_rows(
        self, numbers: Sequence[int]
    ) -> dict[int, tuple[str, int, int | None, int | None]]:
        """Per entity number its id, version of birth, of retirement, and redirect."""
        sql = 'SELECT "number", "id", "born", "retired", "redirect" FROM "entities" WHERE "number" {among}'
        found: dict[int, tuple[str, int, int | None, int | None]] = {}
        for part in cut(numbers):
            found.update({row[0]: tuple(row[1:]) for row in rows_among(self.connection, sql, part)})
        return found

    def landed(self, numbers: Sequence[int]) -> dict[int, str]:
        """When some versions landed, of those up to this one."""
        return {number: row.landed for number, row in self.version_rows(numbers).items()}

    def version_rows(self, numbers: Sequence[int]) -> dict[int, VersionRow]:
        """Some landings, of those up to this one."""
        query = select(versions).where(versions.c.version <= self.version)
        found: dict[int, VersionRow] = {}
        for part in cut(numbers):
            rows = self.connection.execute(
                query.where(among(self.connection, versions.c.version, part))
            )
            found.update({row.version: VersionRow(*row) for row in rows})
        return found

    def redirects(self) -> list[tuple[str, str]]:
        """Every retired id and the id it leads to next (empty: the entity was dissolved), by retired id."""
        other = entities.alias("other")
        query = (
            select(entities.c.id, other.c.id)
            .outerjoin(other, other.c.number == entities.c.redirect)
            .where(entities.c.retired <= self.version)
            .order_by(entities.c.id)
        )
        return [(row[0], row[1] or "") for row in self.connection.execute(query)]

    def taken_ids(self, ids: Sequence[str]) -> set[str]:
        """Which of some entity ids have ever been used, with or without a suffix."""
        found: set[str] = set()
        for part in cut(ids):
            found |= set(
                self.connection.execute(
                    select(entities.c.id).where(among(self.connection, entities.c.id, part))
                ).scalars()
            )
        return found

    def members(
        self, numbers: Sequence[int], *, ever: bool = False
    ) -> tuple[Numbers, Numbers, Numbers]:
        """(record, entity, version the membership ended or -1) of some entities; with `ever` those of the past too."""
        return self._member_rows("entity", numbers, ever)

    def memberships(
        self, record_numbers: Sequence[int], *, ever: bool = False
    ) -> tuple[Numbers, Numbers, Numbers]:
        """The same, of some records."""
        return self._member_rows("record", record_numbers, ever)

    def first_entities(self, names: Collection[str] | None, limit: int) -> list[int]:
        """The numbers of the first entities that hold a record of some sources (None: of any), ascending."""
        query = select(members.c.entity).where(self.holds(members))
        if names is not None:
            chosen = select(sources.c.number).where(
                among(self.connection, sources.c.name, sorted(names))
            )
            query = query.join(records, records.c.number == members.c.record).where(
                records.c.source.in_(chosen)
            )
        query = query.group_by(members.c.entity).order_by(members.c.entity).limit(limit)
        return [int(number) for number in self.connection.execute(query).scalars()]

    def spans(self, numbers: Sequence[int]) -> list[tuple[int, int, int, int | None]]:
        """(record, entity, from, to) of every membership of some entities that began up to this version."""
        sql = 'SELECT "record", "entity", "valid_from", "valid_to" FROM "members" WHERE "entity" {among}'
        sql += ' AND "valid_from" <= ?'
        rows = [
            row
            for part in cut(numbers)
            for row in rows_among(self.connection, sql, part, self.version)
        ]
        return [
            (row[0], row[1], row[2], None if row[3] is None or row[3] > self.version else row[3])
            for row in rows
        ]

    def entity_numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """The number of each entity id that there ever was."""
        sql = 'SELECT "id", "number" FROM "entities" WHERE "id" {among} AND "born" <= ?'
        return {
            row[0]: row[1]
            for part in cut(ids)
            for row in rows_among(self.connection, sql, part, self.version)
        }

    def all_members(self) -> tuple[Numbers, Numbers]:
        """(record, entity) of every record that holds."""
        query = (
            select(members.c.record, members.c.entity)
            .where(self.holds(members))
            .order_by(members.c.record)
        )
        record, entity = arrays(self.connection, query)
        return record, entity

    def entities_changed(self, since: int) -> Numbers:
        """The numbers of the entities whose members changed after version `since`, up to this one, ascending."""
        told = and_(events.c.version > since, events.c.version <= self.version)
        born = and_(entities.c.born > since, entities.c.born <= self.version)
        one, other = arrays(self.connection, select(events.c.entity, events.c.other).where(told))
        new = arrays(self.connection, select(entities.c.number).where(born))[0]
        found = np.unique(np.concatenate([one, other, new]))
        return found[found >= 0]

    def changes(self, since: int, *, limit: int | None = None, skip: int = 0) -> list[Change]:
        """What became of entities after version `since`, up to this one, in order: the change feed. At most `limit`
        changes, after the first `skip`."""
        born = and_(entities.c.born > since, entities.c.born <= self.version)
        told = and_(events.c.version > since, events.c.version <= self.version)
        most = None if limit is None else skip + limit
        return self._changes(born, told, most)[skip:most]

    def history(self, entity_id: str) -> list[Change]:
        """The events of one entity, as itself or as the other of another."""
        number = self.connection.execute(
            select(entities.c.number).where(entities.c.id == entity_id)
        ).scalar()
        if number is None:
            return []
        told = and_(
            or_(events.c.entity == number, events.c.other == number),
            events.c.version <= self.version,
        )
        return self._changes(
            and_(entities.c.number == number, entities.c.born <= self.version), told
        )

    def versions(self, since: int = 0) -> list[VersionRow]:
        """The landings after version `since`."""
        query = select(versions).where(
            versions.c.version > since, versions.c.version <= self.version
        )
        rows = self.connection.execute(query.order_by(versions.c.version))
        return [VersionRow(row.version, row.landed, row.kind, row.who, row.counts) for row in rows]

    def _entity_row(self, column: str, value: Any) -> Any:
        sql = f'SELECT "number", "id", "born", "retired", "redirect" FROM "entities" WHERE "{column}" {{among}}'
        rows = rows_among(self.connection, sql, [value])
        return rows[0] if rows else None

    def _entity_of_record(self, record_id: str) -> Any:
        sql = 'SELECT "number", "valid_from", "valid_to" FROM "records" WHERE "record_id" {among}'
        rows = rows_among(self.connection, sql, [record_id])
        numbers = [
            row[0]
            for row in rows
            if row[1] <= self.version and (row[2] is None or row[2] > self.version)
        ]
        if not numbers:
            return None
        found = self.memberships(numbers)[1]
        return self._entity_row("number", int(found[0])) if len(found) else None

    def _record_ids(self, entity: int) -> list[str]:
        record, _, _ = self.members([entity])
        sql = 'SELECT "record_id" FROM "records" WHERE "number" {among}'
        return [row[0] for row in rows_among(self.connection, sql, record.tolist())]

    def _member_rows(
        self, column: str, numbers: Sequence[int], ever: bool
    ) -> tuple[Numbers, Numbers, Numbers]:
        sql = f'SELECT "record", "entity", "valid_to" FROM "members" WHERE "{column}" {{among}} AND "valid_from" <= ?'
        params = [self.version]
        if not ever:
            sql += ' AND ("valid_to" IS NULL OR "valid_to" > ?)'
            params.append(self.version)
        rows = [
            row for part in cut(numbers) for row in rows_among(self.connection, sql, part, *params)
        ]
        record, entity, until = columns_of(rows, 3)
        order = np.lexsort((until, entity, record))
        return record[order], entity[order], until[order]

    def _changes(
        self, born: ColumnElement[bool], told: ColumnElement[bool], most: int | None = None
    ) -> list[Change]:
        """Births and events in the order of their versions, births first; where the `most` first are wanted, at least
        these."""
        births = (
            select(entities.c.born, entities.c.id)
            .where(born)
            .order_by(entities.c.born, entities.c.number)
        )
        born_rows = self.connection.execute(births.limit(most))
        found = [(row[0], 0, Change(row[0], EventKind.BORN, row[1], "")) for row in born_rows]
        one, other = entities.alias("one"), entities.alias("other")
        query = (
            select(events.c.version, events.c.kind, one.c.id, other.c.id)
            .join(one, one.c.number == events.c.entity)
            .outerjoin(other, other.c.number == events.c.other)
            .where(told)
            .order_by(events.c.version, events.c.number)
        )
        for version, kind, entity, second in self.connection.execute(query.limit(most)):
            found.append((version, 1, Change(version, EventKind(kind), entity, second or "")))
        return [change for _, _, change in sorted(found, key=lambda item: item[:2])]
