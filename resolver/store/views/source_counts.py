"""Counts of valid records by source, updated from one revision to the next.

Counting a million records takes a quarter of a second, and the desk's first page shows the counts,
so each process caches them for one revision and then counts only what began or ended since.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable, Mapping

from sqlalchemy import ColumnElement, Connection, func, or_, select

from resolver.store.schema import records

_MAX_STORES = 8
_LOCK = threading.Lock()
_CACHE: OrderedDict[Hashable, tuple[int, Mapping[int, int]]] = OrderedDict()


def records_by_source(connection: Connection, store_id: str, revision: int) -> Mapping[int, int]:
    """Return the number of records valid at a revision, by source number."""
    # a copied store file has the same id
    key = (connection.engine.url, store_id)
    with _LOCK:
        base, counts = _CACHE.get(key, (0, {}))
    if base == revision and counts:
        return counts
    begins, ends = records.c.valid_from, records.c.valid_to
    if not counts or base > revision:
        current = _count(connection, begins <= revision, or_(ends.is_(None), ends > revision))
    else:
        current = Counter(counts)
        current.update(_count(connection, begins > base, begins <= revision))
        current.subtract(_count(connection, ends.is_not(None), ends > base, ends <= revision))
        current = +current
    if base <= revision:
        _cache_counts(key, revision, current)
    return current


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> Counter[int]:
    query = select(records.c.source, func.count()).where(*conditions).group_by(records.c.source)
    return Counter({row[0]: int(row[1]) for row in connection.execute(query)})


def _cache_counts(key: Hashable, revision: int, counts: Mapping[int, int]) -> None:
    """Keep the counts of a store; forget the store that was asked about longest ago."""
    with _LOCK:
        _CACHE[key] = revision, counts
        _CACHE.move_to_end(key)
        while len(_CACHE) > _MAX_STORES:
            _CACHE.popitem(last=False)
