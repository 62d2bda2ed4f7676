"""Sources that answer other agencies with a contact: hits, requests, limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from resolver.api import ServiceSettings, create_app
from resolver.errors import DatabaseError, StoreError
from resolver.hub.admin import create_key, update_source
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from resolver.lists.reader_types import ListInfo
from resolver.records import Identifier
from resolver.records.visibility import Viewer
from resolver.screening.jobs import run_screening_job
from resolver.store import Store, utc_text
from resolver.store.backup import backup, restore
from resolver.store.contacts import ContactCases
from resolver.store.schema import contact_cases
from resolver.trust.audit_chain import find_accesses
from resolver.trust.contacts import describe_case
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

VISIBLE = (
    record("coast:1", name="Olga Marlow", birthDate="1970-05-06"),
    record("coast:2", name="Nuno Salgado", birthDate="1961-12-02"),
)
SHORT = record("secret:1", name="Zeta Verborgen", birthDate="1950-01-01")
LONG = record(
    "secret:2",
    name="Quirin Heimlich",
    birthDate="1930-05-05",
    nationality="nl",
    phone="+31 20 555 0101",
    email="q@example.org",
    identifiers=[Identifier("passportNumber", "K7719034")],
    topics="crime.traffick",
)
TIED = record("secret:3", name="Nuno Salgado", birthDate="1961-12-02", phone="+31 20 555 0777")
HIDDEN = (SHORT, LONG, TIED)
SCOPES = ("check", "review", "submit")
ASKERS = {"coast": "Coast", "coast two": "Coast", "lake": "Lake", "river": "River"}


class World:
    """Application over a store whose source `secret` of the agency `River` has some answers."""

    def __init__(self, folder: Path, answers: str, **settings: Any) -> None:
        self.url = f"sqlite:///{folder}/hub.db"
        rows = {"coast": VISIBLE, "secret": HIDDEN if answers != "absent" else ()}
        with Hub.open(self.url, OPTIONS) as hub:
            if answers != "absent":
                update_source(self.url, "secret", agency="River", answers=answers)
            for name, records in rows.items():
                if records:
                    info = ListInfo(name, "test", (name,), "", len(records), 0, False)
                    hub.add(make_intake(records, info))
        self.headers = {
            name: {"Authorization": f"ApiKey {create_key(self.url, name, agency, SCOPES)}"}
            for name, agency in ASKERS.items()
        }
        app = create_app(ServiceSettings(self.url, **settings))
        self.service = app.extensions["resolver"]
        self.service.warm()
        self.client = app.test_client()

    def get(self, asker: str, path: str, **query: Any) -> Any:
        return self.client.get(path, query_string=query, headers=self.headers[asker])

    def post(self, asker: str, path: str, body: Any) -> Any:
        return self.client.post(path, json=body, headers=self.headers[asker])

    def check(self, asker: str, **query: Any) -> Any:
        return self.get(asker, "/check", **query).json

    def reference(self, asker: str, **query: Any) -> str:
        [contact] = self.check(asker, **query)["contacts"]
        assert contact["agency"] == "River"
        return str(contact["reference"])


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    """Yield a world for each kind of answers."""
    kinds = ("contact", "silent", "absent")
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        made = {kind: World(tmp_path_factory.mktemp(kind), kind) for kind in kinds}
        yield made
        for world in made.values():
            world.service.close()


@pytest.fixture
def contact(worlds: dict[str, World]) -> World:
    return worlds["contact"]


QUERIES = [
    {"name": "Zeta Verborgen", "birthDate": "1950-01-01"},
    {"name": "Quirin Heimlich", "birthDate": "1930"},
    {"name": "Nuno Salgado", "birthDate": "1961-12-02"},
    {"name": "Olga Marlow"},
    {"name": "Verborgen"},
]


def compared(response: Any) -> Any:
    """Return an answer without times of commits and the revision, which counts hidden commits."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+", "TIME", response.text)
    return {name: value for name, value in json.loads(text).items() if name != "version"}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query["name"])
