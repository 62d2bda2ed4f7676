"""The protocol of OpenRefine, as yente's tests of it expect it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.yente.world import MARKOV

BASE = "/reconcile/default"


def suggest(client: Client, kind: str, **parameters: Any) -> Any:
    answer = client.get(f"{BASE}/suggest/{kind}", query_string=parameters)
    assert answer.status_code == 200
    return answer.json["result"]


def test_the_manifest(yente: Client) -> None:
    body = yente.get(BASE).json
    assert body["identifierSpace"].endswith("/entities/")
    assert len(body["defaultTypes"]) > 3
    assert {"suggest", "extend"} <= set(body)


def test_a_query_by_name(yente: Client) -> None:
    queries = json.dumps({"q": {"query": "Timofei Arkadyevich Markov"}})
    (result,) = yente.post(BASE, data={"queries": queries}).json["q"]["result"]
    assert result["name"] == "Timofei Arkadyevich Markov"


def test_values_are_fetched_by_the_id_of_the_list(yente: Client) -> None:
    query = {"ids": [MARKOV], "properties": [{"id": "name"}, {"id": "birthDate"}]}
    body = yente.post(BASE, data={"extend": json.dumps(query)}).json
    assert [meta["id"] for meta in body["meta"]] == ["name", "birthDate"]
    assert {"str": "Timofei Arkadyevich Markov"} in body["rows"][MARKOV]["name"]


def test_a_query_that_is_no_text_is_refused(yente: Client) -> None:
    answer = yente.post(BASE, data={"queries": json.dumps({"q": {"query": 37473874}})})
    assert answer.status_code == 422


def test_an_unknown_type_fails_only_its_query(yente: Client) -> None:
    queries = json.dumps({"q": {"query": "Markov", "type": "Banana"}})
    answer = yente.post(BASE, data={"queries": queries})
    assert (answer.status_code, answer.json["q"]["result"]) == (200, [])


@pytest.mark.parametrize("kind", ["entity", "property", "type"])
def test_nothing_is_suggested_without_a_prefix_or_for_nonsense(kind: str, yente: Client) -> None:
    assert suggest(yente, kind) == suggest(yente, kind, prefix="banana man") == []


def test_an_entity_is_suggested_by_the_beginning_of_its_name(yente: Client) -> None:
    first = suggest(yente, "entity", prefix="timofei ark")[0]
    assert "Timofei" in first["name"]


def test_properties_are_suggested(yente: Client) -> None:
    ids = [row["id"] for row in suggest(yente, "property", prefix="country")]
    assert {"country", "mainCountry"} <= set(ids)


def test_a_type_is_suggested(yente: Client) -> None:
    assert [row["id"] for row in suggest(yente, "type", prefix="organ")] == ["Organization"]


def test_properties_are_proposed_at_the_address_of_the_manifest(yente: Client) -> None:
    service = yente.get(BASE).json["extend"]["propose_properties"]
    address = service["service_url"] + service["service_path"]
    body = yente.get(f"{address}?limit=5&type=LegalEntity").json
    assert (body["type"], body["limit"], len(body["properties"])) == ("LegalEntity", 5, 5)
    assert {"name", "country"} <= {row["id"] for row in body["properties"]}
    assert yente.get(f"{address}?type=Banana").status_code == 422
