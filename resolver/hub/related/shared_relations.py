"""Relations that two entities of a store share, as an explanation shows them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.engines.relation_explanation import explain_shared_relations
from resolver.hub.hub import Hub
from resolver.hub.increments.context import IncrementContext
from resolver.hub.increments.working_set import WorkingSet, name_by_smallest_row
from resolver.hub.related.related_records import RelatedRecords
from resolver.kernels.number_sets import unite
from resolver.records import Batch
from resolver.records.results.explanation import EvidenceRow
from resolver.store import StoreView

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


def find_shared_relations(hub: Hub, left: int, right: int) -> list[EvidenceRow]:
    """Return the rows of what the entities of two records (by number) are both related to.

    Neighbors are the entities of the store. Only relations that everybody may see count.
    """
    with hub.indexed_view() as (view, index):
        context = IncrementContext(
            view, hub.models_at(view), hub.options_of(view.head), index=index
        )
        fresh = WorkingSet(Batch.from_records([]).canonical(), _NONE)
        related = RelatedRecords(context, fresh, _NONE)
        own = _expand(view, np.array(sorted({left, right}), dtype=np.int64))
        # a commit may have ended one of them since the caller looked
        if not related.exist or not np.isin([left, right], own).all():
            return []
        numbers = unite(own, _expand(view, related.around(own)))
        working_set = WorkingSet.of(index.batch(numbers), numbers)
        table = related.build_table(working_set)
        record, entity, _ = view.memberships(working_set.numbers.tolist())
        entities = entity[np.searchsorted(record, working_set.numbers)]
        labels = name_by_smallest_row(entities)
        rows = working_set.rows_of(np.array([left, right], dtype=np.int64))
        pair = [int(labels[row]) for row in rows.tolist()]
        if pair[0] == pair[1]:
            return []
        weights = context.models.relations
        return explain_shared_relations(working_set.batch, table, weights, labels, pair)


def _expand(view: StoreView, numbers: Numbers) -> Numbers:
    """Return all records of the entities of some records, ascending."""
    if not len(numbers):
        return numbers
    _, entities, _ = view.memberships(numbers.tolist())
    return np.sort(view.members(np.unique(entities).tolist())[0])
