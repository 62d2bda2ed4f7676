"""The queue of the desk: pairs of entities in the order of what their decision is worth.

The order lives in an indexed table of the store, so that the next pair costs the same however many wait. What is given
to a steward is looked at once more before, so that a queue which is behind shows nothing that waits no longer.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from resolver.errors import InputError, StoreError
from resolver.hub.hub import Hub
from resolver.records.results.resolution import Band, Outcome
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.decisions.blind_review import again_item
from resolver.review.desk_rules import Rules
from resolver.review.entity_sides import (
    living,
    party,
    sides_of,
    sources_by_name,
)
from resolver.review.models import (
    Filters,
    Party,
    QueueItem,
    QueuePage,
    Reason,
    Steward,
    Throughput,
)
from resolver.review.queue.entity_summary import SCRIPTS
from resolver.review.queue.queue_access import not_for
from resolver.review.queue.refresh import (
    AT_ONCE,
    bring,
    cannot_write,
    catch_up,
)
from resolver.review.refusals import HeldError
from resolver.store import Sieve, View, WaitingRow, utc_text
from resolver.store.desk import steward_work as people_rows
from resolver.store.desk import waiting_pairs as desk_rows
from resolver.store.row_types import moment_of

NOBODY = "nobody"
_KINDS = {"person": "kp", "group": "kg", "asset": "ka"}
_TRIES = 25
_DAYS = 30
_NO_FILTERS = Filters()


def waiting(
    hub: Hub,
    filters: Filters = _NO_FILTERS,
    *,
    limit: int = 50,
    after: str = "",
    steward: Steward | None = None,
    viewer: Viewer = STRANGER,
) -> QueuePage:
    """A page of the queue, as far as a viewer sees it. With a `steward` only what they may decide and nobody else has.
    Raises `InputError` for filters that mean nothing."""
    viewer = steward.viewer if steward is not None else viewer
    caught = catch_up(hub, whole=False)
    with hub.store.view() as view:
        sieve = _sieve(view, filters, steward, viewer)
        total, oldest = desk_rows.measure(view.connection, sieve)
        rows = desk_rows.page(view.connection, sieve, limit=limit + 1, after=_place(after))
        items = _items(view, rows[:limit])
        goes_on = len(rows) > limit
        age = (_now() - moment_of(oldest)).total_seconds() if oldest else 0.0
        return QueuePage(
            tuple(items),
            total,
            oldest,
            age,
            items[-1].key if goes_on and items else "",
            view.version,
            not caught.current,
        )


def next_item(
    hub: Hub,
    steward: Steward,
    filters: Filters = _NO_FILTERS,
    after: str = "",
    rules: Rules | None = None,
) -> QueueItem | None:
    """The next pair for a steward, held for them; None where nothing waits. Where the store cannot be written, nothing
    is held."""
    until = _until(rules or Rules())
    place = _place(after)
    try:
        # all of it in one transaction: a steward waits for each round trip to the database, and for each commit
        with hub.store.desk.catching_up(AT_ONCE) as go:
            current = bring(go)
            for item in _offered(go.view, steward, filters, place, current=current):
                if people_rows.take(
                    go.view.connection, _pair_of_key(item.key), steward.name, until
                ):
                    return replace(item, held_by=steward.name)
            return None
    except StoreError as error:
        if not cannot_write(error):
            raise
    with hub.store.view() as view:
        return next(_offered(view, steward, filters, place, current=False), None)


def _offered(
    view: View,
    steward: Steward,
    filters: Filters,
    place: tuple[int, int, int] | None,
    *,
    current: bool,
) -> Iterator[QueueItem]:
    """What may be given to a steward, the most worth first; not much of it."""
    sieve = _sieve(view, filters, steward, steward.viewer)
    for _ in range(_TRIES):
        rows = desk_rows.page(view.connection, sieve, limit=1, after=place)
        item = again_item(view, steward, filters, rows[0].rank if rows else None, place)
        if item is None:
            if not rows:
                return
            place = rows[0].place
            found = _items(view, [row for row in rows if current or _still_waits(view, row)])
            if not found:
                continue
            item = found[0]
        yield item


def item_of(
    hub: Hub, left: str, right: str, again: int = 0, viewer: Viewer = STRANGER
) -> QueueItem | None:
    """The item of two entities (or of a decision that is looked at again), or None where they do not wait, or the
    viewer may not see them."""
    catch_up(hub, whole=False)
    with hub.store.view() as view:
        if again:
            return again_item(view, None, _NO_FILTERS, None, None, decision=again, viewer=viewer)
        row = desk_rows.row_of(view.connection, *_numbers(view, left, right))
        sieve = Sieve(without=not_for(viewer))
        items = _items(view, [row] if row and desk_rows.passes(row, sieve) else [])
        return items[0] if items else None


def hold(hub: Hub, steward: Steward, left: str, right: str, rules: Rules | None = None) -> str:
    """Take or renew a pair; until when (UTC text). Raises `HeldError` where another steward has it."""
    until = _until(rules or Rules())
    with hub.store.view() as view:
        pair = _numbers(view, left, right)
    if not hub.store.people.hold(pair, steward.name, until):
        with hub.store.view() as view:
            other = people_rows.held(view.connection, pair)
        raise HeldError(other.who if other else "another steward", other.until if other else "")
    return until


def release(hub: Hub, steward: Steward, left: str, right: str) -> None:
    """Give a pair back."""
    with hub.store.view() as view:
        pair = _numbers(view, left, right)
    hub.store.people.release(pair, steward.name)


def assign(hub: Hub, left: str, right: str, who: str, by: str = "") -> None:
    """Assign a pair to a steward, or (empty) to nobody."""
    with hub.store.view() as view:
        pair = _numbers(view, left, right)
    hub.store.people.assign(pair, who, by)


def saved_filters(hub: Hub, user: str) -> dict[str, Filters]:
    """The filters a user has saved, by name."""
    return {name: _filters(said) for name, said in hub.store.people.filters(user).items()}


def save_filters(hub: Hub, user: str, name: str, filters: Filters) -> None:
    """Save filters under a name, over those of that name. Raises `InputError` for a name of no or 100 characters."""
    if not name.strip() or len(name) > 100:
        raise InputError("filters need a name", mend="write one of 1 to 100 characters")
    hub.store.people.save_filters(user, name.strip(), asdict(filters))


def forget_filters(hub: Hub, user: str, name: str) -> None:
    """Forget saved filters."""
    hub.store.people.save_filters(user, name, None)


def choices(hub: Hub) -> dict[str, tuple[str, ...]]:
    """What filters can say: `kind`, `source`, `agency`, `script`, `reason`."""
    with hub.store.view() as view:
        sources = view.sources()
    return {
        "kind": tuple(_KINDS),
        "source": tuple(one.name for one in sources),
        "agency": tuple(sorted({one.agency for one in sources if one.agency})),
        "script": tuple(sorted(SCRIPTS)),
        "reason": tuple(str(one) for one in Reason),
    }


def throughput(hub: Hub) -> Throughput:
    """How fast decisions come."""
    now = _now()
    people = hub.store.people
    hour, day = (utc_text(now - datetime.timedelta(hours=hours)) for hours in (1, 24))
    days: dict[str, int] = {}
    stewards: dict[str, int] = {}
    for date, who, count in people.decided_by_day(utc_text(now - datetime.timedelta(days=_DAYS))):
        days[date] = days.get(date, 0) + count
        stewards[who] = stewards.get(who, 0) + count
    by_steward = sorted(stewards.items(), key=lambda item: (-item[1], item[0]))
    return Throughput(
        people.decided_since(hour),
        people.decided_since(day),
        tuple(days.items()),
        tuple(by_steward),
    )


def _filters(said: Mapping[str, Any]) -> Filters:
    known = {name: said[name] for name in asdict(_NO_FILTERS) if name in said}
    return Filters(**known)


def _sieve(view: View, filters: Filters, steward: Steward | None, viewer: Viewer) -> Sieve:
    """Filters by marks. Raises `InputError` where one means nothing."""
    marks: list[tuple[str, ...]] = []
    if filters.kind:
        marks.append((_known(_KINDS, filters.kind, "kind"),))
    if filters.reason:
        marks.append(
            (f"r{_known({str(one): str(one) for one in Reason}, filters.reason, 'reason')}",)
        )
    if filters.script:
        marks.append((_known({code: code for code in SCRIPTS}, filters.script, "script"),))
    if filters.source or filters.agency:
        numbers = [
            f"s{one.number}"
            for one in view.sources()
            if filters.source in ("", one.name) and filters.agency in ("", one.agency, one.name)
        ]
        # a list that nobody knows lets nothing through
        marks.append(tuple(numbers) or ("s-",))
    assigned = (
        None if not filters.assigned else "" if filters.assigned == NOBODY else filters.assigned
    )
    who = steward.name if steward else None
    return Sieve(tuple(marks), filters.score_from, filters.score_to, assigned, who, not_for(viewer))


def _known(words: Mapping[str, str], asked: str, what: str) -> str:
    if asked not in words:
        raise InputError(f"there is no {what} {asked[:40]!r}", mend=f"one of {', '.join(words)}")
    return words[asked]


def _items(view: View, rows: Sequence[WaitingRow]) -> list[QueueItem]:
    """Rows as items; what waits no longer is left out."""
    sides = sides_of(view, [one for row in rows for one in (row.low, row.high)])
    sources = sources_by_name(view)
    parties = {number: party(side, sources) for number, side in sides.items()}
    assigned = people_rows.assigned(view.connection, [(row.low, row.high) for row in rows])
    ids = view.ids_of(sorted({one for row in rows for one in (row.left, row.right)}))
    record, entity, _ = view.memberships([row.left for row in rows])
    entity_of = dict(zip(record.tolist(), entity.tolist(), strict=True))
    found = []
    for row in rows:
        if row.low in parties and row.high in parties:
            held = people_rows.held(view.connection, (row.low, row.high))
            who = assigned.get((row.low, row.high), "")
            # entities stand by their numbers, the records of a pair by theirs
            records = (
                (row.left, row.right)
                if entity_of.get(row.left) != row.high
                else (row.right, row.left)
            )
            shown = ids[records[0]], ids[records[1]]
            found.append(_item(row, parties, shown, who, held.who if held else ""))
    return found


def _still_waits(view: View, row: WaitingRow) -> bool:
    """Whether a row of a queue that is behind may still be true: what was merged or decided since is not given out."""
    if row.reason in (Reason.RED, Reason.SECOND, Reason.MOVED):
        return True
    links = view.links_of([row.left])
    here = (links.left == row.left) & (links.right == row.right)
    return bool((links.outcome[here] == Outcome.QUEUED).any())


def _item(
    row: WaitingRow,
    parties: Mapping[int, Party],
    records: tuple[str, str],
    assigned: str,
    held_by: str,
) -> QueueItem:
    return QueueItem(
        f"{row.rank}.{row.low}.{row.high}",
        parties[row.low],
        parties[row.high],
        *records,
        row.score,
        row.logodds,
        Band(row.band),
        row.pairs,
        -row.rank,
        Reason(row.reason),
        row.why,
        row.since,
        assigned,
        held_by,
    )


def _place(key: str) -> tuple[int, int, int] | None:
    """The place that a key names. Raises `InputError` for a text that is no key."""
    if not key:
        return None
    try:
        rank, low, high = (int(part) for part in key.split("."))
    except ValueError:
        raise InputError(
            f"{key[:40]!r} is no place in the queue", mend="go back to its beginning"
        ) from None
    return rank, low, high


def _pair_of_key(key: str) -> tuple[int, int]:
    place = _place(key)
    assert place is not None
    return place[1], place[2]


def _numbers(view: View, left: str, right: str) -> tuple[int, int]:
    one, two = living(view, left).number, living(view, right).number
    return min(one, two), max(one, two)


def _until(rules: Rules) -> str:
    return utc_text(_now() + datetime.timedelta(seconds=rules.lease_seconds))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
