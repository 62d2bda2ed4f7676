"""Who shares the most with one record that is asked about: held records that bear its keys, the rarest keys first.

A look-up may take only so long. Keys are followed from the rarest on until `budget` bearers have been seen; what lies
beyond is said (`passed_over`), never hidden. Unlike a batch, a look-up has no pairs of held records to fear, so no
safety valve acts on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking.retrieval.key_lookup import Held, KeyTable
from resolver.records.prepared.ragged import spread

Numbers = npt.NDArray[np.int64]
BUDGET = 20_000


@dataclass(frozen=True, slots=True)
class Nearest:
    """Hits: held record `numbers[i]` bears key `keys[i]`, whose `weights` are nats (how rare the key is). The number of
    keys that were not followed because they are too common is `passed_over`."""

    numbers: Numbers
    keys: Numbers
    weights: npt.NDArray[np.float64]
    passed_over: int


def nearest(asked: KeyTable, kind: int, held: Sequence[Held], *, budget: int = BUDGET) -> Nearest:
    """The hits of one record's keys: equal keys, refinements equal or missing on either side, kinds that share a
    bit."""
    if not len(asked) or not held:
        none = np.zeros(0, dtype=np.int64)
        return Nearest(none, none, np.zeros(0, dtype=np.float64), 0)
    base, place = np.unique(asked.base, return_inverse=True)
    low = [np.searchsorted(table.keys.base, base, side="left").astype(np.int64) for table in held]
    high = [np.searchsorted(table.keys.base, base, side="right").astype(np.int64) for table in held]
    bearers = np.zeros(len(base), dtype=np.int64)
    for start, end in zip(low, high, strict=True):
        bearers += end - start
    order = np.argsort(bearers, kind="stable")
    followed = np.zeros(len(base), dtype=bool)
    followed[order] = np.cumsum(bearers[order]) <= budget
    everyone = max(sum(len(table.kinds) for table in held), 1)
    weight = np.log1p(everyone / np.maximum(bearers, 1))
    entries = np.flatnonzero(followed[place] & (bearers[place] > 0))
    tables = zip(held, low, high, strict=True)
    parts = [_hits(asked, entries, place, start, end, kind, table) for table, start, end in tables]
    numbers = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    keys = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    return Nearest(numbers, keys, weight[keys], int(np.count_nonzero(~followed)))


def _hits(
    asked: KeyTable,
    entries: Numbers,
    place: Numbers,
    low: Numbers,
    high: Numbers,
    kind: int,
    table: Held,
) -> tuple[Numbers, Numbers]:
    keys = place[entries]
    counts = high[keys] - low[keys]
    at = spread(low[keys], counts)
    rows, refine = table.keys.rows[at], table.keys.refine[at]
    wanted = np.repeat(asked.refine[entries], counts)
    fits = (refine == wanted) | (refine == 0) | (wanted == 0)
    fits &= table.holds[rows] & ((table.kinds[rows] & kind) != 0)
    return rows[fits].astype(np.int64) + table.first, np.repeat(keys, counts)[fits].astype(np.int64)
