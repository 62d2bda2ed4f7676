"""Throughput of the desk: decisions and reviews since a time, as far as a viewer may see them."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

from resolver.hub.hub import Hub
from resolver.records.visibility import STRANGER, Viewer, may_read_all
from resolver.review.restrictions import find_hidden_records
from resolver.store import StoreView, utc_text
from resolver.store.desk.steward_work import DecisionRow, decisions_since

_DAYS = 30


@dataclass(frozen=True, slots=True)
class Throughput:
    """Decisions of the last hour, of the last day, per day (UTC date, count; newest first) and per
    steward.
    """

    last_hour: int
    last_day: int
    by_day: tuple[tuple[str, int], ...]
    by_steward: tuple[tuple[str, int], ...]


def measure_throughput(hub: Hub, viewer: Viewer = STRANGER) -> Throughput:
    """Count the decisions of the last hour, day and month that the viewer may see."""
    now = datetime.datetime.now(datetime.UTC)
    hour, day = (utc_text(now - datetime.timedelta(hours=hours)) for hours in (1, 24))
    with hub.store.view() as view:
        rows = _visible_rows(view, utc_text(now - datetime.timedelta(days=_DAYS)), viewer)
    days = Counter(row.decided_at[:10] for row in rows)
    stewards = Counter(row.steward for row in rows)
    return Throughput(
        sum(row.decided_at >= hour for row in rows),
        sum(row.decided_at >= day for row in rows),
        tuple(sorted(days.items(), reverse=True)),
        tuple(sorted(stewards.items(), key=lambda item: (-item[1], item[0]))),
    )


def count_decisions(hub: Hub, viewer: Viewer = STRANGER) -> int:
    """Count the decisions of the log that the viewer may see."""
    with hub.store.view() as view:
        if may_read_all(viewer):
            return view.decision_count()
        return len(_visible_rows(view, "", viewer))


def count_reviews(view: StoreView, since: str, viewer: Viewer) -> int:
    """Count the reviews by stewards since a time that the viewer may see; one review may log
    several decisions, all at the same time.
    """
    rows = _visible_rows(view, since, viewer)
    return len({(row.steward, row.decided_at) for row in rows if row.steward})


def _visible_rows(view: StoreView, since: str, viewer: Viewer) -> list[DecisionRow]:
    rows = decisions_since(view.connection, since)
    hidden = find_hidden_records(view, {end for row in rows for end in row.pair}, viewer)
    return [row for row in rows if hidden.isdisjoint(row.pair)]
