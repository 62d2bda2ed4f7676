"""The words of the desk: plain frozen rows that go to the pages and come from them. No logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from resolver.records.results.resolution import Band
from resolver.records.visibility import Viewer


class Verdict(StrEnum):
    """What a steward says of two entities."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    RED = "red"
    """The same person under unlawfully different identities; two stewards have to say so."""


class Reason(StrEnum):
    """Why two entities wait for a steward."""

    BORDERLINE = "borderline"
    """The score lies between the borders."""
    CONTRADICTION = "contradiction"
    """Some of their records match, yet as wholes they do not fit."""
    MOVED = "moved"
    """Decided different, but new evidence has moved the score into a higher band since."""
    RED = "red"
    """A steward called it red; another one has to say so too."""
    SECOND = "second"
    """A steward decided it; by rule it takes another one who says the same."""
    UNSURE = "unsure"
    """A steward left it unsure."""
    SAMPLE = "sample"
    """Its judgement would teach the model most."""
    BLIND = "blind"
    """Decided already; comes back to another steward, so that agreement can be measured."""


@dataclass(frozen=True, slots=True)
class Steward:
    """Who works at the desk: `name` as the log shows it, the agency they work for, and what they may: `review` (the
    hub's stewards), `admin` (whoever sees all)."""

    name: str
    agency: str = ""
    scopes: frozenset[str] = frozenset({"review"})

    @property
    def viewer(self) -> Viewer:
        """As whom they see values."""
        return Viewer(self.name, self.agency, self.scopes)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a steward wants to see of the queue; empty texts ask nothing. `kind`: person, group or asset; `source`: a
    list's name; `agency` as its source says; scores in 0…1; `script`: an ISO 15924 code such as `Arab`, of a name on
    either side; `assigned`: a steward's name, or `nobody`."""

    kind: str = ""
    source: str = ""
    agency: str = ""
    score_from: float = 0.0
    score_to: float = 1.0
    script: str = ""
    reason: str = ""
    assigned: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a pair in the queue. `id`: of the entity, or of a record where a decision is looked at again;
    `scripts`: ISO 15924 codes of its names."""

    id: str
    caption: str
    kind: str
    sources: tuple[str, ...]
    agencies: tuple[str, ...]
    records: int
    scripts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueueItem:
    """Two entities that wait. `score`, `logodds` (thousandths) and `band` are those of the strongest pair of records
    (`left_record`, `right_record`), `pairs` how many pairs of records stand behind it. `worth` orders the queue, the
    greatest first. `why` says in a sentence why it waits. `key` names the place in the queue (for `after`). `again`:
    the number of the decision that is looked at again blindly, else 0; then pass it on. `held_by`: who has it open."""

    key: str
    left: Party
    right: Party
    left_record: str
    right_record: str
    score: float
    logodds: int
    band: Band
    pairs: int
    worth: int
    reason: Reason
    why: str
    since: str
    assigned: str
    held_by: str
    again: int = 0


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Items, how many there are in all under the filters, when the oldest of them began to wait (UTC text, empty: none)
    and how many seconds ago, the key to go on from (empty: that was the end), the store's version. `stale`: the store
    cannot be written, so the queue may be behind."""

    items: tuple[QueueItem, ...]
    total: int
    oldest: str
    oldest_age: float
    next: str
    version: int
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Throughput:
    """How fast decisions come: of the last hour, of the last day, and per day (UTC date → decisions), newest first."""

    last_hour: int
    last_day: int
    by_day: tuple[tuple[str, int], ...]
    by_steward: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a steward had before their eyes; comes with `PairView`, goes back with the decision. `left` and `right` are
    entity ids, the digests say which versions of which records they held; `hidden`: the score was not shown."""

    version: int
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
    hidden: bool = False

    def to_json(self) -> dict[str, Any]:
        """For a form."""
        return {
            **asdict(self),
            "left_records": list(self.left_records),
            "right_records": list(self.right_records),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Seen:
        """Back from a form. Raises `KeyError`, `TypeError`, `ValueError` for anything else."""
        return cls(
            int(said["version"]),
            str(said["left"]),
            str(said["right"]),
            str(said["left_digest"]),
            str(said["right_digest"]),
            tuple(map(str, said["left_records"])),
            tuple(map(str, said["right_records"])),
            float(said["score"]),
            int(said["logodds"]),
            str(said["band"]),
            str(said["model"]),
            bool(said.get("hidden", False)),
        )


class Standing(StrEnum):
    """What a decision in the log counts for now."""

    STANDS = "stands"
    WAITS = "waits"
    """For another steward who says the same."""
    REPLACED = "replaced"
    """A later decision on the same pair counts."""
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision as pages show it. `when` is a UTC text; `undoes`: the number of the decision it takes back, or 0;
    `together`: the numbers of the decisions that were taken with it (of a split, say)."""

    number: int
    left_record: str
    right_record: str
    verdict: Verdict
    who: str
    when: str
    reason: str
    comment: str
    standing: Standing
    undoes: int = 0
    together: tuple[int, ...] = ()


class State(StrEnum):
    """What became of a decision."""

    DONE = "done"
    """It counts, and its effects are in the store."""
    WAITS = "waits"
    """It is logged, and counts once another steward says the same."""
    NOTED = "noted"
    """Unsure: it is logged, and the pair goes down the queue."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of deciding: `numbers` of the decisions logged (undo takes the first), the store's version, the ids of
    the entities that changed, the id of the entity that both are now (empty: they are two), one line for people, and
    why a second steward is needed."""

    state: State
    numbers: tuple[int, ...]
    version: int
    changed: tuple[str, ...]
    entity: str
    message: str
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What came of one verdict on several pairs: the outcomes of those taken, and (left, right, why not) of those
    refused."""

    done: tuple[Outcome, ...]
    refused: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of an entity's timeline. `kind`: an event (born, grew, shrank, merged, split, revived, dissolved), a
    `decision`, or a `list` (a version of a list that speaks of it). `other`: the other entity, or empty; `decision`:
    its number, or 0; `undoable`: it can be undone."""

    at: str
    version: int
    kind: str
    text: str
    who: str = ""
    other: str = ""
    decision: int = 0
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far stewards agree: decisions looked at again, how many of them the same, Cohen's kappa (-1…1; None where
    there are none, or all said one thing), and the pairs on which they do not agree."""

    pairs: int
    agreed: int
    kappa: float | None
    disagreements: tuple[tuple[int, str, str, str, str], ...] = field(default=())
    """(decision number, first verdict, first steward, second verdict, second steward)"""
