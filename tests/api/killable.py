"""Processes that are killed at any moment and at work again at once: children of one process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from tests.api.serving import ROOT

DOCKS = 80
"""Records in pairs of which decisions are made."""
# Libraries are imported once; each child is a fork that has opened nothing yet.
NURSERY = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
import resolver.matching.pipeline, resolver.check.screener, resolver.api, resolver.cli.operate.serve
from resolver.cli.app import run
from resolver.cli.operate.worker import run_batch_job
from resolver.hub.admin import restore_store
from resolver.hub.hub import Hub
from resolver.hub.job_worker import run_next_job
from resolver.store import jobs
from tests.api.killable import dock_pairs
from tests.hub.hubs import OPTIONS, make_decision
from tests.matching.preparing import quick_symbols
from resolver.records.decisions import Verdict
jobs.LEASE_TIME = timedelta(seconds=1)

def serve(url, folder, port):
    sys.exit(run(["serve", "--store", url, "--jobs", folder, "--port", port]))

def work(url, folder, log):
    def handle(hub, job, *args):
        note(log, f"attempt {job.attempts}")
        note(log, "begin")
        return run_batch_job(hub, job, *args)
    with Hub.open(url, OPTIONS) as hub:
        while True:
            if not run_next_job(hub, Path(folder), handle, lease=timedelta(seconds=1)):
                time.sleep(0.01)

def note(log, text):
    with open(log, "ab", 0) as file:
        file.write(text.encode() + b"\\n")

def decide(url, log):
    begun = Path(log).read_text().count("begin") if Path(log).exists() else 0
    with Hub.open(url, OPTIONS) as hub:
        for number, pair in enumerate(dock_pairs()[begun:], begun):
            note(log, "begin")
            hub.decide([make_decision(pair, Verdict.DIFFERENT, number)])
            note(log, f"done {number}")

def refresh(url, log):
    with Hub.open(url, OPTIONS) as hub:
        while True:
            note(log, "begin")
            note(log, f"done {hub.refresh()}")

def rebuild(url, log):
    with Hub.open(url, OPTIONS) as hub:
        while True:
            note(log, "begin")
            note(log, f"done {hub.rebuild(OPTIONS)}")

def restore(backup, folder, log):
    for number in range(1_000_000):
        target = Path(folder) / f"restored-{os.getpid()}-{number}.db"
        note(log, "begin")
        restore_store(Path(backup), f"sqlite:///{target}")
        note(log, f"done {target}")
        target.unlink()

import time
ROLES = {"serve": serve, "work": work, "decide": decide, "refresh": refresh, "rebuild": rebuild,
         "restore": restore}
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
with quick_symbols("resolver.matching.pipeline", "resolver.check.screener"):
    print("ready", flush=True)
    for line in sys.stdin:
        role, *args = line.rstrip("\\n").split("\\t")
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            try:
                ROLES[role](*args)
            except SystemExit:
                pass
            finally:
                sys.stderr.flush()
                os._exit(0)
        print(pid, flush=True)
"""


def dock_pairs() -> list[tuple[str, str]]:
    """Return the pairs to decide, in order."""
    return list(combinations((f"dock:{number:02}" for number in range(DOCKS)), 2))


def port_people(batch: int, names: Sequence[str]) -> bytes:
    """Return a batch of people of one source, `port:<batch>-<row>`."""
    entities = (
        {
            "id": f"{batch}-{row}",
            "schema": "Person",
            "datasets": ["port"],
            "properties": {"name": [name]},
        }
        for row, name in enumerate(names)
    )
    return "".join(json.dumps(entity) + "\n" for entity in entities).encode()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Nursery:
    """Parent of all killed processes. Messages of its children go to a file."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._read() == "ready"

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def fork(self, *command: str) -> int:
        """Begin a process; return its id."""
        assert self._process.stdin is not None
        self._process.stdin.write("\t".join(command) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait(timeout=30)
        self._log.close()


def kill(pid: int) -> None:
    """Kill a process and wait until it is gone."""
    try:
        os.kill(pid, signal.SIGKILL)
        while True:
            os.kill(pid, 0)
            time.sleep(0.001)
    except ProcessLookupError:
        return
