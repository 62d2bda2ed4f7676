"""Which entity the records of an increment belong to: from labels to what the store is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.hub.increments.entity_ids import (
    Identities,
    Known,
    Past,
    identify,
)
from resolver.hub.list_updates import Update
from resolver.merging.partition import digest_ids
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.store import EventKind, View

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Members:
    """What a landing is told of entities (see `Landing`); `lost`: entities that lost a record."""

    born: list[str]
    retired: list[tuple[int, int]]
    revived: list[int]
    redirected: list[tuple[int, int]]
    left: Numbers
    joined: tuple[Numbers, Numbers]
    lost: Numbers
    events: list[tuple[EventKind, int, int]]


def change_members(
    view: View, batch: Batch, numbers: Numbers, labels: IntArray, update: Update
) -> Members:
    """The entities of a canonical batch in clusters. `numbers` of its rows; those beyond the store's last are new."""
    last = view.head.last_record
    new = numbers > last
    ended = update.ended
    asked = np.concatenate([numbers[~new], ended])
    record, entity, _ = view.memberships(asked.tolist()) if len(asked) else (asked, asked, asked)
    before = np.where(new, -1, _of(record, entity, numbers))
    if update.superseded:
        earlier = [
            update.superseded.get(one, 0) for one in batch.ids.filter(pa.array(new)).to_pylist()
        ]
        before[new] = _of(record, entity, np.array(earlier, dtype=np.int64))
    rows = view.entity_rows(np.unique(entity).tolist()) if len(entity) else {}
    known = {number: Known(row[0], row[1]) for number, row in rows.items()}
    past = _past(view, batch, numbers, labels, before) if view.head.last_entity else Past()
    found = identify(labels, before, known, past, view.head.last_entity + 1, new)
    moved = found.entity != before
    left = np.union1d(numbers[moved & ~new], ended)
    joins = moved | new
    lost = np.unique(np.concatenate([before[moved & (before > 0)], _of(record, entity, ended)]))
    return Members(
        _birth_ids(view, batch, found),
        found.retired,
        found.revived,
        found.redirected,
        left,
        (numbers[joins], found.entity[joins]),
        lost[lost > 0],
        found.events + _shrunk(known, entity, record, update, found),
    )


def _of(record: Numbers, entity: Numbers, numbers: Numbers) -> Numbers:
    """The entity of each number, -1 for those that have none. `record` ascending."""
    if not len(record):
        return np.full(len(numbers), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(record, numbers), len(record) - 1)
    return np.where(record[place] == numbers, entity[place], -1)


def _shrunk(
    known: dict[int, Known], entity: Numbers, record: Numbers, update: Update, found: Identities
) -> list[tuple[EventKind, int, int]]:
    """An event for each living entity that lost a withdrawn record."""
    withdrawn = _of(record, entity, np.array(sorted(update.withdrawn.values()), dtype=np.int64))
    gone = {one for one, _ in found.retired}
    return [
        (EventKind.SHRANK, one, -1) for one in sorted(set(withdrawn.tolist()) & set(known) - gone)
    ]


def _past(view: View, batch: Batch, numbers: Numbers, labels: IntArray, before: Numbers) -> Past:
    """The retired entities that once held records of clusters nobody may claim: those without any record that lies in
    an entity already, and the parts that a split cuts off."""
    uncertain = _uncertain(labels, before)
    if not len(uncertain):
        return Past()
    ids = batch.ids.take(pa.array(uncertain)).to_pylist()
    versions = view.versions_of(ids)
    earlier = [
        number for held in versions.values() for number in held if number <= view.head.last_record
    ]
    if not earlier:
        return Past()
    _, entity, until = view.memberships(earlier, ever=True)
    rows = view.entity_rows(np.unique(entity[until >= 0]).tolist())
    retired = {number: row for number, row in rows.items() if row[2] is not None}
    if not retired:
        return Past()
    record, entity, until = view.members(sorted(retired), ever=True)
    last = np.array(
        [until[place] == retired[int(one)][2] for place, one in enumerate(entity.tolist())],
        dtype=bool,
    )
    named = view.ids_of(record[last].tolist())
    place = {identity: row for row, identity in enumerate(batch.ids.to_pylist())}
    held: dict[int, set[int]] = {}
    for number, one in zip(record[last].tolist(), entity[last].tolist(), strict=True):
        row = place.get(named[number])
        if row is not None:
            held.setdefault(one, set()).add(row)
    known = {number: Known(retired[number][0], retired[number][1]) for number in held}
    return Past(known, {number: sorted(found) for number, found in held.items()})


def _uncertain(labels: IntArray, before: Numbers) -> npt.NDArray[np.int64]:
    """Rows of clusters that hold no record of an entity, or of an entity that lies in several clusters."""
    held = before >= 0
    pairs = np.unique(np.stack([before[held], labels[held].astype(np.int64)], axis=1), axis=0)
    entities, counts = np.unique(pairs[:, 0], return_counts=True)
    split = np.isin(pairs[:, 0], entities[counts > 1])
    sure = np.setdiff1d(pairs[:, 1], pairs[split, 1])
    return np.flatnonzero(~np.isin(labels, sure))


def _birth_ids(view: View, batch: Batch, found: Identities) -> list[str]:
    """The ids that new entities are born with, none of them ever used."""
    if not found.born:
        return []
    smallest = (
        batch.ids.take(pa.array(np.array(found.born, dtype=np.int64))).cast(pa.binary()).to_pylist()
    )
    ids: list[str] = digest_ids("e-", smallest).to_pylist()
    if not view.head.last_entity:
        return ids
    taken = view.taken_ids(ids)
    return [_free(view, one) if one in taken else one for one in ids]


def _free(view: View, used: str) -> str:
    suffix = 2
    while view.taken_ids([f"{used}-{suffix}"]):
        suffix += 1
    return f"{used}-{suffix}"
