"""Run nomenklatura's matchers on judged pairs of list entries; the way is the algorithm's name.

Its clients take two entities as the same from a score of 0.7.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
from followthemoney import EntityProxy
from nomenklatura.matching import get_algorithm  # type: ignore[import-not-found]

from benchmarks.harness.datasets import Task
from benchmarks.peers.job import Clock, PeerAnswer, run_script

OWN_THRESHOLD = 0.7


def run(task: Task, way: str, clock: Clock) -> PeerAnswer:
    """Score every judged pair whose entries were read."""
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
    readable = judged[judged["left"].isin(entities) & judged["right"].isin(entities)]
    clock.lap("read")
    scores = [
        algorithm.compare(entities[left], entities[right], config).score
        for left, right in zip(readable["left"], readable["right"], strict=True)
    ]
    clock.lap("compare")
    clock.stop()
    pairs = {
        "left": readable["left"].to_numpy(),
        "right": readable["right"].to_numpy(),
        "score": scores,
        "same": (readable["label"] == "match").to_numpy(),
        "cross": [
            _publisher(left) != _publisher(right)
            for left, right in zip(readable["left"], readable["right"], strict=True)
        ],
    }
    info = {
        "own_threshold": OWN_THRESHOLD,
        "probabilities": False,
        "missing": len(judged) - len(readable),
    }
    return PeerAnswer(pairs, None, f"{way}, default configuration", info)


def _publisher(identity: str) -> str:
    return "-".join(identity.partition(":")[0].split("-")[:2])


if __name__ == "__main__":
    run_script("nomenklatura", run)
