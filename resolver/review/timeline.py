"""Timeline of an entity: its events, decisions on its records, commits that brought them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from resolver.hub.hub import Hub
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.earlier_verdicts import VERDICT_TEXTS, decision_views
from resolver.review.entity_events import load_events
from resolver.review.entity_sides import load_sides
from resolver.review.models import DecisionStatus, DecisionView, HistoryRow
from resolver.review.restrictions import find_decision, find_entity, load_decisions
from resolver.store import EventKind, StoreView

_OWN_EVENT_TEXTS = {
    EventKind.BORN: "first seen",
    EventKind.GREW: "records came to it, or changed in it",
    EventKind.SHRANK: "records left it",
    EventKind.MERGED: "merged into {other}",
    EventKind.SPLIT: "{other} was cut off from it",
    EventKind.REVIVED: "is an entity of its own again",
    EventKind.DISSOLVED: "all its records were withdrawn",
}
_OTHER_EVENT_TEXTS = {
    EventKind.MERGED: "{entity} was merged into it",
    EventKind.SPLIT: "cut off from {entity}",
    EventKind.REVIVED: "{entity} is an entity of its own again",
}
_UNDOABLE = (DecisionStatus.ACTIVE, DecisionStatus.WAITING, DecisionStatus.REOPENED)
_STATUS_NOTES = {
    DecisionStatus.WAITING: "; waits for a second steward",
    DecisionStatus.UNDONE: "; undone since",
    DecisionStatus.REOPENED: "; reopened since",
}


def list_decisions(
    hub: Hub, record_ids: Sequence[str], viewer: Viewer = STRANGER
) -> tuple[DecisionView, ...]:
    """List the decisions on some records, newest first, if the viewer may see both records."""
    with hub.store.view() as view:
        return decision_views(load_decisions(view, record_ids, viewer))


def load_decision(hub: Hub, decision_id: str, viewer: Viewer = STRANGER) -> DecisionView:
    """Load a decision with its present effect. Raises `UnknownIdError` for an id that the viewer
    may not know.
    """
    with hub.store.view() as view:
        stored = find_decision(view, decision_id, viewer)
        log = load_decisions(view, stored.decision.pair, viewer)
    return next(decision for decision in decision_views(log) if decision.id == stored.id)


def load_timeline(hub: Hub, entity: str, viewer: Viewer = STRANGER) -> tuple[HistoryRow, ...]:
    """Load the history of an entity, newest first, as far as it concerns records the viewer may
    see.

    Raises `UnknownIdError` for an id that the viewer may not know.
    """
    with hub.store.view() as view:
        stored_entity = find_entity(view, entity, viewer)
        rows = [
            *_events(view, stored_entity.id, viewer),
            *_decisions(view, stored_entity.records, viewer),
            *_lists(view, stored_entity.number, viewer),
        ]
    return tuple(sorted(rows, key=lambda row: (row.revision, row.decision, row.kind), reverse=True))


def _events(view: StoreView, entity: str, viewer: Viewer) -> list[HistoryRow]:
    rows = []
    for event in load_events(view, entity, viewer):
        is_own = event.entity == entity
        template = (_OWN_EVENT_TEXTS if is_own else _OTHER_EVENT_TEXTS).get(event.kind)
        if template is None:
            continue
        other = event.other if is_own else event.entity
        text = template.format(entity=event.entity, other=event.other or "another entity")
        rows.append(HistoryRow(event.at, event.revision, str(event.kind), text, event.actor, other))
    return rows


def _decisions(view: StoreView, records: Sequence[str], viewer: Viewer) -> list[HistoryRow]:
    log = load_decisions(view, records, viewer)
    revision_of = {stored.number: stored.revision for stored in log}
    return [_decision_row(row, revision_of[row.number]) for row in decision_views(log)]


def _decision_row(decision: DecisionView, revision: int) -> HistoryRow:
    text = f"{decision.left_record} and {decision.right_record}"
    if decision.undoes:
        text = f"takes back decision {decision.undoes} on {text}"
    else:
        text += f": {VERDICT_TEXTS[decision.verdict]}"
    note = ", ".join(filter(None, (decision.reason, decision.comment)))
    text += f" ({note})" if note else ""
    text += _STATUS_NOTES.get(decision.status, "")
    text += f": {decision.reopened}" if decision.reopened else ""
    return HistoryRow(
        decision.decided_at,
        revision,
        "decision",
        text,
        decision.steward,
        decision=decision.number,
        decision_id=decision.id,
        is_undoable=decision.status in _UNDOABLE,
    )


def _lists(view: StoreView, number: int, viewer: Viewer) -> list[HistoryRow]:
    """Return a row for each list and commit that brought current record versions of the entity."""
    side = load_sides(view, [number], viewer).get(number)
    counts: Counter[tuple[int, str]] = Counter()
    for stored in side.records if side else ():
        counts[stored.valid_from, stored.record.source] += 1
    revisions = view.revision_rows(sorted({revision for revision, _ in counts}))
    rows = []
    for (revision, source), count in sorted(counts.items()):
        revision_row = revisions[revision]
        noun = "record" if count == 1 else "records"
        text = f"{source}: {count} {noun} new or changed"
        rows.append(
            HistoryRow(revision_row.committed_at, revision, "list", text, revision_row.actor)
        )
    return rows
