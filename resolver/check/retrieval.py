"""Retrieval of the candidates of one query from the entity index, the likeliest first; nothing is
compared yet.

Two ways lead to an entity: words of its names (`resolver.matching.blocking.word_lookup`), and keys
that need no name (the same date of birth, number, telephone, mailbox, or initials of a group). The
prefilter score (`resolver.matching.blocking.keys`) and the weight of shared words put them in
order.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.check.entity_index import IndexSnapshot
from resolver.check.index_segment import CHECK_PLAN, IndexSegment
from resolver.matching.blocking import Plan
from resolver.matching.blocking.key_lookup import (
    build_key_table,
    exclude_members,
    find_nearest,
    find_nearest_of_many,
    query_scores,
    smallest_numbers,
)
from resolver.matching.blocking.keys import prefilter_arrays, take_prefilter_row
from resolver.matching.blocking.word_lookup import (
    ProfileMask,
    SoughtWords,
    WordScores,
    seek_words,
    seek_words_of_many,
)
from resolver.matching.kernels.prefilter import PrefilterArrays
from resolver.records import Kind
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.visibility import DatasetScope
from resolver.runtime.text_hashes import TextLetters

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_PLACE_RANGE = 1 << 32
"""Number of positions that fit in a number beside the score (prefilter scores lie within ±4,096,
word scores below 2²⁴).
"""
MAX_PREFILTERED = 4_500
"""Approximate number of entities found by words that the prefilter scores for one query, at
most.
"""


def locate(segments: Sequence[IndexSegment], places: Numbers) -> tuple[Numbers, Numbers]:
    """Return the segment of each position, and the row there; position n is the n-th entity of all
    segments.
    """
    if len(segments) == 1:
        return np.zeros_like(places), places
    first_places = np.array(list(accumulate(map(len, segments), initial=0)))
    segment_of = np.searchsorted(first_places, places, side="right") - 1
    return segment_of, places - first_places[segment_of]


class _Ranking(NamedTuple):
    """Places found in one part of the index, with their prefilter and word scores."""

    places: Numbers
    prefilter_scores: Numbers
    word_scores: Numbers


_NOTHING = _Ranking(*(np.zeros(0, dtype=np.int64) for _ in _Ranking._fields))


class CandidateFinder:
    """Finder of the entities near a record. Thread-safe."""

    def __init__(self) -> None:
        self._scores = WordScores()
        self._lock = threading.Lock()

    def find_candidates(
        self,
        query: PreparedBatch,
        snapshot: IndexSnapshot,
        scope: DatasetScope | None,
        limit: int,
        share: float = 1.0,
    ) -> Numbers:
        """Return the positions (`locate`) of the entities that the single record of `query` may
        mean, the likeliest first, at most `limit`.

        Entities must have a record in the scope (None: any). `share` is the part of the entities
        found by words that the prefilter scores.
        """
        kind, letters = int(query.kinds[0]), TextLetters.of(query.tokens.texts)
        words = seek_words(query, letters)
        arrays = prefilter_arrays(query, letters=letters)
        keys = build_key_table(query, _query_plan(query))
        by_key = np.unique(find_nearest(keys, kind, snapshot.key_tables).numbers)
        return self._find(kind, words, arrays, by_key, snapshot, scope, limit, share)

    def find_candidates_of_many(
        self,
        queries: PreparedBatch,
        snapshot: IndexSnapshot,
        scope: DatasetScope | None,
        limit: int,
        shares: Sequence[float],
    ) -> list[Numbers]:
        """Return the result of `find_candidates` for each record of `queries`; `shares` has the
        share of each record.

        Slow steps of a single query (the codes of its words, and its keys) are computed for all
        together.
        """
        by_key = find_nearest_of_many(
            build_key_table(queries, CHECK_PLAN), queries.kinds, snapshot.key_tables
        )
        arrays, words = prefilter_arrays(queries), seek_words_of_many(queries)
        return [
            self._find(
                int(queries.kinds[row]),
                words[row],
                take_prefilter_row(arrays, row),
                by_key[row],
                snapshot,
                scope,
                limit,
                share,
            )
            for row, share in enumerate(shares)
        ]

    def _find(
        self,
        kind: int,
        words: SoughtWords,
        arrays: PrefilterArrays,
        by_key: Numbers,
        snapshot: IndexSnapshot,
        scope: DatasetScope | None,
        limit: int,
        share: float,
    ) -> Numbers:
        """Return the result of `find_candidates` for a query, given by its kind, words and
        prefilter arrays, and the positions to which its keys lead.
        """
        rankings, first = [_NOTHING], 0
        masks = snapshot.active_of_kind(kind)
        for segment, mask in zip(snapshot.segments, masks, strict=True):
            if scope is not None:
                mask = ProfileMask.of(mask.active & _has_record_of(segment, scope))
            with self._lock:
                rows, word_scores = self._scores.best(
                    words,
                    segment.words,
                    arrays,
                    segment.prefilter_arrays,
                    mask,
                    int(share * MAX_PREFILTERED),
                    snapshot.entity_count,
                )
            last = first + len(segment)
            others = by_key[(by_key >= first) & (by_key < last)] - first
            others = exclude_members(others[mask.active[others]], rows)
            rows = np.concatenate([rows, others])
            word_scores = np.concatenate([word_scores, np.zeros_like(others)])
            scores = query_scores(arrays, segment.prefilter_arrays, rows)
            rankings.append(_Ranking(rows + first, scores, word_scores))
            first = last
        ranking = _Ranking(*map(np.concatenate, zip(*rankings, strict=True)))
        return _order_places(ranking, snapshot.segments, limit)


def _order_places(ranking: _Ranking, segments: Sequence[IndexSegment], limit: int) -> Numbers:
    """Return the first `limit` positions by score; ties are ordered by the number of the entity,
    across segments.

    The prefilter compares dates, places of birth and identical words, but neither short forms
    (Billy, William) nor the rarity of words. Its score (tenths of a nat) and the score of the words
    (256ths) are added.
    """
    # score and position in one number: sorting these takes a tenth of the time of sorting by two
    # keys
    scores = 128 * ranking.prefilter_scores + 5 * ranking.word_scores
    if len(segments) == 1:
        # entities of a segment are in the order of their numbers
        marked = scores * -_PLACE_RANGE + ranking.places
        ordered: Numbers = smallest_numbers(marked, limit) % _PLACE_RANGE
        return ordered
    segment_of, row_of = locate(segments, ranking.places)
    numbers = np.zeros_like(ranking.places)
    for place, segment in enumerate(segments):
        is_here = segment_of == place
        numbers[is_here] = segment.entities[row_of[is_here]]
    by_number = np.argsort(numbers)
    marked = scores[by_number] * -_PLACE_RANGE + np.arange(len(numbers))
    ordered = by_number[smallest_numbers(marked, limit) % _PLACE_RANGE]
    return ranking.places[ordered]


def _query_plan(query: PreparedBatch) -> Plan:
    """Return the plan without the rules that give the query no keys, because most queries state
    neither a number nor a telephone.
    """
    phones, mails = len(query.plain["phone"][0].items), len(query.plain["email"][0].items)
    key_counts = {
        "birth_day": len(query.births.items),
        "identifier": len(query.identifiers.items),
        "contact": phones + mails,
        "mailbox": mails,
        "acronym": int(query.kinds[0]) & int(Kind.GROUP),
    }
    return replace(
        CHECK_PLAN,
        rules={
            name: refined for name, refined in CHECK_PLAN.rules.items() if key_counts.get(name, 1)
        },
    )


@lru_cache(maxsize=16)
def _has_record_of(segment: IndexSegment, scope: DatasetScope) -> Bools:
    """Return which entities of a segment have a record in a scope."""
    has_record = np.zeros(len(segment), dtype=bool)
    has_record[segment.owners[scope.has(segment.stored.batch)]] = True
    return has_record
