"""Log-odds that a population adds to its pairs, estimated without labels from their scores.

Some sources have more true pairs than other sources, among their own records or with other sources.
`SourceCounts` counts pairs by their sources, and `estimate_source_shifts` estimates the shift of
each source from these counts. `shifts_by_source` applies the shifts to pairs. The share of true
pairs in a population is estimated from the scores of its pairs.

Some populations also have more errors in birth dates than others. `estimate_date_errors` estimates
what a date with one wrong part adds there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resolver.matching.scoring.score_links import SCORE_BINS
from resolver.matching.scoring.terms import LOGODDS_LIMIT, scores
from resolver.records.batch import IntArray
from resolver.records.prepared.batch import FloatArray, PreparedBatch
from resolver.records.prepared.population import (
    REFERENCE_PARTNERS,
    KindPopulation,
    Partners,
    SourceShift,
)
from resolver.records.results.resolution import LogoddsHistogram
from resolver.values.kernels.dates import (
    ONE_DIGIT,
    OTHER_MONTH,
    OTHER_YEAR,
    SAME_DAY,
    SAME_YEAR_AND_MONTH,
)

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
_MAX_STEPS_OF_SHARE = 500
_UNCLEAR_PAIRS = 100.0
"""True pairs that are expected among pairs that are not clear, whatever clear pairs there are.

They matter only in small data, where few pairs are clear.
"""
_CLEAR = 2_000
"""Log-odds (thousandths) from which a pair is clear: seven of eight such pairs are true."""
PRIOR_CLASS_RECORDS = 50.0
"""Number of records with the weight that the share of all pairs has in estimating the share of one
class.
"""
SOURCE_SHIFT_RANGE = (-3_000, 1_000)
"""Log-odds (thousandths) by which pairs of one source, or of two sources, may exceed others."""
SINGLE_SOURCE_RANGE = (-3_000, 2_000)
"""The same range for pairs of certain sources, which differ more: if a list copies another list,
nearly every entry has a partner there.
"""
MAX_SHIFT = MAX_PARTNER_SHIFT + SINGLE_SOURCE_RANGE[1]
"""Log-odds (thousandths) that the share of true pairs and their sources add at most."""
WITHIN = " within"
"""Ending of the key of a kind for pairs within one source that declares nothing about
duplicates.
"""

USUAL_DATE_ERRORS = 0.08
"""Share of pairs with one wrong part among true pairs whose full birth dates agree otherwise.

It is above the share in the lists that models were fitted on: generated worlds have 5 to 7 %, and
real watchlists 3 %. With a lower value, errors would count more in those lists, too.
"""
_PRIOR_DATES = 50.0
"""Number of true pairs with full dates that weigh as much as the usual share."""
MAX_DATE_SHIFT = 1_000
"""Log-odds (thousandths) that a date with one wrong part adds at most.

In generated registers of 10,000 people, 94 % of the pairs that become matches by this amount are
true. With half as much again, 91 % of the further matches would be.
"""
UNSUPPORTED, DATE_ERROR, SAME_DATE = (np.uint8(1 << bit) for bit in range(3))
"""Marks of pairs, to apply limits and shifts once the population is known: only names support the
pair; one part of its full birth dates differs; its full birth dates agree.
"""
Marks = npt.NDArray[np.uint8]
_DATE_ERRORS = np.array([ONE_DIGIT, OTHER_MONTH, SAME_YEAR_AND_MONTH, OTHER_YEAR], dtype=np.float32)


def mark_dates(birth_dates: FloatArray) -> Marks:
    """Return the marks of pairs by the similarity of their birth dates."""
    grades = birth_dates.astype(np.float32)
    marks = np.where(np.isin(grades, _DATE_ERRORS), DATE_ERROR, np.uint8(0))
    return np.where(grades == np.float32(SAME_DAY), SAME_DATE, marks)


def estimate_date_errors(logodds: npt.NDArray[np.integer[Any]], marks: Marks) -> int:
    """Return what a date with one wrong part adds in a population (thousandths of log-odds).

    Clear pairs count, by their probability. If more of them than usual have one wrong part, such a
    part says less against a pair. In small data it adds little. If more have a wrong part than
    agree, most of them are look-alikes, and it adds nothing.
    """
    middles = middle_logodds()
    chance = np.where(1000 * middles >= _CLEAR, 1.0 / (1.0 + np.exp(-middles)), 0.0)
    wrong, same = (
        float(count_logodds(logodds[marks & mark != 0]) @ chance)
        for mark in (DATE_ERROR, SAME_DATE)
    )
    if wrong > same:
        return 0
    share = (wrong + _PRIOR_DATES * USUAL_DATE_ERRORS) / (wrong + same + _PRIOR_DATES)
    return min(max(round(1000 * math.log(share / USUAL_DATE_ERRORS)), 0), MAX_DATE_SHIFT)


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
    """Return the share of true pairs, and by how much pairs within one source and other pairs
    differ in it.

    `within_share`: share of pairs within one source among all pairs of records, compared or not. A
    list seldom holds a person twice, so two of its entries are less often one person than entries
    of two lists. If all pairs are of one class, there is nothing to distinguish.
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
    """Return the log-odds (thousandths) by which a share of true pairs differs from the usual
    share, within bounds.
    """
    lowest, highest = bounds
    return min(max(round(1000 * math.log(own / usual)), lowest), highest)


