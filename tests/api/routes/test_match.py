"""`/match` and `/check`: wire format, merged answers, filters and refusals."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from followthemoney import model

from resolver.api import ServiceSettings, create_app
from resolver.check.screener import MatchQuery
from resolver.hub.hub import Hub
from resolver.matching.scoring import scores
from resolver.records.decisions import Verdict
from resolver.screening import build_subject, give_verdict, read_expiry, screen_subjects
from resolver.store import HitVerdict
from tests.api.conftest import UNION, Client
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

PETROV = {
    "schema": "Person",
    "properties": {"name": ["Maria Quispe Huanca"], "birthDate": ["1980-11-02"]},
}


def post(client: Client, queries: Any, path: str = "/match/default", **params: Any) -> Any:
    return client.post(path, data=json.dumps({"queries": queries}), query_string=params)


def match_one(client: Client, query: Any, **params: Any) -> Any:
    answer = post(client, {"q": query}, **params)
    assert answer.status_code == 200, answer.json
    return answer.json["responses"]["q"]


def person(name: str, **values: str) -> dict[str, Any]:
    return {
        "schema": "Person",
        "properties": {"name": [name], **{prop: [text] for prop, text in values.items()}},
    }


def test_an_answer_has_the_form_that_clients_read(client: Client) -> None:
    answer = post(
        client, {"a": PETROV, "b": person("Nobody Whatever")}, algorithm="best", fuzzy="false"
    )
    body = answer.json
    assert answer.headers["Content-Type"] == "application/json"
    assert set(body["responses"]) == {"a", "b"}
    assert body["limit"] == 5
    assert (body["version"], answer.headers["X-Data-Version"]) == (1, "1")
    assert body["model"] == answer.headers["X-Model"]
    assert body["responses"]["b"]["results"] == []
    response = body["responses"]["a"]
    assert response["status"] == 200
    assert response["total"] == {"value": 1, "relation": "eq"}
    assert response["query"] == PETROV
    (result,) = response["results"]
    assert (result["caption"], result["schema"]) == ("Maria Quispe Huanca", "Person")
    assert (result["datasets"], result["referents"]) == (["coast", "river"], ["coast:2", "river:2"])
    assert result["match"] is True
    assert 0.5 < result["score"] < 1
    entity = model.get_proxy(result)
    assert entity.get("birthDate") == ["1980-11-02"]


def test_explanations_sum_to_the_score(client: Client) -> None:
    (result,) = match_one(client, PETROV)["results"]
    explained = result["explanations"]
    assert {"score", "detail", "query", "candidate", "weight"} == set(explained["prior"])
    total = sum(round(row["weight"] * 1000) for row in explained.values())
    assert float(scores(total)) == result["score"]
    assert any(
        row["query"] == row["candidate"] == "Maria Quispe Huanca" for row in explained.values()
    )


SAME_BOTH = ("Same birth date, same name", "Same name, same birth date")
"""What weighs more comes first, as the shipped model has it."""


def test_every_hit_says_why_in_a_sentence(client: Client) -> None:
    (result,) = match_one(client, PETROV)["results"]
    assert result["summary"].removesuffix(".") in SAME_BOTH
    other = person("Maria Quispe Huanca", birthDate="1975-03-04")
    (result,) = match_one(client, other, cutoff=0, limit=1)["results"]
    assert result["summary"] == "Same name; birth dates differ."
    people = client.get("/check?name=Maria+Quispe+Huanca&birthDate=1980-11-02").json["results"]
    assert people[0]["summary"].startswith(SAME_BOTH)


def test_evidence_by_feature_can_be_left_out(client: Client) -> None:
    (whole,) = match_one(client, PETROV)["results"]
    (brief,) = match_one(client, PETROV, explain="false")["results"]
    assert set(whole) - set(brief) == {"features", "explanations"}
    assert brief == {name: whole[name] for name in brief}
    assert brief["summary"].removesuffix(".") in SAME_BOTH
    people = client.get("/check?name=Maria+Quispe+Huanca&explain=false").json["results"]
    assert "explanations" not in people[0]
    assert client.get("/check?name=Maria&explain=perhaps").status_code == 422


def test_candidates_that_fit_equally_share_the_probability(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    people = [
        record(f"a:{year}", name="Zbigniew Brzezinski", birthDate=f"19{year}-0{year % 9}-11")
        for year in (31, 42, 53)
    ]
    different = [
        make_decision((left.id, right.id), Verdict.DIFFERENT, minute)
        for minute, (left, right) in enumerate(combinations(people, 2))
    ]
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        with Hub.open(url, OPTIONS) as hub:
            hub.add(make_intake(people), different)
        app = create_app(ServiceSettings(url))
        app.extensions["resolver"].warm()
        client = app.test_client()
        answers = [match_one(client, person("Zbigniew Brzezinski"), limit=n) for n in (1, 20)]
        answers.append(client.get("/check?name=Zbigniew+Brzezinski").json)
        app.extensions["resolver"].close()
    assert [len(answer["results"]) for answer in answers] == [1, 3, 3]
    assert {answer["total"]["value"] for answer in answers} == {3}
    (score,) = {result["score"] for answer in answers for result in answer["results"]}
    assert score == 0.5
    assert all(result["match"] for answer in answers for result in answer["results"])
    for result in answers[2]["results"]:
        row = result["explanations"]["competition"]
        assert row["detail"] == "Also fits: 2 others."
        assert row["weight"] < 0
        assert (row["score"], row["query"], row["candidate"]) == (0.0, None, None)
        total = sum(round(1000 * row["weight"]) for row in result["explanations"].values())
        assert float(scores(np.array(total))) == score


def test_values_of_two_agencies_count_together(client: Client) -> None:
    (merged,) = match_one(client, person("Abdulrahman Tikriti", birthDate="1971-03-09"))["results"]
    assert merged["referents"] == list(UNION)
    (by_name,) = match_one(client, person("Abdulrahman Tikriti"), cutoff=0)["results"]
    (wrong_date,) = match_one(
        client, person("Abdulrahman Tikriti", birthDate="1950-07-22"), cutoff=0
    )["results"]
    assert merged["score"] > by_name["score"] > wrong_date["score"]


def test_threshold_cutoff_and_limit(client: Client) -> None:
    (result,) = match_one(client, PETROV, threshold=1)["results"]
    assert result["match"] is False
    assert match_one(client, PETROV, cutoff=1)["results"] == []
    assert match_one(client, PETROV, limit=0) == {**match_one(client, PETROV), "results": []}


@pytest.mark.parametrize(
    ("params", "is_found"),
    [
        ({"include_dataset": "coast"}, True),
        ({"exclude_dataset": "coast"}, True),
        ({"exclude_dataset": ["coast", "river"]}, False),
        ({"exclude_schema": "Person"}, False),
        ({"exclude_schema": "Company"}, True),
        ({"exclude_entity_ids": "river:1"}, False),
        ({"exclude_entity_ids": "1"}, False),
        ({"exclude_entity_ids": "2"}, True),
        ({"topics": "crime.traffick"}, True),
        ({"topics": "crime.terror"}, False),
        ({"changed_since": "2001-01-01"}, True),
        ({"changed_since": "2999-01-01T00:00:00"}, False),
    ],
)
def test_filters(params: dict[str, Any], is_found: bool, client: Client) -> None:
    answer = match_one(client, person("Abdulrahman Tikriti", birthDate="1971-03-09"), **params)
    assert bool(answer["results"]) is is_found
    assert bool(answer["total"]["value"]) is is_found


def test_a_dataset_is_a_source(client: Client) -> None:
    query = {"q": person("John Smith", birthDate="1990-01-01")}
    for dataset, count in (("river", 1), ("coast", 0)):
        assert (
            len(post(client, query, f"/match/{dataset}").json["responses"]["q"]["results"]) == count
        )
    assert post(client, query, "/match/absent").status_code == 404


def test_a_reference_names_the_results_that_the_person_was_cleared_of(client: Client) -> None:
    service = client.application.extensions["resolver"]
    values = {"name": "Maria Quispe Huanca", "birthDate": "1980-11-02"}
    subject = build_subject(record("people:1", **values))  # type: ignore[arg-type]
    (hit,) = screen_subjects(service.screener, [subject], MatchQuery(5)).hits
    verdict = give_verdict(
        service.hub.store,
        hit,
        HitVerdict.CLEARED,
        owner="agency Far",
        who="kim",
        reason="another face",
        expires=read_expiry(""),
    )
    assert "cleared" not in client.get("/check", query_string=values).json
    for reference, ids in ((verdict.id, [hit.entity_id]), ("0" * 32, []), ("?", [])):
        answer = client.get("/check", query_string={**values, "reference": reference})
        assert (answer.status_code, answer.json["cleared"]) == (200, ids)
        assert len(answer.json["results"]) == 1
    service.audit_log.flush()
    logged = service.hub.store.audit_events.list(actions=["check"], limit=1_000)
    assert [row.query.get("reference") for row in logged][-3:] == [verdict.id, "0" * 32, "?"]
    long = client.get("/check", query_string={**values, "reference": "a" * 100_000})
    assert long.status_code in (414, 422)
    service.hub.store.verdicts.withdraw("agency Far", verdict.id, "kim")


def test_an_invalid_date_is_reported_and_left_out(client: Client) -> None:
    query = person("John Smith", birthDate="1990-02-31")
    answer = match_one(client, query, cutoff="0.001")
    assert "birthDate" not in answer["query"]["properties"]
    assert "1990-02-31" in answer["warnings"][0]
    assert len(answer["results"]) == 1


@pytest.mark.parametrize("name", ["Unknown", " n/a ", ".", "\u202e\u200b", "неизвестно"])
def test_a_placeholder_name_is_reported(name: str, client: Client) -> None:
    answer = match_one(client, person(name))
    assert answer["results"] == []
    assert "is no name" in answer["warnings"][0]
    # nor does it take anything from the names beside it
    response = match_one(
        client,
        {"schema": "Person", "properties": {"name": ["Jon Smyth", name], "birthDate": ["1990"]}},
    )
    assert response["results"][0]["referents"] == ["river:3"]
    assert len(response["warnings"]) == 1


def test_values_that_are_not_recognized_are_reported(client: Client) -> None:
    query = person("John Smith", nationality="Atlantis", country="Narnia", gender="zzz")
    assert match_one(client, query)["warnings"] == [
        f"{prop} {text!r} is not compared: it is not recognized"
        for prop, text in (("nationality", "Atlantis"), ("country", "Narnia"), ("gender", "zzz"))
    ]
    recognized = person("John Smith", nationality="Russia", country="xk", gender="f")
    assert "warnings" not in match_one(client, recognized)


def test_unknown_words_find_nobody(client: Client) -> None:
    assert match_one(client, person("Xqzvw Wvzqx"))["total"] == {"value": 0, "relation": "eq"}
    assert match_one(client, person("."))["total"] == {"value": 0, "relation": "gte"}


@pytest.mark.parametrize("path", ["/check?name=%ff%fe", "/search/default?q=%C3%28"])
def test_a_query_that_is_not_utf8_is_refused(path: str, client: Client) -> None:
    answer = client.get(path)
    assert (answer.status_code, "UTF-8" in answer.json["detail"]) == (400, True)


def test_a_number_finds_its_bearer(client: Client) -> None:
    (result,) = match_one(client, person("J Smyth", passportNumber="x-482916"))["results"]
    assert result["referents"] == ["river:3"]


def test_a_hundred_queries_in_one_call(client: Client) -> None:
    answer = post(client, {str(number): PETROV for number in range(100)})
    assert len(answer.json["responses"]) == 100
    assert (
        len({json.dumps(answered["results"]) for answered in answer.json["responses"].values()})
        == 1
    )


def test_check_is_the_same_for_people(client: Client) -> None:
    answer = client.get("/check?name=Maria+Quispe+Huanca&birthDate=2+Nov+1980").json
    assert answer["results"][0]["referents"] == ["coast:2", "river:2"]
    assert (answer["version"], answer["limit"]) == (1, 5)
    group = client.get("/check?name=Vektor+Trading+L.L.C.").json
    assert [result["schema"] for result in group["results"]] == ["Organization"]
    assert client.get("/check?name=Vektor+Trading+LLC&schema=Person").json["results"] == []


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("", "Thing"),
        ("&birthDate=1980", "Person"),
        ("&cikCode=1", "Company"),
        ("&country=ru", "Thing"),
        ("&idNumber=1", "LegalEntity"),
        ("&mmsi=273450000", "Vessel"),
        ("&birthDate=1980&cikCode=1", "LegalEntity"),
    ],
)
def test_each_identifying_value_suffices(value: str, schema: str, client: Client) -> None:
    assert client.get(f"/check?name=Maria+Quispe{value}").json["query"]["schema"] == schema


def test_results_show_how_alike_the_names_are(client: Client) -> None:
    for answer in (
        client.get("/check?name=Maria+Quispe+Huanca&explain=false").json,
        post(client, {"q": person("Maria Quispe Huanca")}).json["responses"]["q"],
    ):
        assert answer["results"][0]["name_similarity"] == 1.0
        assert "advice" not in answer
    number = client.get("/check?idNumber=X482916").json["results"]
    assert [result["name_similarity"] for result in number] == [None]


def test_queries_that_cannot_be_meant_are_refused(client: Client) -> None:
    refused = {
        "name=Maria+Quispe&birthDate=2190-01-01": (400, "lies in the future (give a date"),
        "name=Maria+Quispe&schema=Person&schema=Company": (422, "give one schema"),
        "name=Maria+Quispe&schema=Company&birthDate=1980": (400, "Company has no property"),
    }
    for parameters, (status, detail) in refused.items():
        answer = client.get(f"/check?{parameters}")
        assert (answer.status_code, detail in answer.json["detail"]) == (status, True)
    future = {"name": ["Maria Quispe"], "birthDate": ["2190-01-01"]}
    answer = post(client, {"late": {"schema": "Person", "properties": future}})
    assert answer.status_code == 400
    assert answer.json["detail"].startswith("query 'late': the birth date 2190-01-01 lies in")


def test_a_query_without_a_name_to_search_by_says_so(client: Client) -> None:
    for name in ("A", "Mr+Dr"):
        answer = client.get(f"/check?name={name}").json
        assert answer["results"] == []
        assert answer["total"] == {"value": 0, "relation": "gte"}
        assert "is found by" in answer["warnings"][0]


BAD = [
    (b"{", 400, "no JSON"),
    (b"", 400, "no JSON"),
    (b"[]", 422, "JSON object"),
    (b'{"queries": []}', 422, "must be"),
    (b'{"queries": {}}', 400, "no queries"),
    (b'{"queries": {"q": 7}}', 422, "must be an object"),
    (b'{"queries": {"q": {"schema": 7}}}', 422, "schema"),
    (b'{"queries": {"q": {"schema": "Wizard", "properties": {"name": "A"}}}}', 400, "Wizard"),
    (b'{"queries": {"q": {"schema": "Person", "properties": {"wand": "A"}}}}', 400, "wand"),
    (b'{"queries": {"q": {"schema": "Person", "properties": ["name"]}}}', 422, "properties"),
    (
        b'{"queries": {"q": {"schema": "Person", "properties": {"name": [{"a": 1}]}}}}',
        422,
        "name must be",
    ),
    (b'{"queries": {"q": {"schema": "Person", "properties": {"name": ""}}}}', 400, "no name"),
    (b'{"queries": {"q": {"schema": "Person", "properties": {"name": ["\\u0000x"]}}}}', 400, "NUL"),
    (
        b'{"queries": {"q": {"schema": "Person", "properties": {"name": "%s"}}}}'
        % (b"a" * 1_000_000),
        400,
        "long",
    ),
]


@pytest.mark.parametrize(
    ("body", "status", "text"), BAD, ids=[str(body[:60]) for body, _, _ in BAD]
)
def test_a_bad_body_is_refused(body: bytes, status: int, text: str, client: Client) -> None:
    answer = client.post("/match/default", data=body)
    assert answer.status_code == status
    assert set(answer.json) == {"detail"}
    assert text in answer.json["detail"]


def test_too_many_queries_and_too_many_bytes(client: Client) -> None:
    answer = post(client, {str(number): PETROV for number in range(10_000)})
    assert answer.status_code == 400
    assert "10000 queries" in answer.json["detail"]
    answer = client.post("/match/default", data=b"x" * (5 * 1024 * 1024))
    assert (answer.status_code, answer.json) == (413, {"detail": "the request is too large"})
    long_query = {
        "schema": "Person",
        "properties": {"name": [f"Name {number}" for number in range(501)]},
    }
    assert post(client, {"q": long_query}).status_code == 400


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/check", 400, "name="),
        ("/check?name=", 400, "name="),
        ("/check?name=A&wand=1", 400, "wand"),
        ("/check?name=A&dataset=absent", 404, "absent"),
        ("/check?name=A&limit=-1", 422, "limit"),
        ("/check?name=A&limit=1e3", 422, "limit"),
        ("/check?name=A&threshold=x", 422, "threshold"),
        ("/check?name=A&cutoff=2", 422, "cutoff"),
        ("/check?name=A&algorithm=magic", 400, "magic"),
        ("/check?name=A&changed_since=soon", 422, "changed_since"),
        ("/check?name=A&include_dataset=absent", 404, "absent"),
        ("/check?name=A&exclude_schema=Wizard", 422, "Wizard"),
        ("/check?name=A&fuzzy=perhaps", 422, "fuzzy"),
        ("/absent", 404, "nothing here"),
        ("/match/default", 405, "method"),
    ],
)
def test_a_bad_address_is_refused(path: str, status: int, text: str, client: Client) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert text in answer.json["detail"]


def test_an_unknown_parameter_is_ignored_and_named(client: Client) -> None:
    answer = post(client, {"q": PETROV}, exclude_datasets="coast", wünsche="1")
    assert answer.status_code == 200
    assert answer.headers["X-Ignored-Parameters"] == "exclude_datasets, w%C3%BCnsche"
    assert answer.json == post(client, {"q": PETROV}).json
    assert "X-Ignored-Parameters" not in post(client, {"q": PETROV}).headers


def test_an_unknown_property_is_left_out_with_a_warning(client: Client) -> None:
    properties = {"name": ["Maria Quispe Huanca"]}
    queries = {
        "a": {"schema": "Person", "properties": properties},
        "b": {"schema": "Person", "properties": {**properties, "brithDate": "1980", "zzz": "1"}},
    }
    answer = client.post("/match/default", json={"queries": queries})
    assert answer.status_code == 200
    first, second = (answer.json["responses"][key] for key in "ab")
    assert second["results"] == first["results"]
    assert "warnings" not in first
    assert second["warnings"] == [
        "brithDate is left out: Person has no property 'brithDate' (did you mean birthDate?)",
        "zzz is left out: Person has no property 'zzz' (see the FollowTheMoney model)",
    ]


def test_a_query_with_nothing_but_unknown_properties_is_refused(client: Client) -> None:
    # nobody would be found by it, and that must not read as an all-clear
    queries = {"a": {"schema": "Person", "properties": {"nmae": ["Maria Quispe Huanca"]}}}
    answer = client.post("/match/default", json={"queries": queries})
    assert answer.status_code == 400
    assert "did you mean name?" in answer.json["detail"]
