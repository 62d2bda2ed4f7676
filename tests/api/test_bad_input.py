"""Faults around the service: the right status, a helpful `detail`, no loss, and it stays up.

Broken connections, disks, databases and indexes, against real processes. Invalid bodies and
parameters are in `routes` and `test_reconcile`.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from resolver.api import ServiceSettings, create_app
from resolver.api.errors import http_status, public_detail
from resolver.api.service import Service
from resolver.client import Client, ServiceFailedError
from resolver.errors import DatabaseError, StoreError, StoreFullError
from resolver.hub.admin import create_key
from resolver.hub.hub import Hub
from resolver.hub.job_worker import jobs_folder
from tests.api.conftest import RECORDS, Serve
from tests.api.serving import ROOT, wait_ready
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.store import postgres

pytestmark = pytest.mark.slow


BROKEN_CHUNKS = (b"zz\r\nab\r\n", b"-1\r\n\r\n", b"5\r\nab", b"\r\n", b"2\r\nabcd\r\n0\r\n\r\n")
CHECK = "/check?name=John+Smith&birthDate=1990-01-01"
LIMITED = """
import resource, signal, sys
# what a full disk does to a program: writing fails from some size on
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from resolver.cli.app import run
sys.exit(run(sys.argv[2:]))
"""


@pytest.fixture
def url(store_url: str, tmp_path: Path) -> str:
    """Return the URL of a copy of the store."""
    shutil.copy(store_url.removeprefix("sqlite:///"), tmp_path / "hub.db")
    return f"sqlite:///{tmp_path}/hub.db"


def raw(address: str, text: bytes) -> bytes:
    """Send bytes, hang up and return the answer."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        received = b""
        # the service may hang up on invalid requests
        with suppress(OSError):
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65_536):
                received += piece
    return received


@pytest.mark.slow
def test_broken_connections(url: str, serve_fork: Serve) -> None:
    """Uploads cut in the middle, and what is no HTTP at all."""
    with serve_fork(url, ready=True) as (process, address, _):
        head = b"POST /batches?filename=a.json HTTP/1.1\r\nHost: x\r\n"
        for request in (
            head + b"Content-Length: 100000\r\n\r\n" + b'{"id": "1", "schema": ',
            head + b"Transfer-Encoding: chunked\r\n\r\n" + b'ffff\r\n{"id"',
            head
            + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n\r\n"
            + b"--x\r\nContent-Disp",
            head + b"Content-Length: nonsense\r\n\r\n",
            *(head + b"Transfer-Encoding: chunked\r\n\r\n" + body for body in BROKEN_CHUNKS),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"GET /check?name=" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        ):
            answer = raw(address, request)
            assert answer == b"" or answer.split()[1][:1] == b"4", answer[:300]
        with Client(address) as client:
            assert client.check(name="John Smith", birthDate="1990-01-01").results
            assert client.batches() == []
        assert process.poll() is None
    folder = jobs_folder_of(url)
    assert not folder.exists() or {path.name for path in folder.iterdir()} <= {"looks"}


def jobs_folder_of(url: str) -> Path:
    with Hub.open(url, OPTIONS) as hub:
        return jobs_folder(hub.store)


