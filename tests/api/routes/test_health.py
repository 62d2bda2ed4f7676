"""Readiness, log lines and metrics."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import update

from resolver.api import ServiceSettings, create_app
from resolver.api.observability import AFTER_RESPONSE
from resolver.api.routes.health import readiness
from resolver.api.service import UNNAMED_PROXY
from resolver.cli.app import run
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.lists.reader_types import ListInfo
from resolver.records import Handling
from resolver.store.database import utc_text
from resolver.store.schema import sources
from tests.api.conftest import RECORDS, Client, Open
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record


def test_health_and_readiness(client: Client) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok", "version": 1}


def test_an_empty_store_is_not_ready(empty: Client) -> None:
    assert empty.get("/healthz").status_code == 200
    answer = empty.get("/readyz")
    assert answer.status_code == 503
    assert "empty" in answer.json["detail"]
    assert answer.headers["Retry-After"]
    answer = empty.get("/check?name=A")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "loading" in answer.json["detail"]


def test_the_log_says_once_why_the_service_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.api.service._RETRY_SECONDS", 0.01)
    app = create_app(ServiceSettings(f"sqlite:///{tmp_path}/hub.db"))
    service = app.extensions["resolver"]
    with structlog.testing.capture_logs() as lines:
        thread = threading.Thread(target=service.load)
        thread.start()
        time.sleep(0.3)
        service.close()
        thread.join(10)
    reasons = [line["why"] for line in lines if line["event"] == "waiting"]
    assert len(reasons) == 1
    assert "empty" in reasons[0]


def test_the_loading_stage_is_reported(store_url: str) -> None:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        app = create_app(ServiceSettings(store_url))
        service = app.extensions["resolver"]
        client: Client = app.test_client()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert re.search(
            r"still loading: the model and the names, for \d+ s so far", answer.json["detail"]
        )
        service.screener._index.activity = "building the entity index"
        answer = client.get("/check?name=John+Smith")
        assert "ask again when GET /readyz answers 200" in answer.json["detail"]
        # tests run without machine code
        assert "the first start compiles code" in answer.json["detail"]
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "building the entity index" in answer.json["detail"]
        service.warm()
        assert client.get("/readyz").status_code == 200
        assert client.get("/check?name=John+Smith").status_code == 200
        service.close()


def test_a_list_that_is_too_old_is_reported(store_url: str, client: Client, app: Flask) -> None:
    store = app.extensions["resolver"].hub.store
    store.describe_source("coast", maximum_age_days=0)
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, "coast is older" in answer.json["detail"]) == (503, True)
        # the last good data still serves
        assert client.get("/check?name=John+Smith").status_code == 200
    finally:
        store.describe_source("coast", maximum_age_days=None)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(("ahead", "status"), [(5, 200), (60 * 24 * 365, 503)])
def test_a_list_of_the_future_has_an_unknown_age(
    ahead: int, status: int, url: str, open_app: Any
) -> None:
    """A list may have been committed while the clock was some minutes ahead, but not a year."""
    client, service = open_app()
    store = service.hub.store
    store.describe_source("coast", maximum_age_days=30)
    updated = datetime.now(UTC) + timedelta(minutes=ahead)
    with store.engine.begin() as connection:
        row = update(sources).where(sources.c.name == "coast")
        connection.execute(row.values(updated=utc_text(updated)))
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert ("coast is older" in str(answer.json)) == (status == 503)


def test_requirements_of_a_list_are_set_by_command(
    store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], app: Flask
) -> None:
    shutil.copy(store_url.removeprefix("sqlite:///"), tmp_path / "hub.db")
    url = f"sqlite:///{tmp_path}/hub.db"
    app_over_store = create_app(ServiceSettings(url))
    service = app_over_store.extensions["resolver"]
    service.warm()
    client: Client = app_over_store.test_client()

    def say(*words: str) -> str:
        assert run(["sources", *words, "--store", url]) == 0
        output = capsys.readouterr()
        return output.out + output.err

    assert "it has no records yet" in say("set", "un-sc", "--required", "--title", "UN list")
    say("set", "coast", "--agency", "Coast guard", "--maximum-age-days", "3", "--required")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["detail"]) == (503, "the list un-sc is missing")
    assert "un-sc: owned by the hub; 0 records; required; MISSING" in say("list")
    # what has not come yet is no dataset, and who publishes the others is said
    publishers = {
        row["name"]: row.get("publisher") for row in client.get("/catalog").json["datasets"]
    }
    assert publishers == {"default": None, "coast": "Coast guard", "river": None}
    say("set", "un-sc", "--not-required")
    assert client.get("/readyz").status_code == 200
    with service.hub.store.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE sources SET updated = '2020-01-01T00:00:00.000000Z' WHERE name = 'coast'"
        )
    assert "coast is older than 3 days" in client.get("/readyz").json["detail"]
    say("set", "coast", "--maximum-age-days", "0")
    assert client.get("/readyz").status_code == 200
    listed = json.loads(
        next(line for line in say("list", "--json").splitlines() if line.startswith("[{"))
    )
    assert [(row["name"], row["agency"], row["fault"]) for row in listed] == [
        ("coast", "Coast guard", ""),
        ("river", "", ""),
        ("un-sc", "", ""),
    ]
    service.close()


@pytest.mark.parametrize(
    ("words", "code", "output"),
    [
        (["set", "default", "--required"], 1, "no source can be called"),
        (["set", "...", "--required"], 1, "no source"),
        (["set", "coast"], 2, "nothing to set"),
        (["set", "coast", "--maximum-age-days", "-1"], 2, "-1"),
    ],
)
def test_refused_requirements_of_a_list(
    words: list[str], code: int, output: str, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sources", *words, "--store", store_url]) == code
    assert output in capsys.readouterr().err


def test_delayed_checks_are_reported(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        app = create_app(ServiceSettings(f"sqlite:///{path}"))
        service = app.extensions["resolver"]
        service.warm()
        # as if the next poll were far away
        service.screener.follow(1_000)
        with Hub.open(f"sqlite:///{path}", OPTIONS) as hub:
            hub.add(make_intake([record("late:1", name="Zdenka Havlova")]))
        client: Client = app.test_client()
        assert client.get("/readyz").json == {"status": "ok", "version": 2}
        monkeypatch.setattr("resolver.api.routes.health._MAX_DELAY", timedelta(0))
        answer = client.get("/readyz")
        assert (answer.status_code, "version 1" in answer.json["detail"]) == (503, True)
        assert client.get("/check?name=John+Smith").json["version"] == 1
        service.close()


def test_figures_count_by_the_pattern_of_the_address(client: Client) -> None:
    client.get("/check?name=Secret+Person")
    output = client.get("/metrics").get_data(as_text=True)
    assert re.search(
        r'resolver_requests_total\{method="GET",route="/check",status="200"\} [1-9]', output
    )
    assert "resolver_store_version 1.0" in output
    assert "Secret" not in output


def test_invented_methods_and_addresses_make_no_series(client: Client) -> None:
    for number in range(20):
        client.open(f"/absent{number}", method=f"INVENTED{number}")
        client.open("/check", method=f"INVENTED{number}")
    output = client.get("/metrics").get_data(as_text=True)
    assert "INVENTED" not in output
    assert 'method="other"' in output


def test_metrics_need_a_key_once_there_are_keys(open_app: Open, url: str) -> None:
    client, _ = open_app()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.1.1.1"}).status_code == 403
    keys = {scope: create_key(url, scope, "Coast", [scope]) for scope in ("metrics", "check")}
    statuses = {
        scope: client.get("/metrics", headers={"Authorization": f"ApiKey {key}"}).status_code
        for scope, key in keys.items()
    }
    assert statuses == {"metrics": 200, "check": 403}
    assert client.get("/metrics").status_code == 401
    headers = {"Authorization": f"ApiKey {keys['metrics']}"}
    assert client.get("/check?name=John+Smith", headers=headers).status_code == 403


def test_a_proxy_that_nobody_named_is_reported_once(open_app: Open) -> None:
    client, _ = open_app()
    assert "notes" not in client.get("/readyz").json
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            client.get("/healthz", headers={"X-Forwarded-For": "10.1.1.1"})
    assert [line["event"] for line in lines].count(UNNAMED_PROXY) == 1
    assert client.get("/readyz").json["notes"] == [UNNAMED_PROXY]
    behind_proxy, _ = open_app(proxies=("127.0.0.1",))
    behind_proxy.get("/healthz", headers={"X-Forwarded-For": "10.1.1.1"})
    assert "notes" not in behind_proxy.get("/readyz").json


def test_the_log_has_the_request_id_but_no_names(client: Client) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = client.get("/check?name=Secret+Person", headers={"X-Request-ID": "abc-1"})
        other = client.get("/check?name=Secret+Person", headers={"X-Request-ID": "not an id"})
    assert answer.headers["X-Request-ID"] == "abc-1"
    assert re.fullmatch("[0-9a-f]{32}", other.headers["X-Request-ID"])
    assert [line["id"] for line in lines] == ["abc-1", other.headers["X-Request-ID"]]
    assert "Secret" not in str(lines)


def test_a_server_may_log_after_the_response(client: Client) -> None:
    later: list[Callable[[], None]] = []
    with structlog.testing.capture_logs() as lines:
        answer = client.get(
            "/healthz", headers={"X-Request-ID": "a"}, environ_overrides={AFTER_RESPONSE: later}
        )
        assert (answer.status_code, lines) == (200, [])
        for run_later in later:
            run_later()
    (line,) = lines
    assert (line["id"], line["route"], line["status"]) == ("a", "/healthz", 200)


def test_unexpected_errors_are_answered(
    client: Client, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("Secret Person")

    monkeypatch.setattr(app.extensions["resolver"].screener, "check", fail)
    with structlog.testing.capture_logs() as lines:
        answer = client.get("/check?name=A")
    assert answer.status_code == 500
    assert set(answer.json) == {"detail"}
    assert "Secret" not in str(lines) + answer.get_data(as_text=True)
    assert [line["error"] for line in lines if line["event"] == "failed"] == ["ValueError"]


def test_the_database_gone_and_back(store_url: str, app: Flask) -> None:
    app_over_store = create_app(ServiceSettings(store_url))
    service = app_over_store.extensions["resolver"]
    service.warm()
    client: Client = app_over_store.test_client()
    engine = service.hub.store.engine
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE meta RENAME TO meta_gone")
    try:
        answer = client.get("/check?name=John+Smith")
        assert (answer.status_code, "database" in answer.json["detail"]) == (503, True)
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        assert client.get("/metrics").status_code == 200
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE meta_gone RENAME TO meta")
    assert client.get("/check?name=John+Smith&birthDate=1990-01-01").json["results"]
    service.close()


def test_the_next_check_covers_a_commit(tmp_path: Any, app: Flask) -> None:
    from resolver.hub.hub import Hub
    from tests.hub.hubs import OPTIONS, make_intake
    from tests.records.samples import record

    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, OPTIONS) as writer:
        writer.add(make_intake(RECORDS))
        app_over_store = create_app(ServiceSettings(url))
        app_over_store.extensions["resolver"].warm()
        client: Client = app_over_store.test_client()
        assert client.get("/check?name=Pavel+Novotny").json["results"] == []
        writer.add(make_intake([record("coast:9", name="Pavel Novotny", birthDate="1965-02-03")]))
        answer = client.get("/check?name=Pavel+Novotny").json
        assert (answer["version"], answer["results"][0]["referents"]) == (2, ["coast:9"])
        writer.add(make_intake([record("coast:9", name="Somebody Else")]))
        assert client.get("/check?name=Pavel+Novotny").json["results"] == []
        app_over_store.extensions["resolver"].close()


def test_updatez_shows_commits_at_once(tmp_path: Any, app: Flask) -> None:
    from resolver.hub.hub import Hub
    from tests.hub.hubs import OPTIONS, make_intake
    from tests.records.samples import record

    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, OPTIONS) as writer:
        writer.add(make_intake(RECORDS))
        app_over_store = create_app(ServiceSettings(url))
        service = app_over_store.extensions["resolver"]
        service.warm()
        # polls once an hour, so an earlier commit is seen because of the call
        service.screener.follow(3600)
        client: Client = app_over_store.test_client()
        assert client.post("/updatez").json == {"status": "ok", "version": 1}
        writer.add(make_intake([record("coast:9", name="Pavel Novotny", birthDate="1965-02-03")]))
        assert client.get("/check?name=Pavel+Novotny").json["version"] == 1
        assert client.post("/updatez").json == {"status": "ok", "version": 2}
        assert client.get("/check?name=Pavel+Novotny").json["results"][0]["referents"] == [
            "coast:9"
        ]
        assert client.post("/updatez?x=1").status_code == 422
        service.close()


def test_a_check_without_what_its_caller_has_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        Hub.open(url, OPTIONS) as writer,
    ):
        writer.add(make_intake([record("coast:1", name="Ann Lee", birthDate="1950-03-04")]))
        app = create_app(ServiceSettings(url))
        service = app.extensions["resolver"]
        service.warm()
        service.screener.follow(3600)
        monkeypatch.setattr("resolver.check.screener._REACH_SECONDS", 0.2)
        with monkeypatch.context() as hung:
            hung.setattr(service.screener, "_refresh", lambda *_: time.sleep(1))
            client: Client = app.test_client()
            revision = writer.add(make_intake([record("coast:9", name="Pavel Novotny")])).revision
            service._written.note("", revision)
            answer = client.get("/check?name=Pavel+Novotny")
            assert answer.status_code == 503
            assert "cannot be searched yet" in answer.json["detail"]
        monkeypatch.setattr("resolver.check.screener._REACH_SECONDS", 20)
        assert client.get("/check?name=Pavel+Novotny").json["version"] == revision
        service.close()


def test_overdue_lists_that_are_hidden_are_not_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    hidden = replace(
        record("secret:1", name="Zeta Verborgen", birthDate="1950-03-04"),
        handling=Handling("River", "H3"),
    )
    lists = [ListInfo(name, "test", (name,), "", 1, 0, False) for name in ("coast", "secret")]
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        with Hub.open(url, OPTIONS) as hub:
            hub.add(make_intake([record("coast:9", name="Ann Lee"), hidden], *lists))
        service = create_app(ServiceSettings(url)).extensions["resolver"]
        service.warm()
        for name in ("coast", "secret"):
            assert run(["sources", "set", name, "--maximum-age-days", "3", "--store", url]) == 0
        with service.hub.store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE sources SET updated = '2020-01-01T00:00:00.000000Z'")
        faults = readiness(service)[1]
        service.close()
    assert faults == ["the list coast is older than 3 days"]
