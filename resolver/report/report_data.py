"""Data of reports: counts and a bounded number of examples, however large the run.

Most classes are parts of the report of a run (`ReportData`); the last two make the report of a
screening.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from resolver.records.results.explanation import EvidenceOutcome, Explanation
from resolver.records.results.resolution import ReviewForecast, RuleStat, StageStat


@dataclass(frozen=True, slots=True)
class ReportThresholds:
    """Scores at which the bands of a run begin, the score from which it merges (None: `match`), and
    the score from which pairs wait for a steward (`queue`).
    """

    review: float = 0.05
    match: float = 0.95
    merge_at: float | None = None
    queue: float = 0.225

    @property
    def merge(self) -> float:
        """Score from which pairs merge."""
        return self.match if self.merge_at is None else self.merge_at


@dataclass(frozen=True, slots=True)
class ThresholdFigures:
    """Figures under two thresholds.

    `merges`: records merged without review, beyond the first of each entity; `wrong`: how many of
    these joins are expected to be wrong. `reviews`: pairs of entities to review; `matches`:
    expected matches among them. `missed`: expected matches among the pairs that stay apart without
    a review.
    """

    merges: int
    wrong: float
    reviews: int
    matches: float
    missed: float


@dataclass(frozen=True, slots=True)
class ThresholdSetting:
    """Merge and queue threshold (scores), and the figures under these thresholds.

    `costs`: the cost of a wrong merge, in reviews, that gives both thresholds; None if no cost
    does.
    """

    merge_from: float
    review_from: float
    figures: ThresholdFigures
    costs: int | None = None


@dataclass(frozen=True, slots=True)
class ThresholdTool:
    """Figures under each merge and each review threshold, `grid[merge][review]`.

    `settings`: settings to show as a table; `own`: the setting of the run. `knows_below`: False if
    pairs below the review threshold of the run were not counted.
    """

    merge_thresholds: tuple[float, ...]
    review_thresholds: tuple[float, ...]
    grid: tuple[tuple[ThresholdFigures, ...], ...]
    settings: tuple[ThresholdSetting, ...]
    own: ThresholdSetting
    knows_below: bool


@dataclass(frozen=True, slots=True)
class PatternExample:
    """Pair of records of a pattern: captions, ids, and the score of the pair."""

    left: str
    left_id: str
    right: str
    right_id: str
    score: float
    band: str


@dataclass(frozen=True, slots=True)
class PatternRow:
    """Pattern of agreement: the outcome of each topic, and the number of pairs with this pattern,
    by band.
    """

    kind: str
    outcomes: tuple[tuple[str, EvidenceOutcome], ...]
    match: int
    review: int
    distinct: int
    mean_score: float
    examples: tuple[PatternExample, ...]

    @property
    def pairs(self) -> int:
        """Number of pairs in all bands."""
        return self.match + self.review + self.distinct


@dataclass(frozen=True, slots=True)
class PatternFigures:
    """Most frequent patterns of each band. `hidden` and `hidden_pairs`: number of patterns that are
    not shown, and of their pairs.
    """

    rows: tuple[PatternRow, ...]
    hidden: int
    hidden_pairs: int


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """Link between two nodes, by their numbers from 0.

    `is_bridge`: if the link is removed, the entity falls in two. `is_weakest`: it is the weakest
    link that holds the entity together, and it is weak.
    """

    left: int
    right: int
    score: float
    is_bridge: bool
    is_weakest: bool


@dataclass(frozen=True, slots=True)
class EntityGraph:
    """Records of an entity as nodes, in the order in which they lie on a circle, and their links.

    `nodes`: captions. `hidden_links`: links that are not drawn.
    """

    nodes: tuple[str, ...]
    edges: tuple[GraphEdge, ...]
    hidden_links: int = 0


class RejectedItem(Protocol):
    """Row, or value of a row, that was not read (`resolver.lists.reader_types.Reject`)."""

    @property
    def file(self) -> str:
        """File, as messages name it."""

    @property
    def line(self) -> int:
        """Line, 1-based, or 0."""

    @property
    def reason(self) -> str:
        """Reason of the rejection."""


class ListSummary(Protocol):
    """Summary of a list that was read (`resolver.lists.reader_types.ListInfo`)."""

    @property
    def label(self) -> str:
        """Name of the list in messages."""

    @property
    def format(self) -> str:
        """Name of its format."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of its records."""

    @property
    def version(self) -> str:
        """Date of its publication as stated in the list, or empty."""

    @property
    def records(self) -> int:
        """Number of records read."""

    @property
    def rejects(self) -> int:
        """Number of rows that were not read."""

    @property
    def deduplicated(self) -> bool:
        """True if the list is declared free of duplicates."""


