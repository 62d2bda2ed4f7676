"""Jobs of batches: workers, cancellation, events, and batches that are held."""

from __future__ import annotations

import io
import json
import random
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.cli.app import run
from resolver.hub.hub import Hub
from resolver.hub.job_worker import Job, JobProgress, JobStoppedError, run_next_job
from resolver.records.progress import Progress
from resolver.store.jobs import MAX_ATTEMPTS
from tests.api.conftest import RECORDS
from tests.api.routes.batch_service import LINES, client_of, fetched, service, work
from tests.hub.hubs import OPTIONS

pytestmark = pytest.mark.slow


__all__ = ["service"]


def test_a_queued_job_is_cancelled_at_once(service: Service) -> None:
    client = client_of(service)
    location = client.post("/batches", data=LINES).headers["Location"]
    assert client.post(f"{location}/cancel").json["state"] == "cancelled"
    assert work(service) is None
    assert service.hub.store.revision == 1


def test_a_running_job_stops_before_its_commit(service: Service) -> None:
    client = client_of(service)
    location = client.post("/batches", data=LINES).headers["Location"]

    def slow(hub: Hub, job: Job, folder: Path, progress: Progress) -> Mapping[str, Any]:
        client.post(f"{location}/cancel")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            time.sleep(0.1)
            progress.advance()
        raise AssertionError("it was not stopped")

    with Hub.open(service.settings.store_url, OPTIONS) as hub:
        ended = run_next_job(hub, service.jobs_dir, slow, lease=timedelta(seconds=1))
    assert ended is not None
    assert client.get(location).json["state"] == "cancelled"


def test_progress_tells_no_counts_once_lists_are_read(service: Service) -> None:
    """Records and pairs that the sender may not see are among the later counts."""
    client = client_of(service)
    location = client.post("/batches", data=LINES).headers["Location"]
    shown: list[tuple[Any, ...]] = []

    def watch(hub: Hub, job: Job, folder: Path, progress: Progress) -> Mapping[str, Any]:
        """Work through two stages, and wait until each is shown."""
        for stage, total, count in (("read", None, 3), ("compare", 53, 20)):
            progress.start(stage, total)
            progress.advance(count)
            deadline = time.monotonic() + 30
            while (view := client.get(location).json)["stage"] != stage or not view["done"]:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            shown.append((view["done"], view["total"], view["percent"]))
        return {}

    with Hub.open(service.settings.store_url, OPTIONS) as hub:
        run_next_job(hub, service.jobs_dir, watch, lease=timedelta(seconds=1))
    assert shown == [(3, None, None), (37, 100, 37.0)]


def test_a_job_whose_files_are_gone(service: Service) -> None:
    import shutil

    client = client_of(service)
    location = client.post("/batches", data=LINES).headers["Location"]
    shutil.rmtree(service.jobs_dir)
    assert work(service) is not None
    assert "no longer there" in client.get(location).json["error"]
    location = client.post("/batches", data=LINES).headers["Location"]
    assert work(service) is not None
    shutil.rmtree(service.jobs_dir)
    assert client.get(f"{location}/report").status_code == 410


CHILD = """
import sys
import threading
from datetime import timedelta
from pathlib import Path
from resolver.cli.operate.worker import run_batch_job
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from tests.hub.hubs import OPTIONS
from tests.matching.preparing import quick_symbols
with quick_symbols("resolver.matching.pipeline"), Hub.open(sys.argv[1], OPTIONS) as hub:
    print("started", flush=True)
    while True:
        run_next_job(hub, Path(sys.argv[2]), run_batch_job, lease=timedelta(seconds=1))
"""


def test_a_worker_killed_at_any_moment_loses_nothing(service: Service, root: Path) -> None:
    client = client_of(service)
    location = client.post("/batches", data=LINES).headers["Location"]
    dice = random.Random(7)
    for _ in range(3):
        command = [sys.executable, "-c", CHILD, service.settings.store_url, str(service.jobs_dir)]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"started\n"
            time.sleep(dice.uniform(0.0, 1.0))
            child.kill()
    deadline = time.monotonic() + 60
    while client.get(location).json["state"] != "done":
        assert time.monotonic() < deadline
        work(service)
        time.sleep(0.1)
    with service.hub.store.view() as view:
        # killed between its commit and its answer, a worker leaves work that changes nothing again
        assert view.revision >= 2
        assert not len(view.changed_entities(2))
        assert len(view.all_members()[0]) == len(RECORDS) + 3
    assert fetched(client, f"{location}/report")[0] == 200


