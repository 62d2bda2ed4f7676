"""Notices of an agency, its subscriptions, and the addresses to which its notices are sent.

A subscription stores how far it was followed: the revision, and the number of the audit event. Its
notices are stored in the transaction that moves these numbers on, so a notice is made exactly once,
even if workers are killed. Notices of one owner are numbered without gaps (`place`), in the order
in which they become visible. So a reader who knows a number can go on from there.

A notice names entities, records and subjects only by their ids. Their names are looked up when the
notice is read, as far as its reader may see them then.
"""

from __future__ import annotations

import base64
import datetime
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select, update

from resolver.errors import StoreError
from resolver.store.bulk_rows import insert_rows
from resolver.store.database import lock_transaction, read_transaction, utc_text, write_transaction
from resolver.store.schema import (
    agency_options,
    audit_events,
    deliveries,
    meta,
    notices,
    receivers,
    subscriptions,
)
from resolver.store.watches import SubjectCipher

WATCH_KIND = "watch"
"""Kind of the subscriptions to watched subjects; the value is the name of a watch."""
KEPT = datetime.timedelta(days=365)
"""Time after which notices are removed."""
RETRY_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each further attempt to send to a webhook, as Standard Webhooks proposes: more
than three days in all. Then the message is dead until somebody sends it again.
"""
_CLAIM_SECONDS = 60.0
"""Seconds in which no other worker sends a message that a worker is sending."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Subscription of an owner to a kind of event. It is followed with the rights of `sender` of
    `agency`, or of the operator if the owner is empty. `revision` and `event` are the last revision
    and event that were followed.
    """

    number: int
    id: str
    owner: str
    agency: str
    sender: str
    kind: str
    value: str
    created: str
    revision: int
    event: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Notice of an owner; `read` is the time when it was marked as read, or empty."""

    place: int
    subscription: int
    revision: int
    at: str
    kind: str
    entity: str
    other: str
    subject: str
    detail: Mapping[str, Any]
    read: str = ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Address to which the notices of an owner are sent: a webhook, or a mailbox that gets a digest
    every `hours` hours. `last` is the number of the last notice in a digest.
    """

    number: int
    id: str
    owner: str
    agency: str
    sender: str
    kind: str
    address: str
    hours: int
    last: int
    next_at: str
    error: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Message to a webhook that is not delivered yet; `state` is `waiting` or `dead`."""

    number: int
    receiver: int
    place: int
    attempts: int
    state: str
    next_at: str
    error: str


_SUBSCRIPTION = [subscriptions.c[name] for name in Subscription.__slots__]
_NOTICE = [notices.c[name] for name in Notice.__slots__]
_RECEIVER = [receivers.c[name] for name in Receiver.__slots__]
_DELIVERY = [deliveries.c[name] for name in Delivery.__slots__]


def insert_notices(connection: Connection, owner: str, made: Sequence[Notice]) -> None:
    """Store notices of an owner within a transaction, and queue them for its webhooks. Their
    numbers are assigned here.
    """
    if not made:
        return
    if connection.dialect.name == "postgresql":
        # two transactions must not assign the same numbers
        lock_transaction(connection)
    is_own = notices.c.owner == owner
    last = connection.execute(select(func.max(notices.c.place)).where(is_own)).scalar() or 0
    places = list(range(last + 1, last + 1 + len(made)))
    names = ("subscription", "revision", "at", "kind", "entity", "other", "subject", "detail")
    columns: dict[str, Sequence[Any]] = {
        "owner": [owner] * len(made),
        "place": places,
        **{name: [getattr(row, name) for row in made] for name in names},
        "read": [""] * len(made),
    }
    insert_rows(notices, columns, connection)
    is_hook = and_(receivers.c.owner == owner, receivers.c.kind == "webhook")
    now = utc_text()
    for (number,) in connection.execute(select(receivers.c.number).where(is_hook)).all():
        rows: dict[str, Sequence[Any]] = {
            "receiver": [number] * len(places),
            "place": places,
            "attempts": [0] * len(places),
            "state": ["waiting"] * len(places),
            "next_at": [now] * len(places),
            "error": [""] * len(places),
        }
        insert_rows(deliveries, rows, connection)
    old = utc_text(datetime.datetime.now(datetime.UTC) - KEPT)
    connection.execute(delete(notices).where(is_own, notices.c.at < old))


