"""Retrieval of the candidates of one query from the entity index, the likeliest first, before
anything is compared.

Two ways lead to an entity: words of its names (`resolver.blocking.retrieval.word_lookup`), and keys
that need no name (same date of birth, number, telephone, mailbox, or initials of a group). The
prefilter score (`resolver.blocking.prefilter`) and the weight of shared words put them in order.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resolver.blocking import Plan
from resolver.blocking.prefilter import prefilter_arrays
from resolver.blocking.retrieval.key_lookup import build_key_table
from resolver.blocking.retrieval.nearest_records import find_nearest
from resolver.blocking.retrieval.query_prefilter import query_scores
from resolver.blocking.retrieval.smallest import exclude_members, smallest_numbers
from resolver.blocking.retrieval.word_lookup import (
    ProfileMask,
    SoughtWords,
    WordScores,
    seek_words,
)
from resolver.kernels.blocking.prefilter_records import PrefilterArrays
from resolver.records import Kind
from resolver.records.prepared.batch import PreparedBatch
from resolver.screening.entity_index import IndexSnapshot
from resolver.screening.index_segment import CHECK_PLAN, IndexSegment

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_PLACE_RANGE = 1 << 32
"""Places that fit in a number beside the score (prefilter scores lie within ±4,096, word scores
below 2²⁴).
"""
MAX_PREFILTERED = 4_500
"""Entities found by words that are scored by the prefilter for one query, about."""


class CandidateFinder:
    """Finder of the entities near a record. Thread-safe."""

    def __init__(self) -> None:
        self._scores = WordScores()
        self._lock = threading.Lock()

    def find_candidates(
        self,
        query: PreparedBatch,
        snapshot: IndexSnapshot,
        sources: frozenset[str] | None,
        limit: int,
        share: float = 1.0,
    ) -> Numbers:
        """Find the entities that the only record of `query` may mean, the likeliest first, `limit`
        at most.

        Returns places in the index (entity n of all segments, one after the other). `sources`
        restricts them to entities known to one of these. `share` is the part of those found by
        words that the prefilter scores.
        """
        query_words, query_arrays = seek_words(query), prefilter_arrays(query)
        kind = int(query.kinds[0])
        hits = find_nearest(build_key_table(query, _query_plan(query)), kind, snapshot.key_tables)
        places_by_segment: list[Numbers] = []
        ranks: list[tuple[Numbers, Numbers]] = []
        first, entity_count = 0, sum(map(len, snapshot.segments))
        for segment, mask in zip(snapshot.segments, snapshot.active_of_kind(kind), strict=True):
            if sources is not None:
                mask = ProfileMask.of(mask.active & _has_record_of(segment, sources))
            rows, word_scores = self._find_by_words(
                query_words,
                query_arrays,
                segment,
                mask,
                entity_count,
                int(share * MAX_PREFILTERED),
            )
            if len(hits.numbers):
                is_here = (hits.numbers >= first) & (hits.numbers < first + len(segment))
                by_key = np.unique(hits.numbers[is_here]) - first
                by_key = exclude_members(by_key[mask.active[by_key]], rows)
                rows = np.concatenate([rows, by_key])
                word_scores = np.concatenate([word_scores, np.zeros_like(by_key)])
            places_by_segment.append(rows + first)
            ranks.append((query_scores(query_arrays, segment.prefilter_arrays, rows), word_scores))
            first += len(segment)
        places = np.concatenate(places_by_segment)
        prefilter_scores, all_word_scores = (
            np.concatenate([rank[side] for rank in ranks]) for side in (0, 1)
        )
        return _order_places(places, prefilter_scores, all_word_scores, limit)

    def _find_by_words(
        self,
        words: SoughtWords,
        query_arrays: PrefilterArrays,
        segment: IndexSegment,
        mask: ProfileMask,
        entity_count: int,
        limit: int,
    ) -> tuple[Numbers, Numbers]:
        with self._lock:
            return self._scores.best(
                words,
                segment.words,
                query_arrays,
                segment.prefilter_arrays,
                mask,
                limit,
                entity_count,
            )


def _order_places(
    places: Numbers, prefilter_scores: Numbers, word_scores: Numbers, limit: int
) -> Numbers:
    """Return the first `limit` places by score; ties by place.

    The prefilter compares dates, places of birth and identical words, but neither short forms
    (Billy, William) nor the rarity of words; its score (tenths of a nat) and that of the words
    (256ths) are added.
    """
    # score and place in one number: sorting these takes a tenth of the time of sorting by two keys
    marked = (128 * prefilter_scores + 5 * word_scores) * -_PLACE_RANGE + places
    ordered: Numbers = smallest_numbers(marked, limit) % _PLACE_RANGE
    return ordered


def _query_plan(query: PreparedBatch) -> Plan:
    """Return the plan without the rules that give the query no keys: most queries state neither
    number nor telephone.
    """
    phones, mails = (len(query.plain[prop][0].items) for prop in ("phone", "email"))
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
def _has_record_of(segment: IndexSegment, sources: frozenset[str]) -> Bools:
    """Return which entities of a segment are known to one of some sources."""
    record_sources = segment.stored.batch.sources
    is_selected = np.array(
        [name in sources for name in record_sources.values.to_pylist()], dtype=bool
    )
    counts = np.bincount(
        segment.sources.rows[is_selected[segment.sources.items]], minlength=len(segment)
    )
    has_record: Bools = counts > 0
    return has_record
