"""Patterns of agreement of pairs, and their counts in a hash table of limited size.

Sums of a model's weights for many pairs, and their calibration.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.runtime.arrays import (
    ByteArray,
    DoubleArray,
    FloatArray,
    HashArray,
    IntArray,
    LongArray,
)
from resolver.runtime.compiler import compiled

FREE = -1
"""Slot without a pattern."""


class PatternTable(NamedTuple):
    """Counts of patterns: `keys` (`FREE` without one) and `numbers` are the slots of a hash table.

    `counts` (patterns + 1 × bins) has a row per pattern, the last for pairs whose pattern found no
    room. `hashes` (patterns × samples) and `samples` (patterns × samples × 3: left row, right row,
    log-odds) hold the pairs of the smallest hashes. `used` (1): number of patterns.
    """

    keys: LongArray
    numbers: IntArray
    counts: LongArray
    hashes: HashArray
    samples: IntArray
    used: LongArray


class PairColumns(NamedTuple):
    """Pairs of rows, with their log-odds (thousandths) and patterns; negative patterns are left
    out.
    """

    left: IntArray
    right: IntArray
    logodds: IntArray
    patterns: LongArray


@compiled(allocates=False)
def note_outcomes(
    values: FloatArray, near_from: float, agree_from: float, marks: ByteArray
) -> None:
    """Mark the outcome of one comparator for each pair: 1 differs, 2 nearly agrees, 4 agrees; no
    mark where a value (NaN) is missing.
    """
    for pair in range(len(values)):
        value = np.float64(values[pair])
        if value == value:
            grade = np.uint8(value >= near_from) + np.uint8(value >= agree_from)
            marks[pair] |= np.uint8(1) << grade


@compiled(allocates=False)
def add_topic(marks: ByteArray, shift: int, patterns: LongArray) -> None:
    """Add the outcome of a topic to the patterns of pairs, at bit `shift`, and clear the marks.

    0: nothing to compare, 1: all comparators differ, 3: all agree, 2: anything else.
    """
    for pair in range(len(marks)):
        mark = marks[pair]
        outcome = 0 if mark == 0 else 1 if mark == 1 else 3 if mark == 4 else 2
        patterns[pair] |= np.int64(outcome) << shift
        marks[pair] = 0


@compiled(inline="always", allocates=False)
def _pair_hash(left: np.int32, right: np.int32) -> np.uint64:
    """Return a hash of a pair of rows (finalizer of SplitMix64, Steele et al. 2014)."""
    value = np.uint64(left) << np.uint64(32) | np.uint64(right)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@compiled(allocates=False)
def _find_slot(keys: LongArray, pattern: np.int64) -> np.int64:
    """Return the slot that has a pattern, or the free one where it belongs."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(pattern) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    while keys[slot] not in (FREE, pattern):
        slot = (slot + 1) & mask
    return slot


@compiled(allocates=False)
def _find_row(table: PatternTable, pattern: np.int64) -> np.int64:
    """Return the row of a pattern, at first a new one; the last where the table has no room."""
    last, slot = np.int64(len(table.counts) - 1), _find_slot(table.keys, pattern)
    if table.keys[slot] == FREE:
        if table.used[0] == last:
            return last
        table.keys[slot] = pattern
        table.numbers[slot] = table.used[0]
        table.used[0] += 1
    return np.int64(table.numbers[slot])


@compiled(allocates=False)
def _offer_sample(
    hashes: HashArray, samples: IntArray, first: int, last: int, pair: PairColumns, place: int
) -> None:
    """Keep a pair among the samples `first` … `last`, ascending by hash, if its own is smaller."""
    own = _pair_hash(pair.left[place], pair.right[place])
    if own >= hashes[last]:
        return
    at = last
    while at > first and hashes[at - 1] > own:
        hashes[at] = hashes[at - 1]
        for column in range(3):
            samples[at, column] = samples[at - 1, column]
        at -= 1
    hashes[at] = own
    samples[at, 0] = pair.left[place]
    samples[at, 1] = pair.right[place]
    samples[at, 2] = pair.logodds[place]


