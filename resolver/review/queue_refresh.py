"""Refresh of the queue: which two entities wait, why, and with what priority.

Commits note the records that they touch. `refresh_queue` takes these records and builds the rows of
all pairs again in which one entity has, or had, such a record. The rows depend only on links,
members and decisions, not on the order of commits.

There are two kinds of rows. *Shared* rows use all records; they are for viewers who may see all
records of both entities. *Visible* rows belong to one class of viewers. They are computed as if the
store had only the records that this class may see.

The module reads in this order: the two refreshes, links arranged by pairs of entities (`_Links`),
rows of pairs without decisions, which are built as columns, and rows of pairs with decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.errors import StoreError
from resolver.hub.entity_preview import VisibleView, find_related_entities, relink, restrict_store
from resolver.hub.hub import Hub
from resolver.hub.increment_candidates import IncrementContext
from resolver.hub.reopening import load_decisions
from resolver.hub.shared_relations import build_context
from resolver.matching.scoring import scores
from resolver.records.results.resolution import Band, Outcome
from resolver.records.visibility import OPERATOR, Viewer
from resolver.review.earlier_verdicts import PairVerdicts, summarize_verdicts
from resolver.review.entity_sides import EntitySummary, build_summary_table, summarize_entities
from resolver.review.models import QueueReason
from resolver.review.queue_filters import readers_of
from resolver.review.waiting_reasons import (
    UNDECIDED_REASONS,
    Undecided,
    UndecidedPairs,
    WaitingPair,
    build_marks,
    build_undecided_columns,
    compute_priority,
    explain_undecided,
    find_reason,
    find_record_ids,
    find_undecided_reasons,
)
from resolver.runtime.key_groups import sort_distinct
from resolver.store import LinkTable, StoredDecision, StoreView, WaitingRow
from resolver.store.waiting_queue import OUTDATED, QueueUpdate, WaitingColumns, waiting_columns

Numbers = npt.NDArray[np.int64]
PAGE_RECORD_LIMIT = 2_000
"""Maximum number of touched records that are processed while a page waits. Later pages process the
rest.
"""
_STEP_RECORD_LIMIT = 50_000
"""Maximum number of touched records that are processed in one transaction."""
_PAIRS_AT_ONCE = 100_000
"""Number of pairs whose rows are built together. It limits memory: each takes hundreds of bytes."""
_UNLINKED_LOGODDS = -4_000
"""Log-odds (thousandths) that a row shows for two entities without a link: a score of 0.02."""
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class QueueRefresh:
    """Result of a refresh: whether the queue is current, and whether the store can be written."""

    is_current: bool
    is_writable: bool = True


def refresh_queue(hub: Hub, *, complete: bool = True, viewer: Viewer = OPERATOR) -> QueueRefresh:
    """Update the shared rows of the queue, and the rows of the class of the viewer.

    Without `complete`, process only as many records as a page can wait for. If the store cannot be
    written, the queue stays as it is, and the result says so.

    Every commit makes rows outdated, even a commit of records that the viewer may not see. So
    whoever tells a viewer what waits, or why, calls this first, also if nobody has read the queue
    yet. Otherwise the viewer would learn of such commits, and of stewards who read the queue.
    """
    refreshed = _refresh_shared_rows(hub, complete=complete)
    if are_visible_rows_behind(hub, viewer):
        _refresh_visible_rows(hub, viewer)
    return refreshed


def _refresh_shared_rows(hub: Hub, *, complete: bool) -> QueueRefresh:
    limit = _STEP_RECORD_LIMIT if complete else PAGE_RECORD_LIMIT
    while True:
        with hub.store.view() as view:
            if not hub.store.queue.is_behind(view.connection):
                return QueueRefresh(True)
        try:
            with hub.store.queue.begin_update(limit) as update:
                is_current = update_queue(update)
        except StoreError as error:
            if is_read_only_error(error):
                return QueueRefresh(False, False)
            raise
        if is_current or not complete:
            return QueueRefresh(is_current)


def are_visible_rows_behind(hub: Hub, viewer: Viewer) -> bool:
    """Return whether the class of a viewer may lack rows of its own."""
    readers = readers_of(viewer)
    if not readers:
        return False
    with hub.store.view() as view:
        done = hub.store.queue.readers_revision(view.connection, readers)
        if done is None and viewer.name:
            # only records that are hidden from some identified viewer have a restricted id
            return view.has_restricted_ids()
        return bool(view.head.plan) and done != view.revision


def _refresh_visible_rows(hub: Hub, viewer: Viewer) -> None:
    """Update the rows of the class of a viewer, for pairs of entities with hidden records.

    The rows are computed as if the hidden records were not in the store.
    """
    readers, queue = readers_of(viewer), hub.store.queue
    # rows are computed under the lock of the index, but written to the database after the lock is
    # released
    with hub.indexed_view() as (view, index):
        done = queue.readers_revision(view.connection, readers)
        visible, visible_index = restrict_store(view, index, viewer)
        if done is None and visible is view and not viewer.name:
            return
        revision = view.revision
        affected = None
        if done is not None and done != OUTDATED:
            affected = view.entities_changed_after(done)
        rows: list[WaitingColumns] = []
        if isinstance(visible, VisibleView):
            context = build_context(hub, visible, visible_index)
            if affected is not None:
                affected = np.union1d(affected, find_related_entities(context, affected))
            rows = _build_visible_rows(context, visible, affected)
    try:
        numbers = None if affected is None else affected.tolist()
        queue.replace_for(readers, (done, revision), numbers, rows)
    except StoreError as error:
        if not is_read_only_error(error):
            raise


def _build_visible_rows(
    context: IncrementContext, view: VisibleView, affected: Numbers | None
) -> list[WaitingColumns]:
    """Return the rows of a class of viewers, for pairs with an entity that has hidden records.

    One entity of each pair is among `affected` (None: any).
    """
    partial = view.holders_of_hidden()
    records = view.members((partial if affected is None else affected).tolist())[0]
    if not len(partial) or not len(records):
        return []
    links = _arrange_links(view, relink(context, records), None, partial)
    parts = _build_linked_rows(QueueUpdate(view, None, True), links, records)
    return [_date_rows(view, part) for part in parts]


def _date_rows(view: StoreView, rows: WaitingColumns) -> WaitingColumns:
    """Return the rows with a time since which they wait.

    If the store has no such time, the time of the later of the two records is used.
    """
    undated = [index for index, since in enumerate(rows["since"]) if not since]
    pairs = {index: (rows["left"][index], rows["right"][index]) for index in undated}
    numbers = sorted({number for pair in pairs.values() for number in pair if number})
    revisions = {stored.number: stored.valid_from for stored in view.records(numbers)}
    times = view.commit_times(sorted(set(revisions.values())))
    since = list(rows["since"])
    for index, pair in pairs.items():
        since[index] = max((times[revisions[end]] for end in pair if end in revisions), default="")
    return {**rows, "since": since}


def is_read_only_error(error: StoreError) -> bool:
    """Return whether an error means that the store can be read but not written."""
    return "readonly" in error.message or "read-only" in error.message


def update_queue(update: QueueUpdate) -> bool:
    """Build the rows of touched records again; return whether no touched record is left."""
    if update.records is None:
        update.replace(None, _build_rows(update, None))
        return True
    if len(update.records):
        _, entities, _ = update.view.memberships(update.records.tolist(), include_ended=True)
        affected = sort_distinct(entities)
        update.replace(affected.tolist(), _build_rows(update, affected))
    return update.is_all


@dataclass(frozen=True, slots=True)
class _Links:
    """Links between different entities: entity numbers, and columns of `LinkTable`.

    They are sorted by pair of entities, the strongest link of each pair first. For each pair,
    `first` is the position of this strongest link, `queued_counts` the number of its waiting links,
    and `is_apart` whether a decision or a list keeps the two apart. One entity of each pair is
    among `partial` (None: any).
    """

    low: Numbers
    high: Numbers
    left: Numbers
    right: Numbers
    logodds: Numbers
    band: Numbers
    record_logodds: Numbers
    basis: Numbers
    rival: Numbers
    first: Numbers
    queued_counts: Numbers
    is_apart: npt.NDArray[np.bool_]
    partial: Numbers | None = None


def _build_rows(update: QueueUpdate, entities: Numbers | None) -> Iterator[WaitingColumns]:
    """Yield, in parts, the rows of all waiting pairs with one of the entities (None: of all)."""
    view = update.view
    members = None if entities is None else view.members(entities.tolist())[0]
    yield from _build_linked_rows(update, _load_links(view, members), members)


def _build_linked_rows(
    update: QueueUpdate, links: _Links, members: Numbers | None
) -> Iterator[WaitingColumns]:
    """Yield, in parts, the rows for these links and for decisions on `members` (None: on all)."""
    view = update.view
    log = _decisions_across(view, members)
    if links.partial is not None:
        partial = set(links.partial.tolist())
        log = {pair: stored for pair, stored in log.items() if not partial.isdisjoint(pair)}
    is_decided = _has_decisions(links, log)
    waits = (links.queued_counts > 0) & ~links.is_apart
    yield from _undecided_rows(update, links, np.flatnonzero(~is_decided & waits))
    waiting, decided = [], np.flatnonzero(is_decided)
    first = links.first[decided]
    undecided_reasons = _find_undecided(view, links, first)
    for number, undecided in zip(decided.tolist(), undecided_reasons, strict=True):
        index, count = int(links.first[number]), int(links.queued_counts[number])
        pair = int(links.low[index]), int(links.high[index])
        verdicts = summarize_verdicts(log.pop(pair))
        if waits[number] or verdicts.unconfirmed or verdicts.different or verdicts.reopened:
            waiting.append(_linked_pair(links, index, pair, undecided, count, verdicts))
    waiting += [_unlinked_pair(view, pair, summarize_verdicts(log[pair])) for pair in sorted(log)]
    reasoned = [pair for pair in waiting if pair.reason is not None]
    yield waiting_columns(_complete_rows(update, reasoned))


def _find_undecided(view: StoreView, links: _Links, indices: Numbers) -> list[Undecided]:
    """Return the reason why each pair would wait if there were no decision on it.

    `indices` are positions of links.
    """
    rivals = view.record_ids(sort_distinct(links.rival[indices]).tolist())
    record_ids = find_record_ids(view, links.left[indices], links.right[indices])
    reasons = find_undecided_reasons(links.basis[indices], record_ids)
    return [
        explain_undecided(UNDECIDED_REASONS[reason], rivals.get(rival, ""), is_restricted=False)
        for reason, rival in zip(reasons.tolist(), links.rival[indices].tolist(), strict=True)
    ]


def _has_decisions(links: _Links, log: Mapping[Pair, object]) -> npt.NDArray[np.bool_]:
    """Return, for each pair of entities, whether the log has decisions on it."""
    if not log:
        return np.zeros(len(links.first), dtype=bool)
    low, high = (np.array(side, dtype=np.int64) for side in zip(*log, strict=True))
    span = 1 + max(int(high.max()), int(links.high.max(initial=0)))
    is_decided: npt.NDArray[np.bool_] = np.isin(
        links.low[links.first] * span + links.high[links.first], low * span + high
    )
    return is_decided


def _select_pairs(links: _Links, indices: Numbers, counts: Numbers) -> UndecidedPairs:
    """Return the links at some positions; `counts` is the number of queued links of each pair."""
    return UndecidedPairs(
        links.low[indices],
        links.high[indices],
        links.left[indices],
        links.right[indices],
        links.logodds[indices],
        links.band[indices],
        links.record_logodds[indices],
        links.basis[indices],
        links.rival[indices],
        counts,
    )


def _undecided_rows(
    update: QueueUpdate, links: _Links, chosen: Numbers
) -> Iterator[WaitingColumns]:
    """Yield, in parts, the rows of pairs without decisions; `chosen` are positions in `first`."""
    first = links.first[chosen]
    entities = sort_distinct(np.concatenate([links.low[first], links.high[first]]))
    summaries = build_summary_table(update.view, entities)
    agencies = {source.number: source.agency or source.name for source in update.view.sources()}
    for start in range(0, len(chosen), _PAIRS_AT_ONCE):
        links_at = first[start : start + _PAIRS_AT_ONCE]
        counts = links.queued_counts[chosen[start : start + _PAIRS_AT_ONCE]]
        pairs = _select_pairs(links, links_at, counts)
        yield build_undecided_columns(update.view, pairs, summaries, agencies)


def _load_links(view: StoreView, members: Numbers | None) -> _Links:
    table = view.all_links() if members is None else view.links_of(members.tolist())
    return _arrange_links(view, table, members)


def _arrange_links(
    view: StoreView, table: LinkTable, members: Numbers | None, partial: Numbers | None = None
) -> _Links:
    """Sort links by pair of entities; with `partial`, keep only pairs with one of these."""
    is_unmerged = table.outcome != Outcome.MERGED
    left, right = table.left[is_unmerged], table.right[is_unmerged]
    logodds = table.logodds[is_unmerged]
    outcome = table.outcome[is_unmerged]
    records = None if members is None else sort_distinct(np.concatenate([left, right]))
    lookup = _EntityLookup(view, records)
    left_entity, right_entity = lookup.find(left), lookup.find(right)
    low, high = np.minimum(left_entity, right_entity), np.maximum(left_entity, right_entity)
    order = np.lexsort((right, left, -logodds, high, low))
    order = order[(low[order] > 0) & (low[order] != high[order])]
    if partial is not None:
        order = order[np.isin(low[order], partial) | np.isin(high[order], partial)]
    low, high = low[order], high[order]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    first = np.flatnonzero(starts)
    queued, apart = (
        np.add.reduceat((outcome[order] == kind).astype(np.int64), first) if len(first) else first
        for kind in (Outcome.QUEUED, Outcome.APART)
    )
    names = ("left", "right", "logodds", "band", "record_logodds", "basis", "rival")
    columns = {name: getattr(table, name)[is_unmerged][order] for name in names}
    return _Links(
        low=low,
        high=high,
        **columns,
        first=first,
        queued_counts=queued,
        is_apart=apart > 0,
        partial=partial,
    )


class _EntityLookup:
    """Lookup of the entity of each record; -1 for none."""

    def __init__(self, view: StoreView, records: Numbers | None) -> None:
        if records is None:
            self._record, self._entity = view.all_members()
        else:
            self._record, self._entity, _ = view.memberships(records.tolist())

    def find(self, records: Numbers) -> Numbers:
        """Return the entity numbers of some records."""
        if not len(self._record):
            return np.full(len(records), -1, dtype=np.int64)
        index = np.minimum(np.searchsorted(self._record, records), len(self._record) - 1)
        return np.where(self._record[index] == records, self._entity[index], -1)


def _decisions_across(view: StoreView, members: Numbers | None) -> dict[Pair, list[StoredDecision]]:
    """Return the decisions on two records of different entities, by pair of entities."""
    if not view.decision_count():
        return {}
    ids = None if members is None else sorted(view.record_ids(members.tolist()).values())
    log = load_decisions(view, ids)
    record_ids = sorted({end for stored in log for end in stored.decision.pair})
    record_rows = view.numbers_of(record_ids) if record_ids else {}
    numbers = np.array([number for number, _ in record_rows.values()], dtype=np.int64)
    lookup = _EntityLookup(view, np.sort(numbers))
    entity_of = dict(zip(record_rows, lookup.find(numbers).tolist(), strict=True))
    decisions: dict[Pair, list[StoredDecision]] = {}
    for stored in log:
        left, right = (entity_of.get(end, -1) for end in stored.decision.pair)
        if left > 0 and right > 0 and left != right:
            decisions.setdefault((min(left, right), max(left, right)), []).append(stored)
    return decisions


def _linked_pair(
    links: _Links,
    index: int,
    pair: Pair,
    undecided: Undecided,
    count: int,
    verdicts: PairVerdicts | None,
) -> WaitingPair:
    band, logodds = Band(int(links.band[index])), int(links.logodds[index])
    left, right = int(links.left[index]), int(links.right[index])
    reason, why, excluded_steward = find_reason(band, logodds, undecided, verdicts)
    own = int(links.record_logodds[index])
    return WaitingPair(
        *(pair, left, right, logodds, band, own, max(count, 1)),
        *(reason, why, excluded_steward, verdicts),
    )


def _unlinked_pair(view: StoreView, pair: Pair, verdicts: PairVerdicts) -> WaitingPair:
    """Return the row of two entities that have a decision but no link.

    Its `reason` is None, so the pair does not wait, unless a decision waits for a second steward or
    is reopened.
    """
    waiting = verdicts.unconfirmed or verdicts.reopened
    if waiting is None:
        return WaitingPair(pair, 0, 0, 0, Band.DISTINCT, 0, 0, None, "", "", verdicts)
    logodds = int(waiting.context.get("logodds", 0))
    if waiting.decision.reopened:
        # the score in the decision is out of date, and without a link the present score is below
        # the review threshold
        logodds = _UNLINKED_LOGODDS
    numbers = view.numbers_of(list(waiting.decision.pair))
    left, right = (numbers[record_id][0] for record_id in waiting.decision.pair)
    reason, why, excluded_steward = find_reason(
        Band.DISTINCT, logodds, UNDECIDED_REASONS[-1], verdicts
    )
    return WaitingPair(
        *(pair, left, right, logodds, Band.DISTINCT, logodds, 0),
        *(reason, why, excluded_steward, verdicts),
    )


def _complete_rows(update: QueueUpdate, pairs: Sequence[WaitingPair]) -> list[WaitingRow]:
    """Return the rows with priority, marks and start of waiting, which depend on the entities."""
    view = update.view
    entities = sorted({entity for pair in pairs for entity in pair.pair})
    summaries = summarize_entities(view, entities)
    since = _waiting_revisions(view, pairs)
    waited_since = {since.get((pair.left, pair.right)) for pair in pairs}
    committed = view.commit_times(
        sorted(revision for revision in waited_since if revision is not None)
    )
    agencies = {source.number: source.agency or source.name for source in view.sources()}
    scored = scores(np.array([pair.logodds for pair in pairs], dtype=np.int64)).tolist()
    return [
        _row(pair, score, summaries, since, committed, agencies)
        for pair, score in zip(pairs, scored, strict=True)
    ]


def _waiting_revisions(view: StoreView, pairs: Sequence[WaitingPair]) -> dict[Pair, int]:
    """Return the revision since which each pair of records waits."""
    queued_since = view.queued_revisions(sorted({pair.left for pair in pairs}))
    left, right, revisions = (column.tolist() for column in queued_since)
    since = dict(zip(zip(left, right, strict=True), revisions, strict=True))
    for pair in pairs:
        if pair.reason is QueueReason.MOVED:
            # the pair waits since its score moved, not since it waited for the first time
            moved = view.link_revision(pair.left, pair.right) or view.revision
            since[pair.left, pair.right] = moved
        elif pair.reason is QueueReason.REOPENED and pair.verdicts and pair.verdicts.reopened:
            since[pair.left, pair.right] = _change_revision(view, pair.verdicts.reopened)
    return since


def _change_revision(view: StoreView, reopened: StoredDecision) -> int:
    """Return the revision of the last change of the two records of a decision."""
    numbers = [number for number, _ in view.numbers_of(reopened.decision.pair).values()]
    return max(version.valid_from for version in view.records(numbers))


def _row(
    pair: WaitingPair,
    score: float,
    summaries: Mapping[int, EntitySummary],
    since: Mapping[Pair, int],
    committed: Mapping[int, str],
    agencies: Mapping[int, str],
) -> WaitingRow:
    low, high = pair.pair
    low_summary, high_summary = summaries[low], summaries[high]
    reason = pair.reason or QueueReason.BORDERLINE
    sources = low_summary.sources | high_summary.sources
    priority = compute_priority(
        score,
        reason,
        records=low_summary.records + high_summary.records,
        agencies=len({agencies[source] for source in sources}),
    )
    revision = since.get((pair.left, pair.right))
    is_restricted = bool(low_summary.restrictions | high_summary.restrictions)
    if reason is QueueReason.CONTRADICTION:
        undecided = explain_undecided(Undecided(reason, pair.why), "", is_restricted=is_restricted)
        pair = replace(pair, why=undecided.text)
    return WaitingRow(
        low,
        high,
        -priority,
        pair.left,
        pair.right,
        pair.logodds,
        score,
        int(pair.band),
        pair.pairs,
        str(reason),
        committed.get(revision, "") if revision is not None else pair.decided_at,
        pair.excluded_steward,
        pair.why,
        build_marks(low_summary, high_summary, reason),
        pair.record_logodds,
    )
