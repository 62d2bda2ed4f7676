"""Kills in every phase of every process: what was acknowledged is in the store, and logged once."""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from resolver.client import Client, ServiceError
from resolver.hub.hub import Hub
from resolver.store import Store, backup
from resolver.store.jobs import MAX_ATTEMPTS
from resolver.trust.audit_spool import recover_spools
from tests.api.conftest import RECORDS
from tests.api.killable import DOCKS, Nursery, dock_pairs, free_port, kill, port_people
from tests.api.serving import wait_ready
from tests.hub.hubs import OPTIONS, make_intake
from tests.matching.preparing import quick_symbols
from tests.records.samples import record

pytestmark = pytest.mark.slow

PHASES = (
    *("check", "batch", "decide", "post", "refresh", "shutdown", "rebuild", "restore", "batch"),
)
"""What goes on when a process is killed, in turns."""
ROWS = 30
DOCK_RECORDS = [
    record(f"dock:{at:02}", name=f"Dock {chr(97 + at % 26)}{at}") for at in range(DOCKS)
]


@dataclass
class Traffic:
    """Requests to the service, and what it has acknowledged."""

    address: str
    over: threading.Event = field(default_factory=threading.Event)
    answered: set[str] = field(default_factory=set)
    posted: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    jobs: list[tuple[int, str]] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        for repeat in (self.check, self.post, self.submit):
            self.threads.append(threading.Thread(target=self._repeat, args=(repeat,), daemon=True))
            self.threads[-1].start()

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(timeout=30)

    def _repeat(self, request: Callable[[], None]) -> None:
        while not self.over.is_set():
            try:
                request()
            except (OSError, ServiceError, http.client.HTTPException):
                time.sleep(0.02)

    def check(self) -> None:
        with urllib.request.urlopen(f"{self.address}/check?name=Ann+Lee", timeout=20) as answer:
            answer.read()
            self.answered.add(answer.headers["X-Request-ID"])
        time.sleep(0.02)

    def post(self) -> None:
        with Client(self.address, repeats=0, timeout=20) as client:
            number = f"{len(self.posted)}"
            client.post("quay", number, "Person", {"name": [f"Ilse B{number} Brandt"]})
            self.posted.append(f"quay:{number}")
        time.sleep(0.02)

    def submit(self) -> None:
        """Submit the next batch, or the same again where the last was not acknowledged."""
        number = len(self.jobs)
        with Client(self.address, repeats=0, timeout=20) as client:
            job = client.submit(rows(number), name="port.json", idempotency_key=f"k{number}")
            self.jobs.append((number, job.id))
            while not self.over.is_set() and client.batch(job.id).state not in ("done", "failed"):
                time.sleep(0.05)


def rows(batch: int) -> bytes:
    return port_people(batch, [f"Ann P{batch}x{row} Lee" for row in range(ROWS)])


class Killer:
    """Kills the process of a phase while the phase goes on, and begins it again."""

    def __init__(self, url: str, folder: Path, seed: int) -> None:
        self.folder, self.jobs = folder, folder / "jobs"
        self._dice = random.Random(seed)
        self._nursery = Nursery(folder / "children.log")
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._commands = {
            "serve": (url, str(self.jobs), str(port)),
            "work": (url, str(self.jobs), self._log("work")),
            "restore": (str(folder / "hub.backup"), str(folder), self._log("restore")),
            **{role: (url, self._log(role)) for role in ("decide", "refresh", "rebuild")},
        }
        self._pids: dict[str, int] = {}

    def _log(self, role: str) -> str:
        return str(self.folder / f"{role}.log")

    def lines(self, role: str) -> list[str]:
        path = Path(self._log(role))
        return path.read_text().splitlines() if path.exists() else []

    def begin(self, role: str) -> None:
        self._pids[role] = self._nursery.fork(role, *self._commands[role])

    def strike(self, phase: str, traffic: Traffic) -> None:
        role = {"batch": "work", "check": "serve", "post": "serve", "shutdown": "serve"}.get(
            phase, phase
        )
        if role not in self._pids:
            self.begin(role)
        self._wait_for(self._sign(phase, traffic))
        while phase == "batch" and self._attempts() >= MAX_ATTEMPTS:
            # once more, and the batch would be given up
            self._wait_for(self._sign(phase, traffic))
        time.sleep(self._dice.choice((0.0, 0.01, 0.1, 0.6)) * self._dice.random())
        if phase == "shutdown":
            os.kill(self._pids[role], signal.SIGTERM)
            time.sleep(self._dice.uniform(0, 0.3))
        kill(self._pids.pop(role))
        if role in ("serve", "work"):
            self.begin(role)

    def _attempts(self) -> int:
        """Return how often the job that the worker began last has been begun."""
        lines = [line for line in self.lines("work") if line.startswith("attempt ")]
        return int(lines[-1].split()[1])

    def _sign(self, phase: str, traffic: Traffic) -> Callable[[], int]:
        """Return the count that grows when the phase begins."""
        if phase in ("check", "shutdown"):
            return lambda: len(traffic.answered)
        if phase == "post":
            return lambda: len(traffic.posted)
        role = "work" if phase == "batch" else phase
        return lambda: sum(line == "begin" for line in self.lines(role))

    def _wait_for(self, count: Callable[[], int]) -> None:
        before, deadline = count(), time.monotonic() + 300
        while count() == before:
            assert time.monotonic() < deadline, (self.folder / "children.log").read_text()[-2_000:]
            time.sleep(0.001)

    def close(self) -> None:
        for pid in self._pids.values():
            kill(pid)
        self._nursery.close()


