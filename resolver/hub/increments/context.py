"""Store, models and options that all steps of an increment share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from resolver.hub.index.record_index import RecordIndex
from resolver.model_set import ModelSet
from resolver.normalize import NormalValues
from resolver.pipeline import normalize_with_values
from resolver.records import Batch
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.progress import SILENT, Progress
from resolver.resolution_task import Engine
from resolver.run_options import RunOptions
from resolver.store import StoreView


@dataclass(frozen=True, slots=True)
class ResolutionContext:
    """View of a store, with what its records are compared under.

    `options` carry plan and thresholds; `models` are those of the store's population, or of none
    where it is to be measured. No two records of one of the `deduplicated_sources` are the same.
    `engine`: where records are compared that are all records of the store (None: in this process).
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
        """Bring records into normal form; also their values, except of a single record."""
        sources, workers = self.deduplicated_sources, self.options.workers
        return normalize_with_values(batch, self.models, sources, workers)
