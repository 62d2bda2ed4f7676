"""What every question to a store starts from: a connection that sees one moment, and a version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, or_, select

from resolver.store.row_types import Head
from resolver.store.schema import meta


class Moment:
    """A store as it was at `version`. All questions of one moment see the same."""

    def __init__(self, connection: Connection, version: int | None = None) -> None:
        self.connection = connection
        row = connection.execute(select(meta)).one()
        self.head = Head(
            row.store_id,
            row.version,
            row.last_record,
            row.last_entity,
            row.plan,
            row.stamp,
            row.borders,
        )
        self.version: int = row.version if version is None else min(version, row.version)
        self.remembered: dict[object, Any] = {}
        """Answers to questions that are asked again and again; a moment never changes."""

    def holds(self, table: Any) -> ColumnElement[bool]:
        """The condition that a row held at this version."""
        until = table.c.valid_to
        return and_(table.c.valid_from <= self.version, or_(until.is_(None), until > self.version))


def cut(values: Sequence[Any], size: int = 100_000) -> Iterator[list[Any]]:
    """Values in pieces, at least one of them, empty or not."""
    plain = [value.item() if isinstance(value, np.integer) else value for value in values]
    for start in range(0, max(len(plain), 1), size):
        yield plain[start : start + size]
