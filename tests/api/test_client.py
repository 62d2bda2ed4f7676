"""Typed client against a real service."""

from __future__ import annotations

import dataclasses
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import resolver.client
from resolver.cli.operate.worker import run_batch_job
from resolver.client import (
    BatchJob,
    BusyError,
    Client,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    ServiceError,
    ServiceFailedError,
    UnreachableError,
)
from resolver.client.client import batch_params
from resolver.client.models import error_class
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder, run_next_job
from resolver.screening.jobs import run_screening_job
from tests.api.conftest import Serve
from tests.hub.hubs import OPTIONS
from tests.matching.preparing import quick_symbols

pytestmark = pytest.mark.slow


LINES = json.dumps(
    {
        "id": "n1",
        "schema": "Person",
        "datasets": ["port"],
        "properties": {"name": ["Pavel Novotny"]},
    }
)


@pytest.fixture(scope="module")
def url(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Copy of the store that these tests may change."""
    path = tmp_path_factory.mktemp("client") / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def hub(url: str, serve_fork: Serve) -> Iterator[Client]:
    """Client of a service that just started: the first check waits until the service has loaded."""
    with serve_fork(url) as (_, address, _), Client(address, purpose="tests") as client:
        assert client.check(name="Maria Quispe Huanca").results
        yield client


def work(url: str) -> BatchJob | None:
    with quick_symbols("resolver.matching.pipeline"), Hub.open(url, OPTIONS) as hub:
        run_next_job(hub, jobs_folder(hub.store), run_batch_job)
    return None


def test_screen_and_clear(hub: Client, url: str) -> None:
    people = b"id,name,birthDate\nP1,Maria Quispe Huanca,1980-11-02\nP2,Ilse Brandt,1990-01-02\n"
    job = hub.screen(people, name="people.csv", idempotency_key="people")
    assert hub.screen(people, name="people.csv", idempotency_key="people").id == job.id
    assert [row.id for row in hub.screenings()] == [job.id]
    with (
        quick_symbols("resolver.matching.pipeline", "resolver.check.screener"),
        Hub.open(url, OPTIONS) as store,
    ):
        run_next_job(store, jobs_folder(store.store), run_screening_job)
    done = hub.wait_screening(job.id, seconds=60)
    assert done.result is not None
    assert (done.state, done.result["subjects"], done.result["hits"]) == ("done", 2, 1)
    (hit,) = hub.hits(job.id)
    assert (hit.subject["id"], hit.band, hit.status) == ("P1", "match", "")
    assert hub.screening_file(job.id, "hits").startswith(b"subject_id,")
    cleared = hub.judge_hit(job.id, hit, "cleared", "another face")
    assert (cleared.verdict, cleared.entity) == ("cleared", hit.entity["id"])
    assert hub.clearances() == [cleared]
    assert hub.withdraw_clearance(cleared.id).id == cleared.id
    assert hub.clearances() == []
    with pytest.raises(NotFoundError):
        hub.screening("absent")


def test_check_and_match(hub: Client) -> None:
    matches = hub.check(name="Maria Quispe Huanca", birthDate="1980-11-02")
    (candidate,) = matches.results
    assert (candidate.caption, candidate.referents, candidate.match) == (
        "Maria Quispe Huanca",
        ("coast:2", "river:2"),
        True,
    )
    assert candidate.first("birthDate") == "1980-11-02"
    assert (matches.total, matches.complete, matches.warnings) == (1, True, ())
    assert candidate.explanations is not None
    assert sum(evidence.weight for evidence in candidate.explanations.values()) > 0
    query = {"schema": "Person", "properties": {"name": ["John Smith"], "birthDate": ["never"]}}
    answers = hub.match({"a": query, "b": query}, "river", limit=1, cutoff=0)
    assert answers["a"] == answers["b"]
    assert "never" in answers["a"].warnings[0]
    assert hub.match({"a": query}, exclude_dataset=["coast", "river"])["a"].results == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        candidate.score = 0.0  # type: ignore[misc]


def test_entities_and_search(hub: Client) -> None:
    entity = hub.entity("river:3")
    assert (entity.caption, entity.datasets) == ("John Smith", ("river",))
    assert hub.entity(entity.id, nested=False) == entity
    assert hub.adjacent(entity.id) == {}
    page = hub.search("maria quispe", topics=[], limit=1)
    assert [entity.caption for entity in page.results] == ["Maria Quispe Huanca"]
    assert page.facets["datasets"]["coast"] >= 1
    names = [entity.caption for entity in hub.search("maria quispe", sort=["caption:desc"]).results]
    assert names == sorted(names, reverse=True)


def test_service_endpoints(hub: Client) -> None:
    assert [dataset.name for dataset in hub.catalog()][:3] == ["default", "coast", "river"]
    assert hub.changes(limit=1).changes[0].kind == "born"
    assert hub.algorithms()["best"] == "evidence"
    assert (
        hub.reconcile({"q": {"query": "Maria Quispe Huanca"}})["q"]["result"][0]["name"]
        == "Maria Quispe Huanca"
    )
    assert hub.refresh() == hub.changes().version
    assert hub.openapi()["openapi"].startswith("3.1")
    assert hub.ready()


def test_batch_from_submission_to_results(hub: Client, url: str, tmp_path: Path) -> None:
    path = tmp_path / "port.json"
    path.write_text(LINES + "\n", "utf-8")
    dry = hub.submit(path, dry_run=True)
    job = hub.submit(path, idempotency_key="monday")
    assert hub.submit(path, idempotency_key="monday").id == job.id
    assert {job.id, dry.id} <= {batch.id for batch in hub.batches()}
    assert (job.state, job.label, job.is_finished) == ("queued", "port.json", False)
    with pytest.raises(ConflictError):
        hub.result(job.id, "report")
    events: list[BatchJob] = []
    listener = threading.Thread(target=lambda: events.extend(hub.events(job.id)))
    listener.start()
    work(url)
    work(url)
    done = hub.wait(job.id, seconds=60)
    listener.join(timeout=60)
    assert hub.batch(dry.id).state == done.state == "done"
    assert done.result is not None
    assert done.result["new"] == 1
    assert events[-1] == done
    assert b"Pavel Novotny" in hub.result(job.id, "entities")
    hub.save_result(job.id, "report", tmp_path / "report.html")
    assert "<html" in (tmp_path / "report.html").read_text("utf-8")
    hub.refresh()
    assert hub.check(name="Pavel Novotny").results[0].referents == ("port:n1",)


def test_table_with_mapping_and_cancelled_batch(hub: Client, tmp_path: Path) -> None:
    mapping = "id: nr\nkind: person\nsource: yard\nproperties: {name: who}\n"
    job = hub.submit(b"nr,who\n1,Ann Lee\n", name="yard.csv", mapping=mapping)
    assert hub.cancel(job.id).state == "cancelled"
    assert hub.wait(job.id).is_finished
    assert hub.wait(job.id).over
    assert list(hub.events(job.id))[-1].state == "cancelled"


def test_held_batch_can_be_accepted(hub: Client, url: str) -> None:
    def fleet(count: int) -> bytes:
        names = [f"Zora {number} Quill" for number in range(count)]
        entities = [
            {"id": name, "schema": "Person", "properties": {"name": [name]}} for name in names
        ]
        lines = [json.dumps({**entity, "datasets": ["fleet"]}) + "\n" for entity in entities]
        return "".join(lines).encode()

    hub.submit(fleet(40))
    work(url)
    job = hub.submit(fleet(10), complete=True)
    work(url)
    held_job = hub.wait(job.id)
    assert (held_job.state, "30 of 40" in str(held_job.error)) == ("held", True)
    assert hub.accept(job.id).state == "queued"
    work(url)
    assert hub.wait(job.id).state == "done"
    other = hub.submit(fleet(40), complete=True, accept_large_change=True)
    work(url)
    assert hub.wait(other.id).state == "done"


def test_post_and_withdraw_record(hub: Client) -> None:
    posted = hub.post(
        "quay", "7", "Person", {"name": ["Ilse Brandt"], "birthDate": ["1965-02-03", "never"]}
    )
    assert posted.record == "quay:7"
    assert "never" in posted.warnings[0]
    assert hub.entity(posted.entity).caption == "Ilse Brandt"
    withdrawn = hub.withdraw("quay", "7")
    assert (withdrawn.record, withdrawn.version) == ("quay:7", posted.version + 1)
    with pytest.raises(NotFoundError, match="quay:7"):
        hub.withdraw("quay", "7")
    hub.post("quay", "9", "Person", {"name": ["Ilse Brandt"]})
    with pytest.raises(ConflictError, match="quay:9: the id now names another person"):
        hub.post("quay", "9", "Person", {"name": ["Walid Omar"]})
    hub.post("quay", "9", "Person", {"name": ["Walid Omar"]}, accept_large_change=True)
    with pytest.raises(NotAllowedError, match="accept-restricted"):
        hub.post("quay", "8", "Person", {"name": ["Ilse Brandt"]}, handling="H2")


def test_refused_requests_raise_helpful_errors(hub: Client) -> None:
    with pytest.raises(RefusedError, match="Wizard") as error_info:
        hub.check(schema="Wizard", name="A")
    assert (error_info.value.status, bool(error_info.value.request_id)) == (400, True)
    with pytest.raises(NotFoundError, match="absent"):
        hub.match({"a": {"schema": "Person", "properties": {"name": ["A"]}}}, "absent")
    with pytest.raises(NotFoundError):
        hub.entity("a/b c?")
    with pytest.raises(ServiceError, match="is still queued"):
        hub.wait(hub.submit(LINES.encode()).id, seconds=0.1)


def test_unreachable_service() -> None:
    with (
        Client("http://127.0.0.1:9", repeats=1) as client,
        pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"),
    ):
        client.catalog()


def test_api_keys_and_rate_limit(url: str, serve_fork: Serve, tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(url.removeprefix("sqlite:///"), path)
    secret = create_key(f"sqlite:///{path}", "border", "Coast", ["check"])
    with serve_fork(f"sqlite:///{path}", "--rate", "2") as (_, address, _):
        with Client(address) as anonymous, pytest.raises(NotAllowedError, match="key is needed"):
            anonymous.catalog()
        with Client(address, secret, repeats=0, purpose="проверка") as client:
            with pytest.raises(NotAllowedError, match="scope submit"):
                client.batches()
            # A call refused for its scope does not count against the rate limit.
            client.catalog()
            client.catalog()
            with pytest.raises(BusyError, match="too many queries"):
                client.catalog()


def test_a_pair_is_reviewed_with_a_key(url: str, serve_fork: Serve, tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(url.removeprefix("sqlite:///"), path)
    kim = create_key(f"sqlite:///{path}", "kim", "Coast", ["review"])
    with serve_fork(f"sqlite:///{path}") as (_, address, _), Client(address, kim) as client:
        review_a_pair(client)


def review_a_pair(client: Client) -> None:
    assert all(row.key and row.left["id"] for row in client.queue(filters={"score_from": 0.1}))
    waiting = client.next_pair()
    assert waiting is None or waiting.held_by == "kim"
    pair = client.pair("coast:2", "river:3")
    result = client.decide("coast:2", "river:3", "different", snapshot=pair["snapshot"])
    assert result.state in ("done", "noted", "waits"), result
    with pytest.raises(ConflictError):
        client.confirm(result.decisions[0])
    assert client.undo(result.decisions[0], "by mistake").version > result.version


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, RefusedError),
        (405, RefusedError),
        (404, NotFoundError),
        (410, NotFoundError),
        (500, ServiceFailedError),
        (503, BusyError),
        (507, ServiceFailedError),
    ],
)
def test_http_status_selects_error_class(status: int, expected: type[ServiceError]) -> None:
    assert issubclass(error_class(status), expected)


def test_old_names_are_aliases() -> None:
    assert resolver.client.Job is BatchJob
    assert resolver.client.Found is resolver.client.MatchCandidate
    assert resolver.client.Posted is resolver.client.PostedRecord
    assert resolver.client.Withdrawn is resolver.client.WithdrawnRecord
    assert resolver.client.Change is resolver.client.EntityChange


def test_the_source_of_a_table_is_sent_as_a_parameter() -> None:
    assert batch_params({"source": "border"})["source"] == "border"
    assert batch_params({})["source"] is None


def test_unknown_submit_option_raises_type_error() -> None:
    with Client("http://127.0.0.1:9") as client, pytest.raises(TypeError, match="complte"):
        client.submit(b"", complte=True)  # type: ignore[call-arg]
