"""Audit log of a store: who looked up whom, when and for which purpose, as a chain of hashes.

Events are numbered in the order in which they were committed. Each event has two SHA-256 hashes:

- `content` has two digests: of a random salt, the query and the answer; and of another salt and the
  purpose;
- `chain` is the hash of the chain of the event before it, of `content` and of all other columns.

So whoever changes, removes, inserts or reorders events would also have to compute the chain of
every later event again. Signed heads that are kept outside the store reveal even that (see
`resolver.trust.audit_chain`).

If a value has to be erased, the query, the answer and their salt are removed from an event, and the
purpose and its salt if they hold the value. The digests stay. So the chain still holds, and nobody
can guess the value from a digest. In events of earlier versions, `content` has no digest of the
purpose and `chain` covers the purpose itself, so their purposes cannot be erased.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Text,
    case,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from resolver.store.bulk_rows import is_among
from resolver.store.database import read_transaction, translate_errors, utc_text, write_transaction
from resolver.store.schema import audit_events

CHAIN_START = "0" * 64
"""Chain before the first event."""
RETENTION, ERASURE = "retention", "erasure"
"""Actions of events that state which events are removed, and which are erased."""
_ROWS_AT_ONCE = 5_000
_APPEND_LOCK = int.from_bytes(hashlib.sha256(b"resolver audit").digest()[:8], "big", signed=True)
"""Key of the advisory lock in PostgreSQL; the same in all versions of the program."""
_SALT_BYTES = 16
_SALT_LENGTH = 2 * _SALT_BYTES
_NO_SALT = "0" * _SALT_LENGTH
"""What stands in place of a salt that was erased."""
_ALTERED = "its query or its answer was altered"
TWO_DIGESTS, _DIGEST_LENGTH = "2:", 64
"""Beginning of a `content` that has a digest of the purpose, and characters of each digest."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Look-up of data: actor, time and purpose, and the revision and model that answered.

    The query and the answer of an erased event are empty.
    """

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
class AuditHead:
    """Last event of a log: its number and its chain; 0 and `CHAIN_START` for an empty log."""

    number: int
    chain: str


@dataclass(frozen=True, slots=True)
class AuditFault:
    """Events that differ from those that were written: first and last number, and the problem."""

    first: int
    last: int
    problem: str


@dataclass(frozen=True, slots=True)
class AuditProof:
    """Result of a verification.

    `head`: last event. `first`: number of the first remaining event, 0 for an empty log. `events`:
    number of events. `faults`: faults in the order of their numbers. `removals`: events that state
    that other events were removed by their age, or erased.
    """

    head: AuditHead
    first: int
    events: int
    faults: Sequence[AuditFault]
    removals: Sequence[AuditEvent]


@dataclass(frozen=True, slots=True)
class AuditEvents:
    """Audit log of a store; events are only ever added."""

    engine: Engine

    def append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append events in one transaction, and chain them to the last event.

        Keys: `who`, `agency`, `action`, `purpose`, `request_id`, `version`, `model`, `query`,
        `answer`; `at` is now unless given.
        """
        if rows:
            with translate_errors(self.engine), write_transaction(self.engine) as connection:
                _append(connection, rows)

    def list(
        self,
        *,
        since: str = "",
        before: str = "",
        actor: str | None = None,
        agency: str | None = None,
        actions: Sequence[str] = (),
        containing: Sequence[str] = (),
        after: int = 0,
        limit: int = 1000,
        newest: bool = False,
    ) -> list[AuditEvent]:
        """Return events, the oldest first; with `newest`, the last events instead of the first.

        `since` and `before` bound the time, `after` the number. `containing`: texts, such as ids,
        of which at least one must be in the query or in the answer.
        """
        columns = audit_events.c
        statement = (
            select(*_EVENT_COLUMNS)
            .where(columns.at >= since, columns.number > after)
            .order_by(columns.number.desc() if newest else columns.number)
            .limit(limit)
        )
        if before:
            statement = statement.where(columns.at < before)
        if actor is not None:
            statement = statement.where(columns.who == actor)
        if agency is not None:
            statement = statement.where(columns.agency == agency)
        if actions:
            statement = statement.where(columns.action.in_(actions))
        if containing:
            # texts as they are written in JSON, without the quotes around them
            texts = [json.dumps(text)[1:-1] for text in containing]
            statement = statement.where(
                or_(
                    *(
                        cast(column, Text).contains(text, autoescape=True)
                        for column in (columns.query, columns.answer)
                        for text in texts
                    )
                )
            )
        with read_transaction(self.engine) as connection:
            events = [AuditEvent(*row) for row in connection.execute(statement)]
        return events[::-1] if newest else events

    def get(self, numbers: Sequence[int]) -> Sequence[AuditEvent]:
        """Return the events of some numbers, the oldest first."""
        statement = select(*_EVENT_COLUMNS).order_by(audit_events.c.number)
        with read_transaction(self.engine) as connection:
            is_one = is_among(connection, audit_events.c.number, numbers)
            return [AuditEvent(*row) for row in connection.execute(statement.where(is_one))]

    def head(self) -> AuditHead:
        """Return the number and the chain of the last event."""
        with read_transaction(self.engine) as connection:
            return _head(connection)

    def chain_at(self, number: int) -> str | None:
        """Return the chain of an event, or None if the log does not have that event."""
        with read_transaction(self.engine) as connection:
            statement = select(audit_events.c.chain).where(audit_events.c.number == number)
            return connection.execute(statement).scalar()

    def count_by(self, year: int) -> Sequence[tuple[str, str, str, int]]:
        """Return (month as `YYYY-MM`, agency, action, number of events) of a year, sorted."""
        columns = audit_events.c
        month = func.substr(columns.at, 1, 7)
        statement = (
            select(month, columns.agency, columns.action, func.count())
            .where(columns.at >= f"{year:04}", columns.at < f"{year + 1:04}")
            .group_by(month, columns.agency, columns.action)
            .order_by(month, columns.agency, columns.action)
        )
        with read_transaction(self.engine) as connection:
            return [(row[0], row[1], row[2], row[3]) for row in connection.execute(statement)]

    def verify(self) -> AuditProof:
        """Compute every hash again.

        No fault means that no event was altered, removed, inserted or moved since it was written,
        unless all hashes after it were also computed again.
        """
        faults: list[AuditFault] = []
        gone: list[AuditEvent] = []
        erased: set[int] = set()
        erased_purposes: set[int] = set()
        blank: list[int] = []
        silent: list[int] = []
        first: Any = None
        count, last, chain = 0, 0, CHAIN_START
        with read_transaction(self.engine) as connection:
            for row in _iterate_rows(connection):
                try:
                    problem, query = _content_problem(row)
                    is_linked = first is None or row.chain == chain_hash(chain, row)
                    asked_salt, purpose_salt = _salts(row)
                except (ValueError, TypeError, AttributeError):
                    # the program did not write the content of this row
                    problem, query, is_linked = "it cannot be read", {}, True
                if problem:
                    faults.append(AuditFault(row.number, row.number, problem))
                elif row.action in (RETENTION, ERASURE) and asked_salt:
                    gone.append(_event(row, query))
                    if row.action == ERASURE:
                        erased.update(query["events"])
                        erased_purposes.update(query.get("purposes", ()))
                else:
                    blank += [] if asked_salt else [row.number]
                    silent += [] if purpose_salt else [row.number]
                if not is_linked:
                    faults.append(_broken(last, row.number))
                first = row if first is None else first
                count, last, chain = count + 1, row.number, str(row.chain)
        if first is not None:
            # after events that were removed by their age, the chain begins again
            starts = [CHAIN_START, *(event.query.get("chain", "") for event in gone)]
            if first.chain not in (chain_hash(start, first) for start in starts):
                faults.append(_broken(0, first.number))
        problem = "its query and its answer were removed without an erasure"
        faults += (AuditFault(n, n, problem) for n in blank if n not in erased)
        problem = "its purpose was removed without an erasure"
        faults += (AuditFault(n, n, problem) for n in silent if n not in erased_purposes)
        faults.sort(key=lambda fault: (fault.first, fault.last))
        start = 0 if first is None else first.number
        return AuditProof(AuditHead(last, chain), start, count, _join(faults), gone)

    def blank(self, numbers: Sequence[int], row: Mapping[str, Any]) -> None:
        """Erase the query, the answer and their salt of events, and append the event of the
        erasure.

        `row` is as in `append`; its query gets the numbers of the events. The chain still holds.
        """
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            blank_events(connection, numbers, row)

    def remove_before(self, time: str, row: Mapping[str, Any]) -> int:
        """Remove the events before a time; return how many.

        An event that states the number and the chain of the last removed event takes their place,
        so the rest can still be verified. `row` is as in `append`; its query gets these values.
        """
        columns = audit_events.c
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            _lock(connection)
            # events of a killed process are written late; they are removed with the events around
            # them
            kept = select(func.min(columns.number)).where(columns.at >= time)
            through = connection.execute(
                select(columns.number, columns.chain)
                .where(columns.number < func.coalesce(kept.scalar_subquery(), 2**62))
                .order_by(columns.number.desc())
                .limit(1)
            ).first()
            if through is None:
                return 0
            facts = {"before": time, "through": through.number, "chain": through.chain}
            _append(connection, [{**row, "action": RETENTION, "query": {**row["query"], **facts}}])
            # earlier events that state a removal come before this event, which stands for all of
            # them
            return connection.execute(
                delete(audit_events).where(columns.number <= through.number)
            ).rowcount


