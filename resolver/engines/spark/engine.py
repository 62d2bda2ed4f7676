"""Spark engine: the stages of one machine on the workers of a cluster, with the same results.

Lists are read where the command runs. Records go to the workers in ranges; links at or above the
review threshold, the pairs below it within a component, and counts come back. Clustering runs on
the driver. `resolver.engines.spark.worker_stages` has the steps of the workers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.clustering import components
from resolver.engines.local import (
    LocalEngine,
    build_link_task,
    format_rules,
    open_checkpoint,
    parse_rules,
)
from resolver.engines.spark import worker_stages as worker
from resolver.engines.spark.arrow_transfer import (
    ARROW_SCHEMA,
    SPARK_SCHEMA,
    Arrays,
    concat_arrays,
    pack_batch,
)
from resolver.engines.spark.counts import (
    Report,
    measure_stage,
    sum_histograms,
    sum_partner_counts,
    sum_rule_stats,
)
from resolver.engines.spark.job import (
    BroadcastModel,
    Partitioning,
    Rows,
    WorkerJob,
    installed_version,
    worker_stamp,
)
from resolver.engines.spark.session import check_workers, managed_session
from resolver.ingest.reader_types import Intake
from resolver.models.loader import KINDS
from resolver.normalize.population_counts import COUNTED_PROPERTIES
from resolver.pipeline import normalize, resolve
from resolver.population_scoring import PARTNER_KEYS, count_task_population
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import Resolution
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ResolutionTask, ScoredCandidates, StagedEngine
from resolver.run_options import RunOptions

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


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
    """Engine of a cluster; starts a session, unless a checkpoint has all that came back from it.

    A batch without records needs no cluster.
    """

    master: str | None = None
    partitioning: Partitioning | None = None

    def measure_population(
        self, task: ResolutionTask, meter: StageMeter
    ) -> tuple[ResolutionTask, SparkEngine]:
        """Count the population on the driver, from the names and birth dates of the records."""
        if not task.models.counts_words:
            return task, self
        with meter.measure("population", "records") as usage:
            columns = {
                name: column
                for name, column in task.batch.columns.items()
                if name in COUNTED_PROPERTIES
            }
            batch = replace(task.batch, columns=columns)
            prepared = normalize(batch, task.models)
            usage.items = len(batch)
        return task.with_population(count_task_population(task, prepared)), self

    def score_candidates(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        """Return the pairs that clustering needs, from a checkpoint or from the cluster."""
        if not len(task.batch):
            return LocalEngine().score_candidates(task, meter)
        checkpoint = open_checkpoint(task, task.link_threshold, sorted(task.decided.same))
        if checkpoint is None:
            return self._score_on_cluster(task, meter)
        arrays = checkpoint.load_or_compute(
            "judged", lambda: _to_arrays(self._score_on_cluster(task, meter))
        )
        left, right, logodds, unsupported = (arrays[name] for name in worker.SCORED_COLUMNS)
        return ScoredCandidates(
            left,
            right,
            logodds,
            parse_rules(arrays["rules"]),
            arrays["histogram"],
            {key: arrays[f"partners-{key}"] for key in PARTNER_KEYS},
            unsupported.astype(bool),
        )

    def _score_on_cluster(self, task: ResolutionTask, meter: StageMeter) -> ScoredCandidates:
        with managed_session(self.master) as spark:
            job = _build_job(spark, task, self.partitioning)
            return _ClusterStages(spark, job).score_candidates(task, meter)


def _to_arrays(scored: ScoredCandidates) -> Arrays:
    return {
        "left": scored.left,
        "right": scored.right,
        "logodds": scored.logodds,
        "unsupported": np.asarray(scored.unsupported, dtype=np.uint8),
        "rules": format_rules(scored.rules),
        "histogram": scored.histogram,
        **{f"partners-{key}": counts for key, counts in scored.partner_counts.items()},
    }


def _build_job(
    spark: SparkSession, task: ResolutionTask, partitioning: Partitioning | None
) -> WorkerJob:
    cores = spark.sparkContext.defaultParallelism
    return WorkerJob(
        task.plan.name,
        tuple(task.deduplicated_sources),
        task.link_threshold - task.open_shift,
        partitioning or Partitioning.choose(len(task.batch), cores),
        _broadcast_model(spark, task.options.model_dir),
        spark.sparkContext.broadcast(task.models.population),
        None if task.sides is None else spark.sparkContext.broadcast(task.sides),
        task.is_measured,
    )


def _broadcast_model(spark: SparkSession, folder: Path | None) -> BroadcastModel | None:
    """Send the files of a model that is not the shipped one to all workers."""
    if folder is None:
        return None
    names = [f"{name}.json" for name in (*KINDS, "tables")]
    model: BroadcastModel = spark.sparkContext.broadcast(
        tuple((name, (folder / name).read_bytes()) for name in names)
    )
    return model


class _JoinedPairs(NamedTuple):
    """Pairs that keys join, with the records that each share needs, and reports of the workers."""

    frame: DataFrame
    reports: list[Report]


@dataclass(frozen=True, slots=True)
class _ClusterStages(StagedEngine["DataFrame", _JoinedPairs]):
    """Stages of one run in an open session; frames hold a row per part (see `arrow_transfer`)."""

    spark: SparkSession
    job: WorkerJob
    frames: list[DataFrame] = field(default_factory=list)

    def normalize(self, task: ResolutionTask, meter: StageMeter) -> DataFrame:
        """Send the records to the workers, which normalize what each step needs.

        Meanwhile check that the workers have the same versions of program, model and libraries.
        """
        stamp = {**installed_version(), **task.models.stamp}
        with ThreadPoolExecutor(max_workers=1) as pool:
            check = pool.submit(check_workers, self.spark, stamp, partial(worker_stamp, self.job))
            records = self._send_records(task)
            check.result()
        return records

    def block(self, task: ResolutionTask, normalized: DataFrame, meter: StageMeter) -> _JoinedPairs:
        """Make the keys of each range of records, and join each share of the keys."""
        count, cut = len(task.batch), self.job.partitioning
        with measure_stage(meter, "block", "records", count) as reports:
            keys = self._run_step(worker.emit_keys, normalized, cut.ranges)
            joined = self._persist(self._run_step(worker.emit_pairs, keys, cut.keys))
            reports += _collect_reports(joined)
        return _JoinedPairs(joined, reports)

    def compare_and_score(
        self,
        task: ResolutionTask,
        normalized: DataFrame,
        candidate_pairs: _JoinedPairs,
        meter: StageMeter,
    ) -> ScoredCandidates:
        """Score each share of the pairs; collect links, and other pairs within components."""
        joined, cut = candidate_pairs.frame, self.job.partitioning
        with measure_stage(meter, "compare and classify", "pairs", None) as reports:
            needs = normalized.union(_select(joined, "needs"))
            records = self._run_step(worker.emit_records, needs, cut.ranges)
            pairs = records.union(_select(joined, "pairs"))
            scored = self._persist(self._run_step(worker.score_part, pairs, cut.pairs))
            reports += _collect_reports(scored)
            links = _collect_pairs(_select(scored, "links"))
        with measure_stage(meter, "components", "pairs", None):
            rest = self._collect_component_pairs(_select(scored, "rest"), task, links)
        for frame in self.frames:
            frame.unpersist()
        left, right, logodds, unsupported = _sort_pairs(links, rest, len(task.batch))
        rules = sum_rule_stats(candidate_pairs.reports, reports, self.job.plan)
        return ScoredCandidates(
            left,
            right,
            logodds,
            rules,
            sum_histograms(reports),
            sum_partner_counts(reports),
            unsupported.astype(bool),
        )

    def _send_records(self, task: ResolutionTask) -> DataFrame:
        """Return the records in ranges, one part each."""
        cut, batch, parts = self.job.partitioning, task.batch, []
        for part in range(cut.ranges):
            rows = np.arange(part * cut.span, min((part + 1) * cut.span, len(batch)))
            if len(rows):
                parts.append((part, "records", pack_batch(batch.take(rows).canonical(), rows)))
        columns = [
            pa.array(column, column_field.type)
            for column, column_field in zip(zip(*parts, strict=True), ARROW_SCHEMA, strict=True)
        ]
        table = pa.Table.from_arrays(columns, schema=ARROW_SCHEMA)
        return self.spark.createDataFrame(table, SPARK_SCHEMA)

    def _run_step(self, step: worker.Step, frame: DataFrame, parts: int) -> DataFrame:
        """Run one step of the workers, on parts by their number."""
        return frame.repartitionById(parts, "part").mapInArrow(
            partial(worker.run_step, step, self.job), SPARK_SCHEMA
        )

    def _persist(self, frame: DataFrame) -> DataFrame:
        """Keep a frame on the disks of the workers, as two steps read it; lost parts are redone."""
        from pyspark import StorageLevel

        frame = frame.persist(StorageLevel.DISK_ONLY)
        self.frames.append(frame)
        return frame

    def _collect_component_pairs(
        self, rest: DataFrame, task: ResolutionTask, links: Arrays
    ) -> Arrays:
        """Return the pairs below the link threshold whose records are in one component."""
        members, component = _find_components(len(task.batch), links, task.decided.same)
        if not len(members):
            return concat_arrays([], worker.SCORED_COLUMNS)
        components = self.spark.sparkContext.broadcast((members, component))
        step = partial(worker.keep_component_pairs, components)
        pairs = _collect_pairs(rest.mapInArrow(step, SPARK_SCHEMA))
        components.destroy()
        return pairs


def _select(frame: DataFrame, content: str) -> DataFrame:
    return frame.filter(frame["content"] == content)


def _collect_reports(frame: DataFrame) -> list[Report]:
    return [json.loads(row["body"]) for row in _select(frame, "account").collect()]


def _collect_pairs(frame: DataFrame) -> Arrays:
    bodies = [bytes(row["body"]) for row in frame.collect()]
    return concat_arrays(bodies, worker.SCORED_COLUMNS)


def _find_components(
    count: int, links: Arrays, same: Sequence[tuple[int, int]]
) -> tuple[Rows, Rows]:
    """Return the records in components of three or more, ascending, and the component of each.

    Links and decisions tie records together. In a component of two no other pair plays a part.
    """
    component = components(count, links["left"], links["right"], same)
    members = np.flatnonzero(np.bincount(component)[component] > 2)
    return members.astype(np.int32), component[members]


def _sort_pairs(
    links: Arrays, rest: Arrays, count: int
) -> tuple[Rows, Rows, npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Return links and other pairs together, sorted by (left, right)."""
    left, right, logodds, unsupported = (
        np.concatenate([links[name], rest[name]]) for name in worker.SCORED_COLUMNS
    )
    order = np.argsort(left.astype(np.int64) * count + right)
    return left[order], right[order], logodds[order], unsupported[order]
