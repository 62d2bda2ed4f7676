"""Post single records from many clients to a copy of a store, alone and while checks run.

    python -m benchmarks.posts --store sqlite:///hub.db --posts 1500

First many clients post and nothing else happens: records per second. Then one client sends checks
one after the other while as many clients post as before: milliseconds of a check, records per
second, and the largest delay of checks behind commits (seconds from the answer to a post until the
answer of a check has its revision or a later one).
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

from benchmarks.checks import draw_persons
from benchmarks.harness.figure_table import format_text
from benchmarks.harness.service_process import (
    RunningService,
    cpu_seconds,
    open_connection,
    run_service,
    wait_until_idle,
)
from benchmarks.service import SEED, ExpectedQuery, figure_rows, mix_queries, send_concurrently
from resolver.records import Record
from resolver.training.typos import misspell_person_name

CLIENTS_PER_WORKER = 16
"""Clients that post at once, for each worker of the service."""


def make_records(
    persons: Sequence[Record], count: int, seed: int = SEED
) -> list[tuple[str, bytes]]:
    """Return requests that add records: half repeat a known person with typos, half are new
    persons.
    """
    dice = random.Random(seed)
    bodies = []
    for number in range(count):
        record, other_record = dice.choice(persons), dice.choice(persons)
        name = (
            misspell_person_name(record.caption, dice)
            if number % 2
            else f"{record.caption.split()[0]} {other_record.caption.split()[-1]}"
        )
        dates = list((record if number % 2 else other_record).texts("birthDate"))
        entity = {"schema": "Person", "properties": {"name": [name], "birthDate": dates}}
        bodies.append(
            ("/records", json.dumps({**entity, "id": str(number), "datasets": ["new"]}).encode())
        )
    return bodies


@contextmanager
def copy_store(store: str) -> Iterator[tuple[str, Path | None]]:
    """Yield the URL of a copy of a store and the folder of its index; remove both at the end.

    The folder is None where the index is at its default place.
    """
    with _copy_database(store) if store.startswith("postgresql") else _copy_file(store) as copy:
        yield copy


@contextmanager
def _copy_database(store: str) -> Iterator[tuple[str, Path | None]]:
    """Yield a database made from another, which may have no connections meanwhile.

    The copy has the id of the original, so its index is built in a folder of its own.
    """
    url = make_url(store)
    name = f"{url.database}_posts"
    # a database that is copied accepts no connections, so connect to another one
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
def _copy_file(store: str) -> Iterator[tuple[str, Path | None]]:
    """Yield a copy of a SQLite store, with its index."""
    path = Path(store.removeprefix("sqlite:///"))
    copy = path.with_name(f"{path.stem}-posts.db")
    try:
        # a backup includes what is still in the journal
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        if Path(f"{path}.index").is_dir():
            shutil.copytree(f"{path}.index", f"{copy}.index", dirs_exist_ok=True)
        yield f"sqlite:///{copy}", None
    finally:
        for leftover in path.parent.glob(f"{copy.name}*"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


def measure_posts(
    store: str, workers: int, persons: Sequence[Record], count: int, model: Path | None = None
) -> dict[str, Any]:
    """Post to a copy of a store: alone, and while checks run."""
    with copy_store(store) as (copy, index):
        bodies = make_records(persons, 2 * count + 20)
        with run_service(copy, workers, model, index) as running:
            # a new service loads what commits need while it already answers
            wait_until_idle(running)
            send_concurrently(running.url, bodies[2 * count :], 2 * workers)
            before, start = cpu_seconds(running), time.perf_counter()
            callers = CLIENTS_PER_WORKER * workers
            posting_rate = send_concurrently(running.url, bodies[:count], callers)
            cores = (cpu_seconds(running) - before) / (time.perf_counter() - start)
            second_half = bodies[count : 2 * count]
            with_checks = _post_during_checks(running, second_half, callers, mix_queries(persons))
    return {
        "records_per_second": posting_rate,
        "records_cores": cores,
        "beside_checks": with_checks,
    }


def _post_during_checks(
    running: RunningService,
    bodies: Sequence[tuple[str, bytes]],
    callers: int,
    queries: Sequence[ExpectedQuery],
) -> dict[str, float]:
    commits: list[tuple[float, int]] = []
    answers: list[tuple[float, int]] = []
    times: list[float] = []
    is_over = threading.Event()

    def check() -> None:
        """Send checks until the posts are done; note time and revision of each answer."""
        with closing(open_connection(running.url)) as connection:
            for _, query in itertools.cycle(queries):
                start = time.perf_counter()
                connection.request("POST", "/match/default", json.dumps({"queries": {"q": query}}))
                answer = connection.getresponse()
                answer.read()
                times.append(1000 * (time.perf_counter() - start))
                answers.append((start, int(answer.headers["X-Data-Version"])))
                if is_over.is_set():
                    return

    def note_commit(answer: dict[str, Any]) -> None:
        """Note the time and revision of a commit."""
        commits.append((time.perf_counter(), int(answer["version"])))

    thread = threading.Thread(target=check)
    thread.start()
    try:
        rate = send_concurrently(running.url, bodies, callers, note_commit)
    finally:
        is_over.set()
        thread.join()
    low, high, highest = np.percentile(times, [50, 95, 99])
    return {
        "records_per_second": rate,
        "p50": low,
        "p95": high,
        "p99": highest,
        "behind": seconds_behind(commits, answers),
    }


def seconds_behind(
    commits: Sequence[tuple[float, int]], answers: Sequence[tuple[float, int]]
) -> float:
    """Return the longest time for which a check still answered from before a confirmed commit.

    `commits`: moments at which a revision was confirmed. `answers`: moments at which a check was
    sent, and the revision of its answer.
    """
    first: dict[int, float] = {}
    for moment, version in commits:
        first[version] = min(moment, first.get(version, moment))
    versions = np.array(sorted(first), dtype=np.int64)
    # an answer to a later version confirms all versions before it
    earliest = np.array([first[version] for version in versions.tolist()])
    confirmed_at = np.minimum.accumulate(earliest[::-1])[::-1]
    worst = 0.0
    for moment, version in answers:
        place = int(np.searchsorted(versions, version, side="right"))
        if place < len(versions):
            worst = max(worst, moment - float(confirmed_at[place]))
    return worst


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description="Records posted one at a time by many.")
    parser.add_argument("--store", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--posts", type=int, default=1_500)
    options = parser.parse_args(arguments)
    persons = draw_persons(options.store, 300)
    figures = measure_posts(options.store, options.workers, persons, options.posts)
    print(format_text(figure_rows(figures), ("figure", "value")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
