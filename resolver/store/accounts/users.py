"""Who may sit at the steward's desk: users with a role and an agency, their passwords, and how often these were
wrong.

Passwords are kept as argon2id hashes. After `TRIES` wrong ones in a row a name is locked for `LOCKED`, whether there is
a user of that name or not, so that neither the answer nor the time it takes tells who there is. An address from which
many wrong ones come, whatever the names, is locked as well.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.store.database import clear_errors, reading, writing
from resolver.store.row_types import utc_text
from resolver.store.schema import sessions, sign_in_failures, users

TRIES = 5
LOCKED = datetime.timedelta(minutes=15)
SHORTEST, LONGEST = 10, 200
"""Characters of a password."""
_ADDRESS = "ADDRESS "
"""Before an address among the names that failed; those of users are in small letters."""
_NAME = re.compile(r"[\w.@+-]{1,60}")


class Role(IntEnum):
    """What a user may do; each may all that those before it may."""

    VIEWER = 1
    """Looks."""
    STEWARD = 2
    """Decides on pairs, splits, takes decisions back."""
    SENIOR = 3
    """Settles contradictions and takes back what others decided."""
    ADMIN = 4
    """Says who may do what."""

    @property
    def label(self) -> str:
        """The word in files and pages."""
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> Role:
        """The role of a word. Raises `StoreError`."""
        for role in cls:
            if role.label == label:
                return role
        known = ", ".join(role.label for role in cls)
        raise StoreError(f"there is no role {label[:40]!r}", mend=f"use one of {known}")


@dataclass(frozen=True, slots=True)
class User:
    """A user as it is known: never the password. `disabled` is when, or None."""

    number: int
    name: str
    agency: str
    role: Role
    created: str
    disabled: str | None
    has_password: bool


class LockedError(StoreError):
    """Too many wrong passwords for a name, or from an address; `seconds` until it may be tried again."""

    def __init__(self, seconds: int, whose: str = "for this name") -> None:
        minutes = max(1, round(seconds / 60))
        super().__init__(
            f"too many wrong passwords {whose}", mend=f"wait {minutes} minutes and try again"
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Users:
    """The users of a store."""

    engine: Engine

    def add(self, name: str, role: Role, agency: str = "", password: str | None = None) -> User:
        """Add a user; without a password only a proxy's header or a sign-in link lets it in. Raises `StoreError` for a
        name that will not do or is taken, and for a password that will not do."""
        name = plain_name(name)
        row = {
            "name": name,
            "agency": agency.strip(),
            "role": role.label,
            "password": _hashed(name, password),
            "created": utc_text(),
        }
        try:
            with clear_errors(self.engine), writing(self.engine) as connection:
                connection.execute(insert(users).values(**row))
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise StoreError(
                    f"there is a user called {name!r}", mend="choose another name"
                ) from error
            raise
        return self.get(name)

    def get(self, name: str) -> User:
        """A user. Raises `StoreError` where there is none of that name."""
        found = self.find(name)
        if found is None:
            raise StoreError(
                f"there is no user called {name[:60]!r}", mend="see `resolver users list`"
            )
        return found

    def find(self, name: str) -> User | None:
        """A user, or None."""
        with clear_errors(self.engine), reading(self.engine) as connection:
            row = connection.execute(select(users).where(users.c.name == _folded(name))).first()
        return None if row is None else user_of(row)

    def list(self) -> list[User]:
        """All users, by name."""
        with clear_errors(self.engine), reading(self.engine) as connection:
            return [
                user_of(row) for row in connection.execute(select(users).order_by(users.c.name))
            ]

    def guarded(self) -> bool:
        """Whether somebody has a password, disabled or not: from then on a store is no longer open to its machine."""
        query = select(func.count()).where(users.c.password != "")
        with clear_errors(self.engine), reading(self.engine) as connection:
            return bool(connection.execute(query).scalar_one())

    def set_role(self, name: str, role: Role) -> User:
        """Change a role, from the next request on. Raises `StoreError` where no admin would be left."""
        return self._change(name, role=role.label)

    def set_agency(self, name: str, agency: str) -> User:
        """Change an agency. Raises `StoreError`."""
        return self._change(name, agency=agency.strip())

    def set_password(self, name: str, password: str) -> User:
        """Change a password, unlock the name, and end the user's sessions. Raises `StoreError`."""
        user = self.get(name)
        changed = self._change(name, password=_hashed(user.name, password))
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.user == user.number))
            connection.execute(delete(sign_in_failures).where(sign_in_failures.c.name == user.name))
        return changed

    def disable(self, name: str) -> User:
        """Keep a user out, from the next request on; what it did stays. Raises `StoreError` where no admin would be
        left."""
        return self._change(name, disabled=utc_text())

    def enable(self, name: str) -> User:
        """Let a disabled user in again. Raises `StoreError`."""
        return self._change(name, disabled=None)

    def check(self, name: str, password: str, *, address: str = "", most: int = 0) -> User | None:
        """The user of a name and a password, or None. `most`: wrong passwords from the `address` that lock it, whatever
        the names (0: any number); right ones do not forgive them. Raises `LockedError`."""
        name = _folded(name)[:60]
        here = f"{_ADDRESS}{address}" if address and most else ""
        now = datetime.datetime.now(datetime.UTC)
        with clear_errors(self.engine), reading(self.engine) as connection:
            failed = connection.execute(
                select(sign_in_failures).where(sign_in_failures.c.name.in_([name, here]))
            )
            tries = {one.name: one for one in failed if one.until > utc_text(now)}
            row = connection.execute(select(users).where(users.c.name == name)).first()
        for key, limit, whose in (
            (here, most, "from this address"),
            (name, TRIES, "for this name"),
        ):
            if key and key in tries and tries[key].tries >= limit:
                until = datetime.datetime.fromisoformat(tries[key].until)
                raise LockedError(int((until - now).total_seconds()), whose)
        good = row is not None and row.disabled is None and row.password != ""
        # a hash is checked in any case: who there is must not show in the time
        right = _fits(row.password if row is not None and good else _nobody(), password)
        if row is None or not good or not right:
            self._failed([name, *([here] if here else [])], now)
            return None
        self._passed(row, password)
        return user_of(row)

    def _failed(self, keys: Sequence[str], now: datetime.datetime) -> None:
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(
                delete(sign_in_failures).where(sign_in_failures.c.until <= utc_text(now))
            )
            until = utc_text(now + LOCKED)
            dialect = postgresql if self.engine.dialect.name == "postgresql" else sqlite
            for key in keys:
                first = dialect.insert(sign_in_failures).values(name=key, tries=1, until=until)
                again = {"tries": sign_in_failures.c.tries + 1, "until": until}
                connection.execute(first.on_conflict_do_update(index_elements=["name"], set_=again))

    def _passed(self, row: Any, password: str) -> None:
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(delete(sign_in_failures).where(sign_in_failures.c.name == row.name))
            if _hasher().check_needs_rehash(row.password):
                fresh = _hasher().hash(password)
                connection.execute(
                    update(users).where(users.c.number == row.number).values(password=fresh)
                )

    def _change(self, name: str, **changed: Any) -> User:
        user = self.get(name)
        with clear_errors(self.engine), writing(self.engine) as connection:
            connection.execute(update(users).where(users.c.number == user.number).values(**changed))
            admins = select(func.count()).where(
                users.c.role == Role.ADMIN.label, users.c.disabled.is_(None)
            )
            if (
                user.role is Role.ADMIN
                and user.disabled is None
                and not connection.execute(admins).scalar_one()
            ):
                raise StoreError(f"{user.name} is the last admin", mend="make another one first")
        return self.get(user.name)


def user_of(row: Any) -> User:
    """A row of the table."""
    return User(
        row.number,
        row.name,
        row.agency,
        Role.of(row.role),
        row.created,
        row.disabled,
        row.password != "",
    )


def plain_name(name: str) -> str:
    """A user's name as it is kept: small letters. Raises `StoreError` for one that will not do."""
    folded = _folded(name)
    if not _NAME.fullmatch(folded):
        raise StoreError(
            f"{name[:60]!r} is no name of a user", mend="use up to 60 letters, digits and . _ @ + -"
        )
    return folded


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _hashed(name: str, password: str | None) -> str:
    if password is None:
        return ""
    if not SHORTEST <= len(password) <= LONGEST:
        raise StoreError(
            f"a password has {SHORTEST} to {LONGEST} characters", mend="choose another one"
        )
    if name in password.lower() and len(password) < len(name) + SHORTEST:
        raise StoreError("the password is little more than the name", mend="choose another one")
    return _hasher().hash(_bytes(password))


def _fits(kept: str, password: str) -> bool:
    try:
        return _hasher().verify(kept, _bytes(password[:LONGEST]))
    except (Argon2Error, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    # the same password typed on another keyboard may be composed in another way
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash(b"nobody")
