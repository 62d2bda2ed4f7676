"""Read access to the entities of a store, at its current revision or at an earlier one.

`StoreView` at the end of the module is the class that the rest of the program uses. It joins
four groups of queries, which all read the same revision:

- `EntityQueries`: entities by id, their members, their ids for a viewer, the change feed and the
  list of revisions;
- `PopulationQueries`: the population for which the prior and term frequencies are computed;
- `RecordQueries` and `LinkQueries`, which have modules of their own.

An entity of restricted records only is stored under an internal id, which nobody is shown. The
viewer knows such an entity by the id of its eldest restricted record that the viewer may see.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from resolver.errors import StoreError
from resolver.records import Handling
from resolver.records.prepared.population import Population
from resolver.records.visibility import is_visible
from resolver.store.bulk_rows import (
    EntityEvent,
    EventKind,
    Numbers,
    RevisionRow,
    StoredEntity,
    fetch_arrays,
    fetch_rows,
    int_columns,
    is_among,
)
from resolver.store.link_queries import LinkQueries, LinkTable, Snapshot, split_chunks
from resolver.store.record_contents import (
    INTERNAL_PREFIX,
    RestrictedId,
    decode_handling,
    eldest_id,
    erased_id,
    keyed_id,
)
from resolver.store.record_queries import RecordQueries, RecordRows
from resolver.store.schema import (
    decisions,
    entities,
    events,
    links,
    members,
    populations,
    restricted_ids,
    revisions,
)

_ENTITY_ROWS = 'SELECT "number", "id", "born", "retired", "redirect" FROM "entities"'


def read_restricted_ids(
    connection: Connection, record_ids: Sequence[str]
) -> dict[str, RestrictedId]:
    """Return the restricted id of each record that is or was restricted, by record id."""
    sql = 'SELECT "first", "record_id", "id" FROM "restricted_ids" WHERE "record_id" {among}'
    return {
        row[1]: RestrictedId(*row)
        for part in split_chunks(record_ids)
        for row in fetch_rows(connection, sql, part)
    }


def new_restricted_ids(connection: Connection, secret: str, record_ids: Sequence[str]) -> list[str]:
    """Return the restricted ids of records that become restricted for the first time."""
    new_ids = {record_id: erased_id(secret, record_id) for record_id in record_ids}
    erased = read_restricted_ids(connection, list(new_ids.values()))
    return [
        keyed_id(secret, new_id if new_id in erased else record_id)
        for record_id, new_id in new_ids.items()
    ]


class EntityQueries(RecordQueries):
    """Part of `StoreView`: entities, memberships and events."""

    def entity(self, requested_id: str) -> StoredEntity | None:
        """Return an entity by its id, by a retired id that redirects to it, or by the id of a
        member.

        A dissolved entity is returned without records. None if the id is unknown.
        """
        if ("entity", requested_id) not in self.cache:
            self.cache["entity", requested_id] = self._entity(requested_id)
        stored: StoredEntity | None = self.cache["entity", requested_id]
        return stored

    def entity_key(self, requested_id: str) -> tuple[int, str] | None:
        """Return the number and id of the entity that `entity` would return, without reading its
        records.
        """
        row = self._home_row(requested_id)
        if row is None:
            stored = self._entity_of_restricted_id(requested_id)
            return None if stored is None else (stored.number, stored.id)
        return row[0], self.entity_ids([row[0]])[row[0]]

    def _entity(self, requested_id: str) -> StoredEntity | None:
        row = self._home_row(requested_id)
        if row is None:
            return self._entity_of_restricted_id(requested_id)
        number, _, born, retired = row[:4]
        return StoredEntity(
            number,
            self.entity_ids([number])[number],
            born,
            retired,
            requested_id,
            tuple(sorted(self._record_ids(number))),
        )

    def _home_row(self, requested_id: str) -> Any:
        # nobody is shown an internal id, so nobody may ask by one
        is_internal = requested_id.startswith(INTERNAL_PREFIX)
        row = None if is_internal else self._entity_row("id", requested_id)
        if row is not None and row[2] > self.revision:
            row = None
        if row is None:
            row = self._entity_of_record(requested_id)
        while row is not None and row[4] is not None and row[3] <= self.revision:
            row = self._entity_row("number", row[4])
        return row

    def entity_ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the id of each entity number, as the viewer knows it."""
        ids = self.internal_ids(numbers)
        restricted = [number for number, row in ids.items() if row.startswith(INTERNAL_PREFIX)]
        return {**ids, **self._name_restricted(restricted)} if restricted else ids

    def internal_ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the stored id of each entity number.

        The stored id of an entity of restricted records only is internal: show it to nobody.
        """
        sql = 'SELECT "number", "id" FROM "entities" WHERE "number" {among}'
        ids: dict[int, str] = {}
        for part in split_chunks(numbers):
            ids.update(fetch_rows(self.connection, sql, part))
        return ids

    def _name_restricted(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the id that the viewer knows for each entity of restricted records.

        This is the id of the eldest visible record of the entity, or of the records that it had
        last. An entity without a visible record is missing from the result.
        """
        spans: dict[int, list[tuple[int, int | None]]] = {}
        records_of: set[int] = set()
        for record, entity, _, until in self.visible_spans(numbers):
            spans.setdefault(entity, []).append((record, until))
            records_of.add(record)
        record_ids = self.record_ids(sorted(records_of))
        restricted = self.restricted_ids(sorted(set(record_ids.values())))
        names: dict[int, str] = {}
        for entity, ends in spans.items():
            last = max((until is None, until or 0) for _, until in ends)
            present = [
                record_ids[row] for row, until in ends if (until is None, until or 0) == last
            ]
            name = eldest_id(present, restricted)
            if name is not None:
                names[entity] = name
        return names

    def visible_spans(self, numbers: Sequence[int]) -> list[tuple[int, int, int, int | None]]:
        """Return the rows of `membership_spans` whose records the viewer may see."""
        spans = self.membership_spans(numbers)
        handling = self.handling_of(sorted({span[0] for span in spans}))
        hidden = {row for row, stated in handling.items() if not is_visible(stated, self.viewer)}
        return [span for span in spans if span[0] not in hidden]

    def restricted_ids(
        self, record_ids: Sequence[str], *, with_new: bool = False
    ) -> dict[str, RestrictedId]:
        """Return the restricted id of each record that is or was restricted, by record id.

        `with_new` adds, for all other records, the id that they would get with the next commit.
        """
        ids = read_restricted_ids(self.connection, record_ids)
        if with_new:
            revision, fresh = self.revision + 1, sorted(set(record_ids) - ids.keys())
            names = new_restricted_ids(self.connection, self.head.id_secret, fresh)
            for record_id, name in zip(fresh, names, strict=True):
                ids[record_id] = RestrictedId(revision, record_id, name)
        return ids

    def restricted_name(self, record_ids: Sequence[str]) -> str:
        """Return the id of an entity that consists of these restricted records.

        The records may be new: they need not be in the store yet.
        """
        return min(self.restricted_ids(record_ids, with_new=True).values()).id

    def _restricted_homes(self, requested_id: str) -> list[tuple[int, int | None]]:
        """Return the entities that the record of a restricted id is or was in, the latest last.

        Each comes with the revision at which the record left it (None: the record is still in
        it). The list is empty if the viewer can never have known an entity by that id.
        """
        sql = 'SELECT "record_id" FROM "restricted_ids" WHERE "id" {among}'
        rows = fetch_rows(self.connection, sql, [requested_id])
        if not rows:
            return []
        numbers = self.record_numbers([rows[0][0]]).get(rows[0][0], [])
        handling = self.handling_of(numbers)
        shown = [
            number
            for number in numbers
            if is_visible(handling.get(number, Handling()), self.viewer)
        ]
        if not shown:
            return []
        _, entity, until = self.memberships(shown, include_ended=True)
        ids = self.internal_ids(sorted(set(entity.tolist())))
        if not any(row.startswith(INTERNAL_PREFIX) for row in ids.values()):
            return []
        homes = [
            (owner, None if end < 0 or end > self.revision else end)
            for owner, end in zip(entity.tolist(), until.tolist(), strict=True)
        ]
        return sorted(homes, key=lambda home: (home[1] is None, home[1] or 0))

    def _entity_of_restricted_id(self, requested_id: str) -> StoredEntity | None:
        """Return the entity that the viewer knows by the id of a restricted record.

        If the record was withdrawn, the records that were last in one entity with it decide. The
        entity is the one that now has the eldest visible record among these. Without such a record
        the entity is dissolved. None for an unknown id.
        """
        homes = self._restricted_homes(requested_id)
        if not homes:
            return None
        number, end = homes[-1]
        if end is not None:
            companions = [
                record
                for record, _, since, until in self.visible_spans([number])
                if since < end and (until is None or until >= end)
            ]
            ids = sorted(set(self.record_ids(companions).values()))
            current = {row: number for row, (number, _) in self.numbers_of(ids).items()}
            handling = self.handling_of(sorted(current.values()))
            current = {
                row: version
                for row, version in current.items()
                if is_visible(handling.get(version, Handling()), self.viewer)
            }
            left = [
                row for row in sorted(self.restricted_ids(ids).values()) if row.record_id in current
            ]
            if not left:
                born = self.entity_rows([number])[number][1]
                return StoredEntity(number, requested_id, born, end, requested_id, ())
            _, owners, _ = self.memberships([current[left[0].record_id]])
            number = int(owners[0])
        row = self.entity_rows([number])[number]
        return StoredEntity(
            number,
            self.entity_ids([number])[number],
            row[1],
            row[2],
            requested_id,
            tuple(sorted(self._record_ids(number))),
        )

    def entity_rows(
        self, numbers: Sequence[int]
    ) -> dict[int, tuple[str, int, int | None, int | None]]:
        """Return (id, revision of birth, revision of retirement, redirect) by entity number."""
        sql = f'{_ENTITY_ROWS} WHERE "number" {{among}}'
        rows: dict[int, tuple[str, int, int | None, int | None]] = {}
        for part in split_chunks(numbers):
            rows.update({row[0]: tuple(row[1:]) for row in fetch_rows(self.connection, sql, part)})
        return rows

    def last_returns(self, numbers: Sequence[int]) -> dict[int, int]:
        """Return the revision at which the id of an entity last returned, for those of some
        entities (by number) whose id ever did.
        """
        query = (
            select(events.c.entity, func.max(events.c.version))
            .where(events.c.kind == EventKind.REVIVED, events.c.version <= self.revision)
            .group_by(events.c.entity)
        )
        returns: dict[int, int] = {}
        for part in split_chunks(numbers):
            rows = self.connection.execute(query.where(events.c.entity.in_(part)))
            returns.update((entity, version) for entity, version in rows)
        return returns

    def commit_times(self, numbers: Sequence[int]) -> dict[int, str]:
        """Return the time of commit of some revisions, up to this one."""
        sql = (
            'SELECT "version", "landed" FROM "versions" WHERE "version" {among} AND "version" <= ?'
        )
        times: dict[int, str] = {}
        for part in split_chunks(numbers):
            times.update(fetch_rows(self.connection, sql, part, self.revision))
        return times

    def revision_rows(self, numbers: Sequence[int]) -> dict[int, RevisionRow]:
        """Return some revisions by number, up to this one."""
        query = select(revisions).where(revisions.c.version <= self.revision)
        rows_by_number: dict[int, RevisionRow] = {}
        for part in split_chunks(numbers):
            rows = self.connection.execute(
                query.where(is_among(self.connection, revisions.c.version, part))
            )
            rows_by_number.update({row.version: _revision_row(row) for row in rows})
        return rows_by_number

    def redirects(self, of: Sequence[str] | None = None) -> list[tuple[str, str]]:
        """Return (retired id, id it redirects to; empty if dissolved), sorted by retired id, for
        some ids (None: all).
        """
        other = entities.alias("other")
        query = (
            select(entities.c.id, other.c.number, other.c.id)
            .outerjoin(other, other.c.number == entities.c.redirect)
            .where(entities.c.retired <= self.revision)
            .where(~entities.c.id.startswith(INTERNAL_PREFIX))
            .order_by(entities.c.id)
        )
        if of is not None:
            query = query.where(is_among(self.connection, entities.c.id, of))
        rows = [tuple(row) for row in self.connection.execute(query)]
        restricted = [row[1] for row in rows if (row[2] or "").startswith(INTERNAL_PREFIX)]
        names = self.entity_ids(restricted) if restricted else {}
        return [(row[0], names.get(row[1], row[2] or "")) for row in rows]

    def used_ids(self, ids: Sequence[str]) -> set[str]:
        """Return the ids, among those given, of entities that exist or have ever existed."""
        used: set[str] = set()
        for part in split_chunks(ids):
            used |= set(
                self.connection.execute(
                    select(entities.c.id).where(is_among(self.connection, entities.c.id, part))
                ).scalars()
            )
        return used

    def members(
        self, numbers: Sequence[int], *, include_ended: bool = False
    ) -> tuple[Numbers, Numbers, Numbers]:
        """Return the members of some entities as (record, entity, revision of the end or -1).

        `include_ended` adds memberships of the past.
        """
        return self._member_rows("entity", numbers, include_ended)

    def memberships(
        self, record_numbers: Sequence[int], *, include_ended: bool = False
    ) -> tuple[Numbers, Numbers, Numbers]:
        """Return the memberships of some records, as `members` does."""
        return self._member_rows("record", record_numbers, include_ended)

    def membership_spans(self, numbers: Sequence[int]) -> list[tuple[int, int, int, int | None]]:
        """Return (record, entity, from, to) of every membership of some entities up to this
        revision.
        """
        sql = (
            'SELECT "record", "entity", "valid_from", "valid_to" FROM "members" '
            'WHERE "entity" {among} AND "valid_from" <= ?'
        )
        rows = [
            row
            for part in split_chunks(numbers)
            for row in fetch_rows(self.connection, sql, part, self.revision)
        ]
        return [
            (row[0], row[1], row[2], None if row[3] is None or row[3] > self.revision else row[3])
            for row in rows
        ]

    def entity_numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the number of each entity id that exists or has existed.

        The id of a restricted record stands for the latest entity of the record.
        """
        sql = 'SELECT "id", "number" FROM "entities" WHERE "id" {among} AND "born" <= ?'
        numbers = {
            row[0]: row[1]
            for part in split_chunks(ids)
            for row in fetch_rows(self.connection, sql, part, self.revision)
        }
        for entity_id in set(ids) - numbers.keys():
            if homes := self._restricted_homes(entity_id):
                numbers[entity_id] = homes[-1][0]
        return numbers

    def all_members(self) -> tuple[Numbers, Numbers]:
        """Return (record, entity) of every valid record."""
        query = (
            select(members.c.record, members.c.entity)
            .where(self.is_valid(members))
            .order_by(members.c.record)
        )
        record, entity = fetch_arrays(self.connection, query)
        return record, entity

    def changed_entities(self, since: int) -> Numbers:
        """Return the numbers of entities with changed members since a revision, ascending."""
        is_new_event = and_(events.c.version > since, events.c.version <= self.revision)
        is_new = and_(entities.c.born > since, entities.c.born <= self.revision)
        subjects, objects = fetch_arrays(
            self.connection, select(events.c.entity, events.c.other).where(is_new_event)
        )
        created = fetch_arrays(self.connection, select(entities.c.number).where(is_new))[0]
        numbers = np.unique(np.concatenate([subjects, objects, created]))
        return numbers[numbers >= 0]

    def entities_changed_after(self, since: int) -> Numbers:
        """Return the numbers of entities with changed members, links or decisions since a revision,
        ascending.
        """
        is_changed, is_moved = (
            or_(
                and_(table.c.valid_from > since, table.c.valid_from <= self.revision),
                and_(table.c.valid_to > since, table.c.valid_to <= self.revision),
            )
            for table in (links, members)
        )
        left, right = fetch_arrays(
            self.connection, select(links.c.left, links.c.right).where(is_changed)
        )
        (changed,) = fetch_arrays(self.connection, select(members.c.entity).where(is_moved))
        decided = self.connection.execute(
            select(decisions.c.left_id, decisions.c.right_id).where(
                decisions.c.landed > since, decisions.c.landed <= self.revision
            )
        )
        ids = sorted({record_id for row in decided for record_id in row})
        named = [number for numbers in self.record_numbers(ids).values() for number in numbers]
        records = np.unique(np.concatenate([left, right, np.array(named, dtype=np.int64)]))
        _, holders, _ = self.memberships(records.tolist(), include_ended=True)
        return np.union1d(holders, changed)

    def has_restricted_ids(self) -> bool:
        """Return whether a record is or was hidden from some identified viewer."""
        return self.connection.execute(select(restricted_ids.c.id).limit(1)).first() is not None

    def changes(self, since: int, *, limit: int | None = None, skip: int = 0) -> list[EntityEvent]:
        """Return the change feed: events after revision `since`, up to this one, in order.

        At most `limit` events, after the first `skip`.
        """
        is_new = and_(entities.c.born > since, entities.c.born <= self.revision)
        is_new_event = and_(events.c.version > since, events.c.version <= self.revision)
        stop = None if limit is None else skip + limit
        return self._changes(is_new, is_new_event, stop)[skip:stop]

    def history(self, entity_id: str) -> list[EntityEvent]:
        """Return the events that concern one entity, as the subject or as the other entity.

        The id of a restricted record stands for all entities that the record was in. Events name
        entities by their internal ids.
        """
        numbers = self.numbers_behind([entity_id])
        if not numbers:
            return []
        concerns_entity = and_(
            or_(events.c.entity.in_(numbers), events.c.other.in_(numbers)),
            events.c.version <= self.revision,
        )
        return self._changes(
            and_(entities.c.number.in_(numbers), entities.c.born <= self.revision), concerns_entity
        )

    def numbers_behind(self, ids: Sequence[str]) -> list[int]:
        """Return the numbers of all entities that some ids stand or stood for, ascending."""
        sql = 'SELECT "number", "id" FROM "entities" WHERE "id" {among}'
        rows = [row for part in split_chunks(ids) for row in fetch_rows(self.connection, sql, part)]
        numbers = {row[0] for row in rows}
        for entity_id in set(ids) - {row[1] for row in rows}:
            numbers.update(owner for owner, _ in self._restricted_homes(entity_id))
        return sorted(numbers)

    def changes_of(self, ids: Sequence[str]) -> list[EntityEvent]:
        """Return the births of some entities, and the events whose subject they are.

        Events name the entities by their internal ids and leave out the other entity involved.
        """
        birth_sql = (
            'SELECT "number", "id", "born" FROM "entities" WHERE "number" {among} AND "born" <= ?'
        )
        event_sql = (
            'SELECT "entity", "version", "kind" FROM "events" '
            'WHERE "entity" {among} AND "version" <= ?'
        )
        changes: list[EntityEvent] = []
        for part in split_chunks(self.numbers_behind(ids)):
            births = fetch_rows(self.connection, birth_sql, part, self.revision)
            id_of = {row[0]: row[1] for row in births}
            changes += [EntityEvent(row[2], EventKind.BORN, row[1], "") for row in births]
            changes += [
                EntityEvent(row[1], EventKind(row[2]), id_of[row[0]], "")
                for row in fetch_rows(self.connection, event_sql, list(id_of), self.revision)
            ]
        return changes

    def change_revisions(self, numbers: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return the revisions of the birth and of the last event of some entities, by number."""
        birth_sql = 'SELECT "number", "born" FROM "entities" WHERE "number" {among} AND "born" <= ?'
        event_sql = (
            'SELECT "entity", MAX("version") FROM "events" '
            'WHERE "entity" {among} AND "version" <= ? GROUP BY "entity"'
        )
        spans: dict[int, tuple[int, int]] = {}
        for part in split_chunks(numbers):
            born = dict(fetch_rows(self.connection, birth_sql, part, self.revision))
            last = dict(fetch_rows(self.connection, event_sql, part, self.revision))
            spans.update({row: (born[row], last.get(row, born[row])) for row in born})
        return spans

    def revisions(self, since: int = 0) -> list[RevisionRow]:
        """Return the revisions after `since`."""
        query = select(revisions).where(
            revisions.c.version > since, revisions.c.version <= self.revision
        )
        rows = self.connection.execute(query.order_by(revisions.c.version))
        return [_revision_row(row) for row in rows]

    def revision_at(self, time: str) -> int:
        """Return the last revision that was committed up to a time; 0 if there is none.

        `time` is an ISO timestamp, as the store writes it.
        """
        query = select(func.max(revisions.c.version)).where(
            revisions.c.landed <= time, revisions.c.version <= self.revision
        )
        return int(self.connection.execute(query).scalar() or 0)

    def _entity_row(self, column: str, value: Any) -> Any:
        sql = f'{_ENTITY_ROWS} WHERE "{column}" {{among}}'
        rows = fetch_rows(self.connection, sql, [value])
        return rows[0] if rows else None

    def _entity_of_record(self, record_id: str) -> Any:
        """Return the row of the entity that has a record now. A record that the viewer may not see
        is treated as unknown in the same time, so the time reveals nothing.
        """
        sql = (
            'SELECT "number", "valid_from", "valid_to", "content" FROM "records" '
            'WHERE "record_id" {among}'
        )
        rows = fetch_rows(self.connection, sql, [record_id])
        numbers = [
            row[0]
            for row in rows
            if row[1] <= self.revision
            and (row[2] is None or row[2] > self.revision)
            and is_visible(decode_handling(row[3]) or Handling(), self.viewer)
        ]
        if not numbers:
            return None
        entity_numbers = self.memberships(numbers)[1]
        return self._entity_row("number", int(entity_numbers[0])) if len(entity_numbers) else None

    def _record_ids(self, entity: int) -> list[str]:
        record, _, _ = self.members([entity])
        sql = 'SELECT "record_id" FROM "records" WHERE "number" {among}'
        return [row[0] for row in fetch_rows(self.connection, sql, record.tolist())]

    def _member_rows(
        self, column: str, numbers: Sequence[int], include_ended: bool
    ) -> tuple[Numbers, Numbers, Numbers]:
        sql = (
            'SELECT "record", "entity", "valid_to" FROM "members" '
            f'WHERE "{column}" {{among}} AND "valid_from" <= ?'
        )
        params = [self.revision]
        if not include_ended:
            sql += ' AND ("valid_to" IS NULL OR "valid_to" > ?)'
            params.append(self.revision)
        rows = [
            row
            for part in split_chunks(numbers)
            for row in fetch_rows(self.connection, sql, part, *params)
        ]
        record, entity, until = int_columns(rows, 3)
        order = np.lexsort((until, entity, record))
        return record[order], entity[order], until[order]

    def _changes(
        self,
        birth_condition: ColumnElement[bool],
        event_condition: ColumnElement[bool],
        limit: int | None = None,
    ) -> list[EntityEvent]:
        """Return births and events by revision, births first.

        `limit` applies to births and to events separately. So the result can be up to twice as
        long; its first `limit` entries are complete.
        """
        births = (
            select(entities.c.born, entities.c.id)
            .where(birth_condition)
            .order_by(entities.c.born, entities.c.number)
        )
        born_rows = self.connection.execute(births.limit(limit))
        changes = [
            (row[0], 0, EntityEvent(row[0], EventKind.BORN, row[1], "")) for row in born_rows
        ]
        subject, other = entities.alias("one"), entities.alias("other")
        query = (
            select(events.c.version, events.c.kind, subject.c.id, other.c.id)
            .join(subject, subject.c.number == events.c.entity)
            .outerjoin(other, other.c.number == events.c.other)
            .where(event_condition)
            .order_by(events.c.version, events.c.number)
        )
        for revision, kind, entity, second in self.connection.execute(query.limit(limit)):
            changes.append(
                (revision, 1, EntityEvent(revision, EventKind(kind), entity, second or ""))
            )
        return [change for _, _, change in sorted(changes, key=lambda item: item[:2])]


