"""Limits of real servers: refusals before the application sees a request."""

from __future__ import annotations

import gzip
import http.client
import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from resolver.hub.admin import create_key, revoke_key
from resolver.hub.job_worker import OWN, RESULT, jobs_folder
from resolver.store import Store
from resolver.store.schema import jobs
from tests.api.serving import Served, ask, served

pytestmark = pytest.mark.slow


LARGE = 6_000_000


@pytest.fixture(scope="module")
def closed(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """Return the URL of a store with keys, and their secrets by scope."""
    path = tmp_path_factory.mktemp("closed") / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    url = f"sqlite:///{path}"
    keys = {scope: create_key(url, scope, "Coast", [scope]) for scope in ("check", "submit")}
    keys["revoked"] = create_key(url, "revoked", "Coast", ["submit"])
    revoke_key(url, "revoked")
    return url, keys


@pytest.fixture(scope="module")
def single(closed: tuple[str, dict[str, str]]) -> Iterator[Served]:
    """Serve the store in one process."""
    with served(closed[0]) as serving:
        yield serving


@pytest.fixture(scope="module")
def together(closed: tuple[str, dict[str, str]]) -> Iterator[Served]:
    """Two."""
    with served(closed[0], "--workers", "2", "--threads", "4", ready=True) as serving:
        yield serving


def connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=30)


def send_raw(address: str, *lines: str, body: bytes = b"") -> tuple[int, dict[str, object]]:
    """Send headers and perhaps the beginning of a body; return status and JSON of the answer."""
    with connected(address) as sock:
        sock.sendall("\r\n".join([*lines, "Host: localhost", "", ""]).encode() + body)
        answer = b""
        while piece := sock.recv(65_536):
            answer += piece
            head, _, rest = answer.partition(b"\r\n\r\n")
            if b"Content-Length: " in head and len(rest) >= int(
                head.split(b"Content-Length: ")[1].split()[0]
            ):
                break
    return int(head.split()[1]), json.loads(rest)


@pytest.mark.parametrize("path", ["/match/default", "/records", "/desk/sign-in"])
def test_large_bodies_are_refused_before_they_arrive(path: str, single: Served) -> None:
    status, answer = send_raw(single.address, f"POST {path} HTTP/1.1", f"Content-Length: {LARGE}")
    assert (status, set(answer)) == (413, {"detail"})


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
@pytest.mark.parametrize("server", ["single", "together"])
def test_a_client_that_sends_all_of_a_large_body_reads_the_refusal(
    server: str,
    connection: str,
    closed: tuple[str, dict[str, str]],
    request: pytest.FixtureRequest,
) -> None:
    address = urlsplit(request.getfixturevalue(server).address)
    client = http.client.HTTPConnection(address.netloc, timeout=30)
    headers = {"Connection": connection, "Authorization": f"ApiKey {closed[1]['check']}"}
    client.request("POST", "/match/default", b" " * (4 * LARGE), headers)
    answer = client.getresponse()
    assert (answer.status, set(json.load(answer))) == (413, {"detail"})
    client.close()


@pytest.mark.parametrize("server", ["single", "together"])
def test_a_compressed_file_ends_where_it_says(
    server: str, closed: tuple[str, dict[str, str]], request: pytest.FixtureRequest
) -> None:
    lines = b"".join(b'{"id": "e-%d"}\n' % number for number in range(20_000))
    with Store.open(closed[0]) as store:
        job = store.jobs.submit("batch", {"folder": server}, submitted_by="submit", agency="Coast")
        done = update(jobs).where(jobs.c.id == job.id).values(state="done")
        with store.engine.begin() as connection:
            connection.execute(done)
        out = jobs_folder(store, None) / server / RESULT / OWN
    out.mkdir(parents=True)
    (out / "entities.ftm.json").write_bytes(lines)
    address = urlsplit(request.getfixturevalue(server).address)
    client = http.client.HTTPConnection(address.netloc, timeout=10)
    key = {"Authorization": f"ApiKey {closed[1]['submit']}"}
    for headers in (key, {**key, "Accept-Encoding": "gzip"}):
        client.request("GET", f"/batches/{job.id}/entities", headers=headers)
        answer = client.getresponse()
        body = answer.read()
        is_packed = "Accept-Encoding" in headers
        assert (answer.status, answer.headers.get("Content-Encoding") == "gzip") == (200, is_packed)
        assert (gzip.decompress(body) if is_packed else body) == lines
    client.close()


