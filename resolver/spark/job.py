"""What all workers of a cluster share: the job, the transfer of arrays, and reports of their work.

- The job has the model, the sides of records and the partitioning.
- A row (`part`, `content`, `body`) carries many values between workers. It names its content and
  the part to which it goes, and holds named arrays as one Arrow message. A few large rows leave a
  cluster more time for the arrays than many small rows.
- Reports add up the cost of stages and the figures of rules.
- Shares of pairs: most keys of large plans contain a day or a year of birth, so most pairs are of
  records born on one day or in one year. So pairs of records that were born at about the same time
  go to one share. A share needs few records besides its own, and few other shares need its records.
  The share of a pair depends on its left record only, so all rules bring a pair to the same share.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from resolver.matching.blocking import PLAN_BY_NAME, RULES
from resolver.matching.blocking.key_join import MAX_BLOCK_PAIRS
from resolver.matching.population_scoring import PARTNER_KEYS
from resolver.matching.resolution_task import ModelSet, load_models
from resolver.matching.scoring import PartnerHistogram
from resolver.matching.scoring.score_links import SCORE_BINS
from resolver.matching.scoring.source_shifts import BINS
from resolver.records import Batch, concat
from resolver.records.batch import Coded, Column, IntArray
from resolver.records.prepared.batch import ByteArray, PreparedBatch, Ragged
from resolver.records.prepared.population import Population
from resolver.records.results.resolution import RuleStat, StageMeter

Arrays = dict[str, npt.NDArray[Any]]
Types = Mapping[str, type[np.generic]]
_COLUMN = ("rows", "codes", "values", "origins", "origin_values")


class ArrowPart(NamedTuple):
    """Row for one part: number of the part, name of the content, packed arrays."""

    part: int
    content: str
    body: bytes


def pack_arrays(arrays: Mapping[str, npt.NDArray[Any] | pa.Array]) -> bytes:
    """Pack named arrays of any lengths into one Arrow message."""
    lists = [
        _to_list(values if isinstance(values, pa.Array) else pa.array(values))
        for values in arrays.values()
    ]
    batch = pa.RecordBatch.from_arrays(lists, names=list(arrays))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    body: bytes = sink.getvalue().to_pybytes()
    return body


def _to_list(values: pa.Array) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)


def unpack_arrays(body: bytes) -> dict[str, pa.Array]:
    """Return the arrays of a packed message."""
    with pa.ipc.open_stream(body) as reader:
        batch = reader.read_next_batch()
    return {
        name: column.values for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }


def concat_arrays(bodies: Iterable[bytes], names: Types) -> Arrays:
    """Return the arrays of several messages, one after the other.

    Arrays that no message has are empty, with the given types.
    """
    parts = [unpack_arrays(body) for body in bodies]
    return {
        name: np.concatenate(
            [
                np.zeros(0, dtype=kind),
                *(part[name].to_numpy(zero_copy_only=False) for part in parts),
            ]
        )
        for name, kind in names.items()
    }


def pack_batch(batch: Batch, rows: npt.NDArray[np.integer]) -> bytes:
    """Pack records, each with its number in the whole batch."""
    arrays: dict[str, npt.NDArray[Any] | pa.Array] = {
        "rows": rows.astype(np.int32),
        "ids": batch.ids,
        "kinds": batch.kinds,
    }
    for name, coded in (("schemas", batch.schemas), ("sources", batch.sources)):
        arrays |= {f"{name} codes": coded.codes, f"{name} values": coded.values}
    for prop, column in batch.columns.items():
        arrays |= {f"{part}:{prop}": getattr(column, part) for part in _COLUMN}
    return pack_arrays(arrays)


def unpack_batch(body: bytes) -> tuple[Batch, npt.NDArray[np.int32]]:
    """Return the records of a message of `pack_batch`, and their numbers."""
    arrays = unpack_arrays(body)

    def number(name: str) -> npt.NDArray[Any]:
        """Return an array of numbers by its name."""
        values: npt.NDArray[Any] = arrays[name].to_numpy(zero_copy_only=False)
        return values

    def coded(name: str) -> Coded:
        """Return a coded column by its name."""
        return Coded(number(f"{name} codes"), arrays[f"{name} values"])

    columns = {}
    for prop in [name.removeprefix("rows:") for name in arrays if name.startswith("rows:")]:
        rows, codes, origins = (number(f"{part}:{prop}") for part in ("rows", "codes", "origins"))
        columns[prop] = Column(
            rows, codes, arrays[f"values:{prop}"], origins, arrays[f"origin_values:{prop}"]
        )
    batch = Batch(arrays["ids"], number("kinds"), coded("schemas"), coded("sources"), columns)
    return batch, number("rows")


Rows = npt.NDArray[np.int32]
T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Partitioning:
    """Number of parts: ranges with `span` records each, shares of keys, and shares of pairs. It
    also has the number of records in one part of a merge, unless more records are tied together.

    `starts`: number of the first record of each range, if ranges do not have `span` records each.
    """

    span: int
    ranges: int
    keys: int
    pairs: int
    members: int = 100_000
    starts: tuple[int, ...] = ()

    def range_of(self, rows: Rows) -> Rows:
        """Return the range of each record, by its number."""
        if not self.starts:
            return rows // self.span
        return (np.searchsorted(self.starts, rows, side="right") - 1).astype(np.int32)

    @classmethod
    def choose(cls, count: int, cores: int) -> Partitioning:
        """Choose for a number of records and of cores.

        There are as few parts as memory allows, since each part normalizes its unique values again.
        """
        ranges = max(min(cores, count // 200), -(-count // 250_000), 1)
        return cls(
            max(-(-count // ranges), 1),
            ranges,
            max(cores, -(-count // 250_000)),
            max(cores, -(-count // 500_000)),
            min(max(-(-count // cores), 1_000), 100_000),
        )


class Broadcast(Protocol[T]):
    """Value that was sent to all workers (a broadcast of Spark)."""

    @property
    def value(self) -> T:
        """Value itself."""


BroadcastModel = Broadcast[tuple[tuple[str, bytes], ...]]


@dataclass(frozen=True, slots=True)
class WorkerJob:
    """Facts that every worker needs.

    `link_threshold`: log-odds (thousandths) from which pairs are links. `model`: files of the model
    (None: the shipped one). `population`: population in which pairs are scored. `sides`: side of
    every record, if two sets are linked. `is_measured`: the share of true pairs of the population
    is not known yet. `cap`: pairs that a key may make before it is purged.
    """

    plan: str
    deduplicated_sources: tuple[str, ...]
    link_threshold: int
    partitioning: Partitioning
    model: BroadcastModel | None = None
    population: Broadcast[Population | None] | None = None
    sides: Broadcast[ByteArray] | None = None
    is_measured: bool = False
    cap: int = MAX_BLOCK_PAIRS

    @property
    def links_two_sides(self) -> bool:
        """True if only pairs of two records from different sides count."""
        return self.sides is not None

    def sides_of(self, rows: Rows) -> ByteArray:
        """Return the sides of records by their numbers."""
        return np.zeros(len(rows), dtype=np.uint8) if self.sides is None else self.sides.value[rows]


@dataclass(slots=True)
class PartReport:
    """Report of one part: its cost and counts, which the driver adds up."""

    stage: str
    counts: dict[str, Any] = field(default_factory=dict)
    _cpu: float = field(default_factory=time.process_time)

    def to_part(self) -> ArrowPart:
        """Return the report as a row for the driver."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        report = {
            "stage": self.stage,
            "cpu": time.process_time() - self._cpu,
            "peak_mib": peak,
            **self.counts,
        }
        return ArrowPart(0, "account", json.dumps(report).encode())


