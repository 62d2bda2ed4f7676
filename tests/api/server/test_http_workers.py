"""Two real serving processes behind one address."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from resolver.hub.hub import Hub
from tests.api.serving import ask, served, wait_ready
from tests.hub.hubs import OPTIONS, intake
from tests.normalize.preparing import quick_symbols
from tests.records.samples import record

Serving = tuple[int, str, str]


@pytest.fixture(scope="module")
def serving(store_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """(process id, address, store) of a service with two workers."""
    path = tmp_path_factory.mktemp("workers") / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    with served(f"sqlite:///{path}", "--workers", "2", ready=True) as service:
        yield service.process.pid, service.address, f"sqlite:///{path}"
        service.process.send_signal(signal.SIGTERM)
        assert service.ended() == 0


def workers(pid: int) -> set[int]:
    return {int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def check(address: str, name: str) -> dict[str, Any]:
    """A check over a connection of its own, which any worker may take."""
    status, said = ask(f"{address}/check?name={name.replace(' ', '+')}&schema=Person")
    assert status == 200, said
    assert isinstance(said, dict)
    return said


def everywhere(address: str, name: str, version: int) -> None:
    """Wait until every one of many checks at once sees a version; then whoever asks finds the name."""
    deadline = time.monotonic() + 20
    with ThreadPoolExecutor(8) as pool:
        while True:
            seen = list(pool.map(lambda _: check(address, name), range(16)))
            if all(one["version"] >= version for one in seen):
                break
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert all(one["results"][0]["caption"] == name for one in seen)


def test_nobody_goes_without_an_answer_while_workers_take_over(
    store_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    with (
        served(f"sqlite:///{path}", "--workers", "2", ready=False) as service,
        ThreadPoolExecutor(4) as pool,
    ):
        parts = urlsplit(service.address)
        deadline = time.monotonic() + 120

        def asks() -> list[int]:
            # over one connection, as long as the service keeps it
            seen: list[int] = []
            with closing(
                http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=60)
            ) as caller:
                while seen[-20:] != [200] * 20:
                    caller.request("GET", "/readyz")
                    answer = caller.getresponse()
                    answer.read()
                    seen.append(answer.status)
                    assert time.monotonic() < deadline
            return seen

        for seen in pool.map(lambda _: asks(), range(4)):
            assert set(seen) == {503, 200}
        service.process.send_signal(signal.SIGTERM)


def test_what_another_process_lands_is_seen_by_every_worker(serving: Serving) -> None:
    _, address, store = serving
    with quick_symbols("resolver.pipeline"), Hub.open(store, OPTIONS) as hub:
        version = hub.add(intake([record("late:1", name="Zdenka Havlova")])).version
    everywhere(address, "Zdenka Havlova", version)


def test_records_that_many_send_at_once_all_land(serving: Serving) -> None:
    _, address, store = serving

    def post(number: int) -> int:
        body = {
            "id": str(number),
            "datasets": ["door"],
            "schema": "Person",
            "properties": {"name": [f"Oleg D{number}"]},
        }
        request = urllib.request.Request(
            f"{address}/records", json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            said: int = json.load(answer)["version"]
        return said

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(post, range(24)))
    with Hub.open(store, create=False, check=False) as hub, hub.store.view() as view:
        assert len(view.numbers_of([f"door:{number}" for number in range(24)])) == 24
        # whoever comes while others land goes with the next
        assert view.version >= max(versions)
    everywhere(address, "Oleg D7", max(versions))


def test_figures_are_those_of_all_workers(serving: Serving) -> None:
    _, address, _ = serving

    def counted() -> float:
        with urllib.request.urlopen(f"{address}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        return float(
            next(line.split()[1] for line in lines if line.startswith("resolver_checks_total"))
        )

    before = counted()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: check(address, "Maria Quispe Huanca"), range(20)))
    assert counted() == before + 20


def test_one_connection_takes_one_request_after_the_other(serving: Serving) -> None:
    _, address, _ = serving
    parts = urlsplit(address)
    asked = f"GET /healthz HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    with socket.create_connection(
        (str(parts.hostname), parts.port or 80), timeout=60
    ) as connection:
        answers = connection.makefile("rb")

        def answered() -> int:
            status = int(answers.readline().split()[1])
            head = dict(line.split(b": ") for line in iter(lambda: answers.readline().strip(), b""))
            assert json.loads(answers.read(int(head[b"Content-Length"]))) is not None
            return status

        # at once, after a pause that is longer than a thread waits, and two before the first is answered
        for sent, pause in ((1, 0.0), (1, 0.0), (1, 0.1), (2, 0.0), (3, 0.1), (1, 0.0)):
            time.sleep(pause)
            connection.sendall(asked * sent)
            assert [answered() for _ in range(sent)] == [200] * sent
        # what has a head alone has no body after it
        connection.sendall(asked.replace(b"GET", b"HEAD") + asked)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += answers.readline()
        assert b"\r\nContent-Length: " in head
        assert answered() == 200


def test_many_callers_who_keep_their_connections_wait_for_nobody(serving: Serving) -> None:
    _, address, _ = serving
    parts = urlsplit(address)
    # more than there are threads
    with ExitStack() as held:
        callers = [
            held.enter_context(
                closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60))
            )
            for _ in range(60)
        ]
        for _ in range(3):
            for caller in callers:
                caller.request("GET", "/healthz")
            answers = [caller.getresponse() for caller in callers]
            assert {answer.status for answer in answers} == {200}
            assert all(answer.read() for answer in answers)


def killed(pid: int, worker: int) -> None:
    """Kill a worker, and wait until another has taken its place."""
    before = workers(pid)
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while len(workers(pid)) < len(before) or workers(pid) == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def post(address: str, number: str) -> bool:
    """Post a record; whether it is there."""
    said = {
        "id": number,
        "datasets": ["door"],
        "schema": "Person",
        "properties": {"name": [f"Zora {number}"]},
    }
    request = urllib.request.Request(f"{address}/records", json.dumps(said).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bool(answer.status == 201)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read()) from None


def test_nothing_is_lost_when_the_one_that_lands_dies(serving: Serving) -> None:
    pid, address, store = serving

    with ThreadPoolExecutor(8) as pool:
        posted = [pool.submit(post, address, f"k{number}") for number in range(40)]
        # it was forked first
        killed(pid, min(workers(pid)))
        posted += [pool.submit(post, address, f"k{number}") for number in range(40, 48)]
        assert all(one.result() for one in posted)
    with Hub.open(store, create=False, check=False) as hub, hub.store.view() as view:
        found = view.versions_of([f"door:k{number}" for number in range(48)])
    assert len(found) == 48
    # whoever asked again changed nothing by it
    assert all(len(one) == 1 for one in found.values())


def test_a_worker_that_dies_is_replaced(serving: Serving) -> None:
    pid, address, _ = serving
    killed(pid, max(workers(pid)))
    wait_ready(address)
    assert check(address, "Maria Quispe Huanca")["results"][0]["score"] > 0.5


def test_signals_ask_for_more_workers_and_for_fewer(serving: Serving) -> None:
    pid, address, _ = serving

    def until(count: int) -> None:
        deadline = time.monotonic() + 60
        while len(workers(pid)) != count:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    for number in range(4, 14):
        os.kill(pid, signal.SIGTTIN)
        until(number)
    for number in range(12, 1, -1):
        os.kill(pid, signal.SIGTTOU)
        until(number)
    os.kill(pid, signal.SIGTTOU)
    time.sleep(0.5)
    # one that serves and one that lands always stay
    assert len(workers(pid)) == 2
    wait_ready(address)
    assert check(address, "Maria Quispe Huanca")["results"][0]["score"] > 0.5
    assert post(address, "s1")
    os.kill(pid, signal.SIGTTIN)
    until(3)