def watch_subscriptions(connection: Connection, owner: str, name: str) -> list[int]:
    """Return the numbers of the subscriptions of an owner to a watch of a name."""
    c = subscriptions.c
    is_it = and_(c.owner == owner, c.kind == WATCH_KIND, c.value == name)
    return list(connection.execute(select(c.number).where(is_it)).scalars())


@dataclass(frozen=True, slots=True)
class Notices:
    """Notices and subscriptions of a store."""

    engine: Engine

    def subscribe(
        self, owner: str, kind: str, value: str, *, agency: str, sender: str
    ) -> Subscription:
        """Subscribe an owner to something from the present revision on, and return the
        subscription. An existing subscription stays as it is.
        """
        c = subscriptions.c
        is_same = and_(c.owner == owner, c.kind == kind, c.value == value)
        with write_transaction(self.engine) as connection:
            row = connection.execute(select(*_SUBSCRIPTION).where(is_same)).first()
            if row is None:
                event = connection.execute(select(func.max(audit_events.c.number))).scalar()
                values = {
                    "id": uuid.uuid4().hex,
                    "owner": owner,
                    "agency": agency,
                    "sender": sender,
                    "kind": kind,
                    "value": value,
                    "created": utc_text(),
                    "revision": connection.execute(select(meta.c.version)).scalar_one(),
                    "event": event or 0,
                }
                connection.execute(insert(subscriptions).values(**values))
                row = connection.execute(select(*_SUBSCRIPTION).where(is_same)).one()
            return Subscription(*row)

    def subscriptions(self, owner: str | None = None) -> list[Subscription]:
        """Return the subscriptions of an owner (None: of all), in the order in which they were
        made.
        """
        query = select(*_SUBSCRIPTION).order_by(subscriptions.c.number)
        if owner is not None:
            query = query.where(subscriptions.c.owner == owner)
        with read_transaction(self.engine) as connection:
            return [Subscription(*row) for row in connection.execute(query)]

    def unsubscribe(self, owner: str, subscription_id: str) -> None:
        """End a subscription of an owner; its notices stay. Raises `StoreError` for an unknown
        id.
        """
        c = subscriptions.c
        with write_transaction(self.engine) as connection:
            is_it = and_(c.owner == owner, c.id == subscription_id)
            if not connection.execute(delete(subscriptions).where(is_it)).rowcount:
                raise StoreError(
                    f"there is no subscription {subscription_id[:60]!r}", hint="check the id"
                )

    def add(
        self, subscription: Subscription, made: Sequence[Notice], *, revision: int, event: int
    ) -> bool:
        """Store notices of a subscription and move it on, all or nothing. Return False if the
        subscription is no longer in the state in which it was read: another worker has then made
        these notices.
        """
        c = subscriptions.c
        is_there = and_(
            c.number == subscription.number,
            c.revision == subscription.revision,
            c.event == subscription.event,
        )
        with write_transaction(self.engine) as connection:
            moved = update(subscriptions).where(is_there).values(revision=revision, event=event)
            if not connection.execute(moved).rowcount:
                return False
            insert_notices(connection, subscription.owner, made)
        return True

    def newest(self, owner: str, *, unread: bool, limit: int) -> Sequence[Notice]:
        """Return the newest notices of an owner, the newest first; with `unread`, only unread
        notices.
        """
        query = select(*_NOTICE).where(notices.c.owner == owner)
        if unread:
            query = query.where(notices.c.read == "")
        with read_transaction(self.engine) as connection:
            rows = connection.execute(query.order_by(notices.c.place.desc()).limit(limit))
            return [Notice(*row) for row in rows]

    def mark_read(self, owner: str, *, up_to: int) -> int:
        """Mark the notices of an owner up to a number as read; return how many were unread."""
        c = notices.c
        with write_transaction(self.engine) as connection:
            changed = update(notices).where(c.owner == owner, c.place <= up_to, c.read == "")
            return int(connection.execute(changed.values(read=utc_text())).rowcount)

    def audit_rows(self, after: int, limit: int) -> Sequence[Any]:
        """Return checks of the audit log after a number, in the order of their numbers: number,
        time, agency and answer. Look-ups of several entities count as checks.

        Numbers follow the order of commits, so no check appears later with a smaller number.
        """
        c = audit_events.c
        query = select(c.number, c.at, c.agency, c.action, c.answer).where(c.number > after)
        with read_transaction(self.engine) as connection:
            return connection.execute(query.order_by(c.number).limit(limit)).all()

    def telling_agencies(self) -> frozenset[str]:
        """Return the agencies that let owners of records know of their checks."""
        c = agency_options.c
        with read_transaction(self.engine) as connection:
            return frozenset(connection.execute(select(c.agency).where(c.tells_checks)).scalars())

    def tell_checks(self, agency: str, *, tells: bool) -> None:
        """Set whether an agency lets owners of records know that it checked them."""
        c = agency_options.c
        with write_transaction(self.engine) as connection:
            connection.execute(delete(agency_options).where(c.agency == agency))
            connection.execute(insert(agency_options).values(agency=agency, tells_checks=tells))

    def add_receiver(
        self, owner: str, kind: str, address: str, *, agency: str, sender: str, hours: int = 24
    ) -> tuple[Receiver, str]:
        """Add an address to which the notices of an owner are sent from now on. Return it, and the
        secret that signs messages to a webhook (empty for a mailbox).
        """
        key = base64.b64encode(secrets.token_bytes(24)).decode()
        secret = f"whsec_{key}" if kind == "webhook" else ""
        receiver_id = uuid.uuid4().hex
        with write_transaction(self.engine) as connection:
            cipher = _cipher(connection, receiver_id)
            is_own = notices.c.owner == owner
            last = connection.execute(select(func.max(notices.c.place)).where(is_own)).scalar()
            values = {
                "id": receiver_id,
                "owner": owner,
                "agency": agency,
                "sender": sender,
                "kind": kind,
                "address": address,
                "secret": cipher.seal(secret.encode()),
                "hours": hours,
                "last": last or 0,
                "next_at": utc_text(),
                "error": "",
                "created": utc_text(),
            }
            connection.execute(insert(receivers).values(**values))
            is_it = receivers.c.id == receiver_id
            row = connection.execute(select(*_RECEIVER).where(is_it)).one()
        return Receiver(*row), secret

    def receivers(self, owner: str | None = None) -> Sequence[Receiver]:
        """Return the receivers of an owner (None: of all)."""
        query = select(*_RECEIVER).order_by(receivers.c.number)
        if owner is not None:
            query = query.where(receivers.c.owner == owner)
        with read_transaction(self.engine) as connection:
            return [Receiver(*row) for row in connection.execute(query)]

    def secret_of(self, receiver: Receiver) -> str:
        """Return the secret that signs messages to a webhook. Raises `StoreError`."""
        with read_transaction(self.engine) as connection:
            is_it = and_(receivers.c.number == receiver.number, receivers.c.id == receiver.id)
            sealed = connection.execute(select(receivers.c.secret).where(is_it)).scalar()
            if sealed is None:
                raise StoreError(f"the receiver {receiver.id} is gone", hint="add it again")
            return _cipher(connection, receiver.id).open(sealed).decode()

    def remove_receiver(self, receiver_id: str) -> None:
        """Remove a receiver with the messages that wait for it. Raises `StoreError` for an unknown
        id.
        """
        with write_transaction(self.engine) as connection:
            is_it = receivers.c.id == receiver_id
            number = connection.execute(select(receivers.c.number).where(is_it)).scalar()
            if number is None:
                raise StoreError(f"there is no receiver {receiver_id[:60]!r}", hint="check the id")
            connection.execute(delete(deliveries).where(deliveries.c.receiver == number))
            connection.execute(delete(receivers).where(is_it))

    def deliveries(self, receiver: Receiver, *, limit: int = 100) -> Sequence[Delivery]:
        """Return the first messages that wait for a webhook, or are dead, in their order."""
        c = deliveries.c
        query = select(*_DELIVERY).where(c.receiver == receiver.number).order_by(c.place)
        with read_transaction(self.engine) as connection:
            return [Delivery(*row) for row in connection.execute(query.limit(limit))]

    def due_receivers(self) -> Sequence[Receiver]:
        """Return the webhooks with a due message, and the mailboxes with a due digest."""
        now = utc_text()
        c = deliveries.c
        due = select(c.receiver).where(c.state == "waiting", c.next_at <= now)
        is_due = or_(
            and_(receivers.c.kind == "mail", receivers.c.next_at <= now),
            receivers.c.number.in_(due),
        )
        with read_transaction(self.engine) as connection:
            query = select(*_RECEIVER).where(is_due).order_by(receivers.c.number)
            return [Receiver(*row) for row in connection.execute(query)]

    def claim(self, receiver: Receiver) -> tuple[Delivery, Notice | None] | None:
        """Take the first message of a webhook that is due, so that no other worker sends it now;
        None if there is none. The notice is None if it was removed.
        """
        now = datetime.datetime.now(datetime.UTC)
        c = deliveries.c
        first = (
            select(*_DELIVERY)
            .where(c.receiver == receiver.number, c.state == "waiting", c.next_at <= utc_text(now))
            .order_by(c.place)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        until = utc_text(now + datetime.timedelta(seconds=_CLAIM_SECONDS))
        with write_transaction(self.engine) as connection:
            row = connection.execute(first).first()
            if row is None:
                return None
            changed = update(deliveries).where(c.number == row.number)
            connection.execute(changed.values(next_at=until))
            is_it = and_(notices.c.owner == receiver.owner, notices.c.place == row.place)
            found = connection.execute(select(*_NOTICE).where(is_it)).first()
        return Delivery(*row), None if found is None else Notice(*found)

    def settle(self, delivery: Delivery, error: str = "", retry_after: float = 0.0) -> None:
        """Note that a message was delivered, or why not. In that case it is tried again later, or
        is dead.
        """
        c = deliveries.c
        # SQLite reuses the number of a removed message for another one
        is_it = and_(
            c.number == delivery.number,
            c.receiver == delivery.receiver,
            c.place == delivery.place,
        )
        with write_transaction(self.engine) as connection:
            if not error:
                connection.execute(delete(deliveries).where(is_it))
                return
            is_dead = delivery.attempts >= len(RETRY_SECONDS)
            wait = 0.0 if is_dead else max(RETRY_SECONDS[delivery.attempts], retry_after)
            again = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=wait)
            changed = update(deliveries).where(is_it)
            values = {
                "attempts": delivery.attempts + 1,
                "state": "dead" if is_dead else "waiting",
                "next_at": utc_text(again),
                "error": error[:300],
            }
            connection.execute(changed.values(**values))

    def resend(self, receiver: Receiver) -> int:
        """Send all messages that wait for a webhook, or are dead, now; return their number."""
        c = deliveries.c
        with write_transaction(self.engine) as connection:
            changed = update(deliveries).where(c.receiver == receiver.number)
            values = {"attempts": 0, "state": "waiting", "next_at": utc_text()}
            return int(connection.execute(changed.values(**values)).rowcount)

    def settle_digest(self, receiver: Receiver, last: int, error: str = "") -> bool:
        """Note that a digest with the notices up to a number was sent, or why not. Return whether
        no other worker has done so before. If it is called before the digest is sent, no other
        worker sends it, too.
        """
        c = receivers.c
        wait = datetime.timedelta(hours=receiver.hours)
        if error:
            wait = datetime.timedelta(minutes=10)
        again = utc_text(datetime.datetime.now(datetime.UTC) + wait)
        is_it = and_(c.number == receiver.number, c.last == receiver.last)
        with write_transaction(self.engine) as connection:
            changed = update(receivers).where(is_it, c.next_at == receiver.next_at)
            values = {"last": last, "next_at": again, "error": error[:300]}
            return bool(connection.execute(changed.values(**values)).rowcount)

    def list(self, owner: str, *, after: int = 0, limit: int = 100) -> list[Notice]:
        """Return notices of an owner with numbers after `after`, in their order."""
        query = select(*_NOTICE).where(notices.c.owner == owner, notices.c.place > after)
        with read_transaction(self.engine) as connection:
            rows = connection.execute(query.order_by(notices.c.place).limit(limit))
            return [Notice(*row) for row in rows]


def _cipher(connection: Connection, receiver_id: str) -> SubjectCipher:
    secret = connection.execute(select(meta.c.id_secret)).scalar_one()
    return SubjectCipher(secret, f"receiver {receiver_id}")
