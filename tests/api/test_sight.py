"""One body over every door through which values leave: who sees which records, by their handling codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.cli.operate.worker import do
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import work_once
from resolver.ingest.reader_types import ListInfo
from resolver.records import Handling, Record
from resolver.records.decisions import Verdict
from tests.api.conftest import Client
from tests.hub.hubs import OPTIONS, decided, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

# record -> a word that only this record holds
MARKS = {"a:0": "Free", "a:1": "Marked", "a:2": "Owned", "a:3": "Closed", "b:2": "Foreign"}
HANDLINGS = {
    "a:1": Handling("Coast", "H1"), "a:2": Handling("Coast", "H2"), "a:3": Handling("Coast", "H3"),
    "b:2": Handling("River", "H2"),
}  # fmt: skip
NAME, BORN = "Olga Marlow", "1970-05-06"
HIDDEN = replace(
    record("b:9", name="Piet Zonderling", birthDate="1955-01-02"), handling=Handling("River", "H3")
)
Headers = Mapping[str, str]


def records() -> list[Record]:
    some = [
        record(identity, name=NAME, birthDate=BORN, position=f"Mark{word}", alias=f"Olga {word}")
        for identity, word in MARKS.items()
    ]
    return [replace(one, handling=HANDLINGS.get(one.id, one.handling)) for one in some] + [HIDDEN]


@dataclass(frozen=True)
class World:
    """A service over a store with restricted records. `keys` by viewer; a stranger's service has a store of its own."""

    clients: Mapping[str, Client]
    headers: Mapping[str, Headers]
    held: Mapping[str, Service]

    def get(self, viewer: str, path: str, **said: Any) -> Any:
        return self.clients[viewer].get(path, headers=self.headers[viewer], **said)

    def post(self, viewer: str, path: str, **said: Any) -> Any:
        return self.clients[viewer].post(path, headers=self.headers[viewer], **said)


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
    with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
        services: dict[str, tuple[Flask, Service]] = {}
        headers: dict[str, Headers] = {"stranger": {}}
        for name in ("open", "closed"):
            url = f"sqlite:///{tmp_path_factory.mktemp(name)}/hub.db"
            with Hub.open(url, OPTIONS) as hub:
                first = records()
                same = [
                    decided((first[0].id, one), Verdict.SAME, minute)
                    for minute, one in enumerate(list(MARKS)[1:])
                ]
                hidden = Handling("River", "H3")
                early, late = (
                    replace(record(one, name=NAME, birthDate=BORN), handling=hidden)
                    for one in ("m:9", "m:8")
                )
                hub.add(intake([early]))
                hub.add(
                    intake(
                        first, *(ListInfo(one, "test", (one,), "", 3, 0, False) for one in "ab")
                    ),
                    [*same, decided(("a:0", "m:9"), Verdict.SAME, 20)],
                )
                alone = replace(
                    record("z:1", name="Zeta Verborgen", birthDate="1950-03-04"), handling=hidden
                )
                hub.add(intake([late, alone]), [decided(("a:0", "m:8"), Verdict.SAME, 21)])
            if name == "closed":
                for viewer, (agency, scopes, _) in VIEWERS.items():
                    if scopes:
                        headers[viewer] = {
                            "Authorization": f"ApiKey {create_key(url, viewer, agency, scopes)}"
                        }
            made = create_app(ServiceSettings(url, accept_restricted=True))
            held: Service = made.extensions["resolver"]
            held.warm()
            services[name] = made, held
        of = {viewer: services["open" if viewer == "stranger" else "closed"] for viewer in VIEWERS}
        yield World(
            {viewer: made.test_client() for viewer, (made, _) in of.items()},
            headers,
            {viewer: held for viewer, (_, held) in of.items()},
        )
        for _, held in services.values():
            held.close()


def entity_id(world: World, viewer: str) -> str:
    return str(world.get(viewer, f"/check?name={NAME}&birthDate={BORN}").json["results"][0]["id"])


def matched(world: World, viewer: str) -> Any:
    query = {"schema": "Person", "properties": {"name": [NAME], "birthDate": [BORN]}}
    return world.post(viewer, "/match/default", json={"queries": {"q": query}})


def reconciled(world: World, viewer: str) -> Any:
    queries = {"q": {"query": NAME, "properties": [{"pid": "birthDate", "v": BORN}]}}
    return world.post(viewer, "/reconcile/default", data={"queries": json.dumps(queries)})


def fetched(world: World, viewer: str) -> Any:
    wanted = [{"id": prop} for prop in ("name", "alias", "position", "notes")]
    query = {"ids": [entity_id(world, viewer)], "properties": wanted}
    return world.post(viewer, "/reconcile/default", data={"extend": json.dumps(query)})


