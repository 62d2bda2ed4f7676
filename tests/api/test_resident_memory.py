"""Resident memory of a service: hostile requests leave no more behind than ordinary ones."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.api.serving import child_ids, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads /proc"),
]

RATIO = 1.2
"""Of resident memory. Most of the rest are bounded caches of words, which many names fill."""
SCRIPTS = ("abcdeo", "авгдео", "αβγδεο", "محمدعل", "אבגדהו", "漢字王李張", "한글김이박", "กขคงจฉ")
"""Letters of eight scripts, of which long distinct values are made."""
Send = Callable[[str, int, random.Random], None]


def letters(count: int, script: str, dice: random.Random) -> str:
    """Return words of up to twelve letters, `count` characters together."""
    words = "".join(dice.choice(script + (" " if at % 6 else "")) for at in range(count))
    return words.strip() or script


def request(address: str, path: str, body: bytes | None = None, **headers: str) -> int:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=120)
    try:
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        connection.request("POST" if body is not None else "GET", path, body, names)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def raw(address: str, text: bytes) -> None:
    parts = urlsplit(address)
    # the service hangs up on what is no HTTP
    with suppress(OSError), socket.create_connection((parts.hostname, parts.port), 30) as peer:
        peer.sendall(text)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(65_536):
            pass


def match_body(names: list[str], count: int = 1, **more: list[str]) -> bytes:
    query = {"schema": "Person", "properties": {"name": names, **more}}
    return json.dumps({"queries": {f"q{at}": query for at in range(count)}}).encode()


def long_values(address: str, number: int, dice: random.Random) -> None:
    names = [letters(1_900, script, dice) for script in SCRIPTS]
    address_text = [letters(7_900, SCRIPTS[number % 8], dice)]
    request(address, "/match/default", match_body(names, address=address_text))


def long_check(address: str, number: int, dice: random.Random) -> None:
    text = letters(1_900, SCRIPTS[number % 8], dice)
    request(address, f"/check?{urlencode({'name': text, 'birthPlace': text})}")


def bulk_check(address: str, number: int, dice: random.Random) -> None:
    queries = {
        f"q{at}": {"properties": {"name": [letters(60, SCRIPTS[at % 8], dice)]}, "schema": "Person"}
        for at in range(100)
    }
    request(address, "/match/default?limit=50", json.dumps({"queries": queries}).encode())


def large_body(address: str, number: int, dice: random.Random) -> None:
    names = [letters(40, SCRIPTS[at % 8], dice) + str(at) for at in range(500)]
    body = match_body(names, notes=["x" * 1_000_000 + str(number)])
    request(address, "/match/default", body)


def deep_json(address: str, number: int, dice: random.Random) -> None:
    depth = dice.choice((500, 50_000, 500_000))
    request(address, "/match/default", b'{"queries":' + b"[" * depth + b"]" * depth + b"}")
    request(address, "/records", b'{"a":' * depth + b"1" + b"}" * depth)


def odd_headers(address: str, number: int, dice: random.Random) -> None:
    cookie = "a=" + "\\" * 4_000 + "; " + "; ".join(f"c{at}{number}=v" for at in range(200))
    with suppress(OSError):
        request(address, f"/check?name=Ann+L{number}", None, Cookie=cookie, X_Purpose="p" * 5_000)
    with suppress(OSError):
        request(address, "/healthz", None, **{f"X_{at}_{number}": "v" * 100 for at in range(90)})


def broken_chunks(address: str, number: int, dice: random.Random) -> None:
    head = b"POST /match/default HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    for end in (b"ffffff\r\n" + b"a" * 200_000, b"zz\r\nab\r\n", b"-1\r\n\r\n", b"5\r\nab"):
        raw(address, head + end)
    raw(
        address,
        b"POST /records HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + b"{" * 900_000,
    )


def long_search(address: str, number: int, dice: random.Random) -> None:
    text = letters(900, SCRIPTS[number % 8], dice)
    request(address, f"/search/default?q={quote(text)}&limit=100")
    queries = {f"q{at}": {"query": f"{text[:100]} {at}"} for at in range(10)}
    request(address, f"/reconcile/default?queries={quote(json.dumps(queries))}")
    packed = gzip.compress(b"[" * 2_000_000)
    request(address, "/match/default", packed, Content_Encoding="gzip")


def unknown_words(address: str, number: int, dice: random.Random) -> None:
    word = f"x{number}" + "Ab" * 500_000
    record = {"id": str(number), "datasets": ["hostile"], "properties": {"name": ["Ann Lee"]}}
    for schema, prop in ((word, "name"), ("Person", word)):
        body = {**record, "schema": schema, "properties": {prop: ["Ann Lee"]}}
        request(address, "/records", json.dumps(body).encode())
        query = {"schema": schema, "properties": {"name": ["Ann Lee"], prop: ["Ann Lee"]}}
        request(address, "/match/default", json.dumps({"queries": {"q": query}}).encode())


HOSTILE: tuple[Send, ...] = (
    long_values,
    long_check,
    bulk_check,
    large_body,
    deep_json,
    odd_headers,
    broken_chunks,
    long_search,
    unknown_words,
)


def ordinary(address: str, number: int, dice: random.Random) -> None:
    name = f"{letters(6, 'abcdeo', dice)} {letters(8, 'lmnrst', dice)}"
    if number % 4 == 3:
        request(address, f"/search/default?q={quote(name)}")
    elif number % 4 == 2:
        request(address, "/match/default", match_body([name], birthDate=["1990-01-01"]))
    else:
        request(address, f"/check?{urlencode({'name': name, 'birthDate': '1971-03-09'})}")


def resident(pid: int) -> int:
    """Return the proportional resident bytes of a process and its children."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    (line,) = (line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024 + sum(map(resident, child_ids(pid)))


def memory_after(url: str, count: int, kinds: tuple[Send, ...]) -> tuple[int, int]:
    """Return the resident bytes of a new service before and after a number of requests."""
    dice = random.Random(7)
    with served(url, "--workers", "2", ready=True) as service:
        for number in range(20):
            ordinary(service.address, number, dice)
        before = resident(service.process.pid)
        for number in range(count):
            kinds[number % len(kinds)](service.address, number, dice)
        # what is written later, such as the audit log, is written
        time.sleep(1)
        assert request(service.address, "/check?name=John+Smith") == 200
        assert service.process.poll() is None
        return before, resident(service.process.pid)


COUNT = 1_000


def test_unknown_words_leave_nothing_behind(store_url: str, tmp_path: Path) -> None:
    """Send 80 distinct names of schemata and properties, of a million letters each."""
    path = tmp_path / "hub.db"
    shutil.copy(store_url.removeprefix("sqlite:///"), path)
    before, after = memory_after(f"sqlite:///{path}", 40, (unknown_words,))
    assert after - before < 40 << 20, f"grew by {(after - before) >> 20} MiB"


@pytest.mark.nightly
def test_hostile_requests_leave_little_memory_behind(store_url: str, tmp_path: Path) -> None:
    after = []
    for number, kinds in enumerate(((ordinary,), HOSTILE)):
        path = tmp_path / f"hub{number}.db"
        shutil.copy(store_url.removeprefix("sqlite:///"), path)
        after.append(memory_after(f"sqlite:///{path}", COUNT, kinds))
    (_, plain), (_, hostile) = after
    assert hostile <= RATIO * plain, [(before >> 20, end >> 20) for before, end in after]
