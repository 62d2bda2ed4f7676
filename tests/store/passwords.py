"""Passwords that are hashed with little work, for tests of what comes after.

A hash of the shipped parameters takes 0.2 CPU seconds; `tests/store` tests those.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest
from argon2 import PasswordHasher

from resolver.store import users

_HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@contextmanager
def quick_passwords() -> Iterator[None]:
    """Hash and verify passwords with argon2id in one pass over 64 KiB."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_hasher", lambda: _HASHER)
        patch.setattr(users, "_dummy_hash", cache(lambda: _HASHER.hash(b"nobody")))
        yield
