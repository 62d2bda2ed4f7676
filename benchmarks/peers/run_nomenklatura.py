"""nomenklatura's matchers on judged pairs of list entries; the way is the algorithm's name. The even point of each is
0.7, from which its clients hold two entities to be the same.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
from followthemoney import EntityProxy
from nomenklatura.matching import get_algorithm  # type: ignore[import-not-found]

from benchmarks.harness.datasets import Task
from benchmarks.peers.job import Clock, Found, main

OWN_THRESHOLD = 0.7


def run(task: Task, way: str, clock: Clock) -> Found:
    """Score every judged pair whose entries are there."""
    if task.entities is None or task.pairs is None:
        raise ValueError("judged tasks have pairs and entities")
    algorithm: Any = get_algorithm(way)
    config = algorithm.default_config()
    entities: dict[str, Any] = {}
    with task.entities.open(encoding="utf-8") as file:
        for line in file:
            data = json.loads(line)
            entities[data["id"]] = EntityProxy.from_dict(data)
    judged = pd.read_csv(task.pairs, dtype=str)
    held = judged[judged["left"].isin(entities) & judged["right"].isin(entities)]
    clock.lap("read")
    scores = [
        algorithm.compare(entities[left], entities[right], config).score
        for left, right in zip(held["left"], held["right"], strict=True)
    ]
    clock.lap("compare")
    clock.stop()
    pairs = {
        "left": held["left"].to_numpy(),
        "right": held["right"].to_numpy(),
        "score": scores,
        "same": (held["label"] == "match").to_numpy(),
        "cross": [
            _publisher(one) != _publisher(two)
            for one, two in zip(held["left"], held["right"], strict=True)
        ],
    }
    more = {
        "own_threshold": OWN_THRESHOLD,
        "probabilities": False,
        "missing": len(judged) - len(held),
    }
    return Found(pairs, None, f"{way}, default configuration", more)


def _publisher(identity: str) -> str:
    return "-".join(identity.partition(":")[0].split("-")[:2])


if __name__ == "__main__":
    main("nomenklatura", run)
