"""Results of a run, as stages pass them on: links, the partition into entities, and figures.

Counts of the scored pairs of a run, by log-odds and by pattern of agreement.

Measurement of stages: items, wall time, processor time and peak memory of each.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.kernels.heap import release_large_heap
from resolver.records.batch import Batch, IntArray
from resolver.records.prepared.population import Population
from resolver.records.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class LogoddsHistogram:
    """Counts of pairs in bins of log-odds around 0, each `width` thousandths wide.

    The outermost bins have what lies beyond, too.
    """

    counts: npt.NDArray[np.int64]
    width: int

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """Score (0…1) in the middle of each bin."""
        middles = (np.arange(len(self.counts)) - len(self.counts) // 2 + 0.5) * self.width / 1000
        chance: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-middles))
        return chance


@dataclass(frozen=True, slots=True)
class AgreementPatterns:
    """Patterns of the n kinds of agreement that scored pairs have, ascending by `patterns`.

    `pairs` (n × 3) counts the pairs in each `Band`, `score_sums` (n) adds up their scores. Pairs of
    patterns beyond the most that a run tells apart count in `left_out`. `examples` (m × 3) are
    pairs of rows, with their log-odds in thousandths; `example_patterns` is the place of the
    pattern of each.
    """

    patterns: npt.NDArray[np.int64]
    pairs: npt.NDArray[np.int64]
    score_sums: npt.NDArray[np.float64]
    left_out: int
    examples: npt.NDArray[np.int32]
    example_patterns: npt.NDArray[np.int64]

    def with_scores(
        self,
        left: npt.NDArray[np.int32],
        right: npt.NDArray[np.int32],
        logodds: npt.NDArray[np.int32],
    ) -> AgreementPatterns:
        """Return the patterns with the log-odds that pairs of rows have, where an example is among
        them; pairs are sorted by (left, right).
        """
        if not len(left) or not len(self.examples):
            return self
        keys = left.astype(np.int64) << 32 | right
        own_keys = self.examples[:, 0].astype(np.int64) << 32 | self.examples[:, 1]
        place = np.searchsorted(keys, own_keys).clip(0, len(keys) - 1)
        examples = self.examples.copy()
        examples[:, 2] = np.where(keys[place] == own_keys, logodds[place], examples[:, 2])
        return replace(self, examples=examples)


class Band(IntEnum):
    """Band of a score."""

    DISTINCT = 0
    REVIEW = 1
    MATCH = 2

    @property
    def label(self) -> str:
        """Word used in files and pages."""
        return self.name.lower()


class Outcome(IntEnum):
    """Outcome of a pair: merged into one entity, queued for a steward, or apart."""

    APART = 0
    QUEUED = 1
    MERGED = 2

    @property
    def label(self) -> str:
        """Word used in files and pages."""
        return self.name.lower()


class Basis(IntEnum):
    """What the outcome of a pair rests on."""

    SCORE = 0
    """The score, which lies between the thresholds."""
    RECORDS = 1
    """The pairs of records between the two clusters that merged."""
    PROFILES = 2
    """The values of all records of the two entities that merged."""
    RELATIONS = 3
    """These values, and what both entities are related to."""
    DECISION = 4
    """A decision of a steward."""
    STATEMENT = 5
    """A list that states the two to be different."""
    CONTRADICTION = 6
    """The two records would match by themselves, but all values of the two entities do not."""
    OTHERS = 7
    """The two would match by themselves, but other records of theirs, kinds, or a list that holds
    nobody twice keep them apart.
    """
    AMBIGUOUS = 8
    """One of the two matches another entity about as well, which contradicts the other of the two.
    """

    @property
    def label(self) -> str:
        """Word used in files and pages."""
        return self.name.lower()


class JoiningMerges(NamedTuple):
    """Merges that brought pairs of rows together.

    `logodds` (thousandths) are those that were decided on, and `basis` has the `Basis` of each. Of
    pairs that nothing was weighed for (`is_weighed` is False), and of pairs that are not one
    cluster, `logodds` is 0.
    """

    logodds: npt.NDArray[np.int32]
    basis: npt.NDArray[np.uint8]
    is_weighed: npt.NDArray[np.bool_]


FindJoined = Callable[[IntArray, IntArray], JoiningMerges]
"""Function that returns the merges that brought the rows of each pair (left, right) together."""


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs as columns, sorted by (left, right).

    `left` < `right` are record rows. `logodds` (int32, thousandths) and `score` (float64 in 0…1)
    are those that were decided on: within an entity those of the merge that brought the two
    together, and between two entities those of the entities. A pair that a decision merged has
    those of its records. `record_logodds` are always those of the two records alone. `band` is that
    of the score; `band`, `outcome` and `basis` (`Basis`) are uint8. `rival`: where a record of
    one of the two matches a third entity about as well, the row it matches there, else -1.
    """

    left: IntArray
    right: IntArray
    logodds: IntArray
    score: npt.NDArray[np.float64]
    band: npt.NDArray[np.uint8]
    outcome: npt.NDArray[np.uint8]
    record_logodds: IntArray
    basis: npt.NDArray[np.uint8]
    rival: IntArray

    def __len__(self) -> int:
        return len(self.left)

    @property
    def stated_band(self) -> npt.NDArray[np.uint8]:
        """Band as results state it: match for what is merged, and review for all that is not."""
        is_merged = self.outcome == Outcome.MERGED
        return np.where(is_merged, np.uint8(Band.MATCH), np.uint8(Band.REVIEW))

    def move(
        self, place: npt.NDArray[np.signedinteger[Any]]
    ) -> tuple[Links, npt.NDArray[np.int64]]:
        """Return the links between rows that have a new place (−1: none), by their places, and
        which links of this these are.
        """
        inside = np.flatnonzero((place[self.left] >= 0) & (place[self.right] >= 0))
        rival = self.rival[inside]
        moved = Links(
            place[self.left[inside]].astype(self.left.dtype),
            place[self.right[inside]].astype(self.right.dtype),
            self.logodds[inside],
            self.score[inside],
            self.band[inside],
            self.outcome[inside],
            self.record_logodds[inside],
            self.basis[inside],
            np.where(rival >= 0, place[rival], -1).astype(self.rival.dtype),
        )
        return moved, inside