@compiled(allocates=False)
def count_patterns(
    pairs: PairColumns, width: int, cuts: LongArray, per_group: int, table: PatternTable
) -> None:
    """Count pairs by pattern and log-odds, and keep samples of each group of log-odds.

    Bins of log-odds are `width` wide around 0, the outermost have what lies beyond. `cuts`
    (ascending) cut the groups, which have `per_group` samples each. Samples depend on the set of
    pairs alone, not on their order.
    """
    bins, last = table.counts.shape[1], np.int64(len(table.counts) - 1)
    for place in range(len(pairs.patterns)):
        pattern = pairs.patterns[place]
        if pattern < 0:
            continue
        row = _find_row(table, pattern)
        logodds = np.int64(pairs.logodds[place])
        at = min(max((logodds + width * (bins // 2)) // width, 0), bins - 1)
        table.counts[row, at] += 1
        if row == last:
            continue
        group = 0
        for border in cuts:
            group += logodds >= border
        first = group * per_group
        _offer_sample(
            table.hashes[row], table.samples[row], first, first + per_group - 1, pairs, place
        )


TILE = 256
"""Pairs whose intervals are found together, so that they stay in a processor's cache."""


class WeightEntries(NamedTuple):
    """Weights of a model; see `resolver.matching.scoring.weight_sums.Weights` for the fields."""

    columns: LongArray
    bounds: LongArray
    cuts: DoubleArray
    axes: LongArray
    sums: LongArray
    first: LongArray
    weights: LongArray


class SumScratch(NamedTuple):
    """Scratch of `sum_weights`: intervals (axes × `TILE`) and totals (sums × `TILE`)."""

    intervals: LongArray
    totals: LongArray


class CalibrationCurve(NamedTuple):
    """Points (x, y) of a piecewise linear curve, and the limits of its rounded values."""

    x: DoubleArray
    y: DoubleArray
    minimum: int
    maximum: int


@compiled(inline="always", allocates=False)
def _fill_intervals(values: FloatArray, cuts: DoubleArray, out: LongArray) -> None:
    """Write the interval of each value between cuts, as `scoring.model.interval_index` does.

    A missing value (NaN) has the interval behind the last one.
    """
    missing = len(cuts) + 1
    for place in range(len(values)):
        out[place] = missing if np.isnan(values[place]) else 0
    # NaN is greater than no cut.
    for cut in cuts:
        for place in range(len(values)):
            out[place] += np.float64(values[place]) > cut


@compiled(inline="always", allocates=False)
def _add_weights(
    entries: WeightEntries, entry: int, intervals: LongArray, count: int, totals: LongArray
) -> None:
    """Add the weights of an entry to the totals of the first `count` pairs of a tile."""
    weights = entries.weights[entries.first[entry] :]
    axis, other = entries.axes[entry, 0], entries.axes[entry, 1]
    rows = intervals[axis]
    if other < 0:
        for place in range(count):
            totals[place] += weights[rows[place]]
        return
    columns, width = intervals[other], entries.bounds[other + 1] - entries.bounds[other] + 2
    for place in range(count):
        totals[place] += weights[rows[place] * width + columns[place]]


@compiled(allocates=False)
def sum_weights(
    evidence: FloatArray,
    parts: ByteArray,
    part: int,
    entries: WeightEntries,
    start: int,
    scratch: SumScratch,
    out: LongArray,
) -> None:
    """Write the sums of weights (sums × pairs) of each pair that belongs to `part` into `out`.

    `evidence`: features × pairs. The first sum begins at `start`, others at 0.
    """
    columns, bounds = entries.columns, entries.bounds
    intervals, totals = scratch
    for begin in range(0, out.shape[1], TILE):
        count = min(TILE, out.shape[1] - begin)
        for axis in range(len(columns)):
            values = evidence[columns[axis], begin : begin + count]
            _fill_intervals(values, entries.cuts[bounds[axis] : bounds[axis + 1]], intervals[axis])
        totals[:] = 0
        totals[0] = start
        for entry in range(len(entries.first)):
            _add_weights(entries, entry, intervals, count, totals[entries.sums[entry]])
        for number in range(len(out)):
            for place in range(count):
                if parts[begin + place] == part:
                    out[number, begin + place] = totals[number, place]


@compiled(allocates=False)
def calibrate_sums(
    raw: LongArray, parts: ByteArray, part: int, curve: CalibrationCurve, out: LongArray
) -> None:
    """Write the log-odds (thousandths) of each sum that belongs to `part` into `out`.

    Beyond the first and last point of the curve its outermost lines go on. Values are rounded,
    halves to even, and limited.
    """
    x, y = curve.x, curve.y
    last = np.int64(len(x) - 1)
    for place in range(len(raw)):
        if parts[place] != part:
            continue
        value = np.float64(raw[place])
        # The line begins at the last point at or left of the value, but never at the last of all.
        at = np.int64(0)
        while at + 1 < last and x[at + 1] <= value:
            at += 1
        base = last if value > x[last] else at
        logodds = np.rint(y[base] + (value - x[base]) * ((y[at + 1] - y[at]) / (x[at + 1] - x[at])))
        out[place] = np.int64(min(max(logodds, curve.minimum), curve.maximum))