@dataclass(frozen=True, slots=True)
class IntakeSummary:
    """Result of reading the lists.

    `withdrawn`: record ids that a newer version of a list no longer contains. `collapsed`: rows
    equal to another row of the same list.
    """

    rejects: Sequence[RejectedItem] = ()
    lists: Sequence[ListSummary] = ()
    withdrawn: Sequence[str] = ()
    collapsed: int = 0
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of the first paragraph of the report.

    `entities_of`: kind → number of entities. `shared`: number of entities that are on two or more
    sources.
    """

    records: int
    sources: int
    entities: int
    entities_of: Mapping[str, int]
    shared: int
    candidate_pairs: int
    matched: int
    queued: int
    apart: int
    rejects: int
    collapsed: int
    withdrawn: int

    @property
    def merged_away(self) -> int:
        """Number of records beyond the first of each entity."""
        return self.records - self.entities


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Counts of one source and kind.

    `entities`: number of distinct entities. `shared`: entities that another source has too.
    `queued`: records in a pair that waits for review.
    """

    source: str
    kind: str
    records: int
    entities: int
    shared: int
    queued: int

    @property
    def repeated(self) -> int:
        """Number of records beyond the first of each entity in this source and kind."""
        return self.records - self.entities


@dataclass(frozen=True, slots=True)
class SourceOverlap:
    """Number of entities that two sources have in common, `counts[i][j]`.

    The diagonal has the number of all entities of a source. `left_out`: number of sources not
    shown.
    """

    sources: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class ScoreDistribution:
    """Number of scored pairs in equal bins of the score from 0 to 1, the score from which pairs
    wait, and the score from which they match.
    """

    bins: tuple[int, ...]
    review_from: float
    match_from: float


@dataclass(frozen=True, slots=True)
class Fact:
    """Property of a record.

    `values`: the first few values; `hidden_count`: number of the other values. `shared`: values
    that the other side of a pair also has.
    """

    label: str
    values: tuple[str, ...]
    hidden_count: int = 0
    shared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """Record as shown in the report."""

    id: str
    source: str
    caption: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PairCard:
    """Pair in review; its values are rows of (label, left fact, right fact)."""

    left: ReportRecord
    right: ReportRecord
    score: float
    rows: tuple[tuple[str, Fact | None, Fact | None], ...]
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class ClusterMember:
    """Record of an entity, with its strongest link: id and score of the partner (empty if there is
    no link).
    """

    record: ReportRecord
    partner: str = ""
    score: float = 0.0
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterCard:
    """Entity and some of its records, which are the nodes of its graph.

    `weakest`: explanation of the weakest link that holds the entity together.
    """

    caption: str
    kind: str
    size: int
    sources: tuple[str, ...]
    members: tuple[ClusterMember, ...]
    graph: EntityGraph
    weakest: Explanation | None = None

    @property
    def hidden_count(self) -> int:
        """Number of records that are not shown."""
        return self.size - len(self.members)


@dataclass(frozen=True, slots=True)
class RejectGroup:
    """Rows and values rejected for one reason: number and first examples."""

    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportData:
    """Contents of the report.

    `lists`, `withdrawn` and `warnings` are truncated; `hidden_lists`: number of lists not shown.
    `forecast`: work of review, if it is to be shown. `patterns`: None if patterns were not counted.
    `uncompared`: number of records that purging left without a pair, if they were counted.
    """

    title: str
    totals: Totals
    sources: tuple[SourceRow, ...]
    overlap: SourceOverlap
    scores: ScoreDistribution
    sizes: tuple[tuple[str, int], ...]
    borderline: tuple[PairCard, ...]
    clusters: tuple[ClusterCard, ...]
    weak_clusters: tuple[ClusterCard, ...]
    thresholds: ThresholdTool
    patterns: PatternFigures | None
    rules: tuple[RuleStat, ...]
    stages: tuple[StageStat, ...]
    rejects: tuple[RejectGroup, ...]
    lists: tuple[ListSummary, ...]
    withdrawn: tuple[str, ...]
    warnings: tuple[str, ...]
    plan: str
    stamp: Mapping[str, str]
    run: Mapping[str, str] = field(default_factory=dict)
    hidden_lists: int = 0
    uncompared: int | None = None
    forecast: ReviewForecast | None = None


@dataclass(frozen=True, slots=True)
class ReportedHit:
    """Hit in the report of a screening; `stated` are the values of its subject beside the name."""

    stated: str
    caption: str
    entity_id: str
    score: float
    band: str
    reason: str
    sources: tuple[str, ...]
    not_compared: tuple[str, ...]
    status: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScreeningSummary:
    """Report of a screening: the numbers of subjects, of subjects with hits and of hits, and the
    revision of the store. `shown` has the hits of the first subjects, by the subject's name.
    """

    title: str
    subjects: int
    subjects_with_hits: int
    hits: int
    revision: int
    shown: Mapping[str, Sequence[ReportedHit]]