def blank_events(
    connection: Connection,
    numbers: Sequence[int],
    row: Mapping[str, Any],
    purposes: Sequence[int] = (),
) -> int:
    """Erase events within a transaction as `AuditEvents.blank` does; return how many. `purposes`:
    numbers of events whose purpose is erased. Purposes of events of earlier versions stay.
    """
    _lock(connection)
    c = audit_events.c
    # these events say why other events are missing, and hold no values
    is_needed = c.action.in_((RETENTION, ERASURE))
    has_two = c.content.startswith(TWO_DIGESTS)
    own_salt = _SALT_LENGTH + 1
    asked = {
        "query": {},
        "answer": {},
        "salt": case((has_two, _NO_SALT + func.substr(c.salt, own_salt)), else_=""),
    }
    silenced = {"purpose": "", "salt": func.substr(c.salt, 1, own_salt) + _NO_SALT}
    count = 0
    for rows, is_meant, values in ((numbers, ~is_needed, asked), (purposes, has_two, silenced)):
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            is_one = c.number.in_(rows[first : first + _ROWS_AT_ONCE])
            changed = update(audit_events).where(is_one, is_meant, ~is_needed).values(**values)
            count += connection.execute(changed).rowcount
    named = {"purposes": list(purposes)} if purposes else {}
    query = {**row["query"], "events": list(numbers), **named}
    _append(connection, [{**row, "action": ERASURE, "query": query}])
    return count


