"""History of entities as far as a viewer may know it.

If the viewer may see all records that an entity ever had, all of its events are shown. Otherwise
they are told anew from the visible records alone: for the viewer the entity is born with the first
of these, grows and shrinks with them, and ends with the last. So neither a feed nor a history
reveals that a hidden record exists, or existed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain

from resolver.records.visibility import Viewer, is_visible, may_read_all
from resolver.store import EntityEvent, StoreView
from resolver.store.row_types import EventKind

_ENDED, _LOST = 1, 5
_ORDER = {
    EventKind.BORN: 0,
    EventKind.MERGED: _ENDED,
    EventKind.DISSOLVED: _ENDED,
    EventKind.REVIVED: 2,
    EventKind.SPLIT: 3,
    EventKind.SHRANK: 3,
    EventKind.GREW: 4,
}
"""Order of the events of a revision; what an entity lost to none comes last."""


@dataclass(slots=True)
class _EntityView:
    """Entity as a viewer sees it: its number, whether that is everything, and the visible versions
    of records that came to it and left it, by revision.
    """

    number: int = 0
    is_complete: bool = True
    came: dict[int, list[int]] = field(default_factory=dict)
    left: dict[int, list[int]] = field(default_factory=dict)
    _sizes: tuple[list[int], list[int]] | None = None

    @property
    def is_known(self) -> bool:
        """Whether the viewer may know the entity."""
        return self.is_complete or bool(self.came)

    def add(self, record: int, came: int, left: int | None) -> None:
        """Add a version that was there between two revisions (None: it still is)."""
        self.came.setdefault(came, []).append(record)
        if left is not None:
            self.left.setdefault(left, []).append(record)

    def exists(self, revision: int) -> bool:
        """Return whether a visible version was there after a revision."""
        if self._sizes is None:
            revisions = sorted({*self.came, *self.left})
            changes = (len(self.came.get(at, ())) - len(self.left.get(at, ())) for at in revisions)
            self._sizes = revisions, list(accumulate(changes))
        revisions, sizes = self._sizes
        place = bisect_right(revisions, revision)
        return place > 0 and sizes[place - 1] > 0


def visible_events(
    view: StoreView, events: Sequence[EntityEvent], viewer: Viewer
) -> list[EntityEvent]:
    """Return the events that a viewer may know, by revision."""
    if may_read_all(viewer) or not events:
        return list(events)
    ids = {event.entity for event in events} | {event.other for event in events} - {""}
    history = _VisibleHistory.load(view, ids, viewer)
    return sorted(history.reduce(events), key=history.order)


def visible_history(view: StoreView, entity_id: str, viewer: Viewer) -> list[EntityEvent]:
    """Return the history of one entity as far as a viewer may know it: the events of which it is
    the subject or the other entity.
    """
    events = visible_events(view, view.history(entity_id), viewer)
    # where only hidden records moved between it and another, what is left is of the other
    return [event for event in events if entity_id in (event.entity, event.other)]


def was_ever_visible(view: StoreView, entity_id: str, viewer: Viewer) -> bool:
    """Return whether a viewer may see any record that an entity (even a retired one) ever had."""
    if may_read_all(viewer):
        return True
    entity_view = _load_views(view, {entity_id}, viewer).get(entity_id)
    return entity_view is None or entity_view.is_known


@dataclass(frozen=True, slots=True)
class _VisibleHistory:
    """Entities as a viewer sees them, by id, and the record ids of their visible versions."""

    entities: Mapping[str, _EntityView]
    record_ids: Mapping[int, str]

    @classmethod
    def load(cls, view: StoreView, ids: Iterable[str], viewer: Viewer) -> _VisibleHistory:
        """Load what a viewer sees of some entities."""
        entities = _load_views(view, ids, viewer)
        is_partial = any(not entity.is_complete for entity in entities.values())
        if not is_partial:
            return cls(entities, {})
        # what leaves came before
        came = (records for entity in entities.values() for records in entity.came.values())
        return cls(entities, view.record_ids(sorted({*chain.from_iterable(came)})))

    def order(self, event: EntityEvent) -> tuple[int, int, int, int]:
        """Return the place of an event in the history."""
        is_loss = event.kind is EventKind.SHRANK and not event.other
        rank = _LOST if is_loss else _ORDER[event.kind]
        if rank == _ENDED:
            # as the store logs them: this order is the same whatever is hidden
            return event.revision, rank, 0, 0
        subject, other = self._view(event.entity), self._view(event.other)
        return event.revision, rank, subject.number, other.number

    def reduce(self, events: Sequence[EntityEvent]) -> Iterator[EntityEvent]:
        """Yield the events that the viewer may know, those of one entity and revision together."""
        groups: dict[tuple[str, int], list[EntityEvent]] = {}
        for event in events:
            groups.setdefault((event.entity, event.revision), []).append(event)
        for (entity_id, revision), group in groups.items():
            own = self._view(entity_id)
            targets = [event for event in group if event.other and self._view(event.other).is_known]
            if own.is_complete and all(self._view(event.other).is_complete for event in group):
                yield from group
            elif not own.exists(revision - 1):
                if own.exists(revision):
                    first = min(own.came) == revision
                    kind = EventKind.BORN if first else EventKind.REVIVED
                    yield EntityEvent(revision, kind, entity_id, "")
            elif own.exists(revision):
                yield from self._tell_changes(entity_id, revision, targets)
            else:
                merged = [event for event in targets if event.kind is EventKind.MERGED]
                yield from merged or [EntityEvent(revision, EventKind.DISSOLVED, entity_id, "")]

    def _view(self, entity_id: str) -> _EntityView:
        return self.entities.get(entity_id, _EntityView())

    def _tell_changes(
        self, entity_id: str, revision: int, targets: Sequence[EntityEvent]
    ) -> Iterator[EntityEvent]:
        """Yield how the visible records of an entity that stays changed: which went to the other
        entities of some events, whether others came, and whether some were withdrawn.
        """
        left = self._name(self._view(entity_id).left.get(revision, ()))
        came = self._name(self._view(entity_id).came.get(revision, ()))
        staying = set(came)
        for event in targets:
            arrived = self._name(self._view(event.other).came.get(revision, ()))
            if event.kind in (EventKind.SPLIT, EventKind.SHRANK) and left & arrived:
                yield event
            staying |= arrived
        if came:
            yield EntityEvent(revision, EventKind.GREW, entity_id, "")
        if left - staying:
            yield EntityEvent(revision, EventKind.SHRANK, entity_id, "")

    def _name(self, records: Sequence[int]) -> set[str]:
        return {self.record_ids[record] for record in records}


def _load_views(view: StoreView, ids: Iterable[str], viewer: Viewer) -> dict[str, _EntityView]:
    """Load what a viewer sees of some entities, by their ids."""
    numbers = view.entity_numbers(sorted(ids))
    spans = view.membership_spans(sorted(numbers.values()))
    handling = view.handling_of(sorted({record for record, _, _, _ in spans}))
    hidden_numbers = {number for number, item in handling.items() if not is_visible(item, viewer)}
    by_number = {number: _EntityView(number) for number in numbers.values()}
    for record, entity, came, left in spans:
        if record in hidden_numbers:
            by_number[entity].is_complete = False
        else:
            by_number[entity].add(record, came, left)
    return {entity_id: by_number[number] for entity_id, number in numbers.items()}
