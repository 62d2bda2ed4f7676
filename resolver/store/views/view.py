"""Read access to a store at its current revision or an earlier one."""

from __future__ import annotations

from resolver.store.views.entity_queries import EntityQueries
from resolver.store.views.link_queries import LinkQueries, LinkTable
from resolver.store.views.population_queries import PopulationQueries
from resolver.store.views.record_queries import RecordRows


class StoreView(EntityQueries, LinkQueries, PopulationQueries):
    """Store at one `revision`; `head` is its current state. All queries of a view see the same
    state.
    """


__all__ = ["LinkTable", "RecordRows", "StoreView"]
