"""Measure the service as in production: latency, throughput, memory and hits.

    python -m benchmarks.service --records 100000
    python -m benchmarks.service --store sqlite:///hub.db --workers 2 --out build/service.json
    python -m benchmarks.service --store postgresql+psycopg://user@host/hub

Without a store one is made of generated persons (kept under `build/service` and used again).
`resolver serve --workers N` serves it, and this machine sends HTTP requests: single checks one
after the other (p50, p95, p99 in milliseconds), persons with 20 aliases, then several callers at
once (checks per second), then records added by many clients at once (records per second; on a copy
of the store).

A third of the checks has the name of a person as written, a third has typos
(`resolver.training.typos`), a third belongs to no person; half of them have a birth date.
Memory is the proportional set size of all serving processes, so that shared memory counts once.
`cores` is the usage of service and callers. Measuring begins when the service is idle
(`settled_seconds` after it was ready), so that its preparation for commits does not count.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.checks import draw_persons
from benchmarks.harness.datasets import ROOT
from benchmarks.harness.figure_table import format_text
from benchmarks.harness.service_process import (
    cpu_seconds,
    open_connection,
    prepare_store,
    run_service,
    wait_until_idle,
)
from resolver.records import Record
from resolver.training.typos import misspell_person_name

OUT = ROOT / "build" / "service"
Query = dict[str, Any]
ExpectedQuery = tuple[str, Query]
"""Pair of the record id that should be found (or empty) and the query."""
SEED = 5
ALIASES = 20


# --- Queries


def mix_queries(persons: Sequence[Record], seed: int = SEED) -> list[ExpectedQuery]:
    """Return for each person the id of the record to be found (empty: no record) and the query."""
    dice = random.Random(seed)
    queries: list[ExpectedQuery] = []
    for number, person in enumerate(persons):
        name, expected_id = person.caption, person.id
        if number % 3 == 1:
            name = misspell_person_name(name, dice)
        elif number % 3 == 2:
            shuffled = ("".join(dice.sample(word, len(word))) for word in name.split())
            name, expected_id = " ".join(shuffled), ""
        properties: Query = {"name": [name]}
        if dice.random() < 0.5:
            properties["birthDate"] = list(person.texts("birthDate"))
        queries.append((expected_id, {"schema": "Person", "properties": properties}))
    return queries


def alias_queries(persons: Sequence[Record], seed: int = SEED) -> list[ExpectedQuery]:
    """Return queries with 20 aliases per person: the own name with typos, and names of others."""
    dice = random.Random(seed)
    queries: list[ExpectedQuery] = []
    for person in persons:
        own = [misspell_person_name(person.caption, dice) for _ in range(ALIASES // 2)]
        others = [dice.choice(persons).caption for _ in range(ALIASES // 2)]
        properties = {
            "name": [person.caption],
            "alias": own + others,
            "birthDate": list(person.texts("birthDate")),
        }
        queries.append((person.id, {"schema": "Person", "properties": properties}))
    return queries


# --- Measurements


def check_serially(url: str, queries: Sequence[ExpectedQuery]) -> dict[str, float]:
    """Send checks one after the other over one connection.

    Returns milliseconds, and the share of expected records among the first five results.
    """
    times, hits, expected = [], 0, 0
    with closing(open_connection(url)) as connection:
        for expected_id, query in queries:
            body = json.dumps({"queries": {"q": query}})
            start = time.perf_counter()
            connection.request("POST", "/match/default", body)
            answer = connection.getresponse().read()
            times.append(1000 * (time.perf_counter() - start))
            if expected_id:
                expected += 1
                results = json.loads(answer)["responses"]["q"]["results"]
                hits += any(expected_id in result["referents"] for result in results)
    median, p95, p99 = np.percentile(times, [50, 95, 99])
    return {
        "p50": median,
        "p95": p95,
        "p99": p99,
        "mean": float(np.mean(times)),
        "found": hits / max(expected, 1),
    }


def send_concurrently(
    url: str,
    bodies: Sequence[tuple[str, bytes]],
    callers: int,
    on_answer: Callable[[dict[str, Any]], None] | None = None,
) -> float:
    """Return answers per second with several callers, each over a connection of its own.

    `bodies`: path and body of each request. `on_answer` is called with each answer.
    """
    failed: list[int] = []

    def call(share: Sequence[tuple[str, bytes]]) -> None:
        """Send one caller's share of the requests."""
        with closing(open_connection(url)) as connection:
            for path, body in share:
                connection.request("POST", path, body)
                answer = connection.getresponse()
                content = answer.read()
                if answer.status >= 300:
                    failed.append(answer.status)
                elif on_answer is not None:
                    on_answer(json.loads(content))

    threads = [
        threading.Thread(target=call, args=(bodies[number::callers],)) for number in range(callers)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    duration = time.perf_counter() - start
    if failed:
        raise RuntimeError(f"{len(failed)} requests were refused (status {failed[0]})")
    return len(bodies) / duration


def measure_service(
    store: str, workers: int, checks: int, posts: int, model: Path | None = None
) -> dict[str, Any]:
    """Return all figures of a store."""
    persons = draw_persons(store, max(checks, ALIASES))
    queries, aliases = mix_queries(persons), alias_queries(persons[: max(checks // 5, ALIASES)])
    with run_service(store, workers, model) as running:
        first_start = running.ready
    with run_service(store, workers, model) as running:
        idle_after = wait_until_idle(running)
        check_serially(running.url, queries[: max(len(queries) // 10, 1)])
        single = check_serially(running.url, queries)
        with_aliases = check_serially(running.url, aliases)
        bodies = [
            ("/match/default", json.dumps({"queries": {"q": query}}).encode())
            for _, query in queries
        ]
        before, start = cpu_seconds(running), time.perf_counter()
        rate = send_concurrently(running.url, bodies, 2 * workers)
        cores = (cpu_seconds(running) - before) / (time.perf_counter() - start)
        figures = {
            "workers": workers,
            "first_start_seconds": first_start,
            "ready_seconds": running.ready,
            "settled_seconds": idle_after,
            "single": single,
            "aliases": with_aliases,
            "checks_per_second": rate,
            "cores": cores,
            "memory_mib": running.memory_mib(),
        }
    if not posts:
        return figures
    from benchmarks.posts import measure_posts

    return figures | measure_posts(store, workers, persons, posts, model)


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
    store = options.store or prepare_store(options.records, OUT)
    figures = measure_service(store, options.workers, options.checks, options.posts, options.model)
    print(format_text(figure_rows(figures), ("figure", "value")))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return 0


def figure_rows(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return figures as rows of a table."""
    rows: list[tuple[str, str]] = []
    for name, value in figures.items():
        rows += (
            figure_rows(value, f"{name} ")
            if isinstance(value, dict)
            else [(prefix + name, f"{value:.4g}")]
        )
    return rows


if __name__ == "__main__":
    sys.exit(main())
