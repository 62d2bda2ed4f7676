"""Queue of the desk: pages, next pair, leases and assignments, in order of priority, and progress.

The order is an indexed table of the store, so the time to get the next pair does not depend on how
many wait. Each pair is checked again before a steward gets it. So a queue that is behind never
shows a pair that no longer waits. A daily capacity cuts the queue by rank only, and nothing is
dropped.

`StewardProgress` has what one steward decided today and recently, and the pace. The throughput of
the desk counts decisions and reviews since a time, as far as a viewer may see them.
"""

from __future__ import annotations

import datetime
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolver.check.visible_history import was_ever_visible
from resolver.errors import InputError, StoreError
from resolver.hub.hub import Hub
from resolver.matching.scoring import scores
from resolver.records.results.resolution import Band, Outcome, ReviewForecast
from resolver.records.visibility import STRANGER, Viewer, may_read_all
from resolver.review import entity_sides, refusals
from resolver.review.earlier_verdicts import UNDOES_KEY, find_recheck_item
from resolver.review.models import Filters, Party, QueueItem, QueuePage, QueueReason, Steward
from resolver.review.queue_filters import (
    NO_FILTERS,
    build_queue_filter,
    visible_row,
    visible_rows_filter,
)
from resolver.review.queue_refresh import (
    PAGE_RECORD_LIMIT,
    are_visible_rows_behind,
    is_read_only_error,
    refresh_queue,
    update_queue,
)
from resolver.store import StoreView, WaitingRow, steward_work, utc_text, waiting_queue
from resolver.store.database import parse_utc_text
from resolver.store.steward_work import DecisionRow, OwnDecision, decisions_since, own_decisions

_MAX_OFFERS = 25
"""Maximum number of rows of the queue that are tried for one steward."""
_END = r"[de]-[\w-]{1,60}"
_KEY = re.compile(rf"{_END}\.{_END}(~{_END}\.{_END}){{0,9}}", re.ASCII)
"""Key of a position in the queue: two entities (or, for a blind recheck, the decision twice), and
the items that were passed before. The key has no rank, because ranks depend on how often anybody
looked the entities up.
"""
_KEPT_PLACES = 3
"""Number of items that a key names. If the last of them no longer waits, the queue goes on after
the item before it.
"""


def list_waiting(
    hub: Hub,
    filters: Filters = NO_FILTERS,
    *,
    limit: int = 50,
    after: str = "",
    steward: Steward | None = None,
    viewer: Viewer = STRANGER,
) -> QueuePage:
    """List a page of the queue, as the viewer may see it. With a `steward`, list only pairs that
    they may decide and that nobody else has open.

    Raises `InputError` for invalid filters.
    """
    viewer = steward.viewer if steward is not None else viewer
    refreshed = refresh_queue(hub, complete=False, viewer=viewer)
    with hub.store.view() as view:
        queue_filter = build_queue_filter(view, filters, steward, viewer)
        total, oldest = waiting_queue.measure_queue(view.connection, queue_filter)
        rows = waiting_queue.queue_page(
            view.connection,
            queue_filter,
            limit=limit + 1,
            after=_parse_key(view, after, viewer),
        )
        items = _build_items(view, rows[:limit], viewer)
        has_more = len(rows) > limit
        age = (_now() - parse_utc_text(oldest)).total_seconds() if oldest else 0.0
        return QueuePage(
            tuple(items),
            total,
            oldest,
            age,
            join_places(*(item.key for item in reversed(items))) if has_more and items else "",
            view.revision,
            not refreshed.is_current,
        )


def take_next_item(
    hub: Hub,
    steward: Steward,
    filters: Filters = NO_FILTERS,
    after: str = "",
    rules: refusals.DeskRules | None = None,
) -> QueueItem | None:
    """Lease the next pair to a steward; None if nothing waits. If the store cannot be written, the
    pair is returned without a lease.
    """
    until = _lease_end(rules or refusals.DeskRules())
    if are_visible_rows_behind(hub, steward.viewer):
        refresh_queue(hub, complete=False, viewer=steward.viewer)
    try:
        # use one transaction, since a steward waits for each round trip and each commit
        with hub.store.queue.begin_update(PAGE_RECORD_LIMIT) as update:
            is_current = update_queue(update)
            for item in _offer_items(update.view, steward, filters, after, is_current=is_current):
                if steward_work.take_hold(
                    update.view.connection, item.position[1:], steward.name, until
                ):
                    return replace(item, holder=steward.name)
            return None
    except StoreError as error:
        if not is_read_only_error(error):
            raise
    with hub.store.view() as view:
        return next(_offer_items(view, steward, filters, after, is_current=False), None)


