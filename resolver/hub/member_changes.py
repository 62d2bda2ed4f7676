"""Changes of membership: entities of the records of an increment, in the form of a commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.hub import entity_ids
from resolver.hub.increment_candidates import WorkingSet
from resolver.hub.list_updates import ListUpdate
from resolver.merging.golden_record import hash_ids
from resolver.records import Batch, Handling, visibility
from resolver.records.batch import IntArray
from resolver.runtime.key_groups import sort_distinct, unite
from resolver.store import EventKind, StoreView
from resolver.store.record_contents import internal_id

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """Changes of entities, in the form of `Commit`.

    `left` are the records that entities lose, each with the entity that loses it: records that
    move, and versions that end.
    """

    new_entities: list[str]
    retired_entities: list[tuple[int, int]]
    revived_entities: list[int]
    redirects: list[tuple[int, int]]
    ended_members: Numbers
    new_members: tuple[Numbers, Numbers]
    left: tuple[Numbers, Numbers]
    events: list[tuple[EventKind, int, int]]


@dataclass(frozen=True, slots=True)
class _Memberships:
    """Entity of each stored record; `records` ascend."""

    records: Numbers
    entities: Numbers

    def entities_of(self, numbers: Numbers) -> Numbers:
        """Return the entity of each record; -1 if it has none."""
        if not len(self.records):
            return np.full(len(numbers), entity_ids.NO_ENTITY, dtype=np.int64)
        index = np.minimum(np.searchsorted(self.records, numbers), len(self.records) - 1)
        return np.where(self.records[index] == numbers, self.entities[index], entity_ids.NO_ENTITY)


def compute_member_changes(
    view: StoreView,
    working_set: WorkingSet,
    labels: IntArray,
    update: ListUpdate,
    restricted: Mapping[int, Handling],
) -> MemberChanges:
    """Return the changes of entities for records in clusters.

    Numbers above the store's last number are new records. `restricted`: handling of the versions
    that end and that not everybody might see.
    """
    batch, numbers = working_set.batch, working_set.numbers
    is_new = numbers > view.head.last_record
    stored = np.concatenate([numbers[~is_new], update.ended])
    record, entity, _ = view.memberships(stored.tolist()) if len(stored) else (stored,) * 3
    memberships = _Memberships(record, entity)
    before = np.where(is_new, entity_ids.NO_ENTITY, memberships.entities_of(numbers))
    earlier = np.zeros(len(numbers), dtype=np.int64)
    if update.superseded:
        new_ids = batch.ids.filter(pa.array(is_new)).to_pylist()
        earlier[is_new] = [update.superseded.get(record_id, 0) for record_id in new_ids]
        before[is_new] = memberships.entities_of(earlier[is_new])
    entity_rows = view.entity_rows(sort_distinct(entity).tolist()) if len(entity) else {}
    returned = view.last_returns(entity_ids.find_merging(labels, before).tolist())
    births = {
        number: entity_ids.EntityBirth(row[0], row[1], returned.get(number, 0))
        for number, row in entity_rows.items()
    }
    ended = list[entity_ids.EarlierRecord]()
    visible = visibility.visible_rows(batch, visibility.STRANGER)
    if restricted or visible is not None:
        ended = _list_ended(memberships, update.ended, earlier, restricted)
    retired = entity_ids.RetiredEntities()
    if view.head.last_entity:
        is_mixed = _find_mixed(visible, labels, before, ended)
        rows = np.flatnonzero(is_mixed | entity_ids.may_be_unclaimed(labels, before))
        retired = _load_retired(view, batch, rows, update.ended)
    floors = None
    if visible is not None or not entity_ids.everybody_saw([*ended, *retired.versions]):
        held_by = np.where(is_new, entity_ids.NO_ENTITY, before)
        floors = entity_ids.find_floors(batch, held_by, ended, retired.versions)
    next_number = view.head.last_entity + 1
    assignment = entity_ids.assign_entities(
        labels, before, births, retired, next_number, is_new, floors
    )
    has_moved = assignment.entities != before
    joins = has_moved | is_new
    moves = has_moved & ~is_new
    left_by = memberships.entities_of(update.ended)
    has_left = left_by > 0
    left = (
        np.concatenate([numbers[moves & (before > 0)], update.ended[has_left]]),
        np.concatenate([before[moves & (before > 0)], left_by[has_left]]),
    )
    return MemberChanges(
        _new_entity_ids(view, batch, assignment, is_open=visible is None),
        assignment.retirements,
        assignment.revivals,
        assignment.redirects,
        unite(numbers[moves], update.ended),
        (numbers[joins], assignment.entities[joins]),
        left,
        assignment.events + _withdrawal_events(births, memberships, update, assignment),
    )


def _list_ended(
    memberships: _Memberships, ended: Numbers, earlier: Numbers, restricted: Mapping[int, Handling]
) -> list[entity_ids.EarlierRecord]:
    """Return the versions that end, with their entities; `earlier` has the version that each row
    replaces (0: none).
    """
    rows = np.flatnonzero(earlier)
    row_of = dict(zip(earlier[rows].tolist(), rows.tolist(), strict=True))
    return [
        entity_ids.EarlierRecord(entity, restricted.get(number, Handling()), row_of.get(number, -1))
        for number, entity in zip(
            ended.tolist(), memberships.entities_of(ended).tolist(), strict=True
        )
    ]


def _withdrawal_events(
    births: Mapping[int, entity_ids.EntityBirth],
    memberships: _Memberships,
    update: ListUpdate,
    assignment: entity_ids.EntityAssignment,
) -> list[tuple[EventKind, int, int]]:
    """Return an event for each living entity that lost a withdrawn record."""
    withdrawn = np.array(sorted(update.withdrawn.values()), dtype=np.int64)
    losing = set(memberships.entities_of(withdrawn).tolist()) & set(births)
    retired = {entity for entity, _ in assignment.retirements}
    return [(EventKind.SHRANK, entity, entity_ids.NO_ENTITY) for entity in sorted(losing - retired)]


def _load_retired(
    view: StoreView, batch: Batch, rows: Numbers, ended: Numbers
) -> entity_ids.RetiredEntities:
    """Load the retired entities that had records of some rows; `ended` are versions that end."""
    if not len(rows):
        return entity_ids.RetiredEntities()
    versions = view.record_numbers(batch.ids.take(pa.array(rows)).to_pylist())
    last_record = view.head.last_record
    earlier = [
        number for numbers in versions.values() for number in numbers if number <= last_record
    ]
    if not earlier:
        return entity_ids.RetiredEntities()
    holding, held_by, until = view.memberships(earlier, include_ended=True)
    entity_rows = view.entity_rows(sort_distinct(held_by[until >= 0]).tolist())
    retired = {number: row for number, row in entity_rows.items() if row[2] is not None}
    if not retired:
        return entity_ids.RetiredEntities()
    record, entity, until = view.members(sorted(retired), include_ended=True)
    retired_at = np.array([retired[number][2] for number in entity.tolist()], dtype=np.int64)
    is_last = until == retired_at
    was_held = np.isin(held_by, sorted(retired))
    past = entity_ids.PastRecords.load(
        view, batch, np.concatenate([record, holding[was_held]]), ended
    )
    births = {number: entity_ids.EntityBirth(row[0], row[1]) for number, row in retired.items()}
    return entity_ids.RetiredEntities(
        births,
        past.describe(record[is_last], entity[is_last]),
        past.describe(holding[was_held], held_by[was_held]),
        {number: int(row[2]) for number, row in retired.items() if row[2] is not None},
    )


def _find_mixed(
    visible: Flags | None,
    labels: IntArray,
    before: Numbers,
    ended: Sequence[entity_ids.EarlierRecord],
) -> Flags:
    """Return which rows are in clusters with restricted records, or were in entities with
    restricted records.

    `visible`: which rows everybody may see (None: all).
    """
    is_mixed = np.zeros(len(labels), dtype=bool)
    if visible is not None:
        is_mixed[labels[~visible]] = True
    mixed_entities = {
        version.entity
        for version in ended
        if not visibility.is_visible(version.handling, visibility.STRANGER)
    }
    if mixed_entities:
        is_mixed[labels[np.isin(before, sorted(mixed_entities))]] = True
    mixed: Flags = is_mixed[labels]
    return mixed


def _new_entity_ids(
    view: StoreView, batch: Batch, assignment: entity_ids.EntityAssignment, *, is_open: bool
) -> list[str]:
    """Return ids for new entities. An id was never used before, and comes from the smallest record
    of the entity that its floor sees. `is_open`: everybody may see all records.
    """
    if not assignment.births:
        return []
    rows = np.array(assignment.births, dtype=np.int64)
    smallest = batch.ids.take(pa.array(rows)).cast(pa.binary()).to_pylist()
    if not is_open:
        # an id must not reveal that a record existed before everybody might see it
        handlings, places = visibility.code_handlings(batch)
        of_birth = [handlings[place] for place in places[rows].tolist()]
        smallest = [
            record_id + _restriction_mark(handling)
            for record_id, handling in zip(smallest, of_birth, strict=True)
        ]
    ids: list[str] = hash_ids("e-", pa.array(smallest, pa.binary())).to_pylist()
    if not is_open:
        ids = [
            entity_id
            if visibility.is_visible(handling, visibility.IDENTIFIED)
            else internal_id(view.head.id_secret, entity_id)
            for entity_id, handling in zip(ids, of_birth, strict=True)
        ]
    if not view.head.last_entity:
        return ids
    used = view.used_ids(ids)
    return [_add_suffix(view, entity_id) if entity_id in used else entity_id for entity_id in ids]


def _restriction_mark(handling: Handling) -> bytes:
    if visibility.is_visible(handling, visibility.STRANGER):
        return b""
    return f"\x1f{handling.code}\x1f{handling.agency}".encode()


def _add_suffix(view: StoreView, entity_id: str) -> str:
    suffix = 2
    while view.used_ids([f"{entity_id}-{suffix}"]):
        suffix += 1
    return f"{entity_id}-{suffix}"
