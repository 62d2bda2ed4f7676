"""Visibility of records by their handling codes, over every endpoint that discloses values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.endpoints import Disclosure, Endpoint
from resolver.api.service import Service
from resolver.cli.operate.worker import run_batch_job
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from resolver.lists.reader_types import ListInfo
from resolver.records import Handling, Record
from resolver.records.decisions import Verdict
from tests.api.conftest import Client
from tests.api.sample_requests import ROWS, SAMPLES, Samples, sample_request
from tests.hub.hubs import OPTIONS, make_decision, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

# record -> a word that only this record holds
MARKS = {"a:0": "Free", "a:1": "Marked", "a:2": "Owned", "a:3": "Closed", "b:2": "Foreign"}
HANDLINGS = {
    "a:1": Handling("Coast", "H1"),
    "a:2": Handling("Coast", "H2"),
    "a:3": Handling("Coast", "H3"),
    "b:2": Handling("River", "H2"),
}
NAME, BORN = "Olga Marlow", "1970-05-06"
HIDDEN = replace(
    record("b:9", name="Piet Zonderling", birthDate="1955-01-02"), handling=Handling("River", "H3")
)
Headers = Mapping[str, str]


def records() -> list[Record]:
    marked = [
        record(identity, name=NAME, birthDate=BORN, position=f"Mark{word}", alias=f"Olga {word}")
        for identity, word in MARKS.items()
    ]
    return [replace(row, handling=HANDLINGS.get(row.id, row.handling)) for row in marked] + [HIDDEN]


@dataclass(frozen=True)
class World:
    """Services over stores with restricted records, by viewer.

    The stranger's service has a store of its own, without keys.
    """

    clients: Mapping[str, Client]
    headers: Mapping[str, Headers]
    services: Mapping[str, Service]

    def get(self, viewer: str, path: str, **options: Any) -> Any:
        return self.clients[viewer].get(path, headers=self.headers[viewer], **options)

    def post(self, viewer: str, path: str, **options: Any) -> Any:
        return self.clients[viewer].post(path, headers=self.headers[viewer], **options)


VIEWERS = {
    "stranger": ("", (), {"Free"}),
    "owner": ("Coast", ("check", "submit"), {"Free", "Marked", "Owned", "Closed"}),
    "other": ("River", ("check", "submit"), {"Free", "Marked", "Foreign"}),
    "steward": ("Quay", ("check", "submit", "review"), {"Free", "Marked", "Owned", "Foreign"}),
    "chief": ("", ("admin",), set(MARKS.values())),
}
"""viewer -> their agency, their scopes, and the marks they see."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        services: dict[str, tuple[Flask, Service]] = {}
        headers: dict[str, Headers] = {"stranger": {}}
        for name in ("open", "closed"):
            url = f"sqlite:///{tmp_path_factory.mktemp(name)}/hub.db"
            with Hub.open(url, OPTIONS) as hub:
                marked = records()
                same = [
                    make_decision((marked[0].id, identity), Verdict.SAME, minute)
                    for minute, identity in enumerate(list(MARKS)[1:])
                ]
                hidden = Handling("River", "H3")
                early, late = (
                    replace(record(identity, name=NAME, birthDate=BORN), handling=hidden)
                    for identity in ("m:9", "m:8")
                )
                hub.add(make_intake([early]))
                hub.add(
                    make_intake(
                        marked,
                        *(
                            ListInfo(identity, "test", (identity,), "", 3, 0, False)
                            for identity in "ab"
                        ),
                    ),
                    [*same, make_decision(("a:0", "m:9"), Verdict.SAME, 20)],
                )
                unrelated = replace(
                    record("z:1", name="Zeta Verborgen", birthDate="1950-03-04"), handling=hidden
                )
                hub.add(
                    make_intake([late, unrelated]),
                    [make_decision(("a:0", "m:8"), Verdict.SAME, 21)],
                )
            if name == "closed":
                for viewer, (agency, scopes, _) in VIEWERS.items():
                    if scopes:
                        headers[viewer] = {
                            "Authorization": f"ApiKey {create_key(url, viewer, agency, scopes)}"
                        }
            app_over_store = create_app(ServiceSettings(url, accept_restricted=True))
            service: Service = app_over_store.extensions["resolver"]
            service.warm()
            services[name] = app_over_store, service
        of = {viewer: services["open" if viewer == "stranger" else "closed"] for viewer in VIEWERS}
        yield World(
            {viewer: app_over_store.test_client() for viewer, (app_over_store, _) in of.items()},
            headers,
            {viewer: service for viewer, (_, service) in of.items()},
        )
        for _, service in services.values():
            service.close()


