"""Work of stewards and other users that the store keeps.

- `StewardWork` and the functions before it: holds on open pairs, assignments, saved filters, and
  rechecks. A recheck shows a decision again, without its verdict, to another steward.
- `NewDecision`: rows of the decision log, and the digest that prevents a decision from being logged
  twice.
- `NetworkViews`: views of networks that users have saved.

Entities and decisions are given by number.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from resolver.records.decisions import Decision, Verdict
from resolver.store.bulk_rows import MAX_CLOCK_SKEW, StoredDecision, Versions, insert_or_update
from resolver.store.database import (
    parse_utc_text,
    read_transaction,
    translate_errors,
    utc_text,
    write_transaction,
)
from resolver.store.schema import (
    assignments,
    decisions,
    holds,
    network_views,
    rechecks,
    saved_filters,
)

Pair = tuple[int, int]
MAX_HOLD_TIME = timedelta(days=1)
"""Longest time for which settings let a steward hold a pair.

A hold that ends even later was taken while the clock was wrong, so it counts as expired.
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold of a steward on an open pair, valid until a time (UTC text)."""

    steward: str
    until: str


@dataclass(frozen=True, slots=True)
class RecheckRow:
    """Recheck of a decision, with its rank in the queue.

    `verdict` (None: not answered yet), `second_steward`, `decided_at` and `reason` are the answer.
    """

    decision: int
    rank: int
    first_steward: str
    since: str
    verdict: str | None
    second_steward: str
    decided_at: str
    reason: str


def is_held() -> ColumnElement[bool]:
    """Return the SQL condition that a row of `holds` has not expired."""
    now = datetime.now(UTC)
    latest = now + MAX_HOLD_TIME + MAX_CLOCK_SKEW
    return and_(holds.c.until > utc_text(now), holds.c.until <= utc_text(latest))


def take_hold(connection: Connection, pair: Pair, steward: str, until: str) -> bool:
    """Take or renew a hold within a write transaction; False if another steward has it."""
    hold = {"who": steward, "until": until}
    command = insert_or_update(
        connection.dialect.name,
        holds,
        {"low": pair[0], "high": pair[1], **hold},
        ["low", "high"],
        hold,
        or_(holds.c.who == steward, not_(is_held())),
    )
    return connection.execute(command.returning(holds.c.who)).first() is not None


def current_hold(connection: Connection, pair: Pair) -> Hold | None:
    """Return the current hold on a pair, or None."""
    row = connection.execute(
        select(holds.c.who, holds.c.until).where(
            holds.c.low == pair[0], holds.c.high == pair[1], is_held()
        )
    ).first()
    return None if row is None else Hold(row.who, row.until)


def assignees(connection: Connection, pairs: Sequence[Pair]) -> dict[Pair, str]:
    """Return the assigned steward of each pair, for the pairs that have one."""
    stewards = {}
    for low, high in pairs:
        steward = connection.execute(
            select(assignments.c.who).where(assignments.c.low == low, assignments.c.high == high)
        ).scalar()
        if steward is not None:
            stewards[low, high] = str(steward)
    return stewards


def open_rechecks(
    connection: Connection, steward: str, max_rank: int | None
) -> Iterator[RecheckRow]:
    """Yield the rechecks without an answer that `steward` may answer, highest priority first.

    `max_rank` leaves out rechecks with a higher rank.
    """
    query = select(rechecks).where(rechecks.c.verdict.is_(None), rechecks.c.who != steward)
    if max_rank is not None:
        query = query.where(rechecks.c.rank <= max_rank)
    open_elsewhere = select(holds.c.low).where(holds.c.who != steward, is_held(), holds.c.low < 0)
    rows = connection.execute(
        query.where((-rechecks.c.decision).not_in(open_elsewhere)).order_by(
            rechecks.c.rank, rechecks.c.decision
        )
    )
    for row in rows:
        yield RecheckRow(*row)


def recheck_of(connection: Connection, decision: int) -> RecheckRow | None:
    """Return the recheck of a decision, or None."""
    row = connection.execute(select(rechecks).where(rechecks.c.decision == decision)).first()
    return None if row is None else RecheckRow(*row)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """Logged decision without verdict and reason: ids of its records, steward and UTC time."""

    pair: tuple[str, str]
    steward: str
    decided_at: str


def decisions_since(connection: Connection, since: str) -> list[DecisionRow]:
    """Return the decisions since a time, in the order of the log."""
    c = decisions.c
    query = select(c.left_id, c.right_id, c.who, c.decided).where(c.decided >= since)
    return [
        DecisionRow((row[0], row[1]), row[2], row[3])
        for row in connection.execute(query.order_by(c.number))
    ]


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """Decision of one steward: number, id, ids of its records, UTC time, and stored context."""

    number: int
    id: str
    pair: tuple[str, str]
    decided_at: str
    context: Mapping[str, Any]


def own_decisions(connection: Connection, steward: str, since: str) -> list[OwnDecision]:
    """Return the decisions of a steward since a time, in the order of the log."""
    c = decisions.c
    query = select(c.number, c.id, c.left_id, c.right_id, c.decided, c.seen)
    rows = connection.execute(query.where(c.decided >= since, c.who == steward).order_by(c.number))
    return [
        OwnDecision(row.number, row.id, (row.left_id, row.right_id), row.decided, row.seen or {})
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class StewardWork:
    """Work of stewards in a store."""

    engine: Engine

    def hold(self, pair: Pair, steward: str, until: str) -> bool:
        """Take or renew a hold (`take_hold`) in a transaction of its own."""
        with (
            translate_errors(self.engine),
            write_transaction(self.engine, volatile=True) as connection,
        ):
            return take_hold(connection, pair, steward, until)

    def release(self, pair: Pair, steward: str) -> None:
        """Release a pair if the steward holds it."""
        is_own = (holds.c.low == pair[0], holds.c.high == pair[1], holds.c.who == steward)
        with (
            translate_errors(self.engine),
            write_transaction(self.engine, volatile=True) as connection,
        ):
            connection.execute(delete(holds).where(*is_own))
            connection.execute(delete(holds).where(not_(is_held())))

    def assign(self, pair: Pair, steward: str, assigner: str) -> None:
        """Assign a pair to a steward, or to nobody if `steward` is empty."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(
                delete(assignments).where(
                    assignments.c.low == pair[0], assignments.c.high == pair[1]
                )
            )
            if steward:
                row = {
                    "low": pair[0],
                    "high": pair[1],
                    "who": steward,
                    "by": assigner,
                    "at": utc_text(),
                }
                connection.execute(insert(assignments).values(**row))

    def filters(self, steward: str) -> dict[str, Mapping[str, Any]]:
        """Return the filters a steward has saved, by name."""
        query = select(saved_filters.c.name, saved_filters.c.filters).where(
            saved_filters.c.who == steward
        )
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return {
                row[0]: row[1] for row in connection.execute(query.order_by(saved_filters.c.name))
            }

    def save_filters(self, steward: str, name: str, filters: Mapping[str, Any] | None) -> None:
        """Save filters under a name, or delete them (None)."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(
                delete(saved_filters).where(
                    saved_filters.c.who == steward, saved_filters.c.name == name
                )
            )
            if filters is not None:
                connection.execute(
                    insert(saved_filters).values(who=steward, name=name, filters=dict(filters))
                )

    def add_recheck(self, decision: int, rank: int, steward: str) -> None:
        """Offer a decision to other stewards for a recheck; `steward` made the decision."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(
                insert(rechecks).values(decision=decision, rank=rank, who=steward, since=utc_text())
            )

    def answer_recheck(self, decision: int, steward: str, verdict: str, reason: str) -> bool:
        """Store the answer to a recheck; False if another steward has answered already."""
        answer = {"second": steward, "verdict": verdict, "decided": utc_text(), "why": reason}
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            is_open = (rechecks.c.decision == decision, rechecks.c.verdict.is_(None))
            return bool(
                connection.execute(update(rechecks).where(*is_open).values(**answer)).rowcount
            )

    def drop_rechecks(self, numbers: Sequence[int]) -> None:
        """Remove unanswered rechecks of decisions that were undone."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(
                delete(rechecks).where(
                    rechecks.c.decision.in_(list(numbers)), rechecks.c.verdict.is_(None)
                )
            )

    def rechecks(self, decision: int | None = None) -> list[RecheckRow]:
        """Return the rechecks, all or of one decision."""
        query = select(rechecks).order_by(rechecks.c.decision)
        if decision is not None:
            query = query.where(rechecks.c.decision == decision)
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return [RecheckRow(*row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class NewDecision:
    """Decision to log, with the context in which the steward made it.

    `context` is for example `{"left_hash": …, "right_hash": …, "members": […], "model": …}`.
    `versions` are the numbers of the two record versions that the steward saw (see
    `StoredDecision`). None stands for the versions that are valid at the commit.
    """

    decision: Decision
    context: Mapping[str, Any] = field(default_factory=dict)
    versions: Versions | None = None

    @property
    def digest(self) -> str:
        """Return a hash of pair, verdict, steward, time and reason.

        A decision whose hash is in the log is not logged again, so a file can be sent twice.
        """
        row = decision_row(self)
        values = [
            row[name]
            for name in ("left_id", "right_id", "verdict", "unlawful", "who", "decided", "why")
        ]
        return hashlib.sha256(
            json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")
        ).hexdigest()


LINK_KEY = "link"
"""Key of authority and legal basis in the context that the log stores with a decision."""


def new_decision_id() -> str:
    """Return a random id of 64 bits for a decision: `d-` and 16 hexadecimal digits.

    The id reveals nothing about the decision, its position in the log or the number of decisions.
    """
    return f"d-{secrets.token_hex(8)}"


def decision_row(new: NewDecision) -> dict[str, Any]:
    """Return the columns of a decision; `decided` is empty if its time is unknown."""
    decision = new.decision
    left_version, right_version = new.versions or (None, None)
    return {
        "left_id": decision.left_id,
        "right_id": decision.right_id,
        "verdict": str(decision.verdict),
        "unlawful": decision.unlawful,
        "who": decision.decided_by,
        "decided": utc_text(decision.decided_at) if decision.decided_at else "",
        "why": decision.reason,
        "seen": {**new.context, **_link_context(decision)},
        "needs_two": decision.needs_two,
        "left_version": left_version,
        "right_version": right_version,
        "expires": decision.expires,
    }


def _link_context(decision: Decision) -> dict[str, Any]:
    """Return what the context of a decision has of the decision itself."""
    facts = {"authority": decision.authority, "legal_basis": decision.legal_basis}
    stated = {name: text for name, text in facts.items() if text}
    return {
        **({"undoes": decision.undoes} if decision.undoes else {}),
        **({"ends": decision.ends} if decision.ends else {}),
        **({LINK_KEY: stated} if stated else {}),
    }


def stored_decision(row: Any) -> StoredDecision:
    """Return the decision that a row of the table `decisions` stores."""
    when = parse_utc_text(row.decided) if row.decided else None
    verdict = Verdict(row.verdict)
    place = f"decision {row.id}"
    needs_two = bool(row.needs_two)
    # on SQLite, plain SQL returns JSON columns as texts
    context = json.loads(row.seen) if isinstance(row.seen, str) else row.seen
    decision = Decision(
        row.left_id,
        row.right_id,
        verdict,
        row.who,
        when,
        row.why,
        bool(row.unlawful),
        place,
        needs_two,
        number=row.number,
        undoes=int((context or {}).get("undoes", 0)),
        authority=str((context or {}).get(LINK_KEY, {}).get("authority", "")),
        legal_basis=str((context or {}).get(LINK_KEY, {}).get("legal_basis", "")),
        expires=row.expires,
        ends=int((context or {}).get("ends", 0)),
    )
    versions = row.left_version, row.right_version
    return StoredDecision(row.number, row.id, row.landed, decision, context or {}, versions)


@dataclass(frozen=True, slots=True)
class NetworkView:
    """Saved view of the network around an entity, by a user of an agency.

    `entity` is any id that the entity had, `parameters` are the filters of the view, and `saved` is
    a UTC text. Only its user may open a view that is not shared. A shared view is for the agency,
    which the caller checks.
    """

    id: str
    user: str
    agency: str
    title: str
    note: str
    entity: str
    parameters: Mapping[str, Any]
    is_shared: bool
    saved: str


@dataclass(frozen=True, slots=True)
class NetworkViews:
    """Saved views of a store. The caller checks which parts of a view the reader may see."""

    engine: Engine

    def add(self, view: NetworkView) -> NetworkView:
        """Save a view under a new id, `v-` and 16 hexadecimal digits, and return it as saved."""
        row = {
            "id": f"v-{secrets.token_hex(8)}",
            "who": view.user,
            "agency": view.agency,
            "title": view.title,
            "note": view.note,
            "entity": view.entity,
            "parameters": dict(view.parameters),
            "shared": view.is_shared,
            "saved": utc_text(),
        }
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(insert(network_views).values(**row))
        return _network_view(row)

    def count(self, user: str) -> int:
        """Return the number of views that a user has saved."""
        query = select(func.count()).where(network_views.c.who == user)
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return int(connection.execute(query).scalar_one())

    def list(self, user: str) -> list[NetworkView]:
        """Return the views of a user and the shared views of other users, the latest first."""
        c = network_views.c
        query = select(network_views).where(or_(c.who == user, c.shared.is_(True)))
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            rows = connection.execute(query.order_by(c.saved.desc(), c.id)).mappings()
            return [_network_view(dict(row)) for row in rows]

    def find(self, view_id: str, user: str) -> NetworkView | None:
        """Return a view by id. None if there is none, or if another user does not share it."""
        c = network_views.c
        query = select(network_views).where(c.id == view_id, or_(c.who == user, c.shared.is_(True)))
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _network_view(dict(row))

    def delete(self, view_id: str) -> bool:
        """Delete a view; False if there is none."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            return bool(
                connection.execute(
                    delete(network_views).where(network_views.c.id == view_id)
                ).rowcount
            )


def _network_view(row: Mapping[Any, Any]) -> NetworkView:
    return NetworkView(
        row["id"],
        row["who"],
        row["agency"],
        row["title"],
        row["note"],
        row["entity"],
        row["parameters"],
        bool(row["shared"]),
        row["saved"],
    )
