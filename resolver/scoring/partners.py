"""Share of true pairs in a population, estimated without labels from the scores of its pairs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from resolver.records.prepared.population import REFERENCE_PARTNERS
from resolver.records.results.pair_counts import LogoddsHistogram
from resolver.scoring.score_links import SCORE_BINS
from resolver.scoring.terms import LOGODDS_LIMIT
from resolver.scoring.thresholds import scores

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


def count_logodds(logodds: npt.NDArray[np.integer[Any]]) -> PartnerHistogram:
    """Return the counts of pairs by their log-odds (thousandths)."""
    places = (np.asarray(logodds, dtype=np.int64) + _LIMIT) // BIN
    return np.bincount(places.clip(0, BINS - 1), minlength=BINS).astype(np.int64)


def estimate_partners(histogram: PartnerHistogram, records: int) -> int:
    """Return the true pairs per thousand records, by expectation-maximization.

    The expected number of true pairs depends on their share, and the share on that number: the
    fixed point is the share of greatest likelihood. In small data it stays near the reference.
    """
    logodds = (np.arange(BINS) * BIN + BIN / 2 - _LIMIT) / 1000
    reference = REFERENCE_PARTNERS / 1000
    lowest, highest = (bound / 1000 for bound in PARTNERS_RANGE)
    share = reference
    for _ in range(_MAX_STEPS):
        chance = 1.0 / (1.0 + np.exp(-(logodds + np.log(share / reference))))
        expected = float(histogram @ chance)
        update = (expected + _PRIOR_RECORDS * reference) / (records + _PRIOR_RECORDS)
        update = min(max(update, lowest), highest)
        if abs(np.log(update / share)) < 1e-5:
            break
        share = update
    return round(1000 * share)


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
