"""Merging on a cluster: from scored pairs to Parquet files that the workers write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resolver.engines.parquet_files import write_folders
from resolver.engines.spark.arrow_transfer import ArrowPart, concat_arrays
from resolver.engines.spark.counts import Report, measure_stage
from resolver.engines.spark.frames import (
    collect_rows,
    run_on_parts,
    send_parts,
)
from resolver.engines.spark.job import WorkerJob
from resolver.engines.spark.merge import merge_stages as worker
from resolver.engines.spark.merge.merge_plan import MergePlan, RelationEnds, plan_merging
from resolver.engines.spark.part_rows import distribute, select_bodies
from resolver.records.results.resolution import Outcome
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ResolutionTask, ScoredCandidates

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True, slots=True)
class MergeCounts:
    """Counts of a run whose workers merged: entities, links by outcome, and the scores (n ×
    float64) of the pairs of entities that wait for a steward.
    """

    entities: int
    outcomes: dict[Outcome, int]
    waiting: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WorkerMerge:
    """Merge of a task's records by the workers of a session.

    `records`: frame of the records in their ranges. `job`: that of the scored pairs, with the
    population they hold for. `has_relations`: whether records state any.
    """

    spark: SparkSession
    job: WorkerJob
    records: DataFrame
    has_relations: bool

    def write(
        self, task: ResolutionTask, scored: ScoredCandidates, out_dir: Path, meter: StageMeter
    ) -> MergeCounts:
        """Make the entities of a task and write them below `out_dir`. Raises `OutputError`."""
        rows: list[ArrowPart] = []
        with measure_stage(meter, "merge", "records", None) as reports:
            ends = self._collect_relation_ends()
            plan = plan_merging(task, scored, ends, self.job.partitioning.members)

            def fill(folder: Path) -> list[int]:
                """Write all parts below a folder, and return their numbers."""
                rows.extend(self._merge_parts(task, scored, plan, folder.resolve()))
                reports.extend(json.loads(row.body) for row in rows if row.content == "account")
                return [report["number"] for report in reports]

            write_folders(out_dir, fill, only_entities=task.options.only_entities)
        return _count(reports, [row.body for row in rows if row.content == "waiting"])

    def _merge_parts(
        self, task: ResolutionTask, scored: ScoredCandidates, plan: MergePlan, folder: Path
    ) -> list[ArrowPart]:
        """Return what the parts of a plan report once their files are written."""
        options = replace(task.options, workers=1, decisions=(), resume=None, model_dir=None)
        part_of = self.spark.sparkContext.broadcast(plan.part_of)
        job = worker.MergeJob(self.job, options, part_of, plan.first_single, task.decided, folder)
        step = partial(worker.emit_members, job)
        members = run_on_parts(step, self.records, self.job.partitioning.ranges)
        pairs = send_parts(self.spark, _distribute_pairs(scored, plan))
        frame = run_on_parts(partial(worker.merge_part, job), members.union(pairs), plan.parts)
        rows = collect_rows(frame)
        part_of.destroy()
        return rows

    def _collect_relation_ends(self) -> RelationEnds:
        """Return what relations lead to, and the records that bear these ids."""
        if not self.has_relations:
            return RelationEnds(np.zeros(0, np.int32), np.zeros(0, np.uint64))
        ranges = self.job.partitioning.ranges
        ends = _collect_ends(run_on_parts(worker.emit_relation_ends, self.records, ranges))
        if not len(ends.hashes):
            return ends
        sought = self.spark.sparkContext.broadcast(np.unique(ends.hashes))
        step = partial(worker.find_ids, sought)
        bearers = _collect_ends(run_on_parts(step, self.records, ranges))
        sought.destroy()
        return RelationEnds(
            np.concatenate([ends.rows, bearers.rows]),
            np.concatenate([ends.hashes, bearers.hashes]),
        )


def _count(reports: Sequence[Report], waiting: Sequence[bytes]) -> MergeCounts:
    return MergeCounts(
        sum(report["entities"] for report in reports),
        {outcome: sum(report[outcome.label] for report in reports) for outcome in Outcome},
        concat_arrays(waiting, {"score": np.float64})["score"],
    )


def _collect_ends(frame: DataFrame) -> RelationEnds:
    bodies = select_bodies(collect_rows(frame), "ends")
    return RelationEnds(**concat_arrays(bodies, worker.END_COLUMNS))


def _distribute_pairs(scored: ScoredCandidates, plan: MergePlan) -> list[ArrowPart]:
    """Return the pairs that each part needs."""
    chosen = plan.select_pairs(scored)
    columns = {name: getattr(scored, name)[chosen] for name in worker.PAIR_COLUMNS}
    return list(distribute(plan.part_of[columns["left"]].astype(np.int32), "pairs", columns))
