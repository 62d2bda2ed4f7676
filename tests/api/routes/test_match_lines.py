"""Checks as a stream of JSON lines: answers, faults of single lines, and bodies that break off."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from resolver.api.routes.match import MAX_LINES, screen_queries
from resolver.errors import StoreError
from tests.api.conftest import Client

PATH = "/match/default/lines"
MARIA = {"schema": "Person", "properties": {"name": ["Maria Quispe Huanca"]}}


def body(*queries: Any) -> bytes:
    return b"".join(json.dumps(query).encode() + b"\n" for query in queries)


def send(client: Client, data: bytes, **options: Any) -> Any:
    return client.post(PATH, data=data, content_type="application/x-ndjson", **options)


def lines_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.json
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_every_line_is_answered_as_by_match(client: Client) -> None:
    queries = [{**MARIA, "id": f"mine-{number}"} for number in range(45)]
    answers = lines_of(send(client, body(*queries)))
    whole = client.post("/match/default", json={"queries": {"q": queries[7]}}).json
    assert [answer["line"] for answer in answers] == list(range(1, 46))
    assert [answer["query"]["id"] for answer in answers] == [query["id"] for query in queries]
    expected = {"line": 8, **whole["responses"]["q"], "version": whole["version"]}
    assert answers[7] == {**expected, "id": "mine-7"}


def test_an_answer_has_the_id_of_its_line_also_where_this_cannot_be_used(client: Client) -> None:
    faulty = {"id": "b", "schema": "Person", "properties": {}}
    unnamed = [{**MARIA, "id": value} for value in (None, True, "", ["x"])]
    answers = lines_of(send(client, body({**MARIA, "id": 7}, faulty, *unnamed)))
    assert [answer.get("id") for answer in answers] == [7, "b", None, None, None, None]
    assert [answer["status"] for answer in answers] == [200, 400, 200, 200, 200, 200]
    assert answers[0]["query"]["id"] == "7"


def test_options_hold_for_all_lines(client: Client) -> None:
    query_string = {"explain": "false", "limit": 1}
    for answer in lines_of(send(client, body(MARIA, MARIA), query_string=query_string)):
        (result,) = answer["results"]
        assert "explanations" not in result
        assert result["summary"]


def test_a_faulty_line_leaves_the_others_unharmed(client: Client) -> None:
    data = body({"schema": "Person", "properties": {"nmae": ["x"]}}, MARIA, 7, {"properties": {}})
    answers = lines_of(send(client, data + b"\n{broken\n\r\n" + body(MARIA)[:-1]))
    assert [(answer["line"], answer["status"]) for answer in answers] == [
        (1, 400),
        (2, 200),
        (3, 422),
        (4, 422),
        (6, 400),
        (8, 200),
    ]
    assert "did you mean name?" in answers[0]["detail"]
    assert answers[4]["detail"].startswith("line 6 is no JSON")


@pytest.mark.parametrize(
    ("data", "status"), [(b"", 400), (b"\n \n", 400), (b"{}\n" * (MAX_LINES + 1), 413)]
)
def test_bodies_that_are_refused(data: bytes, status: int, client: Client) -> None:
    answer = send(client, data)
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})


def test_lines_that_are_all_faulty_are_refused(client: Client) -> None:
    answer = send(client, b"\0\n{broken")
    assert answer.status_code == 400
    assert "line 1 is no JSON" in answer.json["detail"]


def test_any_number_of_faulty_lines_leaves_the_others_unharmed(client: Client) -> None:
    answers = lines_of(send(client, b"{broken\n" * 45 + body(MARIA, MARIA)))
    assert [answer["line"] for answer in answers] == list(range(1, 48))
    assert [answer["status"] for answer in answers] == [400] * 45 + [200] * 2


def test_a_page_of_another_origin_cannot_send_lines(client: Client) -> None:
    assert client.post(PATH, data=body(MARIA), content_type="text/plain").status_code == 415


def test_the_stream_is_compressed_for_clients_that_accept_it(client: Client) -> None:
    plain = send(client, body(*[MARIA] * 30))
    packed = send(client, body(*[MARIA] * 30), headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data


def test_streams_are_limited_and_their_places_given_back(client: Client, app: Any) -> None:
    slots, count = app.extensions["resolver"].stream_slots, 0
    while slots.acquire(blocking=False):
        count += 1
    assert send(client, body(MARIA)).status_code == 503
    slots.release()
    for _ in range(3):
        assert lines_of(send(client, body(MARIA)))
        assert send(client, b"").status_code == 400
    for _ in range(count - 1):
        slots.release()


def test_a_failure_in_the_middle_is_the_last_line(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = []

    def fail_later(*arguments: Any) -> Any:
        parts.append(arguments)
        if len(parts) == 2:
            raise StoreError("the store is away")
        return screen_queries(*arguments)

    monkeypatch.setattr("resolver.api.routes.match.screen_queries", fail_later)
    answers = lines_of(send(client, body(*[MARIA] * 50)))
    assert len(answers) == 21
    assert (answers[-1]["line"], answers[-1]["detail"]) == (21, "the store is away")
    assert answers[-1]["status"] >= 500
