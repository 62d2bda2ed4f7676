"""Ranking of candidates: compare them with a query in rounds, the likeliest first, and keep those
at or above a cutoff.

A round has a high fixed cost and a low cost per entity, so there are two: the likeliest, which
suffice for many queries, then far more of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.comparison import GatheredBatch, NameMaterial, name_material
from resolver.engines.pair_scoring import ExplainedPairs, score_explained
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.results.explanation import Explanation
from resolver.scoring import Thresholds
from resolver.screening.entity_index import IndexSnapshot
from resolver.screening.visible_profiles import VisibleProfiles

Numbers = npt.NDArray[np.int64]
FIRST_ROUND_SIZE = 480
"""Entities compared in the first round."""
MAX_COMPARED = 1_000
"""Entities compared for one query at most."""
_MAX_FULL_NAMES = 6
"""Names of a query above which fewer entities are compared, since each name is compared with each
of theirs.
"""
_LATE_FRACTION = 3
"""Last part of a round (1 / 3) without a match that ends the comparison."""
_QUERY_ID = "!"


@dataclass(frozen=True, slots=True)
class RoundHits:
    """Entities of one round at or above the cutoff: their segments, rows there and scores, and
    their pairs in `scored_pairs`.
    """

    scored_pairs: ExplainedPairs
    pairs: Numbers
    segments: Numbers
    rows: Numbers
    scores: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pairs)

    def hits(self, snapshot: IndexSnapshot, min_score: float) -> Iterator[Hit]:
        """Yield the entities whose score is `min_score` or more."""
        chosen = np.flatnonzero(self.scores >= min_score)
        columns = (self.segments, self.rows, self.scores, self.pairs)
        selected = (column[chosen].tolist() for column in columns)
        for segment, row, score, pair in zip(*selected, strict=True):
            entity_id = snapshot.segments[segment].ids[row].as_py()
            yield Hit(entity_id, segment, row, score, self.scored_pairs, pair)


def select_best(rounds: Sequence[RoundHits], snapshot: IndexSnapshot, count: int) -> list[Hit]:
    """Return the best `count` hits of all rounds, best first (ties by id)."""
    all_scores = np.concatenate([np.zeros(0), *(hits.scores for hits in rounds)])
    if not count or not len(all_scores):
        return []
    min_score = float(np.sort(all_scores)[-min(count, len(all_scores))])
    best = [hit for hits in rounds for hit in hits.hits(snapshot, min_score)]
    best.sort(key=lambda hit: (-hit.score, hit.id))
    return best[:count]


@dataclass(frozen=True, slots=True)
class Hit:
    """Entity at or above the cutoff: its id, its place in the index, its pair in `scored_pairs`."""

    id: str
    segment: int
    row: int
    score: float
    scored_pairs: ExplainedPairs
    pair: int


class LazyExplanations:
    """Explanations of the hits of one answer, all computed when the first is requested."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._hits: list[Hit] = []

    def add(self, hit: Hit) -> Callable[[], Explanation]:
        """Add a hit, and return the function that explains it."""
        self._hits.append(hit)
        return lambda: self._explain(hit)

    def _explain(self, hit: Hit) -> Explanation:
        hits, self._hits = self._hits, []
        for scored_pairs in {id(added.scored_pairs): added.scored_pairs for added in hits}.values():
            scored_pairs.prepare_explanations(
                [added.pair for added in hits if added.scored_pairs is scored_pairs]
            )
        return hit.scored_pairs.explanation(hit.pair, self._thresholds)


def compared_share(query: PreparedBatch) -> float:
    """Return the share of candidates (0…1) that a query compares, by its number of names."""
    return min(1.0, _MAX_FULL_NAMES / max(len(query.names.items), 1))


def compare_in_rounds(
    query: PreparedBatch,
    snapshot: IndexSnapshot,
    candidates: Numbers,
    cutoff: float,
    limit: int,
    profiles: VisibleProfiles,
) -> tuple[list[RoundHits], bool]:
    """Compare candidates (places in the index, the likeliest first) and return those at or above
    the cutoff, the best `limit` among them; and whether these are all.
    """
    rounds: list[RoundHits] = []
    share, material = compared_share(query), name_material(query)
    max_compared = int(share * MAX_COMPARED)
    for first, last in pairwise((0, int(share * FIRST_ROUND_SIZE), max_compared)):
        places = candidates[first:last]
        if not len(places):
            break
        round_hits, late_score = _compare_round(material, snapshot, places, cutoff, profiles)
        rounds.append(round_hits)
        if len(places) < last - first or late_score == 0:
            # candidates are ordered by prefilter score, so later ones score no better
            return rounds, True
        best_scores = np.sort(np.concatenate([hits.scores for hits in rounds]))
        if len(best_scores) >= limit and late_score < best_scores[-limit]:
            # later candidates score too low to be among the best
            return rounds, False
    return rounds, len(candidates) < max_compared


def _compare_round(
    query_material: NameMaterial,
    snapshot: IndexSnapshot,
    places: Numbers,
    cutoff: float,
    profiles: VisibleProfiles,
) -> tuple[RoundHits, float]:
    """Return the hits among some places, and the best score of those in the least likely part (0
    without any).
    """
    segment_of, row_of = _locate(snapshot, places)
    query = query_material.prepared
    parts = [BatchRows(query, np.zeros(1, dtype=np.int64))]
    positions = [np.zeros(0, dtype=np.int64)]
    materials = [query_material]
    for number in np.flatnonzero(np.bincount(segment_of)).tolist():
        in_segment = np.flatnonzero(segment_of == number)
        for part, material, visible_positions in profiles.visible_parts(
            snapshot.segments[number], row_of[in_segment]
        ):
            parts.append(part)
            materials.append(material)
            positions.append(in_segment[visible_positions])
    order = np.concatenate(positions)
    work = GatheredBatch(parts, _ids(len(order)), materials)
    right = np.arange(1, len(work), dtype=np.int32)
    scored_pairs = score_explained(
        work, work.name_index(), snapshot.models, np.zeros_like(right), right, query=query
    )
    score = scored_pairs.scores
    above_cutoff = np.flatnonzero(score >= cutoff)
    hits = order[above_cutoff]
    late = above_cutoff[hits >= len(places) - len(places) // _LATE_FRACTION]
    round_hits = RoundHits(
        scored_pairs, above_cutoff, segment_of[hits], row_of[hits], score[above_cutoff]
    )
    return round_hits, float(score[late].max(initial=0))


def _locate(snapshot: IndexSnapshot, places: Numbers) -> tuple[Numbers, Numbers]:
    """Return the segment of each place in the index, and the row there."""
    if len(snapshot.segments) == 1:
        return np.zeros_like(places), places
    first_places = np.array(list(accumulate(map(len, snapshot.segments), initial=0)))
    segment_of = np.searchsorted(first_places, places, side="right") - 1
    return segment_of, places - first_places[segment_of]


@lru_cache(maxsize=256)
def _ids(count: int) -> pa.StringArray:
    """Return the ids under which a query and `count` entities are compared."""
    return pa.array([_QUERY_ID, *(f"p{place:06d}" for place in range(count))], pa.string())