def _offer_items(
    view: StoreView,
    steward: Steward,
    filters: Filters,
    after: str,
    *,
    is_current: bool,
) -> Iterator[QueueItem]:
    """Yield the pairs that a steward may get, in order of priority, up to `_MAX_OFFERS` rows of the
    queue.
    """
    queue_filter = build_queue_filter(view, filters, steward, steward.viewer)
    place = _parse_key(view, after, steward.viewer)
    for _ in range(_MAX_OFFERS):
        rows = waiting_queue.queue_page(view.connection, queue_filter, limit=1, after=place)
        item = find_recheck_item(view, steward, filters, rows[0].rank if rows else None, place)
        if item is None:
            if not rows:
                return
            place = rows[0].position
            items = _build_items(
                view,
                [row for row in rows if is_current or _still_waits(view, row)],
                steward.viewer,
            )
            if not items:
                continue
            item = items[0]
        yield item


def find_item(
    hub: Hub, left: str, right: str, recheck: str = "", viewer: Viewer = STRANGER
) -> QueueItem | None:
    """Find the queue item of two entities, or of a decision under recheck; None if they do not wait
    or the viewer may not see them.
    """
    refresh_queue(hub, complete=False, viewer=viewer)
    with hub.store.view() as view:
        if recheck:
            decision = refusals.find_decision(view, recheck, viewer)
            return find_recheck_item(
                view, None, NO_FILTERS, None, None, decision=decision, viewer=viewer
            )
        row = visible_row(view, _entity_numbers(view, left, right, viewer), viewer)
        items = _build_items(view, [row] if row else [], viewer)
        return items[0] if items else None


def hold_pair(
    hub: Hub, steward: Steward, left: str, right: str, rules: refusals.DeskRules | None = None
) -> str:
    """Take or renew the lease of a pair, and return its end (UTC text). Raises `PairLockedError` if
    another steward has it.
    """
    until = _lease_end(rules or refusals.DeskRules())
    with hub.store.view() as view:
        pair = _entity_numbers(view, left, right, steward.viewer)
    if not hub.store.steward_work.hold(pair, steward.name, until):
        with hub.store.view() as view:
            lease = steward_work.current_hold(view.connection, pair)
        raise refusals.PairLockedError(
            lease.steward if lease else "another steward", lease.until if lease else ""
        )
    return until


def release_pair(hub: Hub, steward: Steward, left: str, right: str) -> None:
    """Release the lease of a pair. Raises `UnknownIdError` for an id the steward may not know."""
    with hub.store.view() as view:
        pair = _entity_numbers(view, left, right, steward.viewer)
    hub.store.steward_work.release(pair, steward.name)


def assign_pair(
    hub: Hub,
    left: str,
    right: str,
    assignee: str,
    assigned_by: str = "",
    *,
    viewer: Viewer = STRANGER,
) -> None:
    """Assign a pair to a steward; an empty `assignee` removes the assignment."""
    with hub.store.view() as view:
        pair = _entity_numbers(view, left, right, viewer)
    hub.store.steward_work.assign(pair, assignee, assigned_by)


def _build_items(view: StoreView, rows: Sequence[WaitingRow], viewer: Viewer) -> list[QueueItem]:
    """Build items from rows as a viewer sees them; rows whose entities no longer exist are left
    out.
    """
    numbers = [number for row in rows for number in (row.low, row.high)]
    sides = entity_sides.load_sides(view, numbers, viewer)
    sources = entity_sides.sources_by_name(view)
    parties = {number: entity_sides.build_party(side, sources) for number, side in sides.items()}
    assigned = steward_work.assignees(view.connection, [(row.low, row.high) for row in rows])
    ids = view.record_ids(sorted({number for row in rows for number in (row.left, row.right)}))
    record, entity, _ = view.memberships([row.left for row in rows])
    entity_of = dict(zip(record.tolist(), entity.tolist(), strict=True))
    items = []
    for row in rows:
        if row.low in parties and row.high in parties:
            lease = steward_work.current_hold(view.connection, (row.low, row.high))
            assignee = assigned.get((row.low, row.high), "")
            record_ids = ids[row.left], ids[row.right]
            if entity_of.get(row.left) == row.high:  # entities and records differ in order
                record_ids = ids[row.right], ids[row.left]
            holder = lease.steward if lease else ""
            item = _build_item(row, parties, record_ids, assignee, holder)
            items.append(replace(item, dates_contradict=_is_contradicted(sides, row)))
    return items


def _is_contradicted(sides: Mapping[int, entity_sides.EntitySide], row: WaitingRow) -> bool:
    return entity_sides.dates_contradict(sides[row.low].golden, sides[row.high].golden)


