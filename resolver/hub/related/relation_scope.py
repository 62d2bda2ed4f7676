"""Scope of an increment in a store with relations: what it may change, and what it must see.

Three sorts of stored records are resolved together: those that may change, the entities that these
are compared with, and, as context, the entities that either is related to. Of the context no more
counts than how its records resolve by what they state themselves, as its own relations may lead out
of the set. So the result holds for the first two sorts, and the context is left out of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.component_cache import CachedPairs
from resolver.hub.increments.full_resolution import ResolvedSet
from resolver.hub.increments.link_changes import select_links
from resolver.hub.increments.neighbor_entities import NeighborSearch
from resolver.hub.increments.working_set import WorkingSet
from resolver.hub.related.related_records import RelatedRecords
from resolver.kernels.number_sets import exclude, unite
from resolver.records.batch import IntArray
from resolver.records.results.resolution import name_by_smallest_row

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class RelationScope:
    """Scope by the relations of a store; where it has none, every method returns what it is given.

    Numbers are those of stored records, ascending.
    """

    related: RelatedRecords
    search: NeighborSearch

    def find_touched(self, numbers: Numbers) -> Numbers:
        """Return the records whose relations the increment touches, where `numbers` may change."""
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

        Clusters of context alone do not count.
        """
        working_set, labels = resolved.working_set, resolved.resolution.labels
        changed = self.search.changed_records(working_set, labels, disturbed)
        if not self.related.exist:
            return changed
        is_own = self._is_own(working_set, present)
        in_scope = np.isin(labels, labels[is_own])
        return np.intersect1d(changed, working_set.numbers[in_scope])

    def include_touched(self, changed: Numbers, included: Numbers) -> Numbers:
        """Return changed records, with all that those not yet `included` touch by relations."""
        further = exclude(changed, included)
        if not self.related.exist or not len(further):
            return changed
        expand = self.search.expand
        return unite(changed, expand(self.related.touched_by(further, _NONE, expand)))

    def restrict(self, resolved: ResolvedSet, present: Numbers) -> ResolvedSet:
        """Return what was resolved without the context."""
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
            WorkingSet(batch, numbers),
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

    def _is_own(self, working_set: WorkingSet, present: Numbers) -> npt.NDArray[np.bool_]:
        own = unite(present, self.related.fresh.numbers)
        flags: npt.NDArray[np.bool_] = np.isin(working_set.numbers, own)
        return flags


def _select_pairs(compared: CachedPairs, place: IntArray) -> CachedPairs:
    """Return the compared pairs of rows that have a new place (-1: none), by their places."""
    inside = np.flatnonzero((place[compared.left] >= 0) & (place[compared.right] >= 0))
    return CachedPairs(
        place[compared.left[inside]], place[compared.right[inside]], compared.logodds[inside]
    )