def content_hash(salt: str, purpose: str, query: Any, answer: Any) -> str:
    """Return the two digests of an event. `salt`: the two salts, with a colon between."""
    asked_salt, _, purpose_salt = salt.partition(":")
    asked = _digest(asked_salt, json.dumps(query), json.dumps(answer))
    return f"{TWO_DIGESTS}{asked}{_digest(purpose_salt, purpose)}"


def chain_hash(previous: str, row: Any) -> str:
    """Return the chain of an event.

    `previous`: chain of the event before it. `row` has the columns of the log as attributes.
    """
    covered = _covered if row.content.startswith(TWO_DIGESTS) else _covered_before
    return _hash(previous, *covered(row))


_CHAINED = (
    *("number", "at", "who", "agency", "action", "request_id", "version", "model"),
    "content",
)
"""Columns that the chain covers. `content` stands for the purpose, the query and the answer."""
_CHAINED_BEFORE = (
    *("number", "at", "who", "agency", "action", "purpose", "request_id", "version", "model"),
    "content",
)
"""Columns that the chain covers in events of earlier versions."""
_covered, _covered_before = attrgetter(*_CHAINED), attrgetter(*_CHAINED_BEFORE)
_EVENT_COLUMNS = tuple(
    column for column in audit_events.c if column.name not in ("salt", "content", "chain")
)


def _digest(*texts: str) -> str:
    """Return the digest of a salt and of texts as they are stored; JSON has no line breaks."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
"""Made once, because `json.dumps` would make an encoder for each digest."""


def _hash(*parts: Any) -> str:
    return hashlib.sha256(_encode(parts).encode()).hexdigest()


def _lock(connection: Connection) -> None:
    """Let one transaction at a time append; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_APPEND_LOCK})")