def worker_stamp(job: WorkerJob) -> dict[str, str]:
    """Return the versions of program, model and libraries of a worker."""
    return {**installed_version(), **load_job_models(job).stamp}


def installed_version() -> dict[str, str]:
    """Return the version of this program, if it is installed."""
    with suppress(PackageNotFoundError):
        return {"watchlist-resolver": version("watchlist-resolver")}
    return {}


def load_job_models(job: WorkerJob) -> ModelSet:
    """Return the models of a job, for its plan and population."""
    models = load_models(None) if job.model is None else _from_files(job.model.value)
    population = None if job.population is None else job.population.value
    return models.for_population(job.plan, population)


@lru_cache(maxsize=2)
def _from_files(files: tuple[tuple[str, bytes], ...]) -> ModelSet:
    """Load the model of broadcast files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files:
            (Path(folder) / name).write_bytes(content)
        return load_models(Path(folder))


Report = dict[str, Any]
"""Report of one part, as `PartReport` sends it."""
_COUNTED_STAGES = ("read", "population", "keys", "judge", "merge", "write")
"""Steps whose reports say how many items a stage had."""


@contextmanager
def measure_stage(
    meter: StageMeter, name: str, unit: str, count: int | None
) -> Iterator[list[Report]]:
    """Measure a stage; the caller adds the reports of the workers to the list it receives."""
    meter.progress.start(name, count, unit)
    reports: list[Report] = []
    with meter.measure(name, unit) as usage:
        yield reports
        counts = [report.get(unit, 0) for report in reports if report["stage"] in _COUNTED_STAGES]
        usage.items = sum(counts) if counts else count or 0
        usage.worker_cpu = sum(report["cpu"] for report in reports)
        usage.worker_peak_mib = max((report["peak_mib"] for report in reports), default=0.0)
    meter.progress.advance(usage.items)


def sum_rule_stats(
    blocking: Sequence[Report], scoring: Sequence[Report], plan: str
) -> tuple[RuleStat, ...]:
    """Return the figures of each rule of the plan, over all parts.

    `blocking` reports count keys and purged pairs, `scoring` reports count the pairs that remain.
    """
    stats = []
    for number, rule in enumerate(RULES):
        if rule.name in PLAN_BY_NAME[plan].rules:
            keys, cut = _rule_totals(blocking, number)
            pairs, only = _rule_totals(scoring, number)
            stats.append(RuleStat(rule.name, rule.help, keys, pairs, only, cut))
    return tuple(stats)


def _rule_totals(reports: Sequence[Report], number: int) -> tuple[int, int]:
    figures = [report.get("rules", {}).get(str(number), (0, 0)) for report in reports]
    return sum(first for first, _ in figures), sum(second for _, second in figures)


def sum_histograms(reports: Sequence[Report]) -> npt.NDArray[np.int64]:
    """Return the score histogram over all parts (see `score_histogram`)."""
    empty = np.zeros(SCORE_BINS, dtype=np.int64)
    return sum(
        (np.array(report["histogram"]) for report in reports if "histogram" in report),
        start=empty,
    )


def sum_partner_counts(reports: Sequence[Report]) -> dict[str, PartnerHistogram]:
    """Return the pairs by kind and log-odds over all parts (see `count_partners`)."""
    totals = {key: np.zeros(BINS, dtype=np.int64) for key in PARTNER_KEYS}
    for counts in (report["partners"] for report in reports if "partners" in report):
        for key, histogram in counts.items():
            totals[key] += np.array(histogram, dtype=np.int64)
    return totals


_PER_YEAR, _PER_MONTH = 419, 32
"""Numbers between two years, and between two values of the lower of day and month. 419 is a prime
number, so that no share has the same season of all years.
"""
_SPAN = 80 * _PER_YEAR
"""Numbers of 80 years, in which most people of a list are born."""
_BANDS_PER_SHARE = 64
"""Bands of dates that a share has of each `_SPAN`: many make shares equal, few keep years whole."""


def assign_shares(prepared: PreparedBatch, shares: int) -> npt.NDArray[np.uint16]:
    """Return the share of the pairs of each left record.

    Bands of dates are assigned to the shares one after another. The share of a record without a
    date of birth depends on its name.
    """
    band = max(_SPAN // (shares * _BANDS_PER_SHARE), 1)
    return (_number_birthdays(prepared) // band % shares).astype(np.uint16)


def _number_birthdays(prepared: PreparedBatch) -> npt.NDArray[np.int64]:
    """Return a number for each record that grows with its first date of birth, with gaps of at most
    a few days. Both orders of day and month have one number, since they have one key.
    """
    dates, names = prepared.dates, prepared.forms.compact
    low, high = np.minimum(dates.day, dates.month), np.maximum(dates.day, dates.month)
    days = dates.year.astype(np.int64) * _PER_YEAR + low * _PER_MONTH + high
    numbers = np.zeros(len(prepared), dtype=np.int64)
    for column, values in ((prepared.names, names % np.uint64(_SPAN)), (prepared.births, days)):
        rows, items = _first_items(column)
        numbers[rows] = values[items]
    return numbers


def _first_items(column: Ragged) -> tuple[npt.NDArray[np.int64], IntArray]:
    """Return the rows that have items, and the first item of each."""
    rows = np.flatnonzero(column.counts)
    return rows, column.items[column.offsets[:-1][rows]]


def select_bodies(rows: Sequence[ArrowPart], content: str) -> list[bytes]:
    """Return the bodies of the rows with some content, in an order that depends only on the
    rows.
    """
    return sorted(row.body for row in rows if row.content == content)


def read_records(rows: Sequence[ArrowPart]) -> tuple[Batch, Rows]:
    """Return the records of a part as a canonical batch, and their numbers, ascending."""
    unpacked = [unpack_batch(body) for body in select_bodies(rows, "records")]
    batch = concat(part for part, _ in unpacked).canonical()
    return batch, np.sort(np.concatenate([numbers for _, numbers in unpacked]))


def distribute(part_of: Rows, content: str, columns: Arrays) -> Iterator[ArrowPart]:
    """Yield one row for each part that receives an entry of the columns."""
    for part, chosen in iterate_parts(part_of):
        body = pack_arrays({name: column[chosen] for name, column in columns.items()})
        yield ArrowPart(part, content, body)


def iterate_parts(part_of: Rows) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Yield each part that receives an entry, with the entries that it receives, ascending."""
    count = int(part_of.max(initial=-1)) + 1
    # numbers of two bytes are sorted by counting
    narrow = part_of.astype(np.uint16) if count <= 1 << 16 else part_of
    order = np.argsort(narrow, kind="stable")
    ends = np.cumsum(np.bincount(part_of, minlength=count)).tolist()
    for part, (start, end) in enumerate(pairwise([0, *ends])):
        if end > start:
            yield part, order[start:end]


