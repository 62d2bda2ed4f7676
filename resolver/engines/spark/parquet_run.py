"""Runs of a cluster whose workers read lists and write results: the driver holds numbers."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.clustering.decided_rows import place_decisions
from resolver.engines.spark.cluster_stages import ClusterStages, build_job, check_versions
from resolver.engines.spark.counts import measure_stage
from resolver.engines.spark.frames import collect_rows, run_on_parts, run_on_rows
from resolver.engines.spark.job import Partitioning
from resolver.engines.spark.lists.worker_intake import WorkerIntake
from resolver.engines.spark.lists.worker_reader import ReadingPlan, WorkerReader
from resolver.engines.spark.merge.worker_merge import MergeCounts, WorkerMerge
from resolver.engines.spark.population_stages import count_all_records, emit_counted
from resolver.engines.spark.session import managed_context
from resolver.errors import InputError
from resolver.ingest.reader_types import Intake
from resolver.population_scoring import score_in_population
from resolver.records import concat
from resolver.records.prepared.population import Population
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import StageStat
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ResolutionTask, ScoredCandidates
from resolver.run_options import RunOptions

if TYPE_CHECKING:
    from pyspark import SparkContext


@dataclass(frozen=True, slots=True)
class ParquetRun:
    """Figures of a run whose workers read the lists and wrote the results.

    The batch of `intake` has no values. `withdrawn`: ids that only older versions of lists hold.
    `unknown_ids`: ids that decisions name and no list has, sorted.
    """

    intake: Intake
    withdrawn: int
    unknown_ids: tuple[str, ...]
    merge: MergeCounts
    plan: str
    stages: tuple[StageStat, ...]


def dedupe_to_parquet(
    reading: ReadingPlan,
    options: RunOptions,
    out_dir: Path,
    progress: Progress = SILENT,
    *,
    master: str | None = None,
    partitioning: Partitioning | None = None,
) -> ParquetRun:
    """Resolve lists on a cluster, whose workers read them and write the results below `out_dir`.

    The rows of the files are those of `resolver.engines.local.dedupe` (see
    `resolver.engines.parquet_files`). `master` and `partitioning` as for `dedupe_on_spark`. Raises
    its errors, those of `read_lists`, and `OutputError`.
    """
    meter = StageMeter(progress)
    ids = {end for row in options.decisions for end in (row.left_id, row.right_id)}
    with managed_context(master) as spark, ThreadPoolExecutor(max_workers=1) as pool:
        check = pool.submit(_check_workers, spark, options)
        read = WorkerReader(spark, reading, partitioning).read(sorted(ids), meter)
        check.result()
        task, counts = _WorkerRun(spark, read).write(_build_task(read, options), out_dir, meter)
        read.release()
    unknown = tuple(sorted(ids - set(read.row_of)))
    stages = tuple(meter.stages)
    return ParquetRun(read.intake, read.withdrawn, unknown, counts, task.plan.name, stages)


def _check_workers(spark: SparkContext, options: RunOptions) -> None:
    """Check the versions of the workers. Raises `EngineError`."""
    task = ResolutionTask.build(concat([]), (), replace(options, decisions=()))
    check_versions(spark, task, build_job(spark, task, None))


def _build_task(read: WorkerIntake, options: RunOptions) -> ResolutionTask:
    """Return the task of records on the workers. Raises `InputError` where there are none."""
    intake = read.intake
    if not len(intake.batch):
        place = ", ".join(facts.label for facts in intake.lists[:3])
        first = intake.rejects[0].reason if intake.rejects else "the lists are empty"
        raise InputError("no record could be read", place=place, hint=first)
    sources = sorted(intake.deduplicated_sources)
    task = ResolutionTask.build(intake.batch, sources, replace(options, decisions=()))
    decided = place_decisions(options.decisions, read.row_of)
    return replace(task, options=options, decided=decided)


@dataclass(frozen=True, slots=True)
class _WorkerRun:
    """Run over records that the workers have in ranges: an engine that merges, too."""

    spark: SparkContext
    read: WorkerIntake

    def write(
        self, task: ResolutionTask, out_dir: Path, meter: StageMeter
    ) -> tuple[ResolutionTask, MergeCounts]:
        """Resolve the records and write the results; return the task in its population."""
        task, scored = score_in_population(task, self, meter)
        job = build_job(self.spark, replace(task, is_measured=False), self.read.partitioning)
        merge = WorkerMerge(self.spark, job, self.read.records, self.read.relations > 0)
        return task, merge.write(task, scored, out_dir, meter)

    def measure_population(
        self, task: ResolutionTask, meter: StageMeter
    ) -> tuple[ResolutionTask, _WorkerRun]:
        """Return the task with the population of its records, which the workers count."""
        if not task.models.counts_words:
            return task, self
        job = build_job(self.spark, task, self.read.partitioning)
        with measure_stage(meter, "population", "records", None) as reports:
            values = run_on_rows(emit_counted, self.read.records)
            rows = collect_rows(run_on_parts(partial(count_all_records, job), values, 1))
            contents = {row.content: json.loads(row.body) for row in rows}
            reports.append(contents["account"])
        return task.with_population(Population.from_json(contents["population"])), self

    def without_forms(self) -> _WorkerRun:
        """Return the engine itself, which holds no normal forms."""
        return self

    def score_candidates(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        """Return the pairs that clustering needs."""
        job = build_job(self.spark, task, self.read.partitioning)
        return ClusterStages(self.spark, job, self.read.records).score_candidates(task, meter)
