"""Run dedupe with its own active learning, where the truth answers its questions.

It is the only peer that gets labels.
"""

from __future__ import annotations

import random
from typing import Any

import dedupe  # type: ignore[import-not-found]
import numpy as np
import pandas as pd
from dedupe import variables

from benchmarks.harness.datasets import Task
from benchmarks.peers.job import MERGE_THRESHOLDS, Clock, PeerAnswer, read_table, run_script

QUESTIONS = 190
PLANS: dict[str, list[Any]] = {
    "fake_1000": [
        variables.String("first_name", has_missing=True),
        variables.String("surname", has_missing=True),
        variables.ShortString("dob", has_missing=True),
        variables.String("city", has_missing=True),
        variables.String("email", has_missing=True),
    ],
}


def run(task: Task, way: str, clock: Clock) -> PeerAnswer:
    """Label, train, score every pair that its learned rules join, and partition."""
    random.seed(1)
    np.random.seed(1)
    fields = PLANS[task.dataset]
    frame = read_table(task.tables[0]).set_index("unique_id")
    truth_table = pd.read_parquet(task.truth)
    truth = dict(zip(truth_table["id"].tolist(), truth_table["cluster"].tolist(), strict=True))
    names = [variable.field for variable in fields]
    data = {
        key: {"key": key, **dict(zip(names, row, strict=True))}
        for key, *row in frame[names].itertuples()
    }
    clock.lap("read")
    matcher = dedupe.Dedupe(fields, num_cores=1, in_memory=True)
    matcher.prepare_training(data)
    label_count = _teach(matcher, truth)
    matcher.train()
    clock.lap("train")
    clusters: dict[str, Any] = {}
    for threshold in MERGE_THRESHOLDS:
        cluster_by_key = {
            key: number
            for number, (keys, _) in enumerate(matcher.partition(data, threshold))
            for key in keys
        }
        clusters |= {"id": list(data), f"{threshold:g}": [cluster_by_key[key] for key in data]}
        if threshold == MERGE_THRESHOLDS[0]:
            clock.lap("resolve")
            clock.stop()
    scored = matcher.score(matcher.pairs(data))
    best: dict[tuple[str, str], float] = {}
    for (left, right), score in zip(
        scored["pairs"].tolist(), scored["score"].tolist(), strict=True
    ):
        best[min(left, right), max(left, right)] = float(score)
    left, right = zip(*best, strict=True)
    matcher.cleanup_training()
    pairs = {"left": left, "right": right, "score": list(best.values())}
    return PeerAnswer(pairs, clusters, f"active learning, {label_count} labels of the truth")


def _teach(matcher: Any, truth: dict[str, str]) -> int:
    """Answer the questions of the matcher; return their number."""
    for answered in range(QUESTIONS):
        questions = matcher.uncertain_pairs()
        if not questions:
            return answered
        pair = questions[0]
        same = truth[pair[0]["key"]] == truth[pair[1]["key"]]
        matcher.mark_pairs({"match": [pair] if same else [], "distinct": [] if same else [pair]})
    return QUESTIONS


if __name__ == "__main__":
    run_script("dedupe", run)
