"""What the report shows, ready to be written out: counts and a bounded number of examples, whatever the size of the
run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from resolver.records.results.explanation import Explanation
from resolver.records.results.resolution import RuleStat, StageStat


class Rejected(Protocol):
    """A row, or a value of one, that was not taken (`resolver.ingest.reader_types.Reject`)."""

    @property
    def file(self) -> str:
        """The file, as messages name it."""

    @property
    def line(self) -> int:
        """The line, 1-based, or 0."""

    @property
    def reason(self) -> str:
        """Why."""


class ListRead(Protocol):
    """A list that was read (`resolver.ingest.reader_types.ListInfo`)."""

    @property
    def label(self) -> str:
        """How messages name the list."""

    @property
    def format(self) -> str:
        """The name of its format."""

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources its records are of."""

    @property
    def version(self) -> str:
        """When it was made, as it says itself, or empty."""

    @property
    def records(self) -> int:
        """How many records it gave."""

    @property
    def rejects(self) -> int:
        """How many of its rows were not taken."""

    @property
    def deduplicated(self) -> bool:
        """Whether it declares that no two of its entries are the same."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of the first paragraph. `entities_of`: kind → entities; `shared`: entities known to two sources or
    more."""

    records: int
    sources: int
    entities: int
    entities_of: Mapping[str, int]
    merged_entities: int
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
        """Records that describe an entity which another record describes too, beyond the first of each."""
        return self.records - self.entities


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source and kind. `entities`: distinct ones; `shared`: those another source knows too; `queued`: records in
    a pair that waits for a steward."""

    source: str
    kind: str
    records: int
    entities: int
    shared: int
    queued: int

    @property
    def repeated(self) -> int:
        """Records that repeat another record of the same source and kind."""
        return self.records - self.entities


@dataclass(frozen=True, slots=True)
class Overlap:
    """Entities that two sources both know. `counts[i][j]`; the diagonal is all entities of a source. `left_out`:
    sources that the picture has no room for."""

    sources: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Scored pairs in equal bins of the score from 0 to 1, and the scores at which the bands begin."""

    bins: tuple[int, ...]
    review_from: float
    match_from: float


@dataclass(frozen=True, slots=True)
class Fact:
    """One property of a record: its label, a few of its values, how many more there are, and which of them the other
    side has too (empty where there is no other side)."""

    label: str
    values: tuple[str, ...]
    more: int = 0
    shared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Side:
    """A record as it is shown."""

    id: str
    source: str
    caption: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PairCard:
    """A pair in review, its values in rows of (label, left fact, right fact)."""

    left: Side
    right: Side
    score: float
    rows: tuple[tuple[str, Fact | None, Fact | None], ...]
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A record of an entity and the strongest link that holds it there (partner's id and score; none where nothing
    does)."""

    side: Side
    partner: str = ""
    score: float = 0.0
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterCard:
    """One of the largest entities: some of its records, and how many more there are."""

    caption: str
    kind: str
    size: int
    sources: tuple[str, ...]
    members: tuple[Member, ...]

    @property
    def more(self) -> int:
        """Records that are not shown."""
        return self.size - len(self.members)


@dataclass(frozen=True, slots=True)
class RejectGroup:
    """Rows and values rejected for one reason: how many, and the first of them."""

    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that the report says. `lists`, `withdrawn` and `warnings` are cut; `more_lists` counts those cut
    off."""

    title: str
    totals: Totals
    sources: tuple[SourceRow, ...]
    overlap: Overlap
    scores: Scores
    sizes: tuple[tuple[str, int], ...]
    borderline: tuple[PairCard, ...]
    clusters: tuple[ClusterCard, ...]
    rules: tuple[RuleStat, ...]
    stages: tuple[StageStat, ...]
    rejects: tuple[RejectGroup, ...]
    lists: tuple[ListRead, ...]
    withdrawn: tuple[str, ...]
    warnings: tuple[str, ...]
    plan: str
    stamp: Mapping[str, str]
    run: Mapping[str, str] = field(default_factory=dict)
    more_lists: int = 0