def fit_share(
    histogram: PartnerHistogram, records: float, prior: float, prior_records: float
) -> float:
    """Return the true pairs per record with which the scores explain a histogram best.

    The expected number of true pairs depends on their share, and the share on that number: the
    fixed point is the share of greatest likelihood. The `prior` share counts as much as
    `prior_records` further records. Pairs that are not clear count at most as much as clear ones,
    beside `_UNCLEAR_PAIRS`. Where names come from few words, look-alikes would else raise the
    share, and with it their own scores.
    """
    middles = middle_logodds()
    reference = REFERENCE_PARTNERS / 1000
    lowest, highest = (bound / 1000 for bound in PARTNERS_RANGE)
    share = prior
    for _ in range(_MAX_STEPS_OF_SHARE):
        logodds = middles + np.log(share / reference)
        true = histogram / (1.0 + np.exp(-logodds))
        clear = float(true[1000 * logodds >= _CLEAR].sum())
        expected = min(float(true.sum()), 2 * clear + _UNCLEAR_PAIRS)
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
    """Add up the pairs of all kinds by their log-odds, after each kind was shifted; each bin counts
    with its middle.
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
    """Count pairs in equal bins of the score (see `score_histogram`), after each kind was shifted;
    each bin of log-odds counts with its middle.
    """
    total = np.zeros(SCORE_BINS, dtype=np.int64)
    middles = np.arange(BINS) * BIN + BIN // 2 - _LIMIT
    for kind, histogram in counts.items():
        places = (scores(middles + shifts[kind]) * SCORE_BINS).astype(np.int64)
        total += np.bincount(places.clip(0, SCORE_BINS - 1), histogram, SCORE_BINS).astype(np.int64)
    return total


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
    """Return the log-odds (thousandths) that pairs have because of their sources; 0 if nothing is
    known.

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
    """Pairs by their sources (`first` ≤ `second`) and by bin of log-odds, with the number of each
    (`pairs`).
    """

    first: Numbers
    second: Numbers
    bins: Numbers
    pairs: Numbers

    @classmethod
    def of(
        cls, sources: PairSources, logodds: npt.NDArray[np.integer[Any]], chosen: npt.NDArray[Any]
    ) -> SourceCounts:
        """Count the chosen pairs, if they are of two sources or within one source."""
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
    """Return the distinct keys (0 or more), ascending, and how often each occurs."""
    if len(keys) and int(keys.max()) < _MOST_COUNTERS:
        counts = np.bincount(keys)
        occurring = np.flatnonzero(counts)
        return occurring, counts[occurring].astype(np.int64)
    keys, pairs = np.unique(keys, return_counts=True)
    return keys, pairs.astype(np.int64)


def estimate_source_shifts(
    counts: SourceCounts, names: Sequence[str], sizes: npt.NDArray[Any], pooled: Partners
) -> tuple[SourceShift, ...]:
    """Return by how much single sources differ from all sources in their share of true pairs, in
    the order of their names.

    `sizes`: number of records of each source. `pooled`: share of true pairs of all sources
    together. If a list copies other lists, most of its entries have a partner. If a list has a
    country's own members, none has a partner. Some lists hold a person many times. Estimates for
    sources with few records stay near the others. With a single source, there is nothing to
    distinguish.
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
    for index in np.argsort(np.array(names, dtype=object)).tolist():
        if not sizes[index]:
            continue
        own_records = float(sizes[index] * (sizes[index] - 1) / (records - 1))
        own = fit_share(counts.within(index), own_records, usual_within, PRIOR_CLASS_RECORDS)
        within = source_shift(own, share, SINGLE_SOURCE_RANGE)
        across = round(1000 * float(effects[index]))
        shifts.append(SourceShift(names[index], within, across))
    return tuple(shifts)


def _fit_effects(
    counts: SourceCounts, exposure: npt.NDArray[np.float64], usual: float
) -> npt.NDArray[np.float64]:
    """Return by how much more often than usual the entries of each source have partners in other
    sources (nats), by expectation-maximization.

    The number of true pairs of two sources follows from their records and from both effects. The
    `usual` share counts as much as `PRIOR_CLASS_RECORDS` further records of each source.
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
        # both ends of a pair move, so each moves by half a step
        effects = (effects + update) / 2
    return effects
