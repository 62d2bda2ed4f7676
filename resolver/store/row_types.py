"""Frozen rows that the store returns one at a time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from resolver.records import Record
from resolver.records.decisions import Decision

Versions = tuple[int | None, int | None]
"""Numbers of a version of the left and of the right record."""
MAX_CLOCK_SKEW = datetime.timedelta(minutes=5)
"""Largest difference between the clocks of machines that share a store. A time that lies further
ahead was written while a clock was wrong.
"""


class LinkColor(IntEnum):
    """Color of a link, as in the EU's Multiple-Identity Detector (Regulation (EU) 2019/817)."""

    YELLOW = 1
    """Waits for a human."""
    WHITE = 2
    """Same person, lawfully."""
    RED = 3
    """Same person under unlawfully different identities, as two stewards have decided."""
    GREEN = 4
    """Different persons."""

    @property
    def label(self) -> str:
        """Return the word used in files and pages."""
        return self.name.lower()


class EventKind(StrEnum):
    """Kind of change to an entity."""

    BORN = "born"
    GREW = "grew"
    """Records joined it or changed in it."""
    SHRANK = "shrank"
    """Records left it."""
    MERGED = "merged"
    """It was retired; `other` has its records."""
    SPLIT = "split"
    """`other` was split off it."""
    REVIVED = "revived"
    """It is back; before, its id redirected to `other` (none: it had been dissolved)."""
    DISSOLVED = "dissolved"
    """It was retired because all its records were withdrawn."""


@dataclass(frozen=True, slots=True)
class StoreHead:
    """Current state of a store.

    `last_record` and `last_entity` are the highest numbers in use; `plan` is empty before the first
    commit. `id_secret` keys the ids of restricted records.
    """

    store_id: str
    revision: int
    last_record: int
    last_entity: int
    plan: str
    stamp: Mapping[str, str]
    thresholds: Mapping[str, float]
    id_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Moment at which lists were accepted: `revision` of the store at that time, and the time.

    Lists may be committed long after it. What was accepted later and committed earlier must win.
    """

    revision: int
    time: str


@dataclass(frozen=True, slots=True)
class LaterChanges:
    """Changes that were accepted after some lists, but are committed already.

    `records`: ids of records that got a new version or were withdrawn. `sources`: names of sources
    of which another list has replaced all records.
    """

    records: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    def supersede(self, record_id: str) -> bool:
        """Return whether a row of an earlier list on this record no longer counts."""
        return record_id in self.records or record_id.partition(":")[0] in self.sources


@dataclass(frozen=True, slots=True)
class StoredSource:
    """Source of records, usually a list of an agency.

    `list_version` is the name its newest list has for itself, `updated` the time of that list's
    commit. `keeper` is the key or user that first sent it, if it has no agency; a source with
    neither belongs to the hub. `required`: the store is not ready without it.
    """

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
    """Version of a record. `hash` is hexadecimal; `valid_to` is None while the version is valid."""

    number: int
    record: Record
    hash: str
    valid_from: int
    valid_to: int | None


@dataclass(frozen=True, slots=True)
class StoredEntity:
    """Entity with the ids of its members, ascending.

    `requested_id` is the id it was looked up by (its own, a retired one or a record's). `retired`
    is None while the entity exists.
    """

    number: int
    id: str
    born: int
    retired: int | None
    requested_id: str
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """Decision in the log: its place there, its revision, and the context in which it was taken.

    `id` names it outside of the store; `number` counts all decisions, and only orders them.
    `versions` are the numbers of the versions of the left and the right record that the decision
    saw; None where the store had no such record yet: the first one that came after.
    """

    number: int
    id: str
    revision: int
    decision: Decision
    context: Mapping[str, Any]
    versions: Versions = (None, None)


@dataclass(frozen=True, slots=True)
class EntityEvent:
    """Event of the change feed; `other` is the id of the other entity, or empty."""

    revision: int
    kind: EventKind
    entity: str
    other: str


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """Revision of the store: the time, kind and author of a commit, and the rows it changed."""

    revision: int
    committed_at: str
    kind: str
    actor: str
    counts: Mapping[str, int] = field(default_factory=dict)


def utc_text(time: datetime.datetime | None = None) -> str:
    """Return a time (default: now) as the text that the store uses."""
    time = time or datetime.datetime.now(datetime.UTC)
    return time.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_utc_text(text: str) -> datetime.datetime:
    """Return the time of a text made by `utc_text`."""
    return datetime.datetime.fromisoformat(text)
