"""Stored entities that an increment has to see besides those it may change.

Profiles of entities are compared where a pair of records at or above the link threshold connects
the two. So an entity that changes is resolved together with all entities it is connected with: they
may merge with it now, and the links between them change. Those that stay as they were need no
neighbors of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.blocking.retrieval.key_lookup import BlockPurge
from resolver.hub.increments.context import IncrementContext
from resolver.hub.increments.index_candidates import score_index_pairs
from resolver.hub.increments.working_set import WorkingSet
from resolver.kernels.number_sets import exclude, sort_distinct, unite
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import assemble
from resolver.store import StoreView

Numbers = npt.NDArray[np.int64]
_NO_ENTITY = -1


def expand_entities(view: StoreView, numbers: Numbers) -> Numbers:
    """Return all records of the entities of some records, ascending.

    With an ambiguous record go the entities that it waits with, and the other way around, in
    however many steps: some of them without the others would be one.
    """
    reached, further = numbers[:0], numbers
    while len(further):
        _, entities, _ = view.memberships(further.tolist())
        frontier = exclude(view.members(sort_distinct(entities).tolist())[0], reached)
        reached = unite(reached, frontier)
        further = exclude(view.rivals_of(frontier.tolist()), reached)
    return reached


@dataclass(frozen=True, slots=True)
class NeighborSearch:
    """Search for entities that stored records are connected with.

    `purge` counts keys over all that the store will hold; `ended` are the records that end.
    """

    context: IncrementContext
    purge: BlockPurge
    ended: Numbers

    def around(self, numbers: Numbers) -> Numbers:
        """Return all records of the entities that pairs at or above the link threshold connect
        with some stored records.
        """
        if not len(numbers):
            return numbers
        context, index = self.context, self.context.index
        queried = WorkingSet(index.batch(numbers), numbers)
        prepared = assemble(index.parts(numbers), queried.batch.ids)
        rows, partners, _ = index.find_candidates(prepared, self.purge)
        is_other = ~np.isin(partners, self.ended) & (numbers[rows] != partners)
        pairs = score_index_pairs(context, queried, prepared, rows[is_other], partners[is_other])
        return self.expand(pairs.indexed_above(context.options.link_threshold))

    def expand(self, numbers: Numbers) -> Numbers:
        """Return what `expand_entities` does, without records that end."""
        return exclude(expand_entities(self.context.view, numbers), self.ended)

    def changed_records(
        self, working_set: WorkingSet, labels: IntArray, disturbed: Numbers
    ) -> Numbers:
        """Return the stored records of clusters that are not entities of the store.

        `labels` name the cluster of each row. Clusters with `disturbed` records, whose pairs or
        decisions have changed, count as changed.
        """
        view, numbers = self.context.view, working_set.numbers
        is_stored = numbers <= view.head.last_record
        present = np.concatenate([numbers[is_stored], self.ended])
        if not len(present):
            return present
        record, entity, _ = view.memberships(present.tolist())
        own = np.full(len(numbers), _NO_ENTITY, dtype=np.int64)
        place = np.minimum(np.searchsorted(record, numbers), len(record) - 1)
        is_member = record[place] == numbers
        own[is_member] = entity[place[is_member]]
        lowest, highest = (np.full(len(numbers), fill, dtype=np.int64) for fill in (1 << 62, -1))
        np.minimum.at(lowest, labels, own)
        np.maximum.at(highest, labels, own)
        # an entity that loses a record has more records in the store than here
        distinct, sizes = np.unique(entity, return_counts=True)
        stored_size = dict(zip(distinct.tolist(), sizes.tolist(), strict=True))
        expected = np.array([stored_size.get(number, 0) for number in highest.tolist()])
        counts = np.bincount(labels, minlength=len(numbers))
        is_changed = (lowest != highest) | (counts != expected)
        is_changed[labels[np.isin(numbers, disturbed)]] = True
        return np.sort(numbers[is_changed[labels] & is_stored])
