"""Base of all queries: a connection that sees one state of the database, and a revision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any, Self

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, or_, select

from resolver.records.visibility import OPERATOR, Viewer
from resolver.store.row_types import StoreHead
from resolver.store.schema import meta

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
