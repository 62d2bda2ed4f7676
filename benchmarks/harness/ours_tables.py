"""Our answer to a task over tables: dedupe one, or link two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import resolver
from benchmarks.harness.clock import peak_mib, process_age
from benchmarks.harness.datasets import LINK, Task
from benchmarks.harness.figures import LABELLED, OURS, UNLABELLED
from benchmarks.harness.tool_answers import save
from resolver.blocking import PLAN_BY_NAME, candidates
from resolver.clustering import cluster
from resolver.comparison import NameIndex
from resolver.engines.local import dedupe, link
from resolver.ingest.formats.tabular.mapping import mapping_from
from resolver.ingest.reader_types import Intake
from resolver.ingest.readers import read_lists
from resolver.models import loader
from resolver.pipeline import RunOptions, load_models, prepared_of, score_rows
from resolver.records.results.resolution import Resolution
from resolver.scoring import scores
from resolver.training.data.labeled_clusters import read_clusters, settle
from resolver.training.fit.unlabeled import learn
from resolver.training.model_files import save as save_model
from resolver.training.train import fit_options, gather, train

MERGE_AT = 0.5
SETTINGS = {
    OURS: "shipped model",
    UNLABELLED: "fitted to these records without labels",
    LABELLED: "fitted to other records with labels",
}


def run(task: Task, out: Path, tool: str = OURS) -> None:
    """Fit a model where `tool` says so, resolve, then measure on all candidates, and write the answer."""
    intakes = [
        read_lists([table], mapping=mapping_from(columns))
        for table, columns in zip(task.tables, task.mappings, strict=True)
    ]
    read = process_age()
    model = None if tool == OURS else fitted(task, tool, intakes, out / "model")
    trained = process_age()
    options = RunOptions(merge_at=MERGE_AT, model_dir=model)
    found = (
        link(intakes[0], intakes[1], options) if task.mode == LINK else dedupe(intakes[0], options)
    )
    end = process_age()
    peak = peak_mib()
    ids = np.array(
        [identity.partition(":")[2] for identity in found.batch.ids.to_pylist()], dtype=object
    )
    sides = _sides(found, intakes) if task.mode == LINK else None
    left, right, logodds = _all_pairs(found, options, sides)
    clusters: dict[str, Any] = {"id": ids, str(MERGE_AT): found.labels}
    for border in (RunOptions(model_dir=model), options):
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
        "tool": tool,
        "version": resolver.__version__,
        "settings": f"{SETTINGS[tool]}, plan {found.stats.plan}",
        "model": found.stats.stamp["model"],
        "seconds": {"read": read, "train": trained - read, "resolve": end - trained, "whole": end},
        "peak_mib": peak,
        "stages": {one.name: one.wall for one in found.stats.stages},
        "rules": {
            one.name: {"pairs": one.pairs, "only": one.only, "cut": one.cut}
            for one in found.stats.rules
        },
        "rejects": sum(len(intake.rejects) for intake in intakes),
    }
    save(out, {"left": ids[left], "right": ids[right], "score": scores(logodds)}, clusters, info)


def fitted(task: Task, tool: str, intakes: list[Intake], folder: Path) -> Path:
    """The folder of a model fitted as `resolver train` fits it."""
    tables = loader.load("tables")
    if tool == UNLABELLED:
        trained, _ = learn(intakes[0], intakes[1] if task.mode == LINK else None, tables, tool)
    elif task.labelled is not None:
        intake = read_lists([task.labelled], mapping=mapping_from(task.mappings[0]))
        id_column = str(task.mappings[0]["id"])
        known = settle(
            read_clusters(task.labelled, (id_column, "cluster")), intake.batch.ids.to_pylist()
        )
        trained = train(gather(intake, [], tables, clusters=known), tables, tool, fit_options(7))
    else:
        raise ValueError(f"{task.name} has no labels to learn from")
    save_model(trained, folder)
    return folder


def _sides(found: Resolution, intakes: list[Intake]) -> npt.NDArray[np.uint8]:
    right = set(intakes[1].batch.ids.to_pylist())
    return np.array([identity in right for identity in found.batch.ids.to_pylist()], dtype=np.uint8)


def _all_pairs(
    found: Resolution, options: RunOptions, sides: npt.NDArray[np.uint8] | None
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Every candidate pair of the run with its log-odds (thousandths), in the stages' own words."""
    models = load_models(options.model_dir, found.stats.plan)
    prepared = prepared_of(found.batch, models)
    pairs, _ = candidates(prepared, PLAN_BY_NAME[found.stats.plan], sides=sides)
    names = NameIndex.of(prepared)
    chunks = np.array_split(np.arange(len(pairs)), max(1, len(pairs) // 500_000))
    logodds = [
        score_rows(prepared, names, models, pairs.left[chunk], pairs.right[chunk])
        for chunk in chunks
    ]
    return pairs.left, pairs.right, np.concatenate(logodds)


def _thousandths(score: float) -> int:
    return round(1000 * float(np.log(score / (1 - score))))


def _agree(labels: npt.NDArray[np.int32], found: Resolution) -> None:
    """The second pass must give what the run gave, or the figures would not be the run's."""
    if not np.array_equal(labels, found.labels):
        raise RuntimeError("scoring all candidates gave other clusters than the run did")
