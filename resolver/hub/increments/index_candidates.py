"""Comparison of new records with the stored ones that share a blocking key with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.blocking import passes_prefilter
from resolver.blocking.retrieval.key_lookup import BlockPurge
from resolver.engines.local import PAIRS_PER_CHUNK
from resolver.hub.increments.context import IncrementContext
from resolver.hub.increments.working_set import WorkingSet
from resolver.kernels.number_sets import exclude, sort_distinct
from resolver.normalize import NormalValues
from resolver.pipeline import PairScorer
from resolver.records import concat
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.visibility.classes import VisibilityClasses, find_visibility_classes

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