def test_silent_is_absent_and_a_contact_adds_only_itself(
    worlds: dict[str, World], query: dict[str, str]
) -> None:
    pages = [
        ("/check", query),
        ("/search/default", {"q": query["name"]}),
        ("/graph/coast:2", {}),
    ]
    for path, parameters in pages:
        absent = compared(worlds["absent"].get("lake", path, **parameters))
        silent = compared(worlds["silent"].get("lake", path, **parameters))
        shown = compared(worlds["contact"].get("lake", path, **parameters))
        assert silent == absent
        assert "contacts" not in absent
        for name in ("contacts", "warnings"):
            shown.pop(name, None)
            absent.pop(name, None)
        assert shown == absent


def test_any_two_records_answer_alike_but_for_the_reference(contact: World) -> None:
    answers = {}
    for row in HIDDEN:
        query = {"name": row.texts("name")[0], "birthDate": row.texts("birthDate")[0]}
        found = contact.check("lake", **query)["contacts"]
        answers[row.id] = json.dumps(found).replace(found[0].pop("reference"), "R")
        assert found == [{"agency": "River"}]
    assert len(set(answers.values())) == 1
    # other values of the query lead to the same reference, and the score says nothing
    exact = contact.reference("lake", name="Quirin Heimlich", birthDate="1930-05-05")
    assert contact.reference("lake", name="Quirin Heimlich") == exact
    assert contact.reference("lake", passportNumber="K7719034", name="Q Heimlich") == exact


def test_a_reference_is_that_of_one_agency_and_record(contact: World) -> None:
    query = {"name": "Zeta Verborgen", "birthDate": "1950-01-01"}
    own = contact.reference("coast", **query)
    assert contact.reference("coast two", **query) == own
    assert contact.reference("lake", **query) != own
    assert contact.reference("coast", name="Quirin Heimlich") != own
    assert "contacts" not in contact.check("river", **query)
    assert contact.check("river", **query)["results"][0]["referents"] == ["secret:1"]


def test_search_graph_and_lists_of_queries_name_the_agency(contact: World) -> None:
    query = {"schema": "Person", "properties": {"name": ["Zeta Verborgen"]}}
    own = contact.reference("lake", name="Zeta Verborgen")
    contacts = [{"agency": "River", "reference": own}]
    found = contact.get("lake", "/search/default", q="Zeta Verborgen").json
    assert found["contacts"] == contacts
    assert found["results"] == []
    answers = contact.post("lake", "/match/default", {"queries": {"a": query}}).json["responses"]
    assert answers["a"]["contacts"] == contacts
    tied = contact.reference("lake", name="Nuno Salgado", birthDate="1961-12-02")
    around = contact.get("lake", "/graph/coast:2").json
    assert around["contacts"] == [{"agency": "River", "reference": tied}]


def test_too_little_is_said_whatever_is_there(contact: World) -> None:
    for name in ("Verborgen", "Nobody"):
        answer = contact.check("lake", name=name)
        assert "contacts" not in answer
        assert "too little was asked" in answer["warnings"][0]
    assert contact.check("lake", name="Verborgen", birthDate="1950")["contacts"]


def test_a_request_is_asked_disclosed_and_ended(contact: World) -> None:
    own = contact.reference("coast", name="Quirin Heimlich")
    asked = {"reference": own, "question": "He is at our border. Who is he?", "days": 2}
    assert contact.post("lake", "/contacts", asked).status_code == 404
    case = contact.post("coast", "/contacts", asked).json
    assert (case["state"], case["agency"], case["asker"]) == ("asked", "River", "Coast")
    assert contact.post("coast", "/contacts", asked).status_code == 422
    address = f"/contacts/{case['id']}"
    assert "record" not in contact.get("coast two", address).json
    assert contact.get("lake", address).status_code == 404
    assert contact.get("river", address).json["record"]["id"] == "secret:2"
    answer = {"state": "disclosed", "answer": "Arrest him.", "until": "2999-01-01"}
    assert contact.post("coast", f"{address}/answer", answer).status_code == 403
    assert contact.post("lake", f"{address}/answer", answer).status_code == 404
    assert contact.post("river", f"{address}/answer", answer).json["state"] == "disclosed"
    shown = contact.get("coast two", address).json
    assert shown["record"]["properties"]["passportNumber"] == ["K7719034"]
    # nothing else shows it
    assert not contact.check("coast", name="Quirin Heimlich")["results"]
    kinds = [row["kind"] for row in contact.get("coast", "/notices").json["notices"]]
    assert kinds == ["contact_disclosed"]
    # an agency discloses its own records only, also where a record has gone to another agency
    store, answered = contact.service.hub.store, contact.service.hub.store.contacts.get(case["id"])
    foreign = replace(answered, owner="Harbor")
    for reader in ("Coast", "Harbor"):
        seen = describe_case(store, Viewer("k", reader), foreign, with_record=True)
        assert "record" not in seen
    refused = {"state": "refused", "answer": "", "until": ""}
    assert contact.post("river", f"{address}/answer", refused).json["state"] == "refused"
    assert "record" not in contact.get("coast", address).json


