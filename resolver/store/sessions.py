"""Sessions at the steward's desk.

A session is found by a random token, of which only the hash is stored. It ends after a fixed
lifetime, or earlier if it is not used. Backups leave sessions out.

API keys of the service; only their hashes are stored.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.store.bulk_rows import MAX_CLOCK_SKEW, parse_utc_text, utc_text
from resolver.store.database import read_transaction, translate_errors, write_transaction
from resolver.store.schema import api_keys, sessions, users
from resolver.store.users import User, user_from_row

_BYTES = 32
_USE_INTERVAL = datetime.timedelta(seconds=60)
"""Interval at which the time of last use is updated; not every request is worth a write."""


@dataclass(frozen=True, slots=True)
class Session:
    """Valid session: its user, purpose of access (empty: not stated yet) and the secret of its
    forms.

    `via`: method of sign-in (`password`, `proxy` or `link`).
    """

    digest: str
    user: User
    purpose: str
    csrf: str
    via: str
    created: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions of a store."""

    engine: Engine

    def begin(
        self, user: User, *, via: str, lifetime: datetime.timedelta, purpose: str = ""
    ) -> str:
        """Begin a session and return its token, which is not stored; remove expired sessions."""
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
            "expires": utc_text(now + lifetime),
        }
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            is_over = or_(
                sessions.c.expires <= utc_text(now),
                sessions.c.seen > utc_text(now + MAX_CLOCK_SKEW),
            )
            connection.execute(delete(sessions).where(is_over))
            connection.execute(insert(sessions).values(**row))
        return token

    def find(self, token: str, *, idle: datetime.timedelta) -> Session | None:
        """Return the session of a token.

        None if it has expired, was not used for `idle`, or belongs to a disabled user.
        """
        now = datetime.datetime.now(datetime.UTC)
        query = select(
            sessions, *(column.label(f"user_{column.name}") for column in users.c)
        ).where(
            sessions.c.user == users.c.number,
            users.c.disabled.is_(None),
            sessions.c.digest == _digest(token),
            sessions.c.expires > utc_text(now),
            sessions.c.seen > utc_text(now - idle),
            # a session that began, or was used, in the future dates from a time when the clock was
            # wrong
            sessions.c.seen <= utc_text(now + MAX_CLOCK_SKEW),
        )
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if now - parse_utc_text(row.seen) > _USE_INTERVAL:
            self._note(row.digest, now)
        user_row = SimpleNamespace(
            **{column.name: getattr(row, f"user_{column.name}") for column in users.c}
        )
        return Session(
            row.digest, user_from_row(user_row), row.purpose, row.csrf, row.via, row.created
        )

    def set_purpose(self, session: Session, purpose: str) -> None:
        """Set the purpose of access of a session."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            changed = update(sessions).where(sessions.c.digest == session.digest)
            connection.execute(changed.values(purpose=purpose))

    def end(self, session: Session) -> None:
        """End a session."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == session.digest))

    def _note(self, digest: str, now: datetime.datetime) -> None:
        try:
            with translate_errors(self.engine), write_transaction(self.engine) as connection:
                connection.execute(
                    update(sessions).where(sessions.c.digest == digest).values(seen=utc_text(now))
                )
        except StoreError:
            # a read-only or full database can still be read
            return


def _digest(token: str) -> str:
    # random tokens need no slow hash
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


SCOPES = ("check", "submit", "review", "metrics", "audit", "admin")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """API key without its secret."""

    name: str
    agency: str
    scopes: tuple[str, ...]
    created: str
    expires: str | None
    revoked: str | None


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """API keys of a store."""

    engine: Engine

    def create(
        self, name: str, agency: str, scopes: Sequence[str], *, expires: str | None = None
    ) -> str:
        """Create a key and return its secret, which is not stored.

        Raises `StoreError` for an empty name, a used name, or an unknown scope.
        """
        if not name.strip():
            raise StoreError("a key needs a name", hint="name it after the program that uses it")
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            raise StoreError(
                f"unknown scope {', '.join(unknown) or 'none'}",
                hint=f"use some of {', '.join(SCOPES)}",
            )
        secret = secrets.token_urlsafe(_BYTES)
        row = {
            "name": name,
            "agency": agency,
            "scopes": " ".join(scope for scope in SCOPES if scope in scopes),
            "hash": _api_keys_digest(secret),
            "created": utc_text(),
            "expires": expires,
        }
        try:
            with write_transaction(self.engine) as connection:
                connection.execute(insert(api_keys).values(**row))
        except IntegrityError as error:
            raise StoreError(
                f"there is a key called {name!r}", hint="choose another name"
            ) from error
        return secret

    def find(self, secret: str) -> ApiKey | None:
        """Return the key of a secret, or None if no valid key has it."""
        now = utc_text()
        is_valid = and_(
            api_keys.c.revoked.is_(None),
            or_(api_keys.c.expires.is_(None), api_keys.c.expires > now),
        )
        with read_transaction(self.engine) as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.hash == _api_keys_digest(secret), is_valid)
            ).first()
        return None if row is None else _key(row)

    def list(self) -> list[ApiKey]:
        """Return all keys by name, revoked ones included."""
        with read_transaction(self.engine) as connection:
            return [
                _key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.name))
            ]

    def revoke(self, name: str) -> None:
        """Revoke a key. Raises `StoreError` for an unknown name."""
        with write_transaction(self.engine) as connection:
            revoked = func.coalesce(api_keys.c.revoked, utc_text())
            updated = connection.execute(
                update(api_keys).where(api_keys.c.name == name).values(revoked=revoked)
            )
            if not updated.rowcount:
                raise StoreError(f"there is no key called {name!r}", hint="list the keys")


def _api_keys_digest(secret: str) -> str:
    # secrets of 256 random bits need no slow hash
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _key(row: Any) -> ApiKey:
    return ApiKey(
        row.name, row.agency, tuple(row.scopes.split()), row.created, row.expires, row.revoked
    )