def entity_id(world: World, viewer: str) -> str:
    return str(world.get(viewer, f"/check?name={NAME}&birthDate={BORN}").json["results"][0]["id"])


VALUE_ROWS = [row for row in ROWS if row.access.discloses is Disclosure.VALUES]
QUERIES = {"q": {"query": NAME, "properties": [{"pid": "birthDate", "v": BORN}]}}
NAMES_ONLY = {
    "catalog.changes",
    "crime_links.crime_links",
    "entities.adjacent_by",
    "groups.agency_overlap",
    "groups.group",
    "groups.groups",
    "network.graph",
    "network.paths",
    "network.similar",
    "reconcile.reconcile",
    "reconcile.reconcile_form",
    "reconcile.suggest_entity",
    "screenings.list_clearances",
    "shared_values.shared_values",
    "watches.list_notices",
}
"""Endpoints that show no positions; in all others each mark that may be seen must be there."""
MAY_REFUSE = {
    "audit.audit_events",
    "review.confirm_over_http",
    "review.decide_over_http",
    "review.list_queue",
    "review.show_link",
    "review.show_pair_values",
    "review.take_next",
    "review.undo_over_http",
    "screenings.give_hit_verdict",
    "screenings.withdraw_clearance",
    "watches.watch_hits",
    "contacts.show_contact",
}
"""Endpoints that need a steward's key, a pair that waits or a hit: here they show marks at most in
what they refuse. `test_hidden_against_absent.py` has them with such pairs and hits.
"""


def samples_for(world: World, viewer: str) -> Samples:
    """Return sample values that ask for the entity of all marks."""
    identity = entity_id(world, viewer)
    example = {"schema": "Person", "properties": {"name": [NAME], "birthDate": [BORN]}}
    return Samples(
        {**SAMPLES.path, "entity_id": identity, "left": identity, "right": "z:1"},
        {
            "name": NAME,
            "birthDate": BORN,
            "q": NAME,
            "id": identity,
            "prefix": "olga",
            "history": "true",
            "from": identity,
            "to": identity,
            "queries": json.dumps(QUERIES),
        },
        {
            **SAMPLES.bodies,
            "review.decide_over_http": {
                "json": {"left": identity, "right": "z:1", "verdict": "unsure"}
            },
            "match.match": {"json": {"queries": {"q": example}}},
            "match_lines.match_lines": {
                "data": json.dumps(example).encode(),
                "content_type": "application/x-ndjson",
            },
            "reconcile.reconcile_form": {"data": {"queries": json.dumps(QUERIES)}},
        },
    )


def extend(world: World, viewer: str) -> Any:
    """Ask for values of the entity as data extension."""
    properties = [{"id": prop} for prop in ("name", "alias", "position", "notes")]
    query = {"ids": [entity_id(world, viewer)], "properties": properties}
    return world.post(viewer, "/reconcile/default", data={"extend": json.dumps(query)})


FURTHER_REQUESTS: dict[str, Callable[[World, str], Any]] = {
    "search by id": lambda world, viewer: world.get(viewer, "/search/default?q=a:0"),
    "extend": extend,
}
"""Other ways to ask an endpoint for the entity of all marks."""


def marks_in(text: str) -> set[str]:
    return {word for word in MARKS.values() if word in text}


