"""Batches and single records over HTTP, and the workers behind them."""

from __future__ import annotations

import io
import json
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.service import Service
from resolver.cli.app import run
from resolver.cli.operate.worker import do
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import Job, work_once
from resolver.records.progress import Progress
from resolver.store.jobs import MOST_ATTEMPTS
from tests.api.conftest import RECORDS, Client
from tests.hub.hubs import OPTIONS, intake

LINES = "".join(
    json.dumps(
        {
            "id": f"n{number}",
            "schema": "Person",
            "datasets": ["port"],
            "properties": {"name": [name]},
        }
    )
    + "\n"
    for number, name in enumerate(["Pavel Novotny", "Novotny, Pavel", "Ann Lee"])
).encode()
TABLE = b"nr,who,born\n1,Pavel Novotny,1965-02-03\n"
MAPPING = b"id: nr\nkind: person\nsource: yard\nproperties: {name: who, birthDate: born}\n"


@pytest.fixture
def held(tmp_path: Path, app: Flask) -> Iterator[Service]:
    """A service over a store of its own."""
    url = f"sqlite:///{tmp_path}/hub.db"
    with Hub.open(url, OPTIONS) as hub:
        hub.add(intake(RECORDS))
    made = create_app(ServiceSettings(url, max_upload=20_000))
    service: Service = made.extensions["resolver"]
    service.warm()
    service.client = made.test_client()  # type: ignore[attr-defined]
    yield service
    service.close()


def client_of(held: Service) -> Client:
    return held.client  # type: ignore[attr-defined]


def fetched(client: Client, path: str) -> tuple[int, str]:
    """Status and text of an answer that is a file."""
    with client.get(path) as answer:
        return answer.status_code, answer.get_data(as_text=True)


def work(held: Service) -> Job | None:
    with Hub.open(held.settings.store_url, OPTIONS) as hub:
        return work_once(hub, held.jobs, do)


