"""Senzing's entity format, in and out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.other_services import SENZING, senzing_lines, to_senzing
from resolver.api.service import Service
from resolver.cli.operate.worker import run_batch_job
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from resolver.lists.formats.senzing import read_senzing_record
from resolver.records.packing import handling_text, named_fields
from resolver.records.properties import HANDLING
from tests.api.conftest import Client
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record

pytestmark = pytest.mark.slow


PERSON = {
    "DATA_SOURCE": "PORT",
    "RECORD_ID": "7",
    "RECORD_TYPE": "PERSON",
    "NAME_FULL": "Pavel Novotny",
    "DATE_OF_BIRTH": "1965-02-03",
    "PASSPORT_NUMBER": "X1234567",
    "PASSPORT_COUNTRY": "cz",
}
ENTITY = {
    "id": "e-1",
    "schema": "Company",
    "caption": "Vektor LLC",
    "referents": ["a:1"],
    "datasets": ["a"],
    "properties": {
        "name": ["Vektor LLC", "Вектор"],
        "alias": ["Vek"],
        "previousName": ["Old Vek"],
        "jurisdiction": ["ru"],
        "incorporationDate": ["1990-01-02"],
        "registrationNumber": ["77"],
        "leiCode": ["L9"],
        "innCode": ["12"],
        "wikidataId": ["Q1"],
        "address": ["1 Quay, Port"],
        "phone": ["+7 1"],
        "topics": ["crime"],
        "notes": ["a note"],
    },
}


@pytest.fixture
def service(tmp_path: Path, app: Flask) -> Iterator[Service]:
    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake([record("a:1", name="Ann Lee")]))
    app_over_store = create_app(ServiceSettings(url))
    running: Service = app_over_store.extensions["resolver"]
    running.warm()
    running.client = app_over_store.test_client()  # type: ignore[attr-defined]
    yield running
    running.close()


def client_of(service: Service) -> Client:
    return service.client  # type: ignore[attr-defined]


def post(service: Service, body: Any) -> Any:
    return client_of(service).post("/records", data=json.dumps(body), content_type=SENZING)


def test_a_record_in_and_its_entity_out(service: Service) -> None:
    answer = post(service, PERSON)
    assert answer.status_code == 201, answer.json
    assert answer.json["record"] == "port:7"
    location = answer.headers["Location"]
    plain = client_of(service).get(location)
    assert (plain.mimetype, plain.json["properties"]["passportNumber"]) == (
        "application/json",
        ["X1234567"],
    )
    answered = client_of(service).get(location, headers={"Accept": SENZING})
    assert answered.mimetype == SENZING
    assert (answered.json["DATA_SOURCE"], answered.json["RECORD_ID"]) == (
        "RESOLVER",
        plain.json["id"],
    )
    again = read_senzing_record(answered.json).record
    assert again.texts("name", "birthDate") == ("Pavel Novotny", "1965-02-03")
    assert [(row.prop, row.number) for row in again.identifiers] == [("passportNumber", "X1234567")]


@pytest.mark.parametrize(
    ("changed", "status", "expected"),
    [
        ({"RECORD_ID": ""}, 422, "RECORD_ID"),
        ({"DATA_SOURCE": None}, 422, "DATA_SOURCE"),
        ({"RECORD_TYPE": "GHOST"}, 400, "GHOST"),
        ({"NAME_FULL": "", "DATE_OF_BIRTH": "", "PASSPORT_NUMBER": ""}, 400, "no name"),
        ({"NAME_FULL": "a" * 1_000_000}, 400, "long"),
        (
            {"NAMES": [{"NAME_FULL": f"Name {number}"} for number in range(501)]},
            400,
            "more than 500",
        ),
    ],
)
def test_invalid_records_are_refused(
    changed: dict[str, Any], status: int, expected: str, service: Service
) -> None:
    answer = post(service, {**PERSON, **changed})
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})
    assert expected in answer.json["detail"]
    assert service.hub.store.revision == 1


def test_an_invalid_date_is_reported_and_left_out(service: Service) -> None:
    answer = post(service, {**PERSON, "DATE_OF_BIRTH": "1990-02-31"})
    assert answer.status_code == 201
    assert "1990-02-31" in answer.json["warnings"][0]


def test_a_batch_in_and_its_entities_out(service: Service) -> None:
    client = client_of(service)
    rows = [PERSON, {**PERSON, "RECORD_ID": "8", "NAME_FULL": "Ann Lee"}]
    body = "".join(json.dumps(row) + "\n" for row in rows).encode()
    location = client.post("/batches", data=body, content_type=SENZING).headers["Location"]
    with Hub.open(service.settings.store_url, OPTIONS) as hub:
        assert run_next_job(hub, service.jobs_dir, run_batch_job) is not None
    assert client.get(location).json["result"]["records"] == 2
    with client.get(f"{location}/entities", headers={"Accept": SENZING}) as answer:
        assert answer.mimetype == SENZING
        expected = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    names = {
        feature["NAME_FULL"]
        for row in expected
        for feature in row["FEATURES"]
        if "NAME_FULL" in feature
    }
    assert {"Pavel Novotny", "Ann Lee"} <= names


def test_round_trip() -> None:
    again = read_senzing_record(to_senzing(ENTITY)).record
    expected = ENTITY["properties"]
    assert isinstance(expected, dict)
    assert again.schema == "Organization"
    assert again.texts("name", "alias") == ("Vektor LLC", "Вектор", "Vek")
    for prop in ("previousName", "jurisdiction", "incorporationDate", "phone", "topics"):
        assert again.texts(prop) == tuple(expected[prop]), prop
    numbers = {row.prop: row.number for row in again.identifiers}
    assert numbers == {
        prop: expected[prop][0]
        for prop in ("registrationNumber", "leiCode", "innCode", "wikidataId")
    }
    assert [row.full for row in again.addresses] == expected["address"]
    assert any("a note" in text for text in again.texts("notes"))


def test_relations_are_pointers() -> None:
    edge = {
        "id": "x",
        "schema": "Membership",
        "properties": {"member": ["p"], "organization": ["g"], "role": ["cook"]},
    }
    person = {"id": "p", "schema": "Person", "properties": {"name": ["A"]}}
    nested = {
        **person,
        "properties": {
            "name": ["A"],
            "membershipMember": [
                {
                    **edge,
                    "properties": {
                        "organization": [{"id": "g", "schema": "Organization", "properties": {}}],
                        "role": ["cook"],
                    },
                }
            ],
        },
    }
    pointer = {"REL_POINTER_DOMAIN": "RESOLVER", "REL_POINTER_KEY": "g", "REL_POINTER_ROLE": "COOK"}
    assert pointer in to_senzing(nested)["FEATURES"]
    (row, second) = map(
        json.loads, senzing_lines([person, edge, {"id": "q", "schema": "Person", "properties": {}}])
    )
    assert pointer in row["FEATURES"]
    assert (second["RECORD_ID"], pointer in second["FEATURES"]) == ("q", False)


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json", ""])
def test_json_is_the_default(accept: str, client: Client) -> None:
    answer = client.get("/entities/river:3", headers={"Accept": accept}, follow_redirects=True)
    assert answer.mimetype == "application/json"


def test_all_facts_of_a_handling_are_kept(service: Service) -> None:
    stated = {"code": "H0", "subjectCategory": "victim", "conditions": "ask first"}
    answer = post(service, {**PERSON, "HANDLING": stated})
    assert answer.status_code == 201, answer.json
    with service.hub.store.view() as view:
        kept = view.record("port:7")
    assert kept is not None
    assert named_fields(HANDLING, handling_text(kept.record.handling)) == stated
