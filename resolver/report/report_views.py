"""Data of the report's tools: thresholds, patterns of agreement, graphs of entities."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.records.results.evidence_summary import EvidenceOutcome


@dataclass(frozen=True, slots=True)
class ReportThresholds:
    """Scores at which the bands of a run begin, and those from which it merges (None: `match`) and
    pairs wait for a steward (`queue`).
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
    these joins are expected to be wrong. `reviews`: pairs of entities to review, and `matches`
    among them that are expected. `missed`: expected matches among the pairs left apart unseen.
    """

    merges: int
    wrong: float
    reviews: int
    matches: float
    missed: float


@dataclass(frozen=True, slots=True)
class ThresholdSetting:
    """Merge and queue threshold (scores), and the figures under them.

    `costs`: that of a wrong merge, in reviews, that gives both; None if none does.
    """

    merge_from: float
    review_from: float
    figures: ThresholdFigures
    costs: int | None = None


@dataclass(frozen=True, slots=True)
class ThresholdTool:
    """Figures under each merge and each review threshold, `grid[merge][review]`.

    `settings`: those to show as a table; `own`: that of the run. `knows_below`: False where pairs
    below the review threshold of the run were not counted.
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
    """Pattern of agreement: outcome by topic, and the pairs that have it, by band."""

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
    """Most frequent patterns of each band. `hidden`, `hidden_pairs`: patterns not shown, and the
    pairs that have them.
    """

    rows: tuple[PatternRow, ...]
    hidden: int
    hidden_pairs: int


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """Link between two nodes, by their numbers from 0.

    `is_bridge`: without it the entity falls in two. `is_weakest`: it is the weakest link that the
    entity needs to hang together, and weak.
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
