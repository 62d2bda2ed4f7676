"""Read access to a store at its current revision or an earlier one.

Queries about the populations that scores hold for.
"""

from __future__ import annotations

import json

from sqlalchemy import func, select

from resolver.errors import StoreError
from resolver.records.prepared.population import Population
from resolver.store.schema import populations
from resolver.store.views.entity_queries import EntityQueries
from resolver.store.views.link_queries import LinkQueries, LinkTable
from resolver.store.views.record_queries import RecordRows
from resolver.store.views.snapshot import Snapshot


class PopulationQueries(Snapshot):
    """Part of `StoreView`: populations."""

    def population_revision(self) -> int:
        """Return the revision of the last refresh; 0 if no population was ever stored."""
        if "population" not in self.cache:
            newest = select(func.max(populations.c.version))
            is_known = populations.c.version <= self.revision
            self.cache["population"] = self.connection.execute(newest.where(is_known)).scalar() or 0
        return int(self.cache["population"])

    def population(self) -> tuple[int, Population] | None:
        """Return the population of the last refresh with its revision, or None.

        Raises `StoreError` for one that a newer program has written.
        """
        revision = self.population_revision()
        if not revision:
            return None
        query = select(populations.c.content).where(populations.c.version == revision)
        content = self.connection.execute(query).scalar_one()
        try:
            return revision, Population.from_json(json.loads(content))
        except (LookupError, TypeError, ValueError) as error:
            raise StoreError(
                f"the population of version {revision} cannot be read",
                hint="use the newer version of the program that wrote it, or `resolver rebuild`",
            ) from error


class StoreView(EntityQueries, LinkQueries, PopulationQueries):
    """Store at one `revision`; `head` is its current state. All queries of a view see the same
    state.
    """


__all__ = ["LinkTable", "RecordRows", "StoreView"]
