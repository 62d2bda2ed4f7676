"""Stored records that share the most keys with a query, by its rarest keys first.

Keys are followed from the rarest on until `budget` bearers were read; the number of keys beyond is
reported (`skipped_keys`). Unlike in a batch there are no pairs of stored records, so nothing is
purged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking.retrieval.key_lookup import KeyTable, StoredKeys, key_places
from resolver.records.prepared.ragged import spread

Numbers = npt.NDArray[np.int64]
BUDGET = 20_000


@dataclass(frozen=True, slots=True)
class NearestRecords:
    """Hits: stored record `numbers[i]` has key `keys[i]`, whose `weights[i]` is its rarity in nats.

    `skipped_keys` counts keys that were too common to follow.
    """

    numbers: Numbers
    keys: Numbers
    weights: npt.NDArray[np.float64]
    skipped_keys: int


def find_nearest(
    query: KeyTable, kind: int, stored: Sequence[StoredKeys], *, budget: int = BUDGET
) -> NearestRecords:
    """Return the hits of one record's keys.

    Keys are equal, refinements equal or missing on either side, and kinds share a bit.
    """
    if not len(query) or not stored:
        none = np.zeros(0, dtype=np.int64)
        return NearestRecords(none, none, np.zeros(0, dtype=np.float64), 0)
    base, place = np.unique(query.base, return_inverse=True)
    places = [key_places(base, table.keys) for table in stored]
    bearers = np.zeros(len(base), dtype=np.int64)
    for start, end in places:
        bearers += end - start
    order = np.argsort(bearers, kind="stable")
    followed = np.zeros(len(base), dtype=bool)
    followed[order] = np.cumsum(bearers[order]) <= budget
    everyone = max(sum(len(table.kinds) for table in stored), 1)
    weight = np.log1p(everyone / np.maximum(bearers, 1))
    entries = np.flatnonzero(followed[place] & (bearers[place] > 0))
    parts = [
        _hits(query, entries, place, *table_places, kind, table)
        for table, table_places in zip(stored, places, strict=True)
    ]
    numbers = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    keys = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, dtype=np.int64)
    return NearestRecords(numbers, keys, weight[keys], int(np.count_nonzero(~followed)))


def _hits(
    query: KeyTable,
    entries: Numbers,
    place: Numbers,
    low: Numbers,
    high: Numbers,
    kind: int,
    table: StoredKeys,
) -> tuple[Numbers, Numbers]:
    keys = place[entries]
    counts = high[keys] - low[keys]
    at = spread(low[keys], counts)
    rows, refine = table.keys.rows[at], table.keys.refine[at]
    query_refine = np.repeat(query.refine[entries], counts)
    fits = (refine == query_refine) | (refine == 0) | (query_refine == 0)
    fits &= table.is_valid[rows] & ((table.kinds[rows] & kind) != 0)
    return rows[fits].astype(np.int64) + table.first, np.repeat(keys, counts)[fits].astype(np.int64)
