"""Merging on a cluster: from scored pairs to Parquet files that the workers write.

| step | part | takes | yields |
|---|---|---|---|
| `emit_relation_ends` | range of records | records | hashes of ids and names that relations state |
| `find_ids` | range of records | records | those whose ids have one of these hashes |
| `emit_members` | range of records | records | records for each part of the merge |
| `merge_part` | part of the merge | records, pairs | the entity of each record, and links |
| `emit_entities` | range of records | records | records for each file, and those it refers to |
| `write_entities` | file | these, links | a report; the file is written |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.engines.parquet_files import PartResults, write_folders, write_part
from resolver.lists.list_versions import text_digests
from resolver.matching.blocking import PLAN_BY_NAME
from resolver.matching.clustering import DecidedRows
from resolver.matching.pipeline import cluster_pairs
from resolver.matching.resolution_task import ResolutionTask, RunOptions, ScoredCandidates
from resolver.matching.scoring.relation_evidence import stated_name
from resolver.matching.scoring.score_links import score_histogram
from resolver.merging import build_partition
from resolver.merging.golden_record import (
    RelationTargets,
    find_entity_schemata,
    find_record_schemata,
    find_targets,
)
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.packing import split_fields
from resolver.records.prepared.batch import spread
from resolver.records.properties import RELATION
from resolver.records.results.resolution import Links, Outcome, Resolution, StageMeter
from resolver.records.stated_links import native_target
from resolver.spark import merge_plan, worker_stages
from resolver.spark.job import (
    Arrays,
    ArrowPart,
    Broadcast,
    PartReport,
    Report,
    Rows,
    Types,
    WorkerJob,
    concat_arrays,
    distribute,
    iterate_parts,
    load_job_models,
    measure_stage,
    pack_arrays,
    pack_batch,
    place_finder,
    read_records,
    select_bodies,
    unpack_batch,
)

if TYPE_CHECKING:
    from pyspark import SparkContext

    from resolver.spark.worker_stages import Frame


END_COLUMNS: Types = {"rows": np.int32, "hashes": np.uint64}
PAIR_COLUMNS: Types = {"left": np.int32, "right": np.int32, "logodds": np.int32}
LABEL_COLUMNS: Types = {"row": np.int32, "label": np.int32}
LINK_COLUMNS: Types = {
    **PAIR_COLUMNS,
    "score": np.float64,
    "band": np.uint8,
    "outcome": np.uint8,
    "record_logodds": np.int32,
    "basis": np.uint8,
    "rival": np.int32,
}
_ID, _NAME = "id", "name"
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class MergeJob:
    """Facts that workers need to merge: the job that scored, the options of the run, the parts of
    the merge (see `MergePlan`), and the rows with decisions.
    """

    job: WorkerJob
    options: RunOptions
    part_of: Broadcast[merge_plan.PartNumbers]
    decided: DecidedRows


def emit_relation_ends(rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """For each relation of a range, yield its record, and hashes of the ids and names that it
    states.
    """
    batch, numbers = read_records(rows)
    column = batch.columns.get(RELATION)
    if column is None:
        return
    texts, sources = column.values.to_pylist(), batch.sources.values.to_pylist()
    keys = batch.sources.codes[column.rows].astype(np.int64) << 32 | column.codes
    statements, index = np.unique(keys, return_inverse=True)
    hashes = [
        _hash_names(sources[key >> 32], texts[key & 0xFFFFFFFF]) for key in statements.tolist()
    ]
    counts = np.array([len(row) for row in hashes], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    ends = {
        "rows": np.repeat(numbers[column.rows], counts[index]),
        "hashes": np.concatenate(hashes)[spread(starts[index], counts[index])],
    }
    yield ArrowPart(rows[0].part, "ends", pack_arrays(ends))


def _hash_names(source: str, text: str) -> Hashes:
    """Return hashes of the ids, or of the name, by which a relation refers to other records."""
    target = split_fields(text, 2)[1]
    if target:
        ids = pa.array([target, native_target(source, target)])
        return text_digests(_ID, ids)
    name = stated_name(text)
    return text_digests(_NAME, pa.array([name] if name else [], pa.string()))


def find_ids(sought: Broadcast[Hashes], rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the records of a range whose ids have one of the `sought` hashes (ascending)."""
    batch, numbers = read_records(rows)
    hashes = text_digests(_ID, batch.ids)
    index = np.searchsorted(sought.value, hashes).clip(max=len(sought.value) - 1)
    chosen = np.flatnonzero(sought.value[index] == hashes)
    ends = {"rows": numbers[chosen], "hashes": hashes[chosen]}
    yield ArrowPart(rows[0].part, "ends", pack_arrays(ends))


