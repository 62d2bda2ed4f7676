"""Users of the steward's desk, as operators and the desk deal with them."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.store import LockedError, Role, Session, Store, User
from resolver.store.accounts.users import LONGEST, SHORTEST

__all__ = [
    "LONGEST",
    "SHORTEST",
    "LockedError",
    "Role",
    "Session",
    "User",
    "UserRow",
    "add_user",
    "change_user",
    "has_users",
    "list_users",
]
ROLES = tuple(role.label for role in Role)
FIRST = "admin"
"""The user that a sign-in link lets in where a store has no users yet."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user as it is listed. `state`: good, disabled, or without password."""

    name: str
    role: str
    agency: str
    created: str
    state: str


def row_of(user: User) -> UserRow:
    """A user as it is listed."""
    state = "disabled" if user.disabled else "good" if user.has_password else "without password"
    return UserRow(user.name, user.role.label, user.agency, user.created, state)


def has_users(store: Store) -> bool:
    """Whether anybody was ever made a user. Whom a sign-in link made counts from the first password on."""
    return store.users.guarded() or any(user.name != FIRST for user in store.users.list())


def add_user(url: str, name: str, role: str, agency: str, password: str | None) -> User:
    """Add a user to a store, which is made where there is none. Raises `StoreError`."""
    with Store.open(url) as store:
        return store.users.add(name, Role.of(role), agency, password)


def list_users(url: str) -> list[UserRow]:
    """The users of a store, by name. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return [row_of(user) for user in store.users.list()]


def change_user(
    url: str,
    name: str,
    *,
    role: str | None = None,
    agency: str | None = None,
    password: str | None = None,
    disabled: bool | None = None,
) -> User:
    """Change what is given of a user. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        user = store.users.get(name)
        if role is not None:
            user = store.users.set_role(name, Role.of(role))
        if agency is not None:
            user = store.users.set_agency(name, agency)
        if password is not None:
            user = store.users.set_password(name, password)
        if disabled is not None:
            user = store.users.disable(name) if disabled else store.users.enable(name)
        return user


def first_user(store: Store) -> User:
    """Who a sign-in link lets in: the admin that has no password yet, made where there is none. Raises `StoreError`
    where somebody has a password already."""
    found = store.users.find(FIRST)
    return found if found is not None else store.users.add(FIRST, Role.ADMIN)
