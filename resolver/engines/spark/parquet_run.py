"""Runs of a cluster whose workers write the results: the driver holds numbers, not values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.engines.spark.cluster_stages import (
    ClusterStages,
    build_job,
    check_versions,
    send_records,
)
from resolver.engines.spark.engine import count_on_driver
from resolver.engines.spark.job import Partitioning
from resolver.engines.spark.merging import MergeCounts, WorkerMerge
from resolver.engines.spark.session import managed_session
from resolver.ingest.reader_types import Intake
from resolver.population_scoring import score_in_population
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import StageStat
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ResolutionTask, ScoredCandidates
from resolver.run_options import RunOptions

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True, slots=True)
class ParquetRun:
    """Figures of a run whose workers wrote the results."""

    records: int
    merge: MergeCounts
    plan: str
    stages: tuple[StageStat, ...]


def dedupe_to_parquet(
    intake: Intake,
    options: RunOptions,
    out_dir: Path,
    progress: Progress = SILENT,
    *,
    master: str | None = None,
    partitioning: Partitioning | None = None,
) -> ParquetRun:
    """Resolve one batch on a cluster, whose workers write the results below `out_dir`.

    The rows of the files are those of `resolver.engines.local.dedupe`. `master` and `partitioning`
    as for `dedupe_on_spark`. Raises its errors, and `OutputError`.
    """
    task = ResolutionTask.build(intake.batch, sorted(intake.deduplicated_sources), options)
    meter = StageMeter(progress)
    with managed_session(master) as spark:
        job = build_job(spark, task, partitioning)
        check_versions(spark, task, job)
        records = send_records(spark, task.batch, job.partitioning)
        return _WorkerRun(spark, records, job.partitioning).write(task, out_dir, meter)


@dataclass(frozen=True, slots=True)
class _WorkerRun:
    """Run over records that the workers have in ranges: an engine that merges, too."""

    spark: SparkSession
    records: DataFrame
    partitioning: Partitioning

    def write(self, task: ResolutionTask, out_dir: Path, meter: StageMeter) -> ParquetRun:
        """Resolve the records and write the results."""
        task, scored = score_in_population(task, self, meter)
        job = build_job(self.spark, replace(task, is_measured=False), self.partitioning)
        merge = WorkerMerge(self.spark, job, self.records)
        counts = merge.write(task, scored, out_dir, meter)
        return ParquetRun(len(task.batch), counts, task.plan.name, tuple(meter.stages))

    def measure_population(
        self, task: ResolutionTask, meter: StageMeter
    ) -> tuple[ResolutionTask, _WorkerRun]:
        """Return the task with the population of its records."""
        return count_on_driver(task, meter), self

    def score_candidates(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        """Return the pairs that clustering needs."""
        job = build_job(self.spark, task, self.partitioning)
        return ClusterStages(self.spark, job, self.records).score_candidates(task, meter)
