"""History of entities as far as a viewer may know it.

If the viewer may see all records that an entity ever had, all of its events are shown. Otherwise
they are told anew from the visible records alone: for the viewer the entity is born with the first
of these, grows and shrinks with them, and ends with the last. So neither a feed nor a history
reveals that a hidden record exists, or existed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from resolver.records.visibility import Viewer, is_visible, may_read_all
from resolver.store import EntityEvent, StoreView
from resolver.store.row_types import EventKind

_ORDER = {
    EventKind.BORN: 0,
    EventKind.MERGED: 1,
    EventKind.DISSOLVED: 1,
    EventKind.REVIVED: 2,
    EventKind.SPLIT: 3,
    EventKind.SHRANK: 3,
    EventKind.GREW: 4,
}
"""Order of the events of a revision; what an entity lost to none comes last."""
_LOST = 5


class _Span(NamedTuple):
    """Revisions between which a version of a record was in an entity (`left`: None if it is)."""

    record: int
    came: int
    left: int | None

    def covers(self, revision: int) -> bool:
        """Return whether the version was there after a revision."""
        return self.came <= revision and (self.left is None or self.left > revision)


@dataclass(slots=True)
class _EntityView:
    """Entity as a viewer sees it: its number, whether that is everything, and visible spans."""

    number: int = 0
    is_complete: bool = True
    spans: list[_Span] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether the viewer may know the entity."""
        return self.is_complete or bool(self.spans)

    def exists(self, revision: int) -> bool:
        """Return whether a visible record was there after a revision."""
        return any(span.covers(revision) for span in self.spans)


def visible_events(
    view: StoreView, events: Sequence[EntityEvent], viewer: Viewer
) -> list[EntityEvent]:
    """Return the events that a viewer may know, by revision."""
    if may_read_all(viewer) or not events:
        return list(events)
    ids = {event.entity for event in events} | {event.other for event in events} - {""}
    history = _VisibleHistory.load(view, ids, viewer)
    return sorted(history.reduce(events), key=history.order)


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
        records = {span.record for entity in entities.values() for span in entity.spans}
        return cls(entities, view.record_ids(sorted(records)) if is_partial else {})

    def order(self, event: EntityEvent) -> tuple[int, int, int, int]:
        """Return the place of an event in the history."""
        numbers = [
            self.entities[end].number if end in self.entities else 0
            for end in (event.entity, event.other)
        ]
        is_loss = event.kind is EventKind.SHRANK and not event.other
        return event.revision, _LOST if is_loss else _ORDER[event.kind], numbers[0], numbers[1]

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
                    first = min(span.came for span in own.spans) == revision
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
        left = self._records_that(entity_id, lambda span: span.left == revision)
        came = self._records_that(entity_id, lambda span: span.came == revision)
        staying = set(came)
        for event in targets:
            arrived = self._records_that(event.other, lambda span: span.came == revision)
            if event.kind in (EventKind.SPLIT, EventKind.SHRANK) and left & arrived:
                yield event
            staying |= arrived
        if came:
            yield EntityEvent(revision, EventKind.GREW, entity_id, "")
        if left - staying:
            yield EntityEvent(revision, EventKind.SHRANK, entity_id, "")

    def _records_that(self, entity_id: str, applies: Callable[[_Span], bool]) -> set[str]:
        spans = self.entities[entity_id].spans
        return {self.record_ids[span.record] for span in spans if applies(span)}


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
            by_number[entity].spans.append(_Span(record, came, left))
    return {entity_id: by_number[number] for entity_id, number in numbers.items()}
