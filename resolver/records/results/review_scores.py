"""Reviews of a run: pairs of entities that wait, with the score of their strongest link."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.records.results.resolution import Links, Outcome, Resolution
from resolver.records.results.review_forecast import ReviewForecast, forecast_reviews


def forecast_run(
    resolution: Resolution, wrong_merge_costs: float, capacity: int | None = None
) -> ReviewForecast:
    """Forecast the reviews of a run. `capacity`: reviews a day (None: not stated)."""
    return forecast_reviews(find_review_scores(resolution), wrong_merge_costs, capacity)


def find_review_scores(resolution: Resolution) -> npt.NDArray[np.float64]:
    """Return the score of each waiting pair of entities: that of its strongest link."""
    return score_waiting(resolution.links, resolution.labels)


def score_waiting(links: Links, entities: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Return the score of each waiting pair of entities, which `entities` names by record.

    As in the queue of a store, a pair of entities waits if a link between the two does, unless a
    decision keeps any of their records apart. Its score is that of its strongest link.
    """
    first, second = (entities[side].astype(np.int64) for side in (links.left, links.right))
    between = np.flatnonzero(first != second)
    low, high = np.minimum(first, second)[between], np.maximum(first, second)[between]
    pair = low * len(entities) + high
    order = np.lexsort((-links.score[between], pair))
    pair, places = pair[order], between[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    if not len(starts):
        return np.zeros(0, dtype=np.float64)
    is_settled = np.logical_or.reduceat(links.outcome[places] == Outcome.APART, starts)
    waiting: npt.NDArray[np.float64] = links.score[places[starts[~is_settled]]]
    return waiting
