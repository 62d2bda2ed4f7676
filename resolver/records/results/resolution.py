"""Results of a run, as the stages pass them on.

The module reads in this order:

1. counts of scored pairs, by log-odds and by pattern of agreement;
2. links between records, with band, outcome and basis of each (`Links`);
3. figures of a run: cost of each stage, figures of each blocking rule (`RunStats`);
4. the partition into entities (`Resolution`);
5. measurement of stages while they run (`StageMeter`);
6. the value of reviews, and the forecast of the work on a queue (`ReviewForecast`).

How the value of a review is computed. A wrong merge and a missed match both cost c reviews, and two
entities are the same with probability p. If nobody reviews the pair, the entities stay apart, which
costs p·c on average. If somebody reviews it, it costs one review. So a review is worth p·c. This is
one review at the review threshold p = 1/c, and c − 1 reviews at the match threshold p = 1 − 1/c. It
is the expected value of information (Howard 1966) for pairs that are never merged without review.
It grows with p; uncertainty alone has no value. `MIN_REVIEW_VALUE` in
`resolver.matching.scoring.terms` is the lowest value at which a pair waits.

One review is one pair of *entities*, however many pairs of records it has. Its p is the score of
its strongest pair of records. A daily capacity only cuts the ranked queue; no pair is dropped.
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
from resolver.runtime.processes import release_large_heap


@dataclass(frozen=True, slots=True)
class LogoddsHistogram:
    """Counts of pairs in bins of log-odds around 0, each `width` thousandths wide.

    The outermost bins also count the pairs beyond them.
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
    """Distinct patterns of agreement among the scored pairs, ascending by `patterns` (n).

    `pairs` (n × 3) counts the pairs in each `Band`, and `score_sums` (n) adds up their scores. A
    run tells a limited number of patterns apart; `left_out` counts the pairs of all further
    patterns. `examples` (m × 3) are pairs of rows with their log-odds in thousandths, and
    `example_patterns` (m) is the position of each example's pattern in `patterns`.
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
        """Return the patterns with new log-odds for the examples that are among these pairs.

        `left` and `right` are rows; pairs are sorted by (left, right).
        """
        if not len(left) or not len(self.examples):
            return self
        keys = left.astype(np.int64) << 32 | right
        own_keys = self.examples[:, 0].astype(np.int64) << 32 | self.examples[:, 1]
        index = np.searchsorted(keys, own_keys).clip(0, len(keys) - 1)
        examples = self.examples.copy()
        examples[:, 2] = np.where(keys[index] == own_keys, logodds[index], examples[:, 2])
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
    """Reason for the outcome of a pair."""

    SCORE = 0
    """The score, which lies between the thresholds."""
    RECORDS = 1
    """The pairs of records between the two clusters that merged."""
    PROFILES = 2
    """The values of all records of the two entities that merged."""
    RELATIONS = 3
    """The values of all records of the two entities, and their relations to other entities."""
    DECISION = 4
    """A decision of a steward."""
    STATEMENT = 5
    """A list states that the two are different."""
    CONTRADICTION = 6
    """The two records alone would match, but the values of the two whole entities do not."""
    OTHERS = 7
    """The two records alone would match, but something else keeps them apart.

    This can be another record of either entity, their kinds, or a deduplicated source.
    """
    AMBIGUOUS = 8
    """One of the two matches a third entity about as well, and that entity contradicts the
    other.
    """

    @property
    def label(self) -> str:
        """Word used in files and pages."""
        return self.name.lower()


class JoiningMerges(NamedTuple):
    """Merges that brought pairs of rows together, one entry per pair.

    `logodds` (thousandths) is the evidence for the merge, and `basis` its `Basis`. `is_weighed` is
    False for a merge that needed no evidence. `logodds` is 0 for these, and for pairs that are not
    in one cluster.
    """

    logodds: npt.NDArray[np.int32]
    basis: npt.NDArray[np.uint8]
    is_weighed: npt.NDArray[np.bool_]


FindJoined = Callable[[IntArray, IntArray], JoiningMerges]
"""Function that returns the merges that brought the rows of each pair (left, right) together."""


@dataclass(frozen=True, slots=True)
class Links:
    """Pairs as columns, sorted by (left, right).

    - `left` < `right`: rows of the two records.
    - `logodds` (int32, thousandths) and `score` (float64, 0…1): the evidence for the outcome.
      Within an entity it is the evidence for the merge that joined the two. Between two entities it
      compares the entities. For a pair that a decision merged, it compares the two records.
    - `record_logodds`: the evidence of the two records alone.
    - `band` (of the score), `outcome` and `basis` (uint8): see `Band`, `Outcome` and `Basis`.
    - `rival`: if a record of one of the two entities matches a third entity about as well, the row
      that it matches there; else -1.
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
        """Band as results state it: match for merged pairs, and review for all other pairs."""
        is_merged = self.outcome == Outcome.MERGED
        return np.where(is_merged, np.uint8(Band.MATCH), np.uint8(Band.REVIEW))

    def move(
        self, place: npt.NDArray[np.signedinteger[Any]]
    ) -> tuple[Links, npt.NDArray[np.int64]]:
        """Renumber the rows, and drop links with a row that has no new number.

        `place` is the new number of each row, or −1. Return the links, and their positions in
        these links.
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
    """Cost of one stage: wall and processor time in seconds, memory in MiB.

    `items` counts things of the kind `unit` (records, pairs …). `peak_mib` is the peak memory of
    the process since its start.
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

    `keys` counts its distinct keys, `pairs` the candidate pairs it gave, `only` the pairs that no
    other rule gave, and `cut` the pairs that block purging removed.
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
    """Population whose counts the scores use."""
    logodds: LogoddsHistogram | None = None
    """Scored pairs of records that everybody may see; None if only some pairs were scored."""
    patterns: AgreementPatterns | None = None
    """Patterns of agreement of the scored pairs; None if they were not counted."""
    uncompared: int | None = None
    """Records that were compared with no other record, because all their shared keys were too
    frequent. None if they were not counted (on a cluster).
    """

    def without_counts(self) -> RunStats:
        """Return only the figures that do not reveal which records were compared."""
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
    """Pairs of entities that a round merged, sorted, with their log-odds (thousandths) then."""

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
    """Entities before and after each round of evidence from relations.

    `labels` has the entity of each row (see `Resolution`): one array before each round that merged
    something, and one after the last round. `merged` has the compared pairs of entities that each
    of these rounds merged. All rounds use the neighbors as they were before the first round.
    Restricted records join after the last round, as if in one more round.
    """

    labels: Sequence[IntArray]
    merged: Sequence[MergedPairs] = ()

    @property
    def frozen(self) -> IntArray:
        """Entity of each row before any evidence from relations was used."""
        return self.labels[0]

    def find_last_apart(self, left: int, right: int) -> int | None:
        """Return the position in `labels` of the last state in which two rows were in different
        entities; None if there is none.
        """
        apart = [index for index, state in enumerate(self.labels) if state[left] != state[right]]
        return apart[-1] if apart else None


