"""Queries by example, as yente's tests of its matching expect them answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.yente.world import MANY_NAMES, MARKOV

EXAMPLE = {
    "schema": "Person",
    "properties": {
        "name": ["Timofei Arkadyevich Markov"],
        "birthDate": ["1961"],
        "country": "Russia",
    },
}
MANY = {"schema": "Person", "properties": {"name": [*MANY_NAMES, "Markow Timofej Arkadjewitsch"]}}
SHAPE = {"id", "caption", "schema", "properties", "datasets", "referents", "target"}


def ask(client: Client, query: Any, **parameters: Any) -> Any:
    answer = client.post("/match/default", json={"queries": {"q": query}}, query_string=parameters)
    assert answer.status_code == 200, answer.json
    return answer.json["responses"]["q"]


def test_three_queries_in_one_call(yente: Client) -> None:
    queries = {"vv": EXAMPLE, "xx": EXAMPLE, "zz": EXAMPLE}
    body = yente.post("/match/default", json={"queries": queries}).json
    assert set(body["responses"]) == set(queries)
    for response in body["responses"].values():
        assert response["query"]["schema"] == "Person"
        assert response["query"]["properties"]["country"] == ["ru"]
        assert response["total"]["value"] > 0
        first = response["results"][0]
        assert f"harbor:{MARKOV}" in first["referents"]
        assert set(first) >= SHAPE
        assert first["match"] is True


def test_an_algorithm_of_yente_may_be_named_and_an_unknown_one_is_refused(yente: Client) -> None:
    body = {"queries": {"q": EXAMPLE}}
    assert yente.post("/match/default?algorithm=neural-net", json=body).status_code == 400
    response = ask(yente, EXAMPLE, algorithm="name-based")
    assert response["query"]["properties"]["country"] == ["ru"]
    assert response["results"][0]["score"] > 0.7


def test_a_query_without_a_schema_and_one_with_an_unknown_one(yente: Client) -> None:
    for query, status in (
        ({"properties": {"name": "Banana"}}, 422),
        ({"schema": "xxx", "properties": {"name": "Banana"}}, 400),
    ):
        answer = yente.post("/match/default", json={"queries": {"fail": query}})
        assert answer.status_code == status


@pytest.mark.parametrize("algorithm", ["logic-v1", "best"])
def test_many_spellings_with_and_without_fuzziness(algorithm: str, yente: Client) -> None:
    results = ask(yente, MANY, algorithm=algorithm)["results"]
    assert results
    assert ask(yente, MANY, algorithm=algorithm, fuzzy="false")["results"] == results


def test_an_excluded_dataset(yente: Client) -> None:
    assert ask(yente, EXAMPLE, exclude_dataset="harbor")["results"] == []


def test_included_datasets(yente: Client) -> None:
    elsewhere = ["donations", "empty_quarter"]
    assert ask(yente, EXAMPLE, include_dataset=elsewhere)["results"] == []
    assert ask(yente, EXAMPLE, include_dataset=["harbor", "donations"])["results"]
    both = {"include_dataset": ["harbor", *elsewhere], "exclude_dataset": "harbor"}
    assert ask(yente, EXAMPLE, **both)["results"] == []


def test_an_unknown_option_of_an_algorithm_is_refused(yente: Client) -> None:
    body = {"queries": {"q": EXAMPLE}, "config": {"invalid_option": 0.4}}
    assert yente.post("/match/default?algorithm=logic-v2", json=body).status_code == 400


def test_a_topic_that_nobody_has(yente: Client) -> None:
    assert ask(yente, EXAMPLE, topics="crime.cyber")["results"] == []
    assert ask(yente, EXAMPLE, topics="sanction")["results"]


def test_the_id_of_a_query_comes_back(yente: Client) -> None:
    query = ask(yente, {**MANY, "id": "mine"})["query"]
    assert (query["schema"], query["id"]) == ("Person", "mine")


def test_a_name_with_two_typing_errors(yente: Client) -> None:
    query = {"schema": "Person", "properties": {"name": "Timofei Arkadyevlch Markow"}}
    results = ask(yente, query, threshold=0.2)["results"]
    assert f"harbor:{MARKOV}" in results[0]["referents"]


@pytest.mark.parametrize("name", ["LenaDachser", "lenadachser"])
def test_a_name_without_spaces(name: str, yente: Client) -> None:
    (result,) = ask(yente, {"schema": "Person", "properties": {"name": name}})["results"]
    assert result["caption"] == "Lena Dachser"


def test_excluded_ids(yente: Client) -> None:
    (result,) = ask(yente, EXAMPLE)["results"]
    for identity in (result["id"], MARKOV, f"harbor:{MARKOV}", "list-b-rus7781"):
        assert ask(yente, EXAMPLE, exclude_entity_ids=[identity])["results"] == []
    assert ask(yente, EXAMPLE, exclude_entity_ids=["list-z-1"])["results"] == [result]


def test_a_company_by_part_of_its_name_and_its_country_in_words(yente: Client) -> None:
    query = {
        "schema": "Company",
        "properties": {"name": ["Volna Marine Works LLC"], "jurisdiction": ["Russia"]},
    }
    response = ask(yente, query)
    assert response["query"]["properties"]["jurisdiction"] == ["ru"]
    assert response["results"][0]["caption"] == "Volna Marine Works"
