"""`/screenings` and `/clearances`: jobs, files for each scope, verdicts, and who sees them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from resolver.api.service import Service
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from resolver.records import Handling
from resolver.screening.jobs import run_screening_job
from tests.api.conftest import Open
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record

pytestmark = pytest.mark.slow

PEOPLE = (
    b"id,name,birthDate\n"
    b"P1,Maria Quispe Huanca,1980-11-02\n"
    b"P2,Ilse Brandt,1977-04-05\n"
    b"P3,Zeta Verborgen,1961-07-08\n"
)


def work(service: Service) -> None:
    """Run all waiting screenings, as a worker does."""
    url, index = service.settings.store_url, service.settings.index_dir
    with Hub.open(url, OPTIONS, index_dir=index) as hub:
        while run_next_job(hub, service.jobs_dir, run_screening_job) is not None:
            pass


def key_of(url: str, name: str, *scopes: str, agency: str = "Coast") -> dict[str, str]:
    secret = create_key(url, name, agency, list(scopes), None)
    return {"Authorization": f"ApiKey {secret}"}


def screen(client: Any, service: Service, headers: dict[str, str], body: bytes = PEOPLE) -> str:
    """Screen a table to the end, and return the address of the screening."""
    answer = client.post("/screenings?filename=people.csv", data=body, headers=headers)
    assert answer.status_code == 202, answer.text
    work(service)
    state = client.get(answer.headers["Location"], headers=headers).json
    assert state["state"] == "done", state
    return str(answer.headers["Location"])


def read(client: Any, address: str, headers: dict[str, str]) -> str:
    """Return a file, which is closed with its answer."""
    with client.get(address, headers=headers) as answer:
        return str(answer.get_data(as_text=True))


def rows(client: Any, address: str, headers: dict[str, str]) -> list[dict[str, str]]:
    text = read(client, f"{address}/hits", headers)
    return list(csv.DictReader(io.StringIO(text)))


def test_hits_equal_those_of_a_check(open_app: Open, url: str) -> None:
    headers = key_of(url, "officer", "check", "submit")
    client, service = open_app()
    address = screen(client, service, headers)
    result = client.get(address, headers=headers).json["result"]
    assert (result["subjects"], result["subjects_with_hits"]) == (3, 1)
    (hit,) = rows(client, address, headers)
    check = client.get(
        "/check?name=Maria+Quispe+Huanca&birthDate=1980-11-02&schema=Person", headers=headers
    ).json["results"][0]
    assert (hit["subject_id"], hit["entity_id"]) == ("P1", check["id"])
    assert (float(hit["score"]), hit["reason"]) == (check["score"], check["summary"])
    evidence = read(client, f"{address}/evidence", headers)
    assert json.loads(evidence)["entity"]["id"] == check["id"]
    assert "Maria Quispe Huanca" in read(client, f"{address}/report", headers)
    assert service.hub.store.revision == 1
    again = client.post("/screenings", data=b"id\n", headers=headers)
    assert again.status_code in (202, 400)
    assert client.get("/screenings", headers=headers).json["screenings"]
    # a screening is no batch
    assert client.get(address.replace("screenings", "batches"), headers=headers).status_code == 404


def test_an_idempotency_key_names_one_screening(open_app: Open, url: str) -> None:
    headers = {**key_of(url, "officer", "submit"), "Idempotency-Key": "monday"}
    client, _ = open_app()
    first = client.post("/screenings?filename=p.csv", data=PEOPLE, headers=headers)
    again = client.post("/screenings?filename=p.csv", data=PEOPLE, headers=headers)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json["id"] == again.json["id"]
    other = client.post("/screenings?filename=p.csv", data=PEOPLE + b"P4,X Y,\n", headers=headers)
    assert other.status_code >= 400
    cancelled = client.post(f"/screenings/{first.json['id']}/cancel", headers=headers).json
    assert cancelled["state"] == "cancelled"


def test_a_key_that_only_submits_gets_hits_without_records(open_app: Open, url: str) -> None:
    headers = key_of(url, "border", "submit")
    client, service = open_app()
    service.hub.store.describe_source("coast", agency="Coast guard")
    address = screen(client, service, headers)
    (hit,) = rows(client, address, headers)
    assert hit.keys() == {
        *("subject_id", "subject_name", "score", "band", "sources", "owners", "status")
    }
    assert (hit["subject_id"], hit["owners"]) == ("P1", "Coast guard; river")
    for what in ("evidence", "report"):
        assert client.get(f"{address}/{what}", headers=headers).status_code == 403
    refused = client.post(f"{address}/verdicts", json={}, headers=headers)
    assert refused.status_code == 403


def test_a_hidden_record_changes_nothing(open_app: Open, url: str) -> None:
    headers = key_of(url, "officer", "check", "submit")
    client, service = open_app()
    before = screen(client, service, headers)
    hidden = [
        record("vault:1", name="Zeta Verborgen", birthDate="1961-07-08"),
        record("vault:2", name="Maria Quispe Huanca", birthDate="1980-11-02"),
    ]
    with Hub.open(url, OPTIONS, index_dir=service.settings.index_dir) as hub:
        handling = Handling("Vault", "H3")
        hub.add(make_intake([_with_handling(row, handling) for row in hidden]))
    after = screen(client, service, headers)
    for what in ("hits", "evidence"):
        texts = [read(client, f"{row}/{what}", headers) for row in (before, after)]
        assert texts[0] == texts[1], what
    owner = key_of(url, "vault", "check", "submit", agency="Vault")
    assert {row["subject_id"] for row in rows(client, screen(client, service, owner), owner)} == {
        *("P1", "P3")
    }


def _with_handling(row: Any, handling: Handling) -> Any:
    return replace(row, handling=handling)


def test_a_verdict_belongs_to_its_agency(open_app: Open, url: str) -> None:
    headers = key_of(url, "officer", "check", "submit")
    other = key_of(url, "stranger", "check", "submit", agency="River")
    client, service = open_app()
    address = screen(client, service, headers)
    (hit,) = rows(client, address, headers)
    body = {"subject": "P1", "entity": hit["entity_id"], "verdict": "cleared", "reason": "taller"}
    assert client.post(f"{address}/verdicts", json=body, headers=other).status_code == 404
    for wrong in (
        {**body, "reason": " "},
        {**body, "verdict": "perhaps"},
        {**body, "until": "1999-01-01"},
        {**body, "subject": "P9"},
        {**body, "entity": "e-none"},
        {**body, "colour": "red"},
    ):
        answer = client.post(f"{address}/verdicts", json=wrong, headers=headers)
        assert 400 <= answer.status_code < 500, wrong
        assert answer.json["detail"]
    stored = client.post(f"{address}/verdicts", json=body, headers=headers).json
    assert (stored["verdict"], stored["who"]) == ("cleared", "officer")
    assert not rows(client, screen(client, service, headers), headers)
    assert len(rows(client, screen(client, service, other), other)) == 1
    assert client.get("/clearances", headers=other).json == {"clearances": []}
    assert client.delete(f"/clearances/{stored['id']}", headers=other).status_code == 404
    (listed,) = client.get("/clearances", headers=headers).json["clearances"]
    assert listed == stored
    assert client.delete(f"/clearances/{stored['id']}", headers=headers).status_code == 200
    assert len(rows(client, screen(client, service, headers), headers)) == 1
    service.audit_log.flush()
    actions = {event.action for event in service.hub.store.audit_events.list(limit=1_000)}
    assert {"submit", "job", "batch", "verdict", "clearances"} <= actions


def test_other_agencies_know_nothing_of_a_screening(open_app: Open, url: str) -> None:
    headers = key_of(url, "officer", "check", "submit")
    other = key_of(url, "stranger", "check", "submit", agency="River")
    client, service = open_app()
    address = screen(client, service, headers)
    assert client.get("/screenings", headers=other).json == {"screenings": []}
    for path in ("", "/hits", "/report"):
        assert client.get(f"{address}{path}", headers=other).status_code == 404


def test_a_stated_encoding_reaches_the_screening(open_app: Open, url: str) -> None:
    headers = key_of(url, "officer", "submit")
    client, service = open_app()
    body = "name,dob\n王小明,1970-02-03\n".encode("big5")
    answer = client.post("/screenings?filename=p.csv&encoding=big5", data=body, headers=headers)
    assert answer.status_code == 202, answer.text
    work(service)
    state = client.get(answer.headers["Location"], headers=headers).json
    assert (state["state"], state["result"]["rejects"]) == ("done", 0), state


def test_a_table_that_cannot_be_read_fails_with_one_line(open_app: Open, url: str) -> None:
    headers = key_of(url, "officer", "submit")
    client, service = open_app()
    body = b"colour,size\nred,3\n"
    answer = client.post("/screenings?filename=p.csv", data=body, headers=headers)
    if answer.status_code == 202:
        work(service)
        state = client.get(answer.headers["Location"], headers=headers).json
        assert state["state"] == "failed"
        assert "\n" not in state["error"]
    else:
        assert answer.json["detail"]
