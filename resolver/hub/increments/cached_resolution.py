"""Resolution of new records together with a cached component.

Records of the component are not compared with each other again. The result is that of
`resolve_working_set` of all records: all compared pairs are clustered anew. Keys that bring new
records and the component together are looked up in the index.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.blocking import join_candidates
from resolver.blocking.retrieval.key_lookup import BlockPurge
from resolver.clustering import keep_statements
from resolver.hub.increments.component_cache import (
    CachedComponent,
    CachedPairs,
)
from resolver.hub.increments.context import IncrementContext
from resolver.hub.increments.decision_effects import RelevantDecisions
from resolver.hub.increments.full_resolution import ResolvedSet, build_task
from resolver.hub.increments.index_candidates import score_index_pairs
from resolver.hub.increments.link_changes import build_link_rows
from resolver.hub.increments.working_set import WorkingSet
from resolver.pipeline import PairScorer, cluster_pairs
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.results.stage_meter import StageMeter
from resolver.resolution_task import ScoredCandidates
from resolver.scoring.relations.relation_table import RelationTable
from resolver.scoring.score_links import score_histogram

Numbers = npt.NDArray[np.int64]


def largest_component_within(
    components: tuple[CachedComponent, ...], affected: Numbers, fresh: int
) -> CachedComponent | None:
    """Return the largest component among affected records, where it is most of the work.

    `fresh`: number of new records. None where no component has more than half of all records.
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
    decisions: RelevantDecisions,
    purge: BlockPurge,
    build_table: Callable[[WorkingSet], RelationTable | None],
) -> ResolvedSet:
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
    task = build_task(context, working_set, decisions)
    load_records = partial(_load_records, context, others, working_set)
    table = build_table(working_set)
    resolution = cluster_pairs(task, scored, StageMeter(), load_records, table)
    return ResolvedSet(
        working_set,
        resolution,
        build_link_rows(working_set, resolution.links, decisions),
        CachedPairs(scored.left, scored.right, scored.logodds),
        task.decided.same,
    )


def _load_records(
    context: IncrementContext, others: WorkingSet, working_set: WorkingSet, rows: Numbers
) -> Batch:
    """Return the records of some rows with their values, those of the component from the index."""
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
    """Return all records in the order of their ids, and the new row of each.

    Rows of `others` come first, then those of the component. The records carry no values but
    statements.
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

    Return rows of the combined working set (left, right), log-odds, and the pairs of rows of equal
    normal form among `others`; the component has none. `other_rows` are the rows of `others` there.
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
