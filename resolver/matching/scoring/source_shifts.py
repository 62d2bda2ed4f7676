"""Log-odds that pairs have before they are compared, by the sources of their records.

Some sources have more true pairs than others, within themselves or with others. `SourceCounts`
counts pairs by their sources, and `estimate_source_shifts` estimates the shift of each source from
these counts. `shifts_by_source` applies the shifts to pairs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.scoring.partners import (
    BINS,
    PRIOR_CLASS_RECORDS,
    SINGLE_SOURCE_RANGE,
    PartnerHistogram,
    bin_logodds,
    fit_share,
    middle_logodds,
    source_shift,
)
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import PreparedBatch
from resolver.records.prepared.population import (
    REFERENCE_PARTNERS,
    KindPopulation,
    Partners,
    SourceShift,
)

Numbers = npt.NDArray[np.int64]
_MOST_COUNTERS = 1 << 20
"""Largest number of keys that are counted without sorting, in a thirtieth of the time."""
_MAX_STEPS = 200
_TOLERANCE = 1e-4


class PairSources(NamedTuple):
    """Sources of pairs of records.

    `left` and `right` are indices into `names`. `is_within` marks pairs within one source that does
    not declare all its entries to be different.
    """

    names: Sequence[str]
    left: IntArray
    right: IntArray
    is_within: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, prepared: PreparedBatch, left: IntArray, right: IntArray) -> PairSources:
        """Return the sources of pairs of rows."""
        codes = prepared.sources
        is_one: npt.NDArray[np.bool_] = codes[left] == codes[right]
        is_within = is_one & ~prepared.is_deduplicated[left]
        return cls(prepared.source_names, codes[left], codes[right], is_within)

    def take(self, pairs: slice | Numbers) -> PairSources:
        """Return the sources of some of the pairs."""
        return PairSources(self.names, self.left[pairs], self.right[pairs], self.is_within[pairs])

    def at(self, place: int) -> PairSources:
        """Return the sources of one of the pairs."""
        return self.take(slice(place, place + 1))


def shifts_by_source(basis: KindPopulation | None, pairs: PairSources | None) -> Numbers:
    """Return the log-odds (thousandths) that pairs have by their sources; 0 if nothing is known.

    Two entries of a source that declares all its entries different count as entries of two unknown
    sources.
    """
    if pairs is None or basis is None:
        return np.zeros(1 if pairs is None else len(pairs.left), dtype=np.int64)
    if not basis.sources:
        return np.where(pairs.is_within, np.int64(basis.within), np.int64(basis.across))
    own_shifts = {source.name: source for source in basis.sources}
    unknown = SourceShift("", basis.within, 0)
    own = [own_shifts.get(name, unknown) for name in pairs.names]
    within = np.array([source.within for source in own], dtype=np.int64)
    across = np.array([source.across for source in own], dtype=np.int64)
    lowest, highest = SINGLE_SOURCE_RANGE
    both = np.where(pairs.left == pairs.right, 0, across[pairs.left] + across[pairs.right])
    apart = np.clip(basis.across + both, lowest, highest)
    return np.where(pairs.is_within, within[pairs.left], apart)


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """Pairs by their sources (`first` ≤ `second`) and bin of log-odds: number of each (`pairs`)."""

    first: Numbers
    second: Numbers
    bins: Numbers
    pairs: Numbers

    @classmethod
    def of(
        cls, sources: PairSources, logodds: npt.NDArray[np.integer[Any]], chosen: npt.NDArray[Any]
    ) -> SourceCounts:
        """Count the chosen pairs, as far as they are of two sources or within one."""
        chosen = chosen & (sources.is_within | (sources.left != sources.right))
        left, right = (side[chosen].astype(np.int64) for side in (sources.left, sources.right))
        count = max(len(sources.names), 1)
        keys = np.minimum(left, right) * count + np.maximum(left, right)
        keys, pairs = _count_keys(keys * BINS + bin_logodds(logodds[chosen]))
        first, second = np.divmod(keys // BINS, count)
        return cls(first, second, keys % BINS, pairs)

    def within(self, source: int) -> PartnerHistogram:
        """Return the pairs within a source, by log-odds."""
        own = (self.first == source) & (self.second == source)
        return np.bincount(self.bins[own], self.pairs[own], BINS).astype(np.int64)

    def across(self) -> SourceCounts:
        """Return the counts of pairs of two sources."""
        own = self.first != self.second
        return SourceCounts(self.first[own], self.second[own], self.bins[own], self.pairs[own])


def _count_keys(keys: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct keys (0 or more), ascending, and the number of each."""
    if len(keys) and int(keys.max()) < _MOST_COUNTERS:
        counts = np.bincount(keys)
        occurring = np.flatnonzero(counts)
        return occurring, counts[occurring].astype(np.int64)
    keys, pairs = np.unique(keys, return_counts=True)
    return keys, pairs.astype(np.int64)


