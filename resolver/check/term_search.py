"""Free-text search of the entity index: the entities that state typed words, the best first.

Relevance is lexical. Each typed word counts by the best way in which an entity states it (the same
word, a word that begins with it, a similar word: `LIKENESS_FACTORS`), by the weight of the property
that states it, and by the rarity of the word. A value that is the whole typed text counts as all of
its words. The index of a viewer holds only records that the viewer may see, so hidden records
change neither relevance nor rarity, totals or order.

The module also has the entities that a search found in the index, and selects the best of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.check.entity_index import IndexSnapshot
from resolver.check.index_segment import IndexSegment
from resolver.matching.kernels.word_codes import Bearers, Postings, TermRanges, raise_bearers
from resolver.records.prepared.batch import spread
from resolver.records.visibility import DatasetScope, Viewer
from resolver.search import WEIGHT_UNITS, TermIndex, TypedText, read_typed_text

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_PLACES = 3
"""Decimal places of relevance; entities whose relevance is equal to this precision are ordered by
their number of records.
"""
_MAX_RUN = 2
"""Maximum number of entities of one sort that follow one another while there are entities of the
other sort.
"""
_Key = tuple[float, int, str, int]
"""Sort key of an entity: its relevance as a negative number, then its position among the entities
found.
"""
FIRST = 2.0
"""Key of an entity that comes before all others; its relevance is shown as 1."""


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """Entity that a search found: its id, its place in the index, its relevance in [0, 1], and its
    position among the found entities.
    """

    id: str
    segment: int
    row: int
    score: float
    place: int


@dataclass(frozen=True, slots=True)
class FoundEntities:
    """Entities that a search found, in any order: the segment, row and relevance of each, and
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
        """Return the entities that a mask marks."""
        names = ("segments", "rows", "scores", "by_place")
        return replace(self, **{name: getattr(self, name)[mask] for name in names})

    def records(self) -> Iterator[tuple[IndexSegment, Numbers, Numbers]]:
        """Yield each segment with the rows of the records in it, and for each record the position
        of its entity.
        """
        for number, segment in enumerate(self.snapshot.segments):
            places = np.flatnonzero(self.segments == number)
            starts = segment.member_offsets[self.rows[places]]
            counts = segment.member_offsets[self.rows[places] + 1] - starts
            records, owners = spread(starts, counts), np.repeat(places, counts)
            yield segment, records, owners

    def best(self, limit: int) -> list[FoundEntity]:
        """Return the first entities by relevance, number of records and id.

        Entities that have the name of a town and entities that are in the town alternate: at most
        two of one sort follow one another as long as there are others.
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
        # entities with the same score as the last one are ordered by their ids
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
    """Merge two sorted lists; at most `_MAX_RUN` entries of one list follow one another as long as
    both have entries.
    """
    merged: list[_Key] = []
    queues = [first[::-1], second[::-1]]
    run, last = 0, 0
    while queues[0] and queues[1]:
        best = 0 if queues[0][-1] <= queues[1][-1] else 1
        chosen = 1 - best if run >= _MAX_RUN and best == last else best
        run, last = (run + 1 if merged and chosen == last else 1), chosen
        merged.append(queues[chosen].pop())
    return [*merged, *queues[0][::-1], *queues[1][::-1]]


_Factors = npt.NDArray[np.float32]
_SegmentBearers = tuple[Numbers, _Factors, Bools]
"""Rows of the entities of a segment, how much a word or text counts in each, and whether it is
stated as a place.
"""
_PREFIX_FACTOR = 0.7
_MIN_PREFIX = 2
"""Minimum number of letters of a typed word that finds words beginning with it."""
_ALL_VISIBLE = np.zeros(0, dtype=bool)
_LEAST_SHARE = 0.5
"""Share of the best relevance that an entity must reach."""


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Records that a search may read: the records of a viewer, of entities in some lists or
    datasets (None: any).
    """

    viewer: Viewer
    sources: frozenset[str] | None = None


def search_entities(
    text: str, snapshot: IndexSnapshot, scope: SearchScope, entity_id: str = ""
) -> FoundEntities:
    """Return the entities that state a text; for an empty text, all entities with relevance 0.

    An entity is returned only if no other entity states more of the words, and if it has at least
    half of the best relevance. If the text is an id of the entity `entity_id`, this entity comes
    first.
    """
    places = _EntityPlaces(snapshot, scope)
    sizes = [len(segment) for segment in snapshot.segments]
    if not text:
        return _gather(snapshot, places.active, [_Relevance.zeros(size) for size in sizes])
    relevance = _sum_words(read_typed_text(text), places, sizes)
    if entity_id:
        for number, segment in enumerate(snapshot.segments):
            row = pc.index(segment.ids, entity_id).as_py()
            if row >= 0 and places.active[number][row]:
                relevance[number].sums[row] = FIRST
    return _gather(snapshot, [part.sums > 0 for part in relevance], relevance)


