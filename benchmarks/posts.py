"""Records posted one at a time by many, to a copy of a store, and what that does to checks.

    python -m benchmarks.posts --store sqlite:///hub.db --posts 1500

First many post and nobody asks anything: records a second. Then somebody asks one check after the other while as many
post as before: milliseconds of a check, records a second, and how far behind checks were at most (seconds from the
answer to a post until a check's answer was of its version or a later one).
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import create_engine, make_url, text

from benchmarks.checks import persons
from benchmarks.harness.figure_table import plain
from benchmarks.service import (
    SEED,
    Asked,
    Running,
    at_once,
    connection_to,
    cpu,
    mix,
    rows,
    serving,
    settled,
)
from resolver.records import Record
from resolver.training.augment.typos import person_slip

SENDERS = 16
"""For each worker."""


def new_records(some: Sequence[Record], count: int, seed: int = SEED) -> list[tuple[str, bytes]]:
    """Records to add: half say what somebody known says, with slips, half somebody new."""
    chance = random.Random(seed)
    bodies = []
    for number in range(count):
        one, other = chance.choice(some), chance.choice(some)
        name = (
            person_slip(one.caption, chance)
            if number % 2
            else f"{one.caption.split()[0]} {other.caption.split()[-1]}"
        )
        dates = list((one if number % 2 else other).texts("birthDate"))
        said = {"schema": "Person", "properties": {"name": [name], "birthDate": dates}}
        bodies.append(
            ("/records", json.dumps({**said, "id": str(number), "datasets": ["new"]}).encode())
        )
    return bodies


@contextmanager
def copied(store: str) -> Iterator[tuple[str, Path | None]]:
    """A copy of a store, and where its index lies (None: where it lies by default); removed at the end."""
    with (
        _copied_database(store) if store.startswith("postgresql") else _copied_file(store) as found
    ):
        yield found


@contextmanager
def _copied_database(store: str) -> Iterator[tuple[str, Path | None]]:
    """A database made from another, which nobody may be connected to; its index is made anew, since the copy has the
    same id."""
    url = make_url(store)
    name = f"{url.database}_posts"
    # a database that is copied lets nobody in, so this stands elsewhere
    maker = create_engine(url.set(database="template1"), isolation_level="AUTOCOMMIT")
    folder = Path(tempfile.mkdtemp(prefix="resolver-index-"))
    try:
        with maker.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{url.database}"'))
        yield url.set(database=name).render_as_string(hide_password=False), folder
    finally:
        with maker.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        maker.dispose()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _copied_file(store: str) -> Iterator[tuple[str, Path | None]]:
    """The same of a SQLite store, with its index."""
    path = Path(store.removeprefix("sqlite:///"))
    copy = path.with_name(f"{path.stem}-posts.db")
    try:
        # with what stands in its journal yet
        with closing(sqlite3.connect(path)) as held, closing(sqlite3.connect(copy)) as made:
            held.backup(made)
        if Path(f"{path}.index").is_dir():
            shutil.copytree(f"{path}.index", f"{copy}.index", dirs_exist_ok=True)
        yield f"sqlite:///{copy}", None
    finally:
        for left in path.parent.glob(f"{copy.name}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def posted(
    store: str, workers: int, some: Sequence[Record], count: int, model: Path | None = None
) -> dict[str, Any]:
    """Post to a copy of a store: alone, and while checks are asked."""
    with copied(store) as (copy, index):
        bodies = new_records(some, 2 * count + 20)
        with serving(copy, workers, model, index) as running:
            # whoever starts loads what landings need beside answering
            settled(running)
            at_once(running.url, bodies[2 * count :], 2 * workers)
            before, began = cpu(running), time.perf_counter()
            alone = at_once(running.url, bodies[:count], SENDERS * workers)
            cores = (cpu(running) - before) / (time.perf_counter() - began)
            beside = _beside(running, bodies[count : 2 * count], SENDERS * workers, mix(some))
    return {"records_per_second": alone, "records_cores": cores, "beside_checks": beside}


def _beside(
    running: Running, bodies: Sequence[tuple[str, bytes]], callers: int, asked: Sequence[Asked]
) -> dict[str, float]:
    landed: list[tuple[float, int]] = []
    seen: list[tuple[float, int]] = []
    times: list[float] = []
    over = threading.Event()

    def check() -> None:
        with closing(connection_to(running.url)) as connection:
            for _, query in itertools.cycle(asked):
                began = time.perf_counter()
                connection.request("POST", "/match/default", json.dumps({"queries": {"q": query}}))
                answer = connection.getresponse()
                answer.read()
                times.append(1000 * (time.perf_counter() - began))
                seen.append((began, int(answer.headers["X-Data-Version"])))
                if over.is_set():
                    return

    def note(answer: dict[str, Any]) -> None:
        landed.append((time.perf_counter(), int(answer["version"])))

    thread = threading.Thread(target=check)
    thread.start()
    try:
        rate = at_once(running.url, bodies, callers, note)
    finally:
        over.set()
        thread.join()
    low, high, highest = np.percentile(times, [50, 95, 99])
    return {
        "records_per_second": rate,
        "p50": low,
        "p95": high,
        "p99": highest,
        "behind": behind(landed, seen),
    }


def behind(landed: Sequence[tuple[float, int]], seen: Sequence[tuple[float, int]]) -> float:
    """How long at most after a version was told of somebody was still answered from an earlier one. Both are moments
    and versions; `seen`: when an answer was asked for, and what it was of."""
    first: dict[int, float] = {}
    for moment, version in landed:
        first[version] = min(moment, first.get(version, moment))
    versions = np.array(sorted(first), dtype=np.int64)
    # a later version told of tells of all before it
    told = np.minimum.accumulate(np.array([first[one] for one in versions.tolist()])[::-1])[::-1]
    worst = 0.0
    for moment, version in seen:
        place = int(np.searchsorted(versions, version, side="right"))
        if place < len(versions):
            worst = max(worst, moment - float(told[place]))
    return worst


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description="Records posted one at a time by many.")
    parser.add_argument("--store", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--posts", type=int, default=1_500)
    options = parser.parse_args(arguments)
    said = posted(options.store, options.workers, persons(options.store, 300), options.posts)
    print(plain(rows(said), ("figure", "value")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
