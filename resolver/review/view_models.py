"""View models of the pair and entity pages: frozen rows without logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from resolver.records.labels import ADMINISTRATIVE
from resolver.records.results.explanation import AlignedPart, EvidenceRow
from resolver.records.results.resolution import Band
from resolver.review.models import (
    DecisionView,
    PairSnapshot,
    Party,
    QueueReason,
    json_fields,
)


class Mark(StrEnum):
    """Relation of a value, or property, of one side to the other side."""

    AGREES = "agrees"
    """Stated on both sides."""
    CONTRADICTED = "contradicted"
    """Other side states something that cannot be true as well."""
    DIFFERS = "differs"
    """Other side states something else; both may be true."""
    OMITTED = "omitted"
    """Other side states nothing for this property."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Origin of a value: record, list, agency, and date of list or record (ISO, may be empty)."""

    record: str
    source: str
    agency: str
    date: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """Value of one side: `text` as written, its `latin` transliteration (empty for Latin script),
    reading direction, and `forms`, its other spellings.
    """

    text: str
    latin: str
    is_rtl: bool
    mark: Mark
    forms: tuple[str, ...]
    statements: tuple[Statement, ...]
    stated_as: str = ""
    """Label of the property that states it, if that is another one than the row's."""


@dataclass(frozen=True, slots=True)
class AttributeView:
    """Property of both sides, with a label for people. `mark` is AGREES where any value is on both
    sides, or comparisons find that the values agree (`is_partial`: in part).
    """

    prop: str
    label: str
    mark: Mark
    left: tuple[ValueView, ...]
    right: tuple[ValueView, ...]
    is_partial: bool = False

    @property
    def is_administrative(self) -> bool:
        """Whether it is about the entry in a list rather than about who or what is listed."""
        return self.prop in ADMINISTRATIVE


@dataclass(frozen=True, slots=True)
class NameView:
    """Best supported pair of names, word by word: texts as written, with transliterations (empty
    for Latin script).
    """

    left: str
    right: str
    left_latin: str
    right_latin: str
    parts: tuple[AlignedPart, ...]


@dataclass(frozen=True, slots=True)
class WaterfallStep:
    """Step of the waterfall: evidence row, and running sum (thousandths) before and after it."""

    row: EvidenceRow
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class EvidenceWaterfall:
    """Evidence of the strongest pair of records, whose steps sum to `logodds` (thousandths)
    exactly, and `summary` in a sentence. `names` says how far the names agree. `is_compared` states
    whether blocking pairs the two records in the store, so that the score counted.
    """

    left_record: str
    right_record: str
    steps: tuple[WaterfallStep, ...]
    logodds: int
    score: float
    band: Band
    is_compared: bool
    summary: str
    names: str


@dataclass(frozen=True, slots=True)
class SideView:
    """Side of a pair: entity, records, birth date, and contradicting values by label."""

    party: Party
    records: tuple[Statement, ...]
    birth_date: str
    conflicts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another entity that one side may be, by the strongest pair of records with it and its
    outcome.
    """

    id: str
    caption: str
    score: float
    logodds: int
    outcome: str


@dataclass(frozen=True, slots=True)
class PairView:
    """Content of the page of a pair.

    `snapshot` goes back with the decision. `is_blind` marks a blind recheck, without score and
    decisions. `second_reasons` explain why a decision would by rule take a second steward;
    `stated_difference` is a sentence where a list states that the two differ, else empty.
    """

    left: SideView
    right: SideView
    attributes: tuple[AttributeView, ...]
    names: NameView | None
    evidence: EvidenceWaterfall | None
    left_others: tuple[Candidate, ...]
    right_others: tuple[Candidate, ...]
    decisions: tuple[DecisionView, ...]
    reason: QueueReason | None
    why: str
    second_reasons: tuple[str, ...]
    holder: str
    snapshot: PairSnapshot
    is_blind: bool = False
    stated_difference: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Entity as a set of records; `id` is empty for an entity that does not exist yet."""

    id: str
    caption: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldenChange:
    """Values of one property of the golden record before and after a decision."""

    prop: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionPreview:
    """Effect of a decision: affected entities before and after, changes of the golden record of the
    largest one, contradicting values by label, and reasons why a second steward is needed.

    `logged_on`: pairs of records that a merge is logged on, whose viewers will see it; empty where
    everybody may see all records that it unites.
    """

    before: tuple[Cluster, ...]
    after: tuple[Cluster, ...]
    golden: tuple[GoldenChange, ...]
    conflicts: Mapping[str, tuple[str, ...]]
    second_reasons: tuple[str, ...] = ()
    logged_on: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the preview for JSON."""
        return json_fields(self, {"second_reasons": "waits"})
