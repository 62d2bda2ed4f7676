"""Links and decisions of an increment: some records of a store, resolved as a batch of their own.

The links are brought into the form of the store and compared with the links that it holds. Only
decisions on records that the increment reaches are read, so the cost of one decision does not
depend on the length of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from resolver.hub.increment_candidates import (
    MAX_CACHED_PAIRS,
    MIN_CACHED_PAIRS,
    CachedComponent,
    CachedPairs,
    IncrementContext,
    ResolutionContext,
    WorkingSet,
)
from resolver.hub.reopening import FreshRecords, mark_reopened
from resolver.matching.pipeline import cluster_pairs
from resolver.matching.population_scoring import score_in_population
from resolver.matching.resolution_task import Engine, ResolutionTask, ScoredCandidates
from resolver.matching.scoring.relation_evidence import RelationTable
from resolver.records import Batch
from resolver.records.decisions import Decision, Verdict, mark_ended, settle_decisions
from resolver.records.results.resolution import Band, Links, Outcome, Resolution, StageMeter
from resolver.runtime.key_groups import exclude, unite
from resolver.store import LinkColor, LinkRows, LinkTable, NewDecision, StoreView

Numbers = npt.NDArray[np.int64]
_WHOLE_LOG_SHARE = 4
"""If decisions on more records than the size of the log divided by this number are needed, the
whole log is read.
"""
Pair = tuple[str, str]


class RelevantDecisions:
    """Decisions of a store, and new decisions, on the records that callers ask for.

    `fresh` are records about to be committed; if they contradict a decision, the decision is
    reopened.
    """

    def __init__(
        self, view: StoreView, new: Sequence[NewDecision] = (), fresh: Batch | None = None
    ) -> None:
        self._view = view
        self._fresh = FreshRecords(fresh)
        self._new = self._mark_new(new)
        self._count = view.decision_count()
        # ids whose decisions have been read; None: all decisions have been read
        self._read_ids: set[str] | None = set() if self._count else None
        self._log: dict[Pair, list[Decision]] = {}
        for decision in self._new:
            self._log.setdefault(decision.pair, []).append(decision)
        self._pairs_of: dict[str, set[Pair]] = {}
        self._add_pairs(self._log)

    def _mark_new(self, new: Sequence[NewDecision]) -> tuple[Decision, ...]:
        """Return new decisions. If a decision brings an earlier decision back, it is reopened if
        the earlier decision is.
        """
        earlier = [(decision.decision, decision.versions) for decision in new if decision.versions]
        marked = iter(mark_reopened(self._view, earlier, self._fresh))
        return tuple(next(marked) if decision.versions else decision.decision for decision in new)

    @property
    def has_any(self) -> bool:
        """True where any decision exists."""
        return bool(self._count or self._new)

    @property
    def newly_decided(self) -> frozenset[str]:
        """Ids of the records of pairs with a new decision."""
        return frozenset(record_id for decision in self._new for record_id in decision.pair)

    @property
    def new_pairs(self) -> frozenset[Pair]:
        """Pairs with a new decision."""
        return frozenset(decision.pair for decision in self._new)

    def touching(self, ids: Iterable[str]) -> list[Decision]:
        """Return the log of all pairs with at least one of some records."""
        ids = set(ids)
        self._read(ids)
        pairs = {
            pair for record_id in ids & self._pairs_of.keys() for pair in self._pairs_of[record_id]
        }
        return [decision for pair in sorted(pairs) for decision in self._log[pair]]

    def settled(self, ids: Iterable[str]) -> tuple[Decision, ...]:
        """Return the decisions that count (see `settle`). Raises `DecisionError` if two of them
        clash.
        """
        return settle_decisions(self.touching(ids))

    def within(self, ids: set[str]) -> list[Decision]:
        """Return the log of all pairs whose two records are among some records."""
        return [
            decision
            for decision in self.touching(ids)
            if decision.left_id in ids and decision.right_id in ids
        ]

    def _read(self, ids: set[str]) -> None:
        if self._read_ids is None:
            return
        missing = ids - self._read_ids
        if not missing:
            return
        read_all = len(missing) * _WHOLE_LOG_SHARE > self._count
        log: dict[Pair, list[Decision]] = {}
        # a pair may be read twice, once for each record; its log is the same each time
        stored = self._view.decisions(None if read_all else sorted(missing))
        with_versions = [(decision.decision, decision.versions) for decision in stored]
        marked = mark_reopened(self._view, with_versions, self._fresh)
        for decision in mark_ended([*marked, *self._new])[: len(marked)]:
            log.setdefault(decision.pair, []).append(decision)
        for pair, decisions in log.items():
            self._log[pair] = [*decisions, *(new for new in self._new if new.pair == pair)]
        self._add_pairs(log)
        self._read_ids = None if read_all else self._read_ids | missing

    def _add_pairs(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            for record_id in pair:
                self._pairs_of.setdefault(record_id, set()).add(pair)


def add_bands(decisions: Sequence[NewDecision], resolution: Resolution) -> Sequence[NewDecision]:
    """Add the band of the two entities to decisions *different* that have none, such as decisions
    of a file.

    Band and log-odds come from the strongest pair between the two entities at the time of the
    commit. Later evidence is compared with them. Log-odds are left out if no pair between the two
    reached the review threshold.
    """
    if not any(map(_lacks_band, decisions)):
        return decisions
    row_of = {record_id: row for row, record_id in enumerate(resolution.batch.ids.to_pylist())}
    labels, links = resolution.labels.astype(np.int64), resolution.links
    keys = _pair_keys(labels[links.left], labels[links.right])
    strongest_first = np.lexsort((-links.logodds.astype(np.int64), keys))
    keys = keys[strongest_first]

    def add_band(decision: NewDecision) -> NewDecision:
        """Add band and log-odds to one decision, if it lacks them."""
        left, right = (row_of.get(record_id) for record_id in decision.decision.pair)
        if not _lacks_band(decision) or left is None or right is None:
            return decision
        (key,) = _pair_keys(labels[[left]], labels[[right]])
        index = int(np.searchsorted(keys, key))
        if index == len(keys) or keys[index] != key:
            figures: dict[str, object] = {"band": Band.DISTINCT.label}
        else:
            link = strongest_first[index]
            band, logodds = Band(int(links.band[link])), int(links.logodds[link])
            figures = {"band": band.label, "logodds": logodds}
        return replace(decision, context={**decision.context, **figures})

    return [add_band(decision) for decision in decisions]


def _lacks_band(decision: NewDecision) -> bool:
    return decision.decision.verdict is Verdict.DIFFERENT and "band" not in decision.context


def _pair_keys(left: Numbers, right: Numbers) -> Numbers:
    """Return one number for each pair of clusters; the order of the two clusters does not
    matter.
    """
    keys: Numbers = (np.minimum(left, right) << 32) + np.maximum(left, right)
    return keys


class SameRecordTies:
    """Decisions *same* between records, by the numbers of current, ending and new records."""

    def __init__(self, view: StoreView, decisions: RelevantDecisions, fresh: WorkingSet) -> None:
        self._view, self._decisions = view, decisions
        self._fresh_numbers: dict[str, int] = {}
        self._fresh_ids: dict[int, str] = {}
        if decisions.has_any:
            ids, numbers = fresh.batch.ids.to_pylist(), fresh.numbers.tolist()
            self._fresh_numbers = dict(zip(ids, numbers, strict=True))
            self._fresh_ids = dict(zip(numbers, ids, strict=True))

    def tied_to(self, numbers: Numbers) -> Numbers:
        """Return the records that are decided to be the same as any of some records."""
        if not self._decisions.has_any or not len(numbers):
            return np.zeros(0, dtype=np.int64)
        is_fresh = {number: number in self._fresh_ids for number in numbers.tolist()}
        id_of = self._view.record_ids([number for number, fresh in is_fresh.items() if not fresh])
        id_of.update(
            {number: self._fresh_ids[number] for number, fresh in is_fresh.items() if fresh}
        )
        ids = set(id_of.values())
        pairs = [
            decision.pair
            for decision in self._decisions.settled(ids)
            if decision.verdict is Verdict.SAME
        ]
        tied = {left for left, right in pairs if right in ids}
        tied |= {right for left, right in pairs if left in ids}
        return self._current_numbers(tied)

    def _current_numbers(self, ids: Iterable[str]) -> Numbers:
        """Return the present numbers of record ids, in the store and among the new records."""
        ids = sorted(ids)
        numbers = [number for number, _ in self._view.numbers_of(ids).values()] if ids else []
        numbers += [
            self._fresh_numbers[record_id] for record_id in ids if record_id in self._fresh_numbers
        ]
        return np.array(sorted(numbers), dtype=np.int64)

    def decided_records(self) -> Numbers:
        """Return the stored records with a new decision, or with a decision that names a new
        record.
        """
        ids = set(self._decisions.newly_decided)
        if self._fresh_numbers:
            settled = self._decisions.settled(self._fresh_numbers)
            ids |= {record_id for decision in settled for record_id in decision.pair}
        stored = self._view.numbers_of(sorted(ids)) if ids else {}
        return np.array(sorted(number for number, _ in stored.values()), dtype=np.int64)


_NONE = np.zeros(0, dtype=np.int64)
TABLE_COLUMNS = tuple(field.name for field in fields(LinkTable))
LINK_COLUMNS = tuple(field.name for field in fields(LinkRows))
_COLOR_BY_OUTCOME = {
    Outcome.APART: LinkColor.GREEN,
    Outcome.QUEUED: LinkColor.YELLOW,
    Outcome.MERGED: LinkColor.WHITE,
}
_COLORS = np.array([_COLOR_BY_OUTCOME[outcome] for outcome in Outcome], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """Links that end, as (left, right) record numbers, and links that begin."""

    ended: tuple[Numbers, Numbers]
    begun: LinkRows


def _color_decided(
    color: Numbers, links: Links, decisions: RelevantDecisions, ids: list[str]
) -> None:
    """Set the colors of the links that stewards decided; `ids`: record id of each row."""
    settled = decisions.settled(ids)
    row_of = {record_id: row for row, record_id in enumerate(ids)} if settled else {}
    for decision in settled:
        left, right = (row_of.get(record_id, -1) for record_id in decision.pair)
        if decision.verdict is not Verdict.UNSURE and left >= 0 and right >= 0:
            color[(links.left == left) & (links.right == right)] = _decision_color(decision)


def build_link_rows(
    working_set: WorkingSet, links: Links, decisions: RelevantDecisions
) -> LinkRows:
    """Return the links of a resolution by record numbers, with the colors of decided links."""
    color = _COLORS[links.outcome]
    if decisions.has_any and len(links):
        _color_decided(color, links, decisions, working_set.batch.ids.to_pylist())
    return LinkRows(
        working_set.numbers[links.left],
        working_set.numbers[links.right],
        links.logodds.astype(np.int64),
        links.score,
        links.band.astype(np.int64),
        links.outcome.astype(np.int64),
        color,
        links.record_logodds.astype(np.int64),
        links.basis.astype(np.int64),
        np.where(links.rival >= 0, working_set.numbers[links.rival], 0),
    )


def _decision_color(decision: Decision) -> LinkColor:
    if decision.verdict is Verdict.DIFFERENT:
        return LinkColor.GREEN
    return LinkColor.RED if decision.unlawful else LinkColor.WHITE


def select_links(links: LinkRows, chosen: slice | npt.NDArray[np.bool_]) -> LinkRows:
    """Return some of the links."""
    return LinkRows(*(getattr(links, name)[chosen] for name in LINK_COLUMNS))


def load_replaced_links(
    view: StoreView, affected: Numbers, ended: Numbers, compared_again: Numbers
) -> LinkTable | None:
    """Return the stored links of ended and compared records that an increment replaces, or None."""
    if not len(affected) + len(ended):
        return None
    inside = view.links_between(affected.tolist())
    replaced = unite(ended, compared_again)
    if not len(replaced):
        return inside
    links = view.links_of(replaced.tolist())
    # links between two affected records are in both tables
    is_further = ~(np.isin(links.left, affected) & np.isin(links.right, affected))
    return LinkTable(
        *(
            np.concatenate([getattr(inside, name), getattr(links, name)[is_further]])
            for name in TABLE_COLUMNS
        )
    )


def load_links_with_component(
    view: StoreView, affected: Numbers, component: CachedComponent, ended: Numbers
) -> LinkTable:
    """Return the result of `load_replaced_links`, but take the links within a cached component from
    the cache.
    """
    links = view.links_of(unite(exclude(affected, component.numbers), ended).tolist())
    is_inside = np.isin(links.left, affected) & np.isin(links.right, affected)
    counts = is_inside | np.isin(links.left, ended) | np.isin(links.right, ended)
    return LinkTable(
        *(
            np.concatenate([getattr(links, name)[counts], getattr(component.links, name)])
            for name in TABLE_COLUMNS
        )
    )


def diff_links(stored: LinkTable | None, current: LinkRows) -> LinkChanges:
    """Return the stored links that end, and the current links that begin. A changed link is in
    both.
    """
    if stored is None or not len(stored):
        return LinkChanges((_NONE, _NONE), current)
    if not len(current.left):
        return LinkChanges((stored.left, stored.right), current)
    # each pair as one number, since a table holds a pair once
    span = 1 + max(int(stored.right.max()), int(current.right.max()))
    before, now = stored.left * span + stored.right, current.left * span + current.right
    order = np.argsort(now)
    match = order[np.minimum(np.searchsorted(now, before, sorter=order), len(now) - 1)]
    is_same = now[match] == before
    for name in TABLE_COLUMNS[2:]:
        is_same &= getattr(current, name)[match] == getattr(stored, name)
    begins = np.ones(len(now), dtype=bool)
    begins[match[is_same]] = False
    ended = stored.left[~is_same], stored.right[~is_same]
    return LinkChanges(ended, select_links(current, begins))


_MIN_PARALLEL_RECORDS = 2_000


@dataclass(frozen=True, slots=True)
class ResolvedSet:
    """Records of a store that were clustered together, and their links as the store holds them.

    `compared` may be cached, together with `same_rows`, the rows that are decided to be the same.
    """

    working_set: WorkingSet
    resolution: Resolution
    links: LinkRows
    compared: CachedPairs | None = None
    same_rows: Sequence[tuple[int, int]] = ()


def build_task(
    context: ResolutionContext, working_set: WorkingSet, decisions: RelevantDecisions
) -> ResolutionTask:
    """Return the task of resolving some records under the decisions on them.

    It keeps the population of the context's models.
    """
    batch, options = working_set.batch, context.options
    if len(batch) < _MIN_PARALLEL_RECORDS:
        # threads would cost more than they save
        options = replace(options, workers=1)
    log = decisions.within(set(batch.ids.to_pylist())) if decisions.has_any else []
    return ResolutionTask.build(
        batch,
        sorted(context.deduplicated_sources),
        replace(options, decisions=log),
        population=context.models.population,
        checked=decisions.new_pairs,
    )


def resolve_working_set(
    context: ResolutionContext,
    working_set: WorkingSet,
    decisions: RelevantDecisions,
    engine: Engine,
    relations: RelationTable | None = None,
) -> tuple[Resolution, ScoredCandidates]:
    """Resolve some records as a batch of their own; also return the pairs of the engine.

    If the context has no population, the population of the records is measured. `relations` has the
    relations of the records, if the records are a part of a store (None: they are read from the
    records).
    """
    task = build_task(context, working_set, decisions)
    meter = StageMeter(context.progress)
    task, scored = score_in_population(task, engine, meter)
    return cluster_pairs(task, scored, meter, relations=relations), scored


def resolve_cacheable(
    context: IncrementContext,
    working_set: WorkingSet,
    decisions: RelevantDecisions,
    engine: Engine,
    relations: RelationTable | None = None,
    *,
    cache: bool,
) -> ResolvedSet:
    """Resolve some records; with `cache`, keep the compared pairs unless there are too many."""
    resolution, scored = resolve_working_set(context, working_set, decisions, engine, relations)
    links = build_link_rows(working_set, resolution.links, decisions)
    # a cache does not state which records represent others of equal normal form
    is_cached = cache and (scored.twins is None or not len(scored.twins))
    if not is_cached or not MIN_CACHED_PAIRS <= len(scored.left) <= MAX_CACHED_PAIRS:
        return ResolvedSet(working_set, resolution, links)
    compared = CachedPairs(scored.left, scored.right, scored.logodds)
    same_rows = find_same_rows(working_set, decisions)
    return ResolvedSet(working_set, resolution, links, compared=compared, same_rows=same_rows)


def find_same_rows(
    working_set: WorkingSet, decisions: RelevantDecisions
) -> Sequence[tuple[int, int]]:
    """Return the pairs of rows that are decided to be the same."""
    if not decisions.has_any:
        return ()
    row_of = {record_id: row for row, record_id in enumerate(working_set.batch.ids.to_pylist())}
    settled = decisions.settled(row_of)
    pairs = (decision.pair for decision in settled if decision.verdict is Verdict.SAME)
    return [
        (row_of[left], row_of[right]) for left, right in pairs if left in row_of and right in row_of
    ]