@dataclass(frozen=True, slots=True)
class StageStat:
    """Cost of one stage, in seconds.

    `items` counts what `unit` names (records, pairs …); `peak_mib` is the peak of the process so
    far.
    """

    name: str
    items: int
    unit: str
    wall: float
    cpu: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class RuleStat:
    """Figures of one blocking rule.

    They are distinct keys, pairs it joined, pairs that no other rule joined (`only`), and pairs
    that block purging removed (`cut`).
    """

    name: str
    help: str
    keys: int
    pairs: int
    only: int
    cut: int


@dataclass(frozen=True, slots=True)
class RunStats:
    """Figures of a run."""

    plan: str
    stamp: Mapping[str, str]
    stages: tuple[StageStat, ...]
    rules: tuple[RuleStat, ...]
    candidate_pairs: int
    score_histogram: npt.NDArray[np.int64]
    """Counts of scored candidate pairs in 50 equal bins of the score from 0 to 1."""
    population: Population | None = None
    """Population that the scores hold for."""
    logodds: LogoddsHistogram | None = None
    """Scored pairs of records that everybody may see; None where only some pairs were scored."""
    patterns: AgreementPatterns | None = None
    """Patterns of agreement of the scored pairs; None where they were not counted."""
    uncompared: int | None = None
    """Records that share keys with others, all too frequent, and so were compared with none; None
    where they were not counted (on a cluster).
    """

    def without_counts(self) -> RunStats:
        """Return the figures that tell nothing of which records were compared."""
        return RunStats(
            self.plan,
            self.stamp,
            stages=(),
            rules=(),
            candidate_pairs=0,
            score_histogram=np.zeros(0, dtype=np.int64),
            population=self.population,
        )


class MergedPairs(NamedTuple):
    """Pairs of entities that a round merged, sorted, with the log-odds (thousandths) it knew of
    each.
    """

    left: IntArray
    right: IntArray
    logodds: npt.NDArray[np.int32]


def name_by_smallest_row(labels: npt.NDArray[np.integer[Any]]) -> IntArray:
    """Return labels that name each cluster of rows by its smallest row."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    smallest: IntArray = first[inverse.reshape(-1)].astype(np.int32)
    return smallest


@dataclass(frozen=True, slots=True)
class RelationRounds:
    """Entities as the rounds of relations had them.

    `labels` has the entity of each row (see `Resolution`) before each round that merged something,
    and after the last. Neighbors are frozen as they were before the first. `merged` has, for each
    of these rounds, the compared pairs of its entities that it brought together. Where there are
    restricted records, they join after the last round, as if in one more.
    """

    labels: Sequence[IntArray]
    merged: Sequence[MergedPairs] = ()

    @property
    def frozen(self) -> IntArray:
        """Entity of each row before any relation counted."""
        return self.labels[0]

    def find_last_apart(self, left: int, right: int) -> int | None:
        """Return the place in `labels` of the last state with two rows in two entities, if any."""
        apart = [place for place, state in enumerate(self.labels) if state[left] != state[right]]
        return apart[-1] if apart else None


@dataclass(frozen=True, slots=True)
class Resolution:
    """Resolved batch.

    `labels[i]` is the row of the smallest record of record i's entity, so that labels identify the
    partition. `links` has every pair in band match or review. `rounds`: those of relations, where
    any counted, and the resolution is that of the whole batch. `find_joined` looks up the merges;
    None where they are not at hand.
    """

    batch: Batch
    labels: IntArray
    links: Links
    stats: RunStats
    rounds: RelationRounds | None = None
    find_joined: FindJoined | None = None


def cpu_seconds() -> float:
    """Return the processor time of this process and of those it has waited for."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


@dataclass(slots=True)
class StageUsage:
    """Figures that a stage states itself: items processed, and what other processes used for it.

    `worker_cpu` in seconds is added to the time of this process; `worker_peak_mib` replaces its
    peak memory.
    """

    items: int = 0
    worker_cpu: float = 0.0
    worker_peak_mib: float | None = None


class StageMeter:
    """Measure the stages of a run, one after the other."""

    def __init__(self, progress: Progress = SILENT) -> None:
        self.progress = progress
        self.stages: list[StageStat] = []

    @contextmanager
    def measure(self, name: str, unit: str) -> Iterator[StageUsage]:
        """Measure a stage; the caller sets the number of items on the object it receives.

        Before it, a large heap is released: what earlier stages freed is no part of its peak.
        """
        wall, cpu = time.perf_counter(), cpu_seconds()
        release_large_heap()
        usage = StageUsage()
        yield usage
        peak = usage.worker_peak_mib
        if peak is None:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stages.append(
            StageStat(
                name,
                usage.items,
                unit,
                time.perf_counter() - wall,
                cpu_seconds() - cpu + usage.worker_cpu,
                peak,
            )
        )
