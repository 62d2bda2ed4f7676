"""Who in a catalogue may be meant by one record, the likeliest first, before anything is compared.

Two ways lead to an entity: words of its names (`resolver.blocking.retrieval.word_lookup`), and keys that need no name: the same date of
birth, number, telephone, mailbox, or initials of a group. A glance at each (`resolver.blocking.prefilter`) and
what its words are worth put them in order.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from resolver.blocking import Plan
from resolver.blocking.prefilter import Seen, arrays
from resolver.blocking.retrieval.key_lookup import key_table
from resolver.blocking.retrieval.nearest_records import nearest
from resolver.blocking.retrieval.query_prefilter import points_of_query
from resolver.blocking.retrieval.smallest import foremost, not_among
from resolver.blocking.retrieval.word_lookup import (
    Scores,
    Sought,
    packed_of,
    sought,
)
from resolver.records import Kind
from resolver.records.prepared.batch import Prepared
from resolver.screening.entity_index import Bits, State
from resolver.screening.index_segment import LOOKED_UP, Shelf

Numbers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_MOST_PLACES = 1 << 32
"""Places that a number holds beside a key (points lie within ±4,096, worths below 2²⁴)."""
LOOKED_AT = 4_500
"""Entities that are glanced at for one query, about, of those that words lead to."""


class Finder:
    """Finds the entities near to a record. Safe to use from several threads."""

    def __init__(self) -> None:
        self._scores = Scores()
        self._lock = threading.Lock()

    def near(
        self,
        asked: Prepared,
        state: State,
        sources: frozenset[str] | None,
        most: int,
        share: float = 1.0,
    ) -> Numbers:
        """The places in the catalogue (entity n of all shelves, one shelf after the other) of those that may be meant
        by the only record of `asked`, the likeliest first, `most` at most. `sources`: only of those known to one of
        them. `share`: of those that words lead to only this share is glanced at."""
        words, seen, kind = sought(asked), arrays(asked), int(asked.kinds[0])
        hits = nearest(key_table(asked, _plan_of(asked)), kind, state.held)
        found: list[Numbers] = []
        ranks: list[tuple[Numbers, Numbers]] = []
        first, everybody = 0, sum(map(len, state.shelves))
        for shelf, (kept, packed) in zip(state.shelves, state.kept_of(kind), strict=True):
            if sources is not None:
                kept = kept & _known_to(shelf, sources)
                packed = packed_of(kept)
            rows, worth = self._of_words(
                words, seen, shelf, (kept, packed), everybody, int(share * LOOKED_AT)
            )
            if len(hits.numbers):
                own = (
                    np.unique(
                        hits.numbers[(hits.numbers >= first) & (hits.numbers < first + len(shelf))]
                    )
                    - first
                )
                own = not_among(own[kept[own]], rows)
                rows, worth = (
                    np.concatenate([rows, own]),
                    np.concatenate([worth, np.zeros_like(own)]),
                )
            found.append(rows + first)
            ranks.append((points_of_query(seen, shelf.seen, rows), worth))
            first += len(shelf)
        places = np.concatenate(found)
        points, worths = (np.concatenate([rank[side] for rank in ranks]) for side in (0, 1))
        return _in_order(places, points, worths, most)

    def _of_words(
        self,
        words: Sought,
        seen: Seen,
        shelf: Shelf,
        kept: tuple[Bools, Bits],
        everybody: int,
        most: int,
    ) -> tuple[Numbers, Numbers]:
        with self._lock:
            return self._scores.best(
                words, shelf.words, seen, shelf.seen, kept[0], most, everybody, kept[1]
            )


def _in_order(places: Numbers, points: Numbers, worths: Numbers, most: int) -> Numbers:
    """The first `most` places; ties by place. A glance sees dates and places of birth and whose words are alike, but
    not that Billy is a William, nor how rare words are: what it sees (tenths of a nat) and what the words are worth
    (256ths) add up."""
    # score and place in one number: sorting numbers takes a tenth of the time of sorting by them
    marked = (128 * points + 5 * worths) * -_MOST_PLACES + places
    found: Numbers = foremost(marked, most) % _MOST_PLACES
    return found


def _plan_of(asked: Prepared) -> Plan:
    """Those rules that can give a record keys: most say neither number nor telephone."""
    phones, mails = (len(asked.plain[prop][0].items) for prop in ("phone", "email"))
    says = {
        "birth_day": len(asked.births.items),
        "identifier": len(asked.identifiers.items),
        "contact": phones + mails,
        "mailbox": mails,
        "acronym": int(asked.kinds[0]) & int(Kind.GROUP),
    }
    return replace(
        LOOKED_UP,
        rules={name: refined for name, refined in LOOKED_UP.rules.items() if says.get(name, 1)},
    )


@lru_cache(maxsize=16)
def _known_to(shelf: Shelf, sources: frozenset[str]) -> Bools:
    """Which entities of a shelf one of some sources knows."""
    held = shelf.segment.batch.sources
    wanted = np.array([name in sources for name in held.values.to_pylist()], dtype=bool)
    counts = np.bincount(shelf.sources.rows[wanted[shelf.sources.items]], minlength=len(shelf))
    known: Bools = counts > 0
    return known
