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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from resolver.api.server.http_workers import _ConnectionCounts
from resolver.client import Client
from resolver.hub.hub import Hub
from tests.api.serving import ask, child_ids, served, wait_ready
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow


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
    """Return the ids of the workers, which the main thread has started."""
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def writers(pid: int) -> set[int]:
    """Return the id of the writer process, if it runs."""
    return child_ids(pid) - workers(pid)


def check(address: str, name: str, birth_date: str = "") -> dict[str, Any]:
    """Send a check over a connection of its own, which any worker may take."""
    query = f"name={name.replace(' ', '+')}&birthDate={birth_date}&schema=Person"
    status, body = ask(f"{address}/check?{query}")
    assert status == 200, body
    assert isinstance(body, dict)
    return body


def everywhere(address: str, name: str, version: int) -> None:
    """Wait until many simultaneous checks all see a revision, then check that they find a name."""
    deadline = time.monotonic() + 20
    with ThreadPoolExecutor(8) as pool:
        while True:
            answers = list(pool.map(lambda _: check(address, name), range(16)))
            if all(answer["version"] >= version for answer in answers):
                break
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert all(answer["results"][0]["caption"] == name for answer in answers)


def test_every_request_is_answered_while_workers_take_over(store_url: str, tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    with (
        served(f"sqlite:///{path}", "--workers", "2", ready=False) as service,
        ThreadPoolExecutor(4) as pool,
    ):
        parts = urlsplit(service.address)
        deadline = time.monotonic() + 120

        def ask_often() -> list[int]:
            # over one connection, as long as the service keeps it
            answers: list[int] = []
            with closing(
                http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=60)
            ) as caller:
                while answers[-20:] != [200] * 20:
                    caller.request("GET", "/readyz")
                    answer = caller.getresponse()
                    answer.read()
                    answers.append(answer.status)
                    assert time.monotonic() < deadline
            return answers

        for answers in pool.map(lambda _: ask_often(), range(4)):
            assert set(answers) == {503, 200}
        service.process.send_signal(signal.SIGTERM)


def test_every_worker_sees_commits_of_other_processes(serving: Serving) -> None:
    _, address, store = serving
    with quick_symbols("resolver.matching.pipeline"), Hub.open(store, OPTIONS) as hub:
        version = hub.add(make_intake([record("late:1", name="Zdenka Havlova")])).revision
    everywhere(address, "Zdenka Havlova", version)


def test_records_sent_at_once_are_all_committed(serving: Serving) -> None:
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
            version: int = json.load(answer)["version"]
        return version

    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(post, range(24)))
    with Hub.open(store, create=False, check=False) as hub, hub.store.view() as view:
        assert len(view.record_numbers([f"door:{number}" for number in range(24)])) == 24
        # records sent during a commit go with the next one
        assert view.revision >= max(versions)
    everywhere(address, "Oleg D7", max(versions))


def test_callers_read_what_they_have_written(serving: Serving) -> None:
    _, address, _ = serving
    with Client(address) as client, ThreadPoolExecutor(4) as pool:
        for number in range(4):
            name = f"Ottokar B{number}x Wendelin"
            posted = client.post("wharf", f"{number}", "Person", {"name": [name]})
            answers = list(pool.map(lambda _, name=name: check(address, name), range(4)))
            assert {answer["version"] >= posted.version for answer in answers} == {True}
            assert {answer["results"][0]["caption"] for answer in answers} == {name}
            withdrawn = urllib.request.Request(f"{address}/records/wharf/{number}", method="DELETE")
            with urllib.request.urlopen(withdrawn, timeout=60) as answer:
                version = json.load(answer)["version"]
            answers = list(pool.map(lambda _, name=name: check(address, name), range(4)))
            assert {answer["version"] >= version for answer in answers} == {True}
            assert name not in {
                match["caption"] for answer in answers for match in answer["results"]
            }


def test_metrics_are_summed_over_workers(serving: Serving) -> None:
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


