"""OpenRefine's protocol, version 0.2."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest

from resolver.hub.admin import create_key
from tests.api import protocol_schemas as schemas
from tests.api.conftest import Client, Open

REFINE = "http://127.0.0.1:3333"


def ask(client: Client, queries: Any, dataset: str = "default") -> Any:
    return client.post(f"/reconcile/{dataset}", data={"queries": json.dumps(queries)})


def extend(client: Client, query: Any) -> Any:
    return client.post("/reconcile/default", data={"extend": json.dumps(query)})


def fits(answer: Any, schema: schemas.Schema) -> Any:
    """Return the JSON of an answer after validating it against a schema."""
    assert answer.status_code == 200, answer.get_data()
    jsonschema_rs.validate(schema, answer.json)
    return answer.json


@pytest.mark.parametrize("name", [name for name, value in vars(schemas).items() if name.isupper()])
def test_the_schemas_are_schemas(name: str) -> None:
    jsonschema_rs.meta.validate(getattr(schemas, name))


def test_the_manifest(client: Client) -> None:
    body = fits(client.get("/reconcile/coast"), schemas.MANIFEST)
    assert body["versions"] == ["0.2"]
    assert "authentication" not in body
    assert client.get("/reconcile/absent").status_code == 404


def test_whoever_has_no_key_does_not_learn_which_datasets_there_are(
    open_app: Open, url: str
) -> None:
    key = create_key(url, "border", "Coast", ["check"])
    client, _ = open_app()
    listed, absent = (client.get(f"/reconcile/{name}") for name in ("coast", "toast"))
    assert listed.status_code == absent.status_code == 200
    assert listed.text.replace("coast", "toast") == absent.text
    assert client.get(f"/reconcile/toast?api_key={key}").status_code == 404


def test_addresses_of_the_manifest_exist(client: Client) -> None:
    body = client.get("/reconcile/default").json
    query = {"query": "John Smith", "properties": [{"pid": "birthDate", "v": "1990-01-01"}]}
    (candidate,) = ask(client, {"q": query}).json["q"]["result"]
    for place in (body["view"]["url"], body["preview"]["url"]):
        assert client.get(place.replace("{{id}}", candidate["id"])).mimetype == "text/html"
    for kind, schema in (
        ("entity", schemas.SUGGESTED_ENTITIES),
        ("type", schemas.SUGGESTED_TYPES),
        ("property", schemas.SUGGESTED_PROPERTIES),
    ):
        service = body["suggest"][kind]
        fits(client.get(f"{service['service_url']}{service['service_path']}?prefix=per"), schema)
    service = body["extend"]["propose_properties"]
    fits(
        client.get(f"{service['service_url']}{service['service_path']}?type=Person"),
        schemas.PROPOSAL,
    )


def test_queries_by_get_and_by_form(client: Client) -> None:
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
    body = fits(ask(client, queries), schemas.RESULTS)
    assert (
        body == client.get("/reconcile/default", query_string={"queries": json.dumps(queries)}).json
    )
    assert set(body) == set(queries)
    (candidate,) = body["q0"]["result"]
    assert (candidate["name"], candidate["type"][0]["id"], candidate["match"]) == (
        "Maria Quispe Huanca",
        "Person",
        True,
    )
    assert candidate["description"] == "1980-11-02; coast, river"
    assert 50 < candidate["score"] <= 100
    assert client.get(f"/entities/{candidate['id']}").json["caption"] == candidate["name"]
    assert body["q1"]["result"] == []
    assert body["q2"]["result"][0]["name"] == "Vektor Trading LLC"
    assert ask(client, {"q2": queries["q2"]}, "river").json == {"q2": {"result": []}}


def test_a_query_without_a_name(client: Client) -> None:
    query = {"type": "Person", "properties": [{"pid": "passportNumber", "v": "x-482916"}]}
    (candidate,) = fits(ask(client, {"q": query}), schemas.RESULTS)["q"]["result"]
    assert candidate["name"] == "John Smith"


def test_an_id_finds_its_entity_with_certainty(client: Client) -> None:
    (candidate,) = fits(ask(client, {"q": {"query": "river:3"}}), schemas.RESULTS)["q"]["result"]
    assert (candidate["name"], candidate["score"], candidate["match"]) == (
        "John Smith",
        100.0,
        True,
    )
    assert ask(client, {"q": {"query": "river:3"}}, "coast").json == {"q": {"result": []}}


def test_a_cell_that_was_reconciled_before(client: Client) -> None:
    query = {
        "query": "Vektor Trading LLC",
        "properties": [{"pid": "country", "v": [{"id": "ru", "name": "Russia"}]}],
    }
    assert ask(client, {"q": query}).json["q"]["result"][0]["name"] == "Vektor Trading LLC"


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("Mar", ["Maria Quispe Huanca"]),
        ("mar", ["Maria Quispe Huanca"]),
        ("qui", ["Maria Quispe Huanca"]),
        ("river:3", ["John Smith"]),
        ("uisp", []),
        ("(", []),
    ],
)
def test_entities_are_suggested_by_name_prefix(
    prefix: str, expected: list[str], client: Client
) -> None:
    answer = client.get("/reconcile/default/suggest/entity", query_string={"prefix": prefix})
    body = fits(answer, schemas.SUGGESTED_ENTITIES)["result"]
    assert [candidate["name"] for candidate in body] == expected
    assert all(candidate["notable"][0]["id"] for candidate in body)


def test_suggestions_stay_in_the_dataset_and_go_on_at_a_cursor(client: Client) -> None:
    assert client.get("/reconcile/coast/suggest/entity?prefix=john").json == {"result": []}
    assert client.get("/reconcile/default/suggest/entity?prefix=john&cursor=1").json == {
        "result": []
    }
    page = client.get("/reconcile/default/suggest/property?prefix=n").json["result"]
    rest = client.get("/reconcile/default/suggest/property?prefix=n&cursor=1").json["result"]
    assert page[1:] == rest[: len(page) - 1]


def test_types_and_properties_are_suggested(client: Client) -> None:
    body = fits(client.get("/reconcile/default/suggest/type?prefix=ves"), schemas.SUGGESTED_TYPES)
    assert [candidate["id"] for candidate in body["result"]] == ["Vessel"]
    body = fits(
        client.get("/reconcile/default/suggest/property?prefix=birthd"),
        schemas.SUGGESTED_PROPERTIES,
    )
    assert [candidate["id"] for candidate in body["result"]] == ["birthDate"]


def test_values_are_fetched(client: Client) -> None:
    proposed = fits(client.get("/reconcile/default/extend?type=Person&limit=3"), schemas.PROPOSAL)
    assert (proposed["type"], len(proposed["properties"])) == ("Person", 3)
    assert {"name", "birthDate"} <= {
        candidate["id"] for candidate in client.get("/reconcile/default/extend").json["properties"]
    } | {
        candidate["id"]
        for candidate in client.get("/reconcile/default/extend?type=Person").json["properties"]
    }
    (candidate,) = ask(client, {"q": {"query": "Maria Quispe Huanca"}}).json["q"]["result"]
    query = {
        "ids": [candidate["id"], "river:3", "nobody"],
        "properties": [{"id": "birthDate"}, {"id": "name", "settings": {}}],
    }
    body = fits(extend(client, query), schemas.EXTENSION)
    assert body == client.get("/reconcile/default", query_string={"extend": json.dumps(query)}).json
    assert [meta["id"] for meta in body["meta"]] == ["birthDate", "name"]
    assert body["rows"][candidate["id"]] == {
        "birthDate": [{"str": "1980-11-02"}],
        "name": [{"str": "Maria Quispe Huanca"}],
    }
    assert body["rows"]["river:3"]["name"] == [{"str": "John Smith"}]
    assert body["rows"]["nobody"] == {"birthDate": [], "name": []}


@pytest.mark.parametrize(("limit", "count"), [(1, 1), ("1", 1), (0, 2), (None, 2)])
def test_the_limit_of_fetched_values(limit: object, count: int, client: Client) -> None:
    (candidate,) = ask(client, {"q": {"query": "Abdulrahman Tikriti", "limit": 1}}).json["q"][
        "result"
    ]
    query = {"ids": [candidate["id"]], "properties": [{"id": "name", "settings": {"limit": limit}}]}
    assert len(extend(client, query).json["rows"][candidate["id"]]["name"]) == count


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
        ('{"q": {"query": "A", "type": 7}}', 422),
        ('{"q": {"query": "A", "limit": 0}}', 422),
        ('{"q": {"query": "A", "limit": 1.5}}', 422),
        ('{"q": {"query": "A", "limit": true}}', 422),
        ('{"q": {"query": "A", "type_strict": "maybe"}}', 422),
        ('{"q": {"query": "A", "wand": 1}}', 422),
        ('{"q": {"query": "A", "properties": [7]}}', 422),
        ('{"q": {"query": "A", "properties": [{"pid": "name"}]}}', 422),
        ('{"q": {"properties": []}}', 422),
        (json.dumps({str(number): {"query": "A"} for number in range(101)}), 413),
    ],
)
def test_refused_queries(queries: str, status: int, client: Client) -> None:
    answer = client.post("/reconcile/default", data={"queries": queries})
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"query": ""}, "give a name"),
        ({"query": "A", "type": "Wizard"}, "Wizard"),
        ({"query": "A", "properties": [{"pid": "wand", "v": "x"}]}, "wand"),
        (
            {"query": "A", "properties": [{"pid": "birthdate", "v": "1980"}]},
            "did you mean birthDate?",
        ),
    ],
)
def test_a_query_that_cannot_be_used_leaves_the_others_unharmed(
    query: dict[str, Any], message: str, client: Client
) -> None:
    usable = {"query": "Maria Quispe Huanca", "limit": 1}
    body = ask(client, {"bad": query, "good": usable}).json
    assert list(body) == ["bad", "good"]
    assert body["bad"]["result"] == []
    assert message in body["bad"]["message"]
    assert body["good"] == ask(client, {"good": usable}).json["good"]
    assert ask(client, {"bad": query}).json == {"bad": body["bad"]}


@pytest.mark.parametrize("kind", ["entity", "type", "property"])
@pytest.mark.parametrize("query", ["", "?prefix=", "?prefix=+&cursor=3"])
def test_nothing_is_suggested_without_a_prefix(kind: str, query: str, client: Client) -> None:
    answer = client.get(f"/reconcile/default/suggest/{kind}{query}")
    assert (answer.status_code, answer.json) == (200, {"result": []})


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


def test_an_extension_with_queries_reports_faults_of_both(client: Client) -> None:
    extension = json.dumps({"ids": ["river:3"], "properties": [{"id": "name"}]})
    for queries, status in (('{"q": {"query": "A"}}', 200), ('{"q": 7}', 422)):
        answer = client.get(
            "/reconcile/default", query_string={"queries": queries, "extend": extension}
        )
        assert answer.status_code == status
        assert ("rows" in answer.json) is (status == 200)
