"""Cut of the queue by a daily capacity: by rank only, and nothing is dropped."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from resolver.hub.hub import Hub
from resolver.records.results.review_forecast import ReviewForecast
from resolver.records.visibility import STRANGER, Viewer
from resolver.review.models import QueueItem
from resolver.review.queue.queue_access import visible_rows_filter
from resolver.review.queue.refresh import refresh_queue
from resolver.review.queue.throughput import count_reviews
from resolver.store import utc_text
from resolver.store.desk import waiting_pairs


@dataclass(frozen=True, slots=True)
class QueueCut:
    """Forecast of the queue, and the position of the last pair before the cut (None: no pair)."""

    forecast: ReviewForecast
    last_position: tuple[int, int, int] | None = None

    def is_below(self, item: QueueItem) -> bool:
        """Return whether an item lies below the cut."""
        if self.forecast.capacity is None:
            return False
        return self.last_position is None or item.position > self.last_position


def forecast_queue(hub: Hub, capacity: int | None, viewer: Viewer = STRANGER) -> QueueCut:
    """Forecast the queue that a viewer may see, under a capacity of reviews a day (None: not
    stated). Reviews of today (UTC) that the viewer may see use up the capacity of today.
    """
    refresh_queue(hub, complete=False, viewer=viewer)
    visible = visible_rows_filter(viewer)
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with hub.store.view() as view:
        done = 0 if capacity is None else count_reviews(view, utc_text(today), viewer)
        connection, costs = view.connection, hub.options_of(view.head).wrong_merge_costs
        reviews, matches = waiting_pairs.sum_scores(connection, visible)
        if capacity is None:
            return QueueCut(ReviewForecast(reviews, matches, costs))
        reviews_today, matches_today = waiting_pairs.sum_scores(
            connection, visible, max(0, capacity - done)
        )
        last_position = (
            waiting_pairs.position_of_row(connection, visible, reviews_today)
            if reviews_today
            else None
        )
    return QueueCut(
        ReviewForecast(
            reviews,
            matches,
            costs,
            capacity,
            reviews_today,
            max(0.0, matches - matches_today) if reviews > reviews_today else 0.0,
            done,
        ),
        last_position,
    )
