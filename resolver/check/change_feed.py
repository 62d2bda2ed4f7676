"""Change feed and history of entities, as far as a viewer may know them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from resolver.check.visible_history import visible_events, visible_history
from resolver.hub.hub import Hub
from resolver.records.visibility import (
    STRANGER,
    Viewer,
)
from resolver.store import EntityEvent, StoreView


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """Event in the history of an entity: revision and time, kind, and the other entity involved."""

    revision: int
    at: str
    kind: str
    entity: str
    other: str

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the event for JSON."""
        return {
            "version": self.revision,
            "at": self.at,
            "kind": self.kind,
            "entity": self.entity,
            "other": self.other,
        }


@dataclass(frozen=True, slots=True)
class ChangeFeed:
    """Part of the change feed: current revision of the store, events, and the position to go on
    from.

    All events up to revision `until` were returned, and of those that follow the first `skip`.
    `has_more` tells whether there are more by now. Nothing but `revision` counts hidden ones.
    """

    revision: int
    events: list[ChangeEvent]
    until: int
    skip: int
    has_more: bool


def read_history(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> list[ChangeEvent]:
    """Read the history of an entity, oldest first, as far as the viewer may know it."""
    with hub.store.view() as view:
        return _build_events(view, visible_history(view, entity_id, viewer))


@dataclass(frozen=True, slots=True)
class EntityTimes:
    """Times of an entity: since when it is listed, of the latest update of a list that has it, and
    of its last change. None: not known to the viewer.
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
    """Read the times of some entities (FtM forms) by id, as far as the viewer may know them.

    What lists state of an entity holds: since when it is listed, and its last change unless the
    store has changed it after the commit that brought it.
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
    """Read the times of some entities (FtM forms) by id, as `read_times` does; `revisions`: those
    of the first and last change of each that the viewer may know.
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
    """Return a time of a list with the mark of UTC, which is what lists mean without any."""
    return f"{text}Z" if re.fullmatch(r"[\d-]{10}T[\d:.]+", text) else text


def read_changes(
    hub: Hub, since: int, limit: int, viewer: Viewer = STRANGER, *, skip: int = 0
) -> ChangeFeed:
    """Read the changes of entities after a revision, as far as the viewer may know them: of the
    next `limit` changes after the first `skip`.

    Both count only what the viewer sees.
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
        events = _build_events(view, page.events)
        if not page.has_more:
            return ChangeFeed(view.revision, events, view.revision, 0, False)
        until, next_skip = page.revision - 1, page.count
        if page.start.all:
            if len(starts) >= _MAX_STARTS:
                starts.clear()
            starts[viewer, until, next_skip] = page.start
        return ChangeFeed(view.revision, events, until, next_skip, True)


class _BlockStart(NamedTuple):
    """Number of events after revision `since` that come before a block: of all, and of those that a
    viewer sees.
    """

    since: int = 0
    all: int = 0
    visible: int = 0


_STARTS: WeakKeyDictionary[Hub, dict[tuple[Viewer, int, int], _BlockStart]] = WeakKeyDictionary()
"""Blocks in which pages of long revisions end, so that the next page need not count again."""
_BLOCK, _MAX_STARTS = 1_000, 256


class _Block(NamedTuple):
    """Part of the feed as a viewer sees it, and where it begins."""

    start: _BlockStart
    events: list[EntityEvent]


def _read_blocks(
    view: StoreView, start: _BlockStart, viewer: Viewer, size: int
) -> Iterator[_Block]:
    """Yield the feed from a start on in blocks of about `size` events.

    Only a revision of more events is divided, since what a viewer sees of an entity depends on all
    of its events of a revision.
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
    """Page of at most `limit` events after some that are skipped.

    It ends after the first `count` events of a `revision`, in the block with a `start`.
    """

    def __init__(self, limit: int, skip: int, start: _BlockStart) -> None:
        self.events: list[EntityEvent] = []
        self.has_more = False
        self.revision, self.count, self.start = 0, start.visible, start
        self._limit, self._skip = limit, skip - start.visible

    def add(self, block: _Block) -> None:
        """Add the events of a block, as far as there is room."""
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
