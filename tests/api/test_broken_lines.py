"""Streams of checks that stop in the middle, sent to a serving process."""

from __future__ import annotations

import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from resolver.client import Client
from tests.api.conftest import Serve
from tests.api.test_bad_input import raw

pytestmark = pytest.mark.slow
LINE = json.dumps({"schema": "Person", "properties": {"name": ["John Smith"]}}).encode() + b"\n"
MANY = 2_000 * LINE
HEAD = (
    b"POST /match/default/lines HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/x-ndjson\r\n"
)


def answered_checks(address: str) -> int:
    with Client(address) as client:
        assert client.check(name="John Smith", birthDate="1990-01-01").results
    metrics = raw(address, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    (count,) = [
        line.split()[1]
        for line in metrics.decode().splitlines()
        if line.startswith("resolver_checks_total")
    ]
    return int(float(count))


def test_a_request_that_stops_in_the_middle_is_refused_whole(url: str, serve_fork: Serve) -> None:
    with serve_fork(url, ready=True) as (process, address, _):
        before = answered_checks(address)
        for request in (
            # fewer bytes than announced, cut between two lines and within one
            HEAD + b"Content-Length: 100000\r\n\r\n" + 3 * LINE,
            HEAD + b"Content-Length: 100000\r\n\r\n" + 3 * LINE + LINE[:20],
            # chunks without an end
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n" % len(LINE) + LINE + b"\r\n",
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n" + LINE,
        ):
            answer = raw(address, request)
            assert answer == b"" or answer.split()[1][:1] == b"4", answer[:300]
        # nothing was checked but what this test has asked itself
        assert answered_checks(address) == before + 1
        assert process.poll() is None


def test_a_client_that_leaves_in_the_middle_holds_nothing_up(url: str, serve_fork: Serve) -> None:
    with serve_fork(url, ready=True) as (process, address, _):
        parts = urlsplit(address)
        place: Any = (parts.hostname, parts.port)
        for _ in range(3):
            with socket.create_connection(place, timeout=30) as connection:
                connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(MANY) + MANY)
                # 503 while the service has not noticed yet that the others have left
                assert connection.recv(2_000).split()[1] in (b"200", b"503")
        single = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(LINE) + LINE
        deadline = time.monotonic() + 60
        while (answer := raw(address, single)).split()[1] == b"503":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert answer.split()[1] == b"200"
        assert b"John Smith" in answer
        assert process.poll() is None