DOORS: dict[str, Callable[[World, str], Any]] = {
    "match.match": matched,
    "match.check": lambda world, viewer: world.get(viewer, f"/check?name={NAME}&birthDate={BORN}"),
    "search.search": lambda world, viewer: world.get(viewer, f"/search/default?q={NAME}"),
    "search.search by id": lambda world, viewer: world.get(viewer, "/search/default?q=a:0"),
    "entities.entity": lambda world, viewer: world.get(
        viewer, f"/entities/{entity_id(world, viewer)}?history=true"
    ),
    "entities.adjacent": lambda world, viewer: world.get(
        viewer, f"/entities/{entity_id(world, viewer)}/adjacent"
    ),
    "reconcile.reconcile_form": reconciled,
    "reconcile.reconcile_form extend": fetched,
    "reconcile.reconcile": lambda world, viewer: world.get(
        viewer, "/reconcile/default", query_string={"queries": json.dumps({"q": {"query": NAME}})}
    ),
    "reconcile.suggest_entity": lambda world, viewer: world.get(
        viewer, "/reconcile/default/suggest/entity?prefix=olga"
    ),
    "reconcile.preview": lambda world, viewer: world.get(
        viewer, f"/reconcile/default/preview?id={entity_id(world, viewer)}"
    ),
}
"""endpoint (and a word on how it is used) -> how a viewer asks there for the entity that all marks belong to."""
FULL = {
    "match.match", "match.check", "search.search", "search.search by id", "entities.entity", "entities.adjacent",
    "reconcile.reconcile_form extend", "reconcile.preview", "batches.result",
}  # fmt: skip
"""Those that show positions, so that what may be seen must be there."""
NO_VALUES = {
    "entities.adjacent_by": "what entities.adjacent shows, of one property",
    "reconcile.suggest_type": "the model's words", "reconcile.suggest_property": "the model's words",
    "reconcile.propose": "the model's words",
    "catalog.catalog": "names of lists and counts: tested below", "catalog.algorithms": "the model",
    "catalog.changes": "ids: tested below",
    "batches.take": "the job", "batches.listed": "jobs", "batches.one": "the job", "batches.cancel": "the job",
    "batches.events": "the job", "batches.result": "tested below, file by file",
    "updates.update": "a version",
    "batches.accept": "the job", "records.post": "ids", "records.withdraw": "ids",
    "health.healthz": "", "health.readyz": "", "health.metrics": "figures",
    "openapi.openapi": "the description", "pages.attempt": "a page that asks", "pages.part": "its parts",
}  # fmt: skip
"""endpoint -> what it shows in place of values. A new endpoint must stand here or among the doors."""


def test_every_endpoint_is_a_door_or_shows_no_values(app: Flask) -> None:
    known = {name.split()[0] for name in DOORS} | set(NO_VALUES)
    # pages of the desk have a gate and tests of their own (tests/api/desk)
    assert {name for name in app.view_functions if not name.startswith("desk.")} == known


def seen_in(text: str) -> set[str]:
    return {word for word in MARKS.values() if word in text}


@pytest.mark.parametrize("viewer", VIEWERS)
@pytest.mark.parametrize("door", DOORS)
def test_values_leave_as_the_table_says(door: str, viewer: str, world: World) -> None:
    answer = DOORS[door](world, viewer)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found = seen_in(answer.get_data(as_text=True))
    allowed = VIEWERS[viewer][2]
    assert found <= allowed
    if door in FULL:
        assert found == allowed
    assert "Zonderling" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("viewer", VIEWERS)
def test_ids_of_hidden_records_lead_nowhere(viewer: str, world: World) -> None:
    allowed = VIEWERS[viewer][2]
    for identity, word in MARKS.items():
        status = world.get(viewer, f"/entities/{identity}").status_code
        assert status == (308 if word in allowed else 404), identity
    whole = 308 if viewer in ("other", "chief") else 404
    assert world.get(viewer, "/entities/b:9").status_code == whole
    found = world.get(viewer, "/check?name=Piet+Zonderling&birthDate=1955-01-02").json
    assert (found["total"]["value"], len(found["results"])) == ((1, 1) if whole == 308 else (0, 0))
    suggested = world.get(viewer, "/reconcile/default/suggest/entity?prefix=zond").json["result"]
    assert len(suggested) == (1 if whole == 308 else 0)


