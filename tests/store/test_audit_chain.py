"""Chain of the audit log: whatever is changed in it is found, and erased values leave it whole."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from resolver.store import AuditFault, Store, utc_text
from resolver.store.audit import CHAIN_START, blank_events, content_hash
from resolver.store.schema import audit_events

ROW = {
    "who": "desk",
    "agency": "Coast",
    "action": "check",
    "purpose": "border",
    "request_id": "r1",
    "version": 3,
    "model": "m",
    "query": {"name": "Ann Ö", "limits": (1, 2.5)},
    "answer": {"seen": {"e-1": 0.93}},
}
NO_SALT = "0" * 32
ALTERED, CONTENT = "it was altered, inserted or moved", "its query or its answer was altered"


def fill(store: Store, count: int = 8) -> None:
    """Append events one by one and in one go."""
    half = count // 2
    for number in range(half):
        store.audit_events.append([{**ROW, "request_id": f"r{number}"}])
    store.audit_events.append([{**ROW, "request_id": f"r{n}"} for n in range(half, count)])


def verified(store: Store) -> tuple[int, int, list[AuditFault]]:
    """Return the number of the last event, the number of events, and the faults."""
    proof = store.audit_events.verify()
    return proof.head.number, proof.events, list(proof.faults)


def hide_from_search(connection: Connection) -> None:
    """Write an id of event 4 in another way that means the same."""
    json_type = "json" if connection.dialect.name == "postgresql" else "text"
    sql = f"UPDATE consultations SET answer = CAST(:answer AS {json_type}) WHERE number = 4"
    connection.execute(text(sql), {"answer": '{"seen": {"\\u0065-1": 0.93}}'})


def digest_of(*parts: Any) -> str:
    """Return the digest of an event of an earlier version."""
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def columns(**values: Any) -> Callable[[Connection], Any]:
    """Return an attack that changes columns of event 4."""
    row = update(audit_events).where(audit_events.c.number == 4).values(**values)
    return lambda connection: connection.execute(row)


def remove(connection: Connection) -> None:
    """Remove events 4 and 5."""
    connection.execute(delete(audit_events).where(audit_events.c.number.in_((4, 5))))


def swap(connection: Connection) -> None:
    """Swap the numbers of events 4 and 5."""
    for old, new in ((4, 99), (5, 4), (99, 5)):
        row = update(audit_events).where(audit_events.c.number == old)
        connection.execute(row.values(number=new))


def add(connection: Connection) -> None:
    """Insert a copy of event 4 after the last one."""
    row = connection.execute(select(audit_events).where(audit_events.c.number == 4)).one()
    connection.execute(insert(audit_events).values(**{**row._asdict(), "number": 9}))


def reseal(connection: Connection) -> None:
    """Change the answer of event 4 and the hash of its content."""
    salt, query = "00:01", {"name": "Bob"}
    digest = content_hash(salt, "border", query, {})
    columns(salt=salt, query=query, answer={}, content=digest)(connection)


@pytest.mark.parametrize(
    ("attack", "faults"),
    [
        (columns(who="gate"), [AuditFault(4, 4, ALTERED)]),
        (columns(at="2020"), [AuditFault(4, 4, ALTERED)]),
        (columns(purpose=""), [AuditFault(4, 4, "its purpose was altered")]),
        (columns(query={"name": "Bob"}), [AuditFault(4, 4, CONTENT)]),
        (columns(answer={}), [AuditFault(4, 4, CONTENT)]),
        (hide_from_search, [AuditFault(4, 4, CONTENT)]),
        (
            columns(action="erasure", query=[]),
            [AuditFault(4, 4, CONTENT), AuditFault(4, 4, ALTERED)],
        ),
        (columns(chain="0"), [AuditFault(4, 5, ALTERED)]),
        (
            columns(salt=f"{NO_SALT}:1", query={}, answer={}),
            [AuditFault(4, 4, "its purpose was altered")],
        ),
        (
            columns(salt="", purpose="", query={}, answer={}),
            [
                AuditFault(4, 4, "its query and its answer were removed without an erasure"),
                AuditFault(4, 4, "its purpose was removed without an erasure"),
            ],
        ),
        (reseal, [AuditFault(4, 4, ALTERED)]),
        (remove, [AuditFault(4, 5, "missing")]),
        (swap, [AuditFault(4, 6, ALTERED)]),
        (add, [AuditFault(9, 9, ALTERED)]),
        (
            lambda connection: connection.execute(
                delete(audit_events).where(audit_events.c.number < 3)
            ),
            [AuditFault(1, 2, "missing")],
        ),
    ],
)
def test_each_change_is_found_with_its_number(
    store: Store, attack: Callable[[Connection], Any], faults: list[AuditFault]
) -> None:
    assert verified(store) == (0, 0, [])
    fill(store)
    assert store.audit_events.verify().head == store.audit_events.head()
    assert verified(store) == (8, 8, [])
    with store.engine.begin() as connection:
        attack(connection)
    assert verified(store)[2] == faults


def test_erased_events_leave_the_chain_whole(store: Store) -> None:
    fill(store)
    store.audit_events.blank([2, 3], {**ROW, "query": {"reason": "asked for"}})
    assert verified(store) == (9, 9, [])
    second, last = store.audit_events.list()[1], store.audit_events.list()[-1]
    assert (second.query, second.answer, second.request_id) == ({}, {}, "r1")
    assert last.query == {"reason": "asked for", "events": [2, 3]}
    assert not [
        event.number for event in store.audit_events.list(containing=["Ann"], before="2020")
    ]
    found = [event.number for event in store.audit_events.list(containing=["Ann Ö"])]
    assert found == [1, 4, 5, 6, 7, 8]
    assert second.purpose == "border"
    with store.engine.begin() as connection:
        columns(query={"name": "Bob"}, salt="")(connection)
    assert [fault.first for fault in verified(store)[2]] == [4]


def test_erased_purposes_leave_the_chain_whole(store: Store) -> None:
    fill(store)
    with store.engine.begin() as connection:
        blank_events(connection, [2], {**ROW, "query": {}}, [2, 3])
    assert verified(store) == (9, 9, [])
    events = store.audit_events.list()
    assert [event.purpose for event in events[:4]] == ["border", "", "", "border"]
    assert [bool(event.query) for event in events[:4]] == [True, False, True, True]
    with store.engine.begin() as connection:
        own = select(audit_events.c.salt).where(audit_events.c.number == 4)
        salt = connection.execute(own).scalar_one()
        columns(purpose="", salt=f"{salt[:33]}{NO_SALT}")(connection)
    problem = "its purpose was removed without an erasure"
    assert verified(store)[2] == [AuditFault(4, 4, problem)]


def test_events_of_earlier_versions_keep_their_purposes(store: Store) -> None:
    chain = CHAIN_START
    with store.engine.begin() as connection:
        for number in range(1, 6):
            row = {**ROW, "at": utc_text(), "number": number, "query": {"name": "Ann"}, "salt": "5"}
            row["content"] = digest_of("5", row["query"], row["answer"])
            names = ("number", "at", "who", "agency", "action", "purpose", "request_id", "version")
            chain = digest_of(chain, *(row[name] for name in names), row["model"], row["content"])
            connection.execute(insert(audit_events).values(**row, chain=chain))
        blank_events(connection, [2], {**ROW, "query": {}}, [2])
    fill(store)
    assert verified(store) == (14, 14, [])
    second = store.audit_events.list()[1]
    assert (second.purpose, second.query) == ("border", {})
    for change in (columns(purpose="none"), columns(salt="", query={}, answer={})):
        with store.engine.begin() as connection:
            change(connection)
        assert {fault.first for fault in verified(store)[2]} == {4}


def test_old_events_go_and_the_rest_is_still_verified(store: Store) -> None:
    old = "2020-01-01T00:00:00.000000Z"
    store.audit_events.append([{**ROW, "at": old}] * 3)
    fill(store, 4)
    # written late, by a process that was killed
    store.audit_events.append([{**ROW, "at": old}])
    row = {**ROW, "query": {}}
    assert store.audit_events.remove_before("2021", row) == 3
    assert store.audit_events.remove_before("2021", row) == 0
    assert verified(store)[1:] == (6, [])
    assert store.audit_events.remove_before("2999", row) == 6
    assert store.audit_events.remove_before("2999", row) == 1
    store.audit_events.append([ROW])
    assert verified(store) == (12, 2, [])
    with store.engine.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.number == 11))
    assert verified(store)[2] == [AuditFault(1, 11, "missing")]


def test_events_of_several_writers_are_one_chain(store: Store) -> None:
    threads = [threading.Thread(target=fill, args=(store, 10)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verified(store) == (40, 40, [])
    head = store.audit_events.head()
    assert store.audit_events.chain_at(40) == head.chain
    assert store.audit_events.chain_at(41) is None
    assert head.chain != CHAIN_START
