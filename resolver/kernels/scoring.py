"""Sums of a model's weights for many pairs, and their calibration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from resolver.kernels.arrays import ByteArray, DoubleArray, FloatArray, LongArray
from resolver.kernels.compiler import compiled

TILE = 256
"""Pairs whose intervals are found together, so that they stay in a processor's cache."""


class WeightEntries(NamedTuple):
    """Weights of a model; see `resolver.scoring.weight_sums.Weights` for the fields."""

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
