"""Times of entities, as far as a viewer may know them: first and last seen, and last changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolver.records.visibility import Viewer
from resolver.screening.visible_history import visible_revisions
from resolver.store import Store


@dataclass(frozen=True, slots=True)
class EntityTimes:
    """Times of an entity, as the store writes them: when its first record came, when a list that
    states it was last read, and when records came or left last.
    """

    created: str
    last_read: str
    changed: str

    def to_json(self) -> dict[str, str]:
        """Return the times as members of an entity."""
        return {
            "first_seen": self.created,
            "last_seen": self.last_read,
            "last_change": self.changed,
        }


def read_entity_times(
    store: Store, revision: int, entities: Sequence[Mapping[str, Any]], viewer: Viewer
) -> dict[str, EntityTimes]:
    """Return the times of some FtM entities of a revision, by id, as the viewer may know them."""
    with store.view(revision) as view:
        spans = visible_revisions(view, [entity["id"] for entity in entities], viewer)
        times = view.commit_times(sorted({number for span in spans.values() for number in span}))
        read_at = {source.name: source.updated for source in view.sources()}
    return {
        entity["id"]: EntityTimes(
            times[spans[entity["id"]][0]],
            max((read_at.get(name, "") for name in entity["datasets"]), default=""),
            times[spans[entity["id"]][1]],
        )
        for entity in entities
        if entity["id"] in spans
    }
