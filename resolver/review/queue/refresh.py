"""The queue kept up with the store: which two entities wait, why, and what their decision is worth.

Landings note the records they touched. What is worked out again are all pairs of the entities that hold, or held, one
of these. The result depends on links, members and decisions alone, whatever the way to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.errors import StoreError
from resolver.hub.hub import Hub
from resolver.records.results.resolution import Band, Outcome
from resolver.review.decisions.earlier_verdicts import Between, between
from resolver.review.models import Reason
from resolver.review.queue.entity_summary import Glimpse, glimpses, looks_of
from resolver.review.queue.priority import worth
from resolver.review.queue.undecided_rows import Plain, marks_of, plain_columns
from resolver.review.queue.waiting_reasons import Found, reason_of
from resolver.scoring import scores
from resolver.store import StoredDecision, View, WaitingRow
from resolver.store.desk.waiting_pairs import Catching, WaitingColumns, columns_of_rows

Numbers = npt.NDArray[np.int64]
AT_ONCE = 2_000
"""Touched records that a page waits for; what is more is caught up with by those that follow."""
_ALL_AT_ONCE = 50_000
_PAIRS_AT_ONCE = 100_000
"""Pairs whose rows, which take hundreds of bytes while they are made, are held together."""
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Caught:
    """Whether the queue shows the present of the store, and whether the store can be written."""

    current: bool
    writable: bool = True


def catch_up(hub: Hub, *, whole: bool = True) -> Caught:
    """Bring the queue to the present of the store, where that can be written; not `whole`: no further than a page
    should wait for."""
    at_once = _ALL_AT_ONCE if whole else AT_ONCE
    while True:
        with hub.store.view() as view:
            if not hub.store.desk.behind(view.connection):
                return Caught(True)
        try:
            with hub.store.desk.catching_up(at_once) as go:
                current = bring(go)
        except StoreError as error:
            if cannot_write(error):
                return Caught(False, False)
            raise
        if current or not whole:
            return Caught(current)


def cannot_write(error: StoreError) -> bool:
    """Whether a store may be read and not written."""
    return "readonly" in error.what or "read-only" in error.what


def bring(go: Catching) -> bool:
    """Work out what landings touched; whether that was all of it."""
    if go.records is None:
        go.replace(None, _rows(go, None))
        return True
    if len(go.records):
        _, entities, _ = go.view.memberships(go.records.tolist(), ever=True)
        affected = np.unique(entities)
        go.replace(affected.tolist(), _rows(go, affected))
    return go.is_all


@dataclass(frozen=True, slots=True)
class _Links:
    """Links between two entities: numbers of those and of the records, sorted so that the strongest link of two
    entities comes first; `first` are the places of these, `counts` how many links follow."""

    low: Numbers
    high: Numbers
    left: Numbers
    right: Numbers
    logodds: Numbers
    band: Numbers
    first: Numbers
    queued: Numbers


def _rows(go: Catching, entities: Numbers | None) -> Iterator[WaitingColumns]:
    """The rows of all that waits, or of what waits of some entities, in pieces."""
    view = go.view
    members = None if entities is None else view.members(entities.tolist())[0]
    links = _links(view, members)
    log = _across(view, members)
    told = _told_of(links, log)
    yield from _plain(go, links, np.flatnonzero(~told & (links.queued > 0)))
    found = []
    for place, queued in zip(links.first[told].tolist(), links.queued[told].tolist(), strict=True):
        pair = int(links.low[place]), int(links.high[place])
        said = between(log.pop(pair))
        if queued or said.waits or said.different:
            found.append(_linked(links, place, pair, queued, said))
    found += [_unlinked(view, pair, between(log[pair])) for pair in sorted(log)]
    yield columns_of_rows(_finished(go, [one for one in found if one.reason is not None]))


def _told_of(links: _Links, log: Mapping[Pair, object]) -> npt.NDArray[np.bool_]:
    """On which pairs of entities something was decided."""
    if not log:
        return np.zeros(len(links.first), dtype=bool)
    low, high = (np.array(side, dtype=np.int64) for side in zip(*log, strict=True))
    span = 1 + max(int(high.max()), int(links.high.max(initial=0)))
    found: npt.NDArray[np.bool_] = np.isin(
        links.low[links.first] * span + links.high[links.first], low * span + high
    )
    return found


def _plain(go: Catching, links: _Links, chosen: Numbers) -> Iterator[WaitingColumns]:
    """The rows of pairs on which nothing was decided."""
    first = links.first[chosen]
    entities = np.unique(np.concatenate([links.low[first], links.high[first]]))
    looks = looks_of(go.view, entities)
    times = go.times_consulted(entities.tolist())
    agency = {one.number: one.agency or one.name for one in go.view.sources()}
    for start in range(0, len(chosen), _PAIRS_AT_ONCE):
        at, waiting = (
            first[start : start + _PAIRS_AT_ONCE],
            links.queued[chosen[start : start + _PAIRS_AT_ONCE]],
        )
        pairs = Plain(
            links.low[at],
            links.high[at],
            links.left[at],
            links.right[at],
            links.logodds[at],
            links.band[at],
            waiting,
        )
        yield plain_columns(go.view, pairs, looks, times, agency)


def _links(view: View, members: Numbers | None) -> _Links:
    table = view.all_links() if members is None else view.links_of(members.tolist())
    apart = table.outcome != Outcome.MERGED
    left, right, logodds = table.left[apart], table.right[apart], table.logodds[apart]
    band, queued = table.band[apart], table.outcome[apart] == Outcome.QUEUED
    home = _homes(view, None if members is None else np.unique(np.concatenate([left, right])))
    one, two = home(left), home(right)
    low, high = np.minimum(one, two), np.maximum(one, two)
    order = np.lexsort((right, left, -logodds, high, low))
    order = order[(low[order] > 0) & (low[order] != high[order])]
    low, high = low[order], high[order]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    first = np.flatnonzero(starts)
    waits = np.add.reduceat(queued[order].astype(np.int64), first) if len(first) else first
    return _Links(low, high, left[order], right[order], logodds[order], band[order], first, waits)


class _homes:  # noqa: N801 - called like a function
    """The entity of each record, -1 for none."""

    def __init__(self, view: View, records: Numbers | None) -> None:
        if records is None:
            self._record, self._entity = view.all_members()
        else:
            self._record, self._entity, _ = view.memberships(records.tolist())

    def __call__(self, records: Numbers) -> Numbers:
        if not len(self._record):
            return np.full(len(records), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self._record, records), len(self._record) - 1)
        return np.where(self._record[place] == records, self._entity[place], -1)


def _across(view: View, members: Numbers | None) -> dict[Pair, list[StoredDecision]]:
    """The decisions on records of two entities, by these."""
    if not view.decision_count():
        return {}
    ids = None if members is None else sorted(view.ids_of(members.tolist()).values())
    log = view.decisions(ids)
    asked = sorted({one for stored in log for one in stored.decision.pair})
    number = {one: held for one, (held, _) in view.numbers_of(asked).items()} if asked else {}
    home = _homes(view, np.array(sorted(number.values()), dtype=np.int64))
    entity = dict(
        zip(number, home(np.array(list(number.values()), dtype=np.int64)).tolist(), strict=True)
    )
    found: dict[Pair, list[StoredDecision]] = {}
    for stored in log:
        one, two = (entity.get(end, -1) for end in stored.decision.pair)
        if one > 0 and two > 0 and one != two:
            found.setdefault((min(one, two), max(one, two)), []).append(stored)
    return found


def _linked(links: _Links, place: int, pair: Pair, queued: int, said: Between | None) -> Found:
    band, logodds = Band(int(links.band[place])), int(links.logodds[place])
    left, right = int(links.left[place]), int(links.right[place])
    reason, why, not_for = reason_of(band, logodds, (left, right), said)
    return Found(pair, left, right, logodds, band, max(queued, 1), reason, why, not_for, said)


def _unlinked(view: View, pair: Pair, said: Between) -> Found:
    """Two entities that were never compared, yet decided; only what awaits a second steward is of interest."""
    waits = said.waits
    if waits is None:
        return Found(pair, 0, 0, 0, Band.DISTINCT, 0, None, "", "", said)
    logodds = int(waits.seen.get("logodds", 0))
    numbers = view.numbers_of(list(waits.decision.pair))
    left, right = (numbers[one][0] for one in waits.decision.pair)
    reason, why, not_for = reason_of(Band.DISTINCT, logodds, (left, right), said)
    return Found(pair, left, right, logodds, Band.DISTINCT, 0, reason, why, not_for, said)


def _finished(go: Catching, found: Sequence[Found]) -> list[WaitingRow]:
    """With what depends on the entities: worth, marks, and since when."""
    view = go.view
    entities = sorted({one for row in found for one in row.pair})
    looks = glimpses(view, entities)
    waited = view.queued_since(sorted({row.left for row in found}))
    left, right, versions = (column.tolist() for column in waited)
    since = dict(zip(zip(left, right, strict=True), versions, strict=True))
    for row in found:
        if row.reason is Reason.MOVED:
            # it waits since the score moved, not since it waited the first time
            since[row.left, row.right] = view.link_since(row.left, row.right) or view.version
    landed = view.landed(
        sorted({since[row.left, row.right] for row in found if (row.left, row.right) in since})
    )
    times = go.times_consulted(entities)
    agency = {one.number: one.agency or one.name for one in view.sources()}
    score = scores(np.array([row.logodds for row in found], dtype=np.int64)).tolist()
    return [
        _row(row, one, looks, since, landed, times, agency)
        for row, one in zip(found, score, strict=True)
    ]


def _row(
    found: Found,
    score: float,
    looks: Mapping[int, Glimpse],
    since: Mapping[Pair, int],
    landed: Mapping[int, str],
    times: Mapping[int, int],
    agency: Mapping[int, str],
) -> WaitingRow:
    low, high = found.pair
    one, two = looks[low], looks[high]
    reason = found.reason or Reason.BORDERLINE
    sources = one.sources | two.sources
    value = worth(
        score,
        reason,
        records=one.records + two.records,
        agencies=len({agency[source] for source in sources}),
        consultations=times.get(low, 0) + times.get(high, 0),
    )
    first = since.get((found.left, found.right))
    return WaitingRow(
        low,
        high,
        -value,
        found.left,
        found.right,
        found.logodds,
        score,
        int(found.band),
        found.pairs,
        str(reason),
        landed.get(first, "") if first is not None else found.at,
        found.not_for,
        found.why,
        marks_of(one, two, reason),
    )
