"""Data model of review: frozen rows without logic, which review exchanges with pages and commands.

The module reads in this order: verdicts, stewards and filters; rows of the queue; decisions, their
outcomes and the timeline of an entity; rows of the page of a pair (`PairView`); preview of a
decision. Methods `to_json` give the keys of the public interface, which differ from some field
names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from resolver.records.decisions import Decision
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
        """True if the verdict joins the two into one entity."""
        return self in (StewardVerdict.SAME, StewardVerdict.RED)


@dataclass(frozen=True, slots=True)
class LinkBasis:
    """Who answers for a link, by which law, and the last day on which it holds (`2027-06-30`)."""

    authority: str = ""
    legal_basis: str = ""
    expires: str = ""

    @classmethod
    def of(cls, decision: Decision) -> LinkBasis:
        """Return the facts that a decision in the log states."""
        return cls(decision.authority, decision.legal_basis, decision.expires)


NO_LINK_BASIS = LinkBasis()


class QueueReason(StrEnum):
    """Reason for which two entities wait for a steward."""

    BORDERLINE = "borderline"
    """Score between the two thresholds."""
    CONTRADICTION = "contradiction"
    """Two records match, or the two entities match, but other evidence keeps them apart."""
    AMBIGUOUS = "ambiguous"
    """One of the two also matches a third entity, and that entity contradicts the other."""
    MOVED = "moved"
    """Decided different, but new evidence has since moved the score into a higher band."""
    REOPENED = "reopened"
    """Decided, but a record has since changed so much that it may be about somebody else."""
    RED = "red"
    """Red verdict of one steward, waiting for a second one."""
    SECOND = "second"
    """Decision that needs a second steward by a rule of the desk."""
    UNSURE = "unsure"
    """Left unsure by a steward."""
    SAMPLE = "sample"
    """Picked because its verdict would improve the model most."""
    BLIND = "blind"
    """Decided before; shown to another steward without the verdict, to measure agreement."""


@dataclass(frozen=True, slots=True)
class Steward:
    """Person at the desk: `name` as the log shows it, agency and scopes.

    Scope `review` is a steward of the hub; scope `admin` sees everything.
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

    - `kind`: person, group or asset.
    - `source`: name of a list; `agency`: name of the agency as its list states it.
    - `score_from`, `score_to`: limits of the score, 0…1.
    - `script`: ISO 15924 code (such as `Arab`) of a name on either side.
    - `assigned`: name of a steward, or `nobody`.
    - `waiting_days`: the pair has waited for this number of days or more (0: any time).
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
    """Side of a pair in the queue.

    `id` is the id of the entity; in a blind recheck, of the record. `scripts` are the ISO 15924
    codes of its names. `dates` are the dates of birth, foundation or building (ISO or EDTF).
    `countries` are the English names of all countries that it states.
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

    - `score`, `logodds` (thousandths), `band`: comparison of the two entities.
    - `left_record`, `right_record`: their strongest pair of records. `record_score` is the score of
      these two records alone (None in a blind recheck). `pairs` counts all pairs of records with a
      link.
    - `priority`: orders the queue, highest first. `why` explains `reason` in a sentence.
    - `key`: position in the queue as a text, for `after`; `position`: the same position in numbers.
    - `recheck`: id of the decision under blind recheck, else empty. Pass it on with the decision.
    - `holder`: steward who has the pair open.
    - `dates_contradict`: no date of one side can be a date of the other side.
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
        # the numbers of the position would reveal how many entities the store has
        del fields["position"]
        # a recheck is offered to one steward at a time and is never listed; programs expect the key
        # `again` with 0
        del fields["recheck"]
        return {**fields, "again": 0}


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Page of the queue.

    `total` counts all items that pass the filters. `oldest` is the time since which the oldest of
    them waits (UTC text; empty: none), and `oldest_age` its age in seconds. Pass `next_key` on as
    `after` to get the next page (empty: last page). `is_stale` means that the store cannot be
    written, so the queue may be out of date.
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
    """State of a pair as a steward saw it. It comes with `PairView` and goes back with the
    decision.

    `left` and `right` are entity ids, and the digests identify the record versions of each entity.
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
        left, right = str(fields["left"]), str(fields["right"])
        left_records = tuple(map(str, fields["left_records"]))
        right_records = tuple(map(str, fields["right_records"]))
        if any("\x00" in name for name in (left, right, *left_records, *right_records)):
            raise ValueError("an id holds no NUL character")
        return cls(
            int(fields["version"]),
            left,
            right,
            str(fields["left_digest"]),
            str(fields["right_digest"]),
            left_records,
            right_records,
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
    """A record has changed materially since. *Same* no longer merges; *different* still holds."""


@dataclass(frozen=True, slots=True)
class DecisionView:
    """Decision as pages show it.

    - `decided_at`: UTC text.
    - `undoes`: id of the decision that it undoes, or empty.
    - `reopened`: how its records have changed since; empty if they have not.
    - `relation`: a sentence on how the two groups are related, or empty.
    - `authority`, `legal_basis`, `expires`: as of `LinkBasis`.
    - `number`, `undone_number` (0: none), `act_numbers`: numbers of this decision, of the decision
      that it undoes, and of all decisions of the same act, such as a split. Numbers count all
      decisions of the log, so only commands show them.
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
    authority: str = ""
    legal_basis: str = ""
    expires: str = ""

    @property
    def label(self) -> str:
        """Verdict in a word; `undo` for an undo, although its log entry repeats an earlier
        verdict.
        """
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
    """Logged; it takes effect once another steward confirms it."""
    NOTED = "noted"
    """Logged as unsure; the pair moves down the queue."""


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """Result of a decision.

    - `ids`: ids of the logged decisions; to undo them all, give the first. `numbers` are their
      numbers, for commands.
    - `revision`: revision of the store; `changed_entities`: ids of the entities that changed.
    - `entity`: id of the entity to which both sides now belong; empty if they are two entities.
    - `second_reasons`: reasons why a second steward must confirm it.
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
    """Result of one verdict on several pairs.

    `done` has the outcome of each accepted pair, and `refused` has (left, right, reason) for each
    refused pair.
    """

    done: tuple[DecisionOutcome, ...]
    refused: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Line of an entity's timeline.

    `kind` is an event (born, grew, shrank, merged, split, revived, dissolved), `decision`, or
    `list` (a version of a list with a record of the entity). `other` is the id of the other entity,
    or empty. For a decision, `decision_id` is its id, `decision` its number, which pages do not
    show, and `is_undoable` whether it can be undone.
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
    """The other side states something that cannot be true as well."""
    DIFFERS = "differs"
    """The other side states something else; both may be true."""
    OMITTED = "omitted"
    """The other side states nothing for this property."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Origin of a value: record, list, agency, and date of list or record (ISO, may be empty)."""

    record: str
    source: str
    agency: str
    date: str


@dataclass(frozen=True, slots=True)
class ValueView:
    """Value of one side.

    `text` is the value as written, and `latin` its transliteration (empty for Latin script).
    `is_rtl`: it is read from right to left. `forms` are its other spellings.
    """

    text: str
    latin: str
    is_rtl: bool
    mark: Mark
    forms: tuple[str, ...]
    statements: tuple[Statement, ...]
    stated_as: str = ""
    """Label of the property that states it, if it differs from the property of the row."""


@dataclass(frozen=True, slots=True)
class AttributeView:
    """Property of both sides, with a label for people.

    `mark` is AGREES if a value is on both sides, or if a comparator finds that values agree.
    `is_partial` means that they agree only in part.
    """

    prop: str
    label: str
    mark: Mark
    left: tuple[ValueView, ...]
    right: tuple[ValueView, ...]
    is_partial: bool = False

    @property
    def is_administrative(self) -> bool:
        """Whether it describes the entry in a list, and not the listed person or thing."""
        return self.prop in ADMINISTRATIVE


@dataclass(frozen=True, slots=True)
class NameView:
    """Best pair of names, word by word.

    Texts are as written; `left_latin` and `right_latin` are transliterations (empty for Latin
    script).
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
    """Evidence of the strongest pair of records.

    `steps` sum to `logodds` (thousandths) exactly. `summary` states the evidence in one sentence,
    and `names` how far the names agree. `is_compared` is true if the store has a link between the
    two entities, so that this score counted.
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
    """Another entity that could be the same as one of the two sides.

    `score`, `logodds` (thousandths) and `outcome` are those of their strongest link.
    """

    id: str
    caption: str
    score: float
    logodds: int
    outcome: str


@dataclass(frozen=True, slots=True)
class PairView:
    """Content of the page of a pair.

    `snapshot` goes back with the decision. `is_blind` marks a blind recheck, which has no score and
    no decisions. `second_reasons` explain why a decision would need a second steward.
    `stated_difference` is a sentence if a list states that the two differ, else empty.
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
    """Effect of a decision that is not committed yet.

    - `before`, `after`: the affected entities.
    - `golden`: changes of the golden record of the largest entity.
    - `conflicts`: contradicting values by label.
    - `second_reasons`: reasons why a second steward would have to confirm it.
    - `logged_on`: pairs of records that a merge would be logged on. Whoever may see such a pair
      will see the decision. Empty if everybody may see all records of the merge.
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
