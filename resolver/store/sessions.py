"""Sessions at the steward's desk, steps of sign-ins, security keys, and API keys.

A session is found by a random token, of which only the hash is stored. It ends after a fixed
lifetime, or earlier if it is not used. Backups leave sessions out.

A sign-in of several requests keeps its data in a step until the next request takes them, once.

Security keys are second factors of passwords (WebAuthn). Of API keys only hashes are stored.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Select, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.store.bulk_rows import MAX_CLOCK_SKEW
from resolver.store.database import (
    parse_utc_text,
    read_transaction,
    translate_errors,
    utc_text,
    write_transaction,
)
from resolver.store.schema import api_keys, security_keys, sessions, sign_in_steps, users
from resolver.store.users import User, user_from_row

_BYTES = 32
PROVIDER = "provider"
"""Method of sign-in of sessions that an identity provider vouches for."""
_ID_LENGTH = 16
"""Number of digits of the digest of a session that name it on pages and for commands."""
_MAX_STEPS = 2_000
"""Maximum number of unfinished sign-ins of a kind that the store keeps; each takes at most 30 KB.
"""
_MAX_STEP_LIFETIME = datetime.timedelta(hours=1)
"""Longest lifetime of a step. A step that ends later was kept while the clock was wrong."""
_MAX_KEYS, _MAX_KEY_NAME = 10, 60
"""Security keys of a user, and characters of the name of one."""
_USE_INTERVAL = datetime.timedelta(seconds=60)
"""Interval at which the time of last use is updated; not every request is worth a write."""


@dataclass(frozen=True, slots=True)
class Session:
    """Valid session: its user, purpose of access (empty: not stated yet) and the secret of its
    forms.

    `via`: method of sign-in (`password`, `security key`, `proxy`, `provider` or `link`). `seen`:
    time of the last use, exact to a minute. `address` and `browser`: where the session began.
    `provider_session` and `id_token`: what the identity provider calls its session, and the token
    that it gave; empty for other methods.
    """

    digest: str
    user: User
    purpose: str
    csrf: str
    via: str
    created: str
    seen: str = ""
    address: str = ""
    browser: str = ""
    provider_session: str = ""
    id_token: str = field(default="", repr=False)

    @property
    def id(self) -> str:
        """Return the name of the session, which is not enough to use it."""
        return self.digest[:_ID_LENGTH]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions of a store."""

    engine: Engine

    def begin(
        self,
        user: User,
        *,
        via: str,
        lifetime: datetime.timedelta,
        purpose: str = "",
        **facts: str,
    ) -> str:
        """Begin a session and return its token, which is not stored; remove expired sessions.

        facts: `address`, `browser`, `provider_session` and `id_token`, as far as they are known.
        """
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
            **facts,
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
        query = _valid_sessions(now, idle).where(sessions.c.digest == _digest(token))
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if now - parse_utc_text(row.seen) > _USE_INTERVAL:
            self._note(row.digest, now)
        return _session(row)

    def of_user(self, user: User, *, idle: datetime.timedelta) -> list[Session]:
        """Return the valid sessions of a user, the one that was used last first."""
        now = datetime.datetime.now(datetime.UTC)
        query = _valid_sessions(now, idle).where(sessions.c.user == user.number)
        ordered = query.order_by(sessions.c.seen.desc(), sessions.c.digest)
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return [_session(row) for row in connection.execute(ordered)]

    def end_of(self, user: User, session_id: str = "", *, except_for: Session | None = None) -> int:
        """End all sessions of a user, or the one of an id; return how many there were.

        `except_for`: a session that goes on.
        """
        ended = delete(sessions).where(sessions.c.user == user.number)
        if session_id:
            digest = sessions.c.digest
            ended = ended.where(func.substr(digest, 1, _ID_LENGTH) == session_id)
        if except_for is not None:
            ended = ended.where(sessions.c.digest != except_for.digest)
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            return connection.execute(ended).rowcount

    def end_at_provider(self, *, subject: str = "", provider_session: str = "") -> list[User]:
        """End the sessions of one subject of the identity provider, or of one session there.

        If you give both, only sessions that match both are ended. Returns the user of each session
        that was ended. Raises `ValueError` if you give neither.
        """
        if not subject and not provider_session:
            raise ValueError("all sessions would end")
        found = select(sessions.c.digest, *users.c).where(
            sessions.c.user == users.c.number, sessions.c.via == PROVIDER
        )
        if subject:
            found = found.where(users.c.subject == subject)
        if provider_session:
            found = found.where(sessions.c.provider_session == provider_session)
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            rows = connection.execute(found).all()
            digests = [row.digest for row in rows]
            connection.execute(delete(sessions).where(sessions.c.digest.in_(digests)))
        return [user_from_row(row) for row in rows]

    def set_purpose(self, session: Session, purpose: str) -> None:
        """Set the purpose of access of a session."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            changed = update(sessions).where(sessions.c.digest == session.digest)
            connection.execute(changed.values(purpose=purpose))

    def set_via(self, session: Session, via: str) -> None:
        """Set the method by which the user of a session has signed in."""
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            changed = update(sessions).where(sessions.c.digest == session.digest)
            connection.execute(changed.values(via=via))

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


def _valid_sessions(now: datetime.datetime, idle: datetime.timedelta) -> Select[Any]:
    return select(sessions, *(column.label(f"user_{column.name}") for column in users.c)).where(
        sessions.c.user == users.c.number,
        users.c.disabled.is_(None),
        sessions.c.expires > utc_text(now),
        sessions.c.seen > utc_text(now - idle),
        # a session that began, or was used, in the future dates from a time when the clock was
        # wrong
        sessions.c.seen <= utc_text(now + MAX_CLOCK_SKEW),
    )


def _session(row: Any) -> Session:
    user_row = SimpleNamespace(
        **{column.name: getattr(row, f"user_{column.name}") for column in users.c}
    )
    names = (part.name for part in fields(Session) if part.name != "user")
    return Session(user=user_from_row(user_row), **{name: getattr(row, name) for name in names})


@dataclass(frozen=True, slots=True)
class SignInSteps:
    """What sign-ins of several requests know, until the next request takes it."""

    engine: Engine

    def put(
        self, kind: str, owner: str, content: Mapping[str, Any], lifetime: datetime.timedelta
    ) -> str:
        """Keep the content of a step; return the secret token that takes it.

        `owner`: address or user that has begun the sign-in. If the store keeps `_MAX_STEPS` steps
        of a kind, the owner with the most steps loses the eldest one. So nobody who begins many
        sign-ins ends those of others.
        """
        token = secrets.token_urlsafe(_BYTES)
        text = orjson.dumps(dict(content)).decode()
        self._insert(
            _digest(f"{kind} {token}"), f"{kind} of {owner}", text, lifetime, f"{kind} of "
        )
        return token

    def take(self, kind: str, token: str) -> dict[str, Any] | None:
        """Return the content of a step, once; None for another token, or if it has expired."""
        step = delete(sign_in_steps).where(sign_in_steps.c.digest == _digest(f"{kind} {token}"))
        taken = step.returning(sign_in_steps.c.content, sign_in_steps.c.expires)
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            row = connection.execute(taken).first()
        if row is None or row.expires <= utc_text():
            return None
        content: dict[str, Any] = orjson.loads(row.content)
        return content

    def use_once(self, kind: str, token: str, lifetime: datetime.timedelta) -> bool:
        """Return whether a token that others make was not used within `lifetime`; note its use."""
        try:
            self._insert(_digest(f"{kind} {token}"), kind, "", lifetime)
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                return False
            raise
        return True

    def _insert(
        self, digest: str, kind: str, text: str, lifetime: datetime.timedelta, bounded: str = ""
    ) -> None:
        """Insert a step. `bounded`: start of the kinds of which `_MAX_STEPS` are kept together."""
        now = datetime.datetime.now(datetime.UTC)
        row = {"digest": digest, "kind": kind, "content": text, "expires": utc_text(now + lifetime)}
        ends = sign_in_steps.c.expires
        is_over = or_(ends <= utc_text(now), ends > utc_text(now + _MAX_STEP_LIFETIME))
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(delete(sign_in_steps).where(is_over))
            if bounded:
                _make_room(connection, bounded)
            connection.execute(insert(sign_in_steps).values(**row))


def _make_room(connection: Connection, start: str) -> None:
    """If too many steps have a kind with this start, remove the eldest step of the kind that has
    the most steps.
    """
    kind, ends = sign_in_steps.c.kind, sign_in_steps.c.expires
    counted = select(kind, func.count()).where(kind.startswith(start, autoescape=True))
    by_kind = counted.group_by(kind).order_by(func.count().desc(), func.min(ends))
    rows = connection.execute(by_kind).all()
    if sum(count for _, count in rows) >= _MAX_STEPS:
        eldest = select(sign_in_steps.c.digest).where(kind == rows[0][0]).order_by(ends).limit(1)
        digest = connection.execute(eldest).scalar_one()
        connection.execute(delete(sign_in_steps).where(sign_in_steps.c.digest == digest))


@dataclass(frozen=True, slots=True)
class SecurityKey:
    """Security key of a user: its name, its id and public key (base64url), the host that it was
    registered for, and the number of uses that it has reported.
    """

    number: int
    name: str
    credential: str
    public_key: str
    host: str
    uses: int
    created: str
    used: str | None


@dataclass(frozen=True, slots=True)
class SecurityKeys:
    """Security keys of the users of a store."""

    engine: Engine

    def add(
        self, user: User, name: str, *, credential: str, public_key: str, host: str, uses: int = 0
    ) -> None:
        """Add a key. Raises `StoreError` for a name or key that is in use, or too many keys."""
        name = " ".join(name.split())[:_MAX_KEY_NAME]
        if not name:
            raise StoreError("a security key needs a name", hint="name it so that you know it")
        row = {
            "user": user.number,
            "name": name,
            "credential": credential,
            "public_key": public_key,
            "host": host,
            "uses": uses,
            "created": utc_text(),
        }
        keys = self.list(user)
        if any(key.name == name for key in keys):
            raise StoreError(f"you have a security key called {name!r}", hint="choose another name")
        if len(keys) >= _MAX_KEYS:
            raise StoreError(
                f"a user has {_MAX_KEYS} security keys at most", hint="remove one first"
            )
        try:
            with translate_errors(self.engine), write_transaction(self.engine) as connection:
                connection.execute(insert(security_keys).values(**row))
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise StoreError(
                    "this security key is registered already", hint="use another one"
                ) from error
            raise

    def list(self, user: User) -> list[SecurityKey]:
        """Return the keys of a user, the oldest first."""
        query = select(security_keys).where(security_keys.c.user == user.number)
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            rows = connection.execute(query.order_by(security_keys.c.number)).mappings()
            return [
                SecurityKey(**{part.name: row[part.name] for part in fields(SecurityKey)})
                for row in rows
            ]

    def note_use(self, key: SecurityKey, uses: int) -> bool:
        """Note that a key was used, and the number of uses that it reports.

        Returns False, and notes nothing, if another request has noted a use of it meanwhile.
        """
        used = update(security_keys).where(
            security_keys.c.number == key.number, security_keys.c.uses == key.uses
        )
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            return bool(connection.execute(used.values(uses=uses, used=utc_text())).rowcount)

    def remove(self, user: User, number: int | None = None) -> int:
        """Remove one key of a user, or all; return how many there were."""
        removed = delete(security_keys).where(security_keys.c.user == user.number)
        if number is not None:
            removed = removed.where(security_keys.c.number == number)
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            return connection.execute(removed).rowcount


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
        """Return the key of a secret, or None. The key may be expired or revoked."""
        with read_transaction(self.engine) as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.hash == _api_keys_digest(secret))
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
