"""Users of the steward's desk: role, agency, password and failed sign-ins.

Passwords are stored as argon2id hashes. Wrong passwords lock a name for `LOCK_TIME`: `MAX_TRIES` in
a row from one address lock it there, and `MAX_NAME_TRIES` from any addresses lock it for all. The
lock does not depend on whether a user has that name, so that neither the answer nor its time
reveals which users exist. An address that sends many wrong passwords is locked as well, whatever
the names. Users who have recently signed in from it can still sign in, since many users may share
an address, for instance behind a proxy.

A name has letters of one script, and must not look like that of another user (Unicode UTS 39).
"""

from __future__ import annotations

import datetime
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Engine, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from resolver.errors import StoreError
from resolver.runtime.icu import spoof_checker
from resolver.store.bulk_rows import MAX_CLOCK_SKEW, insert_or_update
from resolver.store.database import (
    parse_utc_text,
    read_transaction,
    translate_errors,
    utc_text,
    write_transaction,
)
from resolver.store.schema import sessions, sign_in_failures, users

MAX_TRIES, MAX_NAME_TRIES = 5, 50
LOCK_TIME = datetime.timedelta(minutes=15)
_KNOWN_TIME = datetime.timedelta(days=30)
"""Time after a successful sign-in during which a lock of the address does not lock this user
out.
"""
MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 10, 200
"""Characters of a password."""
_ADDRESS, _NAME_AT, _KNOWN = "ADDRESS ", "NAME AT ", "KNOWN AT "
"""Prefixes of addresses, of names at an address, and of users who have signed in from an address,
among the names that failed; names of users are in lower case.
"""
_NAME = re.compile(r"[\w.@+-]{1,60}")


class UserRole(IntEnum):
    """Role of a user; from the viewer on, each role includes the rights of the roles before it."""

    AUDITOR = 0
    """Reads the audit log, and no records."""
    VIEWER = 1
    """Reads."""
    STEWARD = 2
    """Decides on pairs, splits entities, undoes own decisions."""
    SENIOR = 3
    """Settles contradictions and undoes decisions of others."""
    ADMIN = 4
    """Manages users."""

    @property
    def label(self) -> str:
        """Return the word used in files and pages."""
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> UserRole:
        """Return the role of a label. Raises `StoreError` for an unknown one."""
        for role in cls:
            if role.label == label:
                return role
        labels = ", ".join(role.label for role in cls)
        raise StoreError(f"there is no role {label[:40]!r}", hint=f"use one of {labels}")


@dataclass(frozen=True, slots=True)
class User:
    """User without the password. `disabled` is the time of disabling, or None."""

    number: int
    name: str
    agency: str
    role: UserRole
    created: str
    disabled: str | None
    has_password: bool
    subject: str = ""
    """Issuer and subject by which an identity provider knows the user, or empty."""


