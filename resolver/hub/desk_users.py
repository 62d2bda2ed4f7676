"""Users of the steward's desk, as operators and the desk manage them."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.store import LockedError, Session, Store, User, UserRole
from resolver.store.users import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH

__all__ = [
    "MAX_PASSWORD_LENGTH",
    "MIN_PASSWORD_LENGTH",
    "LockedError",
    "Session",
    "User",
    "UserRole",
    "UserRow",
    "add_desk_user",
    "change_desk_user",
    "has_users",
    "list_desk_users",
]
ROLES = tuple(role.label for role in UserRole)
FIRST_ADMIN = "admin"
"""Name of the user that a sign-in link admits where a store has no users yet."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """Public facts of a user. `state`: good, disabled, or without password."""

    name: str
    role: str
    agency: str
    created: str
    state: str


def summarize_user(user: User) -> UserRow:
    """Return the public facts of a user."""
    state = "disabled" if user.disabled else "good" if user.has_password else "without password"
    return UserRow(user.name, user.role.label, user.agency, user.created, state)


def has_users(store: Store) -> bool:
    """Return whether the desk has users; the first admin counts once it has a password."""
    return store.users.has_passwords() or any(
        user.name != FIRST_ADMIN for user in store.users.list()
    )


def add_desk_user(url: str, name: str, role: str, agency: str, password: str | None) -> User:
    """Add a user to a store, which is created if absent. Raises `StoreError`."""
    with Store.open(url) as store:
        return store.users.add(name, UserRole.from_label(role), agency, password)


def list_desk_users(url: str) -> list[UserRow]:
    """Return the users of a store, by name. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        return [summarize_user(user) for user in store.users.list()]


def change_desk_user(
    url: str,
    name: str,
    *,
    role: str | None = None,
    agency: str | None = None,
    password: str | None = None,
    disabled: bool | None = None,
) -> User:
    """Change the given facts of a user. Raises `StoreError`."""
    with Store.open(url, create=False) as store:
        user = store.users.get(name)
        if role is not None:
            user = store.users.set_role(name, UserRole.from_label(role))
        if agency is not None:
            user = store.users.set_agency(name, agency)
        if password is not None:
            user = store.users.set_password(name, password)
        if disabled is not None:
            user = store.users.disable(name) if disabled else store.users.enable(name)
        return user


def get_or_create_first_admin(store: Store) -> User:
    """Return the user of a sign-in link: the admin without a password, created if absent.

    Raises `StoreError` where a user has a password already.
    """
    user = store.users.find(FIRST_ADMIN)
    return user if user is not None else store.users.add(FIRST_ADMIN, UserRole.ADMIN)
