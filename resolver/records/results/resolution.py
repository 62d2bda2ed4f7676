"""Results of a run, as stages pass them on: links, the partition into entities, and figures.

Counts of the scored pairs of a run, by log-odds and by pattern of agreement.

Measurement of stages: items, wall time, processor time and peak memory of each.

Value of a review, and forecast of the work on a queue under a daily capacity.

Costs are in reviews. With probability p that two entities are one, and a missed match that costs as
much as a wrong merge, c reviews:

- left undecided, the two stay apart, and a match is missed with probability p: p·c on average;
- decided, they cost the one review and, where the decision is right, nothing more.

So a review is worth p·c: one review at the review threshold p = 1/c, where it just pays for itself,
and c − 1 at the match threshold p = 1 − 1/c. This is the expected value of information (Howard
1966) for pairs that are never merged unseen. It grows with p; uncertainty as such is worth nothing.
Pairs wait from a value of some reviews on (`MIN_REVIEW_VALUE` of
`resolver.matching.scoring.thresholds`).

A review is one pair of *entities*, whatever the number of record pairs behind it, and p is the
score of its strongest pair of records. A capacity cuts the queue by rank and drops nothing.

Reviews of a run: pairs of entities that wait, with the score of their strongest link.
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

from resolver.records.batch import Batch, IntArray
from resolver.records.prepared.population import Population
from resolver.records.progress import SILENT, Progress
from resolver.runtime.heap import release_large_heap


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


Scores = npt.NDArray[np.float64]


def review_values(score: Scores, wrong_merge_costs: float) -> Scores:
    """Return the value of reviewing each pair, in reviews: from 0 to `wrong_merge_costs`."""
    return np.clip(score, 0.0, 1.0) * wrong_merge_costs


@dataclass(frozen=True, slots=True)
class ReviewForecast:
    """Forecast of a queue.

    `reviews`: waiting pairs of entities. `matches`: expected number of true matches among them, the
    sum of their scores. `capacity`: reviews a day (None: not stated; 0: none). `reviews_today`:
    pairs before the cut, and `matches_left`: expected true matches below it. `done_today`: reviews
    of today, which are no longer in the queue. `place` completes "pairs wait", such as "in the
    store".
    """

    reviews: int
    matches: float
    wrong_merge_costs: float
    capacity: int | None = None
    reviews_today: int = 0
    matches_left: float = 0.0
    done_today: int = 0
    place: str = ""

    @property
    def reviews_left(self) -> int:
        """Number of pairs below the cut; without a capacity, 0."""
        return 0 if self.capacity is None else self.reviews - self.reviews_today

    @property
    def value(self) -> float:
        """Value of reviewing the whole queue, in reviews."""
        return self.matches * self.wrong_merge_costs

    @property
    def value_left(self) -> float:
        """Value of reviewing what lies below the cut, in reviews."""
        return self.matches_left * self.wrong_merge_costs

    @property
    def days(self) -> int | None:
        """Days that the whole queue takes, counting today; None without a capacity or with 0."""
        if not self.reviews:
            return 0
        if not self.capacity:
            return None
        return -(-(self.reviews + min(self.done_today, self.capacity)) // self.capacity)

    def to_json(self) -> Mapping[str, Any]:
        """Return the figures for programs."""
        figures = {
            "reviews": self.reviews,
            "expected_matches": round(self.matches, 1),
            "value": round(self.value, 1),
        }
        if self.capacity is None:
            return figures
        return figures | {
            "capacity": self.capacity,
            "reviews_today": self.reviews_today,
            "reviews_left": self.reviews_left,
            "days": self.days,
            "expected_matches_left": round(self.matches_left, 1),
            "value_left": round(self.value_left, 1),
        }

    def sentences(self) -> tuple[str, ...]:
        """Return the figures in words, for stewards and data officers."""
        place = f" {self.place}" if self.place else ""
        if not self.reviews:
            return (f"No pair of entities waits{place}.",)
        waiting = _count(self.reviews, "pair of entities waits", "pairs of entities wait")
        first = f"{waiting}{place}; {_expect(self.matches)} to be the same entity."
        if self.capacity is None:
            return (first,)
        if not self.reviews_left:
            return first, self._capacity_text()
        return first, self._capacity_text(), self._loss_text()

    def _capacity_text(self) -> str:
        """Say where the cut lies."""
        if not self.capacity:
            return "With no reviews a day, all are left undecided and the queue is never finished."
        done = f", {self.done_today:,} of them done today" if self.done_today else ""
        rate = f"With {_count(self.capacity, 'review', 'reviews')} a day{done},"
        if not self.reviews_left:
            return f"{rate} the whole queue is within today’s capacity: nothing is left undecided."
        today = _count(self.reviews_today, "pair is", "pairs are")
        left = _count(self.reviews_left, "is", "are")
        return (
            f"{rate} {today} within today’s capacity and {left} left undecided; "
            f"the whole queue takes {_count(self.days or 0, 'day', 'days')}."
        )

    def _loss_text(self) -> str:
        """Say what is lost below the cut."""
        return (
            f"Of those left, {_expect(self.matches_left)} to be the same entity. Deciding them "
            f"takes {_count(self.reviews_left, 'review', 'reviews')} and saves about "
            f"{round(self.value_left):,}, since a missed match costs as much as "
            f"{self.wrong_merge_costs:,g} reviews."
        )


def forecast_reviews(
    score: Scores, wrong_merge_costs: float, capacity: int | None = None
) -> ReviewForecast:
    """Forecast a queue of pairs of entities with these scores, most valuable first."""
    values = np.sort(review_values(score, 1.0))[::-1]
    today = 0 if capacity is None else min(capacity, len(values))
    left = 0.0 if capacity is None else float(values[today:].sum())
    return ReviewForecast(
        len(values), float(values.sum()), wrong_merge_costs, capacity, today, left
    )


def _count(number: int, singular: str, plural: str) -> str:
    return f"{number:,} {singular if number == 1 else plural}"


def _expect(matches: float) -> str:
    """Write an expected number of matches with its verb."""
    if matches < 1:
        return "fewer than one is expected"
    return f"about {round(matches):,} {'is' if round(matches) == 1 else 'are'} expected"


def forecast_run(
    resolution: Resolution, wrong_merge_costs: float, capacity: int | None = None
) -> ReviewForecast:
    """Forecast the reviews of a run. `capacity`: reviews a day (None: not stated)."""
    return forecast_reviews(find_review_scores(resolution), wrong_merge_costs, capacity)


def find_review_scores(resolution: Resolution) -> npt.NDArray[np.float64]:
    """Return the score of each waiting pair of entities: that of its strongest link."""
    return score_waiting(resolution.links, resolution.labels)


def score_waiting(links: Links, entities: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Return the score of each waiting pair of entities, which `entities` names by record.

    As in the queue of a store, a pair of entities waits if a link between the two does, unless a
    decision keeps any of their records apart. Its score is that of its strongest link.
    """
    first, second = (entities[side].astype(np.int64) for side in (links.left, links.right))
    between = np.flatnonzero(first != second)
    low, high = np.minimum(first, second)[between], np.maximum(first, second)[between]
    pair = low * len(entities) + high
    order = np.lexsort((-links.score[between], pair))
    pair, places = pair[order], between[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    if not len(starts):
        return np.zeros(0, dtype=np.float64)
    is_settled = np.logical_or.reduceat(links.outcome[places] == Outcome.APART, starts)
    waiting: npt.NDArray[np.float64] = links.score[places[starts[~is_settled]]]
    return waiting
