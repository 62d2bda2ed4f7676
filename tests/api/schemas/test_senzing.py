"""Senzing's entity format, in and out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.schemas.senzing import SENZING, lines, to_senzing
from resolver.api.service import Service
from resolver.cli.operate.worker import do
from resolver.hub.hub import Hub
from resolver.hub.job_worker import work_once
from resolver.ingest.formats.senzing.senzing_record import senzing_single
from tests.api.conftest import Client
from tests.hub.hubs import OPTIONS, intake
from tests.records.samples import record

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
    "id": "e-1", "schema": "Company", "caption": "Vektor LLC", "referents": ["a:1"], "datasets": ["a"],
    "properties": {
        "name": ["Vektor LLC", "Вектор"], "alias": ["Vek"], "previousName": ["Old Vek"], "jurisdiction": ["ru"],
        "incorporationDate": ["1990-01-02"], "registrationNumber": ["77"], "leiCode": ["L9"], "innCode": ["12"],
        "wikidataId": ["Q1"], "address": ["1 Quay, Port"], "phone": ["+7 1"], "topics": ["crime"], "notes": ["a note"],
    },
}  # fmt: skip


@pytest.fixture
def held(tmp_path: Path, app: Flask) -> Iterator[Service]:
    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, OPTIONS) as hub:
        hub.add(intake([record("a:1", name="Ann Lee")]))
    made = create_app(ServiceSettings(url))
    service: Service = made.extensions["resolver"]
    service.warm()
    service.client = made.test_client()  # type: ignore[attr-defined]
    yield service
    service.close()


def client_of(held: Service) -> Client:
    return held.client  # type: ignore[attr-defined]


def post(held: Service, body: Any) -> Any:
    return client_of(held).post("/records", data=json.dumps(body), content_type=SENZING)


def test_a_record_in_and_its_entity_out(held: Service) -> None:
    answer = post(held, PERSON)
    assert answer.status_code == 201, answer.json
    assert answer.json["record"] == "port:7"
    where = answer.headers["Location"]
    plain = client_of(held).get(where)
    assert (plain.mimetype, plain.json["properties"]["passportNumber"]) == (
        "application/json",
        ["X1234567"],
    )
    said = client_of(held).get(where, headers={"Accept": SENZING})
    assert said.mimetype == SENZING
    assert (said.json["DATA_SOURCE"], said.json["RECORD_ID"]) == ("RESOLVER", plain.json["id"])
    again = senzing_single(said.json).record
    assert again.texts("name", "birthDate") == ("Pavel Novotny", "1965-02-03")
    assert [(one.prop, one.number) for one in again.identifiers] == [("passportNumber", "X1234567")]


@pytest.mark.parametrize(
    ("changed", "status", "said"),
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
def test_a_record_that_is_none(
    changed: dict[str, Any], status: int, said: str, held: Service
) -> None:
    answer = post(held, {**PERSON, **changed})
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})
    assert said in answer.json["detail"]
    assert held.hub.store.version == 1


def test_a_date_that_is_none_is_told_and_left_out(held: Service) -> None:
    answer = post(held, {**PERSON, "DATE_OF_BIRTH": "1990-02-31"})
    assert answer.status_code == 201
    assert "1990-02-31" in answer.json["warnings"][0]


def test_a_batch_in_and_its_entities_out(held: Service) -> None:
    client = client_of(held)
    some = [PERSON, {**PERSON, "RECORD_ID": "8", "NAME_FULL": "Ann Lee"}]
    body = "".join(json.dumps(one) + "\n" for one in some).encode()
    where = client.post("/batches", data=body, content_type=SENZING).headers["Location"]
    with Hub.open(held.settings.store_url, OPTIONS) as hub:
        assert work_once(hub, held.jobs, do) is not None
    assert client.get(where).json["result"]["records"] == 2
    with client.get(f"{where}/entities", headers={"Accept": SENZING}) as answer:
        assert answer.mimetype == SENZING
        said = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    names = {
        feature["NAME_FULL"]
        for one in said
        for feature in one["FEATURES"]
        if "NAME_FULL" in feature
    }
    assert {"Pavel Novotny", "Ann Lee"} <= names


def test_nothing_is_lost_on_the_way_out_and_in_again() -> None:
    again = senzing_single(to_senzing(ENTITY)).record
    said = ENTITY["properties"]
    assert isinstance(said, dict)
    assert again.schema == "Organization"
    assert again.texts("name", "alias") == ("Vektor LLC", "Вектор", "Vek")
    for prop in ("previousName", "jurisdiction", "incorporationDate", "phone", "topics"):
        assert again.texts(prop) == tuple(said[prop]), prop
    numbers = {one.prop: one.number for one in again.identifiers}
    assert numbers == {
        prop: said[prop][0] for prop in ("registrationNumber", "leiCode", "innCode", "wikidataId")
    }
    assert [one.full for one in again.addresses] == said["address"]
    assert any("a note" in text for text in again.texts("notes"))


def test_relations_are_pointers() -> None:
    edge = {
        "id": "x",
        "schema": "Membership",
        "properties": {"member": ["p"], "organization": ["g"], "role": ["cook"]},
    }
    person = {"id": "p", "schema": "Person", "properties": {"name": ["A"]}}
    nested = {**person, "properties": {"name": ["A"], "membershipMember": [{**edge, "properties": {
        "organization": [{"id": "g", "schema": "Organization", "properties": {}}], "role": ["cook"]}}]}}  # fmt: skip
    pointer = {"REL_POINTER_DOMAIN": "RESOLVER", "REL_POINTER_KEY": "g", "REL_POINTER_ROLE": "COOK"}
    assert pointer in to_senzing(nested)["FEATURES"]
    (one, two) = map(
        json.loads, lines([person, edge, {"id": "q", "schema": "Person", "properties": {}}])
    )
    assert pointer in one["FEATURES"]
    assert (two["RECORD_ID"], pointer in two["FEATURES"]) == ("q", False)


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json", "text/html", ""])
def test_whoever_does_not_ask_for_it_gets_json(accept: str, client: Client) -> None:
    answer = client.get("/entities/river:3", headers={"Accept": accept}, follow_redirects=True)
    assert answer.mimetype == "application/json"
