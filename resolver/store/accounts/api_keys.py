"""API keys of the service; only their hashes are stored."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, and_, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.store.database import read_transaction, write_transaction
from resolver.store.row_types import utc_text
from resolver.store.schema import api_keys

SCOPES = ("check", "submit", "review", "metrics", "admin")
_BYTES = 32


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

        Raises `StoreError` for an empty name or one in use, or an unknown scope.
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
            "hash": _digest(secret),
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
        """Return the key of a secret, or None if there is none that is valid."""
        now = utc_text()
        is_valid = and_(
            api_keys.c.revoked.is_(None),
            or_(api_keys.c.expires.is_(None), api_keys.c.expires > now),
        )
        with read_transaction(self.engine) as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.hash == _digest(secret), is_valid)
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


def _digest(secret: str) -> str:
    # secrets of 256 random bits need no slow hash
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _key(row: Any) -> ApiKey:
    return ApiKey(
        row.name, row.agency, tuple(row.scopes.split()), row.created, row.expires, row.revoked
    )
