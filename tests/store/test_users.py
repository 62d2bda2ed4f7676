"""Users, roles, passwords and sessions, on both databases."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from resolver.errors import StoreError
from resolver.store import LockedError, Store, UserRole, backup, restore
from resolver.store import users as users_module
from resolver.store.schema import sessions, users
from tests.store.passwords import quick_passwords

pytestmark = pytest.mark.slow


PASSWORD = "seven quiet herons"
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(scope="module", autouse=True)
def passwords() -> Iterator[None]:
    """Hash passwords with little work; `test_password_hashes` does not."""
    with quick_passwords():
        yield


def test_user_is_found_by_name_and_password(store: Store) -> None:
    assert not store.users.has_passwords()
    user = store.users.add("  Amira ", UserRole.STEWARD, " Coast ", PASSWORD)
    assert (user.name, user.agency, user.role) == ("amira", "Coast", UserRole.STEWARD)
    assert (user.disabled, user.has_password) == (None, True)
    assert store.users.has_passwords()
    assert store.users.check("AMIRA", PASSWORD) == user
    assert store.users.check("amira", PASSWORD + "x") is None
    assert store.users.check("absent", PASSWORD) is None
    with store.engine.connect() as connection:
        assert PASSWORD not in str(connection.execute(select(users)).all())
    assert [listed.name for listed in store.users.list()] == ["amira"]


def test_differently_composed_password_is_the_same(store: Store) -> None:
    store.users.add("zoe", UserRole.VIEWER, "", "caf\u00e9 au lait, twice")
    assert store.users.check("zoe", "cafe\u0301 au lait, twice") is not None


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "<b>", "x" * 61, "a\nb"])
def test_invalid_names_are_refused(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="no name of a user"):
        store.users.add(name, UserRole.VIEWER)


@pytest.mark.parametrize("password", ["", "short", "x" * 201, "amira12345"])
def test_invalid_passwords_are_refused(store: Store, password: str) -> None:
    with pytest.raises(StoreError, match="password"):
        store.users.add("amira", UserRole.VIEWER, "", password)
    assert store.users.list() == []


def test_names_are_unique(store: Store) -> None:
    store.users.add("amira", UserRole.VIEWER)
    with pytest.raises(StoreError, match="there is a user called"):
        store.users.add("Amira", UserRole.ADMIN)
    with pytest.raises(StoreError, match="there is no user called"):
        store.users.get("ben")
    with pytest.raises(StoreError, match="there is no role"):
        UserRole.from_label("king")


def test_user_without_password_cannot_use_one(store: Store) -> None:
    store.users.add("amira", UserRole.ADMIN)
    assert store.users.check("amira", "") is None
    assert not store.users.has_passwords()


def test_wrong_passwords_lock_name(store: Store) -> None:
    store.users.add("amira", UserRole.VIEWER, "", PASSWORD)
    for name in ("amira", "absent"):
        for _ in range(5):
            assert store.users.check(name, "wrong") is None
        with pytest.raises(LockedError) as locked:
            store.users.check(name, PASSWORD)
        assert 890 <= locked.value.seconds <= 900
    store.users.set_password("amira", "another quiet heron")
    assert store.users.check("amira", "another quiet heron") is not None


def test_wrong_passwords_lock_address_for_all_names(store: Store) -> None:
    store.users.add("amira", UserRole.VIEWER, "", PASSWORD)
    for number in range(6):
        assert (
            store.users.check(f"guess{number}", "wrong", address="10.1.1.1", address_limit=6)
            is None
        )
        # a correct one in between does not reset the count
        allowed = number < 5
        if allowed:
            assert (
                store.users.check("amira", PASSWORD, address="10.1.1.1", address_limit=6)
                is not None
            )
    store.users.add("ben", UserRole.VIEWER, "", PASSWORD)
    with pytest.raises(LockedError, match="from this address"):
        store.users.check("ben", PASSWORD, address="10.1.1.1", address_limit=6)
    # who has signed in from there lately is not locked out by others
    assert store.users.check("amira", PASSWORD, address="10.1.1.1", address_limit=6) is not None
    assert store.users.check("amira", PASSWORD, address="10.1.1.2", address_limit=6) is not None
    assert store.users.check("amira", PASSWORD, address="10.1.1.1") is not None
    # a name that looks like an address locks no address
    assert (
        store.users.check("ADDRESS 10.1.1.2", "wrong", address="10.9.9.9", address_limit=100)
        is None
    )
    assert store.users.check("amira", PASSWORD, address="10.1.1.2", address_limit=1) is not None


def test_a_name_is_locked_where_it_was_tried(store: Store) -> None:
    store.users.add("amira", UserRole.VIEWER, "", PASSWORD)
    for _ in range(5):
        assert store.users.check("amira", "wrong", address="10.1.1.1") is None
    with pytest.raises(LockedError, match="for this name"):
        store.users.check("amira", PASSWORD, address="10.1.1.1")
    assert store.users.check("amira", PASSWORD, address="10.1.1.2") is not None
    # many addresses together lock it everywhere
    for number in range(50):
        assert store.users.check("amira", "wrong", address=f"10.2.1.{number}") is None
    with pytest.raises(LockedError, match="for this name"):
        store.users.check("amira", PASSWORD, address="10.1.1.2")
    store.users.set_password("amira", "another quiet heron")
    for address in ("10.1.1.1", "10.1.1.2"):
        assert store.users.check("amira", "another quiet heron", address=address) is not None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("\u0430mira", "several scripts"),
        ("\u5c71\u7530taro", "several scripts"),
        ("\u0430\u043c\u0456\u0433\u0430", ""),
        ("arnira", "looks like"),
    ],
)
def test_names_that_look_alike_are_refused(store: Store, name: str, reason: str) -> None:
    store.users.add("amira", UserRole.VIEWER)
    if not reason:
        assert store.users.add(name, UserRole.VIEWER).name == name
        return
    with pytest.raises(StoreError, match=reason):
        store.users.add(name, UserRole.VIEWER)


def test_sessions_of_a_disabled_user_do_not_come_back(store: Store) -> None:
    amira = store.users.add("amira", UserRole.VIEWER)
    token = store.sessions.begin(amira, via="proxy", lifetime=HOUR)
    assert store.sessions.find(token, idle=HOUR) is not None
    store.users.disable("amira")
    store.users.enable("amira")
    assert store.sessions.find(token, idle=HOUR) is None


def test_sessions_and_steps_of_a_provider(store: Store) -> None:
    users = store.users
    amira = users.sign_in_by_provider("issuer 1", "Amira", UserRole.STEWARD, "Coast")
    assert users.sign_in_by_provider("issuer 1", "other", UserRole.STEWARD, "Coast") == amira
    users.add("bo", UserRole.VIEWER, "", PASSWORD)
    users.add("cleo", UserRole.VIEWER)
    for name in ("amira", "bo", "cleo"):
        with pytest.raises(StoreError, match="another user called"):
            users.sign_in_by_provider("issuer 2", name, UserRole.VIEWER, "")
    with pytest.raises(StoreError, match="another user called"):
        users.sign_in_by_provider("issuer 2", "bo", UserRole.VIEWER, "", may_adopt=True)
    cleo = users.sign_in_by_provider("issuer 2", "cleo", UserRole.SENIOR, "", may_adopt=True)
    assert (cleo.name, cleo.role) == ("cleo", UserRole.SENIOR)
    for user, session in ((amira, "a"), (amira, "b"), (cleo, "b")):
        store.sessions.begin(user, via="provider", lifetime=HOUR, provider_session=session)
    store.sessions.begin(amira, via="password", lifetime=HOUR)
    ended = store.sessions.end_at_provider(subject="issuer 1", provider_session="b")
    assert (ended, len(store.sessions.of_user(amira, idle=HOUR))) == ([amira], 2)
    assert store.sessions.end_at_provider(provider_session="b") == [cleo]
    assert store.sessions.end_at_provider(subject="issuer 1") == [amira]
    (left,) = store.sessions.of_user(amira, idle=HOUR)
    assert (left.via, store.sessions.end_of(amira, "0" * 16)) == ("password", 0)
    assert store.sessions.end_of(amira, left.id) == 1
    token = store.sign_in_steps.put("provider", "192.0.2.1", {"nonce": "n"}, HOUR)
    assert [store.sign_in_steps.take("provider", token) for _ in range(2)] == [{"nonce": "n"}, None]
    assert [store.sign_in_steps.use_once("logout", "1", HOUR) for _ in range(2)] == [True, False]


def test_security_keys_are_counted(store: Store) -> None:
    amira = store.users.add("amira", UserRole.VIEWER, "", PASSWORD)
    facts: dict[str, Any] = {"public_key": "k", "host": "hub.example.org"}
    store.security_keys.add(amira, " blue  key ", credential="1", **facts)
    for name, credential in (("red key", "1"), ("blue key", "2"), (" ", "3")):
        with pytest.raises(StoreError):
            store.security_keys.add(amira, name, credential=credential, **facts)
    (key,) = store.security_keys.list(amira)
    # of two answers that were checked against one count, one counts
    assert [store.security_keys.note_use(key, 7) for _ in range(2)] == [True, False]
    assert store.security_keys.list(amira)[0].uses == 7
    assert [store.security_keys.remove(amira) for _ in range(2)] == [1, 0]


def test_correct_password_resets_count(store: Store) -> None:
    store.users.add("amira", UserRole.VIEWER, "", PASSWORD)
    for _ in range(2):
        for _ in range(4):
            assert store.users.check("amira", "wrong") is None
        assert store.users.check("amira", PASSWORD) is not None


def test_last_admin_cannot_be_removed(store: Store) -> None:
    store.users.add("amira", UserRole.ADMIN)
    with pytest.raises(StoreError, match="last admin"):
        store.users.disable("amira")
    with pytest.raises(StoreError, match="last admin"):
        store.users.set_role("amira", UserRole.SENIOR)
    store.users.add("ben", UserRole.ADMIN)
    assert store.users.disable("amira").disabled
    with pytest.raises(StoreError, match="last admin"):
        store.users.set_role("ben", UserRole.VIEWER)
    assert store.users.enable("amira").disabled is None
    assert store.users.set_role("ben", UserRole.VIEWER).role is UserRole.VIEWER
    assert store.users.set_agency("ben", "River").agency == "River"


def test_session_is_found_by_its_token_only(store: Store) -> None:
    amira = store.users.add("amira", UserRole.STEWARD, "", PASSWORD)
    token = store.sessions.begin(amira, via="password", lifetime=HOUR, purpose="work")
    session = store.sessions.find(token, idle=HOUR)
    assert session is not None
    assert (session.user, session.purpose, session.via) == (amira, "work", "password")
    assert store.sessions.find(token + "x", idle=HOUR) is None
    with store.engine.connect() as connection:
        assert token not in str(connection.execute(select(sessions)).all())
    store.sessions.set_purpose(session, "other work")
    changed = store.sessions.find(token, idle=HOUR)
    assert changed is not None
    assert (changed.purpose, changed.csrf) == ("other work", session.csrf)
    store.sessions.end(session)
    assert store.sessions.find(token, idle=HOUR) is None


def test_session_expires(store: Store) -> None:
    amira = store.users.add("amira", UserRole.STEWARD)
    token = store.sessions.begin(amira, via="link", lifetime=-HOUR)
    assert store.sessions.find(token, idle=HOUR) is None
    token = store.sessions.begin(amira, via="link", lifetime=HOUR)
    assert store.sessions.find(token, idle=-HOUR) is None
    assert store.sessions.find(token, idle=HOUR) is not None
    with store.engine.connect() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


def test_backup_has_users_without_sessions(store: Store, tmp_path: Path) -> None:
    amira = store.users.add("amira", UserRole.STEWARD, "", PASSWORD)
    token = store.sessions.begin(amira, via="password", lifetime=HOUR)
    assert store.users.check("ben", "wrong") is None
    store.security_keys.add(
        amira, "blue key", credential="AAAA", public_key="AAAA", host="localhost"
    )
    bo = store.users.sign_in_by_provider("issuer 1", "bo", UserRole.SENIOR, "Coast")
    step = store.sign_in_steps.put("provider", "192.0.2.1", {"nonce": "n"}, HOUR)
    backup(store, tmp_path / "all.gz")
    with Store.open(f"sqlite:///{tmp_path}/other.db") as other:
        restore(tmp_path / "all.gz", other, with_accounts=True)
        assert other.users.check("amira", PASSWORD) is not None
        assert other.sessions.find(token, idle=HOUR) is None
        assert [key.name for key in other.security_keys.list(amira)] == ["blue key"]
        assert other.users.sign_in_by_provider("issuer 1", "bo", UserRole.SENIOR, "Coast") == bo
        assert other.sign_in_steps.take("provider", step) is None


def test_guesses_at_once_count_before_they_are_tested(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.users.add("amira", UserRole.VIEWER, "", PASSWORD)
    tested: list[str] = []
    start = threading.Barrier(24)
    real = users_module._verify

    def verify(stored_hash: str, password: str) -> bool:
        tested.append(password)
        return real(stored_hash, password)

    monkeypatch.setattr(users_module, "_verify", verify)

    def guess(number: int) -> str:
        start.wait()
        try:
            return str(store.users.check("amira", f"wrong {number}"))
        except LockedError:
            return "locked"

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(guess, range(24)))
    assert len(tested) == 5
    assert sorted(answers) == ["None"] * 5 + ["locked"] * 19
