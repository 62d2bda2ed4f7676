"""Who may ask, and who has asked: API keys (only their hashes are kept) and the log of consultations."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.store.database import clear_errors, reading, writing
from resolver.store.row_types import utc_text
from resolver.store.schema import api_keys, consultations

SCOPES = ("check", "submit", "review", "admin")
_BYTES = 32


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is known: never the secret."""

    name: str
    agency: str
    scopes: tuple[str, ...]
    created: str
    expires: str | None
    revoked: str | None


@dataclass(frozen=True, slots=True)
class Consultation:
    """Who looked what up, when and why, against which version and model."""

    number: int
    at: str
    who: str
    agency: str
    action: str
    purpose: str
    request_id: str
    version: int
    model: str
    query: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Access:
    """The keys and consultations of a store."""

    engine: Engine

    def create_key(
        self, name: str, agency: str, scopes: Sequence[str], *, expires: str | None = None
    ) -> str:
        """Make a key; its secret, which is shown this once. Raises `StoreError` for a name in use or an unknown
        scope."""
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            raise StoreError(
                f"unknown scope {', '.join(unknown) or 'none'}",
                mend=f"use some of {', '.join(SCOPES)}",
            )
        secret = secrets.token_urlsafe(_BYTES)
        row = {
            "name": name,
            "agency": agency,
            "scopes": " ".join(scope for scope in SCOPES if scope in scopes),
            "hash": _digest(secret),
            "created": utc_text(),
            "expires": expires,
        }
        try:
            with writing(self.engine) as connection:
                connection.execute(insert(api_keys).values(**row))
        except IntegrityError as error:
            raise StoreError(
                f"there is a key called {name!r}", mend="choose another name"
            ) from error
        return secret

    def find_key(self, secret: str) -> ApiKey | None:
        """The key of a secret, or None where there is none that is still good."""
        now = utc_text()
        good = and_(
            api_keys.c.revoked.is_(None),
            or_(api_keys.c.expires.is_(None), api_keys.c.expires > now),
        )
        with reading(self.engine) as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.hash == _digest(secret), good)
            ).first()
        return None if row is None else _key(row)

    def list_keys(self) -> list[ApiKey]:
        """All keys, by name, revoked ones too."""
        with reading(self.engine) as connection:
            return [
                _key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.name))
            ]

    def revoke_key(self, name: str) -> None:
        """Make a key useless. Raises `StoreError` where there is none of that name."""
        with writing(self.engine) as connection:
            kept = func.coalesce(api_keys.c.revoked, utc_text())
            done = connection.execute(
                update(api_keys).where(api_keys.c.name == name).values(revoked=kept)
            )
            if not done.rowcount:
                raise StoreError(f"there is no key called {name!r}", mend="list the keys")

    def log(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Log consultations: `who`, `agency`, `action`, `purpose`, `request_id`, `version`, `model`, `query`,
        `answer`; `at` is now unless given. Several at once cost one transaction."""
        if rows:
            with clear_errors(self.engine), writing(self.engine) as connection:
                connection.execute(
                    insert(consultations),
                    [row if "at" in row else {"at": utc_text(), **row} for row in rows],
                )

    def consultations(
        self, *, since: str = "", who: str | None = None, limit: int = 1000
    ) -> list[Consultation]:
        """The log from a time on, the oldest first."""
        query = (
            select(consultations)
            .where(consultations.c.at >= since)
            .order_by(consultations.c.number)
            .limit(limit)
        )
        if who is not None:
            query = query.where(consultations.c.who == who)
        with reading(self.engine) as connection:
            return [Consultation(*row) for row in connection.execute(query)]


def _digest(secret: str) -> str:
    # secrets of 256 random bits need no slow hash
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _key(row: Any) -> ApiKey:
    return ApiKey(
        row.name, row.agency, tuple(row.scopes.split()), row.created, row.expires, row.revoked
    )
