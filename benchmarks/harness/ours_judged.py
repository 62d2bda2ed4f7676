"""Our answer to judged pairs of list entries: their scores, told and not told that the lists are free of duplicates;
the candidates and bands of a whole run over the lists; and who ends up in one entity.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import resolver
from benchmarks.harness.clock import peak_mib, process_age
from benchmarks.harness.datasets import Task
from benchmarks.harness.tool_answers import save
from resolver.engines.local import dedupe
from resolver.ingest.reader_types import Intake
from resolver.ingest.readers import read_lists
from resolver.pipeline import RunOptions, score_pairs
from resolver.records.results.resolution import Band, Resolution
from resolver.training.data.labeled_pairs import read_judgements

MERGE_AT = 0.5


def run(task: Task, out: Path) -> None:
    """Score the pairs, resolve the lists at both borders, and write the answer."""
    if task.pairs is None:
        raise ValueError("a judged task has a file of pairs")
    intake = read_lists(list(task.tables))
    read = process_age()
    options = RunOptions()
    found = dedupe(intake, options)
    end = process_age()
    peak = peak_mib()
    judged, missing = _judged(task.pairs, intake)
    lefts, rights = judged["left"].tolist(), judged["right"].tolist()
    declared = sorted(intake.deduplicated_sources)
    for column, sources in (("score", declared), ("score_untold", [])):
        answers = score_pairs(intake.batch, lefts, rights, options, sources)
        judged[column] = np.array([score for score, _ in answers], dtype=np.float64)
    by_border = {
        "0.5": dedupe(intake, RunOptions(merge_at=MERGE_AT)),
        f"{options.borders.match:g}": found,
    }
    for border, resolution in by_border.items():
        judged[f"together_{border}"] = _together(resolution, lefts, rights)
    judged["candidate"] = _candidates(found, lefts, rights)
    info: dict[str, Any] = {
        "tool": "ours",
        "version": resolver.__version__,
        "settings": f"shipped model, plan {found.stats.plan}",
        "model": found.stats.stamp["model"],
        "seconds": {"read": read, "resolve": end - read, "whole": end},
        "peak_mib": peak,
        "missing": missing,
        "records": len(found.batch),
        "run_candidates": found.stats.candidate_pairs,
        "run_review": int((found.links.band == Band.REVIEW).sum()),
        "run_match": int((found.links.band == Band.MATCH).sum()),
        "match_from": options.borders.match,
        "review_from": options.borders.review,
    }
    save(out, {str(name): judged[name] for name in judged}, None, info)


def _judged(path: Path, intake: Intake) -> tuple[pd.DataFrame, int]:
    """The pairs whose records were read, and how many are not."""
    known = set(intake.batch.ids.to_pylist())
    judgements = read_judgements(path)
    held = [one for one in judgements if one.left in known and one.right in known]
    columns = {
        "left": [one.left for one in held],
        "right": [one.right for one in held],
        "same": [one.same for one in held],
        "cross": [_publisher(one.left) != _publisher(one.right) for one in held],
    }
    return pd.DataFrame(columns), len(judgements) - len(held)


def _publisher(identity: str) -> str:
    """Who published the list of a record: OFAC's two lists have one hand."""
    return "-".join(identity.partition(":")[0].split("-")[:2])


def _together(found: Resolution, lefts: list[str], rights: list[str]) -> list[bool]:
    place = dict(zip(found.batch.ids.to_pylist(), found.labels.tolist(), strict=True))
    return [place[left] == place[right] for left, right in zip(lefts, rights, strict=True)]


def _candidates(found: Resolution, lefts: list[str], rights: list[str]) -> list[bool]:
    """Which of the pairs blocking joins."""
    from resolver.blocking import PLAN_BY_NAME, candidates
    from resolver.pipeline import load_models, prepared_of

    pairs, _ = candidates(prepared_of(found.batch, load_models()), PLAN_BY_NAME[found.stats.plan])
    keys = set((pairs.left.astype(np.int64) * len(found.batch) + pairs.right).tolist())
    place = {identity: row for row, identity in enumerate(found.batch.ids.to_pylist())}
    rows = [sorted((place[one], place[two])) for one, two in zip(lefts, rights, strict=True)]
    return [low * len(found.batch) + high in keys for low, high in rows]
