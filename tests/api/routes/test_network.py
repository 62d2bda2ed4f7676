"""`/graph` and `/paths`: documents of a network, parameters, and ids that are unknown."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.api.service import Service
from tests.api.routes.batch_service import client_of, service

pytestmark = pytest.mark.slow

__all__ = ["service"]

GROUP = {
    "id": "g",
    "schema": "Organization",
    "datasets": ["quay"],
    "properties": {"name": ["Blue Harbor Crew"], "country": ["nl"], "topics": ["crime"]},
}
MEMBER = {
    "id": "7",
    "schema": "Person",
    "datasets": ["quay"],
    "properties": {"name": ["Pavel Novotny"]},
    "relations": [{"type": "memberOf", "target": "g", "role": "driver", "start": "2014"}],
}


@pytest.fixture
def client(service: Service) -> Any:
    api = client_of(service)
    for record in (GROUP, MEMBER):
        assert api.post("/records", json=record).status_code == 201
    return api


def test_a_posted_relation_is_an_edge(client: Any) -> None:
    answer = client.get("/graph/quay:7").json
    nodes = {node["id"]: node for node in answer["nodes"]}
    assert nodes[answer["id"]]["caption"] == "Pavel Novotny"
    (edge,) = answer["edges"]
    assert (edge["type"], edge["words"]) == ("memberOf", "member of")
    assert edge["statements"] == [
        {
            "dataset": "quay",
            "record": "quay:7",
            "role": "driver",
            "role_class": "transporter",
            "start": "2014",
        }
    ]
    assert nodes[edge["target"]]["countries"] == ["nl"]
    assert answer["complete"] is True
    assert client.get("/graph/quay:7?on=2013-05-01").json["edges"] == []
    assert client.get("/graph/quay:7?types=familyOf").json["edges"] == []
    assert len(client.get("/graph/quay:7?hops=0").json["nodes"]) == 1
    assert client.get("/crime-links?agency=%00").status_code == 422
    assert client.get(f"/graph/quay:7?agency={'x' * 2_001}").status_code == 422
    for choice, count in (
        ("role=transporter", 2),
        ("role=forger", 1),
        ("agency=nowhere", 1),
    ):
        assert len(client.get(f"/graph/quay:7?{choice}").json["nodes"]) == count
    assert client.get("/graph/quay:7?role=pirate").status_code == 422


def test_the_past_had_neither(client: Any) -> None:
    assert client.get("/graph/quay:7?at=2001-01-01").status_code == 404
    assert client.get("/graph/quay:7?at=2999-01-01").status_code == 200
    assert client.get("/graph/quay:7?at=9999-12-31").status_code == 200
    assert client.get("/paths?from=quay:7&to=quay:g&at=2001-01-01").status_code == 404


def test_paths_lead_from_one_to_the_other(client: Any) -> None:
    answer = client.get("/paths?from=quay:7&to=quay:g").json
    captions = {node["id"]: node["caption"] for node in answer["nodes"]}
    assert [[captions[node] for node in path] for path in answer["paths"]] == [
        ["Pavel Novotny", "Blue Harbor Crew"]
    ]
    assert len(answer["edges"]) == 1


def test_paths_are_asked_by_name(client: Any) -> None:
    answer = client.get("/paths?from=novotny+pavel&to=blue+harbor").json
    assert (answer["from"]["caption"], answer["to"]["caption"]) == (
        "Pavel Novotny",
        "Blue Harbor Crew",
    )
    assert (answer["from"]["asked"], answer["from"]["others"]) == ("novotny pavel", [])
    assert len(answer["paths"]) == 1
    # without the list that states the relation, and before it began
    assert client.get("/paths?from=quay:7&to=quay:g&without=quay").json["paths"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/graph/quay:7?hops=5", 422),
        ("/graph/quay:7?types=guardianOf", 422),
        ("/graph/quay:7?at=soon", 422),
        ("/graph/quay:7?hop=1", 422),
        ("/graph/quay:8", 404),
        ("/paths?from=quay:7", 422),
        ("/paths?from=quay:7&to=quay:g&max=9", 422),
        ("/paths?from=quay:7&to=quay:8", 404),
        ("/paths?from=quay:7&to=Nobody+Atall", 404),
        ("/paths?from=quay:7&to=quay:g&first_year=0", 422),
        ("/paths?from=quay:7&to=quay:g&first_year=2020&last_year=2010", 400),
    ],
)
def test_faulty_questions_are_refused(client: Any, path: str, status: int) -> None:
    assert client.get(path).status_code == status


@pytest.mark.parametrize(
    ("relation", "status"),
    [
        ({"type": "guardianOf", "target": "g"}, 400),
        ({"type": "memberOf", "target": "7"}, 400),
        ({"type": "memberOf"}, 400),
        ("memberOf", 422),
    ],
)
def test_faulty_relations_are_refused(client: Any, relation: Any, status: int) -> None:
    answer = client.post("/records", json={**MEMBER, "relations": [relation]})
    assert answer.status_code == status


def test_links_across_crimes_have_their_evidence(client: Any) -> None:
    crimes = {
        "h": ("Organization", "crime.traffick.human", []),
        "8": ("Person", "crime.fin", [{"type": "facilitatorOf", "target": "h"}]),
    }
    for name, (schema, crime, relations) in crimes.items():
        properties = {"name": [f"Ottavio Quint {name}"], "topics": [crime]}
        row = {"id": name, "schema": schema, "datasets": ["quay"], "properties": properties}
        answer = client.post("/records", json={**row, "relations": relations})
        assert answer.status_code == 201, answer.text
    answer = client.get("/crime-links?activity=illicit_money_flows").json
    assert answer["total"] == len(answer["results"]) == 2
    group = next(row for row in answer["results"] if row["node"]["kind"] == "group")
    own, linked = group["crimes"]
    assert own["statements"] == [{"dataset": "quay", "record": "quay:h"}]
    assert linked["related_count"] == 1
    (witness,) = linked["related"]
    assert witness["statements"] == [{"dataset": "quay", "record": "quay:8"}]
    assert witness["edges"][0]["type"] == "facilitatorOf"
    assert client.get("/crime-links?format=csv").text.startswith("id,caption,kind,crime")
    assert client.get("/crime-links?activity=arson").status_code == 422


def test_groups_are_listed_and_shown(client: Any) -> None:
    listed = client.get("/groups?country=nl&activity=other").json
    assert listed["total"] == 1
    listed = client.get("/groups?country=nl").json
    (row,) = listed["results"]
    assert (row["caption"], row["members"], row["countries"]) == ("Blue Harbor Crew", 1, ["nl"])
    assert listed["facets"]["countries"] == {"nl": 1}
    shown = client.get(f"/groups/{row['id']}").json
    assert [member["node"]["caption"] for member in shown["members"]] == ["Pavel Novotny"]
    assert shown["by_year"] == {"2014": 1}
    assert client.get("/groups?country=xx").json["results"] == []
    assert client.get("/groups/quay:none").status_code == 404
    assert client.get("/groups?sort=name").status_code == 422


def test_agencies_have_entities_in_common(client: Any) -> None:
    answer = client.get("/overlap").json
    assert len(answer["counts"]) == len(answer["agencies"])
    assert "quay" in answer["agencies"]
    place = answer["agencies"].index("quay")
    assert answer["counts"][place][place] is None
    table = client.get("/overlap?format=csv&kind=group")
    assert table.mimetype == "text/csv"
    assert table.text.startswith("agency,")
    assert client.get("/overlap?kind=ship").status_code == 422
