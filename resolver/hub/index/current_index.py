"""Index of an open store, brought to the revision of a view when it is needed."""

from __future__ import annotations

from pathlib import Path

from resolver.blocking import Plan
from resolver.blocking.key_lookup import KeyTable
from resolver.errors import StoreError
from resolver.hub.index.record_index import MIN_FILE_RECORDS, RecordIndex, index_folder
from resolver.hub.list_updates import ListUpdate
from resolver.hub.populations.growth import StoreModels
from resolver.pipeline import normalize
from resolver.records.prepared.batch import PreparedBatch
from resolver.store import OutdatedError, Store, StoreView


class CurrentIndex:
    """Holder of the index of one store. Not safe for several threads at once.

    `folder` holds index files of several stores (None: beside a SQLite store, else in the user's
    cache); it may be set until the index is first used.
    """

    def __init__(
        self,
        store: Store,
        models: StoreModels,
        folder: Path | None = None,
        min_file_records: int = MIN_FILE_RECORDS,
    ) -> None:
        self.folder = folder
        self._store, self._models, self._min_file_records = store, models, min_file_records
        self._index: RecordIndex | None = None
        self._refreshed = 0
        """Revision of the population that the index is normalized with."""

    def at(self, view: StoreView, plan: Plan, *, certain: bool = False) -> RecordIndex:
        """Return the index at the revision of a view; raises as `RecordIndex.refresh` does."""
        if self._index is not None and self._models.revision_at(view) < self._refreshed:
            if not certain:
                raise OutdatedError("the store has moved on", hint="run the command again")
            self._index = None
        index = self._open(view, plan)
        index.refresh(view, certain=certain)
        return index

    def opened_at(self, view: StoreView) -> RecordIndex | None:
        """Return the index if it is open at the revision of a view."""
        index = self._index
        return index if index is not None and index.revision == view.revision else None

    def _open(self, view: StoreView, plan: Plan) -> RecordIndex:
        """Return the index of a plan and of the population that a view shows."""
        refreshed, store_id = self._models.revision_at(view), view.head.store_id
        if self._index is None or self._index.plan is not plan or self._refreshed != refreshed:
            models = self._models.at(view, plan.name)
            self._index = RecordIndex(
                index_folder(self._store, store_id, self.folder),
                {"store": store_id, "model": models.stamp["model"], "population": str(refreshed)},
                plan,
                # which sources are deduplicated has no influence on keys
                lambda batch: normalize(batch, models),
                self._min_file_records,
            )
            self._refreshed = refreshed
        return self._index

    def build_keys(self, prepared: PreparedBatch | None) -> KeyTable | None:
        """Return the keys of records that are about to be committed; None without an index.

        Another thread may commit meanwhile, but not use the index.
        """
        return None if self._index is None or prepared is None else self._index.build_keys(prepared)

    def add(
        self,
        update: ListUpdate,
        prepared: PreparedBatch | None,
        revision: int,
        keys: KeyTable | None = None,
    ) -> None:
        """Add the records of a commit, and their keys, unless another has been made since."""
        with self._store.view() as view:
            if self._index is None or view.revision != revision:
                return
            try:
                # the first commit has measured the population
                index = self._open(view, self._index.plan)
                index.add(update.fresh, prepared, update.ended, view, keys)
            except StoreError:
                # the commit is durable; the next run builds an index that could not be written
                self._index = None

    def drop(self) -> None:
        """Let go of the index."""
        self._index = None