def check_marks(answer: Any, viewer: str, *, is_complete: bool) -> None:
    """Check that an answer shows only marks that the viewer may see, or all of them if complete."""
    text = answer.get_data(as_text=True)
    allowed = VIEWERS[viewer][2]
    assert marks_in(text) == allowed if is_complete else marks_in(text) <= allowed
    # its agency and the chief may see it, and the feed of changes names it
    assert viewer in ("other", "chief") or "Zonderling" not in text


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("row", VALUE_ROWS, ids=lambda row: row.name)
def test_each_viewer_sees_what_handling_codes_allow(
    row: Endpoint, viewer: str, world: World
) -> None:
    request = sample_request(row, samples_for(world, viewer))
    answer = request.send(world.clients[viewer], headers=world.headers[viewer])
    if row.name in MAY_REFUSE:
        assert answer.status_code in (200, 400, 403, 404, 409, 422)
        check_marks(answer, viewer, is_complete=False)
        return
    assert answer.status_code == 200, answer.get_data(as_text=True)
    check_marks(answer, viewer, is_complete=row.name not in NAMES_ONLY)


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("name", FURTHER_REQUESTS)
def test_further_requests_show_no_more(name: str, viewer: str, world: World) -> None:
    answer = FURTHER_REQUESTS[name](world, viewer)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    check_marks(answer, viewer, is_complete=True)


@pytest.mark.parametrize("viewer", VIEWERS)
def test_ids_of_hidden_records_lead_nowhere(viewer: str, world: World) -> None:
    allowed = VIEWERS[viewer][2]
    for identity, word in MARKS.items():
        status = world.get(viewer, f"/entities/{identity}").status_code
        assert status == (308 if word in allowed else 404), identity
    is_allowed = 308 if viewer in ("other", "chief") else 404
    assert world.get(viewer, "/entities/b:9").status_code == is_allowed
    body = world.get(viewer, "/check?name=Piet+Zonderling&birthDate=1955-01-02").json
    assert (body["total"]["value"], len(body["results"])) == (
        (1, 1) if is_allowed == 308 else (0, 0)
    )
    suggested = world.get(viewer, "/reconcile/default/suggest/entity?prefix=zond").json["result"]
    assert len(suggested) == (1 if is_allowed == 308 else 0)


def test_scores_ignore_hidden_values(world: World) -> None:
    def score(viewer: str, name: str) -> float:
        results = world.get(viewer, f"/check?name={name}&cutoff=0").json["results"]
        return float(results[0]["score"]) if results else 0.0

    # a name that only a closed record gives helps its owner alone
    assert score("owner", "Olga Closed") > 2 * score("other", "Olga Closed")
    assert score("other", "Olga Closed") == score("stranger", "Olga Closed")
    suggested = "/reconcile/default/suggest/entity?prefix=closed"
    assert len(world.get("owner", suggested).json["result"]) == 1
    assert world.get("other", suggested).json["result"] == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_source_without_visible_records_is_unknown(viewer: str, world: World) -> None:
    # z holds nothing but what River keeps to itself
    is_allowed = viewer in ("other", "chief")
    counts = {row["name"]: row["records"] for row in world.get(viewer, "/catalog").json["datasets"]}
    allowed = VIEWERS[viewer][2]
    assert counts.get("z") == (1 if is_allowed else None)
    assert counts["a"] == len({"Free", "Marked", "Owned", "Closed"} & allowed)
    assert counts["default"] == sum(count for name, count in counts.items() if name != "default")
    query = {"queries": {"q": {"schema": "Person", "properties": {"name": [NAME]}}}}
    paths = (
        "/search/z?q=olga",
        "/check?name=olga&dataset=z",
        "/reconcile/z",
        "/check?name=olga&exclude_dataset=z",
    )
    statuses = {world.get(viewer, path).status_code for path in paths}
    statuses.add(world.post(viewer, "/match/z", json=query).status_code)
    assert statuses == {200 if is_allowed else 404}
    assert world.get(viewer, "/match/b").status_code == 405


