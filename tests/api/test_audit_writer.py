"""Audit log of a serving process: no answer without its event, also across forks."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from resolver.store import Store
from tests.api.conftest import Open
from tests.api.serving import ask, served

CHECK = "/check?name=John+Smith&schema=Person"


def test_nothing_is_answered_while_the_disk_takes_no_event(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, service = open_app()
    assert client.get(CHECK).status_code == 200

    def refuse(file: int, data: Any) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", refuse)
        answer = client.get(CHECK)
    assert answer.status_code == 503
    assert "audit log cannot be written" in answer.json["detail"]
    assert client.get(CHECK).status_code == 200
    service.audit_log.flush()
    assert len(service.hub.store.audit_events.list()) == 2


def test_nothing_is_answered_where_no_spool_can_be_created(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = open_app()

    def refuse(*_: Any) -> None:
        raise OSError(errno.EACCES, "permission denied")

    monkeypatch.setattr("resolver.api.service.AuditSpool", refuse)
    assert client.get(CHECK).status_code == 503


def test_a_process_that_will_be_forked_answers_nothing_that_is_logged(open_app: Open) -> None:
    client, service = open_app()
    service.audit_log.suspend()
    answer = client.get(CHECK)
    assert (answer.status_code, "loading" in answer.json["detail"]) == (503, True)
    service.audit_log.after_fork()
    assert client.get(CHECK).status_code == 200
    service.audit_log.flush()
    assert len(service.hub.store.audit_events.list()) == 1


@pytest.mark.slow
def test_every_access_of_several_workers_is_logged(store_url: str, tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    url = f"sqlite:///{path}"
    with Store.open(url) as store, store.view() as view:
        entity = next(iter(view.entity_ids(range(10)).values()))
    answered = 0
    with served(url, "--workers", "2", ready=False) as service:
        # asked while the parent loads, and then for as long as it takes
        while answered < 30:
            try:
                answered += ask(f"{service.address}/entities/{entity}")[0] == 200
            except OSError:
                # those that load hand over to those that serve
                continue
        service.process.send_signal(signal.SIGTERM)
        assert service.ended() == 0
    with Store.open(url) as store:
        assert len(store.audit_events.list(limit=1_000)) == answered


def test_a_large_query_is_logged_by_its_digest(open_app: Open) -> None:
    client, service = open_app()
    names = [f"{number} " + "Anna Lee " * 100 for number in range(60)]
    query = {"q": {"schema": "Person", "properties": {"name": names}}}
    assert client.post("/match/default", json={"queries": query}).status_code == 200
    service.audit_log.flush()
    (event,) = service.hub.store.audit_events.list()
    assert len(str(event.query)) < 25_000
    assert event.query["cut"]["bytes"] > 20_000
    assert len(event.query["cut"]["sha256"]) == 64


def test_an_answer_has_a_bound(open_app: Open) -> None:
    client, _ = open_app()
    query = {"schema": "Person", "properties": {"name": ["John Smith"]}}
    queries = {f"q{number}": query for number in range(100)}
    answer = client.post("/match/default?limit=500&cutoff=0", json={"queries": queries})
    assert answer.status_code == 422
    assert "lower the limit" in answer.json["detail"]
    assert client.post("/match/default?limit=50", json={"queries": queries}).status_code == 200
