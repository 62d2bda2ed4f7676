"""Which entities somebody at the desk may not look at: those that hold a record whose values they may not see.

A pair is decided on all that both sides say. Where a part of that is not for a steward's eyes, the pair is not theirs
to decide, and it is not shown in part.
"""

from __future__ import annotations

from collections.abc import Iterable

from resolver.hub.hub import Hub
from resolver.records.visibility import Viewer, visible


def restricted(hub: Hub, ids: Iterable[str], viewer: Viewer) -> frozenset[str]:
    """Which of some ids (of entities or records) belong to entities that hold a record the viewer may not see."""
    if "admin" in viewer.scopes:
        return frozenset()
    with hub.store.view() as view:
        found = {asked: view.entity(asked) for asked in sorted(set(ids))}
        numbers = sorted({one.number for one in found.values() if one is not None})
        record, entity, _ = view.members(numbers)
        home = dict(zip(record.tolist(), entity.tolist(), strict=True))
        hidden = {
            home[one.number]
            for one in view.records(record.tolist())
            if not visible(one.record.handling, viewer)
        }
    return frozenset(
        asked for asked, one in found.items() if one is not None and one.number in hidden
    )