def _head(connection: Connection) -> AuditHead:
    # in plain SQL: every event runs it, and building the statement would double the cost of the
    # chain
    sql = "SELECT number, chain FROM consultations ORDER BY number DESC LIMIT 1"
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
        row = cursor.fetchone()
    finally:
        cursor.close()
    return AuditHead(0, CHAIN_START) if row is None else AuditHead(row[0], row[1])


def _append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    _lock(connection)
    head = _head(connection)
    number, chain = head.number, head.chain
    chained = []
    for row in rows:
        number += 1
        salt = f"{secrets.token_hex(_SALT_BYTES)}:{secrets.token_hex(_SALT_BYTES)}"
        # as the database returns them: texts as keys, lists instead of tuples
        query, answer = json.loads(json.dumps([row["query"], row["answer"]]))
        values = {"at": utc_text(), **row, "number": number, "query": query, "answer": answer}
        content = content_hash(salt, values["purpose"], query, answer)
        values |= {"salt": salt, "content": content}
        chain = values["chain"] = _hash(chain, *(values[name] for name in _CHAINED))
        chained.append(values)
    connection.execute(insert(audit_events), chained)


def _iterate_rows(connection: Connection) -> Iterator[Any]:
    """Yield all rows in the order of their numbers, with query and answer as text."""
    columns = [
        cast(column, Text).label(column.name) if column.name in ("query", "answer") else column
        for column in audit_events.c
    ]
    statement = select(*columns).order_by(audit_events.c.number)
    with connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement) as result:
        yield from result


def _content_problem(row: Any) -> tuple[str, Any]:
    """Return the fault of the purpose, the query and the answer of a row, or an empty text; and the
    query.

    The texts must be exactly what the program writes: other texts could hide an id from a search.
    """
    if not row.content.startswith(TWO_DIGESTS):
        query, answer = json.loads(row.query), json.loads(row.answer)
        is_plain = row.query == json.dumps(query) and row.answer == json.dumps(answer)
        is_same = row.content == _hash(row.salt, query, answer) if row.salt else not query
        is_right = is_plain and is_same and (row.salt or not answer)
        return "" if is_right else _ALTERED, query
    asked_salt, purpose_salt = _salts(row)
    start = len(TWO_DIGESTS)
    asked, purpose = row.content[start : start + _DIGEST_LENGTH], row.content[-_DIGEST_LENGTH:]
    # only these events say what others lack
    query = json.loads(row.query) if row.action in (RETENTION, ERASURE) else {}
    is_same = row.query == row.answer == "{}"
    if asked_salt:
        is_same = asked == _digest(asked_salt, row.query, row.answer)
    if not is_same:
        return _ALTERED, query
    is_same = purpose == _digest(purpose_salt, row.purpose) if purpose_salt else not row.purpose
    return "" if is_same else "its purpose was altered", query


def _salts(row: Any) -> tuple[str, str]:
    """Return the salts of the query and of the purpose of an event; empty for what was erased. The
    purpose of an event of an earlier version has no salt and is never erased.
    """
    if not row.content.startswith(TWO_DIGESTS):
        return row.salt, "none"
    asked_salt, _, purpose_salt = row.salt.partition(":")
    return asked_salt.replace(_NO_SALT, ""), purpose_salt.replace(_NO_SALT, "")


def _event(row: Any, query: Any) -> AuditEvent:
    values = {**row._asdict(), "query": query, "answer": json.loads(row.answer)}
    return AuditEvent(*(values[column.name] for column in _EVENT_COLUMNS))


def _broken(last: int, number: int) -> AuditFault:
    """Return the fault of an event that does not follow `last`, the event before it."""
    if number > last + 1:
        return AuditFault(last + 1, number - 1, "missing")
    return AuditFault(number, number, "it was altered, inserted or moved")


def _join(faults: Sequence[AuditFault]) -> list[AuditFault]:
    """Join faults of neighboring events with the same problem."""
    joined: list[AuditFault] = []
    for fault in faults:
        previous = joined[-1] if joined else None
        if previous and previous.problem == fault.problem and previous.last + 1 == fault.first:
            joined[-1] = AuditFault(previous.first, fault.last, fault.problem)
        else:
            joined.append(fault)
    return joined
