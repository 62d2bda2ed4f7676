"""Events of an entity as a viewer may know them, each with its time and its author.

An author is named only where the viewer may see a record or a decision of the entity that the
commit brought or ended: whoever changed it by what is hidden stays unnamed.
"""

from __future__ import annotations

from dataclasses import dataclass

from resolver.records.visibility import Viewer, may_read_all
from resolver.review.restrictions import load_decisions, select_visible_numbers
from resolver.screening.visible_history import visible_history
from resolver.store import EventKind, StoreView


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """Event of an entity: `other` is the other entity, `actor` the author, each empty if there is
    none or the viewer may not know it.
    """

    at: str
    revision: int
    kind: EventKind
    entity: str
    other: str
    actor: str


def load_events(view: StoreView, entity: str, viewer: Viewer) -> list[TimedEvent]:
    """Load the events of an entity, in order."""
    events = visible_history(view, entity, viewer)
    commits = view.revision_rows(sorted({event.revision for event in events}))
    open_revisions = _visible_revisions(view, entity, viewer)
    return [
        TimedEvent(
            commits[event.revision].committed_at,
            event.revision,
            event.kind,
            event.entity,
            event.other,
            commits[event.revision].actor
            if open_revisions is None or event.revision in open_revisions
            else "",
        )
        for event in events
    ]


def _visible_revisions(view: StoreView, entity: str, viewer: Viewer) -> set[int] | None:
    """Return the revisions that brought or ended something visible of an entity; None: all."""
    if may_read_all(viewer):
        return None
    spans = view.membership_spans(view.seen_by(viewer).numbers_behind([entity]))
    numbers = select_visible_numbers(view, sorted({record for record, *_ in spans}), viewer)
    records = view.records(numbers)
    log = load_decisions(view, [stored.record.id for stored in records], viewer)
    revisions = {stored.valid_from for stored in records} | {stored.revision for stored in log}
    return revisions | {stored.valid_to for stored in records if stored.valid_to is not None}
