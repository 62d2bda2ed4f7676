"""Changes of one run, to be committed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from resolver.errors import StoreError
from resolver.records import Batch
from resolver.records.prepared.population import Population
from resolver.store.bulk_rows import Numbers
from resolver.store.desk.decision_log import NewDecision
from resolver.store.record_contents import RecordContents
from resolver.store.row_types import EventKind

_NO_NUMBERS = np.zeros(0, dtype=np.int64)


class OutdatedError(StoreError):
    """Store that has moved on since a commit was computed: compute it again on the current
    revision.
    """


@dataclass(frozen=True, slots=True)
class ListCommit:
    """List of one source that was read for a commit."""

    source: str
    deduplicated: bool
    list_version: str
    label: str
    format: str
    records: int
    rejects: int
    replaces: bool = False
    """The list has all records of its source."""


@dataclass(frozen=True, slots=True)
class LinkRows:
    """m links as columns: record numbers (`left` has the smaller record id) and the fields of
    `StoredLink`.
    """

    left: Numbers
    right: Numbers
    logodds: Numbers
    score: np.ndarray[tuple[int], np.dtype[np.float64]]
    band: Numbers
    outcome: Numbers
    color: Numbers
    record_logodds: Numbers
    basis: Numbers
    rival: Numbers

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Commit:
    """Changes from revision `base` to the next.

    New records get the numbers `last_record + 1` … in the order of the canonical batch `records`
    (with their `contents`), new entities `last_entity + 1` … in the order of their ids
    `new_entities`. All other fields refer to records and entities by number:

    - `ended_records`: versions of records that end (superseded or withdrawn);
    - `ended_members`: records whose membership ends; `new_members`: (record, entity) that begin;
    - `ended_links`: (left, right) of links that end; `new_links`: links that begin;
    - `retired_entities`: (entity, entity it redirects to, -1: none); `redirects`: the same for
      entities retired before; `revived_entities`: retired entities that are back;
    - `events`: (kind, entity, other entity or -1), without births, which follow from the entities.

    `thresholds`, `plan` and `stamp` replace those in the store if given; `population` is the one
    that scores hold for from this commit on, if it was measured. `owners` maps sources that
    are new to the store to (agency, keeper if there is no agency), and `claims` are those of them
    that nobody owns yet; all others keep their owners. `guests` are sources of others in which the
    sender has restricted records: its lists say nothing of the source.
    `accepted` is the time at which the lists were accepted, if that was before the commit.
    """

    base: int
    kind: str
    actor: str = ""
    lists: Sequence[ListCommit] = ()
    records: Batch | None = None
    contents: RecordContents = field(default_factory=lambda: RecordContents([], []))
    ended_records: Numbers = field(default_factory=lambda: _NO_NUMBERS)
    new_entities: Sequence[str] = ()
    retired_entities: Sequence[tuple[int, int]] = ()
    revived_entities: Sequence[int] = ()
    redirects: Sequence[tuple[int, int]] = ()
    ended_members: Numbers = field(default_factory=lambda: _NO_NUMBERS)
    new_members: tuple[Numbers, Numbers] = field(default_factory=lambda: (_NO_NUMBERS, _NO_NUMBERS))
    ended_links: tuple[Numbers, Numbers] = field(default_factory=lambda: (_NO_NUMBERS, _NO_NUMBERS))
    new_links: LinkRows | None = None
    events: Sequence[tuple[EventKind, int, int]] = ()
    decisions: Sequence[NewDecision] = ()
    plan: str = ""
    stamp: Mapping[str, str] | None = None
    thresholds: Mapping[str, float] | None = None
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    claims: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    population: Population | None = None
    accepted: str = ""

    @property
    def rows(self) -> int:
        """Return the approximate number of rows to write."""
        linked = 0 if self.new_links is None else len(self.new_links)
        return (
            len(self.contents.texts)
            + len(self.new_members[0])
            + linked
            + len(self.new_entities)
            + len(self.ended_links[0])
        )