@contextmanager
def limited(url: str, size: int) -> Iterator[str]:
    """Serve with a limit on the size of files."""
    command = [sys.executable, "-c", LIMITED, str(size), "serve", "--store", url, "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        address = process.stderr.readline().split()[1]
        process.stderr.readline()
        wait_ready(address)
        yield address
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_a_full_disk(url: str) -> None:
    size = Path(url.removeprefix("sqlite:///")).stat().st_size
    with limited(url, size + 20_000) as address, Client(address, repeats=0) as client:
        before = client.changes().version
        with pytest.raises(ServiceFailedError) as refused:
            client.submit(b"x" * (size + 100_000), name="big.json")
        assert refused.value.status == 507
        assert "cannot be stored" in refused.value.detail
        # larger than what the server keeps in memory
        with pytest.raises(ServiceFailedError) as refused:
            client.submit(b"x" * (size + 2_000_000), name="big.json")
        assert refused.value.status == 507
        assert "cannot be stored" in refused.value.detail
        failures = []
        for number in range(8):
            # records until the store cannot grow
            try:
                client.post(
                    "quay", str(number), "Person", {"name": ["Ann Lee"], "notes": ["x" * 20_000]}
                )
            except ServiceFailedError as error:
                failures.append(error)
        assert failures
        assert {error.status for error in failures} == {507}, [str(error) for error in failures]
        assert "disk of the store is full" in failures[0].detail
        # what is there is served on, and what failed is not there by half
        assert client.check(name="John Smith", birthDate="1990-01-01").results
        committed = client.changes().version - before
        assert committed == 8 - len(failures)
    with Hub.open(url, OPTIONS) as hub, hub.store.view() as view:
        assert len(view.all_members()[0]) == len(RECORDS) + committed


def test_corrupt_index_files_are_rebuilt(tmp_path: Path, app: Flask) -> None:
    """They are told apart from good ones and made again from the store."""
    url = f"sqlite:///{tmp_path}/hub.db"

    def checked() -> Any:
        app_over_store = create_app(ServiceSettings(url))
        service: Service = app_over_store.extensions["resolver"]
        try:
            service.warm()
            answer: Any = app_over_store.test_client().get(CHECK)
            assert answer.status_code == 200
            return answer.json["results"]
        finally:
            service.close()

    with pytest.MonkeyPatch.context() as patch:
        for place in (
            "resolver.hub.hub.MIN_FILE_RECORDS",
            "resolver.hub.record_index.MIN_FILE_RECORDS",
        ):
            patch.setattr(place, 1)
        with quick_symbols("resolver.matching.pipeline"):
            with Hub.open(url, OPTIONS, min_file_records=1) as hub:
                hub.add(make_intake(RECORDS))
            expected = checked()
        files = [
            path
            for path in Path(f"{tmp_path}/hub.db.index").rglob("*")
            if path.is_file() and path.stat().st_size
        ]
        assert files
        for damage in (
            lambda data: b"",
            lambda data: data[: len(data) // 2],
            lambda data: b"\xff" * len(data),
        ):
            for path in files:
                if path.exists():
                    path.write_bytes(damage(path.read_bytes()))
            assert checked() == expected
        for path in files:
            path.unlink(missing_ok=True)
            path.mkdir()
        assert checked() == expected


@pytest.mark.slow
def test_a_database_outage(tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is stopped under the service, and started again."""
    # each request asks the store for its key
    monkeypatch.setattr("resolver.api.access._KEY_SECONDS", 0.0)
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (on Debian: postgresql)")
    with postgres.stoppable(Path("/tmp")) as database:
        with quick_symbols("resolver.matching.pipeline"), Hub.open(database.url, OPTIONS) as hub:
            hub.add(make_intake(RECORDS))
        app_over_store = create_app(ServiceSettings(database.url, jobs_dir=tmp_path))
        service: Service = app_over_store.extensions["resolver"]
        service.load()
        client: Any = app_over_store.test_client()
        key = create_key(database.url, "border", "", ("admin",))
        client.environ_base["HTTP_AUTHORIZATION"] = f"ApiKey {key}"
        assert client.get(CHECK).json["results"]
        database.stop()
        # checks go on for known keys, since the audit log has files of its own
        for _ in range(20):
            assert client.get(CHECK).json["results"]
        unknown = client.get(CHECK, headers={"Authorization": "ApiKey unknown"})
        assert unknown.status_code == 503
        for path in ("/entities/river:3", "/catalog", "/batches", "/changes"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), (
                path,
                answer.json,
            )
            assert "database" in answer.json["detail"]
        line = {"id": "1", "schema": "Person", "datasets": ["a"], "properties": {"name": ["A B"]}}
        answer = client.post("/batches", data=json.dumps(line))
        assert answer.status_code == 503
        assert {entry.name for entry in tmp_path.iterdir()} <= {"looks"}
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == client.get("/metrics").status_code == 200
        database.start()
        deadline = time.monotonic() + 30
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert client.get("/entities/river:3").status_code == 308
        assert client.get(CHECK).json["results"]
        service.close()


OUTAGE = """
import sys
from resolver.api.observability import log_as_json
from resolver.errors import DatabaseError
from resolver.store import Store
from resolver.store.database import commit_lock

log_as_json()
def wait(said):
    print(said, flush=True)
    sys.stdin.readline()

with Store.open(sys.argv[1]) as store:
    used = store.engine.raw_connection()
    used.cursor().execute("SELECT 1")
    try:
        with commit_lock(store.engine):
            wait("locked")
    except DatabaseError as error:
        print("refused", flush=True)
    used.close()
"""


@pytest.mark.slow
def test_an_outage_leaves_no_traceback_in_the_log(root: Path) -> None:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (on Debian: postgresql)")
    with postgres.stoppable(Path("/tmp")) as database:
        child = subprocess.Popen(
            [sys.executable, "-c", OUTAGE, database.url],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "locked\n"
        database.stop()
        print("stopped", file=child.stdin, flush=True)
        assert child.stdout.readline() == "refused\n"
        database.start()
        _, log = child.communicate(timeout=60)
    assert child.returncode == 0, log
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["event"] for line in lines} == {"QueuePool"}


@pytest.mark.parametrize(
    ("value", "status"),
    [("x" * 501, 422), ("a\x00b", 422), ("visa 17", 200), ("проверка", 200), ("", 200)],
)
def test_purposes(value: str, status: int, client: Any) -> None:
    answer = client.get("/catalog", query_string={"purpose": value})
    assert answer.status_code == status, answer.json


@pytest.mark.parametrize("key", ["k" * 201, "ключ", "a\tb", "\x7f"])
def test_ambiguous_idempotency_keys_are_refused(key: str, client: Any) -> None:
    answer = client.post("/batches", data=b"{}", headers={"Idempotency-Key": key})
    assert (answer.status_code, "Idempotency-Key" in answer.json["detail"]) == (422, True)


@pytest.mark.parametrize(
    "path",
    [
        "/check?name=A&limit=",
        "/check?name=A&fuzzy=",
        "/check?name=A&changed_since=",
        "/changes?since=" + "9" * 30,
        "/search/default?q=A&facets=wand",
        "/search/default?q=A&filter_op=NOT",
        "/search/default?q=A&sort=wand",
        "/search/default?q=A&sort=caption:up",
        "/entities/river:3?history=null",
        # no text of PostgreSQL has a NUL character
        *(
            f"/{place}%00"
            for place in ("entities/", "check?name=a", "search/default?q=", "batches/")
        ),
    ],
)
def test_invalid_parameters_are_refused(path: str, client: Any) -> None:
    answer = client.get(path)
    assert (answer.status_code, set(answer.json)) == (422, {"detail"})


def test_invalid_json_is_refused(client: Any) -> None:
    for body in (
        b"\xff\xfe",
        b'{"queries": {"a": {"properties": {"name": "\\ud800"}}}}',
        b"[" * 100_000,
        b"NaN",
    ):
        answer = client.post("/match/default", data=body)
        assert (answer.status_code, set(answer.json)) == (400, {"detail"}), body[:20]
    answer = client.post(
        "/records", data=json.dumps({"id": "1", "datasets": ["a"], "handling": ["H0"]})
    )
    assert answer.status_code == 422


def test_errors_of_the_database_tell_nothing_of_it() -> None:
    """Neither host nor user nor path of a store is told to a caller."""
    url = "postgresql+psycopg://hub@db.internal:5432/hub"
    for kind, status in ((DatabaseError, 503), (StoreFullError, 507), (StoreError, 503)):
        text = "it waits" if kind is StoreError else "no route to host db.internal"
        error = kind(text, place=url, hint="check it")
        detail = public_detail(error)
        assert "db.internal" not in detail
        assert "hub" not in detail
        assert http_status(error) == status
