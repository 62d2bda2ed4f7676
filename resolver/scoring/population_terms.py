"""`PopulationTerms`: sums of evidence to probabilities, in a population of any size.

Coincidences are of two sorts. Chance look-alikes grow with the population; relatives (kin, twins,
branches, forgeries, copied values) do not. Each sort has a sum of its own: a rare family name
speaks against chance, and says nothing against a brother. So with s the evidence against chance and
r that against relatives, log-likelihood ratios against random members of the population and against
related ones,

    odds = (λ / λ0) / ((N / N0) · c · exp(−f(s)) + exp(−g(r)))

where N is the number of records, c how far whole names coincide, λ the true pairs per record, and
f and g rise piecewise linearly. N0 and λ0 are the reference (`records.prepared.population`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resolver.records.prepared.population import (
    MIN_RECORDS,
    REFERENCE_PARTNERS,
    REFERENCE_RECORDS,
    KindPopulation,
)
from resolver.scoring.terms import Calibration, PairTerm, Term

Numbers = npt.NDArray[np.int64]
_WIDEST_GAP = 12_000
"""Gap (thousandths) from which the larger of two log-odds adds less than half a thousandth."""
_BOTH = np.rint(1000 * np.log1p(np.exp(-np.arange(_WIDEST_GAP + 1) / 1000))).astype(np.int64)


@dataclass(frozen=True, slots=True)
class PopulationCurves:
    """Maps of both sums to log-odds in one population, or, with `even`, at even odds."""

    chance: Calibration
    relatives: Calibration
    even: Calibration | None = None

    def combine(self, chance: Numbers, relatives: Numbers) -> Numbers:
        """Return the log-odds against both sorts of coincidence together (all in thousandths)."""
        gap = np.minimum(np.abs(chance - relatives), _WIDEST_GAP)
        logodds: Numbers = np.minimum(chance, relatives) - _BOTH[gap]
        return logodds if self.even is None else self.even.apply(logodds)


@dataclass(frozen=True, slots=True)
class PopulationTerms:
    """Fitted terms of one kind, in thousandths.

    `raw`: rising points of evidence. `chance` and `dependent`: f and g there. `even`: log-odds of a
    pair that is as likely to be true as not before anything is compared, where its log-odds in the
    reference population are `raw`. Lines go on outside the points. `terms` and `pairs`: weights
    against relatives.
    """

    raw: tuple[int, ...]
    chance: tuple[int, ...]
    dependent: tuple[int, ...]
    even: tuple[int, ...]
    terms: tuple[Term, ...] = ()
    pairs: tuple[PairTerm, ...] = ()

    def curves(self, population: KindPopulation | None) -> PopulationCurves:
        """Return the maps of sums at the reference share of true pairs; None: at even odds."""
        basis = population or KindPopulation()
        size = max(basis.records, MIN_RECORDS) / REFERENCE_RECORDS
        look_alikes = round(1000 * math.log(size)) + basis.concentration
        return PopulationCurves(
            Calibration(self.raw, tuple(value - look_alikes for value in self.chance)),
            Calibration(self.raw, self.dependent),
            None if population else Calibration(self.raw, self.even),
        )


def partner_shift(population: KindPopulation) -> int:
    """Return the log-odds (thousandths) that the share of true pairs adds to the reference."""
    return round(1000 * math.log(1000 * population.true_share / REFERENCE_PARTNERS))
