"""Client of yente in nomenklatura, as published, against the service."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.table import PEER_BY_NAME, is_installed
from resolver.hub.hub import Hub
from resolver.records import Address, Kind, Relation, RelationType
from tests.api.conftest import Client, Serve
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

RECORDS = (
    record(
        "a:1",
        name="Ann Lee",
        birthDate="1980-11-02",
        relations=[Relation(RelationType.MEMBER_OF, "a:g")],
    ),
    record(
        "b:1", name="Ann Lee", birthDate="1980-11-02", addresses=[Address(full="7 Quay Street")]
    ),
    record("a:g", Kind.GROUP, name="Vektor Trading LLC", country="ru"),
)
EXAMPLES = (
    {
        "id": "mine-1",
        "schema": "Person",
        "properties": {"name": ["Ann Lee"], "birthDate": ["1980-11-02"]},
    },
    {
        "id": "mine-2",
        "schema": "Company",
        "properties": {"name": ["Vektor Trading L.L.C."], "jurisdiction": ["ru"]},
    },
    {"id": "mine-3", "schema": "Person", "properties": {"name": ["Nobody Whatever"]}},
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('outside')}/hub.db"
    with quick_symbols("resolver.matching.pipeline"), Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(RECORDS))
    return url


@pytest.fixture
def client(url: str, app: object) -> Iterator[Client]:
    from resolver.api import ServiceSettings, create_app

    app_over_store = create_app(ServiceSettings(url))
    app_over_store.extensions["resolver"].warm()
    yield app_over_store.test_client()
    app_over_store.extensions["resolver"].close()


@pytest.mark.slow
def test_nomenklatura_matches_and_expands(url: str, serve_fork: Serve, root: Path) -> None:
    peer = PEER_BY_NAME["nomenklatura"]
    if not is_installed(peer):
        pytest.skip("nomenklatura is not set up (python -m benchmarks.peers setup nomenklatura)")
    lines = "".join(json.dumps(entity) + "\n" for entity in EXAMPLES)
    with serve_fork(url, ready=True) as (_, address, _):
        command = [str(peer.python), "-m", "benchmarks.peers.run_yente", f"{address}/"]
        done = subprocess.run(
            command, cwd=root, input=lines, capture_output=True, text=True, check=True, timeout=120
        )
    person, group, stranger = (json.loads(line) for line in done.stdout.splitlines())
    assert [entity["schema"] for entity in person["matches"]] == ["Person"]
    assert sorted(entity["schema"] for entity in person["expanded"]) == [
        "Membership",
        "Organization",
        "Person",
    ]
    edge = next(entity for entity in person["expanded"] if entity["schema"] == "Membership")
    ends = {entity["schema"]: entity["id"] for entity in person["expanded"]}
    assert edge["properties"]["member"] == [ends["Person"]]
    assert edge["properties"]["organization"] == [ends["Organization"]]
    assert [entity["caption"] for entity in group["matches"]] == ["Vektor Trading LLC"]
    assert sorted(entity["schema"] for entity in group["expanded"]) == [
        "Membership",
        "Organization",
        "Person",
    ]
    assert stranger == {"matches": [], "expanded": []}


def ask_as_yente_does(client: Client, entity: dict[str, Any]) -> Any:
    """Send a recorded request of that client: these parameters in this order, one query called
    `entity`.
    """
    query = {
        "queries": {"entity": {"schema": entity["schema"], "properties": entity["properties"]}}
    }
    answer = client.post("/match/default?algorithm=best&fuzzy=False", json=query)
    assert answer.status_code == 200, answer.json
    return answer.json["responses"]["entity"]["results"]


def test_the_requests_of_that_client(client: Client) -> None:
    (person,) = ask_as_yente_does(client, EXAMPLES[0])
    answer = client.get(f"/entities/{person['id']}?nested=True")
    assert answer.status_code == 200
    (edge,) = answer.json["properties"]["membershipMember"]
    assert edge["properties"]["organization"][0]["schema"] == "Organization"
    (group,) = ask_as_yente_does(client, EXAMPLES[1])
    (back,) = client.get(f"/entities/{group['id']}?nested=True").json["properties"][
        "membershipOrganization"
    ]
    assert back["properties"]["member"][0]["caption"] == "Ann Lee"
    assert ask_as_yente_does(client, EXAMPLES[2]) == []


def test_adjacent_entities(client: Client) -> None:
    (person,) = ask_as_yente_does(client, EXAMPLES[0])
    body = client.get(f"/entities/{person['id']}/adjacent").json
    assert body["entity"]["id"] == person["id"]
    assert set(body["adjacent"]) == {"membershipMember", "addressEntity"}
    entity = client.get(f"/entities/{person['id']}/adjacent/membershipMember").json
    assert entity == body["adjacent"]["membershipMember"]
    assert (entity["total"], entity["limit"], entity["offset"]) == (
        {"value": 1, "relation": "eq"},
        10,
        0,
    )
    assert (
        client.get(f"/entities/{person['id']}/adjacent/membershipMember?offset=1").json["results"]
        == []
    )
    assert client.get(f"/entities/{person['id']}/adjacent/ownershipOwner").json["results"] == []
    for path, status in (("name", 404), ("absent", 404), ("membershipMember?limit=x", 422)):
        assert client.get(f"/entities/{person['id']}/adjacent/{path}").status_code == status
    moved = client.get("/entities/a:1/adjacent/membershipMember?limit=1")
    assert (moved.status_code, moved.headers["Location"]) == (
        308,
        f"/entities/{person['id']}/adjacent/membershipMember?limit=1",
    )
    assert client.get("/entities/nobody/adjacent").status_code == 404


@pytest.mark.parametrize(
    "name", ["best", "default", "evidence", "logic-v2", "name-based", "regression-v1"]
)
def test_algorithms_that_clients_name(name: str, client: Client) -> None:
    answer = client.post(
        f"/match/default?algorithm={name}", json={"queries": {"q": {**EXAMPLES[0], "id": "mine-1"}}}
    )
    assert (answer.status_code, answer.json["algorithm"], answer.headers["X-Batch-Size"]) == (
        200,
        "evidence",
        "1",
    )
    assert answer.json["responses"]["q"]["query"] == EXAMPLES[0]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"weights": {}, "config": {}}, 200),
        ({"weights": {"name": 0.5}}, 400),
        ({"config": {"x": 1}}, 400),
        ({"weights": 7}, 422),
        ({"weights": None}, 200),
    ],
)
def test_weights_are_those_of_the_model(body: dict[str, Any], status: int, client: Client) -> None:
    assert (
        client.post("/match/default", json={"queries": {"q": EXAMPLES[0]}, **body}).status_code
        == status
    )


def test_a_query_without_a_schema_is_refused(client: Client) -> None:
    body = {"queries": {"q": {"properties": {"name": ["Ann Lee"]}}}}
    answer = client.post("/match/default", json=body)
    assert answer.status_code == 422
    assert "give a schema" in answer.json["detail"]


def test_countries_are_echoed_as_codes(client: Client) -> None:
    properties = {"name": ["Ann Lee"], "nationality": ["Russia", "Atlantis"], "country": ["us"]}
    body = {"queries": {"q": {"schema": "Person", "properties": properties}}}
    echoed = client.post("/match/default", json=body).json["responses"]["q"]["query"]
    assert echoed["properties"] == {**properties, "nationality": ["ru", "Atlantis"]}


def test_older_addresses_and_parameters(client: Client) -> None:
    assert client.get("/manifest").json == client.get("/catalog").json
    assert client.post("/updatez?sync=true").json["status"] == "ok"
    assert client.post("/updatez?sync=perhaps").status_code == 422


def test_a_misspelt_property_is_answered_with_the_right_one(client: Client) -> None:
    for name, meant in (("birthdate", "birthDate"), ("passport_number", "passportNumber")):
        body = {"queries": {"q": {"schema": "Person", "properties": {name: ["1"]}}}}
        answer = client.post("/match/default", json=body)
        assert answer.status_code == 400
        assert f"did you mean {meant}?" in answer.json["detail"]
    detail = client.get("/changes?sinse=1").json["detail"]
    assert detail.startswith("there is no parameter 'sinse': did you mean since?")


def test_addresses_are_nested_as_entities(client: Client) -> None:
    (person,) = ask_as_yente_does(client, EXAMPLES[0])
    nested = client.get(f"/entities/{person['id']}").json["properties"]
    (address,) = nested["addressEntity"]
    assert (address["schema"], address["properties"]) == ("Address", {"full": ["7 Quay Street"]})
    assert nested["address"] == ["7 Quay Street"]
    flat = client.get(f"/entities/{person['id']}?nested=false").json["properties"]
    assert flat["address"] == ["7 Quay Street"]
    assert "addressEntity" not in flat
    page = client.get(f"/entities/{person['id']}/adjacent/addressEntity").json
    assert page["results"] == [address]
    senzing = {"Accept": "application/vnd.senzing+json"}
    features = client.get(f"/entities/{person['id']}", headers=senzing).json["FEATURES"]
    assert sum("7 Quay Street" in feature.values() for feature in features) == 1
