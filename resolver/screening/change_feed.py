"""Change feed and history of entities, as far as a viewer may know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolver.hub.hub import Hub
from resolver.records.visibility import (
    STRANGER,
    Viewer,
)
from resolver.screening.visible_history import visible_events
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
    `has_more` tells whether there are more by now.
    """

    revision: int
    events: list[ChangeEvent]
    until: int
    skip: int
    has_more: bool


def read_history(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> list[ChangeEvent]:
    """Read the history of an entity, oldest first, as far as the viewer may know it."""
    with hub.store.view() as view:
        return _build_events(view, visible_events(view, view.history(entity_id), viewer))


@dataclass(frozen=True, slots=True)
class EntityTimes:
    """Times of an entity: of the commit that brought it, of the latest update of a list that has
    it, and of its last change. None: not known to the viewer.
    """

    first_commit: str | None
    last_update: str | None
    last_change: str | None

    def to_json(self) -> dict[str, str | None]:
        """Return the times for JSON."""
        return {
            "first_seen": self.first_commit,
            "last_seen": self.last_update,
            "last_change": self.last_change,
        }


def read_times(
    hub: Hub, entities: Iterable[Mapping[str, Any]], viewer: Viewer = STRANGER
) -> dict[str, EntityTimes]:
    """Read the times of some entities (FtM forms) by id, as far as the viewer may know them."""
    datasets = {entity["id"]: entity["datasets"] for entity in entities}
    with hub.store.view() as view:
        events = visible_events(view, view.changes_of(list(datasets)), viewer)
        times = view.commit_times(sorted({event.revision for event in events}))
        updates = view.update_times(sorted({name for names in datasets.values() for name in names}))
    changed: dict[str, list[str]] = {}
    for event in events:
        changed.setdefault(event.entity, []).append(times[event.revision])
    return {
        entity_id: EntityTimes(
            min(changed.get(entity_id, ()), default=None),
            max((updates[name] for name in names if name in updates), default=None),
            max(changed.get(entity_id, ()), default=None),
        )
        for entity_id, names in datasets.items()
    }


def read_changes(
    hub: Hub, since: int, limit: int, viewer: Viewer = STRANGER, *, skip: int = 0
) -> ChangeFeed:
    """Read the changes of entities after a revision, as far as the viewer may know them: of the
    next `limit` changes after the first `skip`.
    """
    with hub.store.view() as view:
        events = view.changes(since, limit=limit + 1, skip=skip)
        has_more, events = len(events) > limit, events[:limit]
        since = min(since, view.revision)
        visible = _build_events(view, visible_events(view, events, viewer))
        if not has_more:
            return ChangeFeed(view.revision, visible, view.revision, 0, False)
        last = events[-1].revision
        skip_next = sum(event.revision == last for event in events)
        if skip_next == len(events):
            # earlier parts may have returned events of the same revision
            earlier = view.changes(since, limit=skip)
            skip_next += sum(event.revision == last for event in earlier)
        return ChangeFeed(view.revision, visible, last - 1, skip_next, True)


def _build_events(view: StoreView, events: Sequence[EntityEvent]) -> list[ChangeEvent]:
    times = view.commit_times(sorted({event.revision for event in events}))
    return [
        ChangeEvent(
            event.revision, times[event.revision], str(event.kind), event.entity, event.other
        )
        for event in events
    ]
