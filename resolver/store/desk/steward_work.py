"""Who works on what at the steward's desk: pairs held open for minutes, pairs assigned, filters saved, decisions that
come back blind to another steward. Entities and decisions by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from resolver.store.database import clear_errors, reading, writing
from resolver.store.row_types import utc_text
from resolver.store.schema import again, assignments, decisions, holds, saved_filters

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hold:
    """A pair that somebody has open."""

    who: str
    until: str


@dataclass(frozen=True, slots=True)
class AgainRow:
    """A decision that comes back: by whom it was taken, its place in the queue; and, once it was looked at again, by
    whom, when, and what they said."""

    decision: int
    rank: int
    who: str
    since: str
    verdict: str | None
    second: str
    decided: str
    why: str


def take(connection: Connection, pair: Pair, who: str, until: str) -> bool:
    """Take or renew a pair, within a transaction that writes; False where somebody else has it."""
    kind = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"low": pair[0], "high": pair[1], "who": who, "until": until}
    command = kind.insert(holds).values(**row)
    free = or_(holds.c.who == who, holds.c.until <= utc_text())
    # nothing is changed, and no row returned, where the condition fails
    command = command.on_conflict_do_update(
        index_elements=["low", "high"], set_={"who": who, "until": until}, where=free
    )
    return connection.execute(command.returning(holds.c.who)).first() is not None


def held(connection: Connection, pair: Pair) -> Hold | None:
    """Who has a pair open now, or None."""
    row = connection.execute(
        select(holds.c.who, holds.c.until).where(
            holds.c.low == pair[0], holds.c.high == pair[1], holds.c.until > utc_text()
        )
    ).first()
    return None if row is None else Hold(row.who, row.until)


def assigned(connection: Connection, pairs: Sequence[Pair]) -> dict[Pair, str]:
    """To whom some pairs are assigned, where they are."""
    found = {}
    for low, high in pairs:
        who = connection.execute(
            select(assignments.c.who).where(assignments.c.low == low, assignments.c.high == high)
        ).scalar()
        if who is not None:
            found[low, high] = str(who)
    return found


def next_again(connection: Connection, who: str, before: int | None) -> AgainRow | None:
    """The decision of others that waits for a second look and is worth most (its rank at or before a rank)."""
    query = select(again).where(again.c.verdict.is_(None), again.c.who != who)
    if before is not None:
        query = query.where(again.c.rank <= before)
    busy = select(holds.c.low).where(
        holds.c.who != who, holds.c.until > utc_text(), holds.c.low < 0
    )
    row = connection.execute(
        query.where((-again.c.decision).not_in(busy)).order_by(again.c.rank, again.c.decision)
    )
    found = row.first()
    return None if found is None else AgainRow(*found)


def again_of(connection: Connection, decision: int) -> AgainRow | None:
    """The decision of a number that comes back, or None."""
    row = connection.execute(select(again).where(again.c.decision == decision)).first()
    return None if row is None else AgainRow(*row)


@dataclass(frozen=True, slots=True)
class People:
    """The door to these tables."""

    engine: Engine

    def hold(self, pair: Pair, who: str, until: str) -> bool:
        """`take`, in a transaction of its own."""
        with clear_errors(self.engine), writing(self.engine, fleeting=True) as connection:
            return take(connection, pair, who, until)

    def release(self, pair: Pair, who: str) -> None:
        """Give a pair back, where it is theirs."""
        here = (holds.c.low == pair[0], holds.c.high == pair[1], holds.c.who == who)
        with clear_errors(self.engine), writing(self.engine, fleeting=True) as connection:
            connection.execute(delete(holds).where(*here))
            connection.execute(delete(holds).where(holds.c.until <= utc_text()))

    def assign(self, pair: Pair, who: str, by: str) -> None:
        """Assign a pair; to nobody where `who` is empty."""
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(
                delete(assignments).where(
                    assignments.c.low == pair[0], assignments.c.high == pair[1]
                )
            )
            if who:
                row = {"low": pair[0], "high": pair[1], "who": who, "by": by, "at": utc_text()}
                connection.execute(insert(assignments).values(**row))

    def filters(self, who: str) -> dict[str, Mapping[str, Any]]:
        """The filters somebody saved, by name."""
        query = select(saved_filters.c.name, saved_filters.c.filters).where(
            saved_filters.c.who == who
        )
        with clear_errors(self.engine), reading(self.engine) as connection:
            return {
                row[0]: row[1] for row in connection.execute(query.order_by(saved_filters.c.name))
            }

    def save_filters(self, who: str, name: str, filters: Mapping[str, Any] | None) -> None:
        """Save filters under a name, or forget them (None)."""
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(
                delete(saved_filters).where(
                    saved_filters.c.who == who, saved_filters.c.name == name
                )
            )
            if filters is not None:
                connection.execute(
                    insert(saved_filters).values(who=who, name=name, filters=dict(filters))
                )

    def ask_again(self, decision: int, rank: int, who: str) -> None:
        """Let a decision come back to others."""
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(
                insert(again).values(decision=decision, rank=rank, who=who, since=utc_text())
            )

    def answer_again(self, decision: int, who: str, verdict: str, why: str) -> bool:
        """Note what another steward said; False where somebody has answered already."""
        said = {"second": who, "verdict": verdict, "decided": utc_text(), "why": why}
        with clear_errors(self.engine), writing(self.engine) as connection:
            open_ = (again.c.decision == decision, again.c.verdict.is_(None))
            return bool(connection.execute(update(again).where(*open_).values(**said)).rowcount)

    def drop_again(self, numbers: Sequence[int]) -> None:
        """Decisions that were undone do not come back."""
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(
                delete(again).where(again.c.decision.in_(list(numbers)), again.c.verdict.is_(None))
            )

    def again(self, decision: int | None = None) -> list[AgainRow]:
        """The decisions that came back (one, or all)."""
        query = select(again).order_by(again.c.decision)
        if decision is not None:
            query = query.where(again.c.decision == decision)
        with clear_errors(self.engine), reading(self.engine) as connection:
            return [AgainRow(*row) for row in connection.execute(query)]

    def decided_by_day(self, since: str) -> list[tuple[str, str, int]]:
        """(UTC date, steward, decisions) from a time on."""
        day = func.substr(decisions.c.decided, 1, 10)
        query = select(day, decisions.c.who, func.count()).where(decisions.c.decided >= since)
        with clear_errors(self.engine), reading(self.engine) as connection:
            rows = connection.execute(
                query.group_by(day, decisions.c.who).order_by(day.desc(), decisions.c.who)
            )
            return [(row[0], row[1], int(row[2])) for row in rows]

    def decided_since(self, since: str) -> int:
        """How many decisions were taken from a time on."""
        query = select(func.count()).select_from(decisions).where(decisions.c.decided >= since)
        with clear_errors(self.engine), reading(self.engine) as connection:
            return int(connection.execute(query).scalar_one())