def emit_members(merge: MergeJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the records of a range for each part of the merge."""
    batch, numbers = read_records(rows)
    part_of = merge.part_of.value[numbers]
    tied = np.flatnonzero(part_of != merge_plan.SINGLE)
    for part, indices in iterate_parts(part_of[tied].astype(np.int32)):
        chosen = tied[indices]
        yield ArrowPart(
            part, "records", pack_batch(batch.take(chosen).canonical(), numbers[chosen])
        )


def merge_part(merge: MergeJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the entities and links of a part, which the functions of one machine make."""
    batch, numbers = read_records(rows)
    report = PartReport("merge", {"records": len(batch)})
    pairs = concat_arrays(select_bodies(rows, "pairs"), PAIR_COLUMNS)
    resolution = _resolve_part(merge, batch, numbers, pairs)
    links = resolution.links
    columns = {name: getattr(links, name) for name in LINK_COLUMNS}
    columns |= {side: numbers[columns[side]] for side in ("left", "right")}
    columns["rival"] = np.where(links.rival >= 0, numbers[links.rival], -1).astype(np.int32)
    labels = {"row": numbers, "label": numbers[resolution.labels]}
    yield ArrowPart(rows[0].part, "labels", pack_arrays(labels))
    yield ArrowPart(rows[0].part, "links", pack_arrays(columns))
    yield report.to_part()


def _resolve_part(merge: MergeJob, batch: Batch, numbers: Rows, pairs: Arrays) -> Resolution:
    place = place_finder(numbers)
    left, right, logodds = place(pairs["left"]), place(pairs["right"]), pairs["logodds"]
    task = ResolutionTask(
        batch,
        merge.job.deduplicated_sources,
        replace(merge.options, workers=1),
        PLAN_BY_NAME[merge.job.plan],
        load_job_models(merge.job),
        merge_plan.select_decisions(merge.decided, numbers),
    )
    scored = ScoredCandidates(left, right, logodds, (), score_histogram(logodds))
    return cluster_pairs(task, scored, StageMeter())


@dataclass(frozen=True, slots=True)
class WriteJob:
    """Facts that workers need to write: the plan, and the folder that all of them write to."""

    plan: Broadcast[merge_plan.WritePlan]
    folder: Path
    only_entities: bool


def emit_entities(job: WriteJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """For each file, yield the records of a range, and the records they refer to, without
    values.
    """
    batch, numbers = read_records(rows)
    plan = job.plan.value
    names = replace(batch, columns={})
    values = names if job.only_entities else batch
    for part, chosen in iterate_parts(plan.part_of[numbers].astype(np.int32)):
        yield ArrowPart(part, "records", _pack(values, numbers, chosen))
    first, last = np.searchsorted(plan.context[:, 0], [numbers[0], numbers[-1] + 1])
    context = plan.context[first:last]
    places = place_finder(numbers)(context[:, 0])
    for part, chosen in iterate_parts(context[:, 1]):
        yield ArrowPart(part, "context", _pack(names, numbers, places[chosen]))


def _pack(batch: Batch, numbers: Rows, chosen: npt.NDArray[np.integer]) -> bytes:
    return pack_batch(batch.take(chosen).canonical(), numbers[chosen])


def write_entities(job: WriteJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Write the file of some entities in each folder; yield a report."""
    report = PartReport("write", {"number": rows[0].part})
    batch, numbers = read_records(rows)
    unpacked = [unpack_batch(body) for body in select_bodies(rows, "context")]
    united = concat([batch, *(part for part, _ in unpacked)]).canonical()
    numbers_of_all = np.sort(np.concatenate([numbers, *(part for _, part in unpacked)]))
    links = concat_arrays(select_bodies(rows, "links"), LINK_COLUMNS)
    place = place_finder(numbers_of_all)
    links |= {side: place(links[side]) for side in ("left", "right")}
    has_rival = links["rival"] >= 0
    links["rival"][has_rival] = place(links["rival"][has_rival])
    labels = job.plan.value.labels
    results = PartResults(
        batch,
        _local_labels(labels[numbers]),
        Links(**links),
        united.ids,
        _find_targets(united, _local_labels(labels[numbers_of_all])),
    )
    write_part(job.folder, rows[0].part, results, only_entities=job.only_entities)
    report.counts |= {"records": len(batch)}
    yield report.to_part()


def _local_labels(labels: IntArray) -> IntArray:
    """Return, for each position, the smallest position with the same label."""
    _, first, index = np.unique(labels, return_index=True, return_inverse=True)
    return first[index].astype(np.int32)


def _find_targets(batch: Batch, labels: IntArray) -> RelationTargets:
    partition = build_partition(batch, labels)
    schemata = find_entity_schemata(partition, find_record_schemata(batch))
    return find_targets(batch, partition, schemata)


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

    `records`: frame of the records in their ranges. `job`: the job of the scored pairs, with the
    population for which they hold. `has_relations`: whether records state any relation.
    """

    spark: SparkContext
    job: WorkerJob
    records: Frame
    has_relations: bool

    def write(
        self, task: ResolutionTask, scored: ScoredCandidates, out_dir: Path, meter: StageMeter
    ) -> MergeCounts:
        """Make the entities of a task and write them below `out_dir`. Raises `OutputError` if a
        file cannot be written.
        """
        members, only_entities = self.job.partitioning.members, task.options.only_entities
        with measure_stage(meter, "merge", "records", None) as reports:
            ends = stated, bearers = self._collect_relation_ends()
            labels, links = self._merge(task, scored, ends, reports)
        with measure_stage(meter, "write", "records", None) as reports:
            files = merge_plan.plan_writing(labels, members)
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
        ends: tuple[merge_plan.RelationEnds, merge_plan.RelationEnds],
        reports: list[Report],
    ) -> tuple[IntArray, Links]:
        """Return the smallest row of the entity of each record, and the links; append the reports
        of the parts to `reports`.
        """
        plan = merge_plan.plan_merging(task, scored, ends, self.job.partitioning.members)
        rows = self._merge_parts(task, scored, plan)
        reports += [json.loads(body) for body in select_bodies(rows, "account")]
        return _collect_labels(rows, len(task.batch)), _collect_links(rows)

    def _merge_parts(
        self, task: ResolutionTask, scored: ScoredCandidates, plan: merge_plan.MergePlan
    ) -> list[ArrowPart]:
        """Return the entities and links of the parts of a plan, and reports."""
        if not plan.parts:
            return []
        options = replace(task.options, workers=1, decisions=(), resume=None, model_dir=None)
        part_of = self.spark.broadcast(plan.part_of)
        job = MergeJob(self.job, options, part_of, task.decided)
        step = partial(emit_members, job)
        members = worker_stages.run_on_rows(step, self.records)
        pairs = worker_stages.send_parts(self.spark, _distribute_pairs(scored, plan))
        step = partial(merge_part, job)
        frame = worker_stages.keep_on_disk(
            worker_stages.run_on_parts(step, members.union(pairs), plan.parts)
        )
        # all parts run at once; their results are then read part by part
        worker_stages.collect_reports(frame)
        rows = list(worker_stages.iterate_rows(frame))
        frame.unpersist()
        part_of.destroy()
        return rows

    def _write_parts(
        self,
        plan: merge_plan.WritePlan,
        links: list[ArrowPart] | None,
        reports: list[Report],
        folder: Path,
    ) -> list[int]:
        """Write the files of all parts below a folder; add reports, and return their numbers.

        `links`: the links that each part writes; None: write only the entities.
        """
        plan_of_workers = self.spark.broadcast(plan)
        job = WriteJob(plan_of_workers, folder.resolve(), links is None)
        step = partial(emit_entities, job)
        records = worker_stages.run_on_rows(step, self.records)
        rows = records.union(worker_stages.send_parts(self.spark, links or []))
        frame = worker_stages.run_on_parts(partial(write_entities, job), rows, plan.parts)
        reports += [json.loads(row.body) for row in worker_stages.collect_rows(frame)]
        plan_of_workers.destroy()
        return [report["number"] for report in reports]

    def _collect_relation_ends(self) -> tuple[merge_plan.RelationEnds, merge_plan.RelationEnds]:
        """Return the ids and names that relations refer to, and the records that have them."""
        nothing = merge_plan.RelationEnds(np.zeros(0, np.int32), np.zeros(0, np.uint64))
        if not self.has_relations:
            return nothing, nothing
        stated = _collect_ends(worker_stages.run_on_rows(emit_relation_ends, self.records))
        if not len(stated.hashes):
            return nothing, nothing
        sought = self.spark.broadcast(np.unique(stated.hashes))
        step = partial(find_ids, sought)
        bearers = _collect_ends(worker_stages.run_on_rows(step, self.records))
        sought.destroy()
        return stated, bearers


def _collect_ends(frame: Frame) -> merge_plan.RelationEnds:
    bodies = select_bodies(worker_stages.collect_rows(frame), "ends")
    return merge_plan.RelationEnds(**concat_arrays(bodies, END_COLUMNS))


def _collect_labels(rows: Sequence[ArrowPart], count: int) -> IntArray:
    """Return the smallest row of the entity of each record."""
    merged = concat_arrays(select_bodies(rows, "labels"), LABEL_COLUMNS)
    labels = np.arange(count, dtype=np.int32)
    labels[merged["row"]] = merged["label"]
    return labels


def _collect_links(rows: Sequence[ArrowPart]) -> Links:
    columns = concat_arrays(select_bodies(rows, "links"), LINK_COLUMNS)
    order = np.lexsort((columns["right"], columns["left"]))
    return Links(**{name: column[order] for name, column in columns.items()})


def _distribute_links(links: Links, plan: merge_plan.WritePlan) -> list[ArrowPart]:
    """Return the links that each part writes."""
    columns = {name: getattr(links, name) for name in LINK_COLUMNS}
    return list(distribute(plan.part_of[links.left].astype(np.int32), "links", columns))


def _distribute_pairs(scored: ScoredCandidates, plan: merge_plan.MergePlan) -> list[ArrowPart]:
    """Return the pairs that each part needs."""
    chosen = plan.select_pairs(scored)
    columns = {name: getattr(scored, name)[chosen] for name in PAIR_COLUMNS}
    return list(distribute(plan.part_of[columns["left"]].astype(np.int32), "pairs", columns))