def estimate_source_shifts(
    counts: SourceCounts, names: Sequence[str], sizes: npt.NDArray[Any], pooled: Partners
) -> tuple[SourceShift, ...]:
    """Return how far single sources differ from all in their share of true pairs, in the order of
    their names.

    `sizes`: records of each source, `pooled`: share of true pairs of them all. A list that copies
    others has a partner for most of its entries, a list of a country's own members for none, and
    some lists hold a person many times. Sources of few records stay near the others. Of a single
    source there is nothing to tell apart.
    """
    records = float(sizes.sum())
    if np.count_nonzero(sizes) < 2:
        return ()
    exposure = 2.0 * np.outer(sizes, sizes) / (records - 1)
    share = pooled.partners / 1000
    usual_within, usual_across = (
        share * math.exp(shift / 1000) for shift in (pooled.within, pooled.across)
    )
    effects = _fit_effects(counts.across(), exposure, usual_across)
    shifts = []
    for place in np.argsort(np.array(names, dtype=object)).tolist():
        if not sizes[place]:
            continue
        own_records = float(sizes[place] * (sizes[place] - 1) / (records - 1))
        own = fit_share(counts.within(place), own_records, usual_within, PRIOR_CLASS_RECORDS)
        within = source_shift(own, share, SINGLE_SOURCE_RANGE)
        across = round(1000 * float(effects[place]))
        shifts.append(SourceShift(names[place], within, across))
    return tuple(shifts)


def _fit_effects(
    counts: SourceCounts, exposure: npt.NDArray[np.float64], usual: float
) -> npt.NDArray[np.float64]:
    """Return by how much the entries of each source have partners in others oftener than usual
    (nats), by expectation-maximization.

    A pair of sources has as many true pairs as its records and both effects say; the `usual` share
    counts as that of `PRIOR_CLASS_RECORDS` more records of each source.
    """
    effects = np.zeros(len(exposure))
    exposure = exposure * (1 - np.eye(len(exposure)))
    histogram = np.bincount(counts.bins, counts.pairs, BINS).astype(np.int64)
    usual = fit_share(histogram, float(exposure.sum()) / 2, usual, PRIOR_CLASS_RECORDS)
    logodds = middle_logodds()[counts.bins] + math.log(1000 * usual / REFERENCE_PARTNERS)
    prior = PRIOR_CLASS_RECORDS * usual
    for _ in range(_MAX_STEPS):
        own = logodds + effects[counts.first] + effects[counts.second]
        chance = counts.pairs / (1.0 + np.exp(-own))
        partnered = np.bincount(counts.first, chance, len(effects))
        partnered += np.bincount(counts.second, chance, len(effects))
        expected = usual * (exposure * np.exp(effects)).sum(axis=1)
        update = np.log((partnered + prior) / (expected + prior))
        if np.abs(update - effects).max() < _TOLERANCE:
            break
        # both ends of a pair move: half a step each
        effects = (effects + update) / 2
    return effects
