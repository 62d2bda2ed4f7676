"""The derived tables of a store as they stand, to be compared: with what undoing has to bring back."""

from __future__ import annotations

from typing import Any

from resolver.hub.hub import Hub
from resolver.review import QueueItem, catch_up, waiting


def derived(hub: Hub) -> dict[str, Any]:
    """Members, links, living entities and the queue, by ids; no versions."""
    catch_up(hub)
    with hub.store.view() as view:
        record, entity = view.all_members()
        ids = view.ids_of(record.tolist())
        names = view.entity_ids(sorted(set(entity.tolist())))
        table = view.all_links()
        columns = (table.left, table.right, table.logodds, table.band, table.outcome, table.colour)
        links = sorted(
            (ids[row[0]], ids[row[1]], *row[2:])
            for row in zip(*(part.tolist() for part in columns), strict=True)
        )
        rows = view.entity_rows(sorted(names))
    members = {
        ids[one]: names[home] for one, home in zip(record.tolist(), entity.tolist(), strict=True)
    }
    alive = {row[0]: row[2] for row in rows.values()}
    return {"members": members, "links": links, "alive": alive, "queue": queue(hub)}


def queue(hub: Hub) -> list[tuple[Any, ...]]:
    """The whole queue, in its order."""
    return [
        (item.key, item.left.id, item.right.id, item.left_record, item.right_record, item.logodds, item.pairs,
         item.worth, str(item.reason), item.why, item.since)
        for item in items(hub)
    ]  # fmt: skip


def items(hub: Hub) -> list[QueueItem]:
    """All that waits."""
    return list(waiting(hub, limit=10_000).items)


def log_length(hub: Hub) -> int:
    """How many decisions there are."""
    with hub.store.view() as view:
        return len(view.decisions())
