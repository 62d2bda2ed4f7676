"""Hashes of passwords, with the work that the program ships with."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from resolver.store import Store, UserRole
from resolver.store import users as users_module
from resolver.store.schema import users

pytestmark = pytest.mark.slow

PASSWORD = "seven quiet herons"


def test_passwords_are_hashed_with_much_work(store: Store) -> None:
    """The second choice of RFC 9106: argon2id, three passes over 64 MiB, four lanes."""
    user = store.users.add("amira", UserRole.STEWARD, "", PASSWORD)
    with store.engine.connect() as connection:
        stored_hash = connection.execute(select(users.c.password)).scalar_one()
    for text in (stored_hash, users_module._dummy_hash()):
        assert text.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert store.users.check("amira", PASSWORD) == user
    assert store.users.check("amira", f"{PASSWORD}x") is None
