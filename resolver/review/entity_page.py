"""Page of an entity: its golden record with sources, contradictions and records.

The page has a timeline: the events of the entity that the viewer may know, the decisions on its
records, and the commits that brought its records. Each event has its time and its author. The
author is named only if the viewer may see a record or a decision that the commit brought or ended.
An author who changed only hidden records is not named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolver.check.visible_history import visible_history
from resolver.hub.hub import Hub
from resolver.merging import GoldenRecord
from resolver.records import Record
from resolver.records.labels import display_text, property_label
from resolver.records.properties import BEGINNINGS, FULL_NAMES, NAME_PARTS
from resolver.records.visibility import STRANGER, Viewer, may_read_all
from resolver.review import models, profile
from resolver.review.attributes import StatementIndex, compare_attributes
from resolver.review.earlier_verdicts import VERDICT_TEXTS, decision_views
from resolver.review.entity_sides import build_party, load_sides, side_digest, sources_by_name
from resolver.review.refusals import (
    find_decision,
    find_entity,
    load_decisions,
    select_visible_numbers,
)
from resolver.store import EventKind, StoredRecord, StoredSource, StoreView

_MAX_TEXT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class RecordView:
    """Record of an entity: its source, its names and its dates of birth or foundation (each on a
    line of its own), and the revision since which this version is valid.
    """

    statement: models.Statement
    names: str
    birth_dates: str
    revision: int


@dataclass(frozen=True, slots=True)
class EntityPage:
    """Entity with its current `id` at a `revision` of the store.

    `attributes` have values on their left side only; `conflicts` maps a label to the values that
    contradict one another. An entity without `records` was dissolved, and everything else is empty.
    `digest` identifies the visible records as shown. `agencies`, `life`, `places` and `handling`
    collect what these records state.
    """

    id: str
    revision: int
    party: models.Party | None
    attributes: tuple[models.AttributeView, ...]
    conflicts: Mapping[str, tuple[str, ...]]
    records: tuple[RecordView, ...]
    digest: str = ""
    agencies: tuple[profile.AgencyShare, ...] = ()
    life: tuple[profile.LifeSpan, ...] = ()
    places: tuple[profile.MappedPlace, ...] = ()
    handling: tuple[profile.RecordHandling, ...] = ()


def load_entity_page(hub: Hub, entity_id: str, viewer: Viewer = STRANGER) -> EntityPage:
    """Load the entity of an id as the viewer may see it. The id may be its own, a retired id, or
    the id of a record.

    Raises `UnknownIdError` for an id that is unknown or that the viewer may not know.
    """
    with hub.store.view() as view:
        stored_entity = find_entity(view, entity_id, viewer)
        if not stored_entity.records:
            return EntityPage(stored_entity.id, view.revision, None, (), {}, ())
        side = load_sides(view, [stored_entity.number], viewer)[stored_entity.number]
        sources = sources_by_name(view)
        statements = StatementIndex.load(view, (side,), sources)
        no_values = GoldenRecord(
            side.golden.id, side.golden.kind, side.golden.schema, "", "", (), (), {}
        )
        return EntityPage(
            side.id,
            view.revision,
            build_party(side, sources),
            compare_attributes(side.golden, no_values, statements),
            {
                property_label(p): tuple(display_text(p, text) for text in texts)
                for p, texts in side.golden.conflicts.items()
            },
            tuple(
                _record(stored, statements, sources)
                for stored in sorted(side.records, key=_record_order)
            ),
            side_digest(side),
            profile.group_by_agency(statements.by_record.values()),
            profile.collect_spans(stored.record for stored in side.records),
            profile.collect_places(stored.record for stored in side.records),
            profile.collect_handling(stored.record for stored in side.records),
        )


def _record_order(stored: StoredRecord) -> tuple[str, str]:
    return stored.record.source, stored.record.id


def _record(
    stored: StoredRecord, statements: StatementIndex, sources: Mapping[str, StoredSource]
) -> RecordView:
    return RecordView(
        statements.by_record[stored.record.id],
        _texts(stored.record, FULL_NAMES) or _texts(stored.record, NAME_PARTS),
        _texts(stored.record, BEGINNINGS),
        stored.valid_from,
    )


def _texts(record: Record, props: tuple[str, ...]) -> str:
    texts = [display_text(row.prop, row.text) for row in record.values if row.prop in props]
    text = " · ".join(dict.fromkeys(texts))
    return text if len(text) <= _MAX_TEXT_LENGTH else text[: _MAX_TEXT_LENGTH - 1].rstrip() + "…"


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
    """Return the revisions that added or ended something of an entity that the viewer may see; None
    stands for all revisions.
    """
    if may_read_all(viewer):
        return None
    spans = view.membership_spans(view.seen_by(viewer).numbers_behind([entity]))
    numbers = select_visible_numbers(view, sorted({record for record, *_ in spans}), viewer)
    records = view.records(numbers)
    log = load_decisions(view, [stored.record.id for stored in records], viewer)
    revisions = {stored.valid_from for stored in records} | {stored.revision for stored in log}
    return revisions | {stored.valid_to for stored in records if stored.valid_to is not None}


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
_UNDOABLE = (
    models.DecisionStatus.ACTIVE,
    models.DecisionStatus.WAITING,
    models.DecisionStatus.REOPENED,
)
_STATUS_NOTES = {
    models.DecisionStatus.WAITING: "; waits for a second steward",
    models.DecisionStatus.UNDONE: "; undone since",
    models.DecisionStatus.REOPENED: "; reopened since",
}


def list_decisions(
    hub: Hub, record_ids: Sequence[str], viewer: Viewer = STRANGER
) -> tuple[models.DecisionView, ...]:
    """List the decisions on some records, newest first, if the viewer may see both records."""
    with hub.store.view() as view:
        return decision_views(load_decisions(view, record_ids, viewer))


def load_decision(hub: Hub, decision_id: str, viewer: Viewer = STRANGER) -> models.DecisionView:
    """Load a decision with its present effect. Raises `UnknownIdError` for an id that the viewer
    may not know.
    """
    with hub.store.view() as view:
        stored = find_decision(view, decision_id, viewer)
        log = load_decisions(view, stored.decision.pair, viewer)
    return next(decision for decision in decision_views(log) if decision.id == stored.id)


def load_timeline(
    hub: Hub, entity: str, viewer: Viewer = STRANGER
) -> tuple[models.HistoryRow, ...]:
    """Load the history of an entity, newest first, limited to records that the viewer may see.

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


