"""Growth of a store since its last refresh, which tells when the next is due."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from resolver.hub.index.record_index import RecordIndex
from resolver.hub.populations.store_models import StoreModels
from resolver.records.batch import Batch
from resolver.records.kinds import count_kinds
from resolver.records.prepared.population import MIN_RECORDS, Population
from resolver.records.visibility import STRANGER, visible_rows
from resolver.store import StoreView

Numbers = npt.NDArray[np.int64]
_NONE = np.zeros(0, dtype=np.int64)
GROWTH = 1.5
"""Growth of a population from which a refresh is due; further steps are its powers."""


def count_visible_kinds(
    index: RecordIndex, ended: Numbers = _NONE, fresh: Batch | None = None
) -> dict[str, int]:
    """Count the current records by kind, as a population does: those that everybody may see.

    `ended` records are taken to have ended, and the `fresh` ones to be stored.
    """
    counts: Counter[str] = Counter()
    for segment in index.segments:
        numbers = segment.first + np.arange(len(segment), dtype=np.int64)
        counts.update(_count(segment.batch, index.are_current(numbers) & ~np.isin(numbers, ended)))
    if fresh is not None:
        counts.update(_count(fresh, np.ones(len(fresh), dtype=bool)))
    return dict(counts)


def _count(batch: Batch, chosen: npt.NDArray[np.bool_]) -> dict[str, int]:
    """Count those of the chosen records by kind that everybody may see."""
    visible = visible_rows(batch, STRANGER)
    return count_kinds(batch.kinds[chosen if visible is None else chosen & visible])


def measure_growth(counts: Mapping[str, int], population: Population) -> float:
    """Return the records by kind against those of a population: the greatest growth of a kind.

    A kind with fewer records than a population counts as matters only as a part of the whole, or
    the first ship in a store of a million people would have all of them resolved anew.
    """
    before = {label: population.of(label).records for label in counts}
    growths = [counts[label] / max(before[label], MIN_RECORDS) for label in counts]
    return max(*growths, sum(counts.values()) / max(sum(before.values()), 1), 0.0)


def growth_steps(growth: float) -> int:
    """Return the steps of growth that were passed: 0 if no refresh is due."""
    return max(math.ceil(math.log(growth, GROWTH) - 1e-9) - 1, 0) if growth > 1 else 0


class GrowthWatch:
    """Growth of one store, counted only where it may have passed another step.

    Not safe for several threads at once.
    """

    def __init__(self, models: StoreModels) -> None:
        self._models = models
        self._counted: tuple[int, int] = (-1, -1)
        """Revision of the population, and of the store when its records were last counted."""
        self._steps = 0
        self._next_record = 0
        """Number of the last record that the store must have to pass another step."""

    def steps_at(self, view: StoreView, open_index: Callable[[], RecordIndex]) -> int:
        """Return the steps of growth at a view of the present; 0 if no refresh is due.

        `open_index` is called where records have to be counted, and may raise what it raises.
        """
        population = self._models.population_at(view)
        if population is None:
            return 0
        refreshed, last_record = self._models.revision_at(view), view.head.last_record
        if self._counted == (refreshed, view.revision):
            return self._steps
        if self._counted[0] == refreshed and not self._steps and last_record < self._next_record:
            return 0
        counts = count_visible_kinds(open_index())
        self._steps = growth_steps(measure_growth(counts, population))
        self._counted = refreshed, view.revision
        self._next_record = last_record + _least_growth(counts, population)
        return self._steps


def _least_growth(counts: Mapping[str, int], population: Population) -> int:
    """Return the fewest new records after which a refresh can be due."""
    before = {label: population.of(label).records for label in counts}
    gaps = [GROWTH * max(before[label], MIN_RECORDS) - counts[label] for label in counts]
    # a record of unknown kind counts as a person and as a group
    gaps.append((GROWTH * max(sum(before.values()), 1) - sum(counts.values())) / 2)
    return max(math.floor(min(gaps)), 1)
