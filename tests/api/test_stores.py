"""One body over both databases: every door, and what lands through them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.api.schemas.senzing import SENZING
from resolver.api.service import Service
from resolver.cli.operate.worker import do
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import work_once
from resolver.ingest.reader_types import ListInfo
from resolver.records.decisions import Verdict
from tests.api.conftest import RECORDS, UNION, Client
from tests.hub.hubs import OPTIONS, decided, intake
from tests.normalize.preparing import quick_symbols
from tests.store import postgres

LINE = {
    "id": "n1",
    "schema": "Person",
    "datasets": ["port"],
    "properties": {"name": ["Pavel Novotny"]},
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def held(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service that has loaded, over either database."""
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
    with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
        with Hub.open(url, OPTIONS, index_dir=folder / "index") as hub:
            hub.add(intake(RECORDS, *lists), [decided(UNION, Verdict.SAME, 1)])
        key = create_key(url, "chief", "Coast", ["admin"])
        made = create_app(
            ServiceSettings(url, jobs_dir=folder / "jobs", index_dir=folder / "index")
        )
        service: Service = made.extensions["resolver"]
        service.warm()
        client: Client = made.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"ApiKey {key}"
        service.client = client  # type: ignore[attr-defined]
        yield service
        service.close()


def client_of(held: Service) -> Client:
    return held.client  # type: ignore[attr-defined]


def test_looking_up(held: Service) -> None:
    client = client_of(held)
    assert client.get("/readyz").status_code == 200
    query = {
        "schema": "Person",
        "properties": {"name": ["Abdulrahman Tikriti"], "birthDate": ["1971-03-09"]},
    }
    answer = client.post("/match/default", json={"queries": {"q": query}})
    (both,) = answer.json["responses"]["q"]["results"]
    assert both["referents"] == list(UNION)
    assert client.get("/check?name=John+Smith&birthDate=1990-01-01").json["results"][0][
        "referents"
    ] == ["river:3"]
    assert client.get(f"/entities/{both['id']}?history=true").json["history"][0]["kind"] == "born"
    assert client.get("/entities/river:1").status_code == 308
    assert client.get(f"/entities/{both['id']}", headers={"Accept": SENZING}).mimetype == SENZING
    found = client.get("/search/default?q=maria+quispe&changed_since=2001-01-01").json
    assert found["results"][0]["referents"] == ["coast:2", "river:2"]
    suggested = client.get("/reconcile/default/suggest/entity?prefix=vek").json["result"]
    assert [one["name"] for one in suggested] == ["Vektor Trading LLC"]
    assert {one["name"] for one in client.get("/catalog").json["datasets"]} >= {
        "default",
        "coast",
        "river",
    }
    assert client.get("/changes").json["changes"]


def test_a_batch_and_a_record(held: Service) -> None:
    client = client_of(held)
    before = held.hub.store.version
    dry = client.post("/batches?dry_run=true", data=json.dumps(LINE)).headers["Location"]
    headers = {"Idempotency-Key": "monday"}
    where = client.post("/batches", data=json.dumps(LINE), headers=headers).headers["Location"]
    assert (
        client.post("/batches", data=json.dumps(LINE), headers=headers).headers["Location"] == where
    )
    late = client.post("/batches", data=json.dumps(LINE)).headers["Location"]
    assert client.post(f"{late}/cancel").json["state"] == "cancelled"
    with Hub.open(held.settings.store_url, OPTIONS, index_dir=held.settings.index_dir) as hub:
        while work_once(hub, held.jobs, do) is not None:
            pass
    assert [client.get(one).json["state"] for one in (dry, where, late)] == [
        "done",
        "done",
        "cancelled",
    ]
    assert client.get(where).json["result"]["new"] == client.get(dry).json["result"]["new"] == 1
    with client.get(f"{where}/events") as answer:
        assert "event: done" in answer.get_data(as_text=True)
    posted = client.post(
        "/records", json={**LINE, "id": "n2", "properties": {"name": ["Ilse Brandt"]}}
    )
    assert (posted.status_code, posted.json["version"]) == (201, before + 2)
    assert client.get("/check?name=Ilse+Brandt").json["results"][0]["referents"] == ["port:n2"]


def test_every_look_leaves_its_trace(held: Service) -> None:
    client = client_of(held)
    purpose = "дело №7"
    client.get("/check", query_string={"name": "John Smith", "purpose": purpose})
    held.log.flush()
    last: Any = held.hub.store.access.consultations()[-1]
    assert (last.who, last.agency, last.action, last.purpose) == (
        "chief",
        "Coast",
        "check",
        purpose,
    )
    assert last.query["properties"] == {"name": ["John Smith"]}
