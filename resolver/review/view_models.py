"""What the pages of a pair show: plain frozen rows. No logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from resolver.records.results.explanation import AlignedPart, EvidenceRow
from resolver.records.results.resolution import Band
from resolver.review.models import (
    DecisionView,
    Party,
    Reason,
    Seen,
)


class Mark(StrEnum):
    """How a value, or a property, of one side stands to the other side."""

    AGREES = "agrees"
    """Both say it."""
    CONTRADICTED = "contradicted"
    """The other side says something that cannot be true as well."""
    DIFFERS = "differs"
    """The other side says something else; both may be true."""
    OMITTED = "omitted"
    """The other side says nothing of this."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Who says a value: record, list, agency, and the date of the list or record (ISO, may be empty)."""

    record: str
    source: str
    agency: str
    date: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """One value of one side. `text` as written; `latin` its transliteration where it is in another script, else empty;
    `rtl`: it reads from right to left; `forms`: the other ways it is written."""

    text: str
    latin: str
    rtl: bool
    mark: Mark
    forms: tuple[str, ...]
    stated: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class AttributeView:
    """One property of both sides, with a label for people. `mark`: agrees where a value is on both sides."""

    prop: str
    label: str
    mark: Mark
    left: tuple[ValueView, ...]
    right: tuple[ValueView, ...]


@dataclass(frozen=True, slots=True)
class NameView:
    """The best supported pair of names, word by word. The texts as written, with transliterations where they are in
    another script (else empty)."""

    left: str
    right: str
    left_latin: str
    right_latin: str
    parts: tuple[AlignedPart, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall: an evidence row, and the sum (thousandths) before and after it."""

    row: EvidenceRow
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Why the strongest pair of records gets its score: the steps sum to `logodds` (thousandths) exactly. `compared`:
    whether blocking brings the two records together in the store, so that the score counted."""

    left_record: str
    right_record: str
    steps: tuple[Step, ...]
    logodds: int
    score: float
    band: Band
    compared: bool


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a pair: the entity, its records, when it was born, its list versions."""

    party: Party
    records: tuple[Statement, ...]
    birth_date: str
    conflicts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another entity that one side may be: the strongest pair of records with it, and what became of that."""

    id: str
    caption: str
    score: float
    logodds: int
    outcome: str


@dataclass(frozen=True, slots=True)
class PairView:
    """All that the page of a pair shows; see the fields' types. `seen` goes back with the decision. `blind`: looked at
    again, so neither score nor decisions are given. `needs_second`: why it would take another steward, by rule."""

    left: SideView
    right: SideView
    attributes: tuple[AttributeView, ...]
    names: NameView | None
    evidence: Waterfall | None
    left_others: tuple[Candidate, ...]
    right_others: tuple[Candidate, ...]
    decisions: tuple[DecisionView, ...]
    reason: Reason | None
    why: str
    needs_second: tuple[str, ...]
    held_by: str
    seen: Seen
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """An entity as a set of records; `id` is empty where it is not born yet."""

    id: str
    caption: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldenChange:
    """What one property of the golden record says before (of each side, as one list) and after."""

    prop: str
    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision would do: the entities it touches as they are and as they would be (those that stay as they are
    left out), what the golden record of the largest part would say, and values that would contradict one another."""

    before: tuple[Cluster, ...]
    after: tuple[Cluster, ...]
    golden: tuple[GoldenChange, ...]
    conflicts: Mapping[str, tuple[str, ...]]
    waits: tuple[str, ...] = ()
