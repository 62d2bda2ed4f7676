"""Records that an increment resolves together, and the comparison of new records with stored ones.

`IncrementContext` has the view of the store, models, options and the index. `WorkingSet` has the
records that are resolved together: new records, stored records that share a blocking key with them,
and the entities of these stored records. Profiles of two entities are compared if a pair of records
at or above the link threshold connects them. So an entity that changes is resolved together with
all entities it is connected with: they may merge with it now, and the links between them change.
Entities that do not change do not need their own neighbors.

`CachedComponent` saves time between two commits. A new record can share keys with thousands of
records of a common name. To compare all of these with each other again takes seconds. Compared
pairs stay valid as long as no version of a record ends. So the hub keeps the compared pairs of
large components, together with their links in the store, and the next commit compares only new
records. The cache is valid for one revision of the store. It is emptied when another process
commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from resolver.engines.local import PAIRS_PER_CHUNK
from resolver.hub.record_index import RecordIndex
from resolver.matching.blocking import passes_prefilter
from resolver.matching.blocking.key_lookup import BlockPurge
from resolver.matching.clustering import components, find_stated_rows, keep_statements
from resolver.matching.pipeline import PairScorer, normalize_with_values
from resolver.matching.preparation import NormalValues
from resolver.matching.resolution_task import Engine, ModelSet, RunOptions
from resolver.records import Batch, concat
from resolver.records.batch import IntArray
from resolver.records.prepared.assembly import assemble
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.row_selection import BatchRows
from resolver.records.progress import SILENT, Progress
from resolver.records.visibility import VisibilityClasses, find_visibility_classes
from resolver.runtime.key_groups import exclude, sort_distinct, unite
from resolver.store import LinkRows, LinkTable, StoreView

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WorkingSet:
    """Canonical batch, and the record number of each row."""

    batch: Batch
    numbers: Numbers

    @classmethod
    def of(cls, batch: Batch, numbers: Numbers) -> WorkingSet:
        """Return the working set of a batch in any order; `numbers` has the number of each row."""
        order = pc.sort_indices(batch.ids).to_numpy()
        return cls(batch.canonical(), numbers[order])

    def rows_of(self, numbers: Numbers) -> IntArray:
        """Return the row of each record number; all of them must be in the set."""
        order = np.argsort(self.numbers)
        return order[np.searchsorted(self.numbers[order], numbers)].astype(np.int32)


@dataclass(frozen=True, slots=True)
class ResolutionContext:
    """View of a store, with the models and options that its records are compared with.

    `options` has plan and thresholds. `models` are for the population of the store, or for no
    population if it is to be measured. `engine` compares the records when all records of the store
    are compared (None: this process does).
    """

    view: StoreView
    models: ModelSet
    options: RunOptions
    deduplicated_sources: Sequence[str] = ()
    progress: Progress = SILENT
    engine: Engine | None = None


@dataclass(frozen=True, slots=True)
class IncrementContext(ResolutionContext):
    """Context of an increment: also the index of the store, at the revision of the view."""

    index: RecordIndex = field(kw_only=True)

    def normalize(self, batch: Batch) -> tuple[PreparedBatch, NormalValues | None]:
        """Return the normal form of records, and their normal values (None for a single record)."""
        sources, workers = self.deduplicated_sources, self.options.workers
        return normalize_with_values(batch, self.models, sources, workers)


MIN_CACHED_PAIRS = 5_000
"""Minimum number of compared pairs of a component that is cached. Smaller components save no time.
"""
MAX_CACHED_PAIRS = 8_000_000
"""Largest number of cached pairs of all components; each takes about 13 bytes. The components used
last are kept.
"""


@dataclass(frozen=True, slots=True)
class CachedPairs:
    """Compared pairs of some records, by rows: `left` has the smaller record id.

    `logodds` are thousandths.
    """

    left: IntArray
    right: IntArray
    logodds: IntArray

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, eq=False, slots=True)
class CachedComponent:
    """Component of whole entities, connected by strong links and decisions *same*.

    Strong links are at or above the merge threshold. `numbers` are the records, ascending. `batch`
    has the records in the same order, with the statements of lists but no other values
    (`keep_statements`). `pairs` are all compared pairs of the records, by rows of `numbers`, and
    `links` the links that the store has among them, by record number.
    """

    numbers: Numbers
    batch: Batch
    pairs: CachedPairs
    links: LinkTable

    def contains(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Return for each of some records whether it is part of the component."""
        index = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        is_member: npt.NDArray[np.bool_] = self.numbers[index] == numbers
        return is_member


class ComponentCache:
    """Components that one hub has cached. Not safe for several threads at once."""

    def __init__(self) -> None:
        self._revision = -1
        self._components: tuple[CachedComponent, ...] = ()

    def at(self, revision: int) -> tuple[CachedComponent, ...]:
        """Return the components cached at a revision, those used last first."""
        return self._components if revision == self._revision else ()

    def update(self, base: int, touched: Numbers, new: Sequence[CachedComponent]) -> None:
        """Move to the revision after `base`: drop components of touched records, add new ones."""
        untouched = (old for old in self.at(base) if not old.contains(touched).any())
        valid = [*new, *untouched]
        totals = np.cumsum([len(component.pairs) for component in valid])
        self._components = tuple(
            component
            for component, total in zip(valid, totals.tolist(), strict=True)
            if total <= MAX_CACHED_PAIRS
        )
        self._revision = base + 1


