"""What a run found: links, the partition into entities, and how the run went. The form in which stages hand it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from resolver.records.batch import Batch, IntArray


class Band(IntEnum):
    """What a score asks for."""

    DISTINCT = 0
    REVIEW = 1
    MATCH = 2

    @property
    def label(self) -> str:
        """The word in files and pages."""
        return self.name.lower()


class Outcome(IntEnum):
    """What became of a pair: in one entity, waiting for a steward, or kept apart."""

    APART = 0
    QUEUED = 1
    MERGED = 2

    @property
    def label(self) -> str:
        """The word in files and pages."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Links:
    """m pairs as columns. `left` < `right` are record rows; `logodds` int32 thousandths; `score` float64 in 0…1;
    `band` and `outcome` uint8. Sorted by (left, right)."""

    left: IntArray
    right: IntArray
    logodds: IntArray
    score: npt.NDArray[np.float64]
    band: npt.NDArray[np.uint8]
    outcome: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class StageStat:
    """One stage's cost. `items` counts what `unit` names (records, pairs …); seconds; `peak_mib` is the process's peak
    so far."""

    name: str
    items: int
    unit: str
    wall: float
    cpu: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class RuleStat:
    """What one blocking rule gave: distinct keys, pairs it joined, pairs no other rule joined, pairs the safety valve
    cut."""

    name: str
    help: str
    keys: int
    pairs: int
    only: int
    cut: int


@dataclass(frozen=True, slots=True)
class RunStats:
    """How a run went."""

    plan: str
    stamp: Mapping[str, str]
    stages: tuple[StageStat, ...]
    rules: tuple[RuleStat, ...]
    candidate_pairs: int
    score_histogram: npt.NDArray[np.int64]
    """Counts of scored candidate pairs in 50 equal bins of the score from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """A resolved batch. `labels[i]` is the row of the smallest record of record i's entity, so labels name the
    partition. `links` holds every pair in band match or review."""

    batch: Batch
    labels: IntArray
    links: Links
    stats: RunStats
