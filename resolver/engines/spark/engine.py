"""Spark engine: the stages of one machine on the workers of a cluster, with the same results.

Lists are read where the command runs, and clustering runs there. `cluster_stages` has what lies
between, on the workers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from resolver.engines.local import (
    LocalEngine,
    build_link_task,
    format_rules,
    open_checkpoint,
    parse_rules,
)
from resolver.engines.spark import worker_stages as worker
from resolver.engines.spark.arrow_transfer import Arrays
from resolver.engines.spark.cluster_stages import ClusterStages, build_job
from resolver.engines.spark.job import Partitioning
from resolver.engines.spark.session import managed_context
from resolver.ingest.reader_types import Intake
from resolver.normalize.population_counts import COUNTED_PROPERTIES
from resolver.pipeline import normalize, resolve
from resolver.population_scoring import PARTNER_KEYS, count_task_population
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Resolution
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ResolutionTask, ScoredCandidates
from resolver.run_options import RunOptions


def dedupe_on_spark(
    intake: Intake,
    options: RunOptions,
    progress: Progress = SILENT,
    *,
    master: str | None = None,
    partitioning: Partitioning | None = None,
) -> Resolution:
    """Resolve one batch on a cluster, with the result of `resolver.engines.local.dedupe`.

    `master`: address of the cluster (None: what Spark is configured with). `partitioning`: how the
    work is cut; it has no influence on the result. Raises `EngineError` where the cluster cannot
    be used, `DecisionError` and `InputError` as the local engine does.
    """
    task = ResolutionTask.build(intake.batch, sorted(intake.deduplicated_sources), options)
    return resolve(task, SparkEngine(master, partitioning), progress)


def link_on_spark(
    left: Intake,
    right: Intake,
    options: RunOptions,
    progress: Progress = SILENT,
    *,
    master: str | None = None,
    partitioning: Partitioning | None = None,
) -> Resolution:
    """Resolve two batches against each other, with the result of `resolver.engines.local.link`.

    For the other parameters and the errors see `dedupe_on_spark`.
    """
    task = build_link_task(left, right, options)
    return resolve(task, SparkEngine(master, partitioning), progress)


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Engine of a cluster; starts a context, unless a checkpoint has all that came back from it.

    A batch without records needs no cluster.
    """

    master: str | None = None
    partitioning: Partitioning | None = None

    def measure_population(
        self, task: ResolutionTask, meter: StageMeter
    ) -> tuple[ResolutionTask, SparkEngine]:
        """Count the population on the driver."""
        if task.models.population is not None:
            return task, self
        return count_on_driver(task, meter), self

    def without_forms(self) -> SparkEngine:
        """Return the engine itself, which holds no records."""
        return self

    def score_candidates(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        """Return the pairs that clustering needs, from a checkpoint or from the cluster."""
        population = task.models.population
        # where some viewers have a population of their own, this process compares all records
        if not len(task.batch) or (population is not None and population.restricted):
            return LocalEngine().score_candidates(task, meter)
        checkpoint = open_checkpoint(task, task.link_threshold, sorted(task.decided.same))
        if checkpoint is None:
            return self._score_on_cluster(task, meter)
        arrays = checkpoint.load_or_compute(
            "judged", lambda: _to_arrays(self._score_on_cluster(task, meter))
        )
        left, right, logodds, unsupported, is_twin = (
            arrays[name] for name in worker.SCORED_COLUMNS
        )
        return ScoredCandidates(
            left,
            right,
            logodds,
            parse_rules(arrays["rules"]),
            arrays["histogram"],
            {key: arrays[f"partners-{key}"] for key in PARTNER_KEYS},
            unsupported.astype(bool),
            twins=np.stack([left, right], axis=1)[is_twin != 0],
        )

    def _score_on_cluster(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        with managed_context(self.master) as spark:
            job = build_job(spark, task, self.partitioning)
            return ClusterStages(spark, job).score_candidates(task, meter)


def _to_arrays(scored: ScoredCandidates) -> Arrays:
    assert scored.twins is not None
    keys = scored.left.astype(np.int64) * 2**32 + scored.right
    twins = scored.twins[:, 0].astype(np.int64) * 2**32 + scored.twins[:, 1]
    return {
        "left": scored.left,
        "right": scored.right,
        "logodds": scored.logodds,
        "unsupported": np.asarray(scored.unsupported, dtype=np.uint8),
        "twin": np.isin(keys, twins).astype(np.uint8),
        "rules": format_rules(scored.rules),
        "histogram": scored.histogram,
        **{f"partners-{key}": counts for key, counts in scored.partner_counts.items()},
    }


def count_on_driver(task: ResolutionTask, meter: StageMeter) -> ResolutionTask:
    """Return the task with the population of its records, from the values that counts read."""
    if not task.models.counts_words:
        return task
    with meter.measure("population", "records") as usage:
        columns = {
            name: column
            for name, column in task.batch.columns.items()
            if name in COUNTED_PROPERTIES
        }
        values = replace(task.batch, columns=columns)
        prepared = normalize(values, task.models, workers=task.options.workers)
        usage.items = len(task.batch)
    return task.with_population(count_task_population(task, prepared))
