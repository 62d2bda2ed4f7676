"""What the workers of a cluster must know of a job: how it is cut, the model, who stands on which side; and what they
say of their work."""

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

from resolver.blocking.key_join import DEFAULT_CAP
from resolver.engines.spark.arrow_transfer import Parcel
from resolver.pipeline import ModelSet, load_models
from resolver.records.prepared.batch import ByteArray

Rows = npt.NDArray[np.int32]
T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Shape:
    """Into how many parts the work is cut: ranges of records (`span` records each), shares of keys, shares of pairs."""

    span: int
    ranges: int
    keys: int
    pairs: int

    @classmethod
    def of(cls, count: int, cores: int) -> Shape:
        """For a number of records and of cores: as few parts as memory allows, since each looks at its unique values
        anew."""
        ranges = max(min(cores, count // 200), -(-count // 250_000), 1)
        return cls(
            max(-(-count // ranges), 1),
            ranges,
            max(cores, -(-count // 250_000)),
            max(cores, -(-count // 500_000)),
        )


class Sent(Protocol[T]):
    """What was sent to all workers (a broadcast of Spark)."""

    @property
    def value(self) -> T:
        """The thing itself."""


SentModel = Sent[tuple[tuple[str, bytes], ...]]


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker must know: the plan, sources declared to be free of duplicates, the log-odds from which pairs
    are links, how the work is cut, the files of the model (None: the shipped one), and the side of every record where
    two sets are linked (None: everybody may meet everybody)."""

    plan: str
    declared: tuple[str, ...]
    least: int
    shape: Shape
    model: SentModel | None = None
    sides: Sent[ByteArray] | None = None
    cap: int = DEFAULT_CAP

    @property
    def linking(self) -> bool:
        """Whether only pairs across two sides count."""
        return self.sides is not None

    def sides_of(self, rows: Rows) -> ByteArray:
        """The sides of records by their number in the whole."""
        return np.zeros(len(rows), dtype=np.uint8) if self.sides is None else self.sides.value[rows]


@dataclass(slots=True)
class Account:
    """What one part cost, and what it counted. Sums over all parts say how the run went."""

    stage: str
    counts: dict[str, Any] = field(default_factory=dict)
    _cpu: float = field(default_factory=time.process_time)

    def parcel(self) -> Parcel:
        """As a parcel for the driver."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        said = {
            "stage": self.stage,
            "cpu": time.process_time() - self._cpu,
            "peak_mib": peak,
            **self.counts,
        }
        return Parcel(0, "account", json.dumps(said).encode())


def stamp(job: Job) -> dict[str, str]:
    """What a worker works with: the version of this program, the model and the libraries."""
    return {**own_version(), **models_of(job).stamp}


def own_version() -> dict[str, str]:
    """The version of this program, where it is installed."""
    with suppress(PackageNotFoundError):
        return {"watchlist-resolver": version("watchlist-resolver")}
    return {}


def models_of(job: Job) -> ModelSet:
    """The models of a job, with the priors of its plan."""
    models = load_models(None) if job.model is None else _from_files(job.model.value)
    return models.at(job.plan)


@lru_cache(maxsize=2)
def _from_files(files: tuple[tuple[str, bytes], ...]) -> ModelSet:
    """The model of files that were sent along."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files:
            (Path(folder) / name).write_bytes(content)
        return load_models(Path(folder))
