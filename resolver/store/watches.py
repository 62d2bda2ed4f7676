"""Watches: subjects that an agency has screened again whenever the store changes, until a given
day.

The values and hits of a subject are stored encrypted with AES-256-GCM. The key is derived from the
secret of the store (`meta.id_secret`). So a copy of these tables alone, such as a dump of a table,
a replica of it or a page of a lost disk, shows no subject. Whoever has the whole database or a
backup has the secret as well. The row of a subject is bound to its watch: it cannot be read as a
row of another watch.

A watch ends on its last day. `erase_expired` then removes it with all of its subjects.
"""

from __future__ import annotations

import datetime
import hmac
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, and_, delete, exists, func, insert, or_, select, update

from resolver.errors import StoreError
from resolver.store.bulk_rows import MAX_CLOCK_SKEW, insert_rows, is_among
from resolver.store.database import read_transaction, utc_text, write_transaction
from resolver.store.jobs import LeaseError
from resolver.store.schema import meta, watched_subjects, watches

NEVER = -1
"""Revision of a subject that was not screened yet."""
LEASE_SECONDS = 60.0
"""Seconds after which another worker takes up the watch of a worker that was killed. A shorter
lease would end during a pause of the machine, and the watch would be run twice.
"""
_NONCE_BYTES = 12
_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Watch:
    """Watch of an owner (see `StoredVerdict.owner`). It screens with the rights of `sender` of
    `agency`, or of the operator if the owner is empty.

    `edition` counts changes of its subjects. `revision` is the store revision up to which all hits
    hold (0: none). `stamp` identifies the state on which the scores depended at that revision.
    Times are UTC texts.
    """

    number: int
    id: str
    owner: str
    name: str
    agency: str
    sender: str
    created: str
    expires: str
    edition: int
    revision: int
    stamp: Mapping[str, Any]


class SubjectRow(NamedTuple):
    """Watched subject: its number, its key in the watch, its values and its hits as bytes, and the
    revision in which it was screened (`NEVER`: not yet).
    """

    number: int
    key: str
    content: bytes
    hits: bytes
    screened: int


class SubjectCipher:
    """Encryption of the subjects of one watch."""

    def __init__(self, secret: str, watch_id: str) -> None:
        # takes 40 ms to load, and few processes have watches
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._secret, self._watch = f"watch {secret}".encode(), watch_id.encode()
        self._cipher = AESGCM(hmac.digest(self._secret, b"values of subjects", "sha256"))

    def key_of(self, text: str) -> str:
        """Return a keyed hash that finds a subject again without revealing who it is."""
        message = b"key\x1f" + self._watch + b"\x1f" + text.encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, message, "sha256").hex()

    def seal(self, data: bytes) -> bytes:
        """Return encrypted data; empty data stays empty."""
        if not data:
            return b""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, self._watch)

    def open(self, sealed: bytes) -> bytes:
        """Return the data that was sealed. Raises `StoreError` for data of another store or
        watch.
        """
        if not sealed:
            return b""
        from cryptography.exceptions import InvalidTag

        nonce, data = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, data, self._watch)
        except (InvalidTag, ValueError):
            raise StoreError(
                "a watched subject cannot be decrypted: it was changed, or is of another store",
                hint="remove the watch, and screen the table again with --watch",
            ) from None


