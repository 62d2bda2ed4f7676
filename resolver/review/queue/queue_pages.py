"""Queue of the desk: pages, next pair, leases and assignments, in order of priority.

The order is an indexed table of the store, so the next pair costs the same however many wait. Each
pair is checked again before a steward gets it, so a queue that is behind shows nothing that no
longer waits.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from resolver.errors import InputError, StoreError
from resolver.hub.hub import Hub
from resolver.records.results.resolution import Band, Outcome
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.blind_review import find_recheck_item
from resolver.review.desk_rules import DeskRules
from resolver.review.entity_sides import (
    build_party,
    find_entity,
    load_sides,
    sources_by_name,
)
from resolver.review.models import (
    Filters,
    Party,
    QueueItem,
    QueuePage,
    QueueReason,
    Steward,
    Throughput,
)
from resolver.review.queue.queue_access import excluded_marks
from resolver.review.queue.queue_filters import NO_FILTERS, build_queue_filter
from resolver.review.queue.refresh import (
    PAGE_RECORD_LIMIT,
    is_read_only_error,
    refresh_queue,
    update_queue,
)
from resolver.review.refusals import PairLockedError
from resolver.store import QueueFilter, StoreView, WaitingRow, utc_text
from resolver.store.desk import steward_work, waiting_pairs
from resolver.store.row_types import parse_utc_text

_MAX_OFFERS = 25
"""Rows of the queue that are tried for one steward at most."""
_THROUGHPUT_DAYS = 30


def list_waiting(
    hub: Hub,
    filters: Filters = NO_FILTERS,
    *,
    limit: int = 50,
    after: str = "",
    steward: Steward | None = None,
    viewer: Viewer = STRANGER,
) -> QueuePage:
    """List a page of the queue, as the viewer may see it. With a `steward`, only pairs that they
    may decide and nobody else has open.

    Raises `InputError` for invalid filters.
    """
    viewer = steward.viewer if steward is not None else viewer
    refreshed = refresh_queue(hub, complete=False)
    with hub.store.view() as view:
        queue_filter = build_queue_filter(view, filters, steward, viewer)
        total, oldest = waiting_pairs.measure_queue(view.connection, queue_filter)
        rows = waiting_pairs.queue_page(
            view.connection, queue_filter, limit=limit + 1, after=_parse_key(after)
        )
        items = _build_items(view, rows[:limit])
        has_more = len(rows) > limit
        age = (_now() - parse_utc_text(oldest)).total_seconds() if oldest else 0.0
        return QueuePage(
            tuple(items),
            total,
            oldest,
            age,
            items[-1].key if has_more and items else "",
            view.revision,
            not refreshed.is_current,
        )


def take_next_item(
    hub: Hub,
    steward: Steward,
    filters: Filters = NO_FILTERS,
    after: str = "",
    rules: DeskRules | None = None,
) -> QueueItem | None:
    """Lease the next pair to a steward; None if nothing waits. If the store cannot be written, the
    pair is returned without a lease.
    """
    until = _lease_end(rules or DeskRules())
    place = _parse_key(after)
    try:
        # one transaction, since a steward waits for each round trip and each commit
        with hub.store.queue.begin_update(PAGE_RECORD_LIMIT) as update:
            is_current = update_queue(update)
            for item in _offer_items(update.view, steward, filters, place, is_current=is_current):
                if steward_work.take_hold(
                    update.view.connection, _pair_of_key(item.key), steward.name, until
                ):
                    return replace(item, holder=steward.name)
            return None
    except StoreError as error:
        if not is_read_only_error(error):
            raise
    with hub.store.view() as view:
        return next(_offer_items(view, steward, filters, place, is_current=False), None)


def _offer_items(
    view: StoreView,
    steward: Steward,
    filters: Filters,
    place: tuple[int, int, int] | None,
    *,
    is_current: bool,
) -> Iterator[QueueItem]:
    """Yield the pairs that a steward may get, in order of priority, up to `_MAX_OFFERS` rows of the
    queue.
    """
    queue_filter = build_queue_filter(view, filters, steward, steward.viewer)
    for _ in range(_MAX_OFFERS):
        rows = waiting_pairs.queue_page(view.connection, queue_filter, limit=1, after=place)
        item = find_recheck_item(view, steward, filters, rows[0].rank if rows else None, place)
        if item is None:
            if not rows:
                return
            place = rows[0].position
            items = _build_items(
                view, [row for row in rows if is_current or _still_waits(view, row)]
            )
            if not items:
                continue
            item = items[0]
        yield item


def find_item(
    hub: Hub, left: str, right: str, recheck: int = 0, viewer: Viewer = STRANGER
) -> QueueItem | None:
    """Find the queue item of two entities, or of a decision under recheck; None if they do not wait
    or the viewer may not see them.
    """
    refresh_queue(hub, complete=False)
    with hub.store.view() as view:
        if recheck:
            return find_recheck_item(
                view, None, NO_FILTERS, None, None, decision=recheck, viewer=viewer
            )
        row = waiting_pairs.waiting_row(view.connection, *_entity_numbers(view, left, right))
        queue_filter = QueueFilter(excluded_marks=excluded_marks(viewer))
        items = _build_items(
            view, [row] if row and waiting_pairs.passes_filter(row, queue_filter) else []
        )
        return items[0] if items else None


def hold_pair(
    hub: Hub, steward: Steward, left: str, right: str, rules: DeskRules | None = None
) -> str:
    """Take or renew the lease of a pair, and return its end (UTC text). Raises `PairLockedError` if
    another steward has it.
    """
    until = _lease_end(rules or DeskRules())
    with hub.store.view() as view:
        pair = _entity_numbers(view, left, right)
    if not hub.store.steward_work.hold(pair, steward.name, until):
        with hub.store.view() as view:
            lease = steward_work.current_hold(view.connection, pair)
        raise PairLockedError(
            lease.steward if lease else "another steward", lease.until if lease else ""
        )
    return until


def release_pair(hub: Hub, steward: Steward, left: str, right: str) -> None:
    """Release the lease of a pair."""
    with hub.store.view() as view:
        pair = _entity_numbers(view, left, right)
    hub.store.steward_work.release(pair, steward.name)


def assign_pair(hub: Hub, left: str, right: str, assignee: str, assigned_by: str = "") -> None:
    """Assign a pair to a steward; an empty `assignee` removes the assignment."""
    with hub.store.view() as view:
        pair = _entity_numbers(view, left, right)
    hub.store.steward_work.assign(pair, assignee, assigned_by)


def measure_throughput(hub: Hub) -> Throughput:
    """Count the decisions of the last hour, day and month."""
    now = _now()
    work = hub.store.steward_work
    hour, day = (utc_text(now - datetime.timedelta(hours=hours)) for hours in (1, 24))
    days: dict[str, int] = {}
    stewards: dict[str, int] = {}
    start = utc_text(now - datetime.timedelta(days=_THROUGHPUT_DAYS))
    for date, steward, count in work.decided_by_day(start):
        days[date] = days.get(date, 0) + count
        stewards[steward] = stewards.get(steward, 0) + count
    by_steward = sorted(stewards.items(), key=lambda item: (-item[1], item[0]))
    return Throughput(
        work.decided_since(hour),
        work.decided_since(day),
        tuple(days.items()),
        tuple(by_steward),
    )


def _build_items(view: StoreView, rows: Sequence[WaitingRow]) -> list[QueueItem]:
    """Build items from rows, without those whose entities no longer exist."""
    sides = load_sides(view, [number for row in rows for number in (row.low, row.high)])
    sources = sources_by_name(view)
    parties = {number: build_party(side, sources) for number, side in sides.items()}
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
            items.append(_build_item(row, parties, record_ids, assignee, holder))
    return items


_WAITING_BY_DECISION = frozenset(
    (QueueReason.RED, QueueReason.SECOND, QueueReason.MOVED, QueueReason.REOPENED)
)


def _still_waits(view: StoreView, row: WaitingRow) -> bool:
    """Check a row of a queue that is behind: false if the pair was merged or decided since."""
    if row.reason in _WAITING_BY_DECISION:
        return True
    links = view.links_of([row.left])
    is_pair = (links.left == row.left) & (links.right == row.right)
    return bool((links.outcome[is_pair] == Outcome.QUEUED).any())


def _build_item(
    row: WaitingRow, parties: Mapping[int, Party], ids: tuple[str, str], assigned: str, holder: str
) -> QueueItem:
    return QueueItem(
        f"{row.rank}.{row.low}.{row.high}",
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
    )


def _parse_key(key: str) -> tuple[int, int, int] | None:
    """Parse a key into its place in the queue. Raises `InputError` for an invalid key."""
    if not key:
        return None
    try:
        rank, low, high = (int(part) for part in key.split("."))
    except ValueError:
        raise InputError(
            f"{key[:40]!r} is no place in the queue", hint="go back to its beginning"
        ) from None
    return rank, low, high


def _pair_of_key(key: str) -> tuple[int, int]:
    place = _parse_key(key)
    assert place is not None
    return place[1], place[2]


def _entity_numbers(view: StoreView, left: str, right: str) -> tuple[int, int]:
    left_number, right_number = find_entity(view, left).number, find_entity(view, right).number
    return min(left_number, right_number), max(left_number, right_number)


def _lease_end(rules: DeskRules) -> str:
    return utc_text(_now() + datetime.timedelta(seconds=rules.lease_seconds))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
