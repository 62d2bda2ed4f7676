"""Data model of review: frozen rows exchanged with pages and commands, without logic.

View models of the pair and entity pages: frozen rows without logic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from resolver.records.labels import ADMINISTRATIVE
from resolver.records.results.explanation import AlignedPart, EvidenceRow
from resolver.records.results.resolution import Band
from resolver.records.visibility import Viewer


def json_fields(row: Any, renamed: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a dataclass for JSON; `renamed` maps fields to keys of the interface."""
    return {renamed.get(name, name): value for name, value in asdict(row).items()}


class StewardVerdict(StrEnum):
    """Verdict of a steward on two entities."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    RED = "red"
    """Same person under unlawfully different identities; counts once two stewards agree."""

    @property
    def is_merge(self) -> bool:
        """True if the verdict puts both into one entity."""
        return self in (StewardVerdict.SAME, StewardVerdict.RED)


class QueueReason(StrEnum):
    """Reason for which two entities wait for a steward."""

    BORDERLINE = "borderline"
    """Score between the two thresholds."""
    CONTRADICTION = "contradiction"
    """Two of their records match, or the two as wholes, yet something keeps them apart."""
    AMBIGUOUS = "ambiguous"
    """One of the two also matches a third entity, which contradicts the other."""
    MOVED = "moved"
    """Decided different, but new evidence has since moved the score into a higher band."""
    REOPENED = "reopened"
    """Decided, but a record has since changed so much that it may be somebody else."""
    RED = "red"
    """Red verdict of one steward, waiting for a second one."""
    SECOND = "second"
    """Decision that by rule waits for a second steward."""
    UNSURE = "unsure"
    """Left unsure by a steward."""
    SAMPLE = "sample"
    """Drawn because its judgement teaches the model most."""
    BLIND = "blind"
    """Decided before; shown blind to another steward to measure agreement."""


@dataclass(frozen=True, slots=True)
class Steward:
    """Person at the desk: `name` as the log shows it, their agency, and their scopes: `review`
    (steward of the hub), `admin` (sees everything).
    """

    name: str
    agency: str = ""
    scopes: frozenset[str] = frozenset({"review"})

    @property
    def viewer(self) -> Viewer:
        """Viewer whose visibility rules apply to this steward."""
        return Viewer(self.name, self.agency, self.scopes)


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of the queue; an empty text does not filter.

    `kind`: person, group or asset; `source`: name of a list; `agency`: as its source names it;
    scores in 0…1; `script`: ISO 15924 code (such as `Arab`) of a name on either side; `assigned`:
    name of a steward, or `nobody`; `waiting_days`: waits for as many days or more (0: any time).
    """

    kind: str = ""
    source: str = ""
    agency: str = ""
    score_from: float = 0.0
    score_to: float = 1.0
    script: str = ""
    reason: str = ""
    assigned: str = ""
    waiting_days: int = 0