@pytest.mark.parametrize("viewer", VIEWERS)
def test_history_and_feed_show_visible_changes_only(viewer: str, world: World) -> None:
    service = world.services[viewer]
    with service.hub.store.view() as view:
        secret, mixed = view.entity("z:1"), view.entity("a:0")
    assert secret is not None
    assert mixed is not None
    feed = world.get(viewer, "/changes?limit=100000").json["changes"]
    ids_in_feed = {row["entity"] for row in feed} | {row["other"] for row in feed}
    is_allowed = viewer in ("other", "chief")
    assert (secret.id in ids_in_feed) == is_allowed
    assert world.get(viewer, f"/entities/{secret.id}").status_code == (200 if is_allowed else 404)
    body = world.get(viewer, f"/entities/{mixed.id}?history=true").json
    kinds = [(row["version"], row["kind"]) for row in body["history"]]
    assert kinds == [
        (row["version"], row["kind"]) for row in feed if mixed.id in (row["entity"], row["other"])
    ]
    # River's own m:9, of the first revision, joined what was born with the public records
    assert kinds[0] == (2, "born")
    assert ((2, "merged") in kinds) == is_allowed
    assert body["first_seen"] == body["history"][0]["at"]
    for word in ("first_seen", "changed:desc"):
        sorted_rows = world.get(viewer, f"/search/default?limit=500&sort={word}").json["results"]
        by_id = {row["id"]: row for row in sorted_rows}
        row = by_id[mixed.id]
        assert (row["first_seen"], row["last_change"]) == (body["first_seen"], body["last_change"])
        assert (secret.id in by_id) == is_allowed
        key = "first_seen" if word == "first_seen" else "last_change"
        times = [row[key] for row in sorted_rows]
        assert times == sorted(times, reverse=word.endswith("desc"))
    # of hidden records alone, so its id is one for each who may see them
    by_owner = world.get("chief", "/changes?limit=100000").json["changes"]
    known = feed if is_allowed else by_owner
    (early,) = (row["entity"] for row in known if row["kind"] == "merged")
    assert (early in ids_in_feed) == is_allowed
    assert world.get(viewer, f"/entities/{early}").status_code == (308 if is_allowed else 404)


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_hidden_change_does_not_count(viewer: str, world: World) -> None:
    service = world.services[viewer]
    with service.hub.store.view() as view:
        times = view.commit_times([1, 2, 3])
    # with the third version only a hidden record came to it
    answer = world.get(
        viewer, "/check", query_string={"name": NAME, "birthDate": BORN, "changed_since": times[3]}
    )
    ids = [row["id"] for row in answer.json["results"]]
    with service.hub.store.view() as view:
        mixed = view.entity("a:0")
    assert mixed is not None
    assert (mixed.id in ids) == (viewer in ("other", "chief"))


@pytest.mark.parametrize("viewer", VIEWERS)
def test_batch_files_hold_what_the_sender_sees(viewer: str, world: World) -> None:
    # what a steward sees, others of the same agency, who may fetch the files too, do not
    allowed = VIEWERS[viewer][2] - ({"Owned", "Foreign"} if viewer == "steward" else set())
    allowed = {"Free", "Marked"} if viewer == "chief" else allowed
    submitted = {
        "id": viewer,
        "schema": "Person",
        "datasets": [f"c-{viewer}"],
        "properties": {"name": [NAME], "birthDate": [BORN]},
    }
    location = world.post(
        viewer, "/batches?filename=c.json", data=json.dumps(submitted).encode() + b"\n"
    ).headers["Location"]
    service = world.services[viewer]
    with Hub.open(service.settings.store_url, OPTIONS) as hub:
        done = run_next_job(hub, service.jobs_dir, run_batch_job)
    assert done is not None, world.get(viewer, location).json
    assert world.get(viewer, location).json["state"] == "done"
    texts = {}
    for name in ("entities", "links", "report", "rejects"):
        with world.get(viewer, f"{location}/{name}") as answer:
            assert answer.status_code == 200
            texts[name] = answer.get_data(as_text=True)
    assert marks_in(texts["entities"]) == allowed
    for text in texts.values():
        assert marks_in(text) <= allowed
        assert not any(f"{row}," in text for row, word in MARKS.items() if word not in allowed)


def test_restricted_values_are_marked(world: World) -> None:
    notes = world.get("other", f"/entities/{entity_id(world, 'other')}").json["properties"]["notes"]
    assert any(note.startswith("Handling: code H1; agency Coast") for note in notes)
