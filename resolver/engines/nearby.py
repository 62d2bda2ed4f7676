"""Who in a catalogue may be meant by one record, the likeliest first, before anything is compared.

Two ways lead to an entity: words of its names (`resolver.block.words`), and keys that need no name: the same date of
birth, number, telephone, mailbox, or initials of a group. A glance at each (`resolver.block.glance`) and
what its words are worth put them in order.
"""

from __future__ import annotations

import threading
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resolver.block.glance import arrays, points_of_query
from resolver.block.lookup import key_table
from resolver.block.nearest import nearest
from resolver.block.words import Scores, Sought, sought
from resolver.engines.catalogue import State
from resolver.engines.shelf import LOOKED_UP, Shelf
from resolver.records.prepared import Prepared

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_OF_POINTS = 2 / 3
"""How many of those that come first are so by their points, not by what their words are worth."""
LOOKED_AT = 3_000
"""Entities that are glanced at for one query, about, of those that words lead to."""


class Finder:
    """Finds the entities near to a record. Safe to use from several threads."""

    def __init__(self) -> None:
        self._scores = Scores()
        self._lock = threading.Lock()

    def near(self, asked: Prepared, state: State, sources: frozenset[str] | None) -> Numbers:
        """The places in the catalogue (entity n of all shelves, one shelf after the other) of those that may be meant
        by the only record of `asked`, the likeliest first. `sources`: only of those known to one of them."""
        words, seen, kind = sought(asked), arrays(asked), int(asked.kinds[0])
        hits = nearest(key_table(asked, LOOKED_UP), kind, state.held)
        found: list[Numbers] = []
        ranks: list[tuple[Numbers, Numbers]] = []
        first = 0
        for shelf, kept in zip(state.shelves, state.kept, strict=True):
            kept = kept if sources is None else kept & _known_to(shelf, sources)
            rows, worth = self._of_words(words, shelf, kept)
            own = np.unique(hits.numbers[(hits.numbers >= first) & (hits.numbers < first + len(shelf))]) - first
            own = np.setdiff1d(own[kept[own]], rows, assume_unique=True)
            rows, worth = np.concatenate([rows, own]), np.concatenate([worth, np.zeros_like(own)])
            fits = (shelf.prepared.kinds[rows] & kind) != 0
            rows, worth = rows[fits], worth[fits]
            found.append(rows + first)
            ranks.append((points_of_query(seen, shelf.seen, rows), worth))
            first += len(shelf)
        places = np.concatenate(found)
        points, worths = (np.concatenate([rank[side] for rank in ranks]) for side in (0, 1))
        by_points, by_worth = np.lexsort((places, -worths, -points)), np.lexsort((places, -points, -worths))
        rank = np.empty(len(places), dtype=np.float64)
        rank[by_points] = np.arange(len(places)) / _OF_POINTS
        other = np.empty(len(places), dtype=np.float64)
        other[by_worth] = np.arange(len(places)) / (1 - _OF_POINTS)
        # a glance sees dates and places, but not that Billy is a William: whoever is first in either comes first
        order: Numbers = places[np.lexsort((places, np.minimum(rank, other)))]
        return order

    def _of_words(self, words: Sought, shelf: Shelf, kept: Bools) -> tuple[Numbers, Numbers]:
        with self._lock:
            rows, worth, _ = self._scores.best(words, shelf.words, len(shelf), kept, LOOKED_AT)
        return rows, worth


@lru_cache(maxsize=16)
def _known_to(shelf: Shelf, sources: frozenset[str]) -> Bools:
    """Which entities of a shelf one of some sources knows."""
    held = shelf.segment.batch.sources
    wanted = np.array([name in sources for name in held.values.to_pylist()], dtype=bool)
    counts = np.bincount(shelf.sources.rows[wanted[shelf.sources.items]], minlength=len(shelf))
    known: Bools = counts > 0
    return known
