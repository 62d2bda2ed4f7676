"""Answer of the resolver to judged pairs of list entries.

It has scores with and without the knowledge that the lists are deduplicated, the candidates and
bands of a complete run over the lists, and the pairs that end up in one entity.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import resolver
from benchmarks.harness.clock import peak_mib, process_age
from benchmarks.harness.datasets import Task
from benchmarks.harness.tool_answers import save_answer
from resolver.engines.local import dedupe, score_pairs
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.matching.resolution_task import RunOptions
from resolver.records.results.resolution import Band, Resolution
from resolver.training.data.labeled_pairs import read_judged_pairs

MERGE_AT = 0.5


def run(task: Task, out: Path) -> None:
    """Score the pairs, resolve the lists at both merge thresholds, and write the answer."""
    if task.pairs is None:
        raise ValueError("a judged task has a file of pairs")
    intake = read_lists(list(task.tables))
    read = process_age()
    options = RunOptions()
    resolution = dedupe(intake, options)
    end = process_age()
    peak = peak_mib()
    judged, missing = _judged(task.pairs, intake)
    lefts, rights = judged["left"].tolist(), judged["right"].tolist()
    deduplicated = sorted(intake.deduplicated_sources)
    for column, sources in (("score", deduplicated), ("score_untold", [])):
        answers = score_pairs(intake.batch, lefts, rights, options, sources)
        judged[column] = np.array([score for score, _ in answers], dtype=np.float64)
    by_threshold = {
        "0.5": dedupe(intake, RunOptions(merge_at=MERGE_AT)),
        f"{options.thresholds.match:g}": resolution,
    }
    for threshold, run_result in by_threshold.items():
        judged[f"together_{threshold}"] = _together(run_result, lefts, rights)
    judged["candidate"] = _candidates(resolution, lefts, rights)
    info: dict[str, Any] = {
        "tool": "ours",
        "version": resolver.__version__,
        "settings": f"shipped model, plan {resolution.stats.plan}",
        "model": resolution.stats.stamp["model"],
        "seconds": {"read": read, "resolve": end - read, "whole": end},
        "peak_mib": peak,
        "missing": missing,
        "records": len(resolution.batch),
        "run_candidates": resolution.stats.candidate_pairs,
        "run_review": int((resolution.links.band == Band.REVIEW).sum()),
        "run_match": int((resolution.links.band == Band.MATCH).sum()),
        "match_from": options.thresholds.match,
        "review_from": options.thresholds.review,
    }
    save_answer(out, {str(name): judged[name] for name in judged}, None, info)


def _judged(path: Path, intake: Intake) -> tuple[pd.DataFrame, int]:
    """Return the pairs whose records were read, and the number of the other pairs."""
    read_ids = set(intake.batch.ids.to_pylist())
    judgements = read_judged_pairs(path)
    pairs = [pair for pair in judgements if pair.left in read_ids and pair.right in read_ids]
    columns = {
        "left": [pair.left for pair in pairs],
        "right": [pair.right for pair in pairs],
        "same": [pair.same for pair in pairs],
        "cross": [_publisher(pair.left) != _publisher(pair.right) for pair in pairs],
    }
    return pd.DataFrame(columns), len(judgements) - len(pairs)


def _publisher(identity: str) -> str:
    """Return the publisher of a record's list; OFAC's two lists have one publisher."""
    return "-".join(identity.partition(":")[0].split("-")[:2])


def _together(resolution: Resolution, lefts: list[str], rights: list[str]) -> list[bool]:
    place = dict(zip(resolution.batch.ids.to_pylist(), resolution.labels.tolist(), strict=True))
    return [place[left] == place[right] for left, right in zip(lefts, rights, strict=True)]


def _candidates(resolution: Resolution, lefts: list[str], rights: list[str]) -> list[bool]:
    """Return for each pair whether blocking joins it."""
    from resolver.matching.blocking import PLAN_BY_NAME, join_candidates
    from resolver.matching.pipeline import normalize
    from resolver.matching.resolution_task import load_models

    prepared = normalize(resolution.batch, load_models())
    pairs, _ = join_candidates(prepared, PLAN_BY_NAME[resolution.stats.plan])
    keys = set((pairs.left.astype(np.int64) * len(resolution.batch) + pairs.right).tolist())
    place = {identity: row for row, identity in enumerate(resolution.batch.ids.to_pylist())}
    rows = [sorted((place[pair], place[right])) for pair, right in zip(lefts, rights, strict=True)]
    return [low * len(resolution.batch) + high in keys for low, high in rows]
