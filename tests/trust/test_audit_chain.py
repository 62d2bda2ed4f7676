"""Signed heads of the audit log, and who was shown a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from resolver.cli.app import run
from resolver.errors import StoreError
from resolver.hub.hub import Hub
from resolver.records.record import Handling
from resolver.store import AuditEvent, Store
from resolver.store.audit import CHAIN_START, AuditEvents, chain_hash, content_hash
from resolver.store.schema import audit_events
from resolver.trust import audit_chain
from resolver.trust.audit_chain import (
    LogFilter,
    create_signing_key,
    find_accesses,
    read_log,
    report_subject,
    sign_head,
    verify_log,
)
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record

ROW = {
    **{"who": "desk", "agency": "Coast", "action": "entity", "purpose": "case 3", "model": "m"},
    **{"request_id": "", "version": 1, "query": {}, "answer": {}},
}
ANA = record("coast:1", name="Ana Huanca", birthDate="1962-02-11", passportNumber="A4419207")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/hub.db") as opened:
        opened.audit_events.append([ROW] * 3)
        yield opened


def rewrite(store: Store) -> None:
    """Change event 2 and compute all hashes after it anew, as who can write to the store may."""
    with store.engine.begin() as connection:
        rows = connection.execute(audit_events.select().order_by(audit_events.c.number)).all()
        chain = CHAIN_START
        for row in rows:
            values: dict[str, Any] = row._asdict()
            if row.number == 2:
                values["who"] = "nobody"
            values["content"] = content_hash(row.salt, row.purpose, row.query, row.answer)
            named = type("Row", (), values)
            chain = values["chain"] = chain_hash(chain, named)
            connection.execute(
                update(audit_events).where(audit_events.c.number == row.number).values(values)
            )


def test_a_log_with_new_hashes_differs_from_signed_heads(store: Store, tmp_path: Path) -> None:
    key, heads = tmp_path / "key", tmp_path / "heads"
    public = create_signing_key(key)
    assert key.stat().st_mode & 0o777 == 0o600
    for _ in range(2):
        sign_head(store, key, heads)
        store.audit_events.append([ROW])
    proof = verify_log(store, heads, public)
    assert (proof.events, proof.heads, proof.faults) == (5, 2, [])
    rewrite(store)
    assert verify_log(store).faults == []
    assert [fault.first for fault in verify_log(store, heads, public).faults] == [3, 4]


def test_a_log_without_its_end_differs_from_signed_heads(store: Store, tmp_path: Path) -> None:
    key, heads = tmp_path / "key", tmp_path / "heads"
    public = create_signing_key(key)
    sign_head(store, key, heads)
    with store.engine.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.number > 1))
    (fault,) = verify_log(store, heads, public).faults
    assert (fault.first, fault.last) == (2, 3)
    assert fault.problem.startswith("missing")


def test_a_removal_that_was_invented_differs_from_signed_heads(
    store: Store, tmp_path: Path
) -> None:
    key, heads = tmp_path / "key", tmp_path / "heads"
    public = create_signing_key(key)
    sign_head(store, key, heads)
    store.audit_events.append([ROW])
    assert store.audit_events.remove_before("2999", {**ROW, "query": {}}) == 4
    proof = verify_log(store, heads, public)
    # the head is about an event in the middle of those that were removed
    assert (proof.heads, [fault.first for fault in proof.faults]) == (0, [5])
    assert [event.query["through"] for event in proof.removals] == [4]
    assert verify_log(store).faults == []
    sign_head(store, key, heads)
    assert verify_log(store, heads, public).faults == []
    store.audit_events.remove_before("2999", {**ROW, "query": {}})
    with store.engine.begin() as connection:
        row = connection.execute(audit_events.select()).one()
        values = row._asdict() | {"query": {**row.query, "chain": "0" * 64}}
        values["content"] = content_hash(row.salt, row.purpose, values["query"], row.answer)
        values["chain"] = chain_hash("0" * 64, type("Row", (), values))
        connection.execute(update(audit_events).values(values))
    assert verify_log(store).faults == []
    assert len(verify_log(store, heads, public).faults) == 1


def test_heads_of_others_and_bad_files_are_refused(store: Store, tmp_path: Path) -> None:
    key, heads = tmp_path / "key", tmp_path / "heads"
    public = create_signing_key(key)
    other = create_signing_key(tmp_path / "other")
    sign_head(store, key, heads)
    with pytest.raises(StoreError, match="not signed with the key"):
        verify_log(store, heads, other)
    content = json.loads(heads.read_text())
    heads.write_text(json.dumps({**content, "number": 1}) + "\n")
    with pytest.raises(StoreError, match="changed afterwards"):
        verify_log(store, heads, public)
    heads.write_text("{}\n")
    with pytest.raises(StoreError, match="no signed head"):
        verify_log(store, heads, public)
    for path, text in ((heads, "no key"), (tmp_path / "absent", public)):
        with pytest.raises(StoreError):
            verify_log(store, path, text)
    with pytest.raises(StoreError, match="exists"):
        create_signing_key(key)
    with pytest.raises(StoreError, match="no Ed25519"):
        sign_head(store, heads, heads)


def test_an_access_counts_while_the_record_was_in_the_entity(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, OPTIONS) as hub:
        boris = record("quay:9", name="Boris Zelenko", birthDate="1944-07-01")
        hub.add(make_intake([ANA, boris]))
        store = hub.store
        with store.view() as view:
            alone = view.entity("coast:1")
            other = view.entity("quay:9")
        assert alone is not None
        assert other is not None
        seen = {"version": 1, "answer": {"seen": [alone.id]}}
        store.audit_events.append(
            [
                {**ROW, **seen, "request_id": "shown"},
                {**ROW, **seen, "version": 0, "request_id": "before"},
                {**ROW, "answer": {"seen": {other.id: 0.4}}, "request_id": "another"},
                {**ROW, "query": {"id": "coast:1"}, "request_id": "asked"},
                {**ROW, "query": {"q": f"{alone.id}x"}, "request_id": "longer"},
                {
                    **{**ROW, "action": "command", "request_id": "backup"},
                    **{"query": {"command": "backup"}, "answer": {"records": 2}},
                },
            ]
        )
        accesses = find_accesses(store, ["coast:1"])
        assert [access.event.request_id for access in accesses] == ["shown", "asked", "backup"]
        assert [access.shown for access in accesses] == [alone.id, "coast:1", ""]
        with pytest.raises(StoreError, match="never had"):
            find_accesses(store, ["coast:2"])
        report = report_subject(store, "coast:1")
    assert report["entity"] == alone.id
    assert "A4419207" in json.dumps(report["records"])
    assert "Zelenko" not in json.dumps(report)
    assert [row["action"] for row in report["accesses"]] == ["entity", "entity", "command"]
    with pytest.raises(StoreError, match="no record or entity"), Store.open(url) as opened:
        report_subject(opened, "coast:2")


def test_accesses_are_read_in_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "_EVENTS_AT_ONCE", 2)
    backup = {**ROW, "action": "command", "query": {"command": "backup"}, "answer": {"records": 2}}
    asked, other = {**ROW, "query": {"id": "coast:1"}}, {**ROW, "query": {"id": "coast:10"}}
    with Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub:
        hub.add(make_intake([ANA]))
        hub.store.audit_events.append(
            [
                asked,
                other,
                {**backup, "version": 1},
                other,
                other,
                other,
                {**asked, "who": "ben"},
                asked,
            ]
        )

        def read(limit: int = 9, after: int = 0, *, newest: bool = False, **rest: str) -> list[int]:
            choice = LogFilter(record="coast:1", **rest)
            events = read_log(hub.store, choice, after=after, limit=limit, newest=newest)
            return [event.number for event in events]

        assert read() == [1, 3, 7, 8]
        assert (read(2), read(2, 3), read(2, 8)) == ([1, 3], [7, 8], [])
        assert read(2, newest=True) == [7, 8]
        assert (read(action="command"), read(who="ben"), read(agency="River")) == ([3], [7], [])
        rows: list[int] = []
        read_rows = AuditEvents.list

        def count_rows(log: AuditEvents, **options: Any) -> list[AuditEvent]:
            events = read_rows(log, **options)
            rows.append(len(events))
            return events

        hub.store.audit_events.append([asked] * 20)
        monkeypatch.setattr(AuditEvents, "list", count_rows)
        assert read(1) == [1]
        assert sum(rows) <= 4


def test_the_commands_say_what_is_wrong(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ["--store", f"sqlite:///{tmp_path}/hub.db"]
    assert run(["audit", "verify", *url]) == 0
    assert "The log is whole: 4 events, the last one is number 4." in capsys.readouterr().out
    assert run(["audit", "statistics", *url]) == 0
    assert "Coast  entity  3" in capsys.readouterr().out
    assert run(["audit", "log", "--who", "desk", "--limit", "1", *url]) == 0
    assert "desk (Coast): entity, purpose 'case 3'" in capsys.readouterr().out
    with store.engine.begin() as connection:
        connection.execute(delete(audit_events).where(audit_events.c.number == 2))
    assert run(["audit", "verify", *url]) == 3
    assert capsys.readouterr().out == "event 2: missing\n"
    assert run(["audit", "verify", "--json", *url]) == 3
    assert json.loads(capsys.readouterr().out)["faults"][0]["problem"] == "missing"
    assert run(["audit", "remove", "--before", "yesterday", *url]) == 2
    assert run(["audit", "remove", "--before", "2999-01-01", *url]) == 0
    assert run(["audit", "verify", *url]) == 0
    assert run(["audit", "verify", "--heads", str(tmp_path), *url]) == 2


def test_a_hidden_record_is_one_that_the_store_never_had(tmp_path: Path) -> None:
    hidden = replace(
        record("quay:9", name="Boris Zelenko", birthDate="1944-07-01"),
        handling=Handling("River", "H3"),
    )
    asked = {**ROW, "query": {"record": "quay:9"}}
    with Hub.open(f"sqlite:///{tmp_path}/hub.db", OPTIONS) as hub:
        hub.add(make_intake([ANA, hidden]))
        store = hub.store
        store.audit_events.append([asked, {**asked, "agency": "River"}])
        for record_id in ("quay:9", "quay:10"):
            assert read_log(store, LogFilter(record=record_id, only_agency="Coast")) == []
        (event,) = read_log(store, LogFilter(record="quay:9", only_agency="River"))
        assert event.agency == "River"
        assert len(read_log(store, LogFilter(record="quay:9"))) == 2
        assert read_log(store, LogFilter(agency="River", only_agency="Coast")) == []
