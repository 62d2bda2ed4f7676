"""Store, models and options that all steps of an increment share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolver.hub.index.record_index import RecordIndex
from resolver.model_set import ModelSet
from resolver.pipeline import normalize
from resolver.records import Batch
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.progress import SILENT, Progress
from resolver.run_options import RunOptions
from resolver.store import StoreView


@dataclass(frozen=True, slots=True)
class IncrementContext:
    """View of a store and its index at the same revision, with what its records are compared under.

    `options` carry the store's plan and thresholds, and `models` the priors of that plan. No two
    records of one of the `deduplicated_sources` are the same.
    """

    view: StoreView
    index: RecordIndex
    models: ModelSet
    options: RunOptions
    deduplicated_sources: Sequence[str] = ()
    progress: Progress = SILENT

    def normalize(self, batch: Batch) -> PreparedBatch:
        """Bring records into normal form."""
        return normalize(batch, self.models, self.deduplicated_sources)
