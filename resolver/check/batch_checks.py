"""Checks of many queries in one pass; each query gets the answer of a single check.

A single check spends most of its time on thousands of steps that take a few microseconds each. Many
queries share these steps: all queries are brought into normal form together, their keys and words
are looked up together, and all pairs of a query and an entity are compared together.

Every pair that a single check compares is compared here, too. Nearly all of these pairs are far
below review, but to prove this for a pair takes as long as to compare it: most of the time is spent
on finding which words of the two names are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.check.entity_index import IndexSnapshot
from resolver.check.queries import SOURCE, comparable_record
from resolver.check.ranking import (
    ALIKE_NAME,
    ALIKE_WORD,
    FIRST_ROUND_SIZE,
    LATE_FRACTION,
    MAX_COMPARED,
    MAX_FULL_NAMES,
    RoundHits,
    score_after_competition,
)
from resolver.check.retrieval import CandidateFinder, locate
from resolver.engines.pair_scoring import ExplainedPairs, score_explained
from resolver.matching.blocking.keys import identity_tokens
from resolver.matching.pipeline import normalize
from resolver.names.row_gathering import GatheredBatch, NameMaterial, name_material
from resolver.records import Batch, Record
from resolver.records.prepared.assembly import LazyBatch
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.record import kind_variants
from resolver.records.visibility import DatasetScope

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
BATCH_SIZE = 1_000
"""Number of queries that are compared together. With fewer, words that queries have in common are
brought into normal form more often. With more, their pairs need more memory, some 50 KB for each
query, and no time is gained.
"""

_ROUND_SIZE = 128
"""Number of readings whose candidates are compared together. The words of more readings do not fit
into the cache of a processor. Fewer readings have fewer entities in common, each of which is
gathered once.
"""


@dataclass(frozen=True, slots=True)
class CandidateRounds:
    """Candidates of one query that compete or have its name, for each of its readings as a kind. It
    also states whether these are all, and how strong further candidates may be
    (`compare_in_rounds`).

    `rows`: the readings in normal form. `is_dated`: the query states a birth date. `is_word`: the
    name of a reading is a single word.
    """

    readings: tuple[tuple[list[RoundHits], bool, int | None], ...]
    rows: tuple[BatchRows, ...] = ()
    is_dated: bool = False
    is_word: bool = False

    @property
    def has_candidates(self) -> bool:
        """Whether any candidate may be shown."""
        return any(len(hits) for rounds, _, _ in self.readings for hits in rounds)

    def prepared(self) -> list[PreparedBatch]:
        """Return each reading in normal form, as a separate batch."""
        # made here, since arrays of lists load pandas, which a server does not need before its
        # first answer
        no_id = pa.array([""], pa.string())
        return [LazyBatch([row], no_id, is_query=True) for row in self.rows]


def compare_many(
    queries: Sequence[Record],
    snapshot: IndexSnapshot,
    finder: CandidateFinder,
    scope: DatasetScope | None,
) -> list[CandidateRounds]:
    """Compare queries with the entities of an index. Return the candidates of each query, down to
    the review threshold.
    """
    variants: list[Record] = []
    ends = [0]
    for query in queries:
        variants += [row for row in kind_variants(query) if snapshot.has_kind(int(row.kind))]
        ends.append(len(variants))
    if not variants:
        return [CandidateRounds(()) for _ in queries]
    records = [
        replace(comparable_record(row, snapshot.models.tables), id=f"{SOURCE}:{number:09d}")
        for number, row in enumerate(variants)
    ]
    prepared = normalize(Batch.from_records(records).canonical(), snapshot.models)
    comparison = _Comparison(prepared, snapshot)
    readings = comparison.run(finder, scope)
    rows = [BatchRows(prepared, np.array([row], dtype=np.int64)) for row in range(len(prepared))]
    is_dated, is_word = prepared.births.counts > 0, comparison.word_counts == 1
    return [
        CandidateRounds(
            tuple(readings[start:stop]),
            tuple(rows[start:stop]),
            bool(is_dated[start:stop].any()),
            bool(is_word[start:stop].any()),
        )
        for start, stop in pairwise(ends)
    ]


@dataclass
class _Reading:
    """One reading of a query while its candidates are compared in rounds."""

    candidates: Numbers
    share: float
    rounds: list[RoundHits] = field(default_factory=list)
    remaining: float = 0.0
    late: int | None = None
    is_done: bool = False
    is_complete: bool = True

    def places_of(self, first: int, last: int) -> Numbers:
        """Return the candidates of a round; its bounds are the bounds for a query with few
        names.
        """
        return self.candidates[int(self.share * first) : int(self.share * last)]


@dataclass(frozen=True)
class _Comparison:
    """Comparison of the readings of some queries, each a record of `prepared`."""

    prepared: PreparedBatch
    snapshot: IndexSnapshot

    @cached_property
    def _review(self) -> float:
        return self.snapshot.thresholds.review

    @cached_property
    def _material(self) -> NameMaterial:
        return name_material(self.prepared)

    @cached_property
    def word_counts(self) -> Numbers:
        """Number of words of each reading that carry identity."""
        words = self.prepared.names.through(self.prepared.forms.tokens).distinct()
        kept = identity_tokens(self.prepared)[words.items]
        counts: Numbers = np.bincount(words.rows[kept], minlength=len(self.prepared))
        return counts

    def run(
        self, finder: CandidateFinder, scope: DatasetScope | None
    ) -> list[tuple[list[RoundHits], bool, int | None]]:
        """Return, for each reading, the result of `compare_in_rounds`."""
        names = np.maximum(self.prepared.names.counts, 1)
        shares = np.minimum(1.0, MAX_FULL_NAMES / names).tolist()
        found = finder.find_candidates_of_many(
            self.prepared, self.snapshot, scope, MAX_COMPARED, shares
        )
        readings = [_Reading(*row) for row in zip(found, shares, strict=True)]
        for first, last in pairwise((0, FIRST_ROUND_SIZE, MAX_COMPARED)):
            rows = [
                number
                for number, reading in enumerate(readings)
                if not reading.is_done and len(reading.places_of(first, last))
            ]
            for start in range(0, len(rows), _ROUND_SIZE):
                self._compare_round(readings, rows[start : start + _ROUND_SIZE], (first, last))
        for number, reading in enumerate(readings):
            if not len(reading.candidates):
                # the answer is complete only if the query has words to search by
                reading.is_complete = bool(self.word_counts[number])
        return [(reading.rounds, reading.is_complete, reading.late) for reading in readings]

    def _compare_round(
        self, readings: Sequence[_Reading], rows: Sequence[int], limits: tuple[int, int]
    ) -> None:
        """Compare the candidates of one round of some readings, and note which of them reach
        review.
        """
        places = [readings[row].places_of(*limits) for row in rows]
        counts = np.array([len(some) for some in places])
        scored, segments, entities = self._compare_pairs(rows, np.concatenate(places), counts)
        left = scored.left
        score, name = scored.scores, scored.similarities("name") >= ALIKE_NAME
        is_word = (self.word_counts[rows] == 1)[left]
        if is_word.any():
            name |= is_word & (scored.similarities("name_weakest") >= ALIKE_WORD)
        chosen = np.flatnonzero((score >= self._review) | name)
        bounds = np.searchsorted(left[chosen], np.arange(len(rows) + 1)).tolist()
        starts = np.cumsum(counts) - counts
        for number, row in enumerate(rows):
            reading, own = readings[row], chosen[bounds[number] : bounds[number + 1]]
            hits = RoundHits(
                scored,
                own,
                segments[own],
                entities[own],
                scored.logodds[own].astype(np.int64),
                score[own] >= self._review,
                name[own],
            )
            count = int(counts[number])
            is_late = own - starts[number] >= count - count // LATE_FRACTION
            self._end_round(reading, hits, is_late, limits[1])

    def _compare_pairs(
        self, rows: Sequence[int], places: Numbers, counts: Numbers
    ) -> tuple[ExplainedPairs, Numbers, Numbers]:
        """Compare readings with entities, given by their positions; `counts` has the number of
        entities of each reading. Also return the segment of each entity and its row there.
        """
        # readings have entities in common, and each entity is gathered only once
        unique, inverse = np.unique(places, return_inverse=True)
        segment_of, row_of = locate(self.snapshot.segments, unique)
        parts = [BatchRows(self.prepared, np.array(rows, dtype=np.int64))]
        materials = [self._material]
        for number in np.flatnonzero(np.bincount(segment_of)).tolist():
            segment = self.snapshot.segments[number]
            parts.append(BatchRows(segment.prepared, row_of[segment_of == number]))
            materials.append(segment.material)
        # a comparison shows no ids of rows; ids of entities are looked up by position
        ids = pa.array([""] * (len(rows) + len(unique)), pa.string())
        work = GatheredBatch(parts, ids, materials, is_query=False)
        scored = score_explained(
            work,
            work.name_index(),
            self.snapshot.models,
            np.repeat(np.arange(len(rows), dtype=np.int32), counts),
            (inverse + len(rows)).astype(np.int32),
            query=self.prepared,
        )
        return scored, segment_of[inverse], row_of[inverse]

    def _end_round(self, reading: _Reading, hits: RoundHits, is_late: Bools, limit: int) -> None:
        """Note the hits of a round, and whether another round is needed, as in
        `compare_in_rounds`.
        """
        if len(hits):
            reading.rounds.append(hits)
        late = hits.logodds[is_late]
        reading.late = int(late.max()) if len(late) else None
        total, most = len(reading.candidates), int(reading.share * MAX_COMPARED)
        if total <= int(reading.share * limit) and total < most:
            reading.is_done, reading.is_complete, reading.late = True, True, None
            return
        remaining = score_after_competition(hits, is_late)
        reading.is_done = remaining < self._review
        reading.is_complete = reading.is_done or total < most
