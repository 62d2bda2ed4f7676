"""Change feed and history of entities, limited to what a viewer may know.

For each event, the feed states the name of the entity, the sources that state it, and the fields of
its records that changed. All of this comes from the records that the viewer may see. The module
also compares two versions of a record (`compare_versions`) and names entities (`name_entities`),
for the report on what one revision changed (`resolver.review.change_report`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from resolver.check.visible_history import visible_events, visible_history
from resolver.hub.hub import Hub
from resolver.matching.pipeline import merge_entities
from resolver.merging import build_partition, iterate_golden_records
from resolver.records import Batch, Record, concat
from resolver.records.labels import display_text
from resolver.records.packing import pack
from resolver.records.results.resolution import name_by_smallest_row
from resolver.records.visibility import (
    STRANGER,
    Viewer,
)
from resolver.store import EntityEvent, StoreView
from resolver.store.record_contents import INTERNAL_PREFIX, eldest_id
from resolver.values.normal_values import country_code


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """Event in the history of an entity: revision and time, kind, and the other entity involved.

    Events of the feed have `details`: name of the entity, its sources and the fields that changed.
    """

    revision: int
    at: str
    kind: str
    entity: str
    other: str
    details: EventDetails | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the event for JSON."""
        event = {
            "version": self.revision,
            "at": self.at,
            "kind": self.kind,
            "entity": self.entity,
            "other": self.other,
        }
        return event if self.details is None else {**event, **self.details.to_json()}


