"""Scores of log-odds, and the thresholds that make bands of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.errors import ModelError
from resolver.matching.scoring.terms import MIN_SCORE
from resolver.records.results.resolution import Band


def scores(logodds: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return probabilities of log-odds in thousandths, rounded to six decimals."""
    value: npt.NDArray[np.float64] = np.round(
        1.0 / (1.0 + np.exp(-np.asarray(logodds, dtype=np.float64) / 1000.0)), 6
    )
    return value


def threshold_logodds(score: float) -> int:
    """Return the lowest log-odds (thousandths) whose score is at least `score`.

    Scores are clipped to 1e-6 … 1 − 1e-6.
    """
    score = min(max(score, MIN_SCORE), 1 - MIN_SCORE)
    # the last bit of a logarithm must not move a threshold
    return math.ceil(1000 * math.log(score / (1 - score)) - 1e-9)


MIN_REVIEW_VALUE = 4.5
"""Value of a review, in reviews, from which a pair waits for a steward.

Of reviews whose value is one to four, one in eighteen finds a match among 100,000 records, and of
those up to 4.5 one in nine: with them less than half of all reviews would.
"""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which a pair is in band match or in band review, and from which two entities wait
    for a steward (`queue`).
    """

    match: float = 0.95
    review: float = 0.05
    queue: float = 0.225

    @classmethod
    def from_costs(
        cls, wrong_merge: float, min_review_value: float = MIN_REVIEW_VALUE
    ) -> Thresholds:
        """Return thresholds for a wrong merge that costs as much as `wrong_merge` reviews.

        A missed match costs the same. A pair is merged without review where the expected cost of a
        wrong merge, (1 − p) · c, is below one review, and it is in doubt where that of a missed
        match, p · c, is one review or more. It waits for a steward where that is at least
        `min_review_value`, or the pair is in band match. Raises `ModelError` for costs below 2 and
        a value below 1.
        """
        if not wrong_merge >= 2:
            raise ModelError(f"a wrong merge must cost at least 2 reviews, not {wrong_merge}")
        if not min_review_value >= 1:
            raise ModelError(
                f"a review must have a value of at least 1 review, not {min_review_value}"
            )
        match = 1 - 1 / wrong_merge
        return cls(match, 1 / wrong_merge, min(min_review_value / wrong_merge, match))

    def band(self, score: float) -> Band:
        """Return the band of one score."""
        return (
            Band.MATCH
            if score >= self.match
            else Band.REVIEW
            if score >= self.review
            else Band.DISTINCT
        )

    def bands(self, score: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
        """Return the band of each score."""
        match = np.where(score >= self.match, Band.MATCH, Band.REVIEW)
        bands: npt.NDArray[np.uint8] = np.where(score >= self.review, match, Band.DISTINCT).astype(
            np.uint8
        )
        return bands