class _EntityPlaces:
    """Rows of entities in the segments of a snapshot, for the entities whose records a search may
    read.
    """

    def __init__(self, snapshot: IndexSnapshot, scope: SearchScope) -> None:
        self._segments = snapshot.segments
        self.active = (
            snapshot.active
            if scope.sources is None
            else tuple(
                active & _is_known(segment, snapshot.scope(scope.sources))
                for segment, active in zip(snapshot.segments, snapshot.active, strict=True)
            )
        )

    def bearers_of_word(self, word: str) -> list[_SegmentBearers]:
        """Return the entities that state a word, a word that begins with it, or a similar word."""
        return [
            self._collect(number, _word_ranges(segment.terms, word))
            for number, segment in enumerate(self._segments)
        ]

    def bearers_of_whole(self, typed: TypedText) -> list[_SegmentBearers]:
        """Return the entities with a value that equals, or begins with, the whole typed text."""
        return [
            self._collect(number, _whole_ranges(segment.terms, typed))
            for number, segment in enumerate(self._segments)
        ]

    def _collect(self, number: int, ranges: TermRanges) -> _SegmentBearers:
        segment = self._segments[number]
        bearers = Bearers(
            np.zeros(len(segment), dtype=np.float32),
            np.zeros(len(segment), dtype=bool),
            np.empty(len(segment), dtype=np.int32),
        )
        count = raise_bearers(
            ranges,
            Postings(segment.terms.records, segment.terms.weights, segment.owners),
            _ALL_VISIBLE,
            self.active[number],
            bearers,
        )
        rows = bearers.touched[:count].astype(np.int64)
        return rows, bearers.best[rows] / np.float32(WEIGHT_UNITS), bearers.is_place[rows]


def _is_known(segment: IndexSegment, scope: DatasetScope) -> Bools:
    """Return which entities have a record in a scope."""
    owners = np.zeros(len(segment), dtype=bool)
    owners[segment.owners[scope.has(segment.stored.batch)]] = True
    return owners


def _gather(
    snapshot: IndexSnapshot, masks: Sequence[Bools], relevance: Sequence[_Relevance]
) -> FoundEntities:
    rows = [np.flatnonzero(mask) for mask in masks]
    parts = list(zip(relevance, rows, strict=True))
    sums = [np.zeros(0, dtype=np.float32), *(part.sums[chosen] for part, chosen in parts)]
    by_place = [2 * part.of_places[chosen] > part.sums[chosen] for part, chosen in parts]
    return FoundEntities(
        snapshot,
        np.repeat(np.arange(len(rows)), [len(part) for part in rows]),
        np.concatenate([np.zeros(0, dtype=np.int64), *rows]),
        np.concatenate(sums),
        np.concatenate([np.zeros(0, dtype=bool), *by_place]),
    )


def _word_ranges(terms: TermIndex, word: str) -> TermRanges:
    ranges, factors = [terms.find(word)], [1.0]
    if len(word) >= _MIN_PREFIX:
        ranges.append(terms.find_beginning(word))
        factors.append(_PREFIX_FACTOR)
    similar, similar_factors = terms.similar.find(word)
    firsts, lasts = np.array(ranges, dtype=np.int64).T
    return TermRanges(
        np.concatenate([firsts, terms.starts[similar]]),
        np.concatenate([lasts, terms.starts[similar + 1]]),
        np.concatenate([np.array(factors, dtype=np.float32), similar_factors]),
    )


def _whole_ranges(terms: TermIndex, typed: TypedText) -> TermRanges:
    ranges = [terms.find(term) for term in typed.wholes]
    factors = [1.0] * len(ranges)
    if len(typed.beginning) > _MIN_PREFIX:
        ranges.append(terms.find_beginning(typed.beginning))
        factors.append(_PREFIX_FACTOR)
    firsts, lasts = np.array(ranges, dtype=np.int64).T.copy()
    return TermRanges(firsts, lasts, np.array(factors, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class _Relevance:
    """Relevance of the entities of a segment: the sums over all words, the sums over words stated
    as places, and the number of words that each entity states.
    """

    sums: _Factors
    of_places: _Factors
    words: npt.NDArray[np.uint8]

    @classmethod
    def zeros(cls, size: int) -> _Relevance:
        """Return the relevance of entities that state nothing."""
        sums, of_places = np.zeros((2, size), dtype=np.float32)
        return cls(sums, of_places, np.zeros(size, dtype=np.uint8))

    def add_word(self, rarity: float, bearers: _SegmentBearers) -> None:
        """Add a word with its rarity."""
        rows, factors, is_place = bearers
        self.sums[rows] += np.float32(rarity) * factors
        self.of_places[rows] += np.float32(rarity) * factors * is_place
        self.words[rows] += 1

    def set_whole(self, total: float, words: int, bearers: _SegmentBearers) -> None:
        """Let values that equal the whole text count as all of its words."""
        rows, factors, is_place = bearers
        self.words[rows] = words
        is_better = np.float32(total) * factors > self.sums[rows]
        rows, factors, is_place = rows[is_better], factors[is_better], is_place[is_better]
        self.sums[rows] = np.float32(total) * factors
        self.of_places[rows] = self.sums[rows] * is_place


def _sum_words(typed: TypedText, places: _EntityPlaces, sizes: Sequence[int]) -> list[_Relevance]:
    """Return the relevance of the entities of each segment; 0 for entities that do not count."""
    parts = [_Relevance.zeros(size) for size in sizes]
    total = 0.0
    for word in typed.words:
        bearers = places.bearers_of_word(word)
        rarity = 1 / (1 + math.log1p(sum(len(rows) for rows, _, _ in bearers)))
        total += rarity
        for part, of_segment in zip(parts, bearers, strict=True):
            part.add_word(rarity, of_segment)
    if typed.words:
        for part, of_segment in zip(parts, places.bearers_of_whole(typed), strict=True):
            part.set_whole(total, len(typed.words), of_segment)
    most_words = max((int(part.words.max(initial=0)) for part in parts), default=0)
    least = _LEAST_SHARE * max(
        (float(part.sums[part.words == most_words].max(initial=0)) for part in parts), default=0.0
    )
    for part in parts:
        part.sums[(part.words < most_words) | (part.sums < least)] = 0
        part.sums[:] /= np.float32(max(total, 1e-9))
        part.of_places[:] /= np.float32(max(total, 1e-9))
    return parts