@dataclass(frozen=True, slots=True)
class EventDetails:
    """Caption of an entity after an event, or before the event that ends it.

    `sources`: sources of its records. `fields`: properties of its records that the revision
    changed.
    """

    name: str = ""
    sources: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the details for JSON."""
        return {"name": self.name, "sources": list(self.sources), "fields": list(self.fields)}


@dataclass(frozen=True, slots=True)
class ChangedField:
    """Field of a record that changed: the values that only the earlier version has, and the values
    that only the later version has, in readable form.
    """

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


SCHEMA_FIELD = "schema"
"""Field that stands for the schema of a record, because the schema is no property."""


def compare_versions(before: Record, after: Record) -> tuple[ChangedField, ...]:
    """Return the fields in which two versions of a record differ, by name.

    If versions differ only in the positions of their values in the list, no field is returned.
    """
    stated = [defaultdict[str, dict[str, None]](dict) for _ in range(2)]
    for values, record in zip(stated, (before, after), strict=True):
        values[SCHEMA_FIELD][record.schema] = None
        for prop, text, _ in pack(record):
            values[prop][display_text(prop, text)] = None
    changes = []
    for prop in sorted(stated[0].keys() | stated[1].keys()):
        old, new = (values.get(prop, {}) for values in stated)
        if old.keys() != new.keys():
            changes.append(
                ChangedField(
                    prop,
                    tuple(text for text in old if text not in new),
                    tuple(text for text in new if text not in old),
                )
            )
    return tuple(changes)


def name_entities(batch: Batch, entity_ids: Sequence[str]) -> dict[str, str]:
    """Return the caption of each entity; `entity_ids` has the entity of each record of a batch.

    No record may be in the batch twice.
    """
    if not len(batch):
        return {}
    ids = batch.ids.to_pylist()
    entity_of = dict(zip(ids, entity_ids, strict=True))
    ordered = batch.canonical()
    owners = [entity_of[record_id] for record_id in ordered.ids.to_pylist()]
    _, codes = np.unique(np.array(owners, dtype=object).astype(str), return_inverse=True)
    labels = name_by_smallest_row(codes)
    partition = build_partition(ordered, labels, pa.array(owners, pa.string()))
    merge = merge_entities(ordered, partition, country_code)
    return {golden.id: golden.caption for golden in iterate_golden_records(merge)}


@dataclass(frozen=True, slots=True)
class ChangeFeed:
    """Part of the change feed: current revision of the store, events, and the position from which
    to go on.

    All events up to revision `until` were returned, and also the first `skip` events after it.
    `has_more` tells whether there are more events by now. Only `revision` counts hidden events.
    """

    revision: int
    events: list[ChangeEvent]
    until: int
    skip: int
    has_more: bool


def read_history(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> list[ChangeEvent]:
    """Read the history of an entity, oldest first, limited to what the viewer may know."""
    with hub.store.view() as view:
        return _build_events(view, visible_history(view, entity_id, viewer))


@dataclass(frozen=True, slots=True)
class EntityTimes:
    """Times of an entity: the time since which it is listed, the time of the latest update of a
    list that has it, and the time of its last change. None: the viewer may not know the time.
    """

    listed_since: str | None
    last_update: str | None
    last_change: str | None

    def to_json(self) -> dict[str, str | None]:
        """Return the times for JSON."""
        return {
            "first_seen": self.listed_since,
            "last_seen": self.last_update,
            "last_change": self.last_change,
        }


def read_times(
    hub: Hub, entities: Iterable[Mapping[str, Any]], viewer: Viewer = STRANGER
) -> dict[str, EntityTimes]:
    """Read the times of some entities (FtM forms) by id, limited to what the viewer may know.

    Times that lists state for an entity count: the time since which it is listed, and its last
    change, unless the store has changed it after the commit that added it.
    """
    listed = list(entities)
    with hub.store.view() as view:
        changed: dict[str, set[int]] = {}
        own = view.seen_by(viewer).changes_of([row["id"] for row in listed])
        for event in visible_events(view, own, viewer):
            changed.setdefault(event.entity, set()).add(event.revision)
        return _build_times(view, listed, changed)


def read_indexed_times(
    hub: Hub, entities: Sequence[Mapping[str, Any]], revisions: Mapping[str, Collection[int]]
) -> dict[str, EntityTimes]:
    """Read the times of some entities (FtM forms) by id, as `read_times` does. `revisions` has the
    revisions of the first and the last change of each entity, of those changes that the viewer may
    know.
    """
    with hub.store.view() as view:
        return _build_times(view, entities, revisions)


def _build_times(
    view: StoreView, entities: Sequence[Mapping[str, Any]], changed: Mapping[str, Collection[int]]
) -> dict[str, EntityTimes]:
    times = view.commit_times(sorted({at for revisions in changed.values() for at in revisions}))
    names = {name for entity in entities for name in entity["datasets"]}
    updates = view.update_times(sorted(names))
    return {
        entity["id"]: _entity_times(
            entity, {times[at] for at in changed.get(entity["id"], ())}, updates
        )
        for entity in entities
    }


def _entity_times(
    entity: Mapping[str, Any], changed: Collection[str], updates: Mapping[str, str]
) -> EntityTimes:
    first, last = (_utc(entity.get(name) or "") for name in ("first_seen", "last_change"))
    return EntityTimes(
        first or min(changed, default=None),
        max((updates[name] for name in entity["datasets"] if name in updates), default=None),
        last if last and len(changed) <= 1 else max(changed, default=None),
    )


def _utc(text: str) -> str:
    """Return a time of a list with the mark of UTC, which is meant if the list states no zone."""
    return f"{text}Z" if re.fullmatch(r"[\d-]{10}T[\d:.]+", text) else text


def read_changes(
    hub: Hub, since: int, limit: int, viewer: Viewer = STRANGER, *, skip: int = 0
) -> ChangeFeed:
    """Read the changes of entities after a revision that the viewer may know: the next `limit`
    changes after the first `skip`.

    Both numbers count only changes that the viewer sees.
    """
    starts = _STARTS.setdefault(hub, {})
    with hub.store.view() as view:
        since = min(since, view.revision)
        start = starts.get((viewer, since, skip), _BlockStart())._replace(since=since)
        page = _FeedPage(limit, skip, start)
        for block in _read_blocks(view, start, viewer, max(limit, _BLOCK)):
            page.add(block)
            if page.has_more:
                break
        events = _add_details(view, _build_events(view, page.events), viewer)
        if not page.has_more:
            return ChangeFeed(view.revision, events, view.revision, 0, False)
        until, next_skip = page.revision - 1, page.count
        if page.start.all:
            if len(starts) >= _MAX_STARTS:
                starts.clear()
            starts[viewer, until, next_skip] = page.start
        return ChangeFeed(view.revision, events, until, next_skip, True)


class _BlockStart(NamedTuple):
    """Numbers of events after revision `since` that come before a block: of all events, and of the
    events that a viewer sees.
    """

    since: int = 0
    all: int = 0
    visible: int = 0


_STARTS: WeakKeyDictionary[Hub, dict[tuple[Viewer, int, int], _BlockStart]] = WeakKeyDictionary()
"""Blocks in which pages of long revisions end; they are kept, so that the next page need not count
again.
"""
_BLOCK, _MAX_STARTS = 1_000, 256


class _Block(NamedTuple):
    """Part of the feed as a viewer sees it, and the revision at which it begins."""

    start: _BlockStart
    events: list[EntityEvent]


def _read_blocks(
    view: StoreView, start: _BlockStart, viewer: Viewer, size: int
) -> Iterator[_Block]:
    """Yield the feed from a start on, in blocks of about `size` events.

    Only a revision with more events is divided, since the view of an entity depends on all of its
    events in the revision.
    """
    while True:
        part = view.changes(start.since, limit=size + 1, skip=start.all)
        is_last = len(part) <= size
        whole = part if is_last else [e for e in part if e.revision < part[-1].revision]
        events = visible_events(view, whole or part[:size], viewer)
        yield _Block(start, events)
        if is_last:
            return
        if whole:
            start = _BlockStart(whole[-1].revision)
        else:
            start = _BlockStart(start.since, start.all + size, start.visible + len(events))


class _FeedPage:
    """Page of at most `limit` events, after some events that are skipped.

    It ends after the first `count` events of a `revision`, in the block with a `start`.
    """

    def __init__(self, limit: int, skip: int, start: _BlockStart) -> None:
        self.events: list[EntityEvent] = []
        self.has_more = False
        self.revision, self.count, self.start = 0, start.visible, start
        self._limit, self._skip = limit, skip - start.visible

    def add(self, block: _Block) -> None:
        """Add as many events of a block as the page has room for."""
        for event in block.events:
            if len(self.events) == self._limit:
                self.has_more = True
                return
            is_same = event.revision == self.revision or not self.revision
            self.count = self.count + 1 if is_same else 1
            self.revision, self.start = event.revision, block.start
            if self._skip:
                self._skip -= 1
            else:
                self.events.append(event)


def _build_events(view: StoreView, events: Sequence[EntityEvent]) -> list[ChangeEvent]:
    times = view.commit_times(sorted({event.revision for event in events}))
    return [
        ChangeEvent(
            event.revision, times[event.revision], str(event.kind), event.entity, event.other
        )
        for event in events
    ]


class _Memberships:
    """Records of some entities, by revision; only records that a viewer may see."""

    def __init__(self, view: StoreView, entity_ids: Collection[str], viewer: Viewer) -> None:
        seen = view.seen_by(viewer)
        self._numbers = {
            entity_id: seen.numbers_behind([entity_id]) for entity_id in sorted(entity_ids)
        }
        numbers = sorted({number for owners in self._numbers.values() for number in owners})
        internal = seen.internal_ids(numbers)
        self._spans = defaultdict[int, list[tuple[int, int, int | None]]](list)
        for record, entity, since, until in seen.visible_spans(numbers):
            self._spans[entity].append((record, since, until))
        versions = {row[0] for spans in self._spans.values() for row in spans}
        self._ids = seen.record_ids(sorted(versions))
        self._restricted = seen.restricted_ids(sorted(set(self._ids.values())))
        self._is_internal = {
            number for number, name in internal.items() if name.startswith(INTERNAL_PREFIX)
        }

    def find(self, entity_id: str, revision: int) -> dict[str, int]:
        """Return the version of each record that an entity has after a revision."""
        for number in self._numbers[entity_id]:
            present = {
                self._ids[record]: record
                for record, since, until in self._spans[number]
                if since <= revision and (until is None or until > revision)
            }
            is_named = number not in self._is_internal or (
                eldest_id(present, self._restricted) == entity_id
            )
            if present and is_named:
                return present
        return {}


def _add_details(
    view: StoreView, events: Sequence[ChangeEvent], viewer: Viewer
) -> list[ChangeEvent]:
    """Return events of the feed with the names of their entities and the fields that changed."""
    if not events:
        return []
    members = _Memberships(view, {event.entity for event in events}, viewer)
    around = [
        tuple(
            members.find(event.entity, revision)
            for revision in (event.revision - 1, event.revision)
        )
        for event in events
    ]
    shown = [after or before for before, after in around]
    numbers = {
        number for before, after in around for side in (before, after) for number in side.values()
    }
    rows = list(view.batches_of(np.array(sorted(numbers), dtype=np.int64)))
    batch = concat([part.batch for part in rows])
    order = [number for part in rows for number in part.numbers.tolist()]
    row_of = {number: row for row, number in enumerate(order)}
    names = _name_groups(batch, [[row_of[n] for n in group.values()] for group in shown])
    changed = {
        number
        for before, after in around
        for record_id in before.keys() & after.keys()
        if before[record_id] != after[record_id]
        for number in (before[record_id], after[record_id])
    }
    chosen = sorted(row_of[number] for number in changed)
    records = dict(
        zip(
            (order[row] for row in chosen),
            batch.take(np.array(chosen, dtype=np.int64)).to_records() if chosen else (),
            strict=True,
        )
    )
    described = []
    for event, (before, after), name, group in zip(events, around, names, shown, strict=True):
        fields = {
            change.field
            for record_id in before.keys() & after.keys()
            if before[record_id] != after[record_id]
            for change in compare_versions(records[before[record_id]], records[after[record_id]])
        }
        sources = tuple(sorted({record_id.partition(":")[0] for record_id in group}))
        details = EventDetails(name, sources, tuple(sorted(fields)))
        described.append(replace(event, details=details))
    return described


def _name_groups(batch: Batch, groups: Sequence[Sequence[int]]) -> list[str]:
    """Return the caption of each group of rows; groups may share rows and records."""
    ids = batch.ids.to_pylist()
    passes: list[tuple[set[str], dict[int, int]]] = []
    keys = [tuple(sorted(group)) for group in groups]
    places: dict[tuple[int, ...], tuple[int, str]] = {}
    for key in filter(None, keys):
        if key in places:
            continue
        own = {ids[row] for row in key}
        number = next(
            (place for place, (used, _) in enumerate(passes) if used.isdisjoint(own)), len(passes)
        )
        if number == len(passes):
            passes.append((set(), {}))
        passes[number][0].update(own)
        passes[number][1].update(dict.fromkeys(key, len(places)))
        places[key] = number, str(len(places))
    captions = []
    for _, group_of in passes:
        chosen = np.array(sorted(group_of), dtype=np.int64)
        labels = [str(group_of[row]) for row in chosen.tolist()]
        captions.append(name_entities(batch.take(chosen), labels))
    return [captions[places[key][0]].get(places[key][1], "") if key else "" for key in keys]
