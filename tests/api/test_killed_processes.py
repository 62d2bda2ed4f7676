"""Processes killed at random moments: acknowledged records are in the store, once and complete."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from resolver.client import Client, ServiceError
from resolver.hub.hub import Hub
from resolver.trust.audit_spool import recover_spools
from tests.api.conftest import RECORDS
from tests.api.killable import free_port, port_people
from tests.api.serving import ROOT, wait_ready
from tests.hub.hubs import OPTIONS, make_intake
from tests.normalize.preparing import quick_symbols

KILLS = 4
BATCHES, ROWS = 6, 40
# the small table of symbols, since the large one takes as long to load as all the rest
CHILD = """
import sys
from datetime import timedelta
from pathlib import Path
from resolver.store import jobs
from tests.normalize.preparing import quick_symbols
jobs.LEASE_TIME = timedelta(seconds=1)
with quick_symbols("resolver.pipeline", "resolver.screening.screener"):
    if sys.argv[1] == "worker":
        from resolver.cli.operate.worker import run_batch_job
        from resolver.hub.hub import Hub
        from resolver.hub.job_worker import run_next_job
        from tests.hub.hubs import OPTIONS
        with Hub.open(sys.argv[2], OPTIONS) as hub:
            print("started", file=sys.stderr, flush=True)
            while True:
                run_next_job(hub, Path(sys.argv[3]), run_batch_job, lease=timedelta(seconds=1))
    from resolver.cli.app import run
    sys.exit(run(["serve", "--store", sys.argv[2], "--jobs", sys.argv[3], "--port", sys.argv[4]]))
"""


class Process:
    """Child process that is started anew whenever it is killed."""

    def __init__(self, *args: str) -> None:
        self._args = args
        self._child: subprocess.Popen[str] | None = None
        self._reader = threading.Thread()

    def begin(self) -> str:
        """Start the child and return its first line."""
        command = [sys.executable, "-c", CHILD, *self._args]
        self._child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert self._child.stderr is not None
        line = self._child.stderr.readline()
        # further output is read, since a full pipe would block the child
        self._reader = threading.Thread(target=self._child.stderr.read, daemon=True)
        self._reader.start()
        return line

    def kill(self) -> None:
        if self._child is not None:
            os.kill(self._child.pid, signal.SIGKILL)
            self._child.wait()
            self._reader.join()
            if self._child.stderr is not None:
                self._child.stderr.close()
            self._child = None


pytestmark = pytest.mark.slow


def test_killed_at_random_moments(new_url: str, tmp_path: Path) -> None:
    with quick_symbols("resolver.pipeline"), Hub.open(new_url, OPTIONS) as hub:
        hub.add(make_intake(RECORDS))
    port, jobs = free_port(), tmp_path / "jobs"
    api = Process("serve", new_url, str(jobs), str(port))
    worker = Process("worker", new_url, str(jobs))
    address = f"http://127.0.0.1:{port}"
    acknowledged: dict[str, str] = {}
    posted: set[str] = set()
    over = threading.Event()
    answered: set[str] = set()

    def ask() -> None:
        """Check repeatedly; each answered check must be in the audit log."""
        while not over.is_set():
            try:
                with urllib.request.urlopen(f"{address}/check?name=Ann+Lee", timeout=20) as answer:
                    answer.read()
                    answered.add(answer.headers["X-Request-ID"])
            except OSError:
                time.sleep(0.02)

    def send() -> None:
        """Submit batches and records, repeating each until it is acknowledged."""
        with Client(address, repeats=0, timeout=20) as client:
            for number in range(BATCHES):
                while not over.is_set() and str(number) not in acknowledged:
                    try:
                        job = client.submit(
                            port_people(number, [f"Ann {row} Lee" for row in range(ROWS)]),
                            name="port.json",
                            idempotency_key=f"k{number}",
                        )
                        acknowledged[str(number)] = job.id
                        client.post(
                            "quay", str(number), "Person", {"name": [f"Ilse {number} Brandt"]}
                        )
                        posted.add(f"quay:{number}")
                    except ServiceError:
                        time.sleep(0.05)

    sender, asker = threading.Thread(target=send), threading.Thread(target=ask)
    dice = random.Random(11)
    try:
        assert api.begin().startswith("Serving")
        assert worker.begin() == "started\n"
        wait_ready(address)
        sender.start()
        asker.start()
        for kill in range(KILLS):
            time.sleep(dice.uniform(0.1, 1.5))
            target = (api, worker)[kill % 2]
            count = len(answered)
            while target is api and len(answered) == count:
                # right after an answer its audit event is not in the store yet
                time.sleep(0.001)
            target.kill()
            target.begin()
        wait_ready(address)
        sender.join(timeout=120)
        with Client(address) as client:
            for job in acknowledged.values():
                assert client.wait(job, seconds=120).state == "done"
            assert len(client.batches()) == BATCHES
    finally:
        over.set()
        asker.join(timeout=30)
        time.sleep(0.2)
        api.kill()
        worker.kill()
        if sender.is_alive():
            sender.join(timeout=30)
    assert len(acknowledged) == BATCHES
    with Hub.open(new_url, OPTIONS) as hub, hub.store.view() as view:
        # as the next process would: the last kill may have come before the last write
        recover_spools(jobs / "looks", hub.store)
        logged = [
            target.request_id
            for target in hub.store.audit_events.list(limit=100_000)
            if target.action == "check"
        ]
        assert len(logged) == len(set(logged))
        assert len(answered) > KILLS
        assert answered <= set(logged)
        stored_ids = {target for part in view.batches() for target in part.batch.ids.to_pylist()}
        sent = {f"port:{batch}-{row}" for batch in range(BATCHES) for row in range(ROWS)}
        assert sent <= stored_ids
        assert posted <= stored_ids
        # what was sent and never acknowledged may be there or not, but nothing else is
        assert stored_ids <= sent | {f"quay:{number}" for number in range(BATCHES)} | {
            target.id for target in RECORDS
        }
        numbers, entities = view.all_members()
        assert len(numbers) == len(stored_ids) == len(set(numbers.tolist()))
        assert len(entities) == len(numbers)