def test_a_batch_may_not_change_what_is_anothers(
    held: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.api.access._FRESH", 0.0)
    url, client = held.settings.store_url, client_of(held)
    sent = {}
    for who in ("Alpha", "Beta"):
        headers = {"Authorization": f"ApiKey {create_key(url, who, who, ['submit'])}"}
        for dry_run in ("true", "false"):
            answer = client.post(
                f"/batches?dry_run={dry_run}",
                data=LINES.replace(b"Ann", who.encode()),
                headers=headers,
            )
            job = work(held)
            assert job is not None
            assert answer.json["id"] == job.id
            sent[who, dry_run] = job
    assert [(job.state, "not of Beta" in job.error) for job in sent.values()] == [
        ("done", False), ("done", False), ("failed", True), ("failed", True),
    ]  # fmt: skip
    with held.hub.store.view() as view:
        assert {one.agency for one in view.sources() if one.name == "port"} == {"Alpha"}
        kept = view.record("port:n2")
        assert kept is not None
        assert [one.text for one in kept.record.values if one.prop == "name"] == ["Alpha Lee"]


def test_a_batch_from_submission_to_results(held: Service) -> None:
    client = client_of(held)
    answer = client.post("/batches?filename=../port.json", data=LINES)
    assert answer.status_code == 202
    job = answer.json
    assert (job["state"], job["label"]) == ("queued", "port.json")
    where = answer.headers["Location"]
    assert client.get(where).json == job
    assert client.get(f"{where}/report").status_code == 409
    done = work(held)
    assert done is not None
    said = client.get(where).json
    assert (said["state"], said["percent"], said["attempts"]) == ("done", 100.0, 1)
    assert {key: said["result"][key] for key in ("records", "new", "changed", "version")} == {
        "records": 3, "new": 3, "changed": 0, "version": 2,
    }  # fmt: skip
    assert "<html" in fetched(client, f"{where}/report")[1]
    assert fetched(client, f"{where}/rejects") == (200, "file,line,reason\n")
    assert "port:n0" in fetched(client, f"{where}/links")[1]
    names = [
        json.loads(line)["caption"] for line in fetched(client, f"{where}/entities")[1].splitlines()
    ]
    assert "Ann Lee" in names
    assert client.get("/check?name=Ann+Lee").json["results"][0]["referents"] == ["port:n2"]
    assert [one["id"] for one in client.get("/batches").json["batches"]] == [job["id"]]
    assert work(held) is None


def test_a_table_with_its_mapping(held: Service) -> None:
    client = client_of(held)
    form = {"file": (io.BytesIO(TABLE), "yard.csv"), "mapping": (io.BytesIO(MAPPING), "m.yml")}
    where = client.post("/batches", data=form).headers["Location"]
    assert work(held) is not None
    assert client.get(where).json["result"]["new"] == 1
    assert client.get("/entities/yard:1", follow_redirects=True).json["properties"][
        "birthDate"
    ] == ["1965-02-03"]


def test_rejects_are_told_by_the_name_of_the_file(held: Service) -> None:
    client = client_of(held)
    where = client.post(
        "/batches?filename=port.json", data=LINES + b'{"id": "n9", "schema": "Wizard"}\n'
    )
    where = where.headers["Location"]
    assert work(held) is not None
    assert client.get(where).json["result"]["rejects"] == 1
    assert fetched(client, f"{where}/rejects")[1].splitlines()[1].startswith("port.json,4,")


def test_the_same_submission_twice_is_one_job(held: Service) -> None:
    client = client_of(held)
    headers = {"Idempotency-Key": "monday"}
    first = client.post("/batches", data=LINES, headers=headers)
    again = client.post("/batches", data=LINES, headers=headers)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json["id"] == again.json["id"]
    assert len(list(held.jobs.iterdir())) == 1
    assert client.post("/batches", data=LINES).json["id"] != first.json["id"]


def test_a_key_stands_for_one_list_and_for_one_that_is_well(held: Service) -> None:
    client = client_of(held)
    headers = {"Idempotency-Key": "monday"}
    first = client.post("/batches?filename=a.json", data=LINES, headers=headers)
    for path, data in (
        ("/batches", LINES.replace(b"Ann", b"Eve")),
        ("/batches?dry_run=true", LINES),
    ):
        other = client.post(path, data=data, headers=headers)
        assert (other.status_code, "another list" in other.json["detail"]) == (422, True)
    assert len(list(held.jobs.iterdir())) == 1
    # what a file is called is not what it says
    assert (
        client.post("/batches?filename=b.json", data=LINES, headers=headers).json["id"]
        == first.json["id"]
    )
    client.post(f"{first.headers['Location']}/cancel")
    again = client.post("/batches", data=LINES, headers=headers)
    assert (again.status_code, again.json["id"] != first.json["id"]) == (202, True)
    assert client.post("/batches", data=LINES, headers=headers).json["id"] == again.json["id"]


UNREADABLE = {
    "no list": ({"data": b"\x00\x01 nothing known"}, "format not known"),
    "a format that it is not": ({"data": TABLE}, "mapping"),
    "a mapping that is none": (
        {
            "data": {
                "file": (io.BytesIO(TABLE), "yard.csv"),
                "mapping": (io.BytesIO(b"id: ["), "m.yml"),
            }
        },
        "YAML",
    ),
    "a mapping to a property there is not": (
        {
            "data": {
                "file": (io.BytesIO(TABLE), "y.csv"),
                "mapping": (io.BytesIO(MAPPING + b"x: 1"), "m.yml"),
            }
        },
        "x",
    ),
}


@pytest.mark.parametrize(("sent", "said"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_no_worker_could_read_is_refused_at_once(
    sent: dict[str, Any], said: str, held: Service
) -> None:
    answer = client_of(held).post("/batches", **sent)
    assert (answer.status_code, set(answer.json)) == (400, {"detail"})
    assert said in answer.json["detail"]
    assert not list(held.jobs.iterdir())


def test_a_batch_of_which_nothing_can_be_kept_fails_and_says_what(held: Service) -> None:
    client = client_of(held)
    nameless = LINES.replace(b'"name": [', b'"notes": [')
    where = client.post("/batches", data=nameless).headers["Location"]
    assert client.get(f"{where}/rejects").status_code == 409
    assert work(held) is not None
    said = client.get(where).json
    assert said["state"] == "failed"
    assert said["error"]
    answer = client.get(f"{where}/report")
    assert (answer.status_code, said["error"] in answer.json["detail"]) == (409, True)
    status, rejects = fetched(client, f"{where}/rejects")
    assert (status, rejects.count("it has no name")) == (200, 3)
    # the next one is not held up
    client.post("/batches", data=LINES)
    done = work(held)
    assert done is not None
    assert done.state == "done"


def test_files_of_a_batch_are_its_readers_alone(held: Service) -> None:
    client = client_of(held)
    where = client.post("/batches", data=LINES).headers["Location"]
    assert work(held) is not None
    for what, kind in (
        ("report", "text/html; charset=utf-8"),
        ("links", "text/csv; charset=utf-8"),
    ):
        with client.get(f"{where}/{what}") as answer:
            assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
                kind,
                "no-store",
            )
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for form in ("application/json", "application/vnd.senzing+json"):
        with client.get(f"{where}/entities", headers={"Accept": form}) as answer:
            assert "Accept" in answer.headers["Vary"]
    (folder,) = held.jobs.iterdir()
    modes = {path.stat().st_mode & 0o777 for path in (held.jobs, folder, folder / "input")}
    assert modes == {0o700}
    store = held.hub.store.path
    assert store is not None
    assert {Path(f"{store}{end}").stat().st_mode & 0o777 for end in ("", "-wal", "-landing")} == {
        0o600
    }


def test_what_waits_is_cancelled_at_once(held: Service) -> None:
    client = client_of(held)
    where = client.post("/batches", data=LINES).headers["Location"]
    assert client.post(f"{where}/cancel").json["state"] == "cancelled"
    assert work(held) is None
    assert held.hub.store.version == 1


def test_what_runs_stops_before_it_lands(held: Service) -> None:
    client = client_of(held)
    where = client.post("/batches", data=LINES).headers["Location"]

    def slow(hub: Hub, job: Job, folder: Path, progress: Progress) -> Mapping[str, Any]:
        client.post(f"{where}/cancel")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            time.sleep(0.1)
            progress.advance()
        raise AssertionError("it was not stopped")

    with Hub.open(held.settings.store_url, OPTIONS) as hub:
        ended = work_once(hub, held.jobs, slow, lease=timedelta(seconds=1))
    assert ended is not None
    assert client.get(where).json["state"] == "cancelled"


def test_a_job_whose_files_are_gone(held: Service) -> None:
    import shutil

    client = client_of(held)
    where = client.post("/batches", data=LINES).headers["Location"]
    shutil.rmtree(held.jobs)
    assert work(held) is not None
    assert "no longer there" in client.get(where).json["error"]
    where = client.post("/batches", data=LINES).headers["Location"]
    assert work(held) is not None
    shutil.rmtree(held.jobs)
    assert client.get(f"{where}/report").status_code == 410


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("/batches", {"data": b""}, 400),
        ("/batches", {"data": b"x" * 30_000}, 413),
        ("/batches", {"data": {"other": (io.BytesIO(b"x"), "x")}}, 422),
        ("/batches?forma=csv", {"data": b"x"}, 422),
        ("/batches/absent/cancel", {}, 404),
    ],
)
def test_what_is_not_taken(path: str, said: dict[str, Any], status: int, held: Service) -> None:
    answer = client_of(held).post(path, **said)
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})
    assert not held.jobs.exists() or not list(held.jobs.iterdir())