@pytest.mark.parametrize(
    ("path", "scope", "status"),
    [
        ("/batches", "", 401),
        ("/batches", "check", 403),
        ("/batches", "revoked", 401),
        ("/desk/batches", "", 401),
        ("/desk/batches/new", "", 401),
    ],
)
def test_a_list_is_read_for_allowed_keys_only(
    path: str, scope: str, status: int, single: Served, closed: tuple[str, dict[str, str]]
) -> None:
    key = [f"Authorization: ApiKey {closed[1][scope]}"] if scope else []
    for length in (f"Content-Length: {LARGE}", "Transfer-Encoding: chunked"):
        response_status, answer = send_raw(single.address, f"POST {path} HTTP/1.1", length, *key)
        assert (response_status, set(answer)) == (status, {"detail"})


def test_a_large_list_of_an_allowed_sender_is_read(
    single: Served, closed: tuple[str, dict[str, str]]
) -> None:
    line = b'{"id": "1", "schema": "Person", "datasets": ["p"], "properties": {"name": ["A B"]}}\n'
    body = line + b" " * (LARGE - len(line))
    key = f"Authorization: ApiKey {closed[1]['submit']}"
    status, _ = send_raw(
        single.address, "POST /batches HTTP/1.1", f"Content-Length: {len(body)}", key, body=body
    )
    assert status == 202


def test_silent_connections_delay_nobody(single: Served) -> None:
    with ExitStack() as stack:
        for _ in range(150):
            stack.enter_context(connected(single.address)).sendall(
                b"POST /match/default HTTP/1.1\r\nHost: loc"
            )
        started_at = time.monotonic()
        assert ask(f"{single.address}/healthz")[0] == 200
        assert time.monotonic() - started_at < 10


def test_refusals_of_waitress_are_json(single: Served) -> None:
    assert ask(f"{single.address}/check?name={'A' * 1_000_000}")[0] == 431
    status, answer = send_raw(single.address, "POST /records HTTP/1.1", "Content-Length: many")
    assert (status, set(answer)) == (400, {"detail"})


def test_refusals_of_gunicorn_are_json(together: Served) -> None:
    status, answer = send_raw(together.address, f"GET /check?name={'A' * 9_000} HTTP/1.1")
    assert (status, "POST /match" in str(answer["detail"])) == (414, True)
    status, answer = send_raw(together.address, "POST /records HTTP/1.1", "Content-Length: many")
    assert (status, set(answer)) == (400, {"detail"})


def test_a_body_that_stops_coming_ends(closed: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    url, keys = closed
    key = f"Authorization: ApiKey {keys['submit']}"
    with (
        served(url, "--workers", "2", "--threads", "2", ready=True) as serving,
        ExitStack() as stack,
    ):
        for _ in range(4):
            lines = (
                "POST /records HTTP/1.1",
                "Host: localhost",
                key,
                "Content-Length: 100",
                "",
                "{",
            )
            stack.enter_context(connected(serving.address)).sendall("\r\n".join(lines).encode())
        assert ask(f"{serving.address}/healthz")[0] == 200


def test_one_byte_now_and_then_holds_no_worker(
    closed: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections that send a header byte by byte are ended, and others are answered meanwhile."""
    with (
        served(closed[0], "--workers", "2", "--threads", "2", ready=True) as serving,
        ExitStack() as stack,
    ):
        slow = [stack.enter_context(connected(serving.address)) for _ in range(12)]
        for sock in slow:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        ended: set[int] = set()
        deadline = time.monotonic() + 60
        while len(ended) < len(slow) and time.monotonic() < deadline:
            for number, sock in enumerate(slow):
                try:
                    sock.sendall(b"a")
                    sock.settimeout(0.01)
                    if sock.recv(1_000) is not None:
                        ended.add(number)
                except TimeoutError:
                    continue
                except OSError:
                    ended.add(number)
            time.sleep(1)
        assert len(ended) == len(slow)
        assert ask(f"{serving.address}/healthz")[0] == 200


@pytest.mark.parametrize(
    "start",
    [
        "GET /healthz HTTP/1.1\r\nX-Slow: ",
        "POST /match/default HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{",
    ],
)
@pytest.mark.parametrize("server", ["single", "together"])
def test_many_slow_connections_delay_nobody(
    server: str, start: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(server).address
    with ExitStack() as stack:
        slow = [stack.enter_context(connected(address)) for _ in range(200)]
        for sock in slow:
            sock.sendall(start.encode())
        for _ in range(3):
            for sock in slow:
                sock.sendall(b"a")
            started_at = time.monotonic()
            assert ask(f"{address}/healthz")[0] == 200
            assert time.monotonic() - started_at < 3


@pytest.mark.parametrize("letter", ["\\", '"', ";", "="])
def test_a_hostile_cookie_costs_nothing(letter: str, single: Served) -> None:
    started_at = time.monotonic()
    status, _ = send_raw(
        single.address,
        "POST /desk/batches HTTP/1.1",
        f"Content-Length: {LARGE}",
        f'Cookie: session="{letter * 100_000}',
    )
    assert status in (401, 431)
    assert time.monotonic() - started_at < 3
