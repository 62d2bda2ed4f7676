"""Service under measurement: a store to serve, its processes, their memory and processor time."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.harness.datasets import ROOT

_MAX_START_SECONDS = 900
_POLL_SECONDS, _IDLE_SHARE, _IDLE_POLLS, _MAX_IDLE_SECONDS = 0.25, 0.05, 4, 60.0
"""Interval between polls, load of an idle service, idle polls in a row, and longest wait."""


@dataclass(frozen=True, slots=True)
class RunningService:
    """Running service: its address, its first process, and the seconds until it was ready."""

    url: str
    process: subprocess.Popen[bytes]
    ready: float

    def memory_mib(self) -> float:
        """Return the proportional set size of all its processes in MiB."""
        total = 0.0
        for pid in (self.process.pid, *_children(self.process.pid)):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                total += int(line.split()[1]) / 1024 if line.startswith("Pss:") else 0
        return total


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for children in Path(f"/proc/{pid}/task").glob("*/children")
        for child in children.read_text().split()
    ]


def prepare_store(records: int, folder: Path) -> str:
    """Return the URL of a store of generated records; make it where it does not exist."""
    path = folder / f"{records}.db"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        world = folder / f"world-{records}"
        _run_resolver("demo", "--records", str(records), "--only-lists", "--out", str(world))
        partial = path.with_suffix(".part")
        _run_resolver("dedupe", str(world / "lists"), "--store", f"sqlite:///{partial}")
        shutil.rmtree(world)
        # the index is built again for the new name
        shutil.rmtree(f"{partial}.index", ignore_errors=True)
        partial.rename(path)
    return f"sqlite:///{path}"


def _run_resolver(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "resolver", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )


@contextmanager
def run_service(
    store: str, workers: int, model: Path | None = None, index: Path | None = None
) -> Iterator[RunningService]:
    """Serve a store on a free port; yield once the service answers checks.

    `index`: folder of the index, if it is not at its default place.
    """
    command = [
        *(sys.executable, "-m", "resolver", "serve", "--store", store),
        *("--port", "0", "--workers", str(workers)),
    ]
    environment = {**os.environ, **({"RESOLVER_INDEX_DIR": str(index)} if index else {})}
    start = time.perf_counter()
    process = subprocess.Popen(
        [*command, *(["--model", str(model)] if model else [])],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
    )
    assert process.stderr is not None
    lines = iter(process.stderr.readline, b"")
    # an unread pipe would fill and block the service
    reader = threading.Thread(target=lambda: [None for _ in lines], daemon=True)
    try:
        url = next(line.split()[1].decode() for line in lines if line.startswith(b"Serving http"))
        reader.start()
        while _status(url, "/readyz") != 200:
            if time.perf_counter() - start > _MAX_START_SECONDS:
                raise TimeoutError(f"the service is not ready after {_MAX_START_SECONDS} s")
            time.sleep(0.05)
        yield RunningService(url, process, time.perf_counter() - start)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        if reader.is_alive():
            reader.join(10)
        process.stderr.close()


def _status(url: str, path: str) -> int:
    """Return the status of an answer; 0 without one, as while the listening process changes."""
    with closing(open_connection(url)) as connection:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
        except (http.client.HTTPException, OSError):
            return 0
        return answer.status


def open_connection(url: str) -> http.client.HTTPConnection:
    """Return a connection to a service."""
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=120)


def wait_until_idle(running: RunningService) -> float:
    """Wait until a service that is ready is idle; return the seconds until then.

    After it is ready, a service still prepares its structures for commits.
    """
    start = time.perf_counter()
    idle, before = 0, _used_seconds(running)
    while idle < _IDLE_POLLS and time.perf_counter() - start < _MAX_IDLE_SECONDS:
        time.sleep(_POLL_SECONDS)
        now = _used_seconds(running)
        idle = idle + 1 if now - before <= _IDLE_SHARE * _POLL_SECONDS else 0
        before = now
    return time.perf_counter() - start - idle * _POLL_SECONDS


def cpu_seconds(running: RunningService) -> float:
    """Return the seconds of processor time of the service and of this process."""
    return _used_seconds(running) + time.process_time()


def _used_seconds(running: RunningService) -> float:
    ticks = 0
    for pid in (running.process.pid, *_children(running.process.pid)):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