def test_agencies_are_reminded_once_of_each_deadline(contact: World) -> None:
    own = contact.reference("lake", name="Zeta Verborgen")
    asked = {"reference": own, "question": "Who is she?", "days": 2}
    assert contact.post("lake", "/contacts", asked).status_code == 201
    store = contact.service.hub.store
    assert [store.contacts.remind(), store.contacts.remind()] == [1, 0]
    with store.engine.begin() as connection:
        connection.execute(contact_cases.update().values(due=utc_text()))
    assert [store.contacts.remind(), store.contacts.remind()] == [1, 0]
    kinds = [row["kind"] for row in contact.get("lake", "/notices").json["notices"]]
    assert kinds == ["contact_overdue"]
    assert contact.get("river", "/notices").json["notices"][-1]["reference"] == own


def test_requests_and_references_survive_a_restore(contact: World, tmp_path: Path) -> None:
    own = contact.reference("lake", name="Nuno Salgado", birthDate="1961-12-02")
    asked = {"reference": own, "question": "Who is he?"}
    case = contact.post("lake", "/contacts", asked).json
    other = contact.reference("coast", name="Quirin Heimlich")
    newest = contact.post("coast", "/contacts", {"reference": other, "question": "Who?"}).json
    for limit, expected in ((1, [newest["id"]]), (2, [newest["id"], case["id"]])):
        listed = contact.get("river", "/contacts", limit=limit).json["contacts"]
        assert [row["id"] for row in listed] == expected
    backup(contact.service.hub.store, tmp_path / "backup.gz")
    with Store.open(f"sqlite:///{tmp_path}/restored.db") as restored:
        restore(tmp_path / "backup.gz", restored)
        assert restored.contacts.secret() == contact.service.hub.store.contacts.secret()
        assert restored.contacts.get(case["id"]).reference == own
        restored.contacts.ask("R-2", "secret:1", owner="River", asker="a", who="b", question="?")