def test_an_upload_that_is_cut_off(held: Service) -> None:
    answer = client_of(held).post(
        "/batches", data=b"half", environ_overrides={"CONTENT_LENGTH": "100"}
    )
    assert (answer.status_code, "cut off" in answer.json["detail"]) == (400, True)
    assert not list(held.jobs.iterdir())
    assert client_of(held).get("/batches").json == {"batches": []}


def test_a_disk_that_is_full(held: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resolver.api.routes.batches.shutil.copyfileobj", full)
    answer = client_of(held).post("/batches", data=LINES)
    assert (answer.status_code, answer.json["detail"].endswith("no space left on device")) == (
        507,
        True,
    )
    assert not list(held.jobs.iterdir())


def test_what_a_record_says_in_vain_is_refused_or_told(held: Service) -> None:
    client = client_of(held)
    # a misspelt field must not be passed over: the record would be free for all
    answer = client.post("/records", json={**RECORD, "handlng": "H3"})
    assert (answer.status_code, "handlng" in answer.json["detail"]) == (422, True)
    for name in ("default", "...", "-"):
        assert client.post("/records", json={**RECORD, "datasets": [name]}).status_code == 422
        senzing = {"DATA_SOURCE": name, "RECORD_ID": "1", "NAME_FULL": "Ann Lee"}
        answer = client.post(
            "/records", data=json.dumps(senzing), content_type="application/vnd.senzing+json"
        )
        assert answer.status_code == 400
    said = {"name": ["Pavel Novotny"], "gender": ["zz"], "nationality": ["Atlantis", "Russia"]}
    answer = client.post("/records", json={**RECORD, "properties": said, "caption": "passed over"})
    assert (answer.status_code, len(answer.json["warnings"])) == (201, 2)
    assert "Atlantis" in answer.json["warnings"][1]


def test_an_id_may_end_as_a_door_does(held: Service) -> None:
    client = client_of(held)
    for end in ("adjacent", "adjacent/parent"):
        entity = client.post("/records", json={**RECORD, "id": f"7/{end}"}).json["entity"]
        answer = client.get(f"/entities/quay:7/{end}")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"/entities/{entity}")
    assert client.get(f"/entities/{entity}/adjacent").json["entity"]["id"] == entity


