"""The typed client against a real service."""

from __future__ import annotations

import dataclasses
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.cli.operate.worker import do
from resolver.client import (
    BusyError,
    Client,
    ConflictError,
    Job,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    ServiceError,
    ServiceFailedError,
    UnreachableError,
)
from resolver.client.exceptions import problem
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder, work_once
from tests.api.serving import served
from tests.hub.hubs import OPTIONS
from tests.normalize.preparing import quick_symbols

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
    """A copy of the store, for landings of its own."""
    path = tmp_path_factory.mktemp("client") / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def hub(url: str) -> Iterator[Client]:
    """A client of a service that has only just begun: its first check waits until the service has loaded."""
    with served(url) as (_, address, _), Client(address, purpose="tests") as client:
        assert client.check(name="Maria Quispe Huanca").results
        yield client


def work(url: str) -> Job | None:
    with quick_symbols("resolver.pipeline"), Hub.open(url, OPTIONS) as hub:
        work_once(hub, jobs_folder(hub.store), do)
    return None


def test_looking_up(hub: Client) -> None:
    found = hub.check(name="Maria Quispe Huanca", birthDate="1980-11-02")
    (one,) = found.results
    assert (one.caption, one.referents, one.match) == (
        "Maria Quispe Huanca",
        ("coast:2", "river:2"),
        True,
    )
    assert one.first("birthDate") == "1980-11-02"
    assert (found.total, found.complete, found.warnings) == (1, True, ())
    assert one.explanations is not None
    assert sum(evidence.weight for evidence in one.explanations.values()) > 0
    query = {"schema": "Person", "properties": {"name": ["John Smith"], "birthDate": ["never"]}}
    answers = hub.match({"a": query, "b": query}, "river", limit=1, cutoff=0)
    assert answers["a"] == answers["b"]
    assert "never" in answers["a"].warnings[0]
    assert hub.match({"a": query}, exclude_dataset=["coast", "river"])["a"].results == ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.score = 0.0  # type: ignore[misc]


def test_entities_search_and_the_rest(hub: Client) -> None:
    entity = hub.entity("river:3")
    assert (entity.caption, entity.datasets) == ("John Smith", ("river",))
    assert hub.entity(entity.id, nested=False) == entity
    assert hub.adjacent(entity.id) == {}
    page = hub.search("maria quispe", topics=[], limit=1)
    assert [one.caption for one in page.results] == ["Maria Quispe Huanca"]
    assert page.facets["datasets"]["coast"] >= 1
    names = [one.caption for one in hub.search("maria quispe", sort=["caption:desc"]).results]
    assert names == sorted(names, reverse=True)
    assert [one.name for one in hub.catalog()][:3] == ["default", "coast", "river"]
    assert hub.changes(limit=1).changes[0].kind == "born"
    assert hub.algorithms()["best"] == "evidence"
    assert (
        hub.reconcile({"q": {"query": "Maria Quispe Huanca"}})["q"]["result"][0]["name"]
        == "Maria Quispe Huanca"
    )
    assert hub.refresh() == hub.changes().version
    assert hub.openapi()["openapi"].startswith("3.1")
    assert hub.ready()


def test_a_batch_from_submission_to_its_results(hub: Client, url: str, tmp_path: Path) -> None:
    path = tmp_path / "port.json"
    path.write_text(LINES + "\n", "utf-8")
    dry = hub.submit(path, dry_run=True)
    job = hub.submit(path, idempotency_key="monday")
    assert hub.submit(path, idempotency_key="monday").id == job.id
    assert {job.id, dry.id} <= {one.id for one in hub.batches()}
    assert (job.state, job.label, job.over) == ("queued", "port.json", False)
    with pytest.raises(ConflictError):
        hub.result(job.id, "report")
    events: list[Job] = []
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


