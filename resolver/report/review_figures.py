"""Reviews of a run: pairs of entities that wait, with the score of their strongest link."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from resolver.records.results.resolution import Outcome, Resolution
from resolver.records.results.review_forecast import ReviewForecast, forecast_reviews


def forecast_run(
    resolution: Resolution, wrong_merge_costs: float, capacity: int | None = None
) -> ReviewForecast:
    """Forecast the reviews of a run. `capacity`: reviews a day (None: not stated)."""
    return forecast_reviews(find_review_scores(resolution), wrong_merge_costs, capacity)


def find_review_scores(resolution: Resolution) -> npt.NDArray[np.float64]:
    """Return the score of each waiting pair of entities: that of its strongest link.

    As in the queue of a store, a pair of entities waits if a link between the two does, unless a
    decision keeps any of their records apart.
    """
    links, labels = resolution.links, resolution.labels.astype(np.int64)
    between = np.flatnonzero(links.outcome != Outcome.MERGED)
    left, right = labels[links.left[between]], labels[links.right[between]]
    pair = np.minimum(left, right) * len(labels) + np.maximum(left, right)
    order = np.lexsort((-links.score[between], pair))
    pair, places = pair[order], between[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    if not len(first):
        return np.zeros(0, dtype=np.float64)
    is_settled = np.logical_or.reduceat(links.outcome[places] == Outcome.APART, first)
    waiting: npt.NDArray[np.float64] = links.score[places[first[~is_settled]]]
    return waiting
