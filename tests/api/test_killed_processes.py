"""Processes killed at random moments: acknowledged records are in the store, once and complete."""

from __future__ import annotations

import random
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from resolver.client import Client, ServiceError
from resolver.hub.hub import Hub
from resolver.trust.audit_spool import recover_spools
from tests.api.conftest import RECORDS
from tests.api.killable import Nursery, free_port, kill, port_people
from tests.api.serving import wait_ready
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols

KILLS = 4
BATCHES, ROWS = 6, 40


class Process:
    """Process that is forked anew whenever it is killed."""

    def __init__(self, nursery: Nursery, *command: str) -> None:
        self._nursery = nursery
        self._command = command
        self._pid = 0

    def begin(self) -> None:
        self._pid = self._nursery.fork(*self._command)

    def kill(self) -> None:
        if self._pid:
            kill(self._pid)
            self._pid = 0


pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "new_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)], indirect=True
)
def test_killed_at_random_moments(new_url: str, tmp_path: Path) -> None:
    with quick_symbols("resolver.matching.pipeline"), Hub.open(new_url, OPTIONS) as hub:
        hub.add(make_intake(RECORDS))
    port, jobs = free_port(), tmp_path / "jobs"
    nursery = Nursery(tmp_path / "children.log")
    api = Process(nursery, "serve", new_url, str(jobs), str(port))
    worker = Process(nursery, "work", new_url, str(jobs), str(tmp_path / "work.log"))
    address = f"http://127.0.0.1:{port}"
    acknowledged: dict[str, str] = {}
    posted: set[str] = set()
    over = threading.Event()
    answered: set[str] = set()

    def ask() -> None:
        """Check repeatedly; each answered check must be in the audit log."""
        while not over.is_set():
            with (
                suppress(OSError),
                urllib.request.urlopen(f"{address}/check?name=Ann+Lee", timeout=20) as answer,
            ):
                answer.read()
                answered.add(answer.headers["X-Request-ID"])
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
        api.begin()
        worker.begin()
        wait_ready(address)
        sender.start()
        asker.start()
        for number in range(KILLS):
            time.sleep(dice.uniform(0.1, 1.5))
            target = (api, worker)[number % 2]
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
        nursery.close()
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