class LockedError(StoreError):
    """A name or address is locked after too many wrong passwords, for another `seconds`."""

    def __init__(self, seconds: int, subject: str = "for this name") -> None:
        minutes = max(1, round(seconds / 60))
        super().__init__(
            f"too many wrong passwords {subject}", hint=f"wait {minutes} minutes and try again"
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Users:
    """Users of a store."""

    engine: Engine

    def add(self, name: str, role: UserRole, agency: str = "", password: str | None = None) -> User:
        """Add a user. Raises `StoreError` for an invalid or used name or an invalid password."""
        name = normalize_user_name(name)
        row = {
            "name": name,
            "agency": agency.strip(),
            "role": role.label,
            "password": _hash_password(name, password),
            "created": utc_text(),
        }
        try:
            with translate_errors(self.engine), write_transaction(self.engine) as connection:
                _check_look_alikes(name, connection.execute(select(users.c.name)).scalars())
                connection.execute(insert(users).values(**row))
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                raise StoreError(
                    f"there is a user called {name!r}", hint="choose another name"
                ) from error
            raise
        return self.get(name)

    def get(self, name: str) -> User:
        """Return a user. Raises `StoreError` for an unknown name."""
        user = self.find(name)
        if user is None:
            raise StoreError(
                f"there is no user called {name[:60]!r}", hint="see `resolver users list`"
            )
        return user

    def find(self, name: str) -> User | None:
        """Return a user, or None."""
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            row = connection.execute(select(users).where(users.c.name == _fold_name(name))).first()
        return None if row is None else user_from_row(row)

    def sign_in_by_provider(
        self, subject: str, name: str, role: UserRole, agency: str, *, may_adopt: bool = False
    ) -> User:
        """Return the user whom an identity provider calls `subject`, with this role and agency.

        The first time the user is added under `name`. If `may_adopt`, a user of this name who has
        no password and no subject gets it instead. Raises `StoreError` for an invalid name or one
        of another user, for a disabled user, and if no admin would be left.
        """
        query = select(users.c.name).where(users.c.subject == subject)
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            known = connection.execute(query).scalar()
        if known is None:
            namesake = self.find(name)
            if namesake is None:
                known = self.add(name, role, agency).name
            elif may_adopt and not namesake.has_password and not namesake.subject:
                known = namesake.name
            else:
                raise StoreError(
                    f"the desk has another user called {namesake.name!r}",
                    hint="an admin can give you another name at the identity provider",
                )
        user = self.get(known)
        if user.disabled is not None:
            raise StoreError(f"the account {user.name!r} is disabled", hint="ask an admin")
        if (user.role, user.agency, user.subject) == (role, agency, subject):
            return user
        return self._change(user.name, role=role.label, agency=agency, subject=subject)

    def list(self) -> list[User]:
        """Return all users by name."""
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return [
                user_from_row(row)
                for row in connection.execute(select(users).order_by(users.c.name))
            ]

    def has_passwords(self) -> bool:
        """Return whether any user, disabled or not, has a password.

        If so, the store is no longer open to every program on its machine.
        """
        query = select(func.count()).where(users.c.password != "")
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return bool(connection.execute(query).scalar_one())

    def set_role(self, name: str, role: UserRole) -> User:
        """Change a role from the next request on. Raises `StoreError` if no admin would be left."""
        return self._change(name, role=role.label)

    def set_agency(self, name: str, agency: str) -> User:
        """Change an agency. Raises `StoreError` for an unknown name."""
        return self._change(name, agency=agency.strip())

    def set_password(self, name: str, password: str) -> User:
        """Change a password, unlock the name and end the user's sessions. Raises `StoreError`."""
        user = self.get(name)
        changed = self._change(name, password=_hash_password(user.name, password))
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.user == user.number))
            key = sign_in_failures.c.name
            is_name_at = key.startswith(_NAME_AT) & key.endswith(f" {user.name}", autoescape=True)
            connection.execute(delete(sign_in_failures).where((key == user.name) | is_name_at))
        return changed

    def disable(self, name: str) -> User:
        """Lock a user out from the next request on and end their sessions; their work stays.

        Raises `StoreError` if no admin would be left.
        """
        return self._change(name, disabled=utc_text())

    def enable(self, name: str) -> User:
        """Let a disabled user sign in again. Raises `StoreError` for an unknown name."""
        return self._change(name, disabled=None)

    def check(
        self, name: str, password: str, *, address: str = "", address_limit: int = 0
    ) -> User | None:
        """Return the user of a name and a password, or None.

        `address_limit`: number of wrong passwords from `address`, for any names, that lock the
        address (0: unlimited). Correct passwords do not reset the count. Raises `LockedError`.
        """
        name = _fold_name(name)[:60]
        keys = _FailureKeys(name, address)
        now = datetime.datetime.now(datetime.UTC)
        limits = [(keys.name_at, MAX_TRIES, "for this name")]
        if address:
            limits.append((name, MAX_NAME_TRIES, "for this name"))
        counts_address = bool(address and address_limit) and not self._is_known(keys.user_at, now)
        if counts_address:
            limits.insert(0, (keys.address, address_limit, "from this address"))
        row = self._count_try(name, limits, now)
        may_sign_in = row is not None and row.disabled is None and row.password != ""
        # a hash is checked in any case, so that the time does not show which users exist
        is_correct = _verify(
            row.password if row is not None and may_sign_in else _dummy_hash(), password
        )
        if row is None or not may_sign_in or not is_correct:
            return None
        self._passed(row, password, keys, now, counts_address=counts_address)
        return user_from_row(row)

    def _is_known(self, key: str, now: datetime.datetime) -> bool:
        """Return whether a user has recently signed in from an address; `key` stands for both."""
        row = select(sign_in_failures.c.name).where(
            sign_in_failures.c.name == key, sign_in_failures.c.until > utc_text(now)
        )
        with translate_errors(self.engine), read_transaction(self.engine) as connection:
            return connection.execute(row).first() is not None

    def _count_try(
        self, name: str, limits: Sequence[tuple[str, int, str]], now: datetime.datetime
    ) -> Any:
        """Count a try before its password is checked, so that two tries never count as one.

        `limits`: key, number of tries that lock the key, and its description. Returns the row of
        the user. Raises `LockedError` if one of them is locked, and then counts nothing.
        """
        until = utc_text(now + LOCK_TIME)
        tries = sign_in_failures.c.tries
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            # a lock that ends far ahead was written while the clock was wrong; a row without tries
            # says that a user has signed in from an address
            end = sign_in_failures.c.until
            is_over = or_(
                end <= utc_text(now),
                and_(tries > 0, end > utc_text(now + LOCK_TIME + MAX_CLOCK_SKEW)),
                end > utc_text(now + _KNOWN_TIME + MAX_CLOCK_SKEW),
            )
            connection.execute(delete(sign_in_failures).where(is_over))
            for key, limit, subject in limits:
                counted = insert_or_update(
                    self.engine.dialect.name,
                    sign_in_failures,
                    {"name": key, "tries": 1, "until": until},
                    ["name"],
                    {"tries": tries + 1, "until": until},
                    tries < limit,
                )
                if connection.execute(counted.returning(tries)).first() is None:
                    locked = select(sign_in_failures.c.until).where(sign_in_failures.c.name == key)
                    until_time = parse_utc_text(connection.execute(locked).scalar_one())
                    raise LockedError(int((until_time - now).total_seconds()), subject)
            return connection.execute(select(users).where(users.c.name == name)).first()

    def _passed(
        self,
        row: Any,
        password: str,
        keys: _FailureKeys,
        now: datetime.datetime,
        *,
        counts_address: bool,
    ) -> None:
        until = utc_text(now + _KNOWN_TIME)
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            is_name = sign_in_failures.c.name.in_([row.name, keys.name_at])
            connection.execute(delete(sign_in_failures).where(is_name))
            if keys.address:
                row_of_user = {"name": keys.user_at, "tries": 0, "until": until}
                connection.execute(
                    insert_or_update(
                        self.engine.dialect.name,
                        sign_in_failures,
                        row_of_user,
                        ["name"],
                        {"until": until},
                        sign_in_failures.c.tries == 0,
                    )
                )
            if counts_address:
                # a correct password does not count, and does not reset earlier counts
                connection.execute(
                    update(sign_in_failures)
                    .where(sign_in_failures.c.name == keys.address)
                    .values(tries=sign_in_failures.c.tries - 1)
                )
            if _hasher().check_needs_rehash(row.password):
                fresh = _hasher().hash(password)
                connection.execute(
                    update(users).where(users.c.number == row.number).values(password=fresh)
                )

    def _change(self, name: str, **changed: Any) -> User:
        user = self.get(name)
        with translate_errors(self.engine), write_transaction(self.engine) as connection:
            connection.execute(update(users).where(users.c.number == user.number).values(**changed))
            if "disabled" in changed:
                # sessions of a disabled user must not become valid again when the user is enabled
                connection.execute(delete(sessions).where(sessions.c.user == user.number))
            admins = select(func.count()).where(
                users.c.role == UserRole.ADMIN.label, users.c.disabled.is_(None)
            )
            if (
                user.role is UserRole.ADMIN
                and user.disabled is None
                and not connection.execute(admins).scalar_one()
            ):
                raise StoreError(
                    f"the user {user.name} is the last admin", hint="make another one first"
                )
        return self.get(user.name)