def test_checks_go_on_while_the_store_cannot_count(
    contact: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> bool:
        raise DatabaseError("the database reports: gone", place="postgresql://hub@db")

    with monkeypatch.context() as away:
        away.setattr(ContactCases, "count_queries", refuse)
        answer = contact.check("lake", name="Zeta Verborgen")
        away.setattr(ContactCases, "get", refuse)
        sought = contact.get("lake", "/contacts/0")
    assert "contacts" not in answer
    assert "cannot count" in answer["warnings"][0]
    # a request that cannot be read is not one that does not exist
    assert sought.status_code == 503
    assert "postgresql" not in sought.text


def test_a_request_is_not_sent_before_it_is_logged(
    contact: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = contact.reference("coast", name="Zeta Verborgen")

    def refuse(*_: Any) -> None:
        raise StoreError("the audit log cannot be written")

    with monkeypatch.context() as full:
        full.setattr(contact.service.audit_log, "add", refuse)
        asked = contact.post("coast", "/contacts", {"reference": own, "question": "Who?"})
        # whoever seeks what is not there gets the reason, too
        absent = [contact.get("coast", f"/{path}/e-absent") for path in ("contacts", "entities")]
    assert [row.status_code for row in (asked, *absent)] == [503] * 3
    assert "audit log" in absent[1].json["detail"]
    assert own not in contact.get("coast", "/contacts").text


def test_a_hit_is_in_the_audit_log(contact: World) -> None:
    own = contact.reference("lake", name="Zeta Verborgen")
    contact.service.audit_log.flush()
    events = contact.service.hub.store.audit_events.list()
    assert [["River", own]] in [event.answer.get("contacts") for event in events]


def test_queries_of_all_keys_of_an_agency_are_limited(tmp_path: Path) -> None:
    with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
        world = World(tmp_path, "contact", contacts_of_person=2, contacts_of_agency=3)
        try:
            # whether or not there is a hit
            for name in ("Zeta Verborgen", "Jane Nobody"):
                assert "warnings" not in world.check("coast", name=name)
            limited = world.check("coast", name="Zeta Verborgen")
            assert "contacts" not in limited
            assert "limit" in limited["warnings"][0]
            assert world.reference("coast two", name="Zeta Verborgen")
            assert "contacts" not in world.check("coast two", name="Zeta Verborgen")
            assert world.reference("lake", name="Zeta Verborgen")
            # what the owner chooses holds at once
            update_source(world.url, "secret", answers="silent")
            assert "contacts" not in world.check("lake", name="Zeta Verborgen")
        finally:
            world.service.close()


def test_a_reference_is_found_without_trying_every_record(
    contact: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = contact.reference("coast", name="Zeta Verborgen")

    def refuse(*_: Any) -> str:
        raise AssertionError("a hash of a record was made")

    with monkeypatch.context() as counted:
        counted.setattr("resolver.check.contacts.record_tag", refuse)
        counted.setattr("resolver.check.contacts.contact_reference", refuse)
        for reference in (own, f"R-{own[:1:-1]}", "R-" + "A" * 26, "R-1", "R-é"):
            body = {"reference": reference, "question": "Who is she?"}
            expected = 201 if reference == own else 404
            assert contact.post("coast", "/contacts", body).status_code == expected


def test_a_screening_names_the_agencies_and_who_saw_finds_their_references(
    worlds: dict[str, World],
) -> None:
    table = b"""id,name,birthDate
P1,Zeta Verborgen,1950-01-01
P2,Verborgen,
P3,Jane Nobody,1977-02-03
P4,Zeta Verborgen,1950-01-01
"""
    header = "subject_id,subject_name,agency,reference"
    rows, results = {}, {}
    for kind, world in worlds.items():
        sent: Any = world.client.post(
            "/screenings?filename=people.csv", data=table, headers=world.headers["lake"]
        )
        assert sent.status_code == 202, sent.text
        hub, folder = world.service.hub, world.service.jobs_dir
        assert run_next_job(hub, folder, run_screening_job) is not None
        results[kind] = world.get("lake", f"/screenings/{sent.json['id']}").json["result"]
        with world.get("lake", f"/screenings/{sent.json['id']}/contacts") as file:
            rows[kind] = file.text.splitlines()
        world.service.audit_log.flush()
    contact = worlds["contact"]
    own = contact.reference("lake", name="Zeta Verborgen", birthDate="1950-01-01")
    named = [f"{subject},Zeta Verborgen,River,{own}" for subject in ("P1", "P4")]
    assert rows == {"contact": [header, *named], "silent": [header], "absent": [header]}
    assert [results[kind].pop("contacts") for kind in worlds] == [2, 0, 0]
    notes = {kind: result["notes"] for kind, result in results.items()}
    assert notes["contact"].pop().startswith("1 subject: too little was asked")
    assert notes["contact"] == notes["silent"] == notes["absent"]
    for name in ("hits", "subjects_with_hits", "not_compared", "cut"):
        assert len({result[name] for result in results.values()}) == 1
    store = contact.service.hub.store
    seen = {
        record: [row.event.action for row in find_accesses(store, [record]) if row.shown == own]
        for record in ("secret:1", "secret:2")
    }
    assert "batch" in seen["secret:1"]
    assert seen["secret:2"] == []
