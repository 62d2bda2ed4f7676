"""The Spark engine: the stages of one machine on the workers of a cluster, with the same results.

The lists are read where the command runs; records go out to the workers in ranges, and only links at or above the
review border, the pairs below it within a component, and counts come back. Clustering is done on the links, here.
The steps of the workers and what they hand on are in `resolver.engines.spark.worker_stages`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from resolver.blocking import plan_for
from resolver.clustering import cluster
from resolver.engines import local
from resolver.engines.checkpoints import Kept, digest
from resolver.engines.local import decided, links_of
from resolver.engines.spark import worker_stages as work
from resolver.engines.spark.arrow_transfer import (
    SCHEMA,
    SPARK_SCHEMA,
    Arrays,
    numbers,
    pack_batch,
)
from resolver.engines.spark.counts import (
    Account,
    Numbers,
    histogram_of,
    rules_of,
    stage,
)
from resolver.engines.spark.job import (
    Job,
    Rows,
    SentModel,
    Shape,
    own_version,
    stamp,
)
from resolver.engines.spark.session import check_workers, session
from resolver.ingest.reader_types import Intake
from resolver.models.loader import KINDS
from resolver.pipeline import ModelSet, RunOptions, choose_plan, load_models
from resolver.records import Batch
from resolver.records.progress import SILENT, Progress
from resolver.records.results.resolution import (
    Resolution,
    RuleStat,
    RunStats,
    StageStat,
)
from resolver.scoring import border

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Pairs = Arrays


def dedupe(
    intake: Intake,
    options: RunOptions,
    progress: Progress = SILENT,
    *,
    master: str | None = None,
    shape: Shape | None = None,
) -> Resolution:
    """Resolve one batch on a cluster: what `resolver.engines.local.dedupe` gives, byte for byte.

    `master`: the address of the cluster (None: what Spark is configured with). `shape`: how the work is cut; it plays
    no part in the result. Raises `EngineError` where the cluster cannot be used, `DecisionError` and `InputError` as
    the local engine does.
    """
    work_on = _Work(intake.batch, sorted(intake.deduplicated_sources), None, options, master, shape)
    return _resolve(work_on, progress)


def link(
    left: Intake,
    right: Intake,
    options: RunOptions,
    progress: Progress = SILENT,
    *,
    master: str | None = None,
    shape: Shape | None = None,
) -> Resolution:
    """Resolve two batches against each other on a cluster: what `resolver.engines.local.link` gives, byte for byte. The
    rest as in `dedupe`."""
    batch, declared, sides = local.across(left, right)
    return _resolve(_Work(batch, declared, sides, options, master, shape), progress)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is resolved, and how. `sides`: only pairs whose sides differ count (None: all)."""

    batch: Batch
    declared: Sequence[str]
    sides: npt.NDArray[np.uint8] | None
    options: RunOptions
    master: str | None
    shape: Shape | None

    @property
    def plan(self) -> str:
        return choose_plan(self.options, len(self.batch), plan_for(len(self.batch))).name

    @property
    def least(self) -> int:
        """The log-odds from which pairs are links."""
        return min(border(self.options.borders.review), self.options.merge_border)


def _resolve(work_on: _Work, progress: Progress) -> Resolution:
    batch, options, plan = work_on.batch, work_on.options, work_on.plan
    if not len(batch):
        return local.resolve(batch, work_on.declared, options, progress, work_on.sides)
    models = load_models(options.model_dir)
    same, different = decided(batch, options)
    meter: list[StageStat] = []
    judge = partial(_judged, work_on, models, same, meter, progress)
    # where all that came back from the cluster was kept, it is not asked again
    found = (
        judge()
        if options.resume is None
        else _resumed(options.resume, work_on, models, same).stage("judged", judge)
    )
    with stage(meter, "cluster", "records", progress, len(batch)):
        left, right, logodds = (found[name] for name in work.SCORED)
        labels = cluster(
            len(batch),
            left,
            right,
            logodds,
            merge_border=options.merge_border,
            review_border=work_on.least,
            same=same,
            different=different,
            kinds=batch.kinds,
        )
        links = links_of(left, right, logodds, labels, options.borders, different)
    rules = tuple(RuleStat(**rule) for rule in json.loads(str(found["rules"])))
    histogram = found["histogram"]
    stats = RunStats(
        plan, {**models.stamp, "plan": plan}, tuple(meter), rules, int(histogram.sum()), histogram
    )
    return Resolution(batch, labels, links, stats)


def _resumed(
    folder: Path, work_on: _Work, models: ModelSet, same: Sequence[tuple[int, int]]
) -> Kept:
    """Where what came back from the cluster is kept: the pairs that clustering needs, which is not all of them."""
    across = "" if work_on.sides is None else work_on.sides.tobytes().hex()
    rest = (models.stamp, work_on.plan, list(work_on.declared), across, work_on.least, sorted(same))
    return Kept(folder, digest(work_on.batch, local.FORM, *rest))


def _judged(
    work_on: _Work,
    models: ModelSet,
    same: Sequence[tuple[int, int]],
    meter: list[StageStat],
    progress: Progress,
) -> Arrays:
    """What the cluster finds: the pairs that clustering needs, sorted; what each rule gave; the histogram of scores."""
    batch = work_on.batch
    with session(work_on.master) as spark, ThreadPoolExecutor(max_workers=1) as beside:
        run = _Run(spark, _job(spark, work_on), meter)
        probe = partial(stamp, run.job)
        checked = beside.submit(check_workers, spark, {**own_version(), **models.stamp}, probe)
        records = run.sent(batch)
        checked.result()
        links, rest, rules, histogram = run.judged(records, len(batch), same, progress)
    left, right, logodds = _sorted(links, rest, len(batch))
    told = np.array(json.dumps([asdict(rule) for rule in rules]))
    return {"left": left, "right": right, "logodds": logodds, "rules": told, "histogram": histogram}


