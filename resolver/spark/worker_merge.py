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
from resolver.matching.resolution_task import ResolutionTask, ScoredCandidates
from resolver.records.batch import IntArray
from resolver.records.results.resolution import Links, Outcome, StageMeter
from resolver.spark import merge_stages
from resolver.spark import merge_stages as worker
from resolver.spark.frames import (
    collect_reports,
    collect_rows,
    iterate_rows,
    keep_on_disk,
    run_on_parts,
    run_on_rows,
    send_parts,
)
from resolver.spark.job import (
    ArrowPart,
    Report,
    WorkerJob,
    concat_arrays,
    distribute,
    measure_stage,
    select_bodies,
)
from resolver.spark.merge_plan import (
    MergePlan,
    RelationEnds,
    WritePlan,
    plan_merging,
    plan_writing,
)

if TYPE_CHECKING:
    from pyspark import SparkContext

    from resolver.spark.frames import Frame


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
    """Merge of a task's records by the workers of a context.

    `records`: frame of the records in their ranges. `job`: that of the scored pairs, with the
    population they hold for. `has_relations`: whether records state any.
    """

    spark: SparkContext
    job: WorkerJob
    records: Frame
    has_relations: bool

    def write(
        self, task: ResolutionTask, scored: ScoredCandidates, out_dir: Path, meter: StageMeter
    ) -> MergeCounts:
        """Make the entities of a task and write them below `out_dir`. Raises `OutputError`."""
        members, only_entities = self.job.partitioning.members, task.options.only_entities
        with measure_stage(meter, "merge", "records", None) as reports:
            ends = stated, bearers = self._collect_relation_ends()
            labels, links = self._merge(task, scored, ends, reports)
        with measure_stage(meter, "write", "records", None) as reports:
            files = plan_writing(labels, members)
            if not only_entities:
                files = files.with_context(links, stated, bearers)
            parts = None if only_entities else _distribute_links(links, files)
            write = partial(self._write_parts, files, parts, reports)
            write_folders(out_dir, write, only_entities=only_entities)
        outcomes = np.bincount(links.outcome, minlength=len(Outcome)).tolist()
        return MergeCounts(
            # an entity is named by its smallest record
            int(np.count_nonzero(labels == np.arange(len(labels), dtype=labels.dtype))),
            {outcome: outcomes[outcome] for outcome in Outcome},
            links.score[links.outcome == Outcome.QUEUED],
        )

    def _merge(
        self,
        task: ResolutionTask,
        scored: ScoredCandidates,
        ends: tuple[RelationEnds, RelationEnds],
        reports: list[Report],
    ) -> tuple[IntArray, Links]:
        """Return the smallest row of the entity of each record, and the links; add reports."""
        plan = plan_merging(task, scored, ends, self.job.partitioning.members)
        rows = self._merge_parts(task, scored, plan)
        reports += [json.loads(body) for body in select_bodies(rows, "account")]
        return _collect_labels(rows, len(task.batch)), _collect_links(rows)

    def _merge_parts(
        self, task: ResolutionTask, scored: ScoredCandidates, plan: MergePlan
    ) -> list[ArrowPart]:
        """Return the entities and links of the parts of a plan, and reports."""
        if not plan.parts:
            return []
        options = replace(task.options, workers=1, decisions=(), resume=None, model_dir=None)
        part_of = self.spark.broadcast(plan.part_of)
        job = worker.MergeJob(self.job, options, part_of, task.decided)
        step = partial(worker.emit_members, job)
        members = run_on_rows(step, self.records)
        pairs = send_parts(self.spark, _distribute_pairs(scored, plan))
        step = partial(worker.merge_part, job)
        frame = keep_on_disk(run_on_parts(step, members.union(pairs), plan.parts))
        # all parts at once; what they made then comes part by part
        collect_reports(frame)
        rows = list(iterate_rows(frame))
        frame.unpersist()
        part_of.destroy()
        return rows

    def _write_parts(
        self,
        plan: WritePlan,
        links: list[ArrowPart] | None,
        reports: list[Report],
        folder: Path,
    ) -> list[int]:
        """Write the files of all parts below a folder; add reports, and return their numbers.

        `links`: those that each part writes; None: write the entities alone.
        """
        plan_of_workers = self.spark.broadcast(plan)
        job = merge_stages.WriteJob(plan_of_workers, folder.resolve(), links is None)
        step = partial(merge_stages.emit_entities, job)
        records = run_on_rows(step, self.records)
        rows = records.union(send_parts(self.spark, links or []))
        frame = run_on_parts(partial(merge_stages.write_entities, job), rows, plan.parts)
        reports += [json.loads(row.body) for row in collect_rows(frame)]
        plan_of_workers.destroy()
        return [report["number"] for report in reports]

    def _collect_relation_ends(self) -> tuple[RelationEnds, RelationEnds]:
        """Return what relations lead to, and the records that bear these ids."""
        nothing = RelationEnds(np.zeros(0, np.int32), np.zeros(0, np.uint64))
        if not self.has_relations:
            return nothing, nothing
        stated = _collect_ends(run_on_rows(worker.emit_relation_ends, self.records))
        if not len(stated.hashes):
            return nothing, nothing
        sought = self.spark.broadcast(np.unique(stated.hashes))
        step = partial(worker.find_ids, sought)
        bearers = _collect_ends(run_on_rows(step, self.records))
        sought.destroy()
        return stated, bearers


def _collect_ends(frame: Frame) -> RelationEnds:
    bodies = select_bodies(collect_rows(frame), "ends")
    return RelationEnds(**concat_arrays(bodies, worker.END_COLUMNS))


def _collect_labels(rows: Sequence[ArrowPart], count: int) -> IntArray:
    """Return the smallest row of the entity of each record."""
    merged = concat_arrays(select_bodies(rows, "labels"), worker.LABEL_COLUMNS)
    labels = np.arange(count, dtype=np.int32)
    labels[merged["row"]] = merged["label"]
    return labels


def _collect_links(rows: Sequence[ArrowPart]) -> Links:
    columns = concat_arrays(select_bodies(rows, "links"), worker.LINK_COLUMNS)
    order = np.lexsort((columns["right"], columns["left"]))
    return Links(**{name: column[order] for name, column in columns.items()})


def _distribute_links(links: Links, plan: WritePlan) -> list[ArrowPart]:
    """Return the links that each part writes."""
    columns = {name: getattr(links, name) for name in worker.LINK_COLUMNS}
    return list(distribute(plan.part_of[links.left].astype(np.int32), "links", columns))


def _distribute_pairs(scored: ScoredCandidates, plan: MergePlan) -> list[ArrowPart]:
    """Return the pairs that each part needs."""
    chosen = plan.select_pairs(scored)
    columns = {name: getattr(scored, name)[chosen] for name in worker.PAIR_COLUMNS}
    return list(distribute(plan.part_of[columns["left"]].astype(np.int32), "pairs", columns))