def test_others_batches_are_nobodys(held: Service, capsys: pytest.CaptureFixture[str]) -> None:
    keys = {}
    for agency in ("coast", "river"):
        args = ["keys", "create", agency, "--agency", agency, "--scope", "submit"]
        assert run([*args, "--store", held.settings.store_url]) == 0
        keys[agency] = {"Authorization": f"ApiKey {capsys.readouterr().out.strip()}"}
    client = client_of(held)
    time.sleep(2.1)
    where = client.post("/batches", data=LINES, headers=keys["coast"]).headers["Location"]
    assert client.get(where, headers=keys["coast"]).json["agency"] == "coast"
    assert client.get(where, headers=keys["river"]).status_code == 404
    assert client.post(f"{where}/cancel", headers=keys["river"]).status_code == 404
    assert client.get("/batches", headers=keys["river"]).json == {"batches": []}


RECORD = {
    "id": "7",
    "schema": "Person",
    "datasets": ["quay"],
    "properties": {"name": ["Pavel Novotny"]},
}


def test_a_record_is_resolved_at_once(held: Service) -> None:
    client = client_of(held)
    answer = client.post("/records", json=RECORD)
    assert answer.status_code == 201
    said = answer.json
    assert (said["record"], said["version"]) == ("quay:7", 2)
    assert client.get(answer.headers["Location"]).json["id"] == said["entity"]
    assert client.get("/check?name=Pavel+Novotny").json["results"][0]["referents"] == ["quay:7"]
    newer = {
        **RECORD,
        "properties": {"name": ["Pavel Novotny"], "birthDate": ["1965-02-03", "never"]},
    }
    again = client.post("/records", json=newer).json
    assert (again["entity"], again["version"]) == (said["entity"], 3)
    assert "never" in again["warnings"][0]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"id": ""}, 422),
        ({"id": 7}, 422),
        ({"datasets": []}, 422),
        ({"datasets": ["a b"]}, 422),
        ({"schema": "Wizard"}, 400),
        ({"schema": None}, 422),
        ({"properties": {}}, 400),
        ({"properties": {"wand": "x"}}, 400),
        ({"properties": 7}, 422),
    ],
)
def test_a_record_that_is_none(changed: dict[str, Any], status: int, held: Service) -> None:
    answer = client_of(held).post("/records", json={**RECORD, **changed})
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})
    assert held.hub.store.version == 1


