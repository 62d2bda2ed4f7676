"""How fast a running service answers single checks, and whether it finds whom it should.

    resolver serve --store sqlite:///hub.db --port 8000
    python -m benchmarks.checks --store sqlite:///hub.db --url http://127.0.0.1:8000 --checks 500

Persons are drawn from the store: a third is asked for as written, a third with two letters swapped, a third with its
letters shuffled into nobody. Times are those of one caller over one connection, in milliseconds; `cpu`, those of the
service's processor time for a check, needs its process id (`--pid`).
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


def persons(url: str, count: int) -> list[Record]:
    """Some persons of a store, drawn by chance."""
    with Store.open(url, create=False) as store, store.view() as view:
        numbers, _ = view.all_members()
        drawn = np.random.default_rng(_SEED).choice(
            numbers, size=min(2 * count, len(numbers)), replace=False
        )
        held = [one.record for one in view.records(sorted(drawn.tolist()))]
    found = [one for one in held if one.kind is Kind.PERSON and " " in one.caption]
    random.Random(_SEED).shuffle(found)
    return found[:count]


def queries(some: list[Record]) -> list[tuple[str, dict[str, object]]]:
    """(the record that should be found, or empty; the query) for each person."""
    dice = random.Random(_SEED)
    asked: list[tuple[str, dict[str, object]]] = []
    for number, one in enumerate(some):
        name, wanted = one.caption, one.id
        if number % 3 == 1:
            at = dice.randrange(len(name) - 1)
            name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        elif number % 3 == 2:
            name, wanted = "".join(dice.sample(name, len(name))), ""
        said = {"name": [name], "birthDate": list(one.texts("birthDate")) if number % 2 else []}
        said["nationality"] = list(one.texts("nationality"))
        asked.append((wanted, {"schema": "Person", "properties": said}))
    return asked


def measure(
    url: str, asked: list[tuple[str, dict[str, object]]], pid: int | None
) -> dict[str, float]:
    """Ask one after the other; milliseconds, and the share of those sought that were among the results."""
    parts = urlsplit(url)
    times, found, sought = [], 0, 0
    before = _cpu(pid)
    with closing(
        http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80)
    ) as connection:
        for wanted, query in asked:
            body = json.dumps({"queries": {"q": query}})
            begun = time.perf_counter()
            connection.request("POST", "/match/default", body)
            answer = json.loads(connection.getresponse().read())
            times.append(1000 * (time.perf_counter() - begun))
            if wanted:
                sought += 1
                found += any(
                    wanted in one["referents"] for one in answer["responses"]["q"]["results"]
                )
    low, high, highest = np.percentile(times, [50, 95, 99])
    said = {
        "checks": len(asked),
        "p50": low,
        "p95": high,
        "p99": highest,
        "found": found / max(sought, 1),
    }
    return said if pid is None else {**said, "cpu": 1000 * (_cpu(pid) - before) / len(asked)}


def _cpu(pid: int | None) -> float:
    """Seconds of processor time of a process."""
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
    said = measure(options.url, queries(persons(options.store, options.checks)), options.pid)
    print(" ".join(f"{name} {value:.4g}" for name, value in said.items()))


if __name__ == "__main__":
    main()