def _events(view: StoreView, entity: str, viewer: Viewer) -> list[models.HistoryRow]:
    rows = []
    for event in load_events(view, entity, viewer):
        is_own = event.entity == entity
        template = (_OWN_EVENT_TEXTS if is_own else _OTHER_EVENT_TEXTS).get(event.kind)
        if template is None:
            continue
        other = event.other if is_own else event.entity
        text = template.format(entity=event.entity, other=event.other or "another entity")
        rows.append(
            models.HistoryRow(event.at, event.revision, str(event.kind), text, event.actor, other)
        )
    return rows


def _decisions(view: StoreView, records: Sequence[str], viewer: Viewer) -> list[models.HistoryRow]:
    log = load_decisions(view, records, viewer)
    revision_of = {stored.number: stored.revision for stored in log}
    return [_decision_row(row, revision_of[row.number]) for row in decision_views(log)]


def _decision_row(decision: models.DecisionView, revision: int) -> models.HistoryRow:
    text = f"{decision.left_record} and {decision.right_record}"
    if decision.undoes:
        text = f"takes back decision {decision.undoes} on {text}"
    else:
        text += f": {VERDICT_TEXTS[decision.verdict]}"
    note = ", ".join(filter(None, (decision.reason, decision.comment)))
    text += f" ({note})" if note else ""
    text += _STATUS_NOTES.get(decision.status, "")
    text += f": {decision.reopened}" if decision.reopened else ""
    return models.HistoryRow(
        decision.decided_at,
        revision,
        "decision",
        text,
        decision.steward,
        decision=decision.number,
        decision_id=decision.id,
        is_undoable=decision.status in _UNDOABLE,
    )


def _lists(view: StoreView, number: int, viewer: Viewer) -> list[models.HistoryRow]:
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
            models.HistoryRow(revision_row.committed_at, revision, "list", text, revision_row.actor)
        )
    return rows
