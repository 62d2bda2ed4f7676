"""Increment: the changes that a list update and new decisions make to a store.

`compute_increment` computes them on one view of the store. It works in these steps:

1. It compares new records with each other and with stored records that share a blocking key.
2. It finds the affected components. A component is connected by pairs at or above the *merge*
   threshold and by decisions. It is affected if a new record, a record that ends or a decision
   touches it (`ComponentSearch`).
3. It adds the neighbors: entities with a pair at or above the link threshold to an affected record.
4. It clusters these records anew. If a neighbor merges with them, the neighbor is affected, too,
   and step 3 is repeated for it. All other entities stay as they are.

The result equals one batch of all records, because a cluster depends on its own records only. Block
purging is the exception, because it counts over all records that the store will have. If the count
of a key crosses the limit in either direction, the records with this key are compared again.

A large component can be cached from commit to commit (`resolve_with_component`). Its records are
not compared with each other again; the result is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.engines.local import LocalEngine
from resolver.hub import link_changes
from resolver.hub.entity_ids import find_restricted
from resolver.hub.increment_candidates import (
    CachedComponent,
    CachedPairs,
    IncrementContext,
    IndexCandidates,
    NeighborSearch,
    ResolutionContext,
    WorkingSet,
    build_cached_components,
    compare_with_index,
    find_stated_candidates,
    prepare_with_stored,
    score_index_pairs,
)
from resolver.hub.list_updates import ListUpdate
from resolver.hub.member_changes import MemberChanges, compute_member_changes
from resolver.hub.record_index import RecordIndex
from resolver.hub.related_records import RelatedRecords
from resolver.hub.shared_relations import RelationScope
from resolver.matching.blocking import join_candidates
from resolver.matching.blocking.key_lookup import BlockPurge
from resolver.matching.clustering import keep_statements
from resolver.matching.pipeline import PairScorer, cluster_pairs
from resolver.matching.preparation import with_frequencies
from resolver.matching.resolution_task import ScoredCandidates
from resolver.matching.scoring.relation_evidence import RelationTable
from resolver.matching.scoring.score_links import score_histogram
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import Population
from resolver.records.results.resolution import Resolution, StageMeter
from resolver.runtime.key_groups import exclude, sort_distinct, unite
from resolver.store import Commit, LinkRows, LinkTable, NewDecision, StoreView

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ComponentSearch:
    """Search for the stored records that are connected with some records.

    Connections are links at or above `merge_threshold` (thousandths of log-odds), links of
    ambiguous records, decisions *same*, and membership in one entity. `fresh` are the new records,
    and `ended` the numbers of the records that end.
    """

    view: StoreView
    ties: link_changes.SameRecordTies
    fresh: WorkingSet
    ended: Numbers
    merge_threshold: int

    def around_ended(self) -> Numbers:
        """Return the records that are connected with records that end."""
        return self._neighbors(self.ended) if len(self.ended) else _NONE

    def expand(self, seeds: Numbers, components: Iterable[CachedComponent] = ()) -> Numbers:
        """Return all records of the components of `seeds`, together with the ended records.

        A cached component in `components` is added as a whole, without a search in it. New records
        are never in the result.
        """
        reached = self.ended
        frontier = exclude(
            np.concatenate([seeds, self.ties.tied_to(self.fresh.numbers)]), self.ended
        )
        frontier = exclude(frontier, self.fresh.numbers)
        while len(frontier):
            for component in components:
                if component.contains(frontier).any():
                    reached = unite(reached, component.numbers)
            frontier = exclude(frontier, reached)
            if not len(frontier):
                break
            reached = unite(reached, frontier)
            neighbors = self._neighbors(frontier)
            frontier = exclude(neighbors, np.concatenate([reached, self.fresh.numbers]))
        return reached

    def _neighbors(self, numbers: Numbers) -> Numbers:
        links = self.view.links_of(numbers.tolist(), min_logodds=self.merge_threshold)
        members = _entity_members(self.view, numbers)
        tied, rivals = self.ties.tied_to(numbers), self.view.rivals_of(numbers.tolist())
        return sort_distinct(np.concatenate([links.left, links.right, members, tied, rivals]))


def _entity_members(view: StoreView, numbers: Numbers) -> Numbers:
    """Return the members of the entities of some records."""
    _, entities, _ = view.memberships(numbers.tolist())
    return view.members(sort_distinct(entities).tolist())[0] if len(entities) else _NONE


def largest_component_within(
    components: tuple[CachedComponent, ...], affected: Numbers, fresh: int
) -> CachedComponent | None:
    """Return the largest cached component whose records are all affected.

    None if it has at most half of all affected and new records: the cache would save little work.
    `fresh` is the number of new records.
    """
    inside = [
        component
        for component in components
        if np.isin(component.numbers, affected, assume_unique=True).all()
    ]
    largest = max(inside, key=lambda component: len(component.numbers), default=None)
    if largest is None or 2 * len(largest.numbers) <= len(affected) + fresh:
        return None
    return largest


def resolve_with_component(
    context: IncrementContext,
    others: WorkingSet,
    component: CachedComponent,
    decisions: link_changes.RelevantDecisions,
    purge: BlockPurge,
    build_table: Callable[[WorkingSet], RelationTable | None],
) -> link_changes.ResolvedSet:
    """Resolve a cached component and other records together, under the decisions on them.

    `build_table` returns the relations of a working set.
    """
    working_set, row_of = _combine(others, component)
    other_rows, cached_rows = row_of[: len(others.numbers)], row_of[len(others.numbers) :]
    left, right, logodds, twins = _score_new_pairs(
        context, others, component, working_set, other_rows, purge
    )
    cached = component.pairs
    scored = ScoredCandidates(
        np.concatenate([cached_rows[cached.left], left]),
        np.concatenate([cached_rows[cached.right], right]),
        np.concatenate([cached.logodds, logodds]),
        (),
        score_histogram(logodds),
        twins=twins,
    )
    task = link_changes.build_task(context, working_set, decisions)
    load_records = partial(_load_records, context, others, working_set)
    table = build_table(working_set)
    resolution = cluster_pairs(task, scored, StageMeter(), load_records, table)
    return link_changes.ResolvedSet(
        working_set,
        resolution,
        link_changes.build_link_rows(working_set, resolution.links, decisions),
        CachedPairs(scored.left, scored.right, scored.logodds),
        task.decided.same,
    )


def _load_records(
    context: IncrementContext, others: WorkingSet, working_set: WorkingSet, rows: Numbers
) -> Batch:
    """Return the records of some rows with their values.

    Records of the component carry no values in the working set, so they are read from the index.
    """
    numbers = working_set.numbers[rows]
    in_others = np.isin(numbers, others.numbers)
    indexed = np.sort(numbers[~in_others])
    parts = [others.batch.take(others.rows_of(numbers[in_others]))]
    if len(indexed):
        parts.append(context.index.batch(indexed))
    loaded = np.concatenate([numbers[in_others], indexed])
    order = np.argsort(loaded)
    return concat(parts).take(order[np.searchsorted(loaded[order], numbers)])


def _combine(others: WorkingSet, component: CachedComponent) -> tuple[WorkingSet, IntArray]:
    """Return all records in the order of their ids, and the new row of each record.

    The new rows are listed for `others` first, then for the component. The records carry only the
    statements of lists, no other values.
    """
    batch = concat([keep_statements(others.batch), component.batch])
    order = pc.sort_indices(batch.ids).to_numpy().astype(np.int64)
    row_of = np.empty(len(order), dtype=np.int32)
    row_of[order] = np.arange(len(order), dtype=np.int32)
    numbers = np.concatenate([others.numbers, component.numbers])[order]
    return WorkingSet(batch.canonical(), numbers), row_of


def _score_new_pairs(
    context: IncrementContext,
    others: WorkingSet,
    component: CachedComponent,
    working_set: WorkingSet,
    other_rows: IntArray,
    purge: BlockPurge,
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Score the pairs of `others` with each other and with the component.

    Return (left, right, log-odds, twins). All rows are rows of the combined working set. `twins`
    are the pairs of records of equal normal form among `others`; the component has no such pairs.
    `other_rows` is the row in the combined working set of each row of `others`.
    """
    prepared, index = context.normalize(others.batch)[0], context.index
    pairs, _ = join_candidates(
        prepared,
        index.plan,
        workers=1,
        buffer_bytes=context.options.pairs_mib << 20,
        purge_counts=purge.purged_pairs,
    )
    scorer = PairScorer.of_records(prepared, context.models, others.batch)
    among = scorer.score(pairs.left, pairs.right, 1).logodds
    rows, numbers, _ = index.find_candidates(prepared, purge)
    is_inside = component.contains(numbers)
    across = score_index_pairs(context, others, prepared, rows[is_inside], numbers[is_inside])
    return (
        np.concatenate([other_rows[pairs.left], working_set.rows_of(across.left)]),
        np.concatenate([other_rows[pairs.right], working_set.rows_of(across.right)]),
        np.concatenate([among, across.logodds]).astype(np.int32),
        other_rows[pairs.twins],
    )


