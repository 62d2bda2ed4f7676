"""Lists that the workers of a cluster read: records in ranges of ids, one record of each id.

The driver holds facts about lists, rejects, and figures of records. The only texts that it holds
are ids of two kinds: a sample, which gives the bounds of the ranges, and the ids that decisions
name.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.errors import InputError
from resolver.lists.assemble import ListOrder, build_intake, sort_lists
from resolver.lists.discovery import PlannedList
from resolver.lists.list_reading import (
    MAX_REJECTS,
    ListFacts,
    ShareFacts,
    complete_facts,
    reject_error,
)
from resolver.lists.parallel_reading import (
    DEFAULT_RULES,
    MIN_PARALLEL_BYTES,
    ReadingRules,
    ReadingTask,
    count_bytes,
    split_lists,
)
from resolver.lists.reader_types import WHOLE, Intake, Reject
from resolver.lists.text.list_dates import OldBirths
from resolver.records import Batch
from resolver.records.batch import Coded, Column
from resolver.records.packing import handling_text
from resolver.records.properties import HANDLING
from resolver.records.record import Handling
from resolver.records.results.resolution import StageMeter
from resolver.spark import read_stages as worker
from resolver.spark import worker_stages
from resolver.spark.job import (
    Partitioning,
    Report,
    measure_stage,
    select_bodies,
    unpack_arrays,
)

if TYPE_CHECKING:
    from pyspark import SparkContext

    from resolver.spark.worker_stages import Frame


_HIDDEN = handling_text(Handling(code="H3"))
Numbers = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class WorkerIntake:
    """Records that the workers of a context have in ranges, and the facts that the driver knows
    about them.

    The batch of `intake` has a row for each record, with kind and source, and a mark if not
    everybody may see it. It has no ids and no other values. `settled`: frame that holds `records`.
    `row_of`: rows of the ids that decisions name. `withdrawn`: number of ids that only older
    versions hold. `relations`: number of stated relations.
    """

    intake: Intake
    records: Frame
    settled: Frame
    partitioning: Partitioning
    row_of: Mapping[str, int]
    withdrawn: int
    relations: int

    def release(self) -> None:
        """Free the disks of the workers, if the context continues."""
        for frame in (self.records, self.settled):
            frame.unpersist()


@dataclass(frozen=True, slots=True)
class SettledRanges:
    """Ranges of records whose ids are settled, with the figures of each range, in their order."""

    frame: Frame
    figures: list[dict[str, Numbers]]
    sources: list[list[str]]
    collapsed: int
    withdrawn: int
    relations: int
    warnings: list[str]
    rejects: list[Reject]

    @classmethod
    def collect(cls, raw: Frame, job: worker.SettleJob, ranges: int) -> SettledRanges:
        """Settle the ids of records that were read, and collect the data that the driver needs."""
        pieces = worker_stages.run_on_rows(
            partial(worker.split_ranges, job), worker_stages.select_content(raw, "raw")
        )
        frame = worker_stages.keep_on_disk(
            worker_stages.run_on_parts(partial(worker.settle_range, job), pieces, ranges)
        )
        rows = worker_stages.collect_rows(worker_stages.select_content(frame, "account", "figures"))
        reports = [json.loads(row.body) for row in rows if row.content == "account"]
        reports.sort(key=lambda report: int(report["range"]))
        bodies = {row.part: row.body for row in rows if row.content == "figures"}
        figures = [_read_figures(bodies.get(part)) for part in range(ranges)]
        sources: list[list[str]] = [[] for _ in range(ranges)]
        for report in reports:
            sources[report["range"]] = report["sources"]
        conflicts = sum(report["conflicts"] for report in reports)
        rejects = [Reject(*row) for report in reports for row in report["rejects"]]
        if conflicts > len(rejects):
            reason = f"{conflicts - len(rejects):,} more rows repeat an id with other content"
            rejects.append(Reject("", 0, reason))
        return cls(
            frame,
            figures,
            sources,
            sum(report["collapsed"] for report in reports),
            sum(report["withdrawn"] for report in reports),
            sum(report["relations"] for report in reports),
            sorted(line for report in reports for line in report["warnings"]),
            rejects,
        )


def _read_figures(body: bytes | None) -> dict[str, Numbers]:
    """Return the figures of a range; a range without records has empty figures."""
    if body is None:
        return {name: np.zeros(0, dtype=kind) for name, kind in worker.FIGURES.items()}
    return {
        name: array.to_numpy(zero_copy_only=False) for name, array in unpack_arrays(body).items()
    }


def build_outline(figures: Sequence[dict[str, Numbers]], sources: Sequence[list[str]]) -> Batch:
    """Return the batch that represents the records on the driver (see `WorkerIntake`)."""
    names = sorted({name for own in sources for name in own})
    place = {name: number for number, name in enumerate(names)}
    codes = [
        np.array([place[name] for name in own], dtype=np.int32)[figure["sources"]]
        for figure, own in zip(figures, sources, strict=True)
        if own
    ]
    kinds = np.concatenate([figure["kinds"] for figure in figures]).astype(np.uint8)
    starts = np.cumsum([0] + [len(figure["kinds"]) for figure in figures])
    hidden = np.concatenate(
        [figure["hidden"] + start for figure, start in zip(figures, starts, strict=False)]
    ).astype(np.int32)
    zeros = np.zeros(len(hidden), dtype=np.int32)
    marks = Column(hidden, zeros, pa.array([_HIDDEN]), zeros, pa.array([""]))
    return Batch(
        pa.nulls(len(kinds), pa.string()),
        kinds,
        Coded(np.zeros(len(kinds), dtype=np.int32), pa.array([""])),
        Coded(np.concatenate([np.zeros(0, np.int32), *codes]), pa.array(names, pa.string())),
        {HANDLING: marks} if len(hidden) else {},
    )


def locate_ids(
    figures: Sequence[dict[str, Numbers]], starts: Sequence[int], ids: Sequence[str]
) -> dict[str, int]:
    """Return the row of each id that a range has."""
    row_of = {}
    for figure, start in zip(figures, starts, strict=True):
        for index in np.flatnonzero(figure["decided"] >= 0).tolist():
            row_of[ids[index]] = start + int(figure["decided"][index])
    return row_of


BYTES_PER_TASK = 32 << 20
"""Number of bytes of a table that one task reads."""
_REACH = "lists must be files that all workers reach under the same path"


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """Lists to read, rejects for files that are no lists, and the rules of reading."""

    lists: Sequence[PlannedList]
    skipped: Sequence[Reject] = ()
    rules: ReadingRules = DEFAULT_RULES
    strict: bool = False


class _RawRecords(NamedTuple):
    """Records as read, the facts of each list of the plan, and samples of ids."""

    frame: Frame
    lists: list[ListFacts]
    sample: list[bytes]


@dataclass(frozen=True, slots=True)
class WorkerReader:
    """Reading of lists by the workers of a context."""

    spark: SparkContext
    plan: ReadingPlan
    partitioning: Partitioning | None = None

    def read(self, decided_ids: Sequence[str], meter: StageMeter) -> WorkerIntake:
        """Read the lists into ranges of ids. Raises the errors of `read_lists`."""
        if self.plan.strict and self.plan.skipped:
            raise reject_error(self.plan.skipped[0])
        with measure_stage(meter, "read", "records", None) as reports:
            raw = self._read_lists(reports)
            order = sort_lists(raw.lists)
            place_of = tuple(np.argsort(order).tolist())
            lists = [raw.lists[index] for index in order]
            starts, cut = self._cut_ranges(raw)
            most = MAX_REJECTS // max(cut.ranges, 1)
            job = worker.SettleJob(ListOrder.of(lists), place_of, starts, tuple(decided_ids), most)
            settled = SettledRanges.collect(raw.frame, job, cut.ranges)
            raw.frame.unpersist()
        return self._build_intake(settled, lists, job, cut)

    def _read_lists(self, reports: list[Report]) -> _RawRecords:
        """Return the records as read.

        A list is read again as a whole if its shares are not enough to interpret it.
        """
        tasks = self._plan_tasks()
        while True:
            job = worker.ReadJob(tuple(tasks), self.plan.rules, self.plan.strict)
            frame = worker_stages.run_tasks(self.spark, partial(worker.read_list, job), len(tasks))
            raw = worker_stages.keep_on_disk(frame)
            rows = worker_stages.collect_rows(
                worker_stages.select_content(raw, "account", "sample")
            )
            own = [json.loads(body) for body in select_bodies(rows, "account")]
            whole = _find_unclear_lists(tasks, own)
            if not whole:
                reports += own
                sample = select_bodies(rows, "sample")
                return _RawRecords(raw, self._complete_lists(tasks, own), sample)
            raw.unpersist()
            tasks = _join_tasks(tasks, whole, self.plan.lists)

    def _plan_tasks(self) -> list[ReadingTask]:
        cores = self.spark.defaultParallelism
        size = count_bytes(self.plan.lists)
        count = 1 if size < MIN_PARALLEL_BYTES else max(cores, -(-size // BYTES_PER_TASK))
        tasks = split_lists(self.plan.lists, 1 if self.plan.strict else count)
        return [replace(task, item=_make_portable(task.item)) for task in tasks]

    def _complete_lists(
        self, tasks: Sequence[ReadingTask], reports: Sequence[Report]
    ) -> list[ListFacts]:
        """Return the facts of each list of the plan. Raises the error of the first list that has
        one.
        """
        shares: list[list[ShareFacts]] = [[] for _ in self.plan.lists]
        for report in sorted(reports, key=lambda report: int(report["task"])):
            if "error" in report:
                message, place, hint = report["error"]
                is_absent = message.startswith("cannot be opened")
                raise InputError(message, place=place, hint=_REACH if is_absent else hint)
            shares[tasks[report["task"]].place].append(_facts_from_json(report["facts"]))
        facts = [
            complete_facts(item.row, item.unit, own, item.notes)
            for item, own in zip(self.plan.lists, shares, strict=True)
        ]
        is_complete = self.plan.rules.complete
        return [replace(list_, complete=list_.complete or is_complete) for list_ in facts]

    def _cut_ranges(self, raw: _RawRecords) -> tuple[tuple[str, ...], Partitioning]:
        """Return the first id of each range except the first, and how the work is divided."""
        count = sum(facts.records for facts in raw.lists)
        cores = self.spark.defaultParallelism
        cut = self.partitioning or Partitioning.choose(count, cores)
        ids = sorted(
            {text for body in raw.sample for text in unpack_arrays(body)["ids"].to_pylist()}
        )
        indices = {len(ids) * part // cut.ranges for part in range(1, cut.ranges)} - {0}
        starts = tuple(ids[index] for index in sorted(indices))
        return starts, replace(cut, ranges=len(starts) + 1)

    def _build_intake(
        self,
        settled: SettledRanges,
        lists: Sequence[ListFacts],
        job: worker.SettleJob,
        cut: Partitioning,
    ) -> WorkerIntake:
        sizes = [len(figures["kinds"]) for figures in settled.figures]
        starts = tuple((np.cumsum(sizes) - sizes).tolist())
        rejects = [*self.plan.skipped, *settled.rejects]
        intake = replace(
            build_intake(lists, rejects, settled.warnings),
            batch=build_outline(settled.figures, settled.sources),
            collapsed=settled.collapsed,
        )
        if self.plan.strict and intake.rejects:
            raise reject_error(intake.rejects[0])
        return WorkerIntake(
            intake,
            self._number(settled, starts),
            settled.frame,
            replace(cut, starts=starts),
            locate_ids(settled.figures, starts, job.decided_ids),
            settled.withdrawn,
            settled.relations,
        )

    def _number(self, settled: SettledRanges, starts: tuple[int, ...]) -> Frame:
        """Return the records with their numbers, and the ids of records that relations give by
        name.
        """
        records = worker_stages.select_content(settled.frame, "records")
        step = partial(worker.number_range, starts)
        hashes = np.unique(np.concatenate([figures["names"] for figures in settled.figures]))
        if not len(hashes):
            return worker_stages.keep_on_disk(worker_stages.run_on_rows(step, records))
        sought = self.spark.broadcast(hashes)
        ranges = len(settled.figures)
        bearers = worker_stages.run_on_rows(partial(worker.find_names, sought), records)
        names = bearers.union(worker_stages.select_content(settled.frame, "sought"))
        bearers = worker_stages.run_on_parts(worker.join_names, names, worker.NAME_SHARES)
        return worker_stages.keep_on_disk(
            worker_stages.run_on_parts(step, records.union(bearers), ranges)
        )


def _make_portable(item: PlannedList) -> PlannedList:
    """Return a list with absolute paths, and without objects that hold temporary files of this
    machine.
    """
    files = []
    for file in item.unit.files:
        worksheet = file.worksheet and replace(file.worksheet, owner=None)
        files.append(replace(file, path=file.path.resolve(), worksheet=worksheet))
    return replace(item, unit=replace(item.unit, files=tuple(files)))


def _find_unclear_lists(tasks: Sequence[ReadingTask], reports: Sequence[Report]) -> set[int]:
    """Return the positions of lists that were read in shares and must be read again as a whole. A
    reading of the whole list tells the place of an error, and which of very many rejects come
    first.
    """
    rejects, places = Counter[int](), set[int]()
    for report in reports:
        task = tasks[report["task"]]
        if task.item.unit.share != WHOLE:
            rejects[task.place] += len(report["facts"]["rejects"]) if "facts" in report else 0
            if "error" in report:
                places.add(task.place)
    return places | {place for place, count in rejects.items() if count > MAX_REJECTS}


def _join_tasks(
    tasks: Sequence[ReadingTask], indices: set[int], lists: Sequence[PlannedList]
) -> list[ReadingTask]:
    """Return the tasks, with one task for the whole of each list at some positions."""
    others = [task for task in tasks if task.place not in indices]
    joined = [ReadingTask(index, _make_portable(lists[index]), 0.0) for index in sorted(indices)]
    return [*others, *joined]


def _facts_from_json(facts: Mapping[str, Any]) -> ShareFacts:
    return ShareFacts(
        facts["records"],
        tuple(facts["sources"]),
        tuple(Reject(*row) for row in facts["rejects"]),
        tuple(facts["notes"]),
        facts["version"],
        facts["broken"],
        OldBirths(*facts["births"]),
        tuple(facts["unread"]),
    )
