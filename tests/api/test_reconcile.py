"""OpenRefine's protocol, version 0.2."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import Client


def ask(client: Client, queries: Any, dataset: str = "default") -> Any:
    return client.post(f"/reconcile/{dataset}", data={"queries": json.dumps(queries)})


def test_the_manifest(client: Client) -> None:
    said = client.get("/reconcile/coast").json
    assert said["versions"] == ["0.2"]
    assert {"name", "identifierSpace", "schemaSpace", "defaultTypes", "view"} <= set(said)
    assert "{{id}}" in said["view"]["url"]
    assert client.get("/reconcile/absent").status_code == 404


def test_queries_are_answered_in_either_way(client: Client) -> None:
    born = {"pid": "birthDate", "v": "1980-11-02"}
    queries = {
        "q0": {"query": "Maria Quispe Huanca", "type": "Person", "properties": [born], "limit": 3},
        "q1": {"query": "Nobody Whatever"},
        "q2": {"query": "Vektor Trading LLC", "type": [{"id": "Organization"}]},
    }
    said = ask(client, queries).json
    assert said == client.get("/reconcile/default", query_string={"queries": json.dumps(queries)}).json
    assert set(said) == set(queries)
    (one,) = said["q0"]["result"]
    assert (one["name"], one["type"][0]["id"], one["match"]) == ("Maria Quispe Huanca", "Person", True)
    assert 50 < one["score"] <= 100
    assert client.get(f"/entities/{one['id']}").json["caption"] == one["name"]
    assert said["q1"]["result"] == []
    assert said["q2"]["result"][0]["name"] == "Vektor Trading LLC"
    assert ask(client, {"q2": queries["q2"]}, "river").json == {"q2": {"result": []}}


def test_a_cell_that_was_reconciled_before(client: Client) -> None:
    query = {"query": "Vektor Trading LLC", "properties": [{"pid": "country", "v": [{"id": "ru", "name": "Russia"}]}]}
    assert ask(client, {"q": query}).json["q"]["result"][0]["name"] == "Vektor Trading LLC"


@pytest.mark.parametrize(
    ("queries", "status"),
    [
        ("{", 400),
        ("[]", 422),
        ("{}", 422),
        ('{"q": 7}', 422),
        ('{"q": {"query": 7}}', 422),
        ('{"q": {"query": ""}}', 400),
        ('{"q": {"query": "A", "type": "Wizard"}}', 400),
        ('{"q": {"query": "A", "type": 7}}', 422),
        ('{"q": {"query": "A", "limit": 0}}', 422),
        ('{"q": {"query": "A", "properties": [7]}}', 422),
        ('{"q": {"query": "A", "properties": [{"pid": "wand", "v": "x"}]}}', 400),
        (json.dumps({str(number): {"query": "A"} for number in range(101)}), 400),
    ],
)
def test_what_is_refused(queries: str, status: int, client: Client) -> None:
    answer = client.post("/reconcile/default", data={"queries": queries})
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})


def test_a_form_without_queries(client: Client) -> None:
    assert client.post("/reconcile/default", data={"other": "x"}).status_code == 422
    assert client.get("/reconcile/default?querys={}").status_code == 422
