"""Parts of a model: terms of its sum, the calibration, and the limit for names alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.scoring.weight_sums import Curve, calibrated

MIN_SCORE = 1e-6
"""Lowest score; the highest is 1 − `MIN_SCORE`."""
LOGODDS_LIMIT = round(1000 * math.log((1 - MIN_SCORE) / MIN_SCORE))
LOWEST_LOGODDS = -LOGODDS_LIMIT
"""Log-odds (thousandths) of the lowest score."""


@dataclass(frozen=True, slots=True)
class Term:
    """Weights of one comparator.

    `weights[k]` belongs to similarities in the k-th interval of `cuts` (a value equal to a cut lies
    left of it), `weights[-1]` to missing values.
    """

    feature: str
    cuts: tuple[float, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PairTerm:
    """Joint weights of two comparators.

    `weights[i][j]` belongs to the intervals of the first and the second; the last of each axis
    belongs to missing values.
    """

    features: tuple[str, str]
    cuts: tuple[tuple[float, ...], tuple[float, ...]]
    weights: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Strictly increasing, piecewise linear map from the raw sum to log-odds, both in thousandths.

    The first and last slopes continue outside the points. `max_logodds` caps the log-odds.
    """

    raw: tuple[int, ...] = (-20_000, 20_000)
    logodds: tuple[int, ...] = (-20_000, 20_000)
    max_logodds: int | None = None

    def curve(self, start: int) -> Curve:
        """Return the map for sums that begin at `start`, clipped to scores of 1e-6 … 1 − 1e-6."""
        highest = LOGODDS_LIMIT
        if self.max_logodds is not None:
            highest = min(self.max_logodds, LOGODDS_LIMIT)
        x, y = (np.array(points, dtype=np.float64) for points in (self.raw, self.logodds))
        return Curve(start, x, y, -LOGODDS_LIMIT, highest)

    def apply(self, raw: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return calibrated log-odds in thousandths."""
        return calibrated(raw, self.curve(0))


@dataclass(frozen=True, slots=True)
class SupportLimit:
    """Limit for pairs that nothing but names supports: they may wait, but never merge by itself.

    `most`: highest log-odds (thousandths) unless the weights for a match of `features` sum to
    `support` or more.
    """

    features: tuple[str, ...]
    support: int
    most: int

    def apply(
        self, logodds: npt.NDArray[np.int64], unsupported: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int64]:
        """Return log-odds (thousandths) within the limit."""
        return np.where(unsupported, np.minimum(logodds, self.most), logodds)
