"""Health, lists, algorithms, updates and limits, as yente's tests of its service expect them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from resolver.api import ServiceSettings, create_app
from tests.api.conftest import Client
from tests.api.yente.world import MARKOV


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_a_status_that_says_ok(path: str, yente: Client) -> None:
    answer = yente.get(path)
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


@pytest.mark.parametrize("path", ["/catalog", "/manifest"])
def test_the_lists_are_named(path: str, yente: Client) -> None:
    answer = yente.get(path)
    assert answer.status_code == 200
    names = [row["name"] for row in answer.json["datasets"]]
    assert names == ["default", "donations", "empty_quarter", "harbor"]


def test_the_catalog_says_what_is_loaded_and_current(yente: Client) -> None:
    body = yente.get("/catalog").json
    assert "harbor" in body["current"]
    assert body["outdated"] == []
    donations = next(row for row in body["datasets"] if row["name"] == "donations")
    assert (donations["load"], donations["index_current"]) == (True, True)
    assert donations["version"]
    assert donations["index_version"] == str(body["version"])


def test_an_algorithm_is_described_with_its_features(yente: Client) -> None:
    body = yente.get("/algorithms").json
    (algorithm,) = body["algorithms"]
    assert algorithm["name"] == body["best"] == body["default"]
    assert {"name", "birth_date"} <= set(algorithm["features"])


def test_an_update_is_a_post(yente: Client) -> None:
    assert yente.get("/updatez").status_code == 405


@pytest.mark.parametrize("query", ["", "?sync=true", "?token=x", "?token=&sync=false"])
def test_an_update_answers_when_it_is_done(query: str, yente: Client) -> None:
    answer = yente.post(f"/updatez{query}")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")


@pytest.mark.parametrize("query", ["?sync=true", "?token=", "?token=nonsense&sync=true"])
def test_an_update_without_a_key_is_refused_once_keys_are_needed(
    query: str, yente_url: str
) -> None:
    app = create_app(ServiceSettings(yente_url, open_to_all=False))
    answer: Any = app.test_client().post(f"/updatez{query}")
    assert (answer.status_code, set(answer.json)) == (401, {"detail"})
    app.extensions["resolver"].close()


def test_a_body_without_a_content_type_is_read_as_json(yente: Client) -> None:
    query = {"schema": "Person", "properties": {"name": ["Timofei Markov"]}}
    answer = yente.post("/match/default", data=json.dumps({"queries": {"q": query}}))
    assert (answer.status_code, answer.json["responses"]["q"]["status"]) == (200, 200)


def test_an_oversized_search_is_refused_before_it_is_run(yente: Client) -> None:
    answer = yente.get(f"/search/harbor?q={'a' * 9000}")
    assert (answer.status_code, set(answer.json)) == (400, {"detail"})
    assert yente.get("/search/harbor?q=volna").status_code == 200


def test_the_start_page_describes_the_service(yente: Client) -> None:
    document = yente.get("/openapi.json").json
    assert {"/match/{dataset}", "/search/{dataset}"} <= set(document["paths"])


def test_a_request_can_be_traced_by_its_id(yente: Client) -> None:
    answer = yente.get(f"/entities/{MARKOV}", headers={"X-Request-ID": "trace-1"})
    assert answer.headers["X-Request-ID"] == "trace-1"
    assert yente.get("/healthz").headers["X-Request-ID"] != answer.headers["X-Request-ID"]
