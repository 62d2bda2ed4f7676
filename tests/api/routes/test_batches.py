"""`/batches`: submissions, refusals and results."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from resolver.api.service import Service
from resolver.cli.app import run
from resolver.hub.admin import create_key
from resolver.hub.job_worker import OWN, RESULT
from tests.api.routes.batch_service import LINES, MAPPING, TABLE, client_of, fetched, service, work

pytestmark = pytest.mark.slow


__all__ = ["service"]


def test_a_batch_cannot_change_records_of_others(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.api.access._KEY_SECONDS", 0.0)
    url, client = service.settings.store_url, client_of(service)
    sent = {}
    for agency in ("Alpha", "Beta"):
        headers = {"Authorization": f"ApiKey {create_key(url, agency, agency, ['submit'])}"}
        for dry_run in ("true", "false"):
            answer = client.post(
                f"/batches?dry_run={dry_run}",
                data=LINES.replace(b"Ann", agency.encode()),
                headers=headers,
            )
            job = work(service)
            assert job is not None
            assert answer.json["id"] == job.id
            sent[agency, dry_run] = job
    assert [(job.state, "does not belong to Beta" in job.error) for job in sent.values()] == [
        ("done", False),
        ("done", False),
        ("failed", True),
        ("failed", True),
    ]
    with service.hub.store.view() as view:
        assert {row.agency for row in view.sources() if row.name == "port"} == {"Alpha"}
        stored = view.record("port:n2")
        assert stored is not None
        assert [row.text for row in stored.record.values if row.prop == "name"] == ["Alpha Lee"]


def test_a_batch_from_submission_to_results(service: Service) -> None:
    client = client_of(service)
    answer = client.post("/batches?filename=../port.json", data=LINES)
    assert answer.status_code == 202
    job = answer.json
    assert (job["state"], job["label"]) == ("queued", "port.json")
    location = answer.headers["Location"]
    assert client.get(location).json == job
    assert client.get(f"{location}/report").status_code == 409
    done = work(service)
    assert done is not None
    body = client.get(location).json
    assert (body["state"], body["percent"], body["attempts"]) == ("done", 100.0, 1)
    assert {key: body["result"][key] for key in ("records", "new", "changed", "version")} == {
        "records": 3,
        "new": 3,
        "changed": 0,
        "version": 2,
    }
    assert "<html" in fetched(client, f"{location}/report")[1]
    assert fetched(client, f"{location}/rejects") == (200, "file,line,reason\n")
    assert "port:n0" in fetched(client, f"{location}/links")[1]
    names = [
        json.loads(line)["caption"]
        for line in fetched(client, f"{location}/entities")[1].splitlines()
    ]
    assert "Ann Lee" in names
    assert client.get("/check?name=Ann+Lee").json["results"][0]["referents"] == ["port:n2"]
    assert [row["id"] for row in client.get("/batches").json["batches"]] == [job["id"]]
    assert work(service) is None


def test_a_table_with_its_mapping(service: Service) -> None:
    client = client_of(service)
    form = {"file": (io.BytesIO(TABLE), "yard.csv"), "mapping": (io.BytesIO(MAPPING), "m.yml")}
    location = client.post("/batches", data=form).headers["Location"]
    assert work(service) is not None
    assert client.get(location).json["result"]["new"] == 1
    assert client.get("/entities/yard:1", follow_redirects=True).json["properties"][
        "birthDate"
    ] == ["1965-02-03"]


def test_rejects_name_the_uploaded_file(service: Service) -> None:
    client = client_of(service)
    location = client.post(
        "/batches?filename=port.json", data=LINES + b'{"id": "n9", "schema": "Wizard"}\n'
    )
    location = location.headers["Location"]
    assert work(service) is not None
    assert client.get(location).json["result"]["rejects"] == 1
    assert fetched(client, f"{location}/rejects")[1].splitlines()[1].startswith("port.json,4,")


def test_a_repeated_submission_is_one_job(service: Service) -> None:
    client = client_of(service)
    headers = {"Idempotency-Key": "monday"}
    first = client.post("/batches", data=LINES, headers=headers)
    again = client.post("/batches", data=LINES, headers=headers)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json["id"] == again.json["id"]
    assert len(list(service.jobs_dir.glob("?" * 32))) == 1
    assert client.post("/batches", data=LINES).json["id"] != first.json["id"]


def test_an_idempotency_key_belongs_to_one_readable_list(service: Service) -> None:
    client = client_of(service)
    headers = {"Idempotency-Key": "monday"}
    first = client.post("/batches?filename=a.json", data=LINES, headers=headers)
    for path, data in (
        ("/batches", LINES.replace(b"Ann", b"Eve")),
        ("/batches?dry_run=true", LINES),
    ):
        other = client.post(path, data=data, headers=headers)
        assert (other.status_code, "another list" in other.json["detail"]) == (422, True)
    assert len(list(service.jobs_dir.glob("?" * 32))) == 1
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


@pytest.mark.parametrize(("sent", "body"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_list_is_refused_at_once(
    sent: dict[str, Any], body: str, service: Service
) -> None:
    answer = client_of(service).post("/batches", **sent)
    assert (answer.status_code, set(answer.json)) == (400, {"detail"})
    assert body in answer.json["detail"]
    assert not list(service.jobs_dir.iterdir())


def test_a_batch_without_valid_records_fails_with_reasons(service: Service) -> None:
    client = client_of(service)
    nameless = LINES.replace(b'"name": [', b'"notes": [')
    location = client.post("/batches", data=nameless).headers["Location"]
    assert client.get(f"{location}/rejects").status_code == 409
    assert work(service) is not None
    body = client.get(location).json
    assert body["state"] == "failed"
    assert body["error"]
    answer = client.get(f"{location}/report")
    assert (answer.status_code, body["error"] in answer.json["detail"]) == (409, True)
    status, rejects = fetched(client, f"{location}/rejects")
    assert (status, rejects.count("it has no name")) == (200, 3)
    # the next one is not held up
    client.post("/batches", data=LINES)
    done = work(service)
    assert done is not None
    assert done.state == "done"


def test_files_of_a_batch_have_strict_policies(service: Service) -> None:
    client = client_of(service)
    location = client.post("/batches", data=LINES).headers["Location"]
    assert work(service) is not None
    for name, kind in (
        ("report", "text/html; charset=utf-8"),
        ("links", "text/csv; charset=utf-8"),
    ):
        with client.get(f"{location}/{name}") as answer:
            assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
                kind,
                "no-store",
            )
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for form in ("application/json", "application/vnd.senzing+json"):
        with client.get(f"{location}/entities", headers={"Accept": form}) as answer:
            assert "Accept" in answer.headers["Vary"]
    folders = [service.jobs_dir, *service.jobs_dir.iterdir()]
    folders += [folder / "input" for folder in folders if (folder / "input").is_dir()]
    # the job, its input, and the spool of the audit log
    assert len(folders) == 4
    modes = {folder.stat().st_mode & 0o777 for folder in folders}
    assert modes == {0o700}
    store = service.hub.store.path
    assert store is not None
    assert {Path(f"{store}{end}").stat().st_mode & 0o777 for end in ("", "-wal", "-landing")} == {
        0o600
    }


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/batches", {"data": b""}, 400),
        ("/batches", {"data": b"x" * 30_000}, 413),
        ("/batches", {"data": {"other": (io.BytesIO(b"x"), "x")}}, 422),
        ("/batches?forma=csv", {"data": b"x"}, 422),
        ("/batches/absent/cancel", {}, 404),
    ],
)
def test_refused_submissions(
    path: str, body: dict[str, Any], status: int, service: Service
) -> None:
    answer = client_of(service).post(path, **body)
    assert (answer.status_code, set(answer.json)) == (status, {"detail"})
    kept = list(service.jobs_dir.iterdir()) if service.jobs_dir.exists() else []
    # the audit log writes its own files there
    assert [path for path in kept if path.name != "looks"] == []


def test_an_upload_that_is_cut_off(service: Service) -> None:
    answer = client_of(service).post(
        "/batches", data=b"half", environ_overrides={"CONTENT_LENGTH": "100"}
    )
    assert (answer.status_code, "cut off" in answer.json["detail"]) == (400, True)
    assert not list(service.jobs_dir.iterdir())
    assert client_of(service).get("/batches").json == {"batches": []}


def test_a_disk_that_is_full(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resolver.api.uploads.shutil.copyfileobj", full)
    answer = client_of(service).post("/batches", data=LINES)
    assert (answer.status_code, answer.json["detail"].endswith("no space left on device")) == (
        507,
        True,
    )
    assert not list(service.jobs_dir.iterdir())


def test_batches_of_other_agencies_are_invisible(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = {}
    for agency in ("coast", "river"):
        args = ["keys", "create", agency, "--agency", agency, "--scope", "submit"]
        assert run([*args, "--store", service.settings.store_url]) == 0
        keys[agency] = {"Authorization": f"ApiKey {capsys.readouterr().out.strip()}"}
    client = client_of(service)
    time.sleep(2.1)
    location = client.post("/batches", data=LINES, headers=keys["coast"]).headers["Location"]
    assert client.get(location, headers=keys["coast"]).json["agency"] == "coast"
    assert client.get(location, headers=keys["river"]).status_code == 404
    assert client.post(f"{location}/cancel", headers=keys["river"]).status_code == 404
    assert client.get("/batches", headers=keys["river"]).json == {"batches": []}


def test_a_dry_run_shows_the_effect(service: Service) -> None:
    client = client_of(service)
    location = client.post("/batches?dry_run=true", data=LINES + b"{").headers["Location"]
    assert work(service) is not None
    body = client.get(location).json
    assert (body["state"], body["dry_run"]) == ("done", True)
    assert {
        key: body["result"][key] for key in ("dry_run", "records", "new", "rejects", "version")
    } == {
        "dry_run": True,
        "records": 3,
        "new": 3,
        "rejects": 1,
        "version": 1,
    }
    assert body["result"]["entities_changed"] > 0
    assert service.hub.store.revision == 1
    assert fetched(client, f"{location}/rejects")[1].count("\n") == 2
    foretold = [fetched(client, f"{location}/{name}") for name in ("links", "entities")]
    assert [status for status, _ in foretold] == [200, 200]
    # a link that waits, since nothing but names is known, and three entities
    assert [text.count("\n") for _, text in foretold] == [2, 3]
    assert fetched(client, f"{location}/report")[0] == 200
    # the same list is then committed as foretold
    again = client.post("/batches", data=LINES).headers["Location"]
    assert work(service) is not None
    assert [fetched(client, f"{again}/{name}") for name in ("links", "entities")] == foretold
    committed = client.get(again).json["result"]
    expected = {"dry_run": True, "version": 1, "rejects": 1, "would_be_held": False}
    assert {**committed, **expected} == {
        **body["result"],
        "notes": committed["notes"],
    }


def make_person(source: str, number: str, **properties: str) -> bytes:
    return (
        json.dumps(
            {
                "id": number,
                "schema": "Person",
                "datasets": [source],
                "properties": {
                    "name": ["Mirela Dubravka Kovacevic"],
                    "birthDate": ["1971-03-09"],
                    **{prop: [text] for prop, text in properties.items()},
                },
            }
        ).encode()
        + b"\n"
    )


@pytest.mark.parametrize(
    ("scopes", "sees_others"), [(["submit"], False), (["submit", "check"], True)]
)
def test_whoever_may_look_nobody_up_gets_own_records_only(
    service: Service, monkeypatch: pytest.MonkeyPatch, scopes: list[str], sees_others: bool
) -> None:
    monkeypatch.setattr("resolver.api.access._KEY_SECONDS", 0.0)
    url, client = service.settings.store_url, client_of(service)
    owner = {"Authorization": f"ApiKey {create_key(url, 'alpha', 'Alpha', ['submit'])}"}
    sender = {"Authorization": f"ApiKey {create_key(url, 'gamma', 'Gamma', scopes)}"}
    assert (
        client.post(
            "/batches",
            data=make_person("alpha-list", "1", passportNumber="K8871209"),
            headers=owner,
        ).status_code
        == 202
    )
    work(service)
    for dry_run in ("true", "false"):
        answer = client.post(
            f"/batches?dry_run={dry_run}", data=make_person("gamma-list", "9"), headers=sender
        )
        job = work(service)
        assert job is not None, job
        assert job.state == "done", job.error
        location = answer.headers["Location"]
        for what in ("entities", "links", "report"):
            with client.get(f"{location}/{what}", headers=sender) as answer:
                text = answer.get_data(as_text=True)
            shows = "K8871209" in text or "alpha-list" in text
            assert shows <= sees_others, what
            if what == "entities":
                assert shows == sees_others
                assert "gamma-list" in text
    service.audit_log.flush()
    events = [event for event in service.hub.store.audit_events.list() if event.action == "batch"]
    assert [event.query["file"] for event in events] == ["entities", "links", "report"] * 2
    assert {event.query["own"] for event in events} == {not sees_others}


def test_results_for_keys_that_only_submit_are_written_where_there_is_one(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.api.access._KEY_SECONDS", 0.0)
    url, client = service.settings.store_url, client_of(service)

    def submit(list_name: str, headers: dict[str, str]) -> tuple[str, Path]:
        """Submit a list, resolve it, and return its address and its folder of restricted files."""
        # nobody in the store waits with this person
        unique = {"name": "Oddvar Quillfeather", "birthDate": "1944-12-01"}
        body = make_person(list_name, "9", **unique)
        answer = client.post("/batches", data=body, headers=headers)
        job = work(service)
        assert job is not None
        assert job.state == "done", job.error
        return answer.headers["Location"], service.jobs_dir / job.params["folder"] / RESULT / OWN

    def create(name: str, agency: str, *scopes: str) -> dict[str, str]:
        return {"Authorization": f"ApiKey {create_key(url, name, agency, scopes)}"}

    full = create("full", "Alpha", "submit", "check")
    # a key of another agency cannot read it
    create("foreign", "Beta", "submit")
    location, own = submit("alpha-list", full)
    assert not own.exists()
    restricted = create("restricted", "Alpha", "submit")
    late = client.get(f"{location}/entities", headers=restricted)
    assert (late.status_code, "send the list again" in late.json["detail"]) == (410, True)
    # nothing but records of its own lists: the same files; a killed worker has left one
    own.mkdir()
    (own / "links.csv").write_text("left over")
    location, own = submit("alpha-list", full)
    assert {path.name for path in own.iterdir()} >= {"entities.ftm.json", "links.csv"}
    assert all(path.samefile(own.parent / path.name) for path in own.iterdir())
    # records of others as well: files of their own
    location, own = submit("other-list", full)
    assert (own / "links.csv").is_file()
    assert not (own / "entities.ftm.json").samefile(own.parent / "entities.ftm.json")
    for headers, shows in ((full, True), (restricted, False)):
        with client.get(f"{location}/entities", headers=headers) as answer:
            assert ("alpha-list" in answer.get_data(as_text=True)) == shows


def test_keys_of_no_agency_see_only_their_own_batches(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.api.access._KEY_SECONDS", 0.0)
    url, client = service.settings.store_url, client_of(service)
    keys = {
        name: {"Authorization": f"ApiKey {create_key(url, name, '', scopes)}"}
        for name, scopes in {"one": ["submit"], "two": ["submit"], "chief": ["admin"]}.items()
    }
    answer = client.post("/batches", data=LINES, headers=keys["one"])
    location = answer.headers["Location"]
    statuses = {
        name: client.get(location, headers=headers).status_code for name, headers in keys.items()
    }
    assert statuses == {"one": 200, "two": 404, "chief": 200}
    listed = {
        name: len(client.get("/batches", headers=headers).json["batches"])
        for name, headers in keys.items()
    }
    assert listed["two"] == 0
    assert listed["one"] == 1 <= listed["chief"]