def test_a_score_tells_nothing_of_what_is_hidden(world: World) -> None:
    def score(viewer: str, name: str) -> float:
        found = world.get(viewer, f"/check?name={name}&cutoff=0").json["results"]
        return float(found[0]["score"]) if found else 0.0

    # a name that only a closed record gives helps its owner alone
    assert score("owner", "Olga Closed") > 2 * score("other", "Olga Closed")
    assert score("other", "Olga Closed") == score("stranger", "Olga Closed")
    suggested = "/reconcile/default/suggest/entity?prefix=closed"
    assert len(world.get("owner", suggested).json["result"]) == 1
    assert world.get("other", suggested).json["result"] == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_list_of_which_nothing_is_seen_is_not_there(viewer: str, world: World) -> None:
    # z holds nothing but what River keeps to itself
    whole = viewer in ("other", "chief")
    counts = {one["name"]: one["records"] for one in world.get(viewer, "/catalog").json["datasets"]}
    allowed = VIEWERS[viewer][2]
    assert counts.get("z") == (1 if whole else None)
    assert counts["a"] == len({"Free", "Marked", "Owned", "Closed"} & allowed)
    assert counts["default"] == sum(count for name, count in counts.items() if name != "default")
    query = {"queries": {"q": {"schema": "Person", "properties": {"name": [NAME]}}}}
    statuses = {
        world.post(viewer, "/match/z", json=query).status_code, world.get(viewer, "/search/z?q=olga").status_code,
        world.get(viewer, "/check?name=olga&dataset=z").status_code, world.get(viewer, "/reconcile/z").status_code,
        world.get(viewer, "/check?name=olga&exclude_dataset=z").status_code,
    }  # fmt: skip
    assert statuses == {200 if whole else 404}
    assert world.get(viewer, "/match/b").status_code == 405


@pytest.mark.parametrize("viewer", VIEWERS)
def test_history_and_feed_tell_of_what_is_seen_alone(viewer: str, world: World) -> None:
    held = world.held[viewer]
    with held.hub.store.view() as view:
        secret, mixed = view.entity("z:1"), view.entity("a:0")
        gone = [one.entity for one in view.changes(0) if one.kind == "merged"]
    assert secret is not None
    assert mixed is not None
    fed = world.get(viewer, "/changes?limit=100000").json["changes"]
    seen = {one["entity"] for one in fed} | {one["other"] for one in fed}
    whole = viewer in ("other", "chief")
    assert (secret.id in seen) == whole
    assert world.get(viewer, f"/entities/{secret.id}").status_code == (200 if whole else 404)
    told = world.get(viewer, f"/entities/{mixed.id}?history=true").json
    kinds = [(one["version"], one["kind"]) for one in told["history"]]
    assert kinds == [
        (one["version"], one["kind"]) for one in fed if mixed.id in (one["entity"], one["other"])
    ]
    # m:9, which River keeps to itself, came to it first; what everybody sees came with the second version
    assert kinds[0] == ((1, "born") if whole else (2, "born"))
    assert told["first_seen"] == told["history"][0]["at"]
    assert gone == []


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_change_that_is_hidden_is_no_change(viewer: str, world: World) -> None:
    held = world.held[viewer]
    with held.hub.store.view() as view:
        times = view.landed([1, 2, 3])
    # with the third version only a hidden record came to it
    answer = world.get(
        viewer, "/check", query_string={"name": NAME, "birthDate": BORN, "changed_since": times[3]}
    )
    ids = [one["id"] for one in answer.json["results"]]
    with held.hub.store.view() as view:
        mixed = view.entity("a:0")
    assert mixed is not None
    assert (mixed.id in ids) == (viewer in ("other", "chief"))


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_files_of_a_batch_hold_what_its_sender_sees(viewer: str, world: World) -> None:
    # what a steward sees, others of the same agency, who may fetch the files too, do not
    allowed = VIEWERS[viewer][2] - ({"Owned", "Foreign"} if viewer == "steward" else set())
    allowed = {"Free", "Marked"} if viewer == "chief" else allowed
    mine = {
        "id": viewer,
        "schema": "Person",
        "datasets": [f"c-{viewer}"],
        "properties": {"name": [NAME], "birthDate": [BORN]},
    }
    where = world.post(
        viewer, "/batches?filename=c.json", data=json.dumps(mine).encode() + b"\n"
    ).headers["Location"]
    held = world.held[viewer]
    with Hub.open(held.settings.store_url, OPTIONS) as hub:
        done = work_once(hub, held.jobs, do)
    assert done is not None, world.get(viewer, where).json
    assert world.get(viewer, where).json["state"] == "done"
    texts = {}
    for what in ("entities", "links", "report", "rejects"):
        with world.get(viewer, f"{where}/{what}") as answer:
            assert answer.status_code == 200
            texts[what] = answer.get_data(as_text=True)
    assert seen_in(texts["entities"]) == allowed
    for text in texts.values():
        assert seen_in(text) <= allowed
        assert not any(f"{one}," in text for one, word in MARKS.items() if word not in allowed)


def test_what_is_not_free_is_marked(world: World) -> None:
    notes = world.get("other", f"/entities/{entity_id(world, 'other')}").json["properties"]["notes"]
    assert any(note.startswith("Handling: code H1; agency Coast") for note in notes)
