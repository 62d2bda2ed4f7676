"""Stages of a cluster, from records in ranges to scored pairs.

Records go to the workers in ranges; links at or above the review threshold, the pairs below it
within a component, and counts come back. `resolver.engines.spark.worker_stages` has the steps of
the workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.clustering import components
from resolver.engines.spark import worker_stages as worker
from resolver.engines.spark.arrow_transfer import (
    Arrays,
    ArrowPart,
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
from resolver.engines.spark.frames import (
    collect_reports,
    iterate_rows,
    keep_on_disk,
    run_on_parts,
    run_on_rows,
    select_content,
    send_parts,
)
from resolver.engines.spark.job import (
    BroadcastModel,
    Partitioning,
    Rows,
    WorkerJob,
    installed_version,
    worker_stamp,
)
from resolver.engines.spark.session import check_workers
from resolver.model_set import RELATIONS
from resolver.models.loader import KINDS
from resolver.records import Batch
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ResolutionTask, ScoredCandidates, StagedEngine

if TYPE_CHECKING:
    from pyspark import SparkContext

    from resolver.engines.spark.frames import Frame


def build_job(
    spark: SparkContext, task: ResolutionTask, partitioning: Partitioning | None
) -> WorkerJob:
    """Return the job of the workers for a task, whose values are sent to them."""
    cores = spark.defaultParallelism
    return WorkerJob(
        task.plan.name,
        tuple(task.deduplicated_sources),
        task.link_threshold - task.open_shift,
        partitioning or Partitioning.choose(len(task.batch), cores),
        broadcast_model(spark, task.options.model_dir),
        spark.broadcast(task.models.population),
        None if task.sides is None else spark.broadcast(task.sides),
        task.is_measured,
    )


def broadcast_model(spark: SparkContext, folder: Path | None) -> BroadcastModel | None:
    """Send the files of a model that is not the shipped one to all workers."""
    if folder is None:
        return None
    names = [f"{name}.json" for name in (*KINDS, "tables", RELATIONS)]
    model: BroadcastModel = spark.broadcast(
        tuple((name, (folder / name).read_bytes()) for name in names if (folder / name).exists())
    )
    return model


class JoinedPairs(NamedTuple):
    """Pairs that keys join, with the records that each share needs, and reports of the workers."""

    frame: Frame
    reports: list[Report]


@dataclass(frozen=True, slots=True)
class ClusterStages(StagedEngine["Frame", JoinedPairs]):
    """Stages of one run in an open context; frames hold a row per part (see `arrow_transfer`)."""

    spark: SparkContext
    job: WorkerJob
    records: Frame | None = None
    """Records in their ranges, where the workers have them already."""
    frames: list[Frame] = field(default_factory=list)

    def normalize(self, task: ResolutionTask, meter: StageMeter) -> Frame:
        """Send the records to the workers, which normalize what each step needs.

        Meanwhile check that the workers have the same versions of program, model and libraries.
        """
        if self.records is not None:
            return self.records
        with ThreadPoolExecutor(max_workers=1) as pool:
            check = pool.submit(check_versions, self.spark, task, self.job)
            records = send_records(self.spark, task.batch, self.job.partitioning)
            check.result()
        return records

    def block(self, task: ResolutionTask, normalized: Frame, meter: StageMeter) -> JoinedPairs:
        """Make the keys of each range of records, and join each share of the keys."""
        count, cut = len(task.batch), self.job.partitioning
        with measure_stage(meter, "block", "records", count) as reports:
            keys = run_on_rows(partial(worker.emit_keys, self.job), normalized)
            joined = self._persist(self._run_step(worker.emit_pairs, keys, cut.keys))
            reports += collect_reports(joined)
        return JoinedPairs(joined, reports)

    def compare_and_score(
        self,
        task: ResolutionTask,
        normalized: Frame,
        candidate_pairs: JoinedPairs,
        meter: StageMeter,
    ) -> ScoredCandidates:
        """Score each share of the pairs; collect links, and other pairs within components."""
        joined, cut = candidate_pairs.frame, self.job.partitioning
        with measure_stage(meter, "compare and classify", "pairs", None) as reports:
            needs = normalized.union(select_content(joined, "needs"))
            records = self._run_step(worker.emit_records, needs, cut.ranges)
            pairs = records.union(select_content(joined, "pairs"))
            scored = self._persist(self._run_step(worker.score_part, pairs, cut.pairs))
            reports += collect_reports(scored)
            links = _collect_pairs(select_content(scored, "links"))
        with measure_stage(meter, "components", "pairs", None):
            rest = self._collect_component_pairs(select_content(scored, "rest"), task, links)
        for frame in self.frames:
            frame.unpersist()
        left, right, logodds, unsupported, is_twin = _sort_pairs(links, rest, len(task.batch))
        rules = sum_rule_stats(candidate_pairs.reports, reports, self.job.plan)
        return ScoredCandidates(
            left,
            right,
            logodds,
            rules,
            sum_histograms(reports),
            sum_partner_counts(reports),
            unsupported.astype(bool),
            twins=np.stack([left, right], axis=1)[is_twin != 0],
        )

    def _run_step(self, step: worker.Step, frame: Frame, parts: int) -> Frame:
        return run_on_parts(partial(step, self.job), frame, parts)

    def _persist(self, frame: Frame) -> Frame:
        """Keep a frame, as two steps read it, until the pairs are scored."""
        self.frames.append(keep_on_disk(frame))
        return frame

    def _collect_component_pairs(self, rest: Frame, task: ResolutionTask, links: Arrays) -> Arrays:
        """Return the pairs below the link threshold whose records are in one component."""
        members, component = _find_components(len(task.batch), links, task.decided.same)
        if not len(members):
            return concat_arrays([], worker.SCORED_COLUMNS)
        components = self.spark.broadcast((members, component))
        step = partial(worker.keep_component_pairs, components)
        pairs = _collect_pairs(rest.mapPartitions(step))
        components.destroy()
        return pairs


def send_records(spark: SparkContext, batch: Batch, cut: Partitioning) -> Frame:
    """Return the records of a batch in ranges, one part each."""
    parts = []
    for part in range(cut.ranges):
        rows = np.arange(part * cut.span, min((part + 1) * cut.span, len(batch)))
        if len(rows):
            records = batch.take(rows).canonical()
            parts.append(ArrowPart(part, "records", pack_batch(records, rows)))
    return send_parts(spark, parts)


def check_versions(spark: SparkContext, task: ResolutionTask, job: WorkerJob) -> None:
    """Check that the workers have the versions of this program, the task's model and libraries.

    Raises `EngineError` where one has others.
    """
    stamp = {**installed_version(), **task.models.stamp}
    check_workers(spark, stamp, partial(worker_stamp, job))


def _collect_pairs(frame: Frame) -> Arrays:
    bodies = [row.body for row in iterate_rows(frame)]
    return concat_arrays(bodies, worker.SCORED_COLUMNS)


def _find_components(
    count: int, links: Arrays, same: Sequence[tuple[int, int]]
) -> tuple[Rows, Rows]:
    """Return the records in components of three or more, ascending, and the component of each.

    Links and decisions tie records together. In a component of two no other pair plays a part.
    """
    component = components(count, links["left"], links["right"], same)
    members = np.flatnonzero((np.bincount(component) > 2)[component])
    return members.astype(np.int32), component[members]


def _sort_pairs(links: Arrays, rest: Arrays, count: int) -> tuple[npt.NDArray[Any], ...]:
    """Return the columns of links and other pairs together, sorted by (left, right)."""
    columns = [np.concatenate([links[name], rest[name]]) for name in worker.SCORED_COLUMNS]
    order = np.argsort(columns[0].astype(np.int64) * count + columns[1])
    return tuple(column[order] for column in columns)
