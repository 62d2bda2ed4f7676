"""Spark engine: the stages of one machine on the workers of a cluster, with the same results.

There are two ways to run. In the first way, lists are read and records are clustered where the
command runs; the stages between run on the workers. Records go to the workers in ranges. Links at
or above the review threshold, pairs below it within a component, and counts come back. In the
second way, workers also read the lists and write the results, and the driver only holds numbers.

`resolver.spark.worker_stages` has the steps of the workers. These steps count the population:

| step | part | takes | yields |
|---|---|---|---|
| `emit_counted` | range of records | records | their values that are counted |
| `count_all_records` | all records | these values | the population |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import make_url

from resolver.engines import local
from resolver.errors import EngineError, InputError
from resolver.lists.reader_types import Intake
from resolver.matching.clustering import components
from resolver.matching.clustering.signed_clustering import place_decisions
from resolver.matching.pipeline import normalize, resolve
from resolver.matching.population_scoring import (
    PARTNER_KEYS,
    count_task_population,
    score_in_population,
)
from resolver.matching.preparation import COUNTED_PROPERTIES, count_population
from resolver.matching.resolution_task import (
    RELATIONS,
    ResolutionTask,
    RunOptions,
    ScoredCandidates,
    StagedEngine,
)
from resolver.models.loader import KINDS
from resolver.records import Batch, concat
from resolver.records.prepared.population import Population
from resolver.records.progress import SILENT, Progress
from resolver.records.properties import HANDLING
from resolver.records.results.resolution import Resolution, StageMeter, StageStat
from resolver.records.visibility import STRANGER, visible_rows
from resolver.spark import worker_stages
from resolver.spark import worker_stages as worker
from resolver.spark.job import (
    Arrays,
    ArrowPart,
    BroadcastModel,
    Partitioning,
    PartReport,
    Report,
    Rows,
    WorkerJob,
    concat_arrays,
    installed_version,
    load_job_models,
    measure_stage,
    pack_batch,
    read_records,
    sum_histograms,
    sum_partner_counts,
    sum_rule_stats,
    worker_stamp,
)
from resolver.spark.session import check_workers, managed_context
from resolver.spark.worker_merge import MergeCounts, WorkerMerge
from resolver.spark.worker_reader import ReadingPlan, WorkerIntake, WorkerReader

if TYPE_CHECKING:
    from pyspark import SparkContext

    from resolver.check.screener import MatchQuery
    from resolver.screening import Screening, Subject
    from resolver.spark.worker_stages import Frame

_LEAST_SUBJECTS = 250
"""Minimum number of subjects that are worth a task of their own: each task opens the store and
loads its index.
"""


def build_job(
    spark: SparkContext, task: ResolutionTask, partitioning: Partitioning | None
) -> WorkerJob:
    """Return the job of the workers for a task; the values of the task are sent to the workers."""
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
    """Send the files of a model to all workers, if it is not the shipped model."""
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
    """Stages of one run in an open context; frames have a row for each part (see
    `arrow_transfer`).
    """

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
            keys = worker_stages.run_on_rows(partial(worker.emit_keys, self.job), normalized)
            joined = self._persist(self._run_step(worker.emit_pairs, keys, cut.keys))
            reports += worker_stages.collect_reports(joined)
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
            needs = normalized.union(worker_stages.select_content(joined, "needs"))
            records = self._run_step(worker.emit_records, needs, cut.ranges)
            pairs = records.union(worker_stages.select_content(joined, "pairs"))
            scored = self._persist(self._run_step(worker.score_part, pairs, cut.pairs))
            reports += worker_stages.collect_reports(scored)
            links = _collect_pairs(worker_stages.select_content(scored, "links"))
        with measure_stage(meter, "components", "pairs", None):
            rest = self._collect_component_pairs(
                worker_stages.select_content(scored, "rest"), task, links
            )
        for frame in self.frames:
            frame.unpersist()
        left, right, logodds, marks, is_twin = _sort_pairs(links, rest, len(task.batch))
        rules = sum_rule_stats(candidate_pairs.reports, reports, self.job.plan)
        return ScoredCandidates(
            left,
            right,
            logodds,
            rules,
            sum_histograms(reports),
            sum_partner_counts(reports),
            marks,
            twins=np.stack([left, right], axis=1)[is_twin != 0],
        )

    def _run_step(self, step: worker.Step, frame: Frame, parts: int) -> Frame:
        return worker_stages.run_on_parts(partial(step, self.job), frame, parts)

    def _persist(self, frame: Frame) -> Frame:
        """Keep a frame until the pairs are scored, since two steps read it."""
        self.frames.append(worker_stages.keep_on_disk(frame))
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
    """Return the records of a batch in ranges, one range for each part."""
    parts = []
    for part in range(cut.ranges):
        rows = np.arange(part * cut.span, min((part + 1) * cut.span, len(batch)))
        if len(rows):
            records = batch.take(rows).canonical()
            parts.append(ArrowPart(part, "records", pack_batch(records, rows)))
    return worker_stages.send_parts(spark, parts)


def check_versions(spark: SparkContext, task: ResolutionTask, job: WorkerJob) -> None:
    """Check that the workers have the versions of this program, the task's model and libraries.

    Raises `EngineError` if a worker has other versions.
    """
    stamp = {**installed_version(), **task.models.stamp}
    check_workers(spark, stamp, partial(worker_stamp, job))


def _collect_pairs(frame: Frame) -> Arrays:
    bodies = [row.body for row in worker_stages.iterate_rows(frame)]
    return concat_arrays(bodies, worker.SCORED_COLUMNS)


def _find_components(
    count: int, links: Arrays, same: Sequence[tuple[int, int]]
) -> tuple[Rows, Rows]:
    """Return the records in components of three or more records, ascending, and the component of
    each record.

    Links and decisions tie records together. In a component of two records no other pair matters.
    """
    component = components(count, links["left"], links["right"], same)
    members = np.flatnonzero((np.bincount(component) > 2)[component])
    return members.astype(np.int32), component[members]


def _sort_pairs(links: Arrays, rest: Arrays, count: int) -> tuple[npt.NDArray[Any], ...]:
    """Return the columns of links and other pairs together, sorted by (left, right)."""
    columns = [np.concatenate([links[name], rest[name]]) for name in worker.SCORED_COLUMNS]
    order = np.argsort(columns[0].astype(np.int64) * count + columns[1])
    return tuple(column[order] for column in columns)


def dedupe_on_spark(
    intake: Intake,
    options: RunOptions,
    progress: Progress = SILENT,
    *,
    master: str | None = None,
    partitioning: Partitioning | None = None,
) -> Resolution:
    """Resolve one batch on a cluster, with the result of `resolver.engines.local.dedupe`.

    `master`: address of the cluster (None: the address in Spark's configuration). `partitioning`:
    how the work is divided; it does not change the result. Raises `EngineError` if the cluster
    cannot be used, and `DecisionError` and `InputError` as the local engine does.
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
    task = local.build_link_task(left, right, options)
    return resolve(task, SparkEngine(master, partitioning), progress)


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Engine of a cluster. It starts a context, unless a checkpoint already has the results of the
    cluster.

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
        # if some viewers have a population of their own, this process compares all records
        if not len(task.batch) or (population is not None and population.restricted):
            return local.LocalEngine().score_candidates(task, meter)
        checkpoint = local.open_checkpoint(task, task.link_threshold, sorted(task.decided.same))
        if checkpoint is None:
            return self._score_on_cluster(task, meter)
        arrays = checkpoint.load_or_compute(
            "judged", lambda: _to_arrays(self._score_on_cluster(task, meter))
        )
        left, right, logodds, marks, is_twin = (arrays[name] for name in worker.SCORED_COLUMNS)
        return ScoredCandidates(
            left,
            right,
            logodds,
            local.parse_rules(arrays["rules"]),
            arrays["histogram"],
            {key: arrays[f"partners-{key}"] for key in PARTNER_KEYS},
            marks,
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
        "marks": np.asarray(scored.marks, dtype=np.uint8),
        "twin": np.isin(keys, twins).astype(np.uint8),
        "rules": local.format_rules(scored.rules),
        "histogram": scored.histogram,
        **{f"partners-{key}": counts for key, counts in scored.partner_counts.items()},
    }


def count_on_driver(task: ResolutionTask, meter: StageMeter) -> ResolutionTask:
    """Return the task with the population of its records, computed from the values that are
    counted.
    """
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


def emit_counted(rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the values of a range that are counted."""
    batch, numbers = read_records(rows)
    columns = {
        name: column
        for name, column in batch.columns.items()
        if name in COUNTED_PROPERTIES or name == HANDLING
    }
    yield ArrowPart(0, "records", pack_batch(replace(batch, columns=columns), numbers))


def count_all_records(job: WorkerJob, rows: Sequence[ArrowPart]) -> Iterator[ArrowPart]:
    """Yield the population of the records, as JSON."""
    report = PartReport("population")
    batch, _ = read_records(rows)
    prepared = normalize(batch, load_job_models(job))
    population = count_population(prepared, None, visible_rows(batch, STRANGER))
    report.counts |= {"records": len(batch)}
    yield ArrowPart(0, "population", json.dumps(population.to_json()).encode())
    yield report.to_part()


@dataclass(frozen=True, slots=True)
class ParquetRun:
    """Figures of a run whose workers read the lists and wrote the results.

    The batch of `intake` has no values. `withdrawn`: ids that occur only in older versions of
    lists. `unknown_ids`: ids that decisions name and no list has, sorted.
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
    """Resolve lists on a cluster. Its workers read the lists and write the results below `out_dir`.

    The rows of the files are those of `resolver.engines.local.dedupe` (see
    `resolver.engines.parquet_files`). `master` and `partitioning` are as in `dedupe_on_spark`.
    Raises the errors of `dedupe_on_spark` and of `read_lists`, and `OutputError`.
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
    """Check the versions of the workers. Raises `EngineError` if a worker has other versions."""
    task = ResolutionTask.build(concat([]), (), replace(options, decisions=()))
    check_versions(spark, task, build_job(spark, task, None))


def _build_task(read: WorkerIntake, options: RunOptions) -> ResolutionTask:
    """Return the task of records on the workers. Raises `InputError` if there are no records."""
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
    """Run over records that the workers have in ranges; this engine also merges."""

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
            values = worker_stages.run_on_rows(emit_counted, self.read.records)
            rows = worker_stages.collect_rows(
                worker_stages.run_on_parts(partial(count_all_records, job), values, 1)
            )
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


@dataclass(frozen=True, slots=True)
class ClusterScreening:
    """Screening of subjects by the workers of a cluster.

    Each worker opens the store at `url`, so a SQLite file must be on a disk that all workers share.
    `master` is as in `managed_context`. `listed`: share of subjects who are listed. `model_dir`: a
    folder that every worker has, with a model other than the shipped one.
    """

    url: str
    query: MatchQuery
    listed: float | None
    model_dir: Path | None = None
    master: str | None = None

    def screen(self, subjects: Sequence[Subject]) -> Screening:
        """Return what `screen_subjects` returns on one machine.

        Raises `EngineError` if a worker fails or has other versions, or if the store changed while
        the workers read it.
        """
        with managed_context(self.master) as spark:
            _check_workers(spark, RunOptions(model_dir=self.model_dir))
            count = max(1, min(spark.defaultParallelism, len(subjects) // _LEAST_SUBJECTS))
            bounds = np.linspace(0, len(subjects), count + 1).astype(int).tolist()
            parts = [list(subjects[start:stop]) for start, stop in pairwise(bounds)]
            work = replace(self, url=_absolute_url(self.url))._screen_part
            done = spark.parallelize(parts, count).map(work).collect()
        if len({part.revision for part in done}) > 1:
            raise EngineError(
                "the store changed while the workers screened", hint="screen the subjects again"
            )
        return replace(
            done[0],
            subjects=tuple(subjects),
            hits=tuple(hit for part in done for hit in part.hits),
            cut=sum(part.cut for part in done),
        )

    def _screen_part(self, subjects: list[Subject]) -> Screening:
        """Return the screening of some subjects; a worker runs this."""
        from resolver.check.screener import Screener
        from resolver.hub.hub import Hub
        from resolver.screening import screen_subjects

        with Hub.open(self.url, create=False, model_dir=self.model_dir) as hub:
            return screen_subjects(Screener(hub, self.listed), subjects, self.query)


def _absolute_url(text: str) -> str:
    """Return the URL of a store in a form that means the same in every folder."""
    url = make_url(text)
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str(Path(url.database).absolute()))
    return url.render_as_string(hide_password=False)
