"""What an increment compares with, the same for all of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolver.hub.increments.record_index import Index
from resolver.pipeline import ModelSet, RunOptions, prepared_of
from resolver.records import Batch
from resolver.records.prepared.batch import Prepared
from resolver.records.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class Means:
    """The index of what is held, the models and options of the store, the sources that are `declared` free of
    duplicates, and who hears how far it is."""

    index: Index
    models: ModelSet
    options: RunOptions
    declared: Sequence[str] = ()
    progress: Progress = SILENT

    def prepared(self, batch: Batch) -> Prepared:
        """The normal form of some records."""
        return prepared_of(batch, self.models, self.declared)
