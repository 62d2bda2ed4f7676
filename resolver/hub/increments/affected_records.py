"""Stored records that an increment resolves anew: the components that it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.hub.increments.component_cache import CachedComponent
from resolver.hub.increments.decision_effects import SameRecordTies
from resolver.hub.increments.working_set import WorkingSet
from resolver.kernels.number_sets import exclude, sort_distinct, unite
from resolver.store import StoreView

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ComponentSearch:
    """Search along links at or above the merge threshold, links of ambiguous records, decisions
    *same*, and entities.

    `fresh` are the new records, `ended` the numbers of records that end; neither is part of the
    answers. Thresholds are thousandths of log-odds.
    """

    view: StoreView
    ties: SameRecordTies
    fresh: WorkingSet
    ended: Numbers
    merge_threshold: int

    def around_ended(self) -> Numbers:
        """Return the records that were held together with records that end."""
        return self._neighbors(self.ended) if len(self.ended) else _NONE

    def expand(self, seeds: Numbers, components: Iterable[CachedComponent] = ()) -> Numbers:
        """Return all records of the seeds' components, cached ones included, with the ended
        records.
        """
        reached = self.ended
        frontier = exclude(
            np.concatenate([seeds, self.ties.tied_to(self.fresh.numbers)]), self.ended
        )
        frontier = exclude(frontier, self.fresh.numbers)
        while len(frontier):
            for component in components:
                if component.contains(frontier).any():
                    reached = unite(reached, component.numbers)
            frontier = exclude(frontier, reached)
            if not len(frontier):
                break
            reached = unite(reached, frontier)
            neighbors = self._neighbors(frontier)
            frontier = exclude(neighbors, np.concatenate([reached, self.fresh.numbers]))
        return reached

    def _neighbors(self, numbers: Numbers) -> Numbers:
        links = self.view.links_of(numbers.tolist(), min_logodds=self.merge_threshold)
        members = _entity_members(self.view, numbers)
        tied, rivals = self.ties.tied_to(numbers), self.view.rivals_of(numbers.tolist())
        return sort_distinct(np.concatenate([links.left, links.right, members, tied, rivals]))


def _entity_members(view: StoreView, numbers: Numbers) -> Numbers:
    """Return the members of the entities of some records."""
    _, entities, _ = view.memberships(numbers.tolist())
    return view.members(sort_distinct(entities).tolist())[0] if len(entities) else _NONE
