"""Progress of one steward: what they decided today and lately, and at which pace.

Cut of the queue by a daily capacity: by rank only, and nothing is dropped.

Throughput of the desk: decisions and reviews since a time, as far as a viewer may see them.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from resolver.hub.hub import Hub
from resolver.records.results.resolution import ReviewForecast
from resolver.records.visibility import STRANGER, Viewer, may_read_all
from resolver.review.decisions.earlier_verdicts import UNDOES_KEY
from resolver.review.models import QueueItem, Steward
from resolver.review.queue.queue_filters import visible_rows_filter
from resolver.review.queue.refresh import refresh_queue
from resolver.review.refusals import find_hidden_records
from resolver.store import StoreView, utc_text, waiting_queue
from resolver.store.bulk_rows import parse_utc_text
from resolver.store.steward_work import DecisionRow, OwnDecision, decisions_since, own_decisions

PACE_MINUTES = 20
"""Minutes whose decisions give the pace."""
_LEAST_DECISIONS = 3
"""Decisions below which a pace says nothing."""


@dataclass(frozen=True, slots=True)
class StewardProgress:
    """Decisions of a steward, without those taken back: today (UTC), and `recent` ones of the last
    `minutes` (1 to `PACE_MINUTES`).

    `undoable`: id of the latest that still counts, or empty.
    """

    today: int = 0
    recent: int = 0
    minutes: int = 0
    undoable: str = ""

    def minutes_for(self, pairs: int) -> int | None:
        """Return the minutes that a number of pairs takes at the pace of late; None without one."""
        if self.recent < _LEAST_DECISIONS:
            return None
        return math.ceil(pairs * self.minutes / self.recent)


def measure_progress(
    hub: Hub, steward: Steward, now: datetime.datetime | None = None
) -> StewardProgress:
    """Measure the progress of a steward at a time (default: now). Several decisions of one act,
    such as a split, count once.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    recent_from = now - datetime.timedelta(minutes=PACE_MINUTES)
    with hub.store.view() as view:
        rows = own_decisions(view.connection, steward.name, utc_text(min(midnight, recent_from)))
        hidden = find_hidden_records(
            view, {end for row in rows for end in row.pair}, steward.viewer
        )
    effective = _without_undone([row for row in rows if hidden.isdisjoint(row.pair)])
    times = sorted({row.decided_at for row in effective})
    recent = [time for time in times if time >= utc_text(recent_from)]
    elapsed = (now - parse_utc_text(recent[0])).total_seconds() if recent else 0.0
    return StewardProgress(
        sum(time >= utc_text(midnight) for time in times),
        len(recent),
        min(max(math.ceil(elapsed / 60), 1), PACE_MINUTES) if recent else 0,
        effective[-1].id if effective else "",
    )


def _without_undone(rows: Sequence[OwnDecision]) -> list[OwnDecision]:
    """Return the decisions that were not taken back, without the undos themselves.

    An undo that was itself undone takes nothing back.
    """
    undone: set[int] = set()
    effective = []
    for row in reversed(rows):
        target = int(row.context.get(UNDOES_KEY) or 0)
        if row.number in undone:
            continue
        if target:
            undone.add(target)
        else:
            effective.append(row)
    return effective[::-1]


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


@dataclass(frozen=True, slots=True)
class QueueCut:
    """Forecast of the queue, and the position of the last pair before the cut (None: no pair)."""

    forecast: ReviewForecast
    last_position: tuple[int, int, int] | None = None

    def is_below(self, item: QueueItem) -> bool:
        """Return whether an item lies below the cut."""
        if self.forecast.capacity is None:
            return False
        return self.last_position is None or item.position > self.last_position


def forecast_queue(hub: Hub, capacity: int | None, viewer: Viewer = STRANGER) -> QueueCut:
    """Forecast the queue that a viewer may see, under a capacity of reviews a day (None: not
    stated). Reviews of today (UTC) that the viewer may see use up the capacity of today.
    """
    refresh_queue(hub, complete=False, viewer=viewer)
    visible = visible_rows_filter(viewer)
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with hub.store.view() as view:
        done = 0 if capacity is None else count_reviews(view, utc_text(today), viewer)
        connection, costs = view.connection, hub.options_of(view.head).wrong_merge_costs
        reviews, matches = waiting_queue.sum_scores(connection, visible)
        if capacity is None:
            return QueueCut(ReviewForecast(reviews, matches, costs))
        reviews_today, matches_today = waiting_queue.sum_scores(
            connection, visible, max(0, capacity - done)
        )
        last_position = (
            waiting_queue.position_of_row(connection, visible, reviews_today)
            if reviews_today
            else None
        )
    return QueueCut(
        ReviewForecast(
            reviews,
            matches,
            costs,
            capacity,
            reviews_today,
            max(0.0, matches - matches_today) if reviews > reviews_today else 0.0,
            done,
        ),
        last_position,
    )