@dataclass(frozen=True, slots=True)
class Resolution:
    """Resolved batch.

    `labels[i]` is the smallest row of the entity of row i, so equal labels mean one entity. `links`
    has every pair in band match or review. `rounds` is None if no relation counted, or if only a
    part of the batch was resolved. `find_joined` looks up the merges; None if they are not known.
    """

    batch: Batch
    labels: IntArray
    links: Links
    stats: RunStats
    rounds: RelationRounds | None = None
    find_joined: FindJoined | None = None


def cpu_seconds() -> float:
    """Return the processor time of this process and of its finished child processes, in seconds."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


@dataclass(slots=True)
class StageUsage:
    """Figures that the stage itself fills in.

    `items` counts the items processed. `worker_cpu` is the processor time of other processes, in
    seconds; it is added to the time of this process. `worker_peak_mib` replaces the peak memory of
    this process, if given.
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

        Memory that earlier stages freed is returned to the system first, so it does not count in
        the peak of this stage.
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
    """Forecast of the work on a queue.

    - `reviews`: pairs of entities that wait.
    - `matches`: expected number of true matches among them, the sum of their scores.
    - `capacity`: reviews a day (None: not stated; 0: none).
    - `reviews_today`: pairs that fit into today's capacity, the first of the queue.
    - `matches_left`: expected true matches among the pairs after these.
    - `done_today`: reviews already done today, which are no longer in the queue.
    - `place`: completes the sentence "pairs wait", for example "in the store".
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
        """Number of pairs beyond today's capacity; 0 if no capacity is stated."""
        return 0 if self.capacity is None else self.reviews - self.reviews_today

    @property
    def value(self) -> float:
        """Value of reviewing the whole queue, in reviews."""
        return self.matches * self.wrong_merge_costs

    @property
    def value_left(self) -> float:
        """Value of reviewing the pairs beyond today's capacity, in reviews."""
        return self.matches_left * self.wrong_merge_costs

    @property
    def days(self) -> int | None:
        """Days that the whole queue takes, counting today; None if no capacity is stated or it is
        0.
        """
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
        """Return a sentence on how much of the queue the capacity covers."""
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
        """Return sentences on the matches that stay undecided, and on the cost of deciding them."""
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
    """Return the score of each waiting pair of entities, which is the score of its strongest
    link.
    """
    return score_waiting(resolution.links, resolution.labels)


def score_waiting(links: Links, entities: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Return the score of each waiting pair of entities, which is the score of its strongest link.

    `entities` has the entity of each row. As in the queue of a store, a pair of entities waits if
    a link between the two waits, unless a decision keeps any of their records apart.
    """
    first, second = (entities[side].astype(np.int64) for side in (links.left, links.right))
    between = np.flatnonzero(first != second)
    low, high = np.minimum(first, second)[between], np.maximum(first, second)[between]
    pair = low * len(entities) + high
    order = np.lexsort((-links.score[between], pair))
    pair, indices = pair[order], between[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    if not len(starts):
        return np.zeros(0, dtype=np.float64)
    is_settled = np.logical_or.reduceat(links.outcome[indices] == Outcome.APART, starts)
    waiting: npt.NDArray[np.float64] = links.score[indices[starts[~is_settled]]]
    return waiting