class _FailureKeys:
    """Keys of a name and an address (empty: unknown) among the failed sign-ins."""

    def __init__(self, name: str, address: str) -> None:
        self.address = f"{_ADDRESS}{address}" if address else ""
        self.name_at = f"{_NAME_AT}{address} {name}" if address else name
        self.user_at = f"{_KNOWN}{address} {name}"


def _check_look_alikes(name: str, others: Iterable[str]) -> None:
    """Raise `StoreError` for a name that people could confuse with the name of another user."""
    spoofs = spoof_checker()
    if spoofs.mixes_scripts(name):
        raise StoreError(
            f"the name {name!r} mixes letters of several scripts",
            hint="use letters of one script, since some look alike",
        )
    skeleton = spoofs.skeleton(name)
    for other in others:
        if other != name and spoofs.skeleton(other) == skeleton:
            raise StoreError(
                f"the name {name!r} looks like that of the user {other!r}",
                hint="choose another name",
            )


def user_from_row(row: Any) -> User:
    """Return the user of a table row."""
    return User(
        row.number,
        row.name,
        row.agency,
        UserRole.from_label(row.role),
        row.created,
        row.disabled,
        row.password != "",
        row.subject,
    )


def normalize_user_name(name: str) -> str:
    """Return a user name in the stored form, in lower case. Raises `StoreError` for an invalid
    name.
    """
    folded = _fold_name(name)
    if not _NAME.fullmatch(folded):
        raise StoreError(
            f"{name[:60]!r} is no name of a user", hint="use up to 60 letters, digits and . _ @ + -"
        )
    return folded


def _fold_name(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _hash_password(name: str, password: str | None) -> str:
    if password is None:
        return ""
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise StoreError(
            f"a password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters",
            hint="choose another one",
        )
    if name in password.lower() and len(password) < len(name) + MIN_PASSWORD_LENGTH:
        raise StoreError("the password is little more than the name", hint="choose another one")
    return _hasher().hash(_bytes(password))


_HASHING = threading.Lock()
"""Lock that is held while a password is hashed, so that many sign-ins at once leave the other
processor core to checks.
"""


def _verify(stored_hash: str, password: str) -> bool:
    try:
        with _HASHING:
            return _hasher().verify(stored_hash, _bytes(password[:MAX_PASSWORD_LENGTH]))
    except (Argon2Error, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    # the same password typed on another keyboard may be composed in another way
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _dummy_hash() -> str:
    return _hasher().hash(b"nobody")
