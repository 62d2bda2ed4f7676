"""Derived tables of a store for comparison, such as before a decision and after its undo."""

from __future__ import annotations

from typing import Any

from resolver.hub.hub import Hub
from resolver.review import QueueItem, QueueReason, list_waiting, refresh_queue


def derived(hub: Hub) -> dict[str, Any]:
    """Return members, links, living entities and the queue, by ids, without revisions."""
    refresh_queue(hub)
    with hub.store.view() as view:
        record, entity = view.all_members()
        ids = view.record_ids(record.tolist())
        names = view.entity_ids(sorted(set(entity.tolist())))
        table = view.all_links()
        columns = (table.left, table.right, table.logodds, table.band, table.outcome, table.color)
        links = sorted(
            (ids[row[0]], ids[row[1]], *row[2:])
            for row in zip(*(part.tolist() for part in columns), strict=True)
        )
        rows = view.entity_rows(sorted(names))
    members = {
        ids[number]: names[owner]
        for number, owner in zip(record.tolist(), entity.tolist(), strict=True)
    }
    alive = {row[0]: row[2] for row in rows.values()}
    return {"members": members, "links": links, "alive": alive, "queue": queue(hub)}


def queue(hub: Hub) -> list[tuple[Any, ...]]:
    """Return the whole queue, in order."""
    return [
        (
            item.key,
            item.left.id,
            item.right.id,
            item.left_record,
            item.right_record,
            item.logodds,
            item.pairs,
            item.priority,
            str(item.reason),
            item.why,
            item.since,
        )
        for item in items(hub)
    ]


def items(hub: Hub) -> list[QueueItem]:
    """Return all waiting items."""
    return list(list_waiting(hub, limit=10_000).items)


def separate_items(hub: Hub) -> list[QueueItem]:
    """Return waiting items, the first of each entity: a decision on one retires no other's."""
    shown: set[str] = set()
    separate = []
    for item in items(hub):
        sides = {item.left.id, item.right.id}
        if not sides & shown:
            separate.append(item)
        shown |= sides
    return separate


def log_length(hub: Hub) -> int:
    """Count the logged decisions."""
    with hub.store.view() as view:
        return len(view.decisions())


def entity_of(hub: Hub, record: str) -> str:
    """Return the id of the entity of a record."""
    with hub.store.view() as view:
        stored = view.entity(record)
    assert stored is not None
    return stored.id


def first_item(hub: Hub, reason: QueueReason | None = None) -> QueueItem:
    """Return the first waiting item, or the first with a reason."""
    return next(item for item in items(hub) if reason in (None, item.reason))
