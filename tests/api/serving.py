"""Serving process for tests, asked over HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Served(NamedTuple):
    """Serving process, its address, and its standard error since it listens."""

    process: subprocess.Popen[str]
    address: str
    log: list[str]

    def ended(self) -> int:
        """Its exit code, once it has ended and all of its log is here."""
        code = self.process.wait(timeout=60)
        deadline = time.monotonic() + 10
        while _readers[self.process.pid].is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        return code


_readers: dict[int, threading.Thread] = {}


@contextmanager
def served(
    store_url: str,
    *options: str,
    ready: bool = False,
    command: Sequence[str] = (sys.executable, "-m", "resolver"),
) -> Iterator[Served]:
    """Run a process that serves a store, and kill it at the end unless it has ended.

    With `ready` the context begins once it answers checks.
    """
    words = [
        *command,
        "serve",
        "--store",
        store_url,
        "--port",
        "0",
        *options,
    ]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        while line.startswith("{"):
            # what it logs while it loads
            line = process.stderr.readline()
        assert line.startswith("Serving http://127.0.0.1:"), line
        address = line.split()[1]
        desk = process.stderr.readline()
        assert desk.startswith(f"Steward's desk: {address}/desk"), desk
        log: list[str] = []
        # a full pipe would block the service
        reader = _readers[process.pid] = threading.Thread(
            target=log.extend, args=(process.stderr,), daemon=True
        )
        reader.start()
        if ready:
            wait_ready(address)
        yield Served(process, address, log)
    finally:
        process.kill()
        process.wait()
        log_reader = _readers.pop(process.pid, None)
        if log_reader is not None:
            log_reader.join(timeout=10)
        if process.stderr is not None:
            process.stderr.close()


def child_ids(pid: int) -> set[int]:
    """Process ids of the children of a process, whichever thread started them."""
    return {
        int(child)
        for children in Path(f"/proc/{pid}/task").glob("*/children")
        for child in children.read_text().split()
    }


def wait_ready(address: str) -> None:
    """Wait until a service answers checks."""
    deadline = time.monotonic() + 120
    while not _answers(address):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        return ask(f"{address}/readyz")[0] == 200
    except (http.client.HTTPException, OSError):
        # those that load hand over to those that serve
        return False


def ask(url: str) -> tuple[int, object]:
    """Status and JSON of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
