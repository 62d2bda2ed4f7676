"""Who of those near a query is at or above a cutoff: compared in rounds, the likeliest first.

A round costs much by itself and little for each entity in it, so there are two: the likeliest, of whom many queries
need no more, then far more of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.comparison import Material, gathered, material_of
from resolver.engines.pair_scoring import Judged, judge
from resolver.records.prepared.assembly import Later, Part
from resolver.records.prepared.batch import Prepared
from resolver.records.results.explanation import Explanation
from resolver.scoring import Borders
from resolver.screening.entity_index import State
from resolver.screening.visible_profiles import Sight

Numbers = npt.NDArray[np.int64]
COMPARED = 480
"""Entities compared in the first round."""
MOST_COMPARED = 1_000
"""Entities compared for one query at most."""
_NAMES = 6
"""Of a query with more names than these fewer entities are compared: each name is compared with each of theirs."""
_LATE = 3
"""Where nobody in the last so-manieth part of a round is meant, nobody later is."""
_QUERY_ID = "!"


@dataclass(frozen=True, slots=True)
class Scored:
    """Entities of one round at or above the cutoff: their shelves, rows there and scores, and the pairs they are of
    what was judged."""

    judged: Judged
    pairs: Numbers
    shelves: Numbers
    rows: Numbers
    scores: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pairs)

    def hits(self, state: State, least: float) -> Iterator[Hit]:
        """Those whose score is `least` or more."""
        some = np.flatnonzero(self.scores >= least)
        columns = (
            self.shelves[some].tolist(),
            self.rows[some].tolist(),
            self.scores[some].tolist(),
        )
        for shelf, row, score, pair in zip(*columns, self.pairs[some].tolist(), strict=True):
            yield Hit(state.shelves[shelf].ids[row].as_py(), shelf, row, score, self.judged, pair)


def best_of(found: Sequence[Scored], state: State, count: int) -> list[Hit]:
    """The best `count` of all, the best first (ties by id)."""
    together = np.concatenate([one.scores for one in found]) if found else np.zeros(0)
    if not count or not len(together):
        return []
    least = float(np.sort(together)[-min(count, len(together))])
    hits = [hit for one in found for hit in one.hits(state, least)]
    hits.sort(key=lambda hit: (-hit.score, hit.id))
    return hits[:count]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity at or above the cutoff: its id and place in the catalogue, and the pair it is of what was judged."""

    id: str
    shelf: int
    row: int
    score: float
    judged: Judged
    pair: int


class Reasons:
    """Why the hits of one answer have their scores, worked out when the first is asked for."""

    def __init__(self, borders: Borders) -> None:
        self._borders = borders
        self._hits: list[Hit] = []

    def of(self, hit: Hit) -> Callable[[], Explanation]:
        """That of one more hit."""
        self._hits.append(hit)
        return lambda: self._why(hit)

    def _why(self, hit: Hit) -> Explanation:
        expected, self._hits = self._hits, []
        for judged in {id(one.judged): one.judged for one in expected}.values():
            judged.expect([one.pair for one in expected if one.judged is judged])
        return hit.judged.explanation(hit.pair, self._borders)


def share_of(asked: Prepared) -> float:
    """What share of those near to a query it is worth comparing, by how many names it has."""
    return min(1.0, _NAMES / max(len(asked.names.items), 1))


def compared(
    asked: Prepared, state: State, near: Numbers, least: float, wanted: int, sight: Sight
) -> tuple[list[Scored], bool]:
    """Those of `near` (places in the catalogue, the likeliest first) whose score is at or
    above `least`, the best `wanted` among them; and whether that is all there are."""
    hits: list[Scored] = []
    share, own = share_of(asked), material_of(asked)
    most = int(share * MOST_COMPARED)
    for first, last in pairwise((0, int(share * COMPARED), most)):
        places = near[first:last]
        if not len(places):
            break
        found, late = _round(own, state, places, least, sight)
        hits.append(found)
        if len(places) < last - first or late == 0:
            # they come by what speaks for them at a glance
            return hits, True
        held = np.sort(np.concatenate([one.scores for one in hits]))
        if len(held) >= wanted and late < held[-wanted]:
            # nobody who comes so late is among the best
            return hits, False
    return hits, len(near) < most


def _round(
    own: Material, state: State, places: Numbers, least: float, sight: Sight
) -> tuple[Scored, float]:
    """The hits among some places, and the best score of those in the least likely part (0: there is none)."""
    shelf_of, rows_of = _shelved(state, places)
    asked = own.prepared
    parts, where = [Part(asked, np.zeros(1, dtype=np.int64))], [np.zeros(0, dtype=np.int64)]
    materials = [own]
    for number in np.flatnonzero(np.bincount(shelf_of)).tolist():
        here = np.flatnonzero(shelf_of == number)
        for part, material, seen in sight.parts(state.shelves[number], rows_of[here]):
            parts.append(part)
            materials.append(material)
            where.append(here[seen])
    order = np.concatenate(where)
    work = Later(parts, _ids(len(order)), True)
    names = gathered(work, materials)
    right = np.arange(1, len(work), dtype=np.int32)
    judged = judge(work, names, state.models, np.zeros_like(right), right, asked=asked)
    score = judged.scores
    good = np.flatnonzero(score >= least)
    here = order[good]
    late = good[here >= len(places) - len(places) // _LATE]
    return Scored(judged, good, shelf_of[here], rows_of[here], score[good]), float(
        score[late].max(initial=0)
    )


def _shelved(state: State, places: Numbers) -> tuple[Numbers, Numbers]:
    """The shelves of places in the catalogue, and the rows there."""
    if len(state.shelves) == 1:
        return np.zeros_like(places), places
    firsts = np.array(list(accumulate(map(len, state.shelves), initial=0)))
    shelf_of = np.searchsorted(firsts, places, side="right") - 1
    return shelf_of, places - firsts[shelf_of]


@lru_cache(maxsize=256)
def _ids(count: int) -> pa.StringArray:
    """The ids under which a query and so many entities are compared."""
    return pa.array([_QUERY_ID, *(f"p{place:06d}" for place in range(count))], pa.string())
