"""Base of all queries: a connection that sees one state of the database, and a revision.

Counts of valid records and newest record versions by source, updated from one revision to the
next.

Looking at a million records takes a quarter of a second, and the desk's first page shows both, so
each process caches them for one revision and then looks only at what began or ended since.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, Self

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from resolver.records.visibility import OPERATOR, Viewer
from resolver.store.row_types import StoreHead
from resolver.store.schema import meta, records

_HEAD = select(meta)


class Snapshot:
    """Store at one `revision`; all queries of a snapshot see the same state."""

    def __init__(self, connection: Connection, revision: int | None = None) -> None:
        self.connection = connection
        row = connection.execute(_HEAD).one()
        self.head = StoreHead(
            row.store_id,
            row.version,
            row.last_record,
            row.last_entity,
            row.plan,
            row.stamp,
            row.borders,
            row.id_secret,
        )
        self.revision: int = row.version if revision is None else min(revision, row.version)
        self.cache: dict[object, Any] = {}
        """Results of repeated queries; a snapshot never changes."""
        self.viewer: Viewer = OPERATOR
        """Viewer by whose ids entities are named."""

    def seen_by(self, viewer: Viewer) -> Self:
        """Return the same snapshot, in which entities have the ids that a viewer knows them by."""
        if viewer == self.viewer:
            return self
        seen = copy(self)
        seen.cache, seen.viewer = {}, viewer
        return seen

    def is_valid(self, table: Any) -> ColumnElement[bool]:
        """Return the condition that a row is valid at this revision."""
        valid_to = table.c.valid_to
        return and_(
            table.c.valid_from <= self.revision, or_(valid_to.is_(None), valid_to > self.revision)
        )


def split_chunks(values: Sequence[Any], size: int = 100_000) -> Iterator[list[Any]]:
    """Iterate over values as lists of at most `size`, at least one of them even without values."""
    plain = [value.item() if isinstance(value, np.integer) else value for value in values]
    for start in range(0, max(len(plain), 1), size):
        yield plain[start : start + size]


_MAX_ENTRIES = 16
_LOCK = threading.Lock()
_CACHE: OrderedDict[Hashable, tuple[int, Mapping[int, int]]] = OrderedDict()


def records_by_source(connection: Connection, store_id: str, revision: int) -> Mapping[int, int]:
    """Return the number of records valid at a revision, by source number."""
    # a copied store file has the same id
    key = (connection.engine.url, store_id, "counts")
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
        _cache_numbers(key, revision, current)
    return current


def newest_by_source(connection: Connection, store_id: str, revision: int) -> Mapping[int, int]:
    """Return the newest record version that began up to a revision, by source number."""
    key = (connection.engine.url, store_id, "newest")
    with _LOCK:
        base, newest = _CACHE.get(key, (0, {}))
    if base == revision and newest:
        return newest
    # numbers ascend from one revision to the next
    since = base if newest and base < revision else 0
    begins = records.c.valid_from
    query = select(records.c.source, func.max(records.c.number)).group_by(records.c.source)
    later = connection.execute(query.where(begins > since, begins <= revision))
    current = {**(newest if since else {}), **{row[0]: int(row[1]) for row in later}}
    if base <= revision:
        _cache_numbers(key, revision, current)
    return current


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> Counter[int]:
    query = select(records.c.source, func.count()).where(*conditions).group_by(records.c.source)
    return Counter({row[0]: int(row[1]) for row in connection.execute(query)})


def _cache_numbers(key: Hashable, revision: int, numbers: Mapping[int, int]) -> None:
    """Keep numbers of a store; forget those that were asked for longest ago."""
    with _LOCK:
        _CACHE[key] = revision, numbers
        _CACHE.move_to_end(key)
        while len(_CACHE) > _MAX_ENTRIES:
            _CACHE.popitem(last=False)
