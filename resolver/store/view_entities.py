"""Questions about entities and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, func, or_, select

from resolver.store.bulk import Numbers, among, arrays
from resolver.store.moment import Moment, cut
from resolver.store.schema import entities, events, members, records, versions
from resolver.store.words import Change, EventKind, StoredEntity, VersionRow


class EntityQuestions(Moment):
    """What `View` answers about entities."""

    def entity(self, asked: str) -> StoredEntity | None:
        """The entity of an id: its own, one that redirects to it, or that of a record it holds. A dissolved entity
        is given as it is, without records; None where the id is unknown."""
        row = self.connection.execute(
            select(entities).where(entities.c.id == asked, entities.c.born <= self.version)
        ).first()
        if row is None:
            query = select(members.c.entity).join(records, records.c.number == members.c.record)
            number = self.connection.execute(
                query.where(records.c.record_id == asked, self.holds(records), self.holds(members))
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
        for part in cut(numbers):
            rows = self.connection.execute(query.where(among(self.connection, entities.c.number, part)))
            found.update({row[0]: row[1] for row in rows})
        return found

    def entity_rows(self, numbers: Sequence[int]) -> dict[int, tuple[str, int, int | None, int | None]]:
        """Per entity number its id, version of birth, of retirement, and redirect."""
        query = select(entities)
        found = {}
        for part in cut(numbers):
            rows = self.connection.execute(query.where(among(self.connection, entities.c.number, part)))
            found.update({row.number: (row.id, row.born, row.retired, row.redirect) for row in rows})
        return found

    def landed(self, numbers: Sequence[int]) -> dict[int, str]:
        """When some versions landed, of those up to this one."""
        return {number: row.landed for number, row in self.version_rows(numbers).items()}

    def version_rows(self, numbers: Sequence[int]) -> dict[int, VersionRow]:
        """Some landings, of those up to this one."""
        query = select(versions).where(versions.c.version <= self.version)
        found: dict[int, VersionRow] = {}
        for part in cut(numbers):
            rows = self.connection.execute(query.where(among(self.connection, versions.c.version, part)))
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

    def members(self, numbers: Sequence[int], *, ever: bool = False) -> tuple[Numbers, Numbers, Numbers]:
        """(record, entity, version the membership ended or -1) of some entities; with `ever` those of the past too."""
        return self._member_rows(members.c.entity, numbers, ever)

    def memberships(self, record_numbers: Sequence[int], *, ever: bool = False) -> tuple[Numbers, Numbers, Numbers]:
        """The same, of some records."""
        return self._member_rows(members.c.record, record_numbers, ever)

    def all_members(self) -> tuple[Numbers, Numbers]:
        """(record, entity) of every record that holds."""
        query = select(members.c.record, members.c.entity).where(self.holds(members)).order_by(members.c.record)
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

    def changes(self, since: int, *, limit: int | None = None) -> list[Change]:
        """What became of entities after version `since`, up to this one, in order: the change feed. With a `limit`
        whole versions are given, at least one, and no more once there are so many."""
        until = self.version if limit is None else self._version_of(since, limit)
        born = and_(entities.c.born > since, entities.c.born <= until)
        return self._changes(born, and_(events.c.version > since, events.c.version <= until))

    def history(self, entity_id: str) -> list[Change]:
        """The events of one entity, as itself or as the other of another."""
        number = self.connection.execute(select(entities.c.number).where(entities.c.id == entity_id)).scalar()
        if number is None:
            return []
        told = and_(or_(events.c.entity == number, events.c.other == number), events.c.version <= self.version)
        return self._changes(and_(entities.c.number == number, entities.c.born <= self.version), told)

    def versions(self, since: int = 0) -> list[VersionRow]:
        """The landings after version `since`."""
        query = select(versions).where(versions.c.version > since, versions.c.version <= self.version)
        rows = self.connection.execute(query.order_by(versions.c.version))
        return [VersionRow(row.version, row.landed, row.kind, row.who, row.counts) for row in rows]

    def _entity_row(self, number: int) -> Any:
        return self.connection.execute(select(entities).where(entities.c.number == number)).one()

    def _members(self, numbers: Sequence[int]) -> list[tuple[int, str]]:
        query = select(members.c.entity, records.c.record_id).join(records, records.c.number == members.c.record)
        rows = self.connection.execute(query.where(members.c.entity.in_(numbers), self.holds(members)))
        return [(row[0], row[1]) for row in rows]

    def _member_rows(self, column: Any, numbers: Sequence[int], ever: bool) -> tuple[Numbers, Numbers, Numbers]:
        query = select(members.c.record, members.c.entity, members.c.valid_to)
        condition = members.c.valid_from <= self.version if ever else self.holds(members)
        parts = [
            arrays(self.connection, query.where(condition, among(self.connection, column, part)))
            for part in cut(numbers)
        ]
        record, entity, until = (np.concatenate([part[place] for part in parts]) for place in range(3))
        order = np.lexsort((until, entity, record))
        return record[order], entity[order], until[order]

    def _version_of(self, since: int, limit: int) -> int:
        """The version by which `limit` changes are reached after `since`."""
        counts: dict[int, int] = {}
        for column in (entities.c.born, events.c.version):
            query = select(column.label("at"), func.count().label("many")).where(column > since).group_by(column)
            for row in self.connection.execute(query):
                counts[row[0]] = counts.get(row[0], 0) + int(row[1])
        total = 0
        for at in sorted(counts):
            total += counts[at]
            if total >= limit or at >= self.version:
                return min(at, int(self.version))
        return int(self.version)

    def _changes(self, born: ColumnElement[bool], told: ColumnElement[bool]) -> list[Change]:
        births = select(entities.c.born, entities.c.id).where(born).order_by(entities.c.number)
        found = [(row[0], 0, Change(row[0], EventKind.BORN, row[1], "")) for row in self.connection.execute(births)]
        one, other = entities.alias("one"), entities.alias("other")
        query = (
            select(events.c.version, events.c.kind, one.c.id, other.c.id)
            .join(one, one.c.number == events.c.entity)
            .outerjoin(other, other.c.number == events.c.other)
            .where(told)
            .order_by(events.c.number)
        )
        for version, kind, entity, second in self.connection.execute(query):
            found.append((version, 1, Change(version, EventKind(kind), entity, second or "")))
        return [change for _, _, change in sorted(found, key=lambda item: item[:2])]
