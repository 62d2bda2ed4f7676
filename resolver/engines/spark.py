"""The Spark engine: the stages of one machine on the workers of a cluster, with the same results.

The lists are read where the command runs; records go out to the workers in ranges, and only links at or above the
review border, the pairs below it within a component, and counts come back. Clustering is done on the links, here.
The steps of the workers and what they hand on are in `resolver.engines.spark_work`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.loader import KINDS
from resolver.block import PLAN_BY_NAME, RULES, plan_for
from resolver.classify import border
from resolver.cluster import cluster
from resolver.engines import local
from resolver.engines import spark_work as work
from resolver.engines.local import BINS, decided, links_of
from resolver.engines.parcels import SCHEMA, SPARK_SCHEMA, Arrays, numbers, pack_batch
from resolver.engines.spark_session import check_workers, session
from resolver.ingest.base import Intake
from resolver.pipeline import RunOptions, choose_plan, load_models
from resolver.records import Batch
from resolver.records.progress import SILENT, Progress
from resolver.records.resolution import Resolution, RuleStat, RunStats, StageStat

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Numbers = npt.NDArray[np.int64]
Pairs = Arrays
Account = dict[str, Any]


def dedupe(
    intake: Intake,
    options: RunOptions,
    progress: Progress = SILENT,
    *,
    master: str | None = None,
    shape: work.Shape | None = None,
) -> Resolution:
    """Resolve one batch on a cluster: what `resolver.engines.local.dedupe` gives, byte for byte.

    `master`: the address of the cluster (None: what Spark is configured with). `shape`: how the work is cut; it plays
    no part in the result. Raises `EngineError` where the cluster cannot be used, `DecisionError` and `InputError` as
    the local engine does.
    """
    batch = intake.batch
    plan = choose_plan(options, len(batch), plan_for(len(batch)))
    models = load_models(options.model_dir)
    same, different = decided(batch, options)
    if not len(batch):
        return local.dedupe(intake, options, progress)
    with session(master) as spark:
        run = _Run(spark, _job(spark, intake, options, plan.name, shape))
        check_workers(spark, {**work.own_version(), **models.stamp}, partial(work.stamp, run.job))
        links, rest, rules, histogram = run.judged(batch, same, progress)
    with run.stage("cluster", "records", progress, len(batch)):
        left, right, logodds = _sorted(links, rest, len(batch))
        labels = cluster(
            len(batch),
            left,
            right,
            logodds,
            merge_border=options.merge_border,
            review_border=run.job.least,
            same=same,
            different=different,
        )
        found = links_of(left, right, logodds, labels, options.borders, different)
    stamp = {**models.stamp, "plan": plan.name}
    stats = RunStats(plan.name, stamp, tuple(run.stages), rules, int(histogram.sum()), histogram)
    return Resolution(batch, labels, found, stats)


def _job(spark: SparkSession, intake: Intake, options: RunOptions, plan: str, shape: work.Shape | None) -> work.Job:
    return work.Job(
        plan,
        tuple(sorted(intake.deduplicated_sources)),
        min(border(options.borders.review), options.merge_border),
        shape or work.Shape.of(len(intake.batch), spark.sparkContext.defaultParallelism),
        _sent_along(spark, options.model_dir),
    )


def _sent_along(spark: SparkSession, folder: Path | None) -> work.SentModel | None:
    """Send the files of a model that is not the shipped one to all workers."""
    if folder is None:
        return None
    names = [f"{name}.json" for name in (*KINDS, "tables")]
    sent: work.SentModel = spark.sparkContext.broadcast(tuple((name, (folder / name).read_bytes()) for name in names))
    return sent


class _Run:
    """The steps of one run on a cluster."""

    def __init__(self, spark: SparkSession, job: work.Job) -> None:
        self.spark, self.job = spark, job
        self.stages: list[StageStat] = []

    def judged(
        self, batch: Batch, same: Sequence[tuple[int, int]], progress: Progress
    ) -> tuple[Pairs, Pairs, tuple[RuleStat, ...], Numbers]:
        """Links; pairs below the border within a component; what each rule gave; the histogram of scores."""
        records = self._sent(batch)
        with self.stage("block", "records", progress, len(batch)) as accounts:
            keys = self._step(work.keys, records, self.job.shape.ranges)
            joined = _kept(self._step(work.join, keys, self.job.shape.keys))
            accounts += _accounts(_of(joined, "account"))
            blocked = list(accounts)
        with self.stage("compare and classify", "pairs", progress, None) as accounts:
            needs = records.union(_of(joined, "needs"))
            slices = self._step(work.slices, needs, self.job.shape.ranges)
            scored = _kept(self._step(work.judge, slices.union(_of(joined, "pairs")), self.job.shape.pairs))
            accounts += _accounts(_of(scored, "account"))
            links = _collected(_of(scored, "links"))
        with self.stage("components", "pairs", progress, None):
            rest = self._inside(_of(scored, "rest"), len(batch), links, same)
        for frame in (joined, scored):
            frame.unpersist()
        return links, rest, _rules(blocked, accounts, self.job.plan), _histogram(accounts)

    def _sent(self, batch: Batch) -> DataFrame:
        """The records, in ranges."""
        span, parts = self.job.shape.span, []
        for part in range(self.job.shape.ranges):
            rows = np.arange(part * span, min((part + 1) * span, len(batch)))
            if len(rows):
                parts.append((part, "records", pack_batch(batch.take(rows).canonical(), rows)))
        columns = [pa.array(column, field.type) for column, field in zip(zip(*parts, strict=True), SCHEMA, strict=True)]
        return self.spark.createDataFrame(pa.Table.from_arrays(columns, schema=SCHEMA), SPARK_SCHEMA)

    def _step(self, step: work.Step, frame: DataFrame, parts: int) -> DataFrame:
        """One step of the workers, on parts by their number."""
        return frame.repartitionById(parts, "part").mapInArrow(partial(work.run, step, self.job), SPARK_SCHEMA)

    def _inside(self, rest: DataFrame, count: int, links: Pairs, same: Sequence[tuple[int, int]]) -> Pairs:
        members, component = _components(count, links, same)
        if not len(members):
            return numbers([], work.SCORED)
        sent = self.spark.sparkContext.broadcast((members, component))
        inside = rest.mapInArrow(partial(work.inside, sent), SPARK_SCHEMA)
        found = _collected(inside)
        sent.destroy()
        return found

    @contextmanager
    def stage(self, name: str, unit: str, progress: Progress, count: int | None) -> Iterator[list[Account]]:
        """Time a stage; the caller puts into the list what the workers say of their parts."""
        progress.start(name, count, unit)
        accounts: list[Account] = []
        wall, cpu = time.perf_counter(), time.process_time()
        yield accounts
        counted = [account.get(unit, 0) for account in accounts if account["stage"] in ("keys", "judge")]
        items = sum(counted) if counted else count or 0
        spent = time.process_time() - cpu + sum(account["cpu"] for account in accounts)
        peak = max((account["peak_mib"] for account in accounts), default=0.0)
        self.stages.append(StageStat(name, items, unit, time.perf_counter() - wall, spent, peak))
        progress.advance(items)


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


def _components(count: int, links: Pairs, same: Sequence[tuple[int, int]]) -> tuple[work.Rows, work.Rows]:
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


def _rules(blocked: Sequence[Account], judged: Sequence[Account], plan: str) -> tuple[RuleStat, ...]:
    """What each rule of the plan gave, in all parts together."""
    answer = []
    for number, rule in enumerate(RULES):
        if rule.name in PLAN_BY_NAME[plan].rules:
            distinct, cut = _totals(blocked, number)
            pairs, only = _totals(judged, number)
            answer.append(RuleStat(rule.name, rule.help, distinct, pairs, only, cut))
    return tuple(answer)


def _totals(accounts: Sequence[Account], number: int) -> tuple[int, int]:
    found = [account.get("rules", {}).get(str(number), (0, 0)) for account in accounts]
    return sum(one for one, _ in found), sum(two for _, two in found)


def _histogram(accounts: Sequence[Account]) -> Numbers:
    none = np.zeros(BINS, dtype=np.int64)
    return sum((np.array(account["histogram"]) for account in accounts if "histogram" in account), start=none)
