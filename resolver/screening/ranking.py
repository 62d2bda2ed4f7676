"""Ranking of candidates: compare them with a query in rounds, the likeliest first, let them
compete, and keep those at or above a cutoff.

A round has a high fixed cost and a low cost per entity, so there are two: the likeliest, which
suffice for many queries, then far more of the others.

Candidates compete (`resolver.scoring.competition`), as the query means one of them at most. All
compared ones at or above the review threshold by their own evidence compete; those below are
distinct and do not. Whether the second round is compared, and whether its candidates compete, does
not depend on the limit, and whether they compete not on the cutoff either, so that a score depends
on neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from resolver.records.visibility import Viewer
from resolver.scoring import Thresholds, scores
from resolver.scoring.competition import (
    InReview,
    add_competition,
    compete,
    group_in_review,
)
from resolver.screening.entity_index import IndexSnapshot
from resolver.screening.visible_profiles import VisibleProfiles, count_visible_members
from resolver.store import Store

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
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
_NONE: Numbers = np.zeros(0, dtype=np.int64)
_MAX_LOOKED_UP, _MAX_LOOKED_UP_RECORDS = 20, 100
"""Strongest competitors, and visible records of these, whose review links are looked up; each pair
of records is. Further ones count each by itself.
"""


@dataclass(frozen=True, slots=True)
class RoundHits:
    """Entities of one round at or above a floor: their segments, rows there, log-odds (thousandths)
    by their own evidence, whether they compete, and their pairs in `scored_pairs`.
    """

    scored_pairs: ExplainedPairs
    pairs: Numbers
    segments: Numbers
    rows: Numbers
    logodds: Numbers
    is_competitor: Bools

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True, slots=True)
class Hit:
    """Entity at or above the cutoff: its id, its place in the index, its pair in `scored_pairs`.

    `score` is that after competition with `others`, which took `weight` (thousandths).
    """

    id: str
    segment: int
    row: int
    score: float
    scored_pairs: ExplainedPairs
    pair: int
    weight: int
    others: int


@dataclass(frozen=True)
class Candidates:
    """Candidates of a query in the rounds of all its variants, each entity once.

    `rounds[number]` is the round of each, `places` the position there.
    """

    snapshot: IndexSnapshot
    rounds: Sequence[RoundHits]
    numbers: Numbers
    places: Numbers
    segments: Numbers
    rows: Numbers
    logodds: Numbers
    is_competitor: Bools

    @classmethod
    def of(cls, snapshot: IndexSnapshot, rounds: Sequence[RoundHits]) -> Candidates:
        """Gather the rounds; of an entity in several the strongest evidence counts."""
        numbers = np.repeat(np.arange(len(rounds)), [len(hits) for hits in rounds])
        places = np.concatenate([_NONE, *(np.arange(len(hits)) for hits in rounds)])
        segments = np.concatenate([_NONE, *(hits.segments for hits in rounds)])
        rows = np.concatenate([_NONE, *(hits.rows for hits in rounds)])
        logodds = np.concatenate([_NONE, *(hits.logodds for hits in rounds)])
        competes = np.concatenate([_NONE > 0, *(hits.is_competitor for hits in rounds)])
        order = np.lexsort((numbers, -logodds, rows, segments))
        is_first = np.ones(len(order), dtype=bool)
        is_first[1:] = (np.diff(segments[order]) != 0) | (np.diff(rows[order]) != 0)
        best = order[is_first]
        columns = (numbers[best], places[best], segments[best], rows[best], logodds[best])
        return cls(snapshot, rounds, *columns, competes[best])

    def entity_id(self, position: int) -> str:
        """Return the id of the entity of a candidate."""
        segment = self.snapshot.segments[int(self.segments[position])]
        return str(segment.ids[int(self.rows[position])].as_py())

    def strongest_first(self, positions: Numbers, logodds: Numbers, count: int) -> list[int]:
        """Return the strongest of some positions by log-odds of all candidates, ties by id."""
        if not count or not len(positions):
            return []
        lowest = np.sort(logodds[positions])[-min(count, len(positions))]
        best: list[int] = positions[logodds[positions] >= lowest].tolist()
        best.sort(key=lambda position: (-int(logodds[position]), self.entity_id(position)))
        return best[:count]


def rank_hits(
    candidates: Candidates, cutoff: float, count: int, in_review: InReview
) -> tuple[list[Hit], int]:
    """Let the candidates compete; return the best `count` at or above the cutoff, best first (ties
    by id), and the number of all that are.
    """
    competition = compete(candidates.logodds, candidates.is_competitor, in_review)
    score = scores(competition.logodds)
    above_cutoff = np.flatnonzero(score >= cutoff)
    hits = []
    for position in candidates.strongest_first(above_cutoff, competition.logodds, count):
        round_hits = candidates.rounds[int(candidates.numbers[position])]
        hits.append(
            Hit(
                candidates.entity_id(position),
                int(candidates.segments[position]),
                int(candidates.rows[position]),
                float(score[position]),
                round_hits.scored_pairs,
                int(round_hits.pairs[candidates.places[position]]),
                int(competition.weights[position]),
                int(competition.others[position]),
            )
        )
    return hits, len(above_cutoff)


def find_in_review(candidates: Candidates, store: Store, viewer: Viewer) -> InReview:
    """Find which competitors are in review with each other, by links of records that the viewer may
    see; one query of the store, and none for fewer than two competitors.
    """
    positions = np.flatnonzero(candidates.is_competitor)
    if len(positions) < 2:
        return {}
    strongest = candidates.strongest_first(positions, candidates.logodds, _MAX_LOOKED_UP)
    places: dict[int, int] = {}
    hidden_ids: list[str] = []
    record_count = 0
    for position in strongest:
        segment = candidates.snapshot.segments[int(candidates.segments[position])]
        row = int(candidates.rows[position])
        visible_count, hidden = count_visible_members(segment, row, viewer)
        record_count += visible_count
        if record_count > _MAX_LOOKED_UP_RECORDS:
            break
        places[int(segment.entities[row])] = position
        hidden_ids += hidden
    if len(places) < 2:
        return {}
    with store.view(candidates.snapshot.revision) as view:
        pairs = view.entities_in_review(list(places), hidden_ids)
    return group_in_review(strongest, [(places[left], places[right]) for left, right in pairs])


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
        explanation = hit.scored_pairs.explanation(hit.pair, self._thresholds)
        return add_competition(explanation, hit.weight, hit.others, self._thresholds)


def compared_share(query: PreparedBatch) -> float:
    """Return the share of candidates (0…1) that a query compares, by its number of names."""
    return min(1.0, _MAX_FULL_NAMES / max(len(query.names.items), 1))


def compare_in_rounds(
    query: PreparedBatch,
    snapshot: IndexSnapshot,
    candidates: Numbers,
    cutoff: float,
    profiles: VisibleProfiles,
) -> tuple[list[RoundHits], bool]:
    """Compare candidates (places in the index, the likeliest first) and return those that compete
    or reach the cutoff by their own evidence; and whether these are all.

    The second round is compared only if the best of the last part of the first would still reach
    the cutoff or the review threshold after competition there, for later ones score no better. Its
    candidates compete if it is the review threshold.
    """
    rounds: list[RoundHits] = []
    share, material = compared_share(query), name_material(query)
    max_compared = int(share * MAX_COMPARED)
    review = snapshot.thresholds.review
    floor, competes_from = min(cutoff, review), review
    late_score = 0.0
    for first, last in pairwise((0, int(share * FIRST_ROUND_SIZE), max_compared)):
        places = candidates[first:last]
        if not len(places):
            break
        round_hits, late_logodds = _compare_round(
            material, snapshot, places, (floor, competes_from), profiles
        )
        rounds.append(round_hits)
        late_score = float(scores(late_logodds).max(initial=0))
        if len(places) < last - first:
            return rounds, True
        remaining_score = _score_after_competition(late_logodds, round_hits)
        if remaining_score < floor:
            return rounds, late_score < cutoff
        if remaining_score < review:
            # only for a low cutoff are later ones compared
            competes_from = np.inf
    return rounds, late_score < cutoff or len(candidates) < max_compared


def _score_after_competition(late_logodds: Numbers, round_hits: RoundHits) -> float:
    """Return the score of the best late candidate after competition with its whole round."""
    if not len(late_logodds):
        return 0.0
    best = float(np.exp(late_logodds.max() / 1000.0))
    competing = float(np.exp(round_hits.logodds[round_hits.is_competitor] / 1000.0).sum())
    return best / (1.0 + max(best, competing))


def _compare_round(
    query_material: NameMaterial,
    snapshot: IndexSnapshot,
    places: Numbers,
    floors: tuple[float, float],
    profiles: VisibleProfiles,
) -> tuple[RoundHits, Numbers]:
    """Return the entities of some places that reach a score, and the log-odds of those in the least
    likely part that do.

    `floors`: that score, and the one from which they compete.
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
    floor, competes_from = floors
    score = scored_pairs.scores
    chosen = np.flatnonzero(score >= floor)
    hits, logodds = order[chosen], scored_pairs.logodds[chosen].astype(np.int64)
    is_late = hits >= len(places) - len(places) // _LATE_FRACTION
    round_hits = RoundHits(
        scored_pairs,
        chosen,
        segment_of[hits],
        row_of[hits],
        logodds,
        score[chosen] >= competes_from,
    )
    return round_hits, logodds[is_late]


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