def build_cached_components(
    working_set: WorkingSet,
    labels: IntArray,
    compared: CachedPairs,
    links: LinkRows,
    merge_threshold: int,
    same_rows: Sequence[tuple[int, int]],
) -> Iterator[CachedComponent]:
    """Yield the components of a clustering that are worth caching; `same_rows` are rows that are
    decided to be the same.

    `compared` are pairs of rows of the working set, and `links` the links that the store will hold.
    """
    is_match = compared.logodds >= merge_threshold
    ties = [
        *same_rows,
        *((int(label), row) for row, label in enumerate(labels.tolist()) if label != row),
    ]
    component_of = components(len(labels), compared.left[is_match], compared.right[is_match], ties)
    is_inside = component_of[compared.left] == component_of[compared.right]
    sizes = np.bincount(component_of[compared.left[is_inside]], minlength=len(labels))
    large = np.flatnonzero(sizes >= MIN_CACHED_PAIRS).tolist()
    if large:
        working_set = WorkingSet(keep_statements(working_set.batch), working_set.numbers)
    for component in large:
        rows = np.flatnonzero(component_of == component)
        chosen = is_inside & (component_of[compared.left] == component)
        yield _build_component(working_set, rows, chosen, compared, links)


def _build_component(
    working_set: WorkingSet,
    rows: Numbers,
    chosen: npt.NDArray[np.bool_],
    compared: CachedPairs,
    links: LinkRows,
) -> CachedComponent:
    rows = rows[np.argsort(working_set.numbers[rows])]
    place = np.zeros(len(working_set.numbers), dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    pairs = CachedPairs(
        place[compared.left[chosen]], place[compared.right[chosen]], compared.logodds[chosen]
    )
    numbers = working_set.numbers[rows]
    within = np.isin(links.left, numbers) & np.isin(links.right, numbers)
    return CachedComponent(
        numbers,
        working_set.batch.take(rows),
        pairs,
        LinkTable(*(getattr(links, field.name)[within] for field in fields(LinkTable))),
    )


_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class IndexPairs:
    """Scored pairs of a queried record and an indexed record, by record numbers.

    `left` has the smaller record id; `logodds` are thousandths; `indexed` is the record that was
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

    `prepared` is the normal form of the queried records (None: there are none), and `values` the
    normal form of their values, if it was made. `purge` counts keys over all records that the store
    will hold.
    """

    prepared: PreparedBatch | None
    values: NormalValues | None
    purge: BlockPurge


def compare_with_index(
    context: IncrementContext, queried: WorkingSet, ended: Numbers
) -> IndexCandidates:
    """Compare records with the stored records that share a key; stored records that end are left
    out.
    """
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
    """Compare queried records with indexed records: pair i is row `rows[i]` and number
    `numbers[i]`.

    Return the pairs that pass the plan's prefilter; their log-odds do not matter.
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
    """Return the classes of viewers of queried records and of the indexed records they are compared
    with; None if no class has a population of its own.
    """
    population = context.models.population
    if population is None or not population.restricted:
        return None
    parts = [queried.batch, context.index.batch(partners)] if len(partners) else [queried.batch]
    return find_visibility_classes(concat(parts))


def _find_places(all_numbers: Numbers, numbers: Numbers) -> IntArray:
    """Return the position of each number among other numbers, which must contain it."""
    order = np.argsort(all_numbers)
    return order[np.searchsorted(all_numbers[order], numbers)].astype(np.int32)


def prepare_with_stored(
    context: IncrementContext, queried: WorkingSet, prepared: PreparedBatch, together: WorkingSet
) -> PreparedBatch:
    """Return the normal form of queried records together with stored records, whose normal form is
    in the index.
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
    """Return the normal forms of queried records and of the indexed records they are compared with,
    as one batch.
    """
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
    """Return the indexed records of pairs that a list states to be different and whose score is
    below the merge threshold.

    If they were not resolved together with the new records, their links would wait for a steward.
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

    If an entity has an ambiguous record, the entities that this record waits with are included,
    with all their records, and so on. Without them, the record would not be ambiguous, and its
    entities would merge.
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

    `purge` counts keys over all records that the store will hold; `ended` are the records that end.
    """

    context: IncrementContext
    purge: BlockPurge
    ended: Numbers

    def around(self, numbers: Numbers) -> Numbers:
        """Return all records of the entities that are connected with some stored records by pairs
        at or above the link threshold.
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
        """Return the result of `expand_entities` without records that end."""
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
        index = np.minimum(np.searchsorted(record, numbers), len(record) - 1)
        is_member = record[index] == numbers
        own[is_member] = entity[index[is_member]]
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
