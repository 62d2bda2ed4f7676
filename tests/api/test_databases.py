"""SQLite and PostgreSQL: the same tests of reading endpoints, batches, records and audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.api.other_services import SENZING
from resolver.api.service import Service
from resolver.cli.operate.worker import run_batch_job
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from resolver.lists.reader_types import ListInfo
from resolver.records.decisions import Verdict
from tests.api.conftest import RECORDS, UNION, Client
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.store import postgres

LINE = {
    "id": "n1",
    "schema": "Person",
    "datasets": ["port"],
    "properties": {"name": ["Pavel Novotny"]},
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Yield a loaded service over either database."""
    folder = tmp_path_factory.mktemp("stores")
    if request.param == "sqlite":
        yield from _service(f"sqlite:///{folder}/hub.db", folder)
        return
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (on Debian: postgresql)")
    with postgres.server(Path("/tmp")) as url:
        yield from _service(url, folder)


def _service(url: str, folder: Path) -> Iterator[Service]:
    lists = [ListInfo(name, "test", (name,), "", 3, 0, False) for name in ("coast", "river")]
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        with Hub.open(url, OPTIONS, index_dir=folder / "index") as hub:
            hub.add(make_intake(RECORDS, *lists), [make_decision(UNION, Verdict.SAME, 1)])
        key = create_key(url, "chief", "Coast", ["admin"])
        app = create_app(ServiceSettings(url, jobs_dir=folder / "jobs", index_dir=folder / "index"))
        service: Service = app.extensions["resolver"]
        service.warm()
        client: Client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"ApiKey {key}"
        service.client = client  # type: ignore[attr-defined]
        yield service
        service.close()


def client_of(service: Service) -> Client:
    return service.client  # type: ignore[attr-defined]


def test_reading_endpoints(service: Service) -> None:
    client = client_of(service)
    assert client.get("/readyz").status_code == 200
    query = {
        "schema": "Person",
        "properties": {"name": ["Abdulrahman Tikriti"], "birthDate": ["1971-03-09"]},
    }
    answer = client.post("/match/default", json={"queries": {"q": query}})
    (merged,) = answer.json["responses"]["q"]["results"]
    assert merged["referents"] == list(UNION)
    assert client.get("/check?name=John+Smith&birthDate=1990-01-01").json["results"][0][
        "referents"
    ] == ["river:3"]
    assert client.get(f"/entities/{merged['id']}?history=true").json["history"][0]["kind"] == "born"
    assert client.get("/entities/river:1").status_code == 308
    assert client.get(f"/entities/{merged['id']}", headers={"Accept": SENZING}).mimetype == SENZING
    body = client.get("/search/default?q=maria+quispe&changed_since=2001-01-01").json
    assert body["results"][0]["referents"] == ["coast:2", "river:2"]
    suggested = client.get("/reconcile/default/suggest/entity?prefix=vek").json["result"]
    assert [row["name"] for row in suggested] == ["Vektor Trading LLC"]
    assert {row["name"] for row in client.get("/catalog").json["datasets"]} >= {
        "default",
        "coast",
        "river",
    }
    assert client.get("/changes").json["changes"]


def test_a_batch_and_a_record(service: Service) -> None:
    client = client_of(service)
    before = service.hub.store.revision
    dry = client.post("/batches?dry_run=true", data=json.dumps(LINE)).headers["Location"]
    headers = {"Idempotency-Key": "monday"}
    location = client.post("/batches", data=json.dumps(LINE), headers=headers).headers["Location"]
    assert (
        client.post("/batches", data=json.dumps(LINE), headers=headers).headers["Location"]
        == location
    )
    late = client.post("/batches", data=json.dumps(LINE)).headers["Location"]
    assert client.post(f"{late}/cancel").json["state"] == "cancelled"
    with Hub.open(service.settings.store_url, OPTIONS, index_dir=service.settings.index_dir) as hub:
        while run_next_job(hub, service.jobs_dir, run_batch_job) is not None:
            pass
    assert [client.get(row).json["state"] for row in (dry, location, late)] == [
        "done",
        "done",
        "cancelled",
    ]
    assert client.get(location).json["result"]["new"] == client.get(dry).json["result"]["new"] == 1
    with client.get(f"{location}/events") as answer:
        assert "event: done" in answer.get_data(as_text=True)
    posted = client.post(
        "/records", json={**LINE, "id": "n2", "properties": {"name": ["Ilse Brandt"]}}
    )
    assert (posted.status_code, posted.json["version"]) == (201, before + 2)
    assert client.get("/check?name=Ilse+Brandt").json["results"][0]["referents"] == ["port:n2"]


def test_each_access_leaves_an_audit_event(service: Service) -> None:
    client = client_of(service)
    purpose = "дело №7"
    client.get("/check", query_string={"name": "John Smith", "purpose": purpose})
    service.audit_log.flush()
    last: Any = service.hub.store.audit_events.list()[-1]
    assert (last.actor, last.agency, last.action, last.purpose) == (
        "chief",
        "Coast",
        "check",
        purpose,
    )
    assert last.query["properties"] == {"name": ["John Smith"]}
