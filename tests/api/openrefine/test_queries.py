"""Queries and data extension, as version 0.2 of the protocol and OpenRefine want them answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.conftest import Client

BASE = "/reconcile/default"
MARIA = "Maria Quispe Huanca"
BORN = {"pid": "birthDate", "v": "1980-11-02"}


def ask(client: Client, queries: Any) -> Any:
    answer = client.post(BASE, data={"queries": json.dumps(queries)})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def candidates(client: Client, **query: Any) -> Any:
    return ask(client, {"q0": query})["q0"]["result"]


def extend(client: Client, ids: list[str], *properties: dict[str, Any]) -> Any:
    query = json.dumps({"ids": ids, "properties": properties})
    answer = client.post(BASE, data={"extend": query})
    assert answer.status_code == 200
    return answer.json


def test_a_query_has_only_a_name(client: Client) -> None:
    assert candidates(client, query=MARIA)[0]["name"] == MARIA


def test_a_query_has_only_properties(client: Client) -> None:
    rows = [{"pid": "passportNumber", "v": "X482916"}]
    assert candidates(client, properties=rows)[0]["name"] == "John Smith"


def test_a_query_as_openrefine_writes_it(client: Client) -> None:
    query = {"query": MARIA, "type": "Person", "properties": [BORN], "type_strict": "should"}
    (candidate,) = candidates(client, **query)
    assert candidate["match"] is True


@pytest.mark.parametrize("strict", ["any", "all", "should"])
def test_all_kinds_of_strictness_are_accepted(strict: str, client: Client) -> None:
    assert candidates(client, query=MARIA, type="Person", type_strict=strict)


@pytest.mark.parametrize(
    "kind", ["Person", ["Person"], ["Person", "Organization"], [{"id": "Person"}], None]
)
def test_types_are_one_or_a_list(kind: Any, client: Client) -> None:
    assert candidates(client, query=MARIA, type=kind)[0]["name"] == MARIA


@pytest.mark.parametrize("limit", [1, 1.0])
def test_a_limit_is_kept(limit: float, client: Client) -> None:
    assert len(candidates(client, query="John", properties=[BORN], limit=limit)) <= 1


@pytest.mark.parametrize(
    "value",
    ["1980-11-02", 1980, ["1980-11-02", "1981"], {"id": "1980-11-02", "name": "1980-11-02"}],
)
def test_values_are_texts_numbers_lists_or_reconciled_cells(value: Any, client: Client) -> None:
    rows = [{"pid": "birthDate", "v": value}]
    assert candidates(client, query=MARIA, properties=rows)[0]["name"] == MARIA


def test_a_value_may_be_true_or_false(client: Client) -> None:
    assert candidates(client, query=MARIA, properties=[{"pid": "notes", "v": True}])


def test_answers_have_the_keys_of_the_queries(client: Client) -> None:
    queries = {key: {"query": name} for key, name in (("q0", MARIA), ("x", "Nobody Whatever"))}
    body = ask(client, queries)
    assert list(body) == ["q0", "x"]
    assert body["x"] == {"result": []}


def test_candidates_have_all_members_and_come_best_first(client: Client) -> None:
    rows = candidates(client, query="John Smith", properties=[{"pid": "name", "v": MARIA}])
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    for row in rows:
        assert {"id", "name", "type", "score", "match", "features"} <= set(row)
        assert all(kind["id"] and kind["name"] for kind in row["type"])
        assert isinstance(row["match"], bool)
        features = [feature["id"] for feature in row["features"]]
        assert len(features) == len(set(features)) > 0


def test_one_candidate_at_most_is_a_match(client: Client) -> None:
    rows = candidates(client, query=MARIA, properties=[BORN])
    assert [row["match"] for row in rows] == [True]


def test_a_name_with_an_accent_or_other_letters(client: Client) -> None:
    for name in ("María Quispe Huanca", "Мария Киспе Уанка"):
        assert candidates(client, query=name)[0]["name"] == MARIA


def test_an_id_as_the_text_of_a_query(client: Client) -> None:
    (candidate, *_) = candidates(client, query="river:3")
    assert (candidate["name"], candidate["score"]) == ("John Smith", 100)
    (again, *_) = candidates(client, query=candidate["id"])
    assert again["id"] == candidate["id"]


def test_queries_of_a_batch_are_independent(client: Client) -> None:
    first, second = {"query": MARIA, "limit": 2}, {"query": "John Smith", "limit": 7}
    both = ask(client, {"a": first, "b": second})
    assert both == {**ask(client, {"a": first}), **ask(client, {"b": second})}


def test_queries_come_in_the_address_too(client: Client) -> None:
    queries = {"q0": {"query": MARIA}}
    answer = client.get(BASE, query_string={"queries": json.dumps(queries)})
    assert answer.json == ask(client, queries)


@pytest.mark.parametrize(
    "query",
    [
        {"query": "A", "type": "Wizard"},
        {"query": "A", "properties": [{"pid": "wand", "v": "oak"}]},
        {"query": ""},
        {"query": "   "},
    ],
)
def test_a_query_that_cannot_be_used_leaves_the_others_unharmed(query: Any, client: Client) -> None:
    body = ask(client, {"bad": query, "good": {"query": MARIA}})
    assert (body["bad"]["result"], bool(body["bad"]["message"])) == ([], True)
    assert body["good"]["result"][0]["name"] == MARIA


@pytest.mark.parametrize("text", ["{", "[]", '{"q": 7}', '{"q": {}}', "null"])
def test_what_is_no_batch_of_queries_is_refused(text: str, client: Client) -> None:
    answer = client.post(BASE, data={"queries": text})
    assert answer.status_code in (400, 422)
    assert set(answer.json) == {"detail"}


def test_a_batch_above_its_size_is_refused_with_the_status_of_the_protocol(client: Client) -> None:
    queries = {str(number): {"query": MARIA} for number in range(101)}
    answer = client.post(BASE, data={"queries": json.dumps(queries)})
    assert answer.status_code == 413


def test_properties_are_proposed_for_a_type(client: Client) -> None:
    service = client.get(BASE).json["extend"]["propose_properties"]
    address = service["service_url"] + service["service_path"]
    body = client.get(f"{address}?type=Person").json
    assert body["type"] == "Person"
    assert {"name", "birthDate"} <= {row["id"] for row in body["properties"]}
    assert all(row["name"] for row in body["properties"])
    limited = client.get(f"{address}?type=Person&limit=2").json
    assert limited["limit"] == len(limited["properties"]) == 2


def test_settings_of_properties_are_described(client: Client) -> None:
    (setting,) = client.get(BASE).json["extend"]["property_settings"]
    assert (setting["name"], setting["type"], setting["default"]) == ("limit", "number", 0)
    assert setting["label"]
    assert setting["help_text"]


def test_values_of_each_entity_and_property_are_fetched(client: Client) -> None:
    body = extend(client, ["river:3", "coast:4", "nobody"], {"id": "name"}, {"id": "birthDate"})
    assert [meta["id"] for meta in body["meta"]] == ["name", "birthDate"]
    assert all(meta["name"] for meta in body["meta"])
    assert body["rows"]["river:3"] == {
        "name": [{"str": "John Smith"}],
        "birthDate": [{"str": "1990-01-01"}],
    }
    # without a value, and without an entity, there is an empty list for each property
    assert body["rows"]["coast:4"]["birthDate"] == []
    assert body["rows"]["nobody"] == {"name": [], "birthDate": []}


@pytest.mark.parametrize("settings", [{}, {"limit": 1}, {"limit": "1"}])
def test_settings_come_with_a_property(settings: dict[str, Any], client: Client) -> None:
    body = extend(client, ["coast:1"], {"id": "name", "settings": settings})
    assert len(body["rows"]["coast:1"]["name"]) == (1 if settings else 2)


def test_values_are_fetched_by_the_address_too(client: Client) -> None:
    query = {"ids": ["river:3"], "properties": [{"id": "name"}]}
    answer = client.get(BASE, query_string={"extend": json.dumps(query)})
    assert answer.json == extend(client, ["river:3"], {"id": "name"})


def test_an_unknown_property_cannot_be_fetched(client: Client) -> None:
    query = {"ids": ["river:3"], "properties": [{"id": "wand"}]}
    answer = client.post(BASE, data={"extend": json.dumps(query)})
    assert (answer.status_code, set(answer.json)) == (400, {"detail"})