def number_distinct(values: Rows) -> tuple[Rows, Rows]:
    """Return the distinct values, ascending, and the position of each value among them."""
    is_present = np.zeros(int(values.max(initial=-1)) + 1, dtype=bool)
    is_present[values] = True
    distinct = np.flatnonzero(is_present).astype(np.int32)
    return distinct, place_finder(distinct)(values)


def place_finder(numbers: Rows) -> Callable[[Rows], Rows]:
    """Return a function that finds the positions of numbers in `numbers`, which ascend.

    It looks them up in a table, unless that would be much larger than the numbers.
    """
    first, last = (int(numbers[0]), int(numbers[-1])) if len(numbers) else (0, -1)
    if last - first > 32 * len(numbers):
        return lambda values: np.searchsorted(numbers, values).astype(np.int32)
    table = np.zeros(last - first + 1, dtype=np.int32)
    table[numbers - first] = np.arange(len(numbers), dtype=np.int32)
    return lambda values: table[values - first]


def stack_arrays(parts: Sequence[Arrays], types: Types) -> Arrays:
    """Concatenate the arrays of several parts; without parts, return empty arrays."""
    return {
        name: np.concatenate([np.zeros(0, dtype=kind), *(part[name] for part in parts)])
        for name, kind in types.items()
    }
