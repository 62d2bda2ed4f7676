"""Review over HTTP: the queue, pairs, decisions and undo by the rules of the desk."""

from __future__ import annotations

from typing import Any

import pytest

from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.review import DeskRules
from tests.api.conftest import Open
from tests.hub.hubs import OPTIONS, make_intake
from tests.records.samples import record

pytestmark = pytest.mark.slow

ROWS = (
    record("coast:9", name="Yusuf Halabi", birthDate="1972"),
    record("river:9", name="Yusuf Halaby"),
)


def key_of(url: str, name: str, *scopes: str) -> dict[str, str]:
    return {"Authorization": f"ApiKey {create_key(url, name, 'Coast', list(scopes), None)}"}


def fill(url: str) -> None:
    with Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(ROWS))


def decide(client: Any, headers: dict[str, str], verdict: str, **more: Any) -> Any:
    body = {"left": "coast:9", "right": "river:9", "verdict": verdict, **more}
    return client.post("/decisions", json=body, headers=headers)


def test_a_pair_is_shown_decided_and_undone(open_app: Open, url: str) -> None:
    kim = key_of(url, "kim", "review")
    fill(url)
    client, service = open_app()
    pair = client.get("/pairs/coast:9/river:9", headers=kim).json
    assert {row["property"] for row in pair["values"]} >= {"name"}
    assert pair["evidence"]
    done = decide(client, kim, "same", reason="seen", snapshot=pair["snapshot"]).json
    assert done["state"] == "done", done
    # what was shown is no longer so
    late = decide(client, kim, "different", snapshot=pair["snapshot"])
    assert late.status_code == 409
    assert late.json["detail"]
    lee = key_of(url, "lee", "review")
    refused = client.post("/undo", json={"decision": done["decisions"][0]}, headers=lee)
    assert refused.status_code == 403
    undone = client.post("/undo", json={"decision": done["decisions"][0]}, headers=kim)
    assert undone.status_code == 200, undone.json
    again = client.get("/pairs/coast:9/river:9", headers=kim).json
    assert again["left"]["id"] != again["right"]["id"]
    service.audit_log.flush()
    actions = {event.action for event in service.hub.store.audit_events.list(limit=1_000)}
    assert {"pair", "decide", "undo"} <= actions


def test_the_queue_leases_pairs(open_app: Open, url: str) -> None:
    kim, lee = key_of(url, "kim", "review"), key_of(url, "lee", "review")
    fill(url)
    client, _ = open_app()
    waiting = client.get("/queue", headers=kim).json
    assert waiting["total"] >= len(waiting["results"])
    first = client.post("/queue/next", headers=kim).json["item"]
    assert {first["left"]["caption"], first["right"]["caption"]} == {"Yusuf Halabi", "Yusuf Halaby"}
    other = client.post("/queue/next", headers=lee).json["item"]
    assert other is None or other["key"] != first["key"]
    body = {"left": first["left"]["id"], "right": first["right"]["id"], "verdict": "unsure"}
    assert client.post("/decisions", json=body, headers=lee).status_code == 409


def test_two_stewards_are_needed_where_the_rules_say_so(open_app: Open, url: str) -> None:
    kim = key_of(url, "kim", "review")
    fill(url)
    client, _ = open_app(rules=DeskRules(record_limit=1))
    outcome = decide(client, kim, "same").json
    assert outcome["state"] == "waits"
    assert outcome["second_steward"]
    body = {"decision": outcome["decisions"][0], "comment": "seen as well"}
    assert client.post("/confirm", json=body, headers=kim).status_code == 409
    lee = key_of(url, "lee", "review")
    assert (
        client.post("/confirm", json={**body, "decision": "d-none"}, headers=lee).status_code == 404
    )
    assert client.post("/confirm", json={**body, "why": "x"}, headers=lee).status_code == 422
    confirmed = client.post("/confirm", json=body, headers=lee).json
    assert confirmed["state"] == "done", confirmed
    pair = client.get("/pairs/coast:9/river:9", headers=kim)
    assert pair.status_code == 409 or pair.json["left"]["id"] == pair.json["right"]["id"]
    # it no longer waits
    assert client.post("/confirm", json=body, headers=lee).status_code == 409


def test_only_stewards_review_and_faults_are_named(open_app: Open, url: str) -> None:
    kim, border = key_of(url, "kim", "review"), key_of(url, "border", "check", "submit")
    client, _ = open_app()
    for path in ("/queue", "/pairs/coast:2/river:3"):
        assert client.get(path, headers=border).status_code == 403
    assert client.get("/pairs/none:1/river:3", headers=kim).status_code == 404
    shown = client.get("/pairs/coast:2/river:3", headers=kim).json["snapshot"]
    for body in (
        {},
        {"left": "coast:2", "right": "river:3", "verdict": "perhaps"},
        {
            "left": "coast:2",
            "right": "river:3",
            "verdict": "same",
            "snapshot": {**shown, "right_records": ["a\x00b"]},
        },
        {"left": "coast:2", "right": "river:3", "verdict": "same", "snapshot": {"left": 1}},
        {"left": "coast:2", "right": "river:3", "verdict": "same", "colour": "red"},
    ):
        answer = client.post("/decisions", json=body, headers=kim)
        assert answer.status_code == 422, body
        assert answer.json["detail"]


def test_a_link_has_a_color_and_states_its_facts(open_app: Open, url: str) -> None:
    kim, other = key_of(url, "kim", "review"), key_of(url, "ada", "check")
    fill(url)
    client, _ = open_app()
    facts = {"authority": "Border police", "legal_basis": "Article 33", "expires": "2999-12-31"}
    assert decide(client, kim, "same", expires="soon").status_code == 400
    assert decide(client, kim, "same", reason="seen", **facts).json["state"] == "done"
    link = client.get("/links/coast:9/river:9", headers=kim).json
    assert (link["color"], link["decisions"][0]["color"]) == ("white", "white")
    assert link["decisions"][0].items() >= {**facts, "reason": "seen", "by": "kim"}.items()
    assert client.get("/links/coast:9/river:9", headers=other).status_code == 403
    assert client.get("/links/coast:9/absent:1", headers=kim).status_code == 404
