"""Answer of the resolver to a task over tables: deduplicate one, or link two."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

import resolver
from benchmarks.harness.clock import peak_mib, process_age
from benchmarks.harness.datasets import LINK, Task
from benchmarks.harness.figures import LABELED, SHIPPED, UNLABELED
from benchmarks.harness.tool_answers import save_answer
from resolver.engines.local import dedupe, link
from resolver.lists.formats.tabular.mapping import build_mapping
from resolver.lists.reader_types import Intake
from resolver.lists.readers import read_lists
from resolver.matching.blocking import PLAN_BY_NAME, join_candidates
from resolver.matching.pipeline import cluster_pairs, compare_and_score, normalize
from resolver.matching.resolution_task import (
    ResolutionTask,
    RunOptions,
    ScoredCandidates,
    load_models,
)
from resolver.matching.scoring import scores
from resolver.matching.scoring.score_links import score_histogram
from resolver.models import loader
from resolver.names.name_index import NameIndex
from resolver.records.results.resolution import Resolution, StageMeter
from resolver.training.data.labeled_clusters import match_clusters, read_cluster_rows
from resolver.training.fit.unlabeled import learn_unlabeled
from resolver.training.train import default_fit_options, save_trained_models, train_models
from resolver.training.training_data import gather_training_data

MERGE_AT = 0.5
SETTINGS = {
    SHIPPED: "shipped model",
    UNLABELED: "fitted to these records without labels",
    LABELED: "fitted to other records with labels",
}


def run(task: Task, out: Path, tool: str = SHIPPED) -> None:
    """Fit a model if `tool` asks for it, resolve, measure all candidates, and write the answer."""
    intakes = [
        read_lists([table], mapping=build_mapping(columns))
        for table, columns in zip(task.tables, task.mappings, strict=True)
    ]
    read = process_age()
    model = None if tool == SHIPPED else fit_model(task, tool, intakes, out / "model")
    trained = process_age()
    options = RunOptions(merge_at=MERGE_AT, model_dir=model)
    resolution = (
        link(intakes[0], intakes[1], options) if task.mode == LINK else dedupe(intakes[0], options)
    )
    end = process_age()
    peak = peak_mib()
    ids = np.array(
        [identity.partition(":")[2] for identity in resolution.batch.ids.to_pylist()], dtype=object
    )
    sides = _sides(resolution, intakes) if task.mode == LINK else None
    left, right, logodds = _all_pairs(resolution, options, sides)
    scored = ScoredCandidates(left, right, logodds, (), score_histogram(logodds))
    _check_agreement(_cluster(scored, resolution, options, sides), resolution)
    default = RunOptions(model_dir=model)
    clusters = {
        "id": ids,
        str(MERGE_AT): resolution.labels,
        f"{default.thresholds.match:g}": _cluster(scored, resolution, default, sides),
    }
    info = {
        "tool": tool,
        "version": resolver.__version__,
        "settings": f"{SETTINGS[tool]}, plan {resolution.stats.plan}",
        "model": resolution.stats.stamp["model"],
        "seconds": {"read": read, "train": trained - read, "resolve": end - trained, "whole": end},
        "peak_mib": peak,
        "stages": {stage.name: stage.wall for stage in resolution.stats.stages},
        "rules": {
            rule.name: {"pairs": rule.pairs, "only": rule.only, "cut": rule.cut}
            for rule in resolution.stats.rules
        },
        "rejects": sum(len(intake.rejects) for intake in intakes),
    }
    save_answer(
        out, {"left": ids[left], "right": ids[right], "score": scores(logodds)}, clusters, info
    )


def fit_model(task: Task, tool: str, intakes: list[Intake], folder: Path) -> Path:
    """Fit a model as `resolver train` does; return its folder."""
    tables = loader.load("tables")
    if tool == UNLABELED:
        trained, _ = learn_unlabeled(
            intakes[0], intakes[1] if task.mode == LINK else None, tables, tool
        )
    elif task.labeled is not None:
        intake = read_lists([task.labeled], mapping=build_mapping(task.mappings[0]))
        id_column = str(task.mappings[0]["id"])
        clusters = match_clusters(
            read_cluster_rows(task.labeled, (id_column, "cluster")), intake.batch.ids.to_pylist()
        )
        trained = train_models(
            gather_training_data(intake, [], tables, clusters=clusters),
            tables,
            tool,
            default_fit_options(7),
        )
    else:
        raise ValueError(f"{task.name} has no labels to learn from")
    save_trained_models(trained, folder)
    return folder


def _sides(resolution: Resolution, intakes: list[Intake]) -> npt.NDArray[np.uint8]:
    right = set(intakes[1].batch.ids.to_pylist())
    ids = resolution.batch.ids.to_pylist()
    return np.array([identity in right for identity in ids], dtype=np.uint8)


def _all_pairs(
    resolution: Resolution, options: RunOptions, sides: npt.NDArray[np.uint8] | None
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return every candidate pair of the run and its log-odds in thousandths."""
    models = load_models(options.model_dir).for_population(
        resolution.stats.plan, resolution.stats.population
    )
    prepared = normalize(resolution.batch, models)
    pairs, _ = join_candidates(prepared, PLAN_BY_NAME[resolution.stats.plan], sides=sides)
    names = NameIndex.of(prepared)
    chunks = np.array_split(np.arange(len(pairs)), max(1, len(pairs) // 500_000))
    logodds = [
        compare_and_score(prepared, names, models, pairs.left[chunk], pairs.right[chunk])
        for chunk in chunks
    ]
    return pairs.left, pairs.right, np.concatenate(logodds)


def _cluster(
    scored: ScoredCandidates,
    resolution: Resolution,
    options: RunOptions,
    sides: npt.NDArray[np.uint8] | None,
) -> npt.NDArray[np.int32]:
    """Return the entity label of each record at the merge threshold of `options`."""
    options = replace(options, plan=resolution.stats.plan)
    population = resolution.stats.population
    task = ResolutionTask.build(resolution.batch, (), options, sides, population)
    return cluster_pairs(task, scored, StageMeter()).labels


def _check_agreement(labels: npt.NDArray[np.int32], resolution: Resolution) -> None:
    """Raise `RuntimeError` unless scoring all candidates gave the clusters of the run."""
    if not np.array_equal(labels, resolution.labels):
        raise RuntimeError("scoring all candidates gave other clusters than the run did")
