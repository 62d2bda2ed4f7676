"""Our answer to a task over tables: dedupe one, or link two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import resolver
from benchmarks.answers import save
from benchmarks.clock import peak_mib, process_age
from benchmarks.datasets import LINK, Task
from resolver.block import PLAN_BY_NAME, candidates
from resolver.classify import scores
from resolver.cluster import cluster
from resolver.compare import NameIndex
from resolver.engines.local import dedupe, link
from resolver.ingest.base import Intake
from resolver.ingest.mapping import mapping_from
from resolver.ingest.readers import read_lists
from resolver.pipeline import RunOptions, load_models, prepared_of, score_rows
from resolver.records.resolution import Resolution

MERGE_AT = 0.5


def run(task: Task, out: Path) -> None:
    """Resolve, then measure on all candidates, and write the answer."""
    options = RunOptions(merge_at=MERGE_AT)
    intakes = [
        read_lists([table], mapping=mapping_from(columns))
        for table, columns in zip(task.tables, task.mappings, strict=True)
    ]
    read = process_age()
    found = link(intakes[0], intakes[1], options) if task.mode == LINK else dedupe(intakes[0], options)
    end = process_age()
    peak = peak_mib()
    ids = np.array([identity.partition(":")[2] for identity in found.batch.ids.to_pylist()], dtype=object)
    sides = _sides(found, intakes) if task.mode == LINK else None
    left, right, logodds = _all_pairs(found, options, sides)
    clusters: dict[str, Any] = {"id": ids, str(MERGE_AT): found.labels}
    for border in (RunOptions(), options):
        labels = cluster(
            len(ids),
            left,
            right,
            logodds,
            merge_border=border.merge_border,
            review_border=min(_thousandths(border.borders.review), border.merge_border),
        )
        if border is options:
            _agree(labels, found)
        else:
            clusters[f"{border.borders.match:g}"] = labels
    info = {
        "tool": "ours",
        "version": resolver.__version__,
        "settings": f"shipped model, plan {found.stats.plan}",
        "model": found.stats.stamp["model"],
        "seconds": {"read": read, "resolve": end - read, "whole": end},
        "peak_mib": peak,
        "stages": {one.name: one.wall for one in found.stats.stages},
        "rules": {one.name: {"pairs": one.pairs, "only": one.only, "cut": one.cut} for one in found.stats.rules},
        "rejects": sum(len(intake.rejects) for intake in intakes),
    }
    save(out, {"left": ids[left], "right": ids[right], "score": scores(logodds)}, clusters, info)


def _sides(found: Resolution, intakes: list[Intake]) -> npt.NDArray[np.uint8]:
    right = set(intakes[1].batch.ids.to_pylist())
    return np.array([identity in right for identity in found.batch.ids.to_pylist()], dtype=np.uint8)


def _all_pairs(
    found: Resolution, options: RunOptions, sides: npt.NDArray[np.uint8] | None
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Every candidate pair of the run with its log-odds (thousandths), in the stages' own words."""
    models = load_models(options.model_dir)
    prepared = prepared_of(found.batch, models)
    pairs, _ = candidates(prepared, PLAN_BY_NAME[found.stats.plan], sides=sides)
    names = NameIndex.of(prepared)
    chunks = np.array_split(np.arange(len(pairs)), max(1, len(pairs) // 500_000))
    logodds = [score_rows(prepared, names, models, pairs.left[chunk], pairs.right[chunk]) for chunk in chunks]
    return pairs.left, pairs.right, np.concatenate(logodds)


def _thousandths(score: float) -> int:
    return round(1000 * float(np.log(score / (1 - score))))


def _agree(labels: npt.NDArray[np.int32], found: Resolution) -> None:
    """The second pass must give what the run gave, or the figures would not be the run's."""
    if not np.array_equal(labels, found.labels):
        raise RuntimeError("scoring all candidates gave other clusters than the run did")