def test_the_command_works_until_nothing_waits(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    location = client_of(service).post("/batches", data=LINES).headers["Location"]
    assert run(["worker", "--store", service.settings.store_url, "--once"]) == 0
    assert ": done" in capsys.readouterr().err
    assert client_of(service).get(location).json["state"] == "done"


def read_events(answer: Any) -> list[tuple[str, Any]]:
    """Return the events of a stream as (name, data)."""
    events = []
    for block in answer.get_data(as_text=True).split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            events.append((fields["event"], json.loads(fields["data"])))
    return events


def test_events_follow_a_job_to_its_end(service: Service) -> None:
    client = client_of(service)
    location = client.post("/batches", data=LINES).headers["Location"]
    worker = threading.Timer(0.7, work, [service])
    worker.start()
    with client.get(f"{location}/events") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        events = read_events(answer)
    worker.join()
    assert events[0][0] == "progress"
    assert events[0][1]["state"] == "queued"
    assert (events[-1][0], events[-1][1]) == ("done", client.get(location).json)
    with client.get(f"{location}/events") as answer:
        text = answer.get_data(as_text=True)
        assert read_events(answer) == [events[-1]]
    last = re.search(r"^id: (\w+)$", text, re.M)
    assert last is not None
    # a client that has the last event gets no more
    assert client.get(f"{location}/events", headers={"Last-Event-ID": last[1]}).status_code == 204


def test_streams_are_few_and_short(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.api.server.responses.MAX_STREAM_SECONDS", 0.1)
    client = client_of(service)
    location = client.post("/batches", data=LINES).headers["Location"]
    # test clients do not begin a stream before it is read
    row, twin_answer = (client.get(f"{location}/events") for _ in range(2))
    refused = client.get(f"{location}/events")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert location in refused.json["detail"]
    assert [read_events(answer)[0][0] for answer in (row, twin_answer)] == ["progress", "progress"]
    row.close()
    twin_answer.close()
    with client.get(f"{location}/events") as answer:
        assert read_events(answer)
    assert client.get("/batches/absent/events").status_code == 404
    assert client.get(f"{location}/events?x=1").status_code == 422


def test_a_service_with_one_thread_streams_nothing(service: Service, app: Flask) -> None:
    app_over_store = create_app(ServiceSettings(service.settings.store_url, streams=0))
    location = client_of(service).post("/batches", data=LINES).headers["Location"]
    assert app_over_store.test_client().get(f"{location}/events").status_code == 503
    app_over_store.extensions["resolver"].close()


def _fleet(count: int) -> bytes:
    lines = [
        {
            "id": f"f{number}",
            "schema": "Person",
            "datasets": ["fleet"],
            "properties": {"name": [f"Zora {number} Quill"]},
        }
        for number in range(count)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_a_large_change_is_held_until_accepted(service: Service) -> None:
    client = client_of(service)
    client.post("/batches", data=_fleet(40))
    first = work(service)
    assert first is not None
    assert first.state == "done"
    assert client.post("/batches?complete=true&dry_run=true", data=_fleet(10)).status_code == 202
    dry = (work(service) or first).result or {}
    assert dry["would_be_held"]
    assert any("would be held back" in note and "30 of 40" in note for note in dry["notes"])
    location = client.post("/batches?complete=true", data=_fleet(10)).headers["Location"]
    waits = work(service)
    assert waits is not None
    body = client.get(location).json
    assert (body["state"], "30 of 40" in body["error"], waits.state) == ("held", True, "held")
    assert client.get("/entities/fleet:f39").status_code == 308
    assert "\nresolver_batches_held 1.0\n" in client.get("/metrics").get_data(as_text=True)
    assert client.get(f"{location}/links").status_code == 409
    assert fetched(client, f"{location}/events")[1].count("event: held") == 1
    assert work(service) is None
    assert client.post(f"{location}/accept").json["state"] == "queued"
    assert client.post(f"{location}/accept").status_code == 409
    assert (done := work(service)) is not None
    assert (done.state, (done.result or {})["withdrawn"]) == ("done", 30)
    assert "\nresolver_batches_held 0.0\n" in client.get("/metrics").get_data(as_text=True)
    assert client.post(f"{location}/accept").status_code == 409


def test_a_held_batch_is_accepted_or_cancelled_by_command(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    client, url = client_of(service), service.settings.store_url
    client.post("/batches", data=_fleet(40))
    work(service)
    first, second = (
        client.post("/batches?complete=true", data=_fleet(count)).json["id"] for count in (10, 11)
    )
    assert [job.state for job in (work(service), work(service)) if job is not None] == [
        "held",
        "held",
    ]
    assert client.post(f"/batches/{second}/cancel").json["state"] == "cancelled"
    assert run(["batches", "accept", second, "--store", url]) == 1
    assert run(["batches", "accept", first, "--who", "ann", "--store", url]) == 0
    assert (done := work(service)) is not None
    assert (done.id, done.state, done.params["accepted_by"]) == (first, "done", "ann")
    capsys.readouterr()
    assert run(["batches", "list", "--store", url]) == 0
    read_events = capsys.readouterr().out
    assert f"{first} " in read_events
    assert ", cancelled" in read_events


def test_batches_of_a_sender_run_in_their_order(service: Service) -> None:
    """A second worker takes up no later batch, also while the first worker is lost."""
    client, jobs = client_of(service), service.hub.store.jobs

    def send(name: str) -> str:
        line = {"id": "7", "datasets": ["quay"], "schema": "Person", "properties": {"name": [name]}}
        location: str = client.post("/batches", data=json.dumps(line)).headers["Location"]
        return location

    def stored_name() -> str:
        with service.hub.store.view() as view:
            stored = view.record("quay:7")
        assert stored is not None
        return stored.record.caption

    first, second = send("First Sailor"), send("Second Sailor")
    # a worker that is killed
    assert jobs.lease("w1", lease=timedelta(seconds=1)) is not None
    assert work(service) is None
    time.sleep(1.1)
    assert [client.get(place).json["state"] for place in (first, second)] == ["running", "queued"]
    for _ in range(2):
        assert work(service) is not None
    assert [client.get(place).json["state"] for place in (first, second)] == ["done", "done"]
    assert stored_name() == "Second Sailor"
    # a record that is posted while a batch waits is newer than the batch
    third = send("Third Sailor")
    record = {"id": "7", "datasets": ["quay"], "schema": "Person"}
    posted = {**record, "properties": {"name": ["Posted Sailor"]}}
    assert client.post("/records?accept_large_change=true", json=posted).status_code == 201
    assert work(service) is not None
    assert stored_name() == "Posted Sailor"
    assert "stay as they are (1)" in str(client.get(third).json["result"]["notes"])


def test_a_job_that_kills_its_workers_is_given_up(service: Service) -> None:
    location = client_of(service).post("/batches", data=LINES).headers["Location"]
    jobs, expired = service.hub.store.jobs, timedelta(seconds=-1)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        # as a worker that is killed leaves it: leased, and never heard of again
        leased = jobs.lease("w", lease=expired)
        assert leased is not None
        assert (leased.state, leased.attempts) == ("running", attempt)
    over = work(service)
    assert over is not None
    body = client_of(service).get(location).json
    assert (over.state, body["state"]) == ("failed", "failed")
    assert f"started {MAX_ATTEMPTS} times" in body["error"]
    assert work(service) is None
    # what else waits goes on
    client_of(service).post("/batches", data=LINES)
    assert (other := work(service)) is not None
    assert other.state == "done"


def test_a_running_job_learns_soon_that_it_was_cancelled(service: Service) -> None:
    queue = service.hub.store.jobs
    queue.submit("batch", {"folder": "x"})
    job = queue.lease("a worker")
    assert job is not None
    with JobProgress(service.hub.store, job) as progress:
        queue.cancel(job.id)
        time.sleep(1.5)
        with pytest.raises(JobStoppedError):
            progress.advance(0)


def test_a_held_batch_says_by_name_what_it_would_change(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    client, url = client_of(service), service.settings.store_url
    client.post("/batches", data=_fleet(40))
    work(service)
    dry = client.post("/batches?complete=true&dry_run=true", data=_fleet(10)).json["id"]
    work(service)
    held = client.post("/batches?complete=true", data=_fleet(10)).json["id"]
    work(service)
    body = client.get(f"/batches/{held}").json
    assert "accept it with --accept-large-change" not in body["error"]
    planned, report = (client.get(f"/batches/{name}/changes").json for name in (dry, held))
    assert planned == report
    assert report["planned"]
    assert "30 of 40 records are withdrawn" in report["held"][0]
    assert report["counts"]["removed"] == 30
    row = report["records"][0]
    assert (row["change"], row["source"], row["name"]) == ("removed", "fleet", "Zora 10 Quill")
    page = client.get(f"/batches/{held}/changes?limit=2&offset=1&output=csv")
    assert page.get_data(as_text=True).splitlines()[1].startswith("removed,fleet,fleet:f11,Zora")
    assert client.get(f"/batches/{held}/changes?change=added").json["records"] == []
    assert client.get(f"/batches/{held}/changes?change=odd").status_code == 422
    # the same by command
    capsys.readouterr()
    assert run(["changes", held, "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == report
    assert run(["changes", "nope", "--store", url]) == 1
    assert run(["batches", "accept", held, "--store", url]) == 0
    assert run(["batches", "reject", held, "--store", url]) == 1
    done = work(service)
    assert done is not None
    committed = client.get(f"/batches/{held}/changes").json
    assert not committed["planned"]
    assert committed["held"] == []
    assert [committed[name] for name in ("counts", "sources", "records")] == [
        report[name] for name in ("counts", "sources", "records")
    ]
    version = str((done.result or {})["version"])
    capsys.readouterr()
    assert run(["changes", version, "--store", url]) == 0
    assert "30 records removed" in capsys.readouterr().out


def test_a_stated_encoding_reaches_the_worker(service: Service) -> None:
    client = client_of(service)
    table = "id,name\n1,王小明\n".encode("big5")
    refused = client.post("/batches?filename=a.csv&encoding=klingon", data=table)
    assert (refused.status_code, "klingon" in refused.json["detail"]) == (422, True)
    assert client.post("/batches?filename=a.csv&encoding=big5", data=table).status_code == 202
    done = work(service)
    assert done is not None
    with service.hub.store.view() as view:
        stored = view.record("a:1")
    assert stored is not None
    assert "王小明" in str(stored)


def test_a_table_does_not_silently_become_a_source_of_its_own(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client, url = client_of(service), service.settings.store_url
    table = b"id,name\n1,Zora Quill\n"
    first = client.post("/batches?filename=border-2026-12-01.csv&source=border-guard", data=table)
    assert first.status_code == 202
    work(service)
    # the answer is remembered: a file of this name is of that source
    second = client.post("/batches?filename=border-2026-12-02.csv", data=table + b"2,Ann Lee\n")
    done = work(service)
    assert done is not None
    assert (done.id, done.state) == (second.json["id"], "done")
    with service.hub.store.view() as view:
        assert sorted(view.records_of_sources(["border-guard"])) == [
            "border-guard:1",
            "border-guard:2",
        ]
    refused = client.post("/batches?filename=border_guard_v7.csv", data=table)
    assert refused.status_code == 409
    assert "may be a new edition of the source border-guard" in refused.json["detail"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("arrivals.csv", table)
        file.writestr("border_guard_2027.csv", table)
    packed = client.post("/batches?filename=tables.zip", data=archive.getvalue())
    assert packed.status_code == 409
    # tables of an archive update the sources that files of their names updated before
    client.post("/batches?filename=ferry.csv&source=harbor", data=table)
    work(service)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ferry-2027.csv", table + b"3,Ida Moss\n")
        file.writestr("border-2027-01-01.csv", table + b"4,Leo Park\n")
    assert client.post("/batches?filename=two.zip", data=archive.getvalue()).status_code == 202
    work(service)
    with service.hub.store.view() as view:
        assert "harbor:3" in view.records_of_sources(["harbor"])
        assert "border-guard:4" in view.records_of_sources(["border-guard"])
    assert client.post("/batches?filename=x.json&source=y", data=LINES).status_code == 422
    assert client.post("/batches?filename=x.csv&source=a/b", data=table).status_code == 422
    assert client.post("/batches?filename=other.csv", data=table).status_code == 202
    path = tmp_path / "border_guard_2027.csv"
    path.write_bytes(table)
    capsys.readouterr()
    assert run(["dedupe", str(path), "--store", url]) == 1
    error = capsys.readouterr().err
    assert "say --source border-guard" in error
    assert run(["dedupe", str(path), "--store", url, "--source", "border-guard"]) == 0
    assert run(["dedupe", str(path), "--store", url, "--dry-run"]) == 0
    assert "updates the source border-guard" in capsys.readouterr().err
