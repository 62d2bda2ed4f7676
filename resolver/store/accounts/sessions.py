"""Sessions at the steward's desk: rows that a random token leads to (only its hash is kept), with an end that no use
puts off, and one that use does. They are in no backup.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from dataclasses import dataclass
from types import SimpleNamespace

from sqlalchemy import Engine, delete, insert, select, update

from resolver.errors import StoreError
from resolver.store.accounts.users import User, user_of
from resolver.store.database import clear_errors, reading, writing
from resolver.store.row_types import moment_of, utc_text
from resolver.store.schema import sessions, users

_BYTES = 32
_NOTED = datetime.timedelta(seconds=60)
"""How old the note of the last use may be; not every look is worth a write."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is good: whose, why they look (empty: not said yet), the secret of its forms, and `via`: how they
    came in (`password`, `proxy` or `link`)."""

    digest: str
    user: User
    purpose: str
    csrf: str
    via: str
    created: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a store."""

    engine: Engine

    def begin(self, user: User, *, via: str, lasts: datetime.timedelta, purpose: str = "") -> str:
        """Begin a session; its token, which is shown this once. What has ended is removed."""
        token = secrets.token_urlsafe(_BYTES)
        now = datetime.datetime.now(datetime.UTC)
        row = {
            "digest": _digest(token),
            "user": user.number,
            "via": via,
            "csrf": secrets.token_urlsafe(_BYTES),
            "purpose": purpose,
            "created": utc_text(now),
            "seen": utc_text(now),
            "expires": utc_text(now + lasts),
        }
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.expires <= utc_text(now)))
            connection.execute(insert(sessions).values(**row))
        return token

    def find(self, token: str, *, idle: datetime.timedelta) -> Session | None:
        """The session of a token, or None where it has ended, was not used for `idle`, or its user is disabled."""
        now = datetime.datetime.now(datetime.UTC)
        good = select(sessions, *(column.label(f"user_{column.name}") for column in users.c)).where(
            sessions.c.user == users.c.number,
            users.c.disabled.is_(None),
            sessions.c.digest == _digest(token),
            sessions.c.expires > utc_text(now),
            sessions.c.seen > utc_text(now - idle),
        )
        with clear_errors(self.engine), reading(self.engine) as connection:
            row = connection.execute(good).first()
        if row is None:
            return None
        if now - moment_of(row.seen) > _NOTED:
            self._note(row.digest, now)
        whose = SimpleNamespace(
            **{column.name: getattr(row, f"user_{column.name}") for column in users.c}
        )
        return Session(row.digest, user_of(whose), row.purpose, row.csrf, row.via, row.created)

    def say_why(self, session: Session, purpose: str) -> None:
        """Set why a session looks at what it looks at."""
        with clear_errors(self.engine), writing(self.engine) as connection:
            changed = update(sessions).where(sessions.c.digest == session.digest)
            connection.execute(changed.values(purpose=purpose))

    def end(self, session: Session) -> None:
        """End a session."""
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == session.digest))

    def _note(self, digest: str, now: datetime.datetime) -> None:
        try:
            with clear_errors(self.engine), writing(self.engine) as connection:
                connection.execute(
                    update(sessions).where(sessions.c.digest == digest).values(seen=utc_text(now))
                )
        except StoreError:
            # a database that is read-only or full must still be looked at
            return


def _digest(token: str) -> str:
    # random tokens need no slow hash
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