def assert_nothing_is_lost(url: str, traffic: Traffic, killer: Killer) -> None:
    with Hub.open(url, OPTIONS) as hub:
        # as the next process would: the last kill may have come before the last write
        recover_spools(killer.jobs / "looks", hub.store)
        events = hub.store.audit_events.list(limit=1_000_000)
        logged = [event.request_id for event in events if event.action == "check"]
        assert len(logged) == len(set(logged))
        assert traffic.answered - set(logged) == set()
        with hub.store.view() as view:
            stored = {target for part in view.batches() for target in part.batch.ids.to_pylist()}
            batches = {f"port:{at}-{row}" for at, _ in traffic.jobs for row in range(ROWS)}
            assert (batches | set(traffic.posted)) - stored == set()
            before = {target.id for target in (*RECORDS, *DOCK_RECORDS)}
            extra = stored - batches - set(traffic.posted) - before
            # what was sent last and not acknowledged may be there, whole
            assert extra <= {f"quay:{len(traffic.posted)}"} | {
                f"port:{len(traffic.jobs)}-{row}" for row in range(ROWS)
            }
            assert len({target for target in extra if target.startswith("port")}) in (0, ROWS)
            numbers, entities = view.all_members()
            assert len(numbers) == len(stored) == len(set(numbers.tolist())) == len(entities)
            decided = Counter(item.decision.pair for item in view.decisions())
            done = [int(line.split()[1]) for line in killer.lines("decide") if "done" in line]
            assert [decided[dock_pairs()[number]] for number in done] == [1] * len(done)
            revisions = [row.revision for row in view.revisions()]
            assert revisions == list(range(1, view.revision + 1))
            for role in ("refresh", "rebuild"):
                revisions_done = [
                    int(line.split()[1]) for line in killer.lines(role) if "done" in line
                ]
                assert set(revisions_done) <= set(revisions)


def assert_restored_whole(folder: Path, count: int) -> None:
    """Check that what killed restores have left is a whole store each."""
    for path in folder.glob("restored-*.db"):
        with Store.open(f"sqlite:///{path}", create=False) as store, store.view() as view:
            assert (view.revision, len(view.all_members()[0])) == (1, count), path


@pytest.mark.parametrize(
    "kills", [8, pytest.param(100, marks=pytest.mark.nightly)], ids=["suite", "nightly"]
)
def test_kills_in_all_phases_lose_nothing(kills: int, new_url: str, tmp_path: Path) -> None:
    """Kill on each database: once in each phase in the suite, 100 times at night."""
    with quick_symbols("resolver.matching.pipeline"), Hub.open(new_url, OPTIONS) as hub:
        hub.add(make_intake([*RECORDS, *DOCK_RECORDS]))
        backup(hub.store, tmp_path / "hub.backup")
    killer = Killer(new_url, tmp_path, seed=kills)
    traffic = Traffic(killer.address)
    try:
        killer.begin("serve")
        killer.begin("work")
        wait_ready(killer.address)
        traffic.begin()
        for number in range(kills):
            print(
                time.monotonic(),
                PHASES[number % len(PHASES)],
                len(traffic.answered),
                len(traffic.posted),
                len(traffic.jobs),
            )
            killer.strike(PHASES[number % len(PHASES)], traffic)
        wait_ready(killer.address)
        traffic.end()
        with Client(killer.address) as client:
            for _, job in traffic.jobs:
                batch = client.wait(job, seconds=120)
                assert batch.state == "done", batch
    finally:
        traffic.end()
        killer.close()
    assert len(traffic.answered) > kills // 2
    assert traffic.posted
    assert traffic.jobs
    assert_nothing_is_lost(new_url, traffic, killer)
    assert_restored_whole(tmp_path, len(RECORDS) + len(DOCK_RECORDS))
