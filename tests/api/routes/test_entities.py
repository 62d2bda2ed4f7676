"""`/entities` and the feed of their changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.check import change_feed
from resolver.hub.hub import Hub
from resolver.records import Kind, Relation, RelationType
from resolver.records.decisions import Verdict
from tests.api.conftest import Client
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.records.samples import record


@pytest.fixture
def merged_store(tmp_path: Path, app: object) -> Iterator[tuple[Client, str, str]]:
    """Client of a store in which two entities were merged, the present and the retired id."""
    url = f"sqlite:///{tmp_path}/hub.db"
    member = Relation(RelationType.MEMBER_OF, "a:g")
    some_records = [
        record("a:1", name="Ann Lee", relations=[member]),
        record("a:2", name="Boris Lang"),
        record("a:g", Kind.GROUP, name="Vektor Trading LLC"),
    ]
    with Hub.open(url, OPTIONS) as hub:
        hub.add(make_intake(some_records))
        with hub.store.view() as view:
            before = [view.entity(identity) for identity in ("a:1", "a:2")]
        hub.decide([make_decision(("a:1", "a:2"), Verdict.SAME, 1)])
    app_over_store = create_app(ServiceSettings(url))
    present_id, retired_id = (entity.id for entity in before if entity is not None)
    client = app_over_store.test_client()
    if client.get(f"/entities/{present_id}").status_code != 200:
        present_id, retired_id = retired_id, present_id
    yield client, present_id, retired_id
    app_over_store.extensions["resolver"].close()


def test_an_entity_is_found_by_all_of_its_ids(merged_store: tuple[Client, str, str]) -> None:
    client, present_id, retired_id = merged_store
    entity = client.get(f"/entities/{present_id}").json
    assert (entity["id"], entity["referents"], entity["version"]) == (present_id, ["a:1", "a:2"], 2)
    for other in (retired_id, "a:1", "a:2"):
        answer = client.get(f"/entities/{other}?nested=false")
        assert (answer.status_code, answer.headers["Location"]) == (
            308,
            f"/entities/{present_id}?nested=false",
        )
        assert client.get(f"/entities/{other}", follow_redirects=True).json == entity
    assert client.get("/entities/nobody").status_code == 404
    assert client.get(f"/entities/{present_id}?nested=perhaps").status_code == 422


def test_relations_are_nested_from_either_side(merged_store: tuple[Client, str, str]) -> None:
    client, present_id, _ = merged_store
    flat = client.get(f"/entities/{present_id}?nested=false").json
    assert not any(
        isinstance(value, dict) for values in flat["properties"].values() for value in values
    )
    (membership,) = client.get(f"/entities/{present_id}").json["properties"]["membershipMember"]
    assert membership["schema"] == "Membership"
    (group,) = membership["properties"]["organization"]
    assert group["caption"] == "Vektor Trading LLC"
    assert "member" not in membership["properties"]


@pytest.mark.parametrize("block", [1_000, 2])
def test_history_and_the_feed_of_changes(
    block: int, merged_store: tuple[Client, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "_BLOCK", block)
    client, present_id, retired_id = merged_store
    history = client.get(f"/entities/{present_id}?history=true").json["history"]
    assert [(row["version"], row["kind"]) for row in history][:1] == [(1, "born")]
    feed = client.get("/changes?since=1").json
    assert feed["version"] == feed["until"] == 2
    assert ("merged", retired_id, present_id) in {
        (row["kind"], row["entity"], row["other"]) for row in feed["changes"]
    }
    nothing = {"version": 2, "until": 2, "skip": 0, "more": False, "changes": []}
    assert client.get("/changes?since=2").json == nothing
    # a version that is not there yet is no place to go on from
    assert client.get("/changes?since=99999999").json == nothing
    whole = client.get("/changes").json
    assert not whole["more"]
    for limit in (1, 2, 3, len(whole["changes"]) - 1):
        pieces, at = [], {"since": 0, "skip": 0, "more": True}
        while at["more"]:
            piece = client.get(f"/changes?limit={limit}&since={at['since']}&skip={at['skip']}").json
            assert len(piece["changes"]) <= limit
            pieces += piece["changes"]
            at = {"since": piece["until"], "skip": piece["skip"], "more": piece["more"]}
        assert pieces == whole["changes"]
        assert (at["since"], at["skip"]) == (2, 0)
    assert client.get("/changes?since=x").status_code == 422


def test_a_retired_id_excludes_the_present_entity(merged_store: tuple[Client, str, str]) -> None:
    client, present_id, retired_id = merged_store
    client.application.extensions["resolver"].warm()
    query = {"queries": {"q": {"schema": "Person", "properties": {"name": ["Ann Lee"]}}}}
    ids = {
        row["id"]
        for row in client.post("/match/default", json=query).json["responses"]["q"]["results"]
    }
    assert present_id in ids
    for excluded_id in (present_id, retired_id):
        results = client.post(f"/match/default?exclude_entity_ids={excluded_id}", json=query).json[
            "responses"
        ]["q"]["results"]
        assert {row["id"] for row in results} == ids - {present_id}


def test_an_id_within_one_source_leads_to_its_entity(client: Client) -> None:
    answer = client.get("/entities/3")
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"/entities/{answer.json['id']}"
    assert client.get(answer.headers["Location"]).json["caption"] == "John Smith"
    # two sources use the id 2, for one entity; the id 4 is known to one source alone
    assert client.get("/entities/2").status_code == 308
    assert client.get("/entities/17").status_code == 404


@pytest.mark.parametrize("entity_id", ["river:3", "nobody", "a/b"])
def test_a_browser_is_sent_to_the_page(entity_id: str, client: Client) -> None:
    browser = {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
        "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
    }
    answer = client.get(f"/entities/{entity_id}", headers=browser)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/desk/entities/{entity_id}"
    assert "Accept" in answer.headers["Vary"]
    for accepted in ("*/*", "application/json", "application/json, text/html;q=0.5"):
        headers = {"Accept": accepted}
        assert client.get(f"/entities/{entity_id}", headers=headers).status_code != 303


def test_the_links_of_an_entity_have_their_colors(client: Client) -> None:
    shown = client.get("/entities/coast:1", follow_redirects=True).json
    # a steward has joined its two records
    assert shown["links"] == [{"entity": shown["id"], "color": "white"}]
    [checked] = client.get("/check?name=Abdulrahman+Tikriti&nationality=iq&limit=1").json["results"]
    assert checked["id"] == shown["id"]
    assert checked["links"] == shown["links"]
    other = client.get("/entities/coast:2", follow_redirects=True).json
    assert "links" not in other