CHILD = """
import sys
import threading
from datetime import timedelta
from pathlib import Path
from resolver.cli.worker import do
from resolver.engines.hub import Hub
from resolver.engines.working import work_once
from tests.engines.hubs import OPTIONS
from tests.normalise.preparing import quick_symbols
with quick_symbols("resolver.pipeline"), Hub.open(sys.argv[1], OPTIONS) as hub:
    print("begun", flush=True)
    while True:
        work_once(hub, Path(sys.argv[2]), do, lease=timedelta(seconds=1))
"""


def test_a_worker_killed_at_any_moment_loses_nothing(held: Service, root: Path) -> None:
    client = client_of(held)
    where = client.post("/batches", data=LINES).headers["Location"]
    dice = random.Random(7)
    for _ in range(3):
        command = [sys.executable, "-c", CHILD, held.settings.store_url, str(held.jobs)]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"begun\n"
            time.sleep(dice.uniform(0.0, 1.0))
            child.kill()
    deadline = time.monotonic() + 60
    while client.get(where).json["state"] != "done":
        assert time.monotonic() < deadline
        work(held)
        time.sleep(0.1)
    with held.hub.store.view() as view:
        assert view.version == 2
        assert len(view.all_members()[0]) == len(RECORDS) + 3
    assert fetched(client, f"{where}/report")[0] == 200


