"""OpenRefine's protocol, version 0.2."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest

from tests.api import reconcile_schemas as schemas
from tests.api.conftest import Client

REFINE = "http://127.0.0.1:3333"


def ask(client: Client, queries: Any, dataset: str = "default") -> Any:
    return client.post(f"/reconcile/{dataset}", data={"queries": json.dumps(queries)})


def extend(client: Client, query: Any) -> Any:
    return client.post("/reconcile/default", data={"extend": json.dumps(query)})


def fits(answer: Any, schema: schemas.Schema) -> Any:
    """The JSON of an answer that is as the protocol wants it."""
    assert answer.status_code == 200, answer.get_data()
    jsonschema_rs.validate(schema, answer.json)
    return answer.json


@pytest.mark.parametrize("name", [name for name, value in vars(schemas).items() if name.isupper()])
def test_the_schemas_are_schemas(name: str) -> None:
    jsonschema_rs.meta.validate(getattr(schemas, name))


def test_the_manifest(client: Client) -> None:
    said = fits(client.get("/reconcile/coast"), schemas.MANIFEST)
    assert said["versions"] == ["0.2"]
    assert "authentication" not in said
    assert client.get("/reconcile/absent").status_code == 404


def test_what_the_manifest_names_is_there(client: Client) -> None:
    said = client.get("/reconcile/default").json
    (one,) = ask(client, {"q": {"query": "John Smith"}}).json["q"]["result"]
    for place in (said["view"]["url"], said["preview"]["url"]):
        assert client.get(place.replace("{{id}}", one["id"])).mimetype == "text/html"
    for kind, schema in (
        ("entity", schemas.SUGGESTED_ENTITIES),
        ("type", schemas.SUGGESTED_TYPES),
        ("property", schemas.SUGGESTED_PROPERTIES),
    ):
        where = said["suggest"][kind]
        fits(client.get(f"{where['service_url']}{where['service_path']}?prefix=per"), schema)
    where = said["extend"]["propose_properties"]
    fits(client.get(f"{where['service_url']}{where['service_path']}?type=Person"), schemas.PROPOSAL)


def test_queries_are_answered_in_either_way(client: Client) -> None:
    born = {"pid": "birthDate", "v": "1980-11-02"}
    queries = {
        "q0": {
            "query": "Maria Quispe Huanca",
            "type": "Person",
            "properties": [born],
            "limit": 3,
            "type_strict": "any",
        },
        "q1": {"query": "Nobody Whatever"},
        "q2": {"query": "Vektor Trading LLC", "type": [{"id": "Organization"}]},
    }
    said = fits(ask(client, queries), schemas.RESULTS)
    assert (
        said == client.get("/reconcile/default", query_string={"queries": json.dumps(queries)}).json
    )
    assert set(said) == set(queries)
    (one,) = said["q0"]["result"]
    assert (one["name"], one["type"][0]["id"], one["match"]) == (
        "Maria Quispe Huanca",
        "Person",
        True,
    )
    assert one["description"] == "1980-11-02; coast, river"
    assert 50 < one["score"] <= 100
    assert client.get(f"/entities/{one['id']}").json["caption"] == one["name"]
    assert said["q1"]["result"] == []
    assert said["q2"]["result"][0]["name"] == "Vektor Trading LLC"
    assert ask(client, {"q2": queries["q2"]}, "river").json == {"q2": {"result": []}}


def test_a_query_without_a_name(client: Client) -> None:
    query = {"type": "Person", "properties": [{"pid": "passportNumber", "v": "x-482916"}]}
    (one,) = fits(ask(client, {"q": query}), schemas.RESULTS)["q"]["result"]
    assert one["name"] == "John Smith"


def test_an_id_finds_its_entity_with_certainty(client: Client) -> None:
    (one,) = fits(ask(client, {"q": {"query": "river:3"}}), schemas.RESULTS)["q"]["result"]
    assert (one["name"], one["score"], one["match"]) == ("John Smith", 100.0, True)
    assert ask(client, {"q": {"query": "river:3"}}, "coast").json == {"q": {"result": []}}


def test_a_cell_that_was_reconciled_before(client: Client) -> None:
    query = {
        "query": "Vektor Trading LLC",
        "properties": [{"pid": "country", "v": [{"id": "ru", "name": "Russia"}]}],
    }
    assert ask(client, {"q": query}).json["q"]["result"][0]["name"] == "Vektor Trading LLC"


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("Mar", ["Maria Quispe Huanca"]),
        ("mar", ["Maria Quispe Huanca"]),
        ("qui", ["Maria Quispe Huanca"]),
        ("river:3", ["John Smith"]),
        ("uisp", []),
        ("(", []),
    ],
)
def test_entities_are_suggested_by_how_their_names_begin(
    prefix: str, found: list[str], client: Client
) -> None:
    answer = client.get("/reconcile/default/suggest/entity", query_string={"prefix": prefix})
    said = fits(answer, schemas.SUGGESTED_ENTITIES)["result"]
    assert [one["name"] for one in said] == found
    assert all(one["notable"][0]["id"] for one in said)


def test_suggestions_stay_in_the_dataset_and_go_on_at_a_cursor(client: Client) -> None:
    assert client.get("/reconcile/coast/suggest/entity?prefix=john").json == {"result": []}
    assert client.get("/reconcile/default/suggest/entity?prefix=john&cursor=1").json == {
        "result": []
    }
    first = client.get("/reconcile/default/suggest/property?prefix=n").json["result"]
    rest = client.get("/reconcile/default/suggest/property?prefix=n&cursor=1").json["result"]
    assert first[1:] == rest[: len(first) - 1]


def test_types_and_properties_are_suggested(client: Client) -> None:
    said = fits(client.get("/reconcile/default/suggest/type?prefix=ves"), schemas.SUGGESTED_TYPES)
    assert [one["id"] for one in said["result"]] == ["Vessel"]
    said = fits(
        client.get("/reconcile/default/suggest/property?prefix=birthd"),
        schemas.SUGGESTED_PROPERTIES,
    )
    assert [one["id"] for one in said["result"]] == ["birthDate"]


def test_values_are_fetched(client: Client) -> None:
    proposed = fits(client.get("/reconcile/default/extend?type=Person&limit=3"), schemas.PROPOSAL)
    assert (proposed["type"], len(proposed["properties"])) == ("Person", 3)
    assert {"name", "birthDate"} <= {
        one["id"] for one in client.get("/reconcile/default/extend").json["properties"]
    } | {
        one["id"] for one in client.get("/reconcile/default/extend?type=Person").json["properties"]
    }
    (one,) = ask(client, {"q": {"query": "Maria Quispe Huanca"}}).json["q"]["result"]
    query = {
        "ids": [one["id"], "river:3", "nobody"],
        "properties": [{"id": "birthDate"}, {"id": "name", "settings": {}}],
    }
    said = fits(extend(client, query), schemas.EXTENSION)
    assert said == client.get("/reconcile/default", query_string={"extend": json.dumps(query)}).json
    assert [meta["id"] for meta in said["meta"]] == ["birthDate", "name"]
    assert said["rows"][one["id"]] == {
        "birthDate": [{"str": "1980-11-02"}],
        "name": [{"str": "Maria Quispe Huanca"}],
    }
    assert said["rows"]["river:3"]["name"] == [{"str": "John Smith"}]
    assert said["rows"]["nobody"] == {"birthDate": [], "name": []}


@pytest.mark.parametrize(("limit", "count"), [(1, 1), ("1", 1), (0, 2), (None, 2)])
def test_how_many_values_are_fetched(limit: object, count: int, client: Client) -> None:
    (one,) = ask(client, {"q": {"query": "Abdulrahman Tikriti", "limit": 1}}).json["q"]["result"]
    query = {"ids": [one["id"]], "properties": [{"id": "name", "settings": {"limit": limit}}]}
    assert len(extend(client, query).json["rows"][one["id"]]["name"]) == count


def test_the_preview_is_a_page_that_can_do_nothing(client: Client) -> None:
    answer = client.get("/reconcile/default/preview?id=river:3")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "John Smith" in page
    assert "1990-01-01" in page
    nonce = re.fullmatch(
        r"default-src 'none'; style-src 'nonce-(.+)'", answer.headers["Content-Security-Policy"]
    )
    assert nonce
    assert f'<style nonce="{nonce[1]}">' in page
    assert "X-Frame-Options" not in answer.headers
    assert client.get("/reconcile/default/preview?id=nobody").status_code == 404
    assert client.get("/reconcile/coast/preview?id=river:3").status_code == 404
    assert client.get("/reconcile/default/preview").status_code == 404


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (REFINE, True),
        ("http://localhost:3333", True),
        ("https://elsewhere.example", False),
        ("null", False),
    ],
)
def test_only_pages_of_this_machine_may_ask_while_no_key_is_needed(
    origin: str, allowed: bool, client: Client
) -> None:
    for path in ("/reconcile/default", "/reconcile/default/suggest/type?prefix=p"):
        answer = client.get(path, headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Origin" in answer.headers["Vary"]


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
        ('{"q": {"query": "A", "limit": 1.5}}', 422),
        ('{"q": {"query": "A", "limit": true}}', 422),
        ('{"q": {"query": "A", "type_strict": "maybe"}}', 422),
        ('{"q": {"query": "A", "wand": 1}}', 422),
        ('{"q": {"query": "A", "properties": [7]}}', 422),
        ('{"q": {"query": "A", "properties": [{"pid": "name"}]}}', 422),
        ('{"q": {"properties": []}}', 422),
        ('{"q": {"query": "A", "properties": [{"pid": "wand", "v": "x"}]}}', 400),
        (json.dumps({str(number): {"query": "A"} for number in range(101)}), 413),
    ],
)
def test_what_is_refused(queries: str, status: int, client: Client) -> None:
    answer = client.post("/reconcile/default", data={"queries": queries})
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("{", 400),
        ("{}", 422),
        ('{"ids": "a", "properties": []}', 422),
        ('{"ids": [7], "properties": []}', 422),
        ('{"ids": ["a"], "properties": [{}]}', 422),
        ('{"ids": ["a"], "properties": [7]}', 422),
        ('{"ids": ["a"], "properties": [{"id": "wand"}]}', 400),
        ('{"ids": ["a"], "properties": [{"id": "name", "settings": {"limit": "x"}}]}', 422),
        ('{"ids": ["a"], "properties": [{"id": "name", "settings": 7}]}', 422),
        (json.dumps({"ids": ["a"] * 101, "properties": []}), 413),
    ],
)
def test_extensions_that_are_refused(query: str, status: int, client: Client) -> None:
    answer = client.post("/reconcile/default", data={"extend": query})
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reconcile/default/suggest/entity", 422),
        ("/reconcile/default/suggest/entity?prefix=", 422),
        (f"/reconcile/default/suggest/entity?prefix={'a' * 201}", 422),
        ("/reconcile/default/suggest/type?prefix=a&cursor=-1", 422),
        ("/reconcile/absent/suggest/type?prefix=a", 404),
        ("/reconcile/default/extend?type=Wizard", 422),
        ("/reconcile/default/extend?limit=x", 422),
    ],
)
def test_addresses_that_are_refused(path: str, status: int, client: Client) -> None:
    answer = client.get(path)
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})


def test_a_form_without_queries(client: Client) -> None:
    assert client.post("/reconcile/default", data={"other": "x"}).status_code == 422


def test_whoever_asks_for_both_gets_values_and_is_told_of_mistakes(client: Client) -> None:
    extension = json.dumps({"ids": ["river:3"], "properties": [{"id": "name"}]})
    for queries, status in (('{"q": {"query": "A"}}', 200), ('{"q": 7}', 422)):
        answer = client.get(
            "/reconcile/default", query_string={"queries": queries, "extend": extension}
        )
        assert answer.status_code == status
        assert ("rows" in answer.json) is (status == 200)