@dataclass(frozen=True, slots=True)
class Increment:
    """Changes to commit, with further results.

    - `resolution`: the resolution of the records that were clustered anew; `resolved_records` are
      their numbers, and `links` their links by record number.
    - `changed_members`: records that entities lose or get, and the entity of each.
    - `prepared_fresh`: normal form of the new records; None if other records were normalized
      together with them.
    - `touched_records`: new, affected and ended records.
    - `components`: components that the caller may cache for the next commit.
    """

    commit: Commit
    resolution: Resolution
    resolved_records: Numbers
    links: LinkRows
    changed_members: tuple[Numbers, Numbers]
    prepared_fresh: PreparedBatch | None
    touched_records: Numbers = field(default_factory=lambda: _NONE)
    components: tuple[CachedComponent, ...] = ()


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Records and decisions that an increment starts from.

    `compared_again` are the stored records of sources that are no longer deduplicated. `queried`
    are the new records and the records compared again. `cached` are the cached components (None:
    nothing is cached).
    """

    fresh: WorkingSet
    compared_again: Numbers
    queried: WorkingSet
    ended: Numbers
    decisions: link_changes.RelevantDecisions
    cached: tuple[CachedComponent, ...] | None
    related: RelatedRecords


@dataclass(frozen=True, slots=True)
class _Affected:
    """Stored records to cluster anew, and the cached component among them, if any.

    `disturbed` are the records whose stored pairs or decisions have changed.
    """

    numbers: Numbers
    disturbed: Numbers
    component: CachedComponent | None


def compute_increment(
    context: IncrementContext,
    update: ListUpdate,
    decisions: Sequence[NewDecision] = (),
    *,
    kind: str = "batch",
    actor: str = "",
    cached: tuple[CachedComponent, ...] | None = None,
) -> Increment:
    """Compute the increment of a list update and new decisions.

    `cached` are the components that were cached at the revision of the view (None: cache nothing).
    """
    inputs = _collect_inputs(context, update, decisions, cached)
    candidates = compare_with_index(context, inputs.queried, inputs.ended)
    affected = _find_affected(context, inputs, candidates, is_decided=bool(decisions))
    resolved, affected = _resolve_with_neighbors(context, inputs, candidates, affected)
    replaced = _load_replaced(context, inputs, resolved, affected.component)
    working_set, resolution = resolved.working_set, resolved.resolution
    hidden = find_restricted(context.index.segments, inputs.ended)
    members = compute_member_changes(context.view, working_set, resolution.labels, update, hidden)
    changes = link_changes.diff_links(replaced, resolved.links)
    measured = measured_population(context, resolution)
    commit = replace(
        build_commit(context, kind, actor, members, changes),
        lists=update.lists,
        records=update.fresh,
        contents=update.contents,
        ended_records=inputs.ended,
        decisions=decisions,
        population=measured,
    )
    prepared = candidates.prepared if inputs.queried is inputs.fresh else None
    if prepared is not None and measured is not None:
        models = context.models.for_population(resolution.stats.plan, measured)
        prepared = with_frequencies(prepared, models.tables, context.options.workers)
    return Increment(
        commit,
        resolution,
        working_set.numbers,
        resolved.links,
        (
            np.concatenate([members.left[0], members.new_members[0]]),
            np.concatenate([members.left[1], members.new_members[1]]),
        ),
        prepared,
        np.concatenate([affected.numbers, inputs.fresh.numbers, inputs.ended]),
        _build_components(context, inputs, resolved, affected.numbers),
    )


def _collect_inputs(
    context: IncrementContext,
    update: ListUpdate,
    decisions: Sequence[NewDecision],
    cached: tuple[CachedComponent, ...] | None,
) -> _Inputs:
    view, ended = context.view, update.ended
    first = view.head.last_record + 1
    fresh = WorkingSet(update.fresh, first + np.arange(len(update.fresh), dtype=np.int64))
    stored = view.records_of_sources(update.no_longer_deduplicated)
    compared_again = exclude(np.array(sorted(stored.values()), dtype=np.int64), ended)
    queried = _add_stored(context.index, fresh, compared_again)
    log = link_changes.RelevantDecisions(view, decisions, update.fresh)
    related = RelatedRecords(context, fresh, ended)
    return _Inputs(fresh, compared_again, queried, ended, log, cached, related)


def _find_affected(
    context: IncrementContext, inputs: _Inputs, candidates: IndexCandidates, *, is_decided: bool
) -> _Affected:
    """Return the stored records to cluster anew, and the cached component to use for them."""
    changed_keys = context.index.records_with_changed_keys(candidates.purge)
    ties = link_changes.SameRecordTies(context.view, inputs.decisions, inputs.fresh)
    decided = ties.decided_records()
    threshold = context.options.merge_threshold
    search = ComponentSearch(context.view, ties, inputs.fresh, inputs.ended, threshold)
    seeds = np.concatenate(
        [
            candidates.indexed_above(threshold),
            find_stated_candidates(context.index, inputs.queried, candidates, threshold),
            inputs.compared_again,
            changed_keys,
            decided,
            search.around_ended(),
        ]
    )
    usable: tuple[CachedComponent, ...] = ()
    # decisions, deduplicated sources and purging change which pairs count; an ended record may have
    # connected the records of a component
    if not (len(inputs.compared_again) or is_decided or len(changed_keys)):
        usable = tuple(
            component
            for component in inputs.cached or ()
            if not component.contains(inputs.ended).any()
        )
    reached = search.expand(seeds, usable)
    affected = exclude(reached, np.concatenate([inputs.ended, inputs.fresh.numbers]))
    return _Affected(
        affected,
        np.concatenate([inputs.compared_again, changed_keys, decided]),
        largest_component_within(usable, affected, len(inputs.fresh.numbers)),
    )


def _resolve_with_neighbors(
    context: IncrementContext, inputs: _Inputs, candidates: IndexCandidates, affected: _Affected
) -> tuple[link_changes.ResolvedSet, _Affected]:
    """Resolve new and affected records together with their neighbors.

    If a neighbor merges with them, it is affected, too. The loop then adds its neighbors and
    resolves again, until nothing new is affected.
    """
    search = NeighborSearch(context, candidates.purge, inputs.ended)
    scope = RelationScope(inputs.related, search)
    touched, component = scope.find_touched(affected.numbers), affected.component
    if component is not None and component.contains(touched).any():
        component = None
    numbers = unite(affected.numbers, touched)
    queried = numbers if component is None else exclude(numbers, component.numbers)
    partners = candidates.indexed_above(context.options.link_threshold)
    neighbors = unite(search.expand(partners), search.around(queried))
    while True:
        present = unite(numbers, neighbors)
        resolved = _resolve_records(
            context, inputs, candidates, scope.with_context(present), component
        )
        changed = scope.changed_records(resolved, present, affected.disturbed)
        changed = scope.include_touched(changed, numbers)
        numbers = unite(numbers, changed)
        further = exclude(changed, queried)
        neighbors = search.around(further)
        queried = unite(queried, further)
        if not len(exclude(unite(neighbors, numbers), present)):
            affected = replace(affected, numbers=numbers, component=component)
            return scope.restrict(resolved, present), affected
        neighbors = unite(neighbors, present)


def _resolve_records(
    context: IncrementContext,
    inputs: _Inputs,
    candidates: IndexCandidates,
    numbers: Numbers,
    component: CachedComponent | None,
) -> link_changes.ResolvedSet:
    """Resolve new and stored records; pairs within a component come from the cache."""
    purge, build_table = candidates.purge, inputs.related.build_table
    if component is not None:
        others = _add_stored(context.index, inputs.fresh, exclude(numbers, component.numbers))
        decisions = inputs.decisions
        return resolve_with_component(context, others, component, decisions, purge, build_table)
    working_set = _add_stored(context.index, inputs.fresh, numbers)
    prepared = candidates.prepared if inputs.queried is inputs.fresh else None
    values = candidates.values if working_set is inputs.queried else None
    if prepared is not None and working_set is not inputs.fresh:
        prepared = prepare_with_stored(context, inputs.fresh, prepared, working_set)
    # in an empty store, the engine counts the keys of the batch itself
    counts = purge.purged_pairs if purge.stored else None
    engine = context.engine or LocalEngine(prepared, counts, values=values)
    table, cache = build_table(working_set), inputs.cached is not None
    return link_changes.resolve_cacheable(
        context, working_set, inputs.decisions, engine, table, cache=cache
    )


def _load_replaced(
    context: IncrementContext,
    inputs: _Inputs,
    resolved: link_changes.ResolvedSet,
    component: CachedComponent | None,
) -> LinkTable | None:
    """Return the stored links that the new links of the resolved records replace."""
    view, ended = context.view, inputs.ended
    stored = exclude(resolved.working_set.numbers, inputs.fresh.numbers)
    if component is not None:
        return link_changes.load_links_with_component(view, stored, component, ended)
    return link_changes.load_replaced_links(view, stored, ended, inputs.compared_again)


def _build_components(
    context: IncrementContext,
    inputs: _Inputs,
    resolved: link_changes.ResolvedSet,
    affected: Numbers,
) -> tuple[CachedComponent, ...]:
    """Return the components of new and affected records for the cache, without neighbors."""
    if resolved.compared is None:
        return ()
    working_set, compared = resolved.working_set, resolved.compared
    is_own = np.isin(working_set.numbers, np.concatenate([affected, inputs.fresh.numbers]))
    chosen = is_own[compared.left] & is_own[compared.right]
    return tuple(
        build_cached_components(
            working_set,
            resolved.resolution.labels,
            CachedPairs(compared.left[chosen], compared.right[chosen], compared.logodds[chosen]),
            resolved.links,
            context.options.merge_threshold,
            resolved.same_rows,
        )
    )


def _add_stored(index: RecordIndex, fresh: WorkingSet, numbers: Numbers) -> WorkingSet:
    """Return new records together with the stored ones."""
    if not len(numbers):
        return fresh
    return WorkingSet.of(
        concat([fresh.batch, index.batch(numbers)]), np.concatenate([fresh.numbers, numbers])
    )


def measured_population(context: ResolutionContext, resolution: Resolution) -> Population | None:
    """Return the population that a resolution measured; None if it used the stored population.

    Also None for a population without records, so that the next commit measures it again.
    """
    measured = resolution.stats.population
    if measured is None or measured is context.models.population:
        return None
    return None if measured.is_empty and not measured.restricted else measured


def build_commit(
    context: ResolutionContext,
    kind: str,
    actor: str,
    members: MemberChanges,
    links: link_changes.LinkChanges,
) -> Commit:
    """Return the commit of changes to members and links."""
    return Commit(
        context.view.revision,
        kind,
        actor,
        new_entities=members.new_entities,
        retired_entities=members.retired_entities,
        revived_entities=members.revived_entities,
        redirects=members.redirects,
        ended_members=members.ended_members,
        new_members=members.new_members,
        ended_links=links.ended,
        new_links=links.begun,
        events=members.events,
    )
