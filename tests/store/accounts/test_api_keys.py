"""API keys and the log of consultations."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from resolver.errors import StoreError
from resolver.store import Store
from resolver.store.schema import api_keys


def test_a_key_is_known_by_its_secret_alone(store: Store) -> None:
    secret = store.access.create_key("desk", "coast", ["review", "check"])
    found = store.access.find_key(secret)
    assert found is not None
    assert (found.name, found.agency, found.scopes) == ("desk", "coast", ("check", "review"))
    assert store.access.find_key(secret + "x") is None
    with store.engine.connect() as connection:
        assert secret not in str(connection.execute(select(api_keys)).all())


def test_revoked_and_expired_keys_are_none(store: Store) -> None:
    secret = store.access.create_key("desk", "coast", ["check"])
    old = store.access.create_key("old", "coast", ["check"], expires="2020-01-01T00:00:00.000000Z")
    store.access.revoke_key("desk")
    store.access.revoke_key("desk")
    assert store.access.find_key(secret) is None
    assert store.access.find_key(old) is None
    assert [(key.name, key.revoked is None) for key in store.access.list_keys()] == [
        ("desk", False),
        ("old", True),
    ]


def test_keys_that_cannot_be(store: Store) -> None:
    store.access.create_key("desk", "coast", ["check"])
    for name, scopes in (("desk", ["check"]), ("other", ["fly"]), ("other", [])):
        with pytest.raises(StoreError):
            store.access.create_key(name, "coast", scopes)
    with pytest.raises(StoreError):
        store.access.revoke_key("absent")


def test_consultations_are_logged(store: Store) -> None:
    said = {"who": "desk", "agency": "coast", "action": "check", "purpose": "border", "request_id": "r1", "version": 3,
            "model": "m", "query": {"name": "Ann"}, "answer": {"results": 0}}  # fmt: skip
    store.access.log([])
    store.access.log([said, {**said, "who": "gate", "at": "2020-01-01T00:00:00.000000Z"}])
    first, second = store.access.consultations()
    assert (first.who, first.query, first.answer, first.version) == (
        "desk",
        {"name": "Ann"},
        {"results": 0},
        3,
    )
    assert [one.who for one in store.access.consultations(since="2021")] == ["desk"]
    assert [one.at for one in store.access.consultations(who="gate")] == [second.at]