def test_a_connection_takes_several_requests(serving: Serving) -> None:
    _, address, _ = serving
    parts = urlsplit(address)
    request = f"GET /healthz HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    with socket.create_connection(
        (str(parts.hostname), parts.port or 80), timeout=60
    ) as connection:
        answers = connection.makefile("rb")

        def answered() -> int:
            status = int(answers.readline().split()[1])
            head = dict(line.split(b": ") for line in iter(lambda: answers.readline().strip(), b""))
            assert json.loads(answers.read(int(head[b"Content-Length"]))) is not None
            return status

        # at once, after a pause longer than a thread waits, and two before the first is answered
        for sent, pause in ((1, 0.0), (1, 0.0), (1, 0.1), (2, 0.0), (3, 0.1), (1, 0.0)):
            time.sleep(pause)
            connection.sendall(request * sent)
            assert [answered() for _ in range(sent)] == [200] * sent
        # what has a head alone has no body after it
        connection.sendall(request.replace(b"GET", b"HEAD") + request)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += answers.readline()
        assert b"\r\nContent-Length: " in head
        assert answered() == 200


def test_idle_connections_delay_nobody(serving: Serving) -> None:
    _, address, _ = serving
    parts = urlsplit(address)
    # more than there are threads
    with ExitStack() as stack:
        callers = [
            stack.enter_context(
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


def kill_and_await(pid: int, child: int, siblings: Callable[[int], set[int]]) -> None:
    """Kill a child of a process, and wait until another has taken its place."""
    before = siblings(pid)
    os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while len(siblings(pid)) < len(before) or siblings(pid) == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def post(address: str, number: str) -> bool:
    """Post a record; whether it is there."""
    body = {
        "id": number,
        "datasets": ["door"],
        "schema": "Person",
        "properties": {"name": [f"Zora {number}"]},
    }
    request = urllib.request.Request(f"{address}/records", json.dumps(body).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bool(answer.status == 201)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read()) from None


def test_no_record_is_lost_when_the_writer_dies(serving: Serving) -> None:
    pid, address, store = serving

    with ThreadPoolExecutor(8) as pool:
        posted = [pool.submit(post, address, f"k{number}") for number in range(40)]
        (writer,) = writers(pid)
        kill_and_await(pid, writer, writers)
        posted += [pool.submit(post, address, f"k{number}") for number in range(40, 48)]
        assert all(future.result() for future in posted)
    with Hub.open(store, create=False, check=False) as hub, hub.store.view() as view:
        numbers = view.record_numbers([f"door:k{number}" for number in range(48)])
    assert len(numbers) == 48
    # repeated records changed nothing
    assert all(len(future) == 1 for future in numbers.values())


def test_a_worker_that_dies_is_replaced(serving: Serving) -> None:
    pid, address, _ = serving
    kill_and_await(pid, max(workers(pid)), workers)
    wait_ready(address)
    assert check(address, "Maria Quispe Huanca", "1980-11-02")["results"][0]["score"] > 0.5


def test_signals_add_and_remove_workers(serving: Serving) -> None:
    pid, address, _ = serving

    def until(count: int) -> None:
        deadline = time.monotonic() + 60
        while len(workers(pid)) != count:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    for number in range(3, 13):
        os.kill(pid, signal.SIGTTIN)
        until(number)
    for number in range(11, 0, -1):
        os.kill(pid, signal.SIGTTOU)
        until(number)
    os.kill(pid, signal.SIGTTOU)
    time.sleep(0.5)
    # one worker always stays
    assert len(workers(pid)) == len(writers(pid)) == 1
    wait_ready(address)
    assert check(address, "Maria Quispe Huanca", "1980-11-02")["results"][0]["score"] > 0.5
    assert post(address, "s1")
    os.kill(pid, signal.SIGTTIN)
    until(2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_service(number: int, store_url: str, tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    with served(f"sqlite:///{path}", "--workers", "2", ready=True) as service:
        pid, deadline = service.process.pid, time.monotonic() + 90
        while len(child_ids(pid)) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        children = child_ids(pid)
        assert post(service.address, "1")
        os.kill(pid, number)
        service.process.wait(timeout=60)
        while any(Path(f"/proc/{child}").exists() for child in children):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_slots_for_more_workers_than_planned() -> None:
    counts = _ConnectionCounts(2)
    workers = [object() for _ in range(12)]
    places = [counts.assign_slot(worker) for worker in workers]
    assert places[:7] == [0, 1, 2, 3, 4, 5, 6]
    # the others share one, and any of them may end
    assert set(places[7:]) == {7}
    for worker in workers:
        counts.free(worker)
    assert counts.assign_slot(object()) == 0


def test_busier_workers_leave_connections_to_others() -> None:
    counts = _ConnectionCounts(2)
    busy, second = counts.assign_slot(object()), counts.assign_slot(object())
    counts.count(busy, 3)
    assert not counts.holds_more_than_another(busy)
    counts.count(second, 2)
    assert counts.holds_more_than_another(busy)
    assert not counts.holds_more_than_another(second)
