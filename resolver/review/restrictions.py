"""Entities that a viewer may not review because they contain a record the viewer may not see.

A decision rests on everything both sides say. If a part of that is hidden from a steward, the pair
is neither shown to them in part nor theirs to decide.
"""

from __future__ import annotations

from collections.abc import Iterable

from resolver.hub.hub import Hub
from resolver.records.visibility import Viewer, is_visible


def find_restricted(hub: Hub, ids: Iterable[str], viewer: Viewer) -> frozenset[str]:
    """Return the ids of entities or records whose entity holds a record hidden from the viewer."""
    if "admin" in viewer.scopes:
        return frozenset()
    with hub.store.view() as view:
        entities = {entity_id: view.entity(entity_id) for entity_id in sorted(set(ids))}
        numbers = sorted({entity.number for entity in entities.values() if entity is not None})
        record, entity, _ = view.members(numbers)
        entity_of = dict(zip(record.tolist(), entity.tolist(), strict=True))
        restricted_numbers = {
            entity_of[stored.number]
            for stored in view.records(record.tolist())
            if not is_visible(stored.record.handling, viewer)
        }
    return frozenset(
        entity_id
        for entity_id, entity in entities.items()
        if entity is not None and entity.number in restricted_numbers
    )
