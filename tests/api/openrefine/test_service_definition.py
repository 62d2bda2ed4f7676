"""Manifest, access, previews and suggestions, as version 0.2 of the protocol and OpenRefine want
them.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.api.conftest import Client, Open

BASE = "/reconcile/default"
REFINE = "http://127.0.0.1:3333"
PATHS = (
    BASE,
    f"{BASE}/suggest/entity?prefix=john",
    f"{BASE}/suggest/type?prefix=per",
    f"{BASE}/suggest/property?prefix=name",
    f"{BASE}/extend?type=Person",
    f"{BASE}/preview?id=river:3",
)


@pytest.fixture
def manifest(client: Client) -> Any:
    answer = client.get(BASE)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def suggest(client: Client, kind: str, **parameters: Any) -> Any:
    answer = client.get(f"{BASE}/suggest/{kind}", query_string=parameters)
    assert (answer.status_code, set(answer.json)) == (200, {"result"})
    return answer.json["result"]


def test_the_manifest_names_version_and_service(manifest: Any) -> None:
    assert "0.2" in manifest["versions"]
    assert manifest["name"]
    assert manifest["serviceVersion"]


@pytest.mark.parametrize("name", ["identifierSpace", "schemaSpace", "documentation"])
def test_spaces_and_documentation_are_addresses(name: str, manifest: Any) -> None:
    assert re.match("https?://", manifest[name])


def test_the_documentation_is_a_page_for_people(manifest: Any, client: Client) -> None:
    answer = client.get(manifest["documentation"])
    assert (answer.status_code, answer.mimetype) == (200, "text/html")


def test_default_types_are_distinct_types(manifest: Any) -> None:
    ids = [row["id"] for row in manifest["defaultTypes"]]
    assert len(ids) == len(set(ids)) > 0
    assert all(row["id"] and row["name"] for row in manifest["defaultTypes"])
    # broader types are types themselves
    assert {row["id"] for kind in manifest["defaultTypes"] for row in kind.get("broader", ())}


@pytest.mark.parametrize("name", ["view", "preview"])
@pytest.mark.parametrize("identity", ["river:3", "coast:1"])
def test_templates_with_an_encoded_id_are_pages(
    name: str, identity: str, manifest: Any, client: Client
) -> None:
    address = manifest[name]["url"].replace("{{id}}", quote(identity, safe=""))
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")


def test_a_preview_states_its_size_and_may_be_framed(manifest: Any, client: Client) -> None:
    assert manifest["preview"]["width"] > 0
    assert manifest["preview"]["height"] > 0
    answer = client.get(f"{BASE}/preview?id=river:3")
    assert "X-Frame-Options" not in answer.headers
    assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]
    assert client.get(f"{BASE}/preview?id=nobody").status_code == 404


def test_batches_have_a_size(manifest: Any) -> None:
    assert manifest["batchSize"] == 100


def test_no_flyout_with_foreign_markup_is_offered(manifest: Any) -> None:
    for service in manifest["suggest"].values():
        assert set(service) == {"service_url", "service_path"}


@pytest.mark.parametrize("path", PATHS)
def test_pages_of_openrefine_may_ask_across_origins(path: str, client: Client) -> None:
    answer = client.get(path, headers={"Origin": REFINE})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == REFINE


def test_refusals_can_be_read_across_origins_too(client: Client) -> None:
    answer = client.get(f"{BASE}?queries=nonsense", headers={"Origin": REFINE})
    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == REFINE


@pytest.mark.parametrize("path", PATHS[:2])
def test_a_callback_is_not_called(path: str, client: Client) -> None:
    mark = "&" if "?" in path else "?"
    answer = client.get(f"{path}{mark}callback=taken")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert not answer.get_data().startswith(b"taken")


def test_the_manifest_tells_of_a_key_and_is_open_without_one(open_app: Open) -> None:
    client, _ = open_app(open_to_all=False)
    body = client.get(BASE).json
    assert body["authentication"] == {"type": "apiKey", "name": "api_key", "in": "query"}
    for path in PATHS[1:]:
        assert client.get(path).status_code == 401
        mark = "&" if "?" in path else "?"
        assert client.get(f"{path}{mark}api_key=wrong").status_code == 401


@pytest.mark.parametrize("kind", ["entity", "type", "property"])
def test_each_kind_is_suggested_at_the_address_of_the_manifest(
    kind: str, manifest: Any, client: Client
) -> None:
    service = manifest["suggest"][kind]
    assert urlsplit(service["service_url"]).scheme in ("http", "https")
    answer = client.get(f"{service['service_url']}{service['service_path']}?prefix=per")
    assert (answer.status_code, set(answer.json)) == (200, {"result"})


@pytest.mark.parametrize("kind", ["entity", "type", "property"])
def test_nothing_is_suggested_without_a_prefix(kind: str, client: Client) -> None:
    assert suggest(client, kind) == suggest(client, kind, prefix="") == []


@pytest.mark.parametrize("prefix", ["Maria Quispe Huanca", "maria q", "Quis"])
def test_an_entity_is_suggested_by_name_or_its_beginning(prefix: str, client: Client) -> None:
    first = suggest(client, "entity", prefix=prefix)[0]
    assert first["name"] == "Maria Quispe Huanca"
    assert first["description"]
    assert first["notable"] == [{"id": "Person", "name": "Person"}]


def test_an_entity_is_suggested_by_its_id(client: Client) -> None:
    (entity,) = suggest(client, "entity", prefix="river:3")
    assert suggest(client, "entity", prefix=entity["id"]) == [entity]


def test_suggestions_go_on_at_a_cursor(client: Client) -> None:
    first = suggest(client, "property", prefix="n")
    assert suggest(client, "property", prefix="n", cursor=2)[: len(first) - 2] == first[2:]


def test_types_and_properties_are_suggested_by_id_and_by_label(client: Client) -> None:
    assert suggest(client, "type", prefix="vessel")[0]["id"] == "Vessel"
    for prefix in ("birthDate", "Birth date"):
        assert [row["id"] for row in suggest(client, "property", prefix=prefix)] == ["birthDate"]


def test_parameters_that_openrefine_adds_to_suggestions_are_ignored(client: Client) -> None:
    plain = suggest(client, "entity", prefix="mar")
    more = {"type": "Person", "type_strict": "any", "limit": 5, "lang": "en", "expand": 1}
    assert suggest(client, "entity", prefix="mar", **more) == plain