def _job(spark: SparkSession, work_on: _Work) -> Job:
    return Job(
        work_on.plan,
        tuple(work_on.declared),
        work_on.least,
        work_on.shape or Shape.of(len(work_on.batch), spark.sparkContext.defaultParallelism),
        _sent_along(spark, work_on.options.model_dir),
        None if work_on.sides is None else spark.sparkContext.broadcast(work_on.sides),
    )


def _sent_along(spark: SparkSession, folder: Path | None) -> SentModel | None:
    """Send the files of a model that is not the shipped one to all workers."""
    if folder is None:
        return None
    names = [f"{name}.json" for name in (*KINDS, "tables")]
    sent: SentModel = spark.sparkContext.broadcast(
        tuple((name, (folder / name).read_bytes()) for name in names)
    )
    return sent


class _Run:
    """The steps of one run on a cluster."""

    def __init__(self, spark: SparkSession, job: Job, meter: list[StageStat]) -> None:
        self.spark, self.job, self.meter = spark, job, meter

    def judged(
        self, records: DataFrame, count: int, same: Sequence[tuple[int, int]], progress: Progress
    ) -> tuple[Pairs, Pairs, tuple[RuleStat, ...], Numbers]:
        """Links; pairs below the border within a component; what each rule gave; the histogram of scores."""
        with stage(self.meter, "block", "records", progress, count) as accounts:
            keys = self._step(work.keys, records, self.job.shape.ranges)
            joined = _kept(self._step(work.join, keys, self.job.shape.keys))
            accounts += _accounts(_of(joined, "account"))
            blocked = list(accounts)
        with stage(self.meter, "compare and classify", "pairs", progress, None) as accounts:
            needs = records.union(_of(joined, "needs"))
            slices = self._step(work.slices, needs, self.job.shape.ranges)
            scored = _kept(
                self._step(work.judge, slices.union(_of(joined, "pairs")), self.job.shape.pairs)
            )
            accounts += _accounts(_of(scored, "account"))
            links = _collected(_of(scored, "links"))
        with stage(self.meter, "components", "pairs", progress, None):
            rest = self._inside(_of(scored, "rest"), count, links, same)
        for frame in (joined, scored):
            frame.unpersist()
        return links, rest, rules_of(blocked, accounts, self.job.plan), histogram_of(accounts)

    def sent(self, batch: Batch) -> DataFrame:
        """The records, in ranges."""
        span, parts = self.job.shape.span, []
        for part in range(self.job.shape.ranges):
            rows = np.arange(part * span, min((part + 1) * span, len(batch)))
            if len(rows):
                parts.append((part, "records", pack_batch(batch.take(rows).canonical(), rows)))
        columns = [
            pa.array(column, field.type)
            for column, field in zip(zip(*parts, strict=True), SCHEMA, strict=True)
        ]
        return self.spark.createDataFrame(
            pa.Table.from_arrays(columns, schema=SCHEMA), SPARK_SCHEMA
        )

    def _step(self, step: work.Step, frame: DataFrame, parts: int) -> DataFrame:
        """One step of the workers, on parts by their number."""
        return frame.repartitionById(parts, "part").mapInArrow(
            partial(work.run, step, self.job), SPARK_SCHEMA
        )

    def _inside(
        self, rest: DataFrame, count: int, links: Pairs, same: Sequence[tuple[int, int]]
    ) -> Pairs:
        members, component = _components(count, links, same)
        if not len(members):
            return numbers([], work.SCORED)
        sent = self.spark.sparkContext.broadcast((members, component))
        inside = rest.mapInArrow(partial(work.inside, sent), SPARK_SCHEMA)
        found = _collected(inside)
        sent.destroy()
        return found


def _of(frame: DataFrame, what: str) -> DataFrame:
    return frame.filter(frame["what"] == what)


def _kept(frame: DataFrame) -> DataFrame:
    """Kept on the disks of the workers, since two steps take from it; made again where a worker is lost."""
    from pyspark import StorageLevel

    return frame.persist(StorageLevel.DISK_ONLY)


def _accounts(frame: DataFrame) -> list[Account]:
    return [json.loads(row["body"]) for row in frame.collect()]


def _collected(frame: DataFrame) -> Pairs:
    return numbers([bytes(row["body"]) for row in frame.collect()], work.SCORED)


def _components(count: int, links: Pairs, same: Sequence[tuple[int, int]]) -> tuple[Rows, Rows]:
    """The records that links or decisions tie to two others at least, ascending, and the component of each. Where only
    two are tied, no other pair plays a part."""
    decided_pairs = np.array(same, dtype=np.int32).reshape(-1, 2)
    left = np.concatenate([links["left"], decided_pairs[:, 0]])
    right = np.concatenate([links["right"], decided_pairs[:, 1]])
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    members = np.flatnonzero(np.bincount(component)[component] > 2)
    return members.astype(np.int32), component[members].astype(np.int32)


def _sorted(links: Pairs, rest: Pairs, count: int) -> tuple[Any, ...]:
    left, right, logodds = (np.concatenate([links[name], rest[name]]) for name in work.SCORED)
    order = np.argsort(left.astype(np.int64) * count + right)
    return left[order], right[order], logodds[order]
