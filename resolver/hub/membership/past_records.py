"""Versions of records that entities once had: which are restricted, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.membership.entity_floors import EarlierRecord
from resolver.kernels.number_sets import sort_distinct
from resolver.records import Batch, Handling
from resolver.records.packing import unpack_handling
from resolver.records.properties import HANDLING
from resolver.records.visibility import STRANGER, is_visible
from resolver.store import StoreView
from resolver.store.segments import Segment

Numbers = npt.NDArray[np.int64]


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