_WAITING_BY_DECISION = frozenset(
    (QueueReason.RED, QueueReason.SECOND, QueueReason.MOVED, QueueReason.REOPENED)
)


def _still_waits(view: StoreView, row: WaitingRow) -> bool:
    """Check a row of a queue that is behind: false if the pair was merged or decided since."""
    if row.readers or row.reason in _WAITING_BY_DECISION:
        return True
    links = view.links_of([row.left])
    is_pair = (links.left == row.left) & (links.right == row.right)
    return bool((links.outcome[is_pair] == Outcome.QUEUED).any())


def _build_item(
    row: WaitingRow, parties: Mapping[int, Party], ids: tuple[str, str], assigned: str, holder: str
) -> QueueItem:
    return QueueItem(
        f"{parties[row.low].id}.{parties[row.high].id}",
        parties[row.low],
        parties[row.high],
        *ids,
        row.score,
        row.logodds,
        Band(row.band),
        row.pairs,
        -row.rank,
        QueueReason(row.reason),
        row.why,
        row.since,
        assigned,
        holder,
        position=row.position,
        record_score=float(scores(np.array([row.record_logodds]))[0]),
    )


def _parse_key(view: StoreView, key: str, viewer: Viewer) -> tuple[int, int, int] | None:
    """Return the position of a key in the present queue.

    This is the position of the first item of the key that waits for the viewer. None, the beginning
    of the queue, if none of them waits.

    Raises `InputError` for an invalid key.
    """
    if not key:
        return None
    if _KEY.fullmatch(key) is None:
        raise InputError(f"{key[:40]!r} is no place in the queue", hint="go back to its beginning")
    for item in key.split("~"):
        left, _, right = item.partition(".")
        place = _find_place(view, left, right, viewer)
        if place is not None:
            return place
    return None


def _find_place(
    view: StoreView, left: str, right: str, viewer: Viewer
) -> tuple[int, int, int] | None:
    """Return the position of two entities, or of a decision, in the queue.

    None if they do not wait, or not for the viewer.
    """
    if left.startswith("d-"):
        stored = view.decision_by_id(left)
        if stored is None or not refusals.visible_decisions(view, [stored], viewer):
            return None
        recheck = steward_work.recheck_of(view.connection, stored.number)
        return None if recheck is None else (recheck.rank, -stored.number, -stored.number)
    numbers = view.seen_by(viewer).entity_numbers([left, right])
    if len(numbers) < 2 or not all(was_ever_visible(view, end, viewer) for end in numbers):
        return None
    low, high = sorted(numbers.values())
    row = visible_row(view, (low, high), viewer)
    return None if row is None else row.position


def join_places(*keys: str) -> str:
    """Return the key of the position after some items, given by their keys, the latest first."""
    items = [item for key in keys for item in key.split("~") if item]
    return "~".join(list(dict.fromkeys(items))[:_KEPT_PLACES])


def _entity_numbers(view: StoreView, left: str, right: str, viewer: Viewer) -> tuple[int, int]:
    left_number, right_number = (
        refusals.find_entity(view, end, viewer).number for end in (left, right)
    )
    return min(left_number, right_number), max(left_number, right_number)


def _lease_end(rules: refusals.DeskRules) -> str:
    return utc_text(_now() + datetime.timedelta(seconds=rules.lease_seconds))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


PACE_MINUTES = 20
"""The pace of a steward is measured on the decisions of this number of minutes."""
_LEAST_DECISIONS = 3
"""Number of decisions below which a pace has no meaning."""


@dataclass(frozen=True, slots=True)
class StewardProgress:
    """Decisions of a steward, without those that were taken back: today (UTC), and `recent`
    decisions of the last `minutes` (1 to `PACE_MINUTES`).

    `undoable`: id of the latest decision that still counts, or empty.
    """

    today: int = 0
    recent: int = 0
    minutes: int = 0
    undoable: str = ""

    def minutes_for(self, pairs: int) -> int | None:
        """Return the minutes that a number of pairs takes at the recent pace; None if there are no
        recent decisions.
        """
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
        hidden = refusals.find_hidden_records(
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
    """Count the reviews by stewards since a time that the viewer may see. One review may log
    several decisions, all at the same time.
    """
    rows = _visible_rows(view, since, viewer)
    return len({(row.steward, row.decided_at) for row in rows if row.steward})


def _visible_rows(view: StoreView, since: str, viewer: Viewer) -> list[DecisionRow]:
    rows = decisions_since(view.connection, since)
    hidden = refusals.find_hidden_records(view, {end for row in rows for end in row.pair}, viewer)
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