def test_a_table_with_its_mapping_and_a_batch_that_is_cancelled(
    hub: Client, tmp_path: Path
) -> None:
    mapping = "id: nr\nkind: person\nsource: yard\nproperties: {name: who}\n"
    job = hub.submit(b"nr,who\n1,Ann Lee\n", name="yard.csv", mapping=mapping)
    assert hub.cancel(job.id).state == "cancelled"
    assert hub.wait(job.id).over
    assert list(hub.events(job.id))[-1].state == "cancelled"


def test_a_batch_that_is_held_is_accepted(hub: Client, url: str) -> None:
    def fleet(count: int) -> bytes:
        names = [f"Zora {one} Quill" for one in range(count)]
        said = [{"id": name, "schema": "Person", "properties": {"name": [name]}} for name in names]
        return "".join(json.dumps({**one, "datasets": ["fleet"]}) + "\n" for one in said).encode()

    hub.submit(fleet(40))
    work(url)
    job = hub.submit(fleet(10), complete=True)
    work(url)
    held = hub.wait(job.id)
    assert (held.state, "30 of 40" in str(held.error)) == ("held", True)
    assert hub.accept(job.id).state == "queued"
    work(url)
    assert hub.wait(job.id).state == "done"
    other = hub.submit(fleet(40), complete=True, accept_large_change=True)
    work(url)
    assert hub.wait(other.id).state == "done"


def test_one_record(hub: Client) -> None:
    posted = hub.post(
        "quay", "7", "Person", {"name": ["Ilse Brandt"], "birthDate": ["1965-02-03", "never"]}
    )
    assert posted.record == "quay:7"
    assert "never" in posted.warnings[0]
    assert hub.entity(posted.entity).caption == "Ilse Brandt"
    gone = hub.withdraw("quay", "7")
    assert (gone.record, gone.version) == ("quay:7", posted.version + 1)
    with pytest.raises(NotFoundError, match="quay:7"):
        hub.withdraw("quay", "7")
    with pytest.raises(NotAllowedError, match="accept-restricted"):
        hub.post("quay", "8", "Person", {"name": ["Ilse Brandt"]}, handling="H2")


def test_what_is_refused_is_an_error_that_helps(hub: Client) -> None:
    with pytest.raises(RefusedError, match="Wizard") as caught:
        hub.check(schema="Wizard", name="A")
    assert (caught.value.status, bool(caught.value.request_id)) == (400, True)
    with pytest.raises(NotFoundError, match="absent"):
        hub.match({"a": {"schema": "Person", "properties": {"name": ["A"]}}}, "absent")
    with pytest.raises(NotFoundError):
        hub.entity("a/b c?")
    with pytest.raises(ServiceError, match="is still queued"):
        hub.wait(hub.submit(LINES.encode()).id, seconds=0.1)


def test_nobody_there() -> None:
    with (
        Client("http://127.0.0.1:9", repeats=1) as client,
        pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9"),
    ):
        client.catalog()


def test_keys_and_rates(url: str, tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(url.removeprefix("sqlite:///"), path)
    secret = create_key(f"sqlite:///{path}", "border", "Coast", ["check"])
    with served(f"sqlite:///{path}", "--rate", "2") as (_, address, _):
        with Client(address) as nobody, pytest.raises(NotAllowedError, match="key is needed"):
            nobody.catalog()
        with Client(address, secret, repeats=0, purpose="проверка") as client:
            with pytest.raises(NotAllowedError, match="scope submit"):
                client.batches()
            # a key that may not do a thing has not used its share by asking
            client.catalog()
            client.catalog()
            with pytest.raises(BusyError, match="too many requests"):
                client.catalog()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, RefusedError), (405, RefusedError), (404, NotFoundError), (410, NotFoundError), (500, ServiceFailedError),
     (503, BusyError), (507, ServiceFailedError)],
)  # fmt: skip
def test_statuses_are_kinds_of_error(status: int, kind: type[ServiceError]) -> None:
    assert issubclass(problem(status), kind)
