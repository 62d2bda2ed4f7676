"""The service as in production: how fast it answers, how much at once, in how much memory, and what it finds.

    python -m benchmarks.service --records 100000
    python -m benchmarks.service --store sqlite:///hub.db --workers 2 --out build/service.json
    python -m benchmarks.service --store postgresql+psycopg://user@host/hub

Without a store one is made of generated persons (kept under `build/service`, and used again). It is served by `resolver
serve --workers N`, and asked over HTTP from this machine: single checks one after the other (p50, p95, p99 in
milliseconds), persons with 20 aliases, then several callers at once (checks a second), then records that are added by
many at once (a second; on a copy of the store). A third of the checks asks for a person as written, a third with slips
(`resolver.training.augment.typos`), a third for nobody; half of them with a birth date. Memory is the proportional set size of
all serving processes, so that what they share counts once. `cores` is what the service and the callers used.
Measuring begins when the service is idle (`settled_seconds` after it was ready): what it prepares for landings is no
part of a check.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from benchmarks.checks import persons
from benchmarks.harness.datasets import ROOT
from benchmarks.harness.figure_table import plain
from resolver.records import Record
from resolver.training.augment.typos import person_slip

OUT = ROOT / "build" / "service"
Query = dict[str, Any]
Asked = tuple[str, Query]
"""The record that should be found, or empty, and what is asked."""
SEED = 5
_READY = 900
_LOOK, _IDLE, _LOOKS, _LONGEST = 0.25, 0.05, 4, 60.0
"""Seconds between two looks, the share of a core that who idles may use, idle looks in a row, seconds of looking."""
ALIASES = 20


@dataclass(frozen=True, slots=True)
class Running:
    """A service that runs: its address, its first process, and the seconds until it answered."""

    url: str
    process: subprocess.Popen[bytes]
    ready: float

    def memory_mib(self) -> float:
        """Proportional set size of all its processes."""
        found = 0.0
        for pid in (self.process.pid, *_children(self.process.pid)):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                found += int(line.split()[1]) / 1024 if line.startswith("Pss:") else 0
        return found


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def store_of(records: int, folder: Path = OUT) -> str:
    """The store of so many generated records; made where it is not there."""
    path = folder / f"{records}.db"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        world = folder / f"world-{records}"
        _resolver("demo", "--records", str(records), "--only-lists", "--out", str(world))
        half = path.with_suffix(".part")
        _resolver("dedupe", str(world / "lists"), "--store", f"sqlite:///{half}")
        shutil.rmtree(world)
        # whatever else lies beside it is made again
        shutil.rmtree(f"{half}.index", ignore_errors=True)
        half.rename(path)
    return f"sqlite:///{path}"


def _resolver(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "resolver", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )


@contextmanager
def serving(
    store: str, workers: int, model: Path | None = None, index: Path | None = None
) -> Iterator[Running]:
    """The service on a free port, once it answers checks. `index`: where its index lies, if not where it lies by
    default."""
    command = [
        sys.executable,
        "-m",
        "resolver",
        "serve",
        "--store",
        store,
        "--port",
        "0",
        "--workers",
        str(workers),
    ]
    environment = {**os.environ, **({"RESOLVER_INDEX_DIR": str(index)} if index else {})}
    began = time.perf_counter()
    process = subprocess.Popen(
        [*command, *(["--model", str(model)] if model else [])],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
    )
    assert process.stderr is not None
    lines = iter(process.stderr.readline, b"")
    # what it logs must be read, lest it should wait
    reader = threading.Thread(target=lambda: [None for _ in lines], daemon=True)
    try:
        url = next(line.split()[1].decode() for line in lines if line.startswith(b"Serving http"))
        reader.start()
        while _status(url, "/readyz") != 200:
            if time.perf_counter() - began > _READY:
                raise TimeoutError("the service does not get ready")
            time.sleep(0.05)
        yield Running(url, process, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        if reader.is_alive():
            reader.join(10)
        process.stderr.close()


def _status(url: str, path: str) -> int:
    """The status of an answer; 0 where there is none, as while those that load hand over to those that serve."""
    with closing(connection_to(url)) as connection:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
        except (http.client.HTTPException, OSError):
            return 0
        return answer.status


def connection_to(url: str) -> http.client.HTTPConnection:
    """A connection to a service."""
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=120)


# --- what is asked


def mix(some: Sequence[Record], seed: int = SEED) -> list[Asked]:
    """(the record that should be found, or empty; the query) for each person."""
    chance = random.Random(seed)
    asked: list[Asked] = []
    for number, one in enumerate(some):
        name, wanted = one.caption, one.id
        if number % 3 == 1:
            name = person_slip(name, chance)
        elif number % 3 == 2:
            name, wanted = (
                " ".join("".join(chance.sample(word, len(word))) for word in name.split()),
                "",
            )
        said: Query = {"name": [name]}
        if chance.random() < 0.5:
            said["birthDate"] = list(one.texts("birthDate"))
        asked.append((wanted, {"schema": "Person", "properties": said}))
    return asked


def with_aliases(some: Sequence[Record], seed: int = SEED) -> list[Asked]:
    """The same for persons who are asked for under 20 names: their own, with slips, and those of others."""
    chance = random.Random(seed)
    asked: list[Asked] = []
    for one in some:
        own = [person_slip(one.caption, chance) for _ in range(ALIASES // 2)]
        others = [chance.choice(some).caption for _ in range(ALIASES // 2)]
        said = {
            "name": [one.caption],
            "alias": own + others,
            "birthDate": list(one.texts("birthDate")),
        }
        asked.append((one.id, {"schema": "Person", "properties": said}))
    return asked


# --- measuring


def one_by_one(url: str, asked: Sequence[Asked]) -> dict[str, float]:
    """Milliseconds of a single caller over one connection, and the share of those sought that were among the first
    five results."""
    times, found, sought = [], 0, 0
    with closing(connection_to(url)) as connection:
        for wanted, query in asked:
            body = json.dumps({"queries": {"q": query}})
            began = time.perf_counter()
            connection.request("POST", "/match/default", body)
            answer = connection.getresponse().read()
            times.append(1000 * (time.perf_counter() - began))
            if wanted:
                sought += 1
                results = json.loads(answer)["responses"]["q"]["results"]
                found += any(wanted in one["referents"] for one in results)
    low, high, highest = np.percentile(times, [50, 95, 99])
    return {
        "p50": low,
        "p95": high,
        "p99": highest,
        "mean": float(np.mean(times)),
        "found": found / max(sought, 1),
    }


def at_once(
    url: str,
    bodies: Sequence[tuple[str, bytes]],
    callers: int,
    note: Callable[[dict[str, Any]], None] | None = None,
) -> float:
    """Answers a second where several callers ask (path and body each), each over a connection of its own. `note` is
    told each answer."""
    failed: list[int] = []

    def call(mine: Sequence[tuple[str, bytes]]) -> None:
        with closing(connection_to(url)) as connection:
            for path, body in mine:
                connection.request("POST", path, body)
                answer = connection.getresponse()
                said = answer.read()
                if answer.status >= 300:
                    failed.append(answer.status)
                elif note is not None:
                    note(json.loads(said))

    threads = [
        threading.Thread(target=call, args=(bodies[number::callers],)) for number in range(callers)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if failed:
        raise RuntimeError(f"{len(failed)} requests were refused ({failed[0]})")
    return len(bodies) / took


def measure(
    store: str, workers: int, checks: int, posts: int, model: Path | None = None
) -> dict[str, Any]:
    """All figures of a store."""
    some = persons(store, max(checks, ALIASES))
    asked, aliases = mix(some), with_aliases(some[: max(checks // 5, ALIASES)])
    with serving(store, workers, model) as running:
        started = running.ready
    with serving(store, workers, model) as running:
        quiet = settled(running)
        one_by_one(running.url, asked[: max(len(asked) // 10, 1)])
        singles, known = one_by_one(running.url, asked), one_by_one(running.url, aliases)
        bodies = [
            ("/match/default", json.dumps({"queries": {"q": query}}).encode()) for _, query in asked
        ]
        before, began = cpu(running), time.perf_counter()
        rate = at_once(running.url, bodies, 2 * workers)
        cores = (cpu(running) - before) / (time.perf_counter() - began)
        said = {
            "workers": workers,
            "first_start_seconds": started,
            "ready_seconds": running.ready,
            "settled_seconds": quiet,
            "single": singles,
            "aliases": known,
            "checks_per_second": rate,
            "cores": cores,
            "memory_mib": running.memory_mib(),
        }
    if not posts:
        return said
    from benchmarks.posts import posted

    return said | posted(store, workers, some, posts, model)


def settled(running: Running) -> float:
    """Wait until a service that is ready idles, as when it has prepared what landings need; the seconds it took."""
    began = time.perf_counter()
    idle, before = 0, _used(running)
    while idle < _LOOKS and time.perf_counter() - began < _LONGEST:
        time.sleep(_LOOK)
        now = _used(running)
        idle = idle + 1 if now - before <= _IDLE * _LOOK else 0
        before = now
    return time.perf_counter() - began - idle * _LOOK


def cpu(running: Running) -> float:
    """Seconds of processor time of the service and of this process."""
    return _used(running) + time.process_time()


def _used(running: Running) -> float:
    ticks = 0
    for pid in (running.process.pid, *_children(running.process.pid)):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table and write the figures as JSON."""
    parser = argparse.ArgumentParser(description="The service as in production, measured.")
    parser.add_argument(
        "--records", type=int, default=100_000, help="how many to generate, where no store is given"
    )
    parser.add_argument("--store", default="")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--checks", type=int, default=1_500)
    parser.add_argument("--posts", type=int, default=1_000)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--out", type=Path, default=OUT / "service.json")
    options = parser.parse_args(arguments)
    store = options.store or store_of(options.records)
    said = measure(store, options.workers, options.checks, options.posts, options.model)
    print(plain(rows(said), ("figure", "value")))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(said, indent=1) + "\n", "utf-8")
    return 0


def rows(said: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Figures as rows of a table."""
    found: list[tuple[str, str]] = []
    for name, value in said.items():
        found += (
            rows(value, f"{name} ")
            if isinstance(value, dict)
            else [(before + name, f"{value:.4g}")]
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