def test_the_command_works_until_nothing_waits(
    held: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    where = client_of(held).post("/batches", data=LINES).headers["Location"]
    assert run(["worker", "--store", held.settings.store_url, "--once"]) == 0
    assert ": done" in capsys.readouterr().err
    assert client_of(held).get(where).json["state"] == "done"


def test_a_dry_run_says_what_would_happen(held: Service) -> None:
    client = client_of(held)
    where = client.post("/batches?dry_run=true", data=LINES + b"{").headers["Location"]
    assert work(held) is not None
    said = client.get(where).json
    assert (said["state"], said["dry_run"]) == ("done", True)
    assert {key: said["result"][key] for key in ("dry_run", "records", "new", "rejects", "version")} == {
        "dry_run": True, "records": 3, "new": 3, "rejects": 1, "version": 1,
    }  # fmt: skip
    assert said["result"]["entities_changed"] > 0
    assert held.hub.store.version == 1
    assert fetched(client, f"{where}/rejects")[1].count("\n") == 2
    foretold = [fetched(client, f"{where}/{what}") for what in ("links", "entities")]
    assert [status for status, _ in foretold] == [200, 200]
    # a link that waits, since nothing but names is known, and three entities
    assert [text.count("\n") for _, text in foretold] == [2, 3]
    assert fetched(client, f"{where}/report")[0] == 200
    # the same list then lands as foretold
    again = client.post("/batches", data=LINES).headers["Location"]
    assert work(held) is not None
    assert [fetched(client, f"{again}/{what}") for what in ("links", "entities")] == foretold
    landed = client.get(again).json["result"]
    assert {**landed, "dry_run": True, "version": 1, "rejects": 1} == {
        **said["result"],
        "notes": landed["notes"],
    }


def told(answer: Any) -> list[tuple[str, Any]]:
    """The events of a stream: (name, data)."""
    found = []
    for block in answer.get_data(as_text=True).split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_events_tell_a_job_to_its_end(held: Service) -> None:
    client = client_of(held)
    where = client.post("/batches", data=LINES).headers["Location"]
    worker = threading.Timer(0.7, work, [held])
    worker.start()
    with client.get(f"{where}/events") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        events = told(answer)
    worker.join()
    assert events[0][0] == "progress"
    assert events[0][1]["state"] == "queued"
    assert (events[-1][0], events[-1][1]) == ("done", client.get(where).json)
    with client.get(f"{where}/events") as answer:
        text = answer.get_data(as_text=True)
        assert told(answer) == [events[-1]]
    last = re.search(r"^id: (\w+)$", text, re.M)
    assert last is not None
    # whoever has heard the end is told to come no more
    assert client.get(f"{where}/events", headers={"Last-Event-ID": last[1]}).status_code == 204


def test_streams_are_few_and_short(held: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.api.server.event_stream.LONGEST", 0.1)
    client = client_of(held)
    where = client.post("/batches", data=LINES).headers["Location"]
    # test clients do not begin a stream before it is read
    one, two = (client.get(f"{where}/events") for _ in range(2))
    refused = client.get(f"{where}/events")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert where in refused.json["detail"]
    assert [told(answer)[0][0] for answer in (one, two)] == ["progress", "progress"]
    one.close()
    two.close()
    with client.get(f"{where}/events") as answer:
        assert told(answer)
    assert client.get("/batches/absent/events").status_code == 404
    assert client.get(f"{where}/events?x=1").status_code == 422


def test_a_service_with_one_thread_streams_nothing(held: Service, app: Flask) -> None:
    made = create_app(ServiceSettings(held.settings.store_url, streams=0))
    where = client_of(held).post("/batches", data=LINES).headers["Location"]
    assert made.test_client().get(f"{where}/events").status_code == 503
    made.extensions["resolver"].close()


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


def test_what_would_change_very_much_is_held_until_somebody_accepts_it(held: Service) -> None:
    client = client_of(held)
    client.post("/batches", data=_fleet(40))
    assert (first := work(held)) is not None
    assert first.state == "done"
    where = client.post("/batches?complete=true", data=_fleet(10)).headers["Location"]
    waits = work(held)
    assert waits is not None
    said = client.get(where).json
    assert (said["state"], "30 of 40" in said["error"], waits.state) == ("held", True, "held")
    assert client.get("/entities/fleet:f39").status_code == 308
    assert "\nresolver_batches_held 1.0\n" in client.get("/metrics").get_data(as_text=True)
    assert client.get(f"{where}/links").status_code == 409
    assert fetched(client, f"{where}/events")[1].count("event: held") == 1
    assert work(held) is None
    assert client.post(f"{where}/accept").json["state"] == "queued"
    assert client.post(f"{where}/accept").status_code == 409
    assert (done := work(held)) is not None
    assert (done.state, (done.result or {})["withdrawn"]) == ("done", 30)
    assert "\nresolver_batches_held 0.0\n" in client.get("/metrics").get_data(as_text=True)
    assert client.post(f"{where}/accept").status_code == 409


def test_what_is_held_is_accepted_by_command_or_dropped(
    held: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    client, url = client_of(held), held.settings.store_url
    client.post("/batches", data=_fleet(40))
    work(held)
    first, second = (
        client.post("/batches?complete=true", data=_fleet(count)).json["id"] for count in (10, 11)
    )
    assert [job.state for job in (work(held), work(held)) if job is not None] == ["held", "held"]
    assert client.post(f"/batches/{second}/cancel").json["state"] == "cancelled"
    assert run(["batches", "accept", second, "--store", url]) == 1
    assert run(["batches", "accept", first, "--who", "ann", "--store", url]) == 0
    assert (done := work(held)) is not None
    assert (done.id, done.state, done.params["accepted_by"]) == (first, "done", "ann")
    capsys.readouterr()
    assert run(["batches", "list", "--store", url]) == 0
    told = capsys.readouterr().out
    assert f"{first} " in told
    assert ", cancelled" in told


def test_a_job_that_kills_its_worker_is_not_taken_up_for_ever(held: Service) -> None:
    where = client_of(held).post("/batches", data=LINES).headers["Location"]
    jobs, expired = held.hub.store.jobs, timedelta(seconds=-1)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        # as a worker that is killed leaves it: leased, and never heard of again
        leased = jobs.lease("w", lease=expired)
        assert leased is not None
        assert (leased.state, leased.attempts) == ("running", attempt)
    over = work(held)
    assert over is not None
    said = client_of(held).get(where).json
    assert (over.state, said["state"]) == ("failed", "failed")
    assert f"begun {MOST_ATTEMPTS} times" in said["error"]
    assert work(held) is None
    # what else waits goes on
    client_of(held).post("/batches", data=LINES)
    assert (other := work(held)) is not None
    assert other.state == "done"


def test_one_record_is_withdrawn_and_comes_back(held: Service) -> None:
    client = client_of(held)
    body = {
        "id": "w/1",
        "schema": "Person",
        "datasets": ["port"],
        "properties": {"name": ["Zora Vlk"]},
    }
    twin = {**body, "id": "w2", "properties": {"name": ["Zora Vlk"], "birthDate": ["1970-01-02"]}}
    _, two = (client.post("/records", json=said).json for said in (body, twin))
    assert client.delete("/records/port/w9").status_code == 404
    assert client.delete("/records/port/w/1").json == {
        "record": "port:w/1",
        "version": two["version"] + 1,
    }
    assert client.delete("/records/port/w/1").status_code == 404
    assert held.screen.refresh() == two["version"] + 1
    left = client.get(f"/entities/{two['entity']}").json
    assert left["referents"] == ["port:w2"]
    found = client.get("/check?name=Zora+Vlk").json["results"]
    assert [entity["referents"] for entity in found] == [["port:w2"]]
    assert client.get("/entities/port:w/1").status_code in (404, 410)
    again = client.post("/records", json=body).json
    assert again["record"] == "port:w/1"
    assert client.get("/entities/port:w/1").status_code == 308


def test_what_is_anothers_is_not_withdrawn(held: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.api.access._FRESH", 0.0)
    url, client = held.settings.store_url, client_of(held)
    alpha, beta = (
        {"Authorization": f"ApiKey {create_key(url, who, who, ['submit', 'check'])}"}
        for who in ("Alpha", "Beta")
    )
    body = {
        "id": "1",
        "schema": "Person",
        "datasets": ["alphas"],
        "properties": {"name": ["Zora Vlk"]},
    }
    assert client.post("/records", json=body, headers=alpha).status_code == 201
    assert client.delete("/records/alphas/1", headers=beta).status_code == 403
    assert client.delete("/records/alphas/1").status_code == 401
    assert client.delete("/records/alphas/1", headers=alpha).status_code == 200


def test_records_are_withdrawn_by_command(
    held: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    url, client = held.settings.store_url, client_of(held)
    client.post("/batches", data=LINES)
    work(held)
    assert run(["withdraw", "port:n0", "port:n9", "--store", url]) == 1
    assert "port:n9" in capsys.readouterr().err
    assert client.get("/entities/port:n0").status_code == 308
    assert run(["withdraw", "port:n0", "port:n1", "--store", url]) == 0
    assert "2 records withdrawn" in capsys.readouterr().out
    with held.hub.store.view() as view:
        assert view.record("port:n0") is None
        assert view.record("port:n2") is not None
        assert [one.kind for one in view.versions(view.version - 1)] == ["withdrawal"]