@dataclass(frozen=True, slots=True)
class Watches:
    """Watches of a store."""

    engine: Engine

    def add(self, owner: str, name: str, *, agency: str, sender: str, expires: str) -> Watch:
        """Return the watch with a name; it is created if the owner has no watch of this name.
        `expires` becomes its new end.
        """
        row = {
            "id": uuid.uuid4().hex,
            "owner": owner,
            "name": name,
            "agency": agency,
            "sender": sender,
            "created": utc_text(),
            "expires": expires,
            "edition": 0,
            "revision": 0,
            "stamp": {},
        }
        is_same = and_(watches.c.owner == owner, watches.c.name == name)
        with write_transaction(self.engine) as connection:
            self._erase(connection, and_(is_same, watches.c.expires <= utc_text()))
            changed = connection.execute(update(watches).where(is_same).values(expires=expires))
            if not changed.rowcount:
                connection.execute(insert(watches).values(**row))
            return _watch(connection.execute(select(watches).where(is_same)).one())

    def get(self, owner: str, name: str) -> Watch:
        """Return a watch of an owner. Raises `StoreError` if the owner has no watch of this
        name.
        """
        for watch in self.list(owner):
            if watch.name == name:
                return watch
        raise StoreError(f"there is no watch {name[:60]!r}", hint="see `resolver watches list`")

    def count_subjects(self, some: Sequence[Watch]) -> dict[int, int]:
        """Return the number of subjects of some watches, by the number of the watch."""
        c = watched_subjects.c
        numbers = [watch.number for watch in some]
        with read_transaction(self.engine) as connection:
            query = select(c.watch, func.count()).where(is_among(connection, c.watch, numbers))
            counts = {row[0]: int(row[1]) for row in connection.execute(query.group_by(c.watch))}
        return {number: counts.get(number, 0) for number in numbers}

    def cipher(self, watch: Watch) -> SubjectCipher:
        """Return the encryption of the subjects of a watch."""
        with read_transaction(self.engine) as connection:
            secret = connection.execute(select(meta.c.id_secret)).scalar_one()
        return SubjectCipher(secret, watch.id)

    def put_subjects(self, watch: Watch, rows: Iterable[SubjectRow]) -> int:
        """Add subjects to a watch, in place of subjects with the same keys; return their number.
        The number of a row is not used.
        """
        cipher = self.cipher(watch)
        added = list(rows)
        keys = [row.key for row in added]
        columns: dict[str, Sequence[Any]] = {
            "watch": [watch.number] * len(added),
            "key": keys,
            "content": [cipher.seal(row.content) for row in added],
            "hits": [cipher.seal(row.hits) for row in added],
            "screened": [row.screened for row in added],
        }
        c = watched_subjects.c
        with write_transaction(self.engine) as connection:
            for start in range(0, len(keys), _ROWS_AT_ONCE):
                part = keys[start : start + _ROWS_AT_ONCE]
                is_same = and_(c.watch == watch.number, is_among(connection, c.key, part))
                connection.execute(delete(watched_subjects).where(is_same))
            insert_rows(watched_subjects, columns, connection)
            self._count_edition(connection, watch)
        return len(keys)

    def subjects(self, watch: Watch) -> list[SubjectRow]:
        """Return all subjects of a watch, decrypted, in the order in which they were added. Raises
        `StoreError`.
        """
        cipher, c = self.cipher(watch), watched_subjects.c
        query = select(c.number, c.key, c.content, c.hits, c.screened)
        query = query.where(c.watch == watch.number).order_by(c.number)
        with read_transaction(self.engine) as connection:
            rows = connection.execute(query).all()
        return [
            SubjectRow(number, key, cipher.open(content), cipher.open(hits), screened)
            for number, key, content, hits, screened in rows
        ]

    def find_subjects(self, owner: str, keys: Sequence[str]) -> Sequence[tuple[Watch, SubjectRow]]:
        """Return some subjects of the watches of an owner, decrypted, each with the watch to which
        it belongs. Raises `StoreError`.
        """
        if not keys:
            return []
        by_number = {watch.number: (watch, self.cipher(watch)) for watch in self.list(owner)}
        c = watched_subjects.c
        query = select(c.watch, c.number, c.key, c.content, c.screened)
        with read_transaction(self.engine) as connection:
            rows = connection.execute(query.where(is_among(connection, c.key, keys))).all()
        found = []
        for number, subject, key, content, screened in rows:
            if number in by_number:
                watch, cipher = by_number[number]
                row = SubjectRow(subject, key, cipher.open(content), b"", screened)
                found.append((watch, row))
        return found

    def remove_subjects(self, watch: Watch, keys: Sequence[str]) -> int:
        """Erase some subjects of a watch; return their number."""
        c = watched_subjects.c
        with write_transaction(self.engine) as connection:
            is_chosen = and_(c.watch == watch.number, is_among(connection, c.key, keys))
            removed = connection.execute(delete(watched_subjects).where(is_chosen)).rowcount
            self._count_edition(connection, watch)
        return int(removed)

    def remove(self, watch: Watch) -> None:
        """Erase a watch with all of its subjects."""
        with write_transaction(self.engine) as connection:
            self._erase(connection, watches.c.number == watch.number)

    def erase_expired(self) -> int:
        """Erase the watches that have ended, with all of their subjects; return their number."""
        is_over = watches.c.expires <= utc_text()
        with read_transaction(self.engine) as connection:
            if connection.execute(select(watches.c.number).where(is_over)).first() is None:
                return 0
        with write_transaction(self.engine) as connection:
            return self._erase(connection, is_over)

    def due(self) -> list[Watch]:
        """Return the watches whose hits are not those of the current revision, and that no worker
        has leased.
        """
        now = datetime.datetime.now(datetime.UTC)
        waits = exists().where(
            watched_subjects.c.watch == watches.c.number, watched_subjects.c.screened == NEVER
        )
        current = select(meta.c.version).scalar_subquery()
        query = select(watches).where(
            watches.c.expires > utc_text(now),
            or_(watches.c.revision != current, waits),
            current > 0,
            _is_free(now),
        )
        with read_transaction(self.engine) as connection:
            return [_watch(row) for row in connection.execute(query.order_by(watches.c.number))]

    def lease(self, watch: Watch, worker: str, seconds: float = LEASE_SECONDS) -> Watch | None:
        """Lease a watch to a worker, or extend its lease; return the watch as it is now, or None if
        another worker has it or it is gone.
        """
        now = datetime.datetime.now(datetime.UTC)
        end = utc_text(now + datetime.timedelta(seconds=seconds))
        is_own = and_(_is_watch(watch), or_(_is_free(now), watches.c.worker == worker))
        with write_transaction(self.engine, volatile=True) as connection:
            leased = update(watches).where(is_own).values(worker=worker, lease_until=end)
            if not connection.execute(leased).rowcount:
                return None
            row = connection.execute(select(watches).where(watches.c.number == watch.number)).one()
            return _watch(row)

    def release(self, watch: Watch, worker: str) -> None:
        """End the lease of a worker, if it has one."""
        is_own = and_(_is_watch(watch), watches.c.worker == worker)
        with write_transaction(self.engine, volatile=True) as connection:
            connection.execute(update(watches).where(is_own).values(worker="", lease_until=""))

    def finish(
        self,
        watch: Watch,
        worker: str,
        *,
        revision: int,
        stamp: Mapping[str, Any],
        hits: Mapping[int, bytes],
        tell: Callable[[Connection], None],
    ) -> None:
        """Store the hits of some subjects (by number) that hold at a revision, and end the lease,
        all or nothing. `tell` stores the notices of the watch within the same transaction.

        Raises `LeaseError` if another worker has the watch, it is gone, or its subjects changed.
        """
        cipher, c = self.cipher(watch), watched_subjects.c
        sealed = [(number, cipher.seal(data)) for number, data in sorted(hits.items())]
        is_same = and_(_is_watch(watch), watches.c.edition == watch.edition)
        is_own = and_(is_same, watches.c.worker == worker)
        with write_transaction(self.engine) as connection:
            ended = update(watches).where(is_own)
            ended = ended.values(revision=revision, stamp=dict(stamp), worker="", lease_until="")
            if not connection.execute(ended).rowcount:
                raise LeaseError(
                    f"another worker has the watch {watch.name}, or it is gone or changed",
                    hint="stop working on it",
                )
            tell(connection)
            empty = [number for number, data in sealed if not data]
            for start in range(0, len(empty), _ROWS_AT_ONCE):
                part = empty[start : start + _ROWS_AT_ONCE]
                is_chosen = is_among(connection, c.number, part)
                changed = update(watched_subjects).where(is_chosen)
                connection.execute(changed.values(hits=b"", screened=revision))
            for number, data in sealed:
                if data:
                    changed = update(watched_subjects).where(c.number == number)
                    connection.execute(changed.values(hits=data, screened=revision))

    def list(self, owner: str | None = None) -> list[Watch]:
        """Return the watches of an owner (None: of all) that have not ended, by name."""
        query = select(watches).where(watches.c.expires > utc_text())
        if owner is not None:
            query = query.where(watches.c.owner == owner)
        with read_transaction(self.engine) as connection:
            rows = connection.execute(query.order_by(watches.c.owner, watches.c.name))
            return [_watch(row) for row in rows]

    @staticmethod
    def _count_edition(connection: Connection, watch: Watch) -> None:
        is_it = watches.c.number == watch.number
        changed = update(watches).where(is_it).values(edition=watches.c.edition + 1)
        if not connection.execute(changed).rowcount:
            raise StoreError(f"the watch {watch.name} is gone", hint="make it again")

    @staticmethod
    def _erase(connection: Connection, condition: Any) -> int:
        chosen = select(watches.c.number).where(condition)
        connection.execute(delete(watched_subjects).where(watched_subjects.c.watch.in_(chosen)))
        return int(connection.execute(delete(watches).where(condition)).rowcount)


def _is_watch(watch: Watch) -> Any:
    """Return the condition for a watch. SQLite may give the number of a removed watch to a new
    watch.
    """
    return and_(watches.c.number == watch.number, watches.c.id == watch.id)


def _is_free(now: datetime.datetime) -> Any:
    """Return the condition that no worker has leased a watch. A lease that ends too far in the
    future was taken while the clock was wrong.
    """
    latest = utc_text(now + datetime.timedelta(seconds=LEASE_SECONDS) + MAX_CLOCK_SKEW)
    return or_(watches.c.lease_until < utc_text(now), watches.c.lease_until > latest)


def _watch(row: Any) -> Watch:
    return Watch(
        row.number,
        row.id,
        row.owner,
        row.name,
        row.agency,
        row.sender,
        row.created,
        row.expires,
        row.edition,
        row.revision,
        row.stamp,
    )
