"""Changes of membership: entities of the records of an increment, in the form of a commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.hub.increments.entity_ids import (
    NO_ENTITY,
    EntityAssignment,
    EntityBirth,
    RetiredEntities,
    assign_entities,
)
from resolver.hub.list_updates import ListUpdate
from resolver.kernels.number_sets import exclude, sort_distinct, unite
from resolver.merging.partition import hash_ids
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.store import EventKind, StoreView

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """Changes of entities, as `Commit` has them; `shrunk_entities` have lost a record."""

    new_entities: list[str]
    retired_entities: list[tuple[int, int]]
    revived_entities: list[int]
    redirects: list[tuple[int, int]]
    ended_members: Numbers
    new_members: tuple[Numbers, Numbers]
    shrunk_entities: Numbers
    events: list[tuple[EventKind, int, int]]


@dataclass(frozen=True, slots=True)
class _Memberships:
    """Entity of each stored record; `records` ascend."""

    records: Numbers
    entities: Numbers

    def entities_of(self, numbers: Numbers) -> Numbers:
        """Return the entity of each record, -1 where it has none."""
        if not len(self.records):
            return np.full(len(numbers), NO_ENTITY, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.records, numbers), len(self.records) - 1)
        return np.where(self.records[place] == numbers, self.entities[place], NO_ENTITY)


def compute_member_changes(
    view: StoreView, batch: Batch, numbers: Numbers, labels: IntArray, update: ListUpdate
) -> MemberChanges:
    """Return the changes of entities for a canonical batch in clusters.

    `numbers` and `labels` have one row per record; numbers beyond the store's last are new records.
    """
    is_new = numbers > view.head.last_record
    stored = np.concatenate([numbers[~is_new], update.ended])
    record, entity, _ = view.memberships(stored.tolist()) if len(stored) else (stored,) * 3
    memberships = _Memberships(record, entity)
    before = np.where(is_new, NO_ENTITY, memberships.entities_of(numbers))
    if update.superseded:
        new_ids = batch.ids.filter(pa.array(is_new)).to_pylist()
        earlier = [update.superseded.get(record_id, 0) for record_id in new_ids]
        before[is_new] = memberships.entities_of(np.array(earlier, dtype=np.int64))
    rows = view.entity_rows(sort_distinct(entity).tolist()) if len(entity) else {}
    births = {number: EntityBirth(row[0], row[1]) for number, row in rows.items()}
    retired = RetiredEntities()
    if view.head.last_entity:
        retired = _load_retired(view, batch, labels, before)
    next_number = view.head.last_entity + 1
    assignment = assign_entities(labels, before, births, retired, next_number, is_new)
    has_moved = assignment.entities != before
    joins = has_moved | is_new
    left_by = memberships.entities_of(update.ended)
    shrunk = sort_distinct(np.concatenate([before[has_moved & (before > 0)], left_by]))
    return MemberChanges(
        _new_entity_ids(view, batch, assignment),
        assignment.retirements,
        assignment.revivals,
        assignment.redirects,
        unite(numbers[has_moved & ~is_new], update.ended),
        (numbers[joins], assignment.entities[joins]),
        shrunk[shrunk > 0],
        assignment.events + _withdrawal_events(births, memberships, update, assignment),
    )


def _withdrawal_events(
    births: Mapping[int, EntityBirth],
    memberships: _Memberships,
    update: ListUpdate,
    assignment: EntityAssignment,
) -> list[tuple[EventKind, int, int]]:
    """Return an event for each living entity that lost a withdrawn record."""
    withdrawn = np.array(sorted(update.withdrawn.values()), dtype=np.int64)
    losing = set(memberships.entities_of(withdrawn).tolist()) & set(births)
    retired = {entity for entity, _ in assignment.retirements}
    return [(EventKind.SHRANK, entity, NO_ENTITY) for entity in sorted(losing - retired)]


def _load_retired(
    view: StoreView, batch: Batch, labels: IntArray, before: Numbers
) -> RetiredEntities:
    """Return the retired entities that once held records of clusters that may be without a claim.

    Those are clusters without any record of a present entity, and parts that a split cuts off.
    """
    rows = _unclaimed_rows(labels, before)
    if not len(rows):
        return RetiredEntities()
    versions = view.record_numbers(batch.ids.take(pa.array(rows)).to_pylist())
    last_record = view.head.last_record
    earlier = [
        number for numbers in versions.values() for number in numbers if number <= last_record
    ]
    if not earlier:
        return RetiredEntities()
    _, entity, until = view.memberships(earlier, include_ended=True)
    entity_rows = view.entity_rows(sort_distinct(entity[until >= 0]).tolist())
    retired = {number: row for number, row in entity_rows.items() if row[2] is not None}
    if not retired:
        return RetiredEntities()
    record, entity, until = view.members(sorted(retired), include_ended=True)
    is_last = np.array(
        [until[place] == retired[number][2] for place, number in enumerate(entity.tolist())],
        dtype=bool,
    )
    record, entity = record[is_last], entity[is_last]
    id_of = view.record_ids(record.tolist())
    row_of = {record_id: row for row, record_id in enumerate(batch.ids.to_pylist())}
    rows_of: dict[int, set[int]] = {}
    for record_number, entity_number in zip(record.tolist(), entity.tolist(), strict=True):
        row = row_of.get(id_of[record_number])
        if row is not None:
            rows_of.setdefault(entity_number, set()).add(row)
    births = {number: EntityBirth(retired[number][0], retired[number][1]) for number in rows_of}
    return RetiredEntities(births, {number: sorted(rows) for number, rows in rows_of.items()})


def _unclaimed_rows(labels: IntArray, before: Numbers) -> Numbers:
    """Return rows of clusters with no record of an entity, or only of entities that are split."""
    has_entity = before >= 0
    pairs = np.stack([before[has_entity], labels[has_entity].astype(np.int64)], axis=1)
    pairs = np.unique(pairs, axis=0)
    entities, counts = np.unique(pairs[:, 0], return_counts=True)
    is_split = np.isin(pairs[:, 0], entities[counts > 1])
    claimed = exclude(pairs[:, 1], pairs[is_split, 1])
    return np.flatnonzero(~np.isin(labels, claimed))


def _new_entity_ids(view: StoreView, batch: Batch, assignment: EntityAssignment) -> list[str]:
    """Return ids for new entities that were never used, by the smallest record id of each."""
    if not assignment.births:
        return []
    rows = pa.array(np.array(assignment.births, dtype=np.int64))
    smallest = batch.ids.take(rows).cast(pa.binary()).to_pylist()
    ids: list[str] = hash_ids("e-", pa.array(smallest, pa.binary())).to_pylist()
    if not view.head.last_entity:
        return ids
    used = view.used_ids(ids)
    return [_add_suffix(view, entity_id) if entity_id in used else entity_id for entity_id in ids]


def _add_suffix(view: StoreView, entity_id: str) -> str:
    suffix = 2
    while view.used_ids([f"{entity_id}-{suffix}"]):
        suffix += 1
    return f"{entity_id}-{suffix}"
