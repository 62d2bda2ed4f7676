"""The timeline of an entity: what became of it, what was decided on its records, which landings brought them."""

from __future__ import annotations

from collections.abc import Sequence

from resolver.hub.hub import Hub
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.earlier_verdicts import SPELLED, decision_views
from resolver.review.entity_sides import living, sides_of
from resolver.review.models import DecisionView, HistoryRow, Standing
from resolver.review.pair import seen_log
from resolver.store import EventKind, View

_TOLD = {
    EventKind.BORN: "first seen",
    EventKind.GREW: "records came to it, or changed in it",
    EventKind.SHRANK: "records left it",
    EventKind.MERGED: "merged into {other}",
    EventKind.SPLIT: "{other} was cut off from it",
    EventKind.REVIVED: "is an entity of its own again",
    EventKind.DISSOLVED: "all its records were withdrawn",
}
_OTHER = {
    EventKind.MERGED: "{entity} was merged into it",
    EventKind.SPLIT: "cut off from {entity}",
    EventKind.REVIVED: "{entity} is an entity of its own again",
}


def decisions_on(
    hub: Hub, record_ids: Sequence[str], viewer: Viewer = STRANGER
) -> tuple[DecisionView, ...]:
    """The decisions on some records, the newest first; those on records that the viewer sees."""
    with hub.store.view() as view:
        return (
            decision_views(seen_log(view, view.decisions(list(record_ids)), viewer))
            if record_ids
            else ()
        )


def timeline(hub: Hub, entity: str, viewer: Viewer = STRANGER) -> tuple[HistoryRow, ...]:
    """All that became of an entity, the newest first, as far as it tells of records that the viewer sees. Raises
    `InputError` for an unknown id."""
    with hub.store.view() as view:
        found = living(view, entity)
        rows = [
            *_events(view, found.id),
            *_decisions(view, found.records, viewer),
            *_lists(view, found.number, viewer),
        ]
    return tuple(sorted(rows, key=lambda row: (row.version, row.decision, row.kind), reverse=True))


def _events(view: View, entity: str) -> list[HistoryRow]:
    changes = view.history(entity)
    versions = view.version_rows(sorted({one.version for one in changes}))
    rows = []
    for change in changes:
        own = change.entity == entity
        told = (_TOLD if own else _OTHER).get(change.kind)
        if told is None:
            continue
        landing = versions[change.version]
        other = change.other if own else change.entity
        text = told.format(entity=change.entity, other=change.other)
        rows.append(
            HistoryRow(landing.landed, change.version, str(change.kind), text, landing.who, other)
        )
    return rows


def _decisions(view: View, records: Sequence[str], viewer: Viewer) -> list[HistoryRow]:
    if not records:
        return []
    log = seen_log(view, view.decisions(list(records)), viewer)
    landed = {one.number: one.landed for one in log}
    rows = []
    for one in decision_views(log):
        told = f"{one.left_record} and {one.right_record}: {SPELLED[one.verdict]}"
        told = f"undoes decision {one.undoes}: {told}" if one.undoes else told
        note = ", ".join(filter(None, (one.reason, one.comment)))
        told += f" ({note})" if note else ""
        told += {
            Standing.WAITS: "; waits for a second steward",
            Standing.UNDONE: "; undone since",
        }.get(one.standing, "")
        undoable = one.standing in (Standing.STANDS, Standing.WAITS)
        rows.append(
            HistoryRow(
                one.when, landed[one.number], "decision", told, one.who, "", one.number, undoable
            )
        )
    return rows


def _lists(view: View, number: int, viewer: Viewer) -> list[HistoryRow]:
    """The landings that brought the versions of the records that hold, one line a list and landing."""
    side = sides_of(view, [number], viewer).get(number)
    brought: dict[tuple[int, str], int] = {}
    for one in side.records if side else ():
        brought[one.valid_from, one.record.source] = (
            brought.get((one.valid_from, one.record.source), 0) + 1
        )
    versions = view.version_rows(sorted({version for version, _ in brought}))
    rows = []
    for (version, source), count in sorted(brought.items()):
        landing = versions[version]
        told = f"{count} {'record' if count == 1 else 'records'} as {source} has {'it' if count == 1 else 'them'} now"
        rows.append(HistoryRow(landing.landed, version, "list", told, landing.who))
    return rows
