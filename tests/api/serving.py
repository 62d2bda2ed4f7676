"""A real serving process, asked over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(store_url: str, *options: str, ready: bool = False) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process that serves a store, and its address; with `ready` once it answers checks. It is killed at the end
    unless it has ended by then."""
    command = [sys.executable, "-m", "resolver", "serve", "--store", store_url, "--port", "0", *options]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
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
        if ready:
            wait_ready(address)
        yield process, address
    finally:
        process.kill()
        process.communicate()


def wait_ready(address: str) -> None:
    """Wait until a service answers checks."""
    deadline = time.monotonic() + 120
    while ask(f"{address}/readyz")[0] != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def ask(url: str) -> tuple[int, object]:
    """Status and JSON of an answer."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
