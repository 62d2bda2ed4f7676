"""Models of an open store, for the plan and the population that a view shows."""

from __future__ import annotations

import threading

from resolver.model_set import ModelSet
from resolver.records.prepared.population import Population
from resolver.store import StoreView

_MAX_POPULATIONS = 4


class StoreModels:
    """Models of one store. Thread-safe.

    Each population is read once, so that `ModelSet`, which keeps sets by its identity, builds one
    set for it. Models of an earlier form know no population: they have none at any revision.
    """

    def __init__(self, models: ModelSet) -> None:
        self.models = models
        self._populations: dict[int, Population] = {}
        self._lock = threading.Lock()

    def revision_at(self, view: StoreView) -> int:
        """Return the revision of the last refresh that a view shows; 0 without a population."""
        return view.population_revision() if self.models.counts_words else 0

    def population_at(self, view: StoreView) -> Population | None:
        """Return the population that the scores of a view hold for, or None.

        Raises `StoreError` for one that a newer program has written.
        """
        revision = self.revision_at(view)
        if not revision:
            return None
        with self._lock:
            if revision not in self._populations:
                stored = view.population()
                assert stored is not None
                if len(self._populations) >= _MAX_POPULATIONS:
                    del self._populations[min(self._populations)]
                self._populations[revision] = stored[1]
            return self._populations[revision]

    def at(self, view: StoreView, plan: str = "") -> ModelSet:
        """Return the models for a view; `plan`: another than that of the store."""
        return self.models.for_population(plan or view.head.plan, self.population_at(view))
