"""History of entities as far as a viewer may know it.

If the viewer may see all records that an entity ever had, everything is shown. Otherwise only the
events of the visible records are: for the viewer the entity is born with the first of these, and
grows or shrinks with them. So neither a feed nor a history reveals that a hidden record exists, or
existed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from resolver.records.visibility import Viewer, is_visible
from resolver.store import EntityEvent, StoreView
from resolver.store.row_types import EventKind


@dataclass(slots=True)
class _EntityVisibility:
    """Part of an entity that a viewer may see: whether that is everything, and the revisions at
    which visible records came and left.
    """

    is_complete: bool = True
    came: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)


def visible_events(
    view: StoreView, events: Sequence[EntityEvent], viewer: Viewer
) -> list[EntityEvent]:
    """Return the events that a viewer may know, in order."""
    if "admin" in viewer.scopes or not events:
        return list(events)
    ids = {event.entity for event in events} | {event.other for event in events} - {""}
    views = _load_visibility(view, ids, viewer)
    if all(entity_view.is_complete for entity_view in views.values()):
        return list(events)
    reduced = [_reduce_event(event, views) for event in events]
    # several events of one revision may be equal once hidden parts are left out
    return list(dict.fromkeys(event for event in reduced if event is not None))


def was_ever_visible(view: StoreView, entity_id: str, viewer: Viewer) -> bool:
    """Return whether a viewer may see any record that an entity (even a retired one) ever had."""
    if "admin" in viewer.scopes:
        return True
    entity_view = _load_visibility(view, {entity_id}, viewer).get(entity_id)
    return entity_view is None or entity_view.is_complete or bool(entity_view.came)


def _load_visibility(
    view: StoreView, ids: Iterable[str], viewer: Viewer
) -> dict[str, _EntityVisibility]:
    numbers = view.entity_numbers(sorted(ids))
    spans = view.membership_spans(sorted(numbers.values()))
    handling = view.handling_of(sorted({record for record, _, _, _ in spans}))
    hidden_numbers = {number for number, item in handling.items() if not is_visible(item, viewer)}
    by_number = {number: _EntityVisibility() for number in numbers.values()}
    for record, entity, came, left in spans:
        entity_view = by_number[entity]
        if record in hidden_numbers:
            entity_view.is_complete = False
        else:
            entity_view.came.add(came)
            if left is not None:
                entity_view.left.add(left)
    return {entity_id: by_number[number] for entity_id, number in numbers.items()}


def _reduce_event(event: EntityEvent, views: Mapping[str, _EntityVisibility]) -> EntityEvent | None:
    own_view = views.get(event.entity, _EntityVisibility())
    other_view = views.get(event.other, _EntityVisibility())
    if not other_view.is_complete and not other_view.came:
        event = replace(event, other="")
    if own_view.is_complete:
        return event
    came, left = event.revision in own_view.came, event.revision in own_view.left
    if not came and not left:
        return None
    if came and event.revision == min(own_view.came):
        return replace(event, kind=EventKind.BORN, other="")
    if event.kind in (EventKind.BORN, EventKind.GREW, EventKind.SHRANK):
        return replace(event, kind=EventKind.GREW if came else EventKind.SHRANK)
    return event
