"""Audit log: who looked up whom, when and for which purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, insert, select

from resolver.store.database import read_transaction, translate_errors, write_transaction
from resolver.store.row_types import utc_text
from resolver.store.schema import audit_events


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Look-up of data: actor, time and purpose, against which revision and model."""

    number: int
    at: str
    actor: str
    agency: str
    action: str
    purpose: str
    request_id: str
    revision: int
    model: str
    query: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditEvents:
    """Audit log of a store; rows are only ever added."""

    engine: Engine

    def append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append events in one transaction.

        Keys: `who`, `agency`, `action`, `purpose`, `request_id`, `version`, `model`, `query`,
        `answer`; `at` is now unless given.
        """
        if rows:
            with translate_errors(self.engine), write_transaction(self.engine) as connection:
                connection.execute(
                    insert(audit_events),
                    [row if "at" in row else {"at": utc_text(), **row} for row in rows],
                )

    def list(
        self, *, since: str = "", actor: str | None = None, limit: int = 1000
    ) -> list[AuditEvent]:
        """Return events since a time, the oldest first, optionally of one actor."""
        statement = (
            select(audit_events)
            .where(audit_events.c.at >= since)
            .order_by(audit_events.c.number)
            .limit(limit)
        )
        if actor is not None:
            statement = statement.where(audit_events.c.who == actor)
        with read_transaction(self.engine) as connection:
            return [AuditEvent(*row) for row in connection.execute(statement)]
