"""How long a steward waits: deciding a pair, the next one, and its page, on a store as it is.

    resolver dedupe persons.parquet --store sqlite:///hub.db
    python -m benchmarks.desk --store sqlite:///hub.db --decisions 60

Pairs are taken from the head of the queue and decided in turn the same, different and unsure; afterwards each decision
is undone, so that the store holds what it held (its log is longer). Milliseconds, of the wall and of the processor; on
a busy machine the processor's say more.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from resolver.engines.hub import Hub
from resolver.review import (
    ContradictionError,
    QueueItem,
    Seen,
    Steward,
    Verdict,
    catch_up,
    decide,
    next_item,
    pair_view,
    undo,
    waiting,
)

_WHO = Steward("benchmark", scopes=frozenset({"admin"}))
_TURNS = (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE)


def measure(hub: Hub, count: int) -> dict[str, float]:
    """Decide so many pairs, and undo it; the median and the 95th percentile of each step."""
    catch_up(hub)
    times: dict[str, list[tuple[float, float]]] = {"decide": [], "next": [], "pair": [], "undo": []}
    numbers: list[int] = []
    # the first of each kind loads what later ones find loaded
    item, seen = _shown(hub, next_item(hub, _WHO))
    while item is not None and seen is not None and len(numbers) < count:
        clock = _Clock(times)
        numbers.append(_decided(hub, item, seen, _TURNS[len(numbers) % len(_TURNS)]))
        clock.lap("decide")
        following = next_item(hub, _WHO)
        clock.lap("next")
        item, seen = _shown(hub, following)
        clock.lap("pair")
    for number in reversed(numbers):
        clock = _Clock(times)
        undo(hub, _WHO, number)
        clock.lap("undo")
    found: dict[str, float] = {"decisions": len(numbers), "waiting": waiting(hub, steward=_WHO, limit=1).total}
    both = [(one[0] + two[0], one[1] + two[1]) for one, two in zip(times["decide"], times["next"], strict=True)]
    for name, laps in (*times.items(), ("decide and next", both)):
        if laps:
            wall, cpu = (np.array(part) * 1000 for part in zip(*laps, strict=True))
            found |= {f"{name} ms": round(float(np.median(wall)), 1), f"{name} cpu": round(float(np.median(cpu)), 1)}
            found |= {f"{name} p95 ms": round(float(np.percentile(wall, 95)), 1)}
            found |= {f"{name} p95 cpu": round(float(np.percentile(cpu, 95)), 1)}
    return found


class _Clock:
    def __init__(self, times: dict[str, list[tuple[float, float]]]) -> None:
        self._times = times
        self._began = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        now = time.perf_counter(), time.process_time()
        self._times[name].append((now[0] - self._began[0], now[1] - self._began[1]))
        self._began = now


def _shown(hub: Hub, item: QueueItem | None) -> tuple[QueueItem | None, Seen | None]:
    if item is None:
        return None, None
    return item, pair_view(hub, item.left.id, item.right.id, steward=_WHO, again=item.again).seen


def _decided(hub: Hub, item: QueueItem, seen: Seen, verdict: Verdict) -> int:
    try:
        return decide(hub, _WHO, item.left.id, item.right.id, verdict, reason="benchmark", seen=seen).numbers[0]
    except ContradictionError:
        return decide(hub, _WHO, item.left.id, item.right.id, Verdict.UNSURE, reason="benchmark", seen=seen).numbers[0]


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", required=True, help="URL of the store")
    parser.add_argument("--decisions", type=int, default=60)
    parser.add_argument("--out", type=Path, help="write the figures there as well")
    asked = parser.parse_args()
    with Hub.open(asked.store, create=False) as hub:
        said = measure(hub, asked.decisions)
    print(json.dumps(said, indent=1))
    if asked.out:
        asked.out.write_text(json.dumps(said, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
