"""Time single checks against a running service, and count the correct answers.

    resolver serve --store sqlite:///hub.db --port 8000
    python -m benchmarks.checks --store sqlite:///hub.db --url http://127.0.0.1:8000 --checks 500

Persons are drawn from the store. A third of the queries has the name as written, a third has two
letters swapped, and a third has shuffled letters, so that no record should match. Times are
milliseconds of one caller over one connection. `cpu`, the processor time of the service per check,
needs its process id (`--pid`).
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from resolver.records import Kind, Record
from resolver.store import Store

_SEED = 7


def draw_persons(url: str, count: int) -> list[Record]:
    """Return up to `count` persons of a store, drawn at random with a fixed seed."""
    with Store.open(url, create=False) as store, store.view() as view:
        numbers, _ = view.all_members()
        drawn = np.random.default_rng(_SEED).choice(
            numbers, size=min(2 * count, len(numbers)), replace=False
        )
        records = [stored.record for stored in view.records(sorted(drawn.tolist()))]
    persons = [record for record in records if record.kind is Kind.PERSON and " " in record.caption]
    random.Random(_SEED).shuffle(persons)
    return persons[:count]


def make_queries(persons: list[Record]) -> list[tuple[str, dict[str, object]]]:
    """Return for each person the id of the record to be found (empty: no record) and the query."""
    dice = random.Random(_SEED)
    expected_queries: list[tuple[str, dict[str, object]]] = []
    for number, person in enumerate(persons):
        name, expected_id = person.caption, person.id
        if number % 3 == 1:
            place = dice.randrange(len(name) - 1)
            name = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
        elif number % 3 == 2:
            name, expected_id = "".join(dice.sample(name, len(name))), ""
        properties = {
            "name": [name],
            "birthDate": list(person.texts("birthDate")) if number % 2 else [],
            "nationality": list(person.texts("nationality")),
        }
        expected_queries.append((expected_id, {"schema": "Person", "properties": properties}))
    return expected_queries


def measure_checks(
    url: str, expected_queries: list[tuple[str, dict[str, object]]], pid: int | None
) -> dict[str, float]:
    """Send the queries one after the other; return milliseconds and the share of expected hits."""
    parts = urlsplit(url)
    times, hits, expected = [], 0, 0
    before = _process_seconds(pid)
    with closing(
        http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80)
    ) as connection:
        for expected_id, query in expected_queries:
            body = json.dumps({"queries": {"q": query}})
            start = time.perf_counter()
            connection.request("POST", "/match/default", body)
            answer = json.loads(connection.getresponse().read())
            times.append(1000 * (time.perf_counter() - start))
            if expected_id:
                expected += 1
                hits += any(
                    expected_id in result["referents"]
                    for result in answer["responses"]["q"]["results"]
                )
    median, p95, p99 = np.percentile(times, [50, 95, 99])
    figures = {
        "checks": len(expected_queries),
        "p50": median,
        "p95": p95,
        "p99": p99,
        "found": hits / max(expected, 1),
    }
    if pid is None:
        return figures
    return {**figures, "cpu": 1000 * (_process_seconds(pid) - before) / len(expected_queries)}


def _process_seconds(pid: int | None) -> float:
    """Return the seconds of processor time a process has used."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(description="Time single checks against a running service.")
    parser.add_argument("--store", required=True)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--checks", type=int, default=300)
    parser.add_argument("--pid", type=int)
    options = parser.parse_args()
    queries = make_queries(draw_persons(options.store, options.checks))
    figures = measure_checks(options.url, queries, options.pid)
    print(" ".join(f"{name} {value:.4g}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
