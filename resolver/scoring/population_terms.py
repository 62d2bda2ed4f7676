"""`PopulationTerms`: sums of evidence to probabilities, in a population of any size.

Coincidences are of two sorts. Chance look-alikes grow with the population; dependent ones (kin,
branches, forgeries, copied values) do not. So with s the evidence, a log-likelihood ratio against
random members of the population,

    odds = (λ / λ0) / ((N / N0) · c · exp(−f(s)) + exp(−g(s)))

where N is the number of records, c how far whole names coincide, λ the true pairs per record, and
f and g rise piecewise linearly. N0 and λ0 are the reference (`records.prepared.population`).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from resolver.records.prepared.population import (
    MIN_RECORDS,
    REFERENCE_PARTNERS,
    REFERENCE_RECORDS,
    KindPopulation,
)

GRID = 250
"""Thousandths of evidence between two points of the tabulated function."""


@dataclass(frozen=True, slots=True)
class PopulationTerms:
    """Fitted terms of one kind, in thousandths.

    `raw`: rising points of evidence. `chance` and `dependent`: f and g there. `even`: log-odds
    there if a pair is as likely to be true as not before anything is compared, whatever the
    population. Lines go on outside the points.
    """

    raw: tuple[int, ...]
    chance: tuple[int, ...]
    dependent: tuple[int, ...]
    even: tuple[int, ...]

    def tabulate(self, population: KindPopulation) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return rising points of the function at the reference share of true pairs."""
        size = max(population.records, MIN_RECORDS) / REFERENCE_RECORDS
        look_alikes = 1000 * math.log(size) + population.concentration
        points = range(self.raw[0], self.raw[-1] + 1, GRID)
        logodds = []
        for point in points:
            by_chance = (look_alikes - _on_line(self.raw, self.chance, point)) / 1000
            dependent = -_on_line(self.raw, self.dependent, point) / 1000
            most = max(by_chance, dependent)
            total = most + math.log1p(math.exp(min(by_chance, dependent) - most))
            logodds.append(round(-1000 * total))
        return tuple(points), tuple(logodds)


def partner_shift(population: KindPopulation) -> int:
    """Return the log-odds (thousandths) that the share of true pairs adds to the reference."""
    return round(1000 * math.log(1000 * population.true_share / REFERENCE_PARTNERS))


def _on_line(x: Sequence[int], y: Sequence[int], value: int) -> float:
    """Return the value of a line through points, which goes on outside them."""
    at = min(max(bisect_right(x, value) - 1, 0), len(x) - 2)
    return y[at] + (value - x[at]) * (y[at + 1] - y[at]) / (x[at + 1] - x[at])
