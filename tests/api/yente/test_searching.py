"""Searches by words with filters and facets, as yente's tests of its search expect them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.yente.world import MARKOV

NAME = "timofei markov"
SHAPE = {
    "id",
    "caption",
    "schema",
    "properties",
    "datasets",
    "referents",
    "target",
    "first_seen",
    "last_seen",
    "last_change",
}


def search(client: Client, dataset: str = "default", **parameters: Any) -> Any:
    answer = client.get(f"/search/{dataset}", query_string=parameters)
    assert answer.status_code == 200, answer.json
    return answer.json


def names(body: Any, facet: str) -> list[str]:
    return [row["name"] for row in body["facets"][facet]["values"]]


def test_a_person_comes_first_with_all_members(yente: Client) -> None:
    first = search(yente, q=NAME)["results"][0]
    assert set(first) >= SHAPE
    assert f"harbor:{MARKOV}" in first["referents"]
    assert first["first_seen"].startswith("20")
    assert first["last_seen"].startswith("20")
    assert "default" not in first["datasets"]


@pytest.mark.parametrize("text", [MARKOV, "list-a-90417"])
def test_an_id_finds_its_entity(text: str, yente: Client) -> None:
    assert f"harbor:{MARKOV}" in search(yente, q=text)["results"][0]["referents"]


def test_without_words_everybody_is_found(yente: Client) -> None:
    body = search(yente)
    assert len(body["results"]) == 10
    assert body["total"]["value"] == 13


@pytest.mark.parametrize("more", [{}, {"simple": "true"}])
def test_signs_of_a_query_language_are_words_apart(more: dict[str, str], yente: Client) -> None:
    assert search(yente, q="timofei/markov", **more)["results"][0]["schema"] == "Person"


@pytest.mark.parametrize(("path", "status"), [("banana", 404), ("default?schema=Banana", 400)])
def test_an_unknown_dataset_or_schema(path: str, status: int, yente: Client) -> None:
    assert yente.get(f"/search/{path}").status_code == status


def test_filters_by_schema(yente: Client) -> None:
    assert search(yente, q=NAME, schema="Vessel")["results"] == []
    assert search(yente, q=NAME, schema="Person")["results"]
    all_entities, no_persons = (
        search(yente, "harbor", **more)["total"]["value"]
        for more in ({}, {"exclude_schema": "Person"})
    )
    assert (all_entities, no_persons) == (4, 2)


def test_filters_by_dataset(yente: Client) -> None:
    def count(**more: Any) -> int:
        return int(search(yente, q=NAME, **more)["total"]["value"])

    assert count() > 0
    assert count(exclude_dataset="harbor") == 0
    assert count(include_dataset="donations") == 0
    assert count(include_dataset="harbor") > 0
    assert count(include_dataset="harbor", exclude_dataset="harbor") == 0


def test_the_dataset_of_the_address_is_a_filter_too(yente: Client) -> None:
    assert search(yente, "harbor", q=NAME)["results"]
    assert search(yente, "empty_quarter", q=NAME)["results"] == []


def test_changes_since_a_day_to_come(yente: Client) -> None:
    assert search(yente, q=NAME, changed_since="2099-01-01T00:00")["total"]["value"] == 0


def test_filters_by_country(yente: Client) -> None:
    assert search(yente, q=NAME, countries="ru")["results"]
    assert search(yente, q=NAME, countries="ke")["results"] == []
    assert search(yente, q=NAME, countries=["ke", "ru"])["results"]
    both: dict[str, Any] = {"countries": ["ke", "ru"], "filter_op": "AND"}
    assert search(yente, q=NAME, **both)["results"] == []


def test_filters_by_a_property(yente: Client) -> None:
    for value, count in (("1961-04-12", 1), ("1972-01-26", 0), ("1972-01-26§", 0)):
        body = search(yente, q=NAME, filter=f"properties.birthDate:{value}")
        assert len(body["results"]) == count
    two = ["properties.birthDate:1961-04-12", "properties.birthDate:1972-01-26"]
    assert len(search(yente, q=NAME, filter=two)["results"]) == 1
    assert search(yente, q=NAME, filter=two, filter_op="AND")["results"] == []


@pytest.mark.parametrize("dataset", ["harbor", "donations"])
def test_the_facet_of_datasets(dataset: str, yente: Client) -> None:
    assert names(search(yente, dataset), "datasets") == [dataset]


def test_the_facet_of_countries(yente: Client) -> None:
    assert names(search(yente, q=NAME, countries="ru"), "countries") == ["ru"]


def test_the_facet_of_topics(yente: Client) -> None:
    assert search(yente, topics="sanction")["total"]["value"] == 2
    assert "sanction" in names(search(yente), "topics")


def test_the_facet_of_schemata(yente: Client) -> None:
    body = search(yente, facets="schema")
    assert set(names(body, "schema")) == {"Person", "Company", "Organization", "Vessel"}


def test_facets_are_those_that_are_wanted(yente: Client) -> None:
    assert set(search(yente)["facets"]) == {"countries", "topics", "datasets"}
    assert set(search(yente, facets=["schema", "topics"])["facets"]) == {"schema", "topics"}


@pytest.mark.parametrize("target", ["true", "false"])
def test_a_filter_by_target_changes_nothing(target: str, yente: Client) -> None:
    assert search(yente, schema="LegalEntity", target=target)["results"]


@pytest.mark.parametrize("word", ["first_seen", "last_seen", "last_change"])
def test_results_are_sorted_by_time(word: str, yente: Client) -> None:
    times = [row[word] for row in search(yente, sort=f"{word}:desc")["results"]]
    assert len(times) == 10
    assert times == sorted(times, reverse=True)


def test_pages(yente: Client) -> None:
    assert search(yente, q=NAME, limit=0)["results"] == []
    body = search(yente, q=NAME, offset=100)
    assert (body["results"], body["offset"]) == ([], 100)
    body = search(yente, q=NAME, limit=500)
    assert (body["limit"], body["offset"]) == (500, 0)


@pytest.mark.parametrize("query", ["offset=9999", "limit=10000"])
def test_pages_out_of_range(query: str, yente: Client) -> None:
    assert yente.get(f"/search/default?q=markov&{query}").status_code == 422


@pytest.mark.parametrize("text", ["Timofey Markof", "timofeiarkadyevichmarkov", "Тимофей Марков"])
def test_other_spellings_are_found(text: str, yente: Client) -> None:
    assert f"harbor:{MARKOV}" in search(yente, q=text, fuzzy="true")["results"][0]["referents"]
