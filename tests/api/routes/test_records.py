"""`/records`: single records, posted and withdrawn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resolver.api.service import Service
from resolver.cli.app import run
from resolver.hub.admin import create_key
from resolver.records.packing import handling_text, named_fields
from resolver.records.properties import HANDLING
from resolver.review import DecisionRequest, Steward, StewardVerdict, decide_pair
from tests.api.routes.batch_service import LINES, client_of, service, work

pytestmark = pytest.mark.slow


__all__ = ["service"]


def test_unusable_values_are_refused_or_reported(service: Service) -> None:
    client = client_of(service)
    # a misspelt field must not be passed over: the record would be free for all
    answer = client.post("/records", json={**RECORD, "handlng": "H3"})
    assert (answer.status_code, "handlng" in answer.json["detail"]) == (422, True)
    for name in ("default", "...", "-"):
        assert client.post("/records", json={**RECORD, "datasets": [name]}).status_code == 422
        senzing = {"DATA_SOURCE": name, "RECORD_ID": "1", "NAME_FULL": "Ann Lee"}
        answer = client.post(
            "/records", data=json.dumps(senzing), content_type="application/vnd.senzing+json"
        )
        assert answer.status_code == 400
    for number in (True, 7, " ", "x" * 201):
        body = json.dumps({"DATA_SOURCE": "quay", "RECORD_ID": number, "NAME_FULL": "Ann Lee"})
        answer = client.post("/records", data=body, content_type="application/vnd.senzing+json")
        assert (answer.status_code, "RECORD_ID" in answer.json["detail"]) == (422, True)
    properties = {
        "name": ["Pavel Novotny"],
        "gender": ["zz"],
        "nationality": ["Atlantis", "Russia"],
    }
    answer = client.post(
        "/records", json={**RECORD, "properties": properties, "caption": "passed over"}
    )
    assert (answer.status_code, len(answer.json["warnings"])) == (201, 2)
    assert "Atlantis" in answer.json["warnings"][1]


def test_routes_are_stored(service: Service) -> None:
    client = client_of(service)
    ring = {**RECORD, "schema": "Organization", "properties": {"name": ["Blue Harbour Crew"]}}
    routes = [{"country": "Serbia", "role": "transit"}]
    entity = client.post("/records", json={**ring, "routes": routes}).json["entity"]
    shown = client.get(f"/entities/{entity}").get_data(as_text=True)
    assert "Serbia" in shown
    assert "transit" in shown
    answer = client.post("/records", json={**ring, "routes": [{"country": "Serbia"}]})
    assert (answer.status_code, "role" in answer.json["detail"]) == (422, True)


def test_an_id_may_end_like_a_subresource(service: Service) -> None:
    client = client_of(service)
    for end in ("adjacent", "adjacent/parent"):
        entity = client.post("/records", json={**RECORD, "id": f"7/{end}"}).json["entity"]
        answer = client.get(f"/entities/quay:7/{end}")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"/entities/{entity}")
    assert client.get(f"/entities/{entity}/adjacent").json["entity"]["id"] == entity


RECORD = {
    "id": "7",
    "schema": "Person",
    "datasets": ["quay"],
    "properties": {"name": ["Pavel Novotny"]},
}


def test_a_record_is_resolved_at_once(service: Service) -> None:
    client = client_of(service)
    answer = client.post("/records", json=RECORD)
    assert answer.status_code == 201
    body = answer.json
    assert (body["record"], body["version"]) == ("quay:7", 2)
    assert client.get(answer.headers["Location"]).json["id"] == body["entity"]
    assert client.get("/check?name=Pavel+Novotny").json["results"][0]["referents"] == ["quay:7"]
    newer = {
        **RECORD,
        "properties": {"name": ["Pavel Novotny"], "birthDate": ["1965-02-03", "never"]},
    }
    again = client.post("/records", json=newer).json
    assert (again["entity"], again["version"]) == (body["entity"], 3)
    assert "never" in again["warnings"][0]


@pytest.mark.parametrize("is_turned", [False, True])
def test_posted_owners_and_kin_stay_two(service: Service, is_turned: bool) -> None:
    client = client_of(service)
    facts = {"name": ["Gdynia Steelworks"], "registrationNumber": ["A1B2C3D4"]}
    firm = {"schema": "Company", "datasets": ["quay"], "properties": facts}
    parent = {**firm, "id": "1"}
    child = {**firm, "id": "2", "properties": {**facts, "parent": ["1"]}}
    man = {"DATA_SOURCE": "quay", "NAME_FULL": "Jan Nowak", "DATE_OF_BIRTH": "1960-05-01"}
    man |= {"PASSPORT_NUMBER": "X1234567", "RECORD_TYPE": "PERSON"}
    pointer = {"REL_POINTER_DOMAIN": "", "REL_POINTER_KEY": "4", "REL_POINTER_ROLE": "SON"}
    father, son = {**man, "RECORD_ID": "4"}, {**man, "RECORD_ID": "5", "FEATURES": [pointer]}
    order = -1 if is_turned else 1
    entities = [client.post("/records", json=body).json["entity"] for body in (parent, child)]
    for body in (father, son)[::order]:
        answer = client.post(
            "/records", data=json.dumps(body), content_type="application/vnd.senzing+json"
        )
        entities.append(answer.json["entity"])
    assert len(set(entities)) == 4
    # the relation comes with a later version
    plain = [client.post("/records", json={**firm, "id": end}).json["entity"] for end in "67"]
    assert plain[0] == plain[1]
    related = {**child, "id": "6", "properties": {**facts, "parent": ["7"]}}
    later = client.post("/records", json=related).json["entity"]
    assert later != client.get("/entities/quay:7").headers["Location"].rpartition("/")[2]


def test_a_version_of_somebody_else_is_held_as_in_a_batch(service: Service) -> None:
    client = client_of(service)
    first = client.post("/records", json=RECORD).json
    other = {**RECORD, "properties": {"name": ["Olga Sidorova"], "birthDate": ["1988"]}}
    answer = client.post("/records", json=other)
    assert answer.status_code == 409
    assert answer.json["detail"].startswith(
        "held back, nothing was committed: quay:7: the id now names another person or group"
        " (Olga Sidorova; before: Pavel Novotny)"
    )
    assert "accept_large_change=true" in answer.json["detail"]
    assert client.get(f"/entities/{first['entity']}").json["caption"] == "Pavel Novotny"
    assert client.post("/records?accept_large_change=maybe", json=other).status_code == 422
    accepted = client.post("/records?accept_large_change=true", json=other)
    assert (accepted.status_code, accepted.json["version"]) == (201, first["version"] + 1)
    # the same again changes nothing, and a name alike is a correction
    assert client.post("/records", json=other).status_code == 201
    corrected = {**other, "properties": {"name": ["Olga Sidorovna"], "birthDate": ["1989"]}}
    assert client.post("/records", json=corrected).status_code == 201


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"id": ""}, 422),
        ({"id": 7}, 422),
        ({"datasets": []}, 422),
        ({"datasets": ["a b"]}, 422),
        ({"schema": "Wizard"}, 400),
        ({"schema": None}, 422),
        ({"properties": {}}, 400),
        ({"properties": {"wand": "x"}}, 400),
        ({"properties": 7}, 422),
    ],
)
def test_a_record_that_is_none(changed: dict[str, Any], status: int, service: Service) -> None:
    answer = client_of(service).post("/records", json={**RECORD, **changed})
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})
    assert service.hub.store.revision == 1


def test_one_record_is_withdrawn_and_comes_back(service: Service) -> None:
    client = client_of(service)
    body = {
        "id": "w/1",
        "schema": "Person",
        "datasets": ["port"],
        "properties": {"name": ["Zora Vlk"]},
    }
    twin = {**body, "id": "w2", "properties": {"name": ["Zora Vlk"], "birthDate": ["1970-01-02"]}}
    _, twin_answer = (
        client.post("/records", json=posted_body).json for posted_body in (body, twin)
    )
    assert client.delete("/records/port/w9").status_code == 404
    assert client.delete("/records/port/w/1").json == {
        "record": "port:w/1",
        "version": twin_answer["version"] + 1,
    }
    assert client.delete("/records/port/w/1").status_code == 404
    assert service.screener.refresh() == twin_answer["version"] + 1
    left = client.get(f"/entities/{twin_answer['entity']}").json
    assert left["referents"] == ["port:w2"]
    events = client.get("/check?name=Zora+Vlk").json["results"]
    assert [entity["referents"] for entity in events] == [["port:w2"]]
    assert client.get("/entities/port:w/1").status_code in (404, 410)
    again = client.post("/records", json=body).json
    assert again["record"] == "port:w/1"
    assert client.get("/entities/port:w/1").status_code == 308


def test_records_of_others_cannot_be_withdrawn(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.api.access._KEY_SECONDS", 0.0)
    url, client = service.settings.store_url, client_of(service)
    alpha, beta = (
        {"Authorization": f"ApiKey {create_key(url, agency, agency, ['submit', 'check'])}"}
        for agency in ("Alpha", "Beta")
    )
    body = {
        "id": "1",
        "schema": "Person",
        "datasets": ["alphas"],
        "properties": {"name": ["Zora Vlk"]},
    }
    assert client.post("/records", json=body, headers=alpha).status_code == 201
    assert client.delete("/records/alphas/1", headers=beta).status_code == 403
    assert client.delete("/records/alphas/1").status_code == 401
    assert client.delete("/records/alphas/1", headers=alpha).status_code == 200


def test_records_are_withdrawn_by_command(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    url, client = service.settings.store_url, client_of(service)
    client.post("/batches", data=LINES)
    work(service)
    assert run(["withdraw", "port:n0", "port:n9", "--store", url]) == 1
    assert "port:n9" in capsys.readouterr().err
    assert client.get("/entities/port:n0").status_code == 308
    assert run(["withdraw", "port:n0", "port:n1", "--store", url]) == 0
    assert "2 records withdrawn" in capsys.readouterr().out
    with service.hub.store.view() as view:
        assert view.record("port:n0") is None
        assert view.record("port:n2") is not None
        assert [row.kind for row in view.revisions(view.revision - 1)] == ["withdrawal"]


def test_all_facts_of_a_handling_are_posted_and_take_a_second_steward(service: Service) -> None:
    client = client_of(service)
    stated = {
        "code": "H0",
        "conditions": "not as evidence",
        "sourceScheme": "4x4",
        "sourceGrade": "B",
        "subjectCategory": "victim",
        "legalBasis": "Art. 18",
        "reviewDate": "2027-05",
    }
    body = {
        "id": "7",
        "datasets": ["quay"],
        "schema": "Person",
        "properties": {"name": ["Zora Quill"], "birthDate": ["1970-01-02"]},
        "handling": stated,
    }
    answer = client.post("/records", json=body)
    assert answer.status_code == 201
    with service.hub.store.view() as view:
        stored = view.record("quay:7")
    assert stored is not None
    assert named_fields(HANDLING, handling_text(stored.record.handling)) == stated
    notes = client.get(f"/entities/{answer.json['entity']}").json["properties"]["notes"]
    assert "category victim" in notes[0]
    assert "legal basis Art. 18" in notes[0]
    for handling, text in (
        ({"colour": "red"}, "a handling has no 'colour'"),
        ({"code": "H9"}, "handling must be one of"),
        ({"reviewDate": "soon"}, "is no date"),
    ):
        refused = client.post("/records", json={**body, "handling": handling})
        assert (refused.status_code, text in refused.json["detail"]) == (422, True)
    foreign = client.post("/records", json={**body, "handling": {"agency": "Elsewhere"}})
    assert foreign.status_code == 403
    # a decision on the data of a victim takes two stewards
    client.post("/records", json={**body, "id": "8", "handling": "H0"})
    decided = decide_pair(
        service.hub,
        DecisionRequest(Steward("kim"), "quay:7", "quay:8", StewardVerdict.DIFFERENT, reason="x"),
    )
    assert decided.second_reasons == ("it touches the data of a victim",)
