"""Entities that a search found in the entity index, and the best of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.records.prepared.ragged import spread
from resolver.records.visibility import Viewer
from resolver.screening.entity_index import IndexSnapshot
from resolver.screening.index_segment import IndexSegment

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_PLACES = 3
"""Decimal places of relevance; what is equal to these is ordered by the number of records."""


FIRST = 2.0
"""Relevance within of an entity that comes before all others; it is shown as 1."""


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """Entity that a search found: its id, place in the index, relevance within [0, 1], and its
    place among those found.
    """

    id: str
    segment: int
    row: int
    score: float
    place: int


@dataclass(frozen=True, slots=True)
class FoundEntities:
    """Entities that a search found, in any order: segment, row there and relevance of each.

    Each has a record that `viewer` may see.
    """

    snapshot: IndexSnapshot
    viewer: Viewer
    segments: Numbers
    rows: Numbers
    scores: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, mask: Bools) -> FoundEntities:
        """Return those that a mask marks."""
        return replace(
            self, segments=self.segments[mask], rows=self.rows[mask], scores=self.scores[mask]
        )

    def visible_records(self) -> Iterator[tuple[IndexSegment, Numbers, Numbers]]:
        """Yield each segment with the rows of visible records there, and the place among the
        entities of the owner of each.
        """
        for number, segment in enumerate(self.snapshot.segments):
            places = np.flatnonzero(self.segments == number)
            starts = segment.member_offsets[self.rows[places]]
            counts = segment.member_offsets[self.rows[places] + 1] - starts
            records, owners = spread(starts, counts), np.repeat(places, counts)
            flags = segment.visibility.flags(self.viewer)
            if len(flags):
                records, owners = records[flags[records]], owners[flags[records]]
            yield segment, records, owners

    def best(self, limit: int) -> list[FoundEntity]:
        """Return the first entities by relevance, number of visible records and id."""
        if not len(self) or not limit:
            return []
        records = np.zeros(len(self), dtype=np.int64)
        for _, _, owners in self.visible_records():
            records += np.bincount(owners, minlength=len(self))
        scores = np.round(self.scores.astype(np.float64), _PLACES)
        order = np.lexsort((-records, -scores))
        last = order[min(limit, len(self)) - 1]
        # those equal to the last are told apart by their ids
        is_before = (scores > scores[last]) | (
            (scores == scores[last]) & (records >= records[last])
        )
        places = np.flatnonzero(is_before)
        keys = [
            (-float(scores[place]), -int(records[place]), entity_id, int(place))
            for place, entity_id in zip(places, self._ids(places), strict=True)
        ]
        return [
            FoundEntity(
                entity_id,
                int(self.segments[place]),
                int(self.rows[place]),
                min(-score, 1.0),
                place,
            )
            for score, _, entity_id, place in sorted(keys)[:limit]
        ]

    def _ids(self, places: Numbers) -> Sequence[str]:
        segments = self.snapshot.segments
        return [
            segments[segment].ids[row].as_py()
            for segment, row in zip(
                self.segments[places].tolist(), self.rows[places].tolist(), strict=True
            )
        ]