def _revision_row(row: Any) -> RevisionRow:
    return RevisionRow(row.version, row.landed, row.kind, row.who, row.counts)


class PopulationQueries(Snapshot):
    """Part of `StoreView`: populations."""

    def population_revision(self) -> int:
        """Return the revision of the last refresh; 0 if no population was ever stored."""
        if "population" not in self.cache:
            newest = select(func.max(populations.c.version))
            is_known = populations.c.version <= self.revision
            self.cache["population"] = self.connection.execute(newest.where(is_known)).scalar() or 0
        return int(self.cache["population"])

    def population(self) -> tuple[int, Population] | None:
        """Return the population of the last refresh with its revision, or None.

        Raises `StoreError` if a newer program wrote it in a form that cannot be read.
        """
        revision = self.population_revision()
        if not revision:
            return None
        query = select(populations.c.content).where(populations.c.version == revision)
        content = self.connection.execute(query).scalar_one()
        try:
            return revision, Population.from_json(json.loads(content))
        except (LookupError, TypeError, ValueError) as error:
            raise StoreError(
                f"the population of version {revision} cannot be read",
                hint="use the newer version of the program that wrote it, or `resolver rebuild`",
            ) from error


class StoreView(EntityQueries, LinkQueries, PopulationQueries):
    """Store at one `revision`; `head` is its current state.

    All queries of one view see the same state.
    """


__all__ = ["LinkTable", "RecordRows", "StoreView"]
