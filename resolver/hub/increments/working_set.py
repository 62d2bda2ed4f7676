"""Data that all steps of an increment share: records, context, and cached components.

`WorkingSet` has the records that are resolved together. `IncrementContext` has the view of the
store, models, options and the index.

`CachedComponent` saves time between two commits. A new record can share keys with thousands of
records of a common name, and to compare all of these with each other again takes seconds. Compared
pairs stay valid as long as no version of a record ends. So the hub keeps the compared pairs of
large components, together with their links in the store, and the next commit compares only new
records. The cache is valid for one revision of the store. It is emptied when another process
commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from resolver.hub.record_index import RecordIndex
from resolver.matching.clustering import components, keep_statements
from resolver.matching.pipeline import normalize_with_values
from resolver.matching.preparation import NormalValues
from resolver.matching.resolution_task import Engine, ModelSet
from resolver.matching.run_options import RunOptions
from resolver.records import Batch
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.progress import SILENT, Progress
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
"""Least number of compared pairs of a component that is cached. Smaller ones save no time."""
MAX_CACHED_PAIRS = 8_000_000
"""Most cached pairs of all components; each takes about 13 bytes. The last used are kept."""


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
        place = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        is_member: npt.NDArray[np.bool_] = self.numbers[place] == numbers
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
    """Yield a clustering's components worth caching; `same_rows` are decided to be the same.

    `compared` are pairs of rows of the working set, and `links` what the store will hold.
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
