"""Comparison of new records with the stored ones that share a blocking key with them.

Candidates that lists state to be different from the records they were found for.

Stored entities that an increment has to see besides those it may change.

Profiles of entities are compared where a pair of records at or above the link threshold connects
the two. So an entity that changes is resolved together with all entities it is connected with: they
may merge with it now, and the links between them change. Those that stay as they were need no
neighbors of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.engines.local import PAIRS_PER_CHUNK
from resolver.hub.increments.working_set import IncrementContext, WorkingSet
from resolver.hub.record_index import RecordIndex
from resolver.matching.blocking import passes_prefilter
from resolver.matching.blocking.key_lookup import BlockPurge
from resolver.matching.clustering import find_stated_rows
from resolver.matching.pipeline import PairScorer
from resolver.matching.preparation import NormalValues
from resolver.records import concat
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.visibility import VisibilityClasses, find_visibility_classes
from resolver.runtime.key_groups import exclude, sort_distinct, unite
from resolver.store import StoreView

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class IndexPairs:
    """Scored pairs of a queried and an indexed record, by record numbers.

    `left` has the smaller record id; `logodds` are thousandths; `indexed` is the side that was
    found in the index.
    """

    left: Numbers
    right: Numbers
    logodds: npt.NDArray[np.int32]
    indexed: Numbers

    def indexed_above(self, threshold: int) -> Numbers:
        """Return the indexed records of pairs at or above a threshold, ascending."""
        return sort_distinct(self.indexed[self.logodds >= threshold])


@dataclass(frozen=True, slots=True)
class IndexCandidates(IndexPairs):
    """Pairs of new and stored records at or above the link threshold.

    `prepared` is the normal form of the queried records (None: there are none), and `values` that
    of their values, if at hand; `purge` counts keys over all that the store will hold.
    """

    prepared: PreparedBatch | None
    values: NormalValues | None
    purge: BlockPurge


def compare_with_index(
    context: IncrementContext, queried: WorkingSet, ended: Numbers
) -> IndexCandidates:
    """Compare records with the stored ones that share a key; records that end are left out."""
    prepared, values = context.normalize(queried.batch) if len(queried.batch) else (None, None)
    is_new = queried.numbers > context.view.head.last_record
    purge = context.index.build_purge(prepared, is_new, ended)
    if prepared is None:
        return IndexCandidates(_NONE, _NONE, _NONE.astype(np.int32), _NONE, None, None, purge)
    rows, numbers, _ = context.index.find_candidates(prepared, purge)
    is_other = ~np.isin(numbers, ended) & (queried.numbers[rows] != numbers)
    pairs = score_index_pairs(context, queried, prepared, rows[is_other], numbers[is_other])
    is_candidate = pairs.logodds >= context.options.link_threshold
    left, right = pairs.left[is_candidate], pairs.right[is_candidate]
    logodds, indexed = pairs.logodds[is_candidate], pairs.indexed[is_candidate]
    return IndexCandidates(left, right, logodds, indexed, prepared, values, purge)


def score_index_pairs(
    context: IncrementContext,
    queried: WorkingSet,
    prepared: PreparedBatch,
    rows: IntArray,
    numbers: Numbers,
) -> IndexPairs:
    """Compare queried records with indexed ones: pair i is row `rows[i]` and number `numbers[i]`.

    Return the pairs that pass the plan's prefilter, whatever their log-odds.
    """
    if not len(numbers):
        return IndexPairs(_NONE, _NONE, _NONE.astype(np.int32), _NONE)
    partners = exclude(numbers, queried.numbers)
    all_numbers = np.concatenate([queried.numbers, partners])
    query_rows = _find_places(all_numbers, queried.numbers[rows])
    index_rows = _find_places(all_numbers, numbers)
    ids = queried.batch.ids
    if len(partners):
        ids = pa.concat_arrays([ids, context.index.ids(partners)])
    # the record with the smaller id is left
    rank = np.empty(len(ids), dtype=np.int64)
    rank[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))
    is_swapped = rank[query_rows] > rank[index_rows]
    left = np.where(is_swapped, index_rows, query_rows)
    right = np.where(is_swapped, query_rows, index_rows)
    combined = _combine_prepared(context, queried, prepared, partners, ids)
    passed = passes_prefilter(combined, context.index.plan, left, right)
    left, right, numbers = left[passed], right[passed], numbers[passed]
    scorer = PairScorer(combined, context.models, _find_classes(context, queried, partners))
    logodds = _score_chunks(context, scorer, left, right)
    return IndexPairs(all_numbers[left], all_numbers[right], logodds, numbers)


def _score_chunks(
    context: IncrementContext, scorer: PairScorer, left: IntArray, right: IntArray
) -> npt.NDArray[np.int32]:
    workers = context.options.workers
    logodds = np.empty(len(left), dtype=np.int32)
    context.progress.start("compare with the store", len(left))
    for start in range(0, len(left), PAIRS_PER_CHUNK):
        chunk = slice(start, start + PAIRS_PER_CHUNK)
        logodds[chunk] = scorer.score(left[chunk], right[chunk], workers).logodds
        context.progress.advance(len(logodds[chunk]))
    return logodds


def _find_classes(
    context: IncrementContext, queried: WorkingSet, partners: Numbers
) -> VisibilityClasses | None:
    """Return the classes of viewers of queried records and their partners in the index, if they
    have populations of their own.
    """
    population = context.models.population
    if population is None or not population.restricted:
        return None
    parts = [queried.batch, context.index.batch(partners)] if len(partners) else [queried.batch]
    return find_visibility_classes(concat(parts))


def _find_places(all_numbers: Numbers, numbers: Numbers) -> IntArray:
    """Return the place of each number among others, which must contain it."""
    order = np.argsort(all_numbers)
    return order[np.searchsorted(all_numbers[order], numbers)].astype(np.int32)


def prepare_with_stored(
    context: IncrementContext, queried: WorkingSet, prepared: PreparedBatch, together: WorkingSet
) -> PreparedBatch:
    """Return the normal form of queried records together with stored ones, which is that of the
    index.
    """
    stored = exclude(together.numbers, queried.numbers)
    ids = pa.concat_arrays([queried.batch.ids, context.index.ids(stored)])
    combined = _combine_prepared(context, queried, prepared, stored, ids)
    rows = _find_places(np.concatenate([queried.numbers, stored]), together.numbers)
    return replace(
        assemble([BatchRows(combined, rows.astype(np.int64))], together.batch.ids),
        sources=combined.sources[rows],
        source_names=combined.source_names,
        is_deduplicated=combined.is_deduplicated[rows],
    )


def _combine_prepared(
    context: IncrementContext,
    queried: WorkingSet,
    prepared: PreparedBatch,
    partners: Numbers,
    ids: pa.StringArray,
) -> PreparedBatch:
    """Return the normal forms of queried records and their partners in the index together."""
    queried_part = BatchRows(prepared, np.arange(len(prepared), dtype=np.int64))
    combined = assemble([queried_part, *context.index.parts(partners)], ids)
    sources = queried.batch.sources
    names = [
        *sources.values.take(pa.array(sources.codes)).to_pylist(),
        *context.index.sources(partners),
    ]
    distinct, codes = np.unique(np.array(names, dtype=object), return_inverse=True)
    is_deduplicated = np.isin(distinct, list(context.deduplicated_sources))
    return replace(
        combined,
        sources=codes.astype(np.int32),
        source_names=tuple(distinct.tolist()),
        is_deduplicated=is_deduplicated[codes],
    )


def find_stated_candidates(
    index: RecordIndex, queried: WorkingSet, pairs: IndexPairs, merge_threshold: int
) -> Numbers:
    """Return the indexed records of pairs below the merge threshold that are stated to differ.

    Their links would wait for a steward if they were not resolved together with the new records.
    """
    below = np.flatnonzero(pairs.logodds < merge_threshold)
    if not len(below):
        return below
    left_numbers, right_numbers = pairs.left[below], pairs.right[below]
    numbers = unite(left_numbers, right_numbers)
    is_queried = np.isin(queried.numbers, numbers)
    partners = exclude(numbers, queried.numbers)
    batch = concat([queried.batch.take(np.flatnonzero(is_queried)), index.batch(partners)])
    both = WorkingSet.of(batch, np.concatenate([queried.numbers[is_queried], partners]))
    left, right = both.rows_of(left_numbers), both.rows_of(right_numbers)
    stated = find_stated_rows(both.batch, left, right).astype(np.int64)
    is_stated = np.isin(left.astype(np.int64) << 32 | right, stated[:, 0] << 32 | stated[:, 1])
    return pairs.indexed[below[is_stated]]


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
