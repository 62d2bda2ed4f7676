"""Limits of review: entities, records and decisions as a viewer may know them.

What a viewer may not see is treated as if the store did not have it: its id is unknown, and of an
entity only the visible records count. So no refusal, count or history says that there is more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from resolver.check.visible_history import was_ever_visible
from resolver.errors import UnknownIdError
from resolver.hub.reopening import mark_stored
from resolver.records.visibility import Viewer, is_visible, may_read_all
from resolver.store import StoredDecision, StoredEntity, StoreView

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def find_entity(view: StoreView, entity_id: str, viewer: Viewer) -> StoredEntity:
    """Find the entity of an id, with the records that the viewer may see: of its own id, a retired
    one that redirects to it, or the id of a record.

    Raises `UnknownIdError` for an id that the store does not have or the viewer may not know.
    """
    view = view.seen_by(viewer)
    stored = view.entity(entity_id)
    if stored is None or not _may_know(view, stored, viewer):
        raise UnknownIdError(
            f"the store has no entity or record {entity_id}", hint="ids are e-… or <source>:<id>"
        )
    hidden = find_hidden_records(view, stored.records, viewer)
    if not hidden:
        return stored
    return replace(
        stored, records=tuple(record for record in stored.records if record not in hidden)
    )


def _may_know(view: StoreView, stored: StoredEntity, viewer: Viewer) -> bool:
    if stored.requested_id in stored.records:
        return not find_hidden_records(view, [stored.requested_id], viewer)
    return was_ever_visible(view, stored.requested_id, viewer)


def find_hidden_records(view: StoreView, record_ids: Collection[str], viewer: Viewer) -> set[str]:
    """Return the records among some ids whose latest version the viewer may not see."""
    if may_read_all(viewer) or not record_ids:
        return set()
    versions = view.record_numbers(sorted(record_ids))
    id_of = {numbers[-1]: record_id for record_id, numbers in versions.items()}
    visible = select_visible_numbers(view, sorted(id_of), viewer)
    return set(id_of.values()) - {id_of[number] for number in visible}


def select_visible_numbers(view: StoreView, numbers: Sequence[int], viewer: Viewer) -> list[int]:
    """Return those of some record numbers whose version the viewer may see, in order."""
    if may_read_all(viewer):
        return list(numbers)
    hidden = {
        stored.number
        for stored in view.records_with_handling(numbers)
        if not is_visible(stored.record.handling, viewer)
    }
    return [number for number in numbers if number not in hidden]


def visible_decisions(
    view: StoreView, log: Sequence[StoredDecision], viewer: Viewer
) -> list[StoredDecision]:
    """Return the decisions of which the viewer may see both records."""
    hidden = find_hidden_records(
        view, {end for stored in log for end in stored.decision.pair}, viewer
    )
    return [stored for stored in log if hidden.isdisjoint(stored.decision.pair)]


def load_decisions(
    view: StoreView, record_ids: Iterable[str], viewer: Viewer
) -> list[StoredDecision]:
    """Load the decisions on some records of which the viewer may see both, reopened ones marked."""
    ids = sorted(set(record_ids))
    return visible_decisions(view, mark_stored(view, view.decisions(ids)), viewer) if ids else []


def find_decision(view: StoreView, decision_id: str, viewer: Viewer) -> StoredDecision:
    """Find a decision by id. Raises `UnknownIdError` for an id that the log does not have or the
    viewer may not know.

    Who sees everything, as commands do, may name a decision by its number in the log as well.
    """
    stored = view.decision_by_id(decision_id)
    if stored is None and may_read_all(viewer) and _NUMBER.fullmatch(decision_id):
        stored = view.decision(int(decision_id))
    if stored is None or not visible_decisions(view, [stored], viewer):
        raise UnknownIdError(
            f"there is no decision {decision_id[:40]}", hint="see the history of the entity"
        )
    return stored
