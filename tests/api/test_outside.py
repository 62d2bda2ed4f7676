"""Programs of others against the service, over HTTP: nomenklatura's client of yente, as it is published."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.table import PEER_BY_NAME, installed
from resolver.hub.hub import Hub
from resolver.records import Kind, Relation, RelationType
from tests.api.conftest import Client
from tests.api.serving import served
from tests.hub.hubs import OPTIONS, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

RECORDS = (
    record(
        "a:1",
        name="Ann Lee",
        birthDate="1980-11-02",
        relations=[Relation(RelationType.MEMBER_OF, "a:g")],
    ),
    record("b:1", name="Ann Lee", birthDate="1980-11-02"),
    record("a:g", Kind.GROUP, name="Vektor Trading LLC", country="ru"),
)
ASKED = (
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
    with quick_symbols("resolver.pipeline"), Hub.open(url, OPTIONS) as hub:
        hub.add(intake(RECORDS))
    return url


@pytest.fixture
def known(url: str, app: object) -> Iterator[Client]:
    from resolver.api import ServiceSettings, create_app

    made = create_app(ServiceSettings(url))
    made.extensions["resolver"].warm()
    yield made.test_client()
    made.extensions["resolver"].close()


@pytest.mark.slow
def test_nomenklatura_matches_and_expands(url: str, root: Path) -> None:
    peer = PEER_BY_NAME["nomenklatura"]
    if not installed(peer):
        pytest.skip("nomenklatura is not set up (python -m benchmarks.peers setup nomenklatura)")
    lines = "".join(json.dumps(one) + "\n" for one in ASKED)
    with served(url, ready=True) as (_, address, _):
        command = [str(peer.python), "-m", "benchmarks.peers.run_yente", f"{address}/"]
        done = subprocess.run(
            command, cwd=root, input=lines, capture_output=True, text=True, check=True, timeout=120
        )
    person, group, nobody = (json.loads(line) for line in done.stdout.splitlines())
    assert [one["schema"] for one in person["matches"]] == ["Person"]
    assert sorted(one["schema"] for one in person["expanded"]) == [
        "Membership",
        "Organization",
        "Person",
    ]
    edge = next(one for one in person["expanded"] if one["schema"] == "Membership")
    ends = {one["schema"]: one["id"] for one in person["expanded"]}
    assert edge["properties"]["member"] == [ends["Person"]]
    assert edge["properties"]["organization"] == [ends["Organization"]]
    assert [one["caption"] for one in group["matches"]] == ["Vektor Trading LLC"]
    assert sorted(one["schema"] for one in group["expanded"]) == [
        "Membership",
        "Organization",
        "Person",
    ]
    assert nobody == {"matches": [], "expanded": []}


def ask_as_yente_does(client: Client, entity: dict[str, Any]) -> Any:
    """The request of that client, as recorded: these parameters in this order, one query called `entity`."""
    query = {
        "queries": {"entity": {"schema": entity["schema"], "properties": entity["properties"]}}
    }
    answer = client.post("/match/default?algorithm=best&fuzzy=False", json=query)
    assert answer.status_code == 200, answer.json
    return answer.json["responses"]["entity"]["results"]


def test_the_requests_of_that_client(known: Client) -> None:
    (person,) = ask_as_yente_does(known, ASKED[0])
    answer = known.get(f"/entities/{person['id']}?nested=True")
    assert answer.status_code == 200
    (edge,) = answer.json["properties"]["membershipMember"]
    assert edge["properties"]["organization"][0]["schema"] == "Organization"
    (group,) = ask_as_yente_does(known, ASKED[1])
    (back,) = known.get(f"/entities/{group['id']}?nested=True").json["properties"][
        "membershipOrganization"
    ]
    assert back["properties"]["member"][0]["caption"] == "Ann Lee"
    assert ask_as_yente_does(known, ASKED[2]) == []


def test_what_is_adjacent(known: Client) -> None:
    (person,) = ask_as_yente_does(known, ASKED[0])
    said = known.get(f"/entities/{person['id']}/adjacent").json
    assert said["entity"]["id"] == person["id"]
    assert set(said["adjacent"]) == {"membershipMember"}
    one = known.get(f"/entities/{person['id']}/adjacent/membershipMember").json
    assert one == said["adjacent"]["membershipMember"]
    assert (one["total"], one["limit"], one["offset"]) == ({"value": 1, "relation": "eq"}, 10, 0)
    assert (
        known.get(f"/entities/{person['id']}/adjacent/membershipMember?offset=1").json["results"]
        == []
    )
    assert known.get(f"/entities/{person['id']}/adjacent/ownershipOwner").json["results"] == []
    for path, status in (("name", 404), ("absent", 404), ("membershipMember?limit=x", 422)):
        assert known.get(f"/entities/{person['id']}/adjacent/{path}").status_code == status
    moved = known.get("/entities/a:1/adjacent/membershipMember?limit=1")
    assert (moved.status_code, moved.headers["Location"]) == (
        308, f"/entities/{person['id']}/adjacent/membershipMember?limit=1",
    )  # fmt: skip
    assert known.get("/entities/nobody/adjacent").status_code == 404


@pytest.mark.parametrize(
    "name", ["best", "default", "evidence", "logic-v2", "name-based", "regression-v1"]
)
def test_ways_of_scoring_that_clients_name(name: str, known: Client) -> None:
    answer = known.post(
        f"/match/default?algorithm={name}", json={"queries": {"q": {**ASKED[0], "id": "mine-1"}}}
    )
    assert (answer.status_code, answer.json["algorithm"], answer.headers["X-Batch-Size"]) == (
        200,
        "evidence",
        "1",
    )
    assert answer.json["responses"]["q"]["query"] == ASKED[0]


@pytest.mark.parametrize(
    ("said", "status"),
    [({"weights": {}, "config": {}}, 200), ({"weights": {"name": 0.5}}, 400), ({"config": {"x": 1}}, 400),
     ({"weights": 7}, 422), ({"weights": None}, 200)],
)  # fmt: skip
def test_weights_are_those_of_the_model(said: dict[str, Any], status: int, known: Client) -> None:
    assert (
        known.post("/match/default", json={"queries": {"q": ASKED[0]}, **said}).status_code
        == status
    )
