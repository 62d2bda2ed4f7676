"""What the store hands out and takes in, one at a time: plain frozen rows."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from resolver.records import Record
from resolver.records.decisions import Decision
from resolver.records.results.resolution import Band, Outcome


class Colour(IntEnum):
    """The colour of a link, after the EU's Multiple-Identity Detector."""

    YELLOW = 1
    """Awaits a human."""
    WHITE = 2
    """The same person, lawfully."""
    RED = 3
    """The same person under unlawfully different identities; two stewards said so."""
    GREEN = 4
    """Different persons."""

    @property
    def label(self) -> str:
        """The word in files and pages."""
        return self.name.lower()


class EventKind(StrEnum):
    """What became of an entity at a version."""

    BORN = "born"
    GREW = "grew"
    """Records came to it or changed in it."""
    SHRANK = "shrank"
    """Records left it."""
    MERGED = "merged"
    """It is retired; `other` holds what it held."""
    SPLIT = "split"
    """`other` was cut off from it."""
    REVIVED = "revived"
    """It is back; before, its id redirected to `other` (none: it was dissolved)."""
    DISSOLVED = "dissolved"
    """It is retired and no entity holds its records: all were withdrawn."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a store stands. `last_record` and `last_entity` are the numbers given last; `plan` is empty before the
    first landing."""

    store_id: str
    version: int
    last_record: int
    last_entity: int
    plan: str
    stamp: Mapping[str, str]
    borders: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Source:
    """A list of an agency. `list_version` is what its newest version calls itself, `updated` when it last landed.
    `keeper`: the name of the key or user that first sent it, where that is of no agency. A list of neither is the
    hub's. `required`: the store is not ready without it."""

    number: int
    name: str
    agency: str
    title: str
    deduplicated: bool
    list_version: str
    updated: str
    maximum_age_days: int | None
    records: int = 0
    keeper: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One version of a record. `hash` is hexadecimal; `valid_to` is None while it holds."""

    number: int
    record: Record
    hash: str
    valid_from: int
    valid_to: int | None


@dataclass(frozen=True, slots=True)
class StoredEntity:
    """An entity. `asked` is the id it was asked by (its own, a retired one, or a record's); `records` are the ids of
    its members, ascending; `retired` is None while it lives."""

    number: int
    id: str
    born: int
    retired: int | None
    asked: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A pair in band match or review, `left_id` < `right_id`; `since` is the version its row is from."""

    left_id: str
    right_id: str
    logodds: int
    score: float
    band: Band
    outcome: Outcome
    colour: Colour
    since: int


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision in the log: its number, the version it landed with, and what was seen when it was taken."""

    number: int
    landed: int
    decision: Decision
    seen: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the change feed. `other` is the id of the other entity, or empty."""

    version: int
    kind: EventKind
    entity: str
    other: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One landing."""

    version: int
    landed: str
    kind: str
    who: str
    counts: Mapping[str, int] = field(default_factory=dict)


def utc_text(moment: datetime.datetime | None = None) -> str:
    """A time (default: now) as the store writes it."""
    moment = moment or datetime.datetime.now(datetime.UTC)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(text: str) -> datetime.datetime:
    """The inverse of `utc_text`."""
    return datetime.datetime.fromisoformat(text)
