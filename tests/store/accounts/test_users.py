"""Users, roles, passwords and sessions, on both databases."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from resolver.errors import StoreError
from resolver.store import LockedError, Role, Store, backup, restore
from resolver.store.schema import sessions, users

PASSWORD = "seven quiet herons"
HOUR = datetime.timedelta(hours=1)


def test_a_user_is_known_by_name_and_password(store: Store) -> None:
    assert not store.users.guarded()
    made = store.users.add("  Amira ", Role.STEWARD, " Coast ", PASSWORD)
    assert (made.name, made.agency, made.role, made.disabled, made.has_password) == (
        "amira", "Coast", Role.STEWARD, None, True)  # fmt: skip
    assert store.users.guarded()
    assert store.users.check("AMIRA", PASSWORD) == made
    assert store.users.check("amira", PASSWORD + "x") is None
    assert store.users.check("absent", PASSWORD) is None
    with store.engine.connect() as connection:
        assert PASSWORD not in str(connection.execute(select(users)).all())
    assert [one.name for one in store.users.list()] == ["amira"]


def test_a_password_typed_in_another_way_is_the_same(store: Store) -> None:
    store.users.add("zoe", Role.VIEWER, "", "caf\u00e9 au lait, twice")
    assert store.users.check("zoe", "cafe\u0301 au lait, twice") is not None


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "<b>", "x" * 61, "a\nb"])
def test_names_that_cannot_be(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="no name of a user"):
        store.users.add(name, Role.VIEWER)


@pytest.mark.parametrize("password", ["", "short", "x" * 201, "amira12345"])
def test_passwords_that_cannot_be(store: Store, password: str) -> None:
    with pytest.raises(StoreError, match="password"):
        store.users.add("amira", Role.VIEWER, "", password)
    assert store.users.list() == []


def test_a_name_is_taken_once(store: Store) -> None:
    store.users.add("amira", Role.VIEWER)
    with pytest.raises(StoreError, match="there is a user called"):
        store.users.add("Amira", Role.ADMIN)
    with pytest.raises(StoreError, match="there is no user called"):
        store.users.get("ben")
    with pytest.raises(StoreError, match="there is no role"):
        Role.of("king")


def test_without_a_password_nobody_signs_in_by_one(store: Store) -> None:
    store.users.add("amira", Role.ADMIN)
    assert store.users.check("amira", "") is None
    assert not store.users.guarded()


def test_wrong_passwords_lock_a_name(store: Store) -> None:
    store.users.add("amira", Role.VIEWER, "", PASSWORD)
    for name in ("amira", "absent"):
        for _ in range(5):
            assert store.users.check(name, "wrong") is None
        with pytest.raises(LockedError) as locked:
            store.users.check(name, PASSWORD)
        assert 890 <= locked.value.seconds <= 900
    store.users.set_password("amira", "another quiet heron")
    assert store.users.check("amira", "another quiet heron") is not None


def test_wrong_passwords_from_one_address_lock_it_whatever_the_names(store: Store) -> None:
    store.users.add("amira", Role.VIEWER, "", PASSWORD)
    for number in range(6):
        assert store.users.check(f"guess{number}", "wrong", address="10.1.1.1", most=6) is None
        # a right one in between forgives nothing
        allowed = number < 5
        if allowed:
            assert store.users.check("amira", PASSWORD, address="10.1.1.1", most=6) is not None
    with pytest.raises(LockedError, match="from this address"):
        store.users.check("amira", PASSWORD, address="10.1.1.1", most=6)
    assert store.users.check("amira", PASSWORD, address="10.1.1.2", most=6) is not None
    assert store.users.check("amira", PASSWORD, address="10.1.1.1") is not None
    # nobody locks an address by its name
    assert store.users.check("ADDRESS 10.1.1.2", "wrong", address="10.9.9.9", most=100) is None
    assert store.users.check("amira", PASSWORD, address="10.1.1.2", most=1) is not None


def test_a_right_password_forgives_wrong_ones(store: Store) -> None:
    store.users.add("amira", Role.VIEWER, "", PASSWORD)
    for _ in range(2):
        for _ in range(4):
            assert store.users.check("amira", "wrong") is None
        assert store.users.check("amira", PASSWORD) is not None


def test_there_is_always_an_admin(store: Store) -> None:
    store.users.add("amira", Role.ADMIN)
    with pytest.raises(StoreError, match="last admin"):
        store.users.disable("amira")
    with pytest.raises(StoreError, match="last admin"):
        store.users.set_role("amira", Role.SENIOR)
    store.users.add("ben", Role.ADMIN)
    assert store.users.disable("amira").disabled
    with pytest.raises(StoreError, match="last admin"):
        store.users.set_role("ben", Role.VIEWER)
    assert store.users.enable("amira").disabled is None
    assert store.users.set_role("ben", Role.VIEWER).role is Role.VIEWER
    assert store.users.set_agency("ben", "River").agency == "River"


def test_a_session_is_known_by_its_token_alone(store: Store) -> None:
    amira = store.users.add("amira", Role.STEWARD, "", PASSWORD)
    token = store.sessions.begin(amira, via="password", lasts=HOUR, purpose="work")
    found = store.sessions.find(token, idle=HOUR)
    assert found is not None
    assert (found.user, found.purpose, found.via) == (amira, "work", "password")
    assert store.sessions.find(token + "x", idle=HOUR) is None
    with store.engine.connect() as connection:
        assert token not in str(connection.execute(select(sessions)).all())
    store.sessions.say_why(found, "other work")
    again = store.sessions.find(token, idle=HOUR)
    assert again is not None
    assert (again.purpose, again.csrf) == ("other work", found.csrf)
    store.sessions.end(found)
    assert store.sessions.find(token, idle=HOUR) is None


def test_a_session_ends_by_itself(store: Store) -> None:
    amira = store.users.add("amira", Role.STEWARD)
    token = store.sessions.begin(amira, via="link", lasts=-HOUR)
    assert store.sessions.find(token, idle=HOUR) is None
    token = store.sessions.begin(amira, via="link", lasts=HOUR)
    assert store.sessions.find(token, idle=-HOUR) is None
    assert store.sessions.find(token, idle=HOUR) is not None
    with store.engine.connect() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


def test_backups_hold_users_and_no_sessions(store: Store, tmp_path: Path) -> None:
    amira = store.users.add("amira", Role.STEWARD, "", PASSWORD)
    token = store.sessions.begin(amira, via="password", lasts=HOUR)
    assert store.users.check("ben", "wrong") is None
    backup(store, tmp_path / "all.gz")
    with Store.open(f"sqlite:///{tmp_path}/other.db") as other:
        restore(tmp_path / "all.gz", other)
        assert other.users.check("amira", PASSWORD) is not None
        assert other.sessions.find(token, idle=HOUR) is None
