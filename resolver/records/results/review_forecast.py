"""Value of a review, and forecast of the work on a queue under a daily capacity.

Costs are in reviews. With probability p that two entities are one, and a missed match that costs as
much as a wrong merge, c reviews:

- left undecided, the two stay apart, and a match is missed with probability p: p·c on average;
- decided, they cost the one review and, where the decision is right, nothing more.

So a review is worth p·c: one review at the review threshold p = 1/c, where it just pays for itself,
and c − 1 at the match threshold p = 1 − 1/c. This is the expected value of information (Howard
1966) for pairs that are never merged unseen. It grows with p; uncertainty as such is worth nothing.
Pairs wait from a value of some reviews on (`resolver.scoring.thresholds.MIN_REVIEW_VALUE`).

A review is one pair of *entities*, whatever the number of record pairs behind it, and p is the
score of its strongest pair of records. A capacity cuts the queue by rank and drops nothing.

Reviews of a run: pairs of entities that wait, with the score of their strongest link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.records.results.resolution import Links, Outcome, Resolution

Scores = npt.NDArray[np.float64]


def review_values(score: Scores, wrong_merge_costs: float) -> Scores:
    """Return the value of reviewing each pair, in reviews: from 0 to `wrong_merge_costs`."""
    return np.clip(score, 0.0, 1.0) * wrong_merge_costs


@dataclass(frozen=True, slots=True)
class ReviewForecast:
    """Forecast of a queue.

    `reviews`: waiting pairs of entities. `matches`: expected number of true matches among them, the
    sum of their scores. `capacity`: reviews a day (None: not stated; 0: none). `reviews_today`:
    pairs before the cut, and `matches_left`: expected true matches below it. `done_today`: reviews
    of today, which are no longer in the queue. `place` completes "pairs wait", such as "in the
    store".
    """

    reviews: int
    matches: float
    wrong_merge_costs: float
    capacity: int | None = None
    reviews_today: int = 0
    matches_left: float = 0.0
    done_today: int = 0
    place: str = ""

    @property
    def reviews_left(self) -> int:
        """Number of pairs below the cut; without a capacity, 0."""
        return 0 if self.capacity is None else self.reviews - self.reviews_today

    @property
    def value(self) -> float:
        """Value of reviewing the whole queue, in reviews."""
        return self.matches * self.wrong_merge_costs

    @property
    def value_left(self) -> float:
        """Value of reviewing what lies below the cut, in reviews."""
        return self.matches_left * self.wrong_merge_costs

    @property
    def days(self) -> int | None:
        """Days that the whole queue takes, counting today; None without a capacity or with 0."""
        if not self.reviews:
            return 0
        if not self.capacity:
            return None
        return -(-(self.reviews + min(self.done_today, self.capacity)) // self.capacity)

    def to_json(self) -> Mapping[str, Any]:
        """Return the figures for programs."""
        figures = {
            "reviews": self.reviews,
            "expected_matches": round(self.matches, 1),
            "value": round(self.value, 1),
        }
        if self.capacity is None:
            return figures
        return figures | {
            "capacity": self.capacity,
            "reviews_today": self.reviews_today,
            "reviews_left": self.reviews_left,
            "days": self.days,
            "expected_matches_left": round(self.matches_left, 1),
            "value_left": round(self.value_left, 1),
        }

    def sentences(self) -> tuple[str, ...]:
        """Return the figures in words, for stewards and data officers."""
        place = f" {self.place}" if self.place else ""
        if not self.reviews:
            return (f"No pair of entities waits{place}.",)
        waiting = _count(self.reviews, "pair of entities waits", "pairs of entities wait")
        first = f"{waiting}{place}; {_expect(self.matches)} to be the same entity."
        if self.capacity is None:
            return (first,)
        if not self.reviews_left:
            return first, self._capacity_text()
        return first, self._capacity_text(), self._loss_text()

    def _capacity_text(self) -> str:
        """Say where the cut lies."""
        if not self.capacity:
            return "With no reviews a day, all are left undecided and the queue is never finished."
        done = f", {self.done_today:,} of them done today" if self.done_today else ""
        rate = f"With {_count(self.capacity, 'review', 'reviews')} a day{done},"
        if not self.reviews_left:
            return f"{rate} the whole queue is within today’s capacity: nothing is left undecided."
        today = _count(self.reviews_today, "pair is", "pairs are")
        left = _count(self.reviews_left, "is", "are")
        return (
            f"{rate} {today} within today’s capacity and {left} left undecided; "
            f"the whole queue takes {_count(self.days or 0, 'day', 'days')}."
        )

    def _loss_text(self) -> str:
        """Say what is lost below the cut."""
        return (
            f"Of those left, {_expect(self.matches_left)} to be the same entity. Deciding them "
            f"takes {_count(self.reviews_left, 'review', 'reviews')} and saves about "
            f"{round(self.value_left):,}, since a missed match costs as much as "
            f"{self.wrong_merge_costs:,g} reviews."
        )


def forecast_reviews(
    score: Scores, wrong_merge_costs: float, capacity: int | None = None
) -> ReviewForecast:
    """Forecast a queue of pairs of entities with these scores, most valuable first."""
    values = np.sort(review_values(score, 1.0))[::-1]
    today = 0 if capacity is None else min(capacity, len(values))
    left = 0.0 if capacity is None else float(values[today:].sum())
    return ReviewForecast(
        len(values), float(values.sum()), wrong_merge_costs, capacity, today, left
    )


def _count(number: int, singular: str, plural: str) -> str:
    return f"{number:,} {singular if number == 1 else plural}"


def _expect(matches: float) -> str:
    """Write an expected number of matches with its verb."""
    if matches < 1:
        return "fewer than one is expected"
    return f"about {round(matches):,} {'is' if round(matches) == 1 else 'are'} expected"


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
