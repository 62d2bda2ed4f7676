"""Entities that a search found in the entity index, and the best of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.records.prepared.ragged import spread
from resolver.screening.entity_index import IndexSnapshot
from resolver.screening.index_segment import IndexSegment

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_PLACES = 3
"""Decimal places of relevance; what is equal to these is ordered by the number of records."""
_MAX_RUN = 2
"""Entities of one sort that follow one another while there are others, at most."""
_Key = tuple[float, int, str, int]
"""Sort key of an entity, negative relevance first, and its place among those found."""
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
    """Entities that a search found, in any order: segment, row there and relevance of each, and
    whether they state the text as a place.
    """

    snapshot: IndexSnapshot
    segments: Numbers
    rows: Numbers
    scores: npt.NDArray[np.float32]
    by_place: Bools

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, mask: Bools) -> FoundEntities:
        """Return those that a mask marks."""
        names = ("segments", "rows", "scores", "by_place")
        return replace(self, **{name: getattr(self, name)[mask] for name in names})

    def records(self) -> Iterator[tuple[IndexSegment, Numbers, Numbers]]:
        """Yield each segment with the rows of the records there, and the place among the entities
        of the owner of each.
        """
        for number, segment in enumerate(self.snapshot.segments):
            places = np.flatnonzero(self.segments == number)
            starts = segment.member_offsets[self.rows[places]]
            counts = segment.member_offsets[self.rows[places] + 1] - starts
            records, owners = spread(starts, counts), np.repeat(places, counts)
            yield segment, records, owners

    def best(self, limit: int) -> list[FoundEntity]:
        """Return the first entities by relevance, number of records and id.

        Those named like a town and those that lie in it take turns: no more than two of one sort
        follow one another while there are others.
        """
        records = np.zeros(len(self), dtype=np.int64)
        for _, _, owners in self.records():
            records += np.bincount(owners, minlength=len(self))
        ranked = [
            self._rank(np.flatnonzero(self.by_place == sort), records, limit)
            for sort in (False, True)
        ]
        return [
            FoundEntity(
                entity_id,
                int(self.segments[place]),
                int(self.rows[place]),
                min(-score, 1.0),
                place,
            )
            for score, _, entity_id, place in _take_turns(*ranked)[:limit]
        ]

    def _rank(self, places: Numbers, records: Numbers, limit: int) -> list[_Key]:
        """Return the first of some entities, in order."""
        if not len(places) or not limit:
            return []
        scores = np.round(self.scores[places].astype(np.float64), _PLACES)
        counts = records[places]
        last = np.lexsort((-counts, -scores))[min(limit, len(places)) - 1]
        # those equal to the last are told apart by their ids
        is_before = (scores > scores[last]) | ((scores == scores[last]) & (counts >= counts[last]))
        chosen = np.flatnonzero(is_before)
        keys = zip(
            (-scores[chosen]).tolist(),
            (-counts[chosen]).tolist(),
            self._ids(places[chosen]),
            places[chosen].tolist(),
            strict=True,
        )
        return sorted(keys)[:limit]

    def _ids(self, places: Numbers) -> Sequence[str]:
        segments = self.snapshot.segments
        return [
            segments[segment].ids[row].as_py()
            for segment, row in zip(
                self.segments[places].tolist(), self.rows[places].tolist(), strict=True
            )
        ]


def _take_turns(first: list[_Key], second: list[_Key]) -> list[_Key]:
    """Merge two sorted lists, with no more than `_MAX_RUN` of one in a row while both last."""
    merged: list[_Key] = []
    queues = [first[::-1], second[::-1]]
    run, last = 0, 0
    while queues[0] and queues[1]:
        best = 0 if queues[0][-1] <= queues[1][-1] else 1
        chosen = 1 - best if run >= _MAX_RUN and best == last else best
        run, last = (run + 1 if merged and chosen == last else 1), chosen
        merged.append(queues[chosen].pop())
    return [*merged, *queues[0][::-1], *queues[1][::-1]]