@dataclass(frozen=True, slots=True)
class Party:
    """Side of a pair in the queue. `id` is that of the entity, or of a record in a blind recheck;
    `scripts` are the ISO 15924 codes of its names, `dates` those of its birth, foundation or
    building (ISO or EDTF), `countries` the English names of the countries it is tied to.
    """

    id: str
    caption: str
    kind: str
    sources: tuple[str, ...]
    agencies: tuple[str, ...]
    records: int
    scripts: tuple[str, ...]
    dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueItem:
    """Two entities that wait for a decision.

    `score`, `logodds` (thousandths) and `band` are those of the two entities, and `record_score` is
    that of their strongest pair of records alone (`left_record`, `right_record`; None in a blind
    recheck); `pairs` counts the pairs of records behind it. `priority`
    orders the queue, highest first. `why` explains the reason in a sentence. `key` names the place
    in the queue (for `after`), `position` is that place by numbers. `recheck` is the id of the
    decision under blind recheck, else empty; pass it on with the decision. `holder` is the steward
    who has the pair open. `dates_contradict`: no date of one side can be that of the other.
    """

    key: str
    left: Party
    right: Party
    left_record: str
    right_record: str
    score: float
    logodds: int
    band: Band
    pairs: int
    priority: int
    reason: QueueReason
    why: str
    since: str
    assigned: str
    holder: str
    recheck: str = ""
    position: tuple[int, int, int] = (0, 0, 0)
    dates_contradict: bool = False
    record_score: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the item for JSON."""
        fields = json_fields(self, {"priority": "worth", "holder": "held_by"})
        # it counts the entities of the store
        del fields["position"]
        # rechecks are offered to one steward at a time, not listed; programs know the key as 0
        del fields["recheck"]
        return {**fields, "again": 0}


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Page of the queue: items, number of items under the filters, start of waiting of the oldest
    (UTC text; empty: none) and its age in seconds, key to go on from (empty: last page), and
    revision of the store.

    `is_stale` means that the store cannot be written, so the queue may be behind.
    """

    items: tuple[QueueItem, ...]
    total: int
    oldest: str
    oldest_age: float
    next_key: str
    revision: int
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class PairSnapshot:
    """State of a pair as it was shown to a steward; comes with `PairView` and goes back with the
    decision.

    `left` and `right` are entity ids; the digests identify the record versions that each held.
    `is_score_hidden` means that the score was not shown.
    """

    revision: int
    left: str
    right: str
    left_digest: str
    right_digest: str
    left_records: tuple[str, ...]
    right_records: tuple[str, ...]
    score: float
    logodds: int
    band: str
    model: str
    is_score_hidden: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the snapshot for a form."""
        return {
            **json_fields(self, {"revision": "version", "is_score_hidden": "hidden"}),
            "left_records": list(self.left_records),
            "right_records": list(self.right_records),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> PairSnapshot:
        """Read a snapshot back from a form. Raises `KeyError`, `TypeError` or `ValueError` for
        other input.
        """
        return cls(
            int(fields["version"]),
            str(fields["left"]),
            str(fields["right"]),
            str(fields["left_digest"]),
            str(fields["right_digest"]),
            tuple(map(str, fields["left_records"])),
            tuple(map(str, fields["right_records"])),
            float(fields["score"]),
            int(fields["logodds"]),
            str(fields["band"]),
            str(fields["model"]),
            bool(fields.get("hidden", False)),
        )


class DecisionStatus(StrEnum):
    """Current effect of a decision in the log."""

    ACTIVE = "stands"
    WAITING = "waits"
    """Waiting for another steward to confirm it."""
    REPLACED = "replaced"
    """Overridden by a later decision on the same pair."""
    UNDONE = "undone"
    REOPENED = "reopened"
    """A record has changed materially since; *same* joins nothing, *different* keeps apart."""


@dataclass(frozen=True, slots=True)
class DecisionView:
    """Decision as pages show it.

    `decided_at` is a UTC text; `undoes` is the id of the decision that it takes back, or empty;
    `reopened` says how its records have changed since (empty: they have not); `relation` is a
    sentence on the two groups, or empty. Numbers count all decisions of the log, so only commands
    show them: its own, that of the decision it takes back (or 0), and those of the decisions taken
    in the same act (of a split, for example).
    """

    id: str
    number: int
    left_record: str
    right_record: str
    verdict: StewardVerdict
    steward: str
    decided_at: str
    reason: str
    comment: str
    status: DecisionStatus
    undoes: str = ""
    undone_number: int = 0
    act_numbers: tuple[int, ...] = ()
    reopened: str = ""
    relation: str = ""

    @property
    def label(self) -> str:
        """Verdict in a word, or `undo`: the log then repeats the verdict of before."""
        return "undo" if self.undoes else str(self.verdict)

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the decision for the JSON of commands."""
        renamed = {
            "steward": "who",
            "decided_at": "when",
            "status": "standing",
            "undoes": "undoes_id",
            "undone_number": "undoes",
            "act_numbers": "together",
        }
        return json_fields(self, renamed)


class DecisionState(StrEnum):
    """Result state of a new decision."""

    DONE = "done"
    """Effective; the store reflects it."""
    WAITING = "waits"
    """Logged; takes effect once another steward confirms it."""
    NOTED = "noted"
    """Logged as unsure; the pair moves down the queue."""


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """Result of a decision: ids of the logged decisions (undo takes the first), revision of the
    store, ids of changed entities, id of the entity that both now belong to (empty: they are two),
    a message, the reasons why a second steward is needed, and the decisions' numbers, for commands.
    """

    state: DecisionState
    ids: tuple[str, ...]
    revision: int
    changed_entities: tuple[str, ...]
    entity: str
    message: str
    second_reasons: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the outcome for the JSON of commands."""
        renamed = {
            "revision": "version",
            "changed_entities": "changed",
            "second_reasons": "waits",
        }
        return json_fields(self, renamed)


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """Result of one verdict on several pairs: outcomes of the accepted ones, and (left, right,
    reason) of the refused ones.
    """

    done: tuple[DecisionOutcome, ...]
    refused: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Line of an entity's timeline.

    `kind` is an event (born, grew, shrank, merged, split, revived, dissolved), `decision`, or
    `list` (a version of a list that contains it). `other` is the other entity, or empty; `decision`
    its number, which is not shown, or 0; `decision_id` its id; `is_undoable` whether it can be
    undone.
    """

    at: str
    revision: int
    kind: str
    text: str
    actor: str = ""
    other: str = ""
    decision: int = 0
    decision_id: str = ""
    is_undoable: bool = False


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
