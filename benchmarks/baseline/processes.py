"""Commands of `resolver` and a service, each in a process of its own, and HTTP requests to it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from benchmarks.harness.datasets import ROOT

NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
COMMAND: Sequence[str] = (sys.executable, "-m", "resolver")
"""Command of this tree; tests put a fork of a process that has imported it in its place."""
_READY_SECONDS = 600


class CommandError(Exception):
    """Signal that a command failed; the text holds its last lines."""


def _command_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with these settings alone, and this tree first among the packages."""
    inherited = {
        name: text for name, text in os.environ.items() if not name.startswith("RESOLVER_")
    }
    return {**inherited, "PYTHONPATH": str(ROOT), **settings}


def run_resolver(*words: object, settings: Mapping[str, str] = NO_SETTINGS) -> str:
    """Run a command of `resolver`; return its standard output. Raises `CommandError`.

    `settings`: environment variables (`RESOLVER_*`); none of this process are passed on.
    """
    process = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=ROOT,
        env=_command_environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        last_lines = " / ".join(process.stderr.strip().splitlines()[-3:])
        raise CommandError(f"resolver {words[0]} ended with {process.returncode}: {last_lines}")
    return process.stdout


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """Service that answers at `address`, in a process that its user may end."""

    address: str
    process: subprocess.Popen[str]


@contextlib.contextmanager
def serve_store(
    store: str, *options: object, settings: Mapping[str, str] = NO_SETTINGS
) -> Iterator[ServerProcess]:
    """Serve a store; yield once checks are answered. Raises `CommandError`."""
    words = ["serve", "--store", store, "--port", "0", *map(str, options)]
    process = subprocess.Popen(
        [*COMMAND, *words],
        cwd=ROOT,
        env=_command_environment(settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    log: list[str] = []
    reader = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
    try:
        address = ""
        while not address:
            line = process.stderr.readline()
            if not line:
                raise CommandError(f"resolver serve ended: {' / '.join(log[-3:])}")
            log.append(line.strip())
            match = re.search(r"https?://[^\s/]+:\d+", line)
            # lines of the log are JSON; the address is announced in plain text
            address = match[0] if match and not line.startswith("{") else ""
        reader.start()
        _wait_ready(address, process)
        yield ServerProcess(address, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if reader.ident is not None:
            reader.join(timeout=10)
        process.stderr.close()


def _wait_ready(address: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            if request(f"{address}/readyz")[0] == 200:
                return
        time.sleep(0.1)
    raise CommandError("resolver serve does not answer")


def request(url: str, body: object = None, key: str = "") -> tuple[int, Any]:
    """Send a GET, or a POST where there is a body; return the status and the JSON answer.

    A body of bytes is sent as it is, any other as JSON. `key`: the secret of an API key.
    """
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"ApiKey {key}"
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data, headers), timeout=120
        ) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
