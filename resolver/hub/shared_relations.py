"""Relations in a store: how an explanation shows them, and which records an increment needs.

`SharedRelations` explains the evidence that a relation to the same entity added to a merge. The
store has only the entities after evidence from relations was used, not the entities before. So the
entities in question and the neighbors that they share are resolved again; these are few records.

`RelationScope` selects the stored records of an increment. Three groups are resolved together:
records that may change, entities that these are compared with, and *context*, the entities that
either of them is related to. The relations of the context can lead to records outside of these
groups. So the result is valid for the first two groups only, and the context is left out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from resolver.engines.local import LocalEngine
from resolver.engines.pair_explanation import ComparedEntities, RelationExplainer
from resolver.hub import increment_candidates as candidates
from resolver.hub.link_changes import (
    RelevantDecisions,
    ResolvedSet,
    build_task,
    select_links,
)
from resolver.hub.list_updates import build_empty_update
from resolver.hub.record_index import RecordIndex
from resolver.hub.related_records import RelatedRecords
from resolver.matching.pipeline import cluster_pairs
from resolver.matching.population_scoring import score_in_population
from resolver.matching.scoring.relation_evidence import RelationTable
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.results.resolution import Resolution, StageMeter, name_by_smallest_row
from resolver.runtime.key_groups import exclude, unite
from resolver.store import StoreView

if TYPE_CHECKING:
    from resolver.hub.hub import Hub


Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class SharedRelations:
    """Shared relations of some records of a store, and the evidence that they added.

    Only relations that everybody may see count.
    """

    records: candidates.WorkingSet
    explainer: RelationExplainer

    @classmethod
    def load(cls, hub: Hub, numbers: Sequence[int]) -> SharedRelations | None:
        """Return the relations of the entities of some records, given by number.

        None if no two records of these entities share a relation, or if one of the given records is
        no longer current.
        """
        with hub.indexed_view() as (view, index):
            context = build_context(hub, view, index)
            fresh = candidates.WorkingSet(Batch.from_records([]).canonical(), _NONE)
            related = RelatedRecords(context, fresh, _NONE)
            own = candidates.expand_entities(view, np.array(sorted(set(numbers)), dtype=np.int64))
            # a commit may have ended one of the records meanwhile
            if not related.exist or not np.isin(numbers, own).all():
                return None
            around = unite(own, candidates.expand_entities(view, related.around(own)))
            records = candidates.WorkingSet.of(index.batch(around), around)
            table = related.build_table(records)
            rows = _find_sharing(view, records, table, own)
            if table is None or not len(rows):
                return None
            part = candidates.WorkingSet(
                records.batch.take(rows).canonical(), records.numbers[rows]
            )
            table = table.select(rows)
            resolution = _resolve(context, part, np.isin(part.numbers, own), table)
            weights = context.models.relations
            return cls(part, RelationExplainer.build(resolution, weights, table))

    def explain_pair(self, left: int, right: int) -> ComparedEntities | None:
        """Return the entities of two records, given by number, as they were before they merged.

        None if values or decisions had already merged them without relations.
        """
        rows = self.records.rows_of(np.array([left, right], dtype=np.int64)).tolist()
        return self.explainer.explain_pair(*rows)

    def explain_entity(self, number: int) -> Iterator[ComparedEntities]:
        """Yield the merges through relations that led to the entity of a record, by rows."""
        (row,) = self.records.rows_of(np.array([number], dtype=np.int64)).tolist()
        return self.explainer.explain_entity(row)


def compare_stored_entities(hub: Hub, left: int, right: int) -> ComparedEntities | None:
    """Return the entities of two records, given by number, as they were before they merged.

    None if they share no relation, or if they did not merge through relations.
    """
    shared = SharedRelations.load(hub, [left, right])
    return shared.explain_pair(left, right) if shared is not None else None


def build_context(hub: Hub, view: StoreView, index: RecordIndex) -> candidates.IncrementContext:
    """Return the context in which the present entities of a store are resolved."""
    options = replace(hub.options_of(view.head), plan=view.head.plan)
    sources = build_empty_update(view).deduplicated_sources
    return candidates.IncrementContext(view, hub.models_at(view), options, sources, index=index)


def _resolve(
    context: candidates.IncrementContext,
    records: candidates.WorkingSet,
    is_own: npt.NDArray[np.bool_],
    table: RelationTable,
) -> Resolution:
    """Resolve entities of a store (`is_own`) together with their neighbors, which never merge with
    these.

    Not all relations of the neighbors are loaded, so only their frozen state counts.
    """
    # block purging counts over the whole store
    purge = context.index.build_purge(None, _NONE > 0, _NONE)
    task = build_task(context, records, RelevantDecisions(context.view))
    meter = StageMeter()
    task, scored = score_in_population(task, LocalEngine(None, purge.purged_pairs), meter)
    is_inside = is_own[scored.left] == is_own[scored.right]
    left, right, logodds = (
        column[is_inside] for column in (scored.left, scored.right, scored.logodds)
    )
    scored = replace(scored, left=left, right=right, logodds=logodds)
    return cluster_pairs(task, scored, meter, relations=table)


def _find_sharing(
    view: StoreView,
    records: candidates.WorkingSet,
    table: RelationTable | None,
    own: Numbers,
) -> Numbers:
    """Return the rows of `own` records and of the entities that two of them are related to.

    Empty if no two of them share a record or a name.
    """
    if table is None:
        return _NONE
    labels = _label_entities(view, records)
    is_own = np.isin(records.numbers, own)
    edges = np.flatnonzero(is_own[table.own])
    node = table.node[edges].copy()
    is_row = node < table.count
    # entities of the store are unions of the entities that neighbors are frozen as
    node[is_row] = labels[node[is_row]]
    pairs = np.unique(np.stack([node, table.own[edges]], axis=1), axis=0)
    nodes, counts = np.unique(pairs[:, 0], return_counts=True)
    shared = nodes[counts > 1]
    if not len(shared):
        return _NONE
    return np.flatnonzero(is_own | np.isin(labels, shared)).astype(np.int64)


def _label_entities(view: StoreView, records: candidates.WorkingSet) -> IntArray:
    """Return the entity of each record in the store, named by its smallest row."""
    record, entity, _ = view.memberships(records.numbers.tolist())
    return name_by_smallest_row(entity[np.searchsorted(record, records.numbers)])


@dataclass(frozen=True, slots=True)
class RelationScope:
    """Scope by the relations of a store. If the store has no relations, every method returns its
    argument.

    Numbers are numbers of stored records, ascending.
    """

    related: RelatedRecords
    search: candidates.NeighborSearch

    def find_touched(self, numbers: Numbers) -> Numbers:
        """Return the records whose relations the increment touches if `numbers` change."""
        related = self.related
        if not related.exist:
            return _NONE
        edges = unite(related.fresh.numbers, related.ended)
        expand = self.search.expand
        return expand(related.touched_by(unite(numbers, edges), edges, expand))

    def with_context(self, present: Numbers) -> Numbers:
        """Return records with the entities that they, or the new records, are related to."""
        related = self.related
        if not related.exist:
            return present
        around = related.around(unite(present, related.fresh.numbers))
        return unite(present, self.search.expand(around))

    def changed_records(
        self, resolved: ResolvedSet, present: Numbers, disturbed: Numbers
    ) -> Numbers:
        """Return the stored records of clusters that are not entities of the store.

        Clusters that have only context do not count.
        """
        working_set, labels = resolved.working_set, resolved.resolution.labels
        changed = self.search.changed_records(working_set, labels, disturbed)
        if not self.related.exist:
            return changed
        is_own = self._is_own(working_set, present)
        in_scope = np.isin(labels, labels[is_own])
        return np.intersect1d(changed, working_set.numbers[in_scope])

    def include_touched(self, changed: Numbers, included: Numbers) -> Numbers:
        """Return changed records, and all records that the relations of changed records touch,
        unless they are already in `included`.
        """
        further = exclude(changed, included)
        if not self.related.exist or not len(further):
            return changed
        expand = self.search.expand
        return unite(changed, expand(self.related.touched_by(further, _NONE, expand)))

    def restrict(self, resolved: ResolvedSet, present: Numbers) -> ResolvedSet:
        """Return the resolved records without the context."""
        if not self.related.exist:
            return resolved
        working_set, resolution = resolved.working_set, resolved.resolution
        rows = np.flatnonzero(self._is_own(working_set, present))
        if len(rows) == len(working_set.numbers):
            return resolved
        numbers, links = working_set.numbers[rows], resolved.links
        batch = working_set.batch.take(rows).canonical()
        place = np.full(len(working_set.numbers), -1, dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        compared = resolved.compared
        return ResolvedSet(
            candidates.WorkingSet(batch, numbers),
            replace(
                resolution,
                batch=batch,
                labels=name_by_smallest_row(resolution.labels[rows]),
                links=resolution.links.move(place)[0],
                rounds=None,
            ),
            select_links(links, np.isin(links.left, numbers) & np.isin(links.right, numbers)),
            None if compared is None else _select_pairs(compared, place),
            [
                (int(place[left]), int(place[right]))
                for left, right in resolved.same_rows
                if place[left] >= 0 and place[right] >= 0
            ],
        )

    def _is_own(
        self, working_set: candidates.WorkingSet, present: Numbers
    ) -> npt.NDArray[np.bool_]:
        own = unite(present, self.related.fresh.numbers)
        flags: npt.NDArray[np.bool_] = np.isin(working_set.numbers, own)
        return flags


def _select_pairs(compared: candidates.CachedPairs, place: IntArray) -> candidates.CachedPairs:
    """Return the compared pairs whose rows have a new position (-1: none), by these positions."""
    inside = np.flatnonzero((place[compared.left] >= 0) & (place[compared.right] >= 0))
    return candidates.CachedPairs(
        place[compared.left[inside]], place[compared.right[inside]], compared.logodds[inside]
    )
