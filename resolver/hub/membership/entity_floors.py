"""Floors of entities: the first class of viewers that sees any of their records.

An id belongs to the class that sees the entity first, and is given and taken by what that class
sees, so no id tells of a record that its reader may not see. Records that everybody may see never
get the id of an entity of restricted ones: these get theirs.

Versions of records that entities once had: which are restricted, and what became of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.kernels.number_sets import exclude, sort_distinct
from resolver.records import Batch, Handling
from resolver.records.batch import IntArray
from resolver.records.packing import unpack_handling
from resolver.records.properties import HANDLING
from resolver.records.visibility import STRANGER, classify, code_handlings, is_visible
from resolver.store import StoreView
from resolver.store.segments import Segment

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class EarlierRecord(NamedTuple):
    """Version of a record that an entity held, and the row of the record now.

    Without a row (-1) the record is `elsewhere`, with the handling of its present version, or gone.
    """

    entity: int
    handling: Handling
    row: int
    elsewhere: Handling | None = None

    @property
    def is_gone(self) -> bool:
        """Whether there is no such record any more."""
        return self.row < 0 and self.elsewhere is None


@dataclass(frozen=True, slots=True)
class EntityFloors:
    """Classes of viewers and what they see.

    `rows`: which they see (classes × rows), `earlier_rows`: of which they saw the version before,
    too; `first`: the first class that sees each row. `entities`: floors of entities before.
    `records`: the classes that see a version of a record and the present one.
    """

    rows: Flags
    earlier_rows: Flags
    first: Numbers
    entities: Mapping[int, int]
    records: Mapping[EarlierRecord, Flags]

    def select(self, versions: Sequence[EarlierRecord], floor: int) -> list[EarlierRecord]:
        """Return those versions that entities of a floor held, and its class saw and sees."""
        return [
            version
            for version in versions
            if self.entities[version.entity] == floor
            and self.records[version][floor]
            and (version.row < 0 or self.rows[floor, version.row])
        ]


def everybody_saw(versions: Sequence[EarlierRecord]) -> bool:
    """Return whether everybody might see some versions, and may see those that followed."""
    return all(is_visible(handling, STRANGER) for handling in _list_handlings(versions))


def _list_handlings(versions: Sequence[EarlierRecord]) -> set[Handling]:
    handlings = {version.handling for version in versions}
    return handlings | {version.elsewhere for version in versions if version.elsewhere is not None}


def find_floors(
    batch: Batch, before: Numbers, ended: Sequence[EarlierRecord], retired: Sequence[EarlierRecord]
) -> EntityFloors:
    """Return the floors of entities.

    `before` has the entity that holds each row of a batch (-1: none, or the record is a new
    version). `ended`: versions that end, in their entities, each with the row of the version that
    follows it; `retired`: versions that retired entities held.
    """
    earlier = list(dict.fromkeys([*ended, *retired]))
    distinct, places = code_handlings(batch)
    place_of = {
        handling: len(distinct) + place for place, handling in enumerate(_list_handlings(earlier))
    }
    added = [place_of[version.handling] for version in earlier]
    now = [place_of[version.elsewhere or version.handling] for version in earlier]
    classes = classify(
        [*distinct, *place_of], np.concatenate([places, added, now]).astype(np.int32)
    )
    rows = np.arange(len(batch) + len(earlier), dtype=np.int32)
    first = classes.find_first(rows, rows)
    visible = classes.views[:, classes.compartment]
    count = len(batch)
    entities = [*before.tolist(), *(version.entity for version in earlier)]
    floors: dict[int, int] = {}
    for entity, floor in zip(entities, first.tolist(), strict=True):
        floors[entity] = min(floor, floors.get(entity, floor))
    middle = count + len(earlier)
    always = visible[:, count:middle] & visible[:, middle:]
    records = {version: always[:, place] for place, version in enumerate(earlier)}
    earlier_rows = visible[:, :count].copy()
    for version in ended:
        if version.row >= 0:
            earlier_rows[:, version.row] &= records[version]
    return EntityFloors(visible[:, :count], earlier_rows, first[:count], floors, records)


def may_be_unclaimed(labels: IntArray, before: Numbers) -> Flags:
    """Return which rows are in clusters that may be without a claim: those without any record of a
    present entity, and parts that a split cuts off.
    """
    has_entity = before >= 0
    pairs = np.stack([before[has_entity], labels[has_entity].astype(np.int64)], axis=1)
    pairs = np.unique(pairs, axis=0)
    entities, counts = np.unique(pairs[:, 0], return_counts=True)
    is_split = np.isin(pairs[:, 0], entities[counts > 1])
    claimed = exclude(pairs[:, 1], pairs[is_split, 1])
    return ~np.isin(labels, claimed)


def find_restricted(segments: Sequence[Segment], numbers: Numbers) -> dict[int, Handling]:
    """Return the handling of those of some records (by number, ascending) that not everybody may
    see.
    """
    restricted: dict[int, Handling] = {}
    for segment in segments:
        low, high = np.searchsorted(numbers, [segment.first, segment.first + len(segment)])
        column = segment.batch.columns.get(HANDLING) if low < high else None
        if column is None or not len(column.rows):
            continue
        rows = numbers[low:high] - segment.first
        place = np.searchsorted(column.rows, rows).clip(max=len(column.rows) - 1)
        has_handling = column.rows[place] == rows
        used, of_row = np.unique(column.codes[place[has_handling]], return_inverse=True)
        handlings = [unpack_handling(text) for text in column.values.take(used).to_pylist()]
        owners = numbers[low:high][has_handling].tolist()
        for number, code in zip(owners, of_row.reshape(-1).tolist(), strict=True):
            if not is_visible(handlings[code], STRANGER):
                restricted[number] = handlings[code]
    return restricted


@dataclass(frozen=True, slots=True)
class PastRecords:
    """Versions of records by number: their record ids and handling, the rows of the records in a
    batch, and the handling of those that are in none and still valid.
    """

    ids: Mapping[int, str]
    handling: Mapping[int, Handling]
    rows: Mapping[str, int]
    elsewhere: Mapping[str, Handling]

    @classmethod
    def load(cls, view: StoreView, batch: Batch, numbers: Numbers, ended: Numbers) -> PastRecords:
        """Load some versions; those that are `ended` now are valid no longer."""
        distinct = sort_distinct(numbers).tolist()
        ids, handling = view.record_ids(distinct), view.handling_of(distinct)
        rows = {record_id: row for row, record_id in enumerate(batch.ids.to_pylist())}
        valid = view.numbers_of(sorted({*ids.values()} - rows.keys()))
        ending = set(ended.tolist())
        present = {
            record_id: number for record_id, (number, _) in valid.items() if number not in ending
        }
        now = view.handling_of(sorted(present.values()))
        elsewhere = {
            record_id: now.get(number, Handling()) for record_id, number in present.items()
        }
        return cls(ids, handling, rows, elsewhere)

    def describe(self, numbers: Numbers, entities: Numbers) -> list[EarlierRecord]:
        """Return versions of records with the entities that had them."""
        return [
            EarlierRecord(
                entity,
                self.handling.get(number, Handling()),
                self.rows.get(self.ids[number], -1),
                self.elsewhere.get(self.ids[number]),
            )
            for number, entity in zip(numbers.tolist(), entities.tolist(), strict=True)
        ]
