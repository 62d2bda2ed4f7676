"""Job of the workers of a cluster: model, sides and partitioning; and reports of their work."""

from __future__ import annotations

import json
import resource
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from resolver.blocking.key_join import MAX_BLOCK_PAIRS
from resolver.engines.spark.arrow_transfer import ArrowPart
from resolver.model_set import ModelSet, load_models
from resolver.records.prepared.batch import ByteArray
from resolver.records.prepared.population import Population

Rows = npt.NDArray[np.int32]
T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Partitioning:
    """Number of parts: ranges of `span` records each, shares of keys, shares of pairs; and records
    that come to one part of a merge, unless more are tied together.

    `starts`: number of the first record of each range, where they are not of `span` records.
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

        There are as few parts as memory allows, since each normalizes its unique values anew.
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
    (None: the shipped one). `population`: that in which pairs are scored. `sides`: side of every
    record where two sets are linked. `is_measured`: partners of the population are yet unknown.
    `cap`: pairs that a key may make before it is purged.
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
        """True where only pairs across two sides count."""
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
