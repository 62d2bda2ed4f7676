"""Share of true pairs in a population, estimated without labels from the scores of its pairs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.matching.scoring.score_links import SCORE_BINS
from resolver.matching.scoring.terms import LOGODDS_LIMIT
from resolver.matching.scoring.thresholds import scores
from resolver.records.prepared.population import REFERENCE_PARTNERS, Partners
from resolver.records.results.resolution import LogoddsHistogram

BIN = 100
"""Thousandths of log-odds in one bin."""
_LIMIT = 14_000
BINS = 2 * _LIMIT // BIN
PartnerHistogram = npt.NDArray[np.int64]
"""Counts of pairs by log-odds at the reference share of true pairs; `BINS` bins."""
_PRIOR_RECORDS = 200.0
"""Records that weigh as much as the reference share."""
PARTNERS_RANGE = (10, 20_000)
MAX_PARTNER_SHIFT = math.ceil(1000 * math.log(PARTNERS_RANGE[1] / REFERENCE_PARTNERS))
"""Log-odds (thousandths) that the share of true pairs adds at most."""
_MAX_STEPS = 500
PRIOR_CLASS_RECORDS = 50.0
"""Records that weigh as much as the share of all pairs, in the share of those of one class."""
SOURCE_SHIFT_RANGE = (-3_000, 1_000)
"""Log-odds (thousandths) that pairs of one source, or of two, may have more than others."""
SINGLE_SOURCE_RANGE = (-3_000, 2_000)
"""The same for pairs of certain sources, which differ further: of a list that copies another nearly
every entry has a partner there.
"""
MAX_SHIFT = MAX_PARTNER_SHIFT + SINGLE_SOURCE_RANGE[1]
"""Log-odds (thousandths) that the share of true pairs and their sources add at most."""
WITHIN = " within"
"""What the key of a kind ends with for pairs within one source that declares nothing of them."""


def count_logodds(logodds: npt.NDArray[np.integer[Any]]) -> PartnerHistogram:
    """Return the counts of pairs by their log-odds (thousandths)."""
    return np.bincount(bin_logodds(logodds), minlength=BINS).astype(np.int64)


def bin_logodds(logodds: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
    """Return the bin of a `PartnerHistogram` for each of some log-odds (thousandths)."""
    places = (np.asarray(logodds, dtype=np.int64) + _LIMIT) // BIN
    return places.clip(0, BINS - 1)


def middle_logodds() -> npt.NDArray[np.float64]:
    """Return the middle of each bin of a `PartnerHistogram`, in nats."""
    middles: npt.NDArray[np.float64] = (np.arange(BINS) * BIN + BIN / 2 - _LIMIT) / 1000
    return middles


def estimate_partners(histogram: PartnerHistogram, records: int) -> int:
    """Return the true pairs per thousand records, by expectation-maximization.

    In small data they stay near the reference.
    """
    return round(1000 * fit_share(histogram, records, REFERENCE_PARTNERS / 1000, _PRIOR_RECORDS))


def estimate_partners_by_source(
    within: PartnerHistogram, across: PartnerHistogram, records: int, within_share: float
) -> Partners:
    """Return the share of true pairs, and how far pairs within one source and others differ in it.

    `within_share`: pairs within one source among all pairs of records, compared or not. A list
    seldom holds a person twice, so that two of its entries are less often one than entries of two
    lists. Where all pairs are of one class, there is nothing to tell apart.
    """
    partners = estimate_partners(within + across, records)
    if not 0 < within_share < 1:
        return Partners(partners)
    share = partners / 1000
    fitted = [
        fit_share(histogram, records * exposure, share, PRIOR_CLASS_RECORDS)
        for histogram, exposure in ((within, within_share), (across, 1 - within_share))
    ]
    own_within, own_across = (source_shift(own, share, SOURCE_SHIFT_RANGE) for own in fitted)
    return Partners(partners, own_within, own_across)


def source_shift(own: float, usual: float, bounds: tuple[int, int]) -> int:
    """Return the log-odds (thousandths) by which a share of true pairs differs from the usual,
    within bounds.
    """
    lowest, highest = bounds
    return min(max(round(1000 * math.log(own / usual)), lowest), highest)


def fit_share(
    histogram: PartnerHistogram, records: float, prior: float, prior_records: float
) -> float:
    """Return the true pairs per record whose scores explain a histogram best.

    The expected number of true pairs depends on their share, and the share on that number: the
    fixed point is the share of greatest likelihood. The `prior` share counts as that of
    `prior_records` more.
    """
    logodds = middle_logodds()
    reference = REFERENCE_PARTNERS / 1000
    lowest, highest = (bound / 1000 for bound in PARTNERS_RANGE)
    share = prior
    for _ in range(_MAX_STEPS):
        chance = 1.0 / (1.0 + np.exp(-(logodds + np.log(share / reference))))
        expected = float(histogram @ chance)
        update = (expected + prior_records * prior) / (records + prior_records)
        update = min(max(update, lowest), highest)
        if abs(np.log(update / share)) < 1e-5:
            break
        share = update
    return share


def shift_logodds(
    logodds: npt.NDArray[np.int32], shifts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Return log-odds under other shares of true pairs, within the limits of scores."""
    moved = np.clip(logodds + shifts, -LOGODDS_LIMIT, LOGODDS_LIMIT)
    return np.where(shifts == 0, logodds, moved).astype(np.int32)


def shift_histogram(
    counts: Mapping[str, PartnerHistogram], shifts: Mapping[str, int]
) -> LogoddsHistogram:
    """Add up the pairs of all kinds by their log-odds, kinds shifted each by its own; a bin counts
    as its middle.
    """
    middles = np.arange(BINS) * BIN + BIN // 2 - _LIMIT
    total = np.zeros(BINS, dtype=np.int64)
    for kind, histogram in counts.items():
        places = (middles + shifts.get(kind, 0) + _LIMIT) // BIN
        total += np.bincount(places.clip(0, BINS - 1), histogram, BINS).astype(np.int64)
    return LogoddsHistogram(total, BIN)


def shifted_score_histogram(
    counts: Mapping[str, PartnerHistogram], shifts: Mapping[str, int]
) -> npt.NDArray[np.int64]:
    """Count pairs in equal bins of the score (see `score_histogram`), kinds shifted each by its
    own; a bin of log-odds counts as its middle."""
    total = np.zeros(SCORE_BINS, dtype=np.int64)
    middles = np.arange(BINS) * BIN + BIN // 2 - _LIMIT
    for kind, histogram in counts.items():
        places = (scores(middles + shifts[kind]) * SCORE_BINS).astype(np.int64)
        total += np.bincount(places.clip(0, SCORE_BINS - 1), histogram, SCORE_BINS).astype(np.int64)
    return total
