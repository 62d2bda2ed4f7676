"""API keys and the audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from resolver.errors import StoreError
from resolver.hub.admin import find_ending_keys, find_key
from resolver.store import Store
from resolver.store.database import utc_text
from resolver.store.schema import api_keys


def test_key_is_found_by_its_secret_only(store: Store) -> None:
    secret = store.api_keys.create("desk", "coast", ["review", "check"])
    key = store.api_keys.find(secret)
    assert key is not None
    assert (key.name, key.agency, key.scopes) == ("desk", "coast", ("check", "review"))
    assert store.api_keys.find(secret + "x") is None
    with store.engine.connect() as connection:
        assert secret not in str(connection.execute(select(api_keys)).all())


def test_revoked_and_expired_keys_are_no_good(store: Store) -> None:
    secret = store.api_keys.create("desk", "coast", ["check"])
    old = store.api_keys.create("old", "coast", ["check"], expires="2020-01-01T00:00:00.000000Z")
    store.api_keys.revoke("desk")
    store.api_keys.revoke("desk")
    states = [key.state for key in (find_key(store, text) for text in (secret, old)) if key]
    assert states == ["revoked", "expired"]
    assert [(key.name, key.revoked is None) for key in store.api_keys.list()] == [
        ("desk", False),
        ("old", True),
    ]


def test_keys_that_end_within_two_weeks_are_told(store: Store) -> None:
    now = datetime.now(UTC)
    for name, days in (("later", 15.1), ("second", 13.9), ("first", 0.1), ("over", -1)):
        expires = utc_text(now + timedelta(days=days))
        store.api_keys.create(name, "coast", ["check"], expires=expires)
    store.api_keys.create("endless", "coast", ["check"])
    ending = [(key.name, key.days_left) for key in find_ending_keys(store)]
    assert ending == [("first", 0), ("second", 13)]
    store.api_keys.revoke("second")
    assert [key.name for key in find_ending_keys(store)] == ["first"]


def test_invalid_keys_are_refused(store: Store) -> None:
    store.api_keys.create("desk", "coast", ["check"])
    for name, scopes in (("desk", ["check"]), ("other", ["fly"]), ("other", [])):
        with pytest.raises(StoreError):
            store.api_keys.create(name, "coast", scopes)
    with pytest.raises(StoreError):
        store.api_keys.revoke("absent")


def test_audit_events_are_logged(store: Store) -> None:
    event = {
        "who": "desk",
        "agency": "coast",
        "action": "check",
        "purpose": "border",
        "request_id": "r1",
        "version": 3,
        "model": "m",
        "query": {"name": "Ann"},
        "answer": {"results": 0},
    }
    store.audit_events.append([])
    store.audit_events.append(
        [event, {**event, "who": "gate", "at": "2020-01-01T00:00:00.000000Z"}]
    )
    first, second = store.audit_events.list()
    assert (first.actor, first.query, first.answer, first.revision) == (
        "desk",
        {"name": "Ann"},
        {"results": 0},
        3,
    )
    assert [row.actor for row in store.audit_events.list(since="2021")] == ["desk"]
    assert [row.at for row in store.audit_events.list(actor="gate")] == [second.at]
