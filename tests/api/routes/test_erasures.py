"""Erasure over HTTP: one admin asks, another one confirms, and a worker erases."""

from __future__ import annotations

from typing import Any

from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.store.erasures import RetentionRule
from resolver.trust.erasure import ErasureRunner
from tests.api.conftest import Open
from tests.hub.hubs import OPTIONS


def headers_of(url: str, *names: str, scope: str = "admin") -> list[dict[str, str]]:
    keys = [create_key(url, name, "Coast", [scope]) for name in names]
    return [{"Authorization": f"ApiKey {key}", "X-Purpose": "case 17"} for key in keys]


def test_two_admins_erase_a_record(open_app: Open, url: str) -> None:
    ada, bea = headers_of(url, "ada", "bea")
    client, service = open_app()
    body = {"records": ["river:3"], "reason": "court order 4 B"}
    asked = client.post("/erasures", json=body, headers=ada)
    assert asked.status_code == 201
    assert asked.json["state"] == "asked"
    assert asked.json["asked_for"] == ["river:3"]
    path = f"/erasures/{asked.json['id']}"

    def decide(decision: str, headers: dict[str, str]) -> Any:
        return client.post(f"{path}/decision", json={"decision": decision}, headers=headers)

    assert decide("confirm", ada).status_code == 409
    assert client.get("/entities/river:3", headers=ada).status_code == 308
    assert decide("confirm", bea).json["state"] == "running"
    assert decide("refuse", bea).status_code == 409
    with Hub.open(url, OPTIONS) as hub:
        [result] = ErasureRunner(hub, service.jobs_dir).run_due()
    assert not result.waits
    done = client.get(path, headers=ada).json
    assert done["state"] == "done"
    assert done["proof"]["found"] == {}
    assert "asked_for" not in done
    assert client.get("/erasures", headers=bea).json == {"erasures": [done]}
    service.audit_log.flush()
    events = service.hub.store.audit_events.list(actions=["erasures"])
    acts = [(row.actor, row.query["what"]) for row in events if "what" in row.query]
    assert acts == [("ada", "ask"), ("ada", "confirm"), ("bea", "confirm"), ("bea", "refuse")]
    assert {row.purpose for row in events} == {"case 17"}
    # the events would have to be erased with the record if they named it
    assert "river:3" not in str(events)


def test_single_values_are_asked_for_and_erased(open_app: Open, url: str) -> None:
    ada, bea = headers_of(url, "ada", "bea")
    client, service = open_app()
    with service.hub.store.view() as view:
        before = view.record("river:3")
    assert before is not None
    prop = next(row.prop for row in before.record.values if row.prop not in ("name", "alias"))
    body = {"records": ["river:3"], "reason": "court order 4 B", "values": [prop]}
    for wrong in ([], [""], "x", ["nothing"], [prop] * 101):
        refused = client.post("/erasures", json={**body, "values": wrong}, headers=ada)
        assert refused.status_code == 422
    asked = client.post("/erasures", json=body, headers=ada).json
    texts = before.record.texts(prop)
    assert len(asked["value_keys"]) == len(texts)
    assert sorted(asked["asked_values"]) == sorted(f"{prop}={text}" for text in texts)
    path = f"/erasures/{asked['id']}/decision"
    assert client.post(path, json={"decision": "confirm"}, headers=bea).status_code == 200
    with Hub.open(url, OPTIONS) as hub:
        [result] = ErasureRunner(hub, service.jobs_dir).run_due()
    assert not result.waits
    with service.hub.store.view() as view:
        after = view.record("river:3")
    assert after is not None
    assert (after.record.texts("name"), after.record.texts(prop)) == (
        before.record.texts("name"),
        (),
    )
    entity = {"id": "3", "schema": "Person", "datasets": ["river"]}
    for texts_sent, count in ((texts, 1), ((), 0)):
        stated = {"name": [*after.record.texts("name")], prop: [*texts_sent]}
        posted = client.post("/records", json={**entity, "properties": stated}, headers=ada)
        warnings = [row for row in posted.json.get("warnings", ()) if "erased" in row]
        assert (posted.status_code, len(warnings)) == (201, count)


def test_a_caller_without_a_name_sees_no_erasure(open_app: Open, url: str) -> None:
    client, service = open_app()
    asked = service.hub.store.erasures.ask(["river:3"], "court order", who="ada")
    assert client.get("/erasures").json == {"erasures": []}
    assert client.get(f"/erasures/{asked.id}").status_code == 404
    [ada] = headers_of(url, "ada")
    [shown] = client.get("/erasures", headers=ada).json["erasures"]
    assert shown["id"] == asked.id
    assert client.get(f"/erasures/{asked.id}", headers=ada).status_code == 200


def test_only_admins_erase_and_only_what_is_there(open_app: Open, url: str) -> None:
    [ada] = headers_of(url, "ada")
    [eve] = headers_of(url, "eve", scope="review")
    client, service = open_app()
    for method, path in (
        ("GET", "/erasures"),
        ("POST", "/erasures"),
        ("GET", "/erasures/1"),
        ("POST", "/erasures/1/decision"),
    ):
        assert client.open(path, method=method, json={}, headers=eve).status_code == 403
    for body in (
        {"records": [""], "reason": "court order"},
        {"records": ["river:3"], "reason": " "},
        {"records": [], "reason": "court order"},
        {"records": "river:3", "reason": "court order"},
        {"records": ["river:3"], "reason": "court order", "confirmed": True},
    ):
        assert client.post("/erasures", json=body, headers=ada).status_code == 422
    unknown = {"records": ["river:99"], "reason": "court order"}
    assert client.post("/erasures", json=unknown, headers=ada).status_code == 404
    assert client.get("/erasures/none", headers=ada).status_code == 404
    said = {"decision": "confirm"}
    assert client.post("/erasures/none/decision", json=said, headers=ada).status_code == 404
    assert service.hub.store.erasures.list() == []


def test_what_a_rule_of_retention_proposes_is_confirmed_by_one_admin(
    open_app: Open, url: str
) -> None:
    [ada] = headers_of(url, "ada")
    client, service = open_app()
    store = service.hub.store
    store.retention.set_rule(RetentionRule("river", "", None, 1))
    [asked] = store.retention.propose("2100-01-01T00:00:00Z")
    path = f"/erasures/{asked.id}/decision"
    refused = client.post(path, json={"decision": "refuse"}, headers=ada)
    assert (refused.json["state"], refused.json["decided_by"]) == ("refused", "ada")
